"""What a host asks of a board: a question with one answer; a grant with its input and output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Generic, TypeVar

from hil.errand import Taken, carry
from hil.errors import BoardLostError, BoardRefusedError
from hil.kinds import (
    BoardMessage,
    Data,
    Grant,
    GrantFlag,
    HostMessage,
    Reason,
    Refused,
    Reply,
    ReplyFlag,
    Status,
    Waiting,
)
from hil.link import OVERHEAD
from hil.packing import Received, code_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from hil.line import Line

_M = TypeVar("_M", bound=BoardMessage)
_NUMBERS: Final = 0xFFFF
_GRANT_HEAD: Final = 9  # kind, sequence and what stands before the input
_DATA_HEAD: Final = 6
_LAST: Final = int(ReplyFlag.LAST)  # as plain numbers: they are looked at in every tick
_MORE: Final = int(ReplyFlag.MORE)


class Question(Generic[_M]):
    """A message with one answer.

    Parameters
    ----------
    message : HostMessage
        The question.
    kind : type
        Of the answer.
    fits : callable, optional
        Whether an answer of that kind is the one.
    explain : callable, optional
        Turns REFUSED into what the user is told.
    """

    def __init__(
        self,
        message: HostMessage,
        kind: type[_M],
        fits: Callable[[_M], bool] = lambda _: True,
        explain: Callable[[Refused], str] | None = None,
    ) -> None:
        self.answer: _M | None = None
        self._message = message
        self._kind = kind
        self._fits = fits
        self._explain = explain

    def asked(self, line: Line) -> _M:
        """Ask, and return the answer."""
        carry(line, self)
        assert self.answer is not None
        return self.answer

    def send(self, line: Line, *, again: bool) -> None:
        """Ask."""
        line.send(self._message, fresh=again)

    def go_on(self, line: Line) -> None:
        """Nothing is left to say."""

    def take(self, received: Received) -> Taken:
        """Take the answer."""
        message = received.message
        if isinstance(message, self._kind) and self._fits(message):
            self.answer = message
            return Taken.DONE
        if (
            isinstance(message, Refused)
            and message.kind == code_of(self._message)
            and self._explain is not None
        ):
            raise BoardRefusedError(self._explain(message))
        return Taken.NOTHING

    def check(self, status: Status) -> None:
        """Whatever it says, the question stands."""


class Tick:
    """A tick's grant: its input on the way, its output so far.

    Parameters
    ----------
    flags, supply_mv : int
        Of GRANT.
    octets : bytes
        Its whole input.
    """

    def __init__(self, flags: int, supply_mv: int, octets: bytes) -> None:
        self.number = 0
        self.flags = flags
        self.supply_mv = supply_mv
        self.octets = octets
        self.output = bytearray()
        self.more = False
        self.is_over = False
        self._kept = 0  # of the output: from grants before this one
        self._granted = False
        self._said = 0  # octets of the input
        self._went_back = -1

    def proceed(self, number: int) -> None:
        """Take note that it is answered: it is over, or the grant of what did not fit is next."""
        if not self.more:
            self.is_over = True
            return
        self.number = number
        self.flags = GrantFlag.CONTINUE
        self.octets = b""
        self.more = False
        self._kept = len(self.output)

    @property
    def is_said(self) -> bool:
        """Whether its grant and its whole input have gone to the line."""
        return self._granted and self._said >= len(self.octets)

    def begin_again(self) -> None:
        """Keep, of a board that was reset, what came whole; it is over if its time has passed."""
        self.number = 0
        del self.output[self._kept :]
        self.is_over = bool(self.flags & GrantFlag.CONTINUE)

    def send(self, line: Line, *, again: bool) -> None:
        """Say GRANT and as much of the input as there are credits for."""
        self._granted = False
        self._said = 0
        self._went_back = -1
        self._say(line, fresh=again)

    def go_on(self, line: Line) -> None:
        """Say more of the input."""
        if not self._granted or self._said < len(self.octets):
            self._say(line, fresh=False)

    def _say(self, line: Line, *, fresh: bool) -> None:
        messages: list[HostMessage] = []
        room = line.credits.room - fresh
        while not self._granted or self._said < len(self.octets):
            head = OVERHEAD + (_DATA_HEAD if self._granted else _GRANT_HEAD)
            size = min(line.frame_max, room) - head
            if size < 0 or (size < len(self.octets) - self._said and room < line.worth_waiting):
                break  # more room will come
            piece = self.octets[self._said : self._said + size]
            room -= head + len(piece)
            if self._granted:
                messages.append(Data(self.number, self._said, piece))
            else:
                length = len(self.octets)
                messages.append(Grant(self.number, self.flags, self.supply_mv, length, piece))
                self._granted = True
            self._said += len(piece)
        if messages:
            line.send(*messages, fresh=fresh)

    def take(self, received: Received) -> Taken:
        """Take a piece of the output, or what the board says of the input."""
        message = received.message
        if isinstance(message, Reply):
            return self._take_reply(message) if message.number == self.number else Taken.NOTHING
        if isinstance(message, Waiting):
            return self._go_back(message.have) if message.number == self.number else Taken.NOTHING
        if isinstance(message, Refused) and message.reason == Reason.INPUT_LENGTH:
            msg = f"the board takes no input longer than {message.detail} octets"
            raise BoardRefusedError(msg)
        return Taken.NOTHING

    def _take_reply(self, reply: Reply) -> Taken:
        have = len(self.output) - self._kept
        if reply.offset == have:
            self.output += reply.octets
            if reply.flags & _LAST:
                self.more = reply.flags & _MORE != 0
                return Taken.DONE
            return Taken.PART
        if reply.offset > have and reply.flags & _LAST:
            return Taken.SPOILT  # a piece before it is missing
        return Taken.NOTHING

    def _go_back(self, have: int) -> Taken:
        """Say the input again from where the board has it; once a place, else by time-outs."""
        if have >= self._said or have == self._went_back:
            return Taken.NOTHING
        self._went_back = have
        self._said = have
        self._granted = have > 0
        return Taken.PART

    def check(self, status: Status) -> None:
        """Raise when the board has another tick open than this or the next."""
        ahead = (status.number - self.number) & _NUMBERS
        if ahead > 1:
            msg = f"the board is out of step: it expects grant {status.number}, not {self.number}"
            raise BoardLostError(msg)
