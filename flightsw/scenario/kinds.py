"""The model of each kind of file."""

from __future__ import annotations

from typing import Final

from flightsw.scenario.fault import FaultFile, ScenarioFile
from flightsw.scenario.mission import Mission, Station
from flightsw.scenario.models import File
from flightsw.scenario.sequence import Sequence
from flightsw.scenario.vehicle import Vehicle

MODELS: Final[dict[str, type[File]]] = {
    "mission": Mission,
    "scenario": ScenarioFile,
    "fault": FaultFile,
    "vehicle": Vehicle,
    "sequence": Sequence,
    "station": Station,
}
