"""Frames as they are heard, channel by channel, to the packets that each completes."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from flightsw.ground.frames import (
    FRAME,
    FRAME_OVERHEAD,
    IDLE_CHANNEL,
    REORDER,
    REORDER_US,
    ChannelAudit,
)
from flightsw.ground.packets import scan_packets

_LONGEST_PACKET_BYTES: Final = 65_542  # CCSDS 133.0-B, 4.1.3.5.3
_NUMBER_BITS: Final = 32
_WITHIN_BITS: Final = 12
_SESSION_MASK: Final = 0xFFF


@dataclass(frozen=True, slots=True)
class Found:
    """Packets of one channel that became whole: where they stand in `octets`, when and whose."""

    packets: NDArray[np.void]
    octets: NDArray[np.uint8]
    ert_us: NDArray[np.int64]


@dataclass(slots=True)
class Runs:
    """A set of frame numbers as runs without a gap: as long as there are gaps, not frames."""

    first: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)
    count: int = 0
    from_us: int = 0
    to_us: int = 0

    def add(self, number: int, ert_us: int) -> bool:
        """Add a number heard at a time, never before others; return whether it was new."""
        at = bisect_right(self.first, number)
        if at and number <= self.last[at - 1]:
            return False
        if not self.count:
            self.from_us = ert_us
        self.count += 1
        self.to_us = ert_us
        joins_left = at > 0 and self.last[at - 1] == number - 1
        joins_right = at < len(self.first) and self.first[at] == number + 1
        if joins_left and joins_right:
            self.last[at - 1] = self.last[at]
            del self.first[at], self.last[at]
        elif joins_left:
            self.last[at - 1] = number
        elif joins_right:
            self.first[at] = number
        else:
            self.first.insert(at, number)
            self.last.insert(at, number)
        return True

    def misses(self, number: int) -> bool:
        """Return whether a number lies between the first and the last and is not there."""
        at = bisect_right(self.first, number)
        return 0 < at < len(self.first) and number > self.last[at - 1]


class Transmitter:
    """What is heard of one spacecraft: its channels, and how often they began to count again."""

    def __init__(self, spacecraft_id: int, frame_bytes: int) -> None:
        self._spacecraft_id = spacecraft_id
        self.frame_bytes: Final = frame_bytes
        self._session = 0
        self._last: dict[int, tuple[int, int]] = {}  # channel -> number and time of its last frame
        self.channels: dict[int, Channel] = {}

    def take(self, rows: NDArray[np.void], octets: NDArray[np.uint8]) -> list[Found]:
        """Take frames in the order received; return the packets that they complete."""
        rows = rows.copy()
        for index, (channel, number, ert_us) in enumerate(
            zip(*(rows[name].tolist() for name in ("channel", "number", "ert_us")), strict=True)
        ):
            if self._counts_again(channel, number, ert_us, octets[index]):
                self._session += 1
                self._last = {}
            self._last[channel] = number, ert_us
            rows["session"][index] = self._session
        found = []
        for number in sorted(set(rows["channel"].tolist())):
            mine = rows["channel"] == number
            channel = self._channel(number)
            packets = channel.take(rows[mine], octets[mine])
            if packets is not None:
                found.append(packets)
        return found

    def claim(self, channel: int, number: int, ert_us: int) -> None:
        """Note the channel and number that a frame with a bad checksum says it has."""
        self._channel(channel).claim(number, ert_us)

    def _channel(self, number: int) -> Channel:
        if number not in self.channels:
            self.channels[number] = Channel(self._spacecraft_id, number, self.frame_bytes)
        return self.channels[number]

    def _counts_again(
        self, channel: int, number: int, ert_us: int, octets: NDArray[np.uint8]
    ) -> bool:
        """Return whether a frame tells that the transmitter has started again.

        Its number falls back further than stations may disagree on the order, or later than they
        may, or it stood in another frame before.
        """
        if channel not in self._last:
            return False
        before, then_us = self._last[channel]
        if number > before:
            return False
        if number < before - REORDER or (number < before and ert_us - then_us > REORDER_US):
            return True
        return self.channels[channel].contradicts(number, octets)


class Channel:
    """One virtual channel of one spacecraft: a window of its last frames, and its account."""

    def __init__(self, spacecraft_id: int, channel: int, frame_bytes: int) -> None:
        self.spacecraft_id: Final = spacecraft_id
        self.channel: Final = channel
        self._frame_bytes = frame_bytes
        # Frames that the longest packet can lie in, and those that may come out of order.
        self._window = _LONGEST_PACKET_BYTES // (frame_bytes - FRAME_OVERHEAD) + 2 + REORDER
        self._rows: NDArray[np.void] = np.empty(0, FRAME)
        self._octets: NDArray[np.uint8] = np.empty((0, frame_bytes), np.uint8)
        self._delivered: NDArray[np.int64] = np.empty(0, np.int64)
        self._sessions: dict[int, Runs] = {}
        self._claimed: set[tuple[int, int]] = set()
        self._duplicates = 0

    def take(self, rows: NDArray[np.void], octets: NDArray[np.uint8]) -> Found | None:
        """Take frames in the order received; return the packets that they complete."""
        fresh = np.array(
            [
                self._sessions.setdefault(session, Runs()).add(number, ert_us)
                for session, number, ert_us in zip(
                    *(rows[name].tolist() for name in ("session", "number", "ert_us")), strict=True
                )
            ],
            dtype=bool,
        )
        self._duplicates += int(np.sum(~fresh))
        if self.channel == IDLE_CHANNEL or not fresh.any():
            return None
        joined = np.concatenate([self._rows, rows[fresh]])
        order = np.lexsort((joined["number"], joined["session"]))
        self._rows = joined[order]
        self._octets = np.concatenate([self._octets, octets[fresh]])[order]
        return self._packets()

    def contradicts(self, number: int, octets: NDArray[np.uint8]) -> bool:
        """Return whether the last frame of that number held something else."""
        (same,) = np.nonzero(self._rows["number"] == number)
        return len(same) > 0 and not np.array_equal(self._octets[same[-1]], octets)

    def claim(self, number: int, ert_us: int) -> None:
        """Note the number that a frame with a bad checksum says it has."""
        self._claimed.add((number, ert_us))

    @property
    def good(self) -> int:
        """Frames heard whole, each once."""
        return sum(runs.count for runs in self._sessions.values())

    @property
    def gaps(self) -> int:
        """Interruptions of the numbers."""
        return sum(len(runs.first) - 1 for runs in self._sessions.values())

    def audit(self) -> ChannelAudit:
        """Return the account of this channel so far."""
        good, sent, corrupt = self.good, 0, 0
        for runs in self._sessions.values():
            sent += runs.last[-1] - runs.first[0] + 1
            then = {n for n, at in self._claimed if runs.from_us <= at <= runs.to_us}
            corrupt += sum(runs.misses(number) for number in then)
        return ChannelAudit(
            spacecraft_id=self.spacecraft_id,
            channel=self.channel,
            sessions=len(self._sessions),
            sent=sent,
            good=good,
            corrupt=corrupt,
            lost=sent - good - corrupt,
            duplicates=self._duplicates,
        )

    def _packets(self) -> Found | None:
        """Look for packets in the window; return those not found before, and move the window."""
        rows, size = self._rows, self._frame_bytes
        rows["offset"] = np.arange(len(rows), dtype=np.uint64) * size
        joined = np.ascontiguousarray(self._octets).reshape(-1)
        found, octets, _ = scan_packets(joined.data, rows, size)
        data = size - FRAME_OVERHEAD
        begun = rows[(found["offset"] // data).astype(np.int64)]
        session = (begun["session"].astype(np.int64) & _SESSION_MASK) << (
            _NUMBER_BITS + _WITHIN_BITS
        )
        number = begun["number"].astype(np.int64) << _WITHIN_BITS
        keys = session | number | (found["offset"] % data).astype(np.int64)
        new = ~np.isin(keys, self._delivered)
        ert_us = rows["ert_us"][found["last_frame"].astype(np.int64)].astype(np.int64)
        self._delivered = keys
        last = int(found["last_frame"][-1]) if len(found) else 0
        keep = max(min(last, len(rows) - REORDER - 1), len(rows) - self._window, 0)
        self._rows, self._octets = rows[keep:], self._octets[keep:]
        if not new.any():
            return None
        return Found(packets=found[new], octets=octets, ert_us=ert_us[new])
