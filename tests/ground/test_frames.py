"""Frames of several stations to packets: each frame once, gaps counted, junk kept."""

import binascii
import json
import random
import struct
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flightsw.dictionary import load_dictionary
from flightsw.ground.decode import DownlinkError, decode
from flightsw.ground.frames import Frames, merge
from flightsw.ground.log import read_log
from flightsw.ground.packets import Packets, missing_counts
from tests.ground.test_log import HEADER, block, entry

FRAME = 128
MARKER = bytes.fromhex("1acffc1d")
DICTIONARY = load_dictionary()


def discretes(count: int, met_us: int = 0) -> bytes:
    """Return a DISCRETES packet by its layout."""
    body = struct.pack(">qQQQ", met_us, count, 0, 0)
    head = struct.pack(">HHH", 0x0903, 0xC000 | count & 0x3FFF, len(body) + 1)
    return head + body + struct.pack(">H", binascii.crc_hqx(head + body, 0xFFFF))


@dataclass
class Framer:
    """Transfer frames from CCSDS 132.0-B: no code of ours."""

    number: int = 0
    stream: bytes = b""
    starts: list[int] = field(default_factory=list)

    def add(self, packet: bytes) -> None:
        self.starts.append(len(self.stream))
        self.stream += packet

    def frames(
        self, *, channel: int = 1, first_number: int = 0, spacecraft: int = 1, length: int = FRAME
    ) -> list[bytes]:
        size = length - 12
        rest = -len(self.stream) % size
        if rest:
            idle = rest if rest >= 7 else rest + size
            self.add(struct.pack(">HHH", 0x07FF, 0xC000, idle - 7) + b"\x55" * (idle - 6))
        made = []
        for index in range(len(self.stream) // size):
            begin, number = index * size, first_number + index
            first = min(
                (s - begin for s in self.starts if begin <= s < begin + size), default=0x7FF
            )
            head = struct.pack(
                ">HBBHB",
                spacecraft << 4 | channel << 1,
                number & 0xFF,
                number & 0xFF,
                0x9800 | first,
                3,
            ) + (number >> 8).to_bytes(3, "big")
            body = head + self.stream[begin : begin + size]
            made.append(MARKER + body + struct.pack(">H", binascii.crc_hqx(body, 0xFFFF)))
        return made


def downlink(count: int = 40, **where: int) -> list[bytes]:
    framer = Framer()
    for number in range(count):
        framer.add(discretes(number, number * 10_000))
    return framer.frames(**where)


def recorded(bursts: list[bytes], *heard: tuple[int, int]) -> bytes:
    """Return a log of bursts, 1 ms apart, each heard by the stations (station, delay in us)."""
    heard = heard or ((0, 0),)
    entries = [
        entry(burst, *[(station, 1000 * k + delay) for station, delay in heard])
        for k, burst in enumerate(bursts)
    ]
    return block(1, 0, HEADER) + block(2, 1, b"".join(entries))


def merged(data: bytes) -> Frames:
    return merge(read_log(data))


def told(data: bytes) -> list[int]:
    """Return what the packets of a log tell, in the order heard."""
    return [int(value) for value in decode(data).rows["DISCRETES"]["discretes"]]


def accounted(packets: Packets) -> None:
    """Every octet is in a frame or in junk, every frame of a channel is accounted for."""
    frames = packets.frames
    assert frames is not None
    sizes = int(frames.log.entries["size"].sum())
    again = sum(channel.duplicates for channel in frames.channels)
    junk = int(frames.junk["size"].sum())
    assert (len(frames.rows) + again) * (FRAME + 4) + junk == sizes
    for channel in frames.channels:
        assert channel.good + channel.corrupt + channel.lost == channel.sent


def test_packets_are_found_across_frames() -> None:
    data = recorded(downlink())

    packets = decode(data)

    assert told(data) == [*range(40)]
    assert packets.damaged_bytes == packets.damaged_packets == packets.missing_packets == 0
    accounted(packets)


def test_a_frame_that_two_stations_heard_counts_once_with_its_first_reception() -> None:
    frames = merged(recorded(downlink(), (0, 500), (1, 200)))

    (channel,) = frames.channels
    assert (channel.good, channel.sent, channel.duplicates) == (len(frames.rows),) * 2 + (0,)
    assert frames.rows["ert_us"].tolist() == [1000 * k + 200 for k in range(len(frames.rows))]
    assert set(frames.station_bits.tolist()) == {3}


def test_a_frame_that_one_station_heard_wrong_is_taken_from_the_other() -> None:
    bursts = downlink()
    wrong = bytearray(bursts[3])
    wrong[60] ^= 4
    data = recorded([*bursts[:4], bytes(wrong), *bursts[4:]])

    packets = decode(data)

    assert told(data) == [*range(40)]
    assert packets.frames is not None
    assert (packets.frames.corrupt, packets.frames.lost, len(packets.frames.junk)) == (0, 0, 1)
    accounted(packets)


def test_a_lost_frame_tears_its_packets_and_no_others() -> None:
    bursts = downlink()
    data = recorded(bursts[:3] + bursts[4:])

    packets = decode(data)

    torn = {8, 9, 10, 11}  # of frame 3: octets 348 to 463, packets of 40 octets
    assert set(range(40)) - set(told(data)) == torn
    assert packets.frames is not None
    assert (packets.frames.lost, packets.missing_packets) == (1, 4)
    accounted(packets)


def test_a_corrupt_frame_is_told_from_a_lost_one() -> None:
    bursts = downlink()
    bursts[5] = bursts[5][:70] + bytes([bursts[5][70] ^ 1]) + bursts[5][71:]
    data = recorded(bursts[:2] + bursts[3:])

    (channel,) = merged(data).channels

    assert (channel.corrupt, channel.lost) == (1, 1)


def test_numbers_run_on_past_eight_bits_and_over_a_long_gap() -> None:
    bursts = downlink(3000)
    (channel,) = merged(recorded(bursts[:5] + bursts[-5:])).channels

    assert channel.sent == len(bursts)
    assert channel.lost == len(bursts) - 10


def test_counting_again_is_a_new_session() -> None:
    first, second = downlink(400), downlink(40)
    frames = merged(recorded(first + second))

    (channel,) = frames.channels
    assert (channel.sessions, channel.lost, channel.duplicates) == (2, 0, 0)
    assert len(frames.rows) == len(first) + len(second)


@pytest.mark.parametrize("heard", [1, 2, 5])
def test_counting_again_is_seen_however_few_frames_were_heard_before(heard: int) -> None:
    """Numbers that fall back by less than 64: other contents tell them from frames heard twice."""
    first = downlink(40)[:heard]
    framer = Framer()
    for number in range(40):
        framer.add(discretes(1000 + number, number * 10_000))
    second = framer.frames()

    frames = merged(recorded(first + second))

    assert len(frames.rows) == len(first) + len(second)
    assert [(c.sessions, c.lost, c.duplicates) for c in frames.channels] == [(2, 0, 0)]


def test_a_frame_heard_again_much_later_is_the_same_frame() -> None:
    bursts = downlink()
    data = block(1, 0, HEADER) + block(
        2,
        1,
        b"".join(entry(b, (0, 1000 * k)) for k, b in enumerate(bursts))
        + b"".join(entry(b, (0, 50_000 + 1000 * k)) for k, b in enumerate(bursts)),
    )

    (channel,) = merged(data).channels

    assert (channel.sessions, channel.good, channel.duplicates) == (1, len(bursts), len(bursts))


def test_channels_start_again_together() -> None:
    """One of them heard nothing of its first numbers; the other one tells."""
    fast, slow = downlink(400, channel=2), downlink(40, channel=3)
    before = [*fast, *slow[:2]]
    after = [*downlink(400, channel=2), *slow[3:]]

    frames = merged(recorded(before + after))

    assert {c.channel: (c.sessions, c.lost) for c in frames.channels} == {2: (2, 0), 3: (2, 0)}


def test_each_transmitter_has_its_own_length_of_frames() -> None:
    transmitters = [
        {"id": "a", "spacecraft_id": 1, "frame_bytes": FRAME},
        {"id": "b", "spacecraft_id": 2, "frame_bytes": 200},
    ]
    header = json.dumps(json.loads(HEADER) | {"transmitters": transmitters}).encode()
    framer = Framer()
    for number in range(40, 90):
        framer.add(discretes(number, number * 10_000))
    bursts = [*downlink(40), *framer.frames(spacecraft=2, length=200)]
    entries = b"".join(entry(burst, (0, 1000 * k)) for k, burst in enumerate(bursts))

    packets = decode(block(1, 0, header) + block(2, 1, entries))

    assert packets.rows["DISCRETES"]["discretes"].tolist() == [*range(90)]
    assert packets.damaged_bytes == packets.missing_packets == 0
    assert packets.frames is not None
    assert len(packets.frames.junk) == 0


def test_without_header_the_length_of_frames_is_that_of_the_bursts() -> None:
    framer = Framer()
    for number in range(50):
        framer.add(discretes(number, number * 10_000))
    bursts = framer.frames(length=300)
    entries = b"".join(entry(burst, (0, 1000 * k)) for k, burst in enumerate(bursts))

    assert told(block(2, 2, entries)) == [*range(50)]


def test_what_comes_after_the_last_good_frame_is_counted_as_damaged_once() -> None:
    bursts = downlink()
    dying = [burst[:70] + bytes([burst[70] ^ 1]) + burst[71:] for burst in bursts[-3:]]
    twice = dying[0][:90] + bytes([dying[0][90] ^ 2]) + dying[0][91:]  # as another station heard it
    data = recorded([*bursts[:-3], *dying, twice, bursts[0][:50]])

    frames = merged(data)

    assert (frames.corrupt, frames.damaged_after) == (0, 4)


def test_packets_that_come_out_of_order_are_not_missing() -> None:
    counts = np.array([5, 7, 6, 8, 16383, 0, 2, 1], dtype=np.uint16)

    assert missing_counts(counts[:4]) == 0
    assert missing_counts(counts[4:]) == 0
    assert missing_counts(np.array([16383, 1, 0, 4], dtype=np.uint16)) == 2
    assert missing_counts(np.array([10, 8010], dtype=np.uint16)) == 7999
    assert missing_counts(counts[:0]) == 0


@pytest.mark.parametrize(
    "change",
    [
        {"transmitters": [{"id": "t", "spacecraft_id": 1, "frame_bytes": size}]}
        for size in (-1, 0, 12, 1 << 16, 10**30, None)
    ]
    + [{"analogs": [["a", scale]]} for scale in (0.0, -1.0, float("nan"), float("inf"), "x")]
    + [{"dictionary": {"version": version, "hash": "0"}} for version in ("", "x", "9" * 6000)],
    ids=str,
)
def test_a_header_that_says_what_cannot_be_is_none(change: dict[str, object]) -> None:
    header = json.dumps(json.loads(HEADER) | change).encode()
    entries = b"".join(entry(burst, (0, 1000 * k)) for k, burst in enumerate(downlink()))

    packets = decode(block(1, 0, header) + block(2, 1, entries))

    assert packets.frames is not None
    assert packets.frames.log.header is None
    assert packets.rows["DISCRETES"]["discretes"].tolist() == [*range(40)]


def test_housekeeping_of_another_version_is_refused_also_without_header() -> None:
    packet = DICTIONARY.packet("HOUSEKEEPING")
    body = struct.pack(">HHHqB", 0x0902, 0xC000, packet.size_bytes - 7, 0, DICTIONARY.major + 1)
    body += bytes(packet.size_bytes - len(body) - 2)
    framer = Framer()
    framer.add(body + struct.pack(">H", binascii.crc_hqx(body, 0xFFFF)))
    entries = b"".join(entry(burst, (0, 0)) for burst in framer.frames())

    with pytest.raises(DownlinkError, match=r"made with version 3\.0 of the telemetry dictionary"):
        decode(block(2, 2, entries))


def wrong_apid(packet: bytearray) -> None:
    packet[0:2] = b"\x0b\xff"


def wrong_version(packet: bytearray) -> None:
    packet[0] |= 0xE0


def oversized(packet: bytearray) -> None:
    packet[4:6] = b"\xff\xff"


def undersized(packet: bytearray) -> None:
    packet[4:6] = b"\x00\x00"


def full_of_nan(packet: bytearray) -> None:
    """The octets of quiet NaNs, and a CRC that says they are meant."""
    packet[6:-2] = (b"\x7f\xf8\0\0\0\0\0\0" * 8)[: len(packet) - 8]
    packet[-2:] = struct.pack(">H", binascii.crc_hqx(bytes(packet[:-2]), 0xFFFF))


@pytest.mark.parametrize("spoil", [wrong_apid, wrong_version, oversized, undersized, full_of_nan])
def test_a_packet_of_another_kind_in_good_frames_costs_no_other(
    spoil: Callable[[bytearray], None],
) -> None:
    framer = Framer()
    made = [bytearray(discretes(number, number * 10_000)) for number in range(200)]
    spoil(made[50])
    for each in made:
        framer.add(bytes(each))
    bursts = framer.frames()

    packets = decode(recorded(bursts))

    heard = set(packets.rows["DISCRETES"]["discretes"].tolist())
    torn = {0} | {k for k in range(200) if k not in heard}
    assert len(torn - {0, 50}) <= 8  # to the next first header pointer
    good = sum(40 * len(rows) for rows in packets.rows.values())
    idle = len(framer.stream) - 200 * 40
    assert good + packets.damaged_bytes + idle == len(bursts) * (FRAME - 12)
    accounted(packets)


def test_frames_are_found_at_any_octet_of_an_entry() -> None:
    bursts = downlink()
    stream = b"noise" + bursts[0] + bursts[1][:50] + b"\x1a\xcf" + b"".join(bursts[2:])

    packets = decode(recorded([stream]))

    assert packets.frames is not None
    assert (packets.frames.corrupt, packets.frames.lost) == (1, 0)  # of one, half was heard
    assert len(packets.frames.junk) == 2
    accounted(packets)


@pytest.mark.parametrize(
    ("octet", "value", "reason"),
    [
        pytest.param(4, 0x40, 3, id="another version"),
        pytest.param(8, 0x18, 3, id="no secondary header"),
    ],
)
def test_a_frame_of_another_kind_is_junk(octet: int, value: int, reason: int) -> None:
    bursts = downlink()
    other = bytearray(bursts[0])
    other[octet] = value
    other[-2:] = struct.pack(">H", binascii.crc_hqx(bytes(other[4:-2]), 0xFFFF))

    frames = merged(recorded([bytes(other), *bursts[1:]]))

    assert frames.junk["reason"].tolist() == [reason]


def test_no_one_two_three_or_short_burst_of_wrong_bits_goes_undetected() -> None:
    """All 1-bit errors, samples of 2- and 3-bit errors and of bursts of up to 16 bits."""
    good = downlink()[1]
    bits = len(good) * 8
    word = int.from_bytes(good, "big")
    patterns = [1 << k for k in range(bits - 32)]  # the marker stands first
    patterns += [
        1 << a | 1 << b for a in range(0, bits - 32, 7) for b in range(a + 1, bits - 32, 11)
    ]
    dice = random.Random(3)
    patterns += [sum(1 << k for k in dice.sample(range(bits - 32), 3)) for _ in range(30_000)]
    patterns += [burst << at for at in range(0, bits - 48, 97) for burst in range(1, 1 << 16, 37)]
    wrong = [(word ^ pattern).to_bytes(len(good), "big") for pattern in patterns]

    frames = merged(block(1, 0, HEADER) + block(2, 1, b"".join(entry(w, (0, 0)) for w in wrong)))

    assert len(frames.rows) == 0
    assert len(frames.junk) == len(wrong)


@settings(max_examples=60)
@given(st.data())
def test_whatever_happens_to_a_stream_is_accounted_for(data: st.DataObject) -> None:
    bursts = downlink(30)
    for _ in range(data.draw(st.integers(0, 6))):
        k = data.draw(st.integers(0, len(bursts) - 1))
        kind = data.draw(st.sampled_from(["flip", "cut", "drop", "twice", "garbage", "swap"]))
        if kind == "flip":
            bit = data.draw(st.integers(0, len(bursts[k]) * 8 - 1)) if bursts[k] else 0
            changed = bytearray(bursts[k] or b"\0")
            changed[bit // 8] ^= 1 << bit % 8
            bursts[k] = bytes(changed)
        elif kind == "cut":
            bursts[k] = bursts[k][: data.draw(st.integers(0, len(bursts[k])))]
        elif kind == "drop" and len(bursts) > 1:
            del bursts[k]
        elif kind == "twice":
            bursts.insert(k, bursts[k])
        elif kind == "garbage":
            bursts.insert(k, data.draw(st.binary(max_size=300)))
        elif kind == "swap":
            bursts[k], bursts[0] = bursts[0], bursts[k]

    packets = decode(recorded(bursts))

    accounted(packets)
    assert set(packets.rows["DISCRETES"]["discretes"].tolist()) <= set(range(30))


@given(st.binary(max_size=3000))
def test_garbage_in_an_entry_is_junk(garbage: bytes) -> None:
    accounted(decode(recorded([garbage, *downlink(5)])))
