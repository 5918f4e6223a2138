"""When a host asks: a port and a clock that a test tells what happens, and when."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from hil.errand import carry
from hil.errors import BoardSilentError
from hil.inquiry import discover
from hil.kinds import COUNTERS, Credit, Discover, Grant, Poll, Reply, ReplyFlag, Status
from hil.line import Line
from hil.link import QUESTION, Credits, Decoder, frame
from hil.packing import encode
from hil.statistics import Statistics
from hil.tasks import Tick

BAUD = 115_200
WINDOW = 64


class Told:
    """A port where octets come at given times; waiting for them is what takes time."""

    name = "told"

    def __init__(self, *comes: tuple[float, bytes]) -> None:
        self.now_s = 0.0
        self.went: list[tuple[float, bytes]] = []
        self._comes = [*comes]

    def write(self, octets: bytes) -> None:
        self.went.append((self.now_s, octets))

    def read(self, timeout_s: float) -> bytes:
        until_s = self.now_s + max(timeout_s, 1e-6)
        if self._comes and self._comes[0][0] <= until_s:
            at_s, octets = self._comes.pop(0)
            self.now_s = max(self.now_s, at_s)
            return octets
        self.now_s = until_s
        return b""

    def wake_on(self, descriptor: int | None) -> None: ...

    def outlet(self) -> None: ...

    def set_rate(self, baud: int) -> bool:
        return False

    def close(self) -> None: ...

    def asked_s(self, kind: type) -> list[float]:
        """Return when messages of a kind went."""
        decoder = Decoder(from_board=False)
        return [
            round(at_s, 3)
            for at_s, octets in self.went
            for heard in decoder.feed(octets)
            if isinstance(heard.message, kind)
        ]


def line_on(port: Told, monkeypatch: pytest.MonkeyPatch) -> Line:
    clock = SimpleNamespace(monotonic=lambda: port.now_s)
    monkeypatch.setattr("hil.inquiry.time", clock)
    monkeypatch.setattr("hil.errand.time", clock)
    return Line(port, baud=BAUD, statistics=Statistics(), recorder=None)


def discovered_s(port: Told, monkeypatch: pytest.MonkeyPatch, patience_s: float) -> list[float]:
    with pytest.raises(BoardSilentError):
        discover(line_on(port, monkeypatch), patience_s)
    return port.asked_s(Discover)


def test_who_is_there_is_asked_ever_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    assert discovered_s(Told(), monkeypatch, 4.5) == [0.0, 0.25, 0.75, 1.75, 2.75, 3.75]


def test_who_is_there_is_asked_at_once_when_an_octet_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    port = Told((3.1, b"\0"))

    assert discovered_s(port, monkeypatch, 4.5) == [0.0, 0.25, 0.75, 1.75, 2.75, 3.1, 4.1]


def test_a_flood_is_not_answered_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    port = Told(*((0.01 * k, b"\x55") for k in range(200)))

    asked_s = discovered_s(port, monkeypatch, 2.0)

    assert asked_s[:3] == [0.0, 0.15, 0.3]
    assert len(asked_s) <= 2.0 / 0.15 + 1


def test_a_board_that_takes_nothing_is_asked_within_its_window_for_so_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    port = Told()
    line = line_on(port, monkeypatch)
    line.credits = Credits(WINDOW, kept=QUESTION)
    line.frame_max = WINDOW - QUESTION - 1

    with pytest.raises(BoardSilentError):
        carry(line, Tick(0, 27_000, bytes(200)))

    early = b"".join(octets for at_s, octets in port.went if at_s < 0.3)
    asked_s = port.asked_s(Poll)
    assert WINDOW - QUESTION < len(early) <= WINDOW
    assert asked_s[0] < 0.1
    assert asked_s[1] > 0.3
    assert len(asked_s) > 5


def test_a_count_makes_room_for_the_rest_of_an_input(monkeypatch: pytest.MonkeyPatch) -> None:
    port = Told((0.01, frame(encode(Credit(), 0, WINDOW // 2))))
    line = line_on(port, monkeypatch)
    line.credits = Credits(WINDOW, kept=QUESTION)
    line.frame_max = WINDOW - QUESTION - 1
    line.worth_waiting = WINDOW // 2 - QUESTION

    with pytest.raises(BoardSilentError):
        carry(line, Tick(0, 27_000, bytes(200)))

    first = b"".join(octets for at_s, octets in port.went if at_s < 0.015)
    assert WINDOW - QUESTION < len(first) <= WINDOW - QUESTION + WINDOW // 2


class Far(Told):
    """A board behind a way of 0.2 s that hears questions, and grants from the second one on."""

    WAY_S = 0.2

    def __init__(self) -> None:
        super().__init__()
        self.decoder = Decoder(from_board=False)
        self.grants = 0

    def write(self, octets: bytes) -> None:
        super().write(octets)
        for heard in self.decoder.feed(octets):
            if isinstance(heard.message, Poll):
                counters = dict.fromkeys(COUNTERS, 0)
                state = Status(heard.message.nonce, 1, 0, 0, 0, 1, 0, 0, **counters)
                self._answer(state)
            elif isinstance(heard.message, Grant):
                self.grants += 1
                if self.grants > 1:
                    self._answer(Reply(0, 0, ReplyFlag.LAST, b"said"))

    def _answer(self, message: Status | Reply) -> None:
        octets = frame(encode(message, 0, self.decoder.counters.received & 0xFFFF))
        self._comes.append((self.now_s + 2 * self.WAY_S, octets))


def test_a_far_board_is_understood_though_it_is_asked_again_before_it_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    port = Far()
    line = line_on(port, monkeypatch)
    line.credits = Credits(4096, kept=QUESTION)
    tick = Tick(0, 27_000, b"")

    carry(line, tick)

    assert bytes(tick.output) == b"said"
    assert port.grants == 2
    assert port.now_s < 1.0
    assert len(port.asked_s(Poll)) > 2
