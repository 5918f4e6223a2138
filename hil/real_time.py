"""What became of the ticks that a board flew by the clock, in numbers."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from hil.offset import Offset

WAY_MAX_S: Final = 0.1  # a frame of 260 octets takes 26 ms at 115,200 baud


@dataclass(slots=True)
class RealTime:
    """Counts and times of a flight by the clock.

    The latency budget: what goes to the board leaves before the next tick is due, and so comes the
    answer of a flight computer; a transmitter steps within a tick of its time, and its telemetry is
    here `WAY_MAX_S` later. Not one miss is in the budget, and no octet lost.

    Attributes
    ----------
    from_s : float or None
        Flight time of the first tick, s after T-0, where the flight told it.
    tick_s : float
        Their length, s.
    ticks : int
        Flown.
    late_ticks : int
        Of a transmitter: those whose input left after the next was due.
    missed, answers_late : int
        Of a flight computer: not answered when the next was due; of these, answered after all.
    grants_dropped : int
        Never said, as the line had no room for them for a second.
    grants_missed, board_late_ticks : int
        What the board has counted of these ticks, by its last word.
    pieces, octets : int
        Of telemetry that came.
    pieces_late : int
        Of them, those that took longer than `WAY_MAX_S`, whatever the clocks' uncertainty.
    octets_lost : int
        Of telemetry, between the board and here.
    woke_late_s, left_late_s : array
        How late the thread that keeps the time woke, and how late each tick's input left, s.
    ways_s : array
        From a board's tick to here, s, for each piece of telemetry, known no better than `offset`;
        of a flight computer: from the time of a tick to its answer.
    offset : Offset or None
        The board's clock beside that of the host.
    is_fifo : bool
        Whether that thread, and with it this one, ran under SCHED_FIFO.
    """

    from_s: float | None
    tick_s: float
    ticks: int = 0
    late_ticks: int = 0
    missed: int = 0
    answers_late: int = 0
    grants_dropped: int = 0
    grants_missed: int = 0
    board_late_ticks: int = 0
    pieces: int = 0
    octets: int = 0
    pieces_late: int = 0
    octets_lost: int = 0
    woke_late_s: array[float] = field(default_factory=lambda: array("d"))
    left_late_s: array[float] = field(default_factory=lambda: array("d"))
    ways_s: array[float] = field(default_factory=lambda: array("d"))
    offset: Offset | None = None
    is_fifo: bool = False

    @property
    def misses(self) -> int:
        """All deadlines that were missed, whoever missed them."""
        return (
            self.late_ticks
            + self.missed
            + self.grants_dropped
            + self.grants_missed
            + self.board_late_ticks
            + self.pieces_late
        )

    @property
    def is_degraded(self) -> bool:
        """Whether the flight was outside of its latency budget."""
        return self.misses > 0 or self.octets_lost > 0
