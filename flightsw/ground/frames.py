"""Frames of all stations merged: each transfer frame once, gaps counted, junk kept."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from flightsw._native import ffi, lib
from flightsw.ground.log import FRAME_BYTES, Log

FRAME: Final = np.dtype(
    [
        ("offset", "u8"),
        ("ert_us", "i8"),
        ("entry", "u4"),
        ("number", "u4"),
        ("session", "u4"),
        ("spacecraft_id", "u2"),
        ("first_header", "u2"),
        ("channel", "u1"),
        ("master_count", "u1"),
        ("", "u2"),
        ("", "u4"),
    ]
)
JUNK: Final = np.dtype(
    [
        ("offset", "u8"),
        ("size", "u4"),
        ("entry", "u4"),
        ("reason", "u4"),
        ("claimed_number", "u4"),
        ("claimed_spacecraft_id", "u2"),
        ("claimed_channel", "u1"),
        ("", "u1"),
        ("", "u4"),
    ]
)
REASONS: Final = ("no marker", "bad checksum", "cut short", "unknown header")
IDLE_CHANNEL: Final = 7
_REORDER: Final = 64  # frames that stations may hear out of order; more is a new start of counting


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelAudit:
    """What became of the frames of one virtual channel of one spacecraft.

    `sent` is what the frame counts say between the first and the last frame heard of each session;
    it is `good` + `corrupt` + `lost`. `duplicates` were heard with the same number again.
    """

    spacecraft_id: int
    channel: int
    sessions: int
    sent: int
    good: int
    corrupt: int
    lost: int
    duplicates: int


@dataclass(frozen=True, slots=True)
class Frames:
    """The good frames of a log, each once, by spacecraft, session, channel and number.

    Attributes
    ----------
    rows : structured array `FRAME`
        `ert_us` is when it was first received; `session` counts the lives of the transmitter.
    station_bits : array of int, shape (n,)
        Which stations heard each.
    junk : structured array `JUNK`
        Octets of an entry that are in no good frame; `REASONS` says why.
    channels : tuple of ChannelAudit
        Idle frames among them.
    """

    log: Log
    frame_bytes: int
    rows: NDArray[np.void]
    station_bits: NDArray[np.int64]
    junk: NDArray[np.void]
    channels: tuple[ChannelAudit, ...]

    @property
    def corrupt(self) -> int:
        """Frames that no station received whole, of those that the counts say were sent."""
        return sum(channel.corrupt for channel in self.channels)

    @property
    def lost(self) -> int:
        """Frames that no station received at all, likewise."""
        return sum(channel.lost for channel in self.channels)


def merge(log: Log) -> Frames:
    """Return the frames that stations heard, each counted once."""
    lengths = sorted(
        {each.frame_bytes for each in log.header.transmitters} if log.header else {FRAME_BYTES}
    )
    found = [_scan(log, length) for length in lengths]
    # With transmitters of different frame lengths a stretch is junk only if no length explains it.
    best = max(range(len(found)), key=lambda index: len(found[index][0]), default=0)
    rows, junk = found[best] if found else (np.empty(0, FRAME), np.empty(0, JUNK))
    rows["ert_us"] = log.ert_us[rows["entry"]]
    rows = rows[np.argsort(rows["ert_us"], kind="stable")]
    _number_sessions(rows)
    order = np.lexsort((rows["number"], rows["channel"], rows["session"], rows["spacecraft_id"]))
    rows = rows[order]
    again = _same_as_before(rows)
    channels = _audit(rows, again, junk)
    stations = log.station_bits[rows["entry"]]
    if again.any():
        first = np.flatnonzero(~again)
        stations = np.bitwise_or.reduceat(stations, first)
        rows = rows[first]
    return Frames(
        log=log,
        frame_bytes=lengths[best] if lengths else FRAME_BYTES,
        rows=rows,
        station_bits=stations,
        junk=junk,
        channels=channels,
    )


def _scan(log: Log, frame_bytes: int) -> tuple[NDArray[np.void], NDArray[np.void]]:
    scan: Any = ffi.new("ground_frame_scan_t *")
    frames = np.zeros(len(log.entries) + 64, dtype=FRAME)
    junk = np.zeros(len(log.entries) + 64, dtype=JUNK)
    entries = np.ascontiguousarray(log.entries)
    while True:
        scan.frame = ffi.cast("ground_frame_t *", frames.ctypes.data)
        scan.frame_capacity = len(frames)
        scan.junk = ffi.cast("ground_junk_t *", junk.ctypes.data)
        scan.junk_capacity = len(junk)
        lib.ground_frame_scan(
            ffi.from_buffer("uint8_t[]", log.data),
            len(log.data),
            ffi.cast("ground_log_entry_t *", entries.ctypes.data),
            len(entries),
            frame_bytes,
            scan,
        )
        if scan.frame_count <= len(frames) and scan.junk_count <= len(junk):
            return frames[: scan.frame_count], junk[: scan.junk_count]
        frames = np.zeros(scan.frame_count, dtype=FRAME)
        junk = np.zeros(scan.junk_count, dtype=JUNK)


def _channel_keys(rows: NDArray[np.void]) -> NDArray[np.int64]:
    return np.asarray(rows["spacecraft_id"].astype(np.int64) * 8 + rows["channel"])


def _number_sessions(rows: NDArray[np.void]) -> None:
    """Count, along the time of reception, how often each channel began to count again."""
    keys = _channel_keys(rows)
    for key in np.unique(keys).tolist():
        (own,) = np.nonzero(keys == key)
        numbers = rows["number"][own].astype(np.int64)
        rows["session"][own[1:]] = np.cumsum(np.diff(numbers) < -_REORDER)


def _same_as_before(rows: NDArray[np.void]) -> NDArray[np.bool_]:
    again = np.zeros(len(rows), dtype=bool)
    if len(rows) > 1:
        again[1:] = np.logical_and.reduce(
            [
                rows[name][1:] == rows[name][:-1]
                for name in ("spacecraft_id", "session", "channel", "number")
            ]
        )
    return again


def _audit(
    rows: NDArray[np.void], again: NDArray[np.bool_], junk: NDArray[np.void]
) -> tuple[ChannelAudit, ...]:
    keys = _channel_keys(rows)
    claims = junk[junk["reason"] == lib.GROUND_JUNK_CRC]
    claimed_keys = claims["claimed_spacecraft_id"].astype(np.int64) * 8 + claims["claimed_channel"]
    audits = []
    for key in np.unique(keys).tolist():
        own = keys == key
        sent = good = corrupt = 0
        claimed = np.unique(claims["claimed_number"][claimed_keys == key]).astype(np.int64)
        sessions = np.unique(rows["session"][own]).tolist()
        for session in sessions:
            mine = own & (rows["session"] == session) & ~again
            numbers = rows["number"][mine].astype(np.int64)
            first, last = int(numbers[0]), int(numbers[-1])
            between = claimed[(claimed > first) & (claimed < last)]
            sent += last - first + 1
            good += len(numbers)
            corrupt += int(np.sum(~np.isin(between, numbers)))
        audits.append(
            ChannelAudit(
                spacecraft_id=key // 8,
                channel=key % 8,
                sessions=len(sessions),
                sent=sent,
                good=good,
                corrupt=corrupt,
                lost=sent - good - corrupt,
                duplicates=int(np.sum(again & own)),
            )
        )
    return tuple(audits)
