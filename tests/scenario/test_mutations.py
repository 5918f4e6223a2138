"""No text, however broken, gets anything but a scenario or a ScenarioError out of the loader."""

import contextlib
import re
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import flightsw
from flightsw.errors import ScenarioError
from flightsw.scenario import check, load

CATALOG = Path(flightsw.__file__).parent / "catalog"
NAMES = {
    "missions": "progress-ms-04",
    "scenarios": "progress-ms-04-lost",
    "faults": "third-stage-shutdown",
    "vehicles": "soyuz-u",
    "sequences": "soyuz-u-progress",
    "stations": "mishelevka",
}
TEXTS = {
    folder: (CATALOG / folder / f"{name}.toml").read_text(encoding="utf-8")
    for folder, name in NAMES.items()
}
VALUES = [
    "0", "-1", "1e400", "nan", "-inf", "0x" + "f" * 2000, "9" * 4000, "true",
    '""', '"x"', "'block-a'",
    "[]", "[[]]", "[1, 'a', {}]", "{}", "{ a = 1 }", '{ id = "x", source = 1 }', "1979-05-27",
    "07:32:00", "1979-05-27T07:32:00Z", '"\\u0000"', '["LIFTOFF"]', '"LIFTOFF"',
    '{ all = [{ event = "LIFTOFF" }] }', "[nan]", '{ any = 1, all = "x" }', '"a.b.c.d"', '"é‸"',
]  # fmt: skip
VALUE = re.compile(r"(?<== )(?:\"[^\"\n]*\"|\[[^\]\n]*\]|\{[^}\n]*\}|[^\s,\[{#]+)")
quick = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def only_problems(here, folder: str, text: str) -> None:
    here.folder.joinpath(folder).mkdir(exist_ok=True)
    path = here.folder / folder / f"{NAMES[folder]}.toml"
    path.write_text(text, encoding="utf-8", errors="replace")
    try:
        with contextlib.suppress(ScenarioError):
            load("progress-ms-04-lost")
        problems = check([str(path)])
        assert all(str(problem).startswith("error: ") for problem in problems)
    finally:
        path.unlink()


@quick
@given(data=st.data())
def test_values_of_the_wrong_kind(here, data) -> None:
    folder = data.draw(st.sampled_from(sorted(TEXTS)))
    text = TEXTS[folder]
    for _ in range(data.draw(st.integers(1, 3))):
        places = list(VALUE.finditer(text))
        place = data.draw(st.sampled_from(places))
        value = data.draw(st.sampled_from(VALUES))
        text = text[: place.start()] + value + text[place.end() :]

    only_problems(here, folder, text)


@quick
@given(data=st.data())
def test_lines_lost_doubled_and_moved(here, data) -> None:
    folder = data.draw(st.sampled_from(sorted(TEXTS)))
    lines = TEXTS[folder].split("\n")
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        to = data.draw(st.integers(0, len(lines) - 1))
        how = data.draw(st.sampled_from(["lose", "double", "swap"]))
        if how == "lose" and len(lines) > 1:
            del lines[at]
        elif how == "double":
            lines.insert(to, lines[at])
        else:
            to = min(to, len(lines) - 1)
            lines[at], lines[to] = lines[to], lines[at]

    only_problems(here, folder, "\n".join(lines))


@quick
@given(data=st.data())
def test_characters_changed(here, data) -> None:
    folder = data.draw(st.sampled_from(sorted(TEXTS)))
    text = TEXTS[folder]
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(text) - 1))
        char = data.draw(st.sampled_from(list("[]{}=\"'#.,-_0aZ \n\\é")))
        text = text[:at] + char + text[at + 1 :]

    only_problems(here, folder, text)


@quick
@given(words=st.text(alphabet="engine-shutdown:block-i@382,=.+_AEN10 /\\\0", max_size=40))
def test_words_of_the_command_line(here, words) -> None:
    with contextlib.suppress(ScenarioError):
        load("progress-ms-04", faults=[words])
