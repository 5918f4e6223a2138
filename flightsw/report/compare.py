"""Two flights side by side: the events that differ, and where their downlinks part."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any, Final

from flightsw.ground.parting import partings
from flightsw.report.story import Moment

if TYPE_CHECKING:
    from flightsw.ground import Heard
    from flightsw.report.flown import Flown

SAME_S: Final = 5e-7  # packets tell whole microseconds
_ON_THE_WAY_S: Final = 1.0  # before the end of a cut record: what then waits in queues is not in it
COMPARED: Final = ("vehicle", "sequence", "mission", "station")


def against(flown: Flown, other: Flown) -> dict[str, Any]:
    """Return how two flights differ, each by what the ground heard of it.

    They are compared as far as both records go: what a cut one does not hold differs in nothing.
    `notes` says in sentences what is not compared, and why.
    """
    made_of = _made_of(flown, other)
    notes = _not_comparable(flown, other)
    events: list[dict[str, Any]] = []
    channels: list[dict[str, Any]] = []
    alike, until_s = 0, None
    if not notes:
        until_s = _until_s(flown, other)
        events, alike = _events(flown, other, inf if until_s is None else until_s)
        channels = _channels(flown, other, inf if until_s is None else until_s)
    if until_s is not None:
        notes.append(f"Compared up to what was received at {until_s:.2f} s, where a record ends.")
    return {
        "names": [flown.name, other.name],
        "same_mission": _mission(flown) == _mission(other),
        "made_of": made_of,
        "notes": notes,
        "until_s": until_s,
        "events": events,
        "events_alike": alike,
        "channels": channels,
    }


def _not_comparable(flown: Flown, other: Flown) -> list[str]:
    """Return why what was heard of two flights is not compared; empty when it is."""
    if _mission(flown) != _mission(other):
        return ["The two are flights of different missions; what was heard is not compared."]
    for each in (flown, other):
        if each.ground is None:
            return [f"Nothing of {each.name}'s downlink can be read; it is not compared."]
    if _dictionary(flown) != _dictionary(other):
        return ["The two downlinks have different telemetry dictionaries, and are not compared."]
    return []


def _until_s(flown: Flown, other: Flown) -> float | None:
    """Return when the earlier end of a record that is cut was received; None: both are whole."""
    ends = [
        float(each.ground.packets.heard_s()[-1]) if each.ground.packets.count else 0.0
        for each in (flown, other)
        if each.ground is not None and each.ground.cut
    ]
    return min(ends, default=None)


def moments(against: dict[str, Any] | None) -> list[Moment]:
    """Return where two flights of one mission part first."""
    parts = [one["part"] for one in against["channels"] if one["part"]] if against else []
    times = [(each["met_s"], each["packet"]) for each in parts if each["met_s"] is not None]
    if not times or against is None or not against["same_mission"]:
        return []
    t_s, packet = min(times)
    return [Moment(t_s, f"the downlinks part: {packet}", "ground")]


def _mission(flown: Flown) -> Any:
    return flown.record.manifest.get("mission") if flown.record.manifest else None


def _events(flown: Flown, other: Flown, until_s: float) -> tuple[list[dict[str, Any]], int]:
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
        if one.t_s > until_s - _ON_THE_WAY_S and not (a and b):
            continue  # it may stand in what is missing
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


def _channels(flown: Flown, other: Flown, until_s: float) -> list[dict[str, Any]]:
    """Return of each virtual channel the first packet that is not the same in both downlinks."""
    assert flown.ground is not None
    assert other.ground is not None
    ours, theirs = flown.ground.packets, other.ground.packets
    first: dict[int, dict[str, Any]] = {}
    for each in partings(ours, theirs, name=other.name):
        if each.ert_s > until_s - _ON_THE_WAY_S:
            continue
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
