"""A flight as lines of text: the table of events, then what became of it."""

from __future__ import annotations

import textwrap
from math import degrees
from typing import TYPE_CHECKING, Any, Final

import flightsw
from flightsw.cli.board_told import board_alarms, board_lines
from flightsw.cli.output import Line, Span, Style
from flightsw.ground.horizon import BELOW
from flightsw.ground.limits import worst
from flightsw.ground.state import STALE_S
from flightsw.ground.timeline import speed_shown_mps
from flightsw.summary import clock, no_trace, traced, unmet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flightsw.flight import Flight
    from flightsw.ground import Briefing, GroundPicture, Row, Silence
    from flightsw.ground.limits import Reading
    from flightsw.ground.state import LastFrame
    from flightsw.ground.timeline import Heard, Mark
    from flightsw.scenario import Scenario

WIDTH: Final = 80
TITLE_WIDTH: Final = 27
LABEL_WIDTH: Final = 10
HEAD_WIDTH: Final = 18

MARKS: Final[dict[Mark, tuple[str, Style]]] = {
    "in_band": ("✓", "good"),
    "out_of_band": ("!", "off"),
    "unplanned": ("·", "plain"),
    "alarm": ("▲", "alarm"),
    "not_seen": ("⊘", "dim"),
}
ALARM: Final = MARKS["alarm"][0]
NOT_SEEN: Final = "not seen"


def heading(scenario: Scenario, run_dir: str | None, board: str | None = None) -> Iterator[Line]:
    """Yield what is flown, and where its records go."""
    yield Line.of(
        f"flightsw {flightsw.__version__}   {scenario.scenario_id or scenario.mission.id} on "
        f"{scenario.vehicle.id}   {scenario.rate_hz} Hz   seed {scenario.seed}"
    )
    if run_dir is not None:
        yield Line.of(f"run  {run_dir}")
    if board is not None:
        yield Line.of(f"board  {board}")


def table(ground: GroundPicture) -> Iterator[Line]:
    """Yield the table: what was heard, in order, with the silences; then what was not seen."""
    yield columns()
    silences = list(ground.silences)
    for row in ground.timeline:
        while silences and (row.t_s is None or row.t_s > silences[0].from_s):
            yield from silence_lines(silences.pop(0), ground.last, ground.briefing)
        yield row_line(row, ground.briefing)
    for silence in silences:
        yield from silence_lines(silence, ground.last, ground.briefing)
    if ground.last is None:
        yield nothing_heard()


def columns() -> Line:
    """Return the heads of the table's columns."""
    heads = f"{'plan':>8}{'Δ':>8}  {'by':<9}{'km':>7}{'m/s':>7}"
    return Line.of(f"{'T+':>9}  {'event':<{TITLE_WIDTH}}{heads}")


def nothing_heard() -> Line:
    """Return the row of a flight of which nothing was heard."""
    return Line.of(Span(f"{ALARM}       -  no telemetry was heard at all", "alarm"))


def outcome(flight: Flight, summary: dict[str, Any]) -> Iterator[Line]:
    """Yield what became of the flight; what comes from truth is said to."""
    yield from _verdict(flight, summary)
    target = flight.scenario.mission.target
    if target.max_altitude_m is None:
        yield _fact("orbit", _orbit(flight))
    else:
        yield _fact(
            "altitude",
            f"{flight.verdict.max_altitude_m / 1e3:.1f} km at most   "
            f"(calculated {target.max_altitude_m / 1e3:g})",
        )
    yield _fact("telemetry", _telemetry(flight.ground))
    never = flight.ground.packets.never_heard
    if flight.ground.last is not None and never:
        yield _fact("never", f"{', '.join(never)}: sent again and again, and none was heard")
        yield from _dropped(flight)
    left = worst(flight.ground.packets)
    if left:
        yield _fact("limits", _limits(left))
    if summary["radar"] is not None:
        yield _fact("radar", _radar(summary["radar"]))
        yield from _looks(summary["radar"])
    if summary["fall"] is not None:
        yield _fact("fall", _fall(summary["fall"]))
    if flight.ledger:
        yield from _faults(flight)
    if summary["traces"] is not None:
        yield from _traces(summary)
    if summary["board"] is not None:
        yield from _board(summary["board"])
    yield from _expected(flight, summary)
    judged = "verdict, altitude" if target.max_altitude_m is not None else "verdict, orbit"
    judged += " and faults" if summary["traces"] is None else ", faults and trace"
    yield Line.of(Span(f"  {'truth':<{LABEL_WIDTH}}{judged}; all else as heard", "dim"))


def _dropped(flight: Flight) -> Iterator[Line]:
    """Yield, from truth, how many packets found no room in a transmitter's queues."""
    names = {each.id: each.name for each in flight.ground.packets.dictionary.channels}
    for row in flight.transmitters:
        counts = enumerate(row.packets_dropped or ())
        found = [f"{count} of {names.get(channel, channel)}" for channel, count in counts if count]
        if found:
            told = f"{', '.join(found)} found no room in the queues of {row.id}, from truth"
            yield Line.of(f"  {'':<{LABEL_WIDTH}}{told}")


def row_line(row: Row, briefing: Briefing) -> Line:
    """Return a row of the table."""
    mark, style = MARKS[row.mark]
    if row.heard and row.planned_s is None and len(row.title) > TITLE_WIDTH:
        return _unplanned_line(row, row.heard, briefing)
    title = textwrap.shorten(row.title, TITLE_WIDTH, placeholder="…")
    planned = "-" if row.planned_s is None else f"{row.planned_s:.2f}"
    if row.heard is None:
        text = f"{mark}{'-':>8}  {title:<{TITLE_WIDTH}}{planned:>8}   {NOT_SEEN}"
        return Line.of(Span(text, style))
    heard = row.heard
    delta = "-" if row.delta_s is None else f"{_zero(row.delta_s):+.2f}"
    return Line.of(
        Span(f"{mark}{_zero(heard.t_s):8.2f}  {title:<{TITLE_WIDTH}}", style),
        Span(f"{planned:>8}", "dim"),
        Span(f"{delta:>8}  {heard.trigger:<9}", style),
        Span(_whereabouts(heard, briefing)),
    )


def _unplanned_line(row: Row, heard: Heard, briefing: Briefing) -> Line:
    """Return a row whose title is long: it takes the room of the plan that it does not have."""
    mark, style = MARKS[row.mark]
    wide = TITLE_WIDTH + 16
    title = textwrap.shorten(row.title, wide, placeholder="…")
    text = f"{mark}{_zero(heard.t_s):8.2f}  {title:<{wide}}  {heard.trigger:<9}"
    return Line.of(Span(text, style), Span(_whereabouts(heard, briefing)))


def _whereabouts(heard: Heard, briefing: Briefing) -> str:
    """Return height and speed at an event; a dash where no packet told them."""
    height = "-" if heard.altitude_m is None else f"{_zero(heard.altitude_m / 1e3, 1):.1f}"
    shown_mps = speed_shown_mps(heard, briefing)
    speed = "-" if shown_mps is None else f"{shown_mps:.0f}"
    return f"{height:>7}{speed:>7}"


def _zero(value: float, decimals: int = 2) -> float:
    """Return a value that is not printed as -0.00."""
    return 0.0 if round(value, decimals) == 0.0 else value


def silence_lines(silence: Silence, last: LastFrame | None, briefing: Briefing) -> Iterator[Line]:
    """Yield a silence: the last frame before it, that it was noticed, and its end if it has one."""
    yield from loss_lines(silence, last if silence.to_s is None else None, briefing)
    if silence.to_s is not None:
        yield again_line(silence.to_s)


def loss_lines(silence: Silence, last: LastFrame | None, briefing: Briefing) -> Iterator[Line]:
    """Yield that a silence was noticed; where the vehicle was is told for the one that lasts."""
    state = last.state if last else None
    place = ""
    if state is not None:
        place = (
            f"   {state.altitude_m / 1e3:7.1f} km   "
            f"{_degrees(degrees(state.latitude_rad), degrees(state.longitude_rad), 2)}"
            f"{speed_shown_mps(state, briefing):7.0f} m/s"
        )
    mark, style = MARKS["unplanned" if silence.has_set else "alarm"]
    said = BELOW.capitalize() if silence.has_set else "TELEMETRY LOST"
    yield Line.of(Span(f"{mark}{silence.from_s:8.2f}  Last good frame{place}", style))
    yield Line.of(
        Span(f"{mark}{silence.noticed_s:8.2f}  {said}: no good frame for {STALE_S:.1f} s", style)
    )


def again_line(t_s: float) -> Line:
    """Return that frames come again."""
    return Line.of(f"·{t_s:8.2f}  Telemetry again")


def _verdict(flight: Flight, summary: dict[str, Any]) -> Iterator[Line]:
    rows = [row for row in flight.ground.timeline if row.planned]
    kept = sum(row.mark == "in_band" for row in rows)
    good = flight.verdict.success
    reasons = "; ".join(flight.verdict.reasons)
    planned = f"{kept} of {len(rows)} planned events in their bands" if rows else ""
    words = "; ".join(part for part in ((planned, reasons) if good else (reasons, planned)) if part)
    head = "MISSION REACHED" if good else "MISSION LOST"
    style: Style = "good" if good else "alarm"
    if summary["as_expected"] is False:
        yield Line.of(Span(f"{'NOT AS EXPECTED':<{HEAD_WIDTH}}", "off"), "see `expected` below")
    degraded = summary["board"] is not None and summary["board"]["degraded"]
    if degraded:
        yield Line.of(Span(f"{'DEGRADED':<{HEAD_WIDTH}}", "alarm"), "see `board` below")
    if good and (
        degraded or summary["as_expected"] is False or (rows and not any(row.heard for row in rows))
    ):
        style = "off"
    first, *more = textwrap.wrap(words, WIDTH - HEAD_WIDTH, break_on_hyphens=False) or [""]
    yield Line.of(Span(f"{head:<{HEAD_WIDTH}}", style), first)
    for line in more:
        yield Line.of(" " * HEAD_WIDTH + line)


def _fact(label: str, text: str) -> Line:
    return Line.of(f"  {label:<{LABEL_WIDTH}}{text}")


def _orbit(flight: Flight) -> str:
    orbit, target = flight.verdict.orbit, flight.scenario.mission.target
    calculated = ""
    if target.perigee_m is not None and target.apogee_m is not None:
        calculated = (
            f"   (calculated {target.perigee_m / 1e3:g} x {target.apogee_m / 1e3:g}, "
            f"{target.inclination_deg:g})"
        )
    if orbit is None:
        return "not reached"
    return (
        f"{orbit.perigee_m / 1e3:.1f} x {orbit.apogee_m / 1e3:.1f} km, "
        f"{degrees(orbit.inclination_rad):.2f} deg{calculated}"
    )


def _telemetry(ground: GroundPicture) -> str:
    heard = f"{ground.frames_good:,}".replace(",", " ")
    text = f"{heard} frames, {ground.frames_damaged} damaged"
    if ground.frames_missing:
        text += f", {ground.frames_missing} missing"
    return f"{text}, last at {clock(ground.last.t_s)}" if ground.last else text


def _limits(left: tuple[Reading, ...]) -> str:
    first = left[0]
    value = first.label or f"{first.value:g} {first.unit}".rstrip()
    more = f", and {len(left) - 1} more" if len(left) > 1 else ""
    return f"{first.condition}: {first.packet} {first.name} {value}{more}   (tm limits)"


def _radar(radar: dict[str, Any]) -> str:
    if radar["verdict"] == "detected":
        when = clock(radar["detected_s"], decimals=0)
        return f"detected on the calculated orbit ({radar['detected_by']}, {when})"
    if not radar["stations"]:
        return "not detected; no radar has the calculated orbit in view"
    usable = [one for one in radar["passes"] if one["status"] != "not usable"]
    noun = "pass" if len(usable) == 1 else "passes"
    return f"not detected on the calculated orbit ({len(usable)} usable {noun}, none seen)"


def _looks(radar: dict[str, Any]) -> Iterator[Line]:
    """Yield the passes, and what else was in view."""
    for one in radar["passes"]:
        first, last = (clock(one[key], decimals=0) for key in ("first_s", "last_s"))
        yield _fact(
            "",
            f"{one['station']:<12}{first:>8} to {last:<8} {one['best_elevation_deg']:5.1f} deg"
            f"   {one['status']}",
        )
    for other in radar["others"]:
        what = "a falling object" if other["falling"] else "another object"
        first, last = (clock(other[key], decimals=0) for key in ("first_s", "last_s"))
        yield _fact(
            "",
            f"{other['station']:<12}{first:>8} to {last:<8} {what}, "
            f"{other['first_miss_km']:.0f} to {other['last_miss_km']:.0f} km away",
        )


def _fall(fall: dict[str, Any]) -> str:
    place = _degrees(fall["latitude_deg"], fall["longitude_deg"], 1)
    text = f"{place} at {clock(fall['t_s'], decimals=0)}"
    if fall["distance_km"] is not None:
        text += f"   {fall['distance_km']:.0f} km from the reported area"
    return f"{text}   (beta {fall['beta_kgpm2']:g})"


def _faults(flight: Flight) -> Iterator[Line]:
    acts = flight.ledger
    acted = sum(act.acted for act in acts)
    yield _fact("faults", f"{acted} of {len(acts)} acts acted")
    for act in acts:
        if act.idle:
            when = "its time never came" if act.at_s is None else f"at {clock(act.at_s)}"
            text = f"{ALARM} {act.kind} of {act.component} changed nothing: {when}"
            yield from _wrapped("", text, "alarm")


def _traces(summary: dict[str, Any]) -> Iterator[Line]:
    """Yield the first difference from the downlink of the same flight without faults."""
    if summary["traces"]:
        yield from _wrapped("trace", traced(summary["traces"][0]), "plain")
    else:
        yield from _wrapped("trace", f"! {no_trace(summary)}", "off")


def _board(board: dict[str, Any]) -> Iterator[Line]:
    for number, text in enumerate(board_lines(board)):
        yield _fact("" if number else "board", text)
    for text in board_alarms(board):
        yield from _wrapped("", f"{ALARM} {text}", "alarm")
    if board["degraded"]:
        yield from _wrapped(
            "", f"{ALARM} DEGRADED: not to be taken for a flight that passed", "alarm"
        )


def _expected(flight: Flight, summary: dict[str, Any]) -> Iterator[Line]:
    expect = flight.scenario.expect
    if expect is None:
        return
    missed = unmet(expect, summary)
    if not missed:
        yield _fact("expected", "all of it came true")
    for index, text in enumerate(missed):
        yield from _wrapped("" if index else "expected", f"! {text}", "off")


def _wrapped(label: str, text: str, style: Style) -> Iterator[Line]:
    for number, line in enumerate(
        textwrap.wrap(text, WIDTH - LABEL_WIDTH - 2, break_on_hyphens=False)
    ):
        yield Line.of(Span(f"  {'' if number else label:<{LABEL_WIDTH}}{line}", style))


def _degrees(latitude_deg: float, longitude_deg: float, decimals: int) -> str:
    north, east = ("N" if latitude_deg >= 0.0 else "S"), ("E" if longitude_deg >= 0.0 else "W")
    return f"{abs(latitude_deg):.{decimals}f} {north} {abs(longitude_deg):.{decimals}f} {east}"
