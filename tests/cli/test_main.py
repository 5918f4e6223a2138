"""The command line: help without weight, exit codes, one clear error, a crash file for our bugs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from flightsw import __version__
from flightsw.cli import COMMANDS, main
from flightsw.errors import FlightswError, Problem, ScenarioError
from flightsw.records.files import RecordError

HEAVY = {"numpy", "pydantic", "rich", "serial", "flightsw._native", "flightsw.ground"}


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_alone_it_prints_three_lines_and_the_commands(capsys):
    assert main([]) == 0

    words, listed, *_ = capsys.readouterr().out.split("\n\n")
    assert len(words.splitlines()) == 3
    assert [line.split()[0] for line in listed.splitlines()] == list(COMMANDS)


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_is_the_same_as_nothing(flag, capsys):
    main([])
    alone = capsys.readouterr().out

    assert main([flag]) == 0
    assert capsys.readouterr().out == alone


@pytest.mark.parametrize("arguments", [["--version"], ["run", "--version"], ["demo", "--version"]])
def test_the_version_is_told_everywhere(arguments, capsys):
    assert main(arguments) == 0
    assert capsys.readouterr().out == f"flightsw {__version__}\n"


@pytest.mark.parametrize("command", ["run", "demo"])
def test_every_command_explains_itself(command, capsys):
    assert main([command, "-h"]) == 0
    assert f"Usage: flightsw {command}" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["-h"], ["run", "-h"], ["demo", "-h"], ["--version"]])
def test_help_loads_nothing_heavy(arguments):
    program = (
        "import sys; from flightsw.cli import main; main(sys.argv[1:]); "
        "print(*sys.modules, file=sys.stderr)"
    )

    loaded = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, check=True, text=True
    ).stderr.split()

    assert HEAVY.isdisjoint(loaded)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["rum"], "no command `rum`; did you mean `run`?"),
        (["run"], "Missing argument"),
        (["run", "a", "--rat", "5"], "--rate"),
        (["run", "a", "--rate", "fast"], "'fast' is not a valid integer"),
        (["run", "a", "--at", "5"], "--at moves exactly one --fault, not 0"),
        (["run", "a", "--fault", "b", "--fault", "c", "--at", "5"], "not 2; write FAULT@T"),
        (["run", "a", "--force"], "--force replaces the run in --out DIR"),
    ],
)
def test_wrong_use_is_one_error_and_exit_2(arguments, words, capsys):
    assert main(arguments) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    assert words in err
    assert list(Path().iterdir()) == []


def raising(error):
    def load(*_args, **_options):
        raise error

    return load


def test_problems_of_a_file_are_printed_as_they_are(monkeypatch, capsys):
    problem = Problem(path="mine.toml", message="bad", line=3, column=5, text_of_line="key = 1")
    monkeypatch.setattr("flightsw.scenario.load", raising(ScenarioError([problem])))

    assert main(["run", "mine.toml"]) == 2
    assert capsys.readouterr().err == f"{problem}\n"


def test_an_error_on_purpose_is_one_line_and_nothing_is_written(monkeypatch, capsys):
    monkeypatch.setattr("flightsw.scenario.load", raising(FlightswError("no such thing")))

    assert main(["run", "x"]) == 2
    assert capsys.readouterr().err == "error: no such thing\n"
    assert list(Path().iterdir()) == []


def test_a_bug_of_ours_leaves_a_crash_file_and_exit_4(monkeypatch, capsys):
    monkeypatch.setattr("flightsw.scenario.load", raising(ZeroDivisionError("oh")))

    assert main(["run", "x"]) == 4

    (crash,) = Path().iterdir()
    assert crash.name in capsys.readouterr().err
    assert "ZeroDivisionError: oh" in crash.read_text()
    assert "['run', 'x']" in crash.read_text()


@pytest.mark.parametrize("error", [KeyboardInterrupt(), EOFError()])
def test_an_interrupt_is_130(error, monkeypatch, capsys):
    monkeypatch.setattr("flightsw.scenario.load", raising(error))

    assert main(["run", "x"]) == 130
    assert capsys.readouterr().err.split() == ["interrupted"]


class TestARunThatFlies:
    @pytest.fixture(autouse=True)
    def _fly(self, fake_flight, monkeypatch):
        self.flight = fake_flight()
        monkeypatch.setattr("flightsw.scenario.load", lambda *_a, **_o: self.flight.scenario)
        monkeypatch.setattr("flightsw.flight.fly", lambda _scenario, **_o: self.flight)

    def test_it_is_recorded_and_shown(self, capsys):
        assert main(["run", "x"]) == 0

        assert Path("runs/made-by-hand-0001/truth.npz").exists()
        out, err = capsys.readouterr()
        assert "run  runs/made-by-hand-0001\n" in out
        assert "MISSION REACHED" in out
        assert err == ""

    def test_json_is_one_object_and_nothing_else(self, capsys):
        assert main(["run", "x", "--json", "--out", "here"]) == 0

        shown = json.loads(capsys.readouterr().out)
        assert shown == json.loads(Path("here/summary.json").read_text())
        assert shown["run_dir"] == "here"

    def test_quiet_leaves_the_table_out(self, capsys):
        assert main(["run", "x", "-q"]) == 0
        assert capsys.readouterr().out.startswith("MISSION REACHED")

    def test_a_crash_in_flight_is_told_in_the_run_folder(self, monkeypatch, capsys):
        monkeypatch.setattr("flightsw.flight.fly", raising(ZeroDivisionError("in flight")))

        assert main(["run", "x"]) == 4

        names = sorted(file.name for file in Path("runs/made-by-hand-0001").iterdir())
        assert names[1].startswith("flightsw-crash-")
        assert (names[0], names[2]) == ("downlink.ccsds", "run.json")
        assert "runs/made-by-hand-0001/flightsw-crash-" in capsys.readouterr().err

    def test_a_refusal_in_flight_writes_nothing(self, monkeypatch):
        monkeypatch.setattr("flightsw.flight.fly", raising(FlightswError("refused")))

        assert main(["run", "x"]) == 2
        assert not Path("runs/made-by-hand-0001").exists()

    def test_an_interrupt_in_flight_stays_incomplete(self, monkeypatch):
        monkeypatch.setattr("flightsw.flight.fly", raising(KeyboardInterrupt()))

        assert main(["run", "x"]) == 130
        kept = json.loads(Path("runs/made-by-hand-0001/run.json").read_text())
        assert (kept["state"], kept["stopped"]) == ("incomplete", "interrupted")

    def test_a_record_that_cannot_be_written_says_why_it_ends(self, monkeypatch):
        monkeypatch.setattr("flightsw.flight.fly", raising(RecordError("the disk is full")))

        assert main(["run", "x"]) == 2
        kept = json.loads(Path("runs/made-by-hand-0001/run.json").read_text())
        assert (kept["state"], kept["stopped"]) == ("incomplete", "the disk is full")


@pytest.mark.parametrize("group", ["board", "tm"])
def test_a_group_alone_explains_itself(group, capsys):
    assert main([group]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: flightsw {group}")


def test_a_reader_that_goes_away_changes_no_exit_code(tmp_path):
    program = (
        "import sys; from flightsw.cli.output import Line, show; "
        "show([Line.of('x' * 80)] * 20000, no_color=False); sys.exit(1)"
    )

    shell = f'{sys.executable} -c "{program}" | head -n 1 >/dev/null; echo ${{PIPESTATUS[0]}}'
    done = subprocess.run(["bash", "-c", shell], capture_output=True, check=True, text=True)

    assert (done.stdout, done.stderr) == ("1\n", "")


def test_a_terminal_without_our_marks_still_gets_its_text():
    program = "from flightsw.cli.output import Line, show; show([Line.of('✓ Δ ok')], no_color=True)"

    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        check=True,
        env={"PYTHONIOENCODING": "ascii", "PATH": "", "PYTHONPATH": ":".join(sys.path)},
    )

    assert done.stdout == b"? ? ok\n"


@pytest.mark.parametrize("words", [("run",), ("tm", "audit"), ("board", "list"), ("board",)])
def test_every_command_tells_the_version(words, capsys):
    assert main([*words, "--version"]) == 0
    assert capsys.readouterr().out.startswith("flightsw ")
