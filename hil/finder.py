"""The boards that are here, and the one that is wanted: by what it says, not by its port."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from hil.boards.registry import registered
from hil.errors import BoardError, BoardMismatchError, BoardSilentError
from hil.line import Line
from hil.ports import BAUD, open_port
from hil.present import ports_here, simulated_rate
from hil.rates import meet, other_rate
from hil.refusals import Expected, check_identity
from hil.statistics import Statistics

if TYPE_CHECKING:
    from hil.kinds import Identity

_PATIENCE_S: Final = 2.5  # a board that is reset when its port is opened has to start first


@dataclass(frozen=True, slots=True)
class Found:
    """A port, and who answers on it.

    Attributes
    ----------
    name, title : str
        What it is called here, and what it is.
    port : str
        What to open.
    usb : str
        Vendor and product, ``2341:0043``; empty where it has none.
    pid : int or None
        Of a board that is a process.
    identity : Identity or None
        What the board says of itself.
    baud : int or None
        Rate at which it said so, bit/s.
    why : str
        Why nobody answers, or that nobody was asked.
    silent : bool
        Whether somebody was asked, and nobody answers.
    """

    name: str
    title: str
    port: str
    usb: str = ""
    pid: int | None = None
    identity: Identity | None = None
    baud: int | None = None
    why: str = ""
    silent: bool = False


def boards_here(*, port: str | None = None, baud: int = BAUD) -> list[Found]:
    """Return what is here: boards that are processes, then the ports of the system.

    Only what hangs on USB is asked who it is, a board that is a process, and `port`: others may be
    something that takes amiss what it does not know. A process is asked at the rate that it was
    started with; where nobody answers at `baud`, the other usual rates are tried.
    """
    found = [
        Found(each.name, f"{each.kind} board, process {each.pid}", each.port, pid=each.pid)
        for each in registered()
    ]
    found += [
        Found(here.name, here.title, here.name, usb=here.usb_id)
        for here in ports_here()
        if here.kind == "serial"
    ]
    if port is not None:
        found = [each for each in found if port in {each.name, each.port}] or [
            Found(port, "as given", port)
        ]
    with ThreadPoolExecutor(max(1, len(found))) as asking:
        return [*asking.map(lambda each: _asked(each, baud, must=port is not None), found)]


def find(
    *, board_id: bytes | None = None, expected: Expected | None = None, baud: int = BAUD
) -> Found:
    """Return the one board here that has an id, is built from what is expected, or both.

    Parameters
    ----------
    board_id : bytes, optional
        Eight octets; any board's unless given.
    expected : Expected, optional
        What it must be built from; anything unless given.
    baud : int
        Rate at which it is asked, bit/s.

    Raises
    ------
    BoardSilentError
        If none answers.
    BoardMismatchError
        If none of those that do is the one, or more than one is.
    """
    answering = [
        (each, each.identity) for each in boards_here(baud=baud) if each.identity is not None
    ]
    if board_id is not None:
        answering = [(each, who) for each, who in answering if who.board_id == board_id]
    if not answering:
        wanted = "answers" if board_id is None else f"has the id {board_id.hex()}"
        msg = f"no board here {wanted}; `flightsw board list` shows who does"
        raise BoardSilentError(msg)
    fit: list[tuple[Found, Identity]] = []
    unfit: list[str] = []
    for each, who in answering:
        try:
            if expected is not None:
                check_identity(each.port, who, expected)
            if each.pid is None and each.baud not in {None, baud}:
                raise BoardMismatchError(other_rate(each.port, each.baud, baud))
            fit.append((each, who))
        except BoardMismatchError as error:
            unfit.append(str(error))
    if not fit:
        raise BoardMismatchError("; ".join(unfit))
    if len(fit) > 1:
        names = ", ".join(f"{who.board_id.hex()} on {each.port}" for each, who in fit)
        msg = f"more than one board is here: {names}; which one? Its id says it"
        raise BoardMismatchError(msg)
    return fit[0][0]


def who_is_on(port: str, baud: int = BAUD) -> tuple[Identity, int]:
    """Return who answers on a port, and at which rate, bit/s.

    Parameters
    ----------
    port : str
        What to open.
    baud : int
        Rate at which it is asked first, bit/s.

    Raises
    ------
    BoardError
        If it cannot be opened, or nobody does.
    """
    line = Line(open_port(port, baud=baud), baud=baud, statistics=Statistics(), recorder=None)
    try:
        return meet(line, baud, _PATIENCE_S)
    finally:
        line.close()


def _asked(found: Found, baud: int, *, must: bool) -> Found:
    if not (must or found.usb or found.pid is not None):
        return replace(found, why="not asked: it is no USB port; --port asks it")
    try:
        identity, rate = who_is_on(found.port, simulated_rate(found.port) or baud)
        return replace(found, identity=identity, baud=rate)
    except BoardError as error:
        why = str(error).removeprefix(f"{found.port}: ")
        return replace(found, why=why, silent=isinstance(error, BoardSilentError))
