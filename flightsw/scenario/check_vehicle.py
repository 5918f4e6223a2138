"""A vehicle file by itself: the stack hangs together, every engine has what it burns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from flightsw.errors import Problem
from flightsw.scenario.catalogue import did_you_mean
from flightsw.scenario.components import ANALOGS_MAX, DISCRETES_MAX, PARTS_MAX
from flightsw.scenario.document import Cursor
from flightsw.scenario.vehicle_names import VehicleNames, part_ids
from flightsw.scenario.wording import label, shown

# Below: cold gas. Above: hydrogen and fluorine, 4700 m/s, and some room.
_EXHAUST_MPS: Final = (300.0, 6000.0)
_RESERVED: Final = ("accelerometer", "imu", "lift-off")


def check_vehicle(names: VehicleNames) -> Iterator[Problem]:
    """Yield what is wrong inside a vehicle file."""
    yield from _ids(names)
    yield from _stack(names)
    yield from _groups(names)
    yield from _transmitters(names)
    for part in names.document.root.get("part").tables():
        yield from _part(part)
    yield from _payload(names)
    yield from _attitude(names)
    yield from _aero(names.document.root.get("aero"))
    yield from _sensors(names)


def _ids(names: VehicleNames) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    root = names.document.root
    for part in root.get("part").tables():
        if bool(part.get("id")) == bool(part.get("ids")):
            which = "both `id` and `ids`" if part.get("id") else "neither `id` nor `ids`"
            yield part.problem(f"a part has {which}: one of them names it", key=True)
        for name, place in part_ids(part):
            if name in seen:
                yield place.problem(f"the name `{name}` is taken by another {seen[name]}")
            elif name in _RESERVED:
                yield place.problem(f"the name `{name}` is taken by sensors of every vehicle")
            seen.setdefault(name, "part")
    for group in root.get("groups").fields():
        name = str(group.path[-1])
        if name in seen or name in _RESERVED:
            taken = seen.get(name, "sensor")
            yield group.problem(f"the name `{name}` is taken by another {taken}", key=True)
        seen.setdefault(name, "group")
    for transmitter in root.get("transmitter").tables():
        place = transmitter.get("id")
        if place.text is not None:
            if place.text in seen:
                yield place.problem(
                    f"the name `{place.text}` is taken by another {seen[place.text]}"
                )
            seen.setdefault(place.text, "transmitter")


def _stack(names: VehicleNames) -> Iterator[Problem]:
    root = names.document.root.get("root")
    if root.text is not None and root.text not in names.part:
        yield root.problem(f"no part `{root.text}`{did_you_mean(root.text, names.part)}")
    if len(names.part) > PARTS_MAX:
        yield names.document.problem(
            ("part",), f"a vehicle has at most {PARTS_MAX} parts, not {len(names.part)}", key=True
        )
    done: set[tuple[str | int, ...]] = set()
    for name, part in names.part.items():
        parent = part.get("parent")
        if part.path in done:
            continue
        done.add(part.path)
        if name == names.root:
            if parent:
                yield parent.problem(f"`{name}` is the root and hangs on nothing")
            if part.get("ids"):
                yield part.get("ids").problem("the root is one part: name it with `id`")
        elif not parent:
            yield part.problem(
                f"{label(part.document, part.path)} hangs on nothing: give its `parent`", key=True
            )
        elif parent.text is not None and parent.text not in names.part:
            yield parent.problem(f"no part `{parent.text}`{did_you_mean(parent.text, names.part)}")
        elif _hangs_on_itself(names, name):
            yield parent.problem(f"`{name}` hangs on itself")


def _hangs_on_itself(names: VehicleNames, name: str) -> bool:
    at: str | None = names.part[name].get("parent").text
    for _ in names.part:
        if at is None or at not in names.part:
            return False
        if at == name:
            return True
        at = names.part[at].get("parent").text
    return False


def _groups(names: VehicleNames) -> Iterator[Problem]:
    for group in names.document.root.get("groups").fields():
        members = list(group.texts())
        counts = Counter(name for name, _ in members)
        for name, place in members:
            if name not in names.part:
                yield place.problem(f"no part `{name}`{did_you_mean(name, names.part)}")
            elif counts.pop(name, 0) > 1:
                yield place.problem(f"`{name}` stands in the group twice")


def _transmitters(names: VehicleNames) -> Iterator[Problem]:
    for transmitter in names.document.root.get("transmitter").tables():
        on = transmitter.get("on")
        if on.text is not None and on.text not in names.part:
            yield on.problem(f"no part `{on.text}`{did_you_mean(on.text, names.part)}")


def _part(part: Cursor) -> Iterator[Problem]:
    name = label(part.document, part.path)
    oxidizer, fuel = part.get("oxidizer_kg"), part.get("fuel_kg")
    engine = part.get("engine")
    weighed = any(str(field.path[-1]).startswith("dry_mass") for field in part.fields())
    if not weighed and part.get("payload").value is not True:
        yield part.problem(f"{name} has no `dry_mass_kg`", key=True)
    if not engine:
        return
    burns_two = (engine.get("mixture_ratio").number or 0.0) > 0.0
    has_oxidizer, has_fuel = (oxidizer.number or 0.0) > 0.0, (fuel.number or 0.0) > 0.0
    if not has_oxidizer and not has_fuel:
        yield part.problem(f"{name} has an engine and no propellant: give `fuel_kg`", key=True)
    elif burns_two and not (has_oxidizer and has_fuel):
        missing = "fuel_kg" if has_oxidizer else "oxidizer_kg"
        yield part.problem(f"{name} burns two propellants: give `{missing}`", key=True)
    elif not burns_two and has_oxidizer:
        yield oxidizer.problem(
            f"{name} burns one propellant, held as `fuel_kg`; with an oxidizer give `mixture_ratio`"
        )
    thrust, flow = engine.get("thrust_vac_n"), engine.get("mass_flow_kgps")
    if thrust.number and flow.number and thrust.number > 0.0 and flow.number > 0.0:
        exhaust = thrust.number / flow.number
        if not _EXHAUST_MPS[0] <= exhaust <= _EXHAUST_MPS[1]:
            yield thrust.problem(
                f"thrust over mass flow is an exhaust velocity of {exhaust:.4g} m/s; engines give"
                f" {_EXHAUST_MPS[0]:g} to {_EXHAUST_MPS[1]:g}: is a unit wrong?"
            )


def _payload(names: VehicleNames) -> Iterator[Problem]:
    carriers = [
        part.get("payload")
        for part in names.document.root.get("part").tables()
        if part.get("payload").value is True
    ]
    for carrier in carriers:
        part = names.document.at(carrier.path[:-1])
        if part.get("ids"):
            yield carrier.problem("the payload is one part: name it with `id`")
        if part.get("dry_mass_kg"):
            yield part.get("dry_mass_kg").problem(
                "the mass of the payload is the mission's", key=True
            )
    for carrier in carriers[1:]:
        yield carrier.problem("a vehicle has one payload part at most", key=True)


def _attitude(names: VehicleNames) -> Iterator[Problem]:
    attitude = names.document.root.get("attitude")
    rail = attitude.get("rail_length_m")
    if names.wind and attitude and not rail:
        yield attitude.problem("a finned rocket starts from a rail: give `rail_length_m`", key=True)
    if not names.wind and rail:
        yield rail.problem('a rail belongs to `mode = "wind"`', key=True)


def _aero(aero: Cursor) -> Iterator[Problem]:
    mach, cd = aero.get("mach"), aero.get("cd")
    yield from ascending(mach, "Mach numbers")
    yield from same_length(mach, cd)


def _sensors(names: VehicleNames) -> Iterator[Problem]:
    sensors = names.document.root.get("sensors")
    for limit, have, what in (
        (DISCRETES_MAX, len(names.discretes), "contacts and dry sensors"),
        (ANALOGS_MAX, len(names.analogs), "analogue channels"),
    ):
        if have > limit:
            yield sensors.problem(f"a vehicle has at most {limit} {what}, not {have}", key=True)
    quantum = sensors.get("accelerometer").get("quantum_mps")
    if quantum.number is not None and quantum.number >= 1.0e-6:  # noqa: PLR2004  1 µm/s, the smallest count
        micrometres = quantum.number * 1.0e6
        if abs(micrometres - round(micrometres)) > 1.0e-6 * micrometres:
            yield quantum.problem(
                f"{label(quantum.document, quantum.path)} must be whole micrometres per second,"
                f" not {shown(quantum.value)}"
            )


def ascending(array: Cursor, what: str) -> Iterator[Problem]:
    """Yield a problem where numbers do not ascend."""
    before: float | None = None
    for item in array.items():
        number = item.number
        if number is not None and before is not None and number <= before:
            yield item.problem(f"{what} must ascend: {shown(item.value)} comes after {before:g}")
        before = number if number is not None else before


def same_length(first: Cursor, second: Cursor) -> Iterator[Problem]:
    """Yield a problem if two arrays that belong together have different lengths."""
    if isinstance(first.value, list) and isinstance(second.value, list):
        a, b = len(first.value), len(second.value)
        if a != b:
            names = f"`{first.path[-1]}` and `{second.path[-1]}`"
            yield second.problem(f"{names} belong together: {a} and {b} numbers")
