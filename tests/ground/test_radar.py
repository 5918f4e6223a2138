"""Radars: geometry in closed form, the calculated orbit, and why being in view is no verdict."""

from dataclasses import replace

import numpy as np
import pytest

from flightsw.echoes import Trajectory, radar_echoes
from flightsw.ground import Echoes, Insertion, Search, Station, osculating_orbit
from flightsw.ground.earth import ecef_from_geodetic, geodetic_from_ecef
from flightsw.ground.radar import calculated_orbit, insertion_state, passes, search_report
from flightsw.ground.stations import Sighting, in_view, place, sighting

DEG = np.pi / 180.0


def station(name, latitude_deg, longitude_deg, *, mask_deg=3.0, **rest):
    return Station(
        id=name,
        latitude_rad=latitude_deg * DEG,
        longitude_rad=longitude_deg * DEG,
        mask_rad=mask_deg * DEG,
        **{"height_m": 0.0} | rest,
    )


MISHELEVKA = station("mishelevka", 52.9, 103.3)
BALKHASH = station("balkhash", 46.6, 74.5)
# Cut-off of the reference trajectory: 51.11 N 85.00 E at T+525.88. The speed on 193 x 245 km, from
# the two-body energy with perigee 6558 km and apogee 6608 km, is 7811 m/s.
INSERTION = Insertion(
    t_s=525.88,
    latitude_rad=51.11 * DEG,
    longitude_rad=85.0 * DEG,
    height_m=193_000.0,
    speed_mps=7811.0,
    flight_path_angle_rad=0.0,
    inclination_rad=51.66 * DEG,
)
SEARCH = Search(
    radars=(MISHELEVKA, BALKHASH), insertion=INSERTION, from_s=526.0, to_s=1200.0, gate_m=50_000.0
)


@pytest.mark.parametrize(
    ("north_deg", "east_deg", "azimuth_deg"),
    [(1.0, 0.0, 0.0), (0.0, 1.0, 90.0), (-1.0, 0.0, 180.0), (0.0, -1.0, 270.0)],
)
def test_azimuth_counts_from_north_through_east(north_deg, east_deg, azimuth_deg):
    there = ecef_from_geodetic(
        latitude_rad=north_deg * DEG, longitude_rad=east_deg * DEG, height_m=100e3
    )

    seen = sighting(station("equator", 0.0, 0.0), there)

    assert float(seen.azimuth_rad) / DEG == pytest.approx(azimuth_deg, abs=1e-9)


def test_what_is_overhead_is_at_its_height():
    radar = station("any", 52.9, 103.3, height_m=500.0)
    there = ecef_from_geodetic(
        latitude_rad=radar.latitude_rad, longitude_rad=radar.longitude_rad, height_m=200_500.0
    )

    seen = sighting(radar, there)

    assert float(seen.range_m) == pytest.approx(200_000.0, abs=1e-6)
    assert float(seen.elevation_rad) == pytest.approx(np.pi / 2, abs=1e-6)


@pytest.mark.parametrize("angle_deg", [1.0, 5.0, 10.0])
def test_elevation_and_range_along_the_equator_are_those_of_a_triangle(angle_deg):
    # Station, centre of the Earth and target: two sides and the angle between them.
    ground_m, height_m, angle = 6_378_137.0, 200e3, angle_deg * DEG
    range_m = np.sqrt(
        ground_m**2
        + (ground_m + height_m) ** 2
        - 2.0 * ground_m * (ground_m + height_m) * np.cos(angle)
    )
    elevation = np.arcsin(((ground_m + height_m) * np.cos(angle) - ground_m) / range_m)

    there = ecef_from_geodetic(latitude_rad=0.0, longitude_rad=angle, height_m=height_m)
    seen = sighting(station("equator", 0.0, 0.0), there)

    assert float(seen.range_m) == pytest.approx(range_m, rel=1e-12)
    assert float(seen.elevation_rad) == pytest.approx(elevation, abs=1e-9)


def test_a_sighting_says_where_the_thing_is():
    there = np.array([[1.2e6, 4.0e6, 5.1e6], [1.0e6, 4.2e6, 5.2e6]])

    seen = sighting(MISHELEVKA, there)

    assert place(MISHELEVKA, seen) == pytest.approx(there, abs=1e-6)


def test_nothing_is_seen_below_the_mask_or_beyond_the_range():
    radar = station("any", 0.0, 0.0, mask_deg=5.0, range_max_m=1000.0)
    looks = Sighting(
        range_m=np.array([1000.0, 1000.0, 1000.1]),
        azimuth_rad=np.zeros(3),
        elevation_rad=np.array([5.0, 4.999, 5.0]) * DEG,
    )

    assert in_view(radar, looks).tolist() == [True, False, False]


def test_the_insertion_has_the_inclination_and_heights_it_was_given():
    position, velocity = insertion_state(INSERTION)

    orbit = osculating_orbit(position_eci_m=position, velocity_eci_mps=velocity)

    assert orbit is not None
    assert orbit.inclination_rad / DEG == pytest.approx(51.66, abs=1e-6)
    assert orbit.perigee_m == pytest.approx(193e3, abs=1.0)
    assert orbit.apogee_m == pytest.approx(245e3, abs=5e3)  # 1 m/s of speed is 3.4 km


def test_the_calculated_orbit_is_best_seen_from_mishelevka_from_529_to_871_s():
    # Calculated apart from this code, for the station near Usolye-Sibirskoye.
    track = calculated_orbit(SEARCH)

    best = max(passes(track, SEARCH.radars), key=lambda one: one.best_elevation_rad)

    assert best.station == "mishelevka"
    assert (best.first_s, best.last_s) == pytest.approx((529.0, 871.0), abs=6.0)


def test_the_calculated_orbit_keeps_its_heights():
    track = calculated_orbit(SEARCH)

    heights_m = geodetic_from_ecef(track.position_ecef_m).height_m

    assert heights_m.min() > 190e3
    assert heights_m.max() < 215e3  # a third of the way from perigee to apogee in 674 s
    assert track.t_s[[0, -1]].tolist() == [526.0, 1200.0]


def body(track, *, shift_m=0.0, name="body"):
    """A trajectory beside the track: shifted upwards, every second."""
    away = track.position_ecef_m / np.linalg.norm(track.position_ecef_m, axis=1)[:, np.newaxis]
    position = track.position_ecef_m + shift_m * away
    return Trajectory(
        name=name,
        is_judged=True,
        t_s=track.t_s,
        position_ecef_m=position,
        height_m=geodetic_from_ecef(position).height_m,
        reached_ground=False,
    )


def echoes_of(*bodies, search=SEARCH, seed=1):
    return radar_echoes(bodies, search.radars, from_s=search.from_s, to_s=search.to_s, seed=seed)


def test_what_flies_on_the_calculated_orbit_is_detected_when_it_comes_into_view():
    track = calculated_orbit(SEARCH)

    report = search_report(SEARCH, echoes_of(body(track)))

    first_pass = min(report.passes, key=lambda seen: seen.first_s)
    assert report.verdict == "detected"
    assert report.detected_s == pytest.approx(first_pass.first_s, abs=2.0)
    assert report.detected_by == first_pass.station
    assert report.other_objects == 0


def test_what_is_in_view_outside_the_gate_is_another_object():
    track = calculated_orbit(SEARCH)

    report = search_report(SEARCH, echoes_of(body(track, shift_m=60e3), body(track, shift_m=90e3)))

    assert report.verdict == "not detected"
    assert (report.detected_by, report.detected_s) == (None, None)
    assert report.other_objects == 2
    assert {seen.station for seen in report.passes} == {"mishelevka", "balkhash"}
    assert {other.station for other in report.others} == {"mishelevka", "balkhash"}
    assert {seen.status for seen in report.passes} == {"missed"}


@pytest.mark.parametrize(("shift_m", "verdict"), [(49e3, "detected"), (51e3, "not detected")])
def test_the_gate_decides(shift_m, verdict):
    track = calculated_orbit(SEARCH)

    report = search_report(SEARCH, echoes_of(body(track, shift_m=shift_m)))

    assert report.verdict == verdict


def test_no_echo_is_not_detected_in_the_whole_window():
    report = search_report(SEARCH, Echoes.none())

    assert report.verdict == "not detected"
    assert report.window_s is not None
    assert report.window_s == pytest.approx((526.0, 871.0), abs=6.0)


def test_an_orbit_that_no_radar_sees_has_no_window():
    elsewhere = replace(SEARCH, radars=(station("elsewhere", -40.0, -70.0),))

    report = search_report(elsewhere, Echoes.none())

    assert (report.verdict, report.window_s, report.passes) == ("not detected", None, ())


def test_echoes_outside_the_time_of_the_search_do_not_count():
    early = replace(SEARCH, from_s=900.0)
    track = calculated_orbit(SEARCH)

    report = search_report(early, echoes_of(body(track)))

    assert report.verdict == "not detected"


def test_noise_is_of_the_size_stated_and_comes_from_the_seed():
    track = calculated_orbit(SEARCH)

    first, again, other = (echoes_of(body(track), seed=seed) for seed in (1, 1, 2))

    own = first.of(0)
    error_m = own.range_m - sighting(MISHELEVKA, track.at(own.t_s)).range_m
    assert np.std(error_m) == pytest.approx(30.0, rel=0.15)  # 340 looks: 4 % is one sigma
    assert np.array_equal(first.range_m, again.range_m)
    assert not np.array_equal(first.range_m, other.range_m)


def test_another_body_changes_no_echo_of_the_first():
    track = calculated_orbit(SEARCH)

    alone = echoes_of(body(track))
    together = echoes_of(body(track), body(track, shift_m=90e3))

    assert set(alone.range_m) <= set(together.range_m)
    assert len(together.t_s) > len(alone.t_s)


def test_a_body_is_where_a_cubic_between_its_points_has_it():
    t_s = np.arange(0.0, 20.0, 1.0)
    circle = 6.6e6 * np.stack([np.cos(1.2e-3 * t_s), np.sin(1.2e-3 * t_s), 0.0 * t_s], axis=1)
    way = Trajectory(
        name="circle",
        is_judged=True,
        t_s=t_s,
        position_ecef_m=circle,
        height_m=0.0 * t_s,
        reached_ground=False,
    )

    between = way.at(np.array([9.5]))

    exact = 6.6e6 * np.array([[np.cos(0.0114), np.sin(0.0114), 0.0]])
    assert between == pytest.approx(exact, abs=1e-3)


def test_what_falls_out_of_the_gate_during_a_pass_is_missed_and_told_as_falling():
    track = calculated_orbit(SEARCH)
    sinking = body(track)
    down = np.linspace(20e3, 140e3, len(track.t_s))[:, np.newaxis]
    lower = sinking.position_ecef_m * (1.0 - down / 6.6e6)

    report = search_report(SEARCH, echoes_of(replace(sinking, position_ecef_m=lower)))

    assert report.verdict == "not detected"
    assert {other.falling for other in report.others} == {True}
    assert all(other.first_miss_m < other.last_miss_m for other in report.others)
    assert any(seen.in_gate for seen in report.passes)  # near it at first


def test_a_pass_of_a_few_looks_is_not_usable():
    short = replace(SEARCH, from_s=860.0, to_s=1200.0)

    report = search_report(short, echoes_of(body(calculated_orbit(SEARCH)), search=short))

    assert [seen.status for seen in report.passes] == ["not usable"]
    assert report.verdict == "not detected"


def test_two_revolutions_are_passes_one_by_one():
    whole = replace(SEARCH, from_s=589.2, to_s=11_160.0)
    track = calculated_orbit(whole)

    found = passes(track, whole.radars)

    assert [one.station for one in found] == ["mishelevka", "balkhash", "mishelevka"]
    assert [one.first_s for one in found] == sorted(one.first_s for one in found)
    assert all(one.last_s - one.first_s < 600.0 for one in found)
