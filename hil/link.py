"""The link: frames on the line, their decoder, and credits. No input or output in here.

Every octet is in docs/reference/board-link.md, sections 2 and 3; the twin in C is
hil/firmware/link.c. A frame is COBS(content, CRC-32 of content) 00.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Final

from hil.packing import Received, decode

CONTENT_MAX: Final = 249
OVERHEAD: Final = 6  # COBS, CRC-32 and the delimiter, in octets
DELIMITER: Final = b"\x00"
WINDOW_MIN: Final = 32
QUESTION: Final = 11  # octets of a POLL and the delimiter before it

_CRC: Final = 4
_STUFFED_MAX: Final = CONTENT_MAX + OVERHEAD - 1  # between two delimiters
_STUFFED_MIN: Final = 2 + OVERHEAD - 1
_RESIDUE: Final = 0x2144DF1C  # CRC-32 of anything followed by its own CRC-32, little-endian
_MASK8: Final = 0xFF
_MASK16: Final = 0xFFFF
_HALF8: Final = 0x80
_HALF16: Final = 0x8000
_BEGINNING: Final = (0x01, 0x81)  # DISCOVER, IDENTITY: the sequence begins anew


class FrameError(ValueError):
    """What stands between two delimiters is no frame."""


def frame(content: bytes) -> bytes:
    """Return a content as it goes on the line, delimiter included: six octets longer.

    Raises
    ------
    ValueError
        If the content is longer than `CONTENT_MAX`.
    """
    if len(content) > CONTENT_MAX:
        msg = f"a frame carries at most {CONTENT_MAX} octets of content, not {len(content)}"
        raise ValueError(msg)
    checked = content + zlib.crc32(content).to_bytes(_CRC, "little")
    stuffed = bytearray(1) + checked + DELIMITER
    place = 0
    # No run is longer than 253, so that every code stands in the place of a zero.
    for run in checked.split(DELIMITER):
        stuffed[place] = step = len(run) + 1
        place += step
    return bytes(stuffed)


def content_of(stuffed: bytes) -> bytes:
    """Return the content of what stands between two delimiters.

    Raises
    ------
    FrameError
        If it is too long, too short, not COBS, or its CRC-32 is wrong; the message says which.
    """
    size = len(stuffed)
    if size > _STUFFED_MAX:
        msg = "too long"
        raise FrameError(msg)
    if size < _STUFFED_MIN:
        msg = "too short"
        raise FrameError(msg)
    plain = bytearray(stuffed)
    place = 0
    while place < size:
        step = plain[place]
        plain[place] = 0
        place += step
    if place != size:
        msg = "COBS"
        raise FrameError(msg)
    checked = plain[1:]
    if zlib.crc32(checked) != _RESIDUE:
        msg = "CRC"
        raise FrameError(msg)
    return bytes(checked[:-_CRC])


@dataclass(slots=True)
class LineCounters:
    """What a receiver saw, in octets and frames; the terms are those of section 8."""

    received: int = 0
    frames_good: int = 0
    frames_bad: int = 0
    frames_long: int = 0
    malformed: int = 0
    sequence_gaps: int = 0
    sequence_repeats: int = 0


class Decoder:
    """Octets in, in any pieces, messages out.

    Parameters
    ----------
    from_board : bool
        Whether a board sends what is read here, or a host.
    counters : LineCounters, optional
        To go on counting from; its own unless given.
    """

    def __init__(self, *, from_board: bool, counters: LineCounters | None = None) -> None:
        self.counters = LineCounters() if counters is None else counters
        self._from_board = from_board
        self._rest = b""
        self._too_long = False
        self._expected: int | None = None

    def feed(self, octets: bytes) -> list[Received]:
        """Return the messages that end in these octets. What is no frame is counted."""
        counters = self.counters
        counters.received += len(octets)
        *whole, rest = (self._rest + octets).split(DELIMITER)
        heard: list[Received] = []
        for stuffed in whole:
            if self._too_long:
                self._too_long = False
            elif len(stuffed) > _STUFFED_MAX:
                counters.frames_long += 1
            elif stuffed:
                received = self._received(stuffed)
                if received is not None:
                    heard.append(received)
        if self._too_long:
            rest = b""
        elif len(rest) > _STUFFED_MAX:
            # What follows up to the next delimiter belongs to a frame that is lost already.
            counters.frames_long += 1
            self._too_long, rest = True, b""
        self._rest = rest
        return heard

    def _received(self, stuffed: bytes) -> Received | None:
        counters = self.counters
        try:
            content = content_of(stuffed)
        except FrameError:
            counters.frames_bad += 1
            return None
        counters.frames_good += 1
        self._follow(content[1], begins=content[0] in _BEGINNING)
        received = decode(content, from_board=self._from_board)
        if received is None:
            counters.malformed += 1
        return received

    def _follow(self, sequence: int, *, begins: bool) -> None:
        """Count what is missing before a frame, or that it is a repeat, or late."""
        if not begins and self._expected is not None:
            ahead = (sequence - self._expected) & _MASK8
            if ahead >= _HALF8:
                self.counters.sequence_repeats += 1
                return
            self.counters.sequence_gaps += ahead
        self._expected = (sequence + 1) & _MASK8


class Credits:
    """How many octets may still go to a board: `sent - taken <= window`, both modulo 65536.

    Parameters
    ----------
    window : int
        The board's receive buffer, octets.
    taken : int
        What it said last.
    kept : int
        Octets of the window that are free for a question at any time.
    """

    def __init__(self, window: int, taken: int = 0, *, kept: int = 0) -> None:
        self.window: Final = window
        self.kept: Final = kept
        self._sent = taken
        self._taken = taken
        self._spent = self._marked = 0

    @property
    def on_the_way(self) -> int:
        """Octets that the board may not have taken yet."""
        return (self._sent - self._taken) & _MASK16

    @property
    def room(self) -> int:
        """Octets that may go now; never negative."""
        return max(0, self.window - self.kept - self.on_the_way)

    @property
    def can_ask(self) -> bool:
        """Whether a question finds room, even at a board that takes nothing now."""
        return self.on_the_way + QUESTION <= self.window

    @property
    def coming(self) -> int:
        """Octets that the line may still be carrying: what went before a question has come."""
        return min(self.on_the_way, self._spent - self._marked)

    def spend(self, octets: int) -> None:
        """Octets have gone."""
        self._sent = (self._sent + octets) & _MASK16
        self._spent += octets

    def heard(self, taken: int) -> None:
        """Take the board's count. An older one than known is passed over.

        It may be ahead of all that has gone: noise on the line is taken as well.
        """
        step = (taken - self._taken) & _MASK16
        if step >= _HALF16:
            return
        if step > self.on_the_way:
            self._sent = taken
        self._taken = taken

    def mark(self) -> int:
        """Take note that a question has gone, and return where: for the count that answers it."""
        self._marked = self._spent
        return self._marked

    def answered(self, taken: int, mark: int | None = None) -> None:
        """Take the count that answers a question, the last one unless its mark is given.

        What went before it is taken, or lost; what went after it is still on the way.
        """
        since = self._spent - (self._marked if mark is None else mark)
        self._taken = taken
        self._sent = (taken + since) & _MASK16
