"""The names a vehicle gives to its sensors, and their order: both are decided here alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

ACCELEROMETERS: Final = ("accelerometer.1", "accelerometer.2", "accelerometer.3")
PLATFORM_AXES: Final = ("imu.x", "imu.y", "imu.z")

# What the flight computer knows on any vehicle; pressures come with its parts and sensors.
QUANTITIES: Final = (
    "apparent_velocity_mps",
    "axial_accel_mps2",
    "estimated_altitude_m",
    "estimated_speed_mps",
    "estimated_climb_mps",
)

DISCRETES_MAX: Final = 64
ANALOGS_MAX: Final = 16
PARTS_MAX: Final = 16


@dataclass(frozen=True, slots=True)
class PartNames:
    """What of a part decides which sensors it has."""

    id: str
    has_parent: bool
    has_engine: bool
    two_propellants: bool


@dataclass(frozen=True, slots=True)
class Discrete:
    """A contact or a dry sensor; `part` is empty for the lift-off contacts."""

    name: str
    kind: Literal["lift-off", "separated", "lox-dry", "fuel-dry"]
    part: str


@dataclass(frozen=True, slots=True)
class Analog:
    """An analogue channel, by the name of its quantity; `part` is empty for the static pressure."""

    name: str
    kind: Literal["chamber-pressure", "static-pressure"]
    part: str


def stack_order(root: str, parents: Mapping[str, str | None]) -> list[str]:
    """Return the part names with the root first and parents before children, else in their order.

    A part whose chain of parents does not reach the root is left out.
    """
    children: dict[str, list[str]] = {name: [] for name in parents}
    for name, parent in parents.items():
        if parent in children and name != root:
            children[parent].append(name)
    order: list[str] = []
    level = [root] if root in parents else []
    while level:
        order += level
        level = [child for name in level for child in children[name]]
    return order


def discretes_of(
    parts: Sequence[PartNames], *, lift_off_contacts: int, separation_contacts: int
) -> tuple[Discrete, ...]:
    """Return the discretes of a vehicle: lift-off, separation of parts, dry sensors of engines."""
    found = [Discrete(f"lift-off.{n + 1}", "lift-off", "") for n in range(lift_off_contacts)]
    found += [
        Discrete(f"{part.id}.separated.{n + 1}", "separated", part.id)
        for part in parts
        if part.has_parent
        for n in range(separation_contacts)
    ]
    for part in parts:
        if part.has_engine and part.two_propellants:
            found.append(Discrete(f"{part.id}.lox-dry", "lox-dry", part.id))
        if part.has_engine:
            found.append(Discrete(f"{part.id}.fuel-dry", "fuel-dry", part.id))
    return tuple(found)


def analogs_of(parts: Sequence[PartNames], *, static_pressure: bool) -> tuple[Analog, ...]:
    """Return the analogue channels of a vehicle: chambers in part order, then the air."""
    found = [
        Analog(f"{part.id}.chamber_pressure_pa", "chamber-pressure", part.id)
        for part in parts
        if part.has_engine
    ]
    if static_pressure:
        found.append(Analog("static_pressure_pa", "static-pressure", ""))
    return tuple(found)
