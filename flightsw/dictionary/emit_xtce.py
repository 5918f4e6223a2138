"""Print the dictionary as XTCE 1.2: `python -m flightsw.dictionary.emit_xtce`.

XTCE (XML Telemetric and Command Exchange) is OMG formal/18-10-04; mission-control systems load it.
Layouts are fixed and sequential, one container a packet, arrays unrolled: what every reader of it
understands alike.
"""

import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Final
from xml.etree import ElementTree as ET

from flightsw.dictionary.known import load_dictionary
from flightsw.dictionary.model import CRC_BYTES, Dictionary, Field, Packet

NAMESPACE: Final = "http://www.omg.org/spec/XTCE/20180204"
SYSTEM: Final = "flightsw"
ROOT: Final = "CCSDSPacket"
_IDLE: Final = "IDLE"
_IDLE_APID: Final = 0x7FF

# The primary header of CCSDS 133.0-B, 4.1.3: name, bits.
_HEADER: Final = (
    ("VERSION", 3),
    ("TYPE", 1),
    ("SEC_HDR_FLG", 1),
    ("PKT_APID", 11),
    ("SEQ_FLGS", 2),
    ("SRC_SEQ_CTR", 14),
    ("PKT_LEN", 16),
)


def emit_xtce(dictionary: Dictionary) -> str:
    """Return the text of an XTCE 1.2 document for a dictionary."""
    ET.register_namespace("xtce", NAMESPACE)
    system = ET.Element(
        _tag("SpaceSystem"),
        {
            "name": SYSTEM,
            "shortDescription": f"flightsw telemetry dictionary {dictionary.version}, "
            f"layout {dictionary.hash:08x}",
        },
    )
    meta = _add(system, "TelemetryMetaData")
    types = _add(meta, "ParameterTypeSet")
    parameters = _add(meta, "ParameterSet")
    containers = _add(meta, "ContainerSet")

    for name, bits in _HEADER:
        _integer_type(types, f"{name}_type", bits, signed=False)
        _add(parameters, "Parameter", name=name, parameterTypeRef=f"{name}_type")
    _integer_type(types, "CRC_type", CRC_BYTES * 8, signed=False)
    _time_types(types, parameters, dictionary)
    for packet in dictionary.packets:
        for field in _named(packet):
            _field(types, parameters, packet, field)
        _add(parameters, "Parameter", name=f"{packet.name}_crc", parameterTypeRef="CRC_type")

    root = _add(containers, "SequenceContainer", name=ROOT, abstract="true")
    _entries(root, [name for name, _ in _HEADER])
    _idle(containers)
    for packet in dictionary.packets:
        container = _add(containers, "SequenceContainer", name=packet.name)
        _add(container, "LongDescription").text = packet.about
        names = [f"{packet.name}_{field.name}" for field in _named(packet)]
        _entries(container, [f"{packet.name}_{packet.clock_field}", *names, f"{packet.name}_crc"])
        _restrict(container, packet.apid)
    ET.indent(system)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(system, encoding="unicode") + "\n"
    )


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _add(parent: ET.Element, tag: str, /, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, _tag(tag), attributes)


def _named(packet: Packet) -> Iterator[Field]:
    """Yield the fields; spares have names of their own."""
    for field in packet.fields:
        yield replace(field, name=f"spare_at_{field.offset}") if field.is_spare else field


def _integer_type(types: ET.Element, name: str, bits: int, *, signed: bool) -> ET.Element:
    made = _add(types, "IntegerParameterType", name=name, signed="true" if signed else "false")
    _encoding(made, bits, signed=signed)
    return made


def _encoding(parent: ET.Element, bits: int, *, signed: bool) -> ET.Element:
    return _add(
        parent,
        "IntegerDataEncoding",
        sizeInBits=str(bits),
        encoding="twosComplement" if signed else "unsigned",
    )


def _scaled(parent: ET.Element, field: Field) -> None:
    _add(_add(parent, "UnitSet"), "Unit").text = field.unit
    encoding = _encoding(parent, field.size_bytes * 8, signed=field.type.startswith("i"))
    polynomial = _add(_add(encoding, "DefaultCalibrator"), "PolynomialCalibrator")
    _add(polynomial, "Term", coefficient="0", exponent="0")
    _add(polynomial, "Term", coefficient=repr(field.scale), exponent="1")


def _time_types(types: ET.Element, parameters: ET.Element, dictionary: Dictionary) -> None:
    made = _add(types, "FloatParameterType", name="time_type", sizeInBits="64")
    _scaled(made, dictionary.secondary_header)
    for packet in dictionary.packets:
        parameter = _add(
            parameters,
            "Parameter",
            name=f"{packet.name}_{packet.clock_field}",
            parameterTypeRef="time_type",
        )
        _add(parameter, "LongDescription").text = dictionary.secondary_header.about


def _field(types: ET.Element, parameters: ET.Element, packet: Packet, field: Field) -> None:
    full = f"{packet.name}_{field.name}"
    bits, signed = field.size_bytes * 8, field.type.startswith("i")
    if field.values:
        made = _add(types, "EnumeratedParameterType", name=f"{full}_type")
        _encoding(made, bits, signed=signed)
        listed = _add(made, "EnumerationList")
        for value, label in enumerate(field.values):
            _add(listed, "Enumeration", value=str(value), label=label)
    elif field.unit:
        made = _add(types, "FloatParameterType", name=f"{full}_type", sizeInBits="64")
        _scaled(made, field)
        _alarms(made, field)
    else:
        made = _integer_type(types, f"{full}_type", bits, signed=signed)
        _alarms(made, field)
    parameter = _add(parameters, "Parameter", name=full, parameterTypeRef=f"{full}_type")
    _add(parameter, "LongDescription").text = field.about


def _alarms(parent: ET.Element, field: Field) -> None:
    limits = field.limits
    if limits is None:
        return
    ranges = _add(_add(parent, "DefaultAlarm"), "StaticAlarmRanges")
    for name, low, high in (
        ("WarningRange", limits.yellow_low, limits.yellow_high),
        ("CriticalRange", limits.red_low, limits.red_high),
    ):
        bounds = {}
        if low is not None:
            bounds["minInclusive"] = repr(low)
        if high is not None:
            bounds["maxInclusive"] = repr(high)
        if bounds:
            _add(ranges, name, **bounds)


def _entries(container: ET.Element, names: list[str]) -> None:
    listed = _add(container, "EntryList")
    for name in names:
        _add(listed, "ParameterRefEntry", parameterRef=name)


def _restrict(container: ET.Element, apid: int) -> None:
    base = _add(container, "BaseContainer", containerRef=ROOT)
    criteria = _add(base, "RestrictionCriteria")
    _add(
        criteria, "Comparison", parameterRef="PKT_APID", value=str(apid), useCalibratedValue="false"
    )


def _idle(containers: ET.Element) -> None:
    container = _add(containers, "SequenceContainer", name=_IDLE)
    _add(container, "LongDescription").text = "Fills a frame; nothing in it."
    _add(container, "EntryList")
    _restrict(container, _IDLE_APID)


if __name__ == "__main__":
    sys.stdout.write(emit_xtce(load_dictionary()))
