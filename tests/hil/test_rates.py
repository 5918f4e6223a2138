"""A host at another rate than its board: each hears noise of the other, and the user is told."""

from __future__ import annotations

import os
import termios
import threading
from pathlib import Path

import pytest

from flightsw.cli import main
from hil.boards.virtual import VirtualBoard
from hil.errors import BoardMismatchError
from hil.rates import RATES
from hil.selftest import self_test
from tests.hil.conftest import Host
from tests.hil.line_cases import loss_window, opened


@pytest.fixture(autouse=True)
def soon(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr("hil.connection._DISCOVER_S", 0.3)
    monkeypatch.setattr("hil.selftest._DISCOVER_S", 0.3)


@pytest.mark.parametrize("baud", RATES)
def test_at_its_own_rate_a_board_answers(baud: int) -> None:
    with VirtualBoard(baud=baud) as board, opened(board.port, baud=baud) as bridge:
        assert bridge.status().frames_bad == 0


def test_a_board_without_a_pace_answers_at_any_rate_as_at_usb(virtual: VirtualBoard) -> None:
    with opened(virtual.port, baud=9_600) as bridge:
        assert bridge.status().frames_bad == 0


@pytest.mark.parametrize(
    ("own", "asked"),
    [
        (9_600, 115_200),
        (115_200, 9_600),
        (57_600, 115_200),
        (250_000, 230_400),
        (1_000_000, 115_200),
    ],
)
def test_a_board_at_another_rate_is_refused_and_its_rate_named(own: int, asked: int) -> None:
    said = rf"virtual-1: a board of this link answers at {own} baud, not at {asked}: --baud {own}$"
    with VirtualBoard(baud=own) as board:
        with pytest.raises(BoardMismatchError, match=said):
            opened(board.port, baud=asked)
        with pytest.raises(BoardMismatchError, match=said):
            self_test(board.port, baud=asked, stream_s=0.1)
        with opened(board.port, baud=own) as bridge:
            assert bridge.identity.session == 0


def test_a_run_at_another_rate_is_3_and_nothing_is_written(capsys, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    with VirtualBoard(baud=57_600):
        flags = ["--board", "virtual-1", "--baud", "9600", "--out", "run"]
        code = main(["run", "nike-apache-14-210-short", *flags])

    assert code == 3
    assert "answers at 57600 baud, not at 9600" in capsys.readouterr().err
    assert not Path("run").exists()


def set_rate(port: str, name: int) -> None:
    descriptor = os.open(port, os.O_RDWR | os.O_NOCTTY)
    settings = termios.tcgetattr(descriptor)
    settings[4] = settings[5] = name
    termios.tcsetattr(descriptor, termios.TCSANOW, settings)
    os.close(descriptor)


def test_what_is_said_at_another_rate_is_no_frame_and_is_counted() -> None:
    with VirtualBoard(baud=115_200) as board, Host(board.port) as host:
        before = host.until_status()
        set_rate(board.port, termios.B57600)
        host.write(bytes(range(1, 200)) + b"\0")
        assert host.next(0.1) is None
        set_rate(board.port, termios.B115200)
        after = host.until_status()

    assert after.frames_bad + after.frames_long > before.frames_bad + before.frames_long


@pytest.mark.parametrize("name", [termios.B9600, termios.B57600, termios.B230400])
def test_another_rate_for_a_while_costs_nothing(name: int) -> None:
    window = loss_window(20)
    with VirtualBoard(baud=115_200) as board, opened(board.port) as bridge:
        window.start(bridge)
        sent = [window.step(bridge, tick) for tick in range(5)]
        set_rate(board.port, name)
        mend = threading.Timer(0.2, set_rate, [board.port, termios.B115200])
        mend.start()
        sent += [window.step(bridge, tick) for tick in range(5, 20)]
        mend.join()

    assert sent == window.should[:20]
    assert bridge.statistics.timeouts > 0
