"""What a mission file and a station file hold: what should be seen, and what is success."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from flightsw.scenario.models import (
    Altitude,
    Band,
    Beta,
    Clock,
    Elevation,
    EventName,
    File,
    Height,
    Items,
    Latitude,
    Longitude,
    Mass,
    Rate,
    Reference,
    Seed,
    Table,
    Title,
)

Inclination = Annotated[float, Field(ge=0.0, le=180.0)]
InclinationBand = Annotated[float, Field(gt=0.0, le=180.0)]
EndTime = Annotated[float, Field(gt=0.0, le=7200.0)]


class Launch(Table):
    """Where and when T-0 is."""

    latitude_deg: Latitude
    longitude_deg: Longitude
    height_m: Height
    time_utc: datetime


class Payload(Table):
    """What is carried."""

    name: Title
    mass_kg: Mass


class Insertion(Table):
    """The calculated state at the end of powered flight; it flies north-east."""

    t_s: EndTime
    latitude_deg: Latitude
    longitude_deg: Longitude
    height_m: Altitude
    speed_inertial_mps: Annotated[float, Field(gt=0.0, le=20_000.0)]
    flight_path_angle_deg: Annotated[float, Field(ge=-90.0, le=90.0)]


class Target(Table):
    """Success: an orbit with its bands, or the height of a suborbital flight with its band."""

    perigee_m: Altitude | None = None
    perigee_band_m: Band | None = None
    apogee_m: Altitude | None = None
    apogee_band_m: Band | None = None
    inclination_deg: Inclination | None = None
    inclination_band_deg: InclinationBand | None = None
    insertion: Insertion | None = None
    max_altitude_m: Altitude | None = None
    max_altitude_band_m: Band | None = None

    @property
    def suborbital(self) -> bool:
        """Whether success is a height, not an orbit."""
        return self.max_altitude_m is not None


class Radar(Table):
    """The search for the vehicle after its insertion."""

    search_from_s: EndTime
    search_to_s: Annotated[float, Field(gt=0.0, le=90_000.0)]
    gate_km: Annotated[float, Field(gt=0.0, le=1000.0)]
    stations: Items[Reference] | None = None


class Fall(Table):
    """What is known of where it came down, and the body that the ground lets fall."""

    beta_kgpm2: Beta
    reported_deg: Annotated[Items[float], Field(min_length=2, max_length=2)] | None = None


class Run(Table):
    """How it is flown unless said otherwise."""

    rate_hz: Rate = 100
    seed: Seed = 1
    end_s: EndTime


class Planned(Table):
    """A planned event: compared with, never commanded, never shown as happened."""

    event: EventName
    t_s: Clock
    band_s: Annotated[float, Field(gt=0.0, le=3600.0)]


ParameterName = Annotated[str, Field(min_length=1, max_length=100)]


class Curve(Table):
    """How a parameter should go, in its own unit. Only compared with, as the plan is."""

    parameter: ParameterName
    t_s: Annotated[Items[Clock], Field(min_length=1, max_length=500)]
    value: Annotated[Items[float], Field(min_length=1, max_length=500)]
    joined: bool = True  # else single points, and nothing is said between them


class Screens(Table):
    """What is drawn over time: plots in their order, the parameters of one plot in one unit."""

    plots: Annotated[
        Items[Annotated[Items[ParameterName], Field(min_length=1, max_length=8)]],
        Field(min_length=1, max_length=8),
    ]


class Mission(File):
    """A mission: launch, payload, target, stations and the plan."""

    format: Literal["flightsw-mission/1"]
    vehicle: Reference
    sequence: Reference
    stations: Annotated[Items[Reference], Field(max_length=64)] = ()
    launch: Launch
    payload: Payload | None = None
    target: Target
    radar: Radar | None = None
    fall: Fall | None = None
    run: Run
    plan: Annotated[Items[Planned], Field(max_length=64)] = ()
    reference: Annotated[Items[Curve], Field(max_length=16)] = ()
    screens: Screens | None = None

    @cached_property
    def planned_s(self) -> dict[str, float]:
        """Planned time of each planned event, s after T-0."""
        return {planned.event: planned.t_s for planned in self.plan}


class Station(File):
    """A ground station."""

    format: Literal["flightsw-station/1"]
    kinds: Annotated[Items[Literal["telemetry", "radar"]], Field(min_length=1, max_length=2)]
    latitude_deg: Latitude
    longitude_deg: Longitude
    height_m: Height
    mask_deg: Elevation
    range_max_m: Annotated[float, Field(gt=0.0, le=1.0e8)] | None = None
    umbilical: bool = False  # hears the vehicle through a cable until lift-off
    g_over_t_dbpk: Annotated[float, Field(ge=-100.0, le=100.0)] = 8.0
