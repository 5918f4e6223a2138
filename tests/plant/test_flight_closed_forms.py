"""The vehicle against closed forms: pad, gravity, orbits, drag, attitude, separation."""

from math import acos, atan, cos, exp, log, pi, radians, sin, sqrt, tan
from typing import Any

import numpy as np
import pytest

from flightsw._native import lib

GM_M3PS2 = 3.986004418e14  # WGS 84, NIMA TR8350.2
RADIUS_M = 6_378_137.0
J2 = 1.08262982131e-3
ROTATION_RADPS = 7.292115e-5
GRAVITY_EQUATOR_MPS2 = 9.7803253359  # WGS 84 normal gravity, NIMA TR8350.2 table 3.4
GRAVITY_POLE_MPS2 = 9.8321849378
AIR_KGPM3 = 1.225  # US Standard Atmosphere 1976, sea level

MASS_KG = 10_000.0
ABOVE_THE_AIR_M = 7_500_000.0


def body(**members):
    return {"dry_mass_kg": MASS_KG, **members}


def rocket_of(thrust_n, **members):
    engine = {"thrust_vac_n": thrust_n, "mass_flow_kgps": 1e-6, "level": [1.0]}
    return body(fuel_kg=1.0, engine=engine | members.pop("engine", {}), **members)


def distance(a, b) -> float:
    return float(np.linalg.norm(np.subtract(a, b)))


# ------------------------------------------------------------------------------------ on the pad


@pytest.mark.parametrize(
    ("latitude_rad", "gravity_mps2"),
    [
        pytest.param(0, GRAVITY_EQUATOR_MPS2, id="equator"),
        pytest.param(pi / 2, GRAVITY_POLE_MPS2, id="pole"),
    ],
)
def test_accelerometer_on_the_pad_reads_one_g_upwards(vehicle, latitude_rad, gravity_mps2) -> None:
    standing = vehicle(body(), latitude_rad=latitude_rad)

    standing.advance(1000)

    assert standing.plant.on_pad
    # normal gravity has all even harmonics; without J4 and beyond it is 1.2e-5 off
    assert standing.plant.specific_velocity_axial_mps / 10 == pytest.approx(gravity_mps2, rel=2e-5)


def test_the_pad_turns_with_the_earth(vehicle) -> None:
    standing = vehicle(body(), start_s=-20.0, axis_ecef=(0.6, 0.8, 0.0))

    standing.advance(12_000)

    angle = ROTATION_RADPS * 100.0
    assert standing.plant.t_s == pytest.approx(100.0, abs=1e-9)
    assert standing.position_m == pytest.approx(
        (RADIUS_M * cos(angle), RADIUS_M * sin(angle), 0.0), abs=1e-6
    )
    speed_mps = RADIUS_M * ROTATION_RADPS
    assert standing.velocity_mps == pytest.approx(
        (-speed_mps * sin(angle), speed_mps * cos(angle), 0.0), abs=1e-9
    )
    axis = standing.plant.axis_eci
    assert axis.x == pytest.approx(0.6 * cos(angle) - 0.8 * sin(angle), abs=1e-12)


@pytest.mark.parametrize(("share_of_weight", "leaves"), [(0.9999, False), (1.0001, True)])
def test_the_pad_holds_until_thrust_exceeds_weight(vehicle, share_of_weight, leaves) -> None:
    weight_n = (MASS_KG + 1.0) * GRAVITY_EQUATOR_MPS2
    rocket = vehicle(rocket_of(share_of_weight * weight_n))

    rocket.ignite()
    rocket.advance(10)

    assert rocket.plant.on_pad is not leaves


def test_lifts_off_in_the_tick_in_which_the_rising_thrust_exceeds_weight(vehicle) -> None:
    thrust_n = 1.5 * (MASS_KG + 1.0) * GRAVITY_EQUATOR_MPS2
    rocket = vehicle(rocket_of(thrust_n, engine={"build_up_s": 0.3}), start_s=-1.0)

    rocket.ignite()
    rocket.advance(100)

    exceeds_s = -1.0 - 0.3 * log(1.0 - 1.0 / 1.5)
    assert rocket.plant.lift_off_s == pytest.approx(exceeds_s, abs=0.01)


def test_ground_that_carries_a_vehicle_pushes_as_much_as_it_weighs_after_landing(vehicle) -> None:
    fallen = vehicle(body(drag_area_m2=1.0), cd=[1.0])
    fallen.place((RADIUS_M + 50.0, 0.0, 0.0), (0.0, RADIUS_M * ROTATION_RADPS, 0.0))

    fallen.advance(400)

    assert fallen.plant.on_ground
    assert lib.plant_height_m(fallen.plant.position_eci_m) == pytest.approx(0.0, abs=0.5)
    speed_mps = np.linalg.norm(fallen.velocity_mps)
    assert speed_mps == pytest.approx(RADIUS_M * ROTATION_RADPS, rel=1e-6)
    lying = fallen.plant.specific_velocity_axial_mps
    fallen.advance(100)
    assert fallen.plant.specific_velocity_axial_mps - lying == pytest.approx(
        GRAVITY_EQUATOR_MPS2, rel=1e-4
    )


# ------------------------------------------------------------------------------------ without air


def test_accelerometer_in_free_fall_reads_zero(vehicle) -> None:
    falling = vehicle(body(drag_area_m2=1.0), cd=[1.0])
    falling.place((ABOVE_THE_AIR_M, 0.0, 0.0), (0.0, 100.0, 0.0))

    falling.advance(1000)

    assert falling.velocity_mps[0] < -60.0
    assert falling.sensed_mps == (0.0, 0.0, 0.0)
    assert falling.plant.specific_velocity_axial_mps == 0.0


def kepler(position_m, velocity_mps, t_s):
    """The two-body position after `t_s`: Lagrange's coefficients of the eccentric anomaly."""
    r, v = np.array(position_m), np.array(velocity_mps)
    r0, sigma = np.linalg.norm(r), r @ v / sqrt(GM_M3PS2)
    a = 1.0 / (2.0 / r0 - v @ v / GM_M3PS2)
    n = sqrt(GM_M3PS2 / a**3)
    de = n * t_s
    for _ in range(50):
        f = de - (1 - r0 / a) * sin(de) + sigma / sqrt(a) * (1 - cos(de)) - n * t_s
        de -= f / (1 - (1 - r0 / a) * cos(de) + sigma / sqrt(a) * sin(de))
    f_ = 1 - a / r0 * (1 - cos(de))
    g_ = t_s - (de - sin(de)) / n
    return f_ * r + g_ * v


def test_vacuum_arc_is_keplers(vehicle) -> None:
    """So far out (1e9 m) that J2 moves nothing by more than 0.2 m in 1e5 s."""
    start = (1e9, 0.0, 0.0), (100.0, 500.0, 300.0)
    coasting = vehicle(body())
    coasting.place(*start)

    coasting.advance(10_000, tick_s=10.0)

    assert distance(coasting.position_m, kepler(*start, 1e5)) < 0.3
    assert distance(coasting.position_m, start[0]) > 5e7


def gravity_mps2(r):
    """Central term and J2, as in Vallado's book (8-30), written in another way than the plant's."""
    radius = np.linalg.norm(r)
    k = 1.5 * J2 * GM_M3PS2 * RADIUS_M**2 / radius**5
    s = 5.0 * r[2] ** 2 / radius**2
    oblate = k * np.array([r[0] * (s - 1), r[1] * (s - 1), r[2] * (s - 3)])
    return -GM_M3PS2 / radius**3 * r + oblate


def stoermer(position_m, velocity_mps, t_s, steps):
    """r'' = g(r) by leapfrog with Richardson extrapolation over three step lengths: sixth order."""

    def leapfrog(steps):
        h = t_s / steps
        r, v = np.array(position_m, float), np.array(velocity_mps, float)
        v = v + 0.5 * h * gravity_mps2(r)
        for step in range(steps):
            r = r + h * v
            v = v + (1.0 if step < steps - 1 else 0.5) * h * gravity_mps2(r)
        return r

    once, twice, four_times = (leapfrog(n * steps) for n in (1, 2, 4))
    fourth = ((4 * twice - once) / 3, (4 * four_times - twice) / 3)
    return (16 * fourth[1] - fourth[0]) / 15


def test_arc_with_j2_agrees_with_an_independent_integrator(vehicle) -> None:
    start = (7.5e6, 0.0, 1e6), (500.0, 6000.0, 3500.0)
    coasting = vehicle(body())
    coasting.place(*start)

    coasting.advance(30_000)

    # the mid-point's own error: n² h² / 24 of the arc, n = 1e-3 1/s, h = 10 ms
    assert distance(coasting.position_m, stoermer(*start, 300.0, 600)) < 1e-4


def test_circular_orbit_keeps_its_energy_and_its_node_precesses(vehicle) -> None:
    radius_m, inclination = 8.0e6, radians(51.6)
    speed_mps = sqrt(GM_M3PS2 / radius_m)
    motion_radps = speed_mps / radius_m
    satellite = vehicle(body())
    satellite.place(
        (radius_m, 0.0, 0.0), (0.0, speed_mps * cos(inclination), speed_mps * sin(inclination))
    )

    def energy() -> Any:
        r, v = np.array(satellite.position_m), np.array(satellite.velocity_mps)
        radius = np.linalg.norm(r)
        latitude_sine = r[2] / radius
        oblate = J2 * (RADIUS_M / radius) ** 2 * (1.5 * latitude_sine**2 - 0.5)
        return v @ v / 2 - GM_M3PS2 / radius * (1 - oblate)

    energy_before = energy()
    satellite.advance(round(2 * pi / motion_radps / 0.1), tick_s=0.1)

    momentum = np.cross(satellite.position_m, satellite.velocity_mps)
    node = np.arctan2(momentum[0], -momentum[1])
    # Kozai: secular rate of the node to first order in J2; one revolution is 2 pi / n to J2
    secular = -1.5 * J2 * (RADIUS_M / radius_m) ** 2 * cos(inclination) * 2 * pi
    assert energy() == pytest.approx(energy_before, rel=1e-9)
    assert node == pytest.approx(secular, rel=0.01)


# ------------------------------------------------------------------------------------ in the air


def ascent(vehicle, tick_s):
    """Six seconds of powered, turning flight through the transonic."""
    stage = rocket_of(200_000.0, drag_area_m2=5.0)
    stage |= {"fuel_kg": 2000.0}
    stage["engine"] |= {"mass_flow_kgps": 100.0, "build_up_s": 0.4}
    rocket = vehicle(
        stage, mach_count=2, mach=[0.0, 5.0], cd=[0.3, 0.1], incidence_drag=3.0, attitude_lag_s=0.3
    )
    rocket.place((RADIUS_M + 9000.0, 0.0, 0.0), (250.0, 600.0, 30.0))
    rocket.plant.axis_commanded_eci = (0.8, 0.6, 0.0)
    rocket.ignite()
    rocket.advance(round(6.4 / tick_s), tick_s)
    return rocket.position_m


def test_error_of_a_powered_flight_quarters_when_the_tick_is_halved(vehicle) -> None:
    exact = ascent(vehicle, 0.001)

    errors = [distance(ascent(vehicle, tick_s), exact) for tick_s in (0.16, 0.08, 0.04)]

    assert errors[0] / errors[1] == pytest.approx(4.0, rel=0.2)
    assert errors[1] / errors[2] == pytest.approx(4.0, rel=0.2)


@pytest.mark.parametrize("incidence_rad", [0.0, 0.1, pi / 2])
def test_drag_is_dynamic_pressure_times_area_times_coefficient(vehicle, incidence_rad) -> None:
    """Coefficient between two rows of the table, area the sum of two parts, and incidence."""
    flying = vehicle(
        body(drag_area_m2=2.0, parent=-1),
        body(drag_area_m2=1.0, parent=0),
        mach_count=3,
        mach=[0.0, 0.5, 1.5],
        cd=[0.2, 0.3, 0.7],
        incidence_drag=3.0,
    )
    turning_mps = RADIUS_M * ROTATION_RADPS
    flying.place((RADIUS_M, 0.0, 0.0), (0.0, turning_mps, 340.294))
    flying.plant.axis_eci = flying.plant.axis_commanded_eci = (
        sin(incidence_rad),
        0.0,
        cos(incidence_rad),
    )

    flying.advance(1, tick_s=1e-4)

    assert flying.plant.mach == pytest.approx(1.0, rel=1e-4)  # 340.294 m/s, US76
    assert flying.plant.dynamic_pressure_pa == pytest.approx(0.5 * AIR_KGPM3 * 340.294**2, rel=1e-4)
    alpha2 = 2.0 * (1.0 - cos(incidence_rad))
    drag_n = 0.5 * AIR_KGPM3 * 340.294**2 * 3.0 * 0.5 * (1.0 + 3.0 * alpha2)
    assert flying.sensed_mps[2] / 1e-4 == pytest.approx(-drag_n / (2 * MASS_KG), rel=2e-4)


@pytest.mark.parametrize("tick_s", [0.001, 0.01, 0.1])
def test_a_parachute_opened_at_speed_brings_terminal_speed_at_any_tick(vehicle, tick_s) -> None:
    load = {"dry_mass_kg": 50.0, "deployed_drag_area_m2": 10.0}
    capsule = vehicle(load, cd=[0.0])
    capsule.place((RADIUS_M + 200.0, 0.0, 0.0), (-300.0, RADIUS_M * ROTATION_RADPS, 0.0))

    assert capsule.deploy(0)
    assert not capsule.deploy(0)
    capsule.advance(round(10 / tick_s), tick_s)

    terminal_mps = sqrt(2 * 50.0 * GRAVITY_EQUATOR_MPS2 / (1.21 * 10.0))  # 1.21 kg/m³ at 120 m
    fall_mps = -np.dot(capsule.velocity_mps, capsule.position_m) / np.linalg.norm(
        capsule.position_m
    )
    assert not capsule.plant.on_ground
    assert fall_mps == pytest.approx(terminal_mps, rel=0.01)


# ------------------------------------------------------------------------------------ attitude


@pytest.mark.parametrize("tick_s", [0.01, 0.05, 0.5])
@pytest.mark.parametrize("angle_rad", [1e-3, 0.5, 3.0])
def test_axis_closes_in_on_its_command_alike_at_any_tick(vehicle, angle_rad, tick_s) -> None:
    """At the rate sin(angle) / lag: tan(angle / 2) decays exponentially."""
    turning = vehicle(body(), attitude_lag_s=0.3)
    turning.place((1e12, 0.0, 0.0), (0.0, 0.0, 0.0))
    turning.plant.axis_eci = (cos(angle_rad), sin(angle_rad), 0.0)

    turning.advance(round(1 / tick_s), tick_s)

    axis = turning.plant.axis_eci
    expected = 2 * atan(tan(angle_rad / 2) * exp(-1 / 0.3))
    assert axis.y == pytest.approx(sin(expected), rel=1e-11)
    assert axis.x**2 + axis.y**2 + axis.z**2 == pytest.approx(1.0, abs=1e-14)


def test_without_lag_the_axis_is_the_command(vehicle) -> None:
    turning = vehicle(body())
    turning.place((1e12, 0.0, 0.0), (0.0, 0.0, 0.0))

    turning.aim((0.0, 0.6, 0.8))
    turning.advance(1)

    axis = turning.plant.axis_eci
    assert (axis.x, axis.y, axis.z) == pytest.approx((0.0, 0.6, 0.8), abs=1e-15)


def finned(vehicle, **members):
    elevation = radians(80.0)
    thrust_n = 10.0 * (MASS_KG + 1.0) * GRAVITY_EQUATOR_MPS2
    return vehicle(
        rocket_of(thrust_n, drag_area_m2=0.0),
        attitude=lib.PLANT_ATTITUDE_WIND,
        rail_length_m=8.0,
        axis_ecef=(sin(elevation), cos(elevation), 0.0),
        **members,
    )


def test_the_rail_is_left_with_the_speed_of_a_uniform_acceleration(vehicle) -> None:
    rocket = finned(vehicle)
    rocket.ignite()

    while rocket.plant.rail_travelled_m < 8.0:
        rocket.advance(1, tick_s=1e-4)

    accel_mps2 = (10.0 - sin(radians(80.0))) * GRAVITY_EQUATOR_MPS2
    ground_mps = lib.plant_air_velocity_eci_mps(
        rocket.plant.position_eci_m, rocket.plant.velocity_eci_mps
    )
    speed_mps = np.linalg.norm((ground_mps.x, ground_mps.y, ground_mps.z))
    assert speed_mps == pytest.approx(sqrt(2 * accel_mps2 * 8.0), rel=1e-3)
    elevation = atan(ground_mps.x / ground_mps.y)
    assert elevation == pytest.approx(radians(80.0), abs=1e-4)  # the rail took the sag


def test_a_finned_rocket_flies_along_its_air_velocity(vehicle) -> None:
    rocket = finned(vehicle)
    rocket.ignite()

    rocket.advance(500)

    velocity = lib.plant_air_velocity_eci_mps(
        rocket.plant.position_eci_m, rocket.plant.velocity_eci_mps
    )
    axis = rocket.plant.axis_eci
    speed_mps = np.linalg.norm((velocity.x, velocity.y, velocity.z))
    cosine = (axis.x * velocity.x + axis.y * velocity.y + axis.z * velocity.z) / speed_mps
    assert acos(min(cosine, 1.0)) < 1e-7
    assert atan(axis.x / axis.y) < radians(80.0)  # gravity turns it


# ------------------------------------------------------------------------------------ separation


@pytest.mark.parametrize("speed_mps", [2.0, -0.4])
def test_separation_shares_the_pushers_speed_by_momentum(vehicle, speed_mps) -> None:
    stack = vehicle(
        body(dry_mass_kg=700.0), body(dry_mass_kg=300.0, separation_speed_mps=speed_mps)
    )
    stack.place((1e12, 0.0, 0.0), (10.0, 20.0, 30.0), axis=(0.6, 0.8, 0.0))

    assert stack.separate(1)

    left = stack.plant.body[0]
    left_mps = (left.velocity_eci_mps.x, left.velocity_eci_mps.y, left.velocity_eci_mps.z)
    momentum = 700.0 * np.array(stack.velocity_mps) + 300.0 * np.array(left_mps)
    assert momentum == pytest.approx(1000.0 * np.array((10.0, 20.0, 30.0)), rel=1e-14)
    apart_mps = np.subtract(stack.velocity_mps, left_mps)
    assert apart_mps == pytest.approx(np.multiply(speed_mps, (0.6, 0.8, 0.0)), abs=1e-12)
    assert left.mass_kg == 300.0
    assert stack.plant.mass_kg == 700.0
    assert stack.plant.specific_velocity_axial_mps == pytest.approx(0.3 * speed_mps, rel=1e-12)


def test_a_part_leaves_with_all_that_hangs_on_it(vehicle) -> None:
    """Root 0 carries 1 and 2; 2 carries 3 and 4; 4 carries 5."""
    parents = [-1, 0, 0, 2, 2, 4]
    parts = [body(parent=parent, beta_kgpm2=100.0 + n) for n, parent in enumerate(parents)]
    stack = vehicle(*parts)

    assert stack.separate(4)
    assert stack.separate(2)

    bodies = stack.plant.body
    assert [bodies[n].parts for n in range(stack.plant.body_count)] == [0b110000, 0b001100]
    assert [bodies[n].beta_kgpm2 for n in range(2)] == [104.0, 102.0]
    assert [stack.plant.part[n].attached for n in range(6)] == [True, True] + 4 * [False]
    assert stack.plant.mass_kg == 2 * MASS_KG
    assert not stack.separate(5)
    assert not stack.ignite(4)


def test_what_separates_on_the_pad_does_not_move_the_vehicle(vehicle) -> None:
    stack = vehicle(body(), body(separation_speed_mps=2.0))
    before_m = stack.velocity_mps

    stack.separate(1)

    assert stack.plant.on_pad
    assert stack.velocity_mps == before_m
    assert stack.plant.mass_kg == MASS_KG


def test_an_engine_that_left_burns_no_more(vehicle) -> None:
    stack = vehicle(body(), rocket_of(1e5, parent=0))
    stack.place((1e12, 0.0, 0.0), (0.0, 0.0, 0.0))
    stack.ignite(1)
    stack.advance(1)

    stack.separate(1)
    stack.advance(1)

    assert stack.plant.thrust_n == 0.0


# ------------------------------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("members", "status"),
    [
        pytest.param({"part_count": 0}, "PLANT_ERROR_PARTS", id="no parts"),
        pytest.param({"part_count": 17}, "PLANT_ERROR_PARTS", id="too many parts"),
        pytest.param({"mach_count": 0}, "PLANT_ERROR_AERO", id="no Mach table"),
        pytest.param({"mach_count": 25}, "PLANT_ERROR_AERO", id="too long a Mach table"),
        pytest.param({"mach_count": 2, "mach": [1.0, 1.0]}, "PLANT_ERROR_AERO", id="not ascending"),
        pytest.param({"cd": [-0.1]}, "PLANT_ERROR_AERO", id="negative coefficient"),
        pytest.param({"start_s": float("nan")}, "PLANT_ERROR_START", id="no time"),
        pytest.param({"attitude_lag_s": -1.0}, "PLANT_ERROR_START", id="negative lag"),
        pytest.param({"attitude": 2}, "PLANT_ERROR_START", id="no such attitude"),
    ],
)
def test_refuses_a_vehicle_that_cannot_be(vehicle, members, status) -> None:
    refused = vehicle(body(), **members)

    assert refused.status == getattr(lib, status)


def test_a_start_axis_that_points_nowhere_is_refused(vehicle) -> None:
    refused = vehicle(body(), axis_ecef=(0.0, 0.0, 0.0))

    assert refused.status == lib.PLANT_ERROR_START


@pytest.mark.parametrize("dt_s", [0.0, -1.0, float("nan")])
def test_time_goes_forward_only(vehicle, dt_s) -> None:
    standing = vehicle(body())

    lib.plant_advance(standing.plant, dt_s)

    assert standing.plant.t_s == 0.0
    assert standing.plant.evaluations == 0
