"""How the mission stands when all that was planned was heard: no more is said than that."""

import pytest

import flightsw
from flightsw.briefing import ground_brief
from flightsw.ground import look
from flightsw.ground.live import outlook


@pytest.fixture(scope="module")
def stands():
    """Return a function that says how a flight stood at its end, as the ground heard it."""

    def at_the_end(name):
        scenario = flightsw.load(name)
        flight, briefing = flightsw.fly(scenario), ground_brief(scenario)
        ground = look(flight.downlink, None, briefing)
        last = ground.last.state if ground.last else None
        return outlook(
            ground.timeline, briefing, now_s=briefing.listen_until_s, lost=False, last=last
        )

    return at_the_end


def test_all_that_was_planned_is_not_all_that_comes(stands):
    view = stands("nike-apache-14-210")

    assert (view.word, view.level) == ("PLANNED EVENTS HEARD", "good")
    assert view.why == "8 planned events of 8 heard"


def test_a_flight_that_left_its_bands_does_not_end_well(stands):
    view = stands("nike-apache-14-210-short")

    assert (view.word, view.level) == ("PLANNED EVENTS HEARD", "off")
    assert view.why == "8 planned events of 8 heard, 4 outside the bands"


def test_an_orbit_is_told_by_the_last_state(stands):
    view = stands("progress-ms-04")

    assert (view.word, view.level) == ("IN ORBIT", "good")
    assert view.why.endswith("by the last state; 9 planned events of 9 heard")
