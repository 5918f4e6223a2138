"""A scenario as the tables that the compiled core flies. What stands here was checked by `load`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from flightsw._native import ffi, lib
from flightsw.scenario.components import ACCELEROMETERS, PLATFORM_AXES
from flightsw.scenario.faultkinds import FAULT_KINDS
from flightsw.scenario.tables_computer import computer_table
from flightsw.scenario.tables_link import link_row, transmitter_rows
from flightsw.scenario.tables_vehicle import plant_table, sensors_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flightsw.scenario.acts import Act
    from flightsw.scenario.assemble import Scenario
    from flightsw.scenario.vehicle import Vehicle

TRUTH_RATE_HZ: Final = 10  # rows of the truth record
HOLD_LIMIT_S: Final = 10.0  # after planned T-0: a vehicle that has not left its pad by then stays
COAST_LIMIT_S: Final = 10_800.0  # of a body when no radar search says how long to follow it


@dataclass(frozen=True, slots=True)
class NativeAct:
    """One act on one component, in the order of the core's ledger."""

    kind: str
    component: str
    effect_none: bool


@dataclass(frozen=True)
class Tables:
    """Native tables and what keeps them alive; all sizes and times of a flight."""

    loop: Any
    plant: Any
    sensors: Any
    fsw: Any
    acts: tuple[NativeAct, ...]
    names: tuple[str, ...]  # of the parts
    payload_part: int | None
    root_beta_kgpm2: float
    longest_s: float
    downlink_bytes_per_s: float
    coast_until_s: float

    @property
    def part_count(self) -> int:
        """How many parts the vehicle has."""
        return len(self.names)

    @property
    def longest_ticks(self) -> int:
        """Ticks that no flight exceeds."""
        return int(self.longest_s / (self.fsw.tick_us * 1e-6)) + 2

    def part_names(self, mask: int) -> list[str]:
        """Return the names of the parts whose bits are set."""
        return [name for index, name in enumerate(self.names) if mask & (1 << index)]


def native_tables(scenario: Scenario) -> Tables:
    """Return the tables of one flight.

    Parameters
    ----------
    scenario : Scenario
        As loaded.

    Returns
    -------
    Tables
        Ready for ``loop_init``.
    """
    tick_us = 1_000_000 // scenario.rate_hz
    vehicle, sequence, mission = scenario.vehicle, scenario.sequence, scenario.mission
    geodetic = {
        "latitude_rad": math.radians(mission.launch.latitude_deg),
        "longitude_rad": math.radians(mission.launch.longitude_deg),
        "height_m": mission.launch.height_m,
    }
    pad: Any = ffi.new("plant_geodetic_t *", geodetic)
    axes = lib.plant_platform_axes(
        geodetic["latitude_rad"],
        geodetic["longitude_rad"],
        math.radians(sequence.guidance.azimuth_deg),
    )
    plant = plant_table(scenario, pad, axes)
    sensors = sensors_table(vehicle, seed=scenario.seed, tick_us=tick_us)
    actions: dict[tuple[int, int, int], int] = {}
    fsw = computer_table(scenario, tick_us, actions, pad, axes)
    acts = list(_native_acts(scenario, tick_us))

    loop: Any = ffi.new("loop_config_t *")
    loop.plant, loop.sensors, loop.fsw = plant, sensors, fsw
    loop.action_count = len(actions)
    for (command, part, value), index in actions.items():
        loop.action[index] = {"command": command, "part": part, "value": value}
    loop.act_count = len(acts)
    for index, (_, row) in enumerate(acts):
        loop.act[index] = row
    loop.platform_axes_ecef = [axes.x, axes.y, axes.z]
    loop.transmitter_count = len(vehicle.transmitter)
    for index, row in enumerate(transmitter_rows(vehicle)):
        loop.transmitter[index] = row
    loop.link = link_row(scenario)
    loop.end_s = mission.run.end_s
    loop.hold_limit_s = HOLD_LIMIT_S
    loop.truth_rate_hz = TRUTH_RATE_HZ

    payload = vehicle.payload_part
    return Tables(
        loop=loop,
        plant=plant,
        sensors=sensors,
        fsw=fsw,
        acts=tuple(act for act, _ in acts),
        names=tuple(part.name for part in vehicle.parts),
        payload_part=None if payload is None else vehicle.part_index[payload.name],
        root_beta_kgpm2=vehicle.parts[0].beta_kgpm2,
        longest_s=HOLD_LIMIT_S - sequence.start_s + mission.run.end_s,
        downlink_bytes_per_s=sum(
            transmitter["config"]["rate_bps"] / 8.0 for transmitter in transmitter_rows(vehicle)
        ),
        coast_until_s=COAST_LIMIT_S if mission.radar is None else mission.radar.search_to_s,
    )


def _component_index(act: Act, component: str, vehicle: Vehicle) -> int:
    if act.kind.startswith("accelerometer"):
        return (*ACCELEROMETERS, *PLATFORM_AXES).index(component)
    if act.kind == "contact-stuck":
        return [discrete.name for discrete in vehicle.discretes].index(component)
    if act.kind.startswith("transmitter"):
        return [transmitter.id for transmitter in vehicle.transmitter].index(component)
    return vehicle.part_index[component]


def _native_values(act: Act) -> tuple[float, ...]:
    """Return the values of an act as the core counts them: a supply in millivolts."""
    if act.kind == "transmitter-supply":
        return tuple(round(volts * 1e3) for volts in act.values)
    return tuple(act.values)


def _native_acts(scenario: Scenario, tick_us: int) -> Iterator[tuple[NativeAct, dict[str, Any]]]:
    events = scenario.sequence.event_index
    for act in scenario.acts:
        for component in act.components:
            row = {
                "kind": getattr(lib, FAULT_KINDS[act.kind].native),
                "component": _component_index(act, component, scenario.vehicle),
                "trigger_event": lib.FAULTS_FROM_T_ZERO if act.event is None else events[act.event],
                "delay_ticks": math.ceil(round(act.offset_s * 1e6) / tick_us),
                "value": [*_native_values(act), 0.0, 0.0][:2],
            }
            yield NativeAct(act.kind, component, act.effect_none), row
