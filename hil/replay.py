"""A wire log flown again: the same grants to a board, and its answers beside those recorded.

What is flown is what the log says was granted, once each, whatever the line had repeated or lost;
what is compared is the output of each tick. From the grant on with which a session went over to
real time it went by a clock, and cannot be flown again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from hil.bridge import Bridge, Expected
from hil.kinds import (
    Configure,
    Data,
    Grant,
    GrantFlag,
    Message,
    Mode,
    Reply,
    ReplyFlag,
    Role,
    Start,
    Started,
    StartFlag,
)
from hil.link import Decoder
from hil.ports import BAUD
from hil.wire import Piece, WireLogError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hil.wire import WireLog

_NUMBERS: Final = 0xFFFF


@dataclass(slots=True)
class FlownTick:
    """A tick as it was granted and answered."""

    flags: int
    supply_mv: int
    octets: bytearray
    output: bytearray = field(default_factory=bytearray)


@dataclass(slots=True)
class FlownSession:
    """A session of a wire log.

    Attributes
    ----------
    start : Start
        As the host asked for it.
    config : bytes
        What it was configured with.
    ticks : list of FlownTick
        Answered in full in lockstep, in the order granted.
    by_clock : bool
        Whether it was in real time, from its start or from the end of these on.
    """

    start: Start
    config: bytes
    ticks: list[FlownTick] = field(default_factory=list)
    by_clock: bool = False


@dataclass(frozen=True, slots=True)
class Differing:
    """An answer that was another one.

    Attributes
    ----------
    session, tick : int
        Which, counted from 0.
    recorded, now : bytes
        The whole output of the tick.
    """

    session: int
    tick: int
    recorded: bytes
    now: bytes


@dataclass(frozen=True, slots=True)
class Replayed:
    """How a wire log went when it was flown again.

    Attributes
    ----------
    sessions, ticks : int
        Flown.
    differing : int
        Ticks whose output was another one.
    first : Differing or None
        The first of them.
    real_time : int
        Sessions of the log that were not flown, or only up to where they went over to real time.
    """

    sessions: int
    ticks: int
    differing: int
    first: Differing | None
    real_time: int


def sessions_of(log: WireLog) -> list[FlownSession]:
    """Return the sessions of a wire log, each as far as nothing of it is missing."""
    reader = _Reader()
    for message in _messages(log):
        reader.take(message)
    return reader.sessions


def replay(log: WireLog, url: str, *, baud: int = BAUD) -> Replayed:
    """Fly the sessions of a log on a board and compare its answers.

    Parameters
    ----------
    log : WireLog
        Of a flight in lockstep.
    url : str
        Of the board's port.
    baud : int
        Rate, bit/s.

    Raises
    ------
    WireLogError
        When there is nothing to fly in the log.
    BoardError
        When the board is absent, refuses, or is lost.
    """
    sessions = sessions_of(log)
    flown = [each for each in sessions if each.start.mode == Mode.LOCKSTEP]
    if not any(each.ticks for each in flown):
        msg = "the wire log has no session in lockstep: nothing can be flown again"
        raise WireLogError(msg)
    ticks = differing = 0
    first: Differing | None = None
    expected = Expected(dictionary=flown[0].start.dictionary, firmware=None)
    with Bridge.open(url, expected=expected, baud=baud, policy="fail") as bridge:
        for number, session in enumerate(flown):
            for tick, (recorded, now) in enumerate(_flown_again(bridge, session)):
                ticks += 1
                if recorded != now:
                    differing += 1
                    first = first or Differing(number, tick, recorded, now)
    return Replayed(len(flown), ticks, differing, first, sum(each.by_clock for each in sessions))


def _flown_again(bridge: Bridge, session: FlownSession) -> Iterator[tuple[bytes, bytes]]:
    """Yield each tick's output as recorded and as it is now."""
    start = session.start
    if start.role == Role.SEQUENCER:
        bridge.start_sequencer(session.config, tick_us=start.tick_us)
        for tick in session.ticks:
            yield bytes(tick.output), bridge.step_sequencer(bytes(tick.octets))
        return
    bridge.start_transmitter(
        session.config,
        tick_us=start.tick_us,
        supply_mv=start.supply_mv,
        warm=bool(start.flags & StartFlag.WARM),
    )
    for tick in session.ticks:
        now = bridge.step_transmitter(
            bytes(tick.octets),
            supply_mv=tick.supply_mv,
            reset=bool(tick.flags & GrantFlag.RESET),
        )
        yield bytes(tick.output), now


def _messages(log: WireLog) -> Iterator[Message]:
    decoders = {
        Piece.TO_BOARD: Decoder(from_board=False),
        Piece.FROM_BOARD: Decoder(from_board=True),
    }
    for record in log.records:
        if record.kind in decoders:
            for received in decoders[record.kind].feed(record.octets):
                yield received.message


class _Reader:
    """Puts sessions together from what was said, in the order in which it was."""

    def __init__(self) -> None:
        self.sessions: list[FlownSession] = []
        self._config = bytearray()
        self._asked: Start | None = None
        self._tick: FlownTick | None = None
        self._length = 0
        self._number = -1
        self._kept = 0  # of the output: from grants before the one that is open
        self._open = False

    def take(self, message: Message) -> None:
        """Take the next message."""
        match message:
            case Configure():
                self._configure(message)
            case Start():
                self._asked = message
            case Started():
                self._begin(message.session)
            case Grant() if self.sessions:
                self._grant(message)
            case Data() if message.number == self._number:
                self._add(message.offset, message.octets)
            case Reply():
                self._answer(message)
            case _:
                pass

    def _configure(self, piece: Configure) -> None:
        if piece.offset == 0:
            self._config.clear()
        if piece.offset == len(self._config):
            self._config += piece.octets

    def _begin(self, session: int) -> None:
        if self._asked is None or self._asked.session != session:
            return  # a repeat
        by_clock = self._asked.mode == Mode.REAL_TIME
        self.sessions.append(FlownSession(self._asked, bytes(self._config), by_clock=by_clock))
        self._asked = self._tick = None
        self._number = -1
        self._open = False

    def _grant(self, grant: Grant) -> None:
        if grant.flags & GrantFlag.CLOCK:
            self.sessions[-1].by_clock = True
            self._miss()
            return
        if grant.number == self._number:
            self._add(0, grant.octets)  # a repeat; it may bring more than the first
            return
        if self._open or grant.number != (self._number + 1) & _NUMBERS:
            self._miss()
            return
        self._number = grant.number
        self._open = True
        if grant.flags & GrantFlag.CONTINUE:
            self._kept = 0 if self._tick is None else len(self._tick.output)
            return
        self._kept = 0
        self._length = grant.length
        self._tick = FlownTick(grant.flags, grant.supply_mv, bytearray(grant.octets))

    def _miss(self) -> None:
        """Let the session end here: no number follows this one."""
        self._number = -2
        self._tick = None

    def _add(self, offset: int, octets: bytes) -> None:
        if self._tick is not None and offset <= len(self._tick.octets):
            self._tick.octets += octets[len(self._tick.octets) - offset :]

    def _answer(self, reply: Reply) -> None:
        tick = self._tick
        if tick is None or not self._open or reply.number != self._number:
            return
        if self._kept + reply.offset != len(tick.output):
            return  # it comes again, or one before it is missing and all come again
        tick.output += reply.octets
        if reply.flags & ReplyFlag.LAST:
            self._open = False
            if len(tick.octets) != self._length:
                self._miss()
            elif not reply.flags & ReplyFlag.MORE:
                self.sessions[-1].ticks.append(tick)
