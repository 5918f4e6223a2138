"""Heard against planned: a planned event is never one that happened."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flightsw.ground import DownlinkError, PlannedEvent, look

HEARD = {"in_band", "out_of_band", "unplanned", "alarm"}


def marks(picture):
    return {row.name: row.mark for row in picture.timeline}


def test_each_event_has_the_mark_of_its_time(handmade, briefing):
    downlink = (
        handmade.event(-5.0, 0)
        + handmade.event(0.0, 1)
        + handmade.event(103.0, 2)
        + handmade.event(150.0, 4, trigger=5, role=3)
    )

    picture = look(downlink, None, briefing)

    assert marks(picture) == {
        "IGNITION": "unplanned",
        "LIFTOFF": "in_band",
        "STAGING": "out_of_band",
        "PRESSURE_LOW": "alarm",
        "CUTOFF": "not_seen",
    }


@pytest.mark.parametrize(("t_s", "mark"), [(102.0, "in_band"), (102.01, "out_of_band")])
def test_the_band_includes_its_edge(handmade, briefing, t_s, mark):
    picture = look(handmade.event(t_s, 2), None, briefing)

    assert marks(picture)["STAGING"] == mark


def test_a_row_lays_plan_and_packet_side_by_side(handmade, briefing):
    picture = look(handmade.event(101.0, 2, trigger=1), None, briefing)

    (row,) = [row for row in picture.timeline if row.name == "STAGING"]
    assert (row.t_s, row.planned_s, row.delta_s) == (101.0, 100.0, 1.0)
    assert picture.event("STAGING").trigger == "backup"


def test_an_event_tells_height_and_inertial_speed_of_its_packet(handmade, briefing):
    # Over the equator at longitude 0 after a quarter hour: 200 km above the equatorial radius.
    packet = handmade.event(
        900.0, 2, position_m=(6_578_137.0, 0.0, 0.0), velocity_mps=(300.0, 400.0, 0.0)
    )

    heard = look(packet, None, briefing).event("STAGING")

    assert heard.altitude_m == pytest.approx(200_000.0, abs=0.01)
    assert heard.speed_mps == pytest.approx(500.0)


def test_an_event_heard_twice_happened_once(handmade, briefing):
    picture = look(handmade.event(100.0, 2) + handmade.event(101.0, 2), None, briefing)

    assert [heard.t_s for heard in picture.events] == [100.0]


def test_an_event_number_that_the_sequence_lacks_is_still_an_event(handmade, briefing):
    picture = look(handmade.event(50.0, 77, trigger=9), None, briefing)

    (heard,) = picture.events
    assert (heard.name, heard.trigger) == ("UNKNOWN_77", "unknown-9")


def test_what_is_not_heard_stands_last_in_the_order_of_the_plan(handmade, briefing):
    picture = look(handmade.state(10.0), None, briefing)

    assert [row.name for row in picture.not_seen] == ["LIFTOFF", "STAGING", "CUTOFF"]
    assert picture.events == ()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    sent=st.lists(st.tuples(st.floats(-10.0, 300.0), st.integers(0, 6)), max_size=8),
    flips=st.lists(st.integers(0, 8 * 44 * 8 - 1), max_size=6),
    plan=st.dictionaries(
        st.sampled_from(["IGNITION", "LIFTOFF", "STAGING", "CUTOFF", "PRESSURE_LOW", "NEVER"]),
        st.floats(-10.0, 300.0),
    ),
)
def test_no_event_happens_that_no_packet_told(handmade, briefing, sent, flips, plan):
    packets = [handmade.event(t_s, number) for t_s, number in sent]
    damaged = bytearray(b"".join(packets))
    for bit in flips:
        if bit // 8 < len(damaged):
            damaged[bit // 8] ^= 1 << bit % 8
    brief = replace(
        briefing,
        plan=tuple(PlannedEvent(event=name, t_s=t_s, band_s=5.0) for name, t_s in plan.items()),
    )

    picture = look(bytes(damaged), None, brief)

    told = {
        round(t_s * 1e6): number
        for (t_s, number), packet in zip(sent, packets, strict=True)
        if packet in bytes(damaged)
    }
    happened = [row for row in picture.timeline if row.mark in HEARD]
    assert all(row.heard and round(row.heard.t_s * 1e6) in told for row in happened)
    assert {row.name for row in happened}.isdisjoint(row.name for row in picture.not_seen)
    assert all(row.t_s is None and row.delta_s is None for row in picture.not_seen)
    assert {row.name for row in picture.timeline} >= set(plan)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(planned_s=st.floats(-100.0, 1000.0))
def test_the_plan_moves_no_actual_time(handmade, briefing, planned_s):
    downlink = handmade.event(100.0, 2)
    moved = replace(briefing, plan=(PlannedEvent(event="STAGING", t_s=planned_s, band_s=1.0),))

    picture = look(downlink, None, moved)

    assert picture.events == look(downlink, None, briefing).events


def test_two_seconds_without_a_frame_are_a_loss(handmade, briefing):
    heard = b"".join(handmade.state(t / 10.0) for t in range(1001))

    picture = look(heard, None, briefing)

    assert picture.lost is not None
    assert (picture.lost.from_s, picture.lost.noticed_s) == (100.0, 102.0)
    assert picture.last is not None
    assert picture.last.t_s == 100.0


def test_a_packet_that_waited_for_company_does_not_set_the_last_frame_back(handmade, briefing):
    heard = handmade.state(99.0) + handmade.state(100.0) + handmade.housekeeping(97.5)

    picture = look(heard, None, briefing)

    assert picture.last is not None
    assert picture.last.t_s == 100.0
    assert picture.lost is not None
    assert picture.lost.from_s == 100.0


def test_a_silence_that_ends_is_no_loss_for_good(handmade, briefing):
    heard = b"".join(handmade.state(float(t)) for t in [*range(50), *range(60, 211)])

    picture = look(heard, None, briefing)

    assert picture.lost is None
    assert [(silence.from_s, silence.to_s) for silence in picture.silences] == [(49.0, 60.0)]


@pytest.mark.parametrize(("pause_s", "silences"), [(2.0, 0), (2.01, 1)])
def test_a_silence_is_longer_than_two_seconds(handmade, briefing, pause_s, silences):
    heard = b"".join(handmade.state(t) for t in (0.0, pause_s))

    picture = look(heard, None, replace(briefing, listen_until_s=3.0))

    assert len(picture.silences) == silences


def test_a_state_older_than_two_seconds_is_gone(handmade, briefing):
    fresh = handmade.state(100.0) + handmade.housekeeping(102.0)
    stale = handmade.state(100.0) + handmade.housekeeping(102.1)

    last_fresh, last_stale = (look(heard, None, briefing).last for heard in (fresh, stale))

    assert last_fresh is not None
    assert last_fresh.state is not None
    assert last_stale is not None
    assert (last_stale.t_s, last_stale.state) == (102.1, None)


def test_the_last_frame_tells_where_over_the_turned_earth_it_was(handmade, briefing):
    # Over longitude 0 of the frozen axes; the Earth has turned by 7.292115e-5 rad/s * 1000 s.
    heard = handmade.state(1000.0, position_m=(6_578_137.0, 0.0, 0.0))

    last = look(heard, None, briefing).last

    assert last is not None
    assert last.state is not None
    assert last.state.longitude_rad == pytest.approx(-0.07292115, abs=1e-8)
    assert last.state.altitude_m == pytest.approx(200_000.0, abs=0.01)


def test_before_lift_off_the_pad_stays_where_it_is(handmade, briefing):
    from flightsw.ground.earth import ecef_from_geodetic

    pad = briefing.pad
    ecef_m = ecef_from_geodetic(
        latitude_rad=pad.latitude_rad, longitude_rad=pad.longitude_rad, height_m=pad.height_m
    )
    heard = b"".join(handmade.state(t, position_m=ecef_m) for t in (-3600.0, -1.0))

    states = look(heard, None, briefing).telemetry.states

    assert states.on_pad.tolist() == [True, True]
    assert states.longitude_rad == pytest.approx([1.1, 1.1], abs=1e-8)
    assert states.altitude_m == pytest.approx([90.0, 90.0], abs=0.01)


def test_nothing_heard_is_a_picture_too(briefing):
    picture = look(b"", None, briefing)

    assert (picture.last, picture.lost, picture.fall, picture.events) == (None, None, None, ())
    assert len(picture.not_seen) == 3


def test_a_downlink_of_another_dictionary_is_refused(handmade, briefing):
    with pytest.raises(DownlinkError, match=r"version 2\.0 of the telemetry dictionary"):
        look(handmade.housekeeping(0.0, major=2), None, briefing)


def test_a_downlink_of_another_sequence_is_refused(handmade, briefing):
    mine = replace(briefing, sequence_hash=0x1234)

    assert look(handmade.housekeeping(0.0, sequence_hash=0x1234), None, mine).packets.count == 1
    with pytest.raises(DownlinkError, match="CRC-32 00000005"):
        look(handmade.housekeeping(1.0, sequence_hash=5), None, mine)


def test_the_stream_of_states_comes_as_arrays(handmade, briefing):
    heard = handmade.state(1.0, analog=range(16), discretes=2**63) + handmade.state(2.0)

    telemetry = look(heard, None, briefing).telemetry

    assert telemetry.states.t_s.tolist() == [1.0, 2.0]
    assert telemetry.analog_counts[0].tolist() == list(range(16))
    assert telemetry.discretes.tolist() == [2**63, 0]
    assert telemetry.states.position_eci_m.shape == (2, 3)
