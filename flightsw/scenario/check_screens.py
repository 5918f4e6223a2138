"""What a mission file has for those who look: its reference curves, and what is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flightsw.dictionary.parameters import PARAMETERS, parameter
from flightsw.scenario.catalogue import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flightsw.errors import Problem
    from flightsw.scenario.document import Cursor
    from flightsw.scenario.vehicle_names import VehicleNames


def check_screens(root: Cursor, vehicle: VehicleNames | None) -> Iterator[Problem]:
    """Yield what is wrong with `[[reference]]` and `[screens]` of a mission file."""
    known = None
    if vehicle is not None:
        known = [*PARAMETERS, *(analog.name for analog in vehicle.analogs)]
    yield from _curves(root.get("reference"), known)
    for plot in root.get("screens").get("plots").items():
        yield from _plot(plot, known)


def _curves(reference: Cursor, known: list[str] | None) -> Iterator[Problem]:
    seen: set[str] = set()
    for curve in reference.tables():
        name = curve.get("parameter")
        yield from _unknown(name, known)
        if name.text in seen:
            yield name.problem(f"`{name.text}` has a reference already")
        seen.add(name.text or "")
        times, values = (list(curve.get(key).items()) for key in ("t_s", "value"))
        if len(times) != len(values):
            yield curve.get("value").problem(
                f"a value for each time: {len(values)} values, {len(times)} times", key=True
            )
        last = None
        for time in times:
            if last is not None and time.number is not None and time.number <= last:
                yield time.problem(f"times ascend: {time.number:g} s comes after {last:g} s")
                break
            last = time.number


def _plot(plot: Cursor, known: list[str] | None) -> Iterator[Problem]:
    unit = None
    seen: set[str] = set()
    for name, place in plot.texts():
        yield from _unknown(place, known)
        if name in seen:
            yield place.problem(f"`{name}` stands here twice")
        seen.add(name)
        shown = parameter(name)
        if shown is None:
            continue
        if unit is not None and shown.unit != unit:
            yield place.problem(f"one plot has one unit: `{name}` is in {shown.unit}, not {unit}")
        unit = unit or shown.unit


def _unknown(name: Cursor, known: list[str] | None) -> Iterator[Problem]:
    if name.text is not None and known is not None and name.text not in known:
        yield name.problem(f"no parameter `{name.text}`{did_you_mean(name.text, known)}")
