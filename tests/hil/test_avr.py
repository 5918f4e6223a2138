"""Arduinos under simavr: an 8-bit chip with a receive buffer of 64 octets loses nothing unsaid."""

from __future__ import annotations

import random
from importlib.resources import files
from pathlib import Path

import pytest

import flightsw
from flightsw.cli.board_flight import must_fit
from hil.boards.build import build
from hil.boards.firmware import firmware_hash
from hil.bridge import Bridge, Expected
from hil.kinds import Poll, ResetCause, Restart, Role, Status
from tests.hil.beside import EnoughError, TransmitterBeside
from tests.hil.chips import AvrBoard
from tests.hil.conftest import Host, dictionary_hash, packet, transmitter_config
from tests.hil.double import TransmitterDouble

RAM_BYTES = 2048  # ATmega328P, data sheet 8271
INTERRUPT_BYTES = 22  # of stack: two return addresses, 18 registers
SMALL = {"frame_bytes": 96, "queue_bytes": 136}


def bridge_to(board: AvrBoard, baud: int = 115_200) -> Bridge:
    return Bridge.open(board.port, expected=Expected(dictionary_hash(), firmware_hash()), baud=baud)


def fly(bridge: Bridge, ticks: int, seed: int = 1) -> None:
    """Fly a transmitter on brown-outs, resets and more packets than it has room for."""
    chance = random.Random(seed)
    double = TransmitterDouble()
    for each in (double, bridge):
        each.start_transmitter(
            transmitter_config(**SMALL), tick_us=10_000, supply_mv=27_000, warm=True
        )
    for number in range(ticks):
        packets = b"".join(
            packet(chance.randrange(4), chance.randint(20, 130), number)
            for _ in range(chance.choice((0, 1, 1, 2)))
        )
        supply_mv, reset = 27_000 if number % 100 < 80 else 18_000, number % 71 == 70
        expected = double.step_transmitter(packets, supply_mv=supply_mv, reset=reset)
        sent = bridge.step_transmitter(packets, supply_mv=supply_mv, reset=reset)
        assert sent == expected


@pytest.mark.parametrize("baud", [9_600, 57_600, 115_200, 250_000, 500_000, 1_000_000])
def test_drops_nothing_at_any_rate(baud: int) -> None:
    with AvrBoard("uno", baud=baud) as board, bridge_to(board, baud) as bridge:
        fly(bridge, ticks=80)
        status = bridge.status()
        line = bridge.counters

    assert board.seen["lost"] == 0
    assert (status.overruns, status.ring_dropped, status.line_dropped) == (0, 0, 0)
    assert (status.malformed, line.frames_bad) == (0, 0)
    assert status.frames_bad <= bool(board.seen["unheard"])  # said while the chip was starting


def test_a_mega_does_the_same() -> None:
    with AvrBoard("mega2560", baud=500_000) as board, bridge_to(board, 500_000) as bridge:
        fly(bridge, ticks=150)

    assert bridge.identity.name == "Arduino Mega 2560"
    assert board.seen["lost"] == 0


def test_every_octet_of_a_flood_is_taken_or_counted() -> None:
    """Without credits: 64 octets of room, and a host that sends two thousand at once."""
    flood = random.Random(7).randbytes(2000)
    with AvrBoard("uno", baud=1_000_000) as board, Host(board.port) as host:
        host.discover()
        host.write(flood)
        while (host.next(0.5)) is not None:
            pass
        host.write(b"\0")
        host.send(Poll(3))
        while (status := host.until(Status)).nonce != 3:
            pass

    heard = board.seen["octets_in"] - board.seen["unheard"]
    assert status.ring_dropped > 0
    assert heard == status.received + status.ring_dropped + board.seen["lost"]
    # The chip tells an overrun with the octet after it: the very last may go untold by it.
    assert status.overruns <= board.seen["lost"]
    assert status.frames_bad + status.frames_long > 0


def test_its_memory_holds_its_deepest_stack() -> None:
    with AvrBoard("uno", baud=1_000_000) as board, bridge_to(board, 1_000_000) as bridge:
        fly(bridge, ticks=250)
        bridge.status()
        identity = bridge.identity

    static_bytes = build("uno", baud=1_000_000).ram_bytes
    assert identity.roles == 1 << Role.TRANSMITTER
    assert 0 < board.seen["stack_bytes"] <= RAM_BYTES - static_bytes - INTERRUPT_BYTES


@pytest.mark.parametrize("name", ["uno", "mega2560"])
def test_tells_why_it_was_reset(name: str) -> None:
    with AvrBoard(name) as board, Host(board.port) as host:
        first = host.discover(nonce=1)
        host.start(transmitter_config(**SMALL))
        board.reset()
        while (second := host.discover(nonce=2)).session != 0:
            pass

    assert (first.reset_cause, second.reset_cause) == (ResetCause.POWER, ResetCause.PIN)


@pytest.mark.parametrize("name", ["uno", "mega2560"])
@pytest.mark.parametrize("cause", [ResetCause.WATCHDOG, ResetCause.RESTART])
def test_its_watchdog_bites(name: str, cause: ResetCause) -> None:
    """A main loop that hangs in a flight, and a chip that is asked to restart: it tells which."""
    with AvrBoard(name) as board, Host(board.port) as host:
        host.discover(nonce=1)
        host.start(transmitter_config(**SMALL))
        if cause is ResetCause.WATCHDOG:
            board.hang()
        else:
            host.send(Restart())
        while (second := host.discover(nonce=2)).session != 0:
            pass

    assert second.reset_cause == cause
    assert board.seen["resets"] == 1


@pytest.mark.parametrize(
    ("loader", "first_cause"), [("hands-on", ResetCause.POWER), ("forgets", ResetCause.OTHER)]
)
@pytest.mark.parametrize("happens", ["pin", "watchdog", "restart"])
def test_behind_a_boot_loader_it_tells_what_it_knows_and_no_more(
    loader: str, first_cause: ResetCause, happens: str
) -> None:
    """A loader is left by its own watchdog after a press of the button, as after a hang."""
    with AvrBoard(loader=loader) as board, Host(board.port) as host:
        first = host.discover(nonce=1)
        host.start(transmitter_config(**SMALL))
        if happens == "restart":
            host.send(Restart())
        else:
            (board.reset if happens == "pin" else board.hang)()
        while (second := host.discover(nonce=2)).session != 0:
            pass

    assert first.reset_cause == first_cause
    assert second.reset_cause == (ResetCause.RESTART if happens == "restart" else ResetCause.OTHER)


@pytest.mark.parametrize("name", ["uno", "mega2560"])
def test_flies_the_sounding_rocket_of_the_catalogue_as_it_is(name: str) -> None:
    scenario = flightsw.load("nike-apache-14-210")

    with AvrBoard(name, baud=500_000) as board, bridge_to(board, 500_000) as bridge:
        must_fit(bridge.identity, "transmitter", scenario)
        beside = TransmitterBeside(bridge, [(0, 1200)])  # to T+7
        with pytest.raises(EnoughError):
            flightsw.fly(scenario, transmitter=beside)

    assert beside.compared == 1200
    assert board.seen["lost"] == 0


@pytest.mark.parametrize("mission", ["nike-apache-14-210", "nike-apache-14-210-short"])
def test_what_an_8_bit_board_has_room_for_loses_no_packet(mission: str) -> None:
    flight = flightsw.fly(flightsw.load(mission))

    assert flight.transmitters[0].packets_dropped == (0, 0, 0, 0)


@pytest.fixture
def small_mission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The lost flight on a vehicle whose transmitter an Arduino Uno has room for, as data."""
    vehicle = files("flightsw.catalog").joinpath("vehicles/soyuz-u.toml").read_text("utf-8")
    small = "frame_bytes = 96\nqueue_bytes = [128, 104, 128, 184]\nspacecraft_id = 65\n"
    (tmp_path / "vehicles").mkdir()
    (tmp_path / "vehicles" / "soyuz-u.toml").write_text(
        vehicle.replace("spacecraft_id = 65\n", small), encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    return "progress-ms-04-lost"


def test_flies_the_half_minute_around_the_loss(small_mission: str) -> None:
    scenario = flightsw.load(small_mission)
    ticks = [round((time_s + 20.0) * 100) for time_s in (367.0, 397.0)]

    with AvrBoard("uno", baud=500_000) as board, bridge_to(board, 500_000) as bridge:
        beside = TransmitterBeside(bridge, [(ticks[0], ticks[1])])
        with pytest.raises(EnoughError):
            flightsw.fly(scenario, transmitter=beside)

    assert beside.compared == 3000
    assert beside.octets > 30_000  # half of the stretch: then it has no power
    assert board.seen["lost"] == 0
    assert not bridge.statistics.losses


@pytest.mark.long
@pytest.mark.parametrize("mission", ["progress-ms-04", "progress-ms-04-lost", "nike-apache-14-210"])
def test_a_whole_flight_has_the_bytes_of_the_simulation(small_mission: str, mission: str) -> None:
    scenario = flightsw.load(mission)

    with AvrBoard("uno", baud=500_000) as board, bridge_to(board, 500_000) as bridge:
        on_board = flightsw.fly(scenario, transmitter=bridge)

    assert on_board.downlink == flightsw.fly(scenario).downlink
    assert board.seen["lost"] == 0
