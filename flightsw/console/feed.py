"""Where a console's downlink comes from: a flight in its own thread, or a log of one before."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

import numpy as np

from flightsw.ground.log import read_log

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

NOTE_S: Final = 15.0  # that what is told of a board is shown


@dataclass(frozen=True, slots=True)
class Piece:
    """What came down since the last look.

    Attributes
    ----------
    octets : bytes
        Of the log.
    anew : bool
        Whether all that came before is to be forgotten: somebody went to another time.
    now_us : int or None
        Until when the ground has listened, us after the epoch; None before the first piece.
    """

    octets: bytes
    anew: bool = False
    now_us: int | None = None


class Feed(Protocol):
    """Gives a console the pieces of a downlink log."""

    @property
    def mode(self) -> str:
        """``SIM``, ``BOARD`` or ``REPLAY``."""
        ...

    @property
    def speed(self) -> float | None:
        """Seconds of flight in a second; None: as fast as it goes."""
        ...

    def start(self) -> None:
        """Begin, once somebody watches."""
        ...

    def take(self, *, at_s: float) -> Piece:
        """Return what came since the last look; `at_s` is a steady clock."""
        ...

    def order(self, order: dict[str, Any], *, at_s: float) -> None:
        """Do what the page asks for; a flight takes no orders."""
        ...

    def state(self) -> dict[str, Any]:
        """Return how the feed does, for the page."""
        ...

    def stop(self) -> None:
        """End."""
        ...


class FlightFeed:
    """A flight in a thread of its own, which never waits for anybody who watches.

    Parameters
    ----------
    fly : callable
        Flies, gives the log to the sink that it is handed, and returns what the ground concluded
        when all was over, for the page: radar and fall.
    mode : str
        ``SIM`` or ``BOARD``.
    speed : float or None
        Seconds of flight in a second; None: as fast as it goes.
    """

    def __init__(
        self,
        fly: Callable[[Callable[[bytes], None]], dict[str, Any]],
        *,
        mode: str = "SIM",
        speed: float | None,
    ) -> None:
        self._fly = fly
        self.mode = mode
        self.speed: Final = speed
        self._waiting: deque[bytes] = deque()
        self._listened_us: int | None = None
        self._note: tuple[str, float] | None = None
        self._stopping = False
        self._concluded: dict[str, Any] | None = None
        self.error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="flight", daemon=True)

    @property
    def began(self) -> bool:
        """Whether it has begun to fly."""
        return self._thread.ident is not None

    def start(self) -> None:
        """Begin to fly, once."""
        if not self.began:
            self._thread.start()

    def take(self, *, at_s: float) -> Piece:
        """Return what came since the last look."""
        octets = []
        while self._waiting:
            octets.append(self._waiting.popleft())
        return Piece(b"".join(octets), now_us=self._listened_us)

    def listened(self, until_s: float) -> None:
        """Take from the flight until when its ground has listened, s after the epoch."""
        self._listened_us = round(until_s * 1e6)

    def note(self, text: str) -> None:
        """Take what becomes of a board during the flight: that it is gone, or back."""
        self._note = text, time.monotonic()

    def order(self, order: dict[str, Any], *, at_s: float) -> None:
        """Do nothing: a console commands no flight."""

    def state(self) -> dict[str, Any]:
        """Return whether it flies, and what was concluded at its end."""
        note = self._note
        fresh = note is not None and time.monotonic() - note[1] < NOTE_S
        return {
            "flying": self._thread.is_alive(),
            "failed": None if self.error is None else str(self.error),
            "note": note[0] if note is not None and fresh else None,
            "concluded": self._concluded,
        }

    def stop(self) -> None:
        """End the flight with its next piece, and wait for that."""
        self._stopping = True
        if self.began:
            self._thread.join()

    def _run(self) -> None:
        try:
            self._concluded = self._fly(self._take)
        except KeyboardInterrupt:
            pass  # as asked for; what was flown is recorded
        except BaseException as error:
            self.error = error

    def _take(self, piece: bytes) -> None:
        if self._stopping:
            raise KeyboardInterrupt
        if piece:
            self._waiting.append(piece)


@dataclass(slots=True)
class _Slices:
    """Where a log can be cut: after which octet all that came by a time is there."""

    ends: list[int] = field(default_factory=list)
    ert_us: list[int] = field(default_factory=list)


class Replay:
    """A log of an earlier flight, played as if it came down now; it goes where it is told to.

    Parameters
    ----------
    log : bytes
        A downlink log.
    speed : float or None
        Seconds of flight in a second; None: all of it at once.
    concluded : dict
        What the ground concluded at the end.
    until_s : float
        How long the ground listened, s after the epoch.
    note : str, optional
        What there is to say at the end.
    frames_us : array of int, optional
        When each frame of the state was received, us after the epoch, ascending: an order may go
        by so many of them. All blocks of the log unless given.
    """

    mode: Final = "REPLAY"

    def __init__(  # noqa: PLR0913  one a thing that is known of a record
        self,
        log: bytes,
        *,
        speed: float | None,
        concluded: dict[str, Any] | None = None,
        until_s: float,
        note: str | None = None,
        frames_us: NDArray[np.int64] | None = None,
    ) -> None:
        self._log = log
        self._note = note
        self._concluded = concluded
        self._slices = _slices(log)
        self._stops_us = self._stops(frames_us)
        first_us = self._slices.ert_us[0] if self._slices.ert_us else 0
        last_us = self._slices.ert_us[-1] if self._slices.ert_us else 0
        self._begin_s = first_us / 1e6
        self._end_s = max(until_s, last_us / 1e6)
        self._position_s = self._begin_s if speed is not None else self._end_s
        self._pace = speed if speed is not None else 1.0
        self._playing = False
        self._at_s: float | None = None
        self._given = 0
        self._anew = False

    @property
    def speed(self) -> float | None:
        """How fast it plays now; nothing while it stands."""
        return self._pace if self._playing else 0.0

    def start(self) -> None:
        """Begin to play."""
        self._playing = True

    def take(self, *, at_s: float) -> Piece:
        """Return what came down since the last look."""
        self._pass(at_s)
        if self._position_s >= self._end_s:
            self._position_s, self._playing = self._end_s, False
        anew, self._anew = self._anew, False
        begin = 0 if anew else self._given
        self._given = max(self._cut(self._position_s), begin)
        return Piece(self._log[begin : self._given], anew, round(self._position_s * 1e6))

    def order(self, order: dict[str, Any], *, at_s: float) -> None:
        """Play, pause, take another speed, go to a time, or by some time or frames from here.

        What is no number is not done.
        """
        self._pass(at_s)
        if isinstance(order.get("play"), bool):
            if order["play"] and self._position_s >= self._end_s:
                self._go(self._begin_s)
            self._playing = order["play"]
        speed, to_s = _number(order.get("speed")), _number(order.get("to_s"))
        by_s, by_frames = _number(order.get("by_s")), _number(order.get("by_frames"))
        if speed is not None and 0.01 <= speed <= 10_000.0:  # noqa: PLR2004  as `--speed`
            self._pace = speed
        if by_s is not None:
            to_s = self._position_s + by_s
        if by_frames is not None:
            to_s = self._stop(int(by_frames))
        if to_s is not None:
            self._go(min(max(to_s, self._begin_s), self._end_s))

    def state(self) -> dict[str, Any]:
        """Return where it stands."""
        over = self._position_s >= self._end_s
        return {
            "flying": self._playing,
            "failed": None,
            "note": self._note if over else None,
            "concluded": self._concluded if over else None,
            "replay": {
                "playing": self._playing,
                "speed": self._pace,
                "begin_s": self._begin_s,
                "end_s": self._end_s,
            },
        }

    def stop(self) -> None:
        """End."""
        self._playing = False

    def _pass(self, at_s: float) -> None:
        """Let the time pass that has passed."""
        if self._playing and self._at_s is not None:
            self._position_s += (at_s - self._at_s) * self._pace
        self._at_s = at_s

    def _go(self, to_s: float) -> None:
        if self._cut(to_s) < self._given:
            self._anew = True
        self._position_s = to_s

    def _stops(self, frames_us: NDArray[np.int64] | None) -> NDArray[np.int64]:
        """Return the times at which the log has given one more frame of the state, us."""
        blocks_us = np.array(self._slices.ert_us, dtype=np.int64)
        if frames_us is None or not len(frames_us) or not len(blocks_us):
            return blocks_us
        blocks = np.searchsorted(blocks_us, np.unique(frames_us), side="left")
        return np.unique(blocks_us[np.minimum(blocks, len(blocks_us) - 1)])

    def _stop(self, frames: int) -> float:
        """Return the time so many frames on, or back, from here."""
        stops_us, here_us = self._stops_us, round(self._position_s * 1e6)
        if not len(stops_us) or not frames:
            return self._position_s
        side: Literal["left", "right"] = "right" if frames > 0 else "left"
        stop = int(np.searchsorted(stops_us, here_us, side=side)) + frames - (frames > 0)
        return float(stops_us[min(max(stop, 0), len(stops_us) - 1)]) / 1e6

    def _cut(self, at_s: float) -> int:
        """Return how much of the log had come down by a time."""
        if at_s >= self._end_s:
            return len(self._log)
        index = int(np.searchsorted(self._slices.ert_us, round(at_s * 1e6), side="right"))
        return self._slices.ends[index - 1] if index else 0


def _slices(log: bytes) -> _Slices:
    """Return the ends of the blocks of a log, with the time of the newest octets before each."""
    read = read_log(log)
    found = _Slices()
    if not len(read.entries):
        return found
    blocks = read.entries["block"]
    (last,) = np.nonzero(np.diff(np.append(blocks, blocks[-1] + 1)))
    ends = read.entries["offset"][last] + read.entries["size"][last]
    found.ends = [int(end) + 4 for end in ends.tolist()]  # the CRC of the block
    found.ert_us = np.maximum.accumulate(read.ert_us[last]).tolist()
    return found


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if isfinite(value) else None
