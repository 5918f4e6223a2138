"""Flights by the wall clock, and what a board and its host have said in one, each for itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from hil.bridge import Bridge
from hil.kinds import Frames, Grant, Reply
from hil.link import Decoder
from hil.wire import Piece, Recorder, read_wire
from tests.hil.flown import ComputerWindow, TransmitterWindow, Window, commands
from tests.hil.line_cases import opened

LOSS = 40_235  # the tick of progress-ms-04-lost in which its telemetry ends, at T+382.24

_M = TypeVar("_M")


def transmitting(before: int = 180, after: int = 30) -> TransmitterWindow:
    """Before the loss, and through it."""
    return TransmitterWindow("progress-ms-04-lost", range(LOSS - before, LOSS + after))


def computing(ticks: int = 2650) -> ComputerWindow:
    """To lift-off: of three sets of commands the last two by the clock, in ticks 2492 and 2594."""
    return ComputerWindow("progress-ms-04", ticks)


SINCE = {TransmitterWindow: 20, ComputerWindow: 2400}


def fly(
    window: Window,
    bridge: Bridge,
    happen: Mapping[int, Callable[[], object]] | None = None,
    *,
    since: int | None = None,
) -> list[bytes]:
    """Fly a window, the first ticks in lockstep; return all that came, in its order."""
    window.start(bridge)
    since, came = SINCE[type(window)] if since is None else since, []
    for tick in range(len(window.should)):
        if tick == since:
            bridge.go_by_clock()
        if happen and tick - since in happen:
            happen[tick - since]()
        answer = window.step(bridge, tick)
        came += [each for each in (*bridge.earlier, answer) if each]
    bridge.status()
    return came


@contextmanager
def recorded(port: str, log: Path, baud: int = 115_200) -> Iterator[Bridge]:
    with Recorder(log) as recorder, opened(port, recorder=recorder, baud=baud) as bridge:
        yield bridge


# ---------------------------------------------------------------------- what was said


def heard_at(log: Path, kind: type[_M]) -> Iterator[tuple[float, _M]]:
    """Yield what a host has heard of a kind, and when, s by the monotonic clock."""
    decoder = Decoder(from_board=True)
    for record in read_wire(log).records:
        if record.kind is Piece.FROM_BOARD:
            for received in decoder.feed(record.octets):
                if isinstance(received.message, kind):
                    yield record.time_us * 1e-6, received.message


def messages(octets: bytes, kind: type[_M], *, from_board: bool) -> list[_M]:
    """Return the messages of a kind in what passed one way."""
    heard = Decoder(from_board=from_board).feed(octets)
    return [each.message for each in heard if isinstance(each.message, kind)]


def granted(log: Path) -> list[Grant]:
    """Return what a host has granted by the clock or before, again and again where it did."""
    records = read_wire(log).records
    said = b"".join(record.octets for record in records if record.kind is Piece.TO_BOARD)
    return messages(said, Grant, from_board=False)


def sent_by_the_clock(log: Path) -> bytes:
    """Return what a board sent as FRAMES, as far as nothing is missing before it."""
    sent = b""
    for _, message in heard_at(log, Frames):
        if message.position == len(sent):
            sent += message.octets
    return sent


def answered_twice(log: Path) -> set[int]:
    """Return the numbers of grants that a board has answered with two different answers."""
    answers: dict[tuple[int, int], set[bytes]] = defaultdict(set)
    for _, reply in heard_at(log, Reply):
        answers[reply.number, reply.offset].add(reply.octets)
    return {number for (number, _), octets in answers.items() if len(octets) > 1}


def check_each_answer(came: list[bytes], window: Window, log: Path) -> None:
    """Each answer is that of its tick, in their order, none twice; the last may have missed."""
    assert came == window.should[: len(came)]
    done = commands(came)
    assert done == commands(window.should)[: len(done)]
    assert not answered_twice(log)
