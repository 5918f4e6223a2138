"""Two flights side by side: the events that differ, and where their downlinks part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flightsw.ground.parting import partings

if TYPE_CHECKING:
    from flightsw.ground import Heard
    from flightsw.report.flown import Flown

SAME_S: Final = 5e-7  # packets tell whole microseconds
COMPARED: Final = ("vehicle", "sequence", "mission", "station")


def against(flown: Flown, other: Flown) -> dict[str, Any]:
    """Return how two flights differ, each by what the ground heard of it."""
    events, alike = _events(flown, other)
    return {
        "names": [flown.name, other.name],
        "same_mission": _mission(flown) == _mission(other),
        "made_of": _made_of(flown, other),
        "events": events,
        "events_alike": alike,
        "channels": _channels(flown, other),
    }


def _mission(flown: Flown) -> Any:
    return flown.record.manifest.get("mission") if flown.record.manifest else None


def _events(flown: Flown, other: Flown) -> tuple[list[dict[str, Any]], int]:
    """Return the events that only one flight had, or at another time; and how many are alike."""
    ours, theirs = (
        {event.name: event for event in (each.ground.events if each.ground else ())}
        for each in (flown, other)
    )
    rows: list[dict[str, Any]] = []
    alike = 0
    for name in {**ours, **theirs}:
        pair: tuple[Heard | None, Heard | None] = ours.get(name), theirs.get(name)
        a, b = pair
        one = a or b
        assert one is not None
        if a and b and abs(a.t_s - b.t_s) < SAME_S and a.trigger == b.trigger:
            alike += 1
            continue
        rows.append(
            {
                "event": name,
                "title": one.title,
                "t_s": [heard.t_s if heard else None for heard in pair],
                "trigger": [heard.trigger if heard else None for heard in pair],
                "difference_s": b.t_s - a.t_s if a and b else None,
            }
        )
    rows.sort(key=lambda row: min(t for t in row["t_s"] if t is not None))
    return rows, alike


def _channels(flown: Flown, other: Flown) -> list[dict[str, Any]]:
    """Return of each virtual channel the first packet that is not the same in both downlinks."""
    if flown.ground is None or other.ground is None:
        return []
    ours, theirs = flown.ground.packets, other.ground.packets
    if ours.dictionary.hash != theirs.dictionary.hash:
        return []
    first: dict[int, dict[str, Any]] = {}
    for each in partings(ours, theirs, name=other.name):
        first.setdefault(
            each.channel,
            {
                "packet": each.packet,
                "ert_s": each.ert_s,
                "met_s": each.t_s if each.due_s is None else each.due_s,
                "only_in": each.only_in,
                "text": each.text,
            },
        )
    rows = []
    for channel in ours.dictionary.channels:
        kinds = [p for p in ours.dictionary.packets if p.channel == channel.id]
        count = [sum(len(each.rows[kind.name]) for kind in kinds) for each in (ours, theirs)]
        part = first.get(channel.id)
        rows.append({"channel": channel.id, "name": channel.name, "packets": count, "part": part})
    return rows


def _made_of(flown: Flown, other: Flown) -> list[dict[str, Any]]:
    """Return what the two were made of and is not the same in both, faults apart.

    A difference in their downlinks may come of it.
    """
    known = [each.record.manifest for each in (flown, other) if each.record.manifest is not None]
    if len(known) < 2:  # noqa: PLR2004  one of each
        return []
    ours, theirs = (
        {
            (file["kind"], file["id"]): str(file["sha256"])
            for file in manifest["files"]
            if file["kind"] in COMPARED
        }
        for manifest in known
    )
    rows = [
        {"what": f"{kind} {name}", "is": [each.get((kind, name)) for each in (ours, theirs)]}
        for kind, name in {**ours, **theirs}
    ]
    rows += [
        {"what": key, "is": [str(manifest[key]) for manifest in known]}
        for key in ("seed", "rate_hz")
    ]
    rows.append({"what": "telemetry dictionary", "is": [_dictionary(flown), _dictionary(other)]})
    return [row for row in rows if row["is"][0] != row["is"][1]]


def _dictionary(flown: Flown) -> str | None:
    if flown.ground is None:
        return None
    dictionary = flown.ground.packets.dictionary
    return f"{dictionary.version} {dictionary.hash:08x}"
