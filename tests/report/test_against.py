"""Two flights in one report: on the same axes, told apart by their events and their downlinks."""

import shutil

import pytest

from flightsw import load
from flightsw.cli.run import fly_and_record
from flightsw.report.page import told_of
from tests.report.reading import page_of


@pytest.mark.parametrize("order", [("nominal", "cut"), ("cut", "nominal")])
def test_a_record_that_is_cut_differs_in_nothing_that_it_does_not_hold(runs, tmp_path, order):
    cut = tmp_path / "cut"
    shutil.copytree(runs["nominal"], cut)
    log = (cut / "downlink.ccsds").read_bytes()
    (cut / "downlink.ccsds").write_bytes(log[: len(log) // 2])
    folder = {"nominal": runs["nominal"], "cut": cut}

    found = told_of(folder[order[0]], against=folder[order[1]])["against"]

    assert found["events"] == []
    assert found["events_alike"] > 3
    assert [each["part"] for each in found["channels"]] == [None] * 4
    assert "where a record ends" in found["notes"][0]


def test_what_cannot_be_compared_is_not_and_says_why(runs, tmp_path):
    bare = tmp_path / "bare"
    shutil.copytree(runs["nominal"], bare)
    (bare / "downlink.ccsds").unlink()

    gone = told_of(runs["nominal"], against=bare)["against"]
    other = told_of(runs["sounding"], against=runs["lost"])["against"]

    assert gone["notes"] == ["Nothing of bare's downlink can be read; it is not compared."]
    assert "different missions; what was heard is not compared" in other["notes"][0]
    assert (gone["events"], gone["channels"], other["events"], other["channels"]) == ([],) * 4


def test_where_two_flights_part_is_looked_at_closely_with_the_events_of_both(runs):
    found = told_of(runs["nominal"], against=runs["lost"])

    (close,) = found["close_ups"]
    assert close["about"][0]["text"].startswith("the downlinks part: ")
    assert close["about"][0]["t_s"] == pytest.approx(382.0, abs=0.1)
    assert "Third-stage pressure low, lost" in [mark["text"] for mark in found["marks"]]


def test_two_flights_stand_on_the_same_axes(runs):
    one = told_of(runs["lost"], against=runs["nominal"])

    for plot in one["plots"]:
        assert [series["label"] for series in plot["series"]] == ["lost", "nominal"]
        assert len({series["dash"] for series in plot["series"]}) == 2
    assert one["window_s"][1] == pytest.approx(539.94)


def test_two_flights_stand_side_by_side_close_up_too(runs):
    """Of the lost one nothing after the loss, of the other every sample."""
    (close,) = told_of(runs["lost"], against=runs["nominal"])["close_ups"]

    assert [plot["parameters"] for plot in close["plots"]] == [
        ["altitude_m"],
        ["speed_inertial_mps"],
        ["axial_accel_mps2"],
        ["block-i.chamber_pressure_pa"],  # the only engine that is on
        ["pitch_deg"],
    ]
    for plot in close["plots"]:
        assert [series["label"] for series in plot["series"]] == ["lost", "nominal"]


def test_two_flights_are_told_apart_by_their_events(runs):
    differ = told_of(runs["lost"], against=runs["nominal"])["against"]

    assert [(row["event"], row["t_s"][0] is None) for row in differ["events"]] == [
        ("BLOCK_I_PRESSURE_LOW", False),
        ("AVD_SHUTDOWN", False),
        ("BLOCK_I_CUTOFF", True),
        ("SPACECRAFT_SEPARATION", True),
    ]
    assert differ["events_alike"] == 12


def test_two_flights_of_other_files_say_so_and_the_file_is_no_trace(here, runs):
    """A comment in the sequence file changes its hash, which HOUSEKEEPING tells, and no more."""
    nominal = runs["nominal"]  # flown from the catalogue, before there is a file here
    here.change("sequence", "soyuz-u-progress", "format", "# mine\nformat")
    fly_and_record(load("progress-ms-04"), out=here.folder / "mine")

    differ = told_of(here.folder / "mine", against=nominal)["against"]

    assert [row["what"] for row in differ["made_of"]] == ["sequence soyuz-u-progress"]
    assert all(channel["part"] is None for channel in differ["channels"])
    page = page_of(here.folder / "mine", against=nominal)
    assert "The two were not made of the same." in page.sections["against"]


def test_two_flights_of_the_same_files_say_nothing_of_them(runs):
    differ = told_of(runs["lost"], against=runs["nominal"])["against"]

    assert differ["made_of"] == []


def test_downlinks_part_where_the_fault_came(runs):
    """At 382.00 s; a state is sent every 0.02 s, the first that can show it at 382.02."""
    channels = told_of(runs["lost"], against=runs["nominal"])["against"]["channels"]

    assert [channel["name"] for channel in channels] == ["events", "discretes", "fast", "slow"]
    assert all(channel["part"]["ert_s"] > 381.9 for channel in channels)
    assert channels[2]["part"]["packet"] == "STATE"
    assert channels[2]["part"]["met_s"] == pytest.approx(382.02)


def test_a_flight_beside_itself_does_not_part(runs):
    differ = told_of(runs["lost"], against=runs["lost"])["against"]

    assert differ["events"] == []
    assert all(channel["part"] is None for channel in differ["channels"])
