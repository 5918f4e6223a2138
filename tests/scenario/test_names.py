"""A name is a path, then a file of the folder here, then one of the catalogue."""

import pytest

from flightsw.errors import ScenarioError
from flightsw.scenario import load


def test_the_catalogue_is_there_everywhere(here) -> None:
    scenario = load("progress-ms-04")

    assert scenario.files[0].path == "catalog/missions/progress-ms-04.toml"


def test_the_folder_here_comes_before_the_catalogue(here) -> None:
    here.change("mission", "progress-ms-04", "rate_hz = 100", "rate_hz = 50")

    assert load("progress-ms-04").rate_hz == 50


def test_a_path_comes_before_the_folder_here(here) -> None:
    here.change("mission", "progress-ms-04", "rate_hz = 100", "rate_hz = 50")
    text = (here.folder / "missions" / "progress-ms-04.toml").read_text(encoding="utf-8")
    here.write("progress-ms-04", text.replace("rate_hz = 50", "rate_hz = 200"))

    assert load("progress-ms-04").rate_hz == 200


def test_what_a_mission_names_is_looked_for_here_too(here) -> None:
    here.change("vehicle", "soyuz-u", "dry_mass_kg  = 1600.0", "dry_mass_kg  = 1601.0")

    assert load("progress-ms-04").vehicle.parts[2].dry_mass_kg == 1601.0


def test_an_underline_counts_as_a_hyphen(here) -> None:
    assert load("progress_ms_04", faults=["third_stage_shutdown"]).id == "progress-ms-04"


def test_a_folder_of_the_name_is_not_meant(here) -> None:
    (here.folder / "progress-ms-04").mkdir()

    assert load("progress-ms-04").id == "progress-ms-04"


def test_a_scenario_is_found_as_a_mission_is(here) -> None:
    scenario = load("progress-ms-04-lost")

    assert (scenario.id, scenario.scenario_id) == ("progress-ms-04-lost", "progress-ms-04-lost")
    assert (scenario.mission.id, load("progress-ms-04").scenario_id) == ("progress-ms-04", None)


def test_an_unknown_name_has_a_nearest_one(here) -> None:
    with pytest.raises(ScenarioError) as caught:
        load("progres-ms4")

    assert str(caught.value) == (
        "error: no mission or scenario `progres-ms4`; did you mean `progress-ms-04`?\n"
        "  --> progres-ms4"
    )


def test_a_file_found_by_its_name_has_that_id(here) -> None:
    here.change("mission", "progress-ms-04", '"progress-ms-04"', '"progress-ms-05"')

    with pytest.raises(ScenarioError, match="the file is called `progress-ms-04`; its id must be"):
        load("progress-ms-04")


def test_a_path_may_hold_any_id(here) -> None:
    here.change("mission", "progress-ms-04", '"progress-ms-04"', '"mine"')

    assert load("missions/progress-ms-04.toml").id == "mine"
