"""A recorded line flown again: the same answers from the same firmware, another one is noticed."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from hil.boards.virtual import VirtualBoard
from hil.bridge import Bridge, Expected
from hil.replay import replay, sessions_of
from hil.wire import Piece, Recorder, WireLog, WireLogError, read_wire
from tests.hil.conftest import dictionary_hash, packet, transmitter_config
from tests.hil.faults import Fault, Halved
from tests.hil.proxy import Proxy

EXPECTED = Expected(dictionary=dictionary_hash(), firmware=None)
TICKS = 100


@pytest.fixture(autouse=True)
def own_registry(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


def fly(bridge: Bridge, ticks: int, **config: int) -> list[bytes]:
    bridge.start_transmitter(
        transmitter_config(**config), tick_us=10_000, supply_mv=27_000, warm=True
    )
    return [
        bridge.step_transmitter(
            packet(tick % 4, 40 + 9 * tick, tick), supply_mv=27_000, reset=tick == 50
        )
        for tick in range(ticks)
    ]


@pytest.fixture
def recorded(tmp_path: Path) -> Any:
    """Return the log of a flight over a line, which `spoil` may spoil, and what was sent."""

    def record(spoil: Fault | None = None, **config: int) -> tuple[WireLog, list[bytes]]:
        path = tmp_path / "line.wire"
        with (
            VirtualBoard(window=256) as board,
            Proxy(board.port, tmp_path / "port") as proxy,
            Recorder(path) as recorder,
            Bridge.open(proxy.port, expected=EXPECTED, recorder=recorder) as bridge,
        ):
            proxy.spoil(to_board=spoil, from_board=spoil)
            sent = fly(bridge, TICKS, **config)
            proxy.spoil()
        return read_wire(path), sent

    return record


def test_the_same_firmware_gives_the_same_answers(recorded, virtual: VirtualBoard) -> None:
    log, _ = recorded()

    replayed = replay(log, virtual.port)

    assert (replayed.sessions, replayed.ticks, replayed.differing) == (1, TICKS, 0)
    assert replayed.first is None


def test_a_line_that_lost_and_repeated_is_flown_as_what_was_meant(recorded) -> None:
    log, sent = recorded(Halved(40, 3))

    (session,) = sessions_of(log)
    assert [bytes(tick.output) for tick in session.ticks] == sent
    assert [bytes(tick.octets) for tick in session.ticks] == [
        packet(tick % 4, 40 + 9 * tick, tick) for tick in range(TICKS)
    ]


def test_outputs_in_several_answers_are_one(recorded, virtual: VirtualBoard) -> None:
    log, sent = recorded(queue_bytes=4000, rate_bps=100_000_000)

    assert [bytes(tick.output) for tick in sessions_of(log)[0].ticks] == sent
    assert replay(log, virtual.port).differing == 0


def test_an_answer_that_is_another_one_is_told(
    recorded, virtual: VirtualBoard, monkeypatch
) -> None:
    log, sent = recorded()
    sessions = sessions_of(log)
    sessions[0].ticks[7].output[3] ^= 1
    monkeypatch.setattr("hil.replay.sessions_of", lambda _: sessions)

    replayed = replay(log, virtual.port)

    assert replayed.differing == 1
    assert replayed.first is not None
    assert (replayed.first.session, replayed.first.tick) == (0, 7)
    assert replayed.first.now == sent[7]
    assert replayed.first.recorded != sent[7]


def test_a_log_that_misses_a_piece_is_flown_up_to_it(recorded, virtual: VirtualBoard) -> None:
    log, _ = recorded()
    moved = [k for k, record in enumerate(log.records) if record.kind is not Piece.NOTE]

    flown = []
    for gone in moved[len(moved) // 2 : len(moved) // 2 + 10]:
        spoilt = dataclasses.replace(log, records=log.records[:gone] + log.records[gone + 1 :])
        replayed = replay(spoilt, virtual.port)
        assert replayed.differing == 0
        flown.append(replayed.ticks)

    assert 10 < min(flown) < TICKS


def test_a_log_without_a_flight_is_refused(virtual: VirtualBoard) -> None:
    with pytest.raises(WireLogError, match="nothing can be flown again"):
        replay(WireLog({}, (), 0), virtual.port)
