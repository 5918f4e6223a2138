"""The ground while it flies comes to what the ground makes of the whole, whatever the pieces."""

import random
import tracemalloc

import numpy as np
import pytest

import flightsw
from flightsw.briefing import ground_brief
from flightsw.ground import decode, look
from flightsw.ground.events import EventTeller, Told, told
from flightsw.ground.live import LiveGround, PacketReader, Parameters

FLIGHTS = {
    "planned": ("progress-ms-04", ()),
    "lost": ("progress-ms-04-lost", ()),
    "transmitter that starts again": ("progress-ms-04", ("transmitter-reset:launcher@200",)),
    "sounding rocket": ("nike-apache-14-210", ()),
    "sounding rocket, burnt through": (
        "nike-apache-14-210",
        ("transmitter-power-loss:payload-telemetry@60",),
    ),
}


@pytest.fixture(scope="module", params=FLIGHTS)
def flown(request):
    """Return a scenario, the pieces of its log as they came down, and its flight."""
    name, faults = FLIGHTS[request.param]
    scenario = flightsw.load(name, faults=faults)
    pieces: list[bytes] = []
    return scenario, pieces, flightsw.fly(scenario, sink=pieces.append)


def cut(log: bytes, *, longest: int) -> list[bytes]:
    """Return a log cut anywhere, each piece up to `longest` octets long."""
    lengths = random.Random(1)
    pieces, at = [], 0
    while at < len(log):
        size = lengths.randint(1, longest)
        pieces.append(log[at : at + size])
        at += size
    return pieces


def fed(scenario, pieces):
    ground = LiveGround(ground_brief(scenario))
    return ground, [ground.feed(piece) for piece in pieces]


@pytest.fixture(scope="module", params=["as sent", "cut anywhere", "in one"])
def read(request, flown):
    scenario, pieces, flight = flown
    if request.param == "cut anywhere":
        pieces = cut(flight.downlink, longest=20_000)
    elif request.param == "in one":
        pieces = [flight.downlink]
    return (*fed(scenario, pieces), look(flight.downlink, None, ground_brief(scenario)))


def test_it_finds_the_packets_of_the_whole_in_the_same_order(read):
    _, updates, whole = read

    for name, rows in whole.packets.rows.items():
        found = np.concatenate([update.packets.rows[name] for update in updates])
        times = np.concatenate([update.packets.ert_us[name] for update in updates])
        senders = np.concatenate([update.packets.spacecraft_id[name] for update in updates])
        assert np.array_equal(found, rows), name
        assert np.array_equal(times, whole.packets.ert_us[name]), name
        assert np.array_equal(senders, whole.packets.spacecraft_id[name]), name


def test_it_hears_the_events_of_the_whole_beside_the_same_plan(read):
    ground, updates, whole = read

    assert ground.events == whole.events
    assert ground.timeline == whole.timeline
    assert {heard.name for update in updates for heard in update.events} == {
        heard.name for heard in whole.events
    }


def test_events_of_pieces_are_told_once_as_those_of_the_whole(flown):
    _, _, flight = flown
    reader, teller = PacketReader(), EventTeller()
    found: list[Told] = []
    for piece in cut(flight.downlink, longest=20_000):
        packets = reader.feed(piece)
        found += teller.told(packets, reader.header)

    whole = told(decode(flight.downlink))
    assert [(each.met_s, each.sentence) for each in found] == [
        (each.met_s, each.sentence) for each in whole
    ]
    assert reader.is_log
    assert reader.ended


def test_it_counts_the_frames_of_the_whole(read):
    ground, _, whole = read

    link = ground.link()
    assert ground.channels == whole.packets.frames.channels
    assert link.frames == whole.frames_good
    assert (link.damaged, link.missing) == (whole.frames_damaged, whole.frames_missing)
    assert link.last_ert_us == whole.packets.frames.rows["ert_us"].max()


def test_it_knows_the_last_frame_and_the_silences_of_the_whole(read):
    ground, _, whole = read

    assert ground.last_s == whole.last.t_s
    assert ground.last_state == whole.last.state
    assert ground.silences == tuple(each for each in whole.silences if each.to_s is not None)
    assert ground.ended


def test_values_come_in_the_order_of_the_dictionary_and_of_time(read):
    ground, updates, whole = read

    names = ground.parameters.names
    t_s = np.concatenate([update.t_s for update in updates])
    values = np.concatenate([update.values for update in updates])
    altitude_m = values[:, names.index("altitude_m")]
    told = ~np.isnan(altitude_m)
    states = whole.telemetry.states
    assert np.array_equal(altitude_m[told], states.altitude_m)
    assert np.array_equal(t_s[told], states.t_s)
    accel = values[:, names.index("axial_accel_mps2")]
    assert np.array_equal(accel[told], whole.telemetry.axial_accel_mps2)
    for update in updates:
        assert np.all(np.diff(update.t_s) > 0.0)
        assert update.values.shape == (len(update.t_s), len(names))


def test_values_of_the_whole_at_once_are_the_same(read):
    ground, updates, whole = read

    header = whole.packets.frames.log.header
    parameters = Parameters(whole.packets.dictionary, header, whole.briefing.pad)
    _, values = parameters.rows(whole.packets)
    assert parameters.all == ground.parameters.all
    for column, parameter in enumerate(parameters.all):
        live = np.concatenate([update.values[:, column] for update in updates])
        told = values[:, column][~np.isnan(values[:, column])]
        if parameter.packet != "TRANSMITTER":  # two may tell at one time
            assert np.array_equal(live[~np.isnan(live)], told), parameter.name


def test_what_it_keeps_does_not_grow_with_the_flight():
    scenario = flightsw.load("progress-ms-04-lost")
    pieces = cut(flightsw.fly(scenario).downlink, longest=12_000)
    ground = LiveGround(ground_brief(scenario))
    for piece in pieces[: len(pieces) // 2]:
        ground.feed(piece)

    tracemalloc.start()
    for piece in pieces[len(pieces) // 2 :]:
        ground.feed(piece)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert held < 500_000  # its windows, made anew; this half of the log has 2 MB


def test_a_damaged_log_is_read_as_the_whole_is(flown):
    scenario, _, flight = flown
    damage = random.Random(2)
    log = bytearray(flight.downlink)
    for _ in range(60):
        at = damage.randrange(5000, len(log))
        log[at] ^= 1 << damage.randrange(8)
    del log[200_000:260_000]
    whole = look(bytes(log), None, ground_brief(scenario))

    ground, updates = fed(scenario, cut(bytes(log), longest=30_000))

    assert ground.events == whole.events
    assert whole.packets.frames
    assert ground.channels == whole.packets.frames.channels
    for name, rows in whole.packets.rows.items():
        found = np.concatenate([update.packets.rows[name] for update in updates])
        assert np.array_equal(np.sort(found), np.sort(rows)), name


def test_the_frame_rate_is_that_of_the_link_however_much_comes_at_once(flown):
    """As when a replay goes to a time: all of a log at once is no fast link."""
    scenario, pieces, flight = flown
    ground, _ = fed(scenario, pieces)
    at_once, _ = fed(scenario, [flight.downlink])
    now_us = round(ground.last_s * 1e6)

    assert at_once.link(now_us=now_us).rate_hz == ground.link(now_us=now_us).rate_hz
    assert 10.0 < at_once.link(now_us=now_us).rate_hz < 200.0


def test_it_knows_what_it_has_lost_from_what_has_only_set(read):
    ground, _, whole = read

    assert ground.has_set == (whole.lost is not None and whole.lost.has_set)
