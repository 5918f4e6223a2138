"""What is drawn over time: the whole flight against its plan, and close up where it went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from flightsw.dictionary.parameters import Parameter, parameter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from flightsw.ground import GroundPicture
    from flightsw.report.curves import Arrays
    from flightsw.report.flown import Flown
    from flightsw.report.story import Moment
    from flightsw.scenario.mission import Curve

AROUND_S: Final = 5.0
WINDOWS_MAX: Final = 4
_SPAN_LEAST_S: Final = 1.0  # an axis has two ends, though one packet was heard
LOOKS: Final = ("flown", "second", "third")
DASHES: Final = 6  # of plot.js
OTHER_LOOK: Final = "third"


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time to be looked at closely, and what is in it."""

    from_s: float
    to_s: float
    moments: tuple[Moment, ...]


def plots(flown: Flown, other: Flown | None, arrays: Arrays) -> list[dict[str, Any]]:
    """Return the plots of the whole flight; one that no downlink has a value for is not made."""
    curves = references(flown)
    made = []
    asked = wanted(flown)
    if other is not None:  # two lines a plot, and a line style tells the flights apart
        asked = [(name,) for names in asked for name in names]
    for names in asked:
        shown = [p for p in map(parameter, names) if p is not None]
        series = list(_series(flown, other, shown, arrays))
        if not series:
            continue
        reference = curves.get(shown[0].name) if len(shown) == 1 else None
        made.append(_plot(shown, series) | {"plan": _plan(reference, shown[0], arrays)})
    return made


def close_up(
    flown: Flown, window: Window, arrays: Arrays, other: Flown | None = None
) -> list[dict[str, Any]]:
    """Return the same plots about a moment, every sample that was heard."""
    made: list[dict[str, Any]] = []
    if _within(flown, window).any():
        flights = [flown] if other is None else [flown, other]
        for names in wanted(flown):
            shown = [p for p in map(parameter, names) if p is not None]
            many = len(shown) > 1
            kept = [(i, p) for i, p in enumerate(shown) if not many or _told(flights, p, window)]
            for group in [kept] if other is None else [[each] for each in kept]:
                series = list(_samples(flights, group, window, arrays, many=many))
                if series:
                    made.append(_plot([one for _, one in group], series))
    return made


def _samples(
    flights: list[Flown],
    group: list[tuple[int, Parameter]],
    window: Window,
    arrays: Arrays,
    *,
    many: bool,
) -> Iterator[dict[str, Any]]:
    for index, one in group:
        for each in flights:
            values, inside = each.values(one.name), _within(each, window)
            if values is not None and inside.any():
                look = _look(one, index, many=many)
                if len(flights) > 1:
                    look = _look_of_flight(each, is_other=each is not flights[0])
                yield look | arrays.curve(
                    each.t_s[inside], values[inside] * one.scale, buckets=None
                )


def _within(flown: Flown, window: Window) -> NDArray[np.bool_]:
    return (flown.t_s >= window.from_s) & (flown.t_s <= window.to_s)


def _told(flights: list[Flown], one: Parameter, window: Window) -> bool:
    """Return whether a curve tells anything: one that is zero all the time is left out."""
    values = [(each.values(one.name), _within(each, window)) for each in flights]
    return any(told is not None and told[inside].any() for told, inside in values)


def windows(moments: Sequence[Moment]) -> tuple[list[Window], list[Window]]:
    """Return the stretches about moments, those that meet joined: which are shown, which are not.

    The first and the last of what the ground noticed are always shown, then the first of the rest.
    """
    noticed = [moment for moment in moments if moment.by != "truth"]
    ends = {*noticed[:1], *noticed[-1:]}
    found: list[Window] = []
    for moment in sorted(moments, key=lambda one: one.t_s):
        first, last = moment.t_s - AROUND_S, moment.t_s + AROUND_S
        if found and first <= found[-1].to_s:
            found[-1] = Window(found[-1].from_s, last, (*found[-1].moments, moment))
        else:
            found.append(Window(first, last, (moment,)))
    by_rank = sorted(found, key=lambda window: ends.isdisjoint(window.moments))
    shown = by_rank[:WINDOWS_MAX]
    return [one for one in found if one in shown], [one for one in found if one not in shown]


def span(flown: Flown, other: Flown | None = None) -> list[float]:
    """Return the time axis of the whole flight: what was heard, and what was planned."""
    times: list[float] = []
    for each in (flown, other):
        if each is not None and each.ground is not None:
            times += [*each.t_s[:1].tolist(), *each.t_s[-1:].tolist()]
            times += [planned.t_s for planned in each.ground.briefing.plan]
    from_s, to_s = (min(times), max(times)) if times else (0.0, 0.0)
    return [from_s, max(to_s, from_s + _SPAN_LEAST_S)]


def marks(flown: Flown, other: Flown | None = None) -> list[dict[str, Any]]:
    """Return the events as lines: what was heard, and dashed what was planned and not seen.

    Of another flight, dashed, the events that it had at another time.
    """
    found = [*_marks(flown.ground)]
    if other is not None:
        ours = {(mark["t"], mark["text"]) for mark in found}
        found += [
            mark | {"text": f"{mark['text']}, {other.name}", "state": "planned"}
            for mark in _marks(other.ground)
            if mark["state"] != "planned" and (mark["t"], mark["text"]) not in ours
        ]
    return found


def _marks(ground: GroundPicture | None) -> Iterator[dict[str, Any]]:
    for row in ground.timeline if ground else ():
        if row.heard is not None:
            state = "alarm" if row.mark == "alarm" else "heard"
            main = row.planned is not None
            yield {"t": row.heard.t_s, "text": row.title, "state": state, "main": main}
        elif row.planned is not None:
            text = f"{row.title}, not seen"
            yield {"t": row.planned.t_s, "text": text, "state": "planned", "main": True}


def gaps(flown: Flown, other: Flown | None = None) -> list[dict[str, Any]]:
    """Return the silences; one without an end goes on for good. Of two flights, whose it is."""
    found = []
    for each in (flown,) if other is None else (flown, other):
        for silence in each.ground.silences if each.ground else ():
            text = "no telemetry" if other is None else f"{each.name} silent"
            found.append({"from": silence.from_s, "to": silence.to_s, "text": text})
    return found


def wanted(flown: Flown) -> list[tuple[str, ...]]:
    """Return what the mission file asks to be drawn; without it, what any downlink has."""
    screens = flown.scenario.mission.screens if flown.scenario else None
    if screens is not None:
        return list(screens.plots)
    analogs = [name for name, _ in flown.analogs]
    chambers = tuple(name for name in analogs if name.endswith(".chamber_pressure_pa"))[:8]
    suborbital = flown.ground is not None and flown.ground.briefing.suborbital
    speed = "speed_relative_mps" if suborbital else "speed_inertial_mps"
    single = ["altitude_m", speed, "axial_accel_mps2"]
    last = ["static_pressure_pa"] if "static_pressure_pa" in analogs else []
    pitch = flown.values("pitch_deg")
    if pitch is not None and np.ptp(pitch) > 0.0:
        last.append("pitch_deg")
    every = [*((name,) for name in single), chambers, *((name,) for name in last)]
    return [names for names in every if names]


def _series(
    flown: Flown, other: Flown | None, shown: list[Parameter], arrays: Arrays
) -> Iterator[dict[str, Any]]:
    many = len(shown) > 1
    for index, one in enumerate(shown):
        for each in (flown,) if other is None else (flown, other):
            values = each.values(one.name)
            if values is not None:
                look = _look(one, index, many=many)
                if other is not None:
                    look = _look_of_flight(each, is_other=each is other)
                yield look | arrays.curve(each.t_s, values * one.scale)


def _look_of_flight(flown: Flown, *, is_other: bool) -> dict[str, Any]:
    look = OTHER_LOOK if is_other else LOOKS[0]
    return {"label": flown.name, "look": look, "dash": int(is_other)}


def _label(one: Parameter, *, many: bool) -> str:
    return one.title.rpartition(", ")[2] if many else "flown"


def _look(one: Parameter, index: int, *, many: bool) -> dict[str, Any]:
    look = LOOKS[index % len(LOOKS)]
    return {"label": _label(one, many=many), "look": look, "dash": index % DASHES}


def _plot(shown: list[Parameter], series: list[dict[str, Any]]) -> dict[str, Any]:
    first = shown[0]
    title = first.title.partition(", ")[0] if len(shown) > 1 else first.title
    return {
        "parameters": [one.name for one in shown],
        "title": title + ("s" if len(shown) > 1 else ""),
        "unit": first.unit,
        "digits": first.digits,
        "series": series,
    }


def references(flown: Flown) -> dict[str, Curve]:
    """Return the reference curves of the mission file by their parameters."""
    mission = flown.scenario.mission if flown.scenario else None
    return {curve.parameter: curve for curve in (mission.reference if mission else ())}


def _plan(curve: Curve | None, shown: Parameter, arrays: Arrays) -> dict[str, Any] | None:
    if curve is None:
        return None
    return {
        "label": "plan",
        "joined": curve.joined,
        "source": curve.source or curve.assumed or "",
        "t": arrays.add(np.array(curve.t_s)),
        "y": arrays.add(np.array(curve.value) * shown.scale),
    }
