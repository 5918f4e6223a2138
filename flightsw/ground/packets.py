"""Packets of a downlink as columns of numbers.

A packet is taken as good when its headers are ones of the dictionary and its CRC holds; everything
else is damage, which is counted and never raised.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from flightsw._native import ffi, lib
from flightsw.dictionary import Dictionary, Packet, numpy_dtype
from flightsw.ground.frames import FRAME_OVERHEAD, Frames

NOT_TIMED: Final = np.iinfo(np.int64).min  # Earth-received time of what was recorded without
PACKET: Final = np.dtype(
    [
        ("offset", "u8"),
        ("size", "u4"),
        ("first_frame", "u4"),
        ("last_frame", "u4"),
        ("apid", "u2"),
        ("sequence_count", "u2"),
        ("good", "?"),
        ("", "V7"),
    ]
)
_COUNTS: Final = 1 << 14  # the packet sequence count wraps: CCSDS 133.0-B, 4.1.3.4.3
_REORDER: Final = 1 << 10  # packets that several stations and transmitters may bring out of order


@dataclass(frozen=True, slots=True)
class Packets:
    """The good packets of a downlink, by name, and what was not good.

    Attributes
    ----------
    rows : mapping of str to structured array
        Name of a packet -> its fields as sent (counts), one row a packet, in the order heard.
        `numpy_dtype()` of the dictionary says which.
    order : mapping of str to array of int
        Where each of those rows stands in the whole downlink: orders packets of different names.
    ert_us : mapping of str to array of int
        Earth-received time of the frame that completed each, us after the epoch of the log.
    spacecraft_id : mapping of str to array of int
        Whose transmitter sent each.
    damaged_packets : int
        Packets with a good header and a bad CRC, torn ones, and stretches that are no packet.
    damaged_bytes : int
        Bytes that belong to no good packet.
    missing_packets : int
        Packets that the sequence counts say were sent between good ones and are not there. The
        count is 14 bits wide: of a gap of 15 360 packets or more it cannot tell the length.
    unread : mapping of int to int
        APID -> good packets that the dictionary does not know, or that are shorter than it says.
    longer : mapping of str to int
        Name of a packet -> those that go on after the last field of the dictionary: a later minor
        version made them, and what it added is not read.
    frames : Frames or None
        That they came in; None for a recording without frames.
    """

    dictionary: Dictionary
    rows: Mapping[str, NDArray[np.void]]
    order: Mapping[str, NDArray[np.int64]]
    ert_us: Mapping[str, NDArray[np.int64]]
    spacecraft_id: Mapping[str, NDArray[np.uint16]]
    damaged_packets: int
    damaged_bytes: int
    missing_packets: int
    frames: Frames | None = None
    unread: Mapping[int, int] = field(default_factory=dict)
    longer: Mapping[str, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Good packets of all names."""
        return sum(len(rows) for rows in self.rows.values())

    @property
    def never_heard(self) -> tuple[str, ...]:
        """Names of the packets that are sent again and again, and of which none was heard."""
        return tuple(
            packet.name
            for packet in self.dictionary.packets
            if packet.stale_s is not None and not len(self.rows[packet.name])
        )

    @property
    def not_read(self) -> tuple[str, ...]:
        """What of the good packets the dictionary cannot read, a sentence each."""
        version = f"version {self.dictionary.version} of the telemetry dictionary"
        header = self.frames.log.header if self.frames else None
        made = ""
        if header and header.dictionary_version != self.dictionary.version:
            made = f"; the log was made with version {header.dictionary_version}"
        told = [
            f"{count} good packets of APID {apid:#05x} cannot be read by {version}{made}"
            for apid, count in sorted(self.unread.items())
        ]
        told += [
            f"{count} packets {name} are longer than {version} says: what was added is not "
            f"read{made}"
            for name, count in self.longer.items()
        ]
        return tuple(told)

    def values(self, name: str, field: str) -> NDArray[np.float64]:
        """Return a field of all packets of a name in the dictionary's unit, one value a packet."""
        scale = self.dictionary.packet(name).field(field).scale
        return scaled(self.rows[name][field], scale)

    def vectors(self, name: str, field: str) -> NDArray[np.float64]:
        """Return `field`_x, _y, _z of all packets of a name, shape (n, 3), dictionary's unit."""
        columns = [self.values(name, f"{field}_{axis}") for axis in "xyz"]
        return np.stack(columns, axis=1)

    def met_s(self, name: str) -> NDArray[np.float64]:
        """Return the mission elapsed time of all packets of a name, s since T-0."""
        scale = self.dictionary.secondary_header.scale
        return scaled(self.rows[name]["met_us"], scale)

    def heard_s(self) -> NDArray[np.float64]:
        """Return the mission elapsed time told so far with each packet, in the order heard, s.

        A packet of a channel that waits longer for company is heard late; it does not set it back.
        """
        names = [packet.name for packet in self.dictionary.packets if packet.clock == "met"]
        order = np.concatenate([self.order[name] for name in names])
        times = np.concatenate([self.met_s(name) for name in names])
        return np.asarray(np.maximum.accumulate(times[np.argsort(order, kind="stable")]))


def holds_nothing(packets: Packets) -> bool:
    """Return whether what was decoded is no downlink: neither a block of a log nor a packet."""
    return packets.frames is None and not packets.count


def t_zero_ert_s(packets: Packets) -> float | None:
    """Return when T-0 as flown was, in Earth-received time, as near as the packets tell.

    That is the earliest that any packet of the flight makes possible: it was received no earlier
    than it was made. None without a packet that has both times.
    """
    least = [
        int((ert_us[timed] - packets.rows[packet.name]["met_us"][timed]).min())
        for packet in packets.dictionary.packets
        if packet.clock == "met"
        for ert_us in [packets.ert_us[packet.name]]
        for timed in [(ert_us != NOT_TIMED) & (packets.rows[packet.name]["met_us"] >= 0)]
        if timed.any()
    ]
    return min(least) / 1e6 if least else None


def scaled(counts: NDArray[Any], scale: float) -> NDArray[np.float64]:
    """Return counts in their unit; one part of a power of ten is divided by, which rounds once."""
    parts = round(1.0 / scale)
    values = counts.astype(np.float64)
    return np.asarray(values / parts if parts > 1 else values * scale)


def missing_counts(sequence: NDArray[np.uint16]) -> int:
    """Return how many counts are missing between sequence counts in the order heard.

    A count that falls back by up to `_REORDER` was heard late; one further on is after a gap.
    """
    steps = np.diff(sequence.astype(np.int64) % _COUNTS) % _COUNTS
    if np.all(steps == 1):
        return 0
    places = np.cumsum((steps + _REORDER) % _COUNTS - _REORDER)
    low, high = min(0, int(places.min())), max(0, int(places.max()))
    return high - low + 1 - len(np.unique(np.append(places, 0)))


def extract(frames: Frames, dictionary: Dictionary) -> Packets:
    """Return the packets in frames.

    A packet that several transmitters sent is there once.
    """
    found, octets, damage = _scan_all(frames)
    rows, order, ert_us, spacecraft_id = {}, {}, {}, {}
    longer: dict[str, int] = {}
    known = np.zeros(len(found), dtype=bool)
    missing = 0
    for packet in dictionary.packets:
        name, dtype = packet.name, numpy_dtype(packet)
        mine = readable(found, packet.apid, dtype)
        known |= mine
        own = found[mine]
        beyond = int(np.count_nonzero(own["size"] > dtype.itemsize))
        if beyond:
            longer[name] = beyond
        frame = frames.rows[own["last_frame"]]
        place = np.argsort(frame["ert_us"], kind="stable")
        own, frame = own[place], frame[place]
        values = gather(octets, own, dtype)
        if packet.clock == "met" and len(np.unique(frame["spacecraft_id"])) > 1:
            key = np.stack([values["met_us"], values["sequence"].astype(np.int64)], axis=1)
            first = np.sort(np.unique(key, axis=0, return_index=True)[1])
            own, frame, values = own[first], frame[first], values[first]
        rows[name] = values
        ert_us[name] = frame["ert_us"].astype(np.int64)
        spacecraft_id[name] = frame["spacecraft_id"].astype(np.uint16)
        order[name] = own["offset"].astype(np.int64)
        missing += _missing(packet, values["sequence"], frame)
    rank_packets(order, ert_us)
    good = found["good"]
    return Packets(
        dictionary=dictionary,
        rows=rows,
        order=order,
        ert_us=ert_us,
        spacecraft_id=spacecraft_id,
        damaged_packets=damage.packets + int(np.count_nonzero(~good)),
        damaged_bytes=damage.octets + damage.packet_octets - int(found["size"][good].sum()),
        missing_packets=missing,
        frames=frames,
        unread=counted(found["apid"][good & ~known]),
        longer=longer,
    )


def _missing(packet: Packet, sequence: NDArray[np.uint16], frame: NDArray[np.void]) -> int:
    """Return how many packets of a name are missing; a transmitter counts anew in each life."""
    if packet.clock == "met":
        return missing_counts(sequence)
    lives = frame["spacecraft_id"].astype(np.int64) << 32 | frame["session"]
    return sum(missing_counts(sequence[lives == life]) for life in np.unique(lives))


@dataclass(slots=True)
class _Damage:
    packets: int = 0
    octets: int = 0
    packet_octets: int = 0  # of whole packets, good or not


def _scan_all(frames: Frames) -> tuple[NDArray[np.void], NDArray[np.uint8], _Damage]:
    """Return the packets in frames, the octets they stand in, and what is no packet."""
    found, octets, damage, used = [], [], _Damage(), 0
    for length in frames.lengths:
        own = None
        rows = frames.rows
        if len(frames.lengths) > 1:
            own = np.flatnonzero(frames.frame_bytes[rows["entry"]] == length)
            rows = rows[own]
        packets, joined, scan = scan_packets(frames.log.data, rows, length)
        if own is not None:
            packets["offset"] += used
            packets["first_frame"] = own[packets["first_frame"]]
            packets["last_frame"] = own[packets["last_frame"]]
        used += len(joined)
        found.append(packets)
        octets.append(joined)
        damage.packets += int(scan.damaged_packets)
        damage.octets += int(scan.damaged_bytes)
        damage.packet_octets += int(scan.packet_bytes)
    if len(found) == 1:
        return found[0], octets[0], damage
    return np.concatenate(found), np.concatenate(octets), damage


def scan_packets(
    data: bytes | memoryview, frames: NDArray[np.void], frame_bytes: int
) -> tuple[NDArray[np.void], NDArray[np.uint8], Any]:
    """Return the whole packets in frames of one length, the octets they stand in, and the scan."""
    scan: Any = ffi.new("ground_packet_scan_t *")
    rows = np.ascontiguousarray(frames)
    octets = np.empty(max(1, len(rows) * (frame_bytes - FRAME_OVERHEAD)), dtype=np.uint8)
    packets = np.zeros(4 * len(rows) + 64, dtype=PACKET)
    while True:
        scan.octets = ffi.cast("uint8_t *", octets.ctypes.data)
        scan.octets_capacity = len(octets)
        scan.packet = ffi.cast("ground_packet_t *", packets.ctypes.data)
        scan.packet_capacity = len(packets)
        lib.ground_packet_scan(
            ffi.from_buffer("uint8_t[]", data),
            len(data),
            ffi.cast("ground_frame_t *", rows.ctypes.data),
            len(rows),
            frame_bytes,
            scan,
        )
        if scan.packet_count <= len(packets):
            return packets[: scan.packet_count], octets, scan
        packets = np.zeros(scan.packet_count, dtype=PACKET)


def readable(found: NDArray[np.void], apid: int, dtype: np.dtype[np.void]) -> NDArray[np.bool_]:
    """Return which found packets are good ones of an APID and hold all fields of `dtype`."""
    return np.asarray(
        (found["apid"] == apid) & found["good"] & (found["size"] >= dtype.itemsize), dtype=bool
    )


def counted(apids: NDArray[np.uint16]) -> dict[int, int]:
    """Return how often each APID is there."""
    numbers, counts = np.unique(apids, return_counts=True)
    return dict(zip(numbers.tolist(), counts.tolist(), strict=True))


def gather(
    octets: NDArray[np.uint8], found: NDArray[np.void], dtype: np.dtype[np.void]
) -> NDArray[np.void]:
    """Return found packets as one array; of longer ones the fields that `dtype` has."""
    if not len(found):
        return np.empty(0, dtype=dtype)
    whole = np.dtype((np.void, dtype.itemsize))  # copied whole: three times as fast as by field
    anywhere: NDArray[np.void] = np.ndarray(
        (len(octets) - dtype.itemsize + 1,), dtype=whole, buffer=octets.data, strides=(1,)
    )
    offsets = found["offset"].astype(np.int64)
    rows = anywhere[offsets].view(dtype)
    longer = np.flatnonzero(found["size"] > dtype.itemsize)
    if len(longer):
        ends = offsets[longer] + found["size"][longer]
        rows["crc"][longer] = octets[ends - 2].astype(np.uint16) << 8 | octets[ends - 1]
    return rows


def rank_packets(
    order: dict[str, NDArray[np.int64]], ert_us: Mapping[str, NDArray[np.int64]]
) -> None:
    """Replace offsets by places in the whole downlink: by reception, then channel, then offset."""
    names = [*order]
    offsets = np.concatenate([order[name] for name in names])
    times = np.concatenate([ert_us[name] for name in names])
    rank = np.empty(len(offsets), dtype=np.int64)
    rank[np.lexsort((offsets, times))] = np.arange(len(offsets))
    ends = np.cumsum([len(order[name]) for name in names])
    for name, end in zip(names, ends.tolist(), strict=True):
        order[name] = rank[end - len(order[name]) : end]
