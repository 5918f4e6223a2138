"""`flightsw run --board ... --realtime-from T`: what is told of it, and that nothing late passes.

Whether a deadline was missed depends on this machine: the tests ask that it is told.
"""

from __future__ import annotations

import json
import os
import time
from collections import deque
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import flightsw
from flightsw.board_octets import BoardAnswerError, answer_of, joined
from flightsw.cli import main
from flightsw.cli.board_flight import BoardInFlight, board_for, rate_cap
from flightsw.cli.board_options import BoardChoice
from flightsw.cli.board_real_time import real_time_alarms, real_time_lines, real_time_of
from flightsw.cli.run import fly_and_record
from flightsw.ground import decode
from flightsw.report.page import told_of
from hil.kinds import Frames, Reply
from hil.link import Decoder
from hil.offset import Offset
from hil.present import has_rate
from hil.real_time import RealTime
from hil.statistics import Statistics
from hil.wire import Piece, read_wire
from tests.hil.double import SequencerDouble
from tests.hil.flown import Transmitting
from tests.hil.test_board_in_the_loop import EVENT_OF_ENTRY_5, answer
from tests.hil.test_run_on_a_board import IDENTITY

SHORT = ("nike-apache-14-210-short", "--rate", "20")  # to T+769.95
OWN = "TRANSMITTER"  # the board's transmitter makes this packet itself


@pytest.fixture(autouse=True)
def _own_folders(tmp_path, monkeypatch):
    """A working folder and a registry of boards of its own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runtime").mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "runtime"))


def ended(name: str, end_s: float) -> flightsw.Scenario:
    """Return a scenario whose flight ends early."""
    scenario = flightsw.load(name)
    run = scenario.mission.run.model_copy(update={"end_s": end_s})
    return replace(scenario, mission=scenario.mission.model_copy(update={"run": run}))


def payloads(downlink: bytes) -> list[bytes]:
    """Return every packet of the flight software that was heard."""
    heard = decode(downlink)
    return [row.tobytes() for name, rows in heard.rows.items() if name != OWN for row in rows]


def packets_of(octets: bytes) -> set[bytes]:
    """Return the space packets that octets are."""
    packets, at = set(), 0
    while at < len(octets):
        size = int.from_bytes(octets[at + 4 : at + 6]) + 7
        packets.add(octets[at : at + size])
        at += size
    return packets


def sent_over(log: Path) -> bytes:
    """Return all telemetry octets that came over a line, in lockstep and by the clock."""
    decoder, sent, position, answered = Decoder(from_board=True), b"", 0, (-1, 0)
    for record in read_wire(log).records:
        if record.kind is not Piece.FROM_BOARD:
            continue
        for received in decoder.feed(record.octets):
            message = received.message
            if isinstance(message, Reply) and (message.number, message.offset) != answered:
                answered = (message.number, message.offset)
                sent += message.octets
            elif isinstance(message, Frames) and message.position == position:
                position += len(message.octets)
                sent += message.octets
    return sent


# ------------------------------------------------------------------------------ through the loss


@pytest.fixture(scope="module")
def through_the_loss(tmp_path_factory):
    """Fly progress-ms-04-lost to T+385, from T+379 in real time, the board its transmitter."""
    folder = tmp_path_factory.mktemp("loss")
    scenario = ended("progress-ms-04-lost", 385.0)
    choice = BoardChoice(board="virtual", real_time_from_s=379.0, wire=folder / "wire.log")
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    try:
        with board_for(choice, scenario, notice=lambda _: None) as playing:
            flight, summary = fly_and_record(scenario, out=folder / "run", playing=playing)
    finally:
        os.environ.pop("XDG_RUNTIME_DIR")
        if before is not None:
            os.environ["XDG_RUNTIME_DIR"] = before
    return flight, summary, folder


def test_the_minute_before_the_loss_is_flown_by_the_clock_and_all_before_it_is_not(
    through_the_loss,
):
    flight, summary, _ = through_the_loss
    alone = flightsw.fly(flight.scenario)

    board, told = summary["board"], summary["board"]["real_time"]
    assert (board["mode"], board["real_time_from_s"]) == ("real time", 379.0)
    assert told["from_s"] == pytest.approx(379.0)
    assert told["ticks"] == 600
    before = len(flightsw.fly(ended("progress-ms-04-lost", 378.0)).downlink) - 10_000  # its end
    assert before > 0.9 * len(alone.downlink)
    assert flight.downlink[:before] == alone.downlink[:before]


def test_the_ground_hears_what_the_board_sent_and_no_more(through_the_loss):
    """A board that is late dies late: it may bring what in the simulation came too late for it."""
    flight, summary, folder = through_the_loss

    heard = payloads(flight.downlink)
    assert summary["board"]["real_time"]["octets_lost"] == 0
    row = flight.transmitters[0]
    assert row.on_board
    given = Transmitting()
    alone = flightsw.fly(flight.scenario, transmitter=given)
    assert set(heard) <= packets_of(b"".join(packets for packets, _, _ in given.given))
    assert len(heard) == len(set(heard))
    assert len(heard) > 0.95 * len(payloads(alone.downlink))
    sent = sent_over(folder / "wire.log")
    good = sum(count for count in row.frames_sent)
    assert good * (256 + 4) <= len(sent)
    assert flight.ground.last is not None
    assert flight.ground.last.t_s > 379.0


def test_a_run_outside_its_budget_is_degraded_and_never_passed(through_the_loss):
    _, summary, _ = through_the_loss
    board, told = summary["board"], summary["board"]["real_time"]

    assert board["degraded"] == bool(told["misses"] or told["octets_lost"] or board["ticks_lost"])
    assert told["clock"]["offset_within_us"] > 0.0
    assert told["left_late_ms"]["p50"] >= 0.0
    assert told["way_ms"]["max"] >= told["way_ms"]["p99"] >= told["way_ms"]["p50"]


# ------------------------------------------------------------------------------ the command


@pytest.mark.parametrize("role", ["transmitter", "sequencer"])
def test_the_command_tells_its_real_time_on_the_page_in_json_and_in_the_report(capsys, role):
    flags = ["--board", "virtual", "--role", role, "--realtime-from", "767"]
    begun_s = time.monotonic()
    code = main(["run", *SHORT, *flags, "--wire", "wire.log", "--out", "run"])
    out = capsys.readouterr().out

    assert time.monotonic() - begun_s > 1.9
    summary = json.loads(Path("run/summary.json").read_text())
    board = summary["board"]
    assert code == (1 if board["degraded"] else 0)
    assert ("DEGRADED" in out) == board["degraded"]
    lines = out.splitlines()
    assert lines[2] == f"board  virtual, {role}, real time from T+767.00"
    assert f"by the clock from T+767.00: {board['real_time']['ticks']} ticks, " in out
    assert "its clock is known within " in out
    assert max(map(len, lines)) <= 80
    assert summary["as_expected"]
    told = told_of("run")
    fact = next(each for each in told["in_short"] if each["label"] == "Board")
    assert "; by the clock from T+767.00: " in fact["text"]
    assert told["made"]["command"].endswith(f"--role {role} --realtime-from 767")

    assert main(["board", "wire", "wire.log", "--replay", "virtual", "--json"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert (again["differing"], again["real_time_sessions"]) == (0, 1)
    assert again["ticks"] == board["ticks"] + board["ticks_lost"] - board["real_time"]["ticks"]
    assert main(["board", "wire", "wire.log", "--replay", "virtual"]) == 0
    assert "left out: what 1 session flew in real time" in capsys.readouterr().out


def test_what_never_came_to_real_time_does_not_pass():
    class Bridge:
        identity, url, statistics = IDENTITY, "held", Statistics(ticks=1)

        def status(self):
            pass

    bridge: Any = Bridge()
    playing = BoardInFlight(BoardChoice(board="held", real_time_from_s=900.0), bridge)
    flight = flightsw.fly(ended("nike-apache-14-210", 20.0))

    told = playing.told(flight)

    assert told["degraded"]
    assert [*real_time_alarms(told)] == [
        "real time never began: the flight had ended, or the board was away"
    ]


def test_every_miss_is_told_with_what_it_was():
    clocked = RealTime(379.0, 0.01, ticks=600, late_ticks=1, missed=2, grants_dropped=3)
    clocked.grants_missed, clocked.board_late_ticks, clocked.pieces_late = 4, 5, 6
    clocked.octets_lost = 7
    clocked.offset = Offset(1e6, 88.6, 1.2, 52.7, 18)
    clocked.left_late_s.extend([0.001, 0.002])

    board = {"real_time": real_time_of(clocked, 80_000)}

    assert clocked.is_degraded
    assert [text.split()[0] for text in real_time_alarms(board)] == list("1234567")
    assert [*real_time_lines(board)] == [
        "by the clock from T+379.00: 600 ticks, 21 deadlines missed",
        "left 1.00 ms late, 99 in 100 under 2.00, longest 2.00",
        "its clock is known within 0.089 ms, +1 ppm within 53",
    ]
    assert board["real_time"]["cap_bps"] == 80_000
    for skew_ppm, told in ((-0.3, ", 0 ppm within 53"), (0.0, ", 0 ppm"), (-1.2, ", -1 ppm")):
        clocked.offset = Offset(1e6, 88.6, skew_ppm, 52.7, 18)
        board = {"real_time": real_time_of(clocked, None)}
        assert told in [*real_time_lines(board)][-1]
    assert not RealTime(0.0, 0.01, ticks=1000).is_degraded


# ------------------------------------------------------------------------------ a slow line


def test_a_line_that_carries_less_caps_the_rate_and_names_what_is_thinned():
    said: list[str] = []

    cap = rate_cap("transmitter", flightsw.load("progress-ms-04"), 57_600, notice=said.append)

    assert cap is not None
    assert cap < 57_600
    assert f"57600 baud carry 5760: telemetry is capped at {cap} bit/s; thinned: " in said[0]
    assert "115200 baud would do" in said[0] or "230400 baud would do" in said[0]


@pytest.mark.parametrize(
    ("choice", "capped"),
    [
        (BoardChoice(board="virtual", baud=57_600, real_time_from_s=379.0), True),
        (BoardChoice(board="virtual", real_time_from_s=379.0), False),  # a line without a rate
        (BoardChoice(board="virtual", baud=57_600), False),  # lockstep waits for any line
    ],
    ids=["slow", "no rate", "lockstep"],
)
def test_the_rate_is_capped_in_real_time_on_a_line_that_has_one(choice, capped):
    said: list[str] = []
    with board_for(choice, flightsw.load("progress-ms-04"), notice=said.append) as playing:
        assert (playing.cap_bps is not None) is capped

    assert len(said) == capped


def test_a_port_has_a_rate_unless_it_is_a_process(tmp_path):
    ours, theirs = os.openpty()
    (tmp_path / "port").symlink_to(os.ttyname(theirs))

    assert not has_rate(str(tmp_path / "port"))
    assert not has_rate("socket://127.0.0.1:4000")
    assert has_rate("COM5")

    os.close(ours)
    os.close(theirs)


def test_a_line_that_carries_all_is_left_alone():
    said: list[str] = []

    assert rate_cap("transmitter", flightsw.load(SHORT[0]), 921_600, notice=said.append) is None
    assert said == []


def test_a_sequencer_is_told_that_it_will_be_late():
    said: list[str] = []

    assert rate_cap("sequencer", flightsw.load("progress-ms-04"), 9600, notice=said.append) is None
    assert "deadlines will be missed" in said[0]


# ------------------------------------------------------------------------------ late answers


class Late:
    """A bridge to a computer whose answers miss their ticks now and then, three in a row."""

    identity, url = IDENTITY, "late"
    now_s: float | None = None

    def __init__(self, every: int) -> None:
        self.statistics = Statistics()
        self.every = every
        self.tick = 0
        self.earlier: list[bytes] = []
        self._owed: list[bytes] = []
        self._double = SequencerDouble()

    def start_sequencer(self, config: bytes, *, tick_us: int) -> None:
        self._double.start_sequencer(config, tick_us=tick_us)

    def step_sequencer(self, measured: bytes) -> bytes:
        self._owed.append(self._double.step_sequencer(measured))
        self.tick += 1
        if self.tick % self.every < 3:
            self.earlier = []
            return b""
        *self.earlier, last = self._owed
        self._owed = []
        return last


def test_a_command_that_comes_late_is_used_at_the_tick_that_it_comes_in_and_once():
    alone = flightsw.fly(flightsw.load("nike-apache-14-210"))
    bridge: Any = Late(50)
    playing = BoardInFlight(BoardChoice(board="late", role="sequencer"), bridge)

    flight = playing.fly(alone.scenario, sink=lambda _: None)

    assert [event.name for event in flight.events] == [event.name for event in alone.events]
    for late, in_time in zip(flight.events, alone.events, strict=True):
        assert late.t_s == pytest.approx(in_time.t_s, abs=0.5)
    counts = payloads(flight.downlink)
    assert len(counts) == len(set(counts))


def test_several_answers_are_one_with_all_that_they_say():
    first = answer(actions=0b001, axis=(1.0, 0.0, 0.0), packet_count=1, packets=EVENT_OF_ENTRY_5)
    second = answer(actions=0b100, axis=(0.0, 0.0, 1.0))
    both = deque([first, second])

    found = answer_of(joined(both))

    assert not both
    assert (found.actions, found.axis_platform) == (0b101, (0.0, 0.0, 1.0))
    assert (found.packet_count, found.packets, found.latched) == (1, EVENT_OF_ENTRY_5, 1 << 5)


def test_one_answer_is_itself_and_none_is_nothing():
    assert joined(deque([b"?"])) == b"?"
    assert joined(deque()) == b""


def test_answers_with_more_packets_than_there_is_room_for_wait_for_the_next_tick():
    full = answer(packet_count=70, packets=EVENT_OF_ENTRY_5 * 70)  # 3920 octets
    waiting = deque([full, full, answer(actions=1)])

    found = [answer_of(joined(waiting)) for _ in range(2)]

    assert [each.packet_count for each in found] == [70, 70]
    assert [each.actions for each in found] == [0, 1]


def test_among_several_what_is_no_answer_is_refused():
    with pytest.raises(BoardAnswerError):
        joined(deque([answer(), b"?"]))
