"""Whether a flight that is heard no more has only set: no alarm, and no loss."""

from collections.abc import Sequence
from typing import Final

from flightsw.ground.earth import ecef_from_eci
from flightsw.ground.state import State
from flightsw.ground.stations import Station, sighting

MARGIN_RAD: Final = 0.0087  # half a degree: what is lower over a station's mask has set
BELOW: Final = "below the horizon of every station"


def has_set(state: State | None, receivers: Sequence[Station]) -> bool:
    """Return whether a vehicle in its last state was below the horizon of all that listen.

    A station that it is too far from does not hear it either. Without a state, without a station
    and on the pad it is not known to have set.
    """
    if state is None or state.on_pad or not receivers:
        return False
    position = ecef_from_eci(state.position_eci_m, state.t_s)
    for station in receivers:
        seen = sighting(station, position)
        above = float(seen.elevation_rad) > station.mask_rad + MARGIN_RAD
        if above and float(seen.range_m) <= station.range_max_m:
            return False
    return True
