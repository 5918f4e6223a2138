"""What is known before a flight, as the page asks for it: names, plan, places; no faults."""

from __future__ import annotations

from math import degrees
from typing import TYPE_CHECKING, Any, Final

import flightsw
from flightsw.dictionary.parameters import parameter
from flightsw.report.track import piece_of_world

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flightsw.ground import Briefing
    from flightsw.ground.live import Parameter
    from flightsw.scenario import Scenario
    from flightsw.scenario.sequence import Entry

AROUND_DEG: Final = (20.0, 14.0)  # of the map, beyond the planned track
STARTS: Final = ("ignite",)
ENDS: Final = ("shutdown", "separate")


def parameter_facts(parameters: Sequence[Parameter]) -> list[dict[str, Any]]:
    """Return all parameters in the order of the values that messages carry."""
    return [
        {
            "name": one.name,
            "title": one.title,
            "packet": one.packet,
            "kind": "hash" if one.name.endswith("_hash") else one.kind,
            "unit": one.display_unit,
            "scale": one.display_scale,
            "digits": one.digits,
            "values": list(one.values),
            "limits": None
            if one.limits is None
            else [
                one.limits.red_low,
                one.limits.yellow_low,
                one.limits.yellow_high,
                one.limits.red_high,
            ],
            "stale_s": one.stale_s,
            "about": one.about,
        }
        for one in parameters
    ]


def mission_facts(scenario: Scenario | None, mission: str) -> dict[str, Any]:
    """Return what is flown, in words."""
    facts: dict[str, Any] = {
        "mission": mission,
        "title": mission or "a flight without a header",
        "vehicle": "",
        "rate_hz": None,
        "seed": None,
        "versions": {"flightsw": flightsw.__version__},
    }
    if scenario is not None:
        facts |= {
            "mission": scenario.mission.id,
            "title": scenario.mission.title,
            "vehicle": scenario.vehicle.title,
            "rate_hz": scenario.rate_hz,
            "seed": scenario.seed,
        }
    return facts


def plan_facts(scenario: Scenario | None, briefing: Briefing) -> dict[str, Any]:
    """Return the plan: only a ruler, laid beside what is heard."""
    shorts = {}
    if scenario is not None:
        shorts = {entry.event: entry.short or entry.title for entry in scenario.sequence.entry}
    titles = {entry.event: entry.title for entry in briefing.entries}
    curves = scenario.mission.reference if scenario else ()
    track = _track(scenario)
    pad = [degrees(briefing.pad.longitude_rad), degrees(briefing.pad.latitude_rad)]
    stations = [
        {
            "label": station.id,
            "longitude": station.longitude_deg,
            "latitude": station.latitude_deg,
            "mark": "△" if "telemetry" in station.kinds else "◌",
        }
        for station in (scenario.stations if scenario else ())
    ]
    heard_by = [[float(one["longitude"]), float(one["latitude"])] for one in stations]
    box = _box([pad, *(track or heard_by)])  # no plan says where it goes: to where it is heard
    return {
        "events": [
            {
                "name": planned.event,
                "title": titles.get(planned.event, planned.event),
                "short": shorts.get(planned.event, titles.get(planned.event, planned.event)),
                "t_s": planned.t_s,
                "band_s": planned.band_s,
            }
            for planned in sorted(briefing.plan, key=lambda one: one.t_s)
        ],
        "shorts": shorts,
        "stages": list(_stages(scenario)),
        "after": _after(scenario),
        # Of the mission, also where the record of a flight ends before.
        "end_s": scenario.mission.run.end_s if scenario else briefing.listen_until_s,
        "search_from_s": briefing.search.from_s if briefing.search else None,
        "plots": _plots(scenario, briefing),
        "reference": {
            curve.parameter: {
                "t": list(curve.t_s),
                "y": list(curve.value),
                "joined": curve.joined,
                "source": curve.source or curve.assumed or "",
            }
            for curve in curves
        },
        "track": track,
        "pad": pad,
        "stations": stations,
        "world": piece_of_world(box),
    }


def _plots(scenario: Scenario | None, briefing: Briefing) -> list[dict[str, Any]]:
    """Return what the mission file wants drawn; without it, what every downlink has."""
    screens = scenario.mission.screens if scenario else None
    speed = "speed_relative_mps" if briefing.suborbital else "speed_inertial_mps"
    wanted: list[tuple[str, ...]] = [
        ("altitude_m",),
        (speed,),
        ("axial_accel_mps2",),
    ]
    if screens is not None:
        wanted = [tuple(names) for names in screens.plots]
    plots = []
    for names in wanted:
        known = [one for one in map(parameter, names) if one is not None]
        if known:
            first = known[0].title.partition(", ")[0]
            title = first + ("s" if len(known) > 1 else "")
            labels = [one.title.rpartition(", ")[2] for one in known]
            plots.append(
                {
                    "title": title,
                    "unit": known[0].unit,
                    "scale": known[0].scale,
                    "digits": known[0].digits,
                    "parameters": [one.name for one in known],
                    "labels": labels if len(known) > 1 else ["flown"],
                }
            )
    return plots


def _track(scenario: Scenario | None) -> list[list[float]]:
    curves = {one.parameter: one for one in (scenario.mission.reference if scenario else ())}
    latitude, longitude = curves.get("latitude_deg"), curves.get("longitude_deg")
    if latitude is None or longitude is None or latitude.t_s != longitude.t_s:
        return []
    return [list(pair) for pair in zip(longitude.value, latitude.value, strict=True)]


def _box(points: list[list[float]]) -> tuple[float, float, float, float]:
    first = points[0][0]
    east = [first + (point[0] - first + 180.0) % 360.0 - 180.0 for point in points]
    north = [point[1] for point in points]
    wide, high = AROUND_DEG
    return min(east) - wide, min(north) - high, max(east) + wide, max(north) + high


def _stages(scenario: Scenario | None) -> Iterator[dict[str, Any]]:
    """Yield when each stage should fly: from its ignition, or the end before, to its end.

    Made of the plan's times of the events that command engines; what no plan has a time for is
    not there.
    """
    if scenario is None:
        return
    plan, vehicle = scenario.mission.planned_s, scenario.vehicle
    ends: dict[str, float] = {}
    starts: dict[str, float] = {}
    for entry in scenario.sequence.entry:
        at_s = plan.get(entry.event)
        if entry.role != "sequence":
            continue
        for target in _engines(entry, scenario, STARTS):
            starts.setdefault(target, at_s if at_s is not None else 0.0)
        for target in _engines(entry, scenario, ENDS) if at_s is not None else ():
            ends.setdefault(target, at_s or 0.0)
    before_s = 0.0
    for target, end_s in sorted(ends.items(), key=lambda one: one[1]):
        part = vehicle.parts[vehicle.part_index[vehicle.expand(target)[0]]]
        from_s = max(before_s, starts.get(target, before_s))
        if end_s > from_s:
            yield {"label": part.title, "from_s": from_s, "to_s": end_s}
            before_s = end_s


def _after(scenario: Scenario | None) -> str:
    """Return what flies on when no stage does any more: the payload."""
    if scenario is None:
        return ""
    payload, vehicle = scenario.mission.payload, scenario.vehicle
    return payload.name if payload else vehicle.parts[vehicle.part_index[vehicle.root]].title


def _engines(entry: Entry, scenario: Scenario, verbs: tuple[str, ...]) -> Iterator[str]:
    vehicle = scenario.vehicle
    for action in entry.parsed_actions:
        part = vehicle.parts[vehicle.part_index[vehicle.expand(action.target)[0]]]
        if action.verb in verbs and part.engine is not None:
            yield action.target
