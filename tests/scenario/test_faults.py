"""Faults are files or words of the command line; either way they become acts of a known vehicle."""

import pytest

from flightsw.errors import ScenarioError
from flightsw.scenario import load

STRAP_ONS = ("block-b", "block-v", "block-g", "block-d")


def acts(
    *faults: str, at_s: float | None = None
) -> list[tuple[str, tuple[str, ...], str | None, float]]:
    scenario = load("progress-ms-04", faults=faults, at_s=at_s)
    return [(act.kind, act.components, act.event, act.offset_s) for act in scenario.acts]


def message_of(*faults: str, at_s: float | None = None, name: str = "progress-ms-04") -> str:
    with pytest.raises(ScenarioError) as caught:
        load(name, faults=faults, at_s=at_s)
    (problem,) = caught.value.problems
    return problem.message


def test_a_file_of_two_acts() -> None:
    assert acts("third-stage-shutdown") == [
        ("engine-shutdown", ("block-i",), None, 382.0),
        ("transmitter-power-loss", ("launcher",), None, 382.3),
    ]


@pytest.mark.parametrize(
    ("fault", "at_s"), [("third-stage-shutdown@300", None), ("third-stage-shutdown", 300.0)]
)
def test_the_reference_time_of_a_file_is_replaced(fault, at_s) -> None:
    times = [when for _, _, _, when in acts(fault, at_s=at_s)]

    assert times == [300.0, pytest.approx(300.3, abs=1e-9)]


def test_a_file_may_wait_for_an_event() -> None:
    assert acts("third-stage-shutdown@BLOCK_I_IGNITION+5")[0][2:] == ("BLOCK_I_IGNITION", 5.0)


@pytest.mark.parametrize(
    ("words", "act"),
    [
        ("engine-shutdown:block-i@382", ("engine-shutdown", ("block-i",), None, 382.0)),
        ("engine_shutdown:block_i@382", ("engine-shutdown", ("block-i",), None, 382.0)),
        ("engine-shutdown:strap-ons@-1", ("engine-shutdown", STRAP_ONS, None, -1.0)),
        (
            "accelerometer-bias:imu.x@STRAPON_SEPARATION+10,bias_mps2=0.2",
            ("accelerometer-bias", ("imu.x",), "STRAPON_SEPARATION", 10.0),
        ),
        (
            "accelerometer-stuck:accelerometer@FAIRING_JETTISON",
            (
                "accelerometer-stuck",
                ("accelerometer.1", "accelerometer.2", "accelerometer.3"),
                "FAIRING_JETTISON",
                0.0,
            ),
        ),
        (
            "contact-stuck:block-a.separated@1,value=1",
            (
                "contact-stuck",
                ("block-a.separated.1", "block-a.separated.2", "block-a.separated.3"),
                None,
                1.0,
            ),
        ),
    ],
)
def test_one_act_in_words(words, act) -> None:
    assert acts(words) == [act]


def test_the_parameters_of_an_act() -> None:
    (act,) = load(
        "progress-ms-04", faults=["engine-thrust-loss:block-i@300,thrust_fraction=0.995"]
    ).acts

    assert act.parameters == {"thrust_fraction": 0.995, "flow_fraction": 1.0}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("engine-shutdown:block-j@1",
         "vehicle `soyuz-u` has no component `block-j`; did you mean `block-i`?"),
        (
            "transmitter-power-loss:block-i@1",
            "`block-i` is not a transmitter, as `transmitter-power-loss` needs; "
            "known: `launcher`, `ship`",
        ),
        ("stage-separation:block-i@1",
         "`block-i` is not a part that can separate, as `stage-separation` needs"
         "; did you mean `block-a`?"),
        ("engine-shutdwn:block-i@1",
         "no kind of fault `engine-shutdwn`; did you mean `engine-shutdown`?"),
        ("engine-shutdown:block-i", "when? add `@T` or `@EVENT+T`"),
        ("engine-shutdown:block-i@soon", "`soon` is not a time after T-0 in seconds"),
        ("engine-shutdown:block-i@nan",
         "a time after T-0 in seconds must be from -3600 to 86400, not nan"),
        ("engine-shutdown:block-i@MECO", "no event `MECO`"),
        ("accelerometer-bias:imu.x@1",
         "`accelerometer-bias` needs `bias_mps2`: added to what is sensed"),
        ("accelerometer-bias:imu.x@1,bias_mps2=1e9",
         "`bias_mps2` must be from -100 to 100, not 1000000000.0"),
        (
            "accelerometer-bias:imu.x@1,bias_g=0.1",
            "unknown key `bias_g`; bias is in metres per second squared here: "
            "write `bias_mps2 = 0.980665`",
        ),
        ("contact-stuck:lift-off.1@1,value=0.5", "`value` must be a whole number, not 0.5"),
        ("contact-stuck:lift-off.1@1,value", "`value` is not key=value"),
        ("contact-stuck:lift-off.1@1,value=on", "`on` is not a number"),
        ("engine-shutdown", "`engine-shutdown` is a kind of fault: one act is written "
         "engine-shutdown:COMPONENT@TRIGGER"),
        ("second-stage-early-burnout", "fault `second-stage-early-burnout` is for `nike-apache`; "
         "what flies is `soyuz-u`"),
    ],
)  # fmt: skip
def test_words_that_are_wrong(words, message) -> None:
    assert message_of(words) == message


@pytest.mark.parametrize("faults", [(), ("third-stage-shutdown", "accelerometer-stuck")])
def test_one_time_goes_with_one_fault(faults) -> None:
    assert message_of(*faults, at_s=1.0).startswith("a time goes with exactly one fault, and")


def test_a_mistake_in_a_fault_file_has_its_place(here) -> None:
    place = here.change("fault", "third-stage-shutdown", '"launcher"', '‸"lancher"')

    with pytest.raises(ScenarioError) as caught:
        load("progress-ms-04", faults=["third-stage-shutdown"])

    (problem,) = caught.value.problems
    assert (problem.path, (problem.line, problem.column)) == (
        "faults/third-stage-shutdown.toml",
        place,
    )
    assert (
        problem.message == "vehicle `soyuz-u` has no component `lancher`; did you mean `launcher`?"
    )


@pytest.mark.parametrize(
    ("acts", "message"),
    [
        ('[[act]]\nkind="engine-shutdown"\ncomponent="block-i"\nafter="b"\nid="a"\n'
         '[[act]]\nkind="engine-shutdown"\ncomponent="block-a"\nafter="a"\nid="b"\n',
         "an act that waits for `b` waits for itself"),
        ('[[act]]\nkind="engine-shutdown"\ncomponent="block-i"\nafter="c"\nid="a"\n',
         "no act has the id `c`; known: `a`"),
        ('[[act]]\nkind="engine-shutdown"\ncomponent="block-i"\n',
         "no time: give the file `at_s` or `event`, or this act"),
        ('[[act]]\nkind="engine-shutdown"\ncomponent="block-i"\nat_s=1\nthrust=2\n',
         "unknown key `thrust`"),
    ],
)  # fmt: skip
def test_acts_that_make_no_sense(here, acts, message) -> None:
    here.write("mine.toml", f'format = "flightsw-fault/1"\nid = "mine"\n{acts}')

    with pytest.raises(ScenarioError) as caught:
        load("progress-ms-04", faults=["mine.toml"])

    assert message in [problem.message for problem in caught.value.problems]


def test_acts_after_acts_add_their_delays(here) -> None:
    here.write(
        "mine.toml",
        'format = "flightsw-fault/1"\nid = "mine"\nat_s = 10\n'
        '[[act]]\nkind = "engine-shutdown"\ncomponent = "block-a"\nafter = "first"\ndelay_s = 2\n'
        '[[act]]\nid = "first"\nkind = "engine-shutdown"\ncomponent = "block-b"\ndelay_s = 1\n',
    )

    assert [when for _, _, _, when in acts("mine.toml")] == [13.0, 11.0]


def test_a_scenario_takes_the_words_of_the_command_line(here) -> None:
    here.write(
        "mine.toml",
        'format = "flightsw-scenario/1"\nid = "mine"\nmission = "progress-ms-04"\n'
        'faults = ["engine-shutdown:block-a@100", { id = "accelerometer-stuck", at_s = 5.0 }]\n',
    )

    scenario = load("mine.toml")

    assert [(act.component, act.offset_s) for act in scenario.acts] == [
        ("block-a", 100.0),
        ("accelerometer.1", 5.0),
    ]


def test_wrong_words_in_a_scenario_have_their_place(here) -> None:
    place = here.write(
        "mine.toml",
        'format = "flightsw-scenario/1"\nid = "mine"\nmission = "progress-ms-04"\n'
        'faults = ["accelerometer-stuck", ‸"engine-shutdown:block-j@100"]\n',
    )

    with pytest.raises(ScenarioError) as caught:
        load("mine.toml")

    (problem,) = caught.value.problems
    assert (problem.path, (problem.line, problem.column)) == ("mine.toml", place)


def test_a_flight_has_at_most_64_acts() -> None:
    sixteen = ["engine-shutdown:strap-ons@1"] * 16

    assert len(load("progress-ms-04", faults=sixteen).acts) == 16
    with pytest.raises(ScenarioError, match="a flight has at most 64 acts"):
        load("progress-ms-04", faults=[*sixteen, "engine-shutdown:block-i@1"])
