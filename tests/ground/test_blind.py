"""The ground in a process of its own: it opens what it is given and nothing else."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import flightsw
from flightsw.briefing import ground_brief
from flightsw.ground.exchange import briefing_text, echoes_text

# Everything opened after the program was loaded is told; the program's own modules are not data.
WATCHED = """
import runpy, sys
opened = []
sys.addaudithook(lambda event, given: opened.append(str(given[0])) if event == "open" else None)
sys.argv = ["flightsw.ground", *sys.argv[1:]]
try:
    runpy.run_module("flightsw.ground", run_name="__main__")
finally:
    code = (".py", ".pyc", ".so", ".pth")
    print([p for p in opened if not p.endswith(code)], file=sys.stderr)
"""


def files(flight, folder: Path) -> list[str]:
    folder.mkdir(exist_ok=True)
    (folder / "downlink.ccsds").write_bytes(flight.downlink)
    (folder / "briefing.json").write_text(briefing_text(ground_brief(flight.scenario)))
    (folder / "echoes.json").write_text(echoes_text(flight.echoes))
    return [
        str(folder / "downlink.ccsds"),
        "--briefing",
        str(folder / "briefing.json"),
        "--echoes",
        str(folder / "echoes.json"),
    ]


def seen(arguments: list[str]) -> str:
    return subprocess.run(
        [sys.executable, "-m", "flightsw.ground", *arguments],
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.fixture(scope="module")
def lost():
    return flightsw.fly(flightsw.load("progress-ms-04-lost"))


def test_it_comes_to_what_the_flight_says(lost, tmp_path):
    picture = json.loads(seen(files(lost, tmp_path)))

    assert [event["name"] for event in picture["events"]] == [e.name for e in lost.events]
    assert picture["frames"] == lost.ground.frames_good
    assert picture["radar"]["verdict"] == "not detected"
    assert picture["fall"]["distance_m"] == pytest.approx(lost.ground.fall.distance_m)


def test_a_run_folder_holds_all_that_the_ground_is_given(lost, tmp_path):
    run = tmp_path / "run"
    subprocess.run(
        [sys.executable, "-m", "flightsw", "run", "progress-ms-04-lost", "-q", "--out", str(run)],
        stdout=subprocess.DEVNULL,
        check=True,
    )
    names = ("downlink.ccsds", "briefing.json", "echoes.json")
    log, briefing, echoes = (str(run / name) for name in names)

    assert seen([log, "--briefing", briefing, "--echoes", echoes]) == seen(files(lost, tmp_path))


def test_it_opens_what_it_is_given_and_nothing_else(lost, tmp_path):
    arguments = files(lost, tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, *arguments], capture_output=True, text=True, check=True
    )

    opened = {Path(path) for path in eval(done.stderr.strip().splitlines()[-1])}
    own = Path(flightsw.__file__).parent / "dictionary"
    data = {path for path in opened if own not in path.parents and path.exists()}
    outside = {
        path for path in data if not str(path).startswith((sys.prefix, sys.base_prefix, "/proc"))
    }
    assert outside - {Path("/dev/null")} <= {Path(arguments[k]) for k in (0, 2, 4)}


def test_what_no_sensor_and_no_radar_sees_changes_no_byte(tmp_path, monkeypatch):
    """The drag of the strap-ons after they have left: they fall elsewhere, unseen."""
    monkeypatch.chdir(tmp_path)
    catalogue = Path(flightsw.__file__).parent / "catalog" / "vehicles" / "soyuz-u.toml"
    before = flightsw.fly(flightsw.load("progress-ms-04-lost"))
    text = catalogue.read_text()
    at = text.index('ids          = ["block-b"')
    end = text.index("beta_kgpm2", at)
    line = text[end : text.index("\n", end)]
    (tmp_path / "vehicles").mkdir()
    (tmp_path / "vehicles" / "soyuz-u.toml").write_text(
        text[:end] + "beta_kgpm2   = 55.0" + text[end + len(line) :]
    )
    after = flightsw.fly(flightsw.load("progress-ms-04-lost"))

    def impacts(flight):
        return [body.position_ecef_m[-1].tolist() for body in flight.bodies]

    assert impacts(before) != impacts(after)
    assert seen(files(before, tmp_path / "a")) == seen(files(after, tmp_path / "b"))


@pytest.mark.parametrize("index", [0, 2, 4])
def test_a_file_that_is_not_there_is_named(lost, tmp_path, index):
    arguments = files(lost, tmp_path)
    Path(arguments[index]).unlink()

    done = subprocess.run(
        [sys.executable, "-m", "flightsw.ground", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert done.stderr == f"error: cannot read {arguments[index]}: No such file or directory\n"


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": "flightsw-briefing/1"}', "[" * 10_000]
)
def test_a_briefing_that_is_none_is_refused(lost, tmp_path, text):
    arguments = files(lost, tmp_path)
    Path(arguments[2]).write_text(text)

    done = subprocess.run(
        [sys.executable, "-m", "flightsw.ground", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert arguments[2] in done.stderr
    assert "Traceback" not in done.stderr


def refusal(arguments: list[str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "flightsw.ground", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    return done.stderr


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("range_m", float("nan"), "range_m.3 is nan, not a finite number"),
        ("t_s", float("inf"), "t_s.3 is inf, not a finite number"),
        ("station", 99, "station.3 is 99; the briefing has 2 radars"),
        ("station", -1, "station.3 is -1; the briefing has 2 radars"),
        ("station", 10**30, "no echoes of this version"),
        ("azimuth_rad", "east", "no echoes of this version"),
    ],
)
def test_an_echo_that_cannot_be_is_refused(lost, tmp_path, key, value, says):
    arguments = files(lost, tmp_path)
    echoes: dict[str, Any] = {
        name: [1.0] * 5 for name in ("t_s", "range_m", "azimuth_rad", "elevation_rad")
    }
    echoes |= {"format": "flightsw-echoes/1", "station": [0] * 5}
    echoes[key][3] = value
    Path(arguments[4]).write_text(json.dumps(echoes))

    assert says in refusal(arguments)


@pytest.mark.parametrize(
    ("place", "value", "says"),
    [
        (("pad", "height_m"), float("nan"), "pad.height_m is nan, not a finite number"),
        (("pad", "height_m"), "high", "pad.height_m: Input should be a valid number"),
        (("search", "insertion", "speed_mps"), float("inf"), "search.insertion.speed_mps is inf"),
        (("listen_until_s",), None, "listen_until_s: Input should be a valid number"),
        (("entries",), [{"event": 5, "title": None}], "entries.0.event: Input should be"),
    ],
)
def test_a_briefing_that_cannot_be_is_refused(lost, tmp_path, place, value, says):
    arguments = files(lost, tmp_path)
    briefing = json.loads(Path(arguments[2]).read_text())
    table = briefing
    for name in place[:-1]:
        table = table[name]
    table[place[-1]] = value
    Path(arguments[2]).write_text(json.dumps(briefing))

    assert says in refusal(arguments)
