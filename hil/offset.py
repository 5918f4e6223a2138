"""A board's clock beside that of the host: offset and skew, each with what it may be wrong by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

_RESOLUTION_US: Final = 1.0  # of the numbers exchanged
_PARTS: Final = 3  # of the time: the skew is told from the first to the last


class Exchange(NamedTuple):
    """TIME and TIMED, all in us: sent, received on the board, answered by it, back."""

    t1: int
    t2: int
    t3: int
    t4: int

    @property
    def offset_us(self) -> float:
        """The board's clock less the host's."""
        return ((self.t2 - self.t1) + (self.t3 - self.t4)) / 2

    @property
    def wrong_by_us(self) -> float:
        """Most that the offset may be wrong by: half of what the line took, whichever way."""
        return max(0.0, ((self.t4 - self.t1) - (self.t3 - self.t2)) / 2) + _RESOLUTION_US

    @property
    def at_us(self) -> float:
        """Its middle, on the host's clock."""
        return (self.t1 + self.t4) / 2


@dataclass(frozen=True, slots=True)
class Offset:
    """How a board's clock goes.

    Attributes
    ----------
    offset_us, offset_within_us : float
        The board's clock less the host's when last told from a short round trip, and the most that
        this may be wrong by.
    skew_ppm, skew_within_ppm : float or None
        How much faster it goes, and the most that this may be wrong by, if it goes evenly; None
        while there are too few exchanges.
    exchanges : int
        How many it is told from.
    """

    offset_us: float
    offset_within_us: float
    skew_ppm: float | None
    skew_within_ppm: float | None
    exchanges: int


def offset_of(exchanges: list[Exchange]) -> Offset | None:
    """Return what exchanges tell, in the order in which they were; None without any.

    The shortest round trip of the last third tells the offset, and with that of the first third
    the skew: no straight line that every exchange allows is outside of what is stated.

    Examples
    --------
    >>> even = [Exchange(t, t + 140, t + 150, t + 90) for t in range(0, 3_000_000, 1_000_000)]
    >>> offset_of(even)
    Offset(offset_us=100.0, offset_within_us=41.0, skew_ppm=0.0, skew_within_ppm=41.0, exchanges=3)
    """
    if not exchanges:
        return None
    third = len(exchanges) // _PARTS
    last = _shortest(exchanges[-max(1, third) :])
    if third == 0:
        return Offset(last.offset_us, last.wrong_by_us, None, None, len(exchanges))
    first = _shortest(exchanges[:third])
    apart_s = (last.at_us - first.at_us) * 1e-6
    return Offset(
        last.offset_us,
        last.wrong_by_us,
        (last.offset_us - first.offset_us) / apart_s,
        (last.wrong_by_us + first.wrong_by_us) / apart_s,
        len(exchanges),
    )


def _shortest(exchanges: list[Exchange]) -> Exchange:
    return min(exchanges, key=lambda each: each.wrong_by_us)
