"""How a link is: running, degraded, lost; docs/reference/board-link.md, section 5."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from hil.connection import Outcome

if TYPE_CHECKING:
    from hil.statistics import Statistics

_DEGRADED_US: Final = 1_000_000


class LinkState(Enum):
    """Of a bridge."""

    HANDSHAKE = "handshake"
    RUN = "run"
    DEGRADED = "degraded"
    LOST = "lost"
    CLOSED = "closed"


class Health:
    """Tells how a link is from what it goes through.

    Parameters
    ----------
    statistics : Statistics
        Where the link's troubles are counted.

    Attributes
    ----------
    state : LinkState
        As of the last tick.
    """

    def __init__(self, statistics: Statistics) -> None:
        self.state = LinkState.HANDSHAKE
        self._statistics = statistics
        self._quiet_us = self._troubles = 0

    def lose(self) -> None:
        """Take note that the board is gone."""
        self.state = LinkState.LOST

    def go_on(self, outcome: Outcome) -> None:
        """Take note of how a loss ended."""
        self._quiet_us = 0
        self.state = LinkState.LOST if outcome is Outcome.AWAY else LinkState.DEGRADED

    def judge(self, tick_us: int, *, away: bool) -> bool:
        """Tell how the link is after a tick; return whether that went without any trouble."""
        troubles = self._statistics.troubles
        if away:
            self.state = LinkState.LOST
            return False
        if troubles != self._troubles or self.state is LinkState.LOST:  # in real time it is back so
            self._troubles = troubles
            self._quiet_us = 0
            self.state = LinkState.DEGRADED
            return False
        if self.state is not LinkState.RUN:
            self._quiet_us += tick_us
            if self._quiet_us >= _DEGRADED_US:
                self.state = LinkState.RUN
        return True
