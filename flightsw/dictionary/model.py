"""The telemetry dictionary as values: packets, their fields, and where each field stands."""

from __future__ import annotations

import tomllib
import zlib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final, Literal

from flightsw.errors import FlightswError

if TYPE_CHECKING:
    import numpy as np

Source = Literal["fsw", "transmitter"]
Clock = Literal["met", "uptime"]
Severity = Literal["info", "notice", "warning", "alarm"]
FieldType = Literal["u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64"]

FORMATS: Final = ("flightsw-dictionary/1", "flightsw-dictionary/2")
EVENTS_FORMAT: Final = "flightsw-events/1"
CURRENT: Final = "telemetry.toml"
RELEASES: Final = {1: "releases/1.0.toml"}  # earlier major versions, whose recordings are read
CHANNELS: Final = 7  # virtual channels; the eighth is that of idle frames
EVENT_NAME_CHARACTERS: Final = 22
SEVERITIES: Final = ("info", "notice", "warning", "alarm")
SIZE_BYTES: Final[dict[str, int]] = {
    "u8": 1, "u16": 2, "u32": 4, "u64": 8, "i8": 1, "i16": 2, "i32": 4, "i64": 8,
}  # fmt: skip
PRIMARY_HEADER_BYTES: Final = 6  # CCSDS 133.0-B, 4.1.3
CRC_BYTES: Final = 2
APID_LIMIT: Final = 0x7FF  # the last one is that of idle packets: CCSDS 133.0-B, 4.1.3.3.4.4


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


@cache
def load_dictionary(major: int | None = None) -> Dictionary:
    """Return the dictionary of this package, or the last one of an earlier major version.

    Parameters
    ----------
    major : int, optional
        Which; that of the flight software unless given.

    Raises
    ------
    DictionaryError
        If there is none of that version, or a file contradicts itself.
    """
    current = parse_dictionary(_file(CURRENT), _file("events.toml"))
    if major is None or major == current.major:
        return current
    if major not in RELEASES:
        known = ", ".join(str(each) for each in (*RELEASES, current.major))
        msg = f"version {major} of the telemetry dictionary is not known here; {known} are"
        raise DictionaryError(msg)
    return parse_dictionary(_file(RELEASES[major]))


def _file(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def parse_dictionary(text: str, events: str = "") -> Dictionary:
    """Return the dictionary that texts in the formats of telemetry.toml and events.toml declare.

    Raises
    ------
    DictionaryError
        If a text is not TOML, lacks a key, or declares an APID, a channel, an event or a name
        twice.
    """
    try:
        return _parse(tomllib.loads(text), tomllib.loads(events))
    except tomllib.TOMLDecodeError as error:
        msg = f"the telemetry dictionary is not TOML: {error}"
        raise DictionaryError(msg) from error
    except KeyError as error:
        msg = f"the telemetry dictionary lacks the key {error}"
        raise DictionaryError(msg) from error


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


def _parse(tables: dict[str, Any], events: dict[str, Any]) -> Dictionary:
    if tables["format"] not in FORMATS:
        readable = " or ".join(f'"{name}"' for name in FORMATS)
        msg = f'the telemetry dictionary has format "{tables["format"]}"; {readable} can be read'
        raise DictionaryError(msg)
    major, minor = (int(number) for number in tables["version"].split("."))
    header = _field(tables["secondary_header"], offset=PRIMARY_HEADER_BYTES, index=None)
    channels = tuple(_channel(table) for table in tables.get("channel", ()))
    packets = tuple(_packet(table, header, channels) for table in tables["packet"])
    told = tuple(_event(table) for table in events.get("event", ()))
    _unique([packet.name for packet in packets], "packet")
    _unique([f"{packet.apid:#05x}" for packet in packets], "APID")
    _unique([f"{channel.id}" for channel in channels], "channel")
    _unique([channel.name for channel in channels], "channel")
    _unique([f"{event.id}" for event in told], "event")
    _unique([event.name for event in told], "event")
    return Dictionary(
        major=major,
        minor=minor,
        hash=_hash(tables["format"], major, minor, header, channels, packets, told),
        secondary_header=header,
        packets=packets,
        channels=channels,
        events=told,
    )


def _channel(table: dict[str, Any]) -> Channel:
    if not 0 <= table["id"] < CHANNELS:
        msg = f"channel {table['name']}: an id is 0 to {CHANNELS - 1}, not {table['id']}"
        raise DictionaryError(msg)
    return Channel(id=table["id"], name=table["name"], about=table["about"])


def _event(table: dict[str, Any]) -> Event:
    name = table["name"]
    if len(name) > EVENT_NAME_CHARACTERS:
        msg = f"event {name}: a name has at most {EVENT_NAME_CHARACTERS} characters"
        raise DictionaryError(msg)
    if not 1 <= table["id"] <= 255:  # noqa: PLR2004  an octet, and 0 is none
        msg = f"event {name}: an id is 1 to 255, not {table['id']}"
        raise DictionaryError(msg)
    if table["severity"] not in SEVERITIES:
        msg = f"event {name}: a severity is one of {', '.join(SEVERITIES)}"
        raise DictionaryError(msg)
    return Event(
        id=table["id"],
        name=name,
        severity=table["severity"],
        arguments=tuple(table["arguments"]),
        sentence=table["sentence"],
        about=table["about"],
    )


def _packet(table: dict[str, Any], header: Field, channels: tuple[Channel, ...]) -> Packet:
    if not 0 <= table["apid"] < APID_LIMIT:
        msg = f"packet {table['name']}: an APID is 0 to {APID_LIMIT - 1:#x}, not {table['apid']}"
        raise DictionaryError(msg)
    fields: list[Field] = []
    offset = header.offset + header.size_bytes
    for declared in table["field"]:
        count = declared.get("count")
        for index in [None] if count is None else range(count):
            field = _field(declared, offset=offset, index=index)
            fields.append(field)
            offset += field.size_bytes
    _unique([field.name for field in fields if not field.is_spare], f"field of {table['name']}")
    carrier = Channel(0, "", "")
    if channels:
        ids = {channel.name: channel for channel in channels}
        if table["channel"] not in ids:
            msg = f"packet {table['name']}: a channel is one of {', '.join(ids)}"
            raise DictionaryError(msg)
        carrier = ids[table["channel"]]
    source, clock = table.get("source", "fsw"), table.get("clock", "met")
    if source not in ("fsw", "transmitter") or clock not in ("met", "uptime"):
        msg = f'packet {table["name"]}: source is "fsw" or "transmitter", clock "met" or "uptime"'
        raise DictionaryError(msg)
    return Packet(
        name=table["name"],
        apid=table["apid"],
        about=table["about"],
        fields=tuple(fields),
        channel=carrier.id,
        channel_name=carrier.name,
        source=source,
        clock=clock,
        rate=table.get("rate", ""),
        stale_s=table.get("stale_s"),
    )


def _field(table: dict[str, Any], *, offset: int, index: int | None) -> Field:
    name = table["name"]
    if table["type"] not in SIZE_BYTES:
        msg = f"field {name}: a type is one of {', '.join(SIZE_BYTES)}, not {table['type']!r}"
        raise DictionaryError(msg)
    unit = table.get("unit", "")
    try:
        limits = Limits(**table["limits"]) if "limits" in table else None
    except TypeError as error:
        msg = f"field {name}: limits are red_low, yellow_low, yellow_high, red_high"
        raise DictionaryError(msg) from error
    return Field(
        name=name if index is None else f"{name}_{index:02d}",
        type=table["type"],
        scale=float(table.get("scale", 1.0)),
        unit=unit,
        about=table["about"],
        offset=offset,
        values=tuple(table.get("values", ())),
        array="" if index is None else name,
        display_unit=table.get("display_unit", unit),
        display_scale=float(table.get("display_scale", 1.0)),
        digits=table.get("digits"),
        limits=limits,
    )


def _unique(names: list[str], what: str) -> None:
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        msg = f"the telemetry dictionary declares a {what} twice: {', '.join(sorted(twice))}"
        raise DictionaryError(msg)


def _hash(  # noqa: PLR0913, PLR0917  what the layout is made of
    form: str,
    major: int,
    minor: int,
    header: Field,
    channels: tuple[Channel, ...],
    packets: tuple[Packet, ...],
    events: tuple[Event, ...],
) -> int:
    lines = [f"{form} {major}.{minor}", _layout(header)]
    lines += [f"channel {channel.id} {channel.name}" for channel in channels]
    for packet in packets:
        carried = f" {packet.channel} {packet.source} {packet.clock}" if channels else ""
        lines.append(f"{packet.name} {packet.apid}{carried}")
        lines.extend(_layout(field) for field in packet.fields)
    lines += [f"event {event.id} {event.name} {event.severity}" for event in events]
    return zlib.crc32("\n".join(lines).encode())


def _layout(field: Field) -> str:
    values = ",".join(field.values)
    return f"{field.offset} {field.name} {field.type} {field.scale!r} {field.unit} {values}"
