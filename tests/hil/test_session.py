"""A board's side of the link: what it answers, refuses and does once only."""

from __future__ import annotations

import struct
from itertools import pairwise, product
from typing import Any

import pytest

import flightsw
from flightsw.board_octets import computer_octets
from flightsw.scenario.tables import native_tables
from hil.kinds import (
    Configure,
    Configured,
    Credit,
    Data,
    Discover,
    Echo,
    Echoed,
    Frames,
    Grant,
    GrantFlag,
    Identity,
    Poll,
    Reason,
    Refused,
    Reply,
    ReplyFlag,
    Restart,
    Role,
    Started,
    State,
    Status,
    Stop,
    Time,
    Timed,
    Waiting,
)
from hil.link import Decoder, frame
from hil.packing import encode
from tests.hil.bench import Bench, encoded
from tests.hil.conftest import dictionary_hash, packet, start_of, transmitter_config
from tests.hil.double import SequencerDouble, TransmitterDouble

TICK_US = 10_000
SUPPLY_MV = 27_000
REAL_TIME = {"mode": 1}


def grant(number: int, octets: bytes = b"", *, length: int | None = None, flags: int = 0) -> Grant:
    size = len(octets) if length is None else length
    return Grant(number & 0xFFFF, flags, SUPPLY_MV, size, octets)


def in_pieces(number: int, octets: bytes, *cuts: int) -> list[Grant | Data]:
    """Return an input as GRANT and DATA, cut at these places."""
    edges = [0, *cuts, len(octets)]
    pieces = [octets[a:b] for a, b in pairwise(edges)]
    head = grant(number, pieces[0], length=len(octets))
    return [head, *(Data(number, at, piece) for at, piece in zip(cuts, pieces[1:], strict=True))]


def outputs(said: list[Any]) -> list[bytes]:
    """Return each whole output among what a board said, put together of its pieces."""
    whole: list[bytes] = []
    parts = b""
    for message in said:
        if isinstance(message, Reply):
            assert message.offset == len(parts)
            parts += message.octets
            if message.flags & ReplyFlag.LAST:
                whole, parts = [*whole, parts], b""
    assert not parts
    return whole


def output(said: list[Any]) -> bytes:
    """Return the output of a board that said nothing else."""
    assert {type(message) for message in said} == {Reply}, said
    [whole] = outputs(said)
    return whole


def double_of(config: bytes) -> TransmitterDouble:
    double = TransmitterDouble()
    double.start_transmitter(config, tick_us=TICK_US, supply_mv=SUPPLY_MV, warm=True)
    return double


def told(double: TransmitterDouble, packets: bytes = b"") -> bytes:
    return double.step_transmitter(packets, supply_mv=SUPPLY_MV, reset=False)


# ---------------------------------------------------------------------- handshake


def test_identity_tells_what_the_port_has_room_for() -> None:
    limits = {
        "window": 64,
        "content_max": 96,
        "config_max": 88,
        "input_bytes": 180,
        "storage_bytes": 512,
        "reply_max": 132,
    }
    [identity] = Bench(**limits, roles=1).send(Discover(99))

    assert isinstance(identity, Identity)
    assert (identity.window, identity.content_max, identity.config_max) == (64, 96, 88)
    assert (identity.input_max, identity.storage_bytes, identity.reply_max) == (180, 512, 132)
    assert (identity.nonce, identity.roles, identity.board_id) == (99, 1, bytes(range(1, 9)))


def test_a_piece_that_does_not_continue_is_answered_by_where_to_go_on() -> None:
    bench = Bench()

    answers = bench.send(
        Configure(0, bytes(100)),
        Configure(150, bytes(50)),
        Configure(100, bytes(50)),
        Configure(100, bytes(50)),
        Configure(0, bytes(7)),
    )

    assert answers == [Configured(have) for have in (100, 100, 150, 150, 7)]


@pytest.mark.parametrize(
    ("changes", "reason", "detail"),
    [
        pytest.param({"role": 1}, Reason.ROLE, 0b01, id="a role that it has not"),
        pytest.param({"role": 7}, Reason.ROLE, 0b01, id="a role that nobody has"),
        pytest.param({"mode": 2}, Reason.MODE, 0, id="mode"),
        pytest.param({"dictionary": 1}, Reason.DICTIONARY, None, id="dictionary"),
        pytest.param({"config_bytes": 17000}, Reason.CONFIGURATION_LENGTH, 16384, id="too long"),
        pytest.param({"config_bytes": 87}, Reason.CONFIGURATION_CRC, 88, id="other length"),
        pytest.param({"config_crc": 1}, Reason.CONFIGURATION_CRC, 88, id="crc"),
        pytest.param({"tick_us": 999}, Reason.TICK, 0, id="tick too short"),
        pytest.param({"tick_us": 1_000_001}, Reason.TICK, 0, id="tick too long"),
    ],
)
def test_refuses_what_it_cannot_start(changes, reason, detail) -> None:
    bench = Bench(roles=1)

    answer = bench.start(transmitter_config(), **changes)

    expected = dictionary_hash() if detail is None else detail
    assert answer == [Refused(0x03, reason, expected)]
    [status] = bench.send(Poll(1))
    assert (status.state, status.session) == (State.IDLE, 0)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        pytest.param({"frame_bytes": 63}, -1, id="frame"),
        pytest.param({"frame_bytes": 300, "queue_bytes": 400}, -1, id="frame above reply_max"),
        pytest.param({"on_mv": 1}, -2, id="supply"),
        pytest.param({"status_channel": 4}, -3, id="route"),
        pytest.param({"queue_bytes": 4097}, -4, id="storage"),
    ],
)
def test_refuses_a_configuration_that_the_transmitter_refuses(changes, status) -> None:
    answer = Bench(reply_max=303).start(transmitter_config(**changes))

    assert answer == [Refused(0x03, Reason.CONFIGURATION_CONTENT, status & 0xFFFFFFFF)]


def test_a_transmitter_has_88_octets_of_configuration() -> None:
    answer = Bench().start(transmitter_config() + b"\0")

    assert answer == [Refused(0x03, Reason.CONFIGURATION_LENGTH, 88)]


def test_start_again_changes_nothing_and_another_session_is_refused() -> None:
    config = transmitter_config()
    bench, double = Bench().started(config, session=5), double_of(config)
    before = output(bench.send(grant(0, packet(0))))

    again = bench.send(start_of(config, session=5))
    other = bench.send(start_of(config, session=6), Stop(6), Configure(0, b"x"))

    assert again == [Started(5)]
    assert other == [Refused(kind, Reason.SESSION, 5) for kind in (0x03, 0x06, 0x02)]
    assert [before, output(bench.send(grant(1)))] == [told(double, packet(0)), told(double)]


def test_session_zero_is_malformed() -> None:
    bench = Bench()

    assert bench.start(transmitter_config(), session=0) == []
    assert bench.counters()["malformed"] == 1


def test_stop_is_answered_by_status_and_may_come_twice() -> None:
    bench = Bench().started(transmitter_config(), session=5)

    answers = bench.send(Stop(5), Stop(5))

    assert [(answer.nonce, answer.state, answer.session) for answer in answers] == [(0, 0, 0)] * 2
    assert bench.send(grant(0), Data(0, 0, b"")) == [
        Refused(kind, Reason.NOT_RUNNING, 0) for kind in (0x04, 0x05)
    ]


# ---------------------------------------------------------------------- questions


def test_echo_and_time() -> None:
    bench = Bench()
    bench.run_at(123_456)

    assert bench.send(Echo(b"\0hello\0"), Time(7)) == [
        Echoed(b"\0hello\0"),
        Timed(7, 123_456, 123_456),
    ]


def test_an_echo_that_does_not_fit_its_answer_is_malformed() -> None:
    bench = Bench()

    assert bench.send(Echo(bytes(246))) == []
    assert len(bench.send(Echo(bytes(245)))) == 1
    assert bench.counters()["malformed"] == 1


def test_its_first_octet_ends_what_a_reset_has_cut_short() -> None:
    cut_short = encoded(b"\x87\x05\x00\x00cut short by a reset")[:12]
    bench = Bench()
    line = Decoder(from_board=True)

    line.feed(cut_short)
    said = line.feed(bench.raw(bench.framed(Poll(9))))

    assert [type(each.message) for each in said] == [Status]
    assert line.counters.frames_bad == 1


def test_restart_wants_its_key() -> None:
    bench = Bench()
    bench.send(Restart(key=0x4F4F4232))
    assert bench.lib.bench_resets() == 0

    bench.send(Restart())
    assert bench.lib.bench_resets() == 1


@pytest.mark.parametrize("kind", [0x00, 0x0B, 0x7F, 0x81, 0xFF])
def test_a_kind_that_it_does_not_know_is_counted_and_passed_over(kind: int) -> None:
    bench = Bench()

    assert bench.feed(frame(bytes([kind, 0]) + bytes(40))) == []
    assert (bench.counters()["malformed"], bench.counters()["frames_good"]) == (1, 3)


@pytest.mark.parametrize(
    "message",
    [Discover(1), Configure(0, b""), grant(0), Data(0, 0, b""), Stop(1), Poll(1), Time(1)],
    ids=lambda message: type(message).__name__,
)
def test_a_kind_cut_short_is_counted_and_passed_over(message: Any) -> None:
    bench = Bench()

    assert bench.feed(frame(encode(message, 0)[:-1])) == []
    assert bench.counters()["malformed"] == 1


def test_credit_comes_when_half_a_window_has_been_taken_and_nothing_else_is_said() -> None:
    bench = Bench(window=64)

    assert bench.feed(b"\0" * 31) == []
    assert bench.feed(b"\0") == [Credit()]
    assert bench.feed(b"\0" * 31) == []
    assert len(bench.send(Poll(1))) == 1  # that tells `taken` too
    assert bench.feed(b"\0" * 31) == []


# ---------------------------------------------------------------------- grants


def test_output_longer_than_its_room_is_continued_without_time_or_input() -> None:
    config = transmitter_config(queue_bytes=4000)
    packets = b"".join(packet(0, 200, count) for count in range(15))
    whole = told(double_of(config), packets)
    bench = Bench(reply_max=300).started(config)
    pieces = []

    bench.send(*in_pieces(0, packets, *range(200, len(packets), 200))[:-1])
    said = bench.send(in_pieces(0, packets, *range(200, len(packets), 200))[-1])
    while said[-1].flags & ReplyFlag.MORE:
        pieces.append(output(said))
        said = bench.send(grant(len(pieces), flags=GrantFlag.CONTINUE))
    pieces.append(output(said))

    assert b"".join(pieces) == whole
    assert all(len(piece) <= 300 for piece in pieces)
    assert len(pieces) > 1


def test_a_board_with_room_for_one_frame_sends_what_one_with_room_for_all_sends() -> None:
    config = transmitter_config()
    bench, double = Bench(reply_max=132, content_max=96).started(config), double_of(config)
    number = 0

    for tick in range(100):
        packets = b"".join(packet(count % 4, 80, count) for count in range(tick % 3))
        frames = in_pieces(number, packets, *range(60, len(packets), 60))
        sent, said = b"", [each for message in frames for each in bench.send(message)]
        while True:
            number += 1
            sent += output(said)
            if not said[-1].flags & ReplyFlag.MORE:
                break
            said = bench.send(grant(number, flags=GrantFlag.CONTINUE))
        assert sent == told(double, packets)
    assert len(double.sent) > 10_000


PACKETS = packet(0, 60) + packet(1, 90)
FATES = {"arrives": 1, "is lost": 0, "comes twice": 2}


@pytest.mark.parametrize("fates", list(product(FATES, repeat=3)), ids=", ".join)
def test_whatever_happens_to_the_frames_of_a_grant_it_is_done_once(fates) -> None:
    config = transmitter_config()
    bench, double = Bench().started(config), double_of(config)
    expected = [told(double, PACKETS), told(double), told(double, PACKETS)]

    frames = in_pieces(0, PACKETS, 50, 100)
    said: list[Any] = []
    for message, fate in zip(frames, fates, strict=True):
        said += bench.send(*[message] * FATES[fate])
    again = bench.send(*frames)  # a host that heard nothing of it

    assert set(outputs(said + again)) == {expected[0]}
    assert {type(message) for message in said + again} <= {Reply, Waiting}
    assert output(bench.send(grant(1))) == expected[1]
    assert output(bench.send(*in_pieces(2, PACKETS, 7, 61))) == expected[2]


@pytest.mark.parametrize("order", list(product(range(3), repeat=3)), ids=str)
def test_whatever_order_the_pieces_come_in_the_input_is_what_was_sent(order) -> None:
    config = transmitter_config()
    bench, double = Bench().started(config), double_of(config)
    frames = in_pieces(0, PACKETS, 50, 100)

    said = [message for k in order for message in bench.send(frames[k])] + bench.send(*frames)

    assert set(outputs(said)) == {told(double, PACKETS)}
    assert output(bench.send(grant(1))) == told(double)


def test_a_grant_repeated_while_it_is_open_says_what_is_missing() -> None:
    bench = Bench().started(transmitter_config())
    head, second, third = in_pieces(0, PACKETS, 50, 100)

    assert bench.send(second) == [Waiting(0, 0)]
    assert bench.send(head) == []
    assert bench.send(head) == [Waiting(0, 50)]
    assert bench.send(third) == [Waiting(0, 50)]
    assert bench.send(second) == []
    assert bench.send(second) == [Waiting(0, 100)]
    assert len(outputs(bench.send(third))) == 1


def test_pieces_may_overlap() -> None:
    config = transmitter_config()
    bench = Bench().started(config)

    said = bench.send(grant(0, PACKETS[:70], length=150), Data(0, 40, PACKETS[40:]))

    assert output(said) == told(double_of(config), PACKETS)


@pytest.mark.parametrize("number", [2, 3, 0x7FFF, 0x8000, 0xFFFF])
def test_a_number_out_of_step_is_refused_and_changes_nothing(number: int) -> None:
    config = transmitter_config()
    bench, double = Bench().started(config), double_of(config)
    bench.send(grant(0))
    told(double)

    answers = bench.send(grant(number, packet(0)), Data(number, 0, packet(0)))

    assert answers == [Refused(kind, Reason.NUMBER, 1) for kind in (0x04, 0x05)]
    assert output(bench.send(grant(1, packet(1)))) == told(double, packet(1))


def test_numbers_go_round() -> None:
    bench = Bench().started(transmitter_config())

    for number in range(70_000):
        [reply] = bench.send(grant(number))
        assert reply.number == number & 0xFFFF
    assert bench.send(grant(69_999)) == [reply]


def test_a_packet_longer_than_its_memory_is_refused_and_so_is_all_that_follows() -> None:
    bench = Bench(input_bytes=100).started(transmitter_config())

    answers = bench.send(*in_pieces(0, packet(0, 100) + packet(0, 101), 90, 150))

    assert answers == [Refused(0x05, Reason.INPUT_LENGTH, 100)]
    assert output(
        Bench(input_bytes=100)
        .started(transmitter_config())
        .send(*in_pieces(0, packet(0, 100) * 2, 90, 150))
    )


def test_an_input_that_ends_within_a_packet_is_counted_in_its_tick() -> None:
    config = transmitter_config(heartbeat_us=TICK_US)
    bench, double = Bench().started(config), double_of(config)

    for number in range(5):
        octets = packet(0)[: 10 * number]
        assert output(bench.send(grant(number, octets))) == told(double, octets)


def test_flag_reset_resets_once() -> None:
    config = transmitter_config(heartbeat_us=TICK_US)
    bench, double = Bench().started(config), double_of(config)
    bench.send(grant(0))
    told(double)

    first = bench.send(grant(1, flags=GrantFlag.RESET))
    again = bench.send(grant(1, flags=GrantFlag.RESET))
    reset = double.step_transmitter(b"", supply_mv=SUPPLY_MV, reset=True)

    assert output(first) == output(again) == reset
    for number in range(2, 20):
        assert output(bench.send(grant(number))) == told(double)


# ---------------------------------------------------------------------- real time


def real_time(config: bytes, **limits: int) -> Bench:
    bench = Bench(**limits)
    bench.run_at(1_000_000)
    return bench.started(config, **REAL_TIME)


def frames_of(said: list[Any]) -> bytes:
    return b"".join(message.octets for message in said if isinstance(message, Frames))


def test_in_real_time_a_transmitter_steps_by_its_own_clock() -> None:
    config = transmitter_config()
    bench, double = real_time(config), double_of(config)
    sent = b""

    for tick in range(1, 300):
        due_us = 1_000_000 + tick * TICK_US
        octets = packet(tick % 4, 40, tick)
        assert bench.send(grant(tick - 1, octets)) == []
        assert frames_of(bench.run_at(due_us - 1)) == b""
        said = bench.run_at(due_us)
        pieces = [message for message in said if isinstance(message, Frames)]
        for piece in pieces:
            assert (piece.position, piece.board_us) == (len(sent), due_us)
            sent += piece.octets
        assert frames_of(said) == told(double, octets)
    assert len(sent) > 10_000


def test_a_session_goes_over_from_lockstep_to_real_time_without_a_break() -> None:
    config = transmitter_config()
    bench, double = Bench().started(config), double_of(config)
    bench.run_at(1_000_000)
    answers = []
    for number in range(50):
        octets = packet(number % 4, 40, number)
        answers = bench.send(grant(number, octets))
        assert output(answers) == told(double, octets)

    for number in range(50, 200):
        now_us = 1_000_000 + (number - 50) * TICK_US
        octets = packet(number % 4, 40, number)
        bench.run_at(now_us)
        assert bench.send(grant(number, octets, flags=GrantFlag.CLOCK)) == []
        said = bench.run_at(now_us + TICK_US // 2)
        assert frames_of(said) == told(double, octets)
    assert bench.send(grant(199)) == []
    [status] = bench.send(Poll(7))
    assert (status.mode, status.number) == (1, 200)
    assert (status.grants_missed, status.late_ticks) == (0, 0)


def test_when_the_grant_that_goes_over_is_lost_the_next_one_does() -> None:
    bench = Bench().started(transmitter_config())
    bench.send(grant(0))

    assert bench.send(grant(2, packet(0), flags=GrantFlag.CLOCK)) == []

    assert bench.counters()["grants_missed"] == 1
    assert frames_of(bench.run_at(TICK_US // 2)) != b""


def test_a_grant_before_the_one_that_goes_over_is_not_answered_any_more() -> None:
    bench = Bench().started(transmitter_config())
    bench.send(grant(0, packet(0)))
    bench.send(grant(1, flags=GrantFlag.CLOCK))
    bench.run_at(TICK_US // 2)

    assert bench.send(grant(1)) == []
    assert bench.send(grant(0)) == [Refused(0x04, Reason.NUMBER, 2)]


def test_status_comes_every_half_second_in_real_time() -> None:
    bench = real_time(transmitter_config(heartbeat_us=0))

    at = [
        now_us
        for now_us in range(1_000_000, 3_000_000, TICK_US)
        if any(isinstance(message, Status) for message in bench.run_at(now_us))
    ]

    assert at == [1_500_000, 2_000_000, 2_500_000]


def test_it_asks_to_be_woken_for_the_next_tick_and_never_when_idle() -> None:
    idle = Bench()
    idle.run_at(5)
    assert idle.wait_us == 0xFFFFFFFF

    bench = real_time(transmitter_config())
    bench.run_at(1_000_000)
    assert bench.wait_us == TICK_US
    bench.run_at(1_000_000 + TICK_US - 1)
    assert bench.wait_us == 1
    bench.run_at(1_000_000 + TICK_US + 300)
    assert bench.wait_us == TICK_US - 300


def test_ticks_that_begin_late_are_counted_and_no_time_is_lost() -> None:
    config = transmitter_config()
    bench, double = real_time(config), double_of(config)

    sent = frames_of(bench.run_at(1_000_000 + TICK_US))  # what it tells first is of this tick
    sent += frames_of(bench.run_at(1_000_000 + 11 * TICK_US + 5))  # nine ticks late
    for tick in range(12, 400):
        sent += frames_of(bench.run_at(1_000_000 + tick * TICK_US))

    assert bench.counters()["late_ticks"] == 9
    assert sent == b"".join(told(double) for _ in range(1, 400))
    assert len(sent) > 3 * 132  # a status packet each second


def test_a_clock_of_32_bits_goes_round() -> None:
    bench = Bench()
    bench.run_at((1 << 32) - 3 * TICK_US)
    bench.started(transmitter_config(heartbeat_us=TICK_US), **REAL_TIME)

    stamps = []
    for tick in range(1, 7):
        said = bench.run_at((1 << 32) + (tick - 3) * TICK_US)
        stamps += sorted({each.board_us for each in said if isinstance(each, Frames)})

    assert stamps == [((tick - 3) * TICK_US) & 0xFFFFFFFF for tick in range(1, 7)]
    assert bench.counters()["late_ticks"] == 0


def test_numbers_that_are_skipped_are_counted_and_it_goes_on_from_there() -> None:
    config = transmitter_config()
    bench, double = real_time(config), double_of(config)
    bench.send(grant(0, packet(0)))
    bench.send(grant(1, packet(1)[:20], length=40))  # its DATA is lost

    assert bench.send(grant(4, packet(2))) == []
    assert bench.counters()["grants_missed"] == 3
    assert bench.send(grant(4, packet(2)), grant(4, packet(2))) == []
    assert bench.send(grant(3)) == [Refused(0x04, Reason.NUMBER, 5)]
    cut_short = packet(0) + packet(2) + packet(1)[:20]  # the order of different channels is free
    assert frames_of(bench.run_at(1_000_000 + TICK_US)) == told(double, cut_short)


# ---------------------------------------------------------------------- sequencer


@pytest.fixture(scope="module")
def computer() -> bytes:
    return computer_octets(native_tables(flightsw.load("progress-ms-04")).fsw)


def measured(tick: int) -> bytes:
    """Return measurements that begin to accelerate, with contacts that open."""
    counts = max(0, tick - 300) * 12
    discretes = 0xFFFF if tick < 320 else 0x0F0F
    analogs = 32
    return struct.pack(f"<3i3iQ{analogs // 2}i", *[counts] * 3, 0, counts, 0, discretes, *range(16))


def test_a_sequencer_answers_what_the_computer_of_the_loop_answers(computer: bytes) -> None:
    analogs = int.from_bytes(computer[24:26], "little")
    bench = Bench().started(computer, role=Role.SEQUENCER)
    double = SequencerDouble()
    double.start_sequencer(computer, tick_us=TICK_US)

    for number in range(3000):
        octets = measured(number)[: 32 + 4 * analogs]
        expected = double.step_sequencer(octets)
        assert output(bench.send(grant(number, octets))) == expected
    assert output(bench.send(grant(2999, octets))) == expected


def test_a_sequencer_in_real_time_answers_as_before_and_says_how_it_is(computer: bytes) -> None:
    octets = bytes(32 + 4 * int.from_bytes(computer[24:26], "little"))
    bench = Bench().started(computer, role=Role.SEQUENCER)
    first = bench.send(grant(0, octets, flags=GrantFlag.CLOCK))

    assert [reply.number for reply in first] == [0] * len(first)
    assert bench.send(grant(0, octets, flags=GrantFlag.CLOCK)) == first
    assert [type(said) for said in bench.run_at(500_000)] == [Status]


def test_a_sequencer_refuses_an_input_of_another_length(computer: bytes) -> None:
    bench = Bench().started(computer, role=Role.SEQUENCER)

    assert bench.send(grant(0, bytes(31))) == [Refused(0x04, Reason.INPUT_LENGTH, 4352)]


@pytest.mark.parametrize(
    ("at", "octets", "reason"),
    [
        pytest.param(0, b"\0\0\0\0", Reason.CONFIGURATION_CONTENT, id="no tick"),
        pytest.param(193, b"\2", Reason.CONFIGURATION_CONTENT, id="a bool of 2"),
        pytest.param(0, (20_000).to_bytes(4, "little"), Reason.TICK, id="another tick"),
    ],
)
def test_a_sequencer_refuses_a_table_that_cannot_fly(computer, at, octets, reason) -> None:
    spoilt = computer[:at] + octets + computer[at + len(octets) :]

    [answer] = Bench().start(spoilt, role=Role.SEQUENCER)

    assert (type(answer), answer.reason) == (Refused, reason)
