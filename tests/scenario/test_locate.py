"""The scanner finds the line and column of any key and value that tomllib accepts."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import flightsw
from flightsw.scenario.locate import locate

CATALOG = Path(flightsw.__file__).parent / "catalog"


@pytest.mark.parametrize(
    ("text", "path", "place"),
    [
        pytest.param("a = 1\nbc = 22", ("bc",), (2, 6, 2), id="number"),
        pytest.param('a = "x # y" # z', ("a",), (1, 5, 7), id="hash in a string"),
        pytest.param("a = 'x # \"y' # z", ("a",), (1, 5, 8), id="hash in a literal string"),
        pytest.param('a = """\nb = 1\n"""\nb = 2', ("b",), (4, 5, 1), id="long string"),
        pytest.param('a = """x""""" # "\nb = 2', ("b",), (2, 5, 1), id="quotes end a long string"),
        pytest.param("a.b.c = 1", ("a", "b", "c"), (1, 9, 1), id="dotted key"),
        pytest.param('a."b.c" . d = 1', ("a", "b.c", "d"), (1, 15, 1), id="quoted dotted key"),
        pytest.param("[t]\nk = 1", ("t", "k"), (2, 5, 1), id="table"),
        pytest.param("[a.b]\nk = 1", ("a", "b", "k"), (2, 5, 1), id="dotted table"),
        pytest.param("[[t]]\nk = 1\n[[t]]\nk = 2", ("t", 1, "k"), (4, 5, 1), id="array of tables"),
        pytest.param(
            "[[t]]\n[t.u]\nk=1\n[[t]]\n[t.u]\n  k=2",
            ("t", 1, "u", "k"),
            (6, 5, 1),
            id="table in it",
        ),
        pytest.param("t = { a = 1, b = 22 }", ("t", "b"), (1, 18, 2), id="inline table"),
        pytest.param("t = [1, [2, 33]]", ("t", 1, 1), (1, 13, 2), id="array in an array"),
        pytest.param("t = [\n  1, # one ]\n  22,\n]", ("t", 1), (3, 3, 2), id="array of lines"),
        pytest.param("t = [{ a = [{ b = 1 }] }]", ("t", 0, "a", 0, "b"), (1, 19, 1), id="nested"),
        pytest.param("d = 2016-12-01T14:51:52Z # x", ("d",), (1, 5, 20), id="date"),
    ],
)
def test_a_value_is_found(text, path, place) -> None:
    span = locate(text).value(path)

    assert (span.line, span.column, span.width) == place


def test_a_key_is_found() -> None:
    span = locate("[table]\n  key = 1\n").key(("table", "key"))

    assert (span.line, span.column, span.width) == (2, 3, 3)


def test_what_is_missing_is_where_its_table_begins() -> None:
    span = locate("a = 1\n[[t]]\nk = 1\n").key(("t", 0, "missing"))

    assert (span.line, span.column) == (2, 3)


def walk(value, path=()):
    yield path, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from walk(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from walk(inner, (*path, index))


@pytest.mark.parametrize("file", sorted(CATALOG.glob("*/*.toml")), ids=lambda file: file.stem)
def test_the_text_at_each_place_is_the_value(file) -> None:
    text = file.read_text(encoding="utf-8")
    places = locate(text)

    for path, value in walk(tomllib.loads(text)):
        if isinstance(value, str | int | float):
            start, end = places.values[path]
            assert tomllib.loads(f"v = {text[start:end]}")["v"] == value


@given(st.text(alphabet="ab.=[]{}\"'#, \n1\\", max_size=60))
def test_whatever_tomllib_accepts_is_located(text) -> None:
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return

    places = locate(text)

    leaves = [path for path, value in walk(data) if not isinstance(value, dict | list)]
    assert all(path in places.values for path in leaves)
