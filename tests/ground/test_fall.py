"""Falls: a closed form, conservation of energy, and the calculated falls of the reference."""

import math

import numpy as np
import pytest

from flightsw.ground.briefing import FallSettings, Insertion
from flightsw.ground.coast import coast, osculating_orbit
from flightsw.ground.earth import ecef_from_geodetic, eci_from_ecef
from flightsw.ground.fall import fall_from, in_orbit
from flightsw.ground.radar import insertion_state
from flightsw.ground.state import State

DEG = math.pi / 180.0
GM_M3PS2 = 3.986004418e14  # WGS 84
J2 = 1.08262982131e-3  # WGS 84
RADIUS_M = 6378137.0  # WGS 84


def state(t_s, position, velocity, *, on_pad=False):
    x, y, z = (float(value) for value in position)
    vx, vy, vz = (float(value) for value in velocity)
    return State(
        t_s=t_s,
        position_eci_m=(x, y, z),
        velocity_eci_mps=(vx, vy, vz),
        on_pad=on_pad,
        latitude_rad=0.0,
        longitude_rad=0.0,
        altitude_m=0.0,
        speed_mps=0.0,
        speed_relative_mps=0.0,
    )


def reference(  # noqa: PLR0913  a state has six numbers
    *, t_s, latitude_deg, longitude_deg, height_m, speed_mps, path_deg
):
    """A row of the reference trajectory of Progress MS-04, flying north-east in its plane."""
    insertion = Insertion(
        t_s=t_s,
        latitude_rad=latitude_deg * DEG,
        longitude_rad=longitude_deg * DEG,
        height_m=height_m,
        speed_mps=speed_mps,
        flight_path_angle_rad=path_deg * DEG,
        inclination_rad=51.66 * DEG,
    )
    return state(t_s, *insertion_state(insertion))


LOST = reference(
    t_s=382.0,
    latitude_deg=49.13,
    longitude_deg=73.76,
    height_m=194e3,
    speed_mps=5119.0,
    path_deg=1.8,
)


def test_a_stone_dropped_on_the_polar_axis_falls_for_the_time_of_a_radial_ellipse():
    # Point mass, at rest at r0, u = r / r0:
    # t = sqrt(r0^3 / 2 GM) (acos sqrt(u) + sqrt(u (1 - u))).
    ground_m = RADIUS_M * (1.0 - 1.0 / 298.257223563)
    start_m = ground_m + 100e3
    u = ground_m / start_m
    fall_s = math.sqrt(start_m**3 / (2.0 * GM_M3PS2)) * (
        math.acos(math.sqrt(u)) + math.sqrt(u * (1.0 - u))
    )

    way = coast(
        t_s=0.0,
        position_eci_m=[0.0, 0.0, start_m],
        velocity_eci_mps=[0.0, 0.0, 0.0],
        beta_kgpm2=math.inf,
        until_s=1000.0,
        step_s=0.1,
    )

    # On the axis J2 takes 3 J2 (a / r)^2 = 0.32 % off gravity, and so adds 0.16 % to the time.
    assert way.on_ground
    assert way.t_s[-1] == pytest.approx(fall_s * (1.0 + 1.5 * J2), rel=2e-4)


def test_energy_is_kept_without_air():
    way = coast(
        t_s=382.0,
        position_eci_m=LOST.position_eci_m,
        velocity_eci_mps=LOST.velocity_eci_mps,
        beta_kgpm2=math.inf,
        until_s=2000.0,
        step_s=0.5,
    )

    radius = np.linalg.norm(way.position_eci_m, axis=1)
    sine = way.position_eci_m[:, 2] / radius
    potential = -GM_M3PS2 / radius * (1.0 - J2 * (RADIUS_M / radius) ** 2 * (1.5 * sine**2 - 0.5))
    energy = 0.5 * np.sum(way.velocity_eci_mps**2, axis=1) + potential
    assert energy == pytest.approx(np.full(len(energy), energy[0]), rel=1e-10)


def test_the_way_has_its_start_its_end_and_a_state_each_second():
    way = coast(
        t_s=0.5,
        position_eci_m=[7e6, 0.0, 0.0],
        velocity_eci_mps=[0.0, 7500.0, 0.0],
        beta_kgpm2=math.inf,
        until_s=10.0,
        step_s=0.5,
        row_every=2,
    )

    assert way.t_s.tolist() == [0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5, 10.0]
    assert not way.on_ground


@pytest.mark.parametrize(
    ("beta_kgpm2", "longitude_deg"), [(30.0, 91.8), (100.0, 92.3), (300.0, 92.7), (1000.0, 93.1)]
)
def test_the_reference_falls_from_382_s_come_out(beta_kgpm2, longitude_deg):
    # Reference table 2.3: impacts at 51.62 to 51.67 N; the row of 1.3 is rounded, 0.1 deg here.
    fall = fall_from(LOST, FallSettings(beta_kgpm2=beta_kgpm2))

    assert fall is not None
    assert fall.longitude_rad / DEG == pytest.approx(longitude_deg, abs=0.1)
    assert fall.latitude_rad / DEG == pytest.approx(51.65, abs=0.15)
    assert fall.distance_m is None


def test_the_distance_is_that_to_the_reported_place():
    # 51.6 N 92.7 E +- 0.2: a body of 200 kg/m2 comes down within 0.25 deg of arc of it.
    settings = FallSettings(
        beta_kgpm2=200.0, reported_latitude_rad=51.6 * DEG, reported_longitude_rad=92.7 * DEG
    )

    fall = fall_from(LOST, settings)

    assert fall is not None
    assert fall.distance_m is not None
    assert fall.distance_m < 28e3
    assert 760.0 < fall.t_s < 1270.0  # reference 2.3, dense and light bodies


def test_what_is_in_orbit_does_not_fall():
    position = ecef_from_geodetic(latitude_rad=0.0, longitude_rad=0.0, height_m=200e3)
    speed_mps = math.sqrt(GM_M3PS2 / float(np.linalg.norm(position)))
    circling = state(0.0, position, [0.0, 0.0, speed_mps])

    assert in_orbit(circling)
    assert fall_from(circling, FallSettings(beta_kgpm2=200.0)) is None


@pytest.mark.parametrize(("perigee_m", "expected"), [(100_500.0, True), (99_500.0, False)])
def test_an_orbit_has_its_perigee_above_100_km(perigee_m, expected):
    # Along the equator, at apogee 300 km: heights and radii differ by the equatorial radius.
    apogee_m = RADIUS_M + 300e3
    a = (apogee_m + RADIUS_M + perigee_m) / 2.0
    speed_mps = math.sqrt(GM_M3PS2 * (2.0 / apogee_m - 1.0 / a))
    apogee = state(0.0, [apogee_m, 0.0, 0.0], [0.0, speed_mps, 0.0])

    orbit = osculating_orbit(
        position_eci_m=apogee.position_eci_m, velocity_eci_mps=apogee.velocity_eci_mps
    )
    assert orbit is not None
    assert orbit.perigee_m == pytest.approx(perigee_m, abs=1.0)
    assert in_orbit(apogee) is expected


def test_what_stands_on_its_pad_does_not_fall():
    position = ecef_from_geodetic(latitude_rad=0.8, longitude_rad=1.1, height_m=90.0)

    assert (
        fall_from(state(-5.0, position, [0.0] * 3, on_pad=True), FallSettings(beta_kgpm2=200.0))
        is None
    )


def test_what_escapes_does_not_fall():
    position = eci_from_ecef([7e6, 0.0, 0.0], 0.0)

    assert (
        fall_from(state(0.0, position, [12_000.0, 0.0, 0.0]), FallSettings(beta_kgpm2=9.0)) is None
    )
