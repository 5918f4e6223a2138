"""The connection to one board through a flight: lost, looked for, found again, by its identity."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Final, Literal

from hil.errand import SessionEndedError
from hil.errors import BoardError, BoardLostError, BoardResetError, BoardSilentError, PortLostError
from hil.handshake import Part, begin
from hil.kinds import Role
from hil.line import Line
from hil.ports import Port, open_port
from hil.present import Present, ports_here
from hil.rates import met
from hil.refusals import Expected, cause_of, check_identity
from hil.search import Found, Search
from hil.statistics import Loss, Statistics

if TYPE_CHECKING:
    from collections.abc import Callable

    from hil.wire import Recorder

Policy = Literal["wait", "fail", "continue"]

_DISCOVER_S: Final = 3.5  # an Arduino that opening has reset listens after two


@dataclass(frozen=True, slots=True)
class Settings:
    """How a board is reached, and what is done when it is lost; `Bridge.open` tells them."""

    url: str
    expected: Expected
    baud: int
    policy: Policy
    wait_s: float
    recorder: Recorder | None
    notice: Callable[[str], object] | None


class Outcome(Enum):
    """Of a loss."""

    RESUMED = "the same session goes on"
    RESTARTED = "a new session has begun"
    AWAY = "the flight goes on without the board"


class Connection:
    """A board that was met, and the line to it.

    Attributes
    ----------
    url : str
        Its port now.
    line : Line
        To it; closed while it is away.
    identity : Identity
        What it said last of itself.
    away : bool
        Whether the flight goes on without it.
    now_s : float or None
        Flight time, s after T-0, that notices tell.
    """

    def __init__(self, settings: Settings, statistics: Statistics) -> None:
        self.url = settings.url
        self.now_s: float | None = None
        self.away = False
        self._settings = settings
        self._statistics = statistics
        self._like: Present | None = None
        self._before: set[str] = set()
        self._part: Part | None = None
        self._session = 0
        self._noticed_s = 0.0
        self._gone_at = ""
        self._search: Search | None = None
        self.line = self._connect(open_port(self.url, baud=settings.baud))
        try:
            self.identity = met(self.line, settings.baud, _DISCOVER_S)
            check_identity(self.url, self.identity, settings.expected)
        except BaseException:
            self.line.close()
            raise
        self._look_about()

    def start(self, part: Part, *, supply_mv: int, warm: bool) -> None:
        """Begin a session; errors are those of `begin`."""
        self._part = part
        begin(self.line, self.identity, part, supply_mv=supply_mv, warm=warm)
        self._session = self.line.session

    def close(self) -> None:
        """Let all ports go. May be called twice."""
        if self._search is not None:
            self._search.close()
        self.line.close()

    @property
    def at(self) -> str:
        """Where in the flight, as notices end; empty where the flight does not tell."""
        return "" if self.now_s is None else f" at T{self.now_s:+.2f}"

    # ------------------------------------------------------------------------------ loss

    def recover(self, error: BoardError, *, supply_mv: int, holds: bool = True) -> Outcome:
        """Do what the policy says when a board is lost.

        Parameters
        ----------
        error : BoardError
            How it was noticed.
        supply_mv : int
            Supply of a transmitter that has to be started again, mV.
        holds : bool
            Whether the flight waits meanwhile. One in real time does not: `look` in each tick.

        Raises
        ------
        BoardLostError, BoardResetError
            When the flight cannot go on.
        BoardMismatchError, BoardRefusedError
            When it came back as another one.
        BoardSilentError, PortLostError
            When it was lost again meanwhile.
        """
        settings = self._settings
        loss = Loss(self.now_s, str(error))
        self._statistics.losses.append(loss)
        self._noticed_s = time.monotonic()
        self._gone_at = self.at
        if isinstance(error, SessionEndedError):
            self._hear_of_reset(error)
            loss.recovered_after_s = 0.0
            return self._begin_again(loss, supply_mv)
        if settings.policy == "fail":
            msg = f"board gone{self.at}: {error}"
            raise BoardLostError(msg) from error
        if settings.policy == "continue" or not holds:
            until = f" for {settings.wait_s:g} s at most" if settings.policy == "wait" else ""
            self._tell(f"board gone{self.at}, the flight goes on without it{until}")
            self.away = True
            if self._plays(Role.SEQUENCER) and settings.policy == "continue":
                self.line.close()  # of no use any more: it has missed ticks
            else:
                self._search = self._search_for(error)
            return Outcome.AWAY
        self._tell(f"board gone{self.at}, waiting {settings.wait_s:g} s")
        search = self._search_for(error)
        try:
            found = search.look(settings.wait_s)
        finally:
            search.close()
        if found is None:
            msg = f"board gone{self.at}, and not back within {settings.wait_s:g} s"
            raise BoardLostError(msg) from error
        return self._take_back(loss, found, supply_mv)

    def look(self, *, supply_mv: int) -> Outcome:
        """Look for a board that is away, without waiting; errors as above."""
        settings = self._settings
        found = None if self._search is None else self._search.look(0.0)
        if found is None:
            if settings.policy == "wait" and time.monotonic() - self._noticed_s > settings.wait_s:
                msg = f"board gone{self._gone_at}, and not back within {settings.wait_s:g} s"
                raise BoardLostError(msg)
            return Outcome.AWAY
        try:
            outcome = self._take_back(self._statistics.losses[-1], found, supply_mv)
        except (PortLostError, BoardSilentError) as error:
            self._search = self._search_for(error)
            return Outcome.AWAY
        self._search = None
        self.away = False
        return outcome

    def _connect(self, port: Port) -> Line:
        settings = self._settings
        return Line(
            port, baud=settings.baud, statistics=self._statistics, recorder=settings.recorder
        )

    def _plays(self, role: Role) -> bool:
        return self._part is not None and self._part.role is role

    def _tell(self, text: str) -> None:
        if self._settings.recorder is not None:
            self._settings.recorder.note(text)
        if self._settings.notice is not None:
            self._settings.notice(text)

    def _search_for(self, error: BoardError) -> Search:
        if isinstance(error, PortLostError):
            self.line.close()
        return Search(
            self.url,
            self.identity.board_id,
            line=None if isinstance(error, PortLostError) else self.line,
            connect=self._connect,
            baud=self._settings.baud,
            like=self._like,
            before=self._before,
        )

    def _look_about(self) -> None:
        """Take note of the ports that are here with the board's, and of what that is."""
        here = ports_here()
        self._before = {port.name for port in here}
        self._like = next((port for port in here if port.name == self.url), self._like)

    def _take_back(self, loss: Loss, found: Found, supply_mv: int) -> Outcome:
        self.url, self.line, self.identity, loss.answered_after_s = found
        loss.recovered_after_s = time.monotonic() - self._noticed_s
        self._look_about()
        check_identity(self.url, self.identity, self._settings.expected)
        if self.identity.session != self._session:
            return self._begin_again(loss, supply_mv)
        self.line.session = self._session
        self._tell(f"board back{self.at} after {loss.recovered_after_s:.2f} s")
        return Outcome.RESUMED

    def _hear_of_reset(self, error: SessionEndedError) -> None:
        status = error.status
        self.identity = replace(
            self.identity,
            state=status.state,
            session=status.session,
            reset_cause=status.reset_cause,
        )

    def _begin_again(self, loss: Loss, supply_mv: int) -> Outcome:
        """Take note of a reset; start a transmitter again, as one just switched on."""
        loss.reset_cause = cause_of(self.identity.reset_cause)
        text = f"board reset ({loss.reset_cause}){self.at}"
        if self._part is None or self._plays(Role.SEQUENCER) or self._settings.policy == "fail":
            raise BoardResetError(text)
        self._tell(f"{text}, started again")
        begin(self.line, self.identity, self._part, supply_mv=supply_mv, warm=False)
        self._session = self.line.session
        return Outcome.RESTARTED
