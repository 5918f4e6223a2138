"""An emulated board on a bad line: a selection of what the virtual board goes through."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from flightsw.board_octets import computer_octets
from flightsw.scenario import load
from flightsw.scenario.tables import native_tables
from hil.boards.emulated import EmulatedBoard
from hil.bridge import Bridge
from hil.errors import BoardResetError, BoardSilentError
from tests.hil.by_clock import fly, transmitting
from tests.hil.by_clock import recorded as real_time_recorded
from tests.hil.chips import require
from tests.hil.conftest import packet, transmitter_config
from tests.hil.faults import Spoilt, WrongRate
from tests.hil.flown import ComputerWindow
from tests.hil.line_cases import (
    SELECTION,
    Case,
    begun,
    check_telemetry,
    ids,
    loss_window,
    opened,
    pull_anywhere,
    start_window,
)
from tests.hil.proxy import Proxy
from tests.hil.recovery import LONG_S, Trouble, recorded, recoveries
from tests.hil.recovery import SELECTION as SLOWLY
from tests.hil.test_real_time import check


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
def log(tmp_path: Path) -> Path:
    return tmp_path / "wire.log"


@pytest.fixture
def bridge(proxy: Proxy):
    with opened(proxy.port) as bridge:
        yield bridge


@pytest.fixture
def patient(monkeypatch) -> None:
    """On a machine that is busy QEMU may be starved for longer than a board may be silent."""
    monkeypatch.setattr("hil.errand._SILENCE_S", 20.0)


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("case", SELECTION, ids=ids)
def test_a_spoilt_line_changes_no_octet_of_the_telemetry(
    emulated: EmulatedBoard, tmp_path: Path, case: Case
) -> None:
    check_telemetry(emulated.port, tmp_path / "port", case, loss_window())


def test_pulled_at_any_octet_nothing_is_lost_and_nothing_comes_twice(proxy: Proxy) -> None:
    bridge = pull_anywhere(proxy, loss_window(), times=10, seed=3)

    assert [loss.reset_cause for loss in bridge.statistics.losses] == [""] * 10


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("trouble", SLOWLY, ids=ids)
def test_after_it_the_board_is_used_again(
    emulated: EmulatedBoard, proxy: Proxy, trouble: Trouble, record_property
) -> None:
    bridge, took_s = recoveries(proxy, emulated, loss_window(5), trouble, times=5)

    for name, value in recorded(took_s).items():
        record_property(name, value)
    resets = sum(loss.reset_cause != "" for loss in bridge.statistics.losses)
    assert resets == (5 if trouble.resets else 0)
    assert took_s[-1] < LONG_S


@pytest.mark.usefixtures("patient")
def test_a_line_that_is_spoilt_from_the_first_octet_on_delays_the_start_alone(
    emulated: EmulatedBoard, tmp_path: Path
) -> None:
    window = start_window(10)
    with Proxy(emulated.port, tmp_path / "port") as proxy:
        proxy.spoil(to_board=Spoilt(1500, 5), from_board=Spoilt(1500, 6))
        with begun(proxy, window) as bridge:
            assert [window.step(bridge, tick) for tick in range(10)] == window.should


@pytest.mark.parametrize("ratio", [0.5, 2.0])
def test_another_rate_at_the_start_is_told(proxy: Proxy, monkeypatch, ratio: float) -> None:
    """QEMU itself carries octets, whatever rate its UART is set to: the cable does it."""
    monkeypatch.setattr("hil.connection._DISCOVER_S", 1.5)
    proxy.spoil(to_board=WrongRate(ratio), from_board=WrongRate(1 / ratio))

    with pytest.raises(BoardSilentError, match="no board of this link answers"):
        opened(proxy.port)


def test_noise_in_flight_changes_nothing(proxy: Proxy) -> None:
    window = loss_window(20)
    with begun(proxy, window) as bridge:
        sent = [window.step(bridge, tick) for tick in range(10)]
        proxy.add_to_board(random.Random(1).randbytes(200_000))
        sent += [window.step(bridge, tick) for tick in range(10, len(window.should))]

    assert sent == window.should


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
    assert [loss.reset_cause for loss in bridge.statistics.losses] == ["other"]


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


@pytest.mark.parametrize("role", ["transmitter", "sequencer"])
def test_by_the_clock_it_says_what_it_says_in_lockstep(emulated: EmulatedBoard, log: Path, role):
    """An emulator on a busy machine is late: that is counted, and changes no octet."""
    window = transmitting() if role == "transmitter" else ComputerWindow("progress-ms-04", 250)
    with real_time_recorded(emulated.port, log) as bridge:
        came = fly(window, bridge, since=20)

    check(came, window, log)
    told = bridge.statistics.real_time
    assert told is not None
    assert told.offset is not None
    assert (told.octets_lost, bridge.statistics.losses) == (0, [])
