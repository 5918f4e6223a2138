"""`run --speed`: the flight is shown while it flies, and is the flight that it is without."""

import os
import pty
import re
import select
import subprocess
import sys
import time

import pytest

import flightsw
from flightsw.briefing import ground_brief
from flightsw.cli.paced import LiveTable

LOST = "progress-ms-04-lost"
COMMAND = [sys.executable, "-m", "flightsw", "run", LOST]


def run(*arguments: str, cwd) -> str:
    done = subprocess.run(
        [*COMMAND, *arguments], cwd=cwd, capture_output=True, text=True, check=True
    )
    return done.stdout


def on_a_terminal(*arguments: str, cwd, columns: int = 100, env=None) -> str:
    """Return everything that a terminal is sent."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=cwd,
        stdout=follower,
        stderr=follower,
        stdin=follower,
        close_fds=True,
        env=os.environ | {"TERM": "xterm-256color", "COLUMNS": str(columns)} | (env or {}),
    )
    os.close(follower)
    sent = b""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if select.select([leader], [], [], 0.2)[0]:
            try:
                piece = os.read(leader, 65536)
            except OSError:
                break
            if not piece:
                break
            sent += piece
    process.wait(timeout=10)
    os.close(leader)
    return sent.decode()


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)


@pytest.mark.parametrize("speed", ["400", "max"])
def test_a_pipe_gets_the_same_lines_and_the_folder_the_same_bytes(tmp_path, speed):
    whole = run(cwd=tmp_path)
    paced = run("--speed", speed, cwd=tmp_path)

    assert paced.replace(f"{LOST}-0002", f"{LOST}-0001") == whole
    first, second = (tmp_path / "runs" / f"{LOST}-000{n}" / "downlink.ccsds" for n in (1, 2))
    assert first.read_bytes() == second.read_bytes()


def test_a_terminal_gets_the_events_and_a_line_that_lives(tmp_path):
    text = plain(on_a_terminal("--speed", "150", cwd=tmp_path))

    rows = [line for line in re.split(r"[\r\n]+", text) if line.strip()]
    assert sum("Strap-on separation" in row for row in rows) == 1
    assert any(re.match(r"T\+\d+\.\d +\d+\.\d km +\d+ m/s +\d+ frames/s  ×150", r) for r in rows)
    assert any(re.match(r"T\+\d+\.\d  no telemetry for \d+ s  ×150", row) for row in rows)
    assert rows[-1].startswith("  expected") or "truth" in "".join(rows[-3:])


def test_after_the_loss_the_line_shows_no_height_and_no_speed(tmp_path):
    text = plain(on_a_terminal("--speed", "150", cwd=tmp_path))

    lost = text.index("TELEMETRY LOST")
    living = [line for line in re.split(r"[\r\n]+", text[lost:]) if line.startswith("T+")]
    assert living
    assert not [line for line in living if " km" in line or "m/s" in line]


def test_a_terminal_without_colour_gets_the_same_text(tmp_path):
    text = on_a_terminal("--speed", "400", cwd=tmp_path, env={"NO_COLOR": "1"})

    assert "\x1b[38;5" not in text
    assert "Strap-on separation" in text


@pytest.mark.parametrize("speed", ["0", "-1", "nan", "1e9", "fast"])
def test_a_speed_that_is_none_is_refused(tmp_path, speed):
    done = subprocess.run(
        [*COMMAND, f"--speed={speed}"], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert "0.01 to 10000 seconds of flight in a second, or max" in done.stderr
    assert not (tmp_path / "runs").exists()


def test_the_loss_is_told_two_seconds_after_the_last_frame_and_once():
    """Given the log in slices of 0.05 s, and the time until which the stations listened."""
    scenario = flightsw.load(LOST)
    pieces: list[bytes] = []
    times: list[float] = []
    flight = flightsw.fly(scenario, sink=pieces.append, listened=times.append, speed=1e6)
    table = LiveTable(ground_brief(scenario))
    told: list[tuple[float, str]] = []

    for piece, until_s in zip(pieces, times, strict=True):
        told += [(until_s, line.text) for line in table.take(piece, until_s=until_s)]

    losses = [(until_s, text) for until_s, text in told if "TELEMETRY LOST" in text]
    assert len(losses) == 1
    until_s, text = losses[0]
    assert text == "▲  384.24  TELEMETRY LOST: no good frame for 2.0 s"
    assert until_s == pytest.approx(384.24, abs=0.15)
    assert not [line for line in table.rest(flight.ground) if "LOST" in line.text]
    assert table.status(until_s=400.0) == "T+400.0  no telemetry for 18 s"
    assert table.status(until_s=535.0) == "T+535.0  no telemetry for 153 s  ⊘ 2 planned not seen"


def test_what_has_set_is_told_without_alarm():
    """A sounding rocket comes down beyond the horizon of the station that heard it."""
    scenario = flightsw.load("nike-apache-14-210")
    flight = flightsw.fly(scenario)
    table = LiveTable(ground_brief(scenario))

    told = [line.text for line in table.take(flight.downlink, until_s=900.0)]

    assert told[-2].startswith("·  753.39  Last good frame")
    assert told[-1] == "·  755.39  Below the horizon of every station: no good frame for 2.0 s"
    assert table.status(until_s=900.0) == (
        "T+900.0  no telemetry for 147 s, below the horizon of every station"
    )
    assert not [line for line in table.rest(flight.ground) if "▲" in line.text]
