"""Absolute times: a thread in C that sleeps until each tick begins, and tells it."""

from __future__ import annotations

import os
import struct
import time
from array import array
from typing import Final

from hil.errors import BoardError
from hil.pace._pace import ffi, lib

_BEAT: Final = struct.Struct("=qq")  # pace_beat_t
_READ_MAX: Final = _BEAT.size * 256


class Pace:
    """Ticks of the wall clock from now on, each at its own absolute time.

    Parameters
    ----------
    tick_us : int
        Length of a tick, us. Tick 0 begins now.

    Attributes
    ----------
    descriptor : int
        Readable when a tick has begun that `begun` does not know of yet.
    late_s : array
        How late the thread woke for each tick that `begun` has looked at, s.

    Raises
    ------
    BoardError
        When the system has no thread or pipe for it.
    """

    def __init__(self, tick_us: int) -> None:
        self._period_ns = tick_us * 1000
        self._first_ns = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        self._last = -1
        self.late_s = array("d")
        self._pace = ffi.new("pace_t *")
        error = lib.pace_start(self._pace, self._first_ns, self._period_ns)
        if error:
            msg = f"no thread can be had that keeps the time: {os.strerror(error)}"
            raise BoardError(msg)
        self._is_open = True
        self.descriptor: int = self._pace.fd

    def due_s(self, tick: int) -> float:
        """Return when a tick begins, s of `time.monotonic`."""
        return (self._first_ns + tick * self._period_ns) * 1e-9

    def begun(self) -> int:
        """Return the last tick whose beginning was told; -1 before the first."""
        while self._is_open:
            try:
                told = os.read(self.descriptor, _READ_MAX)
            except BlockingIOError:
                break
            for tick, late_ns in _BEAT.iter_unpack(told):
                self._last = tick
                self.late_s.append(late_ns * 1e-9)
            if len(told) < _READ_MAX:
                break
        return self._last

    @property
    def is_fifo(self) -> bool:
        """Whether the thread runs under SCHED_FIFO; known once it has woken."""
        return lib.pace_is_fifo(self._pace)

    def close(self) -> None:
        """End the thread. May be called twice."""
        if self._is_open:
            self._is_open = False
            lib.pace_stop(self._pace)
