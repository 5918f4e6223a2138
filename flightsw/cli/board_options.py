"""The flags of `flightsw run` that let a board play a part."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

_F = TypeVar("_F", bound="Callable[..., Any]")

USUAL_BAUD: Final = 115_200
Role = Literal["transmitter", "sequencer"]
OnLoss = Literal["wait", "fail", "continue"]

_FLAGS: Final = {
    "role": "--role",
    "lockstep": "--lockstep",
    "realtime": "--realtime",
    "realtime_from": "--realtime-from",
    "baud": "--baud",
    "on_loss": "--on-loss",
    "wire": "--wire",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardChoice:
    """Which board plays what, and how.

    `board` is `virtual`, `emulated`, `any`, a port, a URL, an id, or what a running board is
    called. `baud` None: what is usual for it. `real_time_from_s`: when the wall clock takes over,
    s from T-0; minus infinity for the first tick, None for never.
    """

    board: str
    role: Role = "transmitter"
    real_time_from_s: float | None = None
    baud: int | None = None
    on_loss: OnLoss = "wait"
    wire: Path | None = None

    @property
    def mode(self) -> str:
        """Who decides when a tick begins, in words."""
        return "lockstep" if self.real_time_from_s is None else "real time"

    @property
    def lockstep_until_s(self) -> float | None:
        """When lockstep ends, s after T-0; None where nothing of that is in the flight."""
        from_s = self.real_time_from_s
        return None if from_s is None or math.isinf(from_s) else from_s


def board_options(function: _F) -> _F:
    """Give a command the flags of `BoardChoice`."""
    for option in reversed(
        (
            click.option(
                "--board",
                metavar="virtual|emulated|any|PORT",
                help="A board plays a part: one that is started, the one here, or one on a port.",
            ),
            click.option(
                "--role",
                type=click.Choice(["transmitter", "sequencer"]),
                help="The part that the board plays; transmitter unless given.",
            ),
            click.option(
                "--lockstep",
                is_flag=True,
                default=None,
                help="Tick by tick, with the same bytes; so it is unless something else is given.",
            ),
            click.option(
                "--realtime",
                is_flag=True,
                default=None,
                help="Each tick at its time of the wall clock; what comes late is counted.",
            ),
            click.option(
                "--realtime-from",
                type=float,
                metavar="T",
                help="In lockstep up to T, s from T-0, and in real time from there on.",
            ),
            click.option(
                "--baud",
                type=click.IntRange(min=300),
                metavar="RATE",
                help="Of the line, bit/s.",
            ),
            click.option(
                "--on-loss",
                type=click.Choice(["wait", "fail", "continue"]),
                help="When the board is gone: wait for it, end with exit 3, or fly on without.",
            ),
            click.option(
                "--wire",
                type=click.Path(path_type=Path),
                metavar="FILE",
                help="Record every octet of the line; `flightsw board wire FILE` tells it.",
            ),
        )
    ):
        function = option(function)
    return function


def board_choice(  # noqa: PLR0913  one a flag
    *,
    board: str | None,
    role: Role | None,
    lockstep: bool | None,
    realtime: bool | None,
    realtime_from: float | None,
    baud: int | None,
    on_loss: OnLoss | None,
    wire: Path | None,
) -> BoardChoice | None:
    """Return what the flags say; None when no board plays.

    Raises
    ------
    click.UsageError
        If a flag is given that says nothing without another, or against another.
    """
    given = {
        "role": role,
        "lockstep": lockstep,
        "realtime": realtime,
        "realtime_from": realtime_from,
        "baud": baud,
        "on_loss": on_loss,
        "wire": wire,
    }
    said: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if board is None:
        if said:
            msg = f"{_FLAGS[next(iter(said))]} is for a board; which one? --board"
            raise click.UsageError(msg)
        return None
    if board.startswith("-"):
        msg = f"--board {board} is no board but a flag: virtual, emulated, any or a port"
        raise click.UsageError(msg)
    times = [
        name
        for name in ("lockstep", "realtime", "realtime_from")
        if said.pop(name, None) is not None
    ]
    if len(times) > 1:
        msg = f"{' and '.join(_FLAGS[name] for name in times)} say different things: which one?"
        raise click.UsageError(msg)
    if realtime_from is not None and not math.isfinite(realtime_from):
        msg = f"--realtime-from {realtime_from} is no time: seconds from T-0, such as 379"
        raise click.UsageError(msg)
    from_s = -math.inf if realtime else realtime_from
    if role == "sequencer" and on_loss == "continue":
        msg = "a vehicle without its sequencer does not fly on: --on-loss wait or fail"
        raise click.UsageError(msg)
    return BoardChoice(board=board, real_time_from_s=from_s, **said)


def check_speed(choice: BoardChoice | None, speed: float | None) -> None:
    """Raise `click.UsageError` if a flight in real time is to be shown slower than that."""
    by_clock = choice is not None and choice.real_time_from_s is not None
    if by_clock and speed is not None and speed < 1.0:
        msg = f"--speed {speed:g} is slower than real time: every deadline would be missed"
        raise click.UsageError(msg)
