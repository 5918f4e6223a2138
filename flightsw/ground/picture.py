"""The ground's whole picture of a flight, from what it heard and what it was told beforehand."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from flightsw.dictionary import Dictionary
from flightsw.ground.briefing import Briefing
from flightsw.ground.decode import DownlinkError, decode
from flightsw.ground.fall import Fall, fall_from
from flightsw.ground.horizon import has_set
from flightsw.ground.packets import Packets
from flightsw.ground.radar import Echoes, RadarReport, search_report
from flightsw.ground.state import LastFrame, Telemetry, last_frame, telemetry
from flightsw.ground.timeline import Heard, Row, Silence, heard_events, silences, timeline


@dataclass(frozen=True, kw_only=True, repr=False)
class GroundPicture:
    """What the ground knows of a flight.

    Attributes
    ----------
    packets : Packets
        As decoded.
    events : tuple of Heard
        What was heard to happen, in that order.
    timeline : tuple of Row
        The same beside the plan, then what was planned and not seen; of a record without its end
        only what was planned until then.
    silences : tuple of Silence
        Times without a good frame; the last has no end when telemetry was lost for good.
    last : LastFrame or None
        None when nothing was heard.
    radar : RadarReport or None
        None when the mission has no search.
    fall : Fall or None
        None when the last frame is in orbit, or nothing was heard, or no fall is asked for, or
        the record has no end: then the last frame in it need not be the last.
    """

    briefing: Briefing
    packets: Packets
    events: tuple[Heard, ...]
    timeline: tuple[Row, ...]
    silences: tuple[Silence, ...]
    last: LastFrame | None
    radar: RadarReport | None
    fall: Fall | None

    def __repr__(self) -> str:
        """Return how much was heard, in a line."""
        last = f"last frame T{self.last.t_s:+.2f}" if self.last else "nothing heard"
        return (
            f"<GroundPicture: {len(self.events)} events heard, {len(self.not_seen)} planned and "
            f"not seen, {last}>"
        )

    @property
    def cut(self) -> bool:
        """Whether the record of the downlink has no end: what came after it is not known."""
        frames = self.packets.frames
        return frames is not None and not frames.log.ended

    @property
    def not_seen(self) -> tuple[Row, ...]:
        """The planned events that were not heard, in the order of the plan."""
        return tuple(row for row in self.timeline if row.mark == "not_seen")

    @property
    def lost(self) -> Silence | None:
        """The silence that did not end; None when the downlink lasted as long as it should."""
        return self.silences[-1] if self.silences and self.silences[-1].to_s is None else None

    @property
    def frames_good(self) -> int:
        """Good frames, each once; of a recording without frames, good packets."""
        frames = self.packets.frames
        return len(frames.rows) if frames else self.packets.count

    @property
    def frames_damaged(self) -> int:
        """Frames that were heard, but by no station whole; those after the last good one too."""
        frames = self.packets.frames
        if frames is None:
            return self.packets.damaged_packets
        return frames.corrupt + frames.damaged_after

    @property
    def frames_missing(self) -> int:
        """Frames that the counts say were sent and that no station heard."""
        frames = self.packets.frames
        return frames.lost if frames else self.packets.missing_packets

    @cached_property
    def telemetry(self) -> Telemetry:
        """The decoded stream of states, as arrays."""
        return telemetry(self.packets, pad=self.briefing.pad)

    def event(self, name: str) -> Heard:
        """Return the event of that name as it was heard; KeyError if it was not."""
        for heard in self.events:
            if heard.name == name:
                return heard
        raise KeyError(name)


def look(
    downlink: bytes,
    echoes: Echoes | None,
    briefing: Briefing,
    *,
    dictionary: Dictionary | None = None,
) -> GroundPicture:
    """Return what the ground makes of a downlink and of the echoes of its radars.

    Parameters
    ----------
    downlink : bytes
        As received.
    echoes : Echoes or None
        What the radars of the search measured; None is no echo.
    briefing : Briefing
        What is known beforehand. Of a log without its end the ground has listened until the last
        packet in it.
    dictionary : Dictionary, optional
        What the packets mean; that of the recording's major version unless another is given.

    Returns
    -------
    GroundPicture
        The same from the same arguments.

    Raises
    ------
    DownlinkError
        If a packet that is good says that it was made by a dictionary of another major version, or
        by another sequence.

    """
    packets = decode(downlink, dictionary)
    refuse_strangers(packets, briefing)
    heard_s = packets.heard_s()
    cut = packets.frames is not None and not packets.frames.log.ended
    if cut:  # it says nothing of what came later: neither a frame nor a silence
        until_s = float(heard_s[-1]) if len(heard_s) else 0.0
        briefing = replace(briefing, listen_until_s=min(until_s, briefing.listen_until_s))
    last = last_frame(packets, heard_s=heard_s, pad=briefing.pad)
    events = heard_events(packets, entries=briefing.entries, pad=briefing.pad)
    fall = None
    if briefing.fall and last and last.state and not cut:
        fall = fall_from(last.state, briefing.fall)
    return GroundPicture(
        briefing=briefing,
        packets=packets,
        events=events,
        timeline=tuple(row for row in timeline(events, briefing) if not cut or _due(row, briefing)),
        silences=_silences(heard_s, last, briefing),
        last=last,
        radar=search_report(briefing.search, echoes or Echoes.none()) if briefing.search else None,
        fall=fall,
    )


def _due(row: Row, briefing: Briefing) -> bool:
    """Return whether a row was heard, or was to be heard while the ground listened."""
    return (
        row.planned is None or row.heard is not None or row.planned.t_s <= briefing.listen_until_s
    )


def _silences(
    heard_s: NDArray[np.float64], last: LastFrame | None, briefing: Briefing
) -> tuple[Silence, ...]:
    """Return the silences; of one without an end, whether the vehicle had only set."""
    found = silences(heard_s, listen_until_s=briefing.listen_until_s)
    if not found or found[-1].to_s is not None or last is None:
        return found
    return (*found[:-1], replace(found[-1], has_set=has_set(last.state, briefing.receivers)))


def refuse_strangers(packets: Packets, briefing: Briefing) -> None:
    """Raise DownlinkError if a packet says that another sequence flies."""
    if briefing.sequence_hash is None:
        return
    for found in np.unique(packets.rows["HOUSEKEEPING"]["sequence_hash"]).tolist():
        if found != briefing.sequence_hash:
            msg = (
                f"the downlink was made by a sequence with CRC-32 {found:08x}; the one at hand "
                f"has {briefing.sequence_hash:08x}, and its events would have other names"
            )
            raise DownlinkError(msg)
