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

EVENT, STATE, HOUSEKEEPING, DISCRETES = 0x100, 0x101, 0x102, 0x103
SEQUENCE_STEP, MONITOR, AVD, ABORT, STARTED, OUTVOTED = range(1, 7)


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


def of(computer: Computer, apid: int) -> list[bytes]:
    """Return the packets of an APID that the last tick produced."""
    return [packet for found, packet in split(computer.packets) if found == apid]


def told(computer: Computer) -> list[tuple[int, int, int, int, int, int]]:
    """Return (number, kind, entry, trigger, role, argument) of each event of the last tick."""
    return [struct.unpack(">HBBBBxxi", packet[14:26]) for packet in of(computer, EVENT)]


def test_the_octets_of_an_event(table: Table) -> None:
    """Worked out by hand from CCSDS 133.0-B and the dictionary.

    Position 6378137 m is 637813700 cm = 260443c4h; 465.1 m/s is 4651000 x 0.1 mm/s = 0046f7f8h.
    """
    computer = table.lift_off().start()

    computer.step()

    octets = bytes.fromhex(
        "0900"  # version 0, telemetry, secondary header, APID 100h
        "c001"  # unsegmented, count 1: the first told that the computer started
        "0031"  # 50 octets follow the primary header, less one
        "0000000000000000"  # MET 0
        "0001 01 00 00 00 0000"  # event 1, SEQUENCE_STEP, entry 0, primary, sequence, spare
        "00000000"  # no argument
        "260443c4 00000000 00000000"
        "00000000 0046f7f8 00000000"
        "00000000"  # apparent velocity
    )
    assert of(computer, EVENT)[1] == octets + binascii.crc_hqx(octets, 0xFFFF).to_bytes(2, "big")


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

    (packet,) = of(computer, HOUSEKEEPING)
    dictionary = load_dictionary()
    none = [0] * 14
    assert struct.unpack(">HHHq BBH IIIQII HH 16B 16B 16B 16B 16i H", packet) == (
        0x0902, 0xC000, 180 - 7, 0,
        dictionary.major, dictionary.minor, 0,
        dictionary.hash, 0xDEADBEEF, 10_000, 0b1, 7, 9,
        2, 0,
        STARTED, SEQUENCE_STEP, *none, 0xFF, 0, *none, 0, 0, *none, 0, 0, *none, 0, 0, *none,
        binascii.crc_hqx(packet[:-2], 0xFFFF),
    )  # fmt: skip


def test_housekeeping_repeats_the_last_sixteen_events(table: Table) -> None:
    table.config.housekeeping_rate_hz = 100
    table.lift_off()
    for number in range(1, 20):
        table.add(f"E{number}", primary={"event": "LIFTOFF", "after": number})
    computer = table.start()

    computer.fly(20)

    (packet,) = of(computer, HOUSEKEEPING)
    count, _, *recent = struct.unpack(">HH 16B 16B 16B 16B 16i", packet[46:-2])
    entries, ticks = recent[16:32], recent[64:]
    assert count == 21  # the start, lift-off and nineteen entries
    assert [entries[n % 16] for n in range(5, 21)] == list(range(4, 20))
    assert [ticks[n % 16] for n in range(5, 21)] == list(range(4, 20))


def test_the_fields_of_discretes(table: Table) -> None:
    table.config.discretes_rate_hz = 1
    table.add("LIFTOFF", t_zero=True, primary={"countdown": 2}, actions=0b100001)
    computer = table.start()
    computer.step(contacts=[3])
    first = struct.unpack(">QQQ", of(computer, DISCRETES)[0][14:-2])
    computer.step()
    quiet = of(computer, DISCRETES)
    computer.step()
    (commanded,) = of(computer, DISCRETES)
    computer.step(contacts=[3, 63])
    (changed,) = of(computer, DISCRETES)

    assert first == (8, 0, 0)
    assert quiet == []
    assert struct.unpack(">QQQ", commanded[14:-2]) == (8, 0b100001, 1)
    assert struct.unpack(">QQQ", changed[14:-2]) == (8 | 1 << 63, 0, 1)


def test_an_accelerometer_that_stands_away_is_told_once(table: Table) -> None:
    computer = table.lift_off().start()
    computer.step()

    numbers = []
    for axial in ([0, 0, 0], [0, 900, 0], [0, 900, 0], [0, 900, 900], [0, 0, 0]):
        computer.step(axial=axial)
        numbers.append(
            [(kind, entry, argument) for _, kind, entry, _, _, argument in told(computer)]
        )

    assert numbers[1] == [(OUTVOTED, 255, 2)]  # numbered as in a vehicle's file
    assert numbers[2] == []
    assert sum(map(len, numbers)) <= 3


def test_before_t_zero_the_time_is_the_countdown(table: Table) -> None:
    table.config.state_rate_hz = 100
    computer = table.lift_off().start(countdown=-150)

    computer.step()

    (packet,) = of(computer, STATE)
    assert struct.unpack(">q", packet[6:14]) == (-1_500_000,)
    assert packet[50] == 0xFF  # no event yet


def test_events_come_first_and_in_the_order_of_the_table(table: Table) -> None:
    table.config.state_rate_hz = 50
    table.config.housekeeping_rate_hz = 50
    table.config.discretes_rate_hz = 50
    table.add("A", primary={"countdown": 0}).lift_off()
    table.add("B", role="avd", primary={"countdown": 0})
    computer = table.start()

    computer.step()

    assert sent(computer) == [EVENT, EVENT, EVENT, EVENT, DISCRETES, STATE, HOUSEKEEPING]
    assert told(computer) == [
        (0, STARTED, 255, 0, 0, 10_000),
        (1, SEQUENCE_STEP, 0, 0, 0, 0),
        (2, SEQUENCE_STEP, 1, 0, 0, 0),
        (3, AVD, 2, 3, 1, 0),
    ]


@pytest.mark.parametrize(
    ("role", "kind"),
    [("sequence", SEQUENCE_STEP), ("monitor", MONITOR), ("avd", AVD), ("abort", ABORT)],
)
def test_the_kind_of_an_event_is_that_of_its_role(table: Table, role: str, kind: int) -> None:
    table.lift_off().add("A", role=role, primary={"countdown": 0})
    computer = table.start()

    computer.step()

    assert told(computer)[-1][1] == kind


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

    states = []
    for _ in range(200):
        computer.step()
        states.append(len(of(computer, STATE)))

    assert sum(states) == packets
    assert (states[0] != 0) == (packets != 0)


def test_each_apid_counts_its_packets_modulo_2_to_the_14(table: Table) -> None:
    table.config.state_rate_hz = 100
    table.config.housekeeping_rate_hz = 10
    computer = table.lift_off().start()
    table.config.discretes_rate_hz = 10
    computer.state.sequence_count = (0x3FFF, 0x3FFE, 5, 0)

    counts: dict[int, list[int]] = {EVENT: [], STATE: [], HOUSEKEEPING: [], DISCRETES: []}
    for _ in range(21):
        computer.step()
        for apid, packet in split(computer.packets):
            counts[apid].append(int.from_bytes(packet[2:4], "big"))

    assert counts[EVENT] == [0xFFFF, 0xC000]
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


@pytest.mark.parametrize(("room", "fits"), [(56, True), (55, False)])
def test_a_packet_without_room_is_counted_and_takes_no_number(
    table: Table, room: int, fits: bool
) -> None:
    computer = table.lift_off().start()
    computer.step()
    output: Any = computer.output
    output.packet_bytes = lib.FSW_OUTBOX_bytes - room

    lib.fsw_telemetry_step(computer.state, computer.input, 0b1, output)

    assert output.packet_bytes == lib.FSW_OUTBOX_bytes - room + 56 * fits
    assert computer.state.err.outbox_full == (not fits)
    assert computer.state.sequence_count[0] == 2 + fits
    assert computer.state.event_count == 3  # latched for HOUSEKEEPING all the same


def test_an_outbox_holds_the_fullest_tick(table: Table) -> None:
    table.config.state_rate_hz = 100
    table.config.housekeeping_rate_hz = 100
    table.config.discretes_rate_hz = 100
    table.lift_off()
    for number in range(1, 64):
        table.add(f"E{number}", primary={"countdown": 0})
    computer = table.start()

    computer.step()

    assert sent(computer) == [EVENT] * 65 + [DISCRETES, STATE, HOUSEKEEPING]
    assert computer.output.packet_count == 68
    assert computer.state.err.outbox_full == 0


def test_octets_past_the_packets_are_left_alone(table: Table) -> None:
    computer = table.lift_off().start()
    ffi.memmove(computer.output.packets, b"\xa5" * lib.FSW_OUTBOX_bytes, lib.FSW_OUTBOX_bytes)

    computer.step()

    assert set(bytes(ffi.buffer(computer.output.packets))[2 * 56 :]) == {0xA5}


@pytest.mark.parametrize(
    ("rate", "size", "stream"),
    [
        ("discretes_rate_hz", 40, 3),
        ("state_rate_hz", 128, 1),
        ("housekeeping_rate_hz", 180, 2),
    ],
)
@pytest.mark.parametrize("short", [0, 1])
def test_no_packet_is_cut_to_the_room_there_is(
    table: Table, rate: str, size: int, stream: int, short: int
) -> None:
    setattr(table.config, rate, 100)
    computer = table.lift_off().start()
    computer.step()
    before = computer.state.sequence_count[stream]
    output: Any = computer.output
    output.actions = 0
    output.packet_bytes = lib.FSW_OUTBOX_bytes - size + short

    lib.fsw_telemetry_step(computer.state, computer.input, 0, output)

    assert computer.state.sequence_count[stream] == before + (not short)
    assert computer.state.err.outbox_full == short
