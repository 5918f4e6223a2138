"""Vehicles for the tests of the plant: any number of parts, on a pad or anywhere else."""

from collections.abc import Callable
from typing import Any

import pytest

from flightsw._native import ffi, lib

Vector = tuple[float, float, float]

AIR = ffi.new("plant_air_table_t *")
lib.plant_air_table_init(AIR)


def new(kind: str) -> Any:
    return ffi.new(kind)


def vector(value: Any) -> Vector:
    return (value.x, value.y, value.z)


class Vehicle:
    """A plant and its configuration, spoken to in Python's types."""

    def __init__(
        self,
        *parts: dict[str, Any],
        latitude_rad: float = 0.0,
        height_m: float = 0.0,
        axis_ecef: Vector | None = None,
        **members: Any,
    ) -> None:
        self.config = new("plant_config_t *")
        self.config.part_count = len(parts)
        self.config.mach_count = 1
        self.config.pad = {"latitude_rad": latitude_rad, "height_m": height_m}
        up = lib.plant_local_axes(latitude_rad, 0.0).z
        self.config.axis_at_start_ecef = axis_ecef or vector(up)
        self.config.air = AIR[0]
        for name, value in members.items():
            setattr(self.config, name, value)
        for index, part in enumerate(parts):
            default = {"parent": index - 1, "beta_kgpm2": 100.0}
            self.config.part[index] = default | part
        self.plant = new("plant_t *")
        self.status = lib.plant_init(self.plant, self.config)

    def place(self, position_m: Vector, velocity_mps: Vector, *, axis: Vector = (1, 0, 0)) -> None:
        """Put the vehicle somewhere free of its pad."""
        self.plant.on_pad = False
        self.plant.position_eci_m = position_m
        self.plant.velocity_eci_mps = velocity_mps
        self.plant.axis_eci = axis
        self.plant.axis_commanded_eci = axis

    def advance(self, ticks: int, tick_s: float = 0.01) -> float:
        """Advance tick by tick; return the impulse of the engines, N s."""
        impulse_n_s = 0.0
        for _ in range(ticks):
            before_s = self.plant.t_s
            lib.plant_advance(self.plant, tick_s)
            impulse_n_s += self.plant.thrust_n * (self.plant.t_s - before_s)
        return impulse_n_s

    def aim(self, axis: Any) -> None:
        lib.plant_aim(self.plant, axis)

    def ignite(self, part: int = 0, level: int = 0) -> bool:
        return lib.plant_command(self.plant, lib.PLANT_IGNITE, part, level)

    def throttle(self, level: int, part: int = 0) -> bool:
        return lib.plant_command(self.plant, lib.PLANT_THROTTLE, part, level)

    def shut_down(self, part: int = 0) -> bool:
        return lib.plant_command(self.plant, lib.PLANT_SHUTDOWN, part, 0)

    def separate(self, part: int) -> bool:
        return lib.plant_command(self.plant, lib.PLANT_SEPARATE, part, 0)

    def deploy(self, part: int) -> bool:
        return lib.plant_command(self.plant, lib.PLANT_DEPLOY, part, 0)

    @property
    def position_m(self) -> Vector:
        return vector(self.plant.position_eci_m)

    @property
    def velocity_mps(self) -> Vector:
        return vector(self.plant.velocity_eci_mps)

    @property
    def sensed_mps(self) -> Vector:
        return vector(self.plant.specific_velocity_eci_mps)


@pytest.fixture
def vehicle() -> Callable[..., Vehicle]:
    return Vehicle


@pytest.fixture
def air() -> Any:
    return AIR
