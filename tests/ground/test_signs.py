"""What a room would have noticed, and when: alarms, losses, and events that the plan waits for."""

from dataclasses import replace

import pytest

from flightsw.ground import look
from flightsw.ground.signs import signs


def told(picture):
    return [(sign.t_s, sign.kind, sign.text) for sign in signs(picture)]


LIFT_OFF, STAGING, CUT_OFF = {"event": 1}, {"event": 2}, {"event": 3}
MONITOR = {"event": 4, "trigger": 5, "role": 3}
ON_TIME = ((0.01, LIFT_OFF), (100.01, STAGING), (200.01, CUT_OFF))


@pytest.fixture
def flown(handmade, briefing):
    """Return a function that lays a downlink, heard every second, beside the plan."""

    def fly(*events, until_s=300, listen_until_s=300.0):
        told = sorted([*events, *((float(t), {}) for t in range(until_s + 1))], key=lambda e: e[0])
        packets = [
            handmade.event(t_s, **event) if event else handmade.state(t_s) for t_s, event in told
        ]
        return look(b"".join(packets), None, replace(briefing, listen_until_s=listen_until_s))

    return fly


def test_a_flight_as_planned_has_none(flown):
    assert told(flown(*ON_TIME)) == []


def test_what_does_not_come_is_noticed_at_the_end_of_its_band_and_not_before(flown):
    assert told(flown(*ON_TIME[:2])) == [
        (202.0, "deviation", "Cut-off not heard by then, and never")
    ]


def test_what_comes_late_is_noticed_at_the_end_of_its_band_not_when_it_comes(flown):
    picture = flown(*ON_TIME[:2], (216.4, CUT_OFF))

    assert told(picture) == [
        (202.0, "deviation", "Cut-off not heard by then; it came 16.40 s late")
    ]


def test_what_comes_early_is_noticed_when_it_comes(flown):
    picture = flown(*ON_TIME[:2], (190.01, CUT_OFF))

    assert told(picture) == [(190.01, "deviation", "Cut-off 9.99 s early")]


def test_a_loss_comes_before_what_could_not_be_heard_after_it(flown):
    picture = flown(*ON_TIME[:2], until_s=150)

    assert [(t_s, kind) for t_s, kind, _ in told(picture)] == [
        (152.0, "alarm"),
        (202.0, "deviation"),
    ]


def test_nothing_is_waited_for_after_the_ground_stopped_listening(flown):
    picture = flown(*ON_TIME[:2], until_s=150, listen_until_s=151.0)

    assert told(picture) == []


def test_a_monitor_is_an_alarm(flown):
    assert told(flown(*ON_TIME, (120.01, MONITOR))) == [(120.01, "alarm", "Pressure low")]


def test_nothing_heard_at_all_is_noticed_with_the_first_planned_event(briefing):
    assert told(look(b"", None, replace(briefing, listen_until_s=300.0)))[0][:2] == (
        1.0,
        "deviation",
    )
