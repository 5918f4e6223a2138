"""Packets of one tick, octet by octet. Offsets are those of the layout, written out here."""

from __future__ import annotations

import binascii
import struct
from typing import TYPE_CHECKING, Any

import pytest

from flightsw._native import ffi, lib
from flightsw.dictionary import load_dictionary

if TYPE_CHECKING:
    from .conftest import Computer, Table

EVENT, STATE, HOUSEKEEPING = 0x100, 0x101, 0x102
SIZES = {EVENT: 48, STATE: 128, HOUSEKEEPING: 48}


def split(octets: bytes) -> list[tuple[int, bytes]]:
    """Return (APID, packet) of whole packets, by the length in each primary header."""
    packets = []
    while octets:
        size = int.from_bytes(octets[4:6], "big") + 7
        packets.append((int.from_bytes(octets[:2], "big") & 0x7FF, octets[:size]))
        octets = octets[size:]
    return packets


def sent(computer: Computer) -> list[int]:
    return [apid for apid, _ in split(computer.packets)]


def test_the_octets_of_an_event(table: Table) -> None:
    """Worked out by hand from CCSDS 133.0-B and the dictionary.

    Position 6378137 m is 637813700 cm = 260443c4h; 465.1 m/s is 4651000 x 0.1 mm/s = 0046f7f8h.
    """
    computer = table.lift_off().start()

    computer.step()

    octets = bytes.fromhex(
        "0900"  # version 0, telemetry, secondary header, APID 100h
        "c000"  # unsegmented, count 0
        "0029"  # 42 octets follow the primary header, less one
        "0000000000000000"  # MET 0
        "00 00 00 00"  # event 0, primary, sequence, spare
        "260443c4 00000000 00000000"
        "00000000 0046f7f8 00000000"
        "00000000"  # apparent velocity
    )
    assert computer.packets == octets + binascii.crc_hqx(octets, 0xFFFF).to_bytes(2, "big")


def test_the_fields_of_a_state(table: Table) -> None:
    table.config.state_rate_hz = 100
    table.config.pitch[0].c[0] = 1.25
    computer = table.lift_off().start()
    computer.input.analog_counts = [-(10**k) if k % 2 else 10**k for k in range(10)] + [0] * 6
    computer.step()

    computer.step(axial=123, imu=(0, 0, 50_000), contacts=[0, 40, 63])

    ((apid, packet),) = split(computer.packets)
    fields = struct.unpack(">HHHq 3i3i i i i B3x Q 16i H", packet)
    assert apid == STATE
    assert fields[:4] == (0x0901, 0xC001, 128 - 7, 10_000)
    # 465.1 m/s and 5 m/s for 0.01 s (half of the 5 m/s comes in this tick's mean)
    assert fields[4:7] == (pytest.approx(637_813_700, abs=1), 465, pytest.approx(2, abs=1))
    assert fields[7:10] == (pytest.approx(-981, abs=1), 4_651_000, 50_000)
    assert fields[10:13] == (123, 12_300, 1_250_000)
    assert fields[13] == 0  # LIFTOFF
    assert fields[14] == 1 | 1 << 40 | 1 << 63
    assert fields[15:31] == (1, -10, 100, -1000, 10**4, -(10**5), 10**6, -(10**7), 10**8, -(10**9),
                             0, 0, 0, 0, 0, 0)  # fmt: skip
    assert fields[31] == binascii.crc_hqx(packet[:-2], 0xFFFF)


def test_the_fields_of_housekeeping(table: Table) -> None:
    table.config.housekeeping_rate_hz = 1
    table.config.sequence_hash = 0xDEADBEEF
    computer = table.lift_off(at=-3).start(countdown=-3)
    computer.state.err.accelerometer_disagreements = 7
    computer.state.err.outbox_full = 9

    computer.step()

    packet = dict(split(computer.packets))[HOUSEKEEPING]
    dictionary = load_dictionary()
    assert struct.unpack(">HHHq BBH IIIQIIH", packet) == (
        0x0902, 0xC000, 48 - 7, 0,
        dictionary.major, dictionary.minor, 0,
        dictionary.hash, 0xDEADBEEF, 10_000, 0b1, 7, 9,
        binascii.crc_hqx(packet[:-2], 0xFFFF),
    )  # fmt: skip


def test_before_t_zero_the_time_is_the_countdown(table: Table) -> None:
    table.config.state_rate_hz = 100
    computer = table.lift_off().start(countdown=-150)

    computer.step()

    ((_, packet),) = split(computer.packets)
    assert struct.unpack(">q", packet[6:14]) == (-1_500_000,)
    assert packet[50] == 0xFF  # no event yet


def test_events_come_first_and_in_the_order_of_the_table(table: Table) -> None:
    table.config.state_rate_hz = 50
    table.config.housekeeping_rate_hz = 50
    table.add("A", primary={"countdown": 0}).lift_off()
    table.add("B", role="avd", primary={"countdown": 0})
    computer = table.start()

    computer.step()

    assert sent(computer) == [EVENT, EVENT, EVENT, STATE, HOUSEKEEPING]
    events = [packet[14:18] for apid, packet in split(computer.packets) if apid == EVENT]
    assert events == [bytes([0, 0, 0, 0]), bytes([1, 0, 0, 0]), bytes([2, 3, 1, 0])]


@pytest.mark.parametrize(
    ("rate_hz", "tick_us", "packets"),
    [
        pytest.param(0, 10_000, 0, id="none"),
        pytest.param(1, 10_000, 2, id="every hundredth tick"),
        pytest.param(50, 10_000, 100, id="every other tick"),
        pytest.param(100, 10_000, 200, id="every tick"),
        pytest.param(1000, 10_000, 200, id="more than one a tick is one a tick"),
        pytest.param(30, 10_000, 60, id="no whole number of ticks"),
        pytest.param(10, 1000, 2, id="a faster tick"),
    ],
)
def test_packets_keep_their_rate(table: Table, rate_hz: int, tick_us: int, packets: int) -> None:
    table.config.state_rate_hz = rate_hz
    table.config.tick_us = tick_us
    computer = table.add("LIFTOFF", t_zero=True, primary={"countdown": 10**6}).start()

    sizes = []
    for _ in range(200):
        computer.step()
        sizes.append(computer.output.packet_bytes)

    assert sum(size == SIZES[STATE] for size in sizes) == packets
    assert (sizes[0] != 0) == (packets != 0)


def test_each_apid_counts_its_packets_modulo_2_to_the_14(table: Table) -> None:
    table.config.state_rate_hz = 100
    table.config.housekeeping_rate_hz = 10
    computer = table.lift_off().start()
    computer.state.sequence_count = (0x3FFF, 0x3FFE, 5)

    counts: dict[int, list[int]] = {EVENT: [], STATE: [], HOUSEKEEPING: []}
    for _ in range(21):
        computer.step()
        for apid, packet in split(computer.packets):
            counts[apid].append(int.from_bytes(packet[2:4], "big"))

    assert counts[EVENT] == [0xFFFF]
    assert counts[STATE][:3] == [0xFFFE, 0xFFFF, 0xC000]
    assert counts[HOUSEKEEPING] == [0xC005, 0xC006, 0xC007]


def test_what_is_beyond_its_field_stands_at_its_end(table: Table) -> None:
    table.config.state_rate_hz = 100
    computer = table.lift_off().start()
    computer.step()
    computer.state.estimated_position_eci_m = (1.0e9, -1.0e9, 21_474_836.0)
    computer.state.estimated_velocity_eci_mps = (-1.0e7, 1.0e7, 0.0)
    computer.state.apparent_velocity_um_per_s = 10**15

    computer.step()

    low, high = -(2**31), 2**31 - 1
    fields = struct.unpack(">3i3ii", computer.packets[14:42])
    assert fields[:2] == (high, low)
    assert fields[3:5] == (low, high)
    assert fields[6] == high


@pytest.mark.parametrize(("room", "fits"), [(48, True), (47, False)])
def test_a_packet_without_room_is_counted_and_takes_no_number(
    table: Table, room: int, fits: bool
) -> None:
    computer = table.lift_off().start()
    output: Any = computer.output
    output.packet_bytes = lib.FSW_OUTBOX_bytes - room

    lib.fsw_telemetry_step(computer.state, computer.input, 0b1, output)

    assert output.packet_bytes == lib.FSW_OUTBOX_bytes - room + 48 * fits
    assert computer.state.err.outbox_full == (not fits)
    assert computer.state.sequence_count[0] == fits


def test_an_outbox_holds_the_fullest_tick(table: Table) -> None:
    table.config.state_rate_hz = 100
    table.config.housekeeping_rate_hz = 100
    table.lift_off()
    for number in range(1, 64):
        table.add(f"E{number}", primary={"countdown": 0})
    computer = table.start()

    computer.step()

    assert sent(computer) == [EVENT] * 64 + [STATE, HOUSEKEEPING]
    assert computer.state.err.outbox_full == 0


def test_octets_past_the_packets_are_left_alone(table: Table) -> None:
    computer = table.lift_off().start()
    ffi.memmove(computer.output.packets, b"\xa5" * lib.FSW_OUTBOX_bytes, lib.FSW_OUTBOX_bytes)

    computer.step()

    assert set(bytes(ffi.buffer(computer.output.packets))[48:]) == {0xA5}
