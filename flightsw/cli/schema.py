"""`flightsw schema`: the JSON Schema of each kind of file, for editors."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(name="schema")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing.")
@click.option("--no-color", is_flag=True, help="Print without colour, as a pipe gets it.")
def command(*, folder: Path, as_json: bool, quiet: bool, no_color: bool) -> None:
    """Write mission.schema.json, vehicle.schema.json and the others into DIR."""
    import json

    from flightsw.cli.output import Line, show, show_json
    from flightsw.errors import Problem, ScenarioError
    from flightsw.scenario.document import KINDS
    from flightsw.scenario.schema import schema_of

    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for kind in KINDS:
            path = folder / f"{kind}.schema.json"
            text = json.dumps(schema_of(kind), indent=1, ensure_ascii=False)
            path.write_text(f"{text}\n", encoding="utf-8")
            written.append(str(path))
    except OSError as error:
        message = f"cannot write schemas here: {error.strerror or error}"
        raise ScenarioError([Problem(path=str(folder), message=message)]) from error
    if as_json:
        show_json({"format": "flightsw-schema/1", "files": written})
    elif not quiet:
        show([Line.of(path) for path in written], no_color=no_color)
