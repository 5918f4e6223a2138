"""Faults of a line that a flight survives, with the same claims over every kind of board."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hil.boards.firmware import firmware_hash
from hil.bridge import Bridge, Expected
from tests.hil.conftest import dictionary_hash
from tests.hil.faults import (
    Dropped,
    Fault,
    Flipped,
    FramesHalved,
    FramesInGarbage,
    FramesInNuls,
    FramesLate,
    FramesLateAgain,
    FramesLost,
    FramesTwice,
    OneByOne,
    Spoilt,
    Stalled,
)
from tests.hil.flown import ComputerWindow, TransmitterWindow, Window
from tests.hil.proxy import Proxy

EXPECTED = Expected(dictionary=dictionary_hash(), firmware=firmware_hash())
WAIT_S = 20.0


@dataclass(frozen=True)
class Case:
    """What happens to octets to and from a board, and whether something is lost by it."""

    name: str
    to_board: Fault | None
    from_board: Fault | None
    loses: bool = True


def each_way(name: str, fault: type[Any], every: int, *, loses: bool = True) -> list[Case]:
    return [
        Case(f"{name} to the board", fault(every, 1), None, loses),
        Case(f"{name} from the board", None, fault(every, 2), loses),
    ]


CASES = [
    *each_way("bits flipped", Flipped, 1500),
    *each_way("octets lost", Dropped, 1500),
    *each_way("frames lost", FramesLost, 20),
    *each_way("frames twice", FramesTwice, 3, loses=False),
    *each_way("frames late", FramesLate, 10, loses=False),
    *each_way("frames late again", FramesLateAgain, 5, loses=False),
    *each_way("frames halved", FramesHalved, 20),
    *each_way("garbage", FramesInGarbage, 20),
    *each_way("delimiters by the hundred", FramesInNuls, 2, loses=False),
    Case("octet by octet", OneByOne(), OneByOne(), loses=False),
    Case("stalls", Stalled(40, 0.15), Stalled(60, 0.15), loses=False),
    Case("everything at once", Spoilt(1500, 5), Spoilt(1500, 6)),
]
"""All of them; over the virtual board they take a second each at most."""

SELECTION = [
    case
    for case in CASES
    if case.name
    in {
        "frames lost from the board",
        "frames halved to the board",
        "frames late again to the board",
        "octet by octet",
        "everything at once",
    }
]
"""For boards that are slow."""


def ids(case: Any) -> str:
    name: str = case.name
    return name


def opened(port: str, **settings: Any) -> Bridge:
    defaults: dict[str, Any] = {"expected": EXPECTED, "wait_s": WAIT_S}
    return Bridge.open(port, **defaults | settings)


def begun(proxy: Proxy, window: Window, **settings: Any) -> Bridge:
    bridge = opened(proxy.port, **settings)
    window.start(bridge)
    return bridge


def loss_window(ticks: int = 150) -> TransmitterWindow:
    """The last ticks before telemetry ends, and ten after."""
    return TransmitterWindow("progress-ms-04-lost", range(40_235 - ticks, 40_245))


def start_window(ticks: int = 2600) -> ComputerWindow:
    """From switching on to lift-off: three sets of commands, the last in tick 2594."""
    return ComputerWindow("progress-ms-04", ticks)


def fly(
    window: Window, proxy: Proxy, bridge: Bridge, case: Case, *, spoilt: range | None = None
) -> list[bytes]:
    """Fly a window whose line is spoilt, in these ticks alone if they are told."""
    window.start(bridge)
    sent = []
    ticks = range(len(window.should))
    for tick in ticks:
        if tick == (spoilt or ticks).start:
            proxy.spoil(to_board=case.to_board, from_board=case.from_board)
        if spoilt is not None and tick == spoilt.stop:
            proxy.spoil()
        sent.append(window.step(bridge, tick))
    return sent


def check_telemetry(board: str, link: Path, case: Case, window: TransmitterWindow) -> None:
    """Telemetry is that of the simulation; what the line lost is counted, and nobody is lost."""
    with Proxy(board, link) as proxy, opened(str(link)) as bridge:
        before = bridge.status()  # a board counts on from one flight to the next
        sent = fly(window, proxy, bridge, case)
        hits = sum(fault.hits for fault in proxy.faults())
        proxy.spoil()
        after = bridge.status()

    assert sent == window.should
    assert hits > 0
    assert bridge.statistics.losses == []
    line = bridge.statistics.line
    bad = line.frames_bad + line.frames_long
    bad_on_board = after.frames_bad + after.frames_long - before.frames_bad - before.frames_long
    if not case.loses:
        assert bad == bad_on_board == 0
    elif case.from_board:
        assert bad + line.sequence_gaps > 0
    else:
        assert bad_on_board + after.sequence_gaps - before.sequence_gaps > 0
    assert after.ring_dropped == before.ring_dropped
    assert after.overruns == before.overruns


def pull_anywhere(proxy: Proxy, window: Window, times: int, seed: int) -> Bridge:
    """Fly a window again and again, the cable pulled after a random number of octets."""
    chance = random.Random(seed)
    with begun(proxy, window) as bridge:
        while proxy.seen.pulled < times:
            bridge.stop()
            window.start(bridge)
            for tick, should in enumerate(window.should):
                if proxy.seen.cut_after is None and proxy.seen.pulled < times:
                    proxy.cut(chance.randrange(1, 400), replug_s=chance.choice([0.0, 0.005]))
                assert window.step(bridge, tick) == should
            proxy.cut(None)  # it is pulled in flight
    return bridge
