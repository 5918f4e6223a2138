"""What the flight computer did, from its telemetry and the sequence that flew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from flightsw.dictionary.parameters import parameter
from flightsw.ground.limits import worst
from flightsw.ground.timeline import NO_ENTRY
from flightsw.report.waited import waited

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from flightsw.ground import Heard
    from flightsw.report.flown import Flown
    from flightsw.scenario.sequence import Entry, Trigger

_NAMES: Final = {
    "estimated_altitude_m": "altitude_m",
    "estimated_speed_mps": "speed_inertial_mps",
}
_UNITS: Final = {"estimated_climb_mps": ("Rate of climb", "m/s", 1.0, 1)}
_CHECKED: Final = ("accelerometer_disagreements", "outbox_full")


def computer(flown: Flown) -> dict[str, Any] | None:
    """Return phases, margins, timers and counters; None when nothing of it was heard."""
    if flown.ground is None or not len(flown.t_s):
        return None
    return {
        "phases": phases(flown),
        "waited": list(waited(flown)),
        "margins": list(_margins(flown)),
        "timers": list(_timers(flown)),
        "counters": list(_counters(flown)),
        "limits": [
            {key: getattr(one, key) for key in ("packet", "name", "value", "label", "unit")}
            | {"condition": one.condition, "ert_s": one.at_s}
            for one in worst(flown.ground.packets)
        ],
    }


def phases(flown: Flown) -> list[dict[str, Any]]:
    """Return the phases as STATE tells them: from an entry of the sequence to the next."""
    assert flown.ground is not None
    last = flown.ground.packets.rows["STATE"]["last_event"]
    t_s = flown.t_s
    entries = flown.ground.briefing.entries
    (starts,) = np.nonzero(np.diff(last.astype(int), prepend=-1))
    ends = np.append(starts[1:], len(last) - 1)
    found = []
    for begin, end in zip(starts.tolist(), ends.tolist(), strict=True):
        number = int(last[begin])
        name = entries[number].title if number < len(entries) else f"entry {number}"
        found.append(
            {
                "title": "before the first event" if number == NO_ENTRY else name,
                "from_s": float(t_s[begin]),
                "to_s": float(t_s[end]),
            }
        )
    return found


def _margins(flown: Flown) -> Iterator[dict[str, Any]]:
    """Yield, for each condition on a measured quantity, how it stood when its entry fired.

    Of an entry that was not heard to fire: how near its condition came while it was listened to.
    """
    if flown.scenario is None:
        return
    heard = {event.name: event for event in flown.ground.events} if flown.ground else {}
    for entry in flown.scenario.sequence.entry:
        if entry.role != "sequence":
            continue
        fired = heard.get(entry.event)
        for by, trigger in (("primary", entry.primary), ("backup", entry.backup)):
            for node in trigger.walk() if trigger else ():
                if node.quantity is not None:
                    row = _margin(flown, entry, node, fired, heard)
                    if row is not None:
                        yield {"title": entry.title, "by": by, **row}


def _margin(
    flown: Flown, entry: Entry, node: Trigger, fired: Heard | None, heard: dict[str, Heard]
) -> dict[str, Any] | None:
    assert node.quantity is not None
    values = _quantity(flown, node.quantity)
    if values is None:
        return None
    if node.less_tailoff:
        accel = flown.values("axial_accel_mps2")
        assert accel is not None
        values = values + accel * _tail_off_s(flown, entry)
    limit = node.at_least if node.at_least is not None else node.at_most
    assert limit is not None
    t_s = flown.t_s
    row = {
        "quantity": node.quantity + (" less tail-off" if node.less_tailoff else ""),
        "comparison": "at least" if node.at_least is not None else "at most",
        "limit": limit,
        **_shown(node.quantity),
    }
    if fired is not None:
        at = int(np.searchsorted(t_s, fired.t_s + 1e-6)) - 1
        if at < 0:
            return None
        return row | {"fired_s": fired.t_s, "value": float(values[at]), "nearest_s": None}
    waiting = [heard.get(name) for name in entry.requires]
    if any(event is None for event in waiting):
        return row | {"fired_s": None, "value": None, "nearest_s": None}
    since_s = max([0.0, *(event.t_s for event in waiting if event is not None)])
    (after,) = np.nonzero(t_s >= since_s)
    if not len(after):
        return row | {"fired_s": None, "value": None, "nearest_s": None}
    pick = np.argmax if node.at_least is not None else np.argmin
    at = int(after[int(pick(values[after]))])
    return row | {"fired_s": None, "value": float(values[at]), "nearest_s": float(t_s[at])}


def _timers(flown: Flown) -> Iterator[dict[str, Any]]:
    """Yield each clock of an entry: when it was due, and when the entry was heard to fire.

    A time that is due is no event: it stands apart from what was heard.
    """
    if flown.scenario is None or flown.ground is None:
        return
    heard = {event.name: event for event in flown.ground.events}
    titles = {entry.event: entry.title for entry in flown.scenario.sequence.entry}
    for entry in flown.scenario.sequence.entry:
        if entry.role != "sequence":
            continue
        fired = heard.get(entry.event)
        for by, trigger in (("primary", entry.primary), ("backup", entry.backup)):
            for node in trigger.walk() if trigger else ():
                if node.event is None or not node.after_s:
                    continue
                base = heard.get(node.event)
                yield {
                    "title": entry.title,
                    "by": by,
                    "after": titles.get(node.event, node.event),
                    "after_s": node.after_s,
                    "due_s": None if base is None else base.t_s + node.after_s,
                    "fired_s": fired.t_s if fired else None,
                    "fired_by": fired.trigger if fired else None,
                }


def _counters(flown: Flown) -> Iterator[dict[str, Any]]:
    """Yield what the computer last said of itself, and when that was."""
    assert flown.ground is not None
    packets = flown.ground.packets
    rows = packets.rows["HOUSEKEEPING"]
    for name in _CHECKED:
        if len(rows) and name in (rows.dtype.names or ()):
            yield {
                "name": name,
                "value": int(rows[name][-1]),
                "at_s": float(packets.met_s("HOUSEKEEPING")[-1]),
                "about": packets.dictionary.packet("HOUSEKEEPING").field(name).about,
            }


def _quantity(flown: Flown, name: str) -> NDArray[np.float64] | None:
    if name == "estimated_climb_mps":
        heights = flown.values("altitude_m")
        # The clock tells a time twice where T-0 comes a tick after the countdown's zero.
        t_s, first = np.unique(flown.t_s, return_index=True)
        if heights is None or len(t_s) < 2:  # noqa: PLR2004  a difference needs two
            return None
        return np.interp(flown.t_s, t_s, np.gradient(heights[first], t_s))
    return flown.values(_NAMES.get(name, name))


def _shown(name: str) -> dict[str, Any]:
    known = parameter(_NAMES.get(name, name))
    if known is not None:
        title, unit, scale, digits = known.title, known.unit, known.scale, known.digits
    else:
        title, unit, scale, digits = _UNITS.get(name, (name, "", 1.0, 3))
    return {"shown": title, "unit": unit, "scale": scale, "digits": digits}


def _tail_off_s(flown: Flown, entry: Entry) -> float:
    """Return that of the engine that the entry shuts down."""
    assert flown.scenario is not None
    vehicle = flown.scenario.vehicle
    for action in entry.parsed_actions:
        if action.verb == "shutdown":
            part = vehicle.parts[vehicle.part_index[vehicle.expand(action.target)[0]]]
            if part.engine is not None:
                return float(part.engine.tail_off_s)
    return 0.0
