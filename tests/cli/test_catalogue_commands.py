"""`check`, `list`, `show`, `sources` and `schema`: files and the catalogue, without flying."""

import json
import tomllib

import pytest
from click.testing import CliRunner

from flightsw.cli import check, main, schema, show, sources
from flightsw.cli import list as listing
from flightsw.errors import ScenarioError
from flightsw.scenario import load
from flightsw.scenario.document import KINDS

PLAN = {"STRAPON_SEPARATION": "118.17", "BLOCK_I_CUTOFF": "525.88"}


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def out(command, *arguments: str) -> str:
    result = CliRunner().invoke(command, list(arguments), standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return result.stdout


# ------------------------------------------------------------------------------------------ check


def test_check_says_that_there_are_no_errors(capsys):
    assert main(["check", "progress-ms-04", "soyuz-u"]) == 0
    assert capsys.readouterr().out == "progress-ms-04: no errors\nsoyuz-u: no errors\n"


def test_check_prints_every_error_and_exits_2(tmp_path, capsys):
    (tmp_path / "a.toml").write_text('format = "flightsw-station/1"\nid = "A"\n')
    (tmp_path / "b.toml").write_text("x = \n")

    code = main(["check", "a.toml", "b.toml"])

    captured = capsys.readouterr()
    assert (code, captured.out) == (2, "")
    assert "--> a.toml:2:6" in captured.err
    assert "--> b.toml:1:5" in captured.err
    assert captured.err.endswith("errors in 2 files\n")


def test_check_in_json_is_one_object(tmp_path, capsys):
    (tmp_path / "b.toml").write_text("x = \n")

    code = main(["check", "b.toml", "--json"])

    report = json.loads(capsys.readouterr().out)
    assert code == 2
    assert (report["format"], report["ok"]) == ("flightsw-check/1", False)
    assert (report["problems"][0]["line"], report["problems"][0]["column"]) == (1, 5)


def test_check_can_be_quiet():
    assert out(check.command, "progress-ms-04", "-q") == ""


def test_check_follows_what_a_fault_waits_for(tmp_path, capsys):
    text = 'format = "flightsw-fault/1"\nid = "mine"\nvehicles = ["soyuz-u"]\nevent  = "MECO"\n'
    text += '[[act]]\nkind = "engine-shutdown"\ncomponent = "block-i"\n'
    (tmp_path / "mine.fault.toml").write_text(text)

    assert main(["check", "mine.fault.toml"]) == 2
    assert "error: no event `MECO`" in capsys.readouterr().err


# ------------------------------------------------------------------------------------------- list


def test_list_names_what_there_is():
    text = out(listing.command)

    assert {"missions", "faults", "stations"} <= set(text.splitlines())
    assert "  progress-ms-04 " in text
    assert "  third-stage-shutdown " in text


@pytest.mark.parametrize("word", ["mission", "missions"])
def test_list_of_one_kind(word):
    assert out(listing.command, word, "-q").split() == ["nike-apache-14-210", "progress-ms-04"]


def test_list_marks_what_is_in_the_folder_here(tmp_path):
    (tmp_path / "missions").mkdir()
    (tmp_path / "missions" / "mine.toml").write_text('title = "Mine"\n')

    assert any(
        line.split() == ["mine", "Mine", "(here)"] for line in out(listing.command).splitlines()
    )


def test_list_of_an_unknown_kind(capsys):
    assert main(["list", "mision"]) == 2
    assert "no kind `mision`; did you mean `mission`?" in capsys.readouterr().err


def test_list_in_json():
    entries = json.loads(out(listing.command, "vehicle", "--json"))["entries"]

    assert [(entry["kind"], entry["id"]) for entry in entries] == [
        ("vehicle", "nike-apache"),
        ("vehicle", "soyuz-u"),
    ]


# ------------------------------------------------------------------------------------------- show


def test_show_prints_plan_vehicle_and_orbit():
    text = out(show.command, "progress-ms-04")

    assert "orbit 193 +- 10 x 245 +- 12 km, 51.66 +- 0.1 deg" in text
    assert all(time in text for time in PLAN.values())
    assert "block-a" in text


@pytest.mark.parametrize(
    "name",
    [
        "progress-ms-04",
        "progress-ms-04-lost",
        "third-stage-shutdown",
        "soyuz-u",
        "soyuz-u-progress",
        "nike-apache",
        "nike-apache-14-210",
        "nike-apache-recovery",
        "second-stage-early-burnout",
        "mishelevka",
    ],
)
def test_show_fits_into_80_columns(name):
    assert max(map(len, out(show.command, name).splitlines())) <= 80


def test_show_prints_the_file_to_start_your_own_from(tmp_path):
    text = out(show.command, "progress-ms-04", "--toml")

    (tmp_path / "missions").mkdir()
    (tmp_path / "missions" / "mine.toml").write_text(text.replace("progress-ms-04", "mine"))
    assert load("mine").mission.planned_s["STRAPON_SEPARATION"] == 118.17


def test_show_in_json():
    entry = json.loads(out(show.command, "progress-ms-04", "--json"))

    assert (entry["kind"], entry["content"]["payload"]["mass_kg"]) == ("mission", 7285.0)


def test_show_of_nothing(capsys):
    assert main(["show", "soyuz-x"]) == 2
    assert "`soyuz-x`; did you mean `soyuz-u`?" in capsys.readouterr().err


def test_show_of_a_file_with_errors_tells_them(tmp_path):
    (tmp_path / "mine.toml").write_text('format = "flightsw-station/1"\nid = "mine"\n')

    with pytest.raises(ScenarioError, match="`latitude_deg` is missing"):
        out(show.command, "mine.toml")


# ---------------------------------------------------------------------------------------- sources


def test_sources_has_every_number_of_a_file():
    text = out(sources.command, "third-stage-shutdown")

    assert text == (
        "fault third-stage-shutdown\n"
        "  at_s = 382 s  reference time; --at replaces it\n"
        "    source: Roscosmos, 1 December 2016: normal until 382 s, then no telemetry\n"
        "    [3]; pump destroyed, stage opened [29][30][31]\n"
        '  act[2].delay_s = 0.3 s  after at_s; or after = "id of another act"\n'
        "    assumed: power lost with the stage; 0.05 to 2.0\n"
        "\n"
        "2 constants: 1 with a source, 1 assumed, 0 with neither\n"
    ).replace('  after at_s; or after = "id of another act"', "")


def test_sources_of_all_has_none_without():
    assert out(sources.command).splitlines()[-1].endswith(" assumed, 0 with neither")


def test_sources_tells_what_has_neither(tmp_path):
    (tmp_path / "mine.toml").write_text('format = "flightsw-fault/1"\nid = "mine"\nat_s = 5\n')

    assert out(sources.command, "mine.toml").splitlines()[1:3] == ["  at_s = 5 s", "    no source"]


def test_sources_in_json():
    rows = json.loads(out(sources.command, "soyuz-u", "--json"))["constants"]

    (thrust,) = [row for row in rows if row["key"] == "part[block-i].engine.thrust_vac_n"]
    assert (thrust["value"], thrust["unit"], thrust["basis"]) == (298_000.0, "N", "source")


# ----------------------------------------------------------------------------------------- schema


def test_schema_writes_one_file_a_kind(tmp_path):
    out(schema.command, "schemas")

    written = {path.name for path in (tmp_path / "schemas").iterdir()}
    assert written == {f"{kind}.schema.json" for kind in KINDS}


def test_a_schema_knows_keys_ranges_and_kinds_of_faults(tmp_path):
    out(schema.command, "schemas")

    fault = json.loads((tmp_path / "schemas" / "fault.schema.json").read_text())
    act = fault["$defs"]["FaultAct"]
    assert act["properties"]["bias_mps2"]["maximum"] == 100.0
    assert "engine-shutdown" in act["properties"]["kind"]["enum"]
    assert not act["additionalProperties"]


def test_schema_into_a_file_is_refused(tmp_path, capsys):
    (tmp_path / "taken").write_text("")

    assert main(["schema", "taken"]) == 2
    assert "cannot write schemas here" in capsys.readouterr().err


def test_a_shown_file_is_toml():
    assert tomllib.loads(out(show.command, "soyuz-u", "--toml"))["id"] == "soyuz-u"
