"""A flight watched in the terminal: events as they are heard, under them one line that lives."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any, Final

from flightsw.cli.output import COLOURS, Line, Span, show, wants_colour, wants_live_line
from flightsw.cli.timetable import (
    again_line,
    columns,
    heading,
    loss_lines,
    nothing_heard,
    row_line,
)
from flightsw.ground.horizon import BELOW
from flightsw.ground.live import LiveGround
from flightsw.ground.state import STALE_S, LastFrame
from flightsw.ground.timeline import Silence, speed_shown_mps
from flightsw.summary import clock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rich.live import Live
    from rich.text import Text

    from flightsw.ground import Briefing, GroundPicture, Row
    from flightsw.scenario import Scenario

LOOK_S: Final = 0.05  # between two looks at what came down
_NEVER: Final = float("-inf")


class LiveTable:
    """The table of a flight, row by row while the ground hears it.

    Parameters
    ----------
    briefing : Briefing
        What the ground knows beforehand.

    Times `until_s` are those until which the stations have listened, s after the epoch of the log.
    """

    def __init__(self, briefing: Briefing) -> None:
        self.ground: Final = LiveGround(briefing)
        self._shown: set[str] = set()
        self._told_lost_s: float | None = None
        self._silences = 0

    def take(self, piece: bytes, *, until_s: float) -> Iterator[Line]:
        """Take a piece of the downlink log; yield the rows that it brings."""
        update = self.ground.feed(piece)
        new = {heard.name for heard in update.events} - self._shown
        rows = [row for row in self.ground.timeline if row.name in new]
        yield from self._between(rows, self.ground.silences[self._silences :])
        self._silences = len(self.ground.silences)
        silent_s = self.silent_s(until_s=until_s)
        last_s = self.ground.last_s
        if silent_s is not None and last_s is not None and self._told_lost_s != last_s:
            yield from self._lost(Silence(from_s=last_s, to_s=None, has_set=self.ground.has_set))

    def silent_s(self, *, until_s: float) -> float | None:
        """Return for how long no frame has come that should have, s; None while it is no loss."""
        last_s = self.ground.last_s
        if last_s is None:
            return None
        silent_s = min(until_s, self.ground.briefing.listen_until_s) - last_s
        return silent_s if silent_s > STALE_S else None

    def status(self, *, until_s: float) -> str:
        """Return the line that lives. After a loss it shows no height: none is known."""
        if self.ground.link().last_ert_us is None:
            return "no telemetry yet"
        now = clock(until_s, decimals=1)
        silent_s = self.silent_s(until_s=until_s)
        if silent_s is not None:
            why = f", {BELOW}" if self.ground.has_set else ""
            return f"{now}  no telemetry for {silent_s:.0f} s{why}{self._overdue(until_s)}"
        link, state = self.ground.link(now_us=round(until_s * 1e6)), self.ground.last_state
        place = ""
        if state:
            speed_mps = speed_shown_mps(state, self.ground.briefing)
            place = f"  {state.altitude_m / 1e3:7.1f} km  {speed_mps:6.0f} m/s"
        gaps = f"  {link.gaps} gaps" if link.gaps else ""
        damaged = f"  {link.damaged} damaged" if link.damaged else ""
        overdue = self._overdue(until_s)
        return f"{now}{place}  {link.rate_hz:4.0f} frames/s{gaps}{damaged}{overdue}"

    def _overdue(self, until_s: float) -> str:
        """Return how many planned events have not been heard and should have been by now."""
        number = sum(
            row.heard is None
            and row.planned is not None
            and until_s > row.planned.t_s + row.planned.band_s
            for row in self.ground.timeline
        )
        return f"  ⊘ {number} planned not seen" if number else ""

    def rest(self, picture: GroundPicture) -> Iterator[Line]:
        """Yield what only the end tells: what was not seen, and a silence for good."""
        silences = picture.silences[self._silences :]
        rows = [row for row in picture.timeline if row.name not in self._shown]
        heard = [row for row in rows if row.heard]
        yield from self._between(heard, silences, picture.last)
        for row in rows:
            if row.heard is None:
                yield row_line(row, self.ground.briefing)
        if picture.last is None:
            yield nothing_heard()

    def _between(
        self, rows: list[Row], silences: tuple[Silence, ...], last: LastFrame | None = None
    ) -> Iterator[Line]:
        """Yield rows that were heard, and silences, in the order of their times."""
        left = list(silences)
        for row in rows:
            while left and row.t_s is not None and row.t_s > left[0].from_s:
                yield from self._silence(left.pop(0), last)
            self._shown.add(row.name)
            yield row_line(row, self.ground.briefing)
        for silence in left:
            yield from self._silence(silence, last)

    def _silence(self, silence: Silence, last: LastFrame | None) -> Iterator[Line]:
        if self._told_lost_s != silence.from_s:
            yield from self._lost(silence, last)
        if silence.to_s is not None:
            yield again_line(silence.to_s)

    def _lost(self, silence: Silence, last: LastFrame | None = None) -> Iterator[Line]:
        self._told_lost_s = silence.from_s
        if last is None and silence.to_s is None:
            last = LastFrame(t_s=silence.from_s, state=self.ground.last_state)
        yield from loss_lines(silence, last if silence.to_s is None else None, self.ground.briefing)


class Watch:
    """Shows a flight while it flies; a pipe gets the rows as plain lines, without the line.

    It is given the pieces of the log and the time by the flight itself, which goes on when it has
    looked: at most every `LOOK_S`, some milliseconds long.
    """

    def __init__(
        self, scenario: Scenario, briefing: Briefing, *, speed: float | None, no_color: bool
    ) -> None:
        self._scenario = scenario
        self._table = LiveTable(briefing)
        self._no_color = no_color
        self._waiting: list[bytes] = []
        self._looked_s = self._until_s = _NEVER
        self._live: Live | None = None
        self._speed = f"×{speed:g}" if speed is not None else "max"

    def begin(self, run_dir: Path, board: str | None = None) -> None:
        """Print what is flown."""
        self._print([*heading(self._scenario, str(run_dir), board), Line.of(), columns()])

    def take(self, piece: bytes) -> None:
        """Take a piece of the downlink log."""
        if piece:
            self._waiting.append(piece)

    def listened(self, until_s: float) -> None:
        """Show what came until then, unless the last look was just now."""
        self._until_s = until_s
        at_s = time.monotonic()
        if at_s - self._looked_s >= LOOK_S:
            self._looked_s = at_s
            self._look()

    def end(self, picture: GroundPicture) -> None:
        """Print what only the end tells."""
        self._look()
        self._stop()
        self._print([*self._table.rest(picture), Line.of()])

    def __enter__(self) -> Watch:
        if wants_live_line():
            from rich.console import Console
            from rich.live import Live

            console = Console(
                file=sys.stdout,
                highlight=False,
                no_color=not wants_colour(no_color=self._no_color),
                soft_wrap=True,
            )
            self._live = Live(console=console, auto_refresh=False, transient=True)
            self._live.start()
        return self

    def __exit__(self, *why: object) -> None:
        self._stop()

    def _stop(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _look(self) -> None:
        piece, self._waiting = b"".join(self._waiting), []
        rows = [*self._table.take(piece, until_s=self._until_s)]
        if self._live is not None:  # first the line, so that no row stands above one of before it
            status = f"{self._table.status(until_s=self._until_s)}  {self._speed}"
            wide = self._live.console.width - 1  # a line that lives must not wrap
            self._live.update(_text(Line.of(Span(status[:wide], "dim"))), refresh=True)
        self._print(rows)

    def _print(self, lines: list[Line]) -> None:
        if not lines:
            return
        if self._live is None:
            show(lines, no_color=self._no_color)
            return
        for line in lines:
            self._live.console.print(_text(line))


def _text(line: Line) -> Text:
    """Return a line for rich, in the same colours."""
    from rich.style import Style
    from rich.text import Text

    text = Text(no_wrap=True, overflow="crop")
    for span in line:
        look: dict[str, Any] = COLOURS[span.style]
        colour = f"color({look['fg']})" if "fg" in look else None
        style = Style(color=colour, bold=look.get("bold"), dim=look.get("dim"))
        text.append(span.text, style)
    return text
