"""A mission file against the files it names; a scenario file against its mission."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from flightsw.errors import Problem
from flightsw.scenario.catalogue import did_you_mean
from flightsw.scenario.check_screens import check_screens
from flightsw.scenario.document import Cursor, Document
from flightsw.scenario.vehicle_names import VehicleNames
from flightsw.scenario.wording import shown

_ORBIT: Final = ("perigee_m", "apogee_m", "inclination_deg")
_HEIGHT: Final = ("max_altitude_m",)


def check_mission(
    mission: Document,
    vehicle: VehicleNames | None,
    events: list[str] | None,
    stations: list[Document],
) -> Iterator[Problem]:
    """Yield what is wrong inside a mission file, and between it and what is known around it."""
    root = mission.root
    yield from _launch(root.get("launch").get("time_utc"))
    yield from _target(root.get("target"))
    yield from _radar(root.get("radar"), root.get("stations"), stations)
    yield from _twice(root.get("stations"))
    yield from _rate(root.get("run").get("rate_hz"))
    yield from _reported(root.get("fall").get("reported_deg"))
    yield from _plan(root, events)
    yield from check_screens(root, vehicle)
    if vehicle is not None:
        yield from _payload(root, vehicle)


def _launch(time: Cursor) -> Iterator[Problem]:
    if isinstance(time.value, datetime) and time.value.utcoffset() != timedelta(0):
        yield time.problem(f"the launch time is UTC: write `{time.value:%Y-%m-%dT%H:%M:%S}Z`")


def _target(target: Cursor) -> Iterator[Problem]:
    if not isinstance(target.value, dict):
        return
    orbit = [key for key in _ORBIT if target.get(key)]
    height = [key for key in _HEIGHT if target.get(key)]
    if orbit and height:
        message = f"a target is an orbit or a height: `{height[0]}` does not go with `{orbit[0]}`"
        yield target.get(height[0]).problem(message, key=True)
    elif not orbit and not height:
        every = ", ".join(f"`{key}`" for key in _ORBIT)
        yield target.problem(f"no target: give {every}, or `max_altitude_m`", key=True)
    for key in _ORBIT if orbit and not height else orbit + height:
        if not target.get(key):
            yield target.problem(f"an orbit has `{key}` too", key=True)
    for key in (*_ORBIT, *_HEIGHT):
        stem, _, unit = key.rpartition("_")
        band = f"{stem}_band_{unit}"
        if target.get(key) and not target.get(band):
            yield target.get(key).problem(f"`{key}` has no band: give `{band}`", key=True)
        elif target.get(band) and not target.get(key):
            yield target.get(band).problem(f"a band of nothing: `{key}` is missing", key=True)
    low, high = target.get("perigee_m"), target.get("apogee_m")
    if low.number is not None and high.number is not None and low.number > high.number:
        yield low.problem(
            f"the perigee is above the apogee: {low.number:g} m and {high.number:g} m"
        )
    if target.get("insertion") and height:
        yield target.get("insertion").problem("a suborbital flight has no insertion", key=True)


def _radar(radar: Cursor, stations: Cursor, known: list[Document]) -> Iterator[Problem]:
    if not isinstance(radar.value, dict):
        return
    start, end = radar.get("search_from_s"), radar.get("search_to_s")
    if start.number is not None and end.number is not None and start.number >= end.number:
        yield end.problem(
            f"the search ends at {end.number:g} s, before it begins at {start.number:g} s"
        )
    kinds = {document.id: document.root.get("kinds") for document in known}
    named = dict(stations.texts())
    yield from _twice(radar.get("stations"))
    for name, place in radar.get("stations").texts():
        if name not in named:
            message = f"`{name}` is not among the mission's stations{did_you_mean(name, named)}"
            yield place.problem(message)
        elif name in kinds and "radar" not in dict(kinds[name].texts()):
            yield place.problem(f"station `{name}` has no radar")
    complete = known and len(known) == len(named)
    radars = [name for name, kind in kinds.items() if "radar" in dict(kind.texts())]
    if complete and not radar.get("stations") and not radars:
        yield radar.problem("none of the mission's stations has a radar", key=True)


def _twice(names: Cursor) -> Iterator[Problem]:
    seen: set[str] = set()
    for name, place in names.texts():
        if name in seen:
            yield place.problem(f"`{name}` stands here twice")
        seen.add(name)


def _reported(reported: Cursor) -> Iterator[Problem]:
    for item, limit, name in zip(
        reported.items(), (90.0, 180.0), ("latitude", "longitude"), strict=False
    ):
        if item.number is not None and abs(item.number) > limit:
            yield item.problem(
                f"the reported {name} must be at most {limit:g}, not {shown(item.value)}"
            )


def _plan(root: Cursor, events: list[str] | None) -> Iterator[Problem]:
    end = root.get("run").get("end_s").number
    seen: set[str] = set()
    for planned in root.get("plan").tables():
        event, at = planned.get("event"), planned.get("t_s")
        if event.text is not None:
            if event.text in seen:
                yield event.problem(f"`{event.text}` is planned twice")
            elif events is not None and event.text not in events:
                yield event.problem(f"no event `{event.text}`{did_you_mean(event.text, events)}")
            seen.add(event.text)
        if at.number is not None and end is not None and at.number > end:
            yield at.problem(
                f"planned at {at.number:g} s, after the end of the flight at {end:g} s"
            )


def _payload(root: Cursor, vehicle: VehicleNames) -> Iterator[Problem]:
    payload = root.get("payload")
    if vehicle.payload is not None and not payload:
        yield root.problem(
            f"vehicle `{vehicle.id}` carries `{vehicle.payload}`: give `payload.mass_kg`", key=True
        )
    if vehicle.payload is None and payload:
        yield payload.problem(f"vehicle `{vehicle.id}` has no part with `payload = true`", key=True)


def near_rates(rate_hz: float) -> list[int]:
    """Return the allowed rates next to one: those whose tick is whole microseconds."""
    allowed = [rate for rate in range(10, 1001) if 1_000_000 % rate == 0]
    below = [rate for rate in allowed if rate <= rate_hz]
    above = [rate for rate in allowed if rate > rate_hz]
    return [*below[-2:], *above[:2]] if below and above else (below[-2:] or above[:2])


def rate_message(rate_hz: object) -> str | None:
    """Return what is wrong with a rate, or None."""
    whole = isinstance(rate_hz, int) and not isinstance(rate_hz, bool)
    near = "; near it: " + ", ".join(f"{rate}" for rate in near_rates(rate_hz)) if whole else ""  # type: ignore[arg-type]
    if not isinstance(rate_hz, int) or isinstance(rate_hz, bool) or not 10 <= rate_hz <= 1000:  # noqa: PLR2004
        return f"a rate is a whole number of Hz from 10 to 1000, not {shown(rate_hz)}{near}"
    if 1_000_000 % rate_hz:
        tick_us = 1_000_000 / rate_hz
        return f"a tick is whole microseconds, and {rate_hz} Hz has ticks of {tick_us:.3f} us{near}"
    return None


def _rate(rate: Cursor) -> Iterator[Problem]:
    in_range = rate.number is not None and 10 <= rate.number <= 1000  # noqa: PLR2004  else its range is said
    message = rate_message(rate.value) if in_range and isinstance(rate.value, int) else None
    if message:
        yield rate.problem(message)


def check_scenario(scenario: Document, events: list[str] | None) -> Iterator[Problem]:
    """Yield what is wrong inside a scenario file, its faults aside."""
    yield from _rate(scenario.root.get("run").get("rate_hz"))
    expect = scenario.root.get("expect")
    said = set(expect.value) - {"source", "assumed"} if isinstance(expect.value, dict) else None
    if said == set():
        yield expect.problem("nothing is expected here: leave `[expect]` away", key=True)
    window = [item.number for item in expect.get("last_frame_t_s").items()]
    if len(window) == 2 and None not in window and window[0] > window[1]:  # type: ignore[operator]  # noqa: PLR2004
        yield expect.get("last_frame_t_s").problem("the window ends before it begins")
    for key in ("seen", "not_seen"):
        for event, place in expect.get(key).texts():
            if events is not None and event not in events:
                yield place.problem(f"no event `{event}`{did_you_mean(event, events)}")
        yield from _twice(expect.get(key))
    seen = {event for event, _ in expect.get("seen").texts()}
    for event, place in expect.get("not_seen").texts():
        if event in seen:
            yield place.problem(f"`{event}` cannot be both seen and not seen")


def check_station(station: Document) -> Iterator[Problem]:
    """Yield what is wrong inside a station file."""
    root = station.root
    yield from _twice(root.get("kinds"))
    if "radar" in dict(root.get("kinds").texts()) and not root.get("range_max_m"):
        yield root.get("kinds").problem("a radar has a range: give `range_max_m`")
