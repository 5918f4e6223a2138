"""A board in a flight that goes by the wall clock: each tick at its absolute time.

Nothing here holds up the flight: what has not come when the next tick is due has missed it, is
counted, and the flight goes on with what it has. docs/reference/board-link.md, section 7.
"""

from __future__ import annotations

import os
import select
import time
from functools import partial
from typing import TYPE_CHECKING, Final

from hil.connection import Outcome
from hil.errand import SessionEndedError
from hil.errors import BoardError, BoardSilentError, PortLostError
from hil.kinds import Status, Time, Timed
from hil.line import Line
from hil.offset import Exchange, offset_of
from hil.pace import Beat, Pace
from hil.packing import Received
from hil.real_time import RealTime

if TYPE_CHECKING:
    from collections.abc import Callable

    from hil.connection import Connection
    from hil.statistics import Statistics

NUMBERS: Final = 0xFFFF
SLICE_S: Final = 0.0005  # between the due time and word of it
_LOOK_S: Final = 0.005  # between two looks for a board that is away
_TIME_S: Final = 0.25  # between two exchanges of time
_SILENCE_S: Final = 1.5  # of a board that should say each half second how it is
_ROOM_FOR_TIME: Final = 32
_GONE: Final = (PortLostError, BoardSilentError, SessionEndedError)


def _raised() -> int | None:
    """Let this thread run under SCHED_FIFO, below the one that keeps the time, where allowed.

    Return the policy that it had; None where it keeps that.
    """
    try:
        before = os.sched_getscheduler(0)
        if before == os.SCHED_OTHER:
            lowest = os.sched_param(os.sched_get_priority_min(os.SCHED_FIFO))
            os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, lowest)
            return before
    except (AttributeError, OSError):  # not on every system, and not for everybody
        pass
    return None


class Paced:
    """What both parts have in common: the ticks, the times, what a board says unasked.

    Parameters
    ----------
    connection : Connection
        With a session in lockstep, which the first grant takes over into real time.
    statistics : Statistics
        Where things are counted.
    tick_us : int
        Length of a tick, us. The first begins one from now.
    number : int
        Of the next grant.
    told : callable
        Given each STATUS of the session.
    restarted : callable
        Called when the board was reset, and a new session has begun.
    """

    def __init__(  # noqa: PLR0913  what a session in lockstep leaves
        self,
        connection: Connection,
        statistics: Statistics,
        *,
        tick_us: int,
        number: int,
        told: Callable[[Status], object],
        restarted: Callable[[], object],
    ) -> None:
        self.counts = RealTime(connection.now_s, tick_us * 1e-6)
        statistics.real_time = self.counts
        self._connection = connection
        self._statistics = statistics
        self._told, self._restarted = told, restarted
        self._pace = Pace(tick_us)
        self._number = number
        self._tick = self._begun = -1
        self._supply_mv = 0
        self._handed: bytes | None = None
        self._line: Line | None = None
        self._heard_s = time.monotonic()
        self._ended: Status | None = None
        self._asked_us: int | None = None
        self._ask_s = 0.0
        self._exchanges: list[Exchange] = []
        self._policy = _raised()

    def close(self) -> None:
        """End the thread that keeps the time."""
        self.counts.is_fifo = self._pace.is_fifo
        if self._policy is not None:
            os.sched_setscheduler(0, self._policy, os.sched_param(0))
            self._policy = None
        if self._line is not None:
            self._line.witness = None
            self._line.port.wake_on(None)
        self._pace.close()

    @property
    def away(self) -> bool:
        """Whether the flight goes on without the board."""
        return self._connection.away

    # ------------------------------------------------------------------------------ time

    def _wait(self) -> None:
        """Wait until the tick begins, hearing meanwhile what the board says."""
        due_s = self._pace.due_s(self._tick)
        self._take_beats()
        while self._begun < self._tick:
            self._listen(due_s - time.monotonic())
            self._take_beats()
        self.counts.ticks += 1

    def _take_beats(self) -> None:
        for beat in self._pace.beats():
            self._begun = beat.tick
            self.counts.woke_late_s.append(beat.late_s)
            if beat.tick == self._tick and self._handed is not None:
                self._guarded(partial(self._went, beat))

    def _leave(self, octets: bytes) -> None:
        """Let octets go as the tick begins: by the hand of the thread where it has one."""
        port = self._connection.line.port
        outlet = port.outlet()
        if outlet is None:
            waits = self._late_s < 0.0
        else:
            waits = self._pace.hand_over(self._tick, outlet, octets)
        if waits:
            self._handed = octets
        else:
            port.write(octets)
            self._left(self._late_s)

    def _went(self, beat: Beat) -> None:
        """Write what the thread has not."""
        handed, self._handed = self._handed or b"", None
        rest = handed[beat.written or 0 :]
        if rest:
            self._connection.line.port.write(rest)
        self._left(self._late_s if rest else beat.late_s)

    @property
    def _late_s(self) -> float:
        return time.monotonic() - self._pace.due_s(self._tick)

    def _left(self, late_s: float) -> None:
        """Take note of how late a tick's input left."""
        self.counts.left_late_s.append(late_s)

    def _listen(self, timeout_s: float) -> None:
        """Hear what comes until then, or until a tick begins."""
        timeout_s = max(SLICE_S, timeout_s)
        if self.away:
            select.select([self._pace.descriptor], [], [], min(timeout_s, _LOOK_S))
            outcome = self._connection.look(supply_mv=self._supply_mv)
            if outcome is not Outcome.AWAY:
                self._go_on(outcome)
            return
        self._guarded(lambda: self._hear(timeout_s))

    def _hear(self, timeout_s: float) -> None:
        """Listen, and do what follows."""
        raise NotImplementedError

    def _attend(self) -> Line:
        """Return the line, whose messages are told here, and on which a tick ends a wait."""
        line = self._connection.line
        if line is not self._line:
            self._line = line
            line.witness = self._witness
            line.port.wake_on(self._pace.descriptor)
            self._heard_s = time.monotonic()
            self._asked_us = None
        return line

    def _ask_time(self, line: Line) -> bool:
        """Ask for the board's clock now and then; return whether it was asked."""
        now_s = time.monotonic()
        if now_s < self._ask_s or line.credits.room < _ROOM_FOR_TIME:
            return False
        self._ask_s = now_s + _TIME_S
        self._asked_us = int(time.monotonic() * 1e6)
        line.send(Time(self._asked_us))
        return True

    # ------------------------------------------------------------------------------ loss

    def _guarded(self, do: Callable[[], object]) -> None:
        """Do something with the line, and what the policy says when it is lost by that."""
        try:
            do()
        except _GONE as error:
            self._lose(error)

    def _lose(self, error: BoardError) -> None:
        self._pace.take_back()
        self._handed = None
        line, self._line = self._line, None
        if line is not None:
            line.witness = None
            line.port.wake_on(None)
        recover = self._connection.recover
        try:
            self._go_on(recover(error, supply_mv=self._supply_mv, holds=False))
        except (PortLostError, BoardSilentError) as again:  # lost while it was started again
            self._go_on(recover(again, supply_mv=self._supply_mv, holds=False))

    def _go_on(self, outcome: Outcome) -> None:
        """Take note of how a loss ended."""
        self._ended = None
        self._heard_s = time.monotonic()
        if outcome is Outcome.RESTARTED:
            self._number = 0
            self._exchanges.clear()
            self._restarted()

    def _check(self) -> None:
        """Raise when the board has said that the session is another one, or says nothing."""
        if self._ended is not None:
            raise SessionEndedError(self._ended)
        if time.monotonic() - self._heard_s > _SILENCE_S:
            msg = f"{self._connection.line.port.name}: the board says nothing any more"
            raise BoardSilentError(msg)

    # ------------------------------------------------------------------------------ what is heard

    def _witness(self, received: Received) -> None:
        message = received.message
        self._heard_s = time.monotonic()
        if isinstance(message, Timed):
            self._take_time(message, received.taken)
        elif isinstance(message, Status):
            self._take_status(message)

    def _take_time(self, timed: Timed, taken: int) -> None:
        if timed.host_us != self._asked_us:
            return
        self._asked_us = None
        now_us = int(self._heard_s * 1e6)
        times = Exchange(timed.host_us, timed.received_us, timed.sent_us, now_us)
        self._exchanges.append(times)
        self.counts.offset = offset_of(self._exchanges)
        self._answered(taken)

    def _answered(self, taken: int) -> None:
        """Do what follows from a count of the board's that answers a question."""

    def _take_status(self, status: Status) -> None:
        if status.session != self._connection.line.session:
            self._ended = status
        else:
            self._told(status)
