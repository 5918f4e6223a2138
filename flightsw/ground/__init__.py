"""The ground: frames, radar echoes and the dictionary to a picture of the flight.

It sees nothing else: no truth, no plant, no scenario. What it is told beforehand is a `Briefing`.
"""

from flightsw.ground.briefing import (
    Briefing,
    Entry,
    FallSettings,
    Insertion,
    Pad,
    PlannedEvent,
    Search,
)
from flightsw.ground.coast import Orbit, osculating_orbit
from flightsw.ground.decode import DownlinkError, decode
from flightsw.ground.fall import Fall
from flightsw.ground.packets import Packets
from flightsw.ground.picture import GroundPicture, look
from flightsw.ground.radar import Echoes, RadarReport
from flightsw.ground.state import LastFrame, States, Telemetry
from flightsw.ground.stations import Station
from flightsw.ground.timeline import Heard, Row, Silence

__all__ = [
    "Briefing",
    "DownlinkError",
    "Echoes",
    "Entry",
    "Fall",
    "FallSettings",
    "GroundPicture",
    "Heard",
    "Insertion",
    "LastFrame",
    "Orbit",
    "Packets",
    "Pad",
    "PlannedEvent",
    "RadarReport",
    "Row",
    "Search",
    "Silence",
    "States",
    "Station",
    "Telemetry",
    "decode",
    "look",
    "osculating_orbit",
]
