"""Stations and link: who hears the vehicle, from when until when, and what noise does."""

import math

import numpy as np
import pytest

from flightsw import fly, load
from flightsw._native import ffi, lib
from flightsw.briefing import ground_brief
from flightsw.ground import look
from flightsw.ground.contacts import contacts
from flightsw.ground.log import read_log
from flightsw.ground.stations import Station, in_view, sighting

DEG = math.pi / 180.0

# docs/reference/soyuz-progress.md, 2.5: latitude, longitude, AOS and LOS with a mask of 5 deg;
# None: still heard at the end of the table, T+526. Places are city-level, +- 30 km.
TABLE = {
    "baikonur": (45.9, 63.3, 14.0, 431.0),
    "dzhusaly": (45.3, 64.5, 65.0, 440.0),
    "sary-shagan": (46.0, 73.6, 173.0, None),
    "barnaul": (53.35, 83.8, 333.0, None),
    "kolpashevo": (58.3, 82.9, 405.0, None),
    "yeniseysk": (58.5, 92.3, 489.0, None),
}
NEVER = {
    "ulan-ude": (51.9, 108.0),
    "ussuriysk": (44.0, 131.8),
    "shchelkovo": (55.9, 38.0),
    "yelizovo": (53.1, 158.4),
}


def windows(nominal, latitude_deg, longitude_deg):
    """Return first and last time above 5 deg, of the true way, to a tenth of a second."""
    from flightsw.ground.earth import ecef_from_eci

    station = Station(
        id="any",
        latitude_rad=latitude_deg * DEG,
        longitude_rad=longitude_deg * DEG,
        height_m=100.0,
        mask_rad=5.0 * DEG,
    )
    t_s = nominal.truth["t_s"]
    flying = (t_s >= 0.0) & (t_s <= 526.0)
    place = ecef_from_eci(nominal.truth["position_eci_m"][flying], t_s[flying] + nominal.t_zero_s)
    seen = in_view(station, sighting(station, place))
    return t_s[flying][seen]


@pytest.mark.parametrize("station", TABLE)
def test_a_station_hears_the_vehicle_when_the_reference_says(nominal, station):
    latitude_deg, longitude_deg, aos_s, los_s = TABLE[station]

    heard = windows(nominal, latitude_deg, longitude_deg)

    assert heard[0] == pytest.approx(aos_s, abs=5.0)
    assert heard[-1] == pytest.approx(526.0 if los_s is None else los_s, abs=5.0)


@pytest.mark.parametrize("station", ["baikonur", "dzhusaly", "barnaul", "kolpashevo", "yeniseysk"])
def test_the_receptions_in_the_log_begin_and_end_when_the_reference_says(nominal, station):
    """The same from the other end: by the receive times of the stations of the mission."""
    _, _, aos_s, los_s = TABLE[station]

    heard = {each.station: each for each in contacts(read_log(nominal.downlink))}[station]

    assert heard.first_s == pytest.approx(aos_s, abs=5.0)
    assert heard.last_s == pytest.approx(540.0 if los_s is None else los_s, abs=5.0)


@pytest.mark.parametrize("station", NEVER)
def test_a_station_beyond_the_horizon_hears_nothing_in_the_ascent(nominal, station):
    assert len(windows(nominal, *NEVER[station])) == 0


def test_the_pad_line_carries_the_first_seconds(nominal):
    log = read_log(nominal.downlink)
    assert log.header is not None
    station = log.heard["station"]
    ert_s = log.heard["ert_us"] / 1e6
    pad = log.header.stations.index("baikonur-pad")
    far = log.header.stations.index("baikonur")

    assert ert_s[station == pad].min() == pytest.approx(-20.0, abs=0.1)
    assert ert_s[station == far].min() == pytest.approx(14.0, abs=5.0)
    assert set(station[ert_s < 10.0]) == {pad}
    gaps = np.diff(np.sort(ert_s))
    assert gaps.max() < 0.2


def test_a_sounding_rocket_is_heard_from_its_launcher_on(fly):
    """The dish at the launcher sees it above its mask only a third of a second after lift-off."""
    flight = fly("nike-apache-14-210")
    heard = {each.station: each for each in contacts(read_log(flight.downlink))}
    (lift_off,) = (event for event in flight.events if event.name == "LIFTOFF")

    assert heard["wallops-pad"].first_s == pytest.approx(-5.0, abs=0.1)
    assert heard["wallops-pad"].last_s > heard["wallops"].first_s > 0.1
    assert (flight.ground.frames_missing, flight.ground.packets.missing_packets) == (0, 0)
    assert lift_off.altitude_m == pytest.approx(0.0, abs=20.0)
    assert lift_off.speed_mps == pytest.approx(368.0, abs=2.0)  # the Earth's turn at 37.84 N


def test_the_ship_is_heard_by_itself_after_it_has_left(nominal, lost):
    ship = nominal.transmitters[1]
    rows = nominal.ground.packets.rows["TRANSMITTER"]
    own = nominal.ground.packets.spacecraft_id["TRANSMITTER"] == ship.spacecraft_id

    assert ship.id == "ship"
    assert np.sum(own) >= 5
    assert rows["uptime_us"][own].max() < 12e6
    assert lost.transmitters[1].bursts == 0


def test_before_the_loss_the_last_frames_are_damaged(lost):
    launcher = lost.transmitters[0]
    frames = lost.ground.packets.frames

    whole = int(np.sum(frames.rows["spacecraft_id"] == launcher.spacecraft_id))
    assert lost.ground.frames_damaged == launcher.bursts - whole == 5  # after the last good one
    assert frames.corrupt == 0


def test_a_transmitter_that_starts_again_loses_no_frame_and_what_it_dropped_is_missed(fly, nominal):
    """It counts from 0 again: a frame of its second life is not one of the first heard twice."""
    flight = fly("progress-ms-04", "transmitter-reset:launcher@60")

    frames = flight.ground.packets.frames
    launcher = flight.transmitters[0]
    own = [c for c in frames.channels if c.spacecraft_id == launcher.spacecraft_id]
    assert launcher.resets == 1
    assert [(c.good, c.sessions) for c in own] == [
        (sent, 2) for sent in launcher.frames_sent[:-1] if sent
    ]
    before, after = (
        sum(each.packets_dropped) + sum(each.packets_lost)
        for each in (nominal.transmitters[0], launcher)
    )
    assert flight.ground.packets.missing_packets == after - before > 0


def test_two_transmitters_of_different_frame_lengths_are_both_heard(edit, fly):
    edit(
        "vehicles/soyuz-u.toml",
        '[[transmitter]]\nid     = "launcher"\n',
        '[[transmitter]]\nid = "second"\non = "block-i"\nspacecraft_id = 66\n'
        'frame_bytes = 512\nrate_bps = 400_000\n\n[[transmitter]]\nid     = "launcher"\n',
    )

    flight = fly("progress-ms-04")

    frames = flight.ground.packets.frames
    for transmitter in flight.transmitters[:2]:
        own = [c for c in frames.channels if c.spacecraft_id == transmitter.spacecraft_id]
        assert [c.good for c in own] == [sent for sent in transmitter.frames_sent[:-1] if sent]
    assert (len(frames.junk), flight.ground.packets.missing_packets) == (0, 0)
    assert flight.success


def test_a_frame_that_is_lost_costs_no_event(nominal):
    """Whatever one frame of the events: housekeeping repeats what it told."""
    data = nominal.downlink
    frames = nominal.ground.packets.frames
    events = frames.rows[frames.rows["channel"] == 0]
    told = [(event.name, event.t_s) for event in nominal.events]

    for offset in events["offset"].tolist():
        spoilt = bytearray(data)
        spoilt[offset + 50] ^= 1
        heard = look(bytes(spoilt), None, ground_brief(nominal.scenario)).events

        assert [(event.name, event.t_s) for event in heard] == told


def ratio(range_m: float, **changes: float) -> float:
    emitter = {"eirp_dbw": 3.0, "frequency_hz": 2.25e9, "loss_db": 6.0, "rate_bps": 262_144.0}
    station = ffi.new("link_station_t *", {"g_over_t_dbpk": 8.0})
    return lib.link_ratio(ffi.new("link_emitter_t *", emitter | changes), station, range_m)


def test_the_signal_to_noise_ratio_is_that_of_the_link_equation():
    # 3 dBW + 8 dB/K - 6 dB + 228.599 dB - 20 log10(4 pi 1e6 m 2.25e9 Hz / c) - 10 log10(262144)
    loss_db = 20.0 * math.log10(4.0 * math.pi * 1.0e6 * 2.25e9 / 299_792_458.0)
    expected_db = 3.0 + 8.0 - 6.0 + 228.5991672 - loss_db - 10.0 * math.log10(262_144.0)

    assert 10.0 * math.log10(ratio(1.0e6)) == pytest.approx(expected_db, abs=1e-9)
    assert ratio(1.0e6) / ratio(2.0e6) == pytest.approx(4.0)


@pytest.mark.parametrize(("db", "rate"), [(10.0, 3.37e-3), (13.0, 2.33e-5), (0.0, 0.303)])
def test_the_bit_error_rate_is_that_of_noncoherent_keying(db, rate):
    assert lib.link_bit_error_rate(10.0 ** (db / 10.0)) == pytest.approx(rate, rel=5e-3)


def test_a_weak_signal_has_wrong_bits_and_the_same_ones_for_a_seed(edit):
    edit(
        "vehicles/soyuz-u.toml",
        "spacecraft_id = 65\n",
        "spacecraft_id = 65\neirp_dbw = -9.0\n",
    )

    first, again, other = (fly(load("progress-ms-04", seed=seed)) for seed in (1, 1, 2))

    assert first.downlink == again.downlink != other.downlink
    frames = first.ground.packets.frames
    assert frames is not None
    corrupt = sum(channel.corrupt for channel in frames.channels)
    assert corrupt + first.ground.frames_missing > 100
    assert len(frames.rows) > 1000
    for channel in frames.channels:
        assert channel.good + channel.corrupt + channel.lost == channel.sent
    assert not first.success or first.ground.events
