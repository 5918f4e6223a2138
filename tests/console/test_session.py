"""What browsers are told: the ground's picture, and never more than that."""

import json

import pytest

import flightsw
from flightsw.briefing import ground_brief
from flightsw.console.feed import Piece, Replay
from flightsw.console.outbox import Outbox
from flightsw.console.session import Session
from flightsw.dictionary import load_dictionary
from flightsw.ground import look

SLICES = 6  # of the log, 0.05 s each, between two looks


class Hand:
    """A feed that gives what it is handed."""

    mode = "SIM"

    def __init__(self, speed=1.0) -> None:
        self.speed = speed
        self.piece = b""
        self.now_s: float | None = None
        self.began = False

    def start(self):
        self.began = True

    def take(self, *, at_s):
        piece, self.piece = self.piece, b""
        return Piece(piece, now_us=None if self.now_s is None else round(self.now_s * 1e6))

    def order(self, order, *, at_s):
        pass

    def state(self):
        return {"flying": True, "failed": None, "note": None, "concluded": None}

    def stop(self):
        pass


@pytest.fixture(scope="module")
def lost():
    scenario = flightsw.load("progress-ms-04-lost")
    pieces: list[bytes] = []
    flight = flightsw.fly(scenario, sink=pieces.append, speed=1e6)
    return scenario, pieces, flight


def taken(outbox):
    """Return the messages that wait."""
    return [json.loads(now(outbox.get())) for _ in range(len(outbox))]


def now(coroutine):
    """Return what a coroutine has at once; a browser test may hold this thread's event loop."""
    with pytest.raises(StopIteration) as stopped:
        coroutine.send(None)
    return stopped.value.value


def watched(scenario, feed=None):
    feed = feed or Hand()
    session = Session(feed, ground_brief(scenario))
    outbox = Outbox()
    session.join(outbox)
    return session, feed, outbox


def flown_to(lost, t_s):
    """Return a session that was handed the log slice by slice, as the flight's clock went."""
    scenario, pieces, _ = lost
    session, feed, outbox = watched(scenario)
    messages = []
    until = min(len(pieces), round((t_s + 20.0) / 0.05))  # 20 s of countdown
    given = 0
    for end in [*range(SLICES, until - 20, SLICES), *range(until - 19, until + 1)]:
        feed.now_s = end * 0.05 - 20.0
        feed.piece = b"".join(pieces[given:end])
        given = end
        session.look()
        messages += taken(outbox)
    return session, feed, outbox, messages


def test_the_flight_begins_when_somebody_looks_on(lost):
    feed = Hand()
    session = Session(feed, ground_brief(lost[0]))
    session.look()
    assert not feed.began

    session.join(Outbox())

    assert feed.began


def test_events_told_are_those_that_were_heard(lost):
    *_, messages = flown_to(lost, 200.0)

    heard = [event.name for event in lost[2].events if event.t_s <= 200.0]
    told = [message["events"] for message in messages if "events" in message]
    assert [event["name"] for event in told[-1]] == heard
    for message in messages:
        for event in message.get("events", ()):
            assert event["t_s"] <= message["now"] + 0.2


def test_rows_hold_every_value_that_was_decoded(lost):
    _, _, flight = lost
    session, _, _, messages = flown_to(lost, 60.0)

    names = session.ground.parameters.names
    rows = [row for message in messages for row in message["f"]]
    column = 1 + names.index("altitude_m")
    altitude = {row[0]: row[column] for row in rows if row[column] is not None}
    states = flight.ground.telemetry.states
    for t_s, altitude_m in zip(states.t_s.tolist(), states.altitude_m.tolist(), strict=True):
        if t_s < 59.0:
            assert altitude[round(t_s, 6)] == pytest.approx(altitude_m, abs=1.0)


def test_values_of_a_time_are_those_that_came_then_to_the_last_digit(lost):
    session, _, _, _ = flown_to(lost, 100.0)
    names = session.ground.parameters.names

    then = dict(zip(names, session.values(at_s=60.0), strict=True))

    (hashed,) = [name for name in names if name.endswith("dictionary_hash")]
    assert then[hashed][1] == load_dictionary().hash
    assert 59.0 < then[hashed][0] <= 60.0


def test_two_seconds_after_the_last_frame_telemetry_is_lost(lost):
    *_, messages = flown_to(lost, 386.0)

    first = next(message for message in messages if message["lost"])
    assert first["now"] == pytest.approx(384.24, abs=0.35)
    assert first["lost"]["from_s"] == pytest.approx(382.24)
    assert first["lost"]["state"]["altitude_km"] == pytest.approx(194.7, abs=0.1)
    assert first["lost"]["fall"]["latitude_deg"] == pytest.approx(51.66, abs=0.05)
    assert all(not message["f"] for message in messages if message["lost"])


def test_the_clock_goes_on_when_the_frames_do_not(lost):
    session, feed, _, _ = flown_to(lost, 386.0)

    feed.now_s += 30.0
    session.look()

    assert session.state()["now"] == pytest.approx(416.0, abs=0.4)
    assert session.state()["lost"]["from_s"] == pytest.approx(382.24)


def test_after_the_loss_a_planned_event_is_not_told_whatever_the_clock_says(lost):
    session, feed, _, _ = flown_to(lost, 386.0)
    feed.now_s += 150.0
    session.look()

    state = session.state()
    assert state["now"] > 530.0
    assert "BLOCK_I_CUTOFF" not in json.dumps(state)


@pytest.mark.parametrize(
    ("t_s", "word"),
    [(-10.0, "COUNTDOWN"), (200.0, "IN FLIGHT"), (382.1, "ALARM"), (383.0, "MISSION LOST")],
)
def test_how_it_stands_is_what_was_heard(lost, t_s, word):
    session, *_ = flown_to(lost, t_s)

    assert session.state()["outlook"]["word"] == word


def test_at_the_end_it_has_come_to_what_the_ground_makes_of_the_whole(lost):
    scenario, _, flight = lost
    feed = Replay(flight.downlink, speed=None, until_s=540.0)
    session, _, _ = watched(scenario, feed)

    session.look()

    whole = look(flight.downlink, None, ground_brief(scenario))
    assert session.ground.events == whole.events
    assert session.state()["link"]["frames"] == whole.frames_good
    assert session.state()["now"] == 540.0
    assert len(session.history) >= len(whole.packets.rows["STATE"])


def test_more_rows_than_a_screen_needs_are_for_the_history(lost):
    scenario, _, flight = lost
    feed = Replay(flight.downlink, speed=None, until_s=540.0)
    session, _, outbox = watched(scenario, feed)

    session.look()

    (message,) = taken(outbox)
    assert message["more"]
    assert len(message["f"]) == 1
    altitude = session.ground.parameters.names.index("altitude_m")
    assert message["f"][0][1 + altitude] == pytest.approx(194_700, abs=100)
    told = session.thinned(["altitude_m"], from_s=-30.0, to_s=600.0, points=400)
    assert len(told["t"]) <= 400
    assert max(v for v in told["values"][0] if v is not None) == pytest.approx(194_700, abs=100)


def test_a_log_of_another_sequence_is_refused_and_told(lost):
    _, pieces, _ = lost
    session, feed, _ = watched(flightsw.load("nike-apache-14-210"))
    feed.piece = b"".join(pieces)

    session.look()
    session.look()

    assert "sequence" in session.state()["feed"]["failed"]


def test_an_outbox_that_is_full_drops_its_oldest_and_counts():
    outbox = Outbox(messages_max=3)
    for number in range(5):
        outbox.put(json.dumps({"number": number}))

    told = taken(outbox)

    assert [message["number"] for message in told] == [2, 3, 4]
    assert [message["dropped"] for message in told] == [2, 2, 2]


def test_while_the_flight_waits_for_its_board_the_clock_stands(lost):
    clock_s = [0.0]
    feed = Hand(speed=60.0)
    session = Session(feed, ground_brief(lost[0]), clock=lambda: clock_s[0])
    feed.now_s = 100.0
    session.look()
    going = session.state()["rate"]

    clock_s[0] = 1.0
    session.look()

    assert going == 60.0
    assert session.state()["rate"] == 0.0
    assert session.state()["now"] == 100.0
