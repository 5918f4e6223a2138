"""History for a screen: no peak and no gap is lost, and nothing grows without end."""

import numpy as np
import pytest

from flightsw.console.history import History, thinned


def filled(count=10_000, rate_hz=50.0):
    history = History(2)
    t_s = np.arange(count) / rate_hz
    values = np.stack([np.sin(t_s), np.full(count, np.nan)], axis=1)
    for piece in np.array_split(np.arange(count), 37):
        history.add(t_s[piece], values[piece])
    return history, t_s, values


def test_few_points_keep_the_least_and_the_greatest():
    history, t_s, values = filled()
    values[4321, 0] = 7.0
    history = History(2)
    history.add(t_s, values)

    thin_t, thin = history.thinned([0], from_s=0.0, to_s=1e3, points=200)

    assert len(thin_t) <= 202  # and both ends
    assert np.all(np.diff(thin_t) >= 0.0)
    assert thin.max() == 7.0
    assert thin.min() == values[:, 0].min()


def test_a_short_piece_comes_whole():
    history, t_s, values = filled()

    thin_t, thin = history.thinned([0], from_s=10.0, to_s=11.0, points=200)

    assert np.array_equal(thin_t, t_s[500:550])
    assert np.array_equal(thin[:, 0], values[500:550, 0])


@pytest.mark.parametrize("points", [10, 100_000])
def test_two_seconds_without_a_value_are_a_gap(points):
    history = History(1)
    t_s = np.concatenate([np.arange(0.0, 10.0, 0.02), np.arange(13.0, 20.0, 0.02)])
    history.add(t_s, np.ones((len(t_s), 1)))

    thin_t, thin = history.thinned([0], from_s=0.0, to_s=20.0, points=points)

    (gap,) = np.flatnonzero(np.isnan(thin[:, 0]))
    assert 10.0 < thin_t[gap] < 13.0


def test_what_comes_late_is_put_in_its_place():
    history = History(1)
    history.add(np.array([1.0, 2.0, 4.0]), np.array([[1.0], [2.0], [4.0]]))
    history.add(np.array([3.0]), np.array([[3.0]]))

    assert history.t_s.tolist() == [1.0, 2.0, 3.0, 4.0]
    assert history.values[:, 0].tolist() == [1.0, 2.0, 3.0, 4.0]


def test_the_last_value_of_each_is_known_at_any_time():
    history = History(2)
    nan = np.nan
    history.add(np.array([1.0, 2.0, 3.0]), np.array([[10.0, nan], [nan, 20.0], [30.0, nan]]))

    assert history.last() == [(3.0, 30.0), (2.0, 20.0)]
    assert history.last(at_s=2.5) == [(1.0, 10.0), (2.0, 20.0)]
    assert history.last(at_s=0.5) == [None, None]


def test_it_does_not_grow_without_end():
    history = History(1, rows_max=1000)
    for begin in range(0, 20_000, 100):
        t_s = np.arange(begin, begin + 100) / 50.0
        history.add(t_s, t_s[:, None])

    assert len(history) <= 1000
    assert history.t_s[-1] == pytest.approx(399.98)
    assert history.t_s[0] == 0.0
    assert np.all(np.diff(history.t_s) > 0.0)


def test_every_row_that_is_left_was_told_so():
    rng = np.random.default_rng(1)
    t_s = np.sort(rng.uniform(0.0, 100.0, 5000))
    values = rng.normal(size=(5000, 3))
    told = {t: tuple(row) for t, row in zip(t_s, values, strict=True)}

    thin_t, thin = thinned(t_s, values, 300)

    assert 200 < len(thin_t) <= 302
    assert all(told[t] == tuple(row) for t, row in zip(thin_t, thin, strict=True))
    assert (thin.max(axis=0) == values.max(axis=0)).all()
    assert (thin.min(axis=0) == values.min(axis=0)).all()


@pytest.mark.parametrize(
    ("at_s", "rows", "found_s"),
    [(2.0, 1, 3.0), (2.0, -1, 1.0), (2.5, 1, 3.0), (2.5, -1, 2.0), (2.0, 9, 4.0), (2.0, -9, 1.0)],
)
def test_the_rows_beside_a_time_are_those_in_which_the_parameter_was_told(at_s, rows, found_s):
    history = History(2)
    t_s = np.arange(1.0, 5.0, 0.5)
    values = np.stack([np.where(t_s % 1.0 == 0.0, t_s, np.nan), t_s], axis=1)
    history.add(t_s, values)

    assert history.beside(at_s, rows=rows, column=0) == found_s


def test_thinning_takes_each_column_by_itself():
    t_s = np.arange(1000.0)
    values = np.zeros((1000, 2))
    values[300, 0] = 5.0
    values[700, 1] = -5.0

    _, thin = thinned(t_s, values, 20)

    assert thin[:, 0].max() == 5.0
    assert thin[:, 1].min() == -5.0
