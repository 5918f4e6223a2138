"""The downlink log: every truncation and every flipped bit is found, and the rest is still read."""

import json
import struct
import zlib
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightsw._native import ffi, lib
from flightsw.dictionary import load_dictionary
from flightsw.ground.log import Log, read_log

DICTIONARY = load_dictionary()
HEADER = json.dumps(
    {
        "format": "flightsw-log/1",
        "mission": "m",
        "epoch_utc": "2016-12-01T14:51:52+00:00",
        "stations": ["a", "b"],
        "transmitters": [{"id": "t", "spacecraft_id": 1, "frame_bytes": 128}],
        "dictionary": {"version": DICTIONARY.version, "hash": f"{DICTIONARY.hash:08x}"},
        "sequence_hash": "0",
        "entries": [],
        "analogs": [],
        "discretes": [],
    }
).encode()


def block(kind: int, number: int, payload: bytes) -> bytes:
    """Return a block by the words of docs/reference/formats.md."""
    head = b"\xf5LOG" + struct.pack("<BBHII", kind, 1, 0, number, len(payload))
    head += struct.pack("<I", zlib.crc32(head))
    return head + payload + struct.pack("<I", zlib.crc32(head + payload))


def entry(octets: bytes, *heard: tuple[int, int]) -> bytes:
    receptions = b"".join(struct.pack("<Bq", station, ert_us) for station, ert_us in heard)
    return struct.pack("<HB", len(octets), len(heard)) + receptions + octets


def handmade(count: int = 6) -> list[bytes]:
    blocks = [block(1, 0, HEADER), block(1, 1, HEADER)]
    blocks += [
        block(2, 2 + k, entry(bytes([k]) * 20, (0, 10 * k), (1, 10 * k - 3)) + entry(b"x", (1, k)))
        for k in range(count)
    ]
    before = b"".join(blocks)
    return [*blocks, block(3, len(blocks), struct.pack("<IQq", len(blocks), len(before), 99))]


def octets(log: Log) -> list[bytes]:
    return [
        log.data[offset : offset + size]
        for offset, size in zip(
            log.entries["offset"].tolist(), log.entries["size"].tolist(), strict=True
        )
    ]


def test_a_log_is_what_its_layout_says() -> None:
    log = read_log(b"".join(handmade(2)))

    assert log.complete
    assert log.header is not None
    assert log.header.stations == ("a", "b")
    assert octets(log) == [b"\0" * 20, b"x", b"\1" * 20, b"x"]
    assert log.ert_us.tolist() == [-3, 0, 7, 1]
    assert log.station_bits.tolist() == [3, 2, 3, 2]


def test_the_writer_writes_that_layout() -> None:
    room: Any = ffi.new("uint8_t[]", 1 << 16)
    log: Any = ffi.new("ground_log_t *", {"octets": room, "capacity": 1 << 16})
    for _ in range(2):
        lib.ground_log_header(log, HEADER, len(HEADER))
    for k in range(6):
        lib.ground_log_begin(log)
        heard = ffi.new("ground_log_reception_t[2]", [(0, 10 * k), (1, 10 * k - 3)])
        lib.ground_log_add(log, bytes([k]) * 20, 20, heard, 2)
        lib.ground_log_add(log, b"x", 1, ffi.new("ground_log_reception_t[1]", [(1, k)]), 1)
        lib.ground_log_end(log)
    lib.ground_log_begin(log)
    lib.ground_log_end(log)  # nothing was heard: no block
    lib.ground_log_finish(log, 99)

    assert bytes(ffi.buffer(room, log.used)) == b"".join(handmade())


def test_a_block_without_room_is_left_out_whole() -> None:
    room: Any = ffi.new("uint8_t[]", 100)
    log: Any = ffi.new("ground_log_t *", {"octets": room, "capacity": 100})
    heard = ffi.new("ground_log_reception_t[1]", [(0, 0)])
    for size in (40, 40):
        lib.ground_log_begin(log)
        lib.ground_log_add(log, bytes(size), size, heard, 1)
        lib.ground_log_end(log)

    read = read_log(bytes(ffi.buffer(room, log.used)))
    assert (len(read.entries), len(read.damage)) == (1, 0)
    assert log.lost >= 40
    assert log.blocks == 1


def test_every_truncation_is_seen_and_what_is_before_it_is_read() -> None:
    blocks = handmade()
    whole = b"".join(blocks)
    ends = [sum(map(len, blocks[:k])) for k in range(len(blocks) + 1)]

    for size in range(len(whole)):
        log = read_log(whole[:size])
        assert not log.complete
        assert log.blocks == sum(end <= size for end in ends[1:])


def test_every_flipped_bit_is_seen_and_costs_one_block() -> None:
    blocks = handmade(2)
    whole = b"".join(blocks)
    bounds = [*pairwise([sum(map(len, blocks[:k])) for k in range(len(blocks) + 1)])]

    for bit in range(len(whole) * 8):
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        log = read_log(bytes(damaged))
        (begin, end) = next((a, b) for a, b in bounds if a <= bit // 8 < b)
        assert not log.complete
        assert log.blocks == len(blocks) - 1
        assert log.damage.tolist() == [(begin, end - begin)]


def test_a_block_that_is_gone_is_missed() -> None:
    blocks = handmade()
    log = read_log(b"".join(blocks[:4] + blocks[5:]))

    assert (log.lost_blocks, len(log.damage), log.complete) == (1, 0, False)


@given(st.binary(max_size=400), st.binary(max_size=400), st.integers(0, 8))
def test_blocks_are_found_in_any_garbage(before: bytes, between: bytes, at: int) -> None:
    blocks = handmade()
    data = before + b"".join(blocks[:at]) + between + b"".join(blocks[at:])

    log = read_log(data)

    assert log.blocks == len(blocks)
    assert sum(log.damage["size"].tolist()) == len(before) + len(between)


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(b"\x05\x00\x00hello", id="no receptions"),
        pytest.param(entry(b"hello", (0, 0))[:-1], id="octets cut"),
        pytest.param(entry(b"hello", (0, 0)) + b"\1", id="a piece too much"),
        pytest.param(b"\xff\xff\xff", id="oversized"),
    ],
)
def test_entries_that_do_not_add_up_are_damage(payload: bytes) -> None:
    bad = block(2, 0, payload)
    log = read_log(bad + block(2, 1, entry(b"x", (0, 0))))

    assert octets(log) == [b"x"]
    assert log.damage.tolist() == [(0, len(bad))]


def test_the_end_says_until_when_the_stations_have_listened() -> None:
    whole = b"".join(handmade())
    short = block(3, 8, struct.pack("<IQ", 8, len(b"".join(handmade()[:-1]))))

    assert read_log(whole).listened_us == 99
    assert read_log(whole[:-1]).listened_us is None
    before = read_log(b"".join(handmade()[:-1]) + short)
    assert (before.complete, before.listened_us) == (True, None)
