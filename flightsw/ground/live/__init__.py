"""The ground while it flies: it reads a downlink log in pieces, as it grows."""

from flightsw.ground.live.ground import LiveGround, Update
from flightsw.ground.live.outlook import Outlook, outlook
from flightsw.ground.live.packets import LinkState, PacketReader
from flightsw.ground.live.parameters import Parameter, Parameters

__all__ = [
    "LinkState",
    "LiveGround",
    "Outlook",
    "PacketReader",
    "Parameter",
    "Parameters",
    "Update",
    "outlook",
]
