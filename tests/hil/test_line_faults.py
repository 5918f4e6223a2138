"""Whatever the line does, the flight goes on, its telemetry is that of the simulation, and what
was lost is counted: the virtual board behind a cable that is pulled, cut and spoilt.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hil.boards.virtual import VirtualBoard
from hil.errors import (
    BoardError,
    BoardRefusedError,
    BoardResetError,
    BoardSilentError,
    PortError,
)
from hil.kinds import Credit, Echo, Echoed
from hil.link import Credits, Decoder, frame
from hil.packing import encode
from hil.wire import Piece, Recorder, read_wire
from tests.hil.conftest import Host
from tests.hil.double import TransmitterDouble
from tests.hil.faults import Flipped, FramesLost, Lost, WrongRate
from tests.hil.flown import commands
from tests.hil.line_cases import (
    CASES,
    Case,
    begun,
    check_telemetry,
    fly,
    ids,
    loss_window,
    opened,
    pull_anywhere,
    start_window,
)
from tests.hil.proxy import Proxy
from tests.hil.recovery import pty_echo_s

NOISE = 1_000_000


@pytest.fixture(autouse=True)
def own_registry(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


@pytest.fixture
def proxy(virtual: VirtualBoard, tmp_path: Path) -> Iterator[Proxy]:
    with Proxy(virtual.port, tmp_path / "port") as proxy:
        yield proxy


# ---------------------------------------------------------------------- a line that spoils


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_a_spoilt_line_changes_no_octet_of_the_telemetry(
    virtual: VirtualBoard, tmp_path: Path, case: Case
) -> None:
    check_telemetry(virtual.port, tmp_path / "port", case, loss_window())


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_a_spoilt_line_changes_and_repeats_no_command(proxy: Proxy, case: Case) -> None:
    window = start_window()
    with opened(proxy.port) as bridge:
        answers = fly(window, proxy, bridge, case, spoilt=range(1600, 1640))

    assert commands(answers) == commands(window.should)
    assert len(commands(answers)) == 3
    assert answers == window.should


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_a_line_that_is_spoilt_from_the_first_octet_on_delays_the_start_alone(
    proxy: Proxy, case: Case
) -> None:
    proxy.spoil(to_board=case.to_board, from_board=case.from_board)

    for window in (loss_window(10), start_window(10)):
        with begun(proxy, window) as bridge:
            assert [window.step(bridge, tick) for tick in range(10)] == window.should[:10]


def test_each_frame_that_is_lost_is_counted(proxy: Proxy) -> None:
    """By the gap that the next one shows; so the last ones of each way have to come through."""
    window = loss_window()
    with begun(proxy, window) as bridge:
        proxy.spoil(to_board=FramesLost(20, seed=3), from_board=FramesLost(20, seed=4))
        for tick in range(len(window.should)):
            window.step(bridge, tick)
        lost = proxy.faults()
        proxy.spoil()
        status = bridge.status()

    assert status.sequence_gaps == lost[0].hits > 5
    assert bridge.statistics.line.sequence_gaps == lost[1].hits > 5
    assert status.sequence_repeats == bridge.statistics.line.sequence_repeats == 0


def test_each_octet_that_is_flipped_costs_its_frame_and_no_other_than_its_neighbour(
    proxy: Proxy,
) -> None:
    window = loss_window()
    with begun(proxy, window) as bridge:
        proxy.spoil(to_board=Flipped(2000, seed=3), from_board=Flipped(2000, seed=4))
        for tick in range(len(window.should)):
            window.step(bridge, tick)
        hits = proxy.faults()
        proxy.spoil()
        status = bridge.status()

    line = bridge.statistics.line
    assert 0 < status.frames_bad + status.frames_long <= 2 * hits[0].hits
    assert 0 < line.frames_bad + line.frames_long <= 2 * hits[1].hits


# ---------------------------------------------------------------------- noise


def noise(seed: int) -> bytes:
    return random.Random(seed).randbytes(NOISE)


STORMS = {
    "noise": noise(1),
    "delimiters": bytes(NOISE),
    "no delimiter at all": b"\x55" * NOISE,
    "frames of the wrong way": frame(encode(Credit(), 0, 0)) * 1000,
    "half a frame": frame(encode(Echo(bytes(100)), 3))[:50],
}


@pytest.mark.parametrize("storm", STORMS)
@pytest.mark.parametrize("way", ["to the board", "from the board"])
def test_a_storm_in_flight_changes_nothing(proxy: Proxy, way: str, storm: str) -> None:
    window = loss_window(40)
    add = proxy.add_to_board if way == "to the board" else proxy.add_from_board
    with begun(proxy, window) as bridge:
        sent = [window.step(bridge, tick) for tick in range(10)]
        add(STORMS[storm])
        sent += [window.step(bridge, tick) for tick in range(10, len(window.should))]

    assert sent == window.should
    assert [loss.reset_cause for loss in bridge.statistics.losses if loss.reset_cause] == []


def test_a_board_answers_the_first_whole_frame_after_a_million_random_octets(host: Host) -> None:
    host.discover()
    before = host.until_status()

    host.write(noise(2))
    host.write(b"\0")
    after = host.until_status()

    assert after.received - before.received > NOISE
    assert after.frames_good == before.frames_good + 1
    assert after.frames_bad + after.frames_long > 1000


def test_a_host_hears_the_first_whole_frame_after_a_million_random_octets() -> None:
    decoder = Decoder(from_board=True)
    answer = frame(encode(Echoed(b"heard"), 0, 0))

    heard = decoder.feed(noise(3))
    heard += decoder.feed(b"\0" + answer)

    assert [each.message for each in heard] == [Echoed(b"heard")]


def test_a_flood_that_does_not_end_is_told_as_silence(proxy: Proxy) -> None:
    """All of it good frames: patience is not renewed by what is no answer."""
    window = loss_window(20)
    over = threading.Event()
    flood = frame(encode(Echoed(bytes(100)), 0, 0)) * 20

    def work() -> None:
        while not over.wait(0.002):
            proxy.add_from_board(flood)

    with begun(proxy, window, wait_s=0.2) as bridge:
        sent = [window.step(bridge, tick) for tick in range(5)]
        proxy.spoil(to_board=Lost())
        thread = threading.Thread(target=work)
        thread.start()
        threading.Timer(1.0, proxy.spoil).start()
        sent += [window.step(bridge, tick) for tick in range(5, 10)]
        over.set()
        thread.join()

    assert sent == window.should[:10]


# ---------------------------------------------------------------------- pulled and plugged again


@pytest.mark.parametrize(
    "times", [pytest.param(50, id="50"), pytest.param(500, id="500", marks=pytest.mark.long)]
)
@pytest.mark.parametrize("part", ["transmitter", "sequencer"])
def test_pulled_at_any_octet_nothing_is_lost_and_nothing_comes_twice(
    proxy: Proxy, part: str, times: int, record_property
) -> None:
    window = loss_window() if part == "transmitter" else start_window()

    bridge = pull_anywhere(proxy, window, times, seed=times)

    losses = bridge.statistics.losses
    after_s = sorted(loss.recovered_after_s or 0.0 for loss in losses)
    answered_s = sorted(loss.answered_after_s or 0.0 for loss in losses)
    for name, each_s in (("recovered", after_s), ("answered", answered_s)):
        record_property(f"{name}_after_s, median and longest", (each_s[times // 2], each_s[-1]))
    record_property("pty_echo_s", pty_echo_s())
    assert len(losses) == times
    assert answered_s[0] > 0.0
    assert all(loss.reset_cause == "" for loss in losses)
    assert after_s[-1] < 10.0


def test_the_first_whole_frame_after_the_port_is_back_is_used(
    proxy: Proxy, tmp_path: Path, record_property
) -> None:
    window = loss_window(20)
    path = tmp_path / "line.wire"
    with Recorder(path) as recorder, begun(proxy, window, recorder=recorder) as bridge:
        sent = [window.step(bridge, tick) for tick in range(5)]
        proxy.unplug()
        threading.Timer(0.1, proxy.plug).start()
        sent += [window.step(bridge, 5)]
        after_s = time.monotonic() - proxy.seen.plugged_at
        sent += [window.step(bridge, tick) for tick in range(6, 20)]

    record_property("used_after_s", after_s)
    assert sent == window.should[:20]
    kinds = spoken_after_the_loss(path)
    assert kinds[:3] == ["Discover", "Identity", "Grant"]
    assert after_s < 10.0


def spoken_after_the_loss(path: Path) -> list[str]:
    """Return the kinds of messages, both ways, after the board was gone."""
    log = read_wire(path)
    gone = next(k for k, each in enumerate(log.records) if each.kind is Piece.NOTE)
    kinds = []
    decoders = {
        Piece.TO_BOARD: Decoder(from_board=False),
        Piece.FROM_BOARD: Decoder(from_board=True),
    }
    for record in log.records[gone:]:
        if record.kind in decoders:
            heard = decoders[record.kind].feed(record.octets)
            kinds += [type(each.message).__name__ for each in heard]
    return kinds


def test_pulled_before_the_flight_has_begun_it_is_told(proxy: Proxy) -> None:
    window = loss_window(20)
    proxy.unplug()

    with pytest.raises(PortError, match=r"^no .*port\. Ports here: "):
        opened(proxy.port)

    proxy.plug()
    with begun(proxy, window) as bridge:
        assert window.step(bridge, 0) == window.should[0]


@pytest.mark.parametrize("octets", range(1, 218, 12))
def test_pulled_in_the_handshake_it_is_told_and_the_next_try_flies(
    proxy: Proxy, octets: int
) -> None:
    window = loss_window(20)
    proxy.cut(octets, replug_s=0.01)

    with pytest.raises(BoardError, match=r"gone|answers"):
        begun(proxy, window).close()
    while not proxy.seen.is_plugged:
        time.sleep(0.001)

    with begun(proxy, window) as bridge:
        assert window.step(bridge, 0) == window.should[0]


# ---------------------------------------------------------------------- another rate


def test_a_receiver_at_the_right_rate_hears_what_is_sent() -> None:
    octets = bytes(range(256)) * 4

    assert WrongRate(1.0)(octets, 0.0) == [(0.0, octets)]
    assert WrongRate(1.02)(octets, 0.0) == [(0.0, octets)]
    assert WrongRate(0.5)(octets, 0.0) != [(0.0, octets)]


@pytest.mark.parametrize("ratio", [0.5, 0.9, 1.1, 2.0, 12.0])
def test_another_rate_at_the_start_is_told(proxy: Proxy, monkeypatch, ratio: float) -> None:
    monkeypatch.setattr("hil.connection._DISCOVER_S", 0.2)
    proxy.spoil(to_board=WrongRate(ratio), from_board=WrongRate(1 / ratio))

    with pytest.raises(BoardSilentError, match="no board of this link answers"):
        opened(proxy.port)


@pytest.mark.parametrize("ratio", [0.5, 1.1, 2.0])
def test_another_rate_for_a_while_costs_nothing(proxy: Proxy, ratio: float) -> None:
    window = loss_window(20)
    with begun(proxy, window) as bridge:
        sent = [window.step(bridge, tick) for tick in range(5)]
        proxy.spoil(to_board=WrongRate(ratio), from_board=WrongRate(1 / ratio))
        threading.Timer(0.2, proxy.spoil).start()
        sent += [window.step(bridge, tick) for tick in range(5, 20)]

    assert sent == window.should[:20]


# ---------------------------------------------------------------------- reset in flight

RESETS = {
    "pin": VirtualBoard.reset,
    "brown-out": VirtualBoard.brown_out,
    "watchdog": VirtualBoard.bite,
}


@pytest.mark.parametrize("cause", RESETS)
@pytest.mark.parametrize("seed", range(4))
def test_reset_at_any_moment_a_transmitter_is_told_and_starts_cold(
    virtual: VirtualBoard, proxy: Proxy, cause: str, seed: int
) -> None:
    """The tick in which it happens was answered, or is the first of the new session."""
    window = loss_window(400)
    sent: list[bytes] = []
    with begun(proxy, window) as bridge:
        when_s = random.Random(seed).uniform(0.001, 0.02)
        threading.Timer(when_s, RESETS[cause], [virtual]).start()
        while not bridge.statistics.losses:
            sent.append(window.step(bridge, len(sent)))
        first = len(sent) - 1
        sent += [window.step(bridge, tick) for tick in range(first + 1, len(window.should))]

    cold = window.of(TransmitterDouble(), warm=False, since=first)
    assert sent[:first] == window.should[:first]
    assert sent[first:] == cold
    assert [loss.reset_cause for loss in bridge.statistics.losses] == [cause]


@pytest.mark.parametrize("cause", RESETS)
def test_reset_at_any_moment_a_computer_commands_nothing_any_more(
    virtual: VirtualBoard, proxy: Proxy, cause: str
) -> None:
    window = start_window()
    answers: list[bytes] = []
    with begun(proxy, window) as bridge:
        threading.Timer(0.05, RESETS[cause], [virtual]).start()

        def fly_on() -> None:
            for tick in range(len(window.should)):
                answers.append(window.step(bridge, tick))  # noqa: PERF401  kept up to the reset

        with pytest.raises(BoardResetError, match=rf"^board reset \({cause}\)$"):
            fly_on()

        with pytest.raises(BoardResetError):
            window.step(bridge, len(answers))
    assert answers == window.should[: len(answers)]


# ---------------------------------------------------------------------- a small receiver

RATES = [9_600, 115_200, 1_000_000, 3_000_000]
AVR_NS = 17_000  # an octet in the decoder of a chip with 16 MHz: 273 cycles


@pytest.mark.parametrize("baud", RATES)
@pytest.mark.parametrize("part", ["transmitter", "sequencer"])
def test_a_receiver_of_64_octets_loses_none_at_any_rate(baud: int, part: str) -> None:
    window = loss_window() if part == "transmitter" else start_window(300)
    with (
        VirtualBoard(window=64, baud=baud, work_ns=AVR_NS) as board,
        opened(board.port, baud=baud) as bridge,
    ):
        window.start(bridge)
        sent = [window.step(bridge, tick) for tick in range(len(window.should))]
        status = bridge.status()

    assert sent == window.should
    assert (status.ring_dropped, status.overruns, status.line_dropped) == (0, 0, 0)
    assert (status.frames_bad, status.frames_long, status.sequence_gaps) == (0, 0, 0)


@pytest.mark.parametrize("part", ["transmitter", "sequencer"])
def test_a_receiver_of_64_octets_that_pauses_loses_none_by_being_asked(part: str) -> None:
    """The host runs out of patience, and its question finds room beside all that waits."""
    window = loss_window(40) if part == "transmitter" else start_window(40)
    with (
        VirtualBoard(window=64, baud=1_000_000, work_ns=AVR_NS) as board,
        opened(board.port, baud=1_000_000) as bridge,
    ):
        window.start(bridge)
        sent = []
        for tick in range(40):
            board.stall()
            threading.Timer(0.1, board.resume).start()
            sent.append(window.step(bridge, tick))
        status = bridge.status()

    assert sent == window.should[:40]
    assert bridge.statistics.timeouts >= 40
    assert (status.ring_dropped, status.overruns, status.line_dropped) == (0, 0, 0)
    assert (status.frames_bad, status.frames_long, status.sequence_gaps) == (0, 0, 0)


def test_what_a_receiver_drops_when_credits_are_ignored_is_counted_and_told(monkeypatch) -> None:
    """An input that comes all at once is dropped in its middle, as often as it is said."""
    monkeypatch.setattr(Credits, "room", property(lambda _: 4096))
    monkeypatch.setattr("hil.errand._REPEATS_MAX", 20)  # each takes a third of a second
    window = loss_window(40)
    sent: list[bytes] = []
    with (
        VirtualBoard(window=64, baud=1_000_000, work_ns=AVR_NS) as board,
        opened(board.port, baud=1_000_000) as bridge,
    ):
        window.start(bridge)

        def fly_on() -> None:
            for tick in range(len(window.should)):
                sent.append(window.step(bridge, tick))  # noqa: PERF401  kept up to the end

        with pytest.raises(BoardRefusedError, match="takes nothing, 21 times"):
            fly_on()
        status = bridge.status()

    assert sent == window.should[: len(sent)]
    assert status.ring_dropped > 0
    assert status.frames_bad + status.frames_long + status.sequence_gaps > 0
    assert bridge.statistics.on_board["ring_dropped"] == status.ring_dropped
