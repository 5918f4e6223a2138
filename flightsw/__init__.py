"""Flight software of a launch vehicle, flown against simulated vehicle, faults and ground."""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from flightsw.errors import FlightswError, ScenarioError
    from flightsw.flight import Flight, fly
    from flightsw.scenario import Scenario, check, load

__version__: Final = "0.1.0"

# Public name -> the module that holds it, loaded when the name is first used. Each name is also
# imported under `TYPE_CHECKING`, so that a type checker sees what a reader sees.
_HOME: Final[dict[str, str]] = {
    "Flight": "flightsw.flight",
    "FlightswError": "flightsw.errors",
    "Scenario": "flightsw.scenario",
    "ScenarioError": "flightsw.errors",
    "check": "flightsw.scenario",
    "fly": "flightsw.flight",
    "load": "flightsw.scenario",
}

__all__ = [
    "Flight",
    "FlightswError",
    "Scenario",
    "ScenarioError",
    "__version__",
    "check",
    "fly",
    "load",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        msg = f"module 'flightsw' has no attribute {name!r}"
        raise AttributeError(msg)
    value: object = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
