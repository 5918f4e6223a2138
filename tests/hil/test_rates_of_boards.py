"""The rates that a line can have: told before anything is compiled; the compiler agrees."""

from __future__ import annotations

import random
import subprocess

import pytest

from flightsw.cli import main
from hil.boards.build import build
from hil.boards.firmware import folder_of
from hil.boards.target import Rates, targets
from hil.errors import BoardUseError
from tests.hil.chips import target_names

NEAR = 0.025


@pytest.mark.parametrize("name", target_names())
@pytest.mark.parametrize("command", ["build", "flash"])
def test_a_rate_that_a_board_cannot_have_is_an_error_of_use(name, command, capsys, monkeypatch):
    monkeypatch.setattr(subprocess, "run", None)  # nothing is compiled
    fastest = round(targets()[name].rates.hz / targets()[name].rates.least)

    code = main(["board", command, name, "--baud", str(2 * fastest)])

    said = capsys.readouterr().err
    assert code == 2
    assert said.startswith(
        f"error: {name} cannot make {2 * fastest} baud within 2.5 %: nearest is {fastest}; usual "
    )
    assert said.count("\n") == 1


@pytest.mark.parametrize("name", target_names())
def test_every_board_has_the_usual_rate_and_none_whose_frames_outlast_its_watchdog(name):
    rates = targets()[name].rates

    assert rates.has(115_200)
    assert rates.has(2400)
    assert not rates.has(2300)


def test_between_two_divisors_both_neighbours_are_told():
    with pytest.raises(BoardUseError, match=r"uno cannot make 900000 baud .* 666667 and 1000000; "):
        build("uno", baud=900_000)


def test_a_rate_is_had_where_a_divisor_comes_within_2_5_percent():
    """Against all divisors, one by one."""
    rates = Rates(2_000_000, 2, 833)
    made = [2_000_000 / divisor for divisor in range(2, 834)]

    for baud in range(300, 1_100_000, 997):
        nearest = min(abs(each / baud - 1.0) for each in made)
        if abs(nearest - NEAR) > 0.002:  # the divisor is the nearest one, its rate may not be
            assert rates.has(baud) == (nearest < NEAR), baud


def compiles(rates: Rates, baud: int) -> bool:
    defined = {
        "BOARD_BAUD": baud,
        "BOARD_RATE_HZ": rates.hz,
        "BOARD_DIVISOR_MIN": rates.least,
        "BOARD_DIVISOR_MAX": rates.greatest,
    }
    header = folder_of("hil/firmware") / "divisor.h"
    command = ["cc", *(f"-D{name}={value}" for name, value in defined.items())]
    command += ["-fsyntax-only", "-x", "c", str(header)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


@pytest.mark.parametrize("name", ["uno", "stm32vldiscovery", "pico"])
def test_the_compiler_says_the_same(name: str) -> None:
    rates, chance = targets()[name].rates, random.Random(5)
    fastest, slowest = rates.hz / rates.least, rates.hz / rates.greatest
    asked = [round(edge * part) for edge in (fastest, slowest) for part in (0.97, 0.98, 1.02, 1.03)]
    asked += [round(fastest / chance.uniform(1.0, 8.0)) for _ in range(20)]

    found = {baud: rates.has(baud) for baud in asked}

    assert set(found.values()) == {True, False}
    assert found == {baud: compiles(rates, baud) for baud in asked}
