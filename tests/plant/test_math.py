"""The plant's elementary functions: against the C library, and against other compilations."""

import itertools
import math
import random
import shutil
import struct
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from flightsw._native import ffi, lib

PLANT = Path(__file__).parents[2] / "native" / "plant"
FLAGS = ("-std=c11", "-ffp-contract=off", "-fno-math-errno")

# Python's math is the C library's, right to 1 ulp; ours is right to 1, the arc tangent to 2.
ULPS = 2.0


def grid(lowest: float, highest: float, count: int = 20_000) -> list[float]:
    return [lowest + (highest - lowest) * i / count for i in range(count + 1)]


def worst_ulps(
    ours: Callable[..., float], theirs: Callable[..., float], arguments: Sequence[tuple[float, ...]]
) -> float:
    pairs = [(ours(*each), theirs(*each)) for each in arguments]
    return max(abs(our - their) / math.ulp(their) if our != their else 0.0 for our, their in pairs)


@pytest.mark.parametrize("highest", [0.8, 7.0, 1e3, 1e5, 1.6e6])
@pytest.mark.parametrize("name", ["sin", "cos"])
def test_sine_and_cosine(name: str, highest: float) -> None:
    angles = [(x,) for x in grid(-highest, highest)]

    assert worst_ulps(getattr(lib, f"plant_{name}"), getattr(math, name), angles) <= ULPS


@pytest.mark.parametrize("name", ["sin", "cos"])
def test_sine_and_cosine_beside_their_zeros(name: str) -> None:
    """The reduction by pi/2 must keep 53 bits where the first 53 cancel."""
    zeros = [n * math.pi / 2.0 for n in range(1, 60_000, 7)]
    angles = [(x,) for zero in zeros for x in (zero, math.nextafter(zero, 0.0), -zero)]

    assert worst_ulps(getattr(lib, f"plant_{name}"), getattr(math, name), angles) <= ULPS


def test_sincos_is_both_at_once() -> None:
    s, c = ffi.new("double *"), ffi.new("double *")

    for x in grid(-50.0, 50.0, 1000):
        lib.plant_sincos(x, s, c)
        assert (s[0], c[0]) == (lib.plant_sin(x), lib.plant_cos(x))


@pytest.mark.parametrize("x", [1.7e6, -1.7e6, math.inf, -math.inf, math.nan])
def test_sine_of_what_cannot_be_reduced_is_no_number(x: float) -> None:
    assert math.isnan(lib.plant_sin(x))
    assert math.isnan(lib.plant_cos(x))


def test_arc_tangent_all_round() -> None:
    chance = random.Random(1)
    points = [
        (chance.uniform(-1, 1) * 10 ** chance.uniform(-8, 8), chance.uniform(-1, 1))
        for _ in range(40_000)
    ]

    assert worst_ulps(lib.plant_atan2, math.atan2, points) <= ULPS + 1.0


SPECIAL = (0.0, -0.0, 1.0, -1.0, 5e-324, -5e-324, 1e308, -1e308, math.inf, -math.inf)


@pytest.mark.parametrize(("y", "x"), list(itertools.product(SPECIAL, SPECIAL)))
def test_arc_tangent_of_zeros_and_infinities_is_that_of_the_c_standard(y: float, x: float) -> None:
    ours, theirs = lib.plant_atan2(y, x), math.atan2(y, x)

    assert struct.pack("d", ours) == struct.pack("d", theirs)


@pytest.mark.parametrize("name", ["asin", "acos"])
def test_arc_sine_and_arc_cosine(name: str) -> None:
    near_one = [math.copysign(1.0 - 10.0**-e, s) for e in grid(0.0, 16.0, 2000) for s in (1, -1)]
    sines = [(x,) for x in [*grid(-1.0, 1.0), *near_one]]

    assert worst_ulps(getattr(lib, f"plant_{name}"), getattr(math, name), sines) <= ULPS


@pytest.mark.parametrize("x", [math.nextafter(1.0, 2.0), -1.5, math.inf, math.nan])
def test_outside_one_there_is_no_arc(x: float) -> None:
    assert math.isnan(lib.plant_asin(x))
    assert math.isnan(lib.plant_acos(x))


@pytest.mark.parametrize("range_", [(-1.0, 1.0), (-50.0, 50.0), (-745.0, 709.7)])
def test_exponential(range_: tuple[float, float]) -> None:
    exponents = [(x,) for x in grid(*range_)]

    assert worst_ulps(lib.plant_exp, math.exp, exponents) <= ULPS


def test_exponential_at_its_ends() -> None:
    assert lib.plant_exp(709.79) == math.inf
    assert lib.plant_exp(math.inf) == math.inf
    assert lib.plant_exp(-745.2) == 0.0
    assert lib.plant_exp(-math.inf) == 0.0
    assert lib.plant_exp(0.0) == 1.0
    assert math.isnan(lib.plant_exp(math.nan))


def test_logarithm() -> None:
    near_one = [1.0 + s * 10.0**-e for e in grid(0.5, 15.0, 2000) for s in (1, -1)]
    numbers = [(x,) for x in [*grid(0.01, 5.0), *near_one, *(10.0**e for e in grid(-307, 308))]]

    assert worst_ulps(lib.plant_log, math.log, numbers) <= ULPS


def test_logarithm_at_its_ends() -> None:
    assert lib.plant_log(0.0) == -math.inf
    assert lib.plant_log(math.inf) == math.inf
    assert lib.plant_log(1.0) == 0.0
    assert lib.plant_log(5e-324) == pytest.approx(math.log(5e-324), rel=1e-15)
    assert math.isnan(lib.plant_log(-1.0))
    assert math.isnan(lib.plant_log(math.nan))


@pytest.mark.parametrize(
    ("lowest", "highest", "power"),
    [(0.1, 10.0, 100.0), (1e-3, 1e3, 40.0), (0.999, 1.001, 1e5), (1e-300, 1e300, 1.0)],
)
def test_power(lowest: float, highest: float, power: float) -> None:
    chance = random.Random(2)
    pairs = [
        (chance.uniform(lowest, highest), chance.uniform(-power, power)) for _ in range(30_000)
    ]

    assert worst_ulps(lib.plant_pow, math.pow, pairs) <= ULPS


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (2.0, -1074.0),
        (2.0, 1023.0),
        (2.0, 1024.0),
        (2.0, -1075.0),
        (5e-324, 0.5),
        (0.5, math.inf),
        (math.inf, -1.0),
        (math.inf, 2.0),
        (3.0, -math.inf),
        (1.0, math.inf),
        (7.0, 0.0),
    ],
)
def test_power_at_its_ends(x: float, y: float) -> None:
    expected = math.inf if (x, y) == (2.0, 1024.0) else math.pow(x, y)

    assert lib.plant_pow(x, y) == expected


@pytest.mark.parametrize("x", [0.0, -1.0, math.nan])
def test_power_of_what_is_not_positive_is_no_number(x: float) -> None:
    assert math.isnan(lib.plant_pow(x, 2.0))


DIGEST = r"""
#include <stdint.h>
#include <stdio.h>
#include "plant_atmosphere.h"
#include "plant_earth.h"
#include "plant_math.h"

static uint64_t digest = 14695981039346656037ULL; /* FNV-1a */

static void feed(const double x)
{
    uint64_t bits;
    __builtin_memcpy(&bits, &x, sizeof bits);
    for (int i = 0; i < 64; i += 8) {
        digest = (digest ^ ((bits >> i) & 255U)) * 1099511628211ULL;
    }
}

int main(void)
{
    static plant_air_table_t table;
    plant_air_table_init(&table);
    for (int i = 0; i < 100000; i++) {
        const double u = (double)i / 100000.0;
        const double v = (double)((i * 7919) % 100003) / 100003.0;
        feed(plant_sin((u - 0.5) * 2e5));
        feed(plant_cos((u - 0.5) * 2e5));
        feed(plant_atan2(u - 0.5, v - 0.5));
        feed(plant_asin(2.0 * u - 1.0));
        feed(plant_acos(2.0 * u - 1.0));
        feed(plant_exp((u - 0.5) * 1400.0));
        feed(plant_log(u * 1e3));
        feed(plant_pow(v + 1e-3, 60.0 * (u - 0.5)));
        const plant_vec3_t r = {6.5e6 * (u - 0.5), 6.5e6 * v, 8e6 * (v - u)};
        const plant_vec3_t w = {7e3 * v, 7e3 * (0.5 - u), 3e3 * u};
        feed(plant_gravity_eci_mps2(r).z);
        feed(plant_ecef_from_eci(r, 1e3 * u).x);
        feed(plant_geodetic_from_ecef(r).latitude_rad);
        feed(plant_geodetic_from_ecef(r).height_m);
        feed(plant_height_m(r));
        const plant_orbit_t orbit = plant_orbit_from_state(r, w);
        feed(orbit.elliptic ? orbit.perigee_height_m + orbit.true_anomaly_rad : 0.0);
        plant_air_t air;
        plant_air_lookup(&table, 1e6 * u, &air);
        feed(air.density_kgpm3);
        feed(air.sound_speed_mps);
    }
    printf("%016llx\n", (unsigned long long)digest);
    return 0;
}
"""


def test_bits_do_not_depend_on_the_compiler_or_its_optimisation(tmp_path: Path) -> None:
    compilers = [each for each in ("gcc", "clang", "cc") if shutil.which(each)]
    if not compilers:
        pytest.skip("no C compiler")
    main = tmp_path / "digest.c"
    main.write_text(DIGEST, encoding="utf-8")
    sources = [PLANT / f"plant_{each}.c" for each in ("atmosphere", "earth", "math")]

    digests = {}
    for compiler, level in itertools.product(compilers, ("-O0", "-O2", "-O3")):
        program = tmp_path / f"{compiler}{level}"
        files = [str(each) for each in (main, *sources)]
        command = [compiler, *FLAGS, level, f"-I{PLANT}", *files, "-o", str(program)]
        subprocess.run(command, check=True)
        digests[program.name] = subprocess.run(
            [program], check=True, capture_output=True, text=True
        ).stdout

    assert len(set(digests.values())) == 1, digests
