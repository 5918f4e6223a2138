"""The ports that are here: those of the system, and boards that no list of ports shows."""

from __future__ import annotations

from dataclasses import dataclass

from serial.tools import list_ports


@dataclass(frozen=True, slots=True)
class Present:
    """A port that is here.

    Attributes
    ----------
    name : str
        What to open.
    title : str
        What it is, for people.
    usb : tuple of int, or None
        Vendor and product id.
    serial_number : str
        Of a USB device; empty where it has none.
    """

    name: str
    title: str
    usb: tuple[int, int] | None = None
    serial_number: str = ""

    @property
    def usb_id(self) -> str:
        """Vendor and product as people write them (``2341:0043``); empty where there is none."""
        return "" if self.usb is None else f"{self.usb[0]:04x}:{self.usb[1]:04x}"


def ports_here() -> list[Present]:
    """Return the ports of the system, by name."""
    found = [
        Present(
            name=port.device,
            title=_title(port.description, port.product, port.manufacturer),
            usb=None if port.vid is None else (port.vid, port.pid),
            serial_number=port.serial_number or "",
        )
        for port in list_ports.comports()
    ]
    return sorted(found, key=lambda port: port.name)


def _title(*candidates: str | None) -> str:
    return next((text for text in candidates if text and text != "n/a"), "serial port")
