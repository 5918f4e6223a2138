"""The judge: what truly became of a mission. With the fault ledger, the only reader of truth."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flightsw.ground import Orbit, osculating_orbit

if TYPE_CHECKING:
    from flightsw.scenario import Mission

ORBIT_FLOOR_M = 100_000.0  # an osculating perigee below it is no orbit: CLI contract, `orbit`


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the mission reached its target, from truth.

    ``orbit`` is None when no orbit was reached or nothing separated; ``reasons`` says, a line each,
    what was missed and is empty on success.
    """

    success: bool
    orbit: Orbit | None
    max_altitude_m: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PayloadState:
    """The payload at the instant it left the launcher."""

    t_s: float
    position_eci_m: tuple[float, float, float]
    velocity_eci_mps: tuple[float, float, float]


def _missed(name: str, value: float, aim: float, band: float, unit: str, scale: float) -> list[str]:
    if abs(value - aim) <= band:
        return []
    return [
        f"{name} {value / scale:.2f} {unit}, not {aim / scale:g} +- {band / scale:g} {unit}",
    ]


def _orbit(payload: PayloadState) -> Orbit | None:
    """Return the payload's orbit, or None where it is none: a perigee below 100 km."""
    orbit = osculating_orbit(
        position_eci_m=payload.position_eci_m, velocity_eci_mps=payload.velocity_eci_mps
    )
    return None if orbit is None or orbit.perigee_m < ORBIT_FLOOR_M else orbit


def judge(
    mission: Mission, *, payload: PayloadState | None, max_altitude_m: float, acts_idle: int
) -> Verdict:
    """Return what became of the mission, from truth.

    Parameters
    ----------
    mission : Mission
        Its target decides.
    payload : PayloadState or None
        Where the payload was left; None when nothing separated.
    max_altitude_m : float
        Greatest height above the ellipsoid that the launcher or its payload reached, m.
    acts_idle : int
        Acts of faults that were to change something and changed nothing: they fail the run.

    Returns
    -------
    Verdict
        ``success`` is about the target alone; ``acts_idle`` adds a reason.
    """
    target = mission.target
    orbit = None if payload is None else _orbit(payload)
    reasons: list[str] = []
    if target.max_altitude_m is not None:
        assert target.max_altitude_band_m is not None
        reasons += _missed(
            "greatest altitude",
            max_altitude_m,
            target.max_altitude_m,
            target.max_altitude_band_m,
            "km",
            1e3,
        )
    elif orbit is None:
        reasons.append("no orbit")
    else:
        for name, value, unit, scale in (
            ("perigee", orbit.perigee_m, "km", 1e3),
            ("apogee", orbit.apogee_m, "km", 1e3),
            ("inclination", math.degrees(orbit.inclination_rad), "deg", 1.0),
        ):
            suffix = "deg" if name == "inclination" else "m"
            aim = getattr(target, f"{name}_{suffix}")
            band = getattr(target, f"{name}_band_{suffix}")
            reasons += _missed(name, value, aim, band, unit, scale)
    success = not reasons
    if acts_idle:
        reasons.append(f"{acts_idle} act(s) of a fault changed nothing")
    return Verdict(success, orbit, max_altitude_m, tuple(reasons))
