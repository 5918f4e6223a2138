"""Print the interface-control document: `python -m flightsw.dictionary.emit_icd`."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from flightsw.dictionary.known import load_dictionary
from flightsw.dictionary.model import CRC_BYTES, Dictionary, Field, Limits, Packet

FRAME: Final = """\
## Transfer frames

TM transfer frames of CCSDS 132.0-B, of fixed length (vehicle file, `frame_bytes`), each after the
attached sync marker `1A CF FC 1D` of 131.0-B, which is not counted.

| octets | holds |
|---|---|
| 0-1 | version 00, spacecraft identifier (10 bits), virtual channel (3), no control field |
| 2 | master channel frame count |
| 3 | virtual channel frame count, its low 8 bits |
| 4-5 | `98 00` and the first header pointer (11 bits): 7FF no packet starts, 7FE idle frame |
| 6-9 | secondary header: `03`, then the upper 24 bits of the frame number of the channel |
| 10 ... | packets, contiguous over the frames of a channel; at the end idle packets (APID 7FF) |
| last 2 | CRC-16/CCITT-FALSE of all before it, without the marker |

A transmitter that starts or resets counts its frames from 0. Idle frames have channel 7.
"""


def emit_icd(
    dictionary: Dictionary,
    *,
    bits: Mapping[str, Sequence[str]] | None = None,
    analogs: Sequence[tuple[str, float]] = (),
) -> str:
    """Return the text, Markdown, of the interface-control document of a dictionary.

    Parameters
    ----------
    dictionary : Dictionary
        What it is of.
    bits : mapping of str to sequence of str, optional
        Field -> names of its bits from the lowest, as a vehicle and its sequence have them.
    analogs : sequence of (str, float)
        Name and value of one count of each analogue channel of a vehicle.
    """
    return "\n".join([*_lines(dictionary), *_vehicle(bits or {}, analogs)])


def _vehicle(
    bits: Mapping[str, Sequence[str]], analogs: Sequence[tuple[str, float]]
) -> Iterator[str]:
    for field, names in bits.items():
        yield f"## Bits of `{field}`"
        yield ""
        yield from _table(("bit", "is"), [(f"{k}", f"`{name}`") for k, name in enumerate(names)])
    if analogs:
        yield "## Analogue channels"
        yield ""
        head = ("field", "is", "one count, in the unit that ends its name")
        rows = [(f"`analog_{k:02d}`", f"`{name}`", f"{q:g}") for k, (name, q) in enumerate(analogs)]
        yield from _table(head, rows)


def _lines(dictionary: Dictionary) -> Iterator[str]:
    yield "# Telemetry: interface-control document"
    yield ""
    yield f"Dictionary {dictionary.version}, layout `{dictionary.hash:08x}`. Everything is"
    yield "big-endian; signed numbers are two's complement; value = count x scale."
    yield ""
    yield FRAME
    yield "## Virtual channels"
    yield ""
    yield from _table(
        ("channel", "name", "carries"),
        [(f"{each.id}", each.name, each.about) for each in dictionary.channels],
    )
    yield "## Packets"
    yield ""
    yield "Space packets of CCSDS 133.0-B: primary header (6 octets), secondary header (8 octets, a"
    yield f"time in microseconds), fields, CRC-16/CCITT-FALSE of all before it ({CRC_BYTES})."
    yield ""
    yield dictionary.secondary_header.about
    yield ""
    for packet in dictionary.packets:
        yield from _packet(packet)
    if dictionary.events:
        yield "## Events"
        yield ""
        yield from _table(
            ("kind", "name", "severity", "says", "meaning"),
            [
                (f"{event.id}", f"`{event.name}`", event.severity, event.sentence, event.about)
                for event in dictionary.events
            ],
        )


def _packet(packet: Packet) -> Iterator[str]:
    yield f"### {packet.name}: APID {packet.apid:#05x}, {packet.size_bytes} octets"
    yield ""
    yield packet.about
    yield ""
    told = [f"channel {packet.channel} ({packet.channel_name})", f"clock `{packet.clock_field}`"]
    told += [f"sent: {packet.rate}"] if packet.rate else []
    told += [f"stale after {packet.stale_s:g} s"] if packet.stale_s is not None else []
    yield "; ".join(told) + "."
    yield ""
    rows = []
    for _, group in groupby(packet.fields, key=lambda field: field.array or field.name):
        fields = [*group]
        rows.append(_row(fields))
    yield from _table(("octet", "field", "type", "scale", "shown", "limits", "meaning"), rows)


def _row(fields: list[Field]) -> tuple[str, ...]:
    field = fields[0]
    name = field.array or field.name
    repeated = f" x {len(fields)}" if len(fields) > 1 else ""
    scale = f"{field.scale:g} {field.unit}" if field.unit else ""
    digits = "" if field.digits is None else f", {field.digits} decimals"
    shown = f"{field.display_unit}{digits}" if field.unit else ""
    values = ", ".join(f"{value} {label}" for value, label in enumerate(field.values))
    about = f"{field.about} {values}." if values else field.about
    return (
        f"{field.offset}",
        f"`{name}`",
        f"{field.type}{repeated}",
        scale,
        shown,
        _limits(field.limits),
        about,
    )


def _limits(limits: Limits | None) -> str:
    if limits is None:
        return ""
    bounds = [
        f"{name} {sign} {value:g}"
        for name, sign, value in (
            ("red", "<", limits.red_low),
            ("yellow", "<", limits.yellow_low),
            ("yellow", ">", limits.yellow_high),
            ("red", ">", limits.red_high),
        )
        if value is not None
    ]
    return ", ".join(bounds)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""


if __name__ == "__main__":
    sys.stdout.write(emit_icd(load_dictionary()))
