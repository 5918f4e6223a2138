"""Where something comes down that coasts from the last good frame on."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from flightsw.ground.briefing import FallSettings
from flightsw.ground.coast import coast, osculating_orbit
from flightsw.ground.earth import ecef_from_eci, geodetic_from_ecef, great_circle_m
from flightsw.ground.state import State

ORBIT_PERIGEE_M: Final = 100_000.0  # below it nothing is called an orbit: the line of the FAI
_LONGEST_S: Final = 7200.0  # assumed: more than one revolution of a low orbit; 6000 to 20 000
_STEP_S: Final = 0.1  # assumed: the impact point moves by less than 1 m against half of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Fall:
    """A calculated point of impact, on the ellipsoid, and its distance from the reported place."""

    latitude_rad: float
    longitude_rad: float
    t_s: float
    beta_kgpm2: float
    distance_m: float | None


def in_orbit(state: State) -> bool:
    """Return whether the osculating perigee of a state is high enough to be called an orbit's."""
    orbit = osculating_orbit(
        position_eci_m=state.position_eci_m, velocity_eci_mps=state.velocity_eci_mps
    )
    return orbit is not None and orbit.perigee_m >= ORBIT_PERIGEE_M


def fall_from(state: State, settings: FallSettings) -> Fall | None:
    """Return where a body comes down that coasts from a decoded state.

    None when the state is in orbit, still on its pad, or comes down neither within two hours nor
    from above the ellipsoid.
    """
    if state.on_pad or in_orbit(state):
        return None
    way = coast(
        t_s=state.t_s,
        position_eci_m=state.position_eci_m,
        velocity_eci_mps=state.velocity_eci_mps,
        beta_kgpm2=settings.beta_kgpm2,
        until_s=state.t_s + _LONGEST_S,
        step_s=_STEP_S,
        row_every=int(_LONGEST_S / _STEP_S),
    )
    if not way.on_ground or not np.all(np.isfinite(way.position_eci_m[-1])):
        return None
    t_s = float(way.t_s[-1])
    impact = geodetic_from_ecef(ecef_from_eci(way.position_eci_m[-1], t_s))
    latitude_rad, longitude_rad = float(impact.latitude_rad), float(impact.longitude_rad)
    distance_m = None
    if settings.reported_latitude_rad is not None and settings.reported_longitude_rad is not None:
        distance_m = great_circle_m(
            latitude_rad=latitude_rad,
            longitude_rad=longitude_rad,
            to_latitude_rad=settings.reported_latitude_rad,
            to_longitude_rad=settings.reported_longitude_rad,
        )
    return Fall(
        latitude_rad=latitude_rad,
        longitude_rad=longitude_rad,
        t_s=t_s,
        beta_kgpm2=settings.beta_kgpm2,
        distance_m=distance_m,
    )
