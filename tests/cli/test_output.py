"""What one sees: table, marks, summary; plan and actual never take each other's place."""

import json
import re
from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flightsw import fly, load
from flightsw.cli.output import Line, Span, show
from flightsw.cli.run import page
from flightsw.ground import PlannedEvent
from flightsw.summary import clock, exit_code, summary, unmet


@dataclass(frozen=True)
class Act:
    kind: str = "engine-shutdown"
    component: str = "hand"
    at_s: float | None = 382.0
    acted: bool = True
    before: float = 1.0
    after: float = 0.0
    effect_none: bool = False

    @property
    def idle(self) -> bool:
        return not self.acted and not self.effect_none


@dataclass(frozen=True)
class Expect:
    success: bool | None = None
    last_frame_t_s: tuple[float, float] | None = None
    radar: str | None = None
    seen: tuple[str, ...] | None = None
    not_seen: tuple[str, ...] | None = None


def text_of(flight, **options):
    return "\n".join(line.text for line in page(flight, summary(flight), **options))


def test_the_table_is_as_the_contract_shows_it(fake_flight):
    lines = text_of(fake_flight()).splitlines()

    assert lines[2:7] == [
        "       T+  event                          plan       Δ  by            km    m/s",
        "·   -5.00  Ignition                          -       -  primary    200.0   7800",
        "✓    0.00  Lift-off                       0.00   +0.00  primary    200.0   7800",
        "✓  100.10  Staging                      100.00   +0.10  primary    200.0   7800",
        "!  205.00  Cut-off                      200.00   +5.00  backup     200.0   7800",
    ]


def test_no_line_is_wider_than_80_columns(fake_flight):
    acts = (Act(acted=False, kind="transmitter-power-loss", component="a-long-name-of-a-part"),)
    flight = fake_flight(success=False, ledger=acts, reasons=("far too low, " * 12,))

    assert max(len(line) for line in text_of(flight).splitlines()) <= 80


def test_a_loss_is_told_and_what_followed_is_not_seen(fake_flight, handmade):
    heard = b"".join(handmade.state(float(t)) for t in range(150))

    lines = text_of(fake_flight(handmade.event(0.0, 1) + heard, success=False)).splitlines()

    assert lines[3:8] == [
        "✓    0.00  Lift-off                       0.00   +0.00  primary    200.0   7800",
        "▲  149.00  Last good frame     200.0 km   0.00 N 0.62 W   7800 m/s",
        "▲  151.00  TELEMETRY LOST: no good frame for 2.0 s",
        "⊘       -  Staging                      100.00   not seen",
        "⊘       -  Cut-off                      200.00   not seen",
    ]


def test_silence_from_the_start_is_told(fake_flight):
    text = text_of(fake_flight(b"", success=False))

    assert "▲       -  no telemetry was heard at all" in text
    assert text.count("not seen") == 3


def test_a_silence_that_ends_is_told_with_its_end(fake_flight, handmade):
    heard = b"".join(handmade.state(float(t)) for t in [*range(50), *range(60, 211)])

    lines = text_of(fake_flight(heard)).splitlines()

    assert lines[3:6] == [
        "▲   49.00  Last good frame",
        "▲   51.00  TELEMETRY LOST: no good frame for 2.0 s",
        "·   60.00  Telemetry again",
    ]


def test_a_suborbital_flight_tells_its_height_and_no_orbit(fake_flight):
    flight = fake_flight()
    flight.scenario.mission.target.max_altitude_m = 210e3

    text = text_of(flight)

    assert "  altitude  200.0 km at most   (calculated 210)" in text
    assert "orbit " not in text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    heard=st.sets(st.integers(0, 4)), planned=st.sets(st.integers(0, 4)), until=st.integers(0, 250)
)
def test_a_planned_event_is_never_shown_as_one_that_happened(  # noqa: PLR0913, PLR0917
    fake_flight, handmade, briefing, heard, planned, until
):
    names = [entry.event for entry in briefing.entries]
    titles = {entry.event: entry.title for entry in briefing.entries}
    brief = replace(
        briefing,
        plan=tuple(PlannedEvent(event=names[n], t_s=50.0 * n, band_s=60.0) for n in planned),
    )
    downlink = b"".join(handmade.event(40.0 * n, n) for n in sorted(heard))
    downlink += b"".join(handmade.state(t * 1.0) for t in range(until))
    flight = fake_flight(downlink, success=False, brief=brief)

    result = summary(flight)
    lines = text_of(flight).splitlines()

    told = {names[n] for n in heard}
    assert {event["name"] for event in result["events"]} == told
    assert {event["name"] for event in result["not_seen"]} == {names[n] for n in planned} - told
    for name in set(names) - told:
        shown = [line for line in lines if titles[name] in line]
        assert all(line.startswith("⊘") and line.endswith("not seen") for line in shown)
    assert all("T+" not in line for line in lines if line.startswith("⊘"))


def test_a_pipe_gets_the_same_text_without_colour(fake_flight, capsys, monkeypatch):
    lines = list(page(fake_flight(), summary(fake_flight())))

    show(lines, no_color=False)
    piped = capsys.readouterr().out
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    show(lines, no_color=False)
    coloured = capsys.readouterr().out

    assert "\x1b" not in piped
    assert "\x1b" in coloured
    bare = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert [line.rstrip() for line in bare.split("\n")] == piped.split("\n")


@pytest.mark.parametrize("how", ["flag", "environment"])
def test_colour_can_be_refused(how, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", "1" if how == "environment" else "")

    show([Line.of(Span("lost", "alarm"))], no_color=how == "flag")

    assert capsys.readouterr().out == "lost\n"


def test_the_summary_has_the_keys_of_the_contract_in_order(fake_flight):
    result = summary(fake_flight(ledger=(Act(),)), run_dir="runs/made-by-hand-0001")

    assert list(result)[:17] == [
        "format", "mission", "scenario", "success", "as_expected", "rate_hz", "seed", "result_hash",
        "run_dir", "max_altitude_km", "events", "not_seen", "orbit", "telemetry", "radar", "fall",
        "faults",
    ]  # fmt: skip
    assert result["format"] == "flightsw-run/1"
    assert result["events"][2] == {
        "name": "STAGING", "t_s": 100.1, "planned_s": 100.0, "trigger": "primary",
    }  # fmt: skip
    assert result["orbit"] == {
        "perigee_km": 193.4, "apogee_km": 244.1, "inclination_deg": 51.66,
    }  # fmt: skip
    assert result["faults"] == [
        {"kind": "engine-shutdown", "component": "hand", "at_s": 382.0, "acted": True}
    ]
    assert (result["radar"], result["fall"], result["as_expected"]) == (None, None, None)
    json.dumps(result, allow_nan=False)


def test_the_summary_says_what_was_judged_from_truth(fake_flight):
    flight = fake_flight()

    assert summary(flight)["judged_from_truth"] == [
        "success", "max_altitude_km", "orbit", "faults", "traces", "reasons",
    ]  # fmt: skip
    assert "truth" in text_of(flight)


@pytest.mark.parametrize(
    ("success", "expect", "acted", "code"),
    [
        pytest.param(True, None, True, 0, id="reached"),
        pytest.param(False, None, True, 1, id="lost"),
        pytest.param(False, Expect(success=False), True, 0, id="lost as expected"),
        pytest.param(True, Expect(success=False), True, 1, id="reached against expectation"),
        pytest.param(True, None, False, 1, id="a fault that changed nothing"),
        pytest.param(False, Expect(success=False), False, 1, id="as expected, by another cause"),
    ],
)
def test_the_exit_code_says_whether_it_went_as_expected(fake_flight, success, expect, acted, code):
    flight = fake_flight(success=success, expect=expect, ledger=(Act(acted=acted),))

    assert exit_code(flight, summary(flight)) == code


def test_an_act_that_says_it_changes_nothing_may_change_nothing(fake_flight):
    flight = fake_flight(ledger=(Act(acted=False, effect_none=True),))

    assert exit_code(flight, summary(flight)) == 0


@pytest.mark.parametrize(
    ("expect", "words"),
    [
        (Expect(success=True), []),
        (Expect(success=False), ["the mission was to be lost and was reached"]),
        (Expect(last_frame_t_s=(200.0, 210.0)), []),
        (
            Expect(last_frame_t_s=(381.0, 384.0)),
            ["the last frame was to be between T+381.00 and T+384.00: it was at T+210.00"],
        ),
        (
            Expect(radar="detected"),
            ['the radar verdict was to be "detected": it is "no radar"'],
        ),
        (Expect(seen=("STAGING",)), []),
        (Expect(seen=("NEVER",)), ["NEVER was to be seen and was not heard"]),
        (Expect(not_seen=("NEVER",)), []),
        (Expect(not_seen=("STAGING",)), ["STAGING was not to be seen and was heard"]),
    ],
)
def test_each_expectation_is_checked(fake_flight, expect, words):
    assert unmet(expect, summary(fake_flight())) == words


@pytest.mark.parametrize(
    ("t_s", "text"), [(382.3, "T+382.30"), (-5.0, "T-5.00"), (-0.001, "T+0.00"), (0.0, "T+0.00")]
)
def test_times_are_spoken_from_t_zero(t_s, text):
    assert clock(t_s) == text


def test_a_title_that_is_long_takes_the_room_of_a_plan_that_it_does_not_have():
    flight = fly(load("progress-ms-04", faults=["accelerometer-stuck:accelerometer.2@100"]))

    lines = text_of(flight).splitlines()

    (line,) = (line for line in lines if "away from" in line)
    assert line.startswith("▲  101.65  Accelerometer 2 away from the other two      primary ")
    assert len(line) == max(len(each) for each in lines if each.startswith("✓"))


def test_a_rocket_on_its_rail_stands_still_and_a_launcher_moves_with_the_earth():
    flights = [fly(load(name)) for name in ("nike-apache-14-210-short", "progress-ms-04")]

    lift_offs = [
        next(line for line in text_of(flight).splitlines() if "Lift-off" in line)
        for flight in flights
    ]

    assert [line.split()[-1] for line in lift_offs] == ["0", "324"]
