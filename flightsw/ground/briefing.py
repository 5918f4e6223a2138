"""What the ground is told before a flight, and nothing more: names, plan, places, settings."""

from dataclasses import dataclass
from typing import Final

from flightsw.ground.stations import Station

SEQUENCE_ROLE: Final = "sequence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry of the flight software's sequence: what an event number of the downlink means."""

    event: str
    title: str
    role: str = SEQUENCE_ROLE


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedEvent:
    """An event that should be heard within `band_s` of `t_s`, s after T-0. Only compared with."""

    event: str
    t_s: float
    band_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pad:
    """Where the vehicle stands until T-0."""

    latitude_rad: float
    longitude_rad: float
    height_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Insertion:
    """The calculated orbit as a state, ascending: the speed is inertial, s after T-0.

    The flight-path angle is that above the plane normal to the radius.
    """

    t_s: float
    latitude_rad: float
    longitude_rad: float
    height_m: float
    speed_mps: float
    flight_path_angle_rad: float
    inclination_rad: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A search by radar: found is in view and within `gate_m` of the calculated place."""

    radars: tuple[Station, ...]
    insertion: Insertion
    from_s: float
    to_s: float
    gate_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FallSettings:
    """The body whose fall is calculated, and where something was reported to have come down."""

    beta_kgpm2: float
    reported_latitude_rad: float | None = None
    reported_longitude_rad: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Briefing:
    """Everything that the ground knows beforehand.

    `entries` stand in the order of the sequence file; `sequence_hash` is its CRC-32, None when it
    is not to be compared with that of the downlink. The ground listens until `listen_until_s`, at
    the `receivers`. A flight that is `suborbital` seeks a height: people think of its speed over
    the Earth, of any other's of the inertial one.
    """

    entries: tuple[Entry, ...]
    plan: tuple[PlannedEvent, ...]
    pad: Pad
    listen_until_s: float
    receivers: tuple[Station, ...] = ()
    sequence_hash: int | None = None
    search: Search | None = None
    fall: FallSettings | None = None
    suborbital: bool = False
