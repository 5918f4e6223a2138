"""What is measured of report and console: recorded with the results, and contrasts judged."""

import os
import time
from pathlib import Path

import pytest

from flightsw.report import report
from tests.console.reading import stands

WATCHED_S = 10.0
LINE, TEXT = 3.0, 4.5  # WCAG 2.2, 1.4.11 and 1.4.3
PAIRS = (  # a colour, what it lies on, the least contrast
    *(
        (colour, ground, TEXT)
        for colour in ("text", "dim", "flown")
        for ground in ("panel", "page")
    ),
    ("off", "panel", TEXT),
    ("on-alarm", "alarm", TEXT),
    ("alarm", "panel", TEXT),
    ("second", "panel", LINE),
    ("third", "panel", LINE),
)


def used_s(process) -> float:
    """Return how long a process has computed."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def ready_ms(page) -> dict[str, float]:
    """Return when a page was loaded, and when it had drawn, since it was asked for."""
    ready: dict[str, float] = page.evaluate(
        """() => {
          const [asked] = performance.getEntriesByType("navigation");
          return { loaded: asked.loadEventEnd, drawn: performance.now() };
        }"""
    )
    return ready


def test_page_and_server_of_a_flight_at_its_own_pace(console, flown, opened, record_property):
    """50 rows a second: how soon the page is there, and how much of a core its server takes."""
    served = console(str(flown("planned")), "--speed", "1")
    shown = opened(served)
    ready = ready_ms(shown.page)
    stands(shown.page, lambda text: "frames/s" in text, "#link")
    began_s, before_s = time.monotonic(), used_s(served.process)
    shown.page.wait_for_timeout(WATCHED_S * 1e3)
    share = (used_s(served.process) - before_s) / (time.monotonic() - began_s)

    record_property("page_loaded_ms", round(ready["loaded"]))
    record_property("page_first_plots_ms", round(ready["drawn"]))
    record_property("server_share_of_a_core", round(share, 3))
    assert shown.errors == []


def test_a_report_opened_from_disk(flown, browser, tmp_path, record_property):
    file = tmp_path / "report.html"
    began_s = time.monotonic()
    file.write_text(report(flown("lost")), encoding="utf-8")
    built_s = time.monotonic() - began_s
    page = browser.new_page()
    page.goto(file.as_uri())
    page.wait_for_selector("canvas")

    record_property("report_built_s", round(built_s, 2))
    record_property("report_loaded_ms", round(ready_ms(page)["loaded"]))
    record_property("report_kb", round(file.stat().st_size / 1e3))
    page.close()


def luminance(colour: list[float]) -> float:
    """Return the relative luminance of red, green, blue from 0 to 255: WCAG 2.2."""
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (each / 255.0 for each in colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: list[float], other: list[float]) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_every_colour_stands_out_from_what_it_lies_on(paused, scheme, record_property):
    page = paused("lost", 386.0, scheme=scheme).page
    names = {name for pair in PAIRS for name in pair[:2]}
    colours = page.evaluate(
        """names => Object.fromEntries(names.map(name => {
          const probe = document.body.appendChild(document.createElement("i"));
          probe.style.color = `var(--${name})`;
          const colour = getComputedStyle(probe).color.match(/[0-9.]+/g).slice(0, 3).map(Number);
          probe.remove();
          return [name, colour];
        }))""",
        [*names],
    )

    found = {(a, b): contrast(colours[a], colours[b]) for a, b, _ in PAIRS}
    for (a, b), measured in found.items():
        record_property(f"contrast_{scheme}_{a}_on_{b}", round(measured, 1))
    assert [(a, b, found[a, b]) for a, b, least in PAIRS if found[a, b] < least] == []
    assert len({tuple(colours[name]) for name in ("flown", "second", "third", "dim", "text")}) == 5
