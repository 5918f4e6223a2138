"""The air, against the printed table of the U.S. Standard Atmosphere 1976 and its formulas."""

import csv
import itertools
import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from flightsw._native import ffi, lib

TABLE = Path(__file__).parents[1] / "authorities" / "us76.csv"

G0_MPS2 = 9.80665  # the standard, Table 2
EARTH_RADIUS_M = 6_356_766.0  # the standard, 1.2.4
AIR_GAS_J_PER_KG_K = 8314.32 / 28.9644  # the standard, Table 2 and 1.2.4: R* / M0
MASS_RATIO_AT_85_KM = 0.999694  # the standard, Table 8
QUANTITIES = ("temperature_k", "pressure_pa", "density_kgpm3", "sound_speed_mps")


def printed(**wanted: tuple[float, float]) -> list[Any]:
    """Every printed value at the heights wanted, with the unit of its last digit."""
    values = []
    with TABLE.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    for row in rows:
        for quantity, (lowest_m, highest_m) in wanted.items():
            if row[quantity] and lowest_m <= float(row["height_m"]) <= highest_m:
                exponent = Decimal(row[quantity]).as_tuple().exponent
                assert isinstance(exponent, int)
                height_m, value, digit = row["height_m"], row[quantity], 10.0**exponent
                values.append(
                    pytest.param(
                        float(height_m),
                        quantity,
                        float(value),
                        digit,
                        id=f"{quantity} at {height_m} m",
                    )
                )
    return values


@pytest.fixture(scope="module")
def table() -> Any:
    made = ffi.new("plant_air_table_t *")
    lib.plant_air_table_init(made)
    return made


def looked_up(table: Any, height_m: float) -> Any:
    found = ffi.new("plant_air_t *")
    lib.plant_air_lookup(table, height_m, found)
    return found[0]


@pytest.mark.parametrize(
    ("height_m", "quantity", "value", "digit"),
    printed(
        temperature_k=(-5e3, 80e3),
        pressure_pa=(-5e3, 85e3),
        density_kgpm3=(-5e3, 85e3),
        sound_speed_mps=(-5e3, 85e3),
    ),
)
def test_below_86_km_the_printed_rows_are_met_to_the_last_digit(
    height_m: float, quantity: str, value: float, digit: float
) -> None:
    air = lib.plant_atmosphere_us76(height_m)

    # One unit, not half of one: the table cuts some pressures off (121.118 mb is printed 121.11).
    assert getattr(air, quantity) == pytest.approx(value, abs=digit)


@pytest.mark.parametrize(
    ("height_m", "quantity", "value", "digit"), printed(temperature_k=(86e3, 1e6))
)
def test_above_86_km_every_printed_digit_of_temperature_is_met(
    height_m: float, quantity: str, value: float, digit: float
) -> None:
    air = lib.plant_atmosphere_us76(height_m)

    assert getattr(air, quantity) == pytest.approx(value, abs=0.5 * digit)


@pytest.mark.parametrize(
    ("height_m", "quantity", "value", "digit"),
    printed(pressure_pa=(86e3, 1e6), density_kgpm3=(86e3, 1e6)),
)
def test_above_86_km_other_printed_rows_lie_on_the_curve_through_its_knots(
    height_m: float, quantity: str, value: float, digit: float
) -> None:
    air = lib.plant_atmosphere_us76(height_m)

    # The knots are printed values too: their half digit counts as well, scaled to this size.
    neighbours = {"pressure_pa": 5e-5, "density_kgpm3": 5e-4}[quantity] * value
    assert getattr(air, quantity) == pytest.approx(value, abs=0.5 * digit + neighbours)


def test_between_80_and_86_km_the_kinetic_temperature_has_the_lighter_molecules() -> None:
    molecular_scale_k = 188.893  # the standard, Table I, 85 km

    air = lib.plant_atmosphere_us76(85e3)

    assert air.temperature_k == pytest.approx(molecular_scale_k * MASS_RATIO_AT_85_KM, abs=1e-3)


@pytest.mark.parametrize("height_m", [-4900.0, 300.0, 9e3, 15e3, 28e3, 41e3, 49e3, 60e3, 77e3])
def test_below_80_km_the_air_is_an_ideal_gas_that_carries_its_own_weight(height_m: float) -> None:
    step_m = 10.0

    here = lib.plant_atmosphere_us76(height_m)
    above = lib.plant_atmosphere_us76(height_m + step_m)
    below = lib.plant_atmosphere_us76(height_m - step_m)

    gravity_mps2 = G0_MPS2 * (EARTH_RADIUS_M / (EARTH_RADIUS_M + height_m)) ** 2
    weight_papm = (below.pressure_pa - above.pressure_pa) / (2.0 * step_m)
    assert weight_papm == pytest.approx(here.density_kgpm3 * gravity_mps2, rel=2e-6)  # step^2/6H^2
    ideal_pa = here.density_kgpm3 * AIR_GAS_J_PER_KG_K * here.temperature_k
    assert here.pressure_pa == pytest.approx(ideal_pa, rel=1e-14)


@pytest.mark.parametrize("base_km", [11, 20, 32, 47, 51, 71])
@pytest.mark.parametrize("quantity", QUANTITIES)
def test_the_layers_meet(base_km: int, quantity: str) -> None:
    geometric_m = EARTH_RADIUS_M * base_km * 1e3 / (EARTH_RADIUS_M - base_km * 1e3)

    under = getattr(lib.plant_atmosphere_us76(geometric_m - 1e-3), quantity)
    over = getattr(lib.plant_atmosphere_us76(geometric_m + 1e-3), quantity)

    assert over == pytest.approx(under, rel=1e-6)  # 2 mm of 5 km scale height


@pytest.mark.parametrize("quantity", QUANTITIES)
@pytest.mark.parametrize("height_m", [86e3, 91e3, 100e3, 110e3, 120e3, 150e3, 180e3])
def test_the_regions_above_meet(height_m: float, quantity: str) -> None:
    under = getattr(lib.plant_atmosphere_us76(height_m - 1e-3), quantity)
    over = getattr(lib.plant_atmosphere_us76(height_m + 1e-3), quantity)

    assert over == pytest.approx(under, rel=3e-5)  # at 86 km: rounding of the printed density


def test_the_table_gives_the_formula_within_5e_5_at_every_height(table: Any) -> None:
    heights_m = [-5000.0 + 1_005_000.0 * (i / 40_000.0) ** 2 for i in range(40_000)]

    worst = 0.0
    for height_m in heights_m:
        exact = lib.plant_atmosphere_us76(height_m)
        found = looked_up(table, height_m)
        worst = max(worst, *(abs(getattr(found, q) / getattr(exact, q) - 1.0) for q in QUANTITIES))

    assert worst < 5e-5  # (step / scale height)^2 / 8


@pytest.mark.parametrize("height_m", [-5000.1, -1e6, -1e300, -math.inf])
def test_under_5_km_below_zero_the_air_is_that_of_the_lowest_row(
    table: Any, height_m: float
) -> None:
    floor = lib.plant_atmosphere_us76(-5000.0)

    for air in (lib.plant_atmosphere_us76(height_m), looked_up(table, height_m)):
        assert air.density_kgpm3 == pytest.approx(floor.density_kgpm3, rel=5e-5)
        assert air.pressure_pa == pytest.approx(floor.pressure_pa, rel=5e-5)


def test_the_last_height_with_air_is_1000_km(table: Any) -> None:
    top_m = 1_000_000.0

    for at in (lib.plant_atmosphere_us76, lambda height_m: looked_up(table, height_m)):
        assert at(top_m).density_kgpm3 > 0.0
        assert at(math.nextafter(top_m, 0.0)).density_kgpm3 > 0.0
        assert at(math.nextafter(top_m, math.inf)).density_kgpm3 == 0.0


@pytest.mark.parametrize("height_m", [1.1e6, 4e8, 1e300, math.inf])
def test_a_vacuum_still_has_a_sound_speed_to_divide_by(table: Any, height_m: float) -> None:
    for air in (lib.plant_atmosphere_us76(height_m), looked_up(table, height_m)):
        assert (air.density_kgpm3, air.pressure_pa) == (0.0, 0.0)
        assert air.sound_speed_mps > 0.0
        assert air.temperature_k == pytest.approx(1000.0, abs=0.01)  # the exosphere's


def test_no_height_gives_no_air(table: Any) -> None:
    for air in (lib.plant_atmosphere_us76(math.nan), looked_up(table, math.nan)):
        assert all(math.isnan(getattr(air, quantity)) for quantity in QUANTITIES)


def test_air_thins_with_every_hundred_metres() -> None:
    densities = [lib.plant_atmosphere_us76(100.0 * i).density_kgpm3 for i in range(-50, 10_001)]

    assert all(above < below for below, above in itertools.pairwise(densities))
