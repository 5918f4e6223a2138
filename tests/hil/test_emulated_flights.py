"""Flights with an emulated board in them: whole ones take a minute or two, and are `long`."""

from __future__ import annotations

import pytest

import flightsw
from hil.boards.emulated import EmulatedBoard
from hil.boards.firmware import firmware_hash
from hil.bridge import Bridge, Expected
from tests.hil.beside import EnoughError, SequencerBeside, TransmitterBeside
from tests.hil.chips import require
from tests.hil.conftest import dictionary_hash

RATE_HZ = 100
COUNTDOWN_S = 20  # before planned T-0, of both missions


def around(*times_s: float, half_s: float = 1.0) -> list[tuple[int, int]]:
    """Return stretches of ticks around flight times."""
    middles = [round((time_s + COUNTDOWN_S) * RATE_HZ) for time_s in times_s]
    half = round(half_s * RATE_HZ)
    return [(middle - half, middle + half) for middle in middles]


@pytest.fixture
def bridge():
    require("lm3s6965evb", qemu=True)
    expected = Expected(dictionary_hash(), firmware_hash())
    with EmulatedBoard() as board, Bridge.open(board.port, expected=expected) as bridge:
        yield bridge


def test_transmits_what_the_core_does_around_the_events_of_a_lost_flight(bridge: Bridge) -> None:
    """Ignition, lift-off, strap-on separation, tail section, the loss and the silence after it."""
    beside = TransmitterBeside(bridge, around(-15.0, 0.5, 118.2, 297.2, 382.2))

    with pytest.raises(EnoughError):
        flightsw.fly(flightsw.load("progress-ms-04-lost"), transmitter=beside)

    assert beside.compared == 5 * 2 * RATE_HZ
    assert beside.octets > 50_000


def test_commands_what_the_core_does_from_the_countdown_past_lift_off(bridge: Bridge) -> None:
    beside = SequencerBeside(bridge, (COUNTDOWN_S + 3) * RATE_HZ)

    with pytest.raises(EnoughError):
        flightsw.fly(flightsw.load("progress-ms-04"), computer=beside)


def test_commands_what_the_core_does_in_every_event_of_a_lost_flight(bridge: Bridge) -> None:
    """At 20 Hz, from the countdown to ten seconds past the loss: an eighth of the ticks."""
    rate_hz = 20
    last_s = 393
    beside = SequencerBeside(bridge, (COUNTDOWN_S + last_s) * rate_hz)

    with pytest.raises(EnoughError):
        flightsw.fly(flightsw.load("progress-ms-04-lost", rate_hz=rate_hz), computer=beside)


@pytest.mark.long
@pytest.mark.parametrize("part", ["transmitter", "computer"])
@pytest.mark.parametrize("mission", ["progress-ms-04", "progress-ms-04-lost", "nike-apache-14-210"])
def test_a_whole_flight_has_the_bytes_of_the_simulation(bridge: Bridge, mission, part) -> None:
    scenario = flightsw.load(mission)

    if part == "transmitter":
        on_board = flightsw.fly(scenario, transmitter=bridge)
    else:
        on_board = flightsw.fly(scenario, computer=bridge)

    alone = flightsw.fly(scenario)
    assert on_board.downlink == alone.downlink
    assert on_board.result_hash == alone.result_hash
    assert not bridge.statistics.losses
