"""An Arduino under simavr on a bad line: a selection of what the virtual board goes through."""

from __future__ import annotations

from pathlib import Path

import pytest

from hil.bridge import Bridge
from hil.kinds import ResetCause
from tests.hil.chips import AvrBoard
from tests.hil.conftest import packet, transmitter_config
from tests.hil.double import TransmitterDouble
from tests.hil.line_cases import SELECTION, Case, ids, opened
from tests.hil.proxy import Proxy

BAUD = 500_000
SMALL = transmitter_config(frame_bytes=96, queue_bytes=136)


def start(board: Bridge | TransmitterDouble) -> None:
    board.start_transmitter(SMALL, tick_us=10_000, supply_mv=27_000, warm=True)


def step(board: Bridge | TransmitterDouble, number: int) -> bytes:
    packets = packet(number % 4, 30 + number % 90, number)
    return board.step_transmitter(packets, supply_mv=27_000, reset=False)


def should(ticks: int) -> list[bytes]:
    double = TransmitterDouble()
    start(double)
    return [step(double, number) for number in range(ticks)]


@pytest.fixture
def board():
    with AvrBoard("uno", baud=BAUD) as board:
        yield board


@pytest.fixture
def proxy(board: AvrBoard, tmp_path: Path):
    with Proxy(board.port, tmp_path / "port") as proxy:
        yield proxy


@pytest.mark.parametrize("case", SELECTION, ids=ids)
def test_a_spoilt_line_changes_no_octet_of_the_telemetry(proxy: Proxy, case: Case) -> None:
    with opened(proxy.port, baud=BAUD) as bridge:
        start(bridge)
        proxy.spoil(to_board=case.to_board, from_board=case.from_board)
        sent = [step(bridge, number) for number in range(100)]
        hits = sum(fault.hits for fault in proxy.faults())

    assert sent == should(100)
    assert hits > 0
    assert bridge.statistics.losses == []


def test_pulled_at_any_octet_nothing_is_lost_and_nothing_comes_twice(proxy: Proxy) -> None:
    with opened(proxy.port, baud=BAUD) as bridge:
        start(bridge)
        sent = []
        for number in range(100):
            if number % 10 == 5:
                proxy.cut(7 * number % 180 + 1, replug_s=0.005)
            sent.append(step(bridge, number))

    assert sent == should(100)
    assert [loss.reset_cause for loss in bridge.statistics.losses] == [""] * 10


def test_reset_in_flight_it_is_begun_again(board: AvrBoard, proxy: Proxy) -> None:
    with opened(proxy.port, baud=BAUD) as bridge:
        start(bridge)
        sent = [step(bridge, number) for number in range(20)]
        board.reset()
        sent += [step(bridge, number) for number in range(20, 60)]

    assert sent[:20] == should(20)
    assert any(sent[20:])
    assert [loss.reset_cause for loss in bridge.statistics.losses] == [ResetCause.PIN.name.lower()]
