"""What stands on a page, read as a person reads it."""

import re


def at(page, t_s):
    """Let a replay stand at a time, by its scrubber."""
    page.locator("#replay").wait_for()
    page.evaluate(
        """t => { const scrub = document.getElementById("scrub");
                  scrub.value = t; scrub.dispatchEvent(new Event("change")); }""",
        t_s,
    )
    stands(page, lambda clock: abs(seconds(clock) - t_s) < 1.0)


def seconds(clock: str) -> float:
    found = re.fullmatch(r"T([+−])(\d+):([\d.]+)", clock)
    if not found:
        return float("nan")
    return (-1 if found[1] == "−" else 1) * (int(found[2]) * 60 + float(found[3]))


def stands(page, true_of, where="#clock", timeout_s=15.0):
    """Wait until what is written somewhere fits; return it."""
    for _ in range(int(timeout_s * 20)):
        text = page.inner_text(where)
        if true_of(text):
            return text
        page.wait_for_timeout(50)
    raise AssertionError(f"{where}: {text!r}")


def rows(page):
    """Return the list of events: name to mark, plan, heard, difference."""
    found = {}
    for row in page.locator("#event-rows tr").all():
        cells = {cell.get_attribute("class"): cell.inner_text() for cell in row.locator("td").all()}
        found[row.get_attribute("data-event")] = (
            cells["mark"],
            cells.get("planned", "–"),
            cells["heard"],
            cells.get("delta", ""),
        )
    return found


def values(page):
    return {
        row.get_attribute("data-parameter"): row.locator("td.value").inner_text()
        for row in page.locator("#parameter-rows tr[data-parameter]").all()
    }
