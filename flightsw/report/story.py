"""What became of a flight, in sentences: the verdict, the short of it, and the timeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import degrees
from typing import TYPE_CHECKING, Any, Final, Literal

from flightsw.ground.horizon import BELOW
from flightsw.ground.signs import signs
from flightsw.ground.timeline import speed_shown_mps
from flightsw.summary import clock, no_trace, traced, unmet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flightsw.ground import Briefing, Row, Silence
    from flightsw.ground.state import State
    from flightsw.report.flown import Flown

MARKS: Final = {
    "in_band": "✓",
    "out_of_band": "!",
    "unplanned": "·",
    "alarm": "▲",
    "not_seen": "⊘",
}
ABOUT_TRACE: Final = (
    "The first packet that is not as in the same flight without its faults, flown again with the "
    "same seed: the earliest that telemetry could tell."
)
BY_ITS_CLOCK: Final = (
    "not told: a board by its own clock, or one that was lost, leaves differences of its own"
)
DEGRADED: Final = "Degraded by its board: not to be taken for a flight that passed."
ABOUT_SIGN: Final = (
    "The first alarm or loss, or planned event that came early or had not come by the end of its "
    "band: what a room would have noticed."
)


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that went wrong, or was made to: heard, concluded by the ground, or from truth."""

    t_s: float
    text: str
    by: Literal["heard", "ground", "truth"]


def verdict(flown: Flown) -> dict[str, Any]:
    """Return the verdict in one sentence, from truth, with what the ground heard last."""
    summary, ground = flown.record.summary, flown.ground
    told = _last_words(flown)
    if summary is None:
        stopped = _stopped(flown)
        sentence = f"The flight was stopped: {stopped}. " if stopped else ""
        return {
            "mark": "!" if stopped else "?",
            "state": "doubtful" if stopped else "unknown",
            "success": None,
            "sentence": f"{sentence}No verdict: this run has no summary.",
            "heard": told,
            "as_expected": None,
            "reasons": [],
        }
    success = bool(summary.get("success"))
    reasons = [str(reason) for reason in summary.get("reasons", ())]
    rows = [row for row in (ground.timeline if ground else ()) if row.planned]
    kept = sum(row.mark == "in_band" for row in rows)
    cut = ground is not None and ground.cut
    heard = " in what is left of the record" if cut else ""
    planned = f"{kept} of {len(rows)} planned events in their bands{heard}" if rows else ""
    missed = _missed(flown)
    unheard = bool(rows) and not cut and not any(row.heard for row in rows)
    degraded = bool((summary.get("board") or {}).get("degraded"))
    calm = success and not missed and not unheard and not degraded
    if success:
        parts = [planned, *reasons, _reached(summary)]
        sentence = f"Mission reached: {', '.join(part for part in parts if part)}."
    else:
        sentence = f"Mission lost: {'; '.join(reasons) or 'the target was missed'}."
    if missed:
        sentence = f"Not as expected: {'; '.join(missed)}. {sentence}"
    elif success and unheard:
        sentence = f"Not one of the planned events was heard. {sentence}"
    if degraded:
        sentence = f"{DEGRADED} {sentence}"
    return {
        "mark": "✓" if calm else "!" if success else "▲",
        "state": "reached" if calm else "doubtful" if success else "lost",
        "success": success,
        "sentence": sentence + (_cut_words(flown) if cut else ""),
        "heard": "" if calm or (success and cut) else told,
        "as_expected": summary.get("as_expected"),
        "reasons": reasons,
    }


def in_short(flown: Flown) -> list[dict[str, Any]]:
    """Return the answers to the first questions, a label and a text each."""
    summary, ground = flown.record.summary or {}, flown.ground
    facts = [_first_trace(summary), _first_sign(flown), _last_frame(flown)]
    if flown.radar is not None:
        facts.append(_fact("Radar", _radar(flown.radar)))
    if ground is not None and ground.fall is not None:
        fall = ground.fall
        text = f"{place(degrees(fall.latitude_rad), degrees(fall.longitude_rad), 1)} at "
        text += f"{clock(fall.t_s, decimals=0)}, computed from the last good frame "
        text += f"(beta {fall.beta_kgpm2:g} kg/m2)"
        if fall.distance_m is not None:
            text += f"; {fall.distance_m / 1e3:.0f} km from the reported place"
        facts.append(_fact("Fall", text))
    if summary.get("board") is not None:
        facts.append(_board(summary["board"]))
    elif _stopped(flown):
        facts.append(_stopped_board(flown))
    facts += _judged(flown, summary)
    return [fact for fact in facts if fact is not None]


def moments(flown: Flown) -> list[Moment]:
    """Return when something went wrong: acts of faults (truth), the first alarm, losses."""
    found = [
        Moment(float(act["at_s"]), f"fault: {act['kind']} of {act['component']}", "truth")
        for act in flown.record.faults or ()
        if isinstance(act.get("at_s"), int | float) and act.get("acted")
    ]
    ground = flown.ground
    if ground is not None:
        alarms = [row for row in ground.timeline if row.mark == "alarm" and row.heard]
        found += [Moment(row.heard.t_s, row.title, "heard") for row in alarms[:1] if row.heard]
        found += [
            Moment(silence.from_s, "last good frame before the silence", "ground")
            for silence in ground.silences
            if not silence.has_set
        ]
    return found


def timeline(flown: Flown) -> Iterator[dict[str, Any]]:
    """Yield what was heard, in order, with the silences; then what was planned and not seen."""
    ground = flown.ground
    if ground is None:
        return
    silences = list(ground.silences)
    for row in ground.timeline:
        while silences and (row.t_s is None or row.t_s > silences[0].from_s):
            yield _silence(silences.pop(0))
        yield _row(row, ground.briefing)
    for silence in silences:
        yield _silence(silence)


def why(silence: Silence) -> str | None:
    """Return the reason of a silence that is no loss."""
    return BELOW if silence.has_set else None


def place(latitude_deg: float, longitude_deg: float, decimals: int = 2) -> str:
    """Return a place as it is written: ``49.13 N 73.77 E``."""
    north, east = ("N" if latitude_deg >= 0.0 else "S"), ("E" if longitude_deg >= 0.0 else "W")
    return f"{abs(latitude_deg):.{decimals}f} {north} {abs(longitude_deg):.{decimals}f} {east}"


def _fact(
    label: str, text: str, *, mark: str = "", truth: bool = False, about: str = ""
) -> dict[str, Any]:
    return {"label": label, "text": text, "mark": mark, "truth": truth, "about": about}


def _missed(flown: Flown) -> list[str]:
    """Return what the scenario expected and was not so."""
    expect = flown.scenario.expect if flown.scenario else None
    summary = flown.record.summary
    return [] if expect is None or summary is None else unmet(expect, dict(summary))


def _reached(summary: Any) -> str:
    orbit = summary.get("orbit")
    if orbit:
        return (
            f"orbit {orbit['perigee_km']:.1f} × {orbit['apogee_km']:.1f} km, "
            f"{orbit['inclination_deg']:.2f} deg"
        )
    height = summary.get("max_altitude_km")
    return "" if height is None else f"{height:.1f} km at most"


def _last_words(flown: Flown) -> str:
    ground = flown.ground
    if ground is None:
        return ""
    if ground.last is None:
        return "Nothing was heard."
    last, where = ground.last, ""
    if last.state:
        where = f" at {_height_and_speed(last.state, ground.briefing)}"
    return f"Last good frame {clock(last.t_s)}{where}."


def _height_and_speed(state: State, briefing: Briefing) -> str:
    return f"{state.altitude_m / 1e3:.1f} km, {speed_shown_mps(state, briefing):.0f} m/s"


def _cut_words(flown: Flown) -> str:
    """Say where the record of the downlink ends, and that this is no end of the telemetry."""
    last = flown.ground.last if flown.ground else None
    where = f"ends at {clock(last.t_s)}" if last else "holds nothing"
    return f" The record of the downlink {where}; what was heard later is not in it."


def _first_sign(flown: Flown) -> dict[str, Any] | None:
    ground = flown.ground
    if ground is None:
        return None
    first = next(iter(signs(ground)), None)
    if first is None and ground.cut:
        text = "none in what is left of the record"
        return _fact("First sign", text, mark="!", about=ABOUT_SIGN)
    if first is None:
        text = "none: no alarm, no planned event early, late or missing"
        return _fact("First sign", text, mark="✓", about=ABOUT_SIGN)
    mark = MARKS["alarm" if first.kind == "alarm" else "out_of_band"]
    return _fact("First sign", f"{clock(first.t_s)}: {first.text}", mark=mark, about=ABOUT_SIGN)


def _first_trace(summary: Any) -> dict[str, Any] | None:
    """Return what the faults changed first in the downlink; None of a flight without faults."""
    found, board = summary.get("traces"), summary.get("board")
    if found is None:
        if board is None or not summary.get("faults"):
            return None
        return _fact("First trace", BY_ITS_CLOCK, truth=True)
    text, mark = (traced(found[0]), "") if found else (no_trace(summary), "!")
    return _fact("First trace", text, mark=mark, truth=True, about=ABOUT_TRACE)


def _last_frame(flown: Flown) -> dict[str, Any] | None:
    ground = flown.ground
    if ground is None:
        return None
    if ground.last is None:
        return _fact("Last good frame", "no telemetry was heard at all", mark="▲")
    state = ground.last.state
    text = clock(ground.last.t_s)
    if state is not None:
        text += f": {_height_and_speed(state, ground.briefing)}, "
        text += place(degrees(state.latitude_rad), degrees(state.longitude_rad))
    if ground.cut:
        return _fact("Last good frame", f"{text}; the record ends there", mark="!")
    if ground.lost is None:
        return _fact("Last good frame", f"{text}, the end of the flight")
    if ground.lost.has_set:
        return _fact("Last good frame", f"{text}; {BELOW}")
    return _fact("Last good frame", f"{text}; then nothing more", mark="▲")


def _radar(radar: Any) -> str:
    if radar["verdict"] == "detected":
        when = clock(radar["detected_s"], decimals=0)
        return f"detected on the calculated orbit ({radar['detected_by']}, {when})"
    if not radar["stations"]:
        return "not detected; no radar has the calculated orbit in view"
    usable = [one for one in radar.get("passes", ()) if one["status"] != "not usable"]
    noun = "pass" if len(usable) == 1 else "passes"
    return f"not detected on the calculated orbit ({len(usable)} usable {noun}, none seen)"


def _board(board: Any) -> dict[str, Any]:
    """Return which board played what part, and what came between."""
    counts = (
        (board["ticks"], "tick", "ticks"),
        (board["repeats"], "repeat", "repeats"),
        (len(board["losses"]), "loss", "losses"),
        (board["resets"], "reset", "resets"),
    )
    text = f"{board['board']} played the {board['role']}, {board['mode']}: "
    text += ", ".join(_counted(*each) for each in counts)
    if board.get("ticks_lost"):
        text += f"; {_counted(board['ticks_lost'], 'tick', 'ticks')} flown without it"
    for loss in board["losses"]:
        when = "" if loss["at_s"] is None else f" at {clock(loss['at_s'])}"
        after = loss["recovered_after_s"]
        text += f"; gone{when}, " + ("never back" if after is None else f"back after {after:.2f} s")
    clocked = board.get("real_time")
    if clocked:
        ticks = _counted(clocked["ticks"], "tick", "ticks")
        text += f"; by the clock from {clock(clocked['from_s'])}: {ticks}, "
        text += f"{_counted(clocked['misses'], 'deadline', 'deadlines')} missed"
    silent = "; it sent nothing" if board["silent"] else ""
    degraded = "; degraded" if board["degraded"] else ""
    return _fact("Board", text + silent + degraded, mark="▲" if degraded else "")


def _stopped(flown: Flown) -> str:
    """Return why a run was ended before its time, as its record says; nothing if it was not."""
    return str((flown.record.manifest or {}).get("stopped") or "")


def _stopped_board(flown: Flown) -> dict[str, Any] | None:
    """Return which board was to play what part in a flight that was stopped, and why it was."""
    board = (flown.record.manifest or {}).get("board")
    if not isinstance(board, Mapping):
        return None
    played = f"{board.get('board')} played the {board.get('role')}, {board.get('mode')}"
    return _fact("Board", f"{played}; {_stopped(flown)}", mark="▲")


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}".replace(",", "\u202f")


def _judged(flown: Flown, summary: Any) -> Iterator[dict[str, Any]]:
    """Yield what the judge says, from truth, and whether the scenario expected it."""
    if not summary:
        return
    mission = flown.scenario.mission if flown.scenario else None
    target = mission.target if mission else None
    if summary.get("orbit") is not None or (target and not target.suborbital):
        aim = ""
        if target and target.perigee_m is not None and target.apogee_m is not None:
            aim = f" (calculated {target.perigee_m / 1e3:g} × {target.apogee_m / 1e3:g} km, "
            aim += f"{target.inclination_deg:g} deg)"
        reached = _reached(summary).removeprefix("orbit ") if summary["orbit"] else "not reached"
        yield _fact("Orbit", reached + aim, truth=True)
    else:
        aim = f" (calculated {target.max_altitude_m / 1e3:g} km)" if target else ""  # type: ignore[operator]
        yield _fact("Altitude", _reached(summary) + aim, truth=True)
    if flown.scenario and flown.scenario.expect:
        missed = _missed(flown)
        text = "as the scenario expects" if not missed else "; ".join(missed)
        yield _fact("Expected", text, mark="!" if missed else "✓")


def _row(row: Row, briefing: Briefing) -> dict[str, Any]:
    heard = row.heard
    return {
        "kind": "event",
        "mark": MARKS[row.mark],
        "state": row.mark,
        "event": row.name,
        "title": row.title,
        "t_s": heard.t_s if heard else None,
        "planned_s": row.planned_s,
        "delta_s": row.delta_s,
        "band_s": row.planned.band_s if row.planned else None,
        "trigger": heard.trigger if heard else None,
        "altitude_m": heard.altitude_m if heard else None,
        "speed_inertial_mps": heard.speed_mps if heard else None,
        "speed_shown_mps": speed_shown_mps(heard, briefing) if heard else None,
    }


def _silence(silence: Silence) -> dict[str, Any]:
    return {
        "kind": "silence",
        "mark": "·" if silence.has_set else "▲",
        "state": "unplanned" if silence.has_set else "alarm",
        "from_s": silence.from_s,
        "noticed_s": silence.noticed_s,
        "to_s": silence.to_s,
        "why": why(silence),
    }
