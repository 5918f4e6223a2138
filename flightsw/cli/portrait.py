"""What `flightsw show` prints of each kind of file, in 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from flightsw.scenario.catalogue import find
from flightsw.scenario.document import Cursor, Document
from flightsw.scenario.fault import FaultFile, ScenarioFile
from flightsw.scenario.mission import Mission, Station
from flightsw.scenario.sequence import Entry, Sequence, Trigger
from flightsw.scenario.vehicle import Vehicle

if TYPE_CHECKING:
    from flightsw.scenario.mission import Target

_WIDTH: Final = 80
_LABEL: Final = 13


def portrait(document: Document) -> Iterator[str]:
    """Yield the lines about a file that has no errors."""
    yield f"{document.root.get('title').text or document.id}   {document.kind} {document.id}"
    yield from _PORTRAITS[document.kind](document)
    source = document.root.get("source").text or document.root.get("assumed").text
    if source:
        yield from _labelled("source", source)


def _labelled(label: str, text: str) -> Iterator[str]:
    indent = " " * (_LABEL + 2)
    for index, line in enumerate(textwrap.wrap(text, _WIDTH - _LABEL - 2, break_on_hyphens=False)):
        yield f"  {label:<{_LABEL}}{line}" if index == 0 else f"{indent}{line}"


def _mission(document: Document) -> Iterator[str]:
    mission = Mission.model_validate(document.data)
    launch = mission.launch
    place = f"{_degrees(launch.latitude_deg, 'NS')} {_degrees(launch.longitude_deg, 'EW')}"
    yield from _labelled(
        "launch", f"{launch.time_utc:%Y-%m-%d %H:%M:%S} UTC, {place}, {launch.height_m:g} m"
    )
    if mission.payload is not None:
        yield from _labelled("payload", f"{mission.payload.name}, {mission.payload.mass_kg:g} kg")
    yield from _labelled("target", _target(mission.target))
    yield from _labelled("stations", ", ".join(mission.stations) or "none")
    if mission.radar is not None:
        search = f"T+{mission.radar.search_from_s:g} to T+{mission.radar.search_to_s:g}"
        yield from _labelled("radar", f"{search}, gate {mission.radar.gate_km:g} km")
    yield from _labelled(
        "run", f"{mission.run.rate_hz} Hz, seed {mission.run.seed}, to T+{mission.run.end_s:g}"
    )
    yield ""
    yield from _plan(mission, _titles(mission.sequence))
    vehicle = find(mission.vehicle, ("vehicle",))
    read = vehicle.read() if vehicle is not None else None
    if isinstance(read, Document):
        payload_kg = mission.payload.mass_kg if mission.payload is not None else 0.0
        yield ""
        yield f"vehicle {mission.vehicle}"
        yield from _stack(Vehicle.model_validate(read.data), payload_kg)
    yield ""


def _target(target: Target) -> str:
    if target.max_altitude_m is not None and target.max_altitude_band_m is not None:
        band = f"{target.max_altitude_m / 1000:g} +- {target.max_altitude_band_m / 1000:g}"
        return f"{band} km high, suborbital"
    height = (
        f"{(target.perigee_m or 0.0) / 1000:g} +- {(target.perigee_band_m or 0.0) / 1000:g} x "
        f"{(target.apogee_m or 0.0) / 1000:g} +- {(target.apogee_band_m or 0.0) / 1000:g} km"
    )
    return f"orbit {height}, {target.inclination_deg:g} +- {target.inclination_band_deg:g} deg"


def _degrees(value: float, signs: str) -> str:
    return f"{abs(value):.4f} {signs[0 if value >= 0 else 1]}"


def _titles(sequence: str) -> dict[str, str]:
    found = find(sequence, ("sequence",))
    read = found.read() if found is not None else None
    if not isinstance(read, Document):
        return {}
    return {e.event: e.title for e in Sequence.model_validate(read.data).entry}


def _plan(mission: Mission, titles: dict[str, str]) -> Iterator[str]:
    yield "plan        T+   band  event"
    for planned in sorted(mission.plan, key=lambda planned: planned.t_s):
        title = titles.get(planned.event, planned.event)
        yield f"  {planned.t_s:>11.2f}  {planned.band_s:>5.2f}  {title}"


def _vehicle(document: Document) -> Iterator[str]:
    vehicle = Vehicle.model_validate(document.data)
    yield from _labelled("attitude", vehicle.attitude.mode)
    yield from _labelled(
        "sensors", f"{len(vehicle.discretes)} discretes, {len(vehicle.analogs)} pressures"
    )
    yield from _labelled(
        "transmitters", ", ".join(f"{t.id} on {t.on}" for t in vehicle.transmitter) or "none"
    )
    for name, members in vehicle.groups.items():
        yield from _labelled("group", f"{name}: {', '.join(members)}")
    yield ""
    yield from _stack(vehicle, 0.0)
    yield ""


def _stack(vehicle: Vehicle, payload_kg: float) -> Iterator[str]:
    yield "  part               hangs on          dry kg  propel. kg  vacuum kN   burns s"
    total = 0.0
    for part in vehicle.parts:
        dry = part.dry_mass_kg or (payload_kg if part.payload else 0.0)
        burnt = part.oxidizer_kg + part.fuel_kg
        total += dry + burnt
        row = f"  {part.name:<18} {part.parent or '-':<16} {_kilograms(dry):>8}"
        if part.engine is not None:
            kilonewtons = part.engine.thrust_n / 1000
            burns = f"{kilonewtons:>9.1f}  {burnt / part.engine.flow_kgps:>8.1f}"
            row += f"  {_kilograms(burnt):>10}  {burns}"
        yield row
    yield f"  {'together':<18} {'':<16} {_kilograms(total):>8} kg"


def _kilograms(mass: float) -> str:
    return f"{mass:.0f}" if mass >= 100.0 else f"{mass:.1f}"  # noqa: PLR2004  three digits are read


def _sequence(document: Document) -> Iterator[str]:
    sequence = Sequence.model_validate(document.data)
    guidance = sequence.guidance
    nodes = guidance.pitch_t_s
    how = (
        f"rail at {guidance.elevation_deg:g} deg"
        if nodes is None
        else f"{len(nodes)} pitch nodes to T+{nodes[-1]:g}"
    )
    yield from _labelled("vehicle", sequence.vehicle)
    yield from _labelled("guidance", f"azimuth {guidance.azimuth_deg:g} deg, {how}")
    yield ""
    for entry in sequence.entry:
        yield f"{entry.event}   {entry.role if entry.role != 'sequence' else ''}".rstrip()
        yield from _entry(entry)
    yield ""


def _entry(entry: Entry) -> Iterator[str]:
    if entry.actions:
        yield from _labelled("commands", ", ".join(entry.actions))
    for name, trigger in (("primary", entry.primary), ("backup", entry.backup)):
        if trigger is not None:
            yield from _labelled(name, _spoken(trigger))
    if entry.depletion is not None:
        yield from _labelled("depletion", f"any of {', '.join(entry.depletion.sensors)}")
    if entry.requires:
        yield from _labelled("requires", ", ".join(entry.requires))
    if entry.inhibited_by:
        yield from _labelled("inhibited", ", ".join(entry.inhibited_by))
    if entry.not_before_s is not None:
        yield from _labelled("not before", f"T+{entry.not_before_s:g}")
    if entry.not_after_s is not None:
        yield from _labelled("not after", f"T+{entry.not_after_s:g}")


def _spoken(trigger: Trigger) -> str:
    if trigger.kind == "event":
        return f"{trigger.event} + {trigger.after_s or 0.0:g} s"
    if trigger.kind == "countdown":
        return f"countdown {trigger.countdown_s:g} s"
    if trigger.kind == "contacts":
        contacts = trigger.contacts or ()
        return f"{trigger.votes or 1} of {', '.join(contacts)}"
    if trigger.kind == "quantity":
        sign, limit = (
            (">=", trigger.at_least) if trigger.at_least is not None else ("<=", trigger.at_most)
        )
        return (
            f"{trigger.quantity} {sign} {limit:g}{' less tail-off' if trigger.less_tailoff else ''}"
        )
    word = " and " if trigger.kind == "all" else " or "
    return word.join(
        f"({_spoken(child)})" if child.children else _spoken(child) for child in trigger.children
    )


def _fault(document: Document) -> Iterator[str]:
    fault = FaultFile.model_validate(document.data)
    yield from _labelled("vehicles", ", ".join(fault.vehicles) if fault.vehicles else "any")
    if fault.at_s is not None:
        yield from _labelled("time", f"T+{fault.at_s:g}; --at replaces it")
    elif fault.event is not None:
        yield from _labelled(
            "time", f"{fault.event} + {fault.after_s or 0.0:g} s; --at replaces it"
        )
    for act, table in zip(fault.act, document.root.get("act").tables(), strict=True):
        yield from _labelled("act", f"{act.kind} on {act.component}{_details(table)}")


def _details(act: Cursor) -> str:
    silent = {"kind", "component", "source", "assumed"}
    pairs = [f"{f.path[-1]} = {f.value}" for f in act.fields() if f.path[-1] not in silent]
    return f", {', '.join(pairs)}" if pairs else ""


def _scenario(document: Document) -> Iterator[str]:
    scenario = ScenarioFile.model_validate(document.data)
    yield from _labelled("mission", scenario.mission)
    for use in scenario.faults:
        when = f" at T+{use.at_s:g}" if use.at_s is not None else ""
        when = f" at {use.event} + {use.after_s or 0.0:g} s" if use.event is not None else when
        yield from _labelled("fault", f"{use.id}{when}")
    for field in document.root.get("expect").fields():
        value = field.value
        text = (
            ", ".join(str(item) for item in value)
            if isinstance(value, list)
            else str(value).lower()
        )
        yield from _labelled("expects", f"{field.path[-1]}: {text}")


def _station(document: Document) -> Iterator[str]:
    station = Station.model_validate(document.data)
    yield from _labelled(
        "place", f"{_degrees(station.latitude_deg, 'NS')} {_degrees(station.longitude_deg, 'EW')}"
    )
    yield from _labelled("kinds", ", ".join(station.kinds))
    yield from _labelled("mask", f"{station.mask_deg:g} deg")
    if station.range_max_m is not None:
        yield from _labelled("range", f"{station.range_max_m / 1000:g} km")


_PORTRAITS: Final[dict[str, Callable[[Document], Iterator[str]]]] = {
    "mission": _mission,
    "scenario": _scenario,
    "fault": _fault,
    "vehicle": _vehicle,
    "sequence": _sequence,
    "station": _station,
}
