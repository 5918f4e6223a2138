"""Boards that are processes, started; firmware of others, built."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flightsw.cli.board_list import PROCESSES, port_of
from flightsw.cli.board_options import USUAL_BAUD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hil.boards.build import Built


def started(kind: str, *, baud: int = 0, stays: bool = False) -> Any:
    """Start a board that is a process; it has `port`, `pid` and `stop()`.

    Raises
    ------
    hil.errors.BoardError
        If it does not start; where something has to be installed, the message names it.
    """
    if kind == "virtual":
        from hil.boards.virtual import VirtualBoard

        return VirtualBoard(baud=baud, stays=stays)
    from hil.boards.emulated import EmulatedBoard

    return EmulatedBoard(stays=stays)


def check_has_rate(board: str) -> None:
    """Raise click.UsageError if a board, to be started or here, is one whose line has no rate."""
    from hil.boards.registry import registered

    here = {name for each in registered() if each.kind == "emulated" for name in each.names}
    if board == "emulated" or board in here:
        msg = "an emulated board's line has no rate: --baud is for a virtual board or a real one"
        raise click.UsageError(msg)


@contextmanager
def port_for(board: str, *, baud: int | None) -> Iterator[str]:
    """Return the port of a board for the block: one that is started for it, or is here.

    Parameters
    ----------
    board : str
        `virtual`, `emulated`, a port or URL, the name or id of a board that is here.
    baud : int or None
        Rate of its line, bit/s. None: the usual one, of a virtual board as fast as it goes.

    Raises
    ------
    hil.errors.BoardError
        If no board here is the one, more than one is, or it does not start.
    click.UsageError
        If a rate is given for a line that has none.
    """
    if baud is not None:
        check_has_rate(board)
    if board not in PROCESSES:
        yield port_of(board, baud=baud or USUAL_BAUD)
        return
    process = started(board, baud=baud or 0)
    try:
        yield process.port
    finally:
        process.stop()


def start_board(kind: str, *, baud: int | None, as_json: bool) -> int:
    """Start a board that stays; print its port, and in words how it is used and ended."""
    from flightsw.cli.output import show_json, tell

    board = started(kind, baud=baud or 0, stays=True)
    name = Path(board.port).name
    if as_json:
        show_json(
            {
                "format": "flightsw-board/1",
                "kind": kind,
                "name": name,
                "port": board.port,
                "pid": board.pid,
            }
        )
        return 0
    click.echo(board.port)
    rate = "" if baud is None else f" --baud {baud}"
    tell(f"fly it:  flightsw run MISSION --board {name}{rate}")
    tell(f"end it:  kill {board.pid}")
    tell("it stays when this terminal is closed; `flightsw board list` shows it")
    return 0


def build_board(target: str, *, baud: int, out: Path | None, as_json: bool) -> int:
    """Build a board's firmware; print its image, and in words how large it is."""
    from flightsw.cli.output import show_json, tell

    built = _built(target, baud=baud, out=out)
    if as_json:
        show_json(
            {
                "format": "flightsw-board-build/1",
                "target": built.target.id,
                "title": built.target.title,
                "roles": [*built.target.roles],
                "baud": baud,
                "image": str(built.image),
                "elf": str(built.elf),
                "flash_bytes": built.flash_bytes,
                "flash_max_bytes": built.target.flash_max_bytes,
                "ram_bytes": built.ram_bytes,
                "ram_max_bytes": built.target.ram_max_bytes,
            }
        )
        return 0
    click.echo(str(built.image))
    tell(
        f"{built.target.title}: {', '.join(built.target.roles)}; "
        f"{built.flash_bytes} of {built.target.flash_max_bytes} octets of flash, "
        f"{built.ram_bytes} of {built.target.ram_max_bytes} of RAM besides the stack"
    )
    return 0


def flash_board(target: str, *, port: str | None, baud: int, as_json: bool) -> int:
    """Build a board's firmware and bring it there; print in words what was done."""
    from flightsw.cli.output import show_json
    from hil.boards.flash import flash, way_to
    from hil.boards.target import check_rate, target_of

    board = target_of(target)
    check_rate(board, baud)
    way_to(board, port=port)  # before anything is built
    done = flash(_built(target, baud=baud, out=None), port=port)
    if as_json:
        show_json(
            {"format": "flightsw-board-flash/1", "target": target, "baud": baud, "done": done}
        )
    else:
        click.echo(done)
    return 0


def _built(target: str, *, baud: int, out: Path | None) -> Built:
    from hil.boards.build import build

    return build(target, baud=baud, folder=out)


def target_lines() -> Iterator[str]:
    """Yield the boards that firmware can be built for, and what is missing for it."""
    from hil.boards.build import missing_packages
    from hil.boards.target import targets

    known = targets()
    width = max(map(len, known)) + 2
    for target in known.values():
        missing = missing_packages(target.id)
        needs = f"   needs: apt-get install {' '.join(missing)}" if missing else ""
        yield f"{target.id:<{width}}{target.title}: {', '.join(target.roles)}{needs}"
