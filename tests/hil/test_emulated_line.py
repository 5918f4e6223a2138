"""An emulated board on a bad line: a selection of what the virtual board goes through."""

from __future__ import annotations

from pathlib import Path

import pytest

from flightsw.board_octets import computer_octets
from flightsw.scenario import load
from flightsw.scenario.tables import native_tables
from hil.boards.emulated import EmulatedBoard
from hil.bridge import Bridge
from hil.errors import BoardResetError
from tests.hil.chips import require
from tests.hil.conftest import packet, transmitter_config
from tests.hil.line_cases import (
    SELECTION,
    Case,
    check_telemetry,
    ids,
    loss_window,
    opened,
    pull_anywhere,
)
from tests.hil.proxy import Proxy


@pytest.fixture(scope="module")
def emulated():
    require("lm3s6965evb", qemu=True)
    with EmulatedBoard() as board:
        yield board


@pytest.fixture
def proxy(emulated: EmulatedBoard, tmp_path: Path):
    with Proxy(emulated.port, tmp_path / "line") as proxy:
        yield proxy


@pytest.fixture
def bridge(proxy: Proxy):
    with opened(proxy.port) as bridge:
        yield bridge


@pytest.mark.parametrize("case", SELECTION, ids=ids)
def test_a_spoilt_line_changes_no_octet_of_the_telemetry(
    emulated: EmulatedBoard, tmp_path: Path, case: Case
) -> None:
    check_telemetry(emulated.port, tmp_path / "port", case, loss_window())


def test_pulled_at_any_octet_nothing_is_lost_and_nothing_comes_twice(proxy: Proxy) -> None:
    bridge = pull_anywhere(proxy, loss_window(), times=10, seed=3)

    assert [loss.reset_cause for loss in bridge.statistics.losses] == [""] * 10


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
