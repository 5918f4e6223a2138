"""The two flights of 1 December 2016 against docs/reference/soyuz-progress.md, section 7.

The bands are those of the reference: what two accidents and one cyclogram allow to say.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from flightsw._native import ffi, lib


def _vec3(values):
    return ffi.new("plant_vec3_t *", list(map(float, values)))[0]


def truth_at(flight, t_s):
    """Altitude (m) and speed relative to the ground (m/s) of the truth, to the nearest 0.1 s."""
    row = int(np.argmin(np.abs(flight.truth["t_s"] - t_s)))
    position = flight.truth["position_eci_m"][row]
    air = lib.plant_air_velocity_eci_mps(
        _vec3(position), _vec3(flight.truth["velocity_eci_mps"][row])
    )
    return lib.plant_height_m(_vec3(position)), math.hypot(air.x, air.y, air.z)


@pytest.mark.parametrize(
    ("t_s", "altitude_km", "altitude_band_km", "speed_kmps", "speed_band_kmps"),
    [
        pytest.param(118.0, 46.0, 3.0, 1.78, 0.05, id="strap-on separation"),
        pytest.param(287.0, 164.0, 6.0, 3.90, 0.08, id="core separation"),
        pytest.param(382.0, 190.0, 8.0, 4.80, 0.07, id="the last normal second"),
    ],
)
def test_ascent_passes_where_it_was_seen(  # noqa: PLR0913, PLR0917  a row of the table
    nominal, t_s, altitude_km, altitude_band_km, speed_kmps, speed_band_kmps
):
    altitude_m, speed_mps = truth_at(nominal, t_s)

    assert altitude_m / 1e3 == pytest.approx(altitude_km, abs=altitude_band_km)
    assert speed_mps / 1e3 == pytest.approx(speed_kmps, abs=speed_band_kmps)


def test_nominal_flight_cuts_off_by_velocity_and_reaches_the_calculated_orbit(nominal):
    cutoff = nominal.ground.event("BLOCK_I_CUTOFF")

    assert cutoff.trigger == "primary"
    assert cutoff.t_s == pytest.approx(526.0, abs=4.0)
    assert nominal.success
    assert nominal.orbit.perigee_m / 1e3 == pytest.approx(193.0, abs=10.0)
    assert nominal.orbit.apogee_m / 1e3 == pytest.approx(245.0, abs=10.0)
    assert math.degrees(nominal.orbit.inclination_rad) == pytest.approx(51.66, abs=0.05)


def test_every_planned_event_of_the_nominal_flight_is_heard_in_its_band(nominal):
    marks = {row.name: row.mark for row in nominal.ground.timeline if row.planned}

    assert set(marks.values()) == {"in_band"}
    assert len(marks) >= 9


def test_nominal_flight_is_found_by_radar_where_it_was_calculated(nominal):
    assert nominal.ground.radar.verdict == "detected"
    assert nominal.ground.fall is None


def test_telemetry_of_the_lost_flight_ends_with_the_stage(lost):
    """Normal until 382 s; then over central Kazakhstan, 49.1 N 73.8 E, at about 190 km."""
    last = lost.ground.last

    assert 382.0 <= last.t_s <= 383.0
    assert last.state.altitude_m / 1e3 == pytest.approx(190.0, abs=8.0)
    assert math.degrees(last.state.latitude_rad) == pytest.approx(49.1, abs=0.2)
    assert math.degrees(last.state.longitude_rad) == pytest.approx(73.8, abs=0.3)


def test_lost_flight_reaches_no_orbit_and_is_not_found(lost):
    assert not lost.success
    assert lost.orbit is None
    assert lost.ground.radar.verdict == "not detected"
    assert "mishelevka" in {one.station for one in lost.ground.radar.passes}


def test_lost_flight_falls_in_the_reported_area(lost):
    """Tos-Tevek, 51.6 +- 0.2 N, 92.7 +- 0.2 E; 100 to 300 kg/m2 within 0.5 deg of it."""
    fall = lost.ground.fall

    assert math.degrees(fall.latitude_rad) == pytest.approx(51.6, abs=0.5)
    assert math.degrees(fall.longitude_rad) == pytest.approx(92.7, abs=0.5)
    assert 760.0 <= fall.t_s <= 1270.0  # derived: dense to light


def test_a_stage_stopped_at_325_s_falls_where_progress_m_12m_did(fly):
    """2011-08-24: Choya district, Altai; within 0.5 deg of longitude 86.8 E."""
    flight = fly("progress-ms-04", "third-stage-shutdown", at_s=325.0)

    assert math.degrees(flight.ground.fall.longitude_rad) == pytest.approx(86.8, abs=0.5)
