"""The run folder: whole files, the next free number, and nothing of the user's ever replaced."""

import errno
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from flightsw.records import RecordError, RunFolder
from flightsw.records.files import write_whole
from flightsw.records.reader import called_run, run_folder
from flightsw.summary import summary

NAMES = {
    "run.json", "summary.json", "downlink.ccsds", "events.jsonl", "transmitters.jsonl",
    "faults.jsonl", "truth.npz", "briefing.json", "echoes.json",
}  # fmt: skip


@dataclass(frozen=True)
class LedgerRow:
    kind: str
    component: str
    at_s: float | None
    acted: bool
    before: float = 1.0
    after: float = float("nan")
    effect_none: bool = False

    @property
    def idle(self) -> bool:
        return not self.acted and not self.effect_none


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def written(flight, **options) -> Path:
    folder = RunFolder.create(flight.scenario, **options)
    with folder.downlink() as log:
        log.write(flight.downlink)
    folder.write(flight, summary(flight, run_dir=folder.path))
    return folder.path


def read_json(path):
    return json.loads(path.read_text(encoding="utf-8"))


def test_a_run_has_exactly_its_files(fake_flight):
    path = written(fake_flight())

    assert path == Path("runs/made-by-hand-0001")
    assert {file.name for file in path.iterdir()} == NAMES


def test_run_json_is_first_and_incomplete_until_all_is_written(fake_flight):
    flight = fake_flight()

    folder = RunFolder.create(flight.scenario)

    assert [file.name for file in folder.path.iterdir()] == ["run.json"]
    assert read_json(folder.path / "run.json")["state"] == "incomplete"

    folder.write(flight, summary(flight))

    manifest = read_json(folder.path / "run.json")
    assert (manifest["state"], manifest["result_hash"]) == ("complete", flight.result_hash)


def test_the_downlink_is_kept_byte_for_byte(fake_flight):
    flight = fake_flight()

    path = written(flight)

    assert (path / "downlink.ccsds").read_bytes() == flight.downlink


def test_events_are_as_heard_and_know_no_plan(fake_flight):
    path = written(fake_flight())

    rows = [json.loads(line) for line in (path / "events.jsonl").read_text().splitlines()]
    assert [row["name"] for row in rows] == ["IGNITION", "LIFTOFF", "STAGING", "CUTOFF"]
    assert not any("plan" in key for row in rows for key in row)


def test_faults_are_written_a_line_each(fake_flight):
    acts = (LedgerRow("engine-shutdown", "hand", 382.0, True), LedgerRow("stuck", "x", None, False))

    path = written(fake_flight(ledger=acts))

    rows = [json.loads(line) for line in (path / "faults.jsonl").read_text().splitlines()]
    assert [(row["kind"], row["at_s"], row["acted"]) for row in rows] == [
        ("engine-shutdown", 382.0, True),
        ("stuck", None, False),
    ]
    assert rows[0]["after"] is None  # not a number is no number in JSON


def test_truth_stands_apart(fake_flight):
    path = written(fake_flight())

    with np.load(path / "truth.npz") as truth:
        assert truth["truth_t_s"].tolist() == [0.0, 1.0, 2.0]


def test_numbers_go_up_and_fill_no_hole(fake_flight):
    for name in ("made-by-hand-0001", "made-by-hand-0007", "made-by-hand-x", "other-0042"):
        Path("runs", name).mkdir(parents=True)

    assert written(fake_flight()).name == "made-by-hand-0008"


@pytest.mark.parametrize("exists", [True, False])
def test_out_may_be_empty_or_absent(fake_flight, exists):
    out = Path("some/where")
    if exists:
        out.mkdir(parents=True)

    assert written(fake_flight(), out=out) == out


def test_out_with_something_in_it_is_left_alone(fake_flight):
    Path("mine").mkdir()
    Path("mine/thesis.txt").write_text("years")

    for force in (False, True):
        with pytest.raises(RecordError, match="never replaced"):
            written(fake_flight(), out=Path("mine"), force=force)

    assert [file.name for file in Path("mine").iterdir()] == ["thesis.txt"]


def test_a_run_is_replaced_by_force_only(fake_flight):
    out = written(fake_flight(), out=Path("here"))
    old = (out / "downlink.ccsds").read_bytes()

    with pytest.raises(RecordError, match="--force replaces it"):
        written(fake_flight(b""), out=out)
    assert (out / "downlink.ccsds").read_bytes() == old

    written(fake_flight(b""), out=out, force=True)
    assert (out / "downlink.ccsds").read_bytes() == b""


def test_a_run_with_a_file_of_the_user_is_not_replaced(fake_flight):
    out = written(fake_flight(), out=Path("here"))
    (out / "notes.txt").write_text("mine")

    with pytest.raises(RecordError, match="also notes"):
        written(fake_flight(), out=out, force=True)

    assert (out / "notes.txt").read_text() == "mine"


def test_a_run_that_crashed_is_a_run(fake_flight):
    out = written(fake_flight(), out=Path("here"))
    (out / "flightsw-crash-7.txt").write_text("oh")

    written(fake_flight(), out=out, force=True)

    assert {file.name for file in out.iterdir()} == NAMES


def test_a_file_is_no_folder(fake_flight):
    Path("taken").write_text("")

    with pytest.raises(RecordError, match="is a file"):
        written(fake_flight(), out=Path("taken"), force=True)


def test_discard_takes_back_what_was_made(fake_flight):
    RunFolder.create(fake_flight().scenario, out=Path("gone")).discard()
    Path("stays").mkdir()
    RunFolder.create(fake_flight().scenario, out=Path("stays")).discard()

    assert not Path("gone").exists()
    assert list(Path("stays").iterdir()) == []


def test_a_full_disk_is_one_clear_line_and_no_half_file():
    def fail(_file: object) -> None:
        raise OSError(errno.ENOSPC, "whatever")

    with pytest.raises(RecordError) as caught:
        write_whole(Path("summary.json"), fail)

    assert str(caught.value) == "cannot write summary.json: No space left on device"
    assert list(Path().iterdir()) == []


def test_a_folder_that_may_not_be_made_is_one_clear_line(fake_flight, monkeypatch):
    def refuse(*_args: object, **_options: object) -> None:
        raise PermissionError(errno.EACCES, "whatever")

    monkeypatch.setattr(Path, "mkdir", refuse)

    with pytest.raises(RecordError, match="cannot write runs: Permission denied"):
        RunFolder.create(fake_flight().scenario)


def test_a_refused_run_json_leaves_no_folder(fake_flight, monkeypatch):
    def refuse(self: Path, *_args: object, **_options: object) -> None:
        raise OSError(errno.ENOSPC, "whatever")

    scenario = fake_flight().scenario
    with monkeypatch.context() as full_disk:
        full_disk.setattr(Path, "open", refuse)
        with pytest.raises(RecordError, match="No space left"):
            RunFolder.create(scenario)

    assert list(Path("runs").iterdir()) == []


def test_the_ground_knows_no_records():
    # import-linter holds this too; here it is said of the one file that matters.
    import subprocess
    import sys

    program = "import flightsw.ground, sys; print('flightsw.records.truth' in sys.modules)"

    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    ).stdout

    assert loaded.strip() == "False"


def test_a_run_that_is_not_there_is_told_with_the_newest_that_are(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for number in range(7):
        (tmp_path / "runs" / f"mine-{number}").mkdir(parents=True)
        (tmp_path / "runs" / f"mine-{number}" / "run.json").touch()

    with pytest.raises(RecordError, match=r"runs here: …, mine-2, .*, mine-6$"):
        run_folder("nope")
    with pytest.raises(RecordError, match=r"no run mine-33; did you mean `mine-3`\?$"):
        run_folder("mine-33")


@pytest.mark.parametrize("file", ["run.json", "downlink.ccsds", "truth.npz"])
def test_a_file_in_its_folder_stands_for_a_run(tmp_path, monkeypatch, file):
    monkeypatch.chdir(tmp_path)
    run = tmp_path / "runs" / "mine-0001"
    run.mkdir(parents=True)
    (run / "run.json").touch()
    (run / file).touch()

    assert run_folder(run / file) == run
    assert run_folder(f"runs/mine-0001/{file}") == Path("runs/mine-0001")
    assert run_folder(f"mine-0001/{file}") == Path("runs/mine-0001")


def test_a_file_that_people_write_stands_for_no_run_whatever_lies_beside_it(tmp_path):
    for name in ("run.json", "mine.toml"):
        (tmp_path / name).touch()

    assert called_run(tmp_path / "mine.toml") is None
