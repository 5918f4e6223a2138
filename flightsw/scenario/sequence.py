"""What a sequence file holds: what is commanded, when, and what stops it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from flightsw.scenario.models import (
    Azimuth,
    Clock,
    Delay,
    EventName,
    File,
    Items,
    Name,
    PacketRate,
    Table,
    Text,
    Title,
)

Persistence = Annotated[int, Field(ge=1, le=100_000)]
PersistenceTime = Annotated[float, Field(gt=0.0, le=100.0)]
Threshold = Annotated[float, Field(ge=-1.0e9, le=1.0e9)]
SHORT_TITLE = 22


class Persistent(Table):
    """A condition that must hold for a while."""

    persistence_ticks: Persistence | None = None
    persistence_s: PersistenceTime | None = None

    def ticks(self, tick_us: int) -> int:
        """Return the consecutive ticks for which the condition must hold, at least 1."""
        if self.persistence_s is not None:
            return max(1, math.ceil(round(self.persistence_s * 1_000_000.0) / tick_us))
        return self.persistence_ticks or 1


class Trigger(Persistent):
    """One of: after an event, at a countdown time, a quantity, contacts, all or any of several."""

    model_config = ConfigDict(populate_by_name=False)

    event: EventName | None = None
    after_s: Delay | None = None
    countdown_s: Clock | None = None
    quantity: Annotated[str, Field(max_length=100)] | None = None
    at_least: Threshold | None = None
    at_most: Threshold | None = None
    less_tailoff: bool = False
    contacts: Annotated[Items[str], Field(min_length=1, max_length=64)] | None = None
    votes: Annotated[int, Field(ge=1, le=64)] | None = None
    all_of: Annotated[Items[Trigger], Field(min_length=1, max_length=31)] | None = Field(
        default=None, alias="all"
    )
    any_of: Annotated[Items[Trigger], Field(min_length=1, max_length=31)] | None = Field(
        default=None, alias="any"
    )

    @property
    def kind(self) -> Literal["event", "countdown", "quantity", "contacts", "all", "any"]:
        """Which of the forms this is."""
        if self.event is not None:
            return "event"
        if self.countdown_s is not None:
            return "countdown"
        if self.quantity is not None:
            return "quantity"
        if self.contacts is not None:
            return "contacts"
        return "all" if self.all_of is not None else "any"

    @property
    def children(self) -> tuple[Trigger, ...]:
        """What `all` or `any` looks at; empty for the other forms."""
        return self.all_of or self.any_of or ()

    def walk(self) -> Iterator[Trigger]:
        """Yield this trigger and everything in it, children before their parent."""
        for child in self.children:
            yield from child.walk()
        yield self


class Depletion(Persistent):
    """Any one of these dry sensors."""

    sensors: Annotated[Items[str], Field(min_length=1, max_length=64)]


@dataclass(frozen=True, slots=True)
class Action:
    """One verb on a part or a group, with the level of the engine where one is named."""

    target: str
    verb: Literal["ignite", "throttle", "shutdown", "separate", "deploy"]
    level: str | None

    @classmethod
    def parse(cls, text: str) -> Action:
        """Read `PART.VERB` or `PART.VERB.LEVEL`, as checked by the loader."""
        target, verb, *level = text.split(".")
        return cls(target, verb, level[0] if level else None)  # type: ignore[arg-type]


class Entry(Table):
    """One event: when it is due, what stops it, what it commands."""

    event: EventName
    title: Title
    short: Annotated[str, Field(min_length=1, max_length=SHORT_TITLE)] | None = None
    role: Literal["sequence", "avd", "abort", "monitor"] = "sequence"
    t_zero: bool = False
    actions: Annotated[Items[str], Field(max_length=64)] = ()
    primary: Trigger | None = None
    backup: Trigger | None = None
    depletion: Depletion | None = None
    requires: Items[EventName] = ()
    inhibited_by: Items[EventName] = ()
    not_before_s: Clock | None = None
    not_after_s: Clock | None = None
    note: Text | None = None

    @property
    def parsed_actions(self) -> tuple[Action, ...]:
        """What is commanded, group names not expanded."""
        return tuple(Action.parse(text) for text in self.actions)


class Guidance(Table):
    """Where the vehicle points: a pitch programme, or the direction of its rail."""

    azimuth_deg: Azimuth
    pitch_t_s: Annotated[Items[Clock], Field(min_length=2, max_length=33)] | None = None
    pitch_deg: (
        Annotated[
            Items[Annotated[float, Field(ge=-180.0, le=180.0)]], Field(min_length=2, max_length=33)
        ]
        | None
    ) = None
    elevation_deg: Annotated[float, Field(ge=45.0, le=90.0)] | None = None


class Telemetry(Table):
    """How often packets of each kind are sent."""

    state_rate_hz: PacketRate
    housekeeping_rate_hz: PacketRate
    discretes_rate_hz: PacketRate = 2


class Sequence(File):
    """A sequence: what is commanded. It alone decides cut-off."""

    format: Literal["flightsw-sequence/1"]
    vehicle: Name
    start_s: Annotated[float, Field(ge=-3600.0, le=0.0)]
    guidance: Guidance
    telemetry: Telemetry
    entry: Annotated[Items[Entry], Field(min_length=1, max_length=64)]

    @cached_property
    def events(self) -> tuple[str, ...]:
        """Names of the events, by their number."""
        return tuple(entry.event for entry in self.entry)

    @cached_property
    def event_index(self) -> dict[str, int]:
        """The number of each event."""
        return {event: index for index, event in enumerate(self.events)}

    @property
    def t_zero_event(self) -> str:
        """The event that is T-0."""
        return next(entry.event for entry in self.entry if entry.t_zero)
