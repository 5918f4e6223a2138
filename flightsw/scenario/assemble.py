"""From names to a scenario that can be flown, or to everything that is wrong with it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from flightsw.errors import Problem, ScenarioError
from flightsw.scenario.acts import Act, When
from flightsw.scenario.check_mission import rate_message
from flightsw.scenario.document import SourceFile, parse_document
from flightsw.scenario.loader import Fault, Loader
from flightsw.scenario.vehicle_names import VehicleNames
from flightsw.scenario.wording import shown

if TYPE_CHECKING:
    from flightsw.scenario.document import Document
    from flightsw.scenario.fault import Expect
    from flightsw.scenario.loader import Flight
    from flightsw.scenario.mission import Mission, Station
    from flightsw.scenario.sequence import Sequence as FlightSequence
    from flightsw.scenario.vehicle import Vehicle

_SEED_MAX = 2**63 - 1
_CLOCK_S = (-3600.0, 86_400.0)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Scenario:
    """One flight, wholly determined: same scenario, same bytes.

    `id` names the run: the scenario's id, or the mission's where none was given. `files` are the
    files it was made of, in the order scenario, mission, vehicle, sequence, stations, faults.
    """

    id: str
    scenario_id: str | None
    mission: Mission
    vehicle: Vehicle
    sequence: FlightSequence
    stations: tuple[Station, ...]
    acts: tuple[Act, ...]
    rate_hz: int
    seed: int
    expect: Expect | None
    files: tuple[SourceFile, ...]

    def __repr__(self) -> str:
        """Return what flies, in a line."""
        return (
            f"<Scenario {self.id}: {self.vehicle.id} with {self.sequence.id}, "
            f"{len(self.acts)} acts of faults, {self.rate_hz} Hz, seed {self.seed}>"
        )

    @property
    def receivers(self) -> tuple[Station, ...]:
        """The stations that receive telemetry, in the order of the mission."""
        return tuple(station for station in self.stations if "telemetry" in station.kinds)

    @property
    def radars(self) -> tuple[Station, ...]:
        """The stations that search for the vehicle; none for a mission without a search."""
        if self.mission.radar is None:
            return ()
        wanted = self.mission.radar.stations
        named = zip(self.mission.stations, self.stations, strict=True)
        return tuple(
            station
            for name, station in named
            if (name in wanted if wanted is not None else "radar" in station.kinds)
        )

    def sequence_text(self) -> str:
        """Return the sequence file as it was read: its hash is telemetered."""
        return self._file("sequence").text

    def with_fault(self, fault: str, at_s: float | None = None) -> Scenario:
        """Return the same flight with one more fault.

        Parameters
        ----------
        fault : str
            Name of a fault file, or one act as ``KIND:COMPONENT@TRIGGER,key=value``.
        at_s : float, optional
            Time after T-0, s, in place of the fault's own reference time.

        Raises
        ------
        ScenarioError
            If there is no such fault, or it cannot be done to this vehicle.
        """
        loader = Loader()
        when = _at(loader, at_s)
        vehicle = VehicleNames(_again(self._file("vehicle")))
        one = loader.fault_from_text(fault, None, when)
        if one is not None:
            loader.check_faults(
                [one], vehicle, list(self.sequence.events), before=len(self._targets)
            )
        loader.raise_if_wrong()
        assert one is not None
        return replace(
            self,
            acts=(*self.acts, *one.resolve(vehicle)),
            files=(*self.files, *_new([one.document.source], self.files)),
        )

    def with_seed(self, seed: int) -> Scenario:
        """Return the same flight with other noise. Raises ScenarioError for a seed that is none."""
        loader = Loader()
        _check_seed(loader, seed)
        loader.raise_if_wrong()
        return replace(self, seed=seed)

    def with_rate(self, rate_hz: int) -> Scenario:
        """Return the same flight at another rate. Raises ScenarioError for one that cannot be."""
        loader = Loader()
        _check_rate(loader, rate_hz)
        loader.raise_if_wrong()
        return replace(self, rate_hz=rate_hz)

    @property
    def _targets(self) -> list[str]:
        return [component for act in self.acts for component in act.components]

    def _file(self, kind: str) -> SourceFile:
        return next(file for file in self.files if file.kind == kind)


def load(
    name: str | Path,
    *,
    faults: Sequence[str] = (),
    at_s: float | None = None,
    rate_hz: int | None = None,
    seed: int | None = None,
) -> Scenario:
    """Return the scenario that a name stands for, checked as a whole.

    Parameters
    ----------
    name : str or Path
        A path to a mission or scenario file, or the id of one in ``./missions``,
        ``./scenarios`` or the catalogue.
    faults : sequence of str
        Names of fault files (``NAME``, ``NAME@382``), or acts as
        ``KIND:COMPONENT@TRIGGER,key=value``; they come on top of the scenario's own.
    at_s : float, optional
        Time after T-0, s, in place of the reference time of the one fault in `faults`.
    rate_hz : int, optional
        Rate of the flight computer, Hz, in place of the mission's: 10 to 1000, a tick of whole
        microseconds.
    seed : int, optional
        Seed of the sensors' noise, in place of the mission's.

    Returns
    -------
    Scenario

    Raises
    ------
    ScenarioError
        With every problem of every file and flag, each with its place.
    """
    loader = Loader()
    if rate_hz is not None:
        _check_rate(loader, rate_hz)
    if seed is not None:
        _check_seed(loader, seed)
    when = _at(loader, at_s)
    if when is not None and len(faults) != 1:
        count = f"{len(faults)} faults are given" if faults else "no fault is given"
        loader.add(Problem(path="--at", message=f"a time goes with exactly one fault, and {count}"))
    main = loader.open(str(name), ("mission", "scenario"), None)
    scenario_document = main if main is not None and main.kind == "scenario" else None
    mission_document = main if scenario_document is None else None
    wanted: list[Fault] = []
    if scenario_document is not None:
        mission_document = loader.refer(scenario_document.root.get("mission"), "mission")
        wanted += loader.faults_of(scenario_document)
    for text in faults:
        one = loader.fault_from_text(text, None, when)
        if one is not None:
            wanted.append(one)
    flight = loader.flight(mission_document) if mission_document is not None else None
    if scenario_document is not None:
        loader.check_scenario(scenario_document, flight.events if flight else None)
    if flight is None:
        for one in wanted:
            loader.check_faults([one], None, None)
    else:
        loader.check_faults(wanted, flight.vehicle_names, flight.events)
    loader.raise_if_wrong()
    assert mission_document is not None
    assert flight is not None
    return _scenario(
        loader, scenario_document, flight, mission_document, wanted, rate_hz=rate_hz, seed=seed
    )


def check(files: Iterable[str | Path]) -> tuple[Problem, ...]:
    """Return everything that is wrong with files of any kind, and with the files they name.

    Parameters
    ----------
    files : iterable of str or Path
        Paths, or names as `load` takes them.
    """
    loader = Loader()
    for file in files:
        loader.check(str(file))
    return loader.problems


def _scenario(  # noqa: PLR0913  what a flight is made of
    loader: Loader,
    scenario_document: Document | None,
    flight: Flight,
    mission_document: Document,
    wanted: list[Fault],
    *,
    rate_hz: int | None,
    seed: int | None,
) -> Scenario:
    from flightsw.scenario.fault import ScenarioFile
    from flightsw.scenario.mission import Mission, Station
    from flightsw.scenario.sequence import Sequence as FlightSequence
    from flightsw.scenario.vehicle import Vehicle

    assert flight.vehicle is not None
    assert flight.sequence is not None
    assert flight.vehicle_names is not None
    mission = loader.model(mission_document, Mission)
    above = loader.model(scenario_document, ScenarioFile) if scenario_document is not None else None
    overrides = above.run if above is not None else None
    documents = [mission_document, flight.vehicle, flight.sequence, *flight.stations]
    if scenario_document is not None:
        documents.insert(0, scenario_document)
    sources = [document.source for document in documents]
    return Scenario(
        id=above.id if above is not None else mission.id,
        scenario_id=above.id if above is not None else None,
        mission=mission,
        vehicle=loader.model(flight.vehicle, Vehicle),
        sequence=loader.model(flight.sequence, FlightSequence),
        stations=tuple(loader.model(station, Station) for station in flight.stations),
        acts=tuple(act for one in wanted for act in one.resolve(flight.vehicle_names)),
        rate_hz=_first(rate_hz, overrides.rate_hz if overrides else None, mission.run.rate_hz),
        seed=_first(seed, overrides.seed if overrides else None, mission.run.seed),
        expect=above.expect if above is not None else None,
        files=(*sources, *_new([one.document.source for one in wanted], sources)),
    )


def _first(*values: int | None) -> int:
    return next(value for value in values if value is not None)


def _new(files: Iterable[SourceFile], known: Iterable[SourceFile]) -> list[SourceFile]:
    have = {(file.kind, file.id, file.sha256) for file in known}
    new = []
    for file in files:
        key = (file.kind, file.id, file.sha256)
        if key not in have:
            have.add(key)
            new.append(file)
    return new


def _again(file: SourceFile) -> Document:
    document = parse_document(file.text, file.path, kind=file.kind)
    if isinstance(document, Problem):
        raise ScenarioError([document])
    return document


def _at(loader: Loader, at_s: float | None) -> When | None:
    if at_s is None:
        return None
    low, high = _CLOCK_S
    if not _is_number(at_s) or not low <= at_s <= high:
        allowed = f"a number of seconds after T-0 from {low:g} to {high:g}"
        message = f"a time is {allowed}, not {shown(at_s)}"
        loader.add(Problem(path="--at", message=message))
        return When(None, 0.0)
    return When(None, float(at_s))


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value)


def _check_rate(loader: Loader, rate_hz: object) -> None:
    message = rate_message(rate_hz)
    if message is not None:
        loader.add(Problem(path=f"--rate {shown(rate_hz)}", message=message))


def _check_seed(loader: Loader, seed: object) -> None:
    whole = isinstance(seed, int) and not isinstance(seed, bool)
    if not whole or not 0 <= seed <= _SEED_MAX:  # type: ignore[operator]
        message = f"a seed is a whole number from 0 to {_SEED_MAX}, not {shown(seed)}"
        loader.add(Problem(path=f"--seed {shown(seed)}", message=message))
