"""The ports that are here: those of the system, and boards that no list of ports shows."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass

from serial.tools import list_ports

from hil.boards import registry
from hil.errors import BoardError

PSEUDO_TERMINALS = range(136, 144)  # Linux: devices.txt, majors of Unix98 PTY slaves


@dataclass(frozen=True, slots=True)
class Present:
    """A port that is here.

    Attributes
    ----------
    name : str
        What to open.
    title : str
        What it is, for people.
    kind : str
        ``serial``; ``virtual`` or ``emulated`` for a board that is a process.
    usb : tuple of int, or None
        Vendor and product id.
    serial_number : str
        Of a USB device; empty where it has none.
    """

    name: str
    title: str
    kind: str = "serial"
    usb: tuple[int, int] | None = None
    serial_number: str = ""

    @property
    def usb_id(self) -> str:
        """Vendor and product as people write them (``2341:0043``); empty where there is none."""
        return "" if self.usb is None else f"{self.usb[0]:04x}:{self.usb[1]:04x}"

    def is_like(self, other: Present) -> bool:
        """Tell whether a board that was on the other port may be on this one now."""
        if self.kind != "serial":
            return self.kind == other.kind
        return self.usb is not None and (self.usb, self.serial_number) == (
            other.usb,
            other.serial_number,
        )


def ports_here() -> list[Present]:
    """Return the ports of the system and of boards that are processes, by name."""
    found = [
        Present(
            name=port.device,
            title=_title(port.description, port.product, port.manufacturer),
            usb=None if port.vid is None else (port.vid, port.pid),
            serial_number=port.serial_number or "",
        )
        for port in list_ports.comports()
    ]
    if os.name == "posix":
        with contextlib.suppress(BoardError):
            found += [
                Present(name=board.port, title=f"{board.kind} board", kind=board.kind)
                for board in registry.registered()
            ]
    return sorted(found, key=lambda port: port.name)


def has_rate(name: str) -> bool:
    """Return whether octets take their time on a port: one of the system, and no process's."""
    try:
        return os.major(os.stat(name).st_rdev) not in PSEUDO_TERMINALS
    except OSError:
        return "://" not in name  # of another system


def process_on(name: str) -> registry.Registered | None:
    """Return the board that is a process and has this port; None where none has."""
    if os.name == "posix":
        with contextlib.suppress(BoardError):
            for board in registry.registered():
                if os.path.realpath(board.port) == os.path.realpath(name):
                    return board
    return None


def simulated_rate(name: str) -> int:
    """Return the rate, bit/s, that the line of a board that is a process simulates; 0: none."""
    board = process_on(name)
    return 0 if board is None else board.baud


def rate_of(name: str, asked: int | None, *, usual: int) -> int | None:
    """Return the rate of a line, bit/s: asked for, simulated, or usual; None: it has none."""
    return asked or simulated_rate(name) or (usual if has_rate(name) else None)


def _title(*candidates: str | None) -> str:
    return next((text for text in candidates if text and text != "n/a"), "serial port")
