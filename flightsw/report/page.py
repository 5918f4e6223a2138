"""The page: everything that is told of a flight as one object, and that object as one HTML file."""

from __future__ import annotations

import hashlib
import json
import tomllib
from base64 import b64encode
from contextlib import suppress
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import flightsw
from flightsw.ground.frames import IDLE_CHANNEL
from flightsw.records.audit import audit_of
from flightsw.report import compare, computer, made, plots, story, track
from flightsw.report.curves import Arrays
from flightsw.report.flown import Flown, read_flown
from flightsw.summary import clock

if TYPE_CHECKING:
    from pathlib import Path

    from jinja2 import Environment

FORMAT: Final = "flightsw-report/1"
SCRIPTS: Final = ("vendor/uPlot.iife.min.js", "theme.js", "plot.js", "map.js", "report.js")
STYLES: Final = ("vendor/uPlot.min.css", "theme.css", "report.css")
GAPS_SHOWN: Final = 20
DISCRETES_MAX: Final = 40  # changes of contacts told about one moment
_UNSAFE: Final = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


def report(run: Path | str, *, against: Path | str | None = None) -> str:
    """Return the report of a run as one HTML page that needs nothing else.

    Parameters
    ----------
    run : Path or str
        Folder of the run, or its name in ``./runs``.
    against : Path or str, optional
        Another run, to be shown beside it.

    Returns
    -------
    str
        The same from the same folders.

    Raises
    ------
    RecordError
        If there is no such run or nothing of it can be told.
    """
    return page(told_of(run, against=against))


def told_of(run: Path | str, *, against: Path | str | None = None) -> dict[str, Any]:
    """Return everything that a report says of a run, ready for JSON: see `report` and `told`."""
    return told(read_flown(run), None if against is None else read_flown(against))


def told(flown: Flown, other: Flown | None = None) -> dict[str, Any]:
    """Return everything that a report says of a flight, ready for JSON.

    What was heard, what was planned and what is true stand under keys of their own: `t_s` is
    heard, `planned_s` and `due_s` are not, and what comes from truth is named in `truth`.
    """
    arrays = Arrays()
    against = None if other is None else compare.against(flown, other)
    windows, left_out = plots.windows([*story.moments(flown), *compare.moments(against)])
    found: dict[str, Any] = {
        "format": FORMAT,
        "flightsw": flightsw.__version__,
        "flight": _flight(flown),
        "verdict": story.verdict(flown),
        "in_short": story.in_short(flown),
        "timeline": list(story.timeline(flown)),
        "window_s": plots.span(flown, other),
        "plots": plots.plots(flown, other, arrays),
        "marks": plots.marks(flown, other),
        "gaps": plots.gaps(flown, other),
        "close_ups": [_close_up(flown, window, arrays, other) for window in windows],
        "not_close_up": [{"t_s": m.t_s, "text": m.text} for one in left_out for m in one.moments],
        "track": track.track(flown, other),
        "radar": flown.radar,
        "downlink": _downlink(flown),
        "computer": computer.computer(flown),
        "faults": made.faults(flown),
        "traces": (flown.record.summary or {}).get("traces"),
        "made": made.made(flown),
        "against": against,
        "truth": ["verdict", "faults", "traces", "downlink.never_heard", "track.bodies"],
        "encoding": "arrays: base64 of little-endian float32; NaN is a missing sample",
        "arrays": arrays.encoded,
    }
    found["missing"] = [*flown.record.missing, *_of_other(other)]
    return found


def page(report: dict[str, Any]) -> str:
    """Return what was told as a page. It may ask for nothing: its own policy forbids it."""
    style = "\n".join(_static(name) for name in STYLES)
    scripts = [_static(name) for name in SCRIPTS]
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; "
        f"script-src {' '.join(_hash(script) for script in scripts)}; "
        "base-uri 'none'; form-action 'none'"
    )
    return (
        environment()
        .get_template("report.html")
        .render(
            report=report,
            gaps_shown=GAPS_SHOWN,
            numbers=json.dumps(report, separators=(",", ":"), allow_nan=False).translate(_UNSAFE),
            policy=policy,
            style=style,
            scripts=scripts,
            licence=_static("vendor/uPlot.LICENSE"),
        )
    )


@cache
def _static(name: str) -> str:
    folder = resources.files("flightsw.report").joinpath("static")
    return folder.joinpath(*name.split("/")).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def environment() -> Environment:
    """Return the templates, every value escaped, with the filters that they use."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("flightsw.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "clock": _clock,
        "fixed": _fixed,
        "signed": _signed,
        "spaced": lambda value: "–" if value is None else f"{value:,}".replace(",", "\u202f"),
        "place": lambda spot, digits: story.place(
            spot["latitude_deg"], spot["longitude_deg"], digits
        ),
    }
    return made


def _clock(t_s: float | None, digits: int = 2) -> str:
    return "–" if t_s is None else clock(t_s, decimals=digits)


def _signed(value: float | None, digits: int = 2) -> str:
    return "–" if value is None else f"{_zero(value, digits):+.{digits}f}"


def _fixed(value: float | None, digits: int = 2) -> str:
    return "–" if value is None else f"{_zero(value, digits):.{digits}f}"


def _zero(value: float, digits: int) -> float:
    return 0.0 if round(value, digits) == 0.0 else value


def _flight(flown: Flown) -> dict[str, Any]:
    scenario, manifest = flown.scenario, flown.record.manifest or {}
    header = flown.header
    mission = manifest.get("mission") or (header.mission if header else None)
    found = {
        "run": flown.name,
        "mission": mission,
        "scenario": manifest.get("scenario"),
        "title": str(manifest.get("scenario") or mission or flown.name),
        "subtitle": "",
        "vehicle": None,
        "payload": None,
        "launch_utc": header.epoch_utc if header else None,
        "suborbital": flown.ground is not None and flown.ground.briefing.suborbital,
        "rate_hz": manifest.get("rate_hz"),
        "seed": manifest.get("seed"),
    }
    if scenario is not None:
        above = _title(manifest, "scenario")
        payload = scenario.mission.payload
        found |= {
            "title": scenario.mission.name,
            "subtitle": above or "",
            "vehicle": scenario.vehicle.name,
            "payload": payload.name if payload else None,
            "launch_utc": f"{scenario.mission.launch.time_utc:%Y-%m-%d %H:%M:%S} UTC",
        }
    return found


def _title(manifest: Any, kind: str) -> str | None:
    for file in manifest.get("files", ()):
        if file["kind"] == kind:
            with suppress(tomllib.TOMLDecodeError):
                return str(tomllib.loads(file["text"]).get("title", file["id"]))
            return str(file["id"])
    return None


def _close_up(
    flown: Flown, window: plots.Window, arrays: Arrays, other: Flown | None
) -> dict[str, Any]:
    events = [
        {"t_s": row.heard.t_s, "text": row.title, "from": "heard"}
        for row in (flown.ground.timeline if flown.ground else ())
        if row.heard and window.from_s <= row.heard.t_s <= window.to_s
    ]
    events += [
        {"t_s": moment.t_s, "text": moment.text, "from": moment.by}
        for moment in window.moments
        if moment.by != "heard"
    ]
    events += [one | {"from": "heard"} for one in _discretes(flown, window)]
    return {
        "window_s": [window.from_s, window.to_s],
        "about": [
            {"t_s": moment.t_s, "text": moment.text, "truth": moment.by == "truth"}
            for moment in window.moments
        ],
        "events": sorted(events, key=lambda event: float(event["t_s"])),
        "plots": plots.close_up(flown, window, arrays, other),
    }


def _discretes(flown: Flown, window: plots.Window) -> list[dict[str, Any]]:
    """Return the contacts and dry sensors that changed, as DISCRETES packets tell them."""
    if flown.ground is None or flown.header is None:
        return []
    packets, names = flown.ground.packets, flown.header.discretes
    t_s, bits = packets.met_s("DISCRETES"), packets.rows["DISCRETES"]["discretes"]
    found = []
    for row in range(1, len(t_s)):
        if not window.from_s <= t_s[row] <= window.to_s:
            continue
        changed, now = int(bits[row]) ^ int(bits[row - 1]), int(bits[row])
        for index, name in enumerate(names):
            if changed >> index & 1:
                state = "on" if now >> index & 1 else "off"
                found.append({"t_s": float(t_s[row]), "text": f"{name} {state}"})
    if len(found) > DISCRETES_MAX:
        found, more = found[:DISCRETES_MAX], found[DISCRETES_MAX:]
        found.append({"t_s": more[0]["t_s"], "text": f"{len(more)} more changes, not shown"})
    return found


def _downlink(flown: Flown) -> dict[str, Any] | None:
    if flown.ground is None:
        return None
    ground = flown.ground
    audit = audit_of(ground.packets, flown.record.transmitters)
    return audit | {
        "idle_channel": IDLE_CHANNEL,
        "kinds": [
            {"name": name, "packets": len(rows)} for name, rows in ground.packets.rows.items()
        ],
        "silences": [
            {
                "from_s": silence.from_s,
                "to_s": silence.to_s,
                "why": story.why(silence),
            }
            for silence in ground.silences
        ],
    }


def _of_other(other: Flown | None) -> list[str]:
    return [] if other is None else [f"{other.name}: {what}" for what in other.record.missing]
