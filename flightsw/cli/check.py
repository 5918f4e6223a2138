"""`flightsw check`: validate files without flying, all errors at once."""

from __future__ import annotations

from dataclasses import asdict

import click


@click.command(name="check")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing of files without errors.")
@click.option("--no-color", is_flag=True, help="Print without colour, as a pipe gets it.")
def command(*, files: tuple[str, ...], as_json: bool, quiet: bool, no_color: bool) -> int:
    """Check files of any kind, and what they name; exit 0 without errors, 2 with."""
    from flightsw.cli.output import Line, show, show_json, tell
    from flightsw.scenario import check

    problems = check(files)
    if as_json:
        show_json(
            {
                "format": "flightsw-check/1",
                "ok": not problems,
                "files": list(files),
                "problems": [asdict(problem) for problem in problems],
            }
        )
    elif problems:
        tell("\n".join(str(problem) for problem in problems))
        where = len({problem.path for problem in problems})
        tell(f"{_count(len(problems), 'error')} in {_count(where, 'file')}")
    elif not quiet:
        show([Line.of(f"{file}: no errors") for file in files], no_color=no_color)
    return 2 if problems else 0


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
