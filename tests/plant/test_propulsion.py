"""Engines and tanks against closed forms: impulse, rocket equation, instant of depletion.

Far away means 1e12 m from the Earth, where it pulls with less than 1e-9 m/s² and there is no air.
"""

from math import exp, log

import pytest

from flightsw._native import lib

FAR_AWAY = ((1e12, 0.0, 0.0), (0.0, 0.0, 0.0))
STANDARD_PRESSURE_PA = 101_325.0  # US Standard Atmosphere 1976, sea level

THRUST_N = 298_000.0
FLOW_KGPS = 93.2
EXHAUST_MPS = THRUST_N / FLOW_KGPS
DRY_KG = 2500.0
FUEL_KG = 1000.0


def engine(**members):
    return {"thrust_vac_n": THRUST_N, "mass_flow_kgps": FLOW_KGPS, "level": [1.0, 0.5], **members}


def stage(**members):
    return {"dry_mass_kg": DRY_KG, "fuel_kg": FUEL_KG, "engine": engine(), **members}


def depletion_s(*, build_up_s: float, full_flow_s: float) -> float:
    """t at which t - tau (1 - exp(-t / tau)), the integral of the level, is `full_flow_s`."""
    t = full_flow_s + build_up_s
    for _ in range(50):
        t -= (t - build_up_s * (1 - exp(-t / build_up_s)) - full_flow_s) / (
            1 - exp(-t / build_up_s)
        )
    return t


@pytest.mark.parametrize("tick_s", [0.01, 0.0073, 0.1, 1.0])
def test_gains_what_the_rocket_equation_says(vehicle, tick_s) -> None:
    rocket = vehicle(stage())
    rocket.place(*FAR_AWAY)

    rocket.ignite()
    rocket.advance(round(15.0 / tick_s), tick_s)

    assert rocket.plant.mass_kg == pytest.approx(DRY_KG, abs=1e-6)
    expected_mps = EXHAUST_MPS * log((DRY_KG + FUEL_KG) / DRY_KG)
    # a step's mean of 1/m is right to (share of the mass burnt in it)^4 / 80
    rel = 1e-9 if tick_s <= 0.1 else 1e-7
    assert rocket.plant.specific_velocity_axial_mps == pytest.approx(expected_mps, rel=rel)
    assert rocket.velocity_mps[0] == pytest.approx(expected_mps, rel=rel)


def test_a_slow_build_up_changes_the_time_but_not_the_gain(vehicle) -> None:
    rocket = vehicle(stage(engine=engine(build_up_s=0.4)))
    rocket.place(*FAR_AWAY)

    rocket.ignite()
    rocket.advance(1500)

    expected_mps = EXHAUST_MPS * log((DRY_KG + FUEL_KG) / DRY_KG)
    assert rocket.plant.specific_velocity_axial_mps == pytest.approx(expected_mps, rel=1e-9)


def test_builds_up_exponentially(vehicle) -> None:
    rocket = vehicle(stage(engine=engine(build_up_s=0.4)))
    rocket.place(*FAR_AWAY)

    rocket.ignite()
    impulse_n_s = rocket.advance(100)

    mean_level = 1.0 - 0.4 * (1.0 - exp(-1.0 / 0.4))
    assert rocket.plant.part[0].level == pytest.approx(1.0 - exp(-1.0 / 0.4), rel=1e-12)
    assert impulse_n_s == pytest.approx(THRUST_N * mean_level, rel=1e-11)
    assert rocket.plant.part[0].fuel_kg == pytest.approx(
        FUEL_KG - FLOW_KGPS * mean_level, rel=1e-12
    )


@pytest.mark.parametrize("tick_s", [0.01, 0.1])
def test_tail_off_impulse_is_thrust_times_its_time_constant(vehicle, tick_s) -> None:
    rocket = vehicle(stage(engine=engine(tail_off_s=0.0151)))
    rocket.place(*FAR_AWAY)
    rocket.ignite()
    rocket.advance(round(1 / tick_s), tick_s)
    before_kg = rocket.plant.mass_kg

    assert rocket.shut_down()
    impulse_n_s = rocket.advance(round(2 / tick_s), tick_s)

    assert impulse_n_s == pytest.approx(THRUST_N * 0.0151, rel=1e-11)
    assert before_kg - rocket.plant.mass_kg == pytest.approx(FLOW_KGPS * 0.0151, rel=1e-9)
    assert rocket.plant.part[0].level == 0.0


def test_back_pressure_takes_pressure_times_exit_area(vehicle) -> None:
    heavy = stage(dry_mass_kg=1e6, engine=engine(exit_area_m2=1.8))
    rocket = vehicle(heavy)

    rocket.ignite()
    rocket.advance(1)

    assert rocket.plant.on_pad
    expected_n = THRUST_N - STANDARD_PRESSURE_PA * 1.8
    assert rocket.plant.thrust_n == pytest.approx(expected_n, rel=1e-5)


def test_thrust_is_never_negative(vehicle) -> None:
    rocket = vehicle(stage(dry_mass_kg=1e6, engine=engine(exit_area_m2=1.8, level=[0.5])))

    rocket.ignite()
    rocket.advance(10)

    assert THRUST_N * 0.5 < STANDARD_PRESSURE_PA * 1.8
    assert rocket.plant.thrust_n == 0.0


def test_an_engine_that_is_off_feels_no_back_pressure(vehicle) -> None:
    rocket = vehicle(stage(engine=engine(exit_area_m2=1.8)))

    rocket.advance(10)

    assert rocket.plant.thrust_n == 0.0


@pytest.mark.parametrize("tick_s", [0.01, 0.0073, 0.1])
def test_depletion_is_located_inside_the_tick(vehicle, tick_s) -> None:
    """All propellant gives its impulse, then the level reached at that instant tails off."""
    fuel_kg = 93.2 * 0.5
    rocket = vehicle(stage(fuel_kg=fuel_kg, engine=engine(build_up_s=0.4, tail_off_s=0.2)))
    rocket.place(*FAR_AWAY)

    rocket.ignite()
    rocket.advance(round(7.3 / tick_s), tick_s)

    dry_s = depletion_s(build_up_s=0.4, full_flow_s=0.5)
    level = 1.0 - exp(-dry_s / 0.4)
    gained_mps = EXHAUST_MPS * log((DRY_KG + fuel_kg) / DRY_KG) + THRUST_N * level * 0.2 / DRY_KG
    assert rocket.plant.specific_velocity_axial_mps == pytest.approx(gained_mps, rel=1e-9)
    assert rocket.plant.part[0].fuel_kg == 0.0
    assert rocket.plant.part[0].burnt_out


def test_depletion_inside_a_tick_leads_to_the_same_state_at_any_tick(vehicle) -> None:
    """730 ticks of 10 ms and 1000 of 7.3 ms end together; not locating it would cost metres."""
    ends = []
    for tick_s in (0.01, 0.0073):
        rocket = vehicle(stage(fuel_kg=300.0, engine=engine(build_up_s=0.4, tail_off_s=0.2)))
        rocket.place((6.6e6, 0.0, 0.0), (1000.0, 5000.0, 2000.0), axis=(0.6, 0.8, 0.0))
        rocket.ignite()
        rocket.advance(round(7.3 / tick_s), tick_s)
        ends.append((*rocket.position_m, *rocket.velocity_mps))

    assert ends[0][:3] == pytest.approx(ends[1][:3], abs=1e-3)  # m, second order in the tick
    assert ends[0][3:] == pytest.approx(ends[1][3:], abs=1e-4)  # m/s


def test_one_advance_with_a_depletion_costs_one_more_evaluation(vehicle) -> None:
    rocket = vehicle(stage(fuel_kg=FLOW_KGPS * 0.005))
    rocket.place(*FAR_AWAY)
    rocket.ignite()

    rocket.advance(1)

    assert rocket.plant.evaluations == 2


def test_the_scarcer_propellant_ends_the_burn(vehicle) -> None:
    both = stage(oxidizer_kg=220.0, fuel_kg=110.0, engine=engine(mixture_ratio=2.2))
    rocket = vehicle(both)
    rocket.place(*FAR_AWAY)

    rocket.ignite()
    rocket.advance(400)

    assert rocket.plant.part[0].oxidizer_kg == 0.0
    assert rocket.plant.part[0].fuel_kg == pytest.approx(10.0, abs=1e-6)
    assert rocket.plant.thrust_n == 0.0


def test_engines_that_run_dry_within_one_tick_are_each_located(vehicle) -> None:
    first = stage(parent=-1, fuel_kg=FLOW_KGPS * 0.0512)
    second = stage(parent=0, fuel_kg=FLOW_KGPS * 0.0537)
    third = stage(parent=0, fuel_kg=FLOW_KGPS * 0.0537)
    rocket = vehicle(first, second, third)
    rocket.place(*FAR_AWAY)
    for part in range(3):
        rocket.ignite(part)

    rocket.advance(10)

    gained_mps = EXHAUST_MPS * log((3 * DRY_KG + FLOW_KGPS * (0.0512 + 2 * 0.0537)) / (3 * DRY_KG))
    assert rocket.plant.specific_velocity_axial_mps == pytest.approx(gained_mps, rel=1e-9)
    assert rocket.plant.evaluations == 10 + 2


def test_throttles_to_a_stage_of_thrust(vehicle) -> None:
    rocket = vehicle(stage())
    rocket.place(*FAR_AWAY)
    rocket.ignite()

    assert rocket.throttle(1)
    rocket.advance(1)

    assert rocket.plant.thrust_n == pytest.approx(0.5 * THRUST_N, rel=1e-12)


@pytest.mark.parametrize("restartable", [False, True])
def test_only_a_restartable_engine_starts_again(vehicle, restartable) -> None:
    rocket = vehicle(stage(engine=engine(restartable=restartable)))
    rocket.place(*FAR_AWAY)
    rocket.ignite()
    rocket.advance(1)
    rocket.shut_down()
    rocket.advance(1)

    assert rocket.ignite() is restartable


def test_commands_without_effect_say_so(vehicle) -> None:
    inert = {"dry_mass_kg": 100.0, "parent": 0}
    rocket = vehicle(stage(parent=-1), inert)

    assert not rocket.shut_down()
    assert not rocket.throttle(1)
    assert not rocket.ignite(part=1)
    assert not rocket.ignite(level=2)  # the engine has two stages of thrust
    assert not rocket.ignite(level=99)
    assert not rocket.ignite(part=99)
    assert not rocket.separate(0)
    assert not rocket.deploy(1)
    assert rocket.ignite()
    assert not rocket.ignite()


def test_a_loss_of_thrust_leaves_the_flow(vehicle) -> None:
    rocket = vehicle(stage())
    rocket.place(*FAR_AWAY)
    rocket.ignite()

    rocket.plant.part[0].thrust_factor = 0.995
    impulse_n_s = rocket.advance(100)

    assert impulse_n_s == pytest.approx(0.995 * THRUST_N, rel=1e-12)
    assert rocket.plant.mass_kg == pytest.approx(DRY_KG + FUEL_KG - FLOW_KGPS, rel=1e-12)


def test_a_loss_of_flow_leaves_the_thrust(vehicle) -> None:
    rocket = vehicle(stage())
    rocket.place(*FAR_AWAY)
    rocket.ignite()

    rocket.plant.part[0].flow_factor = 0.9
    impulse_n_s = rocket.advance(100)

    assert impulse_n_s == pytest.approx(THRUST_N, rel=1e-12)
    assert rocket.plant.mass_kg == pytest.approx(DRY_KG + FUEL_KG - 0.9 * FLOW_KGPS, rel=1e-12)


def test_mass_is_what_the_parts_weigh(vehicle) -> None:
    """Through a burn, a depletion and a separation."""
    upper = stage(parent=-1, oxidizer_kg=500.0, engine=engine(mixture_ratio=2.0))
    lower = stage(parent=0, fuel_kg=40.0, engine=engine(tail_off_s=0.1))
    rocket = vehicle(upper, lower)
    rocket.place(*FAR_AWAY)
    rocket.ignite(1)

    for tick in range(200):
        if tick == 100:
            rocket.separate(1)
            rocket.ignite(0)
        rocket.advance(1)

        state = rocket.plant.part
        attached = [part for part in range(2) if state[part].attached]
        weighed = sum(DRY_KG + state[part].oxidizer_kg + state[part].fuel_kg for part in attached)
        assert rocket.plant.mass_kg == pytest.approx(weighed, rel=1e-12)


@pytest.mark.parametrize(
    ("part", "status"),
    [
        pytest.param({"dry_mass_kg": -1.0}, "PLANT_ERROR_PARTS", id="negative mass"),
        pytest.param({"dry_mass_kg": float("nan")}, "PLANT_ERROR_PARTS", id="mass is not a number"),
        pytest.param({"fuel_kg": float("inf")}, "PLANT_ERROR_PARTS", id="infinite propellant"),
        pytest.param({"parent": 0}, "PLANT_ERROR_PARTS", id="root has a parent"),
        pytest.param({"beta_kgpm2": 0.0}, "PLANT_ERROR_PARTS", id="no ballistic coefficient"),
        pytest.param({"fuel_kg": 0.0}, "PLANT_ERROR_ENGINE", id="nothing to burn"),
        pytest.param({"engine": engine(mass_flow_kgps=0.0)}, "PLANT_ERROR_ENGINE", id="no flow"),
        pytest.param({"engine": engine(level=[])}, "PLANT_ERROR_ENGINE", id="no level"),
        pytest.param({"engine": engine(mixture_ratio=2.0)}, "PLANT_ERROR_ENGINE", id="no oxidizer"),
        pytest.param({"engine": engine(tail_off_s=-0.1)}, "PLANT_ERROR_ENGINE", id="negative time"),
    ],
)
def test_refuses_a_part_that_cannot_be(vehicle, part, status) -> None:
    assert vehicle(stage(**part)).status == getattr(lib, status)
