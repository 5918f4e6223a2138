"""A board that transmits by its own clock, given its packets at absolute times."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, Any, Final

from hil.connection import Outcome
from hil.kinds import Frames, GrantFlag, Reason, Refused, Status, Waiting
from hil.paced import NUMBERS, Paced
from hil.packing import Received
from hil.real_time import WAY_MAX_S

if TYPE_CHECKING:
    from hil.errors import BoardError
    from hil.line import Line
    from hil.tasks import Tick

_MASK32: Final = 0xFFFFFFFF
_HALF32: Final = 0x80000000
_HALF16: Final = 0x8000
_PATIENT: Final = 4  # as after so many time-outs
_BEHIND_S: Final = 1.0  # that grants may wait for a slow line


class PacedTransmitter(Paced):
    """Grants go out at absolute times, telemetry comes in by the board's own clock."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._most = max(2, round(_BEHIND_S / self.counts.tick_s))
        self._waiting: deque[tuple[float, Tick]] = deque()  # when it was due
        self._current: Tick | None = None
        self._inbox = bytearray()
        self._position = 0
        self._room = (0, 0.0)  # for octets to the board, and since when it has been so much
        self._nonce = 0
        self._is_doubted = False

    def step(self, tick: Tick) -> bytes:
        """Grant the next tick as it begins, and return what has come by then since the last.

        Raises
        ------
        BoardLostError, BoardResetError
            As the policy says.
        """
        self._tick += 1
        self._supply_mv = tick.supply_mv
        tick.flags |= GrantFlag.CLOCK
        if self._current is None and not self._waiting and not self.away:
            self._guarded(lambda: self._prepare(tick))
        is_prepared = self._current is tick
        self._wait()
        if self.away:
            self._statistics.ticks_lost += 1
        else:
            self._statistics.ticks += 1
            if not is_prepared:
                self._queue(tick)
            self._guarded(self._look_after)
        octets = bytes(self._inbox)
        self._inbox.clear()
        return octets

    def _prepare(self, tick: Tick) -> None:
        line = self._attend()
        self._take_next(tick)
        _, octets = line.held(lambda: tick.send(line, again=False))
        self._leave(octets)

    def _queue(self, tick: Tick) -> None:
        self._waiting.append((self._pace.due_s(self._tick), tick))
        if len(self._waiting) > self._most:
            _, dropped = self._waiting.popleft()
            self._waiting[0][1].flags |= dropped.flags & GrantFlag.RESET  # late, and not never
            self.counts.grants_dropped += 1

    def _take_next(self, tick: Tick) -> None:
        self._current = tick
        tick.number = self._number
        self._number = (self._number + 1) & NUMBERS

    def _look_after(self) -> None:
        line = self._attend()
        line.listen(0.0)
        self._check()
        self._say(line)
        if self._current is None and self._ask_time(line):
            line.credits.mark()
        if self._is_doubted or self._is_stuck(line):
            self._is_doubted = False
            self._ask_credits(line)

    def _hear(self, timeout_s: float) -> None:
        line = self._attend()
        line.listen(timeout_s)
        self._say(line)

    def _say(self, line: Line) -> None:
        """Say what waits, as far as there are credits; nothing before what the thread will say."""
        while self._handed is None:
            tick = self._current
            if tick is not None and not tick.is_said:
                tick.go_on(line)
            elif self._waiting:
                due_s, tick = self._waiting.popleft()
                self._take_next(tick)
                tick.send(line, again=False)
                self._left(time.monotonic() - due_s)
            else:
                self._current = None
                return
            if not tick.is_said:
                return

    def _left(self, late_s: float) -> None:
        super()._left(late_s)
        self.counts.late_ticks += late_s > self.counts.tick_s

    def _is_stuck(self, line: Line) -> bool:
        """Tell whether credits have leaked: nothing that is on the way has been taken for long."""
        now_s, room = time.monotonic(), line.credits.room
        if self._current is None or room != self._room[0]:
            self._room = (room, now_s)
        return now_s - self._room[1] > line.patience_s(_PATIENT)

    def _ask_credits(self, line: Line) -> None:
        self._asked_us = None  # one question at a time tells them
        self._nonce, _ = line.question()
        self._room = (line.credits.room, time.monotonic())

    def _lose(self, error: BoardError) -> None:
        self._current = None
        self._waiting.clear()
        super()._lose(error)

    def _go_on(self, outcome: Outcome) -> None:
        super()._go_on(outcome)
        if outcome is Outcome.RESTARTED:
            self._position = 0

    def _answered(self, taken: int) -> None:
        self._connection.line.credits.answered(taken)

    def _witness(self, received: Received) -> None:
        super()._witness(received)
        message = received.message
        if isinstance(message, Frames):
            self._take_frames(message)
        elif isinstance(message, Status) and message.nonce and message.nonce == self._nonce:
            self._nonce = 0
            self._answered(received.taken)
        elif isinstance(message, Waiting):
            if self._current is not None and message.number == self._current.number:
                self._current.take(received)
        elif isinstance(message, Refused):
            self._take_refused(message)

    def _take_frames(self, frames: Frames) -> None:
        counts = self.counts
        ahead = (frames.position - self._position) & _MASK32
        if ahead >= _HALF32:
            return  # comes again: it is here already
        counts.octets_lost += ahead
        counts.pieces += 1
        counts.octets += len(frames.octets)
        self._position = (frames.position + len(frames.octets)) & _MASK32
        self._inbox += frames.octets
        if counts.offset is not None:
            here_us = int(self._heard_s * 1e6 + counts.offset.offset_us)
            way_us = (((here_us - frames.board_us) + _HALF32) & _MASK32) - _HALF32
            counts.ways_s.append(way_us * 1e-6)
            counts.pieces_late += way_us - counts.offset.offset_within_us > WAY_MAX_S * 1e6

    def _take_refused(self, refused: Refused) -> None:
        if refused.reason == Reason.NUMBER:
            # Refused is what comes late or again: others have gone since; no number goes twice.
            ahead = (refused.detail - self._number) & NUMBERS
            self._number = (self._number + (ahead if ahead < _HALF16 else 0)) & NUMBERS
        elif refused.reason == Reason.NOT_RUNNING:
            self._is_doubted = True
