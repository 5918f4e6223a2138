"""How messages name keys and values."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Final

from flightsw.scenario.catalogue import did_you_mean, nearest
from flightsw.scenario.document import Document
from flightsw.scenario.locate import Path
from flightsw.scenario.units import other_unit

_SHOWN_CHARACTERS: Final = 40


def shown(value: object) -> str:
    """Return a value of a file as a message shows it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list | tuple):
        return "an array"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    try:
        text = f'"{value}"' if isinstance(value, str) else str(value)
    except ValueError:  # more digits than Python prints
        return "a number of thousands of digits"
    return _cut(text)


def label(document: Document, path: Path) -> str:
    """Return a path as a message shows it: `plan[LIFTOFF].t_s`."""
    words: list[str] = []
    cursor = document.root
    for step in path:
        if isinstance(step, int):
            cursor = cursor.item(step)
            many = cursor.get("ids").item(0).text
            name = cursor.get("event").text or cursor.get("id").text or many
            words[-1:] = [f"{words[-1] if words else ''}[{name or step + 1}]"]
        else:
            cursor = cursor.get(step)
            words.append(_cut(step))
    return f"`{'.'.join(words)}`" if words else "the file"


def unknown_key(key: str, value: object, known: list[str]) -> tuple[str, str | None]:
    """Return the message about a key nobody knows, and the key that was probably meant."""
    unit = other_unit(key, value, known)
    if unit is not None:
        meant = re.search(r"write `(\w+)", unit)
        return f"unknown key {shown_key(key)}; {unit}", meant.group(1) if meant else None
    close = nearest(key, known)
    return f"unknown key {shown_key(key)}{did_you_mean(key, known)}", close


def shown_key(key: str) -> str:
    """Return a key as a message shows it."""
    return f"`{_cut(key)}`"


def _cut(text: str) -> str:
    text = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}..."
