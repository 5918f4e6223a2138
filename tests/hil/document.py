"""The examples of docs/reference/board-link.md, section 9, read from the document itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DOCUMENT = Path(__file__).parents[2] / "docs" / "reference" / "board-link.md"


@dataclass(frozen=True)
class Example:
    """A message with the content and the octets on the line that the document gives it."""

    name: str
    fields: dict[str, Any]
    content: bytes
    line: bytes

    @property
    def title(self) -> str:
        """Its name and sequence, which tell it from all others."""
        return f"{self.name}-{self.fields['sequence']}"


@dataclass(frozen=True)
class Spoilt:
    """Octets on the line that are no message, and the counter that counts them."""

    counter: str
    why: str
    line: bytes


def octets(text: str) -> bytes:
    """Return what hexadecimal octets say, `07*3` being 07 07 07."""
    made = b""
    for word in text.split():
        value, _, times = word.partition("*")
        made += bytes.fromhex(value) * int(times or "1")
    return made


def _value(name: str, text: str) -> Any:
    if name in {"octets", "board_id"}:
        return octets(text)
    return int(text, 0)


def _entries() -> list[tuple[str, dict[str, bytes]]]:
    """Return the entries of all code blocks of the section: their heads and labelled octets."""
    section = DOCUMENT.read_text(encoding="utf-8").split("\n## 9 ", 1)[1].split("\n## ", 1)[0]
    found: list[tuple[str, dict[str, str]]] = []
    label = ""
    for block in re.findall(r"```\n(.*?)```", section, re.DOTALL):
        for row in block.splitlines():
            labelled = re.match(r"  (content|line)\s+(.*)", row)
            if labelled:
                label = labelled[1]
                found[-1][1][label] = labelled[2]
            elif row.startswith(" " * 10):
                found[-1][1][label] += " " + row
            elif row.startswith("  "):
                found[-1] = (found[-1][0] + " " + row.strip(), found[-1][1])
            else:
                found.append((row, {}))
    return [(head, {key: octets(text) for key, text in parts.items()}) for head, parts in found]


def examples() -> list[Example]:
    """Return the messages."""
    made = []
    for head, parts in _entries():
        if "content" in parts:
            name, *pairs = head.split()
            fields = {key: _value(key, text) for key, text in (pair.split("=") for pair in pairs)}
            made.append(Example(name, fields, parts["content"], parts["line"]))
    return made


def spoilt() -> list[Spoilt]:
    """Return what is no message."""
    made = []
    for head, parts in _entries():
        if "content" not in parts:
            counter, why = head.split(": ", 1)
            made.append(Spoilt(counter, why, parts["line"]))
    return made
