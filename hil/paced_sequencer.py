"""A board that is the flight computer, given its measurements at absolute times."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, Any

from hil.errand import Errand
from hil.kinds import GrantFlag, Message, Reply
from hil.paced import NUMBERS, Paced

if TYPE_CHECKING:
    from hil.errors import BoardError
    from hil.line import Line
    from hil.tasks import Tick


class PacedSequencer(Paced):
    """Measurements go out at absolute times; an answer after the next tick is due has missed it.

    One grant is open at a time, as in lockstep: nothing is commanded twice, and no command is lost.
    """

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._waiting: deque[tuple[float, Tick]] = deque()  # when it was due
        self._errand: Errand | None = None
        self._answers: list[bytes] = []

    def step(self, tick: Tick) -> list[bytes]:
        """Give the measurements of the next tick as it begins, and return the answers that came.

        One in a tick that went well; none when it missed its deadline; later, those that had.

        Raises
        ------
        BoardLostError, BoardResetError
            As the policy says; a computer that was reset is never begun again.
        """
        self._tick += 1
        tick.flags |= GrantFlag.CLOCK
        is_next = not self._waiting
        self._waiting.append((self._pace.due_s(self._tick), tick))
        if is_next and not self.away:
            self._guarded(self._prepare)
        self._wait()
        deadline_s = self._pace.due_s(self._tick + 1)
        self._listen(deadline_s - time.monotonic())
        while self._waiting and (left_s := deadline_s - time.monotonic()) > 0.0:
            self._listen(left_s)
        self._count(tick)
        if not (self._waiting or self.away):
            self._guarded(self._look_after)
        answers, self._answers = self._answers, []
        return answers

    def _count(self, tick: Tick) -> None:
        counts = self.counts
        self._statistics.ticks += len(self._answers)
        self._statistics.ticks_lost += self.away
        if not tick.is_over or counts.ways_s[-1] > counts.tick_s:
            counts.missed += 1

    def _prepare(self) -> None:
        line = self._attend()
        self._errand, octets = line.held(lambda: self._begin(line))
        self._leave(octets)

    def _begin(self, line: Line) -> Errand:
        due_s, tick = self._waiting[0]
        tick.number = self._number
        return Errand(line, tick, at_s=max(due_s, time.monotonic()))

    def _look_after(self) -> None:
        self._check()
        self._ask_time(self._attend())

    def _hear(self, timeout_s: float) -> None:
        line = self._attend()
        if not self._waiting:
            line.listen(timeout_s)
            return
        if self._handed is not None:  # nothing is said before the thread has said that
            heard = line.listen(timeout_s)
            line.put_back(each for each in heard if self._is_answer(each.message))
            return
        until_s = time.monotonic() + timeout_s
        while self._waiting:
            due_s, tick = self._waiting[0]
            if self._errand is None:
                if due_s > time.monotonic():
                    line.listen(max(0.0, min(until_s, due_s) - time.monotonic()))
                    return
                self._errand = self._begin(line)
                if not tick.flags & GrantFlag.CONTINUE:
                    self._left(time.monotonic() - due_s)
            if not self._errand.work(until_s):
                return
            now_s = time.monotonic()
            if self._errand.is_clean:
                line.took(max(0.0, now_s - max(due_s, self._errand.begun_s)))
            self._errand = None
            self._number = (self._number + 1) & NUMBERS
            tick.proceed(self._number)
            if tick.is_over:
                self.counts.ways_s.append(now_s - due_s)
                self.counts.answers_late += now_s - due_s > self.counts.tick_s
                self._answers.append(bytes(tick.output))
                self._waiting.popleft()

    def _is_answer(self, message: Message) -> bool:
        """Tell whether the answer has come before word of the tick."""
        return isinstance(message, Reply) and message.number == self._number

    def _lose(self, error: BoardError) -> None:
        self._errand = None
        super()._lose(error)
