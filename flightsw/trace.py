"""Would the ground have known? The first trace of a flight's faults in its downlink.

The flight is flown again without its faults, with the same seed, and the two downlinks are laid
side by side as they were heard. No ground has the second of them: this stands with the truth.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from flightsw.closed_loop import ClosedLoop
from flightsw.ground import decode
from flightsw.ground.parting import Parting, partings

if TYPE_CHECKING:
    from flightsw.flight import Flight


def traces(flight: Flight) -> tuple[Parting, ...] | None:
    """Return where the downlink parts from that of the same flight without faults.

    Parameters
    ----------
    flight : Flight
        As flown.

    Returns
    -------
    tuple of Parting, or None
        A packet of each kind that differs, the first heard first; empty when nothing differs: the
        ground could not know. None when the flight has no faults.
    """
    if not flight.scenario.acts:
        return None
    without = ClosedLoop(replace(flight.scenario, acts=()))
    without.run()
    return partings(
        flight.ground.packets, decode(without.downlink), name="the flight without faults"
    )
