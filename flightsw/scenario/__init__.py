"""From TOML to values that can be flown: files are read and checked once, here.

Nothing is imported before it is used: pydantic comes with the first file that is loaded.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from flightsw.scenario.acts import Act
    from flightsw.scenario.assemble import Scenario, check, load
    from flightsw.scenario.document import SourceFile
    from flightsw.scenario.fault import Expect
    from flightsw.scenario.mission import Mission, Station
    from flightsw.scenario.sequence import Sequence
    from flightsw.scenario.vehicle import Vehicle

__all__ = [
    "Act",
    "Expect",
    "Mission",
    "Scenario",
    "Sequence",
    "SourceFile",
    "Station",
    "Vehicle",
    "check",
    "load",
]

_HOME: Final = {
    "Act": "acts",
    "Expect": "fault",
    "Mission": "mission",
    "Scenario": "assemble",
    "Sequence": "sequence",
    "SourceFile": "document",
    "Station": "mission",
    "Vehicle": "vehicle",
    "check": "assemble",
    "load": "assemble",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        msg = f"module 'flightsw.scenario' has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(f"flightsw.scenario.{_HOME[name]}"), name)
