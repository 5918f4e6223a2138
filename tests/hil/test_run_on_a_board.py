"""`flightsw run --board`: whole flights on the virtual board, heard as the simulation is heard."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

import flightsw
from flightsw.board_octets import BoardAnswerError
from flightsw.cli import main
from flightsw.cli.board_flight import BoardCannotError, BoardInFlight, must_fit
from flightsw.cli.board_options import BoardChoice
from flightsw.cli.board_ports import started
from flightsw.cli.run import fly_and_record, page
from flightsw.console.replay import recorded
from flightsw.ground import decode
from flightsw.report.page import told_of
from hil.boards.virtual import VirtualBoard
from hil.bridge import Bridge
from hil.describe import describe
from hil.errors import BoardError
from hil.kinds import Identity
from hil.statistics import Loss, Statistics
from hil.wire import Recorder, read_wire
from tests.hil.chips import require

SHORT = ("nike-apache-14-210-short", "--rate", "20")  # 20 000 ticks


@pytest.fixture(autouse=True)
def _own_folders(tmp_path, monkeypatch):
    """A working folder and a registry of boards of its own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runtime").mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "runtime"))


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    code = main(["run", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


# ------------------------------------------------------------------------------ whole flights


@pytest.mark.parametrize("role", ["transmitter", "sequencer"])
@pytest.mark.parametrize("name", ["progress-ms-04", "progress-ms-04-lost"])
def test_a_whole_flight_on_the_virtual_board_is_the_simulations(capsys, name, role):
    alone = flightsw.fly(flightsw.load(name))

    code, out, err = run(
        capsys, name, "--board", "virtual", "--role", role, "--lockstep", "--out", "run", "--json"
    )

    assert Path("run/downlink.ccsds").read_bytes() == alone.downlink
    summary = json.loads(out)
    board = summary["board"]
    assert (code, err) == (0, "")
    assert summary["result_hash"] == alone.result_hash
    assert (board["board"], board["role"], board["mode"]) == ("virtual", role, "lockstep")
    flown = round((alone.truth["t_s"][-1] - alone.truth["t_s"][0]) * 100)
    assert flown <= board["ticks"] <= flown + 10  # truth has every tenth
    assert not board["degraded"]
    assert (board["ticks_lost"], board["resets"], board["silent"]) == (0, 0, False)
    assert board["octets_to_board"] > 100_000
    manifest = json.loads(Path("run/run.json").read_text())
    assert manifest["state"] == "complete"
    assert manifest["board"]["role"] == role
    rows = [json.loads(row) for row in Path("run/transmitters.jsonl").read_text().splitlines()]
    assert rows[0]["on_board"] is (role == "transmitter")
    assert rows[0]["frames_sent"][1] == alone.transmitters[0].frames_sent[1]


def test_a_slow_line_and_a_small_window_change_no_byte(capsys):
    alone = flightsw.fly(flightsw.load(SHORT[0], rate_hz=20))
    with VirtualBoard(baud=9600, window=64) as board:
        code, _, _ = run(
            capsys, *SHORT, "--board", board.port, "--baud", "9600", "--out", "run", "-q"
        )

    assert code == 0
    assert Path("run/downlink.ccsds").read_bytes() == alone.downlink


def test_the_page_names_the_board_and_says_what_its_line_did(capsys):
    code, out, _ = run(capsys, *SHORT, "--board", "virtual")

    lines = out.splitlines()
    assert code == 0
    assert lines[2] == "board  virtual, transmitter, lockstep"
    found = next(number for number, line in enumerate(lines) if line.startswith("  board     "))
    said = [line.strip() for line in lines[found : found + 4]]
    assert said[0].startswith("board     virtual, transmitter, lockstep: ")
    assert said[1].startswith("round trip ")
    assert said[2].endswith(" losses, 0 resets, 0 bad frames")  # a busy host repeats
    assert said[3].endswith(" octets a tick: its line has no rate")
    assert max(map(len, lines)) <= 80


def test_the_report_names_the_board_and_the_command_that_flies_it_again(capsys):
    run(capsys, *SHORT, "--board", "virtual", "--role", "sequencer", "--out", "run", "-q")

    told = told_of("run")

    fact = next(each for each in told["in_short"] if each["label"] == "Board")
    assert fact["text"].startswith("virtual played the sequencer, lockstep: ")
    assert told["made"]["command"].endswith("--board virtual --role sequencer")


# ------------------------------------------------------------------------------ a lost board


@contextmanager
def when_flying(happen: Callable[[], object]) -> Iterator[None]:
    """Let something happen once a hundred kilobytes have been heard, if ever."""
    log, over = Path("run/downlink.ccsds"), threading.Event()

    def work() -> None:
        while not over.wait(0.005):
            if log.exists() and log.stat().st_size > 100_000:
                happen()
                return

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def killed(board: VirtualBoard) -> Callable[[], object]:
    return lambda: os.kill(board.pid, signal.SIGKILL)


def test_a_lost_board_ends_the_run_with_3_and_what_was_heard_is_kept(capsys):
    with VirtualBoard() as board, when_flying(killed(board)):
        code, out, err = run(
            capsys, "progress-ms-04", "--board", board.port, "--on-loss", "fail", "--out", "run"
        )

    assert (code, out) == (3, "")
    assert "Traceback" not in err
    assert err.startswith("error: board gone at T")
    assert err.strip().endswith("; what was heard is kept in run, marked incomplete")
    manifest = json.loads(Path("run/run.json").read_text())
    assert manifest["state"] == "incomplete"
    assert manifest["stopped"].startswith("board gone at T")
    packets = decode(Path("run/downlink.ccsds").read_bytes())
    assert packets.count > 100
    assert packets.frames is not None
    assert not len(packets.frames.log.damage)
    gone_s = float(manifest["stopped"].split("at T")[1].split(":")[0])
    assert packets.met_s("STATE")[-1] == pytest.approx(gone_s, abs=0.5)
    told = told_of("run")
    why = manifest["stopped"]
    assert told["verdict"]["sentence"].startswith(f"The flight was stopped: {why}. No verdict")
    (board_told,) = (fact for fact in told["in_short"] if fact["label"] == "Board")
    assert board_told["text"].endswith(f" played the transmitter, lockstep; {why}")
    again = recorded("run", speed=None).feed
    again.order({"to_s": 1e6}, at_s=0.0)
    assert again.state()["note"] == f"the flight was stopped: {why}"


def test_flown_on_without_its_board_a_run_is_degraded_and_not_passed(capsys):
    with VirtualBoard() as board, when_flying(killed(board)):
        code, out, err = run(
            capsys, "progress-ms-04", "--board", board.port, "--on-loss", "continue", "--out", "run"
        )

    assert code == 1
    assert "the flight goes on without it" in err
    heads = [line for line in out.splitlines() if line.startswith(("DEGRADED", "MISSION"))]
    assert heads[0].startswith("DEGRADED")  # before what became of the mission
    assert "TELEMETRY LOST" in out
    assert "flown without it" in out
    assert "never back" in out
    summary = json.loads(Path("run/summary.json").read_text())
    assert summary["success"]  # the vehicle did not need its telemetry
    assert summary["board"]["degraded"]
    assert summary["board"]["ticks_lost"] > 0
    assert summary["telemetry"]["lost"]
    told = told_of("run")
    assert told["verdict"]["state"] == "doubtful"
    assert told["verdict"]["sentence"].startswith("Degraded by its board: not to be taken for a")
    (words,) = (fact["text"] for fact in told["in_short"] if fact["label"] == "Board")
    assert "never back" in words
    assert "flown without it" in words


def test_a_reset_board_is_told_and_its_transmitter_started_again(capsys):
    with VirtualBoard() as board, when_flying(board.reset):
        code, out, err = run(capsys, "progress-ms-04", "--board", board.port, "--out", "run")

    assert code == 1
    assert "board reset (pin) at T" in err
    assert "reset (pin), back after" in out
    summary = json.loads(Path("run/summary.json").read_text())
    assert summary["board"]["resets"] == 1
    assert summary["telemetry"]["last_frame_t_s"] > 530.0


def test_a_reset_sequencer_ends_the_run(capsys):
    with VirtualBoard() as board, when_flying(board.reset):
        code, _, err = run(
            capsys, "progress-ms-04", "--board", board.port, "--role", "sequencer", "--out", "run"
        )

    assert code == 3
    assert "board reset (pin) at T" in err


# ------------------------------------------------------------------------------ refused


def test_no_board_on_a_port_is_3_and_leaves_no_folder(capsys):
    code, _, err = run(capsys, "progress-ms-04", "--board", "/dev/ttyNOWHERE", "--out", "run")

    assert code == 3
    assert err.startswith("error: no /dev/ttyNOWHERE. Ports here: ")
    assert not Path("run").exists()


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--role", "sequencer"], "--role is for a board; which one? --board"),
        (["--lockstep"], "--lockstep is for a board"),
        (["--board", "-q"], "--board -q is no board but a flag"),
        (["--baud", "9600"], "--baud is for a board"),
        (["--realtime"], "--realtime is for a board"),
        (["--realtime-from", "379"], "--realtime-from is for a board"),
        (["--board", "virtual", "--realtime", "--lockstep"], "--lockstep and --realtime say"),
        (
            ["--board", "virtual", "--realtime", "--realtime-from", "9"],
            "--realtime and --realtime-from say different things: which one?",
        ),
        (["--board", "virtual", "--realtime-from", "soon"], "'soon' is not a valid float"),
        (["--board", "virtual", "--realtime-from", "nan"], "--realtime-from nan is no time"),
        (
            ["--board", "virtual", "--realtime-from", "600"],
            "real time from T+600.00 never begins: progress-ms-04 ends at T+540.00",
        ),
        (
            ["--board", "virtual", "--realtime-from", "-9999"],
            "real time from T-9999.00 never begins: progress-ms-04 begins at T-",
        ),
        (["--board", "virtual", "--realtime", "--speed", "0.5"], "slower than real time"),
        (
            ["--board", "virtual", "--role", "sequencer", "--on-loss", "continue"],
            "does not fly on",
        ),
        (["--board", "virtual", "--wire", "nowhere/wire.log"], "--wire nowhere/wire.log"),
    ],
)
def test_flags_that_say_nothing_are_errors_of_use(capsys, flags, words):
    code, _, err = run(capsys, "progress-ms-04", "--out", "run", *flags)

    assert code == 2
    assert words in err
    assert not Path("run").exists()


IDENTITY = Identity(
    nonce=1, protocol=1, roles=0b11, state=0, reset_cause=0, session=0, number=0, window=4096,
    content_max=249, config_max=16384, input_max=4352, storage_bytes=16384, reply_max=4386,
    dictionary=0, firmware=0, board_id=bytes(8), octets=b"small",
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "role", "words"),
    [
        ({"roles": 0b01}, "sequencer", "cannot be the sequencer; it can be: transmitter"),
        ({"roles": 0}, "transmitter", "it can be: nothing"),
        # soyuz-u's launcher: 4864 + 1024 + 2048 + 1024 octets of queues, frames of 256
        ({"storage_bytes": 8959}, "transmitter", r"`queue_bytes`.*launcher are 8960"),
        ({"reply_max": 259}, "transmitter", r"at most 255.*`frame_bytes`.*is 256"),
        ({"input_max": 179}, "transmitter", r"at most 179.*longest packet, HOUSEKEEPING, has 180"),
        # three axial, three of the platform, the contacts, each analog
        ({"input_max": 31}, "sequencer", r"at most 31 octets.*soyuz-u measures in a tick has"),
    ],
    ids=["role", "no role", "queues", "frames", "packets", "measurements"],
)
def test_what_a_board_has_no_room_for_is_refused_with_what_it_has(changes, role, words):
    scenario = flightsw.load("progress-ms-04")
    must_fit(IDENTITY, role, scenario)

    with pytest.raises(BoardCannotError, match=words):
        must_fit(replace(IDENTITY, **changes), role, scenario)


# ------------------------------------------------------------------------------ what it sends


class HeldInReset:
    """A bridge to a board that answers each grant, and whose transmitter is held in reset."""

    identity = IDENTITY
    url = "held"
    now_s: float | None = None
    earlier: tuple[bytes, ...] = ()

    def __init__(self):
        self.statistics = Statistics(ticks=1)

    def status(self):
        pass

    def start_transmitter(self, config, *, tick_us, supply_mv, warm):
        pass

    def step_transmitter(self, packets, *, supply_mv, reset):
        return b""


def test_with_its_transmitter_held_in_reset_nothing_is_heard_and_the_page_says_so():
    bridge: Any = HeldInReset()
    playing = BoardInFlight(BoardChoice(board="held"), bridge)

    flight, summary = fly_and_record(flightsw.load(SHORT[0], rate_hz=20), playing=playing)

    assert summary["telemetry"]["frames"] == 0
    assert summary["board"]["silent"]
    text = "\n".join(line.text for line in page(flight, summary))
    assert "no telemetry was heard at all" in text
    assert "it sent nothing: the ground heard nothing of its transmitter" in text


@pytest.mark.parametrize("kind", ["virtual", "emulated"])
def test_a_board_that_is_held_from_its_first_tick_on_is_not_heard_at_all(capsys, monkeypatch, kind):
    """A process that is stopped, a chip whose clock is: it was started, and sends nothing more."""
    if kind == "emulated":
        require("lm3s6965evb", qemu=True)
    begin = Bridge.start_transmitter

    with started(kind) as board:

        def begin_and_hold(self, *part, **of_it):
            begin(self, *part, **of_it)
            board.stall()

        monkeypatch.setattr(Bridge, "start_transmitter", begin_and_hold)
        flags = ("--board", board.port, "--on-loss", "continue", "--out", "run")
        code, out, err = run(capsys, *SHORT, *flags)
        board.resume()

    summary = json.loads(Path("run/summary.json").read_text())
    assert code == 1
    assert "the flight goes on without it" in err
    assert "no telemetry was heard at all" in out
    assert "it sent nothing: the ground heard nothing of its transmitter" in out
    assert summary["telemetry"]["frames"] == 0
    assert summary["board"]["silent"]
    assert summary["board"]["degraded"]


class Babbling(HeldInReset):
    """A bridge to something that answers measurements with what is no answer."""

    ticks = 0

    def start_sequencer(self, config, *, tick_us):
        pass

    def step_sequencer(self, measured):
        self.ticks += 1
        return b"" if self.ticks < 500 else b"?"


def test_what_answers_no_measurement_ends_the_run_as_trouble_of_a_board():
    bridge: Any = Babbling()
    playing = BoardInFlight(BoardChoice(board="it", role="sequencer"), bridge)

    with pytest.raises(BoardError, match=r"none of a flight computer.*kept in") as caught:
        fly_and_record(flightsw.load("progress-ms-04"), playing=playing)

    assert isinstance(caught.value.__cause__, BoardAnswerError)
    assert (
        json.loads(Path("runs/progress-ms-04-0001/run.json").read_text())["state"] == "incomplete"
    )


def test_losses_are_told_with_their_times():
    from flightsw.cli.board_told import board_alarms

    loss = Loss(at_s=212.4, why="/dev/ttyACM0 is gone", recovered_after_s=1.25)
    reset = Loss(
        at_s=None, why="the session has ended", recovered_after_s=0.0, reset_cause="watchdog"
    )
    board = {"losses": [asdict(loss), asdict(reset)], "silent": False}

    assert [*board_alarms(board)] == [
        "T+212.40  /dev/ttyACM0 is gone: back after 1.25 s",
        "the session has ended: reset (watchdog), back after 0.00 s",
    ]


# ------------------------------------------------------------------------------ the wire


def test_a_recorded_wire_is_told_frame_by_frame(capsys):
    run(capsys, *SHORT, "--board", "virtual", "--wire", "wire.log", "-q")

    assert main(["board", "wire", "wire.log"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any("DISCOVER" in line for line in lines[:5])
    assert sum(" REPLY " in line for line in lines) > 5000
    assert main(["board", "wire", "wire.log", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["about"]["scenario"] == "nike-apache-14-210-short"
    assert told["to_board"]["kinds"]["START"] >= 1
    assert told["from_board"]["kinds"]["STARTED"] >= 1
    assert told["from_board"]["frames_bad"] == told["damaged_octets"] == 0


def test_a_recorded_wire_is_flown_again_with_the_same_answers(capsys):
    run(capsys, *SHORT, "--board", "virtual", "--wire", "wire.log", "-q")

    assert main(["board", "wire", "wire.log", "--replay", "virtual", "--json"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert (again["sessions"], again["differing"], again["first"]) == (1, 0, None)
    assert again["ticks"] > 10_000


def test_a_damaged_wire_log_is_read_as_far_as_it_goes_and_exits_1(capsys):
    run(capsys, *SHORT, "--board", "virtual", "--wire", "wire.log", "-q")
    data = bytearray(Path("wire.log").read_bytes())
    data[len(data) // 2] ^= 0x10
    Path("wire.log").write_bytes(data)

    assert main(["board", "wire", "wire.log", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["damaged_octets"] > 0


@pytest.mark.parametrize(
    ("content", "words"), [(None, "No such file"), (b"nothing of it", "is no wire log")]
)
def test_what_is_no_wire_log_is_an_error_of_use(capsys, content, words):
    if content is not None:
        Path("wire.log").write_bytes(content)

    assert main(["board", "wire", "wire.log"]) == 2
    assert words in capsys.readouterr().err


# ---------------------------------------------------------------------------- where a wire log goes


def test_a_wire_log_stands_in_the_runs_own_folder_and_is_replaced_with_it(capsys):
    flags = (*SHORT, "--board", "virtual", "--out", "run", "--wire", "run/wire.log", "-q")

    first = run(capsys, *flags)[0]
    whole = read_wire(Path("run/wire.log"))
    again = run(capsys, *flags, "--force")[0]
    with VirtualBoard() as board:
        without = run(capsys, *SHORT, "--board", board.port, "--out", "run", "--force", "-q")[0]

    assert (first, again, without) == (0, 0, 0)
    told = "\n".join(describe(whole))
    assert [told.index(kind) for kind in ("DISCOVER", "START", "GRANT")] == sorted(
        told.index(kind) for kind in ("DISCOVER", "START", "GRANT")
    )
    assert not Path("run/wire.log").exists()  # it was of the run that is no more


@pytest.mark.parametrize("content", [b"", b"notes", b"\xf5\x1a" + bytes(100)])
def test_a_file_that_is_no_wire_log_is_never_replaced(capsys, content):
    Path("notes.txt").write_bytes(content)

    code, _, err = run(capsys, *SHORT, "--board", "virtual", "--wire", "notes.txt", "--out", "run")

    assert code == 2
    assert "--wire notes.txt is no wire log, and is not replaced" in err
    assert Path("notes.txt").read_bytes() == content
    assert not Path("run").exists()


def test_a_file_that_came_while_the_board_was_met_is_not_replaced(capsys, monkeypatch):
    """It is looked at again when the flight begins; nothing is flown."""
    meet = Recorder.note

    def note(self, text):
        meet(self, text)
        Path("wire.log").write_text("somebody's")

    monkeypatch.setattr(Recorder, "note", note)

    code, _, err = run(capsys, *SHORT, "--board", "virtual", "--wire", "wire.log", "--out", "run")

    assert code == 2
    assert "--wire wire.log is no wire log" in err
    assert Path("wire.log").read_text() == "somebody's"
    assert not Path("run").exists()


@pytest.mark.parametrize("name", ["truth.npz", "downlink.ccsds", "run.json"])
def test_a_wire_log_does_not_take_the_place_of_a_record(capsys, name):
    flags = ("--board", "virtual", "--out", "run", "--wire", f"run/{name}")

    code, _, err = run(capsys, *SHORT, *flags)

    assert code == 2
    assert f"{name} is the name of a run's own file" in err
    assert not Path("run").exists()


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (("progress-ms-04", "--board", "/dev/ttyNOWHERE"), 3),
        (("progress-ms-04", "--board", "virtual", "--realtime-from", "600"), 2),
    ],
)
def test_a_flight_that_does_not_begin_leaves_the_last_wire_log(capsys, flags, expected):
    with Recorder(Path("wire.log")) as recorder:
        recorder.to_board(b"of the last flight")
    before = Path("wire.log").read_bytes()

    code, _, _ = run(capsys, *flags, "--wire", "wire.log")

    assert code == expected
    assert Path("wire.log").read_bytes() == before


def test_a_board_that_is_lost_in_flight_leaves_its_wire_up_to_there(capsys):
    flags = ("--on-loss", "fail", "--out", "run", "--wire", "run/wire.log", "-q")
    with VirtualBoard() as board, when_flying(killed(board)):
        code, _, err = run(capsys, *SHORT, "--board", board.port, *flags)

    log = read_wire(Path("run/wire.log"))
    assert code == 3
    assert "board gone at T" in err
    assert log.damaged_bytes == 0
    assert sum(len(each.octets) for each in log.records) > 100_000
