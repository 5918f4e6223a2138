"""A scenario as the tables that the compiled core flies. What stands here was checked by `load`."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from flightsw._native import ffi, lib
from flightsw.scenario.components import ACCELEROMETERS, PLATFORM_AXES
from flightsw.scenario.faultkinds import FAULT_KINDS
from flightsw.scenario.pitch import pitch_segments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flightsw.scenario.acts import Act
    from flightsw.scenario.assemble import Scenario
    from flightsw.scenario.sequence import Depletion, Entry, Sequence, Trigger
    from flightsw.scenario.vehicle import Engine, Part, Vehicle

TRUTH_RATE_HZ: Final = 10  # rows of the truth record
HOLD_LIMIT_S: Final = 10.0  # after planned T-0: a vehicle that has not left its pad by then stays
COAST_LIMIT_S: Final = 10_800.0  # of a body when no radar search says how long to follow it
DISAGREEMENT_SIGMAS: Final = 10.0  # of one reading; beyond them, and the quanta, it is a fault
NEVER: Final = 2**63 - 1
ALWAYS: Final = -(2**63)

_QUANTITIES: Final = {
    "apparent_velocity_mps": ("FSW_QUANTITY_APPARENT_VELOCITY_mmps", 1e3),
    "axial_accel_mps2": ("FSW_QUANTITY_AXIAL_ACCEL_mmps2", 1e3),
    "estimated_altitude_m": ("FSW_QUANTITY_ESTIMATED_ALTITUDE_mm", 1e3),
    "estimated_speed_mps": ("FSW_QUANTITY_ESTIMATED_SPEED_mmps", 1e3),
    "estimated_climb_mps": ("FSW_QUANTITY_ESTIMATED_CLIMB_mmps", 1e3),
}
_ROLES: Final = {
    "sequence": lib.FSW_ROLE_SEQUENCE,
    "avd": lib.FSW_ROLE_AVD,
    "abort": lib.FSW_ROLE_ABORT,
    "monitor": lib.FSW_ROLE_MONITOR,
}
_VERBS: Final = {
    "ignite": lib.PLANT_IGNITE,
    "throttle": lib.PLANT_THROTTLE,
    "shutdown": lib.PLANT_SHUTDOWN,
    "separate": lib.PLANT_SEPARATE,
    "deploy": lib.PLANT_DEPLOY,
}
_DISCRETES: Final = {
    "lift-off": lib.SENSORS_LIFT_OFF_CONTACT,
    "separated": lib.SENSORS_SEPARATION_CONTACT,
    "lox-dry": lib.SENSORS_OXIDIZER_DRY,
    "fuel-dry": lib.SENSORS_FUEL_DRY,
}

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
    packets_per_s: float
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
    pad = ffi.new("plant_geodetic_t *", geodetic)
    axes = lib.plant_platform_axes(
        geodetic["latitude_rad"],
        geodetic["longitude_rad"],
        math.radians(sequence.guidance.azimuth_deg),
    )
    plant = _plant(scenario, pad, axes)
    sensors = _sensors(vehicle, seed=scenario.seed, tick_us=tick_us)
    actions: dict[tuple[int, int, int], int] = {}
    fsw = _fsw(scenario, tick_us, actions, pad, axes)
    acts = list(_native_acts(scenario, tick_us))

    loop = ffi.new("loop_config_t *")
    loop.plant, loop.sensors, loop.fsw = plant, sensors, fsw
    loop.action_count = len(actions)
    for (command, part, value), index in actions.items():
        loop.action[index] = {"command": command, "part": part, "value": value}
    loop.act_count = len(acts)
    for index, (_, row) in enumerate(acts):
        loop.act[index] = row
    loop.platform_axes_ecef = [axes.x, axes.y, axes.z]
    loop.end_s = mission.run.end_s
    loop.hold_limit_s = HOLD_LIMIT_S
    loop.truth_rate_hz = TRUTH_RATE_HZ

    telemetry = sequence.telemetry
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
        packets_per_s=min(telemetry.state_rate_hz, scenario.rate_hz)
        + min(telemetry.housekeeping_rate_hz, scenario.rate_hz)
        + 1.0,
        coast_until_s=COAST_LIMIT_S if mission.radar is None else mission.radar.search_to_s,
    )



def sequence_hash(scenario: Scenario) -> int:
    """Return the CRC-32 of the sequence file: what the computer telemeters and the ground checks."""
    text = next(file.text for file in scenario.files if file.kind == "sequence")
    return zlib.crc32(text.encode())


# ------------------------------------------------------------------------------------------ plant


def _engine(engine: Engine) -> dict[str, Any]:
    levels = [*engine.levels.values(), 0.0, 0.0, 0.0]
    return {
        "thrust_vac_n": engine.thrust_n,
        "mass_flow_kgps": engine.flow_kgps,
        "exit_area_m2": engine.exit_area_m2,
        "mixture_ratio": engine.mixture_ratio,
        "build_up_s": engine.build_up_s,
        "tail_off_s": engine.tail_off_s,
        "chamber_pressure_pa": engine.chamber_pressure_pa,
        "level": levels[: lib.PLANT_LEVELS_MAX],
        "restartable": engine.restartable,
    }


def _part(part: Part, vehicle: Vehicle, payload_kg: float) -> dict[str, Any]:
    row: dict[str, Any] = {
        "parent": -1 if part.parent is None else vehicle.part_index[part.parent],
        "dry_mass_kg": (part.dry_mass_kg or 0.0) + (payload_kg if part.payload else 0.0),
        "oxidizer_kg": part.oxidizer_kg,
        "fuel_kg": part.fuel_kg,
        "drag_area_m2": part.drag_area_m2,
        "beta_kgpm2": part.beta_kgpm2,
        "deployed_drag_area_m2": part.deployed_drag_area_m2 or 0.0,
        "separation_speed_mps": part.separation_speed_mps,
    }
    if part.engine is not None:
        row["engine"] = _engine(part.engine)
    return row


def _plant(scenario: Scenario, pad: Any, axes: Any) -> Any:
    vehicle, guidance = scenario.vehicle, scenario.sequence.guidance
    payload = scenario.mission.payload
    plant = ffi.new("plant_config_t *")
    plant.part_count = len(vehicle.parts)
    for index, part in enumerate(vehicle.parts):
        plant.part[index] = _part(part, vehicle, 0.0 if payload is None else payload.mass_kg)
    plant.attitude = (
        lib.PLANT_ATTITUDE_WIND
        if vehicle.attitude.mode == "wind"
        else lib.PLANT_ATTITUDE_COMMANDED
    )
    plant.attitude_lag_s = vehicle.attitude.lag_s
    plant.rail_length_m = vehicle.attitude.rail_length_m or 0.0
    plant.incidence_drag = vehicle.aero.incidence_drag
    plant.mach_count = len(vehicle.aero.mach)
    plant.mach[0 : plant.mach_count] = list(vehicle.aero.mach)
    plant.cd[0 : plant.mach_count] = list(vehicle.aero.cd)
    plant.pad = pad[0]
    plant.start_s = scenario.sequence.start_s
    elevation = math.radians(90.0 if guidance.elevation_deg is None else guidance.elevation_deg)
    plant.axis_at_start_ecef = {
        axis: math.cos(elevation) * getattr(axes.x, axis)
        + math.sin(elevation) * getattr(axes.y, axis)
        for axis in "xyz"
    }
    lib.plant_air_table_init(ffi.addressof(plant.air))
    return plant


# ---------------------------------------------------------------------------------------- sensors


def _sensors(vehicle: Vehicle, *, seed: int, tick_us: int) -> Any:
    sensors = ffi.new("sensors_config_t *")
    sensors.seed = seed
    sensors.tick_us = tick_us
    for rows, model in (
        (sensors.axial, vehicle.sensors.accelerometer),
        (sensors.imu, vehicle.sensors.imu),
    ):
        for index in range(3):
            rows[index] = {
                "quantum_mps": model.quantum_mps,
                "bias_mps2": model.bias_mps2,
                "scale": 1.0,
                "noise_mps": model.noise_mps,
            }
    sensors.analog_count = len(vehicle.analogs)
    for index, analog in enumerate(vehicle.analogs):
        pressure = (
            vehicle.sensors.chamber_pressure
            if analog.kind == "chamber-pressure"
            else vehicle.sensors.static_pressure
        )
        assert pressure is not None
        sensors.analog[index] = {
            "kind": lib.SENSORS_CHAMBER_PRESSURE
            if analog.kind == "chamber-pressure"
            else lib.SENSORS_STATIC_PRESSURE,
            "part": vehicle.part_index.get(analog.part, 0),
            "rate_hz": pressure.rate_hz,
            "quantum": pressure.quantum_pa,
            "bias": 0.0,
            "noise": pressure.noise_pa,
        }
    sensors.discrete_count = len(vehicle.discretes)
    for index, discrete in enumerate(vehicle.discretes):
        sensors.discrete[index] = {
            "kind": _DISCRETES[discrete.kind],
            "part": vehicle.part_index.get(discrete.part, 0),
        }
    return sensors


# -------------------------------------------------------------------------------- flight software


class _Nodes:
    """Compiles triggers to nodes, children before their parent."""

    def __init__(self, scenario: Scenario, tick_us: int) -> None:
        self.rows: list[dict[str, Any]] = []
        self.vehicle = scenario.vehicle
        self.sequence = scenario.sequence
        self.tick_us = tick_us
        self.bits = {d.name: 1 << i for i, d in enumerate(self.vehicle.discretes)}
        self.channels = {a.name: i for i, a in enumerate(self.vehicle.analogs)}

    def ticks(self, seconds: float) -> int:
        """Return the first tick at or after a time."""
        return math.ceil(round(seconds * 1e6) / self.tick_us)

    def trigger(self, trigger: Trigger | Depletion | None, lead_us: int) -> dict[str, int]:
        """Append a trigger's nodes; return where they stand."""
        first = len(self.rows)
        if trigger is not None and hasattr(trigger, "sensors"):
            self._discretes(trigger, trigger.sensors, 1)
        elif trigger is not None:
            self._append(trigger, first, lead_us)
        return {"first_node": first, "node_count": len(self.rows) - first}

    def _append(self, trigger: Any, first: int, lead_us: int) -> int:
        """Append one node after its children; return its place within the trigger."""
        if trigger.kind == "event":
            self.rows.append(
                {
                    "kind": lib.FSW_NODE_AFTER_EVENT,
                    "source": self.sequence.event_index[trigger.event],
                    "ticks": self.ticks(trigger.after_s or 0.0),
                }
            )
        elif trigger.kind == "countdown":
            self.rows.append(
                {"kind": lib.FSW_NODE_COUNTDOWN, "ticks": self.ticks(trigger.countdown_s)}
            )
        elif trigger.kind == "quantity":
            self._quantity(trigger, lead_us)
        elif trigger.kind == "contacts":
            self._discretes(trigger, trigger.contacts, trigger.votes or len(trigger.contacts))
        else:
            places = [self._append(child, first, lead_us) for child in trigger.children]
            self.rows.append(
                {
                    "kind": lib.FSW_NODE_ALL if trigger.kind == "all" else lib.FSW_NODE_ANY,
                    "mask": sum(1 << place for place in places),
                }
            )
        return len(self.rows) - 1 - first

    def _quantity(self, trigger: Any, lead_us: int) -> None:
        at_least = trigger.at_least is not None
        value = trigger.at_least if at_least else trigger.at_most
        if trigger.quantity in _QUANTITIES:
            symbol, scale = _QUANTITIES[trigger.quantity]
            source = getattr(lib, symbol)
        else:
            channel = self.channels[trigger.quantity]
            source = lib.FSW_QUANTITY_ANALOG_0 + channel
            pressure = self.vehicle.sensors.chamber_pressure
            if self.vehicle.analogs[channel].kind == "static-pressure":
                assert self.vehicle.sensors.static_pressure is not None
                pressure = self.vehicle.sensors.static_pressure
            scale = 1.0 / pressure.quantum_pa
        self.rows.append(
            {
                "kind": lib.FSW_NODE_QUANTITY,
                "comparison": lib.FSW_AT_LEAST if at_least else lib.FSW_AT_MOST,
                "source": source,
                "threshold": round(value * scale),
                "persistence": trigger.ticks(self.tick_us),
                "lead_us": lead_us if trigger.less_tailoff else 0,
            }
        )

    def _discretes(self, trigger: Any, names: tuple[str, ...], votes: int) -> None:
        self.rows.append(
            {
                "kind": lib.FSW_NODE_DISCRETES,
                "votes": votes,
                "persistence": trigger.ticks(self.tick_us),
                "mask": sum(self.bits[name] for name in names),
            }
        )


def _lead_us(entry: Entry, vehicle: Vehicle) -> int:
    """Return the time of thrust still to come after the shutdown that an entry commands."""
    for action in entry.parsed_actions:
        if action.verb == "shutdown":
            part = vehicle.parts[vehicle.part_index[vehicle.expand(action.target)[0]]]
            assert part.engine is not None
            return round(part.engine.tail_off_s * 1e6)
    return 0


def _action_bits(
    entry: Entry, vehicle: Vehicle, actions: dict[tuple[int, int, int], int]
) -> int:
    bits = 0
    for action in entry.parsed_actions:
        for name in vehicle.expand(action.target):
            index = vehicle.part_index[name]
            engine = vehicle.parts[index].engine
            with_level = engine is not None and action.verb in {"ignite", "throttle"}
            value = engine.level_index(action.level) if engine and with_level else 0
            key = (_VERBS[action.verb], index, value)
            bits |= 1 << actions.setdefault(key, len(actions))
    return bits


def _mask(names: tuple[str, ...], sequence: Sequence) -> int:
    return sum(1 << sequence.event_index[name] for name in names)


def _entry(
    entry: Entry, nodes: _Nodes, actions: dict[tuple[int, int, int], int]
) -> dict[str, Any]:
    lead_us = _lead_us(entry, nodes.vehicle)
    return {
        "role": _ROLES[entry.role],
        "is_t_zero": entry.t_zero,
        "trigger": [
            nodes.trigger(entry.primary, lead_us),
            nodes.trigger(entry.backup, lead_us),
            nodes.trigger(entry.depletion, 0),
        ],
        "not_before_ticks": ALWAYS
        if entry.not_before_s is None
        else nodes.ticks(entry.not_before_s),
        "not_after_ticks": NEVER if entry.not_after_s is None else nodes.ticks(entry.not_after_s),
        "requires_events": _mask(entry.requires, nodes.sequence),
        "inhibited_by": _mask(entry.inhibited_by, nodes.sequence),
        "actions": _action_bits(entry, nodes.vehicle, actions),
    }


def _fsw(
    scenario: Scenario, tick_us: int, actions: dict[tuple[int, int, int], int], pad: Any, axes: Any
) -> Any:
    vehicle, sequence = scenario.vehicle, scenario.sequence
    fsw = ffi.new("fsw_config_t *")
    nodes = _Nodes(scenario, tick_us)
    for index, entry in enumerate(sequence.entry):
        fsw.entry[index] = _entry(entry, nodes, actions)
    for index, row in enumerate(nodes.rows):
        fsw.node[index] = row
    fsw.tick_us = tick_us
    fsw.countdown_ticks = nodes.ticks(sequence.start_s)
    fsw.sequence_hash = sequence_hash(scenario)
    fsw.entry_count = len(sequence.entry)
    fsw.node_count = len(nodes.rows)
    fsw.analog_count = len(vehicle.analogs)
    fsw.state_rate_hz = sequence.telemetry.state_rate_hz
    fsw.housekeeping_rate_hz = sequence.telemetry.housekeeping_rate_hz
    fsw.axial_quantum_um_per_s = round(vehicle.sensors.accelerometer.quantum_mps * 1e6)
    accelerometer = vehicle.sensors.accelerometer
    fsw.axial_tolerance_counts = math.ceil(
        DISAGREEMENT_SIGMAS * accelerometer.noise_mps / accelerometer.quantum_mps + 2.0
    )
    fsw.imu_quantum_mps = vehicle.sensors.imu.quantum_mps
    position = lib.plant_ecef_from_geodetic(pad[0])
    velocity = lib.plant_ground_velocity_eci_mps(position)
    fsw.pad_position_m = [position.x, position.y, position.z]
    fsw.pad_velocity_mps = [velocity.x, velocity.y, velocity.z]
    fsw.eci_from_platform = [
        getattr(column, row) for row in "xyz" for column in (axes.x, axes.y, axes.z)
    ]
    guidance = sequence.guidance
    if guidance.pitch_t_s is not None and guidance.pitch_deg is not None:
        t_s, pitch_deg = guidance.pitch_t_s, guidance.pitch_deg
    else:
        t_s, pitch_deg = (0.0,), (guidance.elevation_deg or 90.0,)
    segments = pitch_segments(t_s, pitch_deg)
    fsw.pitch_count = len(segments)
    fsw.pitch_end_s = t_s[-1]
    for index, (start_s, coefficients) in enumerate(segments):
        fsw.pitch[index] = {"start_s": start_s, "c": coefficients}
    return fsw


# ----------------------------------------------------------------------------------------- faults


def _component_index(act: Act, component: str, vehicle: Vehicle) -> int:
    if act.kind.startswith("accelerometer"):
        return (*ACCELEROMETERS, *PLATFORM_AXES).index(component)
    if act.kind == "contact-stuck":
        return [discrete.name for discrete in vehicle.discretes].index(component)
    if act.kind == "transmitter-power-loss":
        return 0
    return vehicle.part_index[component]


def _native_acts(scenario: Scenario, tick_us: int) -> Iterator[tuple[NativeAct, dict[str, Any]]]:
    events = scenario.sequence.event_index
    for act in scenario.acts:
        for component in act.components:
            row = {
                "kind": getattr(lib, FAULT_KINDS[act.kind].native),
                "component": _component_index(act, component, scenario.vehicle),
                "trigger_event": lib.FAULTS_FROM_T_ZERO
                if act.event is None
                else events[act.event],
                "delay_ticks": math.ceil(round(act.offset_s * 1e6) / tick_us),
                "value": [*act.values, 0.0, 0.0][:2],
            }
            yield NativeAct(act.kind, component, act.effect_none), row
