"""The pitch programme and the direction it commands."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightsw._native import ffi, lib

if TYPE_CHECKING:
    from .conftest import Table

PI = math.pi
TICK_S = 0.01

# Segments (start, c0..c3) of a programme without jumps: a hold, a slope, a cubic that ends level.
# The slope loses 0.3 rad in 30 s. The cubic is 1.2 - 0.02 u + 0.001 u^2 - 1e-5 u^3.
PROGRAMME = [
    (10.0, (1.5, 0.0, 0.0, 0.0)),
    (20.0, (1.5, -0.01, 0.0, 0.0)),
    (50.0, (1.2, -0.02, 0.001, -1.0e-5)),
]
END_S = 80.0


def sine_cosine(angle_rad: float) -> tuple[float, float]:
    sine, cosine = ffi.new("double *"), ffi.new("double *")
    lib.fsw_guidance_sine_cosine(angle_rad, sine, cosine)
    return sine[0], cosine[0]


@given(st.floats(-PI, PI))
def test_sine_and_cosine_agree_with_the_library(angle_rad: float) -> None:
    assert sine_cosine(angle_rad) == pytest.approx(
        (math.sin(angle_rad), math.cos(angle_rad)),
        abs=1e-15,  # the promise of the header
    )


@pytest.mark.parametrize("quarters", range(-4, 5))
def test_sine_and_cosine_agree_around_every_change_of_quarter(quarters: int) -> None:
    for ulps in range(-50, 51):
        angle = quarters * PI / 4
        angle = max(-PI, min(PI, angle + ulps * math.ulp(angle)))
        assert sine_cosine(angle) == pytest.approx((math.sin(angle), math.cos(angle)), abs=1e-15)


def programme(table: Table) -> Table:
    table.config.pitch_count = len(PROGRAMME)
    table.config.pitch_end_s = END_S
    for segment, (start_s, coefficients) in zip(table.config.pitch, PROGRAMME, strict=False):
        segment.start_s = start_s
        segment.c = coefficients
    return table.lift_off()


@pytest.mark.parametrize(
    ("met_s", "pitch_rad"),
    [
        pytest.param(0.0, 1.5, id="before the first segment"),
        pytest.param(10.0, 1.5, id="at the first node"),
        pytest.param(20.0, 1.5, id="at the second"),
        pytest.param(35.0, 1.35, id="half-way down the slope"),
        pytest.param(50.0, 1.2, id="at the third"),
        pytest.param(60.0, 1.2 - 0.2 + 0.1 - 0.01, id="ten seconds into the cubic"),
        pytest.param(80.0, 1.2 - 0.6 + 0.9 - 0.27, id="at the end"),
        pytest.param(95.0, 1.23, id="after the end"),
    ],
)
def test_follows_the_programme(table: Table, met_s: float, pitch_rad: float) -> None:
    computer = programme(table).start()

    computer.fly(round(met_s / TICK_S) + 1)

    assert computer.state.pitch_rad == pytest.approx(pitch_rad, abs=1e-12)
    assert list(computer.output.axis_platform) == pytest.approx(
        [math.cos(pitch_rad), math.sin(pitch_rad), 0.0], abs=1e-12
    )


def test_a_late_lift_off_leaves_the_programme_at_its_start(table: Table) -> None:
    programme(table).entries[0]["primary"] = {"countdown": 6000}
    computer = table.start()

    computer.fly(6001)
    held = computer.state.pitch_rad
    computer.fly(3500)

    assert held == 1.5
    assert computer.state.pitch_rad == pytest.approx(1.35, abs=1e-12)


@pytest.mark.parametrize(("pitch_rad", "held_rad"), [(3.2, PI), (-1.0e8, -PI)])
def test_a_pitch_beyond_half_a_turn_is_held(
    table: Table, pitch_rad: float, held_rad: float
) -> None:
    table.config.pitch[0].c[0] = pitch_rad
    computer = table.lift_off().start()

    computer.fly(3)

    assert computer.state.pitch_rad == held_rad
