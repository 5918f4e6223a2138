"""Boards under QEMU: the same firmware as on a real one, at its port."""

from __future__ import annotations

import itertools
import os
import random
import time
from pathlib import Path

import pytest

from hil.boards import registry
from hil.boards.build import build
from hil.boards.emulated import TARGET, EmulatedBoard
from hil.boards.firmware import firmware_hash
from hil.boards.qemu import Qemu
from hil.boards.target import target_of, targets
from hil.bridge import Bridge, Expected
from hil.errors import BoardError
from hil.kinds import Discover, Identity, ResetCause, Restart, State
from hil.link import frame
from hil.packing import encode
from tests.hil.chips import require
from tests.hil.conftest import Host, dictionary_hash, packet, transmitter_config
from tests.hil.double import TransmitterDouble
from tests.hil.gdb import Gdb

NONCES = itertools.count(1)
FREE_RAM = 0x2000_D000  # of an LM3S6965, between what the firmware holds and its stack


@pytest.fixture(scope="module")
def emulated():
    require("lm3s6965evb", qemu=True)
    with EmulatedBoard() as board:
        yield board


@pytest.fixture
def host(emulated: EmulatedBoard):
    """Of a board that has just been restarted."""
    with Host(emulated.port) as host:
        meet(host)
        host.send(Restart())
        meet(host)
        yield host


def meet(host: Host) -> Identity:
    """Ask with a number of its own: QEMU looks at a new port once a second, and answers all."""
    return host.discover(nonce=next(NONCES))


def test_says_who_it_is(host: Host) -> None:
    identity = meet(host)

    assert identity.name == "LM3S6965 evaluation board"
    assert (identity.roles, identity.state, identity.session) == (0b11, State.IDLE, 0)
    assert (identity.dictionary, identity.firmware) == (dictionary_hash(), firmware_hash())
    assert identity.reset_cause == ResetCause.RESTART


@pytest.mark.parametrize("target", [name for name, board in targets().items() if board.machine])
def test_sends_what_the_transmitter_of_the_loop_sends(target: str) -> None:
    require(target, qemu=True)
    config = transmitter_config(queue_bytes=512)
    double = TransmitterDouble()
    double.start_transmitter(config, tick_us=10_000, supply_mv=27_000, warm=True)

    expected = Expected(dictionary_hash(), firmware_hash())
    with EmulatedBoard(target) as board, Bridge.open(board.port, expected=expected) as bridge:
        bridge.start_transmitter(config, tick_us=10_000, supply_mv=27_000, warm=True)
        for number in range(200):
            packets = packet(number % 4, 40 + number % 90, number) if number % 3 else b""
            supply_mv = 18_000 if 100 <= number < 130 else 27_000
            sent = double.step_transmitter(packets, supply_mv=supply_mv, reset=False)
            answered = bridge.step_transmitter(packets, supply_mv=supply_mv, reset=False)
            assert answered == sent
        status = bridge.status()

    assert (status.frames_bad, status.malformed) == (0, 0)
    assert (status.overruns, status.ring_dropped, status.line_dropped) == (0, 0, 0)
    assert len(double.sent) > 5_000


def test_is_found_again_after_a_reset_in_the_middle_of_a_frame(
    emulated: EmulatedBoard, host: Host
) -> None:
    """A reset leaves octets in the UART; they must not make it deaf."""
    chance = random.Random(1)
    for _ in range(20):
        whole = frame(encode(Discover(1), 0))
        host.write(whole[: chance.randrange(1, len(whole))])
        emulated.reset()
        identity = meet(host)
        assert identity.session == 0


def test_its_watchdog_of_two_seconds_is_fed_while_nobody_speaks(host: Host) -> None:
    session = host.start(transmitter_config())

    time.sleep(3.0)

    assert meet(host).session == session


@pytest.mark.parametrize("interrupts", [True, False])
def test_its_watchdog_bites_when_its_program_hangs(tmp_path: Path, *, interrupts: bool) -> None:
    """Spoken to while it hangs, it comes back without its session. QEMU tells it no cause."""
    require(TARGET, qemu=True)
    machine = target_of(TARGET).machine
    assert machine
    with Qemu(machine, build(TARGET).elf) as qemu, Host(qemu.port) as host:
        session = host.start(transmitter_config())
        with Gdb(qemu, tmp_path / "gdb") as gdb:
            gdb.hang(FREE_RAM, interrupts=interrupts)
        identity = meet(host)
        while identity.session == session:  # asked before it hung
            identity = meet(host)

    assert (identity.state, identity.session) == (State.IDLE, 0)
    assert identity.reset_cause == ResetCause.OTHER


def test_answers_after_a_stall_as_if_nothing_had_been(emulated: EmulatedBoard, host: Host) -> None:
    host.start(transmitter_config())

    emulated.stall()
    host.send(Discover(7))
    silence = host.next(0.1)
    emulated.resume()

    assert silence is None
    assert host.next().nonce == 7


def test_is_in_the_registry_for_as_long_as_it_runs() -> None:
    require("lm3s6965evb", qemu=True)
    with EmulatedBoard() as board:
        assert board.pid in {each.pid for each in registry.registered()}
        assert Path(board.port).resolve().is_char_device()

    assert board.pid not in {each.pid for each in registry.registered()}
    assert not Path(board.port).is_symlink()
    with pytest.raises(ProcessLookupError):
        os.kill(board.pid, 0)


def test_a_board_that_qemu_does_not_have_is_refused() -> None:
    with pytest.raises(BoardError, match="QEMU has no pico"):
        EmulatedBoard("pico")


def test_a_missing_qemu_is_named_with_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("hil.boards.emulated.missing_packages", lambda _: [])

    with pytest.raises(BoardError, match="apt-get install qemu-system-arm"):
        EmulatedBoard()
