"""Print the C header of one source of packets: `python -m flightsw.dictionary.emit_c fsw`."""

import sys
from collections.abc import Iterator
from itertools import groupby
from textwrap import wrap
from typing import Final

from flightsw.dictionary.known import load_dictionary
from flightsw.dictionary.model import (
    CRC_BYTES,
    PRIMARY_HEADER_BYTES,
    Dictionary,
    Field,
    Packet,
    Source,
)

C_TYPES: Final = {
    "u8": "uint8_t", "u16": "uint16_t", "u32": "uint32_t", "u64": "uint64_t",
    "i8": "int8_t", "i16": "int16_t", "i32": "int32_t", "i64": "int64_t",
}  # fmt: skip
COLUMNS: Final = 120  # .clang-format

# Version 0, telemetry, secondary header present: CCSDS 133.0-B, 4.1.3.2 and 4.1.3.3.
PACKET_ID: Final = 0x0800
# Sequence flags "unsegmented": CCSDS 133.0-B, 4.1.3.4.2.
UNSEGMENTED: Final = 0xC000
COUNT_MASK: Final = 0x3FFF

PROLOGUE: Final = """\
/// The packets of the telemetry dictionary: raw fields, and writers that give them their octets.
///
/// Printed by `python -m flightsw.dictionary.emit_c @source@` from the telemetry dictionary,
/// flightsw/dictionary/telemetry.toml: change that file, not this one.
///
/// A writer fills in primary header, secondary header and fields, big-endian, of one CCSDS space
/// packet (133.0-B). It returns the length of the whole packet; its last octets,
/// @PREFIX@_PACKET_CRC_bytes, are left to the caller, whose CRC covers all octets before them.
/// `out` must have room for the whole packet.

#ifndef @PREFIX@_DICTIONARY_H_INCLUDED
#define @PREFIX@_DICTIONARY_H_INCLUDED

#include <stddef.h>
#include <stdint.h>

#include "ccsds.h"

// clang-format off
"""


def emit_c(dictionary: Dictionary, source: Source) -> str:
    """Return the text of the header for the packets of a source: ``fsw`` or ``transmitter``."""
    packets = [packet for packet in dictionary.packets if packet.source == source]
    prologue = PROLOGUE.replace("@source@", source).replace("@PREFIX@", source.upper())
    parts = [prologue, _constants(dictionary, packets, source)]
    parts += [_struct(packet) for packet in packets]
    parts += [_writer(packet) for packet in packets]
    parts.append("#endif\n")
    return "\n".join(parts)


def _constants(dictionary: Dictionary, packets: list[Packet], source: Source) -> str:
    upper = source.upper()
    rows = [
        (f"{upper}_DICTIONARY_MAJOR", f"{dictionary.major}U", ""),
        (f"{upper}_DICTIONARY_MINOR", f"{dictionary.minor}U", ""),
        (f"{upper}_DICTIONARY_HASH", f"0x{dictionary.hash:08X}U", "CRC-32 of the layout."),
        (f"{upper}_PACKET_KINDS", f"{len(packets)}U", ""),
        (
            f"{upper}_PACKET_CRC_bytes",
            f"{CRC_BYTES}U",
            "Left to the caller at the end of a packet.",
        ),
    ]
    for packet in packets:
        rows.append((f"{upper}_APID_{packet.name}", f"0x{packet.apid:03X}U", ""))
        rows.append(
            (f"{upper}_PACKET_{packet.name}_bytes", f"{packet.size_bytes}U", "With its CRC.")
        )
        rows.append((f"{upper}_CHANNEL_{packet.name}", f"{packet.channel}U", packet.channel_name))
    if source == "fsw":
        rows += [(f"FSW_EVENT_{event.name}", f"{event.id}U", "") for event in dictionary.events]
    name_width = max(len(name) for name, _, _ in rows)
    value_width = max(len(value) for _, value, _ in rows)
    defines = [
        f"#define {name:{name_width}} {value:{value_width}} {f'///< {about}' if about else ''}"
        for name, value, about in rows
    ]
    return "".join(f"{line.rstrip()}\n" for line in defines)


def _struct(packet: Packet) -> str:
    members = [(group[0], len(group)) for group in _members(packet) if not group[0].is_spare]
    type_width = max(len(C_TYPES[field.type]) for field, _ in members)
    declared = [
        f"{C_TYPES[field.type]:{type_width}} {_member(field)}{f'[{count}]' if field.array else ''};"
        for field, count in members
    ]
    width = max(len(text) for text in declared)
    lines = [f"/// {line}" for line in wrap(packet.about, COLUMNS - len("/// "))]
    lines += ["typedef struct", "{"]
    for text, (field, _) in zip(declared, members, strict=True):
        indent = 4 + width + len(" ///< ")
        first, *more = wrap(_meaning(field), COLUMNS - indent)
        lines.append(f"    {text:{width}} ///< {first}")
        lines += [f"{'':{4 + width}} ///< {line}" for line in more]
    lines.append(f"}} {packet.source}_packet_{packet.name.lower()}_t;")
    return "\n".join(lines) + "\n"


def _writer(packet: Packet) -> str:
    low = packet.name.lower()
    source, upper = packet.source, packet.source.upper()
    head = f"static inline size_t {source}_pack_{low}("
    lines = [
        f"{head}const {source}_packet_{low}_t* const packet, const uint16_t sequence_count,",
        f"{'':{len(head)}}const int64_t {packet.clock_field}, uint8_t* const out)",
        "{",
        f"    ccsds_put_u16(&out[0], (uint16_t)(0x{PACKET_ID:04X}U | {upper}_APID_{packet.name}));",
        f"    ccsds_put_u16(&out[2], (uint16_t)(0x{UNSEGMENTED:04X}U"
        f" | (sequence_count & 0x{COUNT_MASK:04X}U)));",
        f"    ccsds_put_u16(&out[4], {packet.size_bytes - PRIMARY_HEADER_BYTES - 1}U);",
        f"    ccsds_put_u64(&out[{PRIMARY_HEADER_BYTES}], (uint64_t){packet.clock_field});",
    ]
    for group in _members(packet):
        lines += _put(group)
    lines += [f"    return {upper}_PACKET_{packet.name}_bytes;", "}"]
    return "\n".join(lines) + "\n"


def _put(group: list[Field]) -> list[str]:
    field = group[0]
    width = field.size_bytes * 8
    put = f"ccsds_put_u{width}"
    if field.is_spare:
        return [f"    {put}(&out[{spare.offset}], 0U);" for spare in group]
    cast = f"(uint{width}_t)" if field.type.startswith("i") else ""
    name = _member(field)
    if not field.array:
        return [f"    {put}(&out[{field.offset}], {cast}packet->{name});"]
    place = f"{field.offset}U + ({field.size_bytes}U * i)"
    return [
        f"    for (size_t i = 0; i < {len(group)}U; i++) {{",
        f"        {put}(&out[{place}], {cast}packet->{name}[i]);",
        "    }",
    ]


def _members(packet: Packet) -> Iterator[list[Field]]:
    """Yield the fields of each declaration: one, or those of an array."""
    for _, group in groupby(packet.fields, key=lambda field: field.array or field.name):
        yield list(group)


def _member(field: Field) -> str:
    return field.array or field.name


def _meaning(field: Field) -> str:
    unit = f" One count is {field.scale:g} {field.unit}." if field.unit else ""
    values = ", ".join(f"{value} {name}" for value, name in enumerate(field.values))
    return f"{field.about}{unit}{f' {values}.' if values else ''}"


if __name__ == "__main__":
    wanted: dict[str, Source] = {"fsw": "fsw", "transmitter": "transmitter"}
    if not sys.argv[1:]:
        sys.exit("emit_c: of which source of packets? fsw or transmitter")
    for name in sys.argv[1:]:
        if name not in wanted:
            sys.exit(f"emit_c: a source of packets is fsw or transmitter, not {name}")
        sys.stdout.write(emit_c(load_dictionary(), wanted[name]))
