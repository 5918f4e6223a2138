"""A board and its line, tried: echoes of every length, round trips, throughput, clock, counters."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from hil.handshake import end
from hil.kinds import COUNTERS, Echo, Echoed, Identity, Poll, Status, Time, Timed
from hil.line import Line
from hil.link import frame
from hil.packing import encode
from hil.ports import open_port
from hil.rates import met
from hil.statistics import Statistics
from hil.tasks import Question

if TYPE_CHECKING:
    from collections.abc import Callable

    from hil.wire import Recorder

ROUND_TRIPS: Final = 300
STREAM_S: Final = 2.0
_DISCOVER_S: Final = 3.0
_ROUND_TRIP_BYTES: Final = 8
_CLOCK_SAMPLES: Final = 20
_QUIET_S: Final = 2.0  # after which an echo that is missing is lost
_PATTERNS: Final = (b"\x00", b"\xff", bytes(range(256)))


@dataclass(frozen=True, slots=True)
class SelfTest:
    """What a board and its line showed.

    Attributes
    ----------
    identity : Identity
        Who answers.
    echoes, echoed : int
        Sent one at a time, of every length that goes, and come back as they went.
    streamed, stream_echoed : int
        Sent one after the other, and come back.
    round_trips_s : tuple of float
        Of short echoes, s, the shortest first.
    to_board_per_s, from_board_per_s : float
        Octets of the line in a second, both ways at the same time.
    clock_error_s : float
        What the board's clock is known to, s: half the shortest round trip.
    line : dict of str to int
        What came from the board: bad, long and malformed frames, gaps and repeats.
    board : dict of str to int
        By how much the board's own counters grew.
    repeats : int
        Questions that had to be asked again.
    """

    identity: Identity
    echoes: int
    echoed: int
    streamed: int
    stream_echoed: int
    round_trips_s: tuple[float, ...]
    to_board_per_s: float
    from_board_per_s: float
    clock_error_s: float
    line: dict[str, int]
    board: dict[str, int]
    repeats: int

    @property
    def errors(self) -> dict[str, int]:
        """What went wrong, by its name on either side; empty when all is well.

        A question that was asked again is none: a host that is busy does so too, and what was lost
        is counted by itself.
        """
        found = {
            "echoes that came back wrong": self.echoes - self.echoed,
            "echoes lost": self.streamed - self.stream_echoed,
        }
        found |= {f"{name} here": self.line[name] for name in _HERE}
        found |= {f"{name} there": self.board[name] for name in _THERE}
        return {name.replace("_", " "): count for name, count in found.items() if count}

    def round_trip_s(self, percent: float) -> float:
        """Return the round trip, s, that `percent` of the echoes did not exceed."""
        rank = -(-len(self.round_trips_s) * percent // 100.0)
        return self.round_trips_s[min(len(self.round_trips_s) - 1, max(0, int(rank) - 1))]


_HERE: Final = ("frames_bad", "frames_long", "malformed", "sequence_gaps", "sequence_repeats")
_THERE: Final = (*_HERE, "overruns", "ring_dropped", "line_dropped")


def self_test(
    url: str,
    *,
    baud: int,
    stream_s: float = STREAM_S,
    recorder: Recorder | None = None,
    notice: Callable[[str], object] | None = None,
) -> SelfTest:
    """Try a board that flies nothing.

    Parameters
    ----------
    url : str
        Its port.
    baud : int
        Rate, bit/s.
    stream_s : float
        How long it is given all that its line takes, s.
    recorder : Recorder, optional
        Told every octet.
    notice : callable, optional
        Told in words what is tried next.

    Raises
    ------
    PortError
        When the port cannot be opened, or is gone.
    BoardSilentError
        When no board answers, or it stops answering.
    BoardMismatchError
        When one answers, at another rate.
    """
    statistics = Statistics()
    line = Line(open_port(url, baud=baud), baud=baud, statistics=statistics, recorder=recorder)
    try:
        identity = met(line, baud, _DISCOVER_S)
        notice = notice or _silently
        if identity.session:  # the port is ours alone: nobody flies it any more
            notice("ending a flight that its host has left")
            end(line, identity.session)
        return _Trial(line, identity, statistics, notice).tried(stream_s)
    finally:
        line.close()


def _silently(_text: str) -> None:
    """Tell nobody."""


class _Trial:
    def __init__(
        self,
        line: Line,
        identity: Identity,
        statistics: Statistics,
        notice: Callable[[str], object],
    ) -> None:
        self._line = line
        self._identity = identity
        self._statistics = statistics
        self._notice = notice
        bare = len(frame(encode(Echo(b""), 0)))
        self._room = min(line.frame_max - bare, identity.content_max - _ECHOED_HEAD)

    def tried(self, stream_s: float) -> SelfTest:
        before = self._counters()
        self._notice("echoes of every length")
        echoes, echoed = self._echoes()
        self._notice("round trips")
        round_trips_s = tuple(sorted(map(self._round_trip, range(ROUND_TRIPS))))
        self._notice(f"all that the line takes, {stream_s:g} s")
        stream = _Stream.sent(self._line, self._statistics, self._pattern(self._room, 0), stream_s)
        self._notice("clock and counters")
        clock_error_s = min(self._clock_error_s() for _ in range(_CLOCK_SAMPLES))
        after = self._counters()
        counters = self._statistics.line
        return SelfTest(
            identity=self._identity,
            echoes=echoes,
            echoed=echoed,
            streamed=stream.sent_count,
            stream_echoed=stream.echoed,
            round_trips_s=round_trips_s,
            to_board_per_s=stream.to_board_per_s,
            from_board_per_s=stream.from_board_per_s,
            clock_error_s=clock_error_s,
            line={name: getattr(counters, name) for name in _HERE},
            board={name: after[name] - before[name] for name in _THERE},
            repeats=self._statistics.repeats + self._statistics.timeouts,
        )

    def _counters(self) -> dict[str, int]:
        nonce = 1 + self._statistics.octets_to_board % 0xFFFF
        status = Question(Poll(nonce), Status, lambda each: each.nonce == nonce).asked(self._line)
        return {name: getattr(status, name) for name in COUNTERS}

    def _echoes(self) -> tuple[int, int]:
        count = whole = 0
        for size in range(self._room + 1):
            octets = self._pattern(size, size)
            count += 1
            whole += self._echoed(octets) == octets
        return count, whole

    def _echoed(self, octets: bytes) -> bytes:
        """Return what comes back; the answer to an earlier question has another length."""
        size = len(octets)
        question = Question(Echo(octets), Echoed, lambda answer: len(answer.octets) == size)
        return question.asked(self._line).octets

    @staticmethod
    def _pattern(size: int, which: int) -> bytes:
        pattern = _PATTERNS[which % len(_PATTERNS)]
        return (pattern * (size // len(pattern) + 1))[:size]

    def _round_trip(self, number: int) -> float:
        octets = number.to_bytes(_ROUND_TRIP_BYTES)
        question = Question(Echo(octets), Echoed, lambda answer: answer.octets == octets)
        began = time.perf_counter()
        question.asked(self._line)
        return time.perf_counter() - began

    def _clock_error_s(self) -> float:
        sent_us = time.monotonic_ns() // 1000
        question = Question(Time(sent_us), Timed, lambda each: each.host_us == sent_us)
        timed = question.asked(self._line)
        there_us = timed.sent_us - timed.received_us
        return (time.monotonic_ns() // 1000 - sent_us - there_us) / 2e6


_ECHOED_HEAD: Final = 4  # kind, sequence, taken


@dataclass(slots=True)
class _Stream:
    sent_count: int = 0
    echoed: int = 0
    to_board_per_s: float = 0.0
    from_board_per_s: float = 0.0

    @classmethod
    def sent(cls, line: Line, statistics: Statistics, octets: bytes, seconds: float) -> Self:
        """Send echoes for as long, as fast as there are credits; wait for the last."""
        stream = cls()
        size = len(frame(encode(Echo(octets), 0)))
        to_board, from_board = statistics.octets_to_board, statistics.octets_from_board
        began = last = time.perf_counter()
        while last - began < seconds or stream.echoed < stream.sent_count:
            now = time.perf_counter()
            if now - began < seconds:
                while line.credits.room >= size:
                    line.send(Echo(octets))
                    stream.sent_count += 1
            heard = line.listen(_QUIET_S)
            if not heard and time.perf_counter() - last > _QUIET_S:
                break
            if heard:
                last = time.perf_counter()
            stream.echoed += sum(
                isinstance(each.message, Echoed) and each.message.octets == octets for each in heard
            )
        took_s = max(last - began, 1e-9)
        stream.to_board_per_s = (statistics.octets_to_board - to_board) / took_s
        stream.from_board_per_s = (statistics.octets_from_board - from_board) / took_s
        return stream
