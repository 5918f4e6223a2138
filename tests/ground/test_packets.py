"""Bytes to packets: what is good is found, what is damaged is counted, nothing is raised."""

import struct

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flightsw.ground import decode

STATE_BYTES = 6 + 8 + 7 * 4 + 2 * 4 + 4 + 8 + 16 * 4 + 2


def test_an_event_packet_is_what_its_octets_say():
    # 09 00: telemetry, secondary header, APID 0x100; c0 07: unsegmented, count 7; 00 29: 42 octets
    # follow. 118.19 s; entry 3 by backup (1), role sequence (0), spare; x = 1.23 m ...
    octets = bytes.fromhex(
        "0900 c007 0029  00000000 070b 6fb0  03 01 00 00  0000007b 00000000 ffffff85"
        "00002710 00000000 00000000  002b0b2c"
    )
    crc = struct.pack(">H", _crc_by_bits(octets))

    packets = decode(octets + crc)

    assert packets.count == 1
    assert packets.met_s("EVENT").tolist() == [118.19]
    assert packets.rows["EVENT"]["event"].tolist() == [3]
    assert packets.rows["EVENT"]["trigger"].tolist() == [1]
    assert packets.vectors("EVENT", "position").tolist() == [[1.23, 0.0, -1.23]]
    assert packets.vectors("EVENT", "velocity").tolist() == [[1.0, 0.0, 0.0]]
    assert packets.values("EVENT", "apparent_velocity")[0] == pytest.approx(2820.908)


def _crc_by_bits(octets: bytes) -> int:
    """CRC-16/CCITT-FALSE from its definition: x^16 + x^12 + x^5 + 1, register all ones."""
    register = 0xFFFF
    for octet in octets:
        for bit in range(7, -1, -1):
            top = (register >> 15) ^ (octet >> bit & 1)
            register = (register << 1) & 0xFFFF ^ (0x1021 if top else 0)
    return register


def test_packets_of_all_names_are_found_in_the_order_heard(handmade):
    downlink = (
        handmade.state(0.0)
        + handmade.event(0.02, 1)
        + handmade.state(0.02)
        + handmade.housekeeping(0.02)
    )

    packets = decode(downlink)

    assert {name: len(rows) for name, rows in packets.rows.items()} == {
        "EVENT": 1,
        "STATE": 2,
        "HOUSEKEEPING": 1,
    }
    assert packets.heard_s().tolist() == [0.0, 0.02, 0.02, 0.02]
    assert (packets.damaged_packets, packets.damaged_bytes, packets.missing_packets) == (0, 0, 0)


@pytest.mark.parametrize("kept", range(STATE_BYTES))
def test_a_downlink_cut_anywhere_keeps_the_packets_before_the_cut(handmade, kept):
    first, second = handmade.state(1.0), handmade.state(2.0)

    packets = decode(first + second[:kept])

    assert packets.met_s("STATE").tolist() == [1.0]
    assert packets.damaged_bytes == kept
    assert packets.damaged_packets == (kept > 0)


@pytest.mark.parametrize("octet", range(STATE_BYTES))
@pytest.mark.parametrize("pattern", [0x01, 0x80, 0xFF])
def test_a_damaged_octet_costs_its_packet_and_no_other(handmade, octet, pattern):
    first, second, third = (handmade.state(float(t)) for t in range(3))
    damaged = bytearray(second)
    damaged[octet] ^= pattern

    packets = decode(first + bytes(damaged) + third)

    assert packets.met_s("STATE").tolist() == [0.0, 2.0]
    assert (packets.damaged_packets, packets.damaged_bytes) == (1, STATE_BYTES)
    assert packets.missing_packets == 1


def test_two_damaged_packets_in_a_row_are_two(handmade):
    good = [handmade.state(float(t)) for t in range(4)]
    bad = [packet[:-1] + bytes([packet[-1] ^ 1]) for packet in good[1:3]]

    packets = decode(b"".join([good[0], *bad, good[3]]))

    assert packets.damaged_packets == 2
    assert packets.missing_packets == 2


def test_a_good_packet_inside_a_damaged_one_is_found(handmade):
    inner = handmade.event(5.0, 1)
    outer = handmade.state(4.0)
    torn = outer[:40] + inner + handmade.state(6.0)

    packets = decode(torn)

    assert packets.met_s("EVENT").tolist() == [5.0]
    assert packets.met_s("STATE").tolist() == [6.0]
    assert packets.damaged_bytes == 40


def test_lost_packets_are_counted_over_the_wrap_of_the_sequence_count(handmade):
    handmade.counts[0x101] = 16_382
    sent = [handmade.state(float(t)) for t in range(5)]

    packets = decode(sent[0] + sent[4])

    assert packets.missing_packets == 3


@given(st.binary(max_size=2000))
def test_garbage_is_damage_and_never_an_error(garbage):
    packets = decode(garbage)

    found = sum(rows.nbytes for rows in packets.rows.values())
    assert found + packets.damaged_bytes == len(garbage)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=st.binary(max_size=300), between=st.binary(max_size=300), after=st.binary(max_size=300)
)
def test_good_packets_are_found_in_any_garbage(handmade, before, between, after):
    first, second = handmade.state(1.0), handmade.event(2.0, 1)

    packets = decode(before + first + between + second + after)

    assert 1.0 in packets.met_s("STATE")
    assert 2.0 in packets.met_s("EVENT")


def test_a_downlink_of_headers_alone_ends(handmade):
    header = handmade.state(0.0)[:6]

    packets = decode(header * 20_000)

    assert packets.count == 0
    assert packets.damaged_bytes == 120_000


def test_nothing_heard_is_no_packet():
    packets = decode(b"")

    assert packets.count == 0
    assert len(packets.heard_s()) == 0
    assert packets.damaged_packets == 0


def test_rows_are_the_readers_own(handmade):
    downlink = b"".join(handmade.state(float(t), last_event=7) for t in range(3))

    rows = decode(downlink).rows["STATE"]

    rows["last_event"][:] = 8
    assert decode(downlink).rows["STATE"]["last_event"].tolist() == [7, 7, 7]
