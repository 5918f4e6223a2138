"""The page in a browser: what it shows, what it never shows, and that keys do all of it."""

import os
import re
import signal
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from tests.console.reading import at, rows, seconds, stands, values

SIZES = [(1280, 720), (1600, 900)]
LOST = "progress-ms-04-lost"


def cut(page):
    """Return the texts that do not fit where they stand."""
    return page.evaluate(
        """[...document.querySelectorAll(
              "#banner, .chip, #title, .what p, .how p, .plot h2, .fsw-legend, .plot, "
              + "#event-rows .text, #parameter-rows .text, #stages, footer")]
           .filter(each => each.scrollWidth > each.clientWidth + 1
                           || each.matches(".plot") && each.scrollHeight > each.clientHeight + 1)
           .map(each => `${each.id || each.className}: ${each.textContent}`)"""
    )


def test_in_flight_it_shows_what_comes_down(paused):
    shown = paused("planned", 200.0)
    page = shown.page
    stands(page, lambda text: text != "⊘", "[data-parameter=altitude_m] .value")

    assert float(values(page)["altitude_m"]) == pytest.approx(113.8, abs=3.0)
    assert rows(page)["STRAPON_SEPARATION"] == ("✓", "118.2", "118.17", "+0.00")
    assert rows(page)["BLOCK_I_CUTOFF"] == ("○", "525.9", "–", "")
    frames, rest = page.inner_text("#link").split(" frames/s · no gaps")
    assert 25 <= int(frames) <= 60  # as sent, however much of the log came at once
    assert rest.startswith(" · lag")
    assert page.inner_text("#outlook") == "✓ IN FLIGHT"
    assert page.inner_text("#banner").startswith(
        "Replay, stopped. All as planned so far. Next in the plan"
    )
    assert shown.errors == []


def test_a_loss_stands_in_banner_chip_values_and_events(paused):
    page = paused("lost", 386.0).page

    banner = page.inner_text("#banner")
    assert banner.startswith("▲ TELEMETRY LOST. Last good frame T+382.24: 194.7 km, 5119 m/s")
    assert re.search(r"Radar search opens in 20\d s", banner)
    assert page.get_attribute("#banner", "role") == "alert"
    assert page.inner_text("#link") == "▲ TLM LOST 4 s"
    assert page.inner_text("#outlook") == "▲ MISSION LOST"
    assert {*values(page).values()} == {"⊘"}
    assert all("⊘" in value for value in page.locator(".plot h2 b").all_inner_texts())
    assert rows(page)["AVD_SHUTDOWN"] == ("▲", "–", "382.23", "")
    assert rows(page)["BLOCK_I_CUTOFF"] == ("○", "525.9", "–", "")


def test_what_has_set_is_no_alarm_and_no_number(paused):
    page = paused("rocket", 900.0).page

    assert page.inner_text("#banner").startswith("Below the horizon of every station.")
    assert page.inner_text("#link") == "⊘ below the horizon 147 s"
    assert page.inner_text("#outlook") == "✓ PLANNED EVENTS HEARD"
    assert {*values(page).values()} == {"⊘"}
    assert page.locator(".alarm").count() == 0


def test_a_planned_event_whose_time_has_passed_reads_not_seen(paused):
    page = paused("lost", 539.0).page

    assert stands(page, lambda text: "not seen" in text, "#event-rows")
    assert rows(page)["BLOCK_I_CUTOFF"] == ("⊘", "525.9", "not seen", "")
    assert rows(page)["SPACECRAFT_SEPARATION"] == ("⊘", "529.2", "not seen", "")


@pytest.mark.parametrize("t_s", [-5.0, 150.0, 290.0, 386.0, 535.0])
def test_no_planned_event_is_ever_shown_as_one_that_happened(paused, t_s):
    """What is in the column of what was heard was heard, at that time and not later than now."""
    page = paused("lost", t_s).page
    heard = {
        "ENGINE_START": -3.7, "MAIN_STAGE": -0.6, "LIFTOFF": 0.0, "STRAPON_MAIN_STAGE": 6.0,
        "STRAPON_FINAL_STAGE": 112.5, "STRAPON_SEPARATION": 118.17, "FAIRING_JETTISON": 161.36,
        "CORE_FINAL_STAGE": 280.03, "BLOCK_I_IGNITION": 285.0, "CORE_CUTOFF": 286.0,
        "CORE_SEPARATION": 287.5, "TAIL_SECTION_JETTISON": 297.25,
        "BLOCK_I_PRESSURE_LOW": 382.03, "AVD_SHUTDOWN": 382.23,
    }  # fmt: skip  # as `flightsw run` prints them

    shown = {
        name: float(told)
        for name, (_, _, told, _) in rows(page).items()
        if told not in ("–", "not seen")
    }

    assert shown == {name: at_s for name, at_s in heard.items() if at_s < t_s}


def test_nothing_but_this_server_is_asked_and_nothing_complains(console, opened):
    played = console(LOST, "--speed", "60")
    shown = opened(played)
    stands(shown.page, lambda text: "LOST" in text, "#link", timeout_s=40.0)

    assert shown.errors == []
    asked = {url.split("/")[2] for url in shown.requests if not url.startswith("data:")}
    assert asked == {f"127.0.0.1:{played.port}"}


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize(("name", "t_s"), [("planned", 300.0), ("lost", 386.0), ("rocket", 210.0)])
def test_everything_is_on_one_screen(paused, width, height, name, t_s):
    page = paused(name, t_s, width=width, height=height).page

    assert page.evaluate(
        "[document.scrollingElement.scrollWidth, document.scrollingElement.scrollHeight]"
    ) == [width, height]
    for panel in ("header", "#banner", "#stages", "#events", "#map", "#parameters", "footer"):
        box = page.locator(panel).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= height
    assert cut(page) == []
    for plot in page.locator(".plot").all():
        outside = plot.evaluate(
            "box => box.querySelector('.fsw-legend').getBoundingClientRect().bottom"
            " - box.getBoundingClientRect().bottom"
        )
        assert outside <= 0


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_worst_link_has_room_beside_the_clock(paused, width, height):
    page = paused("planned", 300.0, width=width, height=height).page

    over = page.evaluate(
        """() => {
          document.getElementById("link").textContent =
            "30 frames/s · 123 gaps · 45 damaged · 678 dropped · lag 12.34 s";
          document.getElementById("outlook").textContent = "✓ PLANNED EVENTS HEARD";
          const edge = document.getElementById("clock").getBoundingClientRect().right;
          const inside = id => document.getElementById(id).getBoundingClientRect();
          return ["link", "outlook", "utc"].filter(
            id => inside(id).left < edge || inside(id).right > innerWidth);
        }"""
    )
    assert over == []


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_nothing_is_cut_of_a_lost_board_flight_whose_view_is_held(console, opened, width, height):
    """The longest banner, the longest header and values in all legends."""
    served = console(LOST, "--board", "virtual", "--speed", "60")
    page = opened(served, width=width, height=height).page
    stands(page, lambda text: "LOST" in text, "#link", timeout_s=60.0)
    page.keyboard.press("2")
    stands(page, lambda text: "View held at T+118.17" in text, "#banner")
    stands(page, lambda text: text != "⊘", "[data-parameter=altitude_m] .value")

    assert "Radar search opens in" in page.inner_text("#banner")
    stands(page, lambda text: "block-i 0.010" in text, ".plot.wide .fsw-legend")
    assert cut(page) == []
    assert page.evaluate("document.scrollingElement.scrollHeight") == height


def test_keys_do_all_of_it_while_it_flies(console, opened):
    page = opened(console("progress-ms-04", "--speed", "20")).page
    stands(page, lambda clock: seconds(clock) > 130.0, timeout_s=30.0)

    page.keyboard.press("Space")
    banner = stands(page, lambda text: text.startswith("View held at"), "#banner")
    found = re.search(r"T\+([\d.]+)", banner)
    assert found is not None
    held = float(found[1])
    page.keyboard.press("Shift+ArrowLeft")
    stands(page, lambda text: f"View held at T+{held - 10:.2f}" in text, "#banner")
    page.keyboard.press("2")
    stands(page, lambda text: "View held at T+118.17" in text, "#banner")
    altitude = "[data-parameter=altitude_m] .value"
    stands(page, lambda v: v != "⊘" and abs(float(v) - 45.8) < 0.5, altitude)
    assert page.locator("#event-rows .chosen").get_attribute("data-event") == "STRAPON_SEPARATION"
    page.keyboard.press("8")  # the cut-off has not been heard: there is nowhere to go
    assert "View held at T+118.17" in page.inner_text("#banner")
    page.keyboard.press("l")
    stands(page, lambda text: not text.startswith("View held"), "#banner")
    assert seconds(page.inner_text("#clock")) > held


def test_keys_find_and_show_and_hide(paused):
    page = paused("planned", 200.0).page

    page.keyboard.press("/")
    page.keyboard.type("block-i")
    shown = [
        row.get_attribute("data-parameter")
        for row in page.locator("#parameter-rows tr[data-parameter]:visible").all()
    ]
    assert shown
    assert all("block-i" in name for name in shown)
    page.keyboard.type("x")
    stands(page, lambda text: 'no parameter has "block-ix"' in text, "#parameter-rows")
    page.keyboard.press("Escape")
    assert "no parameter has" not in page.inner_text("#parameter-rows")
    assert page.locator("[data-parameter=altitude_m]").is_visible()
    page.keyboard.press("e")
    assert page.evaluate("document.activeElement.id") == "events"
    page.keyboard.press("m")
    assert not page.locator("#plots").is_visible()
    page.keyboard.press("m")
    page.keyboard.press("t")
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#help").is_visible()


def test_a_replay_plays_stops_and_goes_where_it_is_told(paused):
    page = paused("planned", 200.0).page

    page.keyboard.press("3")
    stands(page, lambda clock: abs(seconds(clock) - 161.4) < 0.2)
    page.keyboard.press("Shift+ArrowRight")
    stands(page, lambda clock: abs(seconds(clock) - 171.4) < 0.2)
    page.select_option("#replay-speed", "50")
    page.keyboard.press("Escape")
    page.locator("#play").focus()
    page.keyboard.press("Enter")
    stands(page, lambda clock: seconds(clock) > 250.0)
    page.locator("#events").focus()
    page.keyboard.press("l")
    stands(page, lambda clock: seconds(clock) >= 540.0)
    stands(page, lambda text: "IN ORBIT" in text, "#outlook")
    stands(
        page,
        lambda text: "Radar, after the flight: detected on the calculated orbit" in text,
        "#banner",
    )


def test_titles_that_hold_html_are_only_text(console, opened, tmp_path):
    from importlib.resources import files

    catalog = files("flightsw") / "catalog"
    evil = "<img src=x onerror=alert(1)><b>Evil</b>"
    for folder, name, old, new in (
        ("missions", "nike-apache-14-210", "Nike-Apache 14.210 GI, 24 August 1965", evil),
        ("sequences", "nike-apache-recovery", '"Lift-off"', '"<i>Lift</i>"'),
    ):
        text = (catalog / folder / f"{name}.toml").read_text(encoding="utf-8")
        assert old in text
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{name}.toml").write_text(text.replace(old, new), encoding="utf-8")
    shown = opened(console("nike-apache-14-210", "--speed", "30"))
    page = shown.page

    assert stands(page, lambda text: text == evil, "#title")
    assert stands(page, lambda text: "<i>Lift</i>" in text, "#event-rows")
    assert page.locator("img, #event-rows i, h1 b").count() == 0
    assert shown.errors == []


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize(("name", "t_s"), [("planned", 300.0), ("lost", 386.0)])
def test_axe_finds_nothing_serious(paused, name, t_s, scheme):
    assert paused(name, t_s, scheme=scheme).violations() == []


def test_the_server_gone_and_back(console, flown, opened):
    first = console(str(flown("planned")), "--speed", "1")
    shown = opened(first)
    shown.page.keyboard.press("Space")
    stands(shown.page, lambda text: text == "▶", "#play")
    at(shown.page, 200.0)
    first.stop()
    stands(shown.page, lambda text: text.startswith("▲ SERVER GONE for"), "#banner")
    assert shown.page.inner_text("#link") == "▲ NO SERVER"
    stands(shown.page, lambda text: {*text.split("\n")} == {"⊘"} or "⊘" in text, "#parameter-rows")

    console(str(flown("planned")), "--speed", "1", port=first.port)

    stands(shown.page, lambda text: text.startswith("The server is back"), "#banner")
    stands(shown.page, lambda text: "frames/s" in text, "#link")


def test_with_a_board_the_frames_are_its_own(console, opened, tmp_path):
    served = console("progress-ms-04", "--speed", "60", "--board", "virtual")
    page = opened(served).page
    stands(page, lambda clock: seconds(clock) > 20.0, timeout_s=60.0)

    assert "BOARD" in page.inner_text("#mode")
    assert "frames/s" in page.inner_text("#link")


def test_a_board_that_is_gone_stands_in_the_banner_and_the_flight_ends_with_exit_3(console, opened):
    served = console("progress-ms-04", "--speed", "20", "--board", "virtual")
    page = opened(served).page
    stands(page, lambda clock: seconds(clock) > 0.0, timeout_s=60.0)
    pid = served.process.pid
    (board,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    os.kill(int(board), signal.SIGKILL)

    stands(page, lambda text: text.startswith("▲ Board gone at T"), "#banner")
    nothing_is_shown_as_live(page)
    stands(page, lambda text: text.startswith("▲ FLIGHT ENDED: board gone"), "#banner", 60.0)
    nothing_is_shown_as_live(page)
    assert served.stop() == 3


def nothing_is_shown_as_live(page):
    """The flight's clock stands too, so nothing grows old by it."""
    stands(page, lambda text: text == "▲ NO FRAMES", "#link")
    stands(page, lambda text: text == "⊘ was IN FLIGHT", "#outlook")
    values = page.locator("#parameters .value").all_inner_texts()
    assert set(values) == {"⊘"}


def test_a_port_that_is_not_there_is_refused_before_anything_is_served(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "flightsw", "console", LOST, "--board", "/dev/ttyNONE"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 3
    assert "/dev/ttyNONE" in done.stderr
    assert "http://" not in done.stderr


def test_what_is_still_on_its_way_is_no_gap(paused):
    """The rows of a message with too many of them come with the history, which takes a while."""
    page = paused("planned", 100.0).page

    shown = page.evaluate(
        """async () => {
          const { Store } = await import("/console/store.js");
          const told = [1, 2, 9];
          const answer = { generation: 1, names: ["altitude_m"], t: told, values: [told] };
          let give;
          window.fetch = () => new Promise(resolve => { give = resolve; });
          const altitude = { name: "altitude_m", scale: 1 };
          const plan = { plots: [{ parameters: ["altitude_m"] }] };
          const store = new Store({
            dictionary: { generation: 1, parameters: [altitude] },
            plan, run: { last: [], state: { events: [] } },
          });
          const message = (f, more = false) => ({ generation: 1, dropped: 0, now: 10, f, more });
          const seen = [];
          const look = () => seen.push([[...store.t], [...store.columns.get("altitude_m")]]);
          for (const each of [message([[1, 1]]), message([[9, 9]], true), message([[10, 10]])]) {
            store.take(each);
            look();
          }
          give({ ok: true, json: async () => answer });
          await new Promise(resolve => setTimeout(resolve, 50));
          look();
          store.take(message([[15, 15]]));
          look();
          return seen;
        }"""
    )

    assert shown[:3] == [[[1], [1]]] * 3  # the plots wait
    assert shown[3] == [[1, 2, 9, 10], [1, 2, 9, 10]]
    assert shown[4] == [[1, 2, 9, 10, 12.5, 15], [1, 2, 9, 10, None, 15]]  # a gap, if there is one


def test_what_is_heard_while_the_page_is_made_is_on_it(console, browser):
    """Half a minute of flight passes between what the page asks for first and its history."""
    served = console("nike-apache-14-210", "--speed", "10")
    page = browser.new_page()
    asked = []

    def slow(route):
        asked.append(route)
        if len(asked) == 1:
            page.wait_for_timeout(3500)
        route.continue_()

    page.route("**/api/history*", slow)
    page.goto(served.url)
    stands(page, lambda clock: seconds(clock) > 40.0)

    stands(page, lambda text: "Apogee" in text, "#event-rows")
    assert rows(page)["SECOND_STAGE_BURNOUT"][0] == "✓"
    assert not [name for name, row in rows(page).items() if row[0] == "⊘"]
    page.close()


def test_what_is_zoomed_comes_at_its_full_rate(paused):
    """Of the whole flight a screen gets what its pixels can show; of some seconds every sample."""
    shown = paused("planned", 300.0)
    page = shown.page
    asked = []
    page.on("response", lambda answer: asked.append(answer) if "/history" in answer.url else None)

    for _ in range(6):
        page.keyboard.press("+")
    page.wait_for_timeout(1000)
    told = asked[-1].json()
    steps = [b - a for a, b in pairwise(told["t"])]

    assert told["t"][0] == pytest.approx(295.6, abs=0.1)
    assert told["t"][-1] == pytest.approx(300.0, abs=0.1)
    assert max(steps) < 0.021
    assert shown.errors == []
