"""The bits of a word by the names that the header of a log gives to contacts and entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from flightsw.dictionary import Field
    from flightsw.ground.log import LogHeader


_SHOWN: Final = 6  # names in a line; of more only how many


def bit_names(field: Field, header: LogHeader | None) -> tuple[str, ...]:
    """Return the names of the bits of a field, from the lowest; empty where the log has none."""
    if header is None:
        return ()
    if field.name == "discretes":
        return header.discretes
    if field.name == "latched":
        return tuple(event for event, _, _ in header.entries)
    return ()


def set_bits(field: Field, word: int, header: LogHeader | None) -> str | None:
    """Return the bits that are set, by name if they are few; None if the log names none."""
    names = bit_names(field, header)
    if not names:
        return None
    if word.bit_count() > _SHOWN:
        return f"{word:#x} ({word.bit_count()} set)"
    found = [names[bit] if bit < len(names) else f"bit-{bit}" for bit in _set(word)]
    return "+".join(found) or "none"


def _set(word: int) -> list[int]:
    return [bit for bit in range(64) if word >> bit & 1]
