"""Which boards and ports are here, and who answers on them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flightsw.cli.output import Line, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hil.finder import Found
    from hil.kinds import Identity

START: Final = "flightsw board start virtual"
PROCESSES: Final = ("virtual", "emulated")
ANY: Final = "any"
_LABEL: Final = 14
_ID_DIGITS: Final = 16


def port_of(board: str, *, baud: int) -> str:
    """Return the port of a board that is called by its name here, by its id or `any`.

    Anything else is a port. `any`: the one that is built from what this version is.

    Raises
    ------
    hil.errors.BoardError
        If no board here is the one, or more than one is.
    hil.errors.BoardUseError
        If it is almost the name of one.
    """
    from flightsw.dictionary import load_dictionary
    from flightsw.scenario.catalogue import nearest
    from hil.boards.firmware import firmware_hash
    from hil.boards.registry import registered
    from hil.errors import BoardUseError
    from hil.finder import find
    from hil.refusals import Expected

    if board == ANY:
        return find(expected=Expected(load_dictionary().hash, firmware_hash()), baud=baud).port
    here = {each.name: each.port for each in registered()}
    if board in here:
        return here[board]
    near = nearest(board.lower(), (*PROCESSES, ANY, *here))
    if not board or (near is not None and not Path(board).exists()):
        meant = f"; did you mean `{near}`?" if near else ": virtual, emulated, any or a port"
        msg = f"no board is called {board!r}{meant}"
        raise BoardUseError(msg)
    if len(board) != _ID_DIGITS or set(board) - set("0123456789abcdef"):
        return board
    return find(board_id=bytes.fromhex(board), baud=baud).port


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
                "baud": each.baud,
                "why": each.why or None,
            }
            for each in found
        ],
    }


def list_lines(found: list[Found], *, baud: int, asked: str | None = None) -> Iterator[Line]:
    """Yield what is printed of it; where no board is, the command that starts one is last.

    `baud`: the rate that was asked at, bit/s. `asked`: the only port that was to be asked.
    """
    for each in found:
        usb = f"{each.usb}  " if each.usb else ""
        yield Line.of(f"{each.name:<{_LABEL - 1}} {usb}{each.title}")
        for span in _who(each, baud):
            yield Line.of(f"{'':<{_LABEL}}", span)
    if not found:
        yield Line.of("no serial ports here, and no board that is a process")
    if asked is not None:
        if any(each.silent for each in found):
            yield Line.of("its firmware:")
            yield Line.of("  flightsw board flash TARGET")
    elif not any(each.identity or each.pid for each in found):
        yield Line.of("a board that needs nothing but the package:")
        yield Line.of(f"  {START}")


def _who(found: Found, baud: int) -> Iterator[Span]:
    """Yield who answers, or why nobody does, and of a process how it is ended."""
    if found.identity is None:
        yield Span(found.why, "dim")
    else:
        state = ""
        if found.pid is None and found.baud not in {None, baud}:
            state = f"; answers at {found.baud} baud: --baud {found.baud}"
        if found.identity.session:  # whoever flies a board has its port alone
            state += "; in a flight that its host has left"
        yield Span(f"{found.identity.name}: {', '.join(roles_of(found.identity))}{state}", "good")
        yield Span(version_of(found.identity, is_process=found.pid is not None))
        if found.pid is not None and Path(found.port).is_symlink():
            yield Span(found.port)
    if found.pid is not None:
        yield Span(f"end it: kill {found.pid}")


def version_of(identity: Identity, *, is_process: bool) -> str:
    """Return in words which board this is, and whether its firmware is this version's."""
    again = "start it again" if is_process else "build and flash it again"
    firmware = "" if is_this_firmware(identity) else f", of another version: {again}"
    return f"id {identity.board_id.hex()}, firmware {identity.firmware:08x}{firmware}"
