"""After each fault the board is used again, and how soon is recorded: the virtual board."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from hil.boards.virtual import VirtualBoard
from hil.link import Decoder
from hil.wire import Piece, Recorder, read_wire
from tests.hil.line_cases import begun, ids, loss_window
from tests.hil.proxy import Proxy
from tests.hil.recovery import LONG_S, SPOILT, TROUBLES, Trouble, recorded, recoveries

TIMES = 10


@pytest.mark.parametrize("trouble", TROUBLES, ids=ids)
def test_after_it_the_board_is_used_again(
    virtual: VirtualBoard, tmp_path: Path, trouble: Trouble, record_property
) -> None:
    with Proxy(virtual.port, tmp_path / "port") as proxy:
        bridge, took_s = recoveries(proxy, virtual, loss_window(TIMES), trouble, times=TIMES)

    for name, value in recorded(took_s).items():
        record_property(name, value)
    resets = sum(loss.reset_cause != "" for loss in bridge.statistics.losses)
    assert resets == (TIMES if trouble.resets else 0)
    assert 0.0 < took_s[0] <= took_s[-1] < LONG_S


@pytest.mark.parametrize("trouble", SPOILT, ids=ids)
def test_the_first_whole_frame_after_the_line_is_good_is_used(
    virtual: VirtualBoard, tmp_path: Path, trouble: Trouble
) -> None:
    """The host asks until it is answered, and what it says next is its grant."""
    path = tmp_path / "line.wire"
    window = loss_window(TIMES)
    good_us = [0]

    def mend() -> None:
        trouble.mend(proxy, virtual)
        good_us.append(time.monotonic_ns() // 1000)

    with (
        Recorder(path) as recorder,
        Proxy(virtual.port, tmp_path / "port") as proxy,
        begun(proxy, window, recorder=recorder) as bridge,
    ):
        trouble.begin(proxy, virtual)
        threading.Timer(0.25, mend).start()
        answer = window.step(bridge, 0)
        said = spoken_since(path, good_us[-1])

    assert answer == window.should[0]
    first = next(k for k, (way, _) in enumerate(said) if way is Piece.FROM_BOARD)
    asked, answered = said[:first], said[first:]
    assert {kind for _, kind in asked} <= {"Poll"}
    # Questions that a busy machine has let pile up may still be answered after that.
    host_said = [kind for way, kind in answered if way is Piece.TO_BOARD]
    board_said = [kind for way, kind in answered if way is Piece.FROM_BOARD]
    assert host_said[0] == "Grant"
    assert next(kind for kind in board_said if kind != "Status") == "Reply"


def spoken_since(path: Path, since_us: int) -> list[tuple[Piece, str]]:
    """Return the kinds of messages in a wire log, both ways, after a moment of its clock."""
    decoders = {
        Piece.TO_BOARD: Decoder(from_board=False),
        Piece.FROM_BOARD: Decoder(from_board=True),
    }
    return [
        (record.kind, type(heard.message).__name__)
        for record in read_wire(path).records
        if record.time_us >= since_us and record.kind in decoders
        for heard in decoders[record.kind].feed(record.octets)
    ]
