"""The first question to a board; where none answers, whether one would at another rate."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final

from hil.errors import BoardMismatchError, BoardSilentError
from hil.inquiry import discover

if TYPE_CHECKING:
    from hil.kinds import Identity
    from hil.line import Line

RATES: Final = (
    *(115_200, 9_600, 19_200, 38_400, 57_600, 230_400),
    *(250_000, 460_800, 500_000, 921_600, 1_000_000, 3_000_000),
)
"""Those that boards are built with, bit/s."""

_ANSWER_S: Final = 0.1
_ANSWER_BITS: Final = 2000  # question and answer, and half as much again


def met(line: Line, baud: int, patience_s: float) -> Identity:
    """Return who answers at the rate of a line.

    Parameters and errors are those of `meet`; and

    Raises
    ------
    BoardMismatchError
        When a board answers at another rate.
    """
    identity, rate = meet(line, baud, patience_s)
    if rate != baud:
        raise BoardMismatchError(other_rate(line.port.name, rate, baud))
    return identity


def other_rate(name: str, rate: int, asked: int) -> str:
    """Say that a board answers at another rate than it was asked at."""
    return f"{name}: a board of this link answers at {rate} baud, not at {asked}: --baud {rate}"


def meet(line: Line, baud: int, patience_s: float) -> tuple[Identity, int]:
    """Return who answers, and at which rate, bit/s.

    Parameters
    ----------
    line : Line
        Just opened.
    baud : int
        Its rate, bit/s.
    patience_s : float
        With a board that has to start first, s.

    Raises
    ------
    BoardSilentError
        When nobody does.
    PortLostError
        When the port is gone.
    """
    try:
        return discover(line, patience_s), baud
    except BoardSilentError:
        for rate in RATES:
            if rate != baud and line.port.set_rate(rate):
                with contextlib.suppress(BoardSilentError):
                    return discover(line, _ANSWER_S + _ANSWER_BITS / rate), rate
        raise
