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
FRAME_OVERHEAD: Final = 12  # headers and CRC of a frame
REORDER: Final = 64  # frames that stations may hear out of order; more is a new start of counting
REORDER_US: Final = 100_000  # light over 30 000 km: later than this, none comes out of order
_WINDOW: Final = 1024  # frames looked at first for a new start; doubled while there is none


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
    lengths : tuple of int
        Octets of a frame without marker: transmitters may differ.
    frame_bytes : array of int, shape (entries,)
        Which of them the frames in each entry of the log have.
    junk : structured array `JUNK`
        Octets of an entry that are in no good frame; `REASONS` says why.
    channels : tuple of ChannelAudit
        Idle frames among them.
    damaged_after : int
        Frames that came after the last good one of all, none of them whole: what a transmitter
        sends while it dies. No count says how many were sent then.
    """

    log: Log
    lengths: tuple[int, ...]
    frame_bytes: NDArray[np.uint16]
    rows: NDArray[np.void]
    station_bits: NDArray[np.int64]
    junk: NDArray[np.void]
    channels: tuple[ChannelAudit, ...]
    damaged_after: int

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
    lengths = frame_lengths(log)
    frame_bytes, parts = scan_entries(log, lengths)
    rows, junk = parts[0]
    if len(parts) > 1:
        rows = np.concatenate([part[0] for part in parts])
        junk = np.concatenate([part[1] for part in parts])
    ert_us = log.ert_us
    rows["ert_us"] = ert_us[rows["entry"]]
    rows = rows[np.argsort(rows["ert_us"], kind="stable")]
    junk = junk[np.argsort(junk["entry"], kind="stable")]
    _number_sessions(rows, log.data, frame_bytes)
    last_us = rows["ert_us"][-1] if len(rows) else np.iinfo(np.int64).min
    order = np.lexsort((rows["number"], rows["channel"], rows["session"], rows["spacecraft_id"]))
    rows = rows[order]
    again = _same_as_before(rows)
    channels = _audit(rows, again, junk, ert_us[junk["entry"]])
    stations = log.station_bits[rows["entry"]]
    if again.any():
        first = np.flatnonzero(~again)
        stations = np.bitwise_or.reduceat(stations, first)
        rows = rows[first]
    return Frames(
        log=log,
        lengths=tuple(lengths),
        frame_bytes=frame_bytes,
        rows=rows,
        station_bits=stations,
        junk=junk,
        channels=channels,
        damaged_after=count_damaged(junk[ert_us[junk["entry"]] > last_us]),
    )


def scan_entries(
    log: Log, lengths: list[int]
) -> tuple[NDArray[np.uint16], list[tuple[NDArray[np.void], NDArray[np.void]]]]:
    """Return the frame length of each entry, and frames and junk of the entries of each length.

    An entry is a burst of one transmitter, usually one frame, whose size tells its length. One of
    another size goes with the length that finds most frames in such entries.
    """
    sizes = log.entries["size"].astype(np.int64)
    chosen = np.full(len(sizes), lengths[0], dtype=np.uint16)
    if len(lengths) == 1:
        return chosen, [_scan(log, lengths[0])]
    other = np.ones(len(sizes), dtype=bool)
    for length in lengths:
        fits = sizes == length + lib.CCSDS_MARKER_bytes
        chosen[fits] = length
        other &= ~fits
    (rest,) = np.nonzero(other)
    chosen[rest] = max(lengths, key=lambda length: len(_scan(log, length, rest)[0]))
    return chosen, [_scan(log, length, np.flatnonzero(chosen == length)) for length in lengths]


def frame_lengths(log: Log) -> list[int]:
    """Return the lengths of frames in a log; without its header, that of most of its bursts."""
    if log.header is not None and log.header.transmitters:
        return sorted({each.frame_bytes for each in log.header.transmitters})
    sizes, counts = np.unique(log.entries["size"], return_counts=True)
    if not len(sizes):
        return [FRAME_BYTES]
    length = int(sizes[np.argmax(counts)]) - lib.CCSDS_MARKER_bytes
    return [length if length > FRAME_OVERHEAD else FRAME_BYTES]


def _scan(
    log: Log, frame_bytes: int, chosen: NDArray[np.intp] | None = None
) -> tuple[NDArray[np.void], NDArray[np.void]]:
    """Return frames and junk of the entries `chosen`, or of all."""
    entries = np.ascontiguousarray(log.entries if chosen is None else log.entries[chosen])
    scan: Any = ffi.new("ground_frame_scan_t *")
    frames = np.zeros(len(entries) + 64, dtype=FRAME)
    junk = np.zeros(len(entries) + 64, dtype=JUNK)
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
            break
        frames = np.zeros(scan.frame_count, dtype=FRAME)
        junk = np.zeros(scan.junk_count, dtype=JUNK)
    frames, junk = frames[: scan.frame_count], junk[: scan.junk_count]
    if chosen is not None:
        frames["entry"] = chosen[frames["entry"]]
        junk["entry"] = chosen[junk["entry"]]
    return frames, junk


def _channel_keys(rows: NDArray[np.void]) -> NDArray[np.int64]:
    return np.asarray(rows["spacecraft_id"].astype(np.int64) * 8 + rows["channel"])


def _number_sessions(rows: NDArray[np.void], data: bytes, frame_bytes: NDArray[np.uint16]) -> None:
    """Count, along the time of reception, how often each transmitter began to count again."""
    for spacecraft in _spacecraft_counting_again(rows):
        (own,) = np.nonzero(rows["spacecraft_id"] == spacecraft)
        starts = _starts(rows[own], data, frame_bytes)
        rows["session"][own] = np.searchsorted(starts, np.arange(len(own)), side="right")


def _spacecraft_counting_again(rows: NDArray[np.void]) -> set[int]:
    """Return which have a number that does not follow the one before in its channel."""
    keys, numbers = _channel_keys(rows), rows["number"].astype(np.int64)
    order = np.argsort(keys, kind="stable")
    steps, same = np.diff(numbers[order]), np.diff(keys[order]) == 0
    return {int(key) // 8 for key in keys[order[1:][same & (steps <= 0)]].tolist()}


def _starts(
    rows: NDArray[np.void], data: bytes, frame_bytes: NDArray[np.uint16]
) -> NDArray[np.intp]:
    """Return where, among the frames of one transmitter, its channels count from 0 again."""
    starts: list[int] = []
    begin, window = 0, _WINDOW
    while begin < len(rows):
        at = _counts_again(rows[begin : begin + window], data, frame_bytes)
        if at is not None:
            begin += at
            starts.append(begin)
            window = _WINDOW
        elif begin + window >= len(rows):
            break
        else:
            window *= 2
    return np.array(starts, dtype=np.intp)


def _counts_again(
    rows: NDArray[np.void], data: bytes, frame_bytes: NDArray[np.uint16]
) -> int | None:
    """Return where the first new start lies; None: all of it is one life.

    All channels start together. What gives it away is a number that falls back further than
    stations may disagree on the order, or one that has another content than before. The start
    itself lies in the longest pause since the frame before of that channel.
    """
    found: list[tuple[int, int]] = []  # the frame that gives it away, the one before it
    for channel in np.unique(rows["channel"]).tolist():
        (own,) = np.nonzero(rows["channel"] == channel)
        numbers = rows["number"][own].astype(np.int64)
        step = np.diff(numbers)
        if np.all(step > 0):
            continue
        late = np.diff(rows["ert_us"][own]) > REORDER_US
        signs = np.flatnonzero((step < -REORDER) | (late & (step < 0))).tolist()[:1]
        order = np.argsort(numbers, kind="stable")
        same = np.flatnonzero(np.diff(numbers[order]) == 0)
        others = (
            int(order[k + 1]) - 1
            for k in same.tolist()
            if _octets(rows[own[order[k]]], data, frame_bytes)
            != _octets(rows[own[order[k + 1]]], data, frame_bytes)
        )
        signs.append(min(others, default=len(own)))
        first = min(signs)
        if first + 1 < len(own):
            found.append((int(own[first + 1]), int(own[first])))
    if not found:
        return None
    at, before = min(found)
    pauses = np.diff(rows["ert_us"][before : at + 1])
    return at - int(np.argmax(pauses[::-1]))


def _octets(row: np.void, data: bytes, frame_bytes: NDArray[np.uint16]) -> bytes:
    begin = int(row["offset"])
    return data[begin : begin + int(frame_bytes[row["entry"]])]


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
    rows: NDArray[np.void],
    again: NDArray[np.bool_],
    junk: NDArray[np.void],
    junk_ert_us: NDArray[np.int64],
) -> tuple[ChannelAudit, ...]:
    keys = _channel_keys(rows)
    damaged = junk["reason"] == lib.GROUND_JUNK_CRC
    claims, claimed_us = junk[damaged], junk_ert_us[damaged]
    claimed_keys = claims["claimed_spacecraft_id"].astype(np.int64) * 8 + claims["claimed_channel"]
    audits = []
    for key in np.unique(keys).tolist():
        own = keys == key
        sent = good = corrupt = 0
        mine_claimed = claimed_keys == key
        sessions = np.unique(rows["session"][own]).tolist()
        for session in sessions:
            mine = own & (rows["session"] == session) & ~again
            numbers = rows["number"][mine].astype(np.int64)
            first, last = int(numbers[0]), int(numbers[-1])
            times = rows["ert_us"][mine]
            then = (claimed_us >= times.min()) & (claimed_us <= times.max())
            claimed = np.unique(claims["claimed_number"][mine_claimed & then]).astype(np.int64)
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


def count_damaged(junk: NDArray[np.void]) -> int:
    """Return how many frames there are in junk, those that say they are the same once."""
    cut = int(np.sum(junk["reason"] == lib.GROUND_JUNK_CUT))
    claims = junk[junk["reason"] == lib.GROUND_JUNK_CRC]
    names = ["claimed_spacecraft_id", "claimed_channel", "claimed_number"]
    return cut + len(np.unique(claims[names]))
