"""A board's clock told from exchanges of time: what is stated holds, however the line is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.offset import Exchange, offset_of

WAYS = st.integers(0, 50_000)  # us


def exchange(at_us: int, offset_us: float, ppm: float, way: tuple[int, int, int]) -> Exchange:
    """Return what an exchange gives of a clock that is so much ahead, and goes so much faster."""
    to, stays, back = way

    def board(host_us: int) -> int:
        return int(host_us + offset_us + host_us * ppm * 1e-6)

    arrives, leaves = at_us + to, at_us + to + stays
    return Exchange(at_us, board(arrives), board(leaves), leaves + back)


@given(
    offset_us=st.floats(-1e9, 1e9),
    ppm=st.floats(-200.0, 200.0),
    ways=st.lists(st.tuples(WAYS, st.integers(0, 1000), WAYS), min_size=1, max_size=40),
)
def test_the_truth_is_within_what_is_stated(offset_us, ppm, ways):
    exchanges = [exchange(number * 250_000, offset_us, ppm, way) for number, way in enumerate(ways)]

    told = offset_of(exchanges)

    assert told is not None
    assert told.exchanges == len(ways)
    third = exchanges[-max(1, len(ways) // 3) :]
    last = min(third, key=lambda each: each.wrong_by_us)
    true_us = offset_us + last.at_us * ppm * 1e-6
    assert abs(told.offset_us - true_us) <= told.offset_within_us + 1.0  # the clocks count whole us
    if told.skew_ppm is not None and told.skew_within_ppm is not None:
        assert abs(told.skew_ppm - ppm) <= told.skew_within_ppm * 1.01 + 8.0


def test_a_line_that_is_as_fast_both_ways_gives_the_offset_itself():
    told = offset_of([exchange(0, 700.0, 0.0, (400, 50, 400))])

    assert told is not None
    assert (told.offset_us, told.offset_within_us) == (700.0, 401.0)
    assert (told.skew_ppm, told.skew_within_ppm) == (None, None)


def test_the_shortest_round_trip_of_the_end_is_the_one_that_tells():
    slow = [exchange(at, 0.0, 0.0, (9000, 0, 0)) for at in range(0, 3_000_000, 250_000)]
    quick = exchange(3_000_000, 0.0, 0.0, (10, 0, 10))

    told = offset_of([*slow, quick, *slow[:2]])

    assert told is not None
    assert told.offset_us == 0.0
    assert told.offset_within_us == pytest.approx(11.0)


def test_without_an_exchange_nothing_is_told():
    assert offset_of([]) is None
