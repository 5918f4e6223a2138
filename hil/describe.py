"""A wire log in words: one line for each frame, with its time, and for what is none."""

from __future__ import annotations

from dataclasses import fields
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

from hil import kinds
from hil.link import FrameError, content_of
from hil.packing import decode
from hil.wire import Piece, Record, WireLog

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHOWN: Final = 24  # octets of a body
_HEXADECIMAL: Final = {"nonce", "session", "dictionary", "firmware", "config_crc", "key"}
_NAMES: Final[dict[str, type[IntEnum]]] = {
    "role": kinds.Role,
    "mode": kinds.Mode,
    "state": kinds.State,
    "reset_cause": kinds.ResetCause,
    "reason": kinds.Reason,
}
_MARKS: Final = {Piece.TO_BOARD: ">", Piece.FROM_BOARD: "<"}


def describe(log: WireLog) -> Iterator[str]:
    """Yield the lines that tell a wire log, times in seconds since its first record.

    ``>`` goes to the board, ``<`` comes from it, ``!`` is no frame, ``-`` a note.
    """
    if not log.records:
        return
    zero_us = log.records[0].time_us
    rest = dict.fromkeys(_MARKS, b"")
    for record in log.records:
        time = f"{(record.time_us - zero_us) / 1e6:12.6f}"
        if record.kind is Piece.NOTE:
            yield f"{time}  -  {record.octets.decode(errors='replace')}"
            continue
        *whole, rest[record.kind] = (rest[record.kind] + record.octets).split(b"\x00")
        for stuffed in whole:
            if stuffed:
                yield f"{time}  {_told(stuffed, record)}"
    for kind, octets in rest.items():
        if octets:
            yield f"{'':12}  {_MARKS[kind]}! cut off: {_octets(octets)}"
    if log.damaged_bytes:
        yield f"{'':12}  -  {log.damaged_bytes} octets of the log are damaged"


def _told(stuffed: bytes, record: Record) -> str:
    mark = _MARKS[record.kind]
    try:
        content = content_of(stuffed)
    except FrameError as error:
        return f"{mark}! no frame ({error}): {_octets(stuffed)}"
    received = decode(content, from_board=record.kind is Piece.FROM_BOARD)
    if received is None:
        return f"{mark}! malformed: {_octets(content)}"
    message = received.message
    said = [f"{mark}  {type(message).__name__.upper():<10} #{received.sequence:<3}"]
    said += [_field(field.name, getattr(message, field.name)) for field in fields(message)]
    if record.kind is Piece.FROM_BOARD:
        said.append(f"taken={received.taken}")
    return " ".join(said)


def _field(name: str, value: Any) -> str:
    if isinstance(value, bytes):
        return f"{name}={_octets(value)}"
    if name in _NAMES:
        known = {int(member): member.name.lower() for member in _NAMES[name]}
        return f"{name}={known.get(value, value)}"
    return f"{name}=0x{value:08x}" if name in _HEXADECIMAL else f"{name}={value}"


def _octets(octets: bytes) -> str:
    if len(octets) <= _SHOWN:
        return octets.hex() or "none"
    return f"{octets[:_SHOWN].hex()}... ({len(octets)} octets)"
