"""What a room would have noticed, and when: alarms, losses, and events that the plan waits for."""

from dataclasses import replace

import pytest

import flightsw
from flightsw.ground import look
from flightsw.ground.parting import partings
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


def test_a_warning_of_the_computer_by_itself_is_heard_and_a_sign():
    """A sensor that was outvoted is no entry of the sequence; the downlink tells it too."""
    fault = "accelerometer-stuck:accelerometer.2@100"
    flight = flightsw.fly(flightsw.load("progress-ms-04", faults=[fault]))

    first = signs(flight.ground)[0]
    assert (first.kind, first.t_s) == ("alarm", 101.65)
    assert first.text == "Accelerometer 2 away from the other two"
    row = next(row for row in flight.ground.timeline if row.title == first.text)
    assert (row.mark, row.planned) == ("alarm", None)
    assert len([row for row in flight.ground.timeline if row.mark == "alarm"]) == 1


@pytest.mark.parametrize(
    ("mine", "others", "says"),
    [
        ("nominal", "lost", "Third-stage pressure low missing"),
        ("lost", "nominal", "Third-stage pressure low, not in the other"),
        ("early", "nominal", "Core cut-off where the other has Core to final thrust"),
        ("nominal", "early", "Core to final thrust where the other has Core cut-off"),
    ],
)
def test_an_event_that_both_have_is_not_told_as_one_that_only_one_has(mine, others, says):
    flights = {
        "nominal": flightsw.load("progress-ms-04"),
        "lost": flightsw.load("progress-ms-04-lost"),
        "early": flightsw.load(
            "progress-ms-04", faults=["contact-stuck:block-a.fuel-dry@150,value=1"]
        ),
    }
    heard = [flightsw.fly(flights[name]).ground.packets for name in (mine, others)]

    told = {parting.packet: parting.text for parting in partings(*heard)}
    assert told["EVENT"] == says
