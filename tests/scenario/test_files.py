"""Files that cannot be read at all are refused in one line, quickly."""

import os

import pytest

from flightsw.errors import ScenarioError
from flightsw.scenario import load


def message_of(path: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        load(path)
    (problem,) = caught.value.problems
    assert problem.path == path
    return problem.message


def test_no_such_file(here) -> None:
    assert message_of("mine.toml") == "cannot read the file: No such file or directory"


def test_a_folder(here) -> None:
    (here.folder / "mine.toml").mkdir()

    assert message_of("mine.toml") == "this is a folder, not a file"


def test_a_pipe_is_not_waited_for(here) -> None:
    os.mkfifo(here.folder / "mine.toml")

    assert message_of("mine.toml") == "this is not a regular file"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_one_may_not_read(here) -> None:
    here.write("mine.toml", "")
    (here.folder / "mine.toml").chmod(0)

    assert message_of("mine.toml") == "cannot read the file: Permission denied"


def test_a_huge_file(here) -> None:
    here.write("mine.toml", "#" * 1_000_001)

    assert message_of("mine.toml") == "the file has 1000001 bytes; at most 1000000 are read"


def test_bytes_that_are_not_text(here) -> None:
    (here.folder / "mine.toml").write_bytes(b"a = 1\nb = '\xff'\n")

    assert message_of("mine.toml") == "the file is not UTF-8: byte 0xff in line 2"


def test_not_toml(here) -> None:
    here.write("mine.toml", 'format = "flightsw-mission/1"\nid = mine\n')

    with pytest.raises(ScenarioError) as caught:
        load("mine.toml")

    assert str(caught.value) == (
        "error: not valid TOML: invalid value\n"
        "  --> mine.toml:2:6\n"
        "   |\n"
        "  2| id = mine\n"
        "   |      ^"
    )


def test_the_end_of_an_unfinished_file(here) -> None:
    here.write("mine.toml", "a = [1,\n2,\n")

    with pytest.raises(ScenarioError) as caught:
        load("mine.toml")

    assert (caught.value.problems[0].line, caught.value.problems[0].column) == (2, 3)


def test_an_empty_file_lacks_its_format(here) -> None:
    here.write("mine.toml", "")

    assert message_of("mine.toml").startswith("`format` is missing; this file starts with")


@pytest.mark.parametrize(
    "bomb",
    [
        pytest.param("a = " + "[" * 4000, id="arrays"),
        pytest.param("a = " + "[\n" * 100_000, id="arrays on lines"),
        pytest.param("a = " + "{a=" * 1000, id="inline tables"),
        pytest.param("a." * 2000 + "a = 1", id="dotted key"),
        pytest.param("a." * 400_000 + "a = 1", id="long dotted key"),
        pytest.param("\n".join(f"[{'a.' * 20}b{n}]" for n in range(20_000)), id="headers"),
        pytest.param("a = " + "[" * 40 + "]" * 40, id="nesting that is closed"),
    ],
)
def test_nesting_has_an_end(here, bomb) -> None:
    here.write("mine.toml", bomb)

    message = message_of("mine.toml")

    assert message.startswith(("nested too deeply", "a line has at most"))


def test_numbers_of_any_length_are_only_wrong(here) -> None:
    here.change("mission", "progress-ms-04", "mass_kg = 7285.0", "mass_kg = 0x" + "f" * 4000)

    with pytest.raises(
        ScenarioError, match=r"`payload\.mass_kg` must be a number, not a number of"
    ):
        load("progress-ms-04")


def test_windows_line_ends_and_a_byte_order_mark_are_read(here) -> None:
    here.change("mission", "progress-ms-04", "7285.0", "7285.0")
    path = here.folder / "missions" / "progress-ms-04.toml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))

    assert load("progress-ms-04").mission.id == "progress-ms-04"


@pytest.mark.parametrize("name", ["", ".", "..", "a\0b", "x" * 5000, "/", "~", "missions/"])
def test_names_that_are_none(here, name) -> None:
    with pytest.raises(ScenarioError):
        load(name)
