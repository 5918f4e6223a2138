"""What goes wrong in a flight: files and command-line words, made into acts of a known vehicle."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flightsw.errors import Problem
from flightsw.scenario.catalogue import as_id, did_you_mean
from flightsw.scenario.document import Cursor, Document, SourceFile
from flightsw.scenario.faultkinds import CLASS_NAMES, FAULT_KINDS, FaultKind, Parameter
from flightsw.scenario.locate import Path
from flightsw.scenario.vehicle_names import VehicleNames
from flightsw.scenario.wording import shown, unknown_key

_EVENT_TRIGGER: Final = re.compile(r"([A-Z][A-Z0-9_]*)(?:\+([0-9.eE+-]+))?")
_ACT_KEYS: Final = (
    "kind",
    "component",
    "id",
    "at_s",
    "event",
    "after_s",
    "after",
    "delay_s",
    "effect",
    "source",
    "assumed",
)


@dataclass(frozen=True, slots=True)
class When:
    """A time: `offset_s` after T-0 (less than 0: by the countdown clock), or after an event."""

    event: str | None
    offset_s: float

    def later(self, delay_s: float) -> When:
        """Return the time `delay_s` after this one."""
        return When(self.event, self.offset_s + delay_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One kind of fault on one component or all of a group, at one time.

    `component` is the name in the file, `components` what it stands for on this vehicle. `event`
    is None for a time after T-0.
    """

    kind: str
    component: str
    components: tuple[str, ...]
    parameters: Mapping[str, float]
    event: str | None
    offset_s: float
    effect_none: bool
    fault: str

    @property
    def values(self) -> tuple[float, ...]:
        """The parameters in the order of the kind's table."""
        return tuple(self.parameters[p.name] for p in FAULT_KINDS[self.kind].parameters)


class CommandLineError(ValueError):
    """A fault, time or parameter of the command line that cannot be read."""


class InlineFault(Document):
    """One act written on the command line or in a scenario: a fault file without a file."""

    def __init__(self, text: str, data: dict[str, Any], place: Cursor | None) -> None:
        super().__init__(f"--fault {text}", text, data, kind="fault")
        self._place = place

    @property
    def id(self) -> str:
        """The words themselves."""
        return self.text

    @property
    def source(self) -> SourceFile:
        """The words, as the record of a run keeps them."""
        digest = hashlib.sha256(self.text.encode()).hexdigest()
        return SourceFile("fault", self.text, "", self.text, digest)

    def problem(self, path: Path, message: str, *, key: bool = False) -> Problem:
        """Return a problem at the flag, or where the scenario has the words."""
        del path, key
        if self._place is not None:
            return self._place.problem(message)
        return Problem(path=self.path, message=message)


def parse_when(text: str) -> When:
    """Read `382`, `-2.5`, `STRAPON_SEPARATION` or `STRAPON_SEPARATION+10`."""
    event = _EVENT_TRIGGER.fullmatch(text)
    if event:
        after_s = _number(event.group(2) or "0", "a time after an event", 0.0, 86_400.0)
        return When(event.group(1), after_s)
    return When(None, _number(text, "a time after T-0 in seconds", -3600.0, 86_400.0))


def _number(text: str, what: str, low: float, high: float) -> float:
    try:
        number = float(text)
    except ValueError:
        msg = f"`{text}` is not {what}"
        raise CommandLineError(msg) from None
    if not low <= number <= high:
        msg = f"{what} must be from {low:g} to {high:g}, not {text}"
        raise CommandLineError(msg)
    return number


def parse_inline(text: str, place: Cursor | None) -> InlineFault:
    """Read `KIND:COMPONENT@TRIGGER,key=value`; the trigger may be missing."""
    head, *pairs = text.split(",")
    what, at, when_text = head.partition("@")
    kind, _, component = what.partition(":")
    data: dict[str, Any] = {"kind": as_id(kind.strip()), "component": as_id(component.strip())}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            msg = f"`{pair}` is not key=value"
            raise CommandLineError(msg)
        data[key.strip()] = _plain_value(key.strip(), value.strip())
    reference: dict[str, Any] = {}
    if at:
        when = parse_when(when_text)
        reference = {"at_s": when.offset_s}
        if when.event is not None:
            reference = {"event": when.event, "after_s": when.offset_s}
    return InlineFault(text, {"act": [data], **reference}, place)


def _plain_value(key: str, value: str) -> object:
    if key == "effect":
        return value
    try:
        return int(value)
    except ValueError:
        pass
    try:
        return float(value)
    except ValueError:
        msg = f"`{value}` is not a number"
        raise CommandLineError(msg) from None


def check_fault(
    fault: Document, vehicle: VehicleNames | None, events: list[str] | None, *, when: When | None
) -> Iterator[Problem]:
    """Yield what is wrong inside a fault, and between it and the vehicle and events if known.

    `when` is the time that the caller gives in place of the file's own.
    """
    root = fault.root
    vehicles = root.get("vehicles")
    if vehicle is not None and vehicles and vehicle.id not in dict(vehicles.texts()):
        named = ", ".join(f"`{name}`" for name, _ in vehicles.texts())
        yield vehicles.problem(f"fault `{fault.id}` is for {named}; what flies is `{vehicle.id}`")
        return
    yield from _times(root, events, has_after=False)
    acts = list(root.get("act").tables())
    yield from _ids(acts)
    for act in acts:
        yield from _times(act, events, has_after=True)
        yield from _kind(act, vehicle)
        if when is None and not _reference(root) and not _own_time(act):
            where = root if isinstance(fault, InlineFault) else act
            yield where.problem(
                "when? add `@T` or `@EVENT+T`"
                if isinstance(fault, InlineFault)
                else "no time: give the file `at_s` or `event`, or this act",
                key=True,
            )
    if (
        when is not None
        and when.event is not None
        and events is not None
        and when.event not in events
    ):
        yield root.problem(f"no event `{when.event}`{did_you_mean(when.event, events)}", key=True)


def _reference(root: Cursor) -> When | None:
    return _when(root)


def _when(table: Cursor) -> When | None:
    if table.get("event").text is not None:
        return When(table.get("event").text, table.get("after_s").number or 0.0)
    at = table.get("at_s").number
    return When(None, at) if at is not None else None


def _own_time(act: Cursor) -> bool:
    return any(act.get(key) for key in ("at_s", "event", "after"))


def _times(table: Cursor, events: list[str] | None, *, has_after: bool) -> Iterator[Problem]:
    keys = ("at_s", "event", "after") if has_after else ("at_s", "event")
    ways = [key for key in keys if table.get(key)]
    for extra in ways[1:]:
        yield table.get(extra).problem(
            f"`{extra}` does not go with `{ways[0]}`: give one of them", key=True
        )
    event = table.get("event")
    if table.get("after_s") and not event:
        yield table.get("after_s").problem("`after_s` goes with `event`", key=True)
    if event.text is not None and events is not None and event.text not in events:
        yield event.problem(f"no event `{event.text}`{did_you_mean(event.text, events)}")


def _ids(acts: list[Cursor]) -> Iterator[Problem]:
    after: dict[str, str | None] = {}
    for act in acts:
        name = act.get("id")
        if name.text is None:
            continue
        if name.text in after:
            yield name.problem(f"an act is called `{name.text}` already")
        after[name.text] = act.get("after").text
    for act in acts:
        wanted = act.get("after")
        if wanted.text is None:
            continue
        if wanted.text not in after:
            yield wanted.problem(
                f"no act has the id `{wanted.text}`{did_you_mean(wanted.text, after)}"
            )
        elif _comes_back(wanted.text, after):
            yield wanted.problem(f"an act that waits for `{wanted.text}` waits for itself")


def _comes_back(start: str, after: dict[str, str | None]) -> bool:
    at: str | None = start
    for _ in range(len(after) + 1):
        at = after.get(at) if at is not None else None
        if at is None:
            return False
    return True


def _kind(act: Cursor, vehicle: VehicleNames | None) -> Iterator[Problem]:
    said = act.get("kind")
    if said.text is None:
        return
    kind = FAULT_KINDS.get(said.text)
    if kind is None:
        yield said.problem(f"no kind of fault `{said.text}`{did_you_mean(said.text, FAULT_KINDS)}")
        return
    known = [*_ACT_KEYS, *(parameter.name for parameter in kind.parameters)]
    meant = set()
    for field in act.fields():
        key = str(field.path[-1])
        if key not in known:
            message, right = unknown_key(key, field.value, known)
            meant.add(right)
            yield field.problem(message, key=True)
    for parameter in kind.parameters:
        if parameter.name not in meant:
            yield from _parameter(act, kind, parameter)
    if vehicle is not None:
        yield from _component(act.get("component"), kind, vehicle)


def _parameter(act: Cursor, kind: FaultKind, parameter: Parameter) -> Iterator[Problem]:
    given = act.get(parameter.name)
    if not given:
        if parameter.default is None:
            yield act.problem(
                f"`{kind.name}` needs `{parameter.name}`: {parameter.about}", key=True
            )
        return
    name = f"`{parameter.name}`"
    number = given.number
    if number is None:
        yield given.problem(f"{name} must be a number, not {shown(given.value)}")
    elif not parameter.low <= number <= parameter.high:
        yield given.problem(
            f"{name} must be from {parameter.low:g} to {parameter.high:g}, not {shown(given.value)}"
        )
    elif parameter.whole and number != int(number):
        yield given.problem(f"{name} must be a whole number, not {shown(given.value)}")


def _component(component: Cursor, kind: FaultKind, vehicle: VehicleNames) -> Iterator[Problem]:
    name = component.text
    if name is None or vehicle.select(name, kind.acts_on):
        return
    what = CLASS_NAMES[kind.acts_on]
    if name in vehicle.components:
        members = vehicle.of_class(kind.acts_on)
        yield component.problem(
            f"`{name}` is not {what}, as `{kind.name}` needs{did_you_mean(name, members)}"
        )
    else:
        known = (*vehicle.of_class(kind.acts_on), *vehicle.groups)
        yield component.problem(
            f"vehicle `{vehicle.id}` has no component `{name}`{did_you_mean(name, known)}"
        )


def resolve(fault: Document, vehicle: VehicleNames, when: When | None) -> list[Act]:
    """Return the acts of a fault without errors; `when` replaces its own reference time."""
    reference = when or _reference(fault.root)
    tables = list(fault.root.get("act").tables())
    named = {name: act for act in tables if (name := act.get("id").text) is not None}

    def time_of(act: Cursor) -> When:
        after = act.get("after").text
        start = time_of(named[after]) if after is not None else _when(act) or reference
        if start is None:
            msg = f"fault {fault.id!r} has no time"
            raise ValueError(msg)
        return start.later(act.get("delay_s").number or 0.0)

    acts = []
    for act in tables:
        kind = FAULT_KINDS[str(act.get("kind").text)]
        component = str(act.get("component").text)
        values = {p.name: act.get(p.name).number for p in kind.parameters}
        at = time_of(act)
        acts.append(
            Act(
                kind=kind.name,
                component=component,
                components=vehicle.select(component, kind.acts_on),
                parameters={
                    p.name: float(
                        given if (given := values[p.name]) is not None else p.default or 0.0
                    )
                    for p in kind.parameters
                },
                event=at.event,
                offset_s=at.offset_s,
                effect_none=act.get("effect").text == "none",
                fault=fault.id,
            )
        )
    return acts
