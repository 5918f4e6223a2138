"""Gravity, frames, ellipsoid and osculating orbit, against published numbers and closed forms."""

import math
from decimal import Decimal, localcontext
from typing import Any

import pytest

from flightsw._native import ffi, lib

# WGS 84: NIMA TR8350.2, third edition, amendment 1 (2000)
GM_M3PS2 = 3.986004418e14
RADIUS_M = 6_378_137.0
FLATTENING = 1.0 / 298.257223563
POLAR_RADIUS_M = 6_356_752.3142  # table 3.3
ROTATION_RADPS = 7.292115e-5
NORMAL_GRAVITY_EQUATOR_MPS2 = 9.7803253359  # table 3.4
NORMAL_GRAVITY_POLE_MPS2 = 9.8321849378  # table 3.4


def vector(x: float, y: float, z: float) -> Any:
    return ffi.new("plant_vec3_t *", (x, y, z))[0]


def numbers(v: Any) -> tuple[float, float, float]:
    return v.x, v.y, v.z


def geodetic(latitude_rad: float, longitude_rad: float, height_m: float) -> Any:
    return ffi.new("plant_geodetic_t *", (latitude_rad, longitude_rad, height_m))[0]


def cross(a: Any, b: Any) -> tuple[float, float, float]:
    return a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x


# ---------------------------------------------------------------------------------------- gravity


def j2_of_the_ellipsoid() -> float:
    """J2 from the four defining constants: Heiskanen and Moritz, Physical Geodesy, eq. 2-90."""
    minor_m = RADIUS_M * (1.0 - FLATTENING)
    e2 = FLATTENING * (2.0 - FLATTENING)
    second = math.sqrt(e2) / (1.0 - FLATTENING)
    m = ROTATION_RADPS * ROTATION_RADPS * RADIUS_M * RADIUS_M * minor_m / GM_M3PS2
    # q0 = ((1 + 3/e'^2) atan e' - 3/e') / 2 as a series: the closed form loses five digits
    q0: float = 2.0 * sum(
        (-1.0) ** (n + 1) * n * second ** (2 * n + 1) / ((2 * n + 1) * (2 * n + 3))
        for n in range(1, 12)
    )
    return e2 / 3.0 * (1.0 - 2.0 / 15.0 * m * second / q0)


def potential(x: Decimal, y: Decimal, z: Decimal) -> Decimal:
    """U of the central term and J2, in m²/s²."""
    r2 = x * x + y * y + z * z
    r = r2.sqrt()
    j2, a = Decimal("1.08262982131e-3"), Decimal(6378137)
    zonal = (3 * z * z / r2 - 1) / 2
    return Decimal("3.986004418e14") / r * (1 - j2 * a * a / r2 * zonal)


@pytest.mark.parametrize(
    "position_m",
    [
        (6.5e6, 0.0, 0.0),
        (0.0, 0.0, -6.4e6),
        (3.1e6, -2.7e6, 5.2e6),
        (-4.0e6, 4.1e6, 3.3e6),
        (1.0e7, 2.0e7, -3.0e7),
    ],
)
def test_gravity_is_the_gradient_of_the_potential(position_m: tuple[float, float, float]) -> None:
    with localcontext() as context:
        context.prec = 60
        here, step = [Decimal(c) for c in position_m], Decimal("1e-10")
        gradient = []
        for axis in range(3):
            ahead, behind = list(here), list(here)
            ahead[axis] += step
            behind[axis] -= step
            gradient.append(float((potential(*ahead) - potential(*behind)) / (2 * step)))

    acceleration = numbers(lib.plant_gravity_eci_mps2(vector(*position_m)))

    assert acceleration == pytest.approx(gradient, rel=1e-15 * 8, abs=1e-15)  # 8 roundings


def test_j2_is_that_of_the_ellipsoid() -> None:
    equator = -lib.plant_gravity_eci_mps2(vector(RADIUS_M, 0.0, 0.0)).x

    j2 = (equator * RADIUS_M**2 / GM_M3PS2 - 1.0) / 1.5

    assert j2 == pytest.approx(j2_of_the_ellipsoid(), rel=1e-9)


def test_weight_on_the_ground_is_normal_gravity() -> None:
    equator = -lib.plant_gravity_eci_mps2(vector(RADIUS_M, 0.0, 0.0)).x
    pole = -lib.plant_gravity_eci_mps2(vector(0.0, 0.0, POLAR_RADIUS_M)).z

    # J4 of the ellipsoid, -2.4e-6, is left out: 15/8 J4 g at the equator, 5 J4 g at the pole
    assert equator - ROTATION_RADPS**2 * RADIUS_M == pytest.approx(
        NORMAL_GRAVITY_EQUATOR_MPS2, abs=5e-5
    )
    assert pole == pytest.approx(NORMAL_GRAVITY_POLE_MPS2, abs=1.3e-4)


# ---------------------------------------------------------------------------------------- frames


def test_eci_and_ecef_coincide_at_zero() -> None:
    assert numbers(lib.plant_ecef_from_eci(vector(1.0, 2.0, 3.0), 0.0)) == (1.0, 2.0, 3.0)


def test_a_star_over_greenwich_stands_over_90_degrees_west_a_quarter_turn_later() -> None:
    quarter_s = math.pi / 2.0 / ROTATION_RADPS

    seen = numbers(lib.plant_ecef_from_eci(vector(1.0, 0.0, 0.5), quarter_s))

    assert seen == pytest.approx((0.0, -1.0, 0.5), abs=1e-15)


@pytest.mark.parametrize("t_s", [-300.0, 0.5, 530.0, 86_400.0])
def test_turning_there_and_back_changes_nothing(t_s: float) -> None:
    start = (4.1e6, -3.2e6, 3.9e6)

    back = lib.plant_ecef_from_eci(lib.plant_eci_from_ecef(vector(*start), t_s), t_s)

    assert numbers(back) == pytest.approx(start, abs=2e-9)  # 2 ulp of 4e6


def test_the_ground_moves_as_a_fixed_point_does() -> None:
    place, t_s, step_s = vector(2.0e6, 3.9e6, 4.6e6), 317.0, 1.0

    here = lib.plant_eci_from_ecef(place, t_s)
    ahead = numbers(lib.plant_eci_from_ecef(place, t_s + step_s))
    behind = numbers(lib.plant_eci_from_ecef(place, t_s - step_s))

    moved_mps = [(a - b) / (2.0 * step_s) for a, b in zip(ahead, behind, strict=True)]
    velocity = lib.plant_ground_velocity_eci_mps(here)
    assert numbers(velocity) == pytest.approx(moved_mps, abs=1e-6)  # w^2 step^2 / 6
    assert numbers(lib.plant_air_velocity_eci_mps(here, velocity)) == (0.0, 0.0, 0.0)


def test_the_equator_moves_east_at_465_metres_a_second() -> None:
    velocity = lib.plant_ground_velocity_eci_mps(vector(RADIUS_M, 0.0, 0.0))

    assert numbers(velocity) == pytest.approx((0.0, 465.1011, 0.0), abs=1e-4)


def test_local_axes_at_greenwich_on_the_equator() -> None:
    axes = lib.plant_local_axes(0.0, 0.0)

    assert numbers(axes.x) == (0.0, 1.0, 0.0)
    assert numbers(axes.y) == (0.0, 0.0, 1.0)
    assert numbers(axes.z) == (1.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("azimuth_deg", "x", "z"),
    [
        pytest.param(0.0, (0.0, 0.0, 1.0), (0.0, 1.0, 0.0), id="north, with east to the right"),
        pytest.param(90.0, (0.0, 1.0, 0.0), (0.0, 0.0, -1.0), id="east, with south to the right"),
        pytest.param(180.0, (0.0, 0.0, -1.0), (0.0, -1.0, 0.0), id="south, with west to the right"),
    ],
)
def test_platform_axes_at_greenwich_on_the_equator(
    azimuth_deg: float, x: tuple[float, ...], z: tuple[float, ...]
) -> None:
    axes = lib.plant_platform_axes(0.0, 0.0, math.radians(azimuth_deg))

    assert numbers(axes.x) == pytest.approx(x, abs=1e-15)
    assert numbers(axes.y) == (1.0, 0.0, 0.0)
    assert numbers(axes.z) == pytest.approx(z, abs=1e-15)


@pytest.mark.parametrize("azimuth_deg", [0.0, 61.3, 193.0, -40.0])
@pytest.mark.parametrize(("latitude_deg", "longitude_deg"), [(45.92, 63.342), (-33.0, -120.0)])
def test_platform_axes_are_right_handed_and_point_along_the_azimuth(
    latitude_deg: float, longitude_deg: float, azimuth_deg: float
) -> None:
    place = math.radians(latitude_deg), math.radians(longitude_deg)

    axes = lib.plant_platform_axes(*place, math.radians(azimuth_deg))
    local = lib.plant_local_axes(*place)

    assert cross(axes.x, axes.y) == pytest.approx(numbers(axes.z), abs=1e-15)
    east = sum(a * b for a, b in zip(numbers(axes.x), numbers(local.x), strict=True))
    north = sum(a * b for a, b in zip(numbers(axes.x), numbers(local.y), strict=True))
    assert math.degrees(math.atan2(east, north)) == pytest.approx(
        math.remainder(azimuth_deg, 360.0), abs=1e-12
    )


# ---------------------------------------------------------------------------------------- ellipsoid


def test_the_example_of_epsg_method_9602() -> None:
    """IOGP publication 373-7-2, Geographic/Geocentric conversions: a point in the North Sea."""
    latitude = math.radians(53 + 48 / 60 + 33.820 / 3600)
    longitude = math.radians(2 + 7 / 60 + 46.380 / 3600)
    position_m = (3_771_793.968, 140_253.342, 5_124_304.349)

    forth = lib.plant_ecef_from_geodetic(geodetic(latitude, longitude, 73.0))
    back = lib.plant_geodetic_from_ecef(vector(*position_m))

    assert numbers(forth) == pytest.approx(position_m, abs=0.01)  # latitude to 0.0005" is 15 mm
    assert back.latitude_rad == pytest.approx(latitude, abs=2.5e-9)  # 0.0005"
    assert back.longitude_rad == pytest.approx(longitude, abs=2.5e-9)
    assert back.height_m == pytest.approx(73.0, abs=0.001)


@pytest.mark.parametrize(
    ("position_m", "latitude_deg", "longitude_deg"),
    [
        ((RADIUS_M + 1000.0, 0.0, 0.0), 0.0, 0.0),
        ((0.0, RADIUS_M + 1000.0, 0.0), 0.0, 90.0),
        ((-RADIUS_M - 1000.0, 0.0, 0.0), 0.0, 180.0),
        ((0.0, 0.0, POLAR_RADIUS_M + 1000.0), 90.0, 0.0),
        ((0.0, 0.0, -POLAR_RADIUS_M - 1000.0), -90.0, 0.0),
    ],
)
def test_on_the_axes_height_is_counted_from_the_radius(
    position_m: tuple[float, float, float], latitude_deg: float, longitude_deg: float
) -> None:
    point = lib.plant_geodetic_from_ecef(vector(*position_m))

    assert math.degrees(point.latitude_rad) == pytest.approx(latitude_deg, abs=1e-13)
    assert math.degrees(point.longitude_rad) == pytest.approx(longitude_deg, abs=1e-13)
    assert point.height_m == pytest.approx(1000.0, abs=5e-5)  # POLAR_RADIUS_M has four decimals
    assert lib.plant_height_m(vector(*position_m)) == pytest.approx(1000.0, abs=5e-5)


@pytest.mark.parametrize("height_m", [-10e3, -1e3, 0.0, 150.0, 100e3, 250e3, 1e6, 2e6])
def test_there_and_back_from_pole_to_pole(height_m: float) -> None:
    """The way there is the definition of the coordinates; the way back is on trial."""
    for tenth_deg in range(-900, 901):
        latitude, longitude = math.radians(tenth_deg / 10.0), math.radians(tenth_deg / 5.0 - 0.1)

        position = lib.plant_ecef_from_geodetic(geodetic(latitude, longitude, height_m))
        back = lib.plant_geodetic_from_ecef(position)

        assert back.latitude_rad == pytest.approx(latitude, abs=1e-12)
        assert back.height_m == pytest.approx(height_m, abs=1e-8)
        if abs(tenth_deg) < 900:
            turned = math.remainder(back.longitude_rad - longitude, 2.0 * math.pi)
            assert turned == pytest.approx(0.0, abs=1e-12)
        assert lib.plant_height_m(position) == pytest.approx(height_m, abs=1e-6)


# ---------------------------------------------------------------------------------------- orbit


def state(
    *, perigee_m: float, apogee_m: float, angles_deg: tuple[float, float, float, float]
) -> tuple[Any, Any]:
    """State of an orbit given by its radii and (inclination, node, argument, anomaly)."""
    inclination, node, argument, anomaly = (math.radians(each) for each in angles_deg)
    e = (apogee_m - perigee_m) / (apogee_m + perigee_m)
    latus_m = perigee_m * (1.0 + e)
    r_m, scale = latus_m / (1.0 + e * math.cos(anomaly)), math.sqrt(GM_M3PS2 / latus_m)
    plane = (
        (r_m * math.cos(anomaly), r_m * math.sin(anomaly)),
        (-scale * math.sin(anomaly), scale * (e + math.cos(anomaly))),
    )
    turned = []
    for along, across in plane:
        u = along * math.cos(argument) - across * math.sin(argument)
        v = along * math.sin(argument) + across * math.cos(argument)
        turned.append(
            vector(
                u * math.cos(node) - v * math.cos(inclination) * math.sin(node),
                u * math.sin(node) + v * math.cos(inclination) * math.cos(node),
                v * math.sin(inclination),
            )
        )
    return turned[0], turned[1]


def test_the_elements_of_a_published_example() -> None:
    """D. Vallado, Fundamentals of Astrodynamics and Applications, 4th ed., example 2-5."""
    position = vector(6_524_834.0, 6_862_875.0, 6_448_296.0)
    velocity = vector(4901.327, 5533.756, -1976.341)

    orbit = lib.plant_orbit_from_state(position, velocity)

    assert orbit.elliptic
    assert orbit.semi_major_axis_m == pytest.approx(36_127_343.0, abs=50.0)  # of 1 mm/s in v
    assert orbit.eccentricity == pytest.approx(0.832853, abs=1e-6)
    assert math.degrees(orbit.inclination_rad) == pytest.approx(87.870, abs=1e-3)
    assert math.degrees(orbit.raan_rad) == pytest.approx(227.898, abs=1e-3)
    assert math.degrees(orbit.arg_perigee_rad) == pytest.approx(53.38, abs=6e-3)
    assert math.degrees(orbit.true_anomaly_rad) == pytest.approx(92.335, abs=1e-3)


@pytest.mark.parametrize(
    "angles_deg",
    [(51.66, 200.0, 60.0, 5.0), (98.0, 10.0, 300.0, 179.0), (30.0, 359.0, 1.0, 200.0)],
)
@pytest.mark.parametrize(
    ("perigee_m", "apogee_m"), [(6.571e6, 6.620e6), (6.6e6, 4.2e7), (1.0e6, 6.5e6)]
)
def test_the_elements_come_back(
    perigee_m: float, apogee_m: float, angles_deg: tuple[float, float, float, float]
) -> None:
    orbit = lib.plant_orbit_from_state(
        *state(perigee_m=perigee_m, apogee_m=apogee_m, angles_deg=angles_deg)
    )

    found_deg = [
        math.degrees(each)
        for each in (
            orbit.inclination_rad,
            orbit.raan_rad,
            orbit.arg_perigee_rad,
            orbit.true_anomaly_rad,
        )
    ]
    assert orbit.elliptic
    assert orbit.perigee_radius_m == pytest.approx(perigee_m, rel=1e-13)
    assert orbit.apogee_radius_m == pytest.approx(apogee_m, rel=1e-13)
    assert found_deg == pytest.approx(angles_deg, abs=1e-10)


def test_over_the_poles_heights_are_counted_from_the_polar_radius() -> None:
    orbit = lib.plant_orbit_from_state(
        *state(perigee_m=6.58e6, apogee_m=6.62e6, angles_deg=(90.0, 40.0, 90.0, 77.0))
    )

    assert orbit.perigee_height_m == pytest.approx(6.58e6 - POLAR_RADIUS_M, abs=1e-3)
    assert orbit.apogee_height_m == pytest.approx(6.62e6 - POLAR_RADIUS_M, abs=1e-3)


def test_between_pole_and_equator_the_height_is_that_at_the_latitude_of_the_point() -> None:
    """Perigee 60 deg past the node at 51.66 deg: geocentric latitude asin(sin i sin w)."""
    sine = math.sin(math.radians(51.66)) * math.sin(math.radians(60.0))
    minor_m = RADIUS_M * (1.0 - FLATTENING)
    surface_m = minor_m / math.sqrt(1.0 - (1.0 - (minor_m / RADIUS_M) ** 2) * (1.0 - sine**2))

    orbit = lib.plant_orbit_from_state(
        *state(perigee_m=6.571e6, apogee_m=6.62e6, angles_deg=(51.66, 200.0, 60.0, 5.0))
    )

    # The normal stands up to 0.19 deg off the radius: h (1 - cos) is 1.4 m at most.
    assert orbit.perigee_height_m == pytest.approx(6.571e6 - surface_m, abs=1.5)
    assert orbit.apogee_height_m == pytest.approx(6.62e6 - surface_m, abs=1.5)


def test_a_circle_over_the_equator_has_its_angles_counted_from_the_x_axis() -> None:
    radius_m = 6.6e6
    speed_mps = math.sqrt(GM_M3PS2 / radius_m)

    orbit = lib.plant_orbit_from_state(vector(0.0, radius_m, 0.0), vector(-speed_mps, 0.0, 0.0))

    assert orbit.elliptic
    assert orbit.eccentricity == pytest.approx(0.0, abs=1e-15)
    assert orbit.inclination_rad == 0.0
    assert (orbit.raan_rad, orbit.arg_perigee_rad) == (0.0, 0.0)
    assert orbit.true_anomaly_rad == pytest.approx(math.pi / 2.0, abs=1e-15)


@pytest.mark.parametrize(
    ("position", "velocity"),
    [
        pytest.param((7e6, 0.0, 0.0), (0.0, 1.2e4, 0.0), id="faster than escape"),
        pytest.param((7e6, 0.0, 0.0), (-1e3, 0.0, 0.0), id="straight down"),
        pytest.param((7e6, 0.0, 0.0), (0.0, math.nan, 0.0), id="no number"),
        pytest.param((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), id="nowhere"),
    ],
)
def test_what_is_no_ellipse_has_no_elements(
    position: tuple[float, float, float], velocity: tuple[float, float, float]
) -> None:
    orbit = lib.plant_orbit_from_state(vector(*position), vector(*velocity))

    assert not orbit.elliptic
    assert math.isnan(orbit.perigee_height_m)
    assert math.isnan(orbit.eccentricity)
