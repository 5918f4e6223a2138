"""One open port with a board at its end: questions, answers, patience and credits.

Time-outs are those of the wall clock: a line is the outside world. They decide when something is
said again, never what a tick's octets are.
"""

from __future__ import annotations

import math
import secrets
import time
from collections import deque
from enum import Enum
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from hil.errors import BoardError, BoardMismatchError, BoardRefusedError, BoardSilentError
from hil.kinds import (
    Credit,
    Discover,
    Frames,
    HostMessage,
    Identity,
    Poll,
    Reason,
    Received,
    Refused,
    Status,
    encode,
)
from hil.link import DELIMITER, OVERHEAD, QUESTION, WINDOW_MIN, Credits, Decoder, frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hil.ports import Port
    from hil.statistics import Statistics
    from hil.wire import Recorder

_T = TypeVar("_T")
_FRAME_MAX: Final = 255
_TIMEOUTS: Final = 3  # in a row, and nothing for so long, and the board counts as lost:
_SILENCE_S: Final = 1.5  # it may hold its breath, an emulator's pseudo-terminal for 1 s
_PATIENCE_MIN_S: Final = 0.02
_PATIENCE_MAX_S: Final = 0.1  # so that a line that is good again is used within 0.2 s
_BEYOND_S: Final = 0.3  # without a word, and it is asked whether its buffer has room or not
_KEEPS_MIN: Final = 64  # a window of less has nothing to spare
_REPEATS_MAX: Final = 100  # of one question, of a board that does answer
_ASK_AGAIN_S: Final = (0.25, 0.5, 1.0)
_HINT_S: Final = 0.15  # octets are asked about at once, but no oftener
_BITS_PER_OCTET: Final = 10
_NUMBERS: Final = 0xFFFF
_OTHERS_MAX: Final = 1000
_CONTENT_MIN: Final = 26  # with less, no grant has room for an input


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


class Line:
    """An open port, and what is said over it.

    Parameters
    ----------
    port : Port
        Owned from now on.
    baud : int
        Rate, bit/s; how long octets take is reckoned from it.
    statistics : Statistics
        Where things are counted.
    recorder : Recorder or None
        Told every octet.

    Attributes
    ----------
    witness : callable or None
        Told every message that is heard, whoever listens.
    worth_waiting : int
        With less room than this a board still owes a count, and more will come.
    """

    def __init__(
        self, port: Port, *, baud: int, statistics: Statistics, recorder: Recorder | None
    ) -> None:
        self.port: Final = port
        self.session = 0
        self.credits = Credits(WINDOW_MIN)
        self.frame_max = WINDOW_MIN
        self.worth_waiting = WINDOW_MIN // 2
        self.witness: Callable[[Received], object] | None = None
        self.statistics: Final = statistics
        self._recorder = recorder
        self._decoder = Decoder(from_board=True, counters=statistics.line)
        self._sequence = 0
        self._octet_s = _BITS_PER_OCTET / baud
        self._usual_s = 0.0  # a smoothed round trip
        self._held: bytearray | None = None
        self._put_back: list[Received] = []

    # ------------------------------------------------------------------------------ octets

    def send(self, *messages: HostMessage, fresh: bool = False) -> None:
        """Send messages, `fresh` with a delimiter before them.

        Raises
        ------
        PortLostError
            When the port is gone.
        """
        octets = DELIMITER if fresh else b""
        for message in messages:
            octets += frame(encode(message, self._sequence))
            self._sequence = (self._sequence + 1) & 0xFF
        self.credits.spend(len(octets))
        self.statistics.octets_to_board += len(octets)
        if self._recorder is not None:
            self._recorder.to_board(octets)
        if self._held is None:
            self.port.write(octets)
        else:
            self._held += octets

    def held(self, say: Callable[[], _T]) -> tuple[_T, bytes]:
        """Return what `say` returns, and what it sends: that is for the caller to write."""
        held = self._held = bytearray()
        try:
            return say(), bytes(held)
        finally:
            self._held = None

    def listen(self, timeout_s: float) -> list[Received]:
        """Return what has been heard; nothing when no message ends within `timeout_s`.

        Raises
        ------
        PortLostError
            When the port is gone.
        """
        before, self._put_back = self._put_back, []
        octets = self.port.read(0.0 if before else timeout_s)
        if not octets and not before:
            return before
        heard = self._heard(octets)
        if self.witness is not None:
            for received in (*before, *heard):
                self.witness(received)
        return before + heard

    def _heard(self, octets: bytes) -> list[Received]:
        self.statistics.octets_from_board += len(octets)
        if self._recorder is not None and octets:
            self._recorder.from_board(octets)
        heard = self._decoder.feed(octets)
        for received in heard:
            self.credits.heard(received.taken)
        return heard

    def put_back(self, heard: Iterable[Received]) -> None:
        """Let messages be heard once more, by whoever listens next."""
        self._put_back += heard

    def forget(self) -> None:
        """Let what was put back be heard no more."""
        self._put_back.clear()

    def close(self) -> None:
        """Let the port go."""
        self.port.close()

    # ------------------------------------------------------------------------------ who is there

    def discover(self, patience_s: float) -> Identity:
        """Return who answers.

        Raises
        ------
        BoardSilentError
            When nobody does within `patience_s`, s.
        PortLostError
            When the port is gone.
        """
        inquiry = Inquiry(self)
        until = time.monotonic() + patience_s
        before = self.statistics.octets_from_board
        while (left := until - time.monotonic()) > 0.0:
            identity = inquiry.go_on(left)
            if identity is not None:
                return identity
        heard = self.statistics.octets_from_board - before
        msg = f"{self.port.name}: no board of this link answers"
        if heard:
            msg += f"; {heard} octets came that are no answer: is its rate another one?"
        raise BoardSilentError(msg)

    def meet(self, identity: Identity, taken: int, since: int) -> None:
        """Take the limits of a board that has answered; `since` octets went after its question."""
        if identity.window < WINDOW_MIN or identity.content_max < _CONTENT_MIN:
            msg = (
                f"{self.port.name}: a board whose window is {identity.window} octets and whose "
                f"content_max is {identity.content_max} can be given nothing"
            )
            raise BoardMismatchError(msg)
        kept = QUESTION if identity.window >= _KEEPS_MIN else 0
        self.credits = Credits(identity.window, taken, kept=kept)
        self.credits.spend(since)
        self.frame_max = min(identity.content_max + OVERHEAD, identity.window - kept - 1)
        self.worth_waiting = identity.window // 2 - kept

    # ------------------------------------------------------------------------------ tasks

    def carry(self, task: Task) -> None:
        """Say something until it is done, whatever the line loses; errors are those of `Errand`."""
        Errand(self, task).work()

    def took(self, round_trip_s: float) -> None:
        """Learn how long an answer takes."""
        self._usual_s += 0.125 * (round_trip_s - self._usual_s)

    def patience_s(self, timeouts: int) -> float:
        """Return how long an answer may take after so many time-outs in a row, s."""
        on_the_way_s = (self.credits.coming + _FRAME_MAX) * self._octet_s
        usual_s = _PATIENCE_MIN_S + 4.0 * self._usual_s
        return on_the_way_s + min(usual_s * 2.0**timeouts, max(usual_s, _PATIENCE_MAX_S))

    def question(self) -> int:
        """Ask how the board is; from its answer on the credits are known again."""
        nonce = 1 + secrets.randbelow(_NUMBERS)
        self.send(Poll(nonce), fresh=True)
        self.credits.mark()
        return nonce

    def check(self, status: Status, task: Task) -> None:
        """Raise when a board that says this can never answer a task."""
        if self.session and status.session != self.session:
            raise SessionEndedError(status)
        task.check(status)


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
        self._asked = self._timeouts = self._repeats = 0
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
                if isinstance(message, Status) and self._asked and message.nonce == self._asked:
                    self._asked = 0
                    line.check(message, task)
                    line.credits.answered(received.taken)
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
                self._asked = line.question()
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

    def _time_out(self, now: float) -> None:
        self._timeouts += 1
        self._line.statistics.timeouts += 1
        if self._timeouts >= _TIMEOUTS and now - self._heard_s >= _SILENCE_S:
            msg = f"{self._line.port.name}: the board does not answer"
            raise BoardSilentError(msg)
        if self._line.credits.can_ask or now - self._heard_s >= _BEYOND_S:
            self._asked = self._line.question()
        self._until = now + self._line.patience_s(self._timeouts)


class Inquiry:
    """DISCOVER, said now and then until IDENTITY answers.

    Ever less often: a boot loader that listens after a reset goes on once there is silence. At once
    when octets come that are no answer: a board that was reset says so by one.
    Telemetry that comes meanwhile, of a board whose flight goes on, is put back.
    """

    def __init__(self, line: Line) -> None:
        self._line = line
        self._first = secrets.randbits(31)
        self._asked = 0
        self._asked_s = -math.inf
        self._again_s = 0.0
        self._others: deque[Received] = deque(maxlen=_OTHERS_MAX)
        self._size = len(DELIMITER) + len(frame(encode(Discover(0), 0)))

    def go_on(self, timeout_s: float) -> Identity | None:
        """Say it when it is time, and wait, s, at most until it should be said again."""
        now = time.monotonic()
        if now >= self._asked_s + self._again_s:
            self._line.send(Discover(self._first + self._asked), fresh=True)
            self._again_s = _ASK_AGAIN_S[min(self._asked, len(_ASK_AGAIN_S) - 1)]
            self._asked_s = now
            self._asked += 1
        return self._wait(now + timeout_s)

    def _wait(self, until: float) -> Identity | None:
        statistics = self._line.statistics
        while True:
            found = None
            until = min(until, self._asked_s + self._again_s)
            before = statistics.octets_from_board
            heard = self._line.listen(max(0.0, until - time.monotonic()))
            if statistics.octets_from_board != before:
                self._again_s = min(self._again_s, _HINT_S)
            for received in heard:
                message = received.message
                if isinstance(message, Frames):
                    self._others.append(received)
                elif isinstance(message, Identity):
                    which = message.nonce - self._first
                    if 0 <= which < self._asked:
                        after = (self._asked - 1 - which) * self._size
                        self._line.meet(message, received.taken, after)
                        found = message
            if found is not None:
                self._line.put_back(self._others)
                return found
            if time.monotonic() >= until:
                return None
