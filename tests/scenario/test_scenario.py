"""A scenario is a value: it says all of one flight, and another one is made from it."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest

from flightsw.errors import ScenarioError
from flightsw.scenario import load


def test_it_holds_the_files_it_was_made_of() -> None:
    scenario = load("progress-ms-04-lost")

    assert [(file.kind, file.id) for file in scenario.files] == [
        ("scenario", "progress-ms-04-lost"),
        ("mission", "progress-ms-04"),
        ("vehicle", "soyuz-u"),
        ("sequence", "soyuz-u-progress"),
        ("station", "baikonur-pad"),
        ("station", "baikonur"),
        ("station", "dzhusaly"),
        ("station", "barnaul"),
        ("station", "kolpashevo"),
        ("station", "yeniseysk"),
        ("station", "balkhash"),
        ("station", "mishelevka"),
        ("fault", "third-stage-shutdown"),
    ]


def test_the_stack_is_in_flying_order() -> None:
    vehicle = load("progress-ms-04").vehicle

    names = [part.name for part in vehicle.parts]
    assert names[0] == vehicle.root
    assert all(
        names.index(part.parent) < index
        for index, part in enumerate(vehicle.parts)
        if part.parent is not None
    )


def test_radars_are_stations_that_search() -> None:
    assert [station.id for station in load("progress-ms-04").radars] == ["balkhash", "mishelevka"]
    assert load("nike-apache-14-210").radars == ()


def test_launch_is_a_time_of_the_world() -> None:
    launch = load("progress-ms-04").mission.launch

    assert launch.time_utc == datetime(2016, 12, 1, 14, 51, 52, tzinfo=UTC)


def test_flags_come_before_files(here) -> None:
    here.write(
        "mine.toml",
        'format = "flightsw-scenario/1"\nid = "mine"\nmission = "progress-ms-04"\n'
        "run = { rate_hz = 50, seed = 7 }\n",
    )

    assert (load("mine.toml").rate_hz, load("mine.toml").seed) == (50, 7)
    assert (load("mine.toml", rate_hz=200, seed=8).rate_hz) == 200
    assert (load("mine.toml", rate_hz=200, seed=8).seed) == 8


@pytest.mark.parametrize("rate_hz", [10, 1000])
def test_rates_at_their_limits(rate_hz) -> None:
    assert load("progress-ms-04", rate_hz=rate_hz).rate_hz == rate_hz


@pytest.mark.parametrize(
    ("rate_hz", "message"),
    [
        (8, "a rate is a whole number of Hz from 10 to 1000, not 8; near it: 10, 16"),
        (1250, "a rate is a whole number of Hz from 10 to 1000, not 1250; near it: 800, 1000"),
        (
            60,
            "a tick is whole microseconds, and 60 Hz has ticks of 16666.667 us; "
            "near it: 40, 50, 64, 80",
        ),
        (99.5, "a rate is a whole number of Hz from 10 to 1000, not 99.5"),
    ],
)
def test_rates_that_cannot_be_flown(rate_hz, message) -> None:
    with pytest.raises(ScenarioError) as caught:
        load("progress-ms-04", rate_hz=rate_hz)

    assert str(caught.value) == f"error: {message}\n  --> --rate {rate_hz}"


@pytest.mark.parametrize("seed", [-1, 2**63, 1.0, True])
def test_seeds_that_are_none(seed) -> None:
    with pytest.raises(ScenarioError, match="a seed is a whole number from 0 to"):
        load("progress-ms-04", seed=seed)


def test_one_more_fault_is_another_scenario() -> None:
    nominal = load("progress-ms-04")

    lost = nominal.with_fault("third-stage-shutdown", at_s=300.0)

    assert [act.offset_s for act in lost.acts] == [300.0, pytest.approx(300.3, abs=1e-9)]
    assert nominal.acts == ()
    assert lost.files[-1].id == "third-stage-shutdown"


def test_it_can_be_given_another_rate_and_seed() -> None:
    scenario = load("progress-ms-04").with_rate(50).with_seed(9)

    assert (scenario.rate_hz, scenario.seed) == (50, 9)


def test_what_it_is_given_is_checked() -> None:
    scenario = load("progress-ms-04")

    with pytest.raises(ScenarioError, match="no component `block-j`"):
        scenario.with_fault("engine-shutdown:block-j@1")
    with pytest.raises(ScenarioError, match="a tick is whole microseconds"):
        scenario.with_rate(30)


def test_pydantic_comes_with_the_first_file_only() -> None:
    script = (
        "import sys, flightsw, flightsw.scenario\n"
        "from flightsw.scenario import load\n"
        "assert 'pydantic' not in sys.modules\n"
        "load('progress-ms-04')\n"
        "assert 'pydantic' in sys.modules\n"
    )

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_queues_and_flushes_of_a_transmitter_are_arrays_of_its_file(here) -> None:
    change = (
        "queue_bytes = [128, 104, 128, 184]\nflush_s = [0.0, 0.1, 0.2, 1.0]\nspacecraft_id = 65"
    )
    here.change("vehicle", "soyuz-u", "spacecraft_id = 65", change)

    transmitter = load("progress-ms-04").vehicle.transmitter[0]

    assert transmitter.queue_bytes == (128, 104, 128, 184)
    assert transmitter.flush_s == (0.0, 0.1, 0.2, 1.0)
