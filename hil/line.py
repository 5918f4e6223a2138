"""One open port with a board at its end: octets, messages, credits, patience.

Time-outs are those of the wall clock: a line is the outside world. They decide when something is
said again, never what a tick's octets are.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final, TypeVar

from hil.errors import BoardMismatchError
from hil.kinds import HostMessage, Identity, Poll
from hil.link import DELIMITER, OVERHEAD, QUESTION, WINDOW_MIN, Credits, Decoder, frame
from hil.packing import Received, encode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hil.ports import Port
    from hil.statistics import Statistics
    from hil.wire import Recorder

_T = TypeVar("_T")
_FRAME_MAX: Final = 255
_PATIENCE_MIN_S: Final = 0.02
_PATIENCE_MAX_S: Final = 0.1  # so that a line that is good again is used within 0.2 s
_KEEPS_MIN: Final = 64  # a window of less has nothing to spare
_BITS_PER_OCTET: Final = 10
_NUMBERS: Final = 0xFFFF
_CONTENT_MIN: Final = 26  # with less, no grant has room for an input


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

    # ------------------------------------------------------------------------------ patience

    def took(self, round_trip_s: float) -> None:
        """Learn how long an answer takes."""
        self._usual_s += 0.125 * (round_trip_s - self._usual_s)

    def patience_s(self, timeouts: int) -> float:
        """Return how long an answer may take after so many time-outs in a row, s."""
        on_the_way_s = (self.credits.coming + _FRAME_MAX) * self._octet_s
        usual_s = _PATIENCE_MIN_S + 4.0 * self._usual_s
        return on_the_way_s + min(usual_s * 2.0**timeouts, max(usual_s, _PATIENCE_MAX_S))

    def question(self) -> tuple[int, int]:
        """Ask how the board is, and return the question's nonce and its mark.

        From its answer on the credits are known again.
        """
        nonce = 1 + secrets.randbelow(_NUMBERS)
        self.send(Poll(nonce), fresh=True)
        return nonce, self.credits.mark()
