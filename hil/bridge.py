"""A board on a port as a part of a flight: the transmitter, or the flight computer.

In lockstep a tick is granted and answered: what comes out depends on what went in and on nothing
else, however long the line takes and whatever it loses. In real time each tick has its place on the
wall clock, and what comes late has missed it. A board that is lost is looked for by its
identity, and goes on in the same session as if nothing had been.
"""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING, Final, Self, TypeVar

from hil.connection import Connection, Policy, Settings
from hil.errand import SessionEndedError
from hil.errors import BoardError, BoardLostError, BoardSilentError, PortLostError
from hil.handshake import Part, end
from hil.health import Health, LinkState
from hil.kinds import COUNTERS, GrantFlag, Identity, Mode, Poll, Role, Status
from hil.lockstep import Lockstep
from hil.paced_sequencer import PacedSequencer
from hil.paced_transmitter import PacedTransmitter
from hil.ports import BAUD
from hil.refusals import Expected
from hil.statistics import Statistics
from hil.tasks import Question, Tick

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from hil.link import LineCounters
    from hil.wire import Recorder

__all__ = ["Bridge", "Expected", "LinkState", "Policy"]

_T = TypeVar("_T")
_LOG: Final = logging.getLogger(__name__)
_NUMBERS: Final = 0xFFFF


class Bridge:
    """A board in a flight; made by `open`, closed by leaving its block.

    Attributes
    ----------
    statistics : Statistics
        What the line went through.
    earlier : list of bytes
        In real time: answers of a flight computer that had missed their ticks and came in the last
        one, before that which `step_sequencer` returned.
    """

    def __init__(self, settings: Settings) -> None:
        self.statistics = Statistics()
        self._health = Health(self.statistics)
        self._expected = settings.expected
        self._part: Part | None = None
        self._lockstep: Lockstep | None = None
        self._counted_before: dict[str, int] = {}  # on the board, in flights before this one
        self.earlier: list[bytes] = []
        self._by_clock = False
        self._paced: PacedTransmitter | PacedSequencer | None = None
        self._connection = Connection(settings, self.statistics)

    @classmethod
    def open(  # noqa: PLR0913  a line has that many sides
        cls,
        url: str,
        *,
        expected: Expected,
        baud: int = BAUD,
        policy: Policy = "wait",
        wait_s: float = 10.0,
        recorder: Recorder | None = None,
        notice: Callable[[str], object] | None = None,
    ) -> Self:
        """Open a port and meet the board on it.

        Parameters
        ----------
        url : str
            Of the port: whatever `hil.ports.open_port` takes.
        expected : Expected
            What the board must be built from.
        baud : int
            Rate, bit/s.
        policy : {"wait", "fail", "continue"}
            When the board is lost in flight: look for it for `wait_s`; end the flight; fly on
            without it until it is back.
        wait_s : float
            Patience of `wait`, s.
        recorder : Recorder, optional
            Told every octet; stays open.
        notice : callable, optional
            Told in words when the board is gone, back or was reset.

        Raises
        ------
        PortError
            When the port cannot be opened.
        BoardSilentError
            When no board answers there.
        BoardMismatchError
            When it is built from something else; nothing was started.
        """
        return cls(Settings(url, expected, baud, policy, wait_s, recorder, notice))

    @property
    def state(self) -> LinkState:
        """Where the link is."""
        return self._health.state

    @property
    def url(self) -> str:
        """The board's port; another one when it came back under another name."""
        return self._connection.url

    @property
    def identity(self) -> Identity:
        """What the board said last of itself."""
        return self._connection.identity

    @property
    def now_s(self) -> float | None:
        """Flight time, s after T-0: the flight may set it, and notices tell it."""
        return self._connection.now_s

    @now_s.setter
    def now_s(self, now_s: float | None) -> None:
        self._connection.now_s = now_s

    @property
    def counters(self) -> LineCounters:
        """What came from the board, as frames."""
        return self.statistics.line

    # ------------------------------------------------------------------------------ a flight

    def start_transmitter(self, config: bytes, *, tick_us: int, supply_mv: int, warm: bool) -> None:
        """Start the transmitter.

        Parameters
        ----------
        config : bytes
            As in section 8 of the link's document.
        tick_us : int
            Length of a tick, us.
        supply_mv : int
            Its supply, mV.
        warm : bool
            Whether it has been on for long.

        Raises
        ------
        BoardMismatchError, BoardRefusedError
            When the board cannot be it, or will not.
        BoardLostError
            When it is gone, or does not answer.
        """
        self._start(Role.TRANSMITTER, config, tick_us, supply_mv, warm=warm)

    def step_transmitter(self, packets: bytes, *, supply_mv: int, reset: bool) -> bytes:
        """Let a tick pass and return all octets that the transmitter sent in it.

        In real time: wait for the tick, and return what has come by then since the last one, in
        pieces that end anywhere.

        Parameters
        ----------
        packets : bytes
            Whole space packets for it.
        supply_mv : int
            Its supply, mV.
        reset : bool
            Whether its watchdog bites before.

        Raises
        ------
        BoardLostError, BoardResetError
            As the policy says.
        """
        tick = Tick(GrantFlag.RESET if reset else 0, supply_mv, packets)
        lockstep, paced = self._ways()
        if isinstance(paced, PacedTransmitter):
            octets = paced.step(tick)
            self._health.judge(lockstep.tick_us, away=self._connection.away)
            return octets
        return lockstep.step(tick)

    def start_sequencer(self, config: bytes, *, tick_us: int) -> None:
        """Start the flight computer; `config` is the memory of its table. Errors as above."""
        self._start(Role.SEQUENCER, config, tick_us, 0, warm=False)

    def step_sequencer(self, measured: bytes) -> bytes:
        """Give a tick's measurements and return the answer; nothing when the computer is lost.

        In real time: wait for the tick, and then for the answer until the next one is due; nothing
        when none has come. One that comes later is returned then, others in `earlier`.

        Raises
        ------
        BoardLostError, BoardResetError
            As the policy says; a computer that was reset is never begun again.
        """
        tick = Tick(0, 0, measured)
        lockstep, paced = self._ways()
        if isinstance(paced, PacedSequencer):
            *self.earlier, answer = paced.step(tick) or [b""]
            self._health.judge(lockstep.tick_us, away=self._connection.away)
            return answer
        return lockstep.step(tick)

    def go_by_clock(self) -> None:
        """Let each tick from the next one on begin at its own time of the wall clock.

        The session that runs goes over; there is no way back, until another one is started.
        """
        self._by_clock = True

    def leave_clock(self) -> None:
        """Let the time go: nothing more is flown in this session. Its counts stand."""
        self._end_pace()

    def status(self) -> Status:
        """Return what the board says of itself, its counters too.

        Raises
        ------
        BoardLostError
            When it is gone, or does not answer.
        """
        nonce = 1 + secrets.randbelow(_NUMBERS)
        question = Question(Poll(nonce), Status, lambda status: status.nonce == nonce)
        try:
            status = self._or_lost(lambda: question.asked(self._connection.line))
        except SessionEndedError as error:  # the board answers all the same
            status = error.status
        self._note(status)
        return status

    def stop(self) -> None:
        """End the session; nothing happens when there is none.

        Raises
        ------
        BoardLostError
            When the board is gone, or does not answer.
        """
        part, self._part = self._part, None
        self._end_pace()
        if part is not None and not self._connection.away:
            line = self._connection.line
            self._or_lost(lambda: end(line, line.session))

    def close(self) -> None:
        """End the session as far as the board can be told, and let the port go. Never raises."""
        if self.state is LinkState.CLOSED:
            return
        try:
            self.stop()
        except BoardError as error:
            _LOG.info("%s: not stopped: %s", self.url, error)
        self._connection.close()
        self._health.state = LinkState.CLOSED

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _start(
        self, role: Role, config: bytes, tick_us: int, supply_mv: int, *, warm: bool
    ) -> None:
        self._part = None
        self._end_pace()
        part = Part(role, Mode.LOCKSTEP, config, self._expected.dictionary, tick_us)
        self._or_lost(lambda: self._connection.start(part, supply_mv=supply_mv, warm=warm))
        self._part = part
        self._lockstep = Lockstep(
            self._connection,
            self.statistics,
            self._health,
            tick_us=tick_us,
            restarted=self._count_anew,
        )
        self._health.state = LinkState.RUN
        self._counted_before = {}
        self.status()
        self._counted_before = self.statistics.on_board

    def _or_lost(self, do: Callable[[], _T]) -> _T:
        try:
            return do()
        except (PortLostError, BoardSilentError) as error:
            msg = f"board gone{self._connection.at}: {error}"
            raise BoardLostError(msg) from error

    # ------------------------------------------------------------------------------ real time

    def _ways(self) -> tuple[Lockstep, PacedTransmitter | PacedSequencer | None]:
        """Return what flies a tick in lockstep and what in real time, whose first one begins it."""
        part, lockstep = self._part, self._lockstep
        if part is None or lockstep is None:
            msg = "the board has not been started"
            raise BoardError(msg)
        begins = self._by_clock and self._paced is None and lockstep.unfinished is None
        if begins and not self._connection.away:
            paced = PacedTransmitter if part.role is Role.TRANSMITTER else PacedSequencer
            self._paced = paced(
                self._connection,
                self.statistics,
                tick_us=part.tick_us,
                number=lockstep.number,
                told=self._note,
                restarted=self._count_anew,
            )
        return lockstep, self._paced

    def _end_pace(self) -> None:
        self._by_clock = False
        paced, self._paced = self._paced, None
        if paced is not None:
            paced.close()

    def _count_anew(self) -> None:
        """Take note that the board was reset, and its counters with it."""
        self._counted_before = {}

    def _note(self, status: Status) -> None:
        """Take what the board has counted since it was started, or reset."""
        before, statistics = self._counted_before, self.statistics
        counted = {name: getattr(status, name) - before.get(name, 0) for name in COUNTERS}
        statistics.on_board = counted
        if statistics.real_time is not None:  # before that it counts none of these
            statistics.real_time.grants_missed = counted["grants_missed"]
            statistics.real_time.board_late_ticks = counted["late_ticks"]
