"""A board in place of the transmitter or of the computer: what it sends is heard, and no more.

The board is a double in this process, the same C behind the octets of the link. No line is in
between: what a line can lose is the matter of other tests.
"""

from __future__ import annotations

import struct

import pytest

import flightsw
from flightsw.board_octets import BoardAnswerError, answer_of, transmitter_octets
from flightsw.closed_loop import ClosedLoop, NoTransmitterError
from flightsw.ground import decode
from flightsw.scenario.tables import native_tables
from tests.hil.double import SequencerDouble, TransmitterDouble

FLIGHTS = {
    "progress, nominal": ("progress-ms-04",),
    "progress, lost": ("progress-ms-04-lost",),
    "nike-apache, nominal": ("nike-apache-14-210",),
    "nike-apache, short": ("nike-apache-14-210-short",),
    "a reset in flight": ("progress-ms-04", "transmitter-reset:launcher@100"),
    "a brown-out": (
        "progress-ms-04",
        "transmitter-supply:launcher@60,supply_v=20",
        "transmitter-supply:launcher@70,supply_v=27",
    ),
}


class Silent:
    """A board that is held in reset: whatever it is given, nothing leaves."""

    def start_transmitter(self, config, *, tick_us, supply_mv, warm):
        pass

    def step_transmitter(self, packets, *, supply_mv, reset):
        return b""


class Unplugged(TransmitterDouble):
    """A board whose line is cut in the 3000th tick: 10 s after planned T-0."""

    ticks = 0

    def step_transmitter(self, packets, *, supply_mv, reset):
        self.ticks += 1
        if self.ticks == 3000:
            raise ConnectionResetError
        return super().step_transmitter(packets, supply_mv=supply_mv, reset=reset)


@pytest.fixture(scope="module")
def simulated():
    flown: dict[str, flightsw.Flight] = {}

    def fly(name: str) -> flightsw.Flight:
        if name not in flown:
            mission, *faults = FLIGHTS[name]
            flown[name] = flightsw.fly(flightsw.load(mission, faults=faults))
        return flown[name]

    return fly


@pytest.mark.parametrize(
    "boards",
    [
        pytest.param({"transmitter": TransmitterDouble}, id="transmitter"),
        pytest.param({"computer": SequencerDouble}, id="computer"),
        pytest.param({"transmitter": TransmitterDouble, "computer": SequencerDouble}, id="both"),
    ],
)
@pytest.mark.parametrize("name", FLIGHTS)
def test_a_board_that_does_what_the_core_does_is_heard_as_the_core_is(simulated, name, boards):
    alone = simulated(name)

    flown = flightsw.fly(alone.scenario, **{role: board() for role, board in boards.items()})

    assert flown.downlink == alone.downlink
    assert flown.ledger == alone.ledger
    assert flown.verdict == alone.verdict
    assert flown.result_hash == alone.result_hash


def test_flown_tick_by_tick_the_bytes_are_the_same(simulated):
    alone = simulated("nike-apache, nominal")
    closed = ClosedLoop(alone.scenario)

    while not closed.finished:
        closed.step()
    closed.run()

    assert closed.downlink == alone.downlink


def test_of_a_board_the_ledger_holds_what_it_sent_and_what_it_told(simulated):
    alone = simulated("a reset in flight")
    board = TransmitterDouble()

    flown = flightsw.fly(alone.scenario, transmitter=board)

    row, count = flown.transmitters[0], board.self.count
    assert row.on_board
    assert row.frames_sent == tuple(count.frames_sent)
    assert row.resets == 1
    assert row.packets_lost is None  # no packet of the dictionary tells it
    packets = decode(flown.downlink)
    own = packets.spacecraft_id["TRANSMITTER"] == row.spacecraft_id
    last = packets.rows["TRANSMITTER"][own][-1]
    assert row.packets_accepted == last["packets_accepted"] < count.packets_accepted
    assert [each.on_board for each in flown.transmitters[1:]] == [False]
    assert flown.transmitters[1:] == alone.transmitters[1:]


def test_of_a_board_that_is_held_in_reset_the_ground_hears_nothing(simulated):
    alone = simulated("progress, lost")

    flown = flightsw.fly(alone.scenario, transmitter=Silent())

    assert flown.ground.last is None
    assert flown.ground.frames_good == 0
    assert flown.events == ()
    row = flown.transmitters[0]
    assert (row.frames_sent, row.bursts, row.packets_accepted) == ((0, 0, 0, 0, 0), 0, None)


def test_only_the_boards_own_transmitter_falls_silent_with_it(simulated):
    alone = simulated("progress, nominal")

    flown = flightsw.fly(alone.scenario, transmitter=Silent())

    heard = decode(flown.downlink).spacecraft_id["TRANSMITTER"]
    assert set(heard) == {flown.transmitters[1].spacecraft_id}


def test_what_was_heard_before_the_line_was_cut_is_kept(simulated):
    alone = simulated("progress, nominal")
    kept: list[bytes] = []

    with pytest.raises(ConnectionResetError):
        flightsw.fly(alone.scenario, sink=kept.append, transmitter=Unplugged())

    packets = decode(b"".join(kept))
    assert packets.frames is not None
    assert not packets.frames.log.damage.size
    assert not packets.frames.log.ended
    assert packets.met_s("STATE")[-1] == pytest.approx(9.9, abs=0.2)


def test_a_computer_without_an_answer_commands_nothing_and_tells_nothing(simulated):
    class Mute(SequencerDouble):
        def step_sequencer(self, measured):
            return b""

    flown = flightsw.fly(simulated("progress, nominal").scenario, computer=Mute())

    assert flown.events == ()
    assert not flown.success
    assert flown.t_zero_s != flown.t_zero_s  # it never left its pad


def test_a_vehicle_without_a_transmitter_has_none_for_a_board():
    scenario = flightsw.load("nike-apache-14-210")
    closed = ClosedLoop(scenario)
    closed.tables.loop.transmitter_count = 0

    with pytest.raises(NoTransmitterError, match="nike-apache has no transmitter"):
        closed._start_transmitter(Silent(), scenario.vehicle.id)


def test_the_octets_of_a_transmitter():
    """Worked out by hand from section 8 of the link's document."""
    tables = native_tables(flightsw.load("progress-ms-04"))  # what is in it lives as long as it
    config = tables.loop.transmitter[0].config
    config.spacecraft_id, config.frame_bytes, config.rate_bps = 0x41, 128, 262144
    config.warm_up_us, config.reset_us, config.hold_up_us = 1, 2, 3
    config.damage_us, config.heartbeat_us, config.idle_us = 4, 5, 6
    config.on_mv, config.brown_out_mv, config.gone_mv = 24000, 20000, 12000
    config.status_channel, config.route_count = 3, 2
    for route in config.route:
        route.apid, route.channel = 0, 0
    config.route[0] = {"apid": 0x100, "channel": 0}
    config.route[1] = {"apid": 0x140, "channel": 3}
    for index, channel in enumerate(config.channel):
        channel.queue_bytes, channel.flush_us = 1024, 1000 * index

    octets = transmitter_octets(config)

    assert octets == bytes.fromhex(
        "4100 8000 00000400 01000000 02000000 03000000 04000000 05000000 06000000"
        "c05d 204e e02e 03 02"
        "000100 400103 000000 000000 000000 000000 000000 000000"
        "0004 00000000 0004 e8030000 0004 d0070000 0004 b80b0000"
    )


def answer(*, actions=0, axis=(0.0, 1.0, 0.0), packet_count=0, packets=b""):
    return struct.pack("<Q3dH", actions, *axis, packet_count) + packets


EVENT_OF_ENTRY_5 = struct.pack(
    ">HHHqHBBBBHi7iH", 0x0900, 0xC000, 49, 0, 0, 1, 5, 0, 0, 0, 0, *[0] * 7, 0
)


def test_an_answer_tells_which_entries_fired():
    found = answer_of(answer(actions=6, packet_count=1, packets=EVENT_OF_ENTRY_5))

    assert (found.actions, found.axis_platform) == (6, (0.0, 1.0, 0.0))
    assert (found.packet_count, found.packets) == (1, EVENT_OF_ENTRY_5)
    assert found.latched == 1 << 5


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        pytest.param(answer()[:-1], "33 octets, not 34 to", id="short"),
        pytest.param(answer() + bytes(5000), "5034 octets", id="long"),
        pytest.param(answer(axis=(0.0, float("nan"), 0.0)), "points", id="nowhere"),
        pytest.param(answer(packet_count=1), "0 octets of packets are not 1", id="too few"),
        pytest.param(answer(packets=EVENT_OF_ENTRY_5), "are not 0 packets", id="too many"),
        pytest.param(
            answer(packet_count=1, packets=EVENT_OF_ENTRY_5[:-1]), "are not 1", id="cut packet"
        ),
        pytest.param(answer(packet_count=1, packets=b"\x09"), "are not 1", id="cut header"),
    ],
)
def test_what_is_no_answer_is_refused(octets, words):
    with pytest.raises(BoardAnswerError, match=words):
        answer_of(octets)
