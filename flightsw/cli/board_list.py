"""Which boards and ports are here, and who answers on them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flightsw.cli.output import Line, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hil.kinds import Identity

START: Final = "flightsw board start virtual"
_PATIENCE_S: Final = 2.5  # a board that is reset when its port is opened has to start first
_LABEL: Final = 14
_ID_DIGITS: Final = 16


@dataclass(frozen=True, slots=True)
class Found:
    """A port, and who answers on it; `why` says why nobody does, or that nobody was asked."""

    name: str
    title: str
    port: str
    usb: str = ""
    pid: int | None = None
    identity: Identity | None = None
    why: str = ""


def boards_here(*, port: str | None, baud: int) -> list[Found]:
    """Return what is here: boards that are processes, then the ports of the system.

    Only what hangs on USB is asked who it is, a board that is a process, and `port`: others may be
    something that takes amiss what it does not know.
    """
    from hil.boards.registry import registered
    from hil.present import ports_here

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


def port_of(board: str, *, baud: int) -> str:
    """Return the port of a board that is called by its name here or by its id; else what was given.

    Raises
    ------
    BoardSilentError
        If `board` is an id and no board here has it.
    """
    from hil.boards.registry import registered
    from hil.errors import BoardSilentError

    for each in registered():
        if each.name == board:
            return each.port
    if len(board) != _ID_DIGITS or set(board) - set("0123456789abcdef"):
        return board
    found = boards_here(port=None, baud=baud)
    for here in found:
        if here.identity is not None and here.identity.board_id.hex() == board:
            return here.port
    msg = f"no board here has the id {board}; `flightsw board list` shows who answers"
    raise BoardSilentError(msg)


def _asked(found: Found, baud: int, *, must: bool) -> Found:
    from dataclasses import replace

    from hil.errors import BoardError

    if not (must or found.usb or found.pid is not None):
        return replace(found, why="not asked: it is no USB port; --port asks it")
    try:
        return replace(found, identity=who(found.port, baud))
    except BoardError as error:
        return replace(found, why=str(error).removeprefix(f"{found.port}: "))


def who(port: str, baud: int) -> Identity:
    """Return who answers on a port.

    Raises
    ------
    BoardError
        If it cannot be opened, or nobody does.
    """
    from hil.line import Line as BoardLine
    from hil.ports import open_port
    from hil.statistics import Statistics

    line = BoardLine(open_port(port, baud=baud), baud=baud, statistics=Statistics(), recorder=None)
    try:
        return line.discover(_PATIENCE_S)
    finally:
        line.close()


def identity_of(identity: Identity) -> dict[str, Any]:
    """Return what a board says of itself, ready for JSON."""
    return {
        "name": identity.name,
        "id": identity.board_id.hex(),
        "roles": roles_of(identity),
        "protocol": identity.protocol,
        "firmware": f"{identity.firmware:08x}",
        "this_firmware": is_this_firmware(identity),
        "dictionary": f"{identity.dictionary:08x}",
        "window_bytes": identity.window,
        "content_max_bytes": identity.content_max,
        "storage_bytes": identity.storage_bytes,
        "running": identity.session != 0,
    }


def roles_of(identity: Identity) -> list[str]:
    """Return which parts a board can play."""
    from hil.kinds import Role

    return [role.name.lower() for role in Role if identity.roles >> role & 1]


def is_this_firmware(identity: Identity) -> bool:
    """Return whether a board runs the firmware of this version."""
    from hil.boards.firmware import firmware_hash

    return identity.firmware == firmware_hash()


def list_of(found: list[Found]) -> dict[str, Any]:
    """Return what is here, ready for JSON."""
    return {
        "format": "flightsw-board-list/1",
        "boards": [
            {
                "name": each.name,
                "title": each.title,
                "port": each.port,
                "usb": each.usb or None,
                "pid": each.pid,
                "identity": None if each.identity is None else identity_of(each.identity),
                "why": each.why or None,
            }
            for each in found
        ],
    }


def list_lines(found: list[Found]) -> Iterator[Line]:
    """Yield what is printed of it; where no board answers, the command that starts one is last."""
    for each in found:
        usb = f"{each.usb}  " if each.usb else ""
        yield Line.of(f"{each.name:<{_LABEL}}{usb}{each.title}")
        if each.identity is None:
            yield Line.of(Span(f"{'':<{_LABEL}}{each.why}", "dim"))
            continue
        state = "; in a flight" if each.identity.session else ""
        yield Line.of(
            Span(
                f"{'':<{_LABEL}}{each.identity.name}: {', '.join(roles_of(each.identity))}{state}",
                "good",
            )
        )
        yield Line.of(f"{'':<{_LABEL}}{version_of(each.identity)}")
        if each.pid is not None and Path(each.port).is_symlink():
            yield Line.of(f"{'':<{_LABEL}}{each.port}")
    if not found:
        yield Line.of("no serial ports here, and no board that is a process")
    if not any(each.identity for each in found):
        yield Line.of("a board that needs nothing but the package:")
        yield Line.of(f"  {START}")


def version_of(identity: Identity) -> str:
    """Return in words which board this is, and whether its firmware is this version's."""
    firmware = (
        "" if is_this_firmware(identity) else ", of another version: build and flash it again"
    )
    return f"id {identity.board_id.hex()}, firmware {identity.firmware:08x}{firmware}"
