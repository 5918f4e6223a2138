"""`flightsw show`: one entry of the catalogue: plan, vehicle, orbit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from flightsw.errors import Problem
    from flightsw.scenario.document import Document


@click.command(name="show")
@click.argument("name", metavar="ID")
@click.option("--toml", is_flag=True, help="Print the file itself, to start your own from.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@click.option("-q", "--quiet", is_flag=True, help="Print the first line alone.")
@click.option("--no-color", is_flag=True, help="Print without colour, as a pipe gets it.")
def command(*, name: str, toml: bool, as_json: bool, quiet: bool, no_color: bool) -> None:
    """Print what a mission, scenario, fault, vehicle, sequence or station is."""
    from flightsw.cli.output import Line, show, show_json
    from flightsw.cli.portrait import portrait

    document = _document(name)
    if toml:
        click.echo(document.text, nl=not document.text.endswith("\n"))
        return
    if as_json:
        value: dict[str, Any] = {
            "format": "flightsw-show/1",
            "kind": document.kind,
            "id": document.id,
            "path": document.path,
            "content": _plain(document.data),
        }
        show_json(value)
        return
    _refuse_if_wrong(name)
    lines = list(portrait(document))
    show([Line.of(line) for line in (lines[:1] if quiet else lines)], no_color=no_color)


def _document(name: str) -> Document:
    from flightsw.errors import Problem, ScenarioError
    from flightsw.scenario.catalogue import FOLDERS, find, not_found
    from flightsw.scenario.document import Document

    found = find(name, FOLDERS)
    read: Document | Problem = (
        Problem(path=name, message=not_found(name, FOLDERS)) if found is None else found.read()
    )
    if not isinstance(read, Document):
        raise ScenarioError([read])
    return read


def _refuse_if_wrong(name: str) -> None:
    from flightsw.errors import ScenarioError
    from flightsw.scenario import check

    problems = check([name])
    if problems:
        raise ScenarioError(problems)


def _plain(value: Any) -> Any:
    """Return a value of a TOML file as JSON knows it."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, float) and value - value != 0.0:
        return None
    return value if isinstance(value, str | int | float) else value.isoformat()
