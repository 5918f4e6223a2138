"""What a scripted show could not do: one sequence against other sensors, engines and plans."""

from __future__ import annotations

import numpy as np
import pytest

import flightsw
from flightsw.summary import exit_code, summary

MISSION = "progress-ms-04"
SEQUENCE = "sequences/soyuz-u-progress.toml"
ACCELEROMETERS = ("accelerometer.1", "accelerometer.2", "accelerometer.3")
APPARENT_BAND_MPS = 0.7  # two ticks of 30 m/s2 at 100 Hz


def apparent_velocity_mps(flight, event):
    """Decoded apparent velocity at the first state at or after an event."""
    state = flight.ground.telemetry.states
    row = int(np.searchsorted(state.t_s, flight.ground.event(event).t_s))
    return float(state.apparent_velocity_mps[row])


def test_less_thrust_at_the_same_flow_cuts_off_later_at_the_same_velocity(nominal, fly):
    weak = fly(MISSION, "engine-thrust-loss:block-i@280,thrust_fraction=0.995")

    assert (
        weak.ground.event("BLOCK_I_CUTOFF").t_s > nominal.ground.event("BLOCK_I_CUTOFF").t_s + 0.3
    )
    assert weak.ground.event("BLOCK_I_CUTOFF").trigger == "primary"
    assert apparent_velocity_mps(weak, "BLOCK_I_CUTOFF") == pytest.approx(
        apparent_velocity_mps(nominal, "BLOCK_I_CUTOFF"), abs=APPARENT_BAND_MPS
    )
    assert weak.success


def test_accelerometers_that_all_read_high_stop_the_engine_early(nominal, fly):
    faults = [f"accelerometer-scale:{name}@1,scale=1.01" for name in ACCELEROMETERS]

    flight = fly(MISSION, *faults)

    assert (
        flight.ground.event("BLOCK_I_CUTOFF").t_s < nominal.ground.event("BLOCK_I_CUTOFF").t_s - 1.0
    )
    assert not flight.success
    assert exit_code(flight, summary(flight)) == 1


@pytest.mark.parametrize("name", ACCELEROMETERS)
def test_one_stuck_accelerometer_is_outvoted(fly, name):
    flight = fly(MISSION, f"accelerometer-stuck:{name}@200")

    assert flight.success
    assert flight.ground.event("BLOCK_I_CUTOFF").trigger == "primary"


def test_with_all_accelerometers_stuck_the_backup_or_the_dry_tank_cuts_off(fly):
    flight = fly(MISSION, *[f"accelerometer-stuck:{name}@400" for name in ACCELEROMETERS])

    assert flight.ground.event("BLOCK_I_CUTOFF").trigger in {"backup", "depletion"}


def test_a_backup_set_to_520_s_cuts_off_in_that_tick(edit, fly):
    edit(SEQUENCE, "after_s = 535.0", "after_s = 520.0")

    cutoff = fly(MISSION).ground.event("BLOCK_I_CUTOFF")

    assert cutoff.t_s == 520.0
    assert cutoff.trigger == "backup"


def test_a_moved_plan_changes_a_mark_and_no_byte(edit, fly, nominal):
    edit("missions/progress-ms-04.toml", "t_s    = 161.36", "t_s    = 166.36")

    moved = fly(MISSION)

    assert moved.downlink == nominal.downlink
    marks = {row.name: row.mark for row in moved.ground.timeline}
    assert marks["FAIRING_JETTISON"] == "out_of_band"


def test_nothing_planned_after_the_loss_is_heard(lost):
    heard = {event.name for event in lost.events}
    later = {p.event for p in lost.scenario.mission.plan if p.t_s > 382.3}

    assert later
    assert not heard & later
    assert {row.name for row in lost.ground.not_seen} == later


def test_a_shutdown_alone_is_answered_by_the_emergency_shutdown_and_telemetry_goes_on(fly):
    flight = fly(MISSION, "engine-shutdown:block-i@382")

    avd = flight.ground.event("AVD_SHUTDOWN")
    assert avd.trigger == "avd"
    assert 382.1 < avd.t_s < 382.6
    assert flight.ground.lost is None
    assert flight.ground.last.t_s == pytest.approx(
        flight.scenario.mission.run.end_s, abs=0.1
    )  # what STATE waits for company
    assert {"BLOCK_I_CUTOFF", "SPACECRAFT_SEPARATION"} <= {r.name for r in flight.ground.not_seen}
    assert not flight.success


def test_a_shutdown_of_a_stage_that_does_not_burn_acts_nothing_and_fails_the_run(fly, nominal):
    flight = fly(MISSION, "engine-shutdown:block-i@50")

    assert [row.acted for row in flight.ledger] == [False]
    assert flight.downlink == nominal.downlink
    assert exit_code(flight, summary(flight)) == 1


def test_the_later_the_stage_stops_the_further_it_falls(fly):
    flights = [fly(MISSION, "third-stage-shutdown", at_s=t_s) for t_s in (300.0, 450.0, 520.0)]

    longitudes = [flight.ground.fall.longitude_rad for flight in flights]
    assert longitudes[0] < longitudes[1]
    assert flights[2].ground.fall.t_s > flights[1].ground.fall.t_s > flights[0].ground.fall.t_s
    assert longitudes[2] > longitudes[1]


def test_an_orbit_in_another_plane_is_not_found_where_it_was_calculated(edit, fly):
    azimuth = flightsw.load(MISSION).sequence.guidance.azimuth_deg
    edit(SEQUENCE, f"azimuth_deg = {azimuth}", f"azimuth_deg = {azimuth + 3.0}")

    flight = fly(MISSION)

    assert flight.orbit is not None
    assert flight.ground.radar.verdict == "not detected"
    assert not flight.success


def test_radio_silence_alone_does_not_lose_the_mission(fly):
    """The judge reads truth, the ground does not: reached, found, and not seen to separate."""
    flight = fly(MISSION, "transmitter-power-loss:launcher@400")

    assert flight.success
    assert flight.ground.radar.verdict == "detected"
    assert "SPACECRAFT_SEPARATION" in {row.name for row in flight.ground.not_seen}


@pytest.mark.parametrize("rate_hz", [50, 200, 1000])
def test_orbit_is_reached_at_any_rate(fly, rate_hz):
    flight = fly(MISSION, rate_hz=rate_hz)

    assert flight.success, flight.verdict.reasons


@pytest.mark.parametrize("rate_hz", [10, 20, 25, 40, 125, 250, 400, 500])
def test_every_rate_in_range_flies_to_separation(fly, rate_hz):
    flight = fly(MISSION, rate_hz=rate_hz)

    assert flight.ground.event("SPACECRAFT_SEPARATION")


def test_events_telemetry_and_fall_need_the_downlink_and_the_mission_alone(lost):
    """Recomputed from the bytes that came down, everything else of the flight thrown away."""
    from flightsw.briefing import ground_brief
    from flightsw.ground import look

    before = summary(lost)
    again = look(bytes(lost.downlink), None, ground_brief(flightsw.load("progress-ms-04-lost")))

    assert [(e.name, e.t_s, e.trigger) for e in again.events] == [
        (e["name"], e["t_s"], e["trigger"]) for e in before["events"]
    ]
    assert again.last == lost.ground.last
    assert again.fall == lost.ground.fall
