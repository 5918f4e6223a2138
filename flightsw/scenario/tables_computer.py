"""Sequence, guidance and telemetry as the table of the flight software."""

from __future__ import annotations

import math
import zlib
from typing import TYPE_CHECKING, Any, Final

from flightsw._native import ffi, lib
from flightsw.scenario.pitch import pitch_segments

if TYPE_CHECKING:
    from flightsw.scenario.assemble import Scenario
    from flightsw.scenario.sequence import Depletion, Entry, Sequence, Trigger
    from flightsw.scenario.vehicle import Vehicle

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


def sequence_hash(scenario: Scenario) -> int:
    """Return the CRC-32 of the sequence file, which is telemetered and which the ground checks."""
    text = next(file.text for file in scenario.files if file.kind == "sequence")
    return zlib.crc32(text.encode())


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


def _action_bits(entry: Entry, vehicle: Vehicle, actions: dict[tuple[int, int, int], int]) -> int:
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


def _entry(entry: Entry, nodes: _Nodes, actions: dict[tuple[int, int, int], int]) -> dict[str, Any]:
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


def computer_table(
    scenario: Scenario, tick_us: int, actions: dict[tuple[int, int, int], int], pad: Any, axes: Any
) -> Any:
    """Return the flight software's table; adds what it commands to `actions`, each with its bit."""
    vehicle, sequence = scenario.vehicle, scenario.sequence
    fsw: Any = ffi.new("fsw_config_t *")
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
    fsw.discretes_rate_hz = sequence.telemetry.discretes_rate_hz
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
