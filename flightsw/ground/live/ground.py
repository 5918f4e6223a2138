"""The ground while it flies: pieces of the downlink log in, what is new out."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from flightsw.dictionary import Dictionary
from flightsw.ground.briefing import Briefing
from flightsw.ground.frames import ChannelAudit
from flightsw.ground.horizon import has_set
from flightsw.ground.live.packets import LinkState, PacketReader
from flightsw.ground.live.parameters import Parameters
from flightsw.ground.packets import Packets
from flightsw.ground.picture import refuse_strangers
from flightsw.ground.state import STALE_S, State, last_state
from flightsw.ground.timeline import Heard, Row, Silence, heard_events, timeline


@dataclass(frozen=True, slots=True)
class Update:
    """What a piece of the log brought.

    Attributes
    ----------
    packets : Packets
        The new ones.
    t_s : array, shape (n,)
        Times of new values, s after T-0, ascending.
    values : array, shape (n, parameters)
        Values told then, in the order of the dictionary; NaN where none was told.
    events : tuple of Heard
        Heard for the first time, or told better than before.
    """

    packets: Packets
    t_s: NDArray[np.float64]
    values: NDArray[np.float64]
    events: tuple[Heard, ...]


class LiveGround:
    """The ground, fed a log as it grows.

    At the end it has come to what `look` makes of the whole, whatever the pieces. What it keeps
    does not grow with the flight: windows of frames, gaps, events and silences.

    Raises
    ------
    DownlinkError
        From `feed`, if the log is one of another dictionary or sequence.
    """

    def __init__(self, briefing: Briefing, *, dictionary: Dictionary | None = None) -> None:
        self.briefing: Final = briefing
        self._reader = PacketReader(dictionary)
        self._events: dict[str, Heard] = {}
        self._silences: list[Silence] = []
        self._heard_s: float | None = None
        self._state: Packets | None = None
        self._parameters: Parameters | None = None

    @property
    def dictionary(self) -> Dictionary:
        """What the packets mean: that of the log's header, once it is known."""
        return self._reader.dictionary

    @property
    def parameters(self) -> Parameters:
        """All parameters; those that the log's header names are there once it is known."""
        if self._parameters is None:
            parameters = Parameters(self.dictionary, self._reader.header, self.briefing.pad)
            if self._reader.header is None:
                return parameters
            self._parameters = parameters
        return self._parameters

    @property
    def epoch_utc(self) -> str:
        """T-0 in UTC as the log says it; empty before it did."""
        return self._reader.header.epoch_utc if self._reader.header else ""

    @property
    def ended(self) -> bool:
        """Whether the log said that nothing is to follow."""
        return self._reader.ended

    @property
    def events(self) -> tuple[Heard, ...]:
        """All events heard so far, in order."""
        return tuple(sorted(self._events.values(), key=lambda heard: heard.t_s))

    @property
    def timeline(self) -> tuple[Row, ...]:
        """The events heard beside the plan; those planned and not yet heard are `not_seen`."""
        return timeline(self.events, self.briefing)

    @property
    def silences(self) -> tuple[Silence, ...]:
        """Times without a good frame that have ended by a frame."""
        return tuple(self._silences)

    @property
    def last_s(self) -> float | None:
        """Mission elapsed time of the last good packet, s; None before the first."""
        return self._heard_s

    @property
    def last_state(self) -> State | None:
        """The last decoded state; None when the last packet came more than `STALE_S` after it."""
        if self._state is None or self._heard_s is None:
            return None
        state = last_state(self._state, pad=self.briefing.pad)
        return None if state is None or self._heard_s - state.t_s > STALE_S else state

    @property
    def has_set(self) -> bool:
        """Whether it was below the horizon of every station when it was heard last."""
        return has_set(self.last_state, self.briefing.receivers)

    @property
    def channels(self) -> tuple[ChannelAudit, ...]:
        """The account of each channel, idle frames among them."""
        return self._reader.channels

    def link(self, *, now_us: int | None = None) -> LinkState:
        """Return how the link does; `now_us` is the ground's clock, us after the epoch."""
        return self._reader.link(now_us=now_us)

    def feed(self, piece: bytes) -> Update:
        """Take a piece of the log, cut anywhere; return what it brought."""
        packets = self._reader.feed(piece)
        refuse_strangers(packets, self.briefing)
        t_s, values = self.parameters.rows(packets)
        self._listen(packets)
        return Update(packets=packets, t_s=t_s, values=values, events=self._hear(packets))

    def _hear(self, packets: Packets) -> tuple[Heard, ...]:
        told = heard_events(packets, entries=self.briefing.entries, pad=self.briefing.pad)
        news = []
        for heard in told:
            before = self._events.get(heard.name)
            if before is None or _is_better(heard, before):
                self._events[heard.name] = heard
                news.append(heard)
        return tuple(news)

    def _listen(self, packets: Packets) -> None:
        heard_s = packets.heard_s()
        if not len(heard_s):
            return
        times = heard_s if self._heard_s is None else np.append(self._heard_s, heard_s)
        times = np.maximum.accumulate(times)  # what waited for company is heard late
        for index in np.flatnonzero(np.diff(times) > STALE_S).tolist():
            self._silences.append(Silence(from_s=float(times[index]), to_s=float(times[index + 1])))
        self._heard_s = float(times[-1])
        if len(packets.rows["STATE"]) or len(packets.rows["EVENT"]):
            self._state = packets


def _is_better(heard: Heard, before: Heard) -> bool:
    """Return whether an event told again is to replace what was told of it before."""
    tells_more = before.altitude_m is None and heard.altitude_m is not None
    return heard.t_s < before.t_s or (heard.t_s == before.t_s and tells_more)
