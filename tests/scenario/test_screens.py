"""What a mission file has for those who look: its reference curves, and what is drawn."""

import pytest

from flightsw import ScenarioError, fly, load
from flightsw.dictionary.parameters import PARAMETERS
from flightsw.ground.log import read_log
from flightsw.ground.parameters import parameter_values

CURVE = """
[[reference]]
parameter = "altitude_m"
t_s       = [0.0, 10.0]
value     = [0.0, 100.0]
source    = "a test"
"""


@pytest.fixture
def mission(tmp_path):
    """Return a function that loads a mission with something added and its own screens left out."""
    text = next(f.text for f in load("nike-apache-14-210").files if f.kind == "mission")
    bare = text[: text.index("# How it should go")]

    def loaded(more):
        path = tmp_path / "mine.toml"
        path.write_text(bare + more, encoding="utf-8")
        return load(path).mission

    return loaded


def test_a_mission_needs_neither(mission):
    bare = mission("")

    assert (bare.reference, bare.screens) == ((), None)


def test_a_curve_is_read_as_it_stands(mission):
    (curve,) = mission(CURVE).reference

    assert (curve.parameter, curve.t_s, curve.value) == ("altitude_m", (0.0, 10.0), (0.0, 100.0))
    assert curve.joined


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (CURVE.replace("altitude_m", "altitud_m"), "did you mean `altitude_m`?"),
        (CURVE.replace("[0.0, 100.0]", "[0.0]"), "a value for each time: 1 values, 2 times"),
        (CURVE.replace("[0.0, 10.0]", "[10.0, 10.0]"), "times ascend: 10 s comes after 10 s"),
        (CURVE + CURVE, "`altitude_m` has a reference already"),
        ('[screens]\nplots = [["third-stage.chamber_pressure_pa"]]', "no parameter `third-stage"),
        ('[screens]\nplots = [["altitude_m", "pitch_deg"]]', "one plot has one unit"),
        ('[screens]\nplots = [["altitude_m", "altitude_m"]]', "`altitude_m` stands here twice"),
        ("[screens]\nplots = []", "at least 1"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(mission, more, words):
    with pytest.raises(ScenarioError, match=r"--> .*mine\.toml:\d+:\d+") as error:
        mission(more)

    assert words in str(error.value)


def test_the_reference_is_only_compared_with(mission, tmp_path):
    """As the plan: no byte of the downlink comes from it."""
    mission(CURVE)

    assert fly(load(tmp_path / "mine.toml")).downlink == fly(load("nike-apache-14-210")).downlink


def test_every_parameter_can_be_decoded():
    flight = fly(load("nike-apache-14-210"))
    header = read_log(flight.downlink).header
    analogs = header.analogs if header else ()

    for name in [*PARAMETERS, *(analog for analog, _ in analogs)]:
        values = parameter_values(flight.ground.telemetry, analogs, name)
        assert values is not None, name
        assert len(values) == len(flight.ground.telemetry.states.t_s)
