"""What was heard against what was planned.

A row that says an event happened is made from a packet and from nothing else; the plan is only
laid beside it. A planned event without a packet is `not_seen`, whatever the clock says.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from flightsw.ground.briefing import SEQUENCE_ROLE, Briefing, Entry, Pad, PlannedEvent
from flightsw.ground.events import sentences
from flightsw.ground.packets import Packets
from flightsw.ground.state import STALE_S, State, states

MONITOR_ROLE: Final = "monitor"
NO_ENTRY: Final = 255  # an event that is no entry of the sequence

Mark = Literal["in_band", "out_of_band", "unplanned", "alarm", "not_seen"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An event as a packet told it: s after T-0, height above the ellipsoid, inertial speed.

    `speed_relative_mps` is that over the turning Earth. Height and speeds are None when only a
    later packet told it, which does not say where it was.
    """

    name: str
    title: str
    role: str
    trigger: str
    t_s: float
    altitude_m: float | None
    speed_mps: float | None
    speed_relative_mps: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the timeline: what was heard, what was planned, or both side by side."""

    name: str
    title: str
    mark: Mark
    heard: Heard | None
    planned: PlannedEvent | None

    @property
    def t_s(self) -> float | None:
        """When it was heard to happen; None when it was not heard."""
        return self.heard.t_s if self.heard else None

    @property
    def planned_s(self) -> float | None:
        """When it should have been heard; None when it was not planned."""
        return self.planned.t_s if self.planned else None

    @property
    def delta_s(self) -> float | None:
        """Heard less planned; None when either is missing."""
        return self.heard.t_s - self.planned.t_s if self.heard and self.planned else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A time without a good frame: after the frame at `from_s`, until one at `to_s` or for good.

    `has_set` says that the vehicle was below the horizon of every station: that is no loss.
    """

    from_s: float
    to_s: float | None
    has_set: bool = False

    @property
    def noticed_s(self) -> float:
        """When it had lasted long enough to be called a loss."""
        return self.from_s + STALE_S


def speed_shown_mps(told: Heard | State, briefing: Briefing) -> float | None:
    """Return the speed that people think of: inertial, or over the Earth if it is suborbital."""
    return told.speed_relative_mps if briefing.suborbital else told.speed_mps


def heard_events(packets: Packets, *, entries: Sequence[Entry], pad: Pad) -> tuple[Heard, ...]:
    """Return the events of a downlink in the order heard, each once.

    An event number that the sequence does not have is an event too: ``UNKNOWN_n``. So is a warning
    of the flight computer that is no entry of the sequence, such as a sensor that was outvoted.
    """
    told = _from_events(packets, entries, pad) + _from_housekeeping(packets, entries)
    first_of: dict[int | str, Heard] = {}
    for entry, heard in sorted(told, key=lambda one: one[1].t_s):
        first_of.setdefault(heard.name if entry == NO_ENTRY else entry, heard)
    return tuple(first_of.values())


def _from_events(packets: Packets, entries: Sequence[Entry], pad: Pad) -> list[tuple[int, Heard]]:
    rows = packets.rows["EVENT"]
    if not len(rows):
        return []
    decoded = states(packets, "EVENT", pad=pad)
    numbers = rows["entry" if "entry" in (rows.dtype.names or ()) else "event"]
    warnings = _warnings(packets)
    return [
        (
            entry,
            _heard(
                packets,
                entries,
                entry,
                warning=warnings.get(index),
                trigger=int(rows["trigger"][index]),
                role=int(rows["role"][index]),
                t_s=float(decoded.t_s[index]),
                altitude_m=float(decoded.altitude_m[index]),
                speed_mps=float(decoded.speed_mps[index]),
                speed_relative_mps=float(decoded.speed_relative_mps[index]),
            ),
        )
        for index, entry in enumerate(numbers.tolist())
        if entry != NO_ENTRY or index in warnings
    ]


def _warnings(packets: Packets) -> dict[int, tuple[str, str]]:
    """Return names and titles of what a computer warned of by itself, by row of EVENT."""
    rows, dictionary = packets.rows["EVENT"], packets.dictionary
    if "kind" not in (rows.dtype.names or ()):
        return {}
    of_itself = np.flatnonzero(rows["entry"] == NO_ENTRY).tolist()
    events = {index: dictionary.event(int(rows["kind"][index])) for index in of_itself}
    warned = {
        index: event
        for index, event in events.items()
        if event is not None and event.severity in ("warning", "alarm")
    }
    if not warned:
        return {}
    says = sentences(packets)
    return {
        index: (
            f"{event.name}_{rows['argument'][index]}",
            says[index][:1].upper() + says[index][1:],
        )
        for index, event in warned.items()
    }


def _from_housekeeping(packets: Packets, entries: Sequence[Entry]) -> list[tuple[int, Heard]]:
    """Return the entries that HOUSEKEEPING repeats, those of lost EVENT packets among them.

    It does not say where the vehicle was then: altitude and speed are None.
    """
    rows = packets.rows["HOUSEKEEPING"]
    if not len(rows) or "event_count" not in (rows.dtype.names or ()):
        return []
    slots = sum(name.startswith("recent_kind_") for name in rows.dtype.names or ())
    tick_us = rows["tick_us"].astype(np.int64)
    found: dict[tuple[int, int], tuple[int, Heard]] = {}
    for slot in range(slots):
        ticks = rows[f"recent_ticks_{slot:02d}"].astype(np.int64)
        columns = [
            rows[f"recent_{name}_{slot:02d}"] for name in ("kind", "entry", "trigger", "role")
        ]
        kind, entry, trigger, role = (column.astype(np.int64) for column in columns)
        wanted = (kind != 0) & (entry != NO_ENTRY)
        table = np.stack([entry, ticks * tick_us, trigger, role], axis=1)[wanted]
        for number, at_us, by, part in np.unique(table, axis=0).tolist():
            found[number, at_us] = (
                number,
                _heard(packets, entries, number, trigger=by, role=part, t_s=at_us / 1e6),
            )
    return list(found.values())


def _heard(  # noqa: PLR0913  what a packet tells of an event
    packets: Packets,
    entries: Sequence[Entry],
    entry: int,
    *,
    trigger: int,
    role: int,
    t_s: float,
    altitude_m: float | None = None,
    speed_mps: float | None = None,
    speed_relative_mps: float | None = None,
    warning: tuple[str, str] | None = None,
) -> Heard:
    dictionary = packets.dictionary.packet("EVENT")
    if warning is not None:
        return Heard(
            name=warning[0],
            title=warning[1],
            role=MONITOR_ROLE,
            trigger=_named(dictionary.field("trigger").values, trigger),
            t_s=t_s,
            altitude_m=altitude_m,
            speed_mps=speed_mps,
            speed_relative_mps=speed_relative_mps,
        )
    known = entries[entry] if entry < len(entries) else None
    return Heard(
        name=known.event if known else f"UNKNOWN_{entry}",
        title=known.title if known else f"Unknown event {entry}",
        role=_named(dictionary.field("role").values, role),
        trigger=_named(dictionary.field("trigger").values, trigger),
        t_s=t_s,
        altitude_m=altitude_m,
        speed_mps=speed_mps,
        speed_relative_mps=speed_relative_mps,
    )


def timeline(heard: Iterable[Heard], briefing: Briefing) -> tuple[Row, ...]:
    """Return what was heard, in the order heard, then what was planned and not seen."""
    plan = {planned.event: planned for planned in briefing.plan}
    titles = {entry.event: entry.title for entry in briefing.entries}
    rows = [
        Row(
            name=event.name,
            title=event.title,
            mark=_mark(event, plan.get(event.name)),
            heard=event,
            planned=plan.get(event.name),
        )
        for event in heard
    ]
    seen = {row.name for row in rows}
    unseen = sorted(
        (planned for planned in briefing.plan if planned.event not in seen),
        key=lambda planned: planned.t_s,
    )
    rows += [
        Row(
            name=planned.event,
            title=titles.get(planned.event, planned.event),
            mark="not_seen",
            heard=None,
            planned=planned,
        )
        for planned in unseen
    ]
    return tuple(rows)


def silences(heard_s: NDArray[np.float64], *, listen_until_s: float) -> tuple[Silence, ...]:
    """Return the times longer than `STALE_S` without a good frame.

    `heard_s` are the times of all good packets in the order heard. Where nothing was heard there
    is nothing to lose.
    """
    if not len(heard_s):
        return ()
    ends = np.append(heard_s, listen_until_s)
    (before,) = np.nonzero(np.diff(ends) > STALE_S)
    return tuple(
        Silence(
            from_s=float(ends[index]),
            to_s=float(ends[index + 1]) if index + 1 < len(heard_s) else None,
        )
        for index in before
    )


def _mark(heard: Heard, planned: PlannedEvent | None) -> Mark:
    if planned is not None:
        return "in_band" if abs(heard.t_s - planned.t_s) <= planned.band_s else "out_of_band"
    return "unplanned" if heard.role == SEQUENCE_ROLE else "alarm"


def _named(names: Sequence[str], value: int) -> str:
    return names[value] if value < len(names) else f"unknown-{value}"
