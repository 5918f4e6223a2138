"""Which decoded values are out of their limits, and which are too old to be believed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from flightsw.dictionary import Limits
from flightsw.ground.packets import Packets, scaled

Condition = Literal["ok", "yellow-low", "yellow-high", "red-low", "red-high", "stale"]

CONDITIONS: Final[tuple[Condition, ...]] = (
    "ok",
    "yellow-low",
    "yellow-high",
    "red-low",
    "red-high",
    "stale",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A limited value as it stands at an instant; `value` is None when none was heard by then.

    `name` is that of a field, or of an analogue channel of the vehicle, whose unit ends it.
    `label` is the name of a value that has one. `spacecraft_id` is None for what the flight
    computer tells, whoever sent it.
    """

    packet: str
    name: str
    spacecraft_id: int | None
    value: float | None
    label: str
    unit: str
    at_s: float | None
    condition: Condition


@dataclass(frozen=True, slots=True)
class _Limited:
    """All values of one kind, in the order received; `ert_s` counts from the epoch of the log."""

    packet: str
    name: str
    spacecraft_id: int | None
    labels: tuple[str, ...]
    unit: str
    limits: Limits
    stale_s: float | None
    ert_s: NDArray[np.float64]
    values: NDArray[np.float64]


def _limited(packets: Packets) -> Iterator[_Limited]:
    """Yield every value that has limits: by the dictionary, or by the header of the log."""
    header = packets.frames.log.header if packets.frames else None
    for packet in packets.dictionary.packets:
        ids = packets.spacecraft_id[packet.name]
        own_clock = packet.clock == "uptime"
        for field in packet.fields:
            name, limits, scale = field.name, field.limits, field.scale
            if field.array == "analog" and header is not None:
                index = int(field.name.rpartition("_")[2])
                if index >= len(header.analogs):
                    continue
                name, scale = header.analogs[index]
                limits = header.limits.get(name)
            if limits is None:
                continue
            heard_s = packets.ert_us[packet.name] / 1e6
            values = scaled(packets.rows[packet.name][field.name], scale)
            for source in np.unique(ids).tolist() if own_clock and len(ids) else [None]:
                mine = slice(None) if source is None else ids == source
                yield _Limited(
                    packet=packet.name,
                    name=name,
                    spacecraft_id=source,
                    labels=field.values,
                    unit=field.unit,
                    limits=limits,
                    stale_s=packet.stale_s,
                    ert_s=heard_s[mine],
                    values=values[mine],
                )


def conditions(values: NDArray[np.float64], limits: Limits) -> NDArray[np.uint8]:
    """Return the index into `CONDITIONS` of each value; red goes before yellow.

    A value on its limit is within it.
    """
    found = np.zeros(len(values), dtype=np.uint8)
    for name, bound, below in (
        ("yellow-low", limits.yellow_low, True),
        ("yellow-high", limits.yellow_high, False),
        ("red-low", limits.red_low, True),
        ("red-high", limits.red_high, False),
    ):
        if bound is not None:
            found[values < bound if below else values > bound] = CONDITIONS.index(name)
    return found


def readings(packets: Packets, *, ert_s: float) -> tuple[Reading, ...]:
    """Return every limited value of the dictionary as it stands at an Earth-received time.

    Parameters
    ----------
    packets : Packets
        Of a log.
    ert_s : float
        Instant, s after the epoch of the log; what was received later is not known then.

    Returns
    -------
    tuple of Reading
        A value older than its packet's `stale_s`, or never heard, is stale whatever it says.

    """
    found = []
    for each in _limited(packets):
        known = int(np.searchsorted(each.ert_s, ert_s, side="right"))
        value = at_s = None
        condition: Condition = "stale"
        if known:
            at_s = float(each.ert_s[known - 1])
            value = float(each.values[known - 1])
            if each.stale_s is None or ert_s - at_s <= each.stale_s:
                condition = CONDITIONS[int(conditions(np.array([value]), each.limits)[0])]
        found.append(_reading(each, value, at_s, condition))
    return tuple(found)


def changes(packets: Packets) -> tuple[Reading, ...]:
    """Return when each value left its limits, went further, came back: in the order received.

    What is within its limits from its first value on is not there.
    """
    found = []
    for each in _limited(packets):
        codes = conditions(each.values, each.limits)
        (at,) = np.nonzero(np.diff(codes, prepend=np.uint8(0)))
        found += [
            _reading(each, float(each.values[k]), float(each.ert_s[k]), CONDITIONS[int(codes[k])])
            for k in at.tolist()
        ]
    return tuple(sorted(found, key=lambda one: (one.at_s or 0.0, one.packet, one.name)))


def worst(packets: Packets) -> tuple[Reading, ...]:
    """Return of each value that left its limits when it was first at its worst; red before yellow.

    Within a colour they stand in the order received.
    """
    found: dict[tuple[str, str, int | None], Reading] = {}
    for each in changes(packets):
        key = each.packet, each.name, each.spacecraft_id
        if each.condition != "ok" and (key not in found or _red(each) > _red(found[key])):
            found[key] = each
    return tuple(sorted(found.values(), key=_red, reverse=True))


def _red(reading: Reading) -> bool:
    return reading.condition.startswith("red")


def _reading(
    of: _Limited, value: float | None, at_s: float | None, condition: Condition
) -> Reading:
    return Reading(
        packet=of.packet,
        name=of.name,
        spacecraft_id=of.spacecraft_id,
        value=value,
        label=of.labels[int(value)] if value is not None and 0 <= value < len(of.labels) else "",
        unit=of.unit,
        at_s=at_s,
        condition=condition,
    )
