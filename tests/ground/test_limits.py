"""Limits: red before yellow, and nothing old is believed."""

import numpy as np
import pytest

from flightsw import fly, load
from flightsw.dictionary import Limits
from flightsw.ground.limits import CONDITIONS, conditions, readings


def test_a_value_beyond_its_limit_is_out_of_it_and_one_on_it_is_not():
    limits = Limits(red_low=0.0, yellow_low=1.0, yellow_high=8.0, red_high=9.0)
    values = np.array([-0.1, 0.0, 0.9, 1.0, 5.0, 8.0, 8.1, 9.0, 9.1])

    found = [CONDITIONS[k] for k in conditions(values, limits)]

    assert found == [
        "red-low", "yellow-low", "yellow-low", "ok", "ok", "ok", "yellow-high", "yellow-high",
        "red-high",
    ]  # fmt: skip


def test_a_limit_that_is_not_given_is_none():
    found = conditions(np.array([-1e9, 1e9]), Limits(red_high=1e8))

    assert [CONDITIONS[k] for k in found] == ["ok", "red-high"]


@pytest.fixture(scope="module")
def packets():
    fault = "accelerometer-bias:accelerometer.2@60,bias_mps2=5"
    return fly(load("progress-ms-04-lost", faults=[fault])).ground.packets


def state(packets, ert_s):
    found = {each.name: each for each in readings(packets, ert_s=ert_s)}
    return found["accelerometer_disagreements"]


def test_a_disagreement_is_yellow_from_the_first_housekeeping_that_tells_it(packets):
    assert state(packets, 59.0).condition == "ok"
    assert state(packets, 63.0).condition == "yellow-high"
    assert state(packets, 63.0).value > 0


def test_what_is_older_than_it_may_be_is_stale_and_what_was_never_heard_too(packets):
    assert state(packets, 384.0).condition == "yellow-high"
    assert state(packets, 400.0).condition == "stale"
    assert (state(packets, -100.0).condition, state(packets, -100.0).value) == ("stale", None)
