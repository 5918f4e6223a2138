"""`flightsw tm`: the downlink as tables, lists and sums."""

import csv
import json
import re
import resource
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from mcap.reader import make_reader

from flightsw import fly, load
from flightsw.cli import main
from flightsw.dictionary import load_dictionary
from flightsw.dictionary.emit_icd import emit_icd
from flightsw.dictionary.emit_xtce import emit_xtce
from flightsw.ground.events import told
from tests.ground.test_frames import Framer, discretes, recorded
from tests.ground.test_log import HEADER, block


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


def rows_of(path: Path) -> list[dict[str, str]]:
    return [*csv.DictReader(path.read_text(encoding="utf-8").splitlines())]


def test_a_table_says_what_its_numbers_mean(capsys, flight, log, tmp_path):
    printed(capsys, "decode", log, "--csv", "-o", tmp_path)

    events = rows_of(tmp_path / "event.csv")
    started = events[0]
    assert [started[key] for key in ("kind_name", "severity", "entry_name", "trigger_name")] == [
        "COMPUTER_STARTED", "info", "", "",
    ]  # fmt: skip
    low = next(row for row in events if row["kind_name"] == "MONITOR_TRIPPED")
    assert low["sentence"] == "Third-stage pressure low: out of limits"
    assert (low["severity"], low["role_name"]) == ("warning", "monitor")
    assert low["entry_name"] == flight.scenario.sequence.events[int(low["entry"])]

    bits = rows_of(tmp_path / "discretes.csv")
    assert "discretes_lift_off_1" in bits[0]
    for number, discrete in enumerate(flight.scenario.vehicle.discretes):
        column = "discretes_" + re.sub(r"\W", "_", discrete.name)
        assert all(int(row["discretes"]) >> number & 1 == int(row[column]) for row in bits)

    state = rows_of(tmp_path / "state.csv")
    assert not any(column.startswith("analog_") for column in state[0])
    radio = rows_of(tmp_path / "transmitter.csv")
    assert next(iter(radio[0])) == "uptime_s"
    assert {row["state_name"] for row in radio} == {"on", "dying"}
    assert "queued_bytes_00" in radio[0]


def test_mcap_times_are_utc_and_never_go_back(capsys, log, tmp_path):
    printed(capsys, "decode", log, "--mcap", "-o", tmp_path)

    with (tmp_path / "telemetry.mcap").open("rb") as file:
        reader = make_reader(file)
        told = [*reader.iter_messages(log_time_order=False)]
        metadata = {each.name: each.metadata for each in reader.iter_metadata()}
    epoch = datetime(2016, 12, 1, 14, 51, 52, tzinfo=UTC)
    times = [message.log_time for _, _, message in told]
    assert times == sorted(times)
    assert len(set(times)) > 1000
    for _, _, message in told[:: len(told) // 200]:
        ert_s = json.loads(message.data)["ert_s"]
        assert message.log_time / 1e9 == pytest.approx(epoch.timestamp() + ert_s, abs=1e-5)
    assert metadata["flightsw"]["time_zero"] == "1970-01-01T00:00:00Z, UTC"


def test_the_interface_document_of_a_log_names_its_bits(capsys, log):
    code, lines = printed(capsys, "export", "--icd", log)

    assert code == 0
    assert lines[lines.index("## Bits of `discretes`") + 4] == "| 0 | `lift-off.1` |"
    assert "## Analogue channels" in lines


def test_tables_beside_a_log_go_with_their_run(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    again = ["run", "nike-apache-14-210-short", "-q", "--out", "here", "--force"]
    main(again)
    printed(capsys, "decode", "here", "--csv", "--mcap")
    assert len([*Path("here/telemetry").iterdir()]) == 6

    assert main(again) == 0
    assert not Path("here/telemetry").exists()

    printed(capsys, "decode", "here", "--csv")
    Path("here/telemetry/notes.txt").write_text("mine")
    assert main(again) == 2
    assert "holds a run and also telemetry" in capsys.readouterr().err
    assert len([*Path("here/telemetry").iterdir()]) == 6


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
    told = next(line for line in lines if "NOT COMPLETE: " in line)
    assert "blocks of the log are missing before its end: 1" in told
    assert "octets of the log are damaged: " in told
    assert "the end of the log" not in told


def test_packets_are_found_by_either_clock(capsys, log):
    code, by_met = printed(capsys, "find", log, "--met", "382.2..382.25")
    _, by_ert = printed(capsys, "find", log, "--ert", "382.17..382.2")

    assert code == 0
    assert {line.split()[4] for line in by_met[1:]} == {"EVENT", "STATE", "DISCRETES"}
    assert len(by_ert) > 1
    assert main(["tm", "find", str(log), "--met", "1000..1001"]) == 1
    told = capsys.readouterr()
    assert (told.out, "the log has MET -20.00 to 382.24 s" in told.err) == ("", True)


def test_found_packets_say_what_is_in_them_and_are_not_received_before_they_are_sent(capsys, log):
    _, (zeros, *lines) = printed(capsys, "find", log, "--met", "100..100.2")

    words = re.search(r"met 0 is ert (-?[0-9.]+)", zeros)
    assert words is not None
    assert "ert: s after planned T-0, 2016-12-01T14:51:52+00:00" in zeros
    for line in lines:
        met, ert = (float(line.split()[at]) for at in (1, 3))
        assert ert - float(words.group(1)) >= met - 1e-6
    state = next(line for line in lines if " STATE " in line)
    assert re.search(r"apparent_velocity [0-9.]+ m/s, .*pitch [0-9.]+ deg", state)
    assert re.search(r"discretes (0x[0-9a-f]+ \([0-9]+ set\)|lift-off\.1\+lift-off\.2)", state)


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


def test_the_audit_tells_stations_gaps_and_what_came_damaged_at_the_end(capsys, flight, log):
    _, lines = printed(capsys, "audit", log)
    assert "last      5 frames after the last good one, none whole" in lines
    stations = [line.split()[1] for line in lines if line.startswith("station")]
    assert stations == ["baikonur-pad", "baikonur", "dzhusaly", "barnaul"]

    frames = flight.ground.packets.frames
    fast = frames.rows[frames.rows["channel"] == 2]
    octets = bytearray(flight.downlink)
    for row in fast[100:103]:
        octets[int(row["offset"]) + 50] ^= 1  # a block of the log each
    log.write_bytes(octets)
    code, lines = printed(capsys, "audit", log, "--json")

    gaps = [gap for gap in json.loads("\n".join(lines))["gaps"] if gap["channel"] == 2]
    assert code == 1
    assert sum(gap["frames"] for gap in gaps) >= 3
    assert gaps[0]["first_number"] <= int(fast[100]["number"])
    assert gaps[0]["from_s"] < int(fast[100]["ert_us"]) / 1e6 < gaps[-1]["to_s"]


@pytest.mark.parametrize("octets", [b"", b"garbage", bytes(range(256)) * 200])
@pytest.mark.parametrize(
    "arguments",
    [("audit",), ("junk",), ("limits",), ("find", "--met", "0..1"), ("decode", "--csv")],
)
def test_what_is_no_log_is_refused_in_one_line(capsys, tmp_path, octets, arguments):
    path = tmp_path / "log"
    path.write_bytes(octets)
    command, *options = arguments

    code = main(["tm", command, str(path), *options])

    told = capsys.readouterr()
    assert (code, told.out) == (2, "")
    assert told.err.count("\n") == 1
    assert ("is empty" if not octets else "is no downlink log") in told.err


@pytest.mark.parametrize("arguments", [("limits", "--ert", "nan"), ("find", "--met", "nan..3")])
def test_a_time_is_a_number(log, arguments):
    command, *options = arguments

    assert main(["tm", command, str(log), *options]) == 2


def test_a_bare_tm_shows_its_commands(capsys):
    assert main(["tm"]) == 0
    told = capsys.readouterr()
    assert "tail" in told.out
    assert not told.err


@pytest.mark.parametrize(
    "arguments", [("audit",), ("limits",), ("tail", "--once"), ("decode", "--csv")]
)
def test_a_log_that_was_cut_is_told_with_exit_1(capsys, flight, log, arguments):
    log.write_bytes(flight.downlink[:2_000_000])
    command, *options = arguments

    code = main(["tm", command, str(log), *options])

    told = capsys.readouterr()
    assert code == 1
    assert "the end of the log is missing" in told.out + told.err or "has no end" in told.err


def test_a_silence_is_told_until_the_stations_cease_to_listen(capsys, flight, log):
    code, lines = printed(capsys, "limits", log)
    at = next(line for line in lines if line.startswith("at "))
    assert (code, at) == (1, "at 539.940, when the stations ceased to listen:")
    assert all(line.split()[0] == "stale" for line in lines[lines.index(at) + 1 :])

    _, lines = printed(capsys, "audit", log)
    assert "157.70 s without a good frame, from 382.24 to 539.94" in "\n".join(lines)

    code, lines = printed(capsys, "tail", log)
    assert code == 0
    assert lines[-1].split()[:2] == ["link", "nothing"]
    assert "ERT 382.24 to the end of the recording" in lines[-1]


def test_packets_that_are_missing_and_kinds_never_heard_are_told_with_exit_1(capsys, tmp_path):
    framer = Framer()
    for number in (0, 1, 2, 5):
        framer.add(discretes(number, number * 10_000))
    path = tmp_path / "log"
    path.write_bytes(recorded(framer.frames()))

    code, lines = printed(capsys, "audit", path)

    assert code == 1
    assert any(line.endswith(", 2 missing by their counts") for line in lines)
    never = [line.split()[3] for line in lines if line.startswith("never")]
    assert never == ["STATE", "HOUSEKEEPING", "TRANSMITTER"]


def test_limits_tell_what_left_them_when_and_how_it_stands(capsys, log):
    code, lines = printed(capsys, "limits", log)

    assert code == 1
    assert lines[0].split() == ["382.243", "red-high", "dying", "TRANSMITTER", "of", "65", "state"]
    assert any("STATE block-i.chamber_pressure_pa" in line for line in lines[1:])

    code, lines = printed(capsys, "limits", log, "--ert", "300", "--json")
    told = json.loads("\n".join(lines))
    assert code == 0
    assert told["changes"] == []
    assert {each["condition"] for each in told["readings"]} == {"ok"}

    _, lines = printed(capsys, "limits", log, "--ert", "400", "--json")
    told = json.loads("\n".join(lines))
    assert {each["condition"] for each in told["readings"]} == {"stale"}


def test_a_pressure_beyond_the_limit_of_the_vehicle_file_is_told(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = (files("flightsw") / "catalog" / "vehicles" / "soyuz-u.toml").read_text("utf-8")
    at = text.index("chamber_limits_pa", text.index("RD-0110"))
    end = text.index("\n", at)
    low = "chamber_limits_pa = { yellow_high = 1.0e6, red_high = 6.0e6 }"
    (tmp_path / "vehicles").mkdir()
    (tmp_path / "vehicles" / "soyuz-u.toml").write_text(text[:at] + low + text[end:], "utf-8")
    main(["run", "progress-ms-04", "-q", "--out", "here"])
    page = capsys.readouterr().out

    _, lines = printed(capsys, "limits", "here")

    assert "limits    red-high: STATE block-i.chamber_pressure_pa" in page
    words = [line.split() for line in lines if "block-i.chamber_pressure_pa" in line]
    changes = [(float(row[0]), row[1]) for row in words if row[0][0].isdigit()]
    assert [condition for _, condition in changes] == [
        "yellow-high", "red-high", "yellow-high", "ok",
    ]  # fmt: skip
    assert changes[0][0] == pytest.approx(285.0, abs=1.0)  # ignition, to which it rises
    assert changes[-1][0] == pytest.approx(525.9, abs=1.0)  # cut-off


def test_a_recording_without_receive_times_is_read_by_its_own_clock(capsys, tmp_path):
    old = Path(__file__).parents[1] / "records" / "release-0.1.0.ccsds"

    assert printed(capsys, "find", old, "--ert", "..5") == (1, [])
    capsys.readouterr()
    code, lines = printed(capsys, "find", old, "--met", "3.5..3.6")
    assert code == 0
    assert all(line.split()[3] == "nan" for line in lines[1:])
    assert main(["tm", "limits", str(old)]) == 2
    assert "was recorded without receive times" in capsys.readouterr().err
    printed(capsys, "decode", old, "--mcap", "-o", tmp_path)
    with (tmp_path / "telemetry.mcap").open("rb") as file:
        for _, _, message in make_reader(file).iter_messages():
            json.loads(message.data, parse_constant=pytest.fail)


@pytest.mark.parametrize(
    "arguments",
    [("audit",), ("junk",), ("limits",), ("tail",), ("find", "--met", "0..1"), ("decode", "--csv")],
)
def test_a_log_of_an_unknown_version_is_refused_in_one_line(capsys, flight, tmp_path, arguments):
    header = json.dumps(
        json.loads(HEADER) | {"dictionary": {"version": "3.0", "hash": "0"}}
    ).encode()
    path = tmp_path / "log"
    path.write_bytes(block(1, 0, header) + flight.downlink)
    command, *options = arguments

    code = main(["tm", command, str(path), *options])

    told = capsys.readouterr()
    assert (code, told.out) == (2, "")
    assert told.err.count("\n") == 1
    assert "made with version 3.0 of the telemetry dictionary" in told.err


def test_a_full_disk_leaves_no_half_table(capsys, log, tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    previous = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        code = main(["tm", "decode", str(log), "--csv", "-o", str(tmp_path / "out")])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, previous)

    assert code == 2
    assert "cannot write" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["event.csv"]


def test_an_event_that_only_housekeeping_tells_is_followed_too(capsys, flight, log):
    frames = flight.ground.packets.frames
    events = frames.rows[frames.rows["channel"] == 0]
    octets = bytearray(flight.downlink)
    octets[int(events[5]["offset"]) + 50] ^= 1
    log.write_bytes(octets)

    _, lines = printed(capsys, "tail", log, "--once")

    lines = [line for line in lines if line.split()[0] != "link"]
    assert len(lines) == len(flight.events) + 1  # and the start of the computer
    assert sum("(heard when it was repeated)" in line for line in lines) == 1


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

    assert "flight computer started, tick 10000 us" in first
    assert "Emergency engine shutdown" in rest
    assert process.returncode == 0


def test_tail_ends_when_the_flight_that_writes_is_gone(tmp_path):
    """A flight that was killed leaves a log without an end: that is told, at once and later."""
    run = tmp_path / "killed"
    command = [sys.executable, "-m", "flightsw"]
    flying = subprocess.Popen(
        [*command, "run", "progress-ms-04", "--speed", "20", "--out", str(run)],
        stdout=subprocess.DEVNULL,
    )
    log = run / "downlink.ccsds"
    while not log.exists() or log.stat().st_size < 100_000:
        time.sleep(0.1)
    following = subprocess.Popen(
        [*command, "tm", "tail", str(run)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert following.stdout is not None
    assert "flight computer started" in following.stdout.readline()
    assert following.poll() is None
    flying.kill()
    flying.wait()

    _, said = following.communicate(timeout=60)
    later = subprocess.run(
        [*command, "tm", "tail", str(run)], capture_output=True, text=True, timeout=60, check=False
    )

    for code, words in ((following.returncode, said), (later.returncode, later.stderr)):
        assert code == 1
        assert f"nobody writes {log} any more, and it has no end" in words


def test_a_run_is_called_by_its_name_in_runs(capsys, flight, tmp_path, monkeypatch):
    (tmp_path / "runs" / "mine").mkdir(parents=True)
    (tmp_path / "runs" / "mine" / "downlink.ccsds").write_bytes(flight.downlink)
    monkeypatch.chdir(tmp_path)

    _, lines = printed(capsys, "audit", "mine")

    assert "log       complete" in lines


def test_two_events_of_one_kind_in_one_tick_are_two_lines(flight):
    """Two accelerometers outvoted at once are told by two packets."""
    packets = flight.ground.packets
    (kind,) = (event for event in packets.dictionary.events if "OUTVOTED" in event.name)
    rows = packets.rows["EVENT"][[3, 3]].copy()
    rows["kind"], rows["entry"], rows["argument"] = kind.id, 255, [1, 3]
    two = replace(
        packets,
        rows=packets.rows | {"EVENT": rows, "HOUSEKEEPING": packets.rows["HOUSEKEEPING"][:0]},
        ert_us=packets.ert_us | {"EVENT": packets.ert_us["EVENT"][[3, 3]]},
    )

    assert [each.sentence for each in told(two)] == [
        "accelerometer 1 away from the other two",
        "accelerometer 3 away from the other two",
    ]
