"""Feeds: a flight that waits for nobody, and a log played as if it came down now."""

import threading
import time

import numpy as np
import pytest

import flightsw
from flightsw.briefing import ground_brief
from flightsw.console.feed import FlightFeed, Replay
from flightsw.ground.live import LiveGround

SCENARIO = "progress-ms-04-lost"


@pytest.fixture(scope="module")
def flight():
    return flightsw.fly(flightsw.load(SCENARIO))


@pytest.fixture
def replay(flight):
    return Replay(flight.downlink, speed=10.0, until_s=540.0)


def test_a_replay_gives_what_had_come_down_by_then(flight, replay):
    replay.start()
    replay.take(at_s=100.0)
    octets = replay.take(at_s=112.0).octets
    ground = LiveGround(ground_brief(flight.scenario))

    ground.feed(octets)

    assert ground.last_s == pytest.approx(100.0, abs=0.1)  # 20 s of countdown, 12 s at 10


def test_at_its_end_it_has_given_every_octet(flight, replay):
    replay.start()
    octets = b"".join(replay.take(at_s=float(at)).octets for at in range(100, 200))

    assert octets == flight.downlink
    assert not replay.state()["replay"]["playing"]


def test_it_stands_until_somebody_watches(replay):
    replay.take(at_s=0.0)

    assert replay.take(at_s=50.0).now_us == -20_000_000 + 20_000


def test_going_back_begins_anew_and_going_on_does_not(flight, replay):
    replay.order({"to_s": 300.0}, at_s=0.0)
    first = replay.take(at_s=0.0)
    replay.order({"to_s": 310.0}, at_s=0.0)
    on = replay.take(at_s=0.0)
    replay.order({"to_s": 100.0}, at_s=0.0)
    back = replay.take(at_s=0.0)

    assert not first.anew
    assert not on.anew
    assert back.anew
    assert flight.downlink.startswith(back.octets)
    assert first.octets + on.octets == flight.downlink[: len(first.octets) + len(on.octets)]


def test_orders_to_go_by_some_time_or_frames_add_up(flight, replay):
    replay.order({"to_s": 300.0}, at_s=0.0)
    for _ in range(5):
        replay.order({"by_s": -10.0}, at_s=0.0)
    assert replay.take(at_s=0.0).now_us == 250_000_000

    frames_us = np.arange(100, 400) * 1_000_000 + 7  # within a block: it is given when that ends
    rare = Replay(flight.downlink, speed=1.0, until_s=540.0, frames_us=frames_us)
    rare.order({"to_s": 250.5}, at_s=0.0)
    for by in (1, 1, 1, -1, 10):
        rare.order({"by_frames": by}, at_s=0.0)
    piece = rare.take(at_s=0.0)
    assert piece.now_us == pytest.approx(262_000_000, abs=50_000)
    assert len(replay.take(at_s=0.0).octets) == 0
    rare.order({"by_frames": 0.0}, at_s=0.0)
    assert rare.take(at_s=0.0).now_us == piece.now_us


@pytest.mark.parametrize(
    "order",
    [
        {"to_s": float("nan")},
        {"to_s": "300"},
        {"to_s": True},
        {"by_s": "10"},
        {"by_frames": float("inf")},
        {"by_frames": True},
        {"speed": 0},
        {"speed": -1},
        {"speed": 1e9},
        {"play": "yes"},
        {"fire": True},
    ],
)
def test_an_order_that_is_none_changes_nothing(replay, order):
    before = replay.state()

    replay.order(order, at_s=0.0)

    assert replay.state() == before


def test_a_time_beyond_its_ends_is_its_end(flight, replay):
    replay.order({"to_s": 1e12}, at_s=0.0)

    assert replay.take(at_s=0.0).octets == flight.downlink


def test_a_flight_never_waits_for_who_watches():
    """Nobody takes a piece: all of them are there when it has ended."""
    pieces = [bytes([n]) for n in range(200)]

    def fly(sink):
        for piece in pieces:
            sink(piece)
        return {"radar": None}

    feed = FlightFeed(fly, speed=None)
    feed.start()
    deadline = time.monotonic() + 10.0
    while feed.state()["flying"] and time.monotonic() < deadline:
        time.sleep(0.01)

    assert feed.take(at_s=0.0).octets == b"".join(pieces)
    assert feed.state()["concluded"] == {"radar": None}


def test_stopping_ends_the_flight_with_its_next_piece():
    flying = threading.Event()

    def fly(sink):
        while True:
            flying.set()
            sink(b"x")
            time.sleep(0.001)

    feed = FlightFeed(fly, speed=1.0)
    feed.start()
    flying.wait(5.0)
    feed.stop()

    assert not feed.state()["flying"]
    assert feed.error is None


def test_a_flight_that_fails_says_why():
    def fly(sink):
        msg = "board gone at T+212.40"
        raise OSError(msg)

    feed = FlightFeed(fly, speed=1.0)
    feed.start()
    feed.stop()

    assert feed.state()["failed"] == "board gone at T+212.40"


def test_what_becomes_of_a_board_is_told_for_a_while():
    feed = FlightFeed(lambda _sink: {}, mode="BOARD", speed=1.0)
    feed.note("board gone at T+212.40, waiting 10 s")

    assert feed.state()["note"] == "board gone at T+212.40, waiting 10 s"
