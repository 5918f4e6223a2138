"""What a flight asks of a board's line, and what a rate carries of it."""

from __future__ import annotations

import struct

import numpy as np
import pytest

import flightsw
from flightsw.board_octets import capped
from flightsw.line_load import CONTENT_MAX, LineLoad, fit, line_load
from hil.kinds import Data, Frames, Grant, Reply
from hil.link import CONTENT_MAX as LINK_CONTENT_MAX
from hil.link import frame
from hil.packing import encode
from hil.rates import RATES

ENOUGH = {"transmitter": 115_200, "sequencer": 230_400}


def on_the_line(payload: int, first, more) -> int:
    """Octets of a payload as hil.link frames it, cut into the largest pieces that go."""
    octets = total = 0
    while octets < payload or not total:
        make = first if not octets else more
        room = CONTENT_MAX - len(encode(make(octets, b""), 0))
        piece = bytes(min(room, payload - octets))
        total += len(frame(encode(make(octets, piece), 0)))
        octets += len(piece)
    return total


@pytest.fixture(scope="module")
def loads():
    scenario = flightsw.load("progress-ms-04")
    return {role: line_load(scenario, role) for role in ("transmitter", "sequencer")}


def test_the_octets_of_a_tick_are_those_of_the_link(loads):
    assert CONTENT_MAX == LINK_CONTENT_MAX
    whole = on_the_line(260, lambda at, p: Frames(at, 0, p), lambda at, p: Frames(at, 0, p))
    inputs = {
        on_the_line(size, lambda _, p: Grant(0, 0, 0, 0, p), lambda at, p: Data(0, at, p))
        for size in range(0, 405)
    }
    outputs = {
        on_the_line(size, lambda at, p: Reply(0, at, 0, p), lambda at, p: Reply(0, at, 0, p))
        for size in range(34, 440)
    }

    assert set(np.unique(loads["transmitter"].from_board)) <= {0, whole, 2 * whole}
    assert set(np.unique(loads["transmitter"].to_board)) <= inputs
    assert set(np.unique(loads["sequencer"].from_board)) <= outputs
    # 3 + 3 counters, discretes and 6 analogue channels: 56 octets behind a GRANT
    assert set(np.unique(loads["sequencer"].to_board)) == {56 + 15}


def test_the_load_is_what_a_flight_sends(loads):
    flight = flightsw.fly(flightsw.load("progress-ms-04"))
    whole = on_the_line(260, lambda at, p: Frames(at, 0, p), lambda at, p: Frames(at, 0, p))

    assert loads["transmitter"].from_board.sum() == flight.transmitters[0].bursts * whole
    assert (loads["transmitter"].channels.sum(axis=0) // whole).tolist() == [
        *flight.transmitters[0].frames_sent
    ]


@pytest.mark.parametrize(
    ("role", "baud", "fits", "thinned"),
    [
        ("transmitter", 57_600, False, ("fast", "slow")),
        ("transmitter", 115_200, True, ()),
        ("sequencer", 115_200, False, ()),
        ("sequencer", 230_400, True, ()),
    ],
)
def test_a_rate_carries_it_or_says_what_is_thinned(loads, role, baud, fits, thinned):
    found = fit(loads[role], baud, RATES)

    assert (found.fits, found.thinned, found.enough_baud) == (fits, thinned, ENOUGH[role])
    assert found.carries_per_s == baud / 10


def test_the_first_channel_is_the_last_to_be_thinned():
    """Three channels of 1000 octets a second each, 100 ticks a second."""
    channels = np.tile([10, 10, 10, 0, 0], (300, 1))
    load = LineLoad(np.zeros(300, int), channels.sum(axis=1), channels, 0.01, 260)

    thinned = [fit(load, baud, RATES).thinned for baud in (31_000, 29_000, 19_000, 9_000)]

    assert thinned == [
        (),
        ("fast",),
        ("discretes", "fast"),
        ("events", "discretes", "fast"),
    ]


def test_a_rate_cap_is_only_ever_lowered():
    config = bytes(range(88))
    own = struct.unpack_from("<I", config, 4)[0]

    assert capped(config, own + 1) == config
    lowered = capped(config, 80_000)
    assert struct.unpack_from("<I", lowered, 4)[0] == 80_000
    assert (lowered[:4], lowered[8:]) == (config[:4], config[8:])
