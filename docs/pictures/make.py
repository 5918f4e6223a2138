"""Make the README's pictures: `python docs/pictures/make.py`, with the system's Chromium.

The lost flight is flown, its console stands at T+386, its report is opened from disk. The pictures
are compared by eye.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

HERE = Path(__file__).parent
MISSION = "progress-ms-04-lost"
STANDS_S = 386.0
BROWSERS = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def flightsw(*arguments: str, cwd: Path) -> subprocess.Popen[str]:
    """Start the program and return it."""
    return subprocess.Popen(
        [sys.executable, "-m", "flightsw", *arguments], cwd=cwd, stderr=subprocess.PIPE, text=True
    )


def picture_of_console(page: Page, run: Path) -> None:
    """Let a replay stand where the loss has just been noticed."""
    console = flightsw("console", str(run), "--port", "0", "--no-browser", cwd=run)
    assert console.stderr is not None
    found = None
    while found is None:
        found = re.search(r"http://\S+", console.stderr.readline())
    try:
        page.goto(found[0])
        page.wait_for_selector(".plot canvas")
        page.keyboard.press("Space")
        page.evaluate(
            """t => { const scrub = document.getElementById("scrub");
                      scrub.value = t; scrub.dispatchEvent(new Event("change")); }""",
            STANDS_S,
        )
        expect(page.locator("#clock")).to_have_text("T+06:26.0")
        page.wait_for_timeout(2000)  # the map waits for its history
        page.screenshot(path=HERE / "console.png")
    finally:
        console.terminate()
        console.wait()


def main() -> None:
    """Fly, look, keep the pictures."""
    browser_path = next(path for path in BROWSERS if Path(path).exists())
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        run = Path(folder) / MISSION
        assert flightsw("run", MISSION, "--report", "--out", MISSION, cwd=run.parent).wait() == 0
        browser = playwright.chromium.launch(executable_path=browser_path, args=QUIET)
        wide = {"width": 1280, "height": 720}
        page = browser.new_page(viewport=wide, color_scheme="dark")
        picture_of_console(page, run)
        page = browser.new_page(viewport=wide, color_scheme="light")
        page.goto((run / "report.html").as_uri())
        page.wait_for_selector("canvas")
        page.screenshot(path=HERE / "report.png")
        browser.close()
    for picture in sorted(HERE.glob("*.png")):
        print(f"{picture.name}: {picture.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
