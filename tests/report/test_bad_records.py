"""Runs that are cut, damaged or not whole: a page that says so, or one clear line."""

import copy
import json
import random
import re
import shutil
from contextlib import suppress
from pathlib import Path

import pytest

import flightsw
from flightsw import load
from flightsw.cli import main
from flightsw.records.files import RecordError
from flightsw.report import report
from flightsw.report.page import told_of
from tests.report.reading import page_of


@pytest.mark.parametrize("content", [None, b"{}", b'{"format": "flightsw-echoes/1", "t_s": 3}'])
def test_without_echoes_the_radars_are_told_from_the_summary_and_that_is_said(copied, content):
    run = copied("nominal")
    (run / "echoes.json").unlink()
    if content is not None:
        (run / "echoes.json").write_bytes(content)

    page = page_of(run)

    assert json.loads(page.numbers)["radar"]["verdict"] == "detected"
    assert "there are no radar echoes" in page.sections["verdict"]


def test_one_packet_is_enough_for_a_page(tmp_path):
    log = flightsw.fly(load("nike-apache-14-210", rate_hz=10)).downlink
    heard = set()
    for size in range(2500, 9000, 100):
        (tmp_path / "downlink.ccsds").write_bytes(log[:size])
        told = told_of(tmp_path)
        from_s, to_s = told["window_s"]
        if told["downlink"] is None:
            assert any("what was heard is not known" in words for words in told["missing"])
            continue
        kinds = {one["name"]: one["packets"] for one in told["downlink"]["kinds"]}
        heard.add(kinds["STATE"])
        assert from_s < to_s
        assert report(tmp_path)

    assert 1 in heard


RECORDS = "run.json", "summary.json", "faults.jsonl", "transmitters.jsonl", "echoes.json"
DAMAGE: tuple[object, ...] = (None, "", "x", -1, 0, 1e308, float("nan"), [], {}, True)


def places(value, path=()):
    """Yield the way to each value in a JSON document, of lists to the first three."""
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value[:3]):
            yield from places(inner, (*path, index))


@pytest.mark.parametrize("name", [*RECORDS, "briefing.json"])
def test_whatever_stands_in_a_record_there_is_a_page_or_one_clear_line(runs, tmp_path, name):
    folder = tmp_path / "run"
    shutil.copytree(runs["lost"], folder)
    text = (folder / name).read_text()
    lines = name.endswith("jsonl")
    whole = [json.loads(line) for line in text.splitlines()] if lines else json.loads(text)
    cases = [(way, bad) for way in places(whole) if way for bad in DAMAGE]
    for way, bad in random.Random(name).sample(cases, 40):
        document = copy.deepcopy(whole)
        at = document
        for step in way[:-1]:
            at = at[step]
        at[way[-1]] = bad
        made = "\n".join(map(json.dumps, document)) if lines else json.dumps(document)
        (folder / name).write_text(made)
        with suppress(RecordError):
            assert report(folder).startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("value", ["NaN", "null"])
def test_a_ledger_without_its_numbers_is_told(runs, tmp_path, value):
    folder = tmp_path / "run"
    shutil.copytree(runs["lost"], folder)
    acts = [json.loads(line) for line in (folder / "faults.jsonl").read_text().splitlines()]
    text = "\n".join(json.dumps(act | {"before": "?"}).replace('"?"', value) for act in acts)
    (folder / "faults.jsonl").write_text(text)

    assert report(folder).startswith("<!DOCTYPE html>")


def test_a_run_without_its_manifest_has_the_plan_that_the_ground_was_told(copied):
    run = copied("lost")
    (run / "run.json").unlink()

    page = page_of(run)

    assert "Third-stage cut-off 525.88" in page.sections["timeline"]
    assert "made" not in page.sections


@pytest.mark.parametrize(
    ("gone", "words"),
    [
        ("summary.json", "no summary.json"),
        ("truth.npz", "no truth.npz"),
        ("faults.jsonl", "no faults.jsonl"),
        ("transmitters.jsonl", "no transmitters.jsonl"),
        ("downlink.ccsds", "no downlink.ccsds"),
        ("run.json", "no run.json"),
        ("events.jsonl", None),
    ],
)
def test_what_is_missing_is_said_and_the_rest_is_told(copied, gone, words):
    run = copied("lost")
    (run / gone).unlink()

    text = page_of(run).sections["verdict"]

    assert (words is None) == ("Not everything is here" not in text)
    assert words is None or words in text


@pytest.mark.parametrize(
    "name", ["summary.json", "truth.npz", "faults.jsonl", "transmitters.jsonl", "run.json"]
)
@pytest.mark.parametrize("content", [b"\n", b"\xff\x00{", b"[1, 2]", b'{"files": 3, "acts": {}}'])
def test_a_damaged_file_is_said_and_the_rest_is_told(copied, name, content):
    run = copied("lost")
    (run / name).write_bytes(content)
    if name == "run.json" and content.startswith(b"{"):
        content = b'{"format": "flightsw-run-record/1", "files": 3, "acts": {}}'
        (run / name).write_bytes(content)

    page = page_of(run)

    assert "Mission lost" in page.sections["verdict"] or name == "summary.json"
    assert "Not everything is here" in page.sections["verdict"]
    assert "382.23" in page.sections["timeline"]


def test_half_a_downlink_is_told_as_far_as_it_goes(copied):
    run = copied("nominal")
    log = run / "downlink.ccsds"
    log.write_bytes(log.read_bytes()[: log.stat().st_size // 2])

    page = page_of(run)

    assert "the log is not complete" in page.sections["downlink"]
    assert "the end of the log is missing" in page.sections["verdict"]
    assert "not seen" in page.sections["timeline"]


def test_an_interrupted_run_is_told_to_be_incomplete(copied):
    run = copied("lost")
    manifest = json.loads((run / "run.json").read_text(encoding="utf-8"))
    (run / "run.json").write_text(json.dumps(manifest | {"state": "incomplete"}))
    (run / "summary.json").unlink()

    text = page_of(run).sections["verdict"]

    assert "No verdict" in text
    assert "incomplete" in text


def test_a_run_without_its_manifest_is_told_from_the_downlink_alone(copied):
    run = copied("lost")
    for file in run.iterdir():
        if file.name != "downlink.ccsds":
            file.unlink()

    page = page_of(run)

    assert "Emergency engine shutdown" in page.sections["timeline"]
    assert "there is no plan" in page.sections["verdict"]
    assert "Third-stage cut-off" not in page.sections["timeline"]  # no plan: nothing was due


def test_a_file_that_was_changed_in_the_record_is_told(copied):
    run = copied("lost")
    path = run / "run.json"
    text = path.read_text(encoding="utf-8")
    assert "193_000.0" in text
    path.write_text(text.replace("193_000.0", "194_000.0"), encoding="utf-8")

    assert "its text does not have this hash" in page_of(run).sections["made"]
    assert "its text does not have this hash" not in page_of(copied("nominal")).sections["made"]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        pytest.param(lambda run: None, "no run", id="missing"),
        pytest.param(lambda run: run.mkdir(), "is no folder of a run", id="empty"),
        pytest.param(
            lambda run: run.write_text("x"), "is a file, and in no folder of a run", id="a file"
        ),
    ],
)
def test_what_is_no_run_is_one_clear_line(tmp_path, capsys, make, words):
    make(tmp_path / "run")

    code = main(["report", str(tmp_path / "run")])

    error = capsys.readouterr().err
    assert code == 2
    assert words in error
    assert len(error.splitlines()) == 1


def test_a_mission_is_to_be_flown_before_it_is_reported(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)

    code = main(["report", "progress-ms-04"])

    assert code == 2
    assert capsys.readouterr().err == (
        "error: progress-ms-04 is a mission; a report is of a run: there is no run in ./runs\n"
        "  --> fly it: flightsw run progress-ms-04 --report\n"
    )


def test_a_run_of_another_version_is_refused(copied, capsys):
    run = copied("lost")
    path = run / "run.json"
    text = path.read_text(encoding="utf-8").replace(
        "flightsw-run-record/1", "flightsw-run-record/2"
    )
    path.write_text(text, encoding="utf-8")

    assert main(["report", str(run)]) == 2
    assert "this version reads 'flightsw-run-record/1'" in capsys.readouterr().err
    assert not (run / "report.html").exists()


def test_a_page_that_cannot_be_written_is_one_clear_line(runs, capsys, tmp_path):
    (tmp_path / "file").write_text("")

    assert main(["report", str(runs["lost"]), "-o", str(tmp_path / "file" / "page.html")]) == 2
    assert capsys.readouterr().err.startswith("error: cannot write")


def test_a_log_that_was_cut_is_no_loss_of_telemetry(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    main(["run", "progress-ms-04-lost", "-q", "--out", "cut"])
    log = Path("cut/downlink.ccsds")
    log.write_bytes(log.read_bytes()[:2_500_000])
    capsys.readouterr()

    assert main(["report", "cut", "--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    assert any("the end of the log is missing" in words for words in told["missing"])
    assert "The record of the downlink ends at T+" in told["verdict"]["sentence"]
    facts = {fact["label"]: fact["text"] for fact in told["in_short"]}
    assert facts["First sign"] == "none in what is left of the record"
    assert facts["Last good frame"].endswith("the record ends there")
    assert "Fall" not in facts
    assert told["downlink"]["silences"] == []
    assert not any("lost" in json.dumps(row) for row in told["timeline"])
    last_s = max(row["t_s"] for row in told["timeline"])
    assert not any(
        row["t_s"] is None and row["planned_s"] > last_s + 60.0 for row in told["timeline"]
    )


def spoilt_everywhere(log):
    return bytes(octet ^ 0x10 if index % 40 == 0 else octet for index, octet in enumerate(log))


@pytest.mark.parametrize(
    "spoil",
    [lambda _: b"", lambda log: random.Random(1).randbytes(len(log)), spoilt_everywhere, None],
    ids=["empty", "noise", "spoilt everywhere", "gone"],
)
def test_a_downlink_that_cannot_be_read_is_no_flight_that_was_never_heard(copied, capsys, spoil):
    run = copied("lost")
    log = run / "downlink.ccsds"
    log.write_bytes(spoil(log.read_bytes())) if spoil else log.unlink()

    told = told_of(run)
    sections = page_of(run).sections

    assert "heard" not in told["verdict"]["heard"]
    assert {fact["label"] for fact in told["in_short"]}.isdisjoint(
        {"First sign", "Last good frame"}
    )
    assert (told["timeline"], told["downlink"]) == ([], None)
    assert any(re.search("what was heard( is not known)?$", words) for words in told["missing"])
    assert "What was heard then is not known." in sections["close"]
    assert "not known" in sections["faults"]
    assert main(["console", str(run), "--no-browser"]) == 2
    assert "release 0.1.0" not in capsys.readouterr().err


def test_a_whole_record_of_a_flight_that_nobody_heard_lacks_nothing(here):
    here.change(
        "mission", "nike-apache-14-210", 'stations = ["wallops-pad", "wallops"]', "stations = []"
    )
    main(["run", "nike-apache-14-210", "-q", "--out", "deaf"])

    told = told_of("deaf")

    assert told["missing"] == []
    assert "Nothing was heard at all" in page_of("deaf").sections["close"]
