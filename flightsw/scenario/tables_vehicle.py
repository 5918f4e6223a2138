"""Vehicle and sensors as the tables of the plant and of the sensors."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from flightsw._native import ffi, lib

if TYPE_CHECKING:
    from flightsw.scenario.assemble import Scenario
    from flightsw.scenario.vehicle import Engine, Part, Vehicle

_DISCRETES: Final = {
    "lift-off": lib.SENSORS_LIFT_OFF_CONTACT,
    "separated": lib.SENSORS_SEPARATION_CONTACT,
    "lox-dry": lib.SENSORS_OXIDIZER_DRY,
    "fuel-dry": lib.SENSORS_FUEL_DRY,
}


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


def plant_table(scenario: Scenario, pad: Any, axes: Any) -> Any:
    """Return the plant's table: the vehicle on its pad, pointing along its rail or up."""
    vehicle, guidance = scenario.vehicle, scenario.sequence.guidance
    payload = scenario.mission.payload
    plant: Any = ffi.new("plant_config_t *")
    plant.part_count = len(vehicle.parts)
    for index, part in enumerate(vehicle.parts):
        plant.part[index] = _part(part, vehicle, 0.0 if payload is None else payload.mass_kg)
    plant.attitude = (
        lib.PLANT_ATTITUDE_WIND if vehicle.attitude.mode == "wind" else lib.PLANT_ATTITUDE_COMMANDED
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


def sensors_table(vehicle: Vehicle, *, seed: int, tick_us: int) -> Any:
    """Return the sensors' table."""
    sensors: Any = ffi.new("sensors_config_t *")
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
