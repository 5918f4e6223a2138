"""Decoded values as the parameters that people look at, one value a STATE packet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from flightsw.ground.state import Telemetry


def parameter_values(
    telemetry: Telemetry, analogs: Sequence[tuple[str, float]], name: str
) -> NDArray[np.float64] | None:
    """Return a parameter of `dictionary.parameters`, SI or degrees as its name says.

    Parameters
    ----------
    telemetry : Telemetry
        Of a downlink.
    analogs : sequence of (str, float)
        Name and value of one count of each analogue channel, as a log's header has them.
    name : str
        Which.

    Returns
    -------
    array of float, shape (n,), or None
        None when the downlink does not carry it.
    """
    states = telemetry.states
    known: dict[str, Callable[[], NDArray[np.float64]]] = {
        "altitude_m": lambda: states.altitude_m,
        "speed_inertial_mps": lambda: states.speed_mps,
        "speed_relative_mps": lambda: states.speed_relative_mps,
        "apparent_velocity_mps": lambda: states.apparent_velocity_mps,
        "axial_accel_mps2": lambda: telemetry.axial_accel_mps2,
        "pitch_deg": lambda: np.degrees(telemetry.pitch_rad),
        "latitude_deg": lambda: np.degrees(states.latitude_rad),
        "longitude_deg": lambda: np.degrees(states.longitude_rad),
    }
    if name in known:
        return np.asarray(known[name]())
    for channel, (analog, quantum) in enumerate(analogs):
        if analog == name and channel < telemetry.analog_counts.shape[1]:
            return np.asarray(telemetry.analog_counts[:, channel] * quantum)
    return None
