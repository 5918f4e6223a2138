"""What is said to a board until it is done: said again, asked about, given up."""

from __future__ import annotations

import math
import time
from enum import Enum
from typing import TYPE_CHECKING, Final, Protocol

from hil.errors import BoardError, BoardRefusedError, BoardSilentError
from hil.kinds import Credit, Reason, Refused, Status
from hil.packing import Received

if TYPE_CHECKING:
    from hil.line import Line

_TIMEOUTS: Final = 3  # in a row, and nothing for so long, and the board counts as lost:
_SILENCE_S: Final = 1.5  # it may hold its breath, an emulator's pseudo-terminal for 1 s
_BEYOND_S: Final = 0.3  # without a word, and it is asked whether its buffer has room or not
_REPEATS_MAX: Final = 100  # of one question, of a board that does answer


class SessionEndedError(BoardError):
    """The board is there, and its session is not; `status` is what it says."""

    def __init__(self, status: Status) -> None:
        super().__init__("the session has ended")
        self.status = status


class Taken(Enum):
    """What an answer is to a task."""

    NOTHING = "something else"
    PART = "a part of it"
    SPOILT = "it must be said again"
    DONE = "the whole of it"


class Task(Protocol):
    """What is said to a board until it is done."""

    def send(self, line: Line, *, again: bool) -> None:
        """Say it, from its beginning."""
        ...

    def go_on(self, line: Line) -> None:
        """Say what is left of it, as far as there are credits."""
        ...

    def take(self, received: Received) -> Taken:
        """Take what may be an answer."""
        ...

    def check(self, status: Status) -> None:
        """Raise when a board that says this can never answer it."""
        ...


def carry(line: Line, task: Task) -> None:
    """Say something until it is done, whatever the line loses; errors are those of `Errand`."""
    Errand(line, task).work()


class Errand:
    """A task on its way: said when it is made, and again as often as it takes.

    Parameters
    ----------
    line, task
        What is said, and over which line.
    at_s : float, optional
        When it goes, s of `time.monotonic`, if not now.

    Raises
    ------
    PortLostError
        When the port is gone.
    """

    def __init__(self, line: Line, task: Task, *, at_s: float | None = None) -> None:
        self._line = line
        self._task = task
        self._timeouts = self._repeats = 0
        self._asked: dict[int, int] = {}  # of the questions that are open: nonce, mark
        task.send(line, again=False)
        self._heard_s = time.monotonic() if at_s is None else at_s
        self.begun_s: Final = self._heard_s
        self._until = self._heard_s + line.patience_s(0)

    @property
    def is_clean(self) -> bool:
        """Whether it was said once, and answered without a word more."""
        return not (self._repeats or self._timeouts)

    def work(self, until_s: float = math.inf) -> bool:
        """Go on until the task is done, or until `time.monotonic` says so; return whether it is.

        Raises
        ------
        BoardSilentError
            After three time-outs and 1.5 s without a word.
        SessionEndedError
            When the board answers, and the session is another one.
        BoardRefusedError
            When it answers, and still does not take it.
        PortLostError
            When the port is gone.
        """
        line, task = self._line, self._task
        now = time.monotonic()
        while True:
            again = doubted = got_on = False
            for received in line.listen(max(0.0, min(self._until, until_s) - now)):
                message = received.message
                taken = task.take(received)
                if taken is Taken.DONE:
                    return True
                again = again or taken is Taken.SPOILT
                got_on = got_on or taken is not Taken.NOTHING or isinstance(message, Credit)
                if isinstance(message, Status) and message.nonce in self._asked:
                    mark = self._asked[message.nonce]
                    self._asked.clear()
                    self._check(message)
                    line.credits.answered(received.taken, mark)
                    again = got_on = True
                elif isinstance(message, Refused) and message.reason == Reason.NOT_RUNNING:
                    doubted = not self._asked
            now = time.monotonic()
            if got_on:
                self._timeouts = 0
                self._heard_s = now
                self._until = now + line.patience_s(0)
            if again:
                self._say_again()
            elif doubted:
                self._ask()
            elif now >= self._until:
                self._time_out(now)
            else:
                task.go_on(line)
            if now >= until_s:
                return False

    def _say_again(self) -> None:
        self._repeats += 1
        if self._repeats > _REPEATS_MAX:
            name = self._line.port.name
            msg = f"{name}: the board answers, but takes nothing, {self._repeats} times"
            raise BoardRefusedError(msg)
        self._line.statistics.repeats += 1
        self._task.send(self._line, again=True)

    def _ask(self) -> None:
        nonce, mark = self._line.question()
        self._asked[nonce] = mark

    def _time_out(self, now: float) -> None:
        self._timeouts += 1
        self._line.statistics.timeouts += 1
        if self._timeouts >= _TIMEOUTS and now - self._heard_s >= _SILENCE_S:
            msg = f"{self._line.port.name}: the board does not answer"
            raise BoardSilentError(msg)
        if self._line.credits.can_ask or now - self._heard_s >= _BEYOND_S:
            self._ask()
        self._until = now + self._line.patience_s(self._timeouts)

    def _check(self, status: Status) -> None:
        """Raise when a board that says this can never answer the task."""
        if self._line.session and status.session != self._line.session:
            raise SessionEndedError(status)
        self._task.check(status)
