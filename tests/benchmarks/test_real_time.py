"""A board by the clock, beside what a pseudo-terminal costs on this machine in the same run.

Goals are told relative to the echo: a machine that is busy is late with both.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
import threading
import time
import tty
from collections.abc import Iterator

import pytest

from hil.boards.virtual import VirtualBoard
from hil.bridge import LinkState
from hil.statistics import percentile
from tests.hil.flown import ComputerWindow, TransmitterWindow
from tests.hil.line_cases import opened
from tests.hil.proxy import Proxy

OCTETS = bytes(range(1, 63))
ECHO = """
import os, sys
while octets := os.read(int(sys.argv[1]), 4096):
    os.write(int(sys.argv[1]), octets)
"""


@pytest.fixture
def echo() -> Iterator[int]:
    """A process that sends back what comes over a pseudo-terminal; our end of it."""
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    process = subprocess.Popen([sys.executable, "-c", ECHO, str(theirs)], pass_fds=[theirs])
    yield ours
    process.kill()
    process.wait()
    os.close(ours)
    os.close(theirs)


def echoed(descriptor: int) -> int:
    os.write(descriptor, OCTETS)
    left = len(OCTETS)
    while left:
        select.select([descriptor], [], [])
        left -= len(os.read(descriptor, left))
    return left


def test_echo_of_a_pseudo_terminal(benchmark, echo):
    """What the others are to be seen beside."""
    assert benchmark(echoed, echo) == 0


def test_a_tick_in_lockstep(benchmark):
    """Measurements to the virtual board, and its answer."""
    window = ComputerWindow("progress-ms-04", 2400)
    with VirtualBoard() as board, opened(board.port) as bridge:
        window.start(bridge)
        ticks = iter(range(2400))
        answer = benchmark.pedantic(lambda: window.step(bridge, next(ticks)), rounds=2000)

    assert answer == window.should[1999]


def test_a_tick_by_the_clock(benchmark, echo):
    """The same at 100 Hz: from the time of a tick to its answer, in `way_ms`."""
    window = ComputerWindow("progress-ms-04", 1100)
    with VirtualBoard() as board, opened(board.port) as bridge:
        window.start(bridge)
        bridge.go_by_clock()
        ticks = iter(range(1100))
        benchmark.pedantic(lambda: window.step(bridge, next(ticks)), rounds=1000)

    told = bridge.statistics.real_time
    assert told is not None
    assert told.ticks == 1000
    shares = (50.0, 99.0, 100.0)
    benchmark.extra_info["way_ms"] = [percentile(told.ways_s, each) * 1e3 for each in shares]
    benchmark.extra_info["left_late_ms"] = [
        percentile(told.left_late_s, each) * 1e3 for each in shares
    ]
    benchmark.extra_info["missed"] = told.missed


def test_recovery_from_an_unplugged_cable(benchmark, echo, tmp_path):
    """By the clock: from the cable that is in again to the board that is back. Goal: 200 ms."""
    window = TransmitterWindow("progress-ms-04", range(30_000, 36_000))
    with (
        VirtualBoard() as board,
        Proxy(board.port, tmp_path / "port") as proxy,
        opened(proxy.port) as bridge,
    ):
        window.start(bridge)
        bridge.go_by_clock()
        ticks = iter(range(6000))
        took_s: list[float] = []

        def recovered() -> None:
            losses = len(bridge.statistics.losses)
            proxy.unplug()
            threading.Timer(0.1, proxy.plug).start()
            while len(bridge.statistics.losses) == losses or bridge.state is LinkState.LOST:
                window.step(bridge, next(ticks))
            took_s.append(time.monotonic() - proxy.seen.plugged_at)
            for _ in range(20):
                window.step(bridge, next(ticks))

        benchmark.pedantic(recovered, rounds=20)
        began = time.perf_counter()
        for _ in range(200):
            echoed(echo)
        echo_s = (time.perf_counter() - began) / 200

    assert len(bridge.statistics.losses) >= 20
    benchmark.extra_info["recovered_ms"] = [each * 1e3 for each in sorted(took_s)]
    benchmark.extra_info["answered_ms"] = sorted(
        each.answered_after_s * 1e3
        for each in bridge.statistics.losses
        if each.answered_after_s is not None
    )
    benchmark.extra_info["echo_ms"] = echo_s * 1e3
