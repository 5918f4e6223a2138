"""Packets of a downlink log while it grows: pieces of it in, what they complete out."""

from collections import deque
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from flightsw._native import lib
from flightsw.dictionary import Dictionary, load_dictionary, numpy_dtype
from flightsw.ground.decode import dictionary_of, refuse_other_versions
from flightsw.ground.frames import ChannelAudit, count_damaged, frame_lengths, scan_entries
from flightsw.ground.live.frames import Found, Transmitter
from flightsw.ground.live.log import LogReader
from flightsw.ground.log import Log, LogHeader
from flightsw.ground.packets import Packets, gather, rank_packets, readable

_RATE_S: Final = 2.0  # that the frame rate is taken over
_REMEMBERED: Final = 512  # packets of a name that another transmitter may send a little later
_BEFORE_ALL: Final = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkState:
    """How the link does: frames, each counted once, of all channels.

    `last_ert_us` is when the newest was received, after the epoch of the log; None before any.
    """

    frames: int
    rate_hz: float
    gaps: int
    damaged: int
    missing: int
    last_ert_us: int | None


class PacketReader:
    """Reads the packets of a log in pieces, cut anywhere.

    They are in the end those that `decode` finds in the whole. What it keeps does not grow with the
    flight: windows of frames, and gaps.

    Attributes
    ----------
    is_log : bool
        Whether a good block has been read: false for a recording without frames.

    Raises
    ------
    DownlinkError
        From `feed`, if the log is one of another dictionary.
    """

    def __init__(self, dictionary: Dictionary | None = None) -> None:
        self._dictionary = dictionary
        self._log = LogReader()
        self.is_log = False
        self._transmitters: dict[int, Transmitter] = {}
        self._after: tuple[NDArray[np.void], NDArray[np.int64]] | None = None
        self._seen: dict[str, dict[tuple[int, int], None]] = {}
        self._sources: dict[str, set[int]] = {}
        self._packets = 0
        self._arrivals: deque[int] = deque()  # of the newest frames, us after the epoch
        self._last_ert_us: int | None = None

    @property
    def dictionary(self) -> Dictionary:
        """What the packets mean: that of the log's header, once it is known."""
        return self._dictionary or load_dictionary()

    @property
    def header(self) -> LogHeader | None:
        """What the log says of itself; None before it did."""
        return self._log.header

    @property
    def ended(self) -> bool:
        """Whether the log said that nothing is to follow."""
        return self._log.ended

    @property
    def listened_us(self) -> int | None:
        """Until when the stations listened, us after the epoch; None before the end of the log."""
        return self._log.listened_us

    @property
    def channels(self) -> tuple[ChannelAudit, ...]:
        """The account of each channel, idle frames among them."""
        return tuple(
            each.channels[channel].audit()
            for _, each in sorted(self._transmitters.items())
            for channel in sorted(each.channels)
        )

    def link(self, *, now_us: int | None = None) -> LinkState:
        """Return how the link does; `now_us` is the ground's clock, us after the epoch."""
        channels = self.channels
        last = self._last_ert_us
        now_us = now_us if now_us is not None else last
        recent = 0
        if now_us is not None:
            recent = sum(now_us - _RATE_S * 1e6 < at for at in self._arrivals)
        return LinkState(
            frames=sum(each.good for each in channels),
            rate_hz=recent / _RATE_S,
            gaps=sum(c.gaps for t in self._transmitters.values() for c in t.channels.values()),
            damaged=sum(each.corrupt for each in channels)
            + (count_damaged(self._after[0]) if self._after is not None else 0),
            missing=sum(each.lost for each in channels),
            last_ert_us=last,
        )

    def feed(self, piece: bytes) -> Packets:
        """Take a piece of the log; return the packets that it completes."""
        log = self._log.read(piece)
        self.is_log = self.is_log or log.blocks > 0
        if self._dictionary is None and log.header is not None:
            self._dictionary = dictionary_of(log)
        packets = self._merge(self._find(log))
        refuse_other_versions(packets)
        return packets

    # -------------------------------------------------------------------------------- frames

    def _find(self, log: Log) -> list[tuple[int, Found]]:
        """Return the packets that the frames in a piece of log complete, and who sent them."""
        if not len(log.entries):
            return []
        octets = np.frombuffer(log.data, dtype=np.uint8)
        entry_us = log.ert_us
        lengths = frame_lengths(log)
        found: list[tuple[int, Found]] = []
        for length, (rows, junk) in zip(lengths, scan_entries(log, lengths)[1], strict=True):
            rows["ert_us"] = entry_us[rows["entry"]]
            rows = rows[np.argsort(rows["ert_us"], kind="stable")]  # noqa: PLW2901
            for spacecraft in np.unique(rows["spacecraft_id"]).tolist():
                each = self._transmitters.setdefault(spacecraft, Transmitter(spacecraft, length))
                mine = rows[rows["spacecraft_id"] == spacecraft]
                at = mine["offset"].astype(np.int64)[:, None] + np.arange(each.frame_bytes)
                found += [(spacecraft, packets) for packets in each.take(mine, octets[at])]
            self._count(rows)
            self._note(junk, entry_us[junk["entry"]])
        return found

    def _count(self, rows: NDArray[np.void]) -> None:
        if not len(rows):
            return
        newest = int(rows["ert_us"][-1])
        self._last_ert_us = max(newest, newest if self._last_ert_us is None else self._last_ert_us)
        since_us = self._last_ert_us - _RATE_S * 1e6
        self._arrivals.extend(rows["ert_us"][rows["ert_us"] > since_us].tolist())
        while self._arrivals and self._arrivals[0] <= since_us:
            self._arrivals.popleft()

    def _note(self, junk: NDArray[np.void], at_us: NDArray[np.int64]) -> None:
        """Note what came and is in no good frame."""
        for claim, ert_us in zip(junk, at_us.tolist(), strict=True):
            sender = self._transmitters.get(int(claim["claimed_spacecraft_id"]))
            if claim["reason"] == lib.GROUND_JUNK_CRC and sender is not None:
                sender.claim(int(claim["claimed_channel"]), int(claim["claimed_number"]), ert_us)
        if self._after is not None:
            junk = np.concatenate([self._after[0], junk])
            at_us = np.concatenate([self._after[1], at_us])
        after = at_us > (_BEFORE_ALL if self._last_ert_us is None else self._last_ert_us)
        self._after = (junk[after], at_us[after]) if after.any() else None

    # ------------------------------------------------------------------------------- packets

    def _merge(self, found: list[tuple[int, Found]]) -> Packets:
        """Return packets by name in the order received, each once."""
        rows, order, ert_us, spacecraft_id = {}, {}, {}, {}
        for packet in self.dictionary.packets:
            name, dtype = packet.name, numpy_dtype(packet)
            parts: list[tuple[Any, ...]] = []
            base = 0
            for spacecraft, each in found:
                own = readable(each.packets, packet.apid, dtype)
                mine = each.packets[own]
                parts.append(
                    (
                        gather(each.octets, mine, dtype),
                        each.ert_us[own],
                        np.full(len(mine), spacecraft, np.uint16),
                        mine["offset"].astype(np.int64) + base,
                    )
                )
                base += len(each.octets)
            if parts:
                values, times, senders, places = map(np.concatenate, zip(*parts, strict=True))
            else:
                values, times, senders, places = (
                    np.empty(0, kind) for kind in (dtype, np.int64, np.uint16, np.int64)
                )
            by_time = np.argsort(times, kind="stable")
            if packet.clock == "met":
                by_time = by_time[self._new(name, values[by_time], senders[by_time])]
            rows[name], ert_us[name] = values[by_time], times[by_time]
            spacecraft_id[name], order[name] = senders[by_time], places[by_time]
        rank_packets(order, ert_us)
        base, self._packets = self._packets, self._packets + sum(map(len, order.values()))
        return Packets(
            dictionary=self.dictionary,
            rows=rows,
            order={name: place + base for name, place in order.items()},
            ert_us=ert_us,
            spacecraft_id=spacecraft_id,
            damaged_packets=0,
            damaged_bytes=0,
            missing_packets=0,
        )

    def _new(
        self, name: str, values: NDArray[np.void], senders: NDArray[np.uint16]
    ) -> NDArray[np.bool_]:
        """Return which packets no other transmitter has sent before."""
        seen = self._seen.setdefault(name, {})
        sources = self._sources.setdefault(name, set())
        sources.update(senders.tolist())
        new = np.ones(len(values), dtype=bool)
        for index, key in enumerate(
            zip(values["met_us"].tolist(), values["sequence"].tolist(), strict=True)
        ):
            if len(sources) > 1 and key in seen:
                new[index] = False
            seen[key] = None
        while len(seen) > _REMEMBERED:
            del seen[next(iter(seen))]
        return new
