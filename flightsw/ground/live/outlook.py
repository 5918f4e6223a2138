"""How the mission stands as far as the ground has heard: never more than that."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from flightsw.ground.briefing import Briefing
from flightsw.ground.coast import osculating_orbit
from flightsw.ground.fall import ORBIT_PERIGEE_M
from flightsw.ground.state import State
from flightsw.ground.timeline import Row

Level = Literal["plain", "good", "off", "alarm", "dim"]
_SHUT_DOWN: Final = ("avd", "abort")


@dataclass(frozen=True, slots=True)
class Outlook:
    """A word or two, how loud they are said, and why."""

    word: str
    level: Level
    why: str


def outlook(  # noqa: PLR0911  one a case
    rows: Sequence[Row],
    briefing: Briefing,
    *,
    now_s: float | None,
    lost: bool,
    last: State | None,
) -> Outlook:
    """Return how the mission stands.

    Parameters
    ----------
    rows : sequence of Row
        The timeline so far.
    briefing : Briefing
        The plan, and whether an orbit is meant.
    now_s : float or None
        The ground's clock, s after T-0; None before the first frame.
    lost : bool
        Whether telemetry is lost now.
    last : State or None
        The last decoded state.
    """
    heard = [row for row in rows if row.heard is not None]
    for row in heard:
        assert row.heard is not None
        if row.heard.role in _SHUT_DOWN:
            return Outlook("MISSION LOST", "alarm", f"{row.title} heard at {_clock(row.heard.t_s)}")
    if now_s is None:
        return Outlook("NO SIGNAL YET", "dim", "no frame has been heard")
    overdue = [
        row
        for row in rows
        if row.heard is None and row.planned and now_s > row.planned.t_s + row.planned.band_s
    ]
    open_ = [row for row in rows if row.heard is None and row not in overdue]
    alarms = [row for row in heard if row.mark == "alarm"]
    off = [row for row in heard if row.mark == "out_of_band"]
    if not open_ and not overdue and briefing.plan:
        return _after_the_plan(briefing, last, alarms, off)
    if overdue and not open_:
        return Outlook("NOT COMPLETE", "alarm", f"{_count(overdue, 'planned event')} not seen")
    if lost:
        return Outlook("NOT KNOWN", "dim", "without telemetry nothing is known")
    if alarms:
        return Outlook("ALARM", "alarm", alarms[-1].title)
    if overdue:
        return Outlook("EVENT MISSING", "off", f"{overdue[-1].title} not seen")
    if off:
        return Outlook("OUT OF BAND", "off", f"{_count(off, 'event')} outside the plan's bands")
    if now_s < 0.0:
        return Outlook("COUNTDOWN", "plain", "all as planned so far")
    return Outlook("IN FLIGHT", "good", "all as planned so far")


def _after_the_plan(
    briefing: Briefing, last: State | None, alarms: Sequence[Row], off: Sequence[Row]
) -> Outlook:
    """Return how it stands when all that was planned was heard: more may come, in no plan."""
    every = f"{_count(briefing.plan, 'planned event')} of {len(briefing.plan)} heard"
    if off:
        every += f", {len(off)} outside the bands"
    if alarms:
        every += f"; alarm: {alarms[-1].title}"
    level: Level = "off" if off or alarms else "good"
    if briefing.search is None or last is None:
        if alarms:
            return Outlook("ALARM", "alarm", every)
        return Outlook("PLANNED EVENTS HEARD", level, every)
    orbit = osculating_orbit(
        position_eci_m=last.position_eci_m, velocity_eci_mps=last.velocity_eci_mps
    )
    if orbit is None or orbit.perigee_m < ORBIT_PERIGEE_M:
        return Outlook("NO ORBIT", "alarm", f"{every}, but the last state is on no orbit")
    heights = f"{orbit.perigee_m / 1e3:.0f} x {orbit.apogee_m / 1e3:.0f} km"
    return Outlook("IN ORBIT", level, f"{heights} by the last state; {every}")


def _count(rows: Sequence[object], noun: str) -> str:
    return f"{len(rows)} {noun}{'' if len(rows) == 1 else 's'}"


def _clock(t_s: float) -> str:
    return f"T{'-' if t_s < 0.0 else '+'}{abs(t_s):.2f}"
