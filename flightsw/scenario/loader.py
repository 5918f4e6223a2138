"""Reads files and what they name, checks them one against the other, and collects every problem."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

from flightsw.errors import Problem, ScenarioError
from flightsw.scenario.acts import (
    Act,
    CommandLineError,
    When,
    check_fault,
    parse_inline,
    parse_when,
    resolve,
)
from flightsw.scenario.catalogue import (
    Found,
    as_id,
    find,
    listing,
    looks_like_path,
    not_found,
)
from flightsw.scenario.check_mission import check_mission, check_scenario, check_station
from flightsw.scenario.check_sequence import check_sequence, event_names
from flightsw.scenario.check_vehicle import check_vehicle
from flightsw.scenario.document import KINDS, Cursor, Document
from flightsw.scenario.faultkinds import ACTS_MAX, FAULT_KINDS
from flightsw.scenario.vehicle_names import VehicleNames

if TYPE_CHECKING:
    from pydantic import BaseModel

M = TypeVar("M", bound="BaseModel")


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault to be flown, and the time given for it in place of its own."""

    document: Document
    when: When | None

    def resolve(self, vehicle: VehicleNames) -> list[Act]:
        """Return its acts on a vehicle."""
        return resolve(self.document, vehicle, self.when)


@dataclass(frozen=True, slots=True)
class Flight:
    """A mission's files, as far as they could be read."""

    vehicle: Document | None
    vehicle_names: VehicleNames | None
    sequence: Document | None
    events: list[str] | None
    stations: list[Document]


class Loader:
    """One act of loading: the files read so far, their models, and what is wrong."""

    def __init__(self) -> None:
        self._documents: dict[str, Document | None] = {}
        self._models: dict[str, Any] = {}
        self._problems: dict[Problem, int] = {}
        self._file_order: dict[str, int] = {}

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong: file by file as they were met, each from top to bottom."""
        order = self._file_order

        def place(problem: Problem) -> tuple[int, int, int]:
            return order.get(problem.path, -1), problem.line, problem.column

        return tuple(sorted(self._problems, key=place))

    def add(self, *problems: Problem) -> None:
        """Note problems."""
        for problem in problems:
            self._problems.setdefault(problem, len(self._problems))

    def raise_if_wrong(self) -> None:
        """Raise ScenarioError if anything is wrong."""
        if self._problems:
            raise ScenarioError(self.problems)

    def model(self, document: Document, model: type[M]) -> M:
        """Return the checked value of a document of which nothing is wrong."""
        return cast("M", self._models[document.path])

    # ------------------------------------------------------------------------------------ files

    def open(self, name: str, kinds: tuple[str, ...], place: Cursor | None) -> Document | None:
        """Read the file a name stands for and check it by itself; `place` is where it is named."""
        found = find(name, kinds)
        if found is None:
            message = not_found(name, kinds)
            self.add(
                place.problem(message) if place is not None else Problem(path=name, message=message)
            )
            return None
        if found.path in self._documents:
            return self._documents[found.path]
        self._file_order.setdefault(found.path, len(self._file_order))
        document = self._read(found, kinds)
        self._documents[found.path] = document
        return document

    def refer(self, place: Cursor, kind: str) -> Document | None:
        """Read the file that a document names at `place`."""
        return self.open(place.text, (kind,), place) if place.text is not None else None

    def _read(self, found: Found, kinds: tuple[str, ...]) -> Document | None:
        from flightsw.scenario.structure import check_format, validate

        document = found.read()
        if isinstance(document, Problem):
            self.add(document)
            return None
        wrong = check_format(document, kinds if not found.kind else (found.kind,))
        if wrong is not None:
            self.add(wrong)
            return None
        said = document.root.get("id")
        if found.by_name and said.text not in (None, found.id):
            self.add(said.problem(f"the file is called `{found.id}`; its id must be that too"))
        model, problems = validate(document, _model_of(document.kind))
        self.add(*problems)
        self._models[document.path] = model
        if document.kind == "vehicle":
            self.add(*check_vehicle(VehicleNames(document)))
        elif document.kind == "station":
            self.add(*check_station(document))
        return document

    # ------------------------------------------------------------------------------------ flights

    def flight(self, mission: Document) -> Flight:
        """Read and check everything a mission names."""
        root = mission.root
        vehicle = self.refer(root.get("vehicle"), "vehicle")
        sequence = self.refer(root.get("sequence"), "sequence")
        names = VehicleNames(vehicle) if vehicle is not None else None
        events = event_names(sequence) if sequence is not None else None
        stations = [
            station
            for place in root.get("stations").items()
            if (station := self.refer(place, "station")) is not None
        ]
        if sequence is not None:
            self.add(*check_sequence(sequence, names))
        self.add(*check_mission(mission, names, events, stations))
        return Flight(vehicle, names, sequence, events, stations)

    def check_scenario(self, scenario: Document, events: list[str] | None) -> None:
        """Check a scenario file, its faults aside."""
        self.add(*check_scenario(scenario, events))

    # ------------------------------------------------------------------------------------ faults

    def faults_of(self, scenario: Document) -> list[Fault]:
        """Read the faults a scenario file names."""
        faults = []
        for use in scenario.root.get("faults").items():
            name = use if use.text is not None else use.get("id")
            if name.text is None:
                continue
            event, at = use.get("event").text, use.get("at_s").number
            if event is not None and at is not None:
                self.add(
                    use.get("event").problem(
                        "`event` does not go with `at_s`: give one of them", key=True
                    )
                )
            when = None if at is None else When(None, at)
            if event is not None:
                when = When(event, use.get("after_s").number or 0.0)
            elif use.get("after_s"):
                self.add(use.get("after_s").problem("`after_s` goes with `event`", key=True))
            fault = self.fault_from_text(name.text, name, when)
            if fault is not None:
                faults.append(fault)
        return faults

    def fault_from_text(self, text: str, place: Cursor | None, when: When | None) -> Fault | None:
        """Read a fault as the command line names it: a file, `ID@T`, or one act."""
        try:
            return self._fault(text, place, when)
        except CommandLineError as error:
            self._wrong_fault(text, place, str(error))
            return None

    def _fault(self, text: str, place: Cursor | None, when: When | None) -> Fault | None:
        found = find(text, ("fault",))
        if found is None and ":" in text.partition("@")[0]:
            return Fault(parse_inline(text, place), when)
        name, at, time = text.rpartition("@")
        if at and (found is None or (looks_like_path(text) and not text.endswith(".toml"))):
            when = when or parse_when(time)
            found = find(name, ("fault",))
        else:
            name = text
        if found is None:
            message = not_found(name, ("fault",))
            if as_id(name) in FAULT_KINDS:
                message = (
                    f"`{name}` is a kind of fault: one act is written {name}:COMPONENT@TRIGGER"
                )
            raise CommandLineError(message)
        document = self.open(name, ("fault",), place)
        return Fault(document, when) if document is not None else None

    def _wrong_fault(self, text: str, place: Cursor | None, message: str) -> None:
        self.add(
            place.problem(message)
            if place is not None
            else Problem(path=f"--fault {text}", message=message)
        )

    def check_faults(
        self,
        faults: Iterable[Fault],
        vehicle: VehicleNames | None,
        events: list[str] | None,
        *,
        before: int = 0,
    ) -> None:
        """Check faults against a vehicle and its events; `before` acts are there already."""
        count = before
        for fault in faults:
            problems = list(check_fault(fault.document, vehicle, events, when=fault.when))
            self.add(*problems)
            if vehicle is not None and not problems and not self._has_problems(fault.document):
                count += sum(len(act.components) for act in fault.resolve(vehicle))
                if count > ACTS_MAX:
                    most = f"a flight has at most {ACTS_MAX} acts, each on one component"
                    message = f"{most}; here are {count}"
                    self.add(fault.document.problem((), message, key=True))

    def _has_problems(self, document: Document) -> bool:
        return any(problem.path == document.path for problem in self._problems)

    # ------------------------------------------------------------------------------------ any file

    def check(self, name: str) -> None:
        """Check a file of any kind and what it names."""
        document = self.open(name, KINDS, None)
        if document is None:
            return
        if document.kind == "mission":
            self.flight(document)
        elif document.kind == "sequence":
            vehicle = self.refer(document.root.get("vehicle"), "vehicle")
            names = VehicleNames(vehicle) if vehicle is not None else None
            self.add(*check_sequence(document, names))
        elif document.kind == "scenario":
            mission = self.refer(document.root.get("mission"), "mission")
            flight = self.flight(mission) if mission is not None else None
            self.check_scenario(document, flight.events if flight else None)
            faults = self.faults_of(document)
            self.check_faults(
                faults, flight.vehicle_names if flight else None, flight.events if flight else None
            )
        elif document.kind == "fault":
            self._check_fault_alone(document)

    def _check_fault_alone(self, fault: Document) -> None:
        """Check a fault file against each vehicle it names, and all that is known to fly on it."""
        free = When(None, 0.0)  # its time may still come from whoever flies it
        places = list(fault.root.get("vehicles").items())
        if not places:
            self.add(*check_fault(fault, None, None, when=free))
        for place in places:
            vehicle = self.refer(place, "vehicle")
            if vehicle is None:
                continue
            flown = [found.read() for found in listing("sequence")]
            flown += [document for document in self._documents.values() if document is not None]
            events = [
                event
                for document in flown
                if isinstance(document, Document)
                and document.kind == "sequence"
                and document.root.get("vehicle").text == vehicle.id
                for event in event_names(document)
            ]
            self.add(*check_fault(fault, VehicleNames(vehicle), events or None, when=free))


def _model_of(kind: str) -> type[BaseModel]:
    from flightsw.scenario.kinds import MODELS

    return MODELS[kind]
