"""A flight as the one object that `--json` prints: what was heard, judged and expected.

Numbers are in km and degrees here; everything but `judged_from_truth` is what the ground heard.
"""

from __future__ import annotations

from math import degrees
from typing import TYPE_CHECKING, Any, Final

from flightsw.ground.limits import worst
from flightsw.ground.signs import signs
from flightsw.trace import traces

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from flightsw.flight import Flight
    from flightsw.ground import GroundPicture
    from flightsw.ground.radar import RadarReport
    from flightsw.scenario.fault import Expect

FORMAT: Final = "flightsw-run/1"
JUDGED_FROM_TRUTH: Final = (
    *("success", "max_altitude_km", "orbit", "faults", "traces", "reasons"),
)

_NO_TRACE: Final = "nothing in the downlink differs: the ground could not know"
_NO_ACT: Final = "none: no fault acted"

# Decimals: what a reader can use; times are whole microseconds.
_TIME: Final = 6
_KM: Final = 3
_ANGLE: Final = 5


def summary(
    flight: Flight,
    *,
    run_dir: Path | str | None = None,
    board: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the summary of a flight, ready for JSON.

    Parameters
    ----------
    flight : Flight
        As flown.
    run_dir : path, optional
        Where its records stand.
    board : mapping, optional
        What a board and its line did, where one played a part.

    Returns
    -------
    dict
        Keys in the order of the command-line contract; `events` are what was heard, a planned
        event that was not heard stands in `not_seen` only.

    """
    scenario, verdict, ground = flight.scenario, flight.verdict, flight.ground
    result: dict[str, Any] = {
        "format": FORMAT,
        "mission": scenario.mission.id,
        "scenario": scenario.scenario_id,
        "success": verdict.success,
        "as_expected": None,
        "rate_hz": scenario.rate_hz,
        "seed": scenario.seed,
        "result_hash": flight.result_hash,
        "run_dir": None if run_dir is None else str(run_dir),
        "max_altitude_km": round(verdict.max_altitude_m / 1e3, _KM),
        "events": [
            {
                "name": row.name,
                "t_s": round(row.heard.t_s, _TIME),
                "planned_s": row.planned_s,
                "trigger": row.heard.trigger,
            }
            for row in ground.timeline
            if row.heard
        ],
        "not_seen": [{"name": row.name, "planned_s": row.planned_s} for row in ground.not_seen],
        "orbit": _orbit(flight),
        "telemetry": _telemetry(ground),
        "radar": None if ground.radar is None else radar_told(ground.radar),
        "fall": _fall(ground),
        "faults": [
            {
                "kind": act.kind,
                "component": act.component,
                "at_s": None if act.at_s is None else round(act.at_s, _TIME),
                "acted": act.acted,
            }
            for act in flight.ledger
        ],
        "first_sign": _first_sign(ground),
        "traces": _traces(flight, board),
        "board": None if board is None else dict(board),
        "reasons": list(verdict.reasons),
        "judged_from_truth": list(JUDGED_FROM_TRUTH),
    }
    if scenario.expect is not None:
        result["as_expected"] = not unmet(scenario.expect, result)
    return result


def unmet(expect: Expect, result: dict[str, Any]) -> list[str]:
    """Return in words each expectation that a summary does not meet; empty when it meets all."""
    missed = []
    if expect.success is not None and result["success"] != expect.success:
        missed.append(
            "the mission was to be lost and was reached"
            if result["success"]
            else "the mission was to be reached and was lost"
        )
    if expect.last_frame_t_s is not None:
        first_s, latest_s = expect.last_frame_t_s
        last_s = result["telemetry"]["last_frame_t_s"]
        if last_s is None or not first_s <= last_s <= latest_s:
            when = "no frame was heard" if last_s is None else f"it was at {clock(last_s)}"
            missed.append(
                f"the last frame was to be between {clock(first_s)} and {clock(latest_s)}: {when}"
            )
    if expect.radar is not None:
        verdict = result["radar"]["verdict"] if result["radar"] else "no radar"
        if verdict != expect.radar:
            missed.append(f'the radar verdict was to be "{expect.radar}": it is "{verdict}"')
    heard = {event["name"] for event in result["events"]}
    missed += [
        f"{name} was to be seen and was not heard"
        for name in expect.seen or ()
        if name not in heard
    ]
    missed += [
        f"{name} was not to be seen and was heard"
        for name in expect.not_seen or ()
        if name in heard
    ]
    return missed


def exit_code(flight: Flight, result: dict[str, Any]) -> int:
    """Return 0 when the flight went as expected, else 1.

    Also 1 when a fault changed nothing, and when a board's part was degraded: never passed.
    """
    if any(act.idle for act in flight.ledger) or (result["board"] and result["board"]["degraded"]):
        return 1
    good = result["success"] if result["as_expected"] is None else result["as_expected"]
    return 0 if good else 1


def clock(t_s: float, *, decimals: int = 2) -> str:
    """Return a time as it is spoken: ``T+382.30``, ``T-5.00``."""
    sign = "-" if round(t_s, decimals) < 0.0 else "+"
    return f"T{sign}{abs(t_s):.{decimals}f}"


def no_trace(summary: Mapping[str, Any]) -> str:
    """Return in words why the faults of a flight left no trace in its downlink."""
    return _NO_TRACE if any(act["acted"] for act in summary["faults"]) else _NO_ACT


def traced(trace: Mapping[str, Any]) -> str:
    """Return a trace of the summary in one line, with its time."""
    if trace["due_s"] is not None:
        time = f"due {clock(trace['due_s'])}"
    elif trace["t_s"] is not None:
        time = clock(trace["t_s"])
    else:
        time = f"received {clock(trace['ert_s'])}"
    return f"{time} {trace['packet']}: {trace['text']}"


def _first_sign(ground: GroundPicture) -> dict[str, Any] | None:
    first = next(iter(signs(ground)), None)
    if first is None:
        return None
    return {"t_s": round(first.t_s, _TIME), "kind": first.kind, "text": first.text}


def _traces(flight: Flight, board: Mapping[str, Any] | None) -> list[dict[str, Any]] | None:
    """Return the traces of the faults; None where a board may have left others by its own clock."""
    if board is not None and (board["degraded"] or board["mode"] != "lockstep"):
        return None
    found = traces(flight)
    if found is None:
        return None
    return [
        {
            "packet": each.packet,
            "channel": each.channel,
            "t_s": None if each.t_s is None else round(each.t_s, _TIME),
            "due_s": None if each.due_s is None else round(each.due_s, _TIME),
            "ert_s": round(each.ert_s, _TIME),
            "text": each.text,
        }
        for each in found
    ]


def _orbit(flight: Flight) -> dict[str, float] | None:
    orbit = flight.verdict.orbit
    if orbit is None:
        return None
    return {
        "perigee_km": round(orbit.perigee_m / 1e3, _KM),
        "apogee_km": round(orbit.apogee_m / 1e3, _KM),
        "inclination_deg": round(degrees(orbit.inclination_rad), _ANGLE),
    }


def _telemetry(ground: GroundPicture) -> dict[str, Any]:
    last = ground.last
    state = last.state if last else None
    return {
        "frames": ground.frames_good,
        "last_frame_t_s": round(last.t_s, _TIME) if last else None,
        "altitude_km": round(state.altitude_m / 1e3, _KM) if state else None,
        "latitude_deg": round(degrees(state.latitude_rad), _ANGLE) if state else None,
        "longitude_deg": round(degrees(state.longitude_rad), _ANGLE) if state else None,
        "speed_inertial_mps": round(state.speed_mps, _KM) if state else None,
        "damaged": ground.frames_damaged,
        "missing": ground.frames_missing,
        "packets": ground.packets.count,
        "lost": ground.lost is not None,
        "has_set": ground.lost is not None and ground.lost.has_set,
        "out_of_limits": [
            {
                "packet": each.packet,
                "name": each.name,
                "spacecraft_id": each.spacecraft_id,
                "value": each.value,
                "condition": each.condition,
                "received_s": each.at_s,
            }
            for each in worst(ground.packets)
        ],
    }


def radar_told(radar: RadarReport) -> dict[str, Any]:
    """Return what came of a search by radar, in km and degrees."""
    return {
        "verdict": radar.verdict,
        "window_s": None if radar.window_s is None else [round(t, _TIME) for t in radar.window_s],
        "stations": list(dict.fromkeys(seen.station for seen in radar.passes)),
        "passes": [
            {
                "station": seen.station,
                "first_s": round(seen.first_s, _TIME),
                "last_s": round(seen.last_s, _TIME),
                "best_elevation_deg": round(degrees(seen.best_elevation_rad), 2),
                "least_range_km": round(seen.least_range_m / 1e3, _KM),
                "status": seen.status,
                "looks": seen.looks,
                "in_gate": seen.in_gate,
            }
            for seen in radar.passes
        ],
        "others": [
            {
                "station": other.station,
                "first_s": round(other.first_s, _TIME),
                "last_s": round(other.last_s, _TIME),
                "first_miss_km": round(other.first_miss_m / 1e3, _KM),
                "last_miss_km": round(other.last_miss_m / 1e3, _KM),
                "falling": other.falling,
            }
            for other in radar.others
        ],
        "detected_by": radar.detected_by,
        "detected_s": None if radar.detected_s is None else round(radar.detected_s, _TIME),
        "other_objects": radar.other_objects,
    }


def _fall(ground: GroundPicture) -> dict[str, Any] | None:
    fall = ground.fall
    if fall is None:
        return None
    return {
        "latitude_deg": round(degrees(fall.latitude_rad), _ANGLE),
        "longitude_deg": round(degrees(fall.longitude_rad), _ANGLE),
        "t_s": round(fall.t_s, _KM),
        "beta_kgpm2": fall.beta_kgpm2,
        "distance_km": None if fall.distance_m is None else round(fall.distance_m / 1e3, _KM),
    }
