"""The telemetry dictionary as values: packets, their fields, and where each field stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from flightsw.errors import FlightswError

if TYPE_CHECKING:
    import numpy as np

Source = Literal["fsw", "transmitter"]
Clock = Literal["met", "uptime"]
Severity = Literal["info", "notice", "warning", "alarm"]
FieldType = Literal["u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64"]

SIZE_BYTES: Final[dict[str, int]] = {
    "u8": 1, "u16": 2, "u32": 4, "u64": 8, "i8": 1, "i16": 2, "i32": 4, "i64": 8,
}  # fmt: skip
PRIMARY_HEADER_BYTES: Final = 6  # CCSDS 133.0-B, 4.1.3
CRC_BYTES: Final = 2


class DictionaryError(FlightswError):
    """The telemetry dictionary contradicts itself or its format."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Where a value leaves its limits, in its unit; None where there is no such limit."""

    red_low: float | None = None
    yellow_low: float | None = None
    yellow_high: float | None = None
    red_high: float | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    """A virtual channel of the downlink; the smaller its `id`, the earlier it is sent."""

    id: int
    name: str
    about: str


@dataclass(frozen=True, slots=True)
class Event:
    """What an EVENT packet of kind `id` tells.

    `arguments` name fields of that packet; `sentence` holds them in braces.
    """

    id: int
    name: str
    severity: Severity
    arguments: tuple[str, ...]
    sentence: str
    about: str


@dataclass(frozen=True, slots=True)
class Field:
    """One number of a packet: value = count * scale, in `unit`.

    `offset` counts octets from the first octet of the packet. `values` names the counts 0, 1 ...
    of an enumeration and is empty otherwise. A field of a repeated declaration carries the name of
    the declaration in `array`, which is otherwise empty. A person reads value * `display_scale` in
    `display_unit`, with `digits` decimals; None: as many as it takes.
    """

    name: str
    type: FieldType
    scale: float
    unit: str
    about: str
    offset: int
    values: tuple[str, ...] = ()
    array: str = ""
    display_unit: str = ""
    display_scale: float = 1.0
    digits: int | None = None
    limits: Limits | None = None

    @property
    def size_bytes(self) -> int:
        """Octets that the field takes."""
        return SIZE_BYTES[self.type]

    @property
    def is_spare(self) -> bool:
        """Whether the field only keeps the ones after it aligned; it is sent as zero."""
        return self.name == "spare" or self.array == "spare"


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet: its fields in the order sent, spares among them; headers and CRC are not.

    `channel` is the virtual channel that carries it. `clock` says what its secondary header counts:
    mission elapsed time, or the time since its source started. A value older than `stale_s` is
    stale; None: it never is. `rate` says in words how often it is sent.
    """

    name: str
    apid: int
    about: str
    fields: tuple[Field, ...]
    channel: int = 0
    channel_name: str = ""
    source: Source = "fsw"
    clock: Clock = "met"
    rate: str = ""
    stale_s: float | None = None

    @property
    def size_bytes(self) -> int:
        """Octets of the whole packet, from primary header to CRC."""
        last = self.fields[-1]
        return last.offset + last.size_bytes + CRC_BYTES

    @property
    def clock_field(self) -> str:
        """What its secondary header is called in an array: ``met_us`` or ``uptime_us``."""
        return f"{self.clock}_us"

    def field(self, name: str) -> Field:
        """Return the field of that name; KeyError if there is none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Everything that air and ground agree on.

    `hash` is the CRC-32 of the layout: version, channels, packets, names, types, scales, units,
    values, offsets and events, not the words about them. `secondary_header` stands in every packet,
    at octet 6.
    """

    major: int
    minor: int
    hash: int
    secondary_header: Field
    packets: tuple[Packet, ...]
    channels: tuple[Channel, ...] = ()
    events: tuple[Event, ...] = ()

    @property
    def version(self) -> str:
        """Version as written in the file, `major.minor`."""
        return f"{self.major}.{self.minor}"

    def packet(self, name: str) -> Packet:
        """Return the packet of that name; KeyError if there is none."""
        for packet in self.packets:
            if packet.name == name:
                return packet
        raise KeyError(name)

    def event(self, kind: int) -> Event | None:
        """Return what an EVENT packet of a kind tells; None when the dictionary does not say."""
        return next((event for event in self.events if event.id == kind), None)


def numpy_dtype(packet: Packet) -> np.dtype[np.void]:
    """Return the big-endian structured type of one whole packet, so that bytes need no copy.

    Parameters
    ----------
    packet : Packet
        Of a dictionary.

    Returns
    -------
    numpy.dtype
        Fields `packet_id`, `sequence`, `length` (primary header, u16 each), `met_us` or
        `uptime_us` (by the clock of the packet), every field
        that is no spare, and `crc`; counts as sent, not scaled.
    """
    import numpy as np

    header = [("packet_id", ">u2", 0), ("sequence", ">u2", 2), ("length", ">u2", 4)]
    fields = [
        (field.name, f">{field.type[0]}{field.size_bytes}", field.offset)
        for field in packet.fields
        if not field.is_spare
    ]
    columns = [
        *header,
        (packet.clock_field, ">i8", PRIMARY_HEADER_BYTES),
        *fields,
        ("crc", ">u2", packet.size_bytes - CRC_BYTES),
    ]
    return np.dtype(
        {
            "names": [name for name, _, _ in columns],
            "formats": [form for _, form, _ in columns],
            "offsets": [offset for _, _, offset in columns],
            "itemsize": packet.size_bytes,
        }
    )
