"""A board in a flight that waits for it: each tick is granted, and flown when it is answered."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from hil.connection import Outcome
from hil.errand import SessionEndedError, carry
from hil.errors import BoardError, BoardSilentError, PortLostError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hil.connection import Connection
    from hil.health import Health
    from hil.statistics import Statistics
    from hil.tasks import Tick

_NUMBERS: Final = 0xFFFF


class Lockstep:
    """Grants, one after the other, whatever the line loses and however often the board is gone.

    Parameters
    ----------
    connection : Connection
        With a session that has just begun.
    statistics : Statistics
        Where things are counted.
    health : Health
        Told what happens.
    tick_us : int
        Length of a tick, us.
    restarted : callable
        Called when the board was reset, and a new session has begun.

    Attributes
    ----------
    number : int
        Of the next grant.
    unfinished : Tick or None
        The one that was open when the flight went on without the board.
    """

    def __init__(
        self,
        connection: Connection,
        statistics: Statistics,
        health: Health,
        *,
        tick_us: int,
        restarted: Callable[[], object],
    ) -> None:
        self.tick_us: Final = tick_us
        self.number = 0
        self.unfinished: Tick | None = None
        self._connection = connection
        self._statistics = statistics
        self._health = health
        self._restarted = restarted

    def step(self, tick: Tick) -> bytes:
        """Grant a tick and return its whole output; nothing while the board is away.

        Raises
        ------
        BoardLostError, BoardResetError
            As the policy says.
        """
        connection = self._connection
        output = b""
        if connection.away:
            self._go_on(connection.look(supply_mv=tick.supply_mv))
        if not connection.away and self.unfinished is not None:
            before, self.unfinished = self.unfinished, None
            output = self._fly(before)
        if connection.away:
            self._statistics.ticks_lost += 1
            return output
        return output + self._fly(tick)

    def _go_on(self, outcome: Outcome) -> None:
        """Take note of how a loss ended."""
        self._health.go_on(outcome)
        if outcome is Outcome.RESTARTED:
            self.number = 0
            self.unfinished = None
            self._restarted()

    def _fly(self, tick: Tick) -> bytes:
        """Grant a tick until its whole output is here, or the flight goes on without it."""
        tick.number = self.number
        lost: BoardError | None = None
        began = time.perf_counter()
        while not tick.is_over:
            try:
                if lost is None:
                    carry(self._connection.line, tick)
                    self.number = (tick.number + 1) & _NUMBERS
                    tick.proceed(self.number)
                    continue
                self._health.lose()
                error, lost = lost, None
                outcome = self._connection.recover(error, supply_mv=tick.supply_mv)
            except (PortLostError, BoardSilentError, SessionEndedError) as error:
                lost = error
                continue
            self._go_on(outcome)
            if outcome is Outcome.AWAY:
                self.unfinished = tick
                return b""
            if outcome is Outcome.RESTARTED:
                tick.begin_again()
        self._count(time.perf_counter() - began)
        return bytes(tick.output)

    def _count(self, round_trip_s: float) -> None:
        statistics = self._statistics
        statistics.ticks += 1
        statistics.round_trips_s.append(round_trip_s)
        if self._health.judge(self.tick_us, away=self._connection.away):
            # Of what was said once: Karn and Partridge, 1987.
            self._connection.line.took(round_trip_s)
