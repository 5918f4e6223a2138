"""Where two downlinks part: the first packet of a kind that is not the same in both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from flightsw.ground.difference import places

if TYPE_CHECKING:
    from flightsw.dictionary import Packet
    from flightsw.ground.packets import Packets

# Headers and CRC, and what names the makers of a packet and tells nothing of the flight.
_NOT_COMPARED: Final = (
    *("packet_id", "sequence", "length", "crc"),
    *("dictionary_major", "dictionary_minor", "dictionary_hash", "sequence_hash"),
)
_NUMBERS: Final = ("number", "argument")  # of an event: what it is and when tells more


@dataclass(frozen=True, slots=True, kw_only=True)
class Parting:
    """The first packet of a kind that is not the same in two downlinks.

    Attributes
    ----------
    channel, packet
        Virtual channel and name of the packet.
    ert_s : float
        When the earlier of the two was received, s after the epoch of the log: since then it can be
        known.
    t_s : float or None
        Mission elapsed time of the packet in the first downlink; None where that has none, and of a
        packet that counts the time of its source.
    due_s : float or None
        That of the packet in the second, where it comes before or alone; else None.
    only_in : int or None
        0, 1: the other downlink has no such packet at all.
    text : str
        What differs, the first downlink's first: of several values the one that differs most for
        its size.
    """

    channel: int
    packet: str
    ert_s: float
    t_s: float | None
    due_s: float | None
    only_in: int | None
    text: str


def partings(one: Packets, other: Packets, *, name: str = "the other") -> tuple[Parting, ...]:
    """Return for each kind of packet, where it differs, the first that does; by time received.

    Packets are paired by the order in which their source sent them. What is not compared: counts
    and checks of headers, and hashes of who made the packet.

    Parameters
    ----------
    one, other : Packets
        Made with one dictionary.
    name : str
        What the second is called in words.
    """
    found = [
        parting
        for packet in one.dictionary.packets
        if (parting := _parting(one, other, packet, name)) is not None
    ]
    return tuple(sorted(found, key=lambda each: (each.ert_s, each.channel)))


def _parting(one: Packets, other: Packets, packet: Packet, called: str) -> Parting | None:
    name = packet.name
    here, there = places(one, packet), places(other, packet)
    _, mine, theirs = np.intersect1d(here, there, return_indices=True)
    a, b = one.rows[name][mine], other.rows[name][theirs]
    names = [field for field in a.dtype.names or () if field not in _NOT_COMPARED]
    unequal = np.flatnonzero(np.logical_or.reduce([a[field] != b[field] for field in names]))
    times = one.ert_us[name], other.ert_us[name]
    candidates: list[tuple[int, int, int | None]] = []  # received, row, only in
    if len(unequal):
        received = np.minimum(times[0][mine[unequal]], times[1][theirs[unequal]])
        first = int(np.argmin(received))
        candidates.append((int(received[first]), int(unequal[first]), None))
    for index, (ert_us, own, others) in enumerate(
        ((times[0], here, there), (times[1], there, here))
    ):
        alone = np.flatnonzero(~np.isin(own, others))
        if len(alone):
            row = int(alone[np.argmin(ert_us[alone])])
            candidates.append((int(ert_us[row]), row, index))
    if not candidates:
        return None
    received_us, row, only_in = min(candidates, key=lambda each: each[0])
    if only_in is None:
        is_late = bool(times[0][mine[row]] > times[1][theirs[row]])
        heard, due = a[row], b[row] if is_late else None
        text = _difference(one, other, packet, (a[row], b[row]), called, is_late=is_late)
    elif only_in == 0:
        heard, due = one.rows[name][row], None
        text = f"{_named(one, packet, heard)}not in {called}"
    else:
        heard, due = None, other.rows[name][row]
        more = (times[0] >= received_us).any()
        text = f"{_named(other, packet, due)}missing{'' if more else ', and all after it'}"
    return Parting(
        channel=packet.channel,
        packet=name,
        ert_s=received_us / 1e6,
        t_s=_met_s(packet, heard),
        due_s=_met_s(packet, due),
        only_in=only_in,
        text=text,
    )


def _met_s(packet: Packet, row: np.void | None) -> float | None:
    if row is None or packet.clock != "met":
        return None
    return int(row[packet.clock_field]) / 1e6


def _named(packets: Packets, packet: Packet, row: np.void) -> str:
    """Return the event of a packet, with what follows it in a sentence; nothing of others."""
    return f"{_event(packets, row)} " if packet.name == "EVENT" else ""


def _difference(  # noqa: PLR0913  two packets, and where they come from
    packets: Packets,
    other: Packets,
    packet: Packet,
    pair: tuple[np.void, np.void],
    called: str,
    *,
    is_late: bool,
) -> str:
    """Say how two packets of a kind differ; `is_late`: the second was received first."""
    if packet.name == "EVENT":
        titles = [_event(made, row) for made, row in zip((packets, other), pair, strict=True)]
        if titles[0] != titles[1]:
            return _other_event(packets, other, titles, is_late=is_late, called=called)
        if pair[0][packet.clock_field] != pair[1][packet.clock_field]:
            times = " instead of ".join(_when(packet, row) for row in pair)
            return f"{titles[0]} at {times}"
    found = sorted(_values(packets, packet, pair), key=lambda each: -each[0])
    if not found:
        return "at " + " instead of ".join(_when(packet, row) for row in pair)
    more = len(found) - 1
    also = f", and {more} more value{'s' if more > 1 else ''}" if more else ""
    return found[0][1] + also


def _other_event(
    one: Packets, other: Packets, titles: list[str], *, is_late: bool, called: str
) -> str:
    """Say which event came first and has no like; of two that both have, which stands for which."""
    if not is_late and titles[0] not in _events(other):
        return f"{titles[0]}, not in {called}"
    if is_late and titles[1] not in _events(one):
        return f"{titles[1]} missing"
    return f"{titles[0]} where {called} has {titles[1]}"


def _events(packets: Packets) -> set[str]:
    return {_event(packets, row) for row in packets.rows["EVENT"]}


def _when(packet: Packet, row: np.void) -> str:
    return f"{'T' if packet.clock == 'met' else 'uptime '}{int(row[packet.clock_field]) / 1e6:+.2f}"


def _event(packets: Packets, row: np.void) -> str:
    header = packets.frames.log.header if packets.frames else None
    entries, number = (header.entries if header else ()), int(row["entry"])
    if number < len(entries):
        return entries[number][1]
    event = packets.dictionary.event(int(row["kind"]))
    return event.name if event else f"event {int(row['kind'])}"


def _values(
    packets: Packets, packet: Packet, pair: tuple[np.void, np.void]
) -> Iterator[tuple[float, str]]:
    """Yield what differs: by how much of its size, and in words."""
    header = packets.frames.log.header if packets.frames else None
    for field in packet.fields:
        if field.is_spare or field.name in _NOT_COMPARED or field.name in _NUMBERS:
            continue
        a, b = (int(row[field.name]) for row in pair)
        if a == b:
            continue
        size = abs(a - b) / max(abs(a), abs(b))
        if header and field.name == "discretes":
            yield from ((1.0, text) for text in _bits(a, b, header.discretes, ("off", "on")))
        elif header and field.name == "latched":
            titles = tuple(title for _, title, _ in header.entries)
            yield from ((1.0, text) for text in _bits(a, b, titles, ("not latched", "latched")))
        elif field.name == "commands":
            yield 1.0, f"commands {a:#x} instead of {b:#x}"
        elif field.values:
            named = [field.values[v] if v < len(field.values) else str(v) for v in (a, b)]
            yield 1.0, f"{field.name} {named[0]} instead of {named[1]}"
        elif header and field.array == "analog":
            index = int(field.name.rpartition("_")[2])
            channels = header.analogs
            label, quantum = channels[index] if index < len(channels) else (field.name, 1.0)
            yield size, f"{label} {a * quantum:.9g} instead of {b * quantum:.9g}"
        else:
            scale, unit = field.scale, f" {field.unit}" if field.unit else ""
            yield size, f"{field.name} {a * scale:.9g} instead of {b * scale:.9g}{unit}"


def _bits(a: int, b: int, names: tuple[str, ...], words: tuple[str, str]) -> Iterator[str]:
    changed = a ^ b
    for index in range(changed.bit_length()):
        if changed >> index & 1:
            label = names[index] if index < len(names) else f"bit {index}"
            now, was = (words[value >> index & 1] for value in (a, b))
            yield f"{label} {now} instead of {was}"
