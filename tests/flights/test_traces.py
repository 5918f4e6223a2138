"""Would the ground have known? The first packet that the same flight without its faults lacks."""

from __future__ import annotations

import numpy as np
import pytest

from flightsw.ground.difference import compare
from flightsw.summary import summary
from flightsw.trace import traces

ROCKET = "nike-apache-14-210"
LAUNCHER = "progress-ms-04"


def traces_of(flight):
    found = traces(flight)
    assert found is not None
    return found


def test_a_contact_that_sticks_is_told_by_name_from_the_moment_it_should_close(fly):
    found = traces_of(fly(ROCKET, "contact-stuck:lift-off.1@-2,value=0"))

    assert found[0].packet == "DISCRETES"
    assert found[0].t_s == pytest.approx(0.0, abs=0.021)
    assert found[0].text == "lift-off.1 off instead of on"


def test_one_that_closes_in_the_countdown_is_told_then(fly):
    found = traces_of(fly(ROCKET, "contact-stuck:lift-off.1@-2,value=1"))

    assert (found[0].packet, found[0].t_s) == ("DISCRETES", pytest.approx(-2.0, abs=0.011))


def test_an_engine_that_stops_is_told_by_its_pressure_in_the_next_state(lost):
    (state,) = (trace for trace in traces_of(lost) if trace.packet == "STATE")

    assert state.t_s == pytest.approx(382.02)
    assert state.text.startswith("block-i.chamber_pressure_pa 1")


def test_a_transmitter_that_dies_is_told_by_what_does_not_come(fly):
    found = traces_of(fly(ROCKET, "transmitter-power-loss:payload-telemetry@30"))

    kinds = {trace.packet for trace in found if trace.text.endswith("missing, and all after it")}
    assert {"STATE", "DISCRETES", "HOUSEKEEPING"} <= kinds
    assert all(trace.t_s is None for trace in found)
    assert all(trace.ert_s > 29.8 for trace in found)


def test_an_event_that_comes_late_is_known_when_it_was_due(fly, nominal):
    flight = fly(LAUNCHER, "engine-thrust-loss:block-i@300,thrust_fraction=0.995")
    (event,) = (trace for trace in traces_of(flight) if trace.packet == "EVENT")

    late_s, due_s = (each.ground.event("BLOCK_I_CUTOFF").t_s for each in (flight, nominal))
    assert (event.t_s, event.due_s) == (late_s, due_s)
    assert event.text == f"Third-stage cut-off at T{late_s:+.2f} instead of T{due_s:+.2f}"


def test_no_trace_names_a_time_for_what_was_not_heard(lost):
    """The rule before all others."""
    heard = {event.title for event in lost.events}
    unheard = {entry.title for entry in lost.scenario.sequence.entry} - heard

    assert not [t for t in traces_of(lost) for title in unheard if title in t.text]


def test_what_changes_nothing_leaves_no_trace(fly):
    flight = fly(ROCKET, "engine-shutdown:first-stage@-1")

    assert traces(flight) == ()
    assert summary(flight)["traces"] == []


def test_a_flight_without_faults_has_nothing_to_compare(nominal):
    assert traces(nominal) is None
    assert summary(nominal)["traces"] is None


@pytest.mark.parametrize(
    "fault",
    [
        "accelerometer-stuck:accelerometer.2@200",
        "engine-thrust-loss:block-i@300,thrust_fraction=0.995",
        "accelerometer-bias:imu.x@STRAPON_SEPARATION+10,bias_mps2=0.2",
    ],
)
def test_before_the_first_trace_nothing_differs_and_it_does(fly, nominal, fault):
    flight = fly(LAUNCHER, fault)
    first = traces_of(flight)[0]

    before_us = round(first.ert_s * 1e6)
    ours, theirs = flight.ground.packets, nominal.ground.packets
    for kind in ours.rows:
        heard = [each.rows[kind][each.ert_us[kind] < before_us] for each in (ours, theirs)]
        assert np.array_equal(*heard)
    then = [
        each.rows[first.packet][each.ert_us[first.packet] <= before_us] for each in (ours, theirs)
    ]
    assert not np.array_equal(*then)
    assert first.packet in compare(ours, theirs).packets.first


def test_the_summary_has_them_with_the_first_sign(lost):
    told = summary(lost)

    assert told["first_sign"] == {
        "t_s": 382.03,
        "kind": "alarm",
        "text": "Third-stage pressure low",
    }
    assert [trace["packet"] for trace in told["traces"]] == [
        each.packet for each in traces_of(lost)
    ]
    assert "traces" in told["judged_from_truth"]
