"""The ground while it flies: it reads a downlink log in pieces, as it grows."""

from flightsw.ground.live.clock import GroundClock
from flightsw.ground.live.ground import LinkState, LiveGround, Update
from flightsw.ground.live.parameters import Parameter, Parameters

__all__ = ["GroundClock", "LinkState", "LiveGround", "Parameter", "Parameters", "Update"]
