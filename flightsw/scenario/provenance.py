"""Where each number of a file comes from: its source, or that it is assumed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from flightsw.scenario.document import Cursor, Document
from flightsw.scenario.locate import Path
from flightsw.scenario.units import unit_sign
from flightsw.scenario.wording import label

_COMMENT: Final = re.compile(r"[ \t]*[\]},]*[ \t]*#[ \t]*(.*)")


@dataclass(frozen=True, slots=True)
class Constant:
    """One number of a file, or an array of them.

    `kind` is None for a number that has neither source nor assumption.
    """

    key: str
    table: str
    value: float | str | tuple[float, ...]
    unit: str
    kind: Literal["source", "assumed"] | None
    reason: str
    note: str
    line: int


Reason = tuple[Literal["source", "assumed"], str] | None


def constants(document: Document) -> Iterator[Constant]:
    """Yield every number of a file, in the file's order, with where it comes from.

    A table's `source` or `assumed` is that of its numbers and of the tables in it, unless they have
    their own. Where a table has both, `assumed` is said: the weaker of two claims.
    """
    found = list(_table(document.root, None))
    yield from sorted(found, key=lambda constant: constant.line)


def _table(table: Cursor, outer: Reason) -> Iterator[Constant]:
    reason = _reason(table) or outer
    for field in table.fields():
        value = field.value
        if isinstance(value, dict):
            yield from _table(field, reason)
        elif isinstance(value, list):
            numbers = [item.number for item in field.items()]
            if numbers and None not in numbers:
                yield _constant(field, tuple(n for n in numbers if n is not None), reason)
            for item in field.tables():
                yield from _table(item, reason)
        elif isinstance(value, datetime):
            yield _constant(field, value.strftime("%Y-%m-%dT%H:%M:%SZ"), reason)
        elif field.number is not None:
            yield _constant(field, field.number, reason)


def _reason(table: Cursor) -> Reason:
    assumed, source = table.get("assumed").text, table.get("source").text
    if assumed is not None:
        return "assumed", assumed if source is None else f"{assumed}; {source}"
    return ("source", source) if source is not None else None


def _constant(field: Cursor, value: float | str | tuple[float, ...], reason: Reason) -> Constant:
    document = field.document
    kind, why = reason if reason is not None else (None, "")
    key = str(field.path[-1])
    table = label(document, field.path[:-1]).strip("`") if len(field.path) > 1 else ""
    line = document.places.value(field.path).line
    return Constant(
        key, table, value, unit_sign(key), kind, why, _comment(document, field.path), line
    )


def _comment(document: Document, path: Path) -> str:
    place = document.places.values.get(path)
    if place is None:
        return ""
    end = document.text.find("\n", place[1])
    rest = document.text[place[1] : end if end >= 0 else len(document.text)]
    match = _COMMENT.fullmatch(rest)
    return match.group(1).strip() if match else ""
