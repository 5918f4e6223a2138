"""What was heard against what was planned.

A row that says an event happened is made from a packet and from nothing else; the plan is only
laid beside it. A planned event without a packet is `not_seen`, whatever the clock says.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from flightsw.ground.briefing import SEQUENCE_ROLE, Briefing, Entry, Pad, PlannedEvent
from flightsw.ground.packets import Packets
from flightsw.ground.state import STALE_S, states

Mark = Literal["in_band", "out_of_band", "unplanned", "alarm", "not_seen"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An event as a packet told it: s after T-0, height above the ellipsoid, inertial speed."""

    name: str
    title: str
    role: str
    trigger: str
    t_s: float
    altitude_m: float
    speed_mps: float


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
    """A time without a good frame: after the frame at `from_s`, until one at `to_s` or for good."""

    from_s: float
    to_s: float | None

    @property
    def noticed_s(self) -> float:
        """When it had lasted long enough to be called a loss."""
        return self.from_s + STALE_S


def heard_events(packets: Packets, *, entries: Sequence[Entry], pad: Pad) -> tuple[Heard, ...]:
    """Return the events of a downlink in the order heard, each once.

    An event number that the sequence does not have is an event too: ``UNKNOWN_n``.
    """
    if not len(packets.rows["EVENT"]):
        return ()
    dictionary = packets.dictionary.packet("EVENT")
    triggers = dictionary.field("trigger").values
    roles = dictionary.field("role").values
    rows = packets.rows["EVENT"]
    decoded = states(packets, "EVENT", pad=pad)
    first_of: dict[int, Heard] = {}
    for index, number in enumerate(rows["event"].tolist()):
        if number in first_of:
            continue
        known = entries[number] if number < len(entries) else None
        first_of[number] = Heard(
            name=known.event if known else f"UNKNOWN_{number}",
            title=known.title if known else f"Unknown event {number}",
            role=_named(roles, int(rows["role"][index])),
            trigger=_named(triggers, int(rows["trigger"][index])),
            t_s=float(decoded.t_s[index]),
            altitude_m=float(decoded.altitude_m[index]),
            speed_mps=float(decoded.speed_mps[index]),
        )
    return tuple(first_of.values())


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
