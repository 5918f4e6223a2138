"""How soon a board is used again after a fault: from the line being good to a whole answer.

Times are recorded beside those of a bare pseudo-terminal in the same run; they decide no test.
"""

from __future__ import annotations

import os
import random
import select
import statistics
import subprocess
import sys
import threading
import time
import tty
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hil.bridge import Bridge
from tests.hil.faults import Fault, Lost, Noise, WrongRate
from tests.hil.flown import Window
from tests.hil.line_cases import begun
from tests.hil.proxy import Proxy

STORM = 1_000_000
ECHO_BYTES = 44
LONG_S = 10.0  # that it comes back at all

_ECHO = "import os\nwhile octets := os.read(0, 65536): os.write(1, octets.upper())"


def pty_echo_s(times: int = 200) -> float:
    """Return the median round trip over a pseudo-terminal to a process that only echoes, s."""
    master, slave = os.openpty()
    tty.setraw(slave)
    trips = []
    with subprocess.Popen([sys.executable, "-c", _ECHO], stdin=slave, stdout=slave) as echo:
        try:
            for _ in range(times + 1):
                began = time.monotonic()
                os.write(master, b"a" * ECHO_BYTES)
                heard = b""
                while heard.count(b"A") < ECHO_BYTES:  # the process's own, not the terminal's
                    assert select.select([master], [], [], LONG_S)[0], f"heard {heard!r}"
                    heard += os.read(master, ECHO_BYTES)
                trips.append(time.monotonic() - began)
        finally:
            echo.kill()
    os.close(slave)
    os.close(master)
    return statistics.median(trips[1:])  # in the first it was still being started


@dataclass(frozen=True)
class Trouble:
    """A fault with an end; one without `end` is over with its beginning."""

    name: str
    begin: Callable[[Proxy, Any], None]
    end: Callable[[Proxy, Any], None] | None = None
    resets: bool = False

    def mend(self, proxy: Proxy, board: Any) -> None:
        assert self.end is not None
        self.end(proxy, board)


def _spoilt(name: str, to_board: Fault, from_board: Fault) -> Trouble:
    return Trouble(
        name,
        lambda proxy, _: proxy.spoil(to_board=to_board, from_board=from_board),
        lambda proxy, _: proxy.spoil(),
    )


SPOILT = [
    _spoilt("nothing passes", Lost(), Lost()),
    _spoilt("noise", Noise(1), Noise(2)),
    _spoilt("wrong rate", WrongRate(2.0), WrongRate(0.5)),
]

TROUBLES = [
    Trouble("unplugged", lambda proxy, _: proxy.unplug(), lambda proxy, _: proxy.plug()),
    *SPOILT,
    Trouble("stall", lambda _, board: board.stall(), lambda _, board: board.resume()),
    Trouble("half a frame", lambda proxy, _: proxy.add_to_board(b"\x20half a fr")),
    Trouble("storm of delimiters", lambda proxy, _: proxy.add_to_board(bytes(STORM))),
    Trouble(
        "storm of noise", lambda proxy, _: proxy.add_to_board(random.Random(3).randbytes(STORM))
    ),
    Trouble("reset", lambda _, board: board.reset(), resets=True),
    Trouble("brown-out", lambda _, board: board.brown_out(), resets=True),
    Trouble("watchdog", lambda _, board: board.bite(), resets=True),
]

SELECTION = [
    trouble
    for trouble in TROUBLES
    if trouble.name
    in {"unplugged", "nothing passes", "wrong rate", "stall", "half a frame", "reset"}
]
"""For boards that are slow."""


def recoveries(
    proxy: Proxy, board: Any, window: Window, trouble: Trouble, *, times: int
) -> tuple[Bridge, list[float]]:
    """Fly a tick in each trouble; return how long each took from the end of it, s, in order."""
    chance = random.Random(trouble.name)
    took_s = []
    with begun(proxy, window) as bridge:
        for tick in range(times):
            over_at = [time.monotonic()]
            trouble.begin(proxy, board)

            def end(over_at: list[float] = over_at) -> None:
                over_at.append(time.monotonic())
                trouble.mend(proxy, board)

            timer = threading.Timer(chance.uniform(0.1, 0.4), end)
            if trouble.end is not None:
                timer.start()
            answer = window.step(bridge, tick)
            answered_at = time.monotonic()
            if trouble.end is not None:
                timer.join()
            assert trouble.resets or answer == window.should[tick]
            took_s.append(answered_at - over_at[-1])
    return bridge, sorted(took_s)


def recorded(took_s: list[float]) -> dict[str, float]:
    """Return what a test records of them, in ms and in echoes of a pseudo-terminal."""
    echo_s = pty_echo_s()
    median_s, longest_s = statistics.median(took_s), took_s[-1]
    return {
        "pty_echo_ms": round(echo_s * 1e3, 3),
        "used_after_ms_median": round(median_s * 1e3, 2),
        "used_after_ms_longest": round(longest_s * 1e3, 2),
        "used_after_echoes_median": round(median_s / echo_s, 1),
    }
