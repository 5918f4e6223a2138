"""What a fault file and a scenario file hold: what goes wrong, and what is then expected."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from flightsw.scenario.models import (
    Clock,
    Delay,
    EventName,
    File,
    Items,
    Name,
    Pair,
    Rate,
    Reference,
    Seed,
    Table,
    Text,
)


class FaultAct(Table):
    """One kind of fault on one component. The parameters of a kind stand beside these keys."""

    model_config = ConfigDict(extra="allow")

    kind: Text
    component: Text
    id: Name | None = None
    at_s: Clock | None = None
    event: EventName | None = None
    after_s: Delay | None = None
    after: Name | None = None
    delay_s: Delay | None = None
    effect: Literal["none"] | None = None


class FaultFile(File):
    """A fault: acts, and the reference time they count from."""

    format: Literal["flightsw-fault/1"]
    vehicles: Annotated[Items[Name], Field(min_length=1, max_length=64)] | None = None
    at_s: Clock | None = None
    event: EventName | None = None
    after_s: Delay | None = None
    act: Annotated[Items[FaultAct], Field(min_length=1, max_length=64)]


class FaultUse(Table):
    """A fault that a scenario flies: a file, or one act in the form of the command line."""

    id: Reference
    at_s: Clock | None = None
    event: EventName | None = None
    after_s: Delay | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return {"id": value} if isinstance(value, str) else value


class Overrides(Table):
    """What a scenario flies otherwise than its mission says."""

    rate_hz: Rate | None = None
    seed: Seed | None = None


class Expect(Table):
    """What decides the exit code of a scenario."""

    success: bool | None = None
    last_frame_t_s: Pair[Clock] | None = None
    radar: Literal["detected", "not detected"] | None = None
    seen: Items[EventName] | None = None
    not_seen: Items[EventName] | None = None


class ScenarioFile(File):
    """A scenario: one flight, wholly determined."""

    format: Literal["flightsw-scenario/1"]
    mission: Reference
    faults: Annotated[Items[FaultUse], Field(max_length=64)] = ()
    run: Overrides = Overrides()
    expect: Expect | None = None
