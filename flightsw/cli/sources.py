"""`flightsw sources`: every constant with its source, or its assumption and range."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flightsw.cli.output import Line
    from flightsw.scenario.document import Document
    from flightsw.scenario.provenance import Constant


@click.command(name="sources")
@click.argument("name", metavar="[ID]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@click.option("-q", "--quiet", is_flag=True, help="Print only constants without a source.")
@click.option("--no-color", is_flag=True, help="Print without colour, as a pipe gets it.")
def command(*, name: str | None, as_json: bool, quiet: bool, no_color: bool) -> None:
    """Print every number of one file, or of all, with where it comes from."""
    from flightsw.cli.output import Line, show, show_json
    from flightsw.scenario.provenance import constants

    documents = _documents(name)
    table = {
        document: [c for c in constants(document) if not quiet or c.kind is None]
        for document in documents
    }
    if as_json:
        show_json(
            {
                "format": "flightsw-sources/1",
                "constants": [_row(document, c) for document in documents for c in table[document]],
            }
        )
        return
    lines: list[Line] = []
    for document in documents:
        if table[document]:
            lines.append(Line.of(f"{document.kind} {document.id}"))
            lines += [*_lines(table[document]), Line.of()]
    total = [c for found in table.values() for c in found]
    assumed = sum(c.kind == "assumed" for c in total)
    without = sum(c.kind is None for c in total)
    count = f"{len(total)} constants: {len(total) - assumed - without} with a source, "
    lines.append(Line.of(f"{count}{assumed} assumed, {without} with neither"))
    show(lines, no_color=no_color)


def _documents(name: str | None) -> list[Document]:
    from flightsw.errors import Problem, ScenarioError
    from flightsw.scenario.catalogue import FOLDERS, find, listing, not_found
    from flightsw.scenario.document import Document

    if name is None:
        read = [file.read() for kind in FOLDERS for file in listing(kind)]
    else:
        found = find(name, FOLDERS)
        if found is None:
            raise ScenarioError([Problem(path=name, message=not_found(name, FOLDERS))])
        read = [found.read()]
    problems = [document for document in read if isinstance(document, Problem)]
    if problems:
        raise ScenarioError(problems)
    return [document for document in read if isinstance(document, Document)]


def _row(document: Document, constant: Constant) -> dict[str, object]:
    table = f"{constant.table}." if constant.table else ""
    return {
        "kind": document.kind,
        "id": document.id,
        "key": f"{table}{constant.key}",
        "value": constant.value,
        "unit": constant.unit,
        "basis": constant.kind,
        "reason": constant.reason,
        "note": constant.note,
        "line": constant.line,
    }


def _lines(found: list[Constant]) -> Iterator[Line]:
    """Yield the constants, and after those that share a reason, the reason."""
    from flightsw.cli.output import Line, Span

    for index, constant in enumerate(found):
        table = f"{constant.table}." if constant.table else ""
        note = f"  {constant.note}" if constant.note else ""
        text = f"  {table}{constant.key} = {_value(constant)}"
        yield from (Line.of(line) for line in _wrapped(text + note, "      "))
        after = found[index + 1] if index + 1 < len(found) else None
        if after is None or (after.kind, after.reason) != (constant.kind, constant.reason):
            why = f"{constant.kind}: {constant.reason}" if constant.kind else "no source"
            lines = _wrapped(f"    {why}", "    ")
            yield from (Line.of(Span(line, "dim" if constant.kind else "off")) for line in lines)


def _value(constant: Constant) -> str:
    value = constant.value
    if isinstance(value, tuple):
        text = "[" + ", ".join(f"{number:.10g}" for number in value) + "]"
    else:
        text = value if isinstance(value, str) else f"{value:.10g}"
    return f"{text} {constant.unit}" if constant.unit else text


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text, width=80, subsequent_indent=indent, break_on_hyphens=False, drop_whitespace=True
    ) or [""]
