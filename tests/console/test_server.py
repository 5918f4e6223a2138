"""The server: it answers its own page and nobody else, and says what is wrong in one line."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

SCENARIO = "progress-ms-04-lost"


def refused(*arguments: str, cwd, env=None) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "flightsw", "console", *arguments],
        cwd=cwd,
        env=os.environ | (env or {}),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr.strip()


def test_a_name_that_nothing_has_is_told_with_the_runs_that_are(tmp_path):
    (tmp_path / "runs" / "mine-0001").mkdir(parents=True)
    (tmp_path / "runs" / "mine-0001" / "run.json").touch()

    said = refused("nope", cwd=tmp_path)

    assert said.startswith("error: no mission or scenario `nope`; known: ")
    assert said.endswith("nor is there a run of that name: runs here: mine-0001")


def test_a_log_by_itself_is_refused_in_one_line(tmp_path):
    (tmp_path / "some.ccsds").write_bytes(bytes(2_000_000))

    assert refused("some.ccsds", cwd=tmp_path) == (
        "error: some.ccsds is no file of a mission or scenario (.toml), and in no folder of a run"
    )


def test_a_run_is_played_by_a_file_in_its_folder(console, flown):
    played = console(str(flown("lost") / "downlink.ccsds"))

    assert played.ask("/api/run")["run"] == "lost"


@pytest.fixture
def played(console, flown):
    return console(str(flown("lost")))


def test_the_page_and_its_facts_are_there(played):
    with played.open("/") as page:
        assert b"flightsw console" in page.read()
    assert played.ask("/api/plan")["events"][0]["name"] == "LIFTOFF"
    names = [one["name"] for one in played.ask("/api/dictionary")["parameters"]]
    assert {"altitude_m", "speed_inertial_mps", "block-i.chamber_pressure_pa"} <= {*names}
    run = played.ask("/api/run")
    assert run["title"] == "Progress MS-04, 1 December 2016"
    assert run["state"]["mode"] == "REPLAY"


def test_nothing_that_it_tells_beforehand_is_of_faults_or_of_the_truth(played):
    told = json.dumps([played.ask(f"/api/{each}") for each in ("plan", "run", "dictionary")])

    assert not re.search(r"fault|shutdown:|truth|acted|judged|ledger", told, re.IGNORECASE)


def test_the_policy_allows_no_inline_script_and_no_other_server(played):
    with played.open("/") as page:
        headers, html = page.headers, page.read().decode()
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["Access-Control-Allow-Origin"] is None
    assert not re.search(r"<script(?![^>]*\bsrc=)|style=|\son\w+=|https?://", html)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", ""])
def test_a_request_for_another_host_is_refused(played, host):
    assert played.status("/api/run", Host=host) == 403


def test_a_request_of_another_page_is_refused(played):
    assert played.status("/api/run", Origin="http://evil.example") == 403
    assert played.status("/api/run", Origin=f"http://127.0.0.1:{played.port}") == 200


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "https://127.0.0.1"])
def test_a_socket_of_another_page_is_refused(played, origin):
    with (
        pytest.raises(InvalidStatus) as refusal,
        connect(f"ws://127.0.0.1:{played.port}/ws", origin=origin),
    ):
        pass
    assert refusal.value.response.status_code == 403


def test_a_socket_of_its_own_page_is_told_what_comes_down(played):
    origin = Origin(f"http://127.0.0.1:{played.port}")
    with connect(f"ws://127.0.0.1:{played.port}/ws", origin=origin) as socket:
        for junk in ("", "[]", "{", '{"to_s": null}', "x" * 3000):
            socket.send(junk)
        message = json.loads(socket.recv(timeout=10))
    assert message["mode"] == "REPLAY"
    assert message["dropped"] == 0


def test_another_address_wants_the_token_that_it_printed(console, flown):
    open_to_all = console(str(flown("lost")), "--host", "0.0.0.0")
    token = open_to_all.url.partition("token=")[2]

    assert "//0.0.0.0" not in open_to_all.url  # an address that a person can open
    with urllib.request.urlopen(open_to_all.url) as page:
        assert page.status == 200
    assert "on every address of this machine" in open_to_all.said
    assert len(token) >= 20
    assert open_to_all.status("/api/run") == 403
    assert open_to_all.status("/?token=wrong") == 403
    assert open_to_all.status("/api/run", Cookie=f"flightsw-token={token}") == 200
    with open_to_all.open(f"/?token={token}") as page:
        cookie = page.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


def test_another_address_answers_to_its_own_name_alone(console, flown):
    """Whoever points a name of his own here is refused, token or not."""
    served = console(str(flown("lost")), "--host", "127.0.0.2")

    def status(**headers):
        try:
            with urllib.request.urlopen(
                urllib.request.Request(served.url, headers=headers)
            ) as page:
                return page.status
        except urllib.error.HTTPError as error:
            return error.code

    assert status() == 200
    assert status(Host=f"evil.example:{served.port}") == 403


@pytest.mark.parametrize("query", ["points=x", "points=1", "from=nan", "parameters=no_such"])
def test_a_history_that_cannot_be_is_refused(played, query):
    assert played.status(f"/api/history?{query}") == 400


@pytest.mark.parametrize("path", ["/api/none", "/console/../server.py", "/report/..%2fpage.py"])
def test_what_is_not_there_is_not_given(played, path):
    assert played.status(path) == 404


def test_a_port_in_use_names_who_has_it_and_the_flag_to_choose_another(tmp_path, flown):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused(str(flown("lost")), "--port", str(port), cwd=tmp_path)

    who = f" by {Path('/proc/self/comm').read_text().strip()} (pid {os.getpid()})"
    assert said == (
        f"error: port {port} is in use{who}; choose another with --port, or any free one: --port 0"
    )


def test_an_address_that_is_not_of_this_machine_is_refused(tmp_path, flown):
    said = refused(str(flown("lost")), "--host", "192.0.2.1", cwd=tmp_path)

    assert "this machine has no address 192.0.2.1" in said


def test_a_host_that_nobody_knows_is_refused(tmp_path, flown):
    said = refused(str(flown("lost")), "--host", "nosuch.invalid", cwd=tmp_path)

    assert "this machine has no address nosuch.invalid; --host takes" in said


def test_what_is_a_run_and_a_scenario_is_played_which_is_told_or_flown(console, tmp_path, flown):
    shutil.copytree(flown("lost"), tmp_path / "runs" / SCENARIO)

    played = console(SCENARIO)
    assert f"the run in runs/{SCENARIO} is played; {SCENARIO} is a" in played.said
    assert played.ask("/api/run")["state"]["mode"] == "REPLAY"

    flies = console(SCENARIO, "--out", "another")
    assert flies.ask("/api/run")["state"]["mode"] == "SIM"
    assert "played" not in flies.said


def test_without_the_extra_it_says_what_to_install(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as u\n"
        "find = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name == 'uvicorn' else find(name, *a)\n"
    )
    said = refused(SCENARIO, cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)})

    assert said == "error: the console needs uvicorn: pip install 'flightsw[console]'"


def test_what_is_neither_scenario_nor_run_is_refused(tmp_path):
    (tmp_path / "empty").mkdir()

    assert "no folder of a run" in refused("empty", cwd=tmp_path)
    assert "no-such" in refused("no-such", cwd=tmp_path)


def test_a_run_takes_no_fault(tmp_path, flown):
    said = refused(str(flown("lost")), "--fault", "third-stage-shutdown", cwd=tmp_path)

    assert "--fault is for a flight" in said


def test_a_run_without_a_downlink_is_refused(tmp_path, flown):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "run.json").write_bytes((flown("lost") / "run.json").read_bytes())

    assert "holds no downlink that can be played: no downlink.ccsds" in refused(
        "mine", cwd=tmp_path
    )


def test_a_damaged_log_without_its_files_is_played_as_far_as_it_goes(console, tmp_path, flown):
    (tmp_path / "mine").mkdir()
    log = (flown("lost") / "downlink.ccsds").read_bytes()
    (tmp_path / "mine" / "downlink.ccsds").write_bytes(log[: len(log) // 2] + b"junk")

    played = console("mine", "--speed", "max")

    assert "note: no run.json" in played.said
    state = played.until(lambda state: state["link"]["frames"] > 5000)
    assert [event["name"] for event in state["events"]][2] == "LIFTOFF"


def test_interrupted_before_anybody_watched_nothing_was_flown(console, tmp_path):
    waiting = console(SCENARIO)

    assert waiting.stop() == 130
    assert "nothing was flown" in waiting.said
    assert not (tmp_path / "runs").exists()
