"""Falling bodies: NASA's check cases 01 and 06, the crossing of the ground, the rows on the way."""

import csv
from math import degrees, log, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flightsw._native import ffi, lib

AUTHORITY = Path(__file__).parents[1] / "authorities" / "nesc_cases.csv"
FOOT_M = 0.3048
SLUG_KG = 14.593903  # NASA/TM-2015-218675
POUND_N = 4.4482216152605
AREA_M2 = 0.1963495 * FOOT_M**2

RADIUS_M = 6_378_137.0
ROTATION_RADPS = 7.292115e-5
GRAVITY_MPS2 = 9.7803253359  # WGS 84, at the equator
INFINITE = float("inf")


def check_case_rows():
    lines = [line for line in AUTHORITY.read_text().splitlines() if not line.startswith("#")]
    return [
        pytest.param(row, id=f"case {row['case']} {row['t_s']} s") for row in csv.DictReader(lines)
    ]


def body_at(height_m, *, climb_mps=0.0, beta_kgpm2=INFINITE) -> Any:
    """Above latitude 0, longitude 0, at rest to the turning ground but for its climb."""
    radius_m = RADIUS_M + height_m
    return ffi.new(
        "plant_coast_t *",
        {
            "position_eci_m": (radius_m, 0.0, 0.0),
            "velocity_eci_mps": (climb_mps, radius_m * ROTATION_RADPS, 0.0),
            "beta_kgpm2": beta_kgpm2,
        },
    )


def coast(body: Any, air: Any, *, capacity: int = 0, **options: Any) -> tuple[bool, Any]:
    given = {"until_s": 1e5, "step_s": 0.1, "ground_m": 0.0, "row_every": 0} | options
    store = ffi.new("double[]", 7 * max(capacity, 1))
    rows = store if capacity else ffi.NULL
    count: Any = ffi.new("size_t *")
    arguments: tuple[Any, ...] = (*given.values(), rows, capacity, count)
    down = lib.plant_coast(body, air, *arguments)
    return down, np.array(list(store)).reshape(-1, 7)[: count[0]]


def local(position, velocity, t_s):
    """Height, longitude, and speed relative to the ground, down and east, on the equator."""
    place = lib.plant_geodetic_from_ecef(lib.plant_ecef_from_eci(position, t_s))
    ground = lib.plant_air_velocity_eci_mps(position, velocity)
    turned = lib.plant_ecef_from_eci(ground, t_s)
    axes = lib.plant_local_axes(place.latitude_rad, place.longitude_rad)
    east = turned.x * axes.x.x + turned.y * axes.x.y
    down = -(turned.x * axes.z.x + turned.y * axes.z.y)
    return place.height_m / FOOT_M, degrees(place.longitude_rad), down / FOOT_M, east / FOOT_M


def assert_agrees_with_nasa(row, position, velocity, t_s) -> None:
    altitude_ft, longitude_deg, down_fps, east_fps = local(position, velocity, t_s)
    # NASA's own tools differ by 0.002 ft without and 0.9 ft with drag
    assert altitude_ft == pytest.approx(
        float(row["altitude_ft"]), abs=0.005 + float(row["cd"]) * 0.15
    )
    assert down_fps == pytest.approx(float(row["down_fps"]), abs=0.001 + float(row["cd"]) * 0.02)
    assert east_fps == pytest.approx(float(row["east_fps"]), abs=1e-4)
    if row["longitude_deg"]:
        assert longitude_deg == pytest.approx(float(row["longitude_deg"]), rel=1e-5)


@pytest.mark.parametrize("row", check_case_rows())
def test_a_coasting_sphere_falls_as_in_nasas_check_cases(air, row) -> None:
    cd = float(row["cd"])
    beta = SLUG_KG / (cd * AREA_M2) if cd else INFINITE
    sphere = body_at(30_000 * FOOT_M, beta_kgpm2=beta)

    coast(sphere, air, until_s=float(row["t_s"]))

    assert sphere.t_s == float(row["t_s"])
    assert_agrees_with_nasa(row, sphere.position_eci_m, sphere.velocity_eci_mps, sphere.t_s)


@pytest.mark.parametrize("row", check_case_rows())
def test_a_vehicle_without_engine_falls_as_in_nasas_check_cases(vehicle, row) -> None:
    """The same by plant_advance(), ten milliseconds a step; and the drag that it feels."""
    sphere = vehicle({"dry_mass_kg": SLUG_KG, "drag_area_m2": AREA_M2}, cd=[float(row["cd"])])
    start = body_at(30_000 * FOOT_M)
    sphere.place(start.position_eci_m, start.velocity_eci_mps)

    sphere.advance(round(float(row["t_s"]) * 100))

    plant = sphere.plant
    assert_agrees_with_nasa(row, plant.position_eci_m, plant.velocity_eci_mps, plant.t_s)
    if row["drag_lbf"]:
        # the pull of the last step's middle, 5 ms before: 0.1 % at 10 s; density by table 0.005 %
        drag_lbf = plant.dynamic_pressure_pa * float(row["cd"]) * AREA_M2 / POUND_N
        assert drag_lbf == pytest.approx(float(row["drag_lbf"]), rel=1.5e-3)


def test_a_drop_of_a_hundred_metres_takes_as_long_as_in_a_book(air) -> None:
    stone = body_at(100.0)

    down, _ = coast(stone, air)

    assert down
    # free-air gradient k = 3.086e-6 1/s²: to first order gravity counts at 5/6 of the height,
    # t = sqrt(2 h / g) (1 + 5/12 k h / g); gravity of J2 alone is 5e-6 below the normal one
    assert stone.t_s == pytest.approx(sqrt(200.0 / (GRAVITY_MPS2 - 83.3 * 3.086e-6)), rel=5e-6)
    assert lib.plant_height_m(stone.position_eci_m) == pytest.approx(0.0, abs=44.3 * 1e-6)


@pytest.mark.parametrize("ground_m", [0.0, 350.0])
def test_the_crossing_is_the_same_for_any_step(air, ground_m) -> None:
    falls = [body_at(2000.0, beta_kgpm2=500.0) for _ in range(3)]

    for fall, step_s in zip(falls, (0.1, 0.037, 0.003), strict=True):
        coast(fall, air, step_s=step_s, ground_m=ground_m)

    assert falls[0].t_s == pytest.approx(falls[2].t_s, abs=1e-6)
    assert falls[1].t_s == pytest.approx(falls[2].t_s, abs=1e-6)
    for fall in falls:
        assert lib.plant_height_m(fall.position_eci_m) == pytest.approx(ground_m, abs=2e-4)


def test_a_light_body_arrives_at_terminal_speed(air) -> None:
    light = body_at(3000.0, beta_kgpm2=20.0)

    coast(light, air)

    ground = lib.plant_air_velocity_eci_mps(light.position_eci_m, light.velocity_eci_mps)
    terminal_mps = sqrt(2 * 20.0 * GRAVITY_MPS2 / 1.225)
    # it falls into air that thickens by 1/10.4 km: slower by v² / (2 g H) of a part
    assert -ground.x == pytest.approx(terminal_mps, rel=2e-3)


def test_drag_without_gravity_to_speak_of_slows_logarithmically(air) -> None:
    """v(t) = v0 / (1 + k v0 t), path = ln(1 + k v0 t) / k, with k = density / (2 beta)."""
    shot = body_at(0.0, climb_mps=0.0, beta_kgpm2=50.0)
    shot.velocity_eci_mps.z = 300.0

    coast(shot, air, until_s=0.5, step_s=0.01, ground_m=-100.0)

    k = 1.225 / 100.0
    assert shot.velocity_eci_mps.z == pytest.approx(300.0 / (1 + k * 150.0), rel=1e-3)
    assert shot.position_eci_m.z == pytest.approx(log(1 + k * 150.0) / k, rel=1e-3)


def test_what_is_thrown_up_crosses_the_ground_on_its_way_down_only(air) -> None:
    stone = body_at(-1.0, climb_mps=30.0)

    down, _ = coast(stone, air)

    assert down
    assert stone.t_s == pytest.approx(30.0 / GRAVITY_MPS2 * 2, rel=0.02)


def test_what_starts_below_the_ground_and_falls_is_there(air) -> None:
    buried = body_at(-1.0, climb_mps=-1.0)

    down, rows = coast(buried, air, capacity=5, row_every=1)

    assert down
    assert buried.t_s == 0.0
    assert len(rows) == 1


def test_an_orbit_does_not_come_down(air) -> None:
    satellite = body_at(2e6)
    satellite.velocity_eci_mps.y = sqrt(3.986004418e14 / (RADIUS_M + 2e6))

    down, _ = coast(satellite, air, until_s=8000.0, step_s=1.0)

    assert not down
    assert satellite.t_s == 8000.0
    assert lib.plant_height_m(satellite.position_eci_m) == pytest.approx(2e6, abs=2e4)


def test_rows_are_the_start_every_nth_step_and_the_end(air) -> None:
    stone = body_at(1000.0)

    down, rows = coast(stone, air, until_s=1.05, step_s=0.1, row_every=4, capacity=100)

    assert not down
    assert rows[:, 0] == pytest.approx([0.0, 0.4, 0.8, 1.05])
    assert rows[0, 1:4] == pytest.approx([RADIUS_M + 1000.0, 0.0, 0.0])
    assert rows[-1, 4] == stone.velocity_eci_mps.x


def test_the_end_is_not_written_twice(air) -> None:
    _, rows = coast(body_at(1000.0), air, until_s=1.0, step_s=0.25, row_every=2, capacity=100)

    assert rows[:, 0] == pytest.approx([0.0, 0.5, 1.0])


@pytest.mark.parametrize(
    ("capacity", "times"), [(0, []), (1, [1.0]), (2, [0.0, 1.0]), (3, [0.0, 0.25, 1.0])]
)
def test_the_last_row_is_the_end_however_little_room_there_is(air, capacity, times) -> None:
    _, rows = coast(body_at(1000.0), air, until_s=1.0, step_s=0.25, row_every=1, capacity=capacity)

    assert rows[:, 0] == pytest.approx(times)


@pytest.mark.parametrize("step_s", [0.0, -0.1, float("nan")])
def test_without_a_step_nothing_happens(air, step_s) -> None:
    stone = body_at(1000.0)

    down, rows = coast(stone, air, step_s=step_s, row_every=1, capacity=5)

    assert not down
    assert stone.t_s == 0.0
    assert len(rows) == 0
