"""A line with a pace: its time is simulated, what has no room is counted, credits lose nothing."""

from __future__ import annotations

from typing import Any

import pytest

from hil.boards.virtual import VirtualBoard
from hil.kinds import Echo, Echoed, Frames, Status
from hil.link import Credits, frame
from hil.packing import encode
from tests.deframer import frames
from tests.hil.conftest import Host, packet, start_of, transmitter_config

AVR_NS = 17_000  # 273 cycles an octet, decoder and CRC-32, at 16 MHz
BITS = 10


class CreditedHost(Host):
    """Sends no more than the board has room for; lets the board speak in between."""

    def open_credits(self, window: int) -> None:
        self.credits = Credits(window, self.taken)

    def next(self, patience_s: float = 5.0):
        message = super().next(patience_s)
        if message is not None and hasattr(self, "credits"):
            self.credits.heard(self.taken)
        return message

    def send_credited(self, octets: bytes) -> list[Any]:
        heard = []
        while octets:
            while self.credits.room == 0:
                heard.append(self.next())
                assert heard[-1] is not None
            piece, octets = octets[: self.credits.room], octets[self.credits.room :]
            self.credits.spend(len(piece))
            self.write(piece)
        return heard


def echo(number: int) -> bytes:
    return frame(encode(Echo(number.to_bytes(2) + bytes(40)), number & 0xFF))


@pytest.mark.parametrize("baud", [9_600, 115_200, 921_600, 3_000_000])
def test_octets_take_their_time_on_the_line(baud: int) -> None:
    with VirtualBoard(baud=baud, work_ns=0) as board, Host(board.port) as host:
        host.discover()
        host.start(transmitter_config(heartbeat_us=0))
        before = host.until_status()

        for number in range(100):
            host.tick(number, packet(number % 4, 60, number))
        after = host.until_status()

    octets = after.received - before.received + after.sent - before.sent
    passed_us = after.board_us - before.board_us
    assert passed_us == pytest.approx(octets * BITS * 1e6 / baud, rel=0.02)  # one after the other


def test_work_takes_time_too() -> None:
    with VirtualBoard(baud=3_000_000, work_ns=AVR_NS) as board, Host(board.port) as host:
        host.discover()
        before = host.until_status()
        for number in range(50):
            host.write(echo(number))
            host.until(Echoed)
        after = host.until_status()

    octets = after.received - before.received + after.sent - before.sent
    passed_us = after.board_us - before.board_us
    assert passed_us >= octets * AVR_NS / 1000 * 0.9


def test_without_credits_a_slow_board_loses_octets_and_counts_each() -> None:
    flood = b"".join(echo(number) for number in range(200))
    slow = VirtualBoard(baud=1_000_000, work_ns=AVR_NS, window=64)
    with slow as board, Host(board.port) as host:
        host.discover()
        before = host.until_status()
        host.write(flood)
        host.write(b"\0")
        after = host.until_status()

    came = after.received - before.received
    assert after.ring_dropped > 1000
    assert 0 < after.frames_good - before.frames_good < 200
    assert came + after.ring_dropped >= len(flood)


@pytest.mark.parametrize("window", [32, 64, 4096])
@pytest.mark.parametrize("baud", [9_600, 115_200, 1_000_000, 3_000_000])
def test_with_credits_nothing_is_lost_at_any_rate(baud: int, window: int) -> None:
    slow = VirtualBoard(baud=baud, work_ns=AVR_NS, window=window)
    with slow as board, CreditedHost(board.port) as host:
        host.discover()
        host.open_credits(window)
        answers = []
        for number in range(200):
            answers += host.send_credited(echo(number))
        while sum(isinstance(answer, Echoed) for answer in answers) < 200:
            answers.append(host.next())
        status = host.until_status()

    numbers = [int.from_bytes(each.octets[:2]) for each in answers if isinstance(each, Echoed)]
    assert numbers == list(range(200))
    lost = status.ring_dropped + status.overruns + status.frames_bad + status.frames_long
    assert (lost, status.line_dropped) == (0, 0)


@pytest.mark.parametrize("baud", [0, 115_200])
def test_in_real_time_it_sends_by_its_own_clock_and_tells_how_it_does(baud: int) -> None:
    """How late it is depends on this machine; that nothing is missing does not."""
    config = transmitter_config(heartbeat_us=100_000)
    sent, stamps, beats = b"", [0], 0
    with VirtualBoard(baud=baud) as board, Host(board.port) as host:
        host.discover()
        host.configure(config)
        host.send(start_of(config, mode=1))
        while beats < 2:
            message = host.next()
            assert message is not None
            if isinstance(message, Frames):
                assert message.position == len(sent)
                sent += message.octets
                stamps.append(message.board_us)
            beats += isinstance(message, Status)

    assert stamps == sorted(stamps)
    heard = frames(sent, 128)
    assert [frame.master_count for frame in heard] == list(range(len(heard)))
    assert len(heard) >= 2  # one every 100 ms where nothing holds the board up
