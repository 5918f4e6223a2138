"""The thread that keeps the time. How late it is depends on the machine; the rest does not."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Iterator

import pytest

from hil.pace import Beat, Pace

TICK_US = 5000
PATIENCE_S = 10.0


@pytest.fixture
def pace() -> Iterator[Pace]:
    made = Pace(TICK_US)
    yield made
    made.close()


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    os.set_blocking(ends[0], False)
    os.set_blocking(ends[1], False)
    yield ends
    for end in ends:
        os.close(end)


def until(pace: Pace, tick: int) -> list[Beat]:
    """Return all ticks up to one."""
    beats: list[Beat] = []
    while not beats or beats[-1].tick < tick:
        assert select.select([pace.descriptor], [], [], PATIENCE_S)[0]
        beats += pace.beats()
    return beats


def test_each_tick_is_told_once_and_none_before_its_time(pace):
    told: list[Beat] = []
    while len(told) < 20:
        select.select([pace.descriptor], [], [], PATIENCE_S)
        now_s = time.monotonic()
        for beat in pace.beats():
            assert pace.due_s(beat.tick) <= now_s
            assert beat.late_s >= 0.0
            told.append(beat)

    assert [beat.tick for beat in told] == list(range(len(told)))
    assert {beat.written for beat in told} == {None}
    assert pace.due_s(7) - pace.due_s(3) == pytest.approx(4 * TICK_US * 1e-6)


def test_it_writes_what_was_handed_over_as_its_tick_begins(pace, pipe):
    source, sink = pipe
    assert pace.hand_over(20, sink, b"measured")
    assert select.select([source], [], [], PATIENCE_S)[0]
    assert time.monotonic() >= pace.due_s(20)

    written = {beat.tick: beat.written for beat in until(pace, 22)}

    assert os.read(source, 100) == b"measured"
    assert [tick for tick in written if written[tick] is not None] == [20]
    assert written[20] == 8


def test_what_comes_too_late_or_is_too_long_is_for_the_caller(pace, pipe):
    source, sink = pipe
    until(pace, 2)

    assert not pace.hand_over(2, sink, b"late")
    assert not pace.hand_over(10_000, sink, bytes(4097))

    until(pace, 4)
    with pytest.raises(BlockingIOError):
        os.read(source, 100)


def test_what_is_taken_back_is_never_written(pace, pipe):
    source, sink = pipe
    handed = pace.hand_over(10, sink, b"gone")
    pace.take_back()

    beats = until(pace, 12)

    assert handed
    assert {beat.written for beat in beats} == {None}
    with pytest.raises(BlockingIOError):
        os.read(source, 100)


def test_a_descriptor_that_takes_less_is_told(pace, pipe):
    source, sink = pipe
    while True:
        try:
            os.write(sink, bytes(4096))
        except BlockingIOError:
            break
    os.read(source, 4096)
    os.write(sink, bytes(4000))
    assert pace.hand_over(20, sink, bytes(3000))

    written = {beat.tick: beat.written for beat in until(pace, 20)}

    assert written[20] is not None
    assert written[20] < 3000


def test_closed_it_tells_nothing_and_takes_nothing(pipe):
    pace = Pace(TICK_US)
    pace.close()
    pace.close()

    assert pace.beats() == []
    assert not pace.hand_over(1, pipe[1], b"x")
    pace.take_back()


def test_fifo_is_told_as_the_system_has_it(pace):
    until(pace, 1)

    assert pace.is_fifo in (True, False)
