"""Where the flight software believes it is: closed forms, and an integration of another kind."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from flightsw._native import lib

if TYPE_CHECKING:
    from .conftest import Computer, Table

Vector = tuple[float, float, float]

TICK_S = 0.01
# WGS-84: NIMA TR8350.2 (2000), tables 3.1 and 3.3
GM_M3PS2 = 3.986004418e14
RADIUS_M = 6_378_137.0
POLAR_RADIUS_M = 6_356_752.3142
J2 = 1.08262982e-3
ROTATION_RADPS = 7.292115e-5


def gravity(position: Vector) -> Vector:
    """Point mass and J2: Vallado, Fundamentals of Astrodynamics (4th ed.), 8.6.1."""
    x, y, z = position
    r = math.sqrt(x * x + y * y + z * z)
    oblate = 1.5 * J2 * GM_M3PS2 * RADIUS_M**2 / r**5
    newton = GM_M3PS2 / r**3
    sideways = -newton - oblate * (1 - 5 * z * z / r**2)
    return (sideways * x, sideways * y, -(newton + oblate * (3 - 5 * z * z / r**2)) * z)


def runge_kutta(position: Vector, velocity: Vector, *, seconds: float) -> tuple[Vector, Vector]:
    """Fall for so long: classical fourth order, steps of 0.5 s."""

    def rate(state: list[float]) -> list[float]:
        return [*state[3:], *gravity((state[0], state[1], state[2]))]

    def moved(state: list[float], by: list[float], step_s: float) -> list[float]:
        return [a + step_s * b for a, b in zip(state, by, strict=True)]

    state, step_s = [*position, *velocity], 0.5
    for _ in range(round(seconds / step_s)):
        k1 = rate(state)
        k2 = rate(moved(state, k1, step_s / 2))
        k3 = rate(moved(state, k2, step_s / 2))
        k4 = rate(moved(state, k3, step_s))
        mean = [(a + 2 * b + 2 * c + d) / 6 for a, b, c, d in zip(k1, k2, k3, k4, strict=True)]
        state = moved(state, mean, step_s)
    return (state[0], state[1], state[2]), (state[3], state[4], state[5])


def place(table: Table, position: Vector, velocity: Vector = (0.0, 0.0, 0.0)) -> Table:
    table.config.pad_position_m = position
    table.config.pad_velocity_mps = velocity
    return table.lift_off()


def estimate(computer: Computer) -> tuple[list[float], list[float]]:
    state = computer.state
    return list(state.estimated_position_eci_m), list(state.estimated_velocity_eci_mps)


# ------------------------------------------------------------------------- on the pad


def test_stands_on_the_pad_before_t_zero_whatever_is_sensed(table: Table) -> None:
    table.config.pad_position_m = (2.77e6, 3.76e6, 4.33e6)
    table.config.pad_velocity_mps = (-274.0, 202.0, 0.0)
    computer = table.lift_off().start(countdown=-1000)

    computer.fly(1000, imu=(0, 981, 0), axial=98)

    assert estimate(computer) == ([2.77e6, 3.76e6, 4.33e6], [-274.0, 202.0, 0.0])


@pytest.mark.parametrize("latitude_deg", [0.0, 45.9, -62.0, 90.0])
@pytest.mark.parametrize("height_m", [0.0, 104.0, 194_100.0])
def test_height_is_above_the_ellipsoid(table: Table, latitude_deg: float, height_m: float) -> None:
    """Geodetic to Cartesian in closed form; along the radius height differs by f2 h at the most."""
    latitude = math.radians(latitude_deg)
    eccentricity_sq = 1 - (POLAR_RADIUS_M / RADIUS_M) ** 2
    normal = RADIUS_M / math.sqrt(1 - eccentricity_sq * math.sin(latitude) ** 2)
    position = (
        (normal + height_m) * math.cos(latitude),
        0.0,
        (normal * (1 - eccentricity_sq) + height_m) * math.sin(latitude),
    )

    computer = place(table, position).start()

    # 0.002 m: digits of the polar radius, and rounding to the millimetre
    assert computer.state.estimated_altitude_mm * 1.0e-3 == pytest.approx(
        height_m, abs=0.002 + 1.2e-5 * height_m
    )


def test_a_point_that_turns_with_the_earth_does_not_climb(table: Table) -> None:
    position = (2.77e6, 3.76e6, 4.33e6)
    velocity = (-ROTATION_RADPS * 3.76e6, ROTATION_RADPS * 2.77e6, 0.0)

    computer = place(table, position, velocity).start()

    assert computer.state.estimated_climb_mmps == 0
    assert computer.state.estimated_speed_mmps == round(1000 * math.hypot(*velocity))


# ------------------------------------------------------------------------- in flight


def test_climb_is_the_change_of_height(table: Table) -> None:
    """On a steep path across latitudes, where the ellipsoid falls away under the vehicle."""
    computer = place(table, (4.0e6, 1.0e6, 5.0e6), (-2000.0, 1000.0, 7000.0)).start()
    computer.fly(10)
    before = computer.state.estimated_altitude_mm

    computer.fly(50)
    climb = computer.state.estimated_climb_mmps
    computer.fly(50)

    mean = (computer.state.estimated_altitude_mm - before) / (100 * TICK_S)
    assert climb == pytest.approx(mean, abs=10.0)  # millimetres and the curvature of one second


def test_counters_of_the_platform_may_wrap(table: Table) -> None:
    wrapping, plain = place(table, (7.0e6, 0.0, 0.0)).start(), table.start()
    wrapping.input.imu_counts = (2**31 - 5000, -(2**31) + 5000, 0)

    wrapping.fly(100, imu=(100, -100, 7))
    plain.fly(100, imu=(100, -100, 7))

    assert estimate(wrapping) == estimate(plain)


def test_a_constant_specific_force_adds_a_straight_line_and_a_parabola(table: Table) -> None:
    """Two vehicles that fall alike, one pushed by 20 m/s2 for 10 s: 200 m/s and 1000 m apart.

    The push is along the platform's x, which is turned to point along z of eci. The pull of the
    Earth differs by the tidal 2 GM / r3 over 1 km: below 1e-3 m/s and 2e-3 m here.
    """
    table.config.eci_from_platform = (0, 0, 1, 0, -1, 0, 1, 0, 0)
    falling = place(table, (9.0e6, 0.0, 0.0)).start()
    pushed = table.start()
    falling.step()
    pushed.step()

    falling.fly(1000)
    pushed.fly(1000, imu=(2000, 0, 0))  # 0.2 m/s a tick

    (x0, y0, z0), (u0, v0, w0) = estimate(falling)
    (x1, y1, z1), (u1, v1, w1) = estimate(pushed)
    tide = GM_M3PS2 / 9.0e6**3  # across the radius: a pull back of GM / r3 x distance
    assert (x1 - x0, y1 - y0) == pytest.approx((0.0, 0.0), abs=0.01)
    assert (u1 - u0, v1 - v0) == pytest.approx((0.0, 0.0), abs=0.01)
    # z'' = 20 - tide z: sine and cosine of a slow oscillation
    rate = math.sqrt(tide)
    assert z1 - z0 == pytest.approx(20.0 / tide * (1 - math.cos(rate * 10.0)), abs=5e-3)
    assert w1 - w0 == pytest.approx(20.0 / rate * math.sin(rate * 10.0), abs=1e-3)


@pytest.mark.parametrize("inclination_deg", [0.0, 51.67, 98.0])
def test_ten_minutes_of_orbit_agree_with_another_integration(
    table: Table, inclination_deg: float
) -> None:
    inclination = math.radians(inclination_deg)
    radius_m = RADIUS_M + 200_000.0
    speed = math.sqrt(GM_M3PS2 / radius_m)
    position = (radius_m, 0.0, 0.0)
    velocity = (0.0, speed * math.cos(inclination), speed * math.sin(inclination))
    computer = place(table, position, velocity).start()
    computer.step()

    computer.fly(60_000)

    there, speed_there = runge_kutta(position, velocity, seconds=600.0)
    assert estimate(computer)[0] == pytest.approx(there, abs=0.1)  # 1 m in 500 s is demanded
    assert estimate(computer)[1] == pytest.approx(speed_there, abs=1e-4)
    radial = math.sqrt(sum(a * a for a in there))
    assert radial == pytest.approx(radius_m, abs=10_000.0)  # still an orbit


@pytest.mark.parametrize("tick_us", [1000, 5000, 20_000])
def test_the_length_of_the_tick_hardly_matters(table: Table, tick_us: int) -> None:
    table.config.tick_us = tick_us
    position, velocity = (6.6e6, 0.0, 0.0), (100.0, 5000.0, 5000.0)
    computer = place(table, position, velocity).start()
    computer.step()

    computer.fly(100 * 1_000_000 // tick_us)

    there, _ = runge_kutta(position, velocity, seconds=100.0)
    assert estimate(computer)[0] == pytest.approx(there, abs=0.1)
    assert computer.met == 100 * 1_000_000 // tick_us
    assert lib.fsw_met_ticks(computer.state) * tick_us == 100_000_000
