"""The transmitter: packets in, frames out, by its supply and its clock alone.

What leaves is read by tests/deframer.py, which is written from the standards.
"""

from __future__ import annotations

import random
import struct
from itertools import pairwise
from typing import Any

import pytest

from flightsw._native import ffi, lib
from flightsw.dictionary import load_dictionary, numpy_dtype
from tests.deframer import MARKER, Frame, frames, packets

FRAME = 128
WHOLE = FRAME + len(MARKER)
TICK_US = 10_000
EVENTS, DISCRETES, FAST, SLOW = range(4)
STATUS = lib.TRANSMITTER_CHANNELS


def packet(channel: int, size: int = 40, count: int = 0) -> bytes:
    """Return a packet of APID 0x100 + channel."""
    body = bytes((count + k) & 0xFF for k in range(size - 6))
    return struct.pack(">HHH", 0x0900 | channel, 0xC000 | count & 0x3FFF, size - 7) + body


class Bench:
    """A transmitter on a bench: no heartbeat, no idle frames, unless said otherwise."""

    def __init__(self, **changes: Any) -> None:
        self.config: Any = ffi.new("transmitter_config_t *")
        settings = {
            "spacecraft_id": 0x2A5,
            "frame_bytes": FRAME,
            "rate_bps": 1_000_000,
            "warm_up_us": 20_000,
            "reset_us": 30_000,
            "hold_up_us": 20_000,
            "damage_us": 20_000,
            "on_mv": 24_000,
            "brown_out_mv": 20_000,
            "gone_mv": 12_000,
            "status_channel": SLOW,
            "route_count": 4,
            "route": [{"apid": 0x100 + k, "channel": k} for k in range(4)],
            "channel": [{"queue_bytes": 1000, "flush_us": 0}] * 4,
        } | changes
        for name, value in settings.items():
            setattr(self.config, name, value)
        self.storage: Any = ffi.new("uint8_t[]", 4000)
        self.self: Any = ffi.new("transmitter_t *")
        self.status = lib.transmitter_init(self.self, self.config, self.storage, 4000)
        self.out: Any = ffi.new("uint8_t[]", 1 << 16)

    def on(self) -> Bench:
        lib.transmitter_set_supply(self.self, 27_000)
        for _ in range(10):
            self.step()
        assert self.state == lib.TRANSMITTER_ON
        return self

    @property
    def state(self) -> int:
        return int(self.self.state)

    @property
    def count(self) -> Any:
        return self.self.count

    def supply(self, millivolts: int) -> Bench:
        lib.transmitter_set_supply(self.self, millivolts)
        return self

    def accept(self, octets: bytes) -> int:
        return int(lib.transmitter_accept(self.self, octets, len(octets)))

    def step(self, elapsed_us: int = TICK_US, capacity: int = 1 << 16) -> bytes:
        size = lib.transmitter_step(self.self, elapsed_us, self.out, capacity)
        return bytes(ffi.buffer(self.out, size))

    def frames(self, elapsed_us: int = TICK_US) -> list[Frame]:
        return frames(self.step(elapsed_us), FRAME)


# ---------------------------------------------------------------------- frames


def test_a_frame_is_what_the_standard_says() -> None:
    bench = Bench().on()
    bench.accept(packet(FAST, 60))

    (frame,) = bench.frames()

    assert (frame.spacecraft_id, frame.channel, frame.number) == (0x2A5, FAST, 0)
    assert frame.first_header == 0
    assert frame.data[:60] == packet(FAST, 60)
    idle = frame.data[60:]
    assert idle[:6] == struct.pack(">HHH", 0x07FF, 0xC000, len(idle) - 7)
    assert set(idle[6:]) == {0x55}


@pytest.mark.parametrize("size", [7, 8, 110, 115, 116, 117, 122, 123, 232, 500])
def test_packets_come_out_as_they_went_in(size: int) -> None:
    bench = Bench().on()
    sent = [packet(FAST, size, count) for count in range(40)]

    stream = b""
    for each in sent:
        bench.accept(each)
        stream += bench.step()

    assert packets(frames(stream, FRAME), FAST) == sent


def test_packets_of_all_sizes_and_channels_come_out_as_they_went_in() -> None:
    dice = random.Random(4)
    bench = Bench(
        channel=[{"queue_bytes": 1000, "flush_us": wait} for wait in (0, 0, 50_000, 300_000)]
    ).on()
    sent: list[list[bytes]] = [[], [], [], []]
    stream = b""
    for count in range(3000):
        channel = dice.randrange(4)
        each = packet(channel, dice.randint(7, 300), count)
        if bench.accept(each):
            sent[channel].append(each)
        stream += bench.step()
    for _ in range(60):
        stream += bench.step()

    found = frames(stream, FRAME)
    assert [packets(found, channel) for channel in range(4)] == sent
    assert [frame.master_count for frame in found] == [k & 0xFF for k in range(len(found))]


def test_the_number_of_a_frame_runs_past_its_eight_bits() -> None:
    bench = Bench().on()

    numbers = []
    for count in range(600):
        bench.accept(packet(EVENTS, 40, count))
        numbers += [frame.number for frame in bench.frames()]

    assert numbers == [*range(600)]


def test_an_idle_frame_breaks_a_silence() -> None:
    bench = Bench(idle_us=50_000).on()

    found = [frame for _ in range(20) for frame in bench.frames()]

    assert len(found) in (3, 4)
    assert {(frame.channel, frame.first_header) for frame in found} == {(7, 0x7FE)}
    assert bench.count.frames_sent[4] >= len(found)


# ---------------------------------------------------------------------- rate, priority


def test_no_stretch_of_time_carries_more_than_the_rate_and_one_frame() -> None:
    rate_bps = 50_000
    bench = Bench(rate_bps=rate_bps).on()
    bits = []
    dice = random.Random(1)
    for count in range(400):
        if dice.random() < 0.6:
            bench.accept(b"".join(packet(FAST, 100, count + k) for k in range(3)))
        bits.append(len(bench.step()) * 8)

    for ticks in (1, 2, 5, 20, 100, 400):
        allowed = rate_bps * ticks * TICK_US / 1e6 + 2 * WHOLE * 8
        windows = (sum(bits[k : k + ticks]) for k in range(len(bits) - ticks + 1))
        assert max(windows) <= allowed


def test_the_first_channel_goes_first() -> None:
    bench = Bench(rate_bps=WHOLE * 8 * 100).on()
    for channel in (SLOW, FAST, DISCRETES, EVENTS):
        bench.accept(packet(channel, 80))

    order = [frame.channel for _ in range(6) for frame in bench.frames()]

    assert order == [EVENTS, DISCRETES, FAST, SLOW]


def test_what_finds_no_room_is_dropped_and_counted() -> None:
    bench = Bench(rate_bps=1200).on()

    taken = sum(bench.accept(packet(FAST, 300, count)) for count in range(10))

    assert taken == 3  # of a queue of 1000 octets
    assert (bench.count.packets_accepted, bench.count.packets_dropped[FAST]) == (3, 7)


def test_a_frame_waits_for_company_as_long_as_its_channel_allows() -> None:
    bench = Bench(channel=[{"queue_bytes": 1000, "flush_us": 35_000}] * 4).on()
    bench.accept(packet(FAST, 20))

    steps = [len(bench.frames()) for _ in range(6)]

    assert steps == [0, 0, 0, 1, 0, 0]


def test_a_full_frame_does_not_wait() -> None:
    bench = Bench(channel=[{"queue_bytes": 1000, "flush_us": 10**6}] * 4).on()
    bench.accept(packet(FAST, 116))

    assert len(bench.frames()) == 1


def test_a_frame_without_room_in_the_output_waits() -> None:
    bench = Bench().on()
    bench.accept(packet(FAST, 100) + packet(FAST, 100))

    first, second = bench.step(capacity=WHOLE), bench.step(elapsed_us=0, capacity=WHOLE)

    assert bench.step(capacity=WHOLE - 1) == b""
    assert packets(frames(first + second, FRAME), FAST) == [packet(FAST, 100)] * 2


def test_frames_taken_one_by_one_are_those_taken_together() -> None:
    whole, parted = (Bench(rate_bps=1_000_000).on() for _ in range(2))

    for tick in range(100):
        packets = b"".join(packet(FAST, 100, tick) for _ in range(tick % 9))
        whole.accept(packets)
        parted.accept(packets)
        together = [parted.step(capacity=WHOLE)]
        while together[-1]:
            together.append(parted.step(elapsed_us=0, capacity=WHOLE))
        assert b"".join(together) == whole.step()


# ---------------------------------------------------------------------- input


@pytest.mark.parametrize(
    ("octets", "taken"),
    [
        pytest.param(b"\x09", 0, id="less than a header"),
        pytest.param(packet(FAST)[:-1], 0, id="cut short"),
        pytest.param(struct.pack(">HHH", 0x0900, 0xC000, 0xFFFF) + bytes(50), 0, id="oversized"),
        pytest.param(b"\x0a" + packet(FAST)[1:], 0, id="an APID without a route"),
        pytest.param(b"\x0a" + packet(FAST)[1:] + packet(FAST), 1, id="a good one after it"),
    ],
)
def test_what_is_no_packet_is_counted(octets: bytes, taken: int) -> None:
    bench = Bench().on()

    assert bench.accept(octets) == taken
    assert bench.count.packets_malformed == 1
    assert bench.count.packets_accepted == taken


# ---------------------------------------------------------------------- states


def test_it_warms_up_before_it_sends() -> None:
    bench = Bench().supply(27_000)

    states = []
    for _ in range(5):
        bench.step()
        states.append(bench.state)

    warm, on = lib.TRANSMITTER_WARM_UP, lib.TRANSMITTER_ON
    assert states == [warm, warm, on, on, on]


@pytest.mark.parametrize("millivolts", [0, 12_000, 23_999])
def test_it_stays_off_below_its_supply(millivolts: int) -> None:
    bench = Bench().supply(millivolts)
    bench.step()

    assert bench.state == lib.TRANSMITTER_OFF
    assert bench.accept(packet(FAST)) == 0
    assert bench.count.packets_dropped[FAST] == 1


def test_a_brown_out_keeps_what_waits_and_sends_it_after() -> None:
    bench = Bench().on().supply(19_000)
    assert bench.step() == b""
    assert bench.accept(packet(FAST, 50)) == 1
    assert bench.step() == b""
    assert bench.state == lib.TRANSMITTER_BROWN_OUT
    bench.supply(22_000)  # not enough to come back
    assert bench.step() == b""
    bench.supply(24_000)

    (frame,) = bench.frames()

    assert frame.data[:50] == packet(FAST, 50)
    assert bench.count.brown_outs == 1


@pytest.mark.parametrize(
    "before", [lib.TRANSMITTER_WARM_UP, lib.TRANSMITTER_BROWN_OUT, lib.TRANSMITTER_RESET]
)
def test_without_charge_the_end_of_the_supply_is_the_end(before: int) -> None:
    bench = Bench()
    if before == lib.TRANSMITTER_WARM_UP:
        bench.supply(27_000).step()
    elif before == lib.TRANSMITTER_BROWN_OUT:
        bench.on().supply(19_000).step()
    else:
        lib.transmitter_reset(bench.on().self)
    assert bench.state == before

    bench.supply(0).step()

    assert bench.state == lib.TRANSMITTER_OFF


def test_a_reset_forgets_what_waits_and_counts_frames_again() -> None:
    bench = Bench(channel=[{"queue_bytes": 1000, "flush_us": 10**6}] * 4).on()
    bench.accept(packet(FAST, 116))
    assert [frame.number for frame in bench.frames()] == [0]
    bench.accept(packet(FAST, 50) + packet(FAST, 50))

    lib.transmitter_reset(bench.self)

    assert bench.accept(packet(FAST)) == 0
    while bench.state != lib.TRANSMITTER_ON:
        assert bench.step() == b""
    bench.accept(packet(FAST, 116, 7))
    (frame,) = bench.frames()
    assert (frame.number, frame.data) == (0, packet(FAST, 116, 7))
    assert (bench.count.resets, bench.count.packets_lost[FAST]) == (1, 2)
    assert bench.self.last_reset == lib.TRANSMITTER_RESET_WATCHDOG


def test_packets_that_have_partly_left_are_lost_with_the_rest() -> None:
    bench = Bench(rate_bps=WHOLE * 8 * 50).on()
    bench.accept(packet(FAST, 200) + packet(FAST, 20))
    assert len(bench.frames()) == 1

    lib.transmitter_reset(bench.self)

    assert bench.count.packets_lost[FAST] == 2


def test_an_unpowered_transmitter_cannot_be_reset() -> None:
    bench = Bench()
    lib.transmitter_reset(bench.self)

    assert (bench.state, bench.count.resets) == (lib.TRANSMITTER_OFF, 0)


# ---------------------------------------------------------------------- the end


def test_a_dying_transmitter_sends_its_first_channel_and_nothing_else() -> None:
    bench = Bench(channel=[{"queue_bytes": 1000, "flush_us": 10**6}] * 4, heartbeat_us=10**6).on()
    bench.accept(packet(EVENTS, 30) + packet(FAST, 100))
    bench.supply(0)

    found = bench.frames()

    assert bench.state == lib.TRANSMITTER_DYING
    assert {frame.channel for frame in found} == {EVENTS}
    first, status = packets(found, EVENTS)
    assert first == packet(EVENTS, 30)
    row = read_status(status)
    assert (row["state"], row["supply_mv"]) == (lib.TRANSMITTER_DYING, 0)


def test_then_what_leaves_is_damaged_and_the_last_is_cut() -> None:
    bench = Bench(rate_bps=150_000, channel=[{"queue_bytes": 1000, "flush_us": 10**6}] * 4).on()
    bench.accept(b"".join(packet(FAST, 100, count) for count in range(9)))
    bench.step()
    bench.supply(0)

    pieces = []
    while bench.state != lib.TRANSMITTER_OFF:
        pieces.append(bench.step())

    stream = b"".join(pieces)
    assert stream
    for at in range(0, len(stream), WHOLE):
        with pytest.raises((AssertionError, struct.error)):
            frames(stream[at : at + WHOLE], FRAME)
    assert 0 < len(pieces[-1]) < WHOLE
    assert bench.step() == b""
    assert bench.count.packets_lost[FAST] > 0


def test_a_supply_that_comes_back_while_it_dies_is_a_reset() -> None:
    bench = Bench().on().supply(0)
    bench.step()
    bench.supply(27_000)
    bench.step()

    assert bench.state == lib.TRANSMITTER_RESET
    assert bench.self.last_reset == lib.TRANSMITTER_RESET_SUPPLY


def dying(**changes: Any) -> Bench:
    """Return a transmitter in the last step before its end, nothing in its queues."""
    bench = Bench(**changes).on().supply(0)
    for _ in range(5):
        bench.step()
    assert bench.state == lib.TRANSMITTER_DYING
    return bench


def test_one_that_has_nothing_to_send_ends_in_silence() -> None:
    bench = dying()

    assert bench.step() == b""
    assert bench.state == lib.TRANSMITTER_OFF


def test_the_last_frame_may_be_whole_and_is_damaged_all_the_same() -> None:
    bench = dying()
    bench.accept(packet(EVENTS, 50))

    last = bench.step()

    assert len(last) == WHOLE
    with pytest.raises(AssertionError):
        frames(last, FRAME)


def test_a_last_frame_without_room_in_the_output_is_not_sent() -> None:
    bench = dying()
    bench.accept(packet(EVENTS, 50))

    assert bench.step(capacity=WHOLE - 1) == b""
    assert bench.state == lib.TRANSMITTER_OFF


def test_it_takes_nothing_while_it_warms_up() -> None:
    bench = Bench().supply(27_000)
    bench.step()

    assert bench.state == lib.TRANSMITTER_WARM_UP
    assert bench.accept(packet(FAST)) == 0
    assert bench.count.packets_dropped[FAST] == 1


# ---------------------------------------------------------------------- heartbeat


def read_status(octets: bytes) -> Any:
    import numpy as np

    (row,) = np.frombuffer(octets, numpy_dtype(load_dictionary().packet("TRANSMITTER")))
    return row


def test_it_tells_of_itself_once_a_period() -> None:
    bench = Bench(heartbeat_us=100_000).on()
    bench.accept(packet(FAST, 50))
    stream = b"".join(bench.step() for _ in range(100))

    rows = [read_status(each) for each in packets(frames(stream, FRAME), SLOW)]

    assert len(rows) in (10, 11)
    uptimes = [int(row["uptime_us"]) for row in rows]
    assert {b - a for a, b in pairwise(uptimes)} == {100_000}
    last = rows[-1]
    assert (last["state"], last["supply_mv"], last["packets_accepted"]) == (2, 27_000, 1)
    assert last["frames_sent_02"] == 1
    assert [int(row["sequence"]) & 0x3FFF for row in rows] == [
        *range(int(rows[0]["sequence"]) & 0x3FFF, (int(rows[0]["sequence"]) & 0x3FFF) + len(rows))
    ]


def test_counters_stop_at_their_ends() -> None:
    bench = Bench().on()
    bench.count.packets_malformed = 2**32 - 1
    bench.count.resets = 2**16 - 1
    bench.accept(b"\0")
    lib.transmitter_reset(bench.self)

    assert (bench.count.packets_malformed, bench.count.resets) == (2**32 - 1, 2**16 - 1)


# ---------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"spacecraft_id": 0x400}, lib.TRANSMITTER_ERROR_FRAME),
        ({"frame_bytes": lib.TRANSMITTER_FRAME_MIN_bytes - 1}, lib.TRANSMITTER_ERROR_FRAME),
        ({"frame_bytes": lib.TRANSMITTER_FRAME_MAX_bytes + 1}, lib.TRANSMITTER_ERROR_FRAME),
        ({"rate_bps": 0}, lib.TRANSMITTER_ERROR_FRAME),
        ({"rate_bps": lib.TRANSMITTER_RATE_MAX_bps + 1}, lib.TRANSMITTER_ERROR_FRAME),
        ({"gone_mv": 0}, lib.TRANSMITTER_ERROR_SUPPLY),
        ({"brown_out_mv": 11_999}, lib.TRANSMITTER_ERROR_SUPPLY),
        ({"on_mv": 19_999}, lib.TRANSMITTER_ERROR_SUPPLY),
        ({"route_count": lib.TRANSMITTER_ROUTES_MAX + 1}, lib.TRANSMITTER_ERROR_ROUTE),
        ({"status_channel": 4}, lib.TRANSMITTER_ERROR_ROUTE),
        ({"route": [{"apid": 1, "channel": 4}] * 4}, lib.TRANSMITTER_ERROR_ROUTE),
        ({"channel": [{"queue_bytes": FRAME - 1}] * 4}, lib.TRANSMITTER_ERROR_STORAGE),
        ({"channel": [{"queue_bytes": 1001}] * 4}, lib.TRANSMITTER_ERROR_STORAGE),
    ],
)
def test_what_cannot_work_is_refused(changes: dict[str, Any], status: int) -> None:
    assert Bench(**changes).status == status


def test_what_is_made_ready_tells_of_itself_in_its_first_step() -> None:
    """As for a flight that begins with it on: it has nowhere to send yet, and leaves all room."""
    bench = Bench(heartbeat_us=100_000).supply(27_000)
    bench.step(0, capacity=0)
    bench.step(20_000, capacity=0)
    assert bench.state == lib.TRANSMITTER_ON
    assert bench.self.queue[SLOW].used == 0

    (told,) = packets(bench.frames(), SLOW)
    assert int(read_status(told)["uptime_us"]) == 20_000 + TICK_US


def test_a_heartbeat_waits_for_room_and_tells_of_when_it_found_it() -> None:
    bench = Bench(rate_bps=1200, heartbeat_us=20_000).on()
    for count in range(8):
        bench.accept(packet(SLOW, 300, count))
    before = bench.count.packets_dropped[SLOW]
    numbers = bench.self.status_count
    for _ in range(4):
        bench.step()
    waited_us = bench.self.uptime_us
    assert (bench.count.packets_dropped[SLOW], bench.self.status_count) == (before, numbers)

    stream = b"".join(bench.step() for _ in range(2000))
    statuses = [
        read_status(each)
        for each in packets(frames(stream, FRAME), SLOW)
        if each[:2] == b"\x09\x40"
    ]
    late = next(row for row in statuses if int(row["sequence"]) & 0x3FFF == numbers)
    assert bench.count.packets_dropped[SLOW] == before
    assert int(late["uptime_us"]) > waited_us
