"""Parameters that people look at: by what name files ask for them, and how they are shown.

They are made of what STATE packets carry; flightsw/ground/parameters.py says how. An analogue
channel of the vehicle is a parameter by its own name: `PART.chamber_pressure_pa`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: shown is its value times `scale`, in `unit`, with `digits` decimals."""

    name: str
    title: str
    unit: str
    scale: float
    digits: int


_STANDARD_GRAVITY: Final = 9.80665  # CGPM 1901, exact

PARAMETERS: Final = {
    parameter.name: parameter
    for parameter in (
        Parameter("altitude_m", "Altitude", "km", 1e-3, 2),
        Parameter("speed_inertial_mps", "Inertial speed", "m/s", 1.0, 1),
        Parameter("speed_relative_mps", "Speed over the Earth", "m/s", 1.0, 1),
        Parameter("apparent_velocity_mps", "Apparent velocity", "m/s", 1.0, 1),
        Parameter("axial_accel_mps2", "Axial acceleration", "g", 1.0 / _STANDARD_GRAVITY, 3),
        Parameter("pitch_deg", "Commanded pitch", "deg", 1.0, 2),
        Parameter("latitude_deg", "Latitude", "deg", 1.0, 4),
        Parameter("longitude_deg", "Longitude", "deg", 1.0, 4),
    )
}
_ANALOGS: Final = {
    "chamber_pressure_pa": ("Chamber pressure", "MPa", 1e-6, 3),
    "static_pressure_pa": ("Static pressure", "kPa", 1e-3, 2),
}


def parameter(name: str) -> Parameter | None:
    """Return the parameter of a name, or None; a channel keeps the part in its title.

    Examples
    --------
    >>> parameter("nozzle.chamber_pressure_pa").title
    'Chamber pressure, nozzle'
    """
    if name in PARAMETERS:
        return PARAMETERS[name]
    part, _, quantity = name.rpartition(".")
    if quantity not in _ANALOGS:
        return None
    title, unit, scale, digits = _ANALOGS[quantity]
    return Parameter(name, f"{title}, {part}" if part else title, unit, scale, digits)
