"""The rule before all others, of everything that a flight is shown on at once.

A planned event is never told as one that happened, and a number without a frame of the last 2 s is
gone: in the terminal, in its live line, in `--json`, in the report and on the console.
"""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import flightsw
from flightsw.briefing import ground_brief
from flightsw.cli.paced import LiveTable
from flightsw.cli.run import page
from flightsw.console.feed import Replay
from flightsw.console.session import Session
from flightsw.ground.state import STALE_S
from flightsw.records.run_folder import RunFolder
from flightsw.report.page import told_of
from flightsw.summary import summary

ENDS = {
    "progress-ms-04": ("engine-shutdown:block-i", "transmitter-power-loss:launcher"),
    "nike-apache-14-210": ("transmitter-power-loss:payload-telemetry",),
}


def flown(mission, fault, at_s, folder):
    """Fly into a folder; return scenario, flight, its summary and its report."""
    scenario = flightsw.load(mission, faults=[f"{fault}@{at_s}"])
    flight = flightsw.fly(scenario)
    result = summary(flight)
    run = RunFolder.create(scenario, out=folder, force=True)
    with run.downlink() as log:
        log.write(flight.downlink)
    run.write(flight, result)
    return scenario, flight, result, told_of(folder)


@settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # every example is a whole flight
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@pytest.mark.parametrize(
    ("mission", "fault"), [(mission, fault) for mission in ENDS for fault in ENDS[mission]]
)
@given(at_s=st.integers(5, 520), look_s=st.floats(-15.0, 535.0))
def test_no_screen_tells_what_was_not_heard(tmp_path, mission, fault, at_s, look_s):
    scenario, flight, result, report = flown(mission, fault, at_s, tmp_path / "run")
    titles = {entry.event: entry.title for entry in scenario.sequence.entry}
    told_s = {event.name: event.t_s for event in flight.ground.events}
    last_s = flight.ground.last.t_s
    unheard = {planned.event for planned in scenario.mission.plan} - told_s.keys()

    # the terminal, and `--json`
    rows = [line.text for line in page(flight, result)]
    for name in unheard:
        shown = [row for row in rows if f"  {titles[name]} " in row]
        assert all(row.startswith("⊘       -") and row.endswith("not seen") for row in shown)
    assert {event["name"]: event["t_s"] for event in result["events"]} == pytest.approx(told_s)
    assert {event["name"] for event in result["not_seen"]} == unheard

    # the report
    told = {row["event"]: row for row in report["timeline"] if row["kind"] == "event"}
    assert {n: row["t_s"] for n, row in told.items() if row["t_s"] is not None} == pytest.approx(
        told_s
    )
    assert {name for name, row in told.items() if row["state"] == "not_seen"} == unheard
    assert all(place["label"] != "now" for place in report["track"]["places"])

    # the live line of the terminal, and the console, at any time
    brief = ground_brief(scenario)
    feed = Replay(flight.downlink, speed=1.0, until_s=brief.listen_until_s)
    feed.order({"to_s": look_s}, at_s=0.0)
    session = Session(feed, brief, clock=lambda: 0.0)
    session.look()
    state = session.state()
    heard = {event["name"]: event["t_s"] for event in state["events"]}
    assert heard.items() <= told_s.items()
    assert all(t_s <= look_s + 0.1 for t_s in heard.values())
    assert (state["lost"] is not None) == (look_s - last_s > STALE_S)

    feed.order({"to_s": look_s - 1.0}, at_s=0.0)  # back: all of it is given again
    table = LiveTable(brief)
    lines = [line.text for line in table.take(feed.take(at_s=0.0).octets, until_s=look_s)]
    assert not [line for line in lines for name in unheard if f"  {titles[name]} " in line]
    status = table.status(until_s=look_s)
    first_s = flight.ground.telemetry.states.t_s[0]
    if look_s < first_s:
        assert "km" not in status
    elif look_s > first_s + 1.0:
        assert ("km" in status) == (look_s - last_s <= STALE_S)
