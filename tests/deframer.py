"""Transfer frames and packets by the words of CCSDS 132.0-B and 133.0-B: no code of ours."""

import binascii
import struct
from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise

MARKER = bytes.fromhex("1acffc1d")


@dataclass(frozen=True)
class Frame:
    spacecraft_id: int
    channel: int
    master_count: int
    number: int
    first_header: int
    data: bytes


def parse(octets: bytes) -> Frame:
    """Return a frame without marker; a wrong checksum or header is an AssertionError."""
    identity, master, low, status = struct.unpack(">HBBH", octets[:6])
    assert binascii.crc_hqx(octets, 0xFFFF) == 0
    assert identity >> 14 == 0, "version"
    assert identity & 1 == 0, "no operational control field"
    assert status >> 15 == 1, "secondary header"
    assert status >> 11 & 0xF == 0b0011, "octet aligned, in order, segment length 11"
    assert octets[6] == 3, "secondary header of four octets"
    high = int.from_bytes(octets[7:10], "big")
    return Frame(
        spacecraft_id=identity >> 4 & 0x3FF,
        channel=identity >> 1 & 7,
        master_count=master,
        number=high << 8 | low,
        first_header=status & 0x7FF,
        data=octets[10:-2],
    )


def frames(stream: bytes, size: int) -> list[Frame]:
    """Return the frames of a gapless stream."""
    whole = size + len(MARKER)
    assert len(stream) % whole == 0
    pieces = [stream[at : at + whole] for at in range(0, len(stream), whole)]
    assert all(piece.startswith(MARKER) for piece in pieces)
    return [parse(piece[len(MARKER) :]) for piece in pieces]


def packets(found: list[Frame], channel: int) -> list[bytes]:
    """Return the packets of a channel that nothing is missing of, idle packets left out.

    Every first header pointer must point to where a packet begins.
    """
    own = [frame for frame in found if frame.channel == channel]
    assert all(b.number == a.number + 1 for a, b in pairwise(own))
    stream = b"".join(frame.data for frame in own)
    starts: list[int] = []
    kept, at = [], 0
    while at + 6 <= len(stream):
        size = int.from_bytes(stream[at + 4 : at + 6], "big") + 7
        starts.append(at)
        if at + size <= len(stream) and int.from_bytes(stream[at : at + 2], "big") & 0x7FF != 0x7FF:
            kept.append(stream[at : at + size])
        at += size
    if at < len(stream):
        starts.append(at)
    begin = 0
    for frame in own:
        next_start = bisect_left(starts, begin)
        inside = next_start < len(starts) and starts[next_start] < begin + len(frame.data)
        first = starts[next_start] - begin if inside else 0x7FF
        assert frame.first_header == first
        begin += len(frame.data)
    return kept


# ---------------------------------------------------------------------- with gaps

NONE_BEGINS = 0x7FE  # in such a frame, or in the next higher: 132.0-B, first header pointer
IDLE = 0x7FF


def apid(packet: bytes) -> int:
    return int.from_bytes(packet[:2], "big") & 0x7FF


def split(stream: bytes) -> list[bytes]:
    """Return the packets that are whole in octets that begin with one, idle ones too."""
    found, at = [], 0
    while at + 6 <= len(stream):
        end = at + int.from_bytes(stream[at + 4 : at + 6], "big") + 7
        if end <= len(stream):
            found.append(stream[at:end])
        at = end
    return found


def whole_frames(stream: bytes, size: int) -> list[Frame]:
    """Return the frames of which nothing is missing in a stream with gaps."""
    found, at = [], stream.find(MARKER)
    while at >= 0:
        begin = at + len(MARKER)
        octets = stream[begin : begin + size]
        is_whole = len(octets) == size and binascii.crc_hqx(octets, 0xFFFF) == 0
        if is_whole:
            found.append(parse(octets))
        at = stream.find(MARKER, begin + size if is_whole else at + 1)
    return found


def whole_packets(found: list[Frame]) -> list[bytes]:
    """Return the packets of which nothing is missing in frames with gaps, idle ones left out."""
    kept: list[bytes] = []
    for channel in range(8):
        streams: list[bytes] = []
        follows = -1  # the number that goes on where a packet is open
        for frame in (frame for frame in found if frame.channel == channel):
            if frame.number == follows:
                streams[-1] += frame.data
            elif frame.first_header < NONE_BEGINS:
                streams.append(frame.data[frame.first_header :])
            else:
                continue
            follows = frame.number + 1
        kept += [packet for stream in streams for packet in split(stream) if apid(packet) != IDLE]
    return kept
