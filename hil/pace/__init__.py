"""Absolute times: a thread in C that sleeps until each tick begins, writes for it, and tells it."""

from __future__ import annotations

import os
import struct
import time
from typing import Any, Final, NamedTuple

from hil.errors import BoardError
from hil.pace._pace import ffi, lib

_BEAT: Final = struct.Struct("=qqq")  # pace_beat_t
_READ_MAX: Final = _BEAT.size * 256


class Beat(NamedTuple):
    """A tick has begun.

    Attributes
    ----------
    tick : int
        Which, counted from 0.
    late_s : float
        How late the thread woke for it, s.
    written : int or None
        How many octets went of those that were handed over for it; None when none were.
    """

    tick: int
    late_s: float
    written: int | None


class Pace:
    """Ticks of the wall clock from now on, each at its own absolute time.

    Parameters
    ----------
    tick_us : int
        Length of a tick, us. Tick 0 begins one tick from now.

    Attributes
    ----------
    descriptor : int
        Readable when a tick has begun that `beats` has not told yet.

    Raises
    ------
    BoardError
        When the system has no thread or pipe for it.
    """

    def __init__(self, tick_us: int) -> None:
        self._period_ns = tick_us * 1000
        self._first_ns = time.clock_gettime_ns(time.CLOCK_MONOTONIC) + self._period_ns
        pace: Any = ffi.new("pace_t *")
        self._pace = pace
        error = lib.pace_start(pace, self._first_ns, self._period_ns)
        if error:
            msg = f"no thread can be had that keeps the time: {os.strerror(error)}"
            raise BoardError(msg)
        self._is_open = True
        self.descriptor: int = pace.fd

    def due_s(self, tick: int) -> float:
        """Return when a tick begins, s of `time.monotonic`."""
        return (self._first_ns + tick * self._period_ns) * 1e-9

    def beats(self) -> list[Beat]:
        """Return the ticks that have begun since it was last asked, in their order."""
        if not self._is_open:
            return []
        try:
            told = os.read(self.descriptor, _READ_MAX)
        except BlockingIOError:
            return []
        return [
            Beat(tick, late_ns * 1e-9, None if written < 0 else written)
            for tick, late_ns, written in _BEAT.iter_unpack(told)
        ]

    def hand_over(self, tick: int, descriptor: int, octets: bytes) -> bool:
        """Let the thread write octets to a descriptor, that does not block, as a tick begins.

        False when there are too many or the tick has begun: the caller has to write them.
        """
        return self._is_open and lib.pace_hand_over(
            self._pace, tick, descriptor, octets, len(octets)
        )

    def take_back(self) -> None:
        """Let what was handed over, and not written yet, be: the descriptor may be closed."""
        if self._is_open:
            lib.pace_take_back(self._pace)

    @property
    def is_fifo(self) -> bool:
        """Whether the thread runs under SCHED_FIFO; known once it has woken."""
        return lib.pace_is_fifo(self._pace)

    def close(self) -> None:
        """End the thread. May be called twice."""
        if self._is_open:
            self._is_open = False
            lib.pace_stop(self._pace)
