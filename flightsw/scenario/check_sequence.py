"""A sequence file against its vehicle: every name known, every entry able to fire."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flightsw.errors import Problem
from flightsw.scenario.catalogue import did_you_mean
from flightsw.scenario.check_triggers import (
    NODES_MAX,
    check_depletion,
    check_trigger,
    needs,
    node_count,
)
from flightsw.scenario.check_vehicle import ascending, same_length
from flightsw.scenario.document import Cursor, Document
from flightsw.scenario.vehicle_names import VehicleNames

ACTIONS_MAX: Final = 64
VERBS: Final = ("ignite", "throttle", "shutdown", "separate", "deploy")
_TRIGGERS: Final = ("primary", "backup", "depletion")


def event_names(sequence: Document) -> list[str]:
    """Return the events of a sequence file, in order."""
    entries = sequence.root.get("entry").tables()
    return [event for entry in entries if (event := entry.get("event").text) is not None]


def check_sequence(sequence: Document, vehicle: VehicleNames | None) -> Iterator[Problem]:
    """Yield what is wrong inside a sequence file, and between it and its vehicle if known."""
    events = event_names(sequence)
    entries = list(sequence.root.get("entry").tables())
    yield from _events(entries)
    yield from _t_zero(sequence, entries)
    start = sequence.root.get("start_s").number
    for entry in entries:
        yield from _entry(entry, events)
        for which in ("primary", "backup"):
            yield from check_trigger(entry.get(which), events, vehicle, start_s=start)
        yield from check_depletion(entry.get("depletion"), vehicle)
        if vehicle is not None:
            yield from _actions(entry, vehicle)
            yield from _tail_off(entry, vehicle)
    yield from _loops(entries, events)
    yield from _size(sequence, entries, vehicle)
    guidance = sequence.root.get("guidance")
    yield from ascending(guidance.get("pitch_t_s"), "times")
    yield from same_length(guidance.get("pitch_t_s"), guidance.get("pitch_deg"))
    if vehicle is not None:
        yield from _vehicle(sequence, vehicle)
        yield from _guidance(guidance, vehicle)


def _events(entries: list[Cursor]) -> Iterator[Problem]:
    seen: set[str] = set()
    for entry in entries:
        event = entry.get("event")
        if event.text in seen:
            yield event.problem(f"the event `{event.text}` has an entry already: each has one")
        if event.text is not None:
            seen.add(event.text)


def _t_zero(sequence: Document, entries: list[Cursor]) -> Iterator[Problem]:
    marked = [entry.get("t_zero") for entry in entries if entry.get("t_zero").value is True]
    if not marked and entries:
        yield sequence.problem((), "no entry is T-0: mark lift-off with `t_zero = true`", key=True)
    for extra in marked[1:]:
        yield extra.problem("T-0 is one entry, and another is marked already", key=True)


def _entry(entry: Cursor, events: list[str]) -> Iterator[Problem]:
    name = entry.get("event").text or "this entry"
    if not any(entry.get(which) for which in _TRIGGERS):
        yield entry.problem(f"`{name}` has no trigger: give `primary`", key=True)
    for key in ("requires", "inhibited_by"):
        for event, place in entry.get(key).texts():
            if event not in events:
                yield place.problem(f"no event `{event}`{did_you_mean(event, events)}")
            elif event == name:
                word = "requires" if key == "requires" else "inhibits"
                yield place.problem(f"`{name}` {word} itself")
    required = {event for event, _ in entry.get("requires").texts()}
    for event, place in entry.get("inhibited_by").texts():
        if event in required:
            yield place.problem(f"`{event}` is required and inhibits: `{name}` would never come")
    early, late = entry.get("not_before_s"), entry.get("not_after_s")
    if early.number is not None and late.number is not None and early.number > late.number:
        yield early.problem(
            f"`{name}` is not before {early.number:g} s and not after {late.number:g} s:"
            " it would never come"
        )
    if entry.get("role").text == "monitor" and entry.get("actions").value:
        yield entry.get("actions").problem(
            'a monitor commands nothing: `role = "avd"` or `"abort"` does'
        )


def _loops(entries: list[Cursor], events: list[str]) -> Iterator[Problem]:
    """Yield a problem for each entry that waits, through others, for itself."""
    needed: dict[str, set[str]] = {}
    for entry in entries:
        event = entry.get("event").text
        if event is None:
            continue
        triggers = [needs(entry.get(which)) for which in _TRIGGERS if entry.get(which)]
        by_triggers = set.intersection(*triggers) if triggers else set()
        required = {name for name, _ in entry.get("requires").texts()}
        needed.setdefault(event, {name for name in required | by_triggers if name in events})
    for entry in entries:
        event = entry.get("event").text
        if event is None or event in {name for name, _ in entry.get("requires").texts()}:
            continue
        chain = _way_back(event, needed)
        if chain:
            words = " -> ".join(f"`{name}`" for name in chain)
            place = entry.get("requires") if chain[1] in _listed(entry) else entry.get("primary")
            yield (place or entry).problem(f"`{event}` waits for itself: {words}")


def _listed(entry: Cursor) -> set[str]:
    return {name for name, _ in entry.get("requires").texts()}


def _way_back(start: str, needed: dict[str, set[str]]) -> list[str]:
    """Return the shortest chain from an event to itself, or nothing."""
    chains = [[start, name] for name in sorted(needed.get(start, ()))]
    seen: set[str] = set()
    while chains:
        longer = []
        for chain in chains:
            if chain[-1] == start:
                return chain
            if chain[-1] not in seen:
                seen.add(chain[-1])
                longer += [[*chain, name] for name in sorted(needed.get(chain[-1], ()))]
        chains = longer
    return []


def _actions(entry: Cursor, vehicle: VehicleNames) -> Iterator[Problem]:
    for action, place in entry.get("actions").texts():
        target, *rest = action.split(".")
        verb = rest[0] if rest else ""
        level = rest[1] if len(rest) > 1 else None
        parts = vehicle.expand(target)
        if parts is None:
            known = (*vehicle.part, *vehicle.groups)
            yield place.problem(f"no part or group `{target}`{did_you_mean(target, known)}")
        if not rest or len(rest) > 2:  # noqa: PLR2004  verb and level
            yield place.problem(f"`{action}` is no action: it is PART.VERB or PART.VERB.LEVEL")
        elif verb not in VERBS:
            yield place.problem(f"no verb `{verb}`{did_you_mean(verb, VERBS)}")
        elif verb == "throttle" and level is None:
            yield place.problem(f"`{action}` lacks its level: `{target}.throttle.LEVEL`")
        elif level is not None and verb not in {"ignite", "throttle"}:
            yield place.problem(f"`{verb}` has no level: write `{target}.{verb}`")
        else:
            for part in parts or ():
                yield from _action(place, part, verb, level, vehicle)


def _action(
    place: Cursor, part: str, verb: str, level: str | None, vehicle: VehicleNames
) -> Iterator[Problem]:
    if verb in {"ignite", "throttle", "shutdown"}:
        if not vehicle.engine(part):
            yield place.problem(f"`{part}` is a stage with no engine: it cannot {_spoken(verb)}")
        elif level is not None and level not in vehicle.levels(part):
            levels = vehicle.levels(part)
            yield place.problem(
                f"the engine of `{part}` has no level `{level}`{did_you_mean(level, levels)}"
            )
    elif verb == "separate" and part == vehicle.root:
        yield place.problem(f"`{part}` carries the flight computer: it cannot separate from itself")
    elif verb == "deploy" and not vehicle.part[part].get("deployed_drag_area_m2"):
        yield place.problem(f"`{part}` has no parachute: give it `deployed_drag_area_m2`")


def _spoken(verb: str) -> str:
    return {"ignite": "ignite", "throttle": "be throttled", "shutdown": "be shut down"}[verb]


def _tail_off(entry: Cursor, vehicle: VehicleNames) -> Iterator[Problem]:
    """Yield a problem for each `less_tailoff` that has no one type of engine to go by."""
    places = [
        place
        for which in ("primary", "backup")
        for place in _flags(entry.get(which))
        if place.value is True
    ]
    if not places:
        return
    shut = {
        repr(vehicle.engine(part).value)
        for action, _ in entry.get("actions").texts()
        if action.endswith(".shutdown")
        for part in vehicle.expand(action.removesuffix(".shutdown")) or ()
        if vehicle.engine(part)
    }
    for place in places:
        if len(shut) != 1:
            yield place.problem(
                "`less_tailoff` needs an entry whose actions shut one type of engine down,"
                f" not {len(shut) or 'none'}",
                key=True,
            )


def _flags(trigger: Cursor) -> Iterator[Cursor]:
    if trigger.get("less_tailoff"):
        yield trigger.get("less_tailoff")
    for key in ("all", "any"):
        for child in trigger.get(key).tables():
            yield from _flags(child)


def _size(
    sequence: Document, entries: list[Cursor], vehicle: VehicleNames | None
) -> Iterator[Problem]:
    nodes = sum(node_count(entry.get(which)) for entry in entries for which in _TRIGGERS)
    if nodes > NODES_MAX:
        yield sequence.problem(
            ("entry",),
            f"the triggers have {nodes} conditions together; at most {NODES_MAX}",
            key=True,
        )
    if vehicle is None:
        return
    commands = {
        (part, verb)
        for entry in entries
        for action, _ in entry.get("actions").texts()
        for target, _, verb in [action.partition(".")]
        for part in vehicle.expand(target) or ()
    }
    if len(commands) > ACTIONS_MAX:
        message = f"the actions are {len(commands)} commands to parts; at most {ACTIONS_MAX}"
        yield sequence.problem(("entry",), message, key=True)


def _vehicle(sequence: Document, vehicle: VehicleNames) -> Iterator[Problem]:
    named = sequence.root.get("vehicle")
    if named.text is not None and named.text != vehicle.id:
        yield named.problem(f"this sequence is for `{named.text}`; what flies is `{vehicle.id}`")


def _guidance(guidance: Cursor, vehicle: VehicleNames) -> Iterator[Problem]:
    if not guidance:
        return
    wanted = ("elevation_deg",) if vehicle.wind else ("pitch_t_s", "pitch_deg")
    unwanted = ("pitch_t_s", "pitch_deg") if vehicle.wind else ("elevation_deg",)
    mode = "wind" if vehicle.wind else "commanded"
    for key in wanted:
        if not guidance.get(key):
            yield guidance.problem(
                f"`guidance.{key}` is missing: `{vehicle.id}` has attitude `{mode}`", key=True
            )
    for key in unwanted:
        if guidance.get(key):
            yield guidance.get(key).problem(
                f"`guidance.{key}` has no meaning: `{vehicle.id}` has attitude `{mode}`", key=True
            )
