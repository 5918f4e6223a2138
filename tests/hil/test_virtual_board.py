"""The virtual board as a host sees it: through its port, with nothing but octets."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hil.boards import registry
from hil.boards.firmware import firmware_hash
from hil.boards.virtual import VirtualBoard, program
from hil.kinds import (
    PROTOCOL,
    Discover,
    Echo,
    Grant,
    Identity,
    Reason,
    Refused,
    Reply,
    ResetCause,
    Restart,
    State,
    Status,
    Stop,
)
from hil.link import Decoder, frame
from hil.packing import encode
from tests.hil.conftest import Host, dictionary_hash, packet, start_of, transmitter_config
from tests.hil.double import TransmitterDouble


def test_says_who_it_is(host: Host) -> None:
    identity = host.discover(nonce=0xCAFE)

    assert identity.protocol == PROTOCOL
    assert identity.roles == 0b11
    assert (identity.state, identity.session) == (State.IDLE, 0)
    assert identity.reset_cause == ResetCause.POWER
    assert identity.dictionary == dictionary_hash()
    assert identity.firmware == firmware_hash()
    assert identity.name == "virtual"


def test_tells_the_name_identity_and_window_that_it_was_given() -> None:
    mark = bytes(range(8))
    with VirtualBoard(window=64, name="bench 7", board_id=mark) as board, Host(board.port) as host:
        identity = host.discover()

    assert (identity.window, identity.name, identity.board_id) == (64, "bench 7", mark)


def test_sends_what_the_transmitter_of_the_loop_sends(host: Host) -> None:
    config = transmitter_config()
    double = TransmitterDouble()
    double.start_transmitter(config, tick_us=10_000, supply_mv=27_000, warm=True)
    host.discover()
    host.start(config)

    for number in range(500):
        packets = packet(number % 4, 40 + number % 90, number) if number % 3 else b""
        supply_mv = 18_000 if 200 <= number < 230 else 27_000 if number < 400 else 0
        sent = double.step_transmitter(packets, supply_mv=supply_mv, reset=False)
        assert host.tick(number, packets, supply_mv=supply_mv) == sent
    assert len(double.sent) > 10_000


@pytest.mark.parametrize(
    ("happen", "cause"),
    [
        pytest.param(VirtualBoard.reset, ResetCause.PIN, id="button"),
        pytest.param(VirtualBoard.bite, ResetCause.WATCHDOG, id="watchdog"),
        pytest.param(VirtualBoard.brown_out, ResetCause.BROWN_OUT, id="brown-out"),
    ],
)
def test_a_reset_forgets_the_session(virtual: VirtualBoard, host: Host, happen, cause) -> None:
    host.discover()
    host.start(transmitter_config())

    happen(virtual)
    while (identity := host.discover()).session != 0:
        pass

    assert (identity.state, identity.reset_cause) == (State.IDLE, cause)


def test_restart_is_a_reset(host: Host) -> None:
    host.discover()
    host.start(transmitter_config())

    host.send(Restart())
    identity = host.discover()

    assert (identity.session, identity.reset_cause) == (0, ResetCause.RESTART)


def test_stop_ends_the_session_and_a_late_start_does_not_begin_it_again(host: Host) -> None:
    config = transmitter_config()
    session = host.start(config)

    host.send(Stop(session))
    stopped = host.until(Status)
    host.send(start_of(config))

    assert (stopped.state, stopped.session) == (State.IDLE, 0)
    assert host.until(Refused).reason == Reason.CONFIGURATION_CRC


def test_answers_after_a_stall_as_if_nothing_had_been(virtual: VirtualBoard, host: Host) -> None:
    host.start(transmitter_config())

    virtual.stall()
    host.send(Grant(0, 0, 27_000, 0))
    silence = host.next(0.1)
    virtual.resume()

    assert silence is None
    assert host.until(Reply).number == 0


def test_is_in_the_registry_for_as_long_as_it_runs() -> None:
    with VirtualBoard() as board:
        assert board.pid in {each.pid for each in registry.registered()}
        assert Path(board.port).resolve().is_char_device()

    assert board.pid not in {each.pid for each in registry.registered()}
    assert not Path(board.port).is_symlink()


def test_one_that_was_killed_is_forgotten() -> None:
    with VirtualBoard() as board:
        os.kill(board.pid, signal.SIGKILL)
        os.waitid(os.P_PID, board.pid, os.WEXITED | os.WNOWAIT)  # nobody has taken note of it yet

        assert board.pid not in {each.pid for each in registry.registered()}
        assert not Path(board.port).is_symlink()


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--window", "48", "--window 48: a power of two"),
        ("--window", "16", "--window 16: a number from 32 to 32768"),
        ("--id", "12", "--id 12: 16 hexadecimal digits"),
        ("--fly", "high", "--fly high: no such option; --help lists them"),
    ],
)
def test_says_what_is_wrong_with_an_option(option: str, value: str, said: str) -> None:
    done = subprocess.run([program(), option, value], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (2, f"virtual board: {said}\n")


def test_ends_with_its_parent() -> None:
    source = "from hil.boards.virtual import VirtualBoard as V; v = V(); print(v.pid, flush=True)"
    kill = "; import os; os.kill(os.getpid(), 9)"
    parent = subprocess.run(
        [sys.executable, "-c", source + kill], capture_output=True, text=True, check=False
    )

    pid = int(parent.stdout)
    until = time.monotonic() + 5.0
    while pid in {each.pid for each in registry.registered()}:
        assert time.monotonic() < until
        time.sleep(0.01)


def test_boards_that_start_and_end_at_once_keep_out_of_one_anothers_way() -> None:
    source = (
        "from hil.boards.virtual import VirtualBoard as V\n"
        "from pathlib import Path\n"
        "for _ in range(20):\n"
        "    with V() as board: assert Path(board.port).is_symlink()\n"
    )
    others = [subprocess.Popen([sys.executable, "-c", source]) for _ in range(3)]

    assert [other.wait() for other in others] == [0, 0, 0]


def test_a_million_octets_of_noise_do_not_keep_it_from_answering(host: Host) -> None:
    noise = random.Random(4).randbytes(10**6)

    for at in range(0, len(noise), 4096):
        host.write(noise[at : at + 4096])
        host.drain()

    assert host.discover().session == 0
    assert host.until_status().frames_bad > 1000


def test_what_a_host_does_not_read_is_dropped_and_counted() -> None:
    with VirtualBoard() as board, Host(board.port) as host:
        host.discover()
        for _ in range(200):
            host.send(Echo(bytes(245)))
        # Its answers fill the line; it gives up waiting, and what it was told is not lost.
        status = host.until_status()

    assert status.frames_good >= 202
    assert 0 < status.line_dropped < 200 * 255


def test_takes_a_line_that_is_given_to_it_and_ends_with_it() -> None:
    ours, theirs = socket.socketpair()
    command = [str(program()), "--fd", str(theirs.fileno()), "--name", "given"]
    board = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdout=subprocess.PIPE)
    theirs.close()

    ours.sendall(b"\0" + frame(encode(Discover(5), 0)))
    decoder = Decoder(from_board=True)
    while not (heard := decoder.feed(ours.recv(4096))):  # the delimiter of its reset comes first
        pass
    ours.close()

    [answer] = heard
    assert isinstance(answer.message, Identity)
    assert answer.message.name == "given"
    assert board.wait(5.0) == 0
    assert board.communicate()[0] == b""
