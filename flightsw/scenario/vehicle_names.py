"""What a vehicle file names, read tolerantly: files are checked against it though it has errors."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from flightsw.scenario.components import (
    ACCELEROMETERS,
    PLATFORM_AXES,
    QUANTITIES,
    Analog,
    Discrete,
    PartNames,
    analogs_of,
    discretes_of,
    stack_order,
)
from flightsw.scenario.document import Cursor, Document
from flightsw.scenario.faultkinds import ComponentClass


class VehicleNames:
    """Parts, groups, sensors and transmitters of one vehicle file."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.id = document.id
        self.part: dict[str, Cursor] = {}
        for part in document.root.get("part").tables():
            for part_id, _ in part_ids(part):
                self.part.setdefault(part_id, part)
        self.root = document.root.get("root").text or ""
        self.groups = {
            str(group.path[-1]): tuple(name for name, _ in group.texts() if name in self.part)
            for group in document.root.get("groups").fields()
        }
        self.transmitters = tuple(
            name
            for transmitter in document.root.get("transmitter").tables()
            if (name := transmitter.get("id").text)
        )
        self.wind = document.root.get("attitude").get("mode").text == "wind"

    @cached_property
    def order(self) -> list[str]:
        """Parts, the root first, those that hang on nothing last."""
        parents = {name: part.get("parent").text for name, part in self.part.items()}
        order = stack_order(self.root, parents)
        return [*order, *(name for name in self.part if name not in order)]

    @cached_property
    def payload(self) -> str | None:
        """The part whose mass the mission gives."""
        return next((n for n, p in self.part.items() if p.get("payload").value is True), None)

    def engine(self, part: str) -> Cursor:
        """Return the engine of a part; an empty cursor if it has none."""
        return self.part[part].get("engine")

    def levels(self, part: str) -> list[str]:
        """Return the levels of the engine of a part."""
        return [str(level.path[-1]) for level in self.engine(part).get("levels").fields()]

    def expand(self, part_or_group: str) -> tuple[str, ...] | None:
        """Return the parts a name stands for, or None for a name that is neither part nor group."""
        if part_or_group in self.groups:
            return self.groups[part_or_group]
        return (part_or_group,) if part_or_group in self.part else None

    @cached_property
    def discretes(self) -> tuple[Discrete, ...]:
        """Contacts and dry sensors."""
        sensors = self.document.root.get("sensors")
        return discretes_of(
            self._part_names,
            lift_off_contacts=_count(sensors.get("lift_off_contacts")),
            separation_contacts=_count(sensors.get("separation_contacts")),
        )

    @cached_property
    def analogs(self) -> tuple[Analog, ...]:
        """Analogue channels."""
        given = bool(self.document.root.get("sensors").get("static_pressure"))
        return analogs_of(self._part_names, static_pressure=given)

    @cached_property
    def quantities(self) -> tuple[str, ...]:
        """Everything a trigger can compare."""
        return (*QUANTITIES, *(analog.name for analog in self.analogs))

    def of_class(self, wanted: ComponentClass) -> tuple[str, ...]:
        """Return the components that a class of faults can act on."""
        if wanted == "engine":
            return tuple(name for name in self.order if self.engine(name))
        if wanted == "separable":
            return tuple(name for name in self.order if name != self.root)
        if wanted == "transmitter":
            return self.transmitters
        if wanted == "accelerometer":
            return (*ACCELEROMETERS, *PLATFORM_AXES)
        return tuple(discrete.name for discrete in self.discretes)

    @cached_property
    def components(self) -> tuple[str, ...]:
        """Everything a fault can be done to, by name."""
        return (
            *self.order,
            *self.groups,
            *self.transmitters,
            "accelerometer",
            *ACCELEROMETERS,
            "imu",
            *PLATFORM_AXES,
            *(discrete.name for discrete in self.discretes),
        )

    def select(self, component: str, wanted: ComponentClass) -> tuple[str, ...]:
        """Return the components of a class that a name stands for.

        That is itself, the members of a group, or all that begin with it.
        """
        members = self.of_class(wanted)
        if component in members:
            return (component,)
        if component in self.groups:
            return tuple(name for name in self.groups[component] if name in members)
        return tuple(name for name in members if name.startswith(f"{component}."))

    @cached_property
    def _part_names(self) -> list[PartNames]:
        return [
            PartNames(
                name,
                has_parent=self.part[name].get("parent").text is not None,
                has_engine=bool(self.engine(name)),
                two_propellants=(self.engine(name).get("mixture_ratio").number or 0.0) > 0.0,
            )
            for name in self.order
        ]


def part_ids(part: Cursor) -> Iterable[tuple[str, Cursor]]:
    """Yield the ids of one part table, each with its place."""
    one = part.get("id")
    if one.text is not None:
        yield one.text, one
    yield from part.get("ids").texts()


def _count(cursor: Cursor) -> int:
    number = cursor.number
    return int(number) if number is not None and 0 <= number <= 64 else 0  # noqa: PLR2004  as many as fit
