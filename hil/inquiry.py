"""Who is there: the first question to a board, and to one that was lost."""

from __future__ import annotations

import math
import secrets
import time
from collections import deque
from typing import TYPE_CHECKING, Final

from hil.errors import BoardSilentError
from hil.kinds import Discover, Frames, Identity
from hil.link import DELIMITER, frame
from hil.packing import Received, encode

if TYPE_CHECKING:
    from hil.line import Line

_ASK_AGAIN_S: Final = (0.25, 0.5, 1.0)
_HINT_S: Final = 0.15  # octets are asked about at once, but no oftener
_OTHERS_MAX: Final = 1000


def discover(line: Line, patience_s: float) -> Identity:
    """Return who answers on a line that was just opened.

    Raises
    ------
    BoardSilentError
        When nobody does within `patience_s`, s.
    PortLostError
        When the port is gone.
    """
    inquiry = Inquiry(line)
    until = time.monotonic() + patience_s
    before = line.statistics.octets_from_board
    while (left := until - time.monotonic()) > 0.0:
        identity = inquiry.go_on(left)
        if identity is not None:
            return identity
    heard = line.statistics.octets_from_board - before
    msg = f"{line.port.name}: no board of this link answers"
    if heard:
        msg += f"; {heard} octets came that are no answer: is its rate another one?"
    raise BoardSilentError(msg)


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
