"""What goes wrong before lift-off goes wrong when it is told to: by the countdown clock."""

from __future__ import annotations

import pytest

MISSION = "nike-apache-14-210"
CONTACT = "contact-stuck:lift-off.1"


def contact_made_s(flight) -> float:
    """When the downlink first told that the first lift-off contact was made."""
    packets = flight.ground.packets
    names = packets.frames.log.header.discretes
    made = packets.rows["DISCRETES"]["discretes"] >> names.index("lift-off.1") & 1 == 1
    return float(packets.met_s("DISCRETES")[made][0])


@pytest.mark.parametrize("at_s", [-4.0, -2.0, -0.5])
def test_a_contact_that_closes_in_the_countdown_is_heard_then(fly, at_s):
    flight = fly(MISSION, f"{CONTACT}@{at_s},value=1")

    (act,) = flight.ledger
    assert (act.acted, act.at_s) == (True, at_s)
    assert contact_made_s(flight) == pytest.approx(at_s, abs=0.011)
    assert flight.success


def test_one_before_the_countdown_has_acted_when_it_begins(fly):
    flight = fly(MISSION, f"{CONTACT}@-3000,value=1")

    start_s = flight.scenario.sequence.start_s
    assert flight.ledger[0].at_s == start_s
    assert contact_made_s(flight) == pytest.approx(start_s, abs=0.011)


def test_an_engine_shut_before_it_burns_is_told_to_have_changed_nothing(fly):
    flight = fly(MISSION, "engine-shutdown:first-stage@-1")

    (act,) = flight.ledger
    assert (act.at_s, act.acted, act.idle) == (-1.0, False, True)


def test_a_vehicle_that_never_leaves_has_times_by_the_countdown_clock(fly):
    flight = fly("progress-ms-04", "engine-shutdown:strap-ons@ENGINE_START+1")

    started_s = flight.ground.event("ENGINE_START").t_s
    assert flight.ground.last.state.on_pad
    assert [act.at_s for act in flight.ledger] == pytest.approx([started_s + 1.0] * 4, abs=0.011)


def test_zero_is_the_contact_as_before(fly):
    flight = fly(MISSION, f"{CONTACT}@0,value=0")

    assert flight.ledger[0].at_s == 0.0
