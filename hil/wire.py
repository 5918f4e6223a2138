"""The wire log: every octet of a line, its direction and its time, in a file that grows.

Each piece is given to the system before the next one is moved: a killed process loses none that it
had. A record is checked by itself, so that what a torn or spoilt file still holds is read.

    record = F5 1A, u8 kind, u8 0, u32 length, u64 time_us, octets, u32 CRC-32 of all before it

Integers are little-endian; time is that of a monotonic clock. A note holds text in UTF-8, the first
one JSON: the log's format and what was recorded.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
import struct
import time
import zlib
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hil.errors import BoardError, BoardUseError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

FORMAT: Final = "flightsw-wire/1"
_SYNC: Final = b"\xf5\x1a"
_HEAD: Final = struct.Struct("<2sBBIQ")
_CRC: Final = struct.Struct("<I")
_LENGTH_MAX: Final = 1 << 20  # longer is a spoilt length
_BEGINS: Final = b'{"format": "flightsw-wire/'  # the first note of any version


class Piece(IntEnum):
    """What a record holds."""

    NOTE = 0
    TO_BOARD = 1
    FROM_BOARD = 2


class WireLogError(BoardError):
    """A wire log that cannot be written or read."""


@dataclass(frozen=True, slots=True)
class Record:
    """One piece of a line, as it went or came.

    Attributes
    ----------
    kind : Piece
        Its direction, or that it is a note.
    time_us : int
        On the monotonic clock of the recording machine.
    octets : bytes
        What was moved; the text of a note in UTF-8.
    """

    kind: Piece
    time_us: int
    octets: bytes


class Recorder:
    """Writes a wire log.

    A full disk ends the log, not the flight: what is there stays, and `failure` tells.

    Parameters
    ----------
    path : Path
        A new file, or a wire log, which is replaced. Anything else is left alone.
    about : dict
        What is recorded, for the first note: port, baud rate, mission.
    waits : bool
        Whether the file is left as it is until `begin`; what is recorded before then is held, and
        stands first in it. One that never begins replaces nothing. When trouble of a board ends its
        block, what was held is kept all the same, if there is no file in its place.
    notice : callable, optional
        Is told, once, when the log ends early.

    Raises
    ------
    WireLogError
        If the file cannot be made, or is something else than a wire log.
    """

    def __init__(
        self,
        path: Path,
        about: dict[str, Any] | None = None,
        *,
        waits: bool = False,
        notice: Callable[[str], object] | None = None,
    ) -> None:
        self.path: Final = path
        self.failure = ""
        self._notice = notice
        self._descriptor = -1
        self._held: bytearray | None = bytearray()
        must_be_free(path)
        self.note(json.dumps({"format": FORMAT, **(about or {})}))
        if not waits:
            self.begin()

    def begin(self) -> None:
        """Make the file, or replace the wire log that is there. Does it once; errors as above."""
        if self._held is None:
            return
        must_be_free(self.path)  # it may be another one by now
        self._open(0 if self.path.exists() else os.O_CREAT | os.O_EXCL)
        if not _is_alone(self._descriptor):
            self.close()
            msg = f"{self.path} is being written by another flight"
            raise WireLogError(msg)
        held, self._held = self._held, None
        os.ftruncate(self._descriptor, 0)
        self._give(held)

    def to_board(self, octets: bytes) -> None:
        """Record what goes to a board."""
        self._write(Piece.TO_BOARD, octets)

    def from_board(self, octets: bytes) -> None:
        """Record what comes from a board."""
        self._write(Piece.FROM_BOARD, octets)

    def note(self, text: str) -> None:
        """Record what happened to the line."""
        self._write(Piece.NOTE, text.encode())

    def close(self) -> None:
        """End the log. May be called twice."""
        self._held = None
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def __enter__(self) -> Recorder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        trouble = isinstance(error, BoardError) and not isinstance(error, BoardUseError)
        if trouble and self._held is not None and not self.path.exists():
            with contextlib.suppress(WireLogError):  # the trouble is told, not this
                self.begin()
        self.close()

    def _open(self, how: int) -> None:
        try:
            self._descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | how | _BINARY, 0o666)
        except OSError as error:
            msg = f"{self.path}: {error.strerror}"
            raise WireLogError(msg) from error

    def _write(self, kind: int, octets: bytes) -> None:
        if self._held is None and self._descriptor < 0:
            return
        now_us = time.monotonic_ns() // 1000
        record = _HEAD.pack(_SYNC, kind, 0, len(octets), now_us) + octets
        record += _CRC.pack(zlib.crc32(record))
        if self._held is None:
            self._give(record)
        else:
            self._held += record

    def _give(self, rest: bytes | bytearray) -> None:
        """Give octets to the system."""
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError as error:
            self.failure = (
                f"{self.path}: {error.strerror}; the wire log ends here, what it has is kept"
            )
            self.close()
            if self._notice is not None:
                self._notice(self.failure)


_BINARY: Final = getattr(os, "O_BINARY", 0)


def must_be_free(path: Path) -> None:
    """Raise unless there is no file, or a wire log that may be replaced.

    Raises
    ------
    WireLogError
        With what there is instead.
    """
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            msg = f"{path}: {_KINDS.get(stat.S_IFMT(found.st_mode), 'Is no file')}"
            raise WireLogError(msg)
        with path.open("r+b") as file:
            first = file.read(_HEAD.size + len(_BEGINS))
    except FileNotFoundError:
        return
    except OSError as error:
        msg = f"{path}: {error.strerror}"
        raise WireLogError(msg) from error
    if not (first.startswith(_SYNC) and first.endswith(_BEGINS)):
        msg = f"{path} is no wire log, and is not replaced; give another name"
        raise WireLogError(msg)


_KINDS: Final = {stat.S_IFDIR: "Is a directory"}


def _is_alone(descriptor: int) -> bool:
    """Claim an open file, and return whether nobody else has; where that is not known, nobody."""
    try:
        import fcntl
    except ImportError:  # of another system
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True


@dataclass(frozen=True, slots=True)
class WireLog:
    """A wire log, read.

    Attributes
    ----------
    about : dict
        Of the first note; empty when that is lost.
    records : tuple of Record
        In the order of the file, the first note left out.
    damaged_bytes : int
        Octets of the file that belong to no good record.
    """

    about: dict[str, Any]
    records: tuple[Record, ...]
    damaged_bytes: int


def read_wire(path: Path) -> WireLog:
    """Return what a wire log holds, whole or not.

    Raises
    ------
    WireLogError
        If it cannot be read, or holds no record at all.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        msg = f"{path}: {error.strerror}"
        raise WireLogError(msg) from error
    records: list[Record] = []
    good_bytes = 0
    for record, size in _records(data):
        good_bytes += size
        records.append(record)
    if not records:
        msg = f"{path} is no wire log: no record in it is whole"
        raise WireLogError(msg)
    about = _about(records[0])
    if about:
        records = records[1:]
    return WireLog(about, tuple(records), len(data) - good_bytes)


def _records(data: bytes) -> Iterator[tuple[Record, int]]:
    place = data.find(_SYNC)
    while place >= 0:
        record = _record_at(data, place)
        if record is None:
            place = data.find(_SYNC, place + 1)
            continue
        size = _HEAD.size + len(record.octets) + _CRC.size
        yield record, size
        place = data.find(_SYNC, place + size)


def _record_at(data: bytes, place: int) -> Record | None:
    if len(data) - place < _HEAD.size + _CRC.size:
        return None
    _, kind, _, length, time_us = _HEAD.unpack_from(data, place)
    end = place + _HEAD.size + length
    if length > _LENGTH_MAX or end + _CRC.size > len(data) or kind > max(Piece):
        return None
    if _CRC.unpack_from(data, end)[0] != zlib.crc32(data[place:end]):
        return None
    return Record(Piece(kind), time_us, data[place + _HEAD.size : end])


def _about(record: Record) -> dict[str, Any]:
    if record.kind is not Piece.NOTE:
        return {}
    try:
        about = json.loads(record.octets)
    except ValueError:
        return {}
    return about if isinstance(about, dict) and about.get("format") == FORMAT else {}
