"""An emulated board on a bad line: a selection of what the virtual board goes through."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from flightsw.board_octets import computer_octets
from flightsw.scenario import load
from flightsw.scenario.tables import native_tables
from hil.boards.emulated import EmulatedBoard
from hil.boards.firmware import firmware_hash
from hil.bridge import Bridge, Expected
from hil.errors import BoardResetError
from tests.hil.chips import require
from tests.hil.conftest import dictionary_hash, packet, transmitter_config
from tests.hil.double import TransmitterDouble
from tests.hil.relay import Relay


@pytest.fixture(scope="module")
def emulated():
    require("lm3s6965evb", qemu=True)
    with EmulatedBoard() as board:
        yield board


@pytest.fixture
def relay(emulated: EmulatedBoard, tmp_path: Path):
    with Relay(emulated.port, tmp_path / "line") as relay:
        yield relay


@pytest.fixture
def bridge(relay: Relay):
    expected = Expected(dictionary_hash(), firmware_hash())
    with Bridge.open(relay.port, expected=expected) as bridge:
        yield bridge


def fly(bridge: Bridge, ticks: int, each=lambda number: None) -> None:
    """Fly a transmitter; whatever the line does, its octets are those of the core."""
    double = TransmitterDouble()
    for board in (double, bridge):
        board.start_transmitter(transmitter_config(), tick_us=10_000, supply_mv=27_000, warm=True)
    for number in range(ticks):
        each(number)
        packets = packet(number % 4, 40 + number % 90, number)
        expected = double.step_transmitter(packets, supply_mv=27_000, reset=False)
        assert bridge.step_transmitter(packets, supply_mv=27_000, reset=False) == expected


def noise(seed: int):
    """Return what flips a bit in one octet of a thousand."""
    chance = random.Random(seed)

    def spoil(octets: bytes) -> bytes:
        return bytes(
            octet ^ (1 << chance.randrange(8)) if chance.random() < 1e-3 else octet
            for octet in octets
        )

    return spoil


def test_bits_that_flip_both_ways_change_nothing(relay: Relay, bridge: Bridge) -> None:
    relay.spoil_to_board, relay.spoil_from_board = noise(1), noise(2)

    fly(bridge, 300)

    assert bridge.statistics.repeats > 0
    assert not bridge.statistics.losses


def test_a_cable_that_is_pulled_and_put_back_changes_nothing(relay: Relay, bridge: Bridge) -> None:
    chance = random.Random(3)

    def pull(number: int) -> None:
        if number % 20 == 10:
            relay.cut_after, relay.replug_s = chance.randrange(1, 300), 0.02

    fly(bridge, 100, pull)

    assert relay.pulled >= 3
    assert len(bridge.statistics.losses) >= 3


def test_a_transmitter_that_is_reset_in_flight_is_begun_again(
    emulated: EmulatedBoard, bridge: Bridge
) -> None:
    config = transmitter_config(warm_up_us=0)
    bridge.start_transmitter(config, tick_us=10_000, supply_mv=27_000, warm=True)
    before = bridge.step_transmitter(packet(0), supply_mv=27_000, reset=False)

    emulated.reset()
    after = [bridge.step_transmitter(packet(0), supply_mv=27_000, reset=False) for _ in range(5)]

    assert before
    assert any(after)
    assert [loss.reset_cause is not None for loss in bridge.statistics.losses] == [True]


def test_a_computer_that_is_reset_in_flight_is_never_begun_again(
    emulated: EmulatedBoard, bridge: Bridge
) -> None:
    tables = native_tables(load("progress-ms-04"))
    bridge.start_sequencer(computer_octets(tables.fsw), tick_us=tables.fsw.tick_us)
    measured = bytes(32 + 4 * tables.fsw.analog_count)
    assert bridge.step_sequencer(measured)

    emulated.reset()

    with pytest.raises(BoardResetError, match="board reset"):
        bridge.step_sequencer(measured)
