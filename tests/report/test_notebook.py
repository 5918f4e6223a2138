"""A flight in a notebook, and as a figure."""

import sys
from dataclasses import replace

import pytest

from flightsw import FlightswError, fly, load


@pytest.fixture(scope="module")
def lost():
    return fly(load("progress-ms-04-lost"))


@pytest.mark.parametrize("scenario", ["progress-ms-04-lost", "nike-apache-14-210"])
def test_a_notebook_shows_the_verdict_and_four_plots_and_asks_for_nothing(browser, scenario):
    html = fly(load(scenario))._repr_html_()
    context = browser.new_context(offline=True)
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(html)

    assert page.locator("svg[role=img]").count() == 4
    assert page.locator("script, link, img").count() == 0
    assert page.get_by_text("Mission").first.is_visible()
    assert asked == []
    assert len(html) < 60_000
    context.close()


def test_no_line_goes_on_after_the_last_frame(lost):
    """382.24 of -20 to 529.2 s, 300 wide: x is 219.7."""
    html = lost._repr_html_()
    paths = [part.split('"')[0] for part in html.split('<path d="M')[1:] if "L" in part[:20]]
    ends = [float(path.rsplit("L", 1)[1].split()[0]) for path in paths]

    assert max(ends) == pytest.approx(300.0 * (382.24 + 20.0) / 549.2, abs=0.1)


def test_a_figure_has_the_plots_of_the_mission_with_their_units(lost):
    axes = lost.plot().axes

    assert [ax.get_ylabel() for ax in axes] == [
        "Altitude\nkm",
        "Inertial speed\nm/s",
        "Axial acceleration\ng",
        "Chamber pressure\nMPa",
        "Commanded pitch\ndeg",
    ]
    assert axes[0].get_legend_handles_labels()[1] == ["flown", "plan"]


def test_without_the_extra_it_says_what_to_install(lost, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)

    with pytest.raises(FlightswError, match=r"pip install 'flightsw\[plot\]'"):
        lost.plot()


def test_a_card_names_its_lines_hatches_a_silence_and_tells_of_the_plan_where_one_is(lost):
    html = lost._repr_html_()

    assert "block-i</span>" in html
    assert "<title>no telemetry</title>" in html
    assert "Dashed and dots: the plan." in html
    mission = lost.scenario.mission.model_copy(update={"reference": ()})
    plain = fly(replace(lost.scenario, mission=mission, acts=()))._repr_html_()
    assert "Dashed" not in plain
    assert "no telemetry" not in plain


def test_a_flight_says_in_a_line_what_it_is(lost):
    for each in (lost, lost.scenario, lost.ground):
        assert len(repr(each)) < 120
        assert "\n" not in repr(each)
    assert repr(lost).startswith("<Flight progress-ms-04-lost: mission lost, ")
