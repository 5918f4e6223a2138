"""Two flights side by side: the events that differ, and where their downlinks part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from flightsw.ground.difference import places

if TYPE_CHECKING:
    from flightsw.dictionary import Packet
    from flightsw.ground import Heard
    from flightsw.ground.packets import Packets
    from flightsw.report.flown import Flown

SAME_S: Final = 5e-7  # packets tell whole microseconds


def against(flown: Flown, other: Flown) -> dict[str, Any]:
    """Return how two flights differ, each by what the ground heard of it."""
    events, alike = _events(flown, other)
    return {
        "names": [flown.name, other.name],
        "same_mission": _mission(flown) == _mission(other),
        "events": events,
        "events_alike": alike,
        "channels": _channels(flown, other),
    }


def _mission(flown: Flown) -> Any:
    return flown.record.manifest.get("mission") if flown.record.manifest else None


def _events(flown: Flown, other: Flown) -> tuple[list[dict[str, Any]], int]:
    """Return the events that only one flight had, or at another time; and how many are alike."""
    ours, theirs = (
        {event.name: event for event in (each.ground.events if each.ground else ())}
        for each in (flown, other)
    )
    rows: list[dict[str, Any]] = []
    alike = 0
    for name in {**ours, **theirs}:
        pair: tuple[Heard | None, Heard | None] = ours.get(name), theirs.get(name)
        a, b = pair
        one = a or b
        assert one is not None
        if a and b and abs(a.t_s - b.t_s) < SAME_S and a.trigger == b.trigger:
            alike += 1
            continue
        rows.append(
            {
                "event": name,
                "title": one.title,
                "t_s": [heard.t_s if heard else None for heard in pair],
                "trigger": [heard.trigger if heard else None for heard in pair],
                "difference_s": b.t_s - a.t_s if a and b else None,
            }
        )
    rows.sort(key=lambda row: min(t for t in row["t_s"] if t is not None))
    return rows, alike


def _channels(flown: Flown, other: Flown) -> list[dict[str, Any]]:
    """Return of each virtual channel the first packet that is not the same in both downlinks."""
    if flown.ground is None or other.ground is None:
        return []
    ours, theirs = flown.ground.packets, other.ground.packets
    if ours.dictionary.hash != theirs.dictionary.hash:
        return []
    rows = []
    for channel in ours.dictionary.channels:
        kinds = [p for p in ours.dictionary.packets if p.channel == channel.id]
        partings = [part for kind in kinds if (part := _parting(ours, theirs, kind)) is not None]
        first = min(partings, key=lambda part: float(part["ert_s"]), default=None)
        count = [sum(len(each.rows[kind.name]) for kind in kinds) for each in (ours, theirs)]
        rows.append({"channel": channel.id, "name": channel.name, "packets": count, "part": first})
    return rows


def _parting(ours: Packets, theirs: Packets, packet: Packet) -> dict[str, Any] | None:
    """Return the first packet of a kind that differs, or that only one of them has."""
    name = packet.name
    here, there = places(ours, packet), places(theirs, packet)
    _, mine, other = np.intersect1d(here, there, return_indices=True)
    a, b = ours.rows[name][mine], theirs.rows[name][other]
    unequal = mine[np.logical_or.reduce([a[field] != b[field] for field in a.dtype.names or ()])]
    candidates = [
        (int(packets.ert_us[name][row]), int(row), packets, only)
        for packets, rows, only in (
            (ours, unequal, None),
            (ours, np.flatnonzero(~np.isin(here, there)), 0),
            (theirs, np.flatnonzero(~np.isin(there, here)), 1),
        )
        for row in rows[np.argsort(packets.ert_us[name][rows], kind="stable")][:1]
    ]
    if not candidates:
        return None
    ert_us, row, packets, only = min(candidates, key=lambda one: one[:2])
    return {
        "packet": name,
        "ert_s": ert_us / 1e6,
        "met_s": float(packets.met_s(name)[row]) if packet.clock == "met" else None,
        "only_in": only,
    }
