"""Triggers: each has one form, looks at what exists, and fits into the flight computer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flightsw.errors import Problem
from flightsw.scenario.catalogue import did_you_mean
from flightsw.scenario.document import Cursor
from flightsw.scenario.vehicle_names import VehicleNames

NODES_MAX: Final = 256
TRIGGER_NODES_MAX: Final = 32

_PERSISTENCE: Final = {"persistence_ticks", "persistence_s"}
_WORDS: Final = {"source", "assumed"}
# What tells the form of a trigger -> what may stand beside it.
_FORMS: Final[dict[str, set[str]]] = {
    "event": {"after_s"},
    "countdown_s": set(),
    "quantity": {"at_least", "at_most", "less_tailoff"} | _PERSISTENCE,
    "contacts": {"votes"} | _PERSISTENCE,
    "all": set(),
    "any": set(),
}


def check_trigger(
    trigger: Cursor, events: list[str], vehicle: VehicleNames | None, *, start_s: float | None
) -> Iterator[Problem]:
    """Yield what is wrong with a trigger and everything in it."""
    if not isinstance(trigger.value, dict):
        return
    if node_count(trigger) > TRIGGER_NODES_MAX:
        message = f"a trigger has at most {TRIGGER_NODES_MAX} conditions, not {node_count(trigger)}"
        yield trigger.problem(message, key=True)
    yield from _trigger(trigger, events, vehicle, start_s)


def _trigger(
    trigger: Cursor, events: list[str], vehicle: VehicleNames | None, start_s: float | None
) -> Iterator[Problem]:
    forms = [form for form in _FORMS if trigger.get(form)]
    if len(forms) != 1:
        have = " and ".join(f"`{form}`" for form in forms) or "none of them"
        every = ", ".join(f"`{form}`" for form in _FORMS)
        yield trigger.problem(f"a trigger has one of {every}; here is {have}")
        return
    form = forms[0]
    for other in trigger.fields():
        key = str(other.path[-1])
        known = any(key in allowed for allowed in _FORMS.values())
        if known and key not in _FORMS[form] and key != form:
            yield other.problem(f"`{key}` has no meaning beside `{form}`", key=True)
    yield from _persistence(trigger)
    if form == "event":
        event = trigger.get("event")
        if event.text is not None and event.text not in events:
            yield event.problem(f"no event `{event.text}`{did_you_mean(event.text, events)}")
    elif form == "countdown_s":
        at = trigger.get("countdown_s")
        if at.number is not None and start_s is not None and at.number < start_s:
            yield at.problem(f"the countdown starts at {start_s:g} s: {at.number:g} s never comes")
    elif form == "quantity":
        yield from _quantity(trigger, vehicle)
    elif form == "contacts":
        yield from _contacts(trigger, vehicle)
    else:
        for child in trigger.get(form).tables():
            yield from _trigger(child, events, vehicle, start_s)


def _persistence(table: Cursor) -> Iterator[Problem]:
    if table.get("persistence_ticks") and table.get("persistence_s"):
        yield table.get("persistence_s").problem(
            "give `persistence_ticks` or `persistence_s`, not both", key=True
        )


def _quantity(trigger: Cursor, vehicle: VehicleNames | None) -> Iterator[Problem]:
    quantity = trigger.get("quantity")
    if bool(trigger.get("at_least")) == bool(trigger.get("at_most")):
        which = "both `at_least` and `at_most`" if trigger.get("at_least") else "no limit"
        yield trigger.problem(f"the condition has {which}: give `at_least` or `at_most`")
    if trigger.get("less_tailoff").value is True and quantity.text != "apparent_velocity_mps":
        yield trigger.get("less_tailoff").problem(
            "`less_tailoff` goes with `apparent_velocity_mps` only", key=True
        )
    if (
        vehicle is not None
        and quantity.text is not None
        and quantity.text not in vehicle.quantities
    ):
        known = vehicle.quantities
        yield quantity.problem(
            f"vehicle `{vehicle.id}` measures no `{quantity.text}`"
            f"{did_you_mean(quantity.text, known)}"
        )


def _contacts(trigger: Cursor, vehicle: VehicleNames | None) -> Iterator[Problem]:
    contacts = trigger.get("contacts")
    names = [name for name, _ in contacts.texts()]
    votes = trigger.get("votes")
    if not votes and len(names) > 1:
        yield trigger.problem(f"how many of the {len(names)} contacts: give `votes`")
    elif votes.number is not None and votes.number > len(names):
        yield votes.problem(f"{votes.number:g} votes of {len(names)} contacts never come")
    yield from _discretes(contacts, vehicle, dry=False)


def check_depletion(depletion: Cursor, vehicle: VehicleNames | None) -> Iterator[Problem]:
    """Yield what is wrong with a depletion trigger."""
    yield from _persistence(depletion)
    yield from _discretes(depletion.get("sensors"), vehicle, dry=True)


def _discretes(array: Cursor, vehicle: VehicleNames | None, *, dry: bool) -> Iterator[Problem]:
    seen: set[str] = set()
    for name, place in array.texts():
        if name in seen:
            yield place.problem(f"`{name}` stands here twice")
        seen.add(name)
        if vehicle is None:
            continue
        known = [d.name for d in vehicle.discretes if not dry or d.kind.endswith("-dry")]
        if name not in known:
            what = "dry sensor" if dry else "contact"
            yield place.problem(
                f"vehicle `{vehicle.id}` has no {what} `{name}`{did_you_mean(name, known)}"
            )


def node_count(trigger: Cursor) -> int:
    """Return how many conditions a trigger is made of."""
    if not isinstance(trigger.value, dict):
        return 0
    children = [child for key in ("all", "any") for child in trigger.get(key).tables()]
    return 1 + sum(node_count(child) for child in children)


def needs(trigger: Cursor) -> set[str]:
    """Return the events without which a trigger cannot become true."""
    event = trigger.get("event").text
    if event is not None:
        return {event}
    if trigger.get("all"):
        return {name for child in trigger.get("all").tables() for name in needs(child)}
    choices = [needs(child) for child in trigger.get("any").tables()]
    return set.intersection(*choices) if choices else set()
