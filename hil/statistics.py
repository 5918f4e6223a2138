"""What a line and its board went through in a flight, in numbers."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

from hil.link import LineCounters
from hil.real_time import RealTime


@dataclass(slots=True)
class Loss:
    """One time that a board was gone or was reset.

    Attributes
    ----------
    at_s : float or None
        Flight time, s after T-0, where the flight told it.
    why : str
        What was noticed.
    recovered_after_s : float or None
        From noticing it to the board's first answer, s by the wall clock; None: it did not come.
    answered_after_s : float or None
        Of that, what passed since its port was open again; None where it had stayed open.
    reset_cause : str
        Why it had been reset; empty when it came back in the same session.
    """

    at_s: float | None
    why: str
    recovered_after_s: float | None = None
    answered_after_s: float | None = None
    reset_cause: str = ""


@dataclass(slots=True)
class Statistics:
    """Counts and times of a bridge, over all its connections.

    Attributes
    ----------
    ticks, ticks_lost : int
        Answered, and flown without the board.
    repeats, timeouts : int
        Questions and grants that were sent again, and waits that ended without an answer.
    octets_to_board, octets_from_board : int
        On the line.
    line : LineCounters
        What came from the board, as frames.
    on_board : dict
        What the board counted of what came to it, in its own terms (section 8 of the link's
        document): since it was started, or reset; as of the last time that it was asked.
    losses : list of Loss
        In the order of the flight.
    round_trips_s : array
        From a grant to its whole answer, s by the wall clock, one a tick.
    real_time : RealTime or None
        Of the ticks that were flown by the clock, if any were.
    """

    ticks: int = 0
    ticks_lost: int = 0
    repeats: int = 0
    timeouts: int = 0
    octets_to_board: int = 0
    octets_from_board: int = 0
    line: LineCounters = field(default_factory=LineCounters)
    on_board: dict[str, int] = field(default_factory=dict)
    losses: list[Loss] = field(default_factory=list)
    round_trips_s: array[float] = field(default_factory=lambda: array("d"))
    real_time: RealTime | None = None

    @property
    def troubles(self) -> int:
        """All that did not go as it should: it grows, or the line is clean."""
        line = self.line
        return (
            self.repeats
            + self.timeouts
            + line.frames_bad
            + line.frames_long
            + line.malformed
            + line.sequence_gaps
            + line.sequence_repeats
            + (0 if self.real_time is None else self.real_time.misses + self.real_time.octets_lost)
        )

    def round_trip_s(self, percent: float) -> float:
        """Return the round trip, s, that `percent` of the ticks did not exceed; NaN without any.

        Examples
        --------
        >>> made = Statistics()
        >>> made.round_trips_s.extend([0.003, 0.001, 0.002, 0.004])
        >>> made.round_trip_s(50.0), made.round_trip_s(100.0)
        (0.002, 0.004)
        """
        return percentile(self.round_trips_s, percent)


def percentile(values: array[float], percent: float) -> float:
    """Return the value that `percent` of all did not exceed; NaN without any."""
    ordered = sorted(values)
    if not ordered:
        return float("nan")
    rank = -(-len(ordered) * percent // 100.0)  # the nearest rank, rounded up
    return ordered[min(len(ordered) - 1, max(0, int(rank) - 1))]
