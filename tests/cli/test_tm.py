"""`flightsw tm`: the downlink as tables, lists and sums."""

import csv
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from flightsw import fly, load
from flightsw.cli import main
from flightsw.dictionary import load_dictionary
from flightsw.dictionary.emit_icd import emit_icd
from flightsw.dictionary.emit_xtce import emit_xtce


@pytest.fixture(scope="module")
def flight():
    return fly(load("progress-ms-04-lost"))


@pytest.fixture
def log(flight, tmp_path):
    path = tmp_path / "downlink.ccsds"
    path.write_bytes(flight.downlink)
    return path


def printed(capsys, *arguments) -> tuple[int, list[str]]:
    code = main(["tm", *map(str, arguments)])
    return code, capsys.readouterr().out.splitlines()


def test_csv_has_the_clock_first_and_units_in_its_names(capsys, flight, log, tmp_path):
    code, lines = printed(capsys, "decode", log, "--csv", "-o", tmp_path / "out")

    assert code == 0
    assert len(lines) == 5
    text = (tmp_path / "out" / "state.csv").read_bytes()
    assert text.isascii()
    rows = [*csv.DictReader(text.decode().splitlines())]
    assert next(iter(rows[0])) == "met_s"
    packets = flight.ground.packets
    assert len(rows) == len(packets.rows["STATE"])
    for column, field in (
        ("position_x_m", "position_x"),
        ("apparent_velocity_mps", "apparent_velocity"),
    ):
        assert [float(row[column]) for row in rows] == packets.values("STATE", field).tolist()
    assert {float(row["block_i_chamber_pressure_pa"]) % 5000.0 for row in rows} == {0.0}


def test_parquet_holds_what_csv_holds(log, tmp_path, capsys):
    import pyarrow.parquet as pq

    printed(capsys, "decode", log, "--csv", "--parquet", "-o", tmp_path)

    table = pq.read_table(tmp_path / "state.parquet")
    rows = [*csv.DictReader((tmp_path / "state.csv").read_text().splitlines())]
    assert table.column_names == [*rows[0]]
    assert np.array_equal(table["pitch_rad"].to_numpy(), [float(row["pitch_rad"]) for row in rows])


def test_the_audit_adds_up(capsys, flight, log, tmp_path):
    code, lines = printed(capsys, "audit", log, "--json")

    result = json.loads("\n".join(lines))
    assert code == 0
    assert result["complete"]
    for channel in result["channels"]:
        assert channel["good"] + channel["corrupt"] + channel["lost"] == channel["sent"]
    assert sum(channel["good"] for channel in result["channels"]) == flight.ground.frames_good


def test_the_audit_of_a_run_tells_what_was_sent_and_never_heard(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    main(["run", "progress-ms-04-lost", "-q", "--out", "here"])
    capsys.readouterr()

    _, lines = printed(capsys, "audit", "here")

    never = [line for line in lines if line.startswith("truth     launcher")]
    assert [line.split(", ")[1] for line in never][2] == "4 never heard whole"  # the damaged ones


def test_a_log_with_a_hole_is_told_and_exits_1(capsys, log):
    octets = bytearray(log.read_bytes())
    octets[200_000] ^= 1
    log.write_bytes(octets)

    code, lines = printed(capsys, "audit", log)

    assert code == 1
    assert any("NOT COMPLETE: 1 blocks missing" in line for line in lines)


def test_packets_are_found_by_either_clock(capsys, log):
    code, by_met = printed(capsys, "find", log, "--met", "382.2..382.25")
    _, by_ert = printed(capsys, "find", log, "--ert", "382.17..382.2")

    assert code == 0
    assert {line.split()[4] for line in by_met} == {"EVENT", "STATE", "DISCRETES"}
    assert by_ert
    assert printed(capsys, "find", log, "--met", "1000..1001") == (1, [])


@pytest.mark.parametrize(
    "arguments",
    [("find", "--met", "5"), ("find", "--met", "9..5"), ("find",), ("decode",)],
)
def test_wrong_use_exits_2(capsys, log, arguments):
    command, *options = arguments

    assert main(["tm", command, str(log), *options]) == 2


def test_a_log_that_is_not_there_is_named(capsys, tmp_path):
    assert main(["tm", "audit", str(tmp_path / "none")]) == 2
    assert f"cannot read {tmp_path / 'none'}" in capsys.readouterr().err


def test_junk_is_shown(capsys, log):
    _, lines = printed(capsys, "junk", log)

    assert lines
    assert all("bad checksum" in line or "cut short" in line for line in lines)


def test_the_dictionary_is_exported(capsys):
    for flag, emit in (("--xtce", emit_xtce), ("--icd", emit_icd)):
        main(["tm", "export", flag])
        assert capsys.readouterr().out == emit(load_dictionary())


def test_tail_follows_a_log_that_grows_until_it_ends(flight, tmp_path):
    path = tmp_path / "downlink.ccsds"
    half = len(flight.downlink) // 2
    path.write_bytes(flight.downlink[:half])
    process = subprocess.Popen(
        [sys.executable, "-m", "flightsw", "tm", "tail", str(path)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    time.sleep(0.2)
    assert process.poll() is None
    with Path(path).open("ab") as file:
        file.write(flight.downlink[half:])

    rest, _ = process.communicate(timeout=60)

    assert "COMPUTER_STARTED" in first
    assert "Emergency engine shutdown" in rest
    assert process.returncode == 0
