"""A run folder as a console needs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flightsw.console.facts import mission_facts, plan_facts
from flightsw.console.feed import Replay
from flightsw.console.session import STATE
from flightsw.errors import FlightswError
from flightsw.report.flown import read_flown

if TYPE_CHECKING:
    from pathlib import Path

    from flightsw.ground import Briefing
    from flightsw.records.reader import RunRecord


class NoReplayError(FlightswError):
    """A run that holds nothing to be played."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A run, ready to be watched; `missing` says in sentences what its record lacks."""

    feed: Replay
    briefing: Briefing
    run: dict[str, Any]
    plan: dict[str, Any]
    missing: tuple[str, ...]


def recorded(name: Path | str, *, speed: float | None) -> Recorded:
    """Return the flight of a run folder.

    Raises
    ------
    RecordError
        If there is no such folder, or it is none of a run.
    NoReplayError
        If it has no downlink that can be played.
    """
    flown = read_flown(name)
    record, ground = flown.record, flown.ground
    if record.downlink is None or ground is None or ground.packets.frames is None:
        old = "it is of release 0.1.0 and holds no frames"
        why = "; ".join(record.missing) if ground is None else old
        msg = f"{record.path} holds no downlink that can be played: {why}"
        raise NoReplayError(msg)
    mission = flown.header.mission if flown.header else ""
    feed = Replay(
        record.downlink,
        speed=speed,
        concluded=conclusion(flown.radar),
        until_s=ground.briefing.listen_until_s,
        frames_us=ground.packets.ert_us.get(STATE),
        note=_ends(record) if ground.cut else None,
    )
    return Recorded(
        feed=feed,
        briefing=ground.briefing,
        run=mission_facts(flown.scenario, mission) | {"run": flown.name},
        plan=plan_facts(flown.scenario, ground.briefing),
        missing=tuple(record.missing),
    )


def _ends(record: RunRecord) -> str:
    """Return what is told where a record ends before its flight did."""
    stopped = (record.manifest or {}).get("stopped")
    if stopped:
        return f"the flight was stopped: {stopped}"
    return "the record ends here: its end is missing"


def conclusion(radar: Any) -> dict[str, Any]:
    """Return what the ground concluded after the flight: nothing that was judged."""
    return {"radar": radar}
