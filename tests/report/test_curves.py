"""Curves: thinned without losing a peak, broken where a sample is missing."""

import hypothesis.extra.numpy as arrays
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from flightsw.report.curves import broken, thinned

VALUES = arrays.arrays(
    float,
    st.integers(3, 400),
    elements=st.floats(-1e6, 1e6) | st.just(np.nan),
)


def clock(count):
    return np.linspace(0.0, 0.02 * (count - 1), count)


@given(values=VALUES, buckets=st.integers(1, 20))
def test_the_greatest_the_least_the_ends_and_the_gaps_stay(values, buckets):
    t_s = clock(len(values))

    kept_t_s, kept = thinned(t_s, values, buckets)

    assert np.isin(kept_t_s, t_s).all()
    assert kept_t_s[0] == t_s[0]
    assert kept_t_s[-1] == t_s[-1]
    assert np.isnan(kept).sum() == np.isnan(values).sum()
    if not np.isnan(values).all():
        assert np.nanmax(kept) == np.nanmax(values)
        assert np.nanmin(kept) == np.nanmin(values)


def test_a_thinned_curve_has_at_most_two_samples_a_bucket_and_its_ends():
    t_s = clock(10_000)

    assert len(thinned(t_s, np.sin(t_s), 400)[0]) <= 802


def test_a_missing_sample_breaks_the_line_and_an_even_step_does_not():
    t_s = np.array([0.0, 0.02, 0.04, 0.06, 1.0, 1.02, 1.04])

    broken_t_s, values = broken(t_s, np.ones(7))

    assert broken_t_s[np.isnan(values)].tolist() == [0.53]
    assert len(values) == 8


def test_a_gap_is_not_wider_after_thinning():
    t_s = np.delete(clock(10_000), slice(5000, 5004))
    t_s, values = broken(t_s, t_s)

    kept_t_s, kept = thinned(t_s, values, 20)

    (gap,) = np.flatnonzero(np.isnan(kept))
    assert kept_t_s[gap + 1] - kept_t_s[gap - 1] < 0.11
