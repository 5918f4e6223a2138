"""The judge: what truly became of a mission. With the fault ledger, the only reader of truth."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from flightsw.ground import Orbit, osculating_orbit

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from numpy.typing import NDArray

    from flightsw.scenario import Mission, Scenario

BURNING = 0.05  # of an engine's thrust: below it the engine has stopped
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


def _missed(  # noqa: PLR0913  a comparison and the words for it
    name: str, value: float, *, aim: float, band: float, unit: str, scale: float
) -> list[str]:
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


def early_stop(
    scenario: Scenario, truth: Mapping[str, NDArray[np.float64]], latched: Collection[str]
) -> str | None:
    """Return in words how much of its burn a stage missed, or None when every cut-off came.

    Parameters
    ----------
    scenario : Scenario
        Its plan says when the cut-off was due, its sequence at which apparent velocity.
    truth : mapping
        As in `Flight`.
    latched : collection of str
        Events that the flight software truly commanded.

    Returns
    -------
    str or None
        About the first planned cut-off by velocity that never came.
    """
    for entry in scenario.sequence.entry:
        setting = next(
            (
                node.at_least
                for node in (entry.primary.walk() if entry.primary else ())
                if node.quantity == "apparent_velocity_mps" and node.at_least is not None
            ),
            None,
        )
        stopped = [action.target for action in entry.parsed_actions if action.verb == "shutdown"]
        planned_s = scenario.mission.planned_s.get(entry.event)
        if setting is None or not stopped or planned_s is None or entry.event in latched:
            continue
        vehicle = scenario.vehicle
        part = vehicle.parts[vehicle.part_index[vehicle.expand(stopped[0])[0]]]
        assert part.engine is not None
        burning = truth["thrust_n"] > BURNING * part.engine.thrust_n
        if not burning.any():
            return None
        row = int(np.flatnonzero(burning)[-1])
        reached = truth["specific_velocity_axial_mps"]
        short_mps = setting - (reached[row] - np.interp(0.0, truth["t_s"], reached))
        early_s = planned_s - truth["t_s"][row]
        if early_s <= 0.0 or short_mps <= 0.0:
            return None
        name = part.title[0].lower() + part.title[1:]
        return f"{name} stopped {early_s:.1f} s early, {short_mps:.0f} m/s short of cut-off"
    return None


def judge(
    mission: Mission,
    *,
    payload: PayloadState | None,
    max_altitude_m: float,
    stopped: str | None,
    acts_idle: int,
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
    stopped : str or None
        What `early_stop` says.
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
            aim=target.max_altitude_m,
            band=target.max_altitude_band_m,
            unit="km",
            scale=1e3,
        )
    elif orbit is None:
        reasons.append(stopped or "no orbit")
    else:
        for name, value, unit, scale in (
            ("perigee", orbit.perigee_m, "km", 1e3),
            ("apogee", orbit.apogee_m, "km", 1e3),
            ("inclination", math.degrees(orbit.inclination_rad), "deg", 1.0),
        ):
            suffix = "deg" if name == "inclination" else "m"
            aim = getattr(target, f"{name}_{suffix}")
            band = getattr(target, f"{name}_band_{suffix}")
            reasons += _missed(name, value, aim=aim, band=band, unit=unit, scale=scale)
    success = not reasons
    if acts_idle:
        reasons.append(f"{acts_idle} act(s) of a fault changed nothing")
    return Verdict(success, orbit, max_altitude_m, tuple(reasons))
