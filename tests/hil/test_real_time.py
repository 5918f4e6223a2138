"""By the wall clock: what a board sends is heard and no more, what is late is counted, nothing is
commanded twice. Whether anything is late depends on this machine, and decides no test.
"""

from __future__ import annotations

import binascii
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import takewhile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hil import ports
from hil.boards.virtual import VirtualBoard
from hil.bridge import Bridge, LinkState
from hil.errors import BoardLostError, BoardResetError
from hil.kinds import Frames, GrantFlag, Reason, Refused, Reply
from hil.paced_transmitter import PacedTransmitter
from hil.packing import Received
from hil.statistics import Statistics
from hil.tasks import Tick
from tests.deframer import MARKER, frames
from tests.hil.by_clock import (
    answered_twice,
    check_each_answer,
    computing,
    fly,
    heard_at,
    recorded,
    sent_by_the_clock,
    transmitting,
)
from tests.hil.flown import ComputerWindow, TransmitterWindow, Window
from tests.hil.line_cases import opened
from tests.hil.proxy import Proxy
from tests.hil.recovery import pty_echo_s

FRAME_BYTES = 256
STALL_S = 0.1
TICK_S = 0.01


@pytest.fixture(autouse=True)
def own_registry(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "wire.log"


@pytest.fixture
def proxy(virtual: VirtualBoard, tmp_path: Path) -> Iterator[Proxy]:
    with Proxy(virtual.port, tmp_path / "port") as proxy:
        yield proxy


def check_telemetry(came: list[bytes], window: TransmitterWindow, log: Path) -> None:
    """What was heard is what the board sent, whole; until it dies its frames follow one another."""
    lockstep, by_clock = b"".join(window.should[:20]), b"".join(came)
    assert by_clock.startswith(lockstep)
    assert sent_by_the_clock(log).startswith(by_clock[len(lockstep) :])
    whole = FRAME_BYTES + len(MARKER)
    pieces = [by_clock[at : at + whole] for at in range(0, len(by_clock), whole)]
    good = takewhile(lambda piece: binascii.crc_hqx(piece[len(MARKER) :], 0xFFFF) == 0, pieces)
    counts = [each.master_count for each in frames(b"".join(good), FRAME_BYTES)]
    assert len(counts) > 10
    assert counts == [(counts[0] + k) & 0xFF for k in range(len(counts))]


def check_answers(came: list[bytes], window: Window, log: Path) -> None:
    """They are the right ones, and came nearly to the end."""
    check_each_answer(came, window, log)
    assert len(came) > len(window.should) - 200


def check(came: list[bytes], window: TransmitterWindow | ComputerWindow, log: Path) -> None:
    """As it is the part of either."""
    if isinstance(window, TransmitterWindow):
        check_telemetry(came, window, log)
    else:
        check_answers(came, window, log)


# ---------------------------------------------------------------------- nothing happens


def test_through_the_loss_the_telemetry_is_what_the_board_sent(virtual, log):
    window = transmitting(before=330)  # from T+379
    with recorded(virtual.port, log) as bridge:
        came = fly(window, bridge)

    check_telemetry(came, window, log)
    told = bridge.statistics.real_time
    assert told is not None
    assert (told.octets_lost, bridge.statistics.losses) == (0, [])
    assert told.ticks == len(window.should) - 20
    assert told.pieces > 0
    assert told.octets == len(sent_by_the_clock(log))
    assert told.is_degraded == (told.misses > 0)


def test_what_is_commanded_in_real_time_is_what_would_be_in_lockstep(virtual, log):
    window = computing()
    with recorded(virtual.port, log) as bridge:
        came = fly(window, bridge)

    check_answers(came, window, log)
    told = bridge.statistics.real_time
    assert told is not None
    assert told.answers_late <= told.missed
    assert len(came) == 2400 + told.ticks - (told.missed - told.answers_late)
    assert bridge.statistics.ticks == len(came)


def test_each_tick_has_its_time_and_none_begins_before_it(virtual):
    window = transmitting()
    with opened(virtual.port) as bridge:
        window.start(bridge)
        bridge.go_by_clock()
        before_s = time.monotonic()
        for tick in range(150):
            window.step(bridge, tick)
            assert time.monotonic() >= before_s + tick * TICK_S

    told = bridge.statistics.real_time
    assert told is not None
    assert len(told.woke_late_s) == len(told.left_late_s) == 150


def test_the_boards_clock_is_told_with_what_it_may_be_wrong_by(virtual):
    """The virtual board counts from its start, by the clock of this machine: no skew at all."""
    with opened(virtual.port) as bridge:
        fly(transmitting(), bridge)

    told = bridge.statistics.real_time
    assert told is not None
    assert told.offset is not None
    assert told.offset.offset_within_us > 0.0
    assert told.offset.skew_ppm is not None
    assert told.offset.skew_within_ppm is not None
    assert abs(told.offset.skew_ppm) <= told.offset.skew_within_ppm


def test_a_session_after_one_in_real_time_is_in_lockstep_again(virtual):
    window = transmitting(100, 0)
    with opened(virtual.port) as bridge:
        fly(window, bridge)
        bridge.stop()
        window.start(bridge)
        again = [window.step(bridge, tick) for tick in range(len(window.should))]

    assert again == window.should


def test_a_port_that_only_its_own_thread_writes_to_is_written_to_by_that(virtual, log, monkeypatch):
    monkeypatch.setattr(ports._DescriptorPort, "outlet", lambda _: None)
    for window in (transmitting(), computing()):
        with recorded(virtual.port, log) as bridge:
            came = fly(window, bridge)
        check(came, window, log)


# ---------------------------------------------------------------------- stalls


def stalled(board: VirtualBoard) -> Callable[[], None]:
    """Return what stops a board for a while, as its flight goes on."""

    def work() -> None:
        os.kill(board.pid, signal.SIGSTOP)
        time.sleep(STALL_S)
        os.kill(board.pid, signal.SIGCONT)

    return threading.Thread(target=work).start


STALLED_TICKS = round(STALL_S / TICK_S) - 2  # it began within a tick, and one is in time


def test_a_transmitter_that_stalls_is_counted_and_not_lost(virtual, log):
    window = transmitting()
    with recorded(virtual.port, log) as bridge:
        came = fly(window, bridge, {100: stalled(virtual)})

    check_telemetry(came, window, log)
    told = bridge.statistics.real_time
    assert told is not None
    assert told.board_late_ticks >= STALLED_TICKS
    assert told.is_degraded
    assert (told.octets_lost, bridge.statistics.losses) == (0, [])


def test_a_sequencer_that_stalls_commands_late_and_nothing_twice(virtual, log):
    window = computing()
    with recorded(virtual.port, log) as bridge:
        came = fly(window, bridge, {88: stalled(virtual)})  # commands come in tick 92

    check_answers(came, window, log)
    told = bridge.statistics.real_time
    assert told is not None
    assert told.missed >= STALLED_TICKS
    assert told.answers_late >= STALLED_TICKS
    assert told.is_degraded
    assert bridge.statistics.losses == []


@pytest.mark.parametrize("role", ["transmitter", "sequencer"])
def test_a_host_that_stalls_is_counted_too(virtual, log, role):
    window = transmitting() if role == "transmitter" else computing()
    with recorded(virtual.port, log) as bridge:
        came = fly(window, bridge, {100: lambda: time.sleep(STALL_S)})

    check(came, window, log)
    told = bridge.statistics.real_time
    assert told is not None
    late = told.late_ticks if role == "transmitter" else told.missed
    assert late >= STALLED_TICKS
    assert told.is_degraded


# ---------------------------------------------------------------------- losses


def record_recovery(record_property, proxy: Proxy, log: Path, kind: type[Any]) -> None:
    """Record how soon after the cable was plugged the first frame is used; nothing judges it."""
    plugged_s = proxy.seen.plugged_at
    used_s = next(at_s for at_s, _ in heard_at(log, kind) if at_s >= plugged_s)
    record_property("recovered_after_s", used_s - plugged_s)
    record_property("pty_echo_s", pty_echo_s())


def test_unplugged_the_flight_goes_on_and_what_was_lost_is_counted_to_the_octet(
    proxy, log, record_property
):
    window = transmitting()

    def plug_later() -> None:
        proxy.unplug()
        threading.Timer(0.3, proxy.plug).start()

    with recorded(proxy.port, log) as bridge:
        came = fly(window, bridge, {60: plug_later})

    record_recovery(record_property, proxy, log, Frames)
    statistics = bridge.statistics
    told = statistics.real_time
    assert told is not None
    assert [loss.reset_cause for loss in statistics.losses] == [""] * len(statistics.losses)
    assert statistics.losses[0].recovered_after_s is not None
    assert statistics.ticks_lost > 0
    assert told.octets_lost > 0  # the board went on, and nobody listened
    assert told.is_degraded
    heard = b"".join(came)[len(b"".join(window.should[:20])) :]
    assert len(heard) <= told.octets
    assert bridge.state is not LinkState.LOST


def test_a_board_is_back_in_the_tick_that_it_is_found_in(proxy, log):
    window = transmitting()
    ticks = iter(range(len(window.should)))
    states = []

    with recorded(proxy.port, log) as bridge:
        window.start(bridge)
        bridge.go_by_clock()
        window.step(bridge, next(ticks))
        proxy.unplug()
        threading.Timer(0.1, proxy.plug).start()
        while not bridge.statistics.losses or bridge.statistics.losses[0].recovered_after_s is None:
            states.append(bridge.state)
            window.step(bridge, next(ticks))

        assert bridge.state is LinkState.DEGRADED
    assert states[-1] is LinkState.LOST


def test_an_unplugged_sequencer_gets_all_that_it_missed_and_commands_late(
    proxy, log, record_property
):
    window = computing()

    def plug_later() -> None:
        proxy.unplug()
        threading.Timer(0.2, proxy.plug).start()

    with recorded(proxy.port, log) as bridge:
        came = fly(window, bridge, {80: plug_later})

    record_recovery(record_property, proxy, log, Reply)
    check_answers(came, window, log)
    told = bridge.statistics.real_time
    assert told is not None
    assert told.missed >= 10
    assert bridge.statistics.losses[0].recovered_after_s is not None


def paced_alone(number: int) -> PacedTransmitter:
    """Without a line."""
    connection: Any = SimpleNamespace(now_s=0.0, away=False)
    return PacedTransmitter(
        connection, Statistics(), tick_us=500_000, number=number, told=print, restarted=print
    )


@pytest.mark.parametrize(
    ("next_one", "board_expects", "goes_on_from"),
    [(7, 6, 7), (7, 7, 7), (7, 8, 8), (0, 0xFFFF, 0), (0xFFFF, 0, 0)],
)
def test_a_grant_that_is_refused_gives_no_number_to_a_second_tick(
    next_one, board_expects, goes_on_from
):
    told = paced_alone(next_one)
    told._witness(Received(Refused(0x04, Reason.NUMBER, board_expects), 0, 0))
    told._take_next(tick := Tick(0, 27_000, b""))
    told.close()

    assert tick.number == goes_on_from


def test_a_reset_outlives_the_grant_that_the_line_has_no_room_for():
    told = paced_alone(0)
    resets = (GrantFlag.RESET, 0, 0, 0)

    for flags in resets:  # two may wait: those of a second
        told._queue(Tick(flags, 27_000, b""))
    told.close()

    assert [tick.flags for _, tick in told._waiting] == [GrantFlag.RESET, 0]
    assert told.counts.grants_dropped == 2


def test_a_board_that_is_not_back_in_time_ends_the_flight(proxy):
    window = transmitting()

    def tell(bridge: Bridge, tick: int) -> None:
        bridge.now_s = float(tick)
        if tick == 60:
            proxy.unplug()

    with opened(proxy.port, wait_s=0.2) as bridge:
        tellers = {tick: partial(tell, bridge, tick) for tick in range(len(window.should))}
        with pytest.raises(BoardLostError, match="and not back within") as error:
            fly(window, bridge, tellers)
    (loss,) = bridge.statistics.losses
    assert loss.at_s is not None
    assert str(error.value).startswith(f"board gone at T{loss.at_s:+.2f}, and")
    assert bridge.now_s is not None
    assert loss.at_s < bridge.now_s


def test_a_transmitter_that_is_reset_is_begun_again(virtual):
    window = transmitting()
    with opened(virtual.port) as bridge:
        fly(window, bridge, {60: virtual.reset})

    told, losses = bridge.statistics.real_time, bridge.statistics.losses
    assert told is not None
    assert [loss.reset_cause for loss in losses] == ["pin"]
    assert told.pieces > 0


def test_a_sequencer_that_is_reset_is_not(virtual):
    with opened(virtual.port) as bridge, pytest.raises(BoardResetError, match="pin"):
        fly(computing(), bridge, {60: virtual.reset})


# ---------------------------------------------------------------------- a line that is too slow


def test_what_a_slow_line_cannot_bring_in_time_is_late_and_not_lost(log):
    window = computing()
    with VirtualBoard(baud=9600) as board, recorded(board.port, log, 9600) as bridge:
        came = fly(window, bridge)

    assert came == window.should[: len(came)]
    assert not answered_twice(log)
    told = bridge.statistics.real_time
    assert told is not None
    assert told.missed > 150  # an answer of 34 octets takes 50 ms
