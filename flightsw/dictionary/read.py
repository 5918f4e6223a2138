"""Dictionary files to values; what contradicts the format is refused by file, place and key."""

from __future__ import annotations

import math
import re
import tomllib
import zlib
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, TypeVar

from flightsw.dictionary.model import (
    PRIMARY_HEADER_BYTES,
    SIZE_BYTES,
    Channel,
    Dictionary,
    DictionaryError,
    Event,
    Field,
    Limits,
    Packet,
)

if TYPE_CHECKING:
    from collections.abc import Callable

FORMATS: Final = ("flightsw-dictionary/1", "flightsw-dictionary/2")
EVENTS_FORMAT: Final = "flightsw-events/1"
CHANNELS: Final = 7  # virtual channels; the eighth is that of idle frames
EVENT_NAME_CHARACTERS: Final = 22
SEVERITIES: Final = ("info", "notice", "warning", "alarm")
APID_LIMIT: Final = 0x7FF  # the last one is that of idle packets: CCSDS 133.0-B, 4.1.3.3.4.4

_T = TypeVar("_T")
_NUMBER: Final = (int, float)
_LIMITS: Final = ("red_low", "yellow_low", "yellow_high", "red_high")  # in the order of values
# What each table may hold, and of what type; `?` for a key that may be absent.
_KEYS: Final[dict[str, dict[str, Any]]] = {
    "file": {
        "format": str, "version": str, "secondary_header": dict, "packet": list, "channel?": list,
    },
    "events": {"format": str, "event": list},
    "channel": {"id": int, "name": str, "about": str},
    "event": {
        "id": int, "name": str, "severity": str, "arguments": list, "sentence": str, "about": str,
    },
    "packet": {
        "name": str, "apid": int, "about": str, "field": list, "channel?": str, "source?": str,
        "clock?": str, "rate?": str, "stale_s?": _NUMBER,
    },
    "field": {
        "name": str, "type": str, "about": str, "count?": int, "scale?": _NUMBER, "unit?": str,
        "display_unit?": str, "display_scale?": _NUMBER, "digits?": int, "values?": list,
        "limits?": dict,
    },
    "limits": {f"{name}?": _NUMBER for name in _LIMITS},
}  # fmt: skip


def parse_dictionary(
    text: str,
    events: str = "",
    *,
    name: str = "telemetry.toml",
    events_name: str = "events.toml",
) -> Dictionary:
    """Return the dictionary that texts in the formats of telemetry.toml and events.toml declare.

    Parameters
    ----------
    text, events : str
        The files; without the second there are no events.
    name, events_name : str
        What the files are called in an error.

    Raises
    ------
    DictionaryError
        If a text is not TOML, lacks a key or has one that is not known, has limits that are not in
        order, or declares an APID, a channel, an event or a name twice.
    """
    told = _in_file(events_name, lambda: _events(tomllib.loads(events))) if events else ()
    return _in_file(name, lambda: _parse(tomllib.loads(text), told))


def _in_file(name: str, read: Callable[[], _T]) -> _T:
    try:
        return read()
    except tomllib.TOMLDecodeError as error:
        msg = f"{name} of the telemetry dictionary is not TOML: {error}"
        raise DictionaryError(msg) from error
    except DictionaryError as error:
        msg = f"{name} of the telemetry dictionary: {error}"
        raise DictionaryError(msg) from error


def _checked(table: Any, kind: str, place: str) -> None:
    """Raise DictionaryError unless a table holds the keys of its kind, and no others."""
    allowed = _KEYS[kind]
    known = {key.rstrip("?"): form for key, form in allowed.items()}
    if not isinstance(table, dict):
        msg = f"{place} is a table of {', '.join(known)}"
        raise DictionaryError(msg)
    for key, value in table.items():
        if key not in known:
            msg = f"{place}: unknown key `{key}`; {', '.join(known)} are allowed"
            raise DictionaryError(msg)
        if not isinstance(value, known[key]) or isinstance(value, bool):
            forms = known[key] if isinstance(known[key], tuple) else (known[key],)
            words = {str: "text", int: "a whole number", float: "a number"}
            form = words.get(forms[-1], "a list" if forms[-1] is list else "a table")
            msg = f"{place}: `{key}` is {form}, not {value!r}"
            raise DictionaryError(msg)
        if isinstance(value, float) and not math.isfinite(value):
            msg = f"{place}: `{key}` is a finite number, not {value}"
            raise DictionaryError(msg)
    for key in allowed:
        if not key.endswith("?") and key not in table:
            msg = f"{place} lacks the key '{key}'"
            raise DictionaryError(msg)


def _called(table: Any, what: str, index: int) -> str:
    """Return how a table is called in an error: by its name, or by its place."""
    name = table.get("name") if isinstance(table, dict) else None
    return f"{what} {name}" if isinstance(name, str) else f"{what} number {index + 1}"


def _parse(tables: dict[str, Any], told: tuple[Event, ...]) -> Dictionary:
    if tables.get("format", FORMATS[0]) not in FORMATS:
        readable = " or ".join(f'"{name}"' for name in FORMATS)
        msg = f'it has format "{tables["format"]}"; {readable} can be read'
        raise DictionaryError(msg)
    _checked(tables, "file", "the file")
    version = re.fullmatch(r"([0-9]{1,3})\.([0-9]{1,3})", tables["version"])
    if version is None:
        msg = f'`version` is MAJOR.MINOR, for example "2.0", not {tables["version"]!r}'
        raise DictionaryError(msg)
    major, minor = (int(number) for number in version.groups())
    _checked(tables["secondary_header"], "field", "secondary_header")
    header = _field(
        tables["secondary_header"], "secondary_header", offset=PRIMARY_HEADER_BYTES, index=None
    )
    channels = tuple(_channel(*each) for each in enumerate(tables.get("channel", ())))
    packets = tuple(_packet(*each, header, channels) for each in enumerate(tables["packet"]))
    _unique([packet.name for packet in packets], "packet")
    _unique([f"{packet.apid:#05x}" for packet in packets], "APID")
    _unique([f"{channel.id}" for channel in channels], "channel")
    _unique([channel.name for channel in channels], "channel")
    return Dictionary(
        major=major,
        minor=minor,
        hash=_hash(tables["format"], major, minor, header, channels, packets, told),
        secondary_header=header,
        packets=packets,
        channels=channels,
        events=told,
    )


def _events(tables: dict[str, Any]) -> tuple[Event, ...]:
    _checked(tables, "events", "the file")
    if tables["format"] != EVENTS_FORMAT:
        msg = f'it has format "{tables["format"]}"; "{EVENTS_FORMAT}" can be read'
        raise DictionaryError(msg)
    told = tuple(_event(*each) for each in enumerate(tables["event"]))
    _unique([f"{event.id}" for event in told], "event")
    _unique([event.name for event in told], "event")
    return told


def _channel(index: int, table: dict[str, Any]) -> Channel:
    _checked(table, "channel", _called(table, "channel", index))
    if not 0 <= table["id"] < CHANNELS:
        msg = f"channel {table['name']}: an id is 0 to {CHANNELS - 1}, not {table['id']}"
        raise DictionaryError(msg)
    return Channel(id=table["id"], name=table["name"], about=table["about"])


def _event(index: int, table: dict[str, Any]) -> Event:
    _checked(table, "event", _called(table, "event", index))
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


def _packet(
    number: int, table: dict[str, Any], header: Field, channels: tuple[Channel, ...]
) -> Packet:
    place = _called(table, "packet", number)
    _checked(table, "packet", place)
    if not 0 <= table["apid"] < APID_LIMIT:
        msg = f"packet {table['name']}: an APID is 0 to {APID_LIMIT - 1:#x}, not {table['apid']}"
        raise DictionaryError(msg)
    fields: list[Field] = []
    offset = header.offset + header.size_bytes
    for at, declared in enumerate(table["field"]):
        where = f"{place}, {_called(declared, 'field', at)}"
        _checked(declared, "field", where)
        count = declared.get("count")
        if count is not None and count < 1:
            msg = f"{where}: `count` is 1 or more, not {count}"
            raise DictionaryError(msg)
        for index in [None] if count is None else range(count):
            field = _field(declared, where, offset=offset, index=index)
            fields.append(field)
            offset += field.size_bytes
    if not fields:
        msg = f"{place} has no field"
        raise DictionaryError(msg)
    _unique([field.name for field in fields if not field.is_spare], f"field of {table['name']}")
    carrier = Channel(0, "", "")
    if channels:
        ids = {channel.name: channel for channel in channels}
        if table.get("channel") not in ids:
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


def _field(table: dict[str, Any], place: str, *, offset: int, index: int | None) -> Field:
    name = table["name"]
    if table["type"] not in SIZE_BYTES:
        msg = f"{place}: a type is one of {', '.join(SIZE_BYTES)}, not {table['type']!r}"
        raise DictionaryError(msg)
    unit = table.get("unit", "")
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
        limits=_limits(table["limits"], place) if "limits" in table else None,
    )


def _limits(table: dict[str, Any], place: str) -> Limits:
    _checked(table, "limits", f"{place}, limits")
    given = {name: float(table[name]) for name in _LIMITS if name in table}
    for (low, below), (high, above) in pairwise(given.items()):
        if below > above:
            msg = f"{place}, limits: `{low}` = {below:g} is over `{high}` = {above:g}"
            raise DictionaryError(msg)
    return Limits(**given)


def _unique(names: list[str], what: str) -> None:
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        msg = f"it declares a {what} twice: {', '.join(sorted(twice))}"
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
