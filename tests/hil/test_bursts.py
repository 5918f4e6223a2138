"""What a board sends by its own clock comes in pieces that end anywhere: the frames are found."""

from __future__ import annotations

import random

import pytest

import flightsw
from flightsw.bursts import MARKER, Bursts
from flightsw.closed_loop import ClosedLoop
from flightsw.flight import flown
from tests.hil.double import TransmitterDouble

FRAME = 256
WHOLE = FRAME + 4


@pytest.fixture(scope="module")
def stream():
    """A minute of what a transmitter sends: whole frames, each with its marker."""
    closed = ClosedLoop(flightsw.load("progress-ms-04"), transmitter=TransmitterDouble())
    for _ in range(6000):
        closed.step()
    return bytes(closed.sent)


def cut(stream: bytes, seed: int, most: int = 700) -> list[bytes]:
    random_ = random.Random(seed)
    pieces, at = [], 0
    while at < len(stream):
        size = random_.randrange(most)
        pieces.append(stream[at : at + size])
        at += size
    return pieces


def frames_of(stream: bytes) -> list[bytes]:
    return [stream[at : at + WHOLE] for at in range(0, len(stream), WHOLE)]


@pytest.mark.parametrize("seed", range(5))
def test_pieces_of_any_length_give_the_frames_that_were_sent(stream, seed):
    bursts = Bursts(FRAME, patience=10)

    found = [burst for piece in cut(stream, seed) for burst in bursts.feed(piece)]

    assert found == frames_of(stream)


@pytest.mark.parametrize("seed", range(20))
def test_octets_that_a_line_has_lost_cost_the_frames_that_they_were_in(stream, seed):
    random_ = random.Random(seed)
    sent = frames_of(stream)
    at, size = random_.randrange(len(stream) - 2000), random_.randrange(1, 1500)
    touched = range(at // WHOLE, (at + size - 1) // WHOLE + 1)
    bursts = Bursts(FRAME, patience=10)

    pieces = cut(stream[:at] + stream[at + size :], seed)
    found = [burst for piece in pieces for burst in bursts.feed(piece)]

    whole = [burst for burst in found if len(burst) == WHOLE and burst in sent]
    assert whole == [frame for number, frame in enumerate(sent) if number not in touched]
    assert b"".join(found) == stream[:at] + stream[at + size :]


def test_what_has_no_end_goes_when_nothing_has_followed_for_long(stream):
    bursts = Bursts(FRAME, patience=3)

    assert list(bursts.feed(stream[:100])) == []
    assert list(bursts.feed(b"")) == []
    assert list(bursts.feed(stream[100:150])) == []
    assert list(bursts.feed(b"")) + list(bursts.feed(b"")) == []
    assert list(bursts.feed(b"")) == [stream[:150]]


def test_noise_without_a_marker_goes_a_frame_at_a_time():
    noise = bytes(random.Random(1).choices([0, 1, 0x1B], k=10 * WHOLE))
    bursts = Bursts(FRAME, patience=3)

    found = list(bursts.feed(noise))

    assert MARKER not in noise
    assert [len(burst) for burst in found] == [WHOLE] * 10


class Late(TransmitterDouble):
    """A board whose octets come as the line brings them; some never do."""

    def __init__(self, *, loses: bool) -> None:
        super().__init__()
        self.random = random.Random(7)
        self.queue = bytearray()
        self.loses = loses

    def step_transmitter(self, packets, *, supply_mv, reset):
        self.queue += super().step_transmitter(packets, supply_mv=supply_mv, reset=reset)
        if self.loses and self.random.random() < 0.001:
            del self.queue[:40]
        size = self.random.randrange(600)
        piece = bytes(self.queue[:size])
        del self.queue[:size]
        return piece


@pytest.fixture(scope="module")
def alone():
    return flightsw.fly(flightsw.load("progress-ms-04-lost"))


@pytest.mark.parametrize("loses", [False, True])
def test_flown_by_the_boards_clock_its_frames_are_heard(alone, loses):
    board = Late(loses=loses)
    closed = ClosedLoop(alone.scenario, transmitter=board)
    closed.by_its_clock = True
    closed.run()
    flight = flown(closed)

    sent, row = sum(board.self.count.frames_sent), flight.transmitters[0]
    assert sum(closed.burst_bytes) == len(closed.sent)
    good = flight.ground.frames_good
    if loses:
        assert alone.ground.frames_good - 150 < good < alone.ground.frames_good
    else:
        assert good == alone.ground.frames_good
        assert [event.name for event in flight.events] == [event.name for event in alone.events]
        assert row.frames_sent[:2] == alone.transmitters[0].frames_sent[:2]
    assert sum(row.frames_sent) <= sent + 1  # the last may be cut at its very end
    assert row.packets_accepted
