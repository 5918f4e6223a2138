"""Frames of several stations to packets: each frame once, gaps counted, junk kept."""

import binascii
import random
import struct
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flightsw.ground.decode import decode
from flightsw.ground.frames import Frames, merge
from flightsw.ground.log import read_log
from flightsw.ground.packets import Packets
from tests.ground.test_log import HEADER, block, entry

FRAME = 128
MARKER = bytes.fromhex("1acffc1d")


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

    def frames(self, *, channel: int = 1, first_number: int = 0) -> list[bytes]:
        size = FRAME - 12
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
                ">HBBHB", 1 << 4 | channel << 1, number & 0xFF, number & 0xFF, 0x9800 | first, 3
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


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60)
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
