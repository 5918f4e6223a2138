"""Two downlinks beside one another: which frames, packets and values differ, and which first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from flightsw.dictionary import Packet
from flightsw.ground.decode import DownlinkError
from flightsw.ground.frames import Frames
from flightsw.ground.packets import Packets

_COUNTS: Final = 1 << 14  # the packet sequence count wraps
_NOT_COMPARED: Final = ("packet_id", "sequence", "length", "crc")


@dataclass(frozen=True, slots=True)
class Compared:
    """What was counted in each of two downlinks, and what of it is not the same.

    `only_one` and `only_other` stand in one of them alone, `differing` in both and are not equal.
    `first` is the earliest received of all these, in words, whichever of the two it came in; empty
    when there is none.
    """

    one: int
    other: int
    only_one: int
    only_other: int
    differing: int
    first: str

    @property
    def differences(self) -> int:
        """How many are not the same."""
        return self.only_one + self.only_other + self.differing


@dataclass(frozen=True, slots=True)
class Difference:
    """Two downlinks, compared.

    Attributes
    ----------
    frames : Compared
        By spacecraft, session, channel and number; equal octet for octet.
    packets : Compared
        By the order in which their source sent them; equal octet for octet.
    values : Compared
        Every field of the packets that both have; their times among them.
    """

    frames: Compared
    packets: Compared
    values: Compared

    @property
    def same(self) -> bool:
        """Whether there is no difference at all."""
        return not (self.frames.differences or self.packets.differences or self.values.differences)


def compare(one: Packets, other: Packets) -> Difference:
    """Compare two decoded downlinks.

    Parameters
    ----------
    one, other : Packets
        From `decode`.

    Returns
    -------
    Difference
        When a station heard something is not compared, what it heard is.

    Raises
    ------
    DownlinkError
        If the dictionaries differ: numbers of the same name would mean other things.
    """
    if one.dictionary.hash != other.dictionary.hash:
        msg = (
            "the two were made with different telemetry dictionaries, "
            f"{one.dictionary.version} and {other.dictionary.version}"
        )
        raise DownlinkError(msg)
    packets, values = _packets(one, other)
    return Difference(_frames(one.frames, other.frames), packets, values)


def _frames(one: Frames | None, other: Frames | None) -> Compared:
    if one is None or other is None:  # recordings without frames
        return Compared(0, 0, 0, 0, 0, "")
    names = "spacecraft_id", "session", "channel", "number"
    here, there = (
        {key: row for row, key in enumerate(zip(*(f.rows[n].tolist() for n in names), strict=True))}
        for f in (one, other)
    )
    differing = [
        key
        for key, row in here.items()
        if key in there and _octets(one, row) != _octets(other, there[key])
    ]
    only_one, only_other = here.keys() - there.keys(), there.keys() - here.keys()
    when = {key: int(one.rows["ert_us"][here[key]]) for key in only_one}
    when |= {key: int(other.rows["ert_us"][there[key]]) for key in only_other}
    for key in differing:  # what stands in one's place may have come much later in the other
        rows = one.rows["ert_us"][here[key]], other.rows["ert_us"][there[key]]
        when[key] = int(min(rows))
    first = min(when, key=lambda key: (when[key], key), default=None)
    return Compared(
        one=len(here),
        other=len(there),
        only_one=len(only_one),
        only_other=len(only_other),
        differing=len(differing),
        first=""
        if first is None
        else f"ERT {when[first] / 1e6:+.6f} s: spacecraft {first[0]}, channel {first[2]}, "
        f"frame {first[3]}{_where(first in only_one, first in only_other)}",
    )


def _where(in_one: bool, in_other: bool) -> str:
    return " in the first alone" if in_one else " in the second alone" if in_other else ""


def _octets(frames: Frames, row: int) -> bytes:
    begin, entry = int(frames.rows["offset"][row]), int(frames.rows["entry"][row])
    return frames.log.data[begin : begin + int(frames.frame_bytes[entry])]


def _packets(one: Packets, other: Packets) -> tuple[Compared, Compared]:
    packets, values = _Tally(), _Tally()
    for packet in one.dictionary.packets:
        name = packet.name
        here, there = places(one, packet), places(other, packet)
        _, mine, theirs = np.intersect1d(here, there, return_indices=True)
        a, b = one.rows[name][mine], other.rows[name][theirs]
        (unequal,) = np.nonzero(_unequal(a, b))
        (only_one,), (only_other,) = (
            np.nonzero(~np.isin(here, there)),
            np.nonzero(~np.isin(there, here)),
        )
        packets.add(len(here), len(there), len(only_one), len(only_other), len(unequal))
        packets.first(one, packet, mine[unequal], "")
        packets.first(other, packet, theirs[unequal], "")
        packets.first(one, packet, only_one, _where(True, False))
        packets.first(other, packet, only_other, _where(False, True))
        for field in _fields(a):
            (rows,) = np.nonzero(a[field] != b[field])
            values.add(len(a), len(a), 0, 0, len(rows))
            if len(rows):
                for each, places_ in ((one, mine), (other, theirs)):
                    row = rows[np.argmin(each.ert_us[name][places_[rows]])]
                    said = " and ".join(_said(packet, field, of[field][row]) for of in (a, b))
                    values.first(each, packet, places_[row : row + 1], f" {field}: {said}")
    return packets.compared(), values.compared()


class _Tally:
    """Counts of a comparison as they grow, and the earliest difference."""

    def __init__(self) -> None:
        self._counts = [0] * 5  # as the fields of Compared
        self._firsts: list[tuple[int, str]] = []

    def add(self, *counts: int) -> None:
        self._counts = [a + b for a, b in zip(self._counts, counts, strict=True)]

    def first(self, packets: Packets, packet: Packet, which: NDArray[np.intp], words: str) -> None:
        """Note the earliest received of some packets: its time and name in words."""
        if not len(which):
            return
        row = which[np.argmin(packets.ert_us[packet.name][which])]
        clock_s = int(packets.rows[packet.name][packet.clock_field][row]) / 1e6
        clock = "T" if packet.clock == "met" else "uptime "
        text = f"{clock}{clock_s:+.2f} s: {packet.name}{words}"
        self._firsts.append((int(packets.ert_us[packet.name][row]), text))

    def compared(self) -> Compared:
        one, other, only_one, only_other, differing = self._counts
        first = min(self._firsts)[1] if self._firsts else ""
        return Compared(one, other, only_one, only_other, differing, first)


def _fields(rows: NDArray[np.void]) -> list[str]:
    return [name for name in rows.dtype.names or () if name not in _NOT_COMPARED]


def _unequal(a: NDArray[np.void], b: NDArray[np.void]) -> NDArray[np.bool_]:
    """Return which packets differ: headers and CRC too, which covers what is spare."""
    return np.asarray(np.logical_or.reduce([a[name] != b[name] for name in a.dtype.names or ()]))


def places(packets: Packets, packet: Packet) -> NDArray[np.int64]:
    """Return, for each packet of a name, its place in what its source sent: life, then count."""
    rows = packets.rows[packet.name]
    found = np.zeros(len(rows), dtype=np.int64)
    sources = packets.spacecraft_id[packet.name].astype(np.int64)
    if packet.clock == "met":
        sources = np.zeros_like(sources)  # one computer, whoever carried it down
    for source in np.unique(sources).tolist():
        (own,) = np.nonzero(sources == source)
        sequence = rows["sequence"][own].astype(np.int64) % _COUNTS
        steps = (np.diff(sequence) + _COUNTS // 2) % _COUNTS - _COUNTS // 2
        if packet.clock == "uptime":
            new_life = np.diff(rows[packet.clock_field][own].astype(np.int64)) < 0
            steps[new_life] = sequence[1:][new_life]
            lives = np.concatenate(([0], np.cumsum(new_life)))
        else:
            lives = np.zeros(len(own), dtype=np.int64)
        unwrapped = sequence[:1].tolist()
        for step, is_new in zip(steps.tolist(), np.diff(lives).tolist(), strict=True):
            unwrapped.append(step if is_new else unwrapped[-1] + step)
        found[own] = (source << 48) + (lives << 32) + np.array(unwrapped, dtype=np.int64)
    return found


def _said(packet: Packet, field: str, count: np.generic) -> str:
    """Return a value as a person reads it, with its unit."""
    value = int(count)
    if field == packet.clock_field:
        return f"{value / 1e6:.6f} s"
    described = packet.field(field)
    if described.values and 0 <= value < len(described.values):
        return described.values[value]
    return f"{value * described.scale:.12g} {described.unit}".rstrip()
