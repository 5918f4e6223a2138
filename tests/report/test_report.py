"""What a report tells, as the object that the page carries, and as the page itself."""

import base64
import json
import re
import shlex
import struct

import numpy as np
import pytest

from flightsw import load
from flightsw.cli import main
from flightsw.cli.run import fly_and_record
from flightsw.ground import decode
from flightsw.ground.exchange import echoes_text
from flightsw.ground.radar import Echoes
from flightsw.report import report
from flightsw.report.page import told_of
from flightsw.scenario.faultkinds import FAULT_KINDS
from tests.report.reading import Page, page_of


def test_the_ten_parts_are_there(runs):
    page = page_of(runs["lost"])

    parts = ["verdict", "short", "timeline", "plan", "close", "track", "downlink"]
    assert [name for name in page.sections if name] == [*parts, "computer", "faults", "made"]


def test_a_lost_mission_says_why_and_what_was_heard_last(runs, told):
    text = page_of(runs["lost"]).sections

    assert text["verdict"].startswith("1 Verdict ▲ Mission lost: third stage stopped 143.9 s early")
    assert "Last good frame T+382.24 at 194.7 km" in text["verdict"]
    short = {fact["label"]: fact["text"] for fact in told("lost")["in_short"]}
    assert short["First sign"] == "T+382.03: Third-stage pressure low"
    assert short["First trace"].startswith("T+382.03 EVENT: Third-stage pressure low, not in the")


@pytest.mark.parametrize("name", ["nominal", "sounding"])
def test_a_nominal_flight_says_so_in_one_line(told, name):
    one = told(name)

    assert one["verdict"]["sentence"].startswith("Mission reached: ")
    assert one["verdict"]["heard"] == ""
    assert one["missing"] == []
    assert one["close_ups"] == []
    assert not any(row["state"] == "alarm" for row in one["timeline"])


def test_what_set_below_the_horizon_is_no_loss(told):
    (silence,) = (row for row in told("sounding")["timeline"] if row["kind"] == "silence")

    assert silence["why"] == "below the horizon of every station"


def test_the_radars_are_told_from_their_echoes(copied):
    run = copied("nominal")
    page = page_of(run)
    assert json.loads(page.numbers)["radar"]["verdict"] == "detected"
    assert re.search(r"mishelevka 589 to 869 54.2 \d+ 281 of 281 s seen", page.sections["track"])

    (run / "echoes.json").write_text(echoes_text(Echoes.none()), encoding="utf-8")
    page = page_of(run)

    assert json.loads(page.numbers)["radar"]["verdict"] == "not detected"
    assert re.search(r"mishelevka 589 to 869 54.2 \d+ 0 of 281 s missed", page.sections["track"])


def test_what_has_set_is_no_sign_of_a_fault_and_no_alarm_on_the_map(told):
    places = told("sounding")["track"]["places"]

    (last,) = (place for place in places if place["label"] == "last telemetry")
    assert (last["mark"], last["look"]) == ("◆", "flown")


def test_a_suborbital_flight_has_no_orbit_no_radar_and_no_empty_panel(runs, told):
    labels = [fact["label"] for fact in told("sounding")["in_short"]]
    html = report(runs["sounding"])

    assert "Altitude" in labels
    assert not {"Orbit", "Radar"} & set(labels)
    assert "pitch" not in json.dumps(told("sounding")["plots"])  # it commands none
    for word in ("soyuz", "progress", "baikonur"):
        assert word not in html.lower()


def test_speeds_are_those_that_people_think_of_and_the_page_says_which(runs, told):
    orbital, sounding = page_of(runs["nominal"]), page_of(runs["sounding"])

    assert "Heights and inertial speeds" in orbital.sections["timeline"]
    assert "Heights and speeds over the Earth" in sounding.sections["timeline"]
    lift_off = next(row for row in told("sounding")["timeline"] if row["title"] == "Lift-off")
    assert lift_off["speed_shown_mps"] < 1.0
    assert lift_off["speed_inertial_mps"] > 300.0


@pytest.mark.parametrize("name", ["nominal", "lost", "sounding", "short", "late"])
def test_a_planned_event_is_never_told_as_one_that_happened(runs, name):
    """The rule before all others: every time called heard is one of events.jsonl, and no other."""
    lines = (runs[name] / "events.jsonl").read_text(encoding="utf-8").splitlines()
    heard = {event["name"]: event["t_s"] for event in map(json.loads, lines)}
    one = told_of(runs[name])
    for row in one["timeline"]:
        if row["kind"] != "event":
            continue
        if row["event"] in heard:
            assert row["t_s"] == pytest.approx(heard[row["event"]], abs=1e-6)
        else:
            assert row["t_s"] is None
            assert row["state"] == "not_seen"
            assert row["trigger"] is None
            assert row["altitude_m"] is None
    unseen = {row["title"] for row in one["timeline"] if row.get("state") == "not_seen"}
    for mark in one["marks"]:
        is_planned = any(mark["text"] == f"{title}, not seen" for title in unseen)
        assert (mark["state"] == "planned") == is_planned
    for row in (*one["computer"]["margins"], *one["computer"]["timers"]):
        if row["title"] in unseen:
            assert row["fired_s"] is None
    assert all(phase["title"] not in unseen for phase in one["computer"]["phases"])


def test_no_sample_is_drawn_after_the_last_that_was_heard(told):
    one = told("lost")
    times = [
        decoded(one["arrays"][series["t"]]) for plot in one["plots"] for series in plot["series"]
    ]

    assert max(max(each) for each in times) <= 382.24


def decoded(text):
    octets = base64.b64decode(text)
    return struct.unpack(f"<{len(octets) // 4}f", octets)


def test_curves_keep_their_peaks(told, runs):
    """A tenth of a second of 5 g as the strap-ons leave: one sample of 28 000."""
    one = told("nominal")
    (plot,) = (plot for plot in one["plots"] if plot["parameters"] == ["axial_accel_mps2"])
    counts = decode((runs["nominal"] / "downlink.ccsds").read_bytes()).rows["STATE"]["axial_accel"]
    shown_g = decoded(one["arrays"][plot["series"][0]["y"]])

    assert len(shown_g) < 1000
    assert max(shown_g) == pytest.approx(int(counts.max()) * 0.001 / 9.80665, rel=1e-6)
    assert min(shown_g) == pytest.approx(int(counts.min()) * 0.001 / 9.80665, abs=1e-6)


def test_the_plan_is_the_reference_of_the_mission_file(told):
    one = told("nominal")
    (plot,) = (plot for plot in one["plots"] if plot["parameters"] == ["altitude_m"])
    plan = dict(zip(*(decoded(one["arrays"][plot["plan"][key]]) for key in "ty"), strict=True))

    assert plan[382.0] == pytest.approx(194.0, abs=1e-3)  # table 1.3 of the reference
    assert "table 1.3" in plot["plan"]["source"]


def test_the_close_up_has_every_sample(told):
    (close,) = told("lost")["close_ups"]
    (plot,) = (plot for plot in close["plots"] if plot["parameters"] == ["axial_accel_mps2"])
    t_s = decoded(told("lost")["arrays"][plot["series"][0]["t"]])

    assert close["window_s"] == [pytest.approx(377.0), pytest.approx(387.3)]
    assert np.allclose(np.diff(t_s), 0.02, atol=1e-4)  # 50 Hz
    assert [(event["text"], event["from"]) for event in close["events"]][:2] == [
        ("fault: engine-shutdown of block-i", "truth"),
        ("Third-stage pressure low", "heard"),
    ]


def test_margins_say_how_far_a_cut_off_was_from_its_setting(told):
    nominal, lost = (
        next(
            row
            for row in told(name)["computer"]["margins"]
            if row["title"] == "Third-stage cut-off"
        )
        for name in ("nominal", "lost")
    )

    assert nominal["limit"] == lost["limit"] == 9046.4
    assert nominal["value"] - nominal["limit"] == pytest.approx(0.0, abs=1.0)  # 0.5 m/s a sample
    assert lost["fired_s"] is None
    assert lost["limit"] - lost["value"] == pytest.approx(2713.0, abs=3.0)  # what the judge says


def test_timers_say_what_was_left_of_the_backups(told):
    rows = [row for row in told("nominal")["computer"]["timers"] if row["by"] == "backup"]
    (cutoff,) = (row for row in rows if row["title"] == "Core cut-off")

    assert (cutoff["due_s"], cutoff["fired_s"]) == (290.0, pytest.approx(286.0))


def test_faults_are_told_as_truth_with_the_first_sign_of_them(told):
    shutdown, power = told("lost")["faults"]

    assert "faults" in told("lost")["truth"]
    assert shutdown["seen"]["text"] == "Third-stage pressure low"
    assert shutdown["seen"]["after_s"] == pytest.approx(0.03, abs=1e-6)
    assert power["seen"]["text"].startswith("telemetry lost")
    assert power["changed"] == {"what": "supply", "before": "27 V", "after": "0 V"}


@pytest.mark.parametrize("kind", FAULT_KINDS)
def test_what_an_act_changed_is_told_in_words_and_units(kind):
    """Where it is a number with a unit or a factor, or one of two words; never a bare flag."""
    changed = FAULT_KINDS[kind].changed

    assert changed.what
    for value in (0.0, 1.0):
        assert changed.words is None or changed.shown(value) == changed.words[int(value)]
        assert changed.words is not None or float(changed.shown(value).split()[0]) == pytest.approx(
            value * changed.scale
        )


def test_the_first_trace_stands_beside_the_first_sign_and_says_what_it_means(told, runs):
    trace, sign = told("lost")["in_short"][:2]

    assert (trace["label"], trace["truth"], sign["label"]) == ("First trace", True, "First sign")
    assert trace["about"]
    assert sign["about"]
    faults = page_of(runs["lost"]).sections["faults"]
    assert "block-i.chamber_pressure_pa" in faults


@pytest.mark.parametrize("name", ["nominal", "sounding"])
def test_a_flight_without_faults_has_no_trace(told, name):
    assert told(name)["traces"] is None
    assert "First trace" not in [fact["label"] for fact in told(name)["in_short"]]


def test_what_the_ground_could_not_know_is_said_plainly(runs, tmp_path):
    """Its transmitter is reset when it is below the horizon of every station."""
    fault = "transmitter-reset:payload-telemetry@800"
    fly_and_record(load("nike-apache-14-210", faults=[fault]), out=tmp_path / "one")
    page = page_of(tmp_path / "one")

    assert "nothing in the downlink differs: the ground could not know" in page.sections["short"]
    assert "Nothing in the downlink differs" in page.sections["faults"]


def test_of_a_fault_that_never_acted_nothing_could_be_known(tmp_path):
    """An engine that is shut before it was lit: the same flight, octet for octet."""
    fly_and_record(
        load("nike-apache-14-210", faults=["engine-shutdown:first-stage@-1"]), out=tmp_path / "one"
    )
    page = page_of(tmp_path / "one")

    assert "none: no fault acted" in page.sections["short"]
    assert "could not know" not in page.sections["short"] + page.sections["faults"]


MANY = (
    *("accelerometer-stuck:accelerometer.2@20", "accelerometer-stuck:accelerometer.1@60"),
    *("contact-stuck:block-a.fuel-dry@100,value=1", "transmitter-reset:launcher@150"),
    "transmitter-reset:launcher@200",
)


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """The lost flight with five more faults before its loss."""
    folder = tmp_path_factory.mktemp("many") / "run"
    fly_and_record(load("progress-ms-04-lost", faults=list(MANY)), out=folder)
    return folder


def test_of_many_stretches_the_loss_is_shown_and_those_left_out_are_told(many):
    found = told_of(many)

    shown = [[one["text"] for one in close["about"]] for close in found["close_ups"]]
    assert len(shown) == 4
    assert "fault: engine-shutdown of block-i" in shown[-1]
    assert "Accelerometer 2 away from the other two" in shown[0]
    left_out = [one["text"] for one in found["not_close_up"]]
    assert left_out.count("fault: transmitter-reset of launcher") == 2
    assert (
        "Not shown: T+149.96 last good frame before the silence" in page_of(many).sections["close"]
    )


def test_a_sign_is_told_of_the_last_act_before_it_alone(many):
    seen = {act["at_s"]: act["seen"]["text"] for act in told_of(many)["faults"]}

    assert seen[20.0].startswith("Accelerometer 2")
    assert seen[60.0].startswith("Accelerometer 3")
    assert seen[150.0] == "telemetry lost, last good frame T+149.96"
    assert seen[382.0] == "Third-stage pressure low"


def test_a_flight_that_was_not_as_expected_is_not_headed_calmly(here):
    """It reaches its height deaf: two of three contacts stick, and there is no backup."""
    here.change("sequence", "nike-apache-recovery", "backup", "# backup")
    here.write(
        "scenarios/deaf.toml",
        'format = "flightsw-scenario/1"\nid = "deaf"\nmission = "nike-apache-14-210"\n'
        'faults = ["contact-stuck:lift-off.2@-2,value=0", "contact-stuck:lift-off.3@-2,value=0"]\n'
        '[expect]\nseen = ["LIFTOFF"]\n',
    )
    fly_and_record(load("deaf"), out=here.folder / "run")

    one = told_of(here.folder / "run")

    assert one["verdict"]["state"] in ("doubtful", "lost")
    assert one["verdict"]["mark"] != "✓"
    assert one["verdict"]["sentence"].startswith("Not as expected: LIFTOFF was to be seen")
    (row,) = [
        row
        for row in one["computer"]["waited"]
        if row["title"] == "Lift-off" and row["needs"].startswith("primary")
    ]
    assert row["needs"] == "primary: 2 of lift-off.1, lift-off.2, lift-off.3"
    assert row["had"].startswith("1 of 3 at once; made: lift-off.1 T+0.0")
    assert row["had"].endswith("never: lift-off.2, lift-off.3")


def test_the_numbers_stand_in_the_page(runs, told):
    assert json.loads(page_of(runs["lost"]).numbers) == json.loads(json.dumps(told("lost")))


def test_a_page_is_small_links_to_nothing_and_forbids_itself_to_ask(runs):
    html = report(runs["lost"], against=runs["nominal"])
    page = Page(html)

    assert len(html.encode()) <= 1_000_000
    assert page.links == []
    assert not {"link", "img", "iframe", "object", "base"} & page.tags
    assert 'Content-Security-Policy" content="default-src &#39;none&#39;;' in html
    assert "unsafe" not in html.split("<title>")[0]
    assert " style=" not in html.split("<script")[0]


def test_the_same_run_gives_the_same_page(runs):
    assert report(runs["lost"]) == report(runs["lost"])


@pytest.mark.parametrize("name", ["lost", "late", "short"])
def test_its_command_flies_the_same_flight_again(runs, told, name, tmp_path, capsys):
    words = shlex.split(told(name)["made"]["command"])

    main([*words[1:], "--out", str(tmp_path / "again"), "--json"])

    again = json.loads(capsys.readouterr().out)
    assert again["result_hash"] == told(name)["made"]["result_hash"]


@pytest.mark.parametrize(
    "fault",
    [
        "accelerometer-bias:imu.x@STRAPON_SEPARATION+10,bias_mps2=0.2",
        "third-stage-shutdown@BLOCK_I_IGNITION+20",
        "engine-shutdown:strap-ons@60,effect=none",
    ],
)
def test_its_command_names_faults_of_the_command_line(fault, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    main(["run", "progress-ms-04", "--fault", fault, "--seed", "7", "--out", "one", "--json"])
    words = shlex.split(told_of("one")["made"]["command"])
    main([*words[1:], "--out", "two", "--json"])

    first, second = re.findall(r'"result_hash": "(\w+)"', capsys.readouterr().out)
    assert first == second


def test_gaps_are_told_of_each_channel(told):
    """What was sent in them is lost by the counts: the same sum."""
    downlink = told("sounding")["downlink"]

    for channel in downlink["channels"]:
        gaps = [gap for gap in downlink["gaps"] if gap["channel"] == channel["channel"]]
        assert sum(gap["frames"] for gap in gaps) == channel["lost"] + channel["corrupt"]


def test_what_left_its_limits_is_told(told):
    """The transmitter says with its last frame that its supply is gone."""
    (state,) = told("lost")["computer"]["limits"]

    assert (state["name"], state["label"], state["condition"]) == ("state", "dying", "red-high")
    assert told("nominal")["computer"]["limits"] == []


def test_the_report_stands_in_the_folder_of_the_run(copied, capsys):
    run = copied("lost")

    assert main(["report", str(run)]) == 0
    assert capsys.readouterr().out.strip() == str(run / "report.html")
    assert (run / "report.html").read_text(encoding="utf-8") == report(run)


def test_run_writes_it_too_and_a_run_with_it_can_be_replaced(tmp_path, capsys):
    run = tmp_path / "run"
    for more in ([], ["--force"]):
        main(["run", "nike-apache-14-210", "--out", str(run), "--report", "-q", *more])

    assert f"report {run / 'report.html'}" in capsys.readouterr().err
    assert (run / "report.html").exists()


def test_the_demonstration_ends_with_the_page_of_the_lost_flight(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert main(["demo", "-q"]) == 0

    last = capsys.readouterr().out.splitlines()[-1]
    assert last.endswith("runs/progress-ms-04-lost-0001/report.html")
    assert (tmp_path / last.split(": ")[1]).is_file()


def test_json_tells_the_same_and_writes_nothing(copied, capsys):
    run = copied("sounding")

    assert main(["report", str(run), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["format"] == "flightsw-report/1"
    assert not (run / "report.html").exists()


@pytest.mark.parametrize("flag", [["-o", "page.html"], ["--open"]])
def test_json_and_what_says_where_a_page_goes_are_an_error_of_use(copied, capsys, flag):
    run = copied("sounding")

    assert main(["report", str(run), "--json", *flag]) == 2
    assert "--json writes no report" in capsys.readouterr().err
