"""Two downlinks beside one another: none differs from itself, and what is planted is found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import flightsw
from flightsw._native import ffi
from flightsw.cli import main
from flightsw.ground import decode
from flightsw.ground.decode import DownlinkError
from flightsw.ground.difference import compare
from tests.hil.double import SequencerDouble
from tests.hil.line_cases import opened


class OneGain(SequencerDouble):
    """A flight computer with one number of its table a millionth off: a slope of the pitch."""

    def start_sequencer(self, config, *, tick_us):
        super().start_sequencer(with_one_gain(config), tick_us=tick_us)


class OneGainOnBoard:
    """A board that is given that table."""

    def __init__(self, bridge):
        self._bridge = bridge
        self.step_sequencer = bridge.step_sequencer

    def start_sequencer(self, config, *, tick_us):
        self._bridge.start_sequencer(with_one_gain(config), tick_us=tick_us)


def with_one_gain(octets):
    config: Any = ffi.new("fsw_config_t *")
    ffi.memmove(config, octets, len(octets))
    config.pitch[3].c[1] *= 1.0 + 1e-6
    return ffi.buffer(config)[:]


@pytest.fixture(scope="module")
def host():
    return flightsw.fly(flightsw.load("progress-ms-04"))


@pytest.fixture(scope="module")
def planted(host):
    return flightsw.fly(host.scenario, computer=OneGain())


def test_a_downlink_does_not_differ_from_itself(host):
    difference = compare(decode(host.downlink), decode(host.downlink))

    assert difference.same
    assert difference.frames.one == difference.frames.other == host.ground.frames_good
    assert difference.packets.one == host.ground.packets.count
    assert difference.values.one > 20 * difference.packets.one


def test_a_gain_a_millionth_off_is_found(host, planted):
    """It shows when the commanded pitch rounds to another microradian."""
    table = host.scenario.sequence.guidance
    begins_s, ends_s = table.pitch_t_s[3], table.pitch_t_s[4]

    difference = compare(decode(host.downlink), decode(planted.downlink))

    assert not difference.same
    when, _, what = difference.values.first.partition(" s: ")
    assert begins_s < float(when.removeprefix("T")) < ends_s
    assert what.startswith("STATE pitch: ")
    assert difference.packets.first.partition(" s: ")[0] == when
    assert difference.frames.differing


def test_a_gain_a_millionth_off_on_a_board_is_the_same_difference(host, planted, virtual):
    with opened(virtual.port) as bridge:
        on_board = flightsw.fly(host.scenario, computer=OneGainOnBoard(bridge))

    assert not compare(decode(host.downlink), decode(on_board.downlink)).same
    assert on_board.downlink == planted.downlink


def test_a_reset_of_a_transmitter_loses_packets_and_changes_none(host):
    reset = flightsw.fly(flightsw.load("progress-ms-04", faults=["transmitter-reset:launcher@100"]))

    difference = compare(decode(host.downlink), decode(reset.downlink))

    assert difference.packets.first == "T+99.96 s: STATE in the first alone"
    assert difference.packets.differing == difference.values.differing == 0
    assert difference.frames.only_one
    assert difference.frames.only_other


def test_a_loss_shows_as_what_is_missing(host):
    lost = flightsw.fly(flightsw.load("progress-ms-04-lost"))

    difference = compare(decode(lost.downlink), decode(host.downlink))

    heard = lost.ground.packets.count, host.ground.packets.count
    assert (difference.packets.one, difference.packets.other) == heard
    assert difference.packets.only_other > 8000  # 158 s at 53 a second
    assert difference.values.first.startswith("T+382.")


def test_other_dictionaries_are_not_compared(host):
    other = decode(host.downlink)
    object.__setattr__(other, "dictionary", flightsw.dictionary.load_dictionary(1))

    with pytest.raises(DownlinkError, match=r"different telemetry dictionaries, 2\.1 and 1"):
        compare(decode(host.downlink), other)


@pytest.fixture
def runs(host, planted, tmp_path):
    for name, flight in (("host", host), ("board", planted)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "downlink.ccsds").write_bytes(flight.downlink)
    return tmp_path / "host", tmp_path / "board"


def test_board_diff_exits_0_without_a_difference_and_1_with_one(capsys, runs):
    host, board = map(str, runs)

    again = Path(board).with_name("again.ccsds")
    again.write_bytes(Path(host, "downlink.ccsds").read_bytes())
    assert main(["board", "diff", host, str(again)]) == 0
    assert "NO DIFFERENCE" in capsys.readouterr().out
    assert main(["board", "diff", host, board + "/downlink.ccsds"]) == 1
    page = capsys.readouterr().out
    assert "DIFFERENT" in page
    assert "STATE pitch" in page
    assert max(map(len, page.splitlines()[3:])) <= 80


def test_board_diff_proves_nothing_of_a_log_that_is_cut(capsys, runs):
    whole = (runs[0] / "downlink.ccsds").read_bytes()
    cut = [runs[0].with_name(name) for name in ("one.ccsds", "other.ccsds")]
    for path in cut:
        path.write_bytes(whole[: len(whole) // 2])

    assert main(["board", "diff", *map(str, cut)]) == 1
    page = capsys.readouterr().out
    assert page.count("NOT COMPLETE") == 2
    assert "NOT ALL COMPARED   no difference in what both have" in page
    assert "NO DIFFERENCE" not in page


def test_board_diff_of_a_log_and_its_own_cut_copy_finds_no_difference_in_what_both_have(
    capsys, runs
):
    host, board = runs
    whole = (host / "downlink.ccsds").read_bytes()
    (host / "downlink.ccsds").write_bytes(whole[: len(whole) // 2])
    again = host.with_name("whole.ccsds")
    again.write_bytes(whole)

    for pair in ((host, again), (again, host)):
        assert main(["board", "diff", *map(str, pair)]) == 1
        assert "NOT ALL COMPARED   no difference in what both" in capsys.readouterr().out
    assert main(["board", "diff", str(host), str(board)]) == 1
    assert "DIFFERENT" in capsys.readouterr().out


def test_board_diff_says_that_two_missions_were_flown(capsys, runs):
    other = flightsw.fly(flightsw.load("nike-apache-14-210-short"))
    runs[1].joinpath("downlink.ccsds").write_bytes(other.downlink)

    assert main(["board", "diff", *map(str, runs)]) == 1
    assert "of two missions: A progress-ms-04, B nike-apache-14-210" in capsys.readouterr().out


def test_board_diff_as_json(capsys, runs):
    assert main(["board", "diff", *map(str, runs), "--json"]) == 1

    found = json.loads(capsys.readouterr().out)
    assert found["format"] == "flightsw-diff/1"
    assert found["same"] is False
    assert found["complete"] == [True, True]
    assert found["values"]["differing"] > 0


def test_board_diff_of_a_log_with_itself_is_an_error_of_use(capsys, runs):
    host = str(runs[0])

    assert main(["board", "diff", host, f"{host}/downlink.ccsds"]) == 2
    assert f"both are {host}/downlink.ccsds: a log does not differ" in capsys.readouterr().err


def test_board_diff_of_a_folder_that_is_no_run_says_so(capsys, runs, tmp_path):
    (tmp_path / "other").mkdir()

    assert main(["board", "diff", str(runs[0]), str(tmp_path / "other")]) == 2
    said = f"error: {tmp_path}/other is no run: there is no downlink.ccsds in it\n"
    assert capsys.readouterr().err == said


def test_board_diff_of_what_is_not_there_is_an_error_of_use(capsys, runs):
    assert main(["board", "diff", str(runs[0]), "nowhere"]) == 2
    assert "cannot read nowhere" in capsys.readouterr().err


def test_what_differs_first_is_the_same_from_either_side(host):
    lost = flightsw.fly(flightsw.load("progress-ms-04-lost"))
    pair = decode(host.downlink), decode(lost.downlink)

    here, there = compare(*pair), compare(*reversed(pair))

    assert here.packets.first == there.packets.first == "T+382.03 s: EVENT"
    assert here.frames.first == there.frames.first
    assert here.values.first.partition(":")[0] == there.values.first.partition(":")[0]
