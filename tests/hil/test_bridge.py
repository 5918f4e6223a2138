"""The bridge over a real line to the virtual board: what it sends is what the core sends, whatever
the line loses, and a board that is not the one wanted, gone or reset is told as that.
"""

from __future__ import annotations

import contextlib
import os
import random
import select
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self, cast

import pytest

from hil.boards import registry
from hil.boards.firmware import firmware_hash
from hil.boards.virtual import VirtualBoard
from hil.bridge import Bridge, Expected, LinkState
from hil.errors import (
    BoardError,
    BoardLostError,
    BoardMismatchError,
    BoardRefusedError,
    BoardResetError,
    BoardSilentError,
    PortError,
)
from hil.kinds import Echoed, State
from hil.line import Line
from hil.link import frame
from hil.packing import encode
from hil.ports import Port
from hil.present import Present
from hil.search import Search
from hil.wire import Piece, Recorder, read_wire
from tests.hil.conftest import dictionary_hash, packet, transmitter_config
from tests.hil.double import TransmitterDouble
from tests.hil.faults import Changed, FramesLost, Lost, SaidOtherwise
from tests.hil.proxy import Proxy

EXPECTED = Expected(dictionary=dictionary_hash(), firmware=firmware_hash())
CONFIG = transmitter_config()
TICK_US = 10_000
SUPPLY_MV = 27_000


@pytest.fixture(autouse=True)
def own_registry(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


@pytest.fixture
def proxy(virtual: VirtualBoard, tmp_path: Path) -> Iterator[Proxy]:
    with Proxy(virtual.port, tmp_path / "port") as proxy:
        yield proxy


def opened(port: str, **settings: Any) -> Bridge:
    defaults: dict[str, Any] = {"expected": EXPECTED, "wait_s": 5.0}
    return Bridge.open(port, **defaults | settings)


def start(bridge: Any, config: bytes = CONFIG, *, warm: bool = True) -> Any:
    bridge.start_transmitter(config, tick_us=TICK_US, supply_mv=SUPPLY_MV, warm=warm)
    return bridge


def packets_of(tick: int) -> bytes:
    return packet(tick % 4, 40 + tick % 90, tick) if tick % 3 else b""


def step(bridge: Any, tick: int) -> bytes:
    sent: bytes = bridge.step_transmitter(packets_of(tick), supply_mv=SUPPLY_MV, reset=False)
    return sent


def should_send(ticks: range, config: bytes = CONFIG) -> list[bytes]:
    double = start(TransmitterDouble(), config)
    return [step(double, tick) for tick in ticks]


# ---------------------------------------------------------------------- lockstep


@pytest.mark.parametrize("window", [32, 64, 256, 4096])
def test_sends_what_the_core_sends_whatever_fits_the_boards_receiver(window: int) -> None:
    """Inputs of up to 1.2 kB, a reset, a brown-out and the end of the supply."""
    chance = random.Random(window)
    double = start(TransmitterDouble())
    with VirtualBoard(window=window) as board, start_on(board) as bridge:
        for tick in range(300):
            sizes = [chance.randint(8, 300) for _ in range(chance.randrange(5))]
            given = b"".join(packet(tick % 4, size, tick) for size in sizes)
            how: Any = {"supply_mv": 18_000 if 100 <= tick < 130 else 27_000, "reset": tick == 60}
            if tick >= 280:
                how["supply_mv"] = 0
            assert bridge.step_transmitter(given, **how) == double.step_transmitter(given, **how)
        status = bridge.status()

    assert len(double.sent) > 20_000
    assert (status.ring_dropped, status.frames_bad, status.malformed) == (0, 0, 0)
    assert bridge.statistics.losses == []  # repeats are a busy machine's, and cost nothing


def start_on(board: VirtualBoard, **settings: Any) -> Bridge:
    bridge = opened(board.port, **settings)
    start(bridge)
    return bridge


def test_an_output_that_is_longer_than_an_answer_is_had_in_several(virtual: VirtualBoard) -> None:
    config = transmitter_config(queue_bytes=4000, rate_bps=100_000_000)
    given = b"".join(packet(k % 4, 900, k) for k in range(16))  # 14.4 kB; an answer holds 8 kB
    double = start(TransmitterDouble(), config)
    with start(opened(virtual.port), config) as bridge:
        for octets in (given[:3600], b"", given[:3600] * 4, b""):
            how: Any = {"supply_mv": SUPPLY_MV, "reset": False}
            sent = bridge.step_transmitter(octets, **how)
            assert sent == double.step_transmitter(octets, **how)

    assert bridge.statistics.ticks == 4


def test_grant_numbers_wrap(virtual: VirtualBoard) -> None:
    with start_on(virtual) as bridge:
        for _ in range(65_600):
            bridge.step_transmitter(b"", supply_mv=SUPPLY_MV, reset=False)
        status = bridge.status()

    assert status.number == 65_600 - 65_536
    assert bridge.statistics.repeats == 0


def test_a_second_flight_on_the_same_board_is_like_the_first(virtual: VirtualBoard) -> None:
    for _ in range(2):
        with start_on(virtual) as bridge:
            assert [step(bridge, tick) for tick in range(50)] == should_send(range(50))


def test_what_a_killed_host_left_running_is_ended(virtual: VirtualBoard) -> None:
    killed = start_on(virtual)
    step(killed, 0)
    killed._connection.line.close()

    with opened(virtual.port) as bridge:
        assert bridge.identity.state == State.RUNNING
        assert [step(start(bridge), 0)] == should_send(range(1))


def test_stopping_leaves_the_board_idle(virtual: VirtualBoard) -> None:
    with start_on(virtual) as bridge:
        bridge.stop()
        assert bridge.status().state == State.IDLE
        with pytest.raises(BoardError, match="has not been started"):
            step(bridge, 0)
        bridge.stop()


def test_nobody_else_gets_the_port(virtual: VirtualBoard) -> None:
    with opened(virtual.port), pytest.raises(PortError, match="in use by another program"):
        opened(virtual.port)


def test_over_a_socket_too(virtual: VirtualBoard) -> None:
    with serve(virtual.port) as far, opened(far.url) as bridge:
        start(bridge)
        assert [step(bridge, tick) for tick in range(50)] == should_send(range(50))


class serve:  # noqa: N801  reads as a verb
    """A TCP port in front of a board."""

    def __init__(self, board: str) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self._board = os.open(board, os.O_RDWR | os.O_NOCTTY)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        self.url = f"socket://127.0.0.1:{self._server.getsockname()[1]}"
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join()
        self._server.close()
        os.close(self._board)

    def _serve(self) -> None:
        self.end, _ = self._server.accept()
        with self.end as end, contextlib.suppress(ConnectionError):  # it left with octets unread
            while True:
                ready, _, _ = select.select([end.fileno(), self._board], [], [])
                if self._board in ready:
                    end.sendall(os.read(self._board, 65536))
                if end.fileno() in ready:
                    octets = end.recv(65536)
                    if not octets:
                        return
                    os.write(self._board, octets)


# ---------------------------------------------------------------------- refused before the start


@pytest.mark.parametrize(
    ("is_", "told"),
    [
        ({"protocol": 2}, "speaks version 2 of the link, not 1"),
        ({"dictionary": 0xBAD}, f"has the dictionary 00000bad, expected {dictionary_hash():08x}"),
        ({"firmware": 0xBAD}, f"runs the firmware 00000bad, expected {firmware_hash():08x}"),
    ],
)
def test_a_board_built_from_something_else_is_refused(proxy: Proxy, is_: Any, told: str) -> None:
    proxy.spoil(from_board=Changed(is_))

    with pytest.raises(BoardMismatchError) as error:
        opened(proxy.port)

    assert str(error.value) == (
        f"the board 'virtual' on {proxy.port} {told}: "
        "build and flash its firmware again (flightsw board build, board flash)"
    )


def test_a_process_built_from_something_else_is_to_be_started_again(virtual: VirtualBoard) -> None:
    with pytest.raises(BoardMismatchError, match="end it, in a checkout `make build`, start it"):
        opened(virtual.port, expected=Expected(dictionary_hash(), 0xBAD))


def test_any_build_will_do_when_none_is_expected(proxy: Proxy) -> None:
    proxy.spoil(from_board=Changed({"firmware": 0xBAD}))

    with opened(proxy.port, expected=Expected(dictionary_hash(), None)) as bridge:
        assert bridge.identity.firmware == 0xBAD


@pytest.mark.parametrize(
    ("is_", "told"),
    [
        ({"roles": 2}, "cannot be the transmitter; its roles: sequencer"),
        ({"config_max": 87}, "takes a configuration of at most 87 octets; the transmitter has 88"),
        ({"window": 16}, "a board whose window is 16 octets"),
    ],
)
def test_a_board_that_cannot_play_the_part_is_refused(proxy: Proxy, is_: Any, told: str) -> None:
    proxy.spoil(from_board=Changed(is_))

    with pytest.raises(BoardMismatchError, match=told), opened(proxy.port) as bridge:
        start(bridge)


@pytest.mark.parametrize(
    ("config", "tick_us", "told"),
    [
        pytest.param(CONFIG, 1, "a tick of 1e-06 s", id="tick"),
        pytest.param(
            CONFIG[:-1], TICK_US, "its configuration's length: it wants 88 octets", id="length"
        ),
        pytest.param(
            transmitter_config(frame_bytes=20), TICK_US, "a transfer frame that it", id="frame"
        ),
        pytest.param(
            transmitter_config(gone_mv=30_000), TICK_US, "supply thresholds that", id="supply"
        ),
        pytest.param(
            transmitter_config(queue_bytes=60_000),
            TICK_US,
            "longer queues than it has memory for, which is 16384 octets",
            id="queues",
        ),
    ],
)
def test_what_a_board_refuses_to_start_with_is_told(
    virtual: VirtualBoard, config: bytes, tick_us: int, told: str
) -> None:
    with opened(virtual.port) as bridge:
        with pytest.raises(BoardRefusedError, match=f"refuses {told}"):
            bridge.start_transmitter(config, tick_us=tick_us, supply_mv=0, warm=False)
        assert bridge.status().state == State.IDLE


def test_a_packet_longer_than_the_board_can_take_is_refused(virtual: VirtualBoard) -> None:
    with (
        start_on(virtual) as bridge,
        pytest.raises(BoardRefusedError, match="no input longer than"),
    ):
        bridge.step_transmitter(packet(0, 5000), supply_mv=SUPPLY_MV, reset=False)


def test_a_port_without_a_board_is_told(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr("hil.connection._DISCOVER_S", 0.1)
    with VirtualBoard() as board, Proxy(board.port, tmp_path / "port") as proxy:
        proxy.spoil(to_board=Lost())
        with pytest.raises(BoardSilentError, match=r"port: no board of this link answers$"):
            opened(proxy.port)


def test_a_port_that_says_something_else_is_told(proxy: Proxy, monkeypatch) -> None:
    monkeypatch.setattr("hil.connection._DISCOVER_S", 0.1)
    proxy.spoil(from_board=SaidOtherwise())

    with pytest.raises(BoardSilentError, match=r"octets came that are no answer: is its rate"):
        opened(proxy.port)


def test_a_host_that_hears_itself_is_told(monkeypatch) -> None:
    monkeypatch.setattr("hil.connection._DISCOVER_S", 0.1)

    with pytest.raises(BoardSilentError, match=r"^loop://: no board of this link answers; 14 "):
        opened("loop://")


# ---------------------------------------------------------------------- a line that loses


def test_a_board_that_says_something_else_all_the_time_is_answered_all_the_same(
    proxy: Proxy,
) -> None:
    """What it says is good, and no answer: a grant that was lost is still noticed by time."""
    chatter = frame(encode(Echoed(b"chatter"), 0, 0))
    ended = threading.Event()

    def chatting() -> None:
        while not ended.wait(0.002):
            proxy.add_from_board(chatter)

    with start(opened(proxy.port)) as bridge:
        thread = threading.Thread(target=chatting)
        thread.start()
        proxy.spoil(to_board=FramesLost(2, seed=1))
        sent = [step(bridge, tick) for tick in range(5)]
        ended.set()
        thread.join()

    assert sent == should_send(range(5))
    assert bridge.statistics.timeouts >= 1


def test_a_stall_is_waited_for(virtual: VirtualBoard) -> None:
    with start_on(virtual) as bridge:
        before = [step(bridge, tick) for tick in range(10)]
        virtual.stall()
        threading.Timer(0.5, virtual.resume).start()
        after = [step(bridge, tick) for tick in range(10, 20)]

    assert before + after == should_send(range(20))
    assert bridge.statistics.losses == []
    assert bridge.statistics.timeouts > 0


def test_trouble_degrades_the_link_for_a_second_of_the_flight(virtual: VirtualBoard) -> None:
    """Of the flight without any more: a busy machine may make some."""
    with start_on(virtual) as bridge:
        step(bridge, 0)
        assert bridge.state is LinkState.RUN
        virtual.stall()
        threading.Timer(0.2, virtual.resume).start()
        step(bridge, 1)
        tick, good = 2, 0
        while bridge.state.name == "DEGRADED":
            before = bridge.statistics.troubles
            step(bridge, tick)
            tick, good = tick + 1, good + 1 if bridge.statistics.troubles == before else 0

    assert good == 100


# ---------------------------------------------------------------------- lost and found


def test_a_cable_pulled_at_any_octet_loses_nothing_and_repeats_nothing(proxy: Proxy) -> None:
    """One octet further each time, over two ticks: their grants, inputs and answers."""
    notices: list[str] = []
    with start(opened(proxy.port, notice=notices.append)) as bridge:
        sent = []
        for tick in range(150):
            if tick % 2 == 0:
                proxy.cut(1 + tick)
            sent.append(step(bridge, tick))
        while proxy.seen.cut_after is not None:
            sent.append(step(bridge, len(sent)))

    assert sent == should_send(range(len(sent)))
    assert len(bridge.statistics.losses) == proxy.seen.pulled >= 40
    assert all(loss.reset_cause == "" for loss in bridge.statistics.losses)
    assert notices[0] == "board gone, waiting 5 s"
    assert notices[1].startswith("board back after 0.")


def test_a_board_that_comes_back_late_is_waited_for(proxy: Proxy) -> None:
    notices: list[str] = []
    with start(opened(proxy.port, notice=notices.append)) as bridge:
        sent = [step(bridge, tick) for tick in range(5)]
        bridge.now_s = 212.4
        proxy.unplug()
        threading.Timer(0.4, proxy.plug).start()
        sent += [step(bridge, tick) for tick in range(5, 10)]

    (loss,) = bridge.statistics.losses
    assert sent == should_send(range(10))
    assert notices[0] == "board gone at T+212.40, waiting 5 s"
    assert notices[1].startswith("board back at T+212.40 after 0.")
    assert loss.at_s == 212.4
    assert loss.recovered_after_s is not None
    assert loss.recovered_after_s > 0.0


def test_a_board_that_comes_back_under_another_name_is_found(proxy: Proxy) -> None:
    """And found again when it moves on, and when it moves back."""
    names = [registry.link_of(f"virtual-{number}") for number in (8, 9, 7, 9)]
    plugged_as(proxy, names[0])

    with start(opened(str(names[0]))) as bridge:
        sent = [step(bridge, tick) for tick in range(5)]
        for move, name in enumerate(names[1:]):
            proxy.unplug()
            registry.forget(bridge.url.rpartition("/")[2])
            plugged_as(proxy, name)
            sent += [step(bridge, tick) for tick in range(5 + 5 * move, 10 + 5 * move)]
            assert bridge.url == str(name)

    assert sent == should_send(range(20))


def plugged_as(proxy: Proxy, link: Path) -> None:
    proxy.plug(link)
    registry.register(registry.Registered(link.name, "virtual", str(link), os.getpid()))


def usb(name: str, serial_number: str = "") -> Present:
    return Present(name, "USB serial", usb=(0x1A86, 0x7523), serial_number=serial_number)


def looked_at(
    monkeypatch: pytest.MonkeyPatch, was: list[Present], seen: list[list[Present]]
) -> list[str]:
    """Return the ports at which a board that was on the first one is looked for."""
    tried: list[str] = []

    def absent(name: str, **_: object) -> Port:
        tried.append(name)
        raise PortError(name)

    monkeypatch.setattr("hil.search.open_port", absent)
    monkeypatch.setattr("hil.search._OPEN_AGAIN_S", 0.0)
    monkeypatch.setattr("hil.search._LIST_AGAIN_S", 0.0)
    search = Search(
        was[0].name,
        b"board 01",
        line=None,
        connect=cast(Any, Line),
        baud=115_200,
        like=was[0],
        before={port.name for port in was},
    )
    for here in seen:
        monkeypatch.setattr("hil.search.ports_here", here.copy)
        search.look(0.0)
    return [name for name in dict.fromkeys(tried) if name != was[0].name]


def test_a_lost_board_is_not_looked_for_where_another_like_it_stays(monkeypatch) -> None:
    was = [usb("ttyUSB0"), usb("ttyUSB1")]

    assert looked_at(monkeypatch, was, [was[1:], was[1:]]) == []
    assert looked_at(monkeypatch, was, [was[1:], [*was[1:], usb("ttyUSB2")]]) == ["ttyUSB2"]


def test_two_alike_that_swap_their_names_are_told_apart_by_asking(monkeypatch) -> None:
    was = [usb("ttyUSB0"), usb("ttyUSB1")]

    assert looked_at(monkeypatch, was, [[], was]) == ["ttyUSB1"]


def test_a_serial_number_is_followed_to_any_name(monkeypatch) -> None:
    was = [usb("ttyACM0", "A1"), usb("ttyACM1", "B2")]
    swapped = [usb("ttyACM0", "B2"), usb("ttyACM1", "A1")]

    assert looked_at(monkeypatch, was, [swapped]) == ["ttyACM1"]


def test_a_far_end_that_does_not_answer_holds_up_no_tick(
    virtual: VirtualBoard, monkeypatch
) -> None:
    """Opening a URL takes as long as its far end likes: the flight does not wait for that."""
    began, may_end = threading.Event(), threading.Event()

    def slow(url: str, **_: object) -> Port:
        began.set()
        may_end.wait()
        raise PortError(url)

    with serve(virtual.port) as far, opened(far.url, policy="continue") as bridge:
        start(bridge)
        step(bridge, 0)
        monkeypatch.setattr("hil.opening.open_port", slow)
        far.end.shutdown(socket.SHUT_RDWR)
        while not began.is_set():
            step(bridge, 1)
        flown = [step(bridge, tick) for tick in range(2, 50)]  # would never end, were it waited for
        may_end.set()

    assert flown == [b""] * 48


def test_another_board_in_its_place_is_not_taken_for_it(tmp_path: Path) -> None:
    link = tmp_path / "port"
    with VirtualBoard(board_id=b"board 01") as first, VirtualBoard(board_id=b"board 02") as second:
        with Proxy(first.port, link) as proxy:
            bridge = start(opened(str(link), wait_s=0.5))
            proxy.unplug()
        with (
            Proxy(second.port, link),
            bridge,
            pytest.raises(BoardLostError, match="not back within"),
        ):
            step(bridge, 0)


def test_a_board_that_does_not_come_back_ends_the_flight(proxy: Proxy) -> None:
    with start(opened(proxy.port, wait_s=0.2)) as bridge:
        bridge.now_s = 10.0
        proxy.unplug()

        with pytest.raises(BoardLostError) as error:
            step(bridge, 0)

    assert str(error.value) == "board gone at T+10.00, and not back within 0.2 s"
    assert bridge.state is LinkState.CLOSED


def test_with_fail_a_loss_ends_the_flight_at_once(proxy: Proxy) -> None:
    with start(opened(proxy.port, policy="fail")) as bridge:
        bridge.now_s = -3.0
        proxy.unplug()

        with pytest.raises(BoardLostError, match=rf"^board gone at T-3\.00: {proxy.port} is gone$"):
            step(bridge, 0)


def test_with_continue_the_flight_goes_on_and_takes_the_board_back(proxy: Proxy) -> None:
    notices: list[str] = []
    with start(opened(proxy.port, policy="continue", notice=notices.append)) as bridge:
        sent = [step(bridge, tick) for tick in range(5)]
        proxy.unplug()
        began = time.monotonic()
        assert [step(bridge, tick) for tick in range(5, 2000)] == [b""] * 1995
        assert time.monotonic() - began < 1.5
        proxy.plug()
        while bridge.state is LinkState.LOST:
            assert time.monotonic() - began < 10.0
            last = step(bridge, 7)
            time.sleep(0.001)

    # The tick in which it was lost is finished when it is back, and the clock of a board in
    # lockstep has stood still meanwhile.
    expected = start(TransmitterDouble())
    assert [*sent, last] == [step(expected, tick) for tick in range(5)] + [
        step(expected, 5) + step(expected, 7)
    ]
    assert bridge.statistics.ticks_lost >= 1994
    assert notices[0] == "board gone, the flight goes on without it"
    assert notices[1].startswith("board back after ")
    assert len(notices) == 2


# ---------------------------------------------------------------------- reset in flight


@pytest.mark.parametrize(
    ("happen", "cause"),
    [
        pytest.param(VirtualBoard.reset, "pin", id="button"),
        pytest.param(VirtualBoard.bite, "watchdog", id="watchdog"),
        pytest.param(VirtualBoard.brown_out, "brown-out", id="brown-out"),
    ],
)
def test_a_transmitter_that_was_reset_is_told_and_started_again(
    virtual: VirtualBoard, happen: Any, cause: str
) -> None:
    notices: list[str] = []
    with start_on(virtual, notice=notices.append) as bridge:
        before = [step(bridge, tick) for tick in range(20)]
        bridge.now_s = 100.0
        happen(virtual)
        await_reset(bridge)
        after = [step(bridge, tick) for tick in range(20, 60)]

    cold = start(TransmitterDouble(), warm=False)
    assert before == should_send(range(20))
    assert after == [step(cold, tick) for tick in range(20, 60)]
    assert notices == [f"board reset ({cause}) at T+100.00, started again"]
    assert [loss.reset_cause for loss in bridge.statistics.losses] == [cause]


def await_reset(bridge: Bridge) -> None:
    while bridge.status().session != 0:
        time.sleep(0.001)


def test_a_board_that_was_off_is_told_as_reset(tmp_path: Path) -> None:
    notices: list[str] = []
    link = tmp_path / "port"
    identity = b"the same"
    first = VirtualBoard(board_id=identity)
    with first, Proxy(first.port, link):
        bridge = start(opened(str(link), notice=notices.append))
        step(bridge, 0)
    with VirtualBoard(board_id=identity) as second, Proxy(second.port, link), bridge:
        step(bridge, 1)

    assert notices[-1] == "board reset (power), started again"


def test_with_fail_a_reset_ends_the_flight(virtual: VirtualBoard) -> None:
    with start_on(virtual, policy="fail") as bridge:
        bridge.now_s = 5.0
        virtual.bite()
        await_reset(bridge)

        with pytest.raises(BoardResetError, match=r"^board reset \(watchdog\) at T\+5\.00$"):
            step(bridge, 0)


def test_a_flight_computer_that_was_reset_is_never_begun_again(virtual: VirtualBoard) -> None:
    import flightsw
    from flightsw.board_octets import computer_octets
    from flightsw.scenario.tables import native_tables

    tables = native_tables(flightsw.load("nike-apache-14-210"))
    measured = bytes(32 + 4 * tables.fsw.analog_count)
    with opened(virtual.port) as bridge:
        bridge.start_sequencer(computer_octets(tables.fsw), tick_us=tables.fsw.tick_us)
        assert len(bridge.step_sequencer(measured)) >= 34
        bridge.now_s = 1.0
        virtual.reset()
        await_reset(bridge)

        with pytest.raises(BoardResetError, match=r"^board reset \(pin\) at T\+1\.00$"):
            bridge.step_sequencer(measured)


# ---------------------------------------------------------------------- recorded


def test_all_that_passes_is_recorded(virtual: VirtualBoard, tmp_path: Path) -> None:
    path = tmp_path / "line.wire"
    with Recorder(path) as recorder, start_on(virtual, recorder=recorder) as bridge:
        sent = [step(bridge, tick) for tick in range(20)]

    log = read_wire(path)
    sizes = {
        kind: sum(len(record.octets) for record in log.records if record.kind is kind)
        for kind in Piece
    }
    assert sizes[Piece.TO_BOARD] == bridge.statistics.octets_to_board
    assert sizes[Piece.FROM_BOARD] == bridge.statistics.octets_from_board
    assert sum(map(len, sent)) > 0
