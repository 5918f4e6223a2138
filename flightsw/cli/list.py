"""`flightsw list`: what the catalogue holds, and the folders here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from flightsw.scenario.catalogue import Found


@click.command(name="list")
@click.argument("kind", metavar="[KIND]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@click.option("-q", "--quiet", is_flag=True, help="Print ids alone, one a line.")
@click.option("--no-color", is_flag=True, help="Print without colour, as a pipe gets it.")
def command(*, kind: str | None, as_json: bool, quiet: bool, no_color: bool) -> None:
    """List missions, scenarios, faults, vehicles, sequences and stations by their ids."""
    from flightsw.cli.output import Line, Span, show, show_json
    from flightsw.scenario.catalogue import FOLDERS, listing

    kinds = list(FOLDERS) if kind is None else [_kind(kind, FOLDERS)]
    found = [file for each in kinds for file in listing(each)]
    if as_json:
        rows = [
            {"kind": file.kind, "id": file.id, "title": _title(file), "path": file.path}
            for file in found
        ]
        show_json({"format": "flightsw-list/1", "entries": rows})
        return
    if quiet:
        show([Line.of(file.id) for file in found], no_color=no_color)
        return
    width = max((len(file.id) for file in found), default=0)
    lines: list[Line] = []
    for each in kinds:
        lines.append(Line.of(FOLDERS[each]))
        for file in found:
            if file.kind == each:
                here = "" if file.in_catalogue else "  (here)"
                room = max(0, 80 - width - 4 - len(here))
                text = f"  {file.id:<{width}}  "
                lines.append(Line.of(text, Span(f"{_title(file)[:room]}{here}", "dim")))
        lines.append(Line.of())
    show(lines[:-1], no_color=no_color)


def _kind(said: str, folders: dict[str, str]) -> str:
    from flightsw.scenario.catalogue import did_you_mean

    by_folder = {folder: kind for kind, folder in folders.items()}
    kind = by_folder.get(said, said)
    if kind not in folders:
        msg = f"no kind `{said}`{did_you_mean(said, folders)}"
        raise click.UsageError(msg)
    return kind


def _title(file: Found) -> str:
    from flightsw.errors import Problem

    document = file.read()
    if isinstance(document, Problem):
        return f"cannot be read: {document.message}"
    return document.root.get("title").text or ""
