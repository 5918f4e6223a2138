"""The telemetry dictionary as values: packets, their fields, and where each field stands."""

from __future__ import annotations

import tomllib
import zlib
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any, Final, Literal

from flightsw.errors import FlightswError

if TYPE_CHECKING:
    import numpy as np

FieldType = Literal["u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64"]

FORMAT: Final = "flightsw-dictionary/1"
SIZE_BYTES: Final[dict[str, int]] = {
    "u8": 1, "u16": 2, "u32": 4, "u64": 8, "i8": 1, "i16": 2, "i32": 4, "i64": 8,
}  # fmt: skip
PRIMARY_HEADER_BYTES: Final = 6  # CCSDS 133.0-B, 4.1.3
CRC_BYTES: Final = 2
APID_LIMIT: Final = 0x7FF  # the last one is that of idle packets: CCSDS 133.0-B, 4.1.3.3.4.4


class DictionaryError(FlightswError):
    """The telemetry dictionary contradicts itself or its format."""


@dataclass(frozen=True, slots=True)
class Field:
    """One number of a packet: value = count * scale, in `unit`.

    `offset` counts octets from the first octet of the packet. `values` names the counts 0, 1 ...
    of an enumeration and is empty otherwise. A field of a repeated declaration carries the name of
    the declaration in `array`, which is otherwise empty.
    """

    name: str
    type: FieldType
    scale: float
    unit: str
    about: str
    offset: int
    values: tuple[str, ...] = ()
    array: str = ""

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
    """One packet: its fields in the order sent, spares among them; headers and CRC are not."""

    name: str
    apid: int
    about: str
    fields: tuple[Field, ...]

    @property
    def size_bytes(self) -> int:
        """Octets of the whole packet, from primary header to CRC."""
        last = self.fields[-1]
        return last.offset + last.size_bytes + CRC_BYTES

    def field(self, name: str) -> Field:
        """Return the field of that name; KeyError if there is none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Everything that air and ground agree on.

    `hash` is the CRC-32 of the layout: version, packets, names, types, scales, units, values and
    offsets, not the words about them. `secondary_header` stands in every packet, at octet 6.
    """

    major: int
    minor: int
    hash: int
    secondary_header: Field
    packets: tuple[Packet, ...]

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


def load_dictionary() -> Dictionary:
    """Return the dictionary of this package, as declared in telemetry.toml.

    Raises
    ------
    DictionaryError
        If the file contradicts itself.
    """
    return parse_dictionary(
        resources.files(__package__).joinpath("telemetry.toml").read_text(encoding="utf-8")
    )


def parse_dictionary(text: str) -> Dictionary:
    """Return the dictionary that a text in the format of telemetry.toml declares.

    Raises
    ------
    DictionaryError
        If the text is not TOML, lacks a key, or declares an APID or a name twice.
    """
    try:
        return _parse(tomllib.loads(text))
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
        Fields `packet_id`, `sequence`, `length` (primary header, u16 each), `met_us`, every field
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
        ("met_us", ">i8", PRIMARY_HEADER_BYTES),
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


def _parse(tables: dict[str, Any]) -> Dictionary:
    if tables["format"] != FORMAT:
        msg = f'the telemetry dictionary has format "{tables["format"]}"; "{FORMAT}" can be read'
        raise DictionaryError(msg)
    major, minor = (int(number) for number in tables["version"].split("."))
    header = _field(tables["secondary_header"], offset=PRIMARY_HEADER_BYTES, index=None)
    packets = tuple(_packet(table, header) for table in tables["packet"])
    _unique([packet.name for packet in packets], "packet")
    _unique([f"{packet.apid:#05x}" for packet in packets], "APID")
    return Dictionary(
        major=major,
        minor=minor,
        hash=_hash(major, minor, header, packets),
        secondary_header=header,
        packets=packets,
    )


def _packet(table: dict[str, Any], header: Field) -> Packet:
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
    return Packet(
        name=table["name"], apid=table["apid"], about=table["about"], fields=tuple(fields)
    )


def _field(table: dict[str, Any], *, offset: int, index: int | None) -> Field:
    name = table["name"]
    if table["type"] not in SIZE_BYTES:
        msg = f"field {name}: a type is one of {', '.join(SIZE_BYTES)}, not {table['type']!r}"
        raise DictionaryError(msg)
    return Field(
        name=name if index is None else f"{name}_{index:02d}",
        type=table["type"],
        scale=float(table.get("scale", 1.0)),
        unit=table.get("unit", ""),
        about=table["about"],
        offset=offset,
        values=tuple(table.get("values", ())),
        array="" if index is None else name,
    )


def _unique(names: list[str], what: str) -> None:
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        msg = f"the telemetry dictionary declares a {what} twice: {', '.join(sorted(twice))}"
        raise DictionaryError(msg)


def _hash(major: int, minor: int, header: Field, packets: tuple[Packet, ...]) -> int:
    lines = [f"{FORMAT} {major}.{minor}", _layout(header)]
    for packet in packets:
        lines.append(f"{packet.name} {packet.apid}")
        lines.extend(_layout(field) for field in packet.fields)
    return zlib.crc32("\n".join(lines).encode())


def _layout(field: Field) -> str:
    values = ",".join(field.values)
    return f"{field.offset} {field.name} {field.type} {field.scale!r} {field.unit} {values}"
