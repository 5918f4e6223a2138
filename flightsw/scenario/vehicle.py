"""What a vehicle file holds: parts, engines, sensors, transmitters."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, model_validator

from flightsw.scenario.components import (
    Analog,
    Discrete,
    PartNames,
    analogs_of,
    discretes_of,
    stack_order,
)
from flightsw.scenario.models import (
    Area,
    Beta,
    File,
    Four,
    Items,
    Mass,
    Name,
    Pressure,
    Propellant,
    SensorRate,
    Table,
    Title,
    Transient,
)

Factor = Annotated[float, Field(ge=0.5, le=1.5)]
Level = Annotated[float, Field(gt=0.0, le=1.2)]
Limit = Annotated[float, Field(ge=-1.0e8, le=1.0e8)]


class ChannelLimits(Table):
    """Where a measured value leaves its limits, in the unit of the channel."""

    red_low: Limit | None = None
    yellow_low: Limit | None = None
    yellow_high: Limit | None = None
    red_high: Limit | None = None

    @model_validator(mode="after")
    def _rise(self) -> ChannelLimits:
        bounds = (self.red_low, self.yellow_low, self.yellow_high, self.red_high)
        given = [bound for bound in bounds if bound is not None]
        if given != sorted(given):
            msg = "red_low, yellow_low, yellow_high, red_high rise in this order"
            raise ValueError(msg)
        return self


class Engine(Table):
    """All the chambers of one part, commanded together."""

    title: Title
    thrust_vac_n: Annotated[float, Field(gt=0.0, le=1.0e8)]
    mass_flow_kgps: Annotated[float, Field(gt=0.0, le=1.0e5)]
    exit_area_m2: Annotated[float, Field(ge=0.0, le=1.0e3)]
    mixture_ratio: Annotated[float, Field(ge=0.0, le=100.0)] = 0.0
    build_up_s: Transient
    tail_off_s: Transient
    chamber_pressure_pa: Pressure
    chamber_limits_pa: ChannelLimits | None = None
    levels: Annotated[dict[Name, Level], Field(min_length=1, max_length=4)]
    restartable: bool = False
    thrust_multiplier: Factor = 1.0
    flow_multiplier: Factor = 1.0

    @property
    def thrust_n(self) -> float:
        """Effective thrust in vacuum at level 1, N."""
        return self.thrust_vac_n * self.thrust_multiplier

    @property
    def flow_kgps(self) -> float:
        """Effective mass flow at level 1, kg/s."""
        return self.mass_flow_kgps * self.flow_multiplier

    def level_index(self, name: str | None) -> int:
        """Return the place of a level in `levels`; the first where none is named."""
        return 0 if name is None else list(self.levels).index(name)


class Part(Table):
    """A piece of the stack that flies or falls as one."""

    id: Name | None = None
    ids: Annotated[Items[Name], Field(min_length=1, max_length=16)] | None = None
    title: Title
    parent: Name | None = None
    payload: bool = False
    dry_mass_kg: Mass | None = None
    oxidizer_kg: Propellant = 0.0
    fuel_kg: Propellant = 0.0
    drag_area_m2: Area
    beta_kgpm2: Beta
    separation_speed_mps: Annotated[float, Field(ge=-50.0, le=50.0)] = 0.0
    deployed_drag_area_m2: Annotated[float, Field(gt=0.0, le=1.0e5)] | None = None
    engine: Engine | None = None

    @property
    def name(self) -> str:
        """The id of a part of `Vehicle.parts`, which always has one."""
        if self.id is None:
            msg = f"the parts {self.ids} are one table; ask Vehicle.parts for each of them"
            raise ValueError(msg)
        return self.id


class Attitude(Table):
    """How the body axis moves: after the command, or with the wind as a finned rocket."""

    mode: Literal["commanded", "wind"]
    lag_s: Annotated[float, Field(ge=0.0, le=60.0)] = 0.0
    rail_length_m: Annotated[float, Field(gt=0.0, le=1000.0)] | None = None


class Aero(Table):
    """Drag coefficient over the Mach number; the reference area is the parts' together."""

    mach: Annotated[
        Items[Annotated[float, Field(ge=0.0, le=100.0)]], Field(min_length=1, max_length=24)
    ]
    cd: Annotated[
        Items[Annotated[float, Field(ge=0.0, le=20.0)]], Field(min_length=1, max_length=24)
    ]
    incidence_drag: Annotated[float, Field(ge=0.0, le=1000.0)] = 0.0


class Integrator(Table):
    """An accelerometer that integrates: its counter is velocity over quantum."""

    quantum_mps: Annotated[float, Field(ge=1.0e-6, le=1.0)]
    bias_mps2: Annotated[float, Field(ge=-10.0, le=10.0)] = 0.0
    noise_mps: Annotated[float, Field(ge=0.0, le=10.0)] = 0.0


class PressureSensor(Table):
    """A sampled pressure."""

    rate_hz: SensorRate
    quantum_pa: Annotated[float, Field(gt=0.0, le=1.0e6)]
    noise_pa: Annotated[float, Field(ge=0.0, le=1.0e7)] = 0.0


class Sensors(Table):
    """What the flight computer can measure."""

    accelerometer: Integrator
    imu: Integrator
    lift_off_contacts: Annotated[int, Field(ge=1, le=8)]
    separation_contacts: Annotated[int, Field(ge=0, le=8)] = 0
    chamber_pressure: PressureSensor
    static_pressure: PressureSensor | None = None


Voltage = Annotated[float, Field(gt=0.0, le=60.0)]
Interval = Annotated[float, Field(ge=0.0, le=60.0)]
Queues = Four[Annotated[int, Field(ge=96, le=8192)]]  # of the channels, the first to leave first
Flushes = Four[Interval]


class Transmitter(Table):
    """What sends the telemetry, and the part that carries and powers it.

    What is not given is assumed, of a small PCM/FM transmitter: see docs/reference/telemetry.md.
    """

    id: Name
    on: Name
    computer: bool = True  # the flight computer's packets go to it
    wakes_on_separation: bool = False  # else it has long been on when a simulation begins
    spacecraft_id: Annotated[int, Field(ge=0, le=1023)] | None = None
    frame_bytes: Annotated[int, Field(ge=96, le=2048)] = 256
    rate_bps: Annotated[int, Field(ge=1200, le=10_000_000)] = 262_144
    queue_bytes: Queues = (4864, 1024, 2048, 1024)
    flush_s: Flushes = (0.0, 0.02, 0.1, 0.2)
    heartbeat_s: Annotated[float, Field(ge=0.0, le=3600.0)] = 1.0
    idle_s: Annotated[float, Field(ge=0.0, le=3600.0)] = 0.5
    warm_up_s: Interval = 2.0
    reset_s: Interval = 0.1
    hold_up_s: Interval = 0.02
    damage_s: Interval = 0.05
    supply_v: Voltage = 27.0
    on_v: Voltage = 24.0
    brown_out_v: Voltage = 20.0
    gone_v: Voltage = 12.0
    eirp_dbw: Annotated[float, Field(ge=-100.0, le=100.0)] = 3.0
    frequency_hz: Annotated[float, Field(ge=1.0e6, le=1.0e11)] = 2.25e9
    loss_db: Annotated[float, Field(ge=0.0, le=100.0)] = 6.0


class Vehicle(File):
    """A vehicle: what can be flown."""

    format: Literal["flightsw-vehicle/1"]
    root: Name
    groups: dict[Name, Annotated[Items[Name], Field(min_length=1, max_length=16)]] = Field(
        default_factory=dict
    )
    attitude: Attitude
    aero: Aero
    sensors: Sensors
    transmitter: Annotated[Items[Transmitter], Field(max_length=4)] = ()
    part: Annotated[Items[Part], Field(min_length=1, max_length=16)]

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Every part by itself: the root first, parents before children, else as in the file."""
        single = {
            name: part.model_copy(update={"id": name, "ids": None})
            for part in self.part
            for name in (part.ids or (part.name,))
        }
        order = stack_order(self.root, {name: part.parent for name, part in single.items()})
        return tuple(single[name] for name in order)

    @cached_property
    def part_index(self) -> dict[str, int]:
        """The place of each part in `parts`."""
        return {part.name: index for index, part in enumerate(self.parts)}

    @cached_property
    def discretes(self) -> tuple[Discrete, ...]:
        """Contacts and dry sensors, in the order of their bits."""
        return discretes_of(
            self._names,
            lift_off_contacts=self.sensors.lift_off_contacts,
            separation_contacts=self.sensors.separation_contacts,
        )

    @cached_property
    def analogs(self) -> tuple[Analog, ...]:
        """Analogue channels, in their order."""
        return analogs_of(self._names, static_pressure=self.sensors.static_pressure is not None)

    @cached_property
    def spacecraft_ids(self) -> tuple[int, ...]:
        """Spacecraft identifier of each transmitter; 100 plus its place unless given."""
        return tuple(
            100 + index if each.spacecraft_id is None else each.spacecraft_id
            for index, each in enumerate(self.transmitter)
        )

    @property
    def payload_part(self) -> Part | None:
        """The part whose mass is the mission's, if there is one."""
        return next((part for part in self.parts if part.payload), None)

    def expand(self, part_or_group: str) -> tuple[str, ...]:
        """Return the parts that a name of a part or a group stands for."""
        return self.groups.get(part_or_group, (part_or_group,))

    @property
    def _names(self) -> list[PartNames]:
        return [
            PartNames(
                part.name,
                has_parent=part.parent is not None,
                has_engine=part.engine is not None,
                two_propellants=part.engine is not None and part.engine.mixture_ratio > 0.0,
            )
            for part in self.parts
        ]
