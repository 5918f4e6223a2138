"""Votes of three accelerometers and of contacts."""

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightsw._native import ffi, lib

COUNTS = st.integers(-(2**31), 2**31 - 1)


@pytest.mark.parametrize("values", list(itertools.permutations([-5, 0, 7])))
def test_the_middle_one_wins_wherever_it_stands(values: tuple[int, ...]) -> None:
    assert lib.fsw_vote_middle(values) == 0


@given(st.tuples(COUNTS, COUNTS, COUNTS))
def test_the_middle_is_that_of_the_sorted_values(values: tuple[int, int, int]) -> None:
    assert lib.fsw_vote_middle(values) == sorted(values)[1]


def voted_sum(counters: list[list[int]], *, limit: int) -> int:
    """Return the sum of the votes of so many readings of three counters."""
    carry = ffi.new("int32_t[3]")
    return sum(
        lib.fsw_vote_increment(carry, [b - a for a, b in zip(before, now, strict=True)], limit)
        for before, now in itertools.pairwise(counters)
    )


def readings(*, scales: tuple[float, float, float], ticks: int) -> list[list[int]]:
    """Return counters that gain 200.37 counts a tick times their scale, read to +-2 counts."""
    dice = random.Random(1)
    return [
        [round(200.37 * scale * tick + dice.gauss(0.0, 0.7)) for scale in scales]
        for tick in range(ticks + 1)
    ]


@pytest.mark.parametrize(
    "scales",
    [
        pytest.param((1.0, 1.0, 1.0), id="three that run alike"),
        pytest.param((1.0, 1.01, 1.0), id="one that runs fast"),
        pytest.param((0.0, 1.0, 1.0), id="one that stands still"),
        pytest.param((1.0, 1.0, -5.0), id="one that runs backwards"),
    ],
)
def test_the_noise_of_counters_does_not_gather_in_the_vote(
    scales: tuple[float, float, float],
) -> None:
    """After 50 000 ticks the sum is that of a true counter: within its noise and the carry."""
    counters = readings(scales=scales, ticks=50_000)

    assert voted_sum(counters, limit=6) == pytest.approx(200.37 * 50_000, abs=6 + 3)


def test_what_a_wrong_counter_gathers_is_forgotten() -> None:
    """One jumps by 10 000 counts in one tick and is right again: the others are believed."""
    counters = [[100 * tick + 10_000 * (tick > 50), 100 * tick, 100 * tick] for tick in range(100)]

    assert voted_sum(counters, limit=6) == 99 * 100


@given(st.tuples(COUNTS, COUNTS, COUNTS), st.integers(0, 10**6))
def test_without_a_past_the_middle_increment_is_voted(
    increments: tuple[int, int, int], limit: int
) -> None:
    carry = ffi.new("int32_t[3]")

    assert lib.fsw_vote_increment(carry, increments, limit) == sorted(increments)[1]
    assert all(abs(ahead) <= limit for ahead in carry)


@pytest.mark.parametrize(
    ("values", "disagrees"),
    [
        pytest.param((100, 100, 100), False, id="all equal"),
        pytest.param((90, 100, 110), False, id="at the tolerance"),
        pytest.param((89, 100, 110), True, id="one below it"),
        pytest.param((90, 100, 111), True, id="one above it"),
        pytest.param((-(2**31), 100, 2**31 - 1), True, id="the ends of the numbers"),
    ],
)
def test_who_stands_away_disagrees(values: tuple[int, ...], disagrees: bool) -> None:
    assert bool(lib.fsw_vote_outvoted(values, 100, 10)) == disagrees


@pytest.mark.parametrize(
    ("discretes", "mask", "votes", "decides"),
    [
        (0b011, 0b111, 2, True),
        (0b100, 0b111, 2, False),
        (0b11000, 0b111, 1, False),
        (2**64 - 1, 2**64 - 1, 64, True),
        (2**64 - 2, 2**64 - 1, 64, False),
        (1 << 63, 1 << 63, 1, True),
    ],
)
def test_so_many_contacts_of_the_mask_decide(
    discretes: int, mask: int, votes: int, decides: bool
) -> None:
    assert lib.fsw_vote_discretes(discretes, mask, votes) == decides


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), st.integers(1, 64))
def test_contacts_are_counted(discretes: int, mask: int, votes: int) -> None:
    assert lib.fsw_vote_discretes(discretes, mask, votes) == (
        (discretes & mask).bit_count() >= votes
    )
