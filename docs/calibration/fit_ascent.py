"""Fit the ascent of progress-ms-04 to the reference trajectory, and write the fitted numbers back.

What is fitted: the pitch programme from 20 s on, the firing azimuth, one thrust multiplier a stage and
the velocity settings of the sequence. To what: reference_trajectory.csv beside this file (table 1.3 of
docs/reference/soyuz-progress.md), the cyclogram's times, the calculated orbit and two fall points.
How: Gauss-Newton on finite differences, every parameter held by a prior of the width that its file states.

    python docs/calibration/fit_ascent.py             print the fit
    python docs/calibration/fit_ascent.py --write     and write it into the catalogue
"""

from __future__ import annotations

import argparse
import csv
import math
import re
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

import flightsw
from flightsw._native import ffi, lib
from flightsw.flight import Flight
from flightsw.scenario import Scenario

HERE = Path(__file__).parent
CATALOG = Path(str(files("flightsw") / "catalog"))
SETTINGS = (
    "STRAPON_FINAL_STAGE",
    "STRAPON_SEPARATION",
    "CORE_FINAL_STAGE",
    "BLOCK_I_IGNITION",
    "CORE_CUTOFF",
    "BLOCK_I_CUTOFF",
)
STAGES = ("block-b", "block-a", "block-i")
FIXED_NODES = 2  # vertical to 8 s


@dataclass(frozen=True)
class Parameter:
    """A number that is fitted, where it starts, and how far it may be believed to lie."""

    name: str
    start: float
    sigma: float


@dataclass(frozen=True)
class Target:
    """A number to meet."""

    name: str
    value: float
    sigma: float


def parameters(scenario: Scenario) -> list[Parameter]:
    """Return what is fitted, starting from the files as they are."""
    guidance = scenario.sequence.guidance
    found = [Parameter("azimuth_deg", guidance.azimuth_deg, 0.3)]
    found += [
        Parameter(f"pitch {t_s:g} s", pitch, 2.0)
        for t_s, pitch in list(zip(guidance.pitch_t_s, guidance.pitch_deg, strict=True))[
            FIXED_NODES:
        ]
    ]
    multipliers = {"block-b": 1.03, "block-a": 1.017, "block-i": 0.994}  # table 3.2
    engines = {part.name: part.engine for part in scenario.vehicle.parts}
    found += [
        Parameter(f"thrust_multiplier {stage}", engines[stage].thrust_multiplier, 0.01)
        for stage in multipliers
    ]
    entries = {entry.event: entry for entry in scenario.sequence.entry}
    found += [
        Parameter(f"at_least {event}", _setting(entries[event]).at_least, 100.0)
        for event in SETTINGS
    ]
    return found


def _setting(entry: Any) -> Any:
    return next(node for node in entry.primary.walk() if node.quantity == "apparent_velocity_mps")


def _with_setting(trigger: Any, value: float) -> Any:
    if trigger.quantity == "apparent_velocity_mps":
        return trigger.model_copy(update={"at_least": value})
    return trigger.model_copy(
        update={
            key: tuple(_with_setting(child, value) for child in children)
            for key, children in (("all_of", trigger.all_of), ("any_of", trigger.any_of))
            if children
        }
    )


def changed(scenario: Scenario, names: list[str], values: np.ndarray) -> Scenario:
    """Return the scenario with these numbers in place of its own."""
    new = dict(zip(names, values, strict=True))
    guidance = scenario.sequence.guidance
    pitch = [
        new.get(f"pitch {t_s:g} s", pitch_deg)
        for t_s, pitch_deg in zip(guidance.pitch_t_s, guidance.pitch_deg, strict=True)
    ]
    entries = []
    for entry in scenario.sequence.entry:
        value = new.get(f"at_least {entry.event}")
        entries.append(
            entry
            if value is None
            else entry.model_copy(update={"primary": _with_setting(entry.primary, value)})
        )
    sequence = scenario.sequence.model_copy(
        update={
            "guidance": guidance.model_copy(
                update={"azimuth_deg": new["azimuth_deg"], "pitch_deg": tuple(pitch)}
            ),
            "entry": tuple(entries),
        }
    )
    parts = []
    for part in scenario.vehicle.part:
        value = new.get(f"thrust_multiplier {part.id or part.ids[0]}")
        parts.append(
            part
            if value is None
            else part.model_copy(
                update={"engine": part.engine.model_copy(update={"thrust_multiplier": value})}
            )
        )
    vehicle = scenario.vehicle.model_copy(update={"part": tuple(parts)})
    for model in (vehicle, sequence):  # what was worked out from the old numbers
        for key in ("parts", "part_index", "discretes", "analogs", "events", "event_index"):
            model.__dict__.pop(key, None)
    return replace(scenario, sequence=sequence, vehicle=vehicle)


def reference() -> list[dict[str, float]]:
    """Return the reference trajectory, a row per time."""
    with (HERE / "reference_trajectory.csv").open() as file:
        lines = [line for line in file if not line.startswith("#")]
    return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(lines)]


SIGMAS = {
    "altitude_km": 1.5,
    "speed_rel_mps": 15.0,
    "speed_inertial_mps": 15.0,
    "flight_path_angle_deg": 0.3,
    "latitude_deg": 0.05,
    "longitude_deg": 0.08,
}  # not the apparent velocity: the reference counts no drag, an accelerometer feels it


def targets(scenario: Scenario) -> list[Target]:
    """Return everything that is to be met."""
    found = [
        Target(f"{row['t_s']:g} s {key}", row[key], sigma)
        for row in reference()
        for key, sigma in SIGMAS.items()
    ]
    aim = scenario.mission.target
    found += [
        Target("perigee_km", aim.perigee_m / 1e3, 0.3),
        Target("apogee_km", aim.apogee_m / 1e3, 0.3),
        Target("inclination_deg", aim.inclination_deg, 0.002),
    ]
    found.append(Target("T STRAPON_FINAL_STAGE", 112.5, 0.1))  # 5.7 s before cut-off, [14]
    found.append(Target("T CORE_FINAL_STAGE", 280.0, 0.3))  # about 280
    for event in ("STRAPON_SEPARATION", "BLOCK_I_IGNITION", "CORE_CUTOFF", "BLOCK_I_CUTOFF"):
        found.append(Target(f"T {event}", scenario.mission.planned_s[event], 0.1))
    found.append(Target("fall of a body cut at 382 s, longitude", 92.7, 0.2))
    found.append(Target("fall of a body cut at 325 s, longitude", 86.8, 0.2))
    return found


def _at(flight: Flight, t_s: float) -> tuple[np.ndarray, np.ndarray]:
    """Return position and inertial velocity of the truth at a time."""
    truth = flight.truth
    times = truth["t_s"]
    i = int(np.clip(np.searchsorted(times, t_s) - 1, 0, len(times) - 2))
    h = times[i + 1] - times[i]
    u = (t_s - times[i]) / h
    p, v = truth["position_eci_m"], truth["velocity_eci_mps"]
    position = (
        (1 + 2 * u) * (1 - u) ** 2 * p[i]
        + u * (1 - u) ** 2 * h * v[i]
        + u * u * (3 - 2 * u) * p[i + 1]
        + u * u * (u - 1) * h * v[i + 1]
    )
    velocity = (1 - u) * v[i] + u * v[i + 1]
    return position, velocity


def _vec3(values: np.ndarray) -> Any:
    return ffi.new("plant_vec3_t *", list(values))[0]


def _row(flight: Flight, t_s: float) -> dict[str, float]:
    position, velocity = _at(flight, t_s)
    clock_s = t_s + flight.t_zero_s
    air = lib.plant_air_velocity_eci_mps(_vec3(position), _vec3(velocity))
    point = lib.plant_geodetic_from_ecef(lib.plant_ecef_from_eci(_vec3(position), clock_s))
    speed = float(np.linalg.norm(velocity))
    sine = float(position @ velocity) / float(np.linalg.norm(position)) / speed
    return {
        "altitude_km": point.height_m / 1e3,
        "speed_rel_mps": math.sqrt(air.x**2 + air.y**2 + air.z**2),
        "speed_inertial_mps": speed,
        "flight_path_angle_deg": math.degrees(math.asin(sine)),
        "latitude_deg": math.degrees(point.latitude_rad),
        "longitude_deg": math.degrees(point.longitude_rad),
    }


def _fall_longitude_deg(flight: Flight, scenario: Scenario, t_s: float, air: Any) -> float:
    position, velocity = _at(flight, t_s)
    coast = ffi.new("plant_coast_t *")
    coast.t_s = t_s + flight.t_zero_s
    coast.position_eci_m, coast.velocity_eci_mps = _vec3(position), _vec3(velocity)
    coast.beta_kgpm2 = scenario.mission.fall.beta_kgpm2
    lib.plant_coast(coast, air, 1e4, 0.1, 0.0, 1, ffi.NULL, 0, ffi.new("size_t *"))
    point = lib.plant_geodetic_from_ecef(lib.plant_ecef_from_eci(coast.position_eci_m, coast.t_s))
    return math.degrees(point.longitude_rad)


def outcome(scenario: Scenario, air: Any) -> dict[str, float]:
    """Fly, and return the value of every target."""
    flight = flightsw.fly(scenario)
    found = {
        f"{row['t_s']:g} s {key}": value
        for row in reference()
        for key, value in _row(flight, row["t_s"]).items()
    }
    orbit = flight.orbit
    found["perigee_km"] = orbit.perigee_m / 1e3 if orbit else -1000.0
    found["apogee_km"] = orbit.apogee_m / 1e3 if orbit else -1000.0
    found["inclination_deg"] = math.degrees(orbit.inclination_rad) if orbit else 0.0
    heard = {event.name: event.t_s for event in flight.events}
    found |= {f"T {event}": heard.get(event, 0.0) for event in scenario.sequence.events}
    for t_s in (325.0, 382.0):
        found[f"fall of a body cut at {t_s:g} s, longitude"] = _fall_longitude_deg(
            flight, scenario, t_s, air
        )
    return found


def fit(scenario: Scenario, rounds: int) -> tuple[list[Parameter], np.ndarray, dict[str, float]]:
    """Return the parameters, their fitted values and the outcome."""
    wanted, aims = parameters(scenario), targets(scenario)
    names = [p.name for p in wanted]
    prior = np.array([p.start for p in wanted])
    width = np.array([p.sigma for p in wanted])
    goal = np.array([t.value for t in aims])
    sigma = np.array([t.sigma for t in aims])
    air = ffi.new("plant_air_table_t *")
    lib.plant_air_table_init(air)

    def residual(x: np.ndarray) -> np.ndarray:
        values = outcome(changed(scenario, names, x), air)
        missed = (np.array([values[t.name] for t in aims]) - goal) / sigma
        return np.concatenate([missed, (x - prior) / width])

    # A step moves a cut-off by several ticks, or the tick would hide the slope.
    steps = np.where([n.startswith("at_least") for n in names], 3.0, 0.1)
    steps[[n.startswith("thrust") for n in names]] = 0.002
    x = prior.copy()
    here = residual(x)
    for turn in range(rounds):
        slopes = np.empty((here.size, x.size))
        for k in range(x.size):
            up, down = x.copy(), x.copy()
            up[k] += steps[k]
            down[k] -= steps[k]
            slopes[:, k] = (residual(up) - residual(down)) / (2.0 * steps[k])
        move = np.linalg.lstsq(slopes, -here, rcond=None)[0]
        for shrink in (1.0, 0.5, 0.25, 0.1):
            there = residual(x + shrink * move)
            if there @ there < here @ here:
                x, here = x + shrink * move, there
                break
        else:
            break
        print(f"round {turn + 1}: sum of squares {here @ here:.2f}")
    return wanted, x, outcome(changed(scenario, names, x), air)


def write(wanted: list[Parameter], values: np.ndarray) -> None:
    """Put the fitted numbers into the catalogue's files, nothing else in them changed."""
    new = {p.name: float(v) for p, v in zip(wanted, values, strict=True)}
    path = CATALOG / "sequences" / "soyuz-u-progress.toml"
    text = path.read_text()
    text = re.sub(r"(?m)^(azimuth_deg\s*=\s*)[-\d.]+", rf"\g<1>{new['azimuth_deg']:.3f}", text)
    pitch = ["90.0"] * FIXED_NODES + [f"{v:.2f}" for n, v in new.items() if n.startswith("pitch")]
    text = re.sub(r"(?m)^(pitch_deg\s*=\s*)\[.*\]", rf"\g<1>[{', '.join(pitch)}]", text)
    for event in SETTINGS:
        pattern = rf'(event\s*=\s*"{event}"(?:(?!\[\[entry\]\]).)*?"apparent_velocity_mps", at_least = )[\d._]+'
        text, count = re.subn(
            pattern, rf"\g<1>{new[f'at_least {event}']:.1f}", text, flags=re.DOTALL
        )
        assert count == 1, event
    path.write_text(text)
    path = CATALOG / "vehicles" / "soyuz-u.toml"
    text = path.read_text()
    for stage in STAGES:
        pattern = rf'("{stage}"(?:(?!\[\[part\]\]).)*?thrust_multiplier\s*=\s*)[\d.]+'
        start = text.index("[[part]]")
        body, count = re.subn(
            pattern,
            rf"\g<1>{new[f'thrust_multiplier {stage}']:.4f}",
            text[start:],
            count=1,
            flags=re.DOTALL,
        )
        assert count == 1, stage
        text = text[:start] + body
    path.write_text(text)


def main() -> None:
    """Fit, print, and write if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="put the fit into the catalogue")
    parser.add_argument("--rounds", type=int, default=6, help="Gauss-Newton rounds at the most")
    options = parser.parse_args()
    scenario = flightsw.load("progress-ms-04")
    wanted, values, found = fit(scenario, options.rounds)
    for parameter, value in zip(wanted, values, strict=True):
        print(f"{parameter.name:32} {parameter.start:10.4f} -> {value:10.4f}")
    for target in targets(scenario):
        off = found[target.name] - target.value
        print(f"{target.name:44} {target.value:10.3f} {found[target.name]:10.3f} {off:+9.3f}")
    if options.write:
        write(wanted, values)


if __name__ == "__main__":
    main()
