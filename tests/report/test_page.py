"""The report as a reader has it: opened from disk, in a browser, with the network off."""

import re
from pathlib import Path

import pytest

from flightsw import load
from flightsw.cli.run import fly_and_record

WHOLE = "[data-plot]:not([data-close])"


@pytest.mark.parametrize(
    ("run", "against"),
    [("nominal", None), ("lost", None), ("sounding", None), ("short", None), ("lost", "nominal")],
)
@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_it_opens_without_asking_for_anything_or_complaining(opened, run, against, scheme):
    shown = opened(run, against=against, scheme=scheme)

    assert shown.errors == []
    assert [url.split(":")[0] for url in shown.requests] == ["file"]
    assert len(shown.requests) == 1


@pytest.mark.parametrize(
    ("run", "against"), [("nominal", None), ("lost", "nominal"), ("sounding", None)]
)
@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_nothing_in_it_is_hard_to_reach(opened, run, against, scheme):
    assert opened(run, against=against, scheme=scheme).violations() == []


@pytest.mark.parametrize("width", [1280, 1600])
@pytest.mark.parametrize(("run", "against"), [("lost", "nominal"), ("sounding", None)])
def test_nothing_is_cut_off(opened, run, against, width):
    page = opened(run, against=against, width=width).page

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(
        "[...document.querySelectorAll('.wide')].every(e => e.scrollWidth <= e.clientWidth)"
    )


@pytest.mark.parametrize("run", ["lost", "sounding"])
def test_on_a_phone_tables_scroll_and_the_page_does_not(opened, run):
    page = opened(run, width=420).page

    assert page.evaluate("document.documentElement.scrollWidth") == 420


def test_its_parts_are_counted_from_one(opened):
    numbers = opened("nominal").page.locator("h2 .number")

    assert numbers.all_inner_texts() == [str(number) for number in range(1, 11)]
    assert all(each.is_visible() for each in numbers.all())


def test_dark_unless_the_reader_wants_light_and_a_key_turns_it(opened):
    page = opened("nominal").page
    background = "getComputedStyle(document.body).backgroundColor"
    pixels = "document.querySelector('.fsw-plot canvas').toDataURL()"
    dark, drawn = page.evaluate(background), page.evaluate(pixels)

    page.keyboard.press("t")
    page.wait_for_timeout(100)
    light, redrawn = page.evaluate(background), page.evaluate(pixels)
    page.keyboard.press("t")

    assert opened("nominal", scheme="light").page.evaluate(background) == light != dark
    assert redrawn != drawn
    assert page.evaluate(background) == dark


def test_one_cursor_by_keyboard_alone(opened):
    """Tab to the first plot; one step of the arrow is a pixel, and all plots follow."""
    page = opened("lost").page
    plots = page.locator(WHOLE)
    reached = "document.activeElement.dataset.plot === '0'"
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate(reached):
            break
    assert page.evaluate(reached)

    page.keyboard.press("ArrowRight")
    at = [plot.locator(".fsw-at").inner_text() for plot in plots.all()]
    height = float(plots.first.locator("li output").first.inner_text())

    assert len(set(at)) == 1
    assert re.fullmatch(r"T\+\d+\.\d\d", at[0])
    assert 100.0 < height < 194.8  # the middle of the flight, below what was last heard

    page.keyboard.press("Escape")
    assert plots.first.locator(".fsw-at").inner_text() == ""


def test_where_nothing_was_heard_there_is_no_number(opened):
    page = opened("lost").page
    plot = page.locator(WHOLE).first
    box = plot.locator(".u-over").bounding_box()
    plot.locator(".u-over").hover(position={"x": box["width"] * 0.9, "y": 20})

    flown, plan = (plot.locator("li output").nth(index).inner_text() for index in range(2))

    assert float(plot.locator(".fsw-at").inner_text()[2:]) > 382.24
    assert flown == "⊘"
    assert 190.0 < float(plan) < 210.0  # the plan goes on, as a plan


def test_a_number_holds_for_two_seconds_and_is_then_gone(opened):
    page = opened("lost").page
    plot = page.locator("[data-close]").first
    over = plot.locator(".u-over")
    width = over.bounding_box()["width"]
    seen = {}
    for t_s in (381.0, 383.5, 384.6):  # of T+377.0 to T+387.3; last heard at T+382.24
        over.hover(position={"x": width * (t_s - 377.0) / 10.3, "y": 20})
        seen[t_s] = plot.locator("li output").first.inner_text()

    assert float(seen[381.0]) < float(seen[383.5]) == 194.73
    assert seen[384.6] == "⊘"


def test_zoom_is_of_all_plots_and_goes_back(opened):
    page = opened("nominal").page
    first, second = page.locator(WHOLE).nth(0), page.locator(WHOLE).nth(1)
    pixels = "e => e.querySelector('canvas').toDataURL()"
    before = second.evaluate(pixels)
    first.focus()

    page.keyboard.press("+")
    page.wait_for_timeout(100)
    zoomed = second.evaluate(pixels)
    page.keyboard.press("0")
    page.wait_for_timeout(100)
    page.keyboard.press("Escape")

    assert zoomed != before
    first.locator(".u-over").dblclick()
    page.mouse.move(1, 1)
    page.wait_for_timeout(100)
    assert second.evaluate(pixels) == before


def test_a_line_is_never_drawn_across_a_gap(opened, copied):
    """A stretch is cut out of the log: the plot there has no pixel of the flown line's colour."""
    run = copied("nominal")
    log = run / "downlink.ccsds"
    octets = log.read_bytes()
    log.write_bytes(octets[: len(octets) * 2 // 5] + octets[len(octets) * 3 // 5 :])
    page = opened(run).page
    plot = page.locator(WHOLE).nth(1)

    coloured = plot.evaluate(
        """e => {
          const canvas = e.querySelector('canvas'), c = canvas.getContext('2d');
          const {data, width, height} = c.getImageData(0, 0, canvas.width, canvas.height);
          const columns = [];
          for (let x = 0; x < width; x++) {
            let found = false;
            for (let y = 0; y < height; y++) {
              const i = 4 * (y * width + x);
              if (data[i] < 110 && data[i + 1] > 140 && data[i + 2] > 190) found = true;
            }
            columns.push(found);
          }
          return columns;
        }"""
    )
    first, last = coloured.index(True), len(coloured) - coloured[::-1].index(True)
    longest = max(
        len(piece)
        for piece in re.findall("0+", "".join(str(int(each)) for each in coloured[first:last]))
        or [""]
    )

    assert longest > 0.1 * (last - first)


def test_paper_is_white_and_has_no_keys(opened):
    page = opened("lost").page
    page.emulate_media(media="print")
    page.wait_for_timeout(100)

    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    assert not page.locator("#theme").is_visible()
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


def test_markup_in_names_is_text(opened, tmp_path, monkeypatch):
    """A mission's title, an event's and the folder of the run, each an attack on the page."""
    attack = "<img src=x onerror=document.title=1>"
    script = "</script><script>document.title=2</script>"
    monkeypatch.chdir(tmp_path)
    mission = next(f.text for f in load("progress-ms-04-lost").files if f.kind == "mission")
    sequence = next(f.text for f in load("progress-ms-04-lost").files if f.kind == "sequence")
    for folder, name, text in (
        (
            "missions",
            "mine",
            mission.replace('"progress-ms-04"', '"mine"', 1)
            .replace("Progress MS-04, 1 December 2016", attack)
            .replace('"soyuz-u-progress"', '"mine"'),
        ),
        (
            "sequences",
            "mine",
            sequence.replace('"soyuz-u-progress"', '"mine"', 1).replace(
                '"Strap-on separation"', f'"{script}"'
            ),
        ),
    ):
        Path(folder).mkdir()
        (Path(folder) / f"{name}.toml").write_text(text, encoding="utf-8")
    run = tmp_path / "<b>bold"
    fly_and_record(load("mine", faults=["third-stage-shutdown@382"]), out=run)

    shown = opened(run)

    assert shown.errors == []
    assert shown.page.locator("h1").inner_text() == attack
    assert shown.page.locator("td", has_text=script).count() >= 1
    assert shown.page.title() == f"{attack}: <b>bold"
    assert shown.page.locator("img, b").count() == 0
