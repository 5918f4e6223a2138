"""`flightsw run --board --on-loss` over a cable that is pulled: exit codes, words, what is kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import flightsw
from flightsw.cli import main
from flightsw.ground import decode
from hil.boards.virtual import VirtualBoard
from hil.bridge import Bridge
from tests.hil.faults import FramesHalved, FramesLost
from tests.hil.proxy import Proxy

MISSION = ("nike-apache-14-210-short", "--rate", "20")  # 20 000 ticks
FAR = 600_000  # octets of the line, somewhere in the flight


@pytest.fixture
def proxy(tmp_path, monkeypatch) -> Iterator[Proxy]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runtime").mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "runtime"))
    with VirtualBoard() as board, Proxy(board.port, tmp_path / "port") as proxy:
        yield proxy


@pytest.fixture(scope="module")
def alone() -> flightsw.Flight:
    return flightsw.fly(flightsw.load(MISSION[0], rate_hz=20))


def run(capsys, proxy: Proxy, *flags: str) -> tuple[int, str, str]:
    code = main(["run", *MISSION, "--board", proxy.port, "--out", "run", *flags])
    said = capsys.readouterr()
    return code, said.out, said.err


def manifest() -> dict[str, object]:
    made: dict[str, object] = json.loads(Path("run/run.json").read_text())
    return made


@pytest.mark.parametrize("role", ["transmitter", "sequencer"])
def test_waited_for_and_back_the_run_is_that_of_the_simulation(capsys, proxy, alone, role):
    proxy.cut(FAR, replug_s=0.1)

    code, out, err = run(capsys, proxy, "--role", role, "--json")

    assert code == 0
    assert Path("run/downlink.ccsds").read_bytes() == alone.downlink
    assert "board gone at T" in err
    assert ", waiting 10 s" in err
    assert "board back at T" in err
    summary = json.loads(out)
    assert summary["result_hash"] == alone.result_hash
    [loss] = summary["board"]["losses"]
    assert loss["reset_cause"] == ""
    assert 0.0 < loss["answered_after_s"] < loss["recovered_after_s"]
    assert not summary["board"]["degraded"]
    assert manifest()["state"] == "complete"


def test_a_bad_line_is_told_in_numbers_and_the_run_is_that_of_the_simulation(capsys, proxy, alone):
    proxy.spoil(to_board=FramesLost(3000, seed=1), from_board=FramesHalved(3000, seed=2))

    code, out, _ = run(capsys, proxy, "--json")

    board = json.loads(out)["board"]
    to_board, from_board = proxy.faults()
    assert code == 0
    assert Path("run/downlink.ccsds").read_bytes() == alone.downlink
    assert from_board.hits <= board["line"]["frames_bad"] + board["line"]["sequence_gaps"]
    assert board["on_board"]["sequence_gaps"] >= to_board.hits - 1
    assert board["timeouts"] > 0


@pytest.mark.parametrize("role", ["transmitter", "sequencer"])
def test_with_fail_it_is_3_and_what_was_heard_is_kept_as_incomplete(capsys, proxy, alone, role):
    proxy.cut(FAR, replug_s=0.1)

    code, out, err = run(capsys, proxy, "--role", role, "--on-loss", "fail")

    assert code == 3
    assert "error: board gone at T" in err
    assert "Traceback" not in out + err
    assert manifest()["state"] == "incomplete"
    kept = Path("run/downlink.ccsds").read_bytes()
    heard = decode(kept)
    assert heard.frames is not None
    assert not heard.frames.log.damage.size
    assert 10_000 < len(kept) < len(alone.downlink)


def test_not_back_in_time_it_is_3_too(capsys, proxy, monkeypatch):
    monkeypatch.setitem(Bridge.open.__func__.__kwdefaults__, "wait_s", 0.3)  # type: ignore[attr-defined]
    proxy.cut(FAR, replug_s=3600.0)

    code, _, err = run(capsys, proxy, "--on-loss", "wait")

    assert code == 3
    assert "and not back within 0.3 s" in err
    assert manifest()["state"] == "incomplete"


def test_with_continue_the_run_ends_without_its_board_and_is_1(capsys, proxy, alone):
    proxy.cut(FAR, replug_s=3600.0)

    code, out, err = run(capsys, proxy, "--on-loss", "continue")

    assert code == 1
    assert "the flight goes on without it" in err
    assert "flown without it" in out
    assert "never back" in out
    assert manifest()["state"] == "complete"
    kept = Path("run/downlink.ccsds").read_bytes()
    assert len(kept) < len(alone.downlink)


def test_absent_at_the_start_it_is_3_and_nothing_is_written(capsys, proxy):
    proxy.unplug()

    code, _, err = run(capsys, proxy)

    assert code == 3
    assert err.startswith(f"error: no {proxy.port}. Ports here: ")
    assert not Path("run").exists()
