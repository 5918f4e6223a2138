"""The view of a page: held at a time, gone on from frame to frame, and never another flight's."""

import re
from bisect import bisect_left

import pytest

from tests.console.reading import at, rows, seconds, stands, values

MISSION = "progress-ms-04"


def held_at(page):
    """Wait until the banner says at which time the view is held; return it."""
    banner = stands(page, lambda text: text.startswith("View held at"), "#banner")
    return float(re.findall(r"View held at T\+([\d.]+)", banner)[0])


def frames_of(served, from_s, to_s):
    """Return the times of all frames that were heard then."""
    told = served.ask(f"/api/history?from={from_s}&to={to_s}&points=20000&parameters=altitude_m")
    return told["t"]


def in_flight(console, opened, past_s, *arguments):
    served = console(MISSION, "--speed", "20", *arguments)
    shown = opened(served)
    stands(shown.page, lambda clock: seconds(clock) > past_s, timeout_s=60.0)
    return served, shown


@pytest.fixture
def killed(console, opened):
    """Return a flight's page whose server was killed, and the server."""
    served, shown = in_flight(console, opened, 100.0)
    served.kill()
    stands(shown.page, lambda text: text.startswith("▲ SERVER GONE"), "#banner")
    return served, shown


def test_without_a_server_nobody_listens_and_nothing_is_not_seen(killed):
    """At 20 times the pace three events would have been planned meanwhile."""
    page = killed[1].page
    clock, before = page.inner_text("#clock"), rows(page)
    page.wait_for_timeout(4000)

    assert page.inner_text("#clock") == clock
    assert rows(page) == before
    assert not [name for name, row in rows(page).items() if row[0] == "⊘"]
    assert {*values(page).values()} == {"⊘"}
    assert page.inner_text("#outlook") == "⊘ was IN FLIGHT"
    assert page.get_attribute("#outlook", "class") == "chip dim"
    told = re.findall(r"told by then: T\+(\d+\.\d)", page.inner_text("#banner"))
    assert float(told[0]) == pytest.approx(seconds(clock), abs=0.11)


def test_a_server_that_says_nothing_is_as_good_as_gone(console, opened):
    served, shown = in_flight(console, opened, 50.0)
    page = shown.page
    served.process.send_signal(19)  # SIGSTOP: it holds the socket open
    try:
        stands(page, lambda text: text.startswith("▲ SERVER SILENT"), "#banner")
        clock = page.inner_text("#clock")
        page.wait_for_timeout(1000)
        assert page.inner_text("#clock") == clock
        assert {*values(page).values()} == {"⊘"}
    finally:
        served.process.send_signal(18)
    stands(page, lambda text: "frames/s" in text, "#link")


def test_of_another_flight_nothing_stays_on_the_page(console, opened):
    """A view is held, the server killed; another flight is served on its port."""
    served, shown = in_flight(console, opened, 100.0)
    page = shown.page
    page.keyboard.press("Space")
    held_s = held_at(page)
    served.kill()
    stands(page, lambda text: text.startswith("▲ SERVER GONE"), "#banner")

    console(MISSION, "--speed", "0.5", port=served.port)

    stands(page, lambda text: "frames/s" in text, "#link", timeout_s=30.0)
    assert "View held" not in page.inner_text("#banner")
    assert seconds(page.inner_text("#clock")) < held_s
    altitude = stands(
        page, lambda text: text not in ("", "⊘"), "[data-parameter=altitude_m] .value"
    )
    assert float(altitude) < 1.0


def test_after_a_restart_there_are_as_many_plots_as_before(killed, console):
    served, shown = killed
    page = shown.page
    count = "uPlot.sync('flight').plots.length"
    assert page.evaluate(count) == 5

    console("nike-apache-14-210", "--speed", "20", port=served.port)

    stands(page, lambda text: "Nike" in text, "#title", timeout_s=30.0)
    page.locator(".plot canvas").nth(4).wait_for()  # the last come when its header was heard
    assert page.evaluate(count) == 5
    assert page.locator("#map canvas").count() == 1
    assert [error for error in shown.errors if "REFUSED" not in error] == []


def test_arrows_go_from_frame_to_frame_and_presses_add_up(console, opened):
    served, shown = in_flight(console, opened, 130.0)
    page = shown.page
    page.keyboard.press("2")  # holds the view at an event
    held_at(page)
    known = frames_of(served, 110.0, 120.0)
    events = served.ask("/api/run")["state"]["events"]
    (at_s,) = [one["t_s"] for one in events if one["name"] == "STRAPON_SEPARATION"]
    begin = bisect_left(known, at_s)

    for _ in range(10):
        page.keyboard.press("ArrowLeft")
    stands(page, lambda text: f"held at T+{known[begin - 10]:.2f}" in text, "#banner")
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    stands(page, lambda text: f"held at T+{known[begin - 3]:.2f}" in text, "#banner")
    for _ in range(5):
        page.keyboard.press("Shift+ArrowLeft")
    stands(page, lambda text: f"held at T+{known[begin - 3] - 50:.2f}" in text, "#banner")


def test_a_replay_goes_from_frame_to_frame_and_presses_add_up(paused):
    page = paused("planned", 100.0).page
    altitude = "[data-parameter=altitude_m] .value"
    seen = [stands(page, lambda text: text != "⊘", altitude)]
    for _ in range(8):
        page.keyboard.press("ArrowRight")
        speed = stands(page, lambda text, seen=seen: text not in ("⊘", seen[-1]), altitude)
        seen.append(speed)

    assert len({*seen}) == 9  # each press has another value
    begin = seconds(page.inner_text("#clock"))
    for _ in range(5):
        page.keyboard.press("Shift+ArrowRight")
    stands(page, lambda clock: abs(seconds(clock) - begin - 50.0) < 0.15)


@pytest.mark.parametrize("mission", [MISSION, "nike-apache-14-210"])
def test_the_legend_tells_the_values_of_the_view(console, opened, mission):
    """At a held view each plot says what the server has for that time, digit by digit.

    Until every sample of its surroundings has come, the plot has what was thinned for the screen.
    """
    served = console(mission, "--speed", "20")
    page = opened(served).page
    stands(page, lambda clock: seconds(clock) > 125.0, timeout_s=60.0)
    page.keyboard.press("2")  # an ignition or separation: all of it moves
    held_s = held_at(page)
    names = [one["name"] for one in served.ask("/api/dictionary")["parameters"]]
    told = served.ask(f"/api/values?at={held_s + 0.001}")["values"]

    for plot in served.ask("/api/plan")["plots"]:
        values = [told[names.index(name)][1] * plot["scale"] for name in plot["parameters"]]
        legend = f".plot:has([aria-label^='{plot['title']}']) .fsw-legend"
        stands(page, lambda text: re.search(r"\d\.\d", text), legend)
        expected = pytest.approx(values, abs=0.5001 * 10 ** -plot["digits"])
        for _ in range(100):
            texts = page.locator(f"{legend} li output").all_inner_texts()[: len(values)]
            shown = [float(text) for text in texts]
            if shown == expected:
                break
            page.wait_for_timeout(100)
        assert shown == expected, plot["title"]


def test_an_event_is_reached_and_gone_to_by_keys(paused):
    page = paused("lost", 400.0).page

    page.keyboard.press("e")
    page.keyboard.press("ArrowDown")  # first the newest that was heard: the alarm
    assert page.evaluate("document.activeElement.dataset.event") == "AVD_SHUTDOWN"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    name = page.evaluate("document.activeElement.dataset.event")
    assert name == "TAIL_SECTION_JETTISON"
    page.keyboard.press("Enter")
    stands(page, lambda clock: abs(seconds(clock) - 297.25) < 0.2)
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    stands(page, lambda clock: abs(seconds(clock) + 3.7) < 0.2)
    at(page, 400.0)
    page.keyboard.press("a")
    stands(page, lambda clock: abs(seconds(clock) - 382.23) < 0.2)
