"""The catalogue is whole: everything in it loads, every number has a source or a range."""

import re
from pathlib import Path

import pytest

import flightsw
from flightsw.scenario import check, load
from flightsw.scenario.document import Document, read_document
from flightsw.scenario.provenance import constants

CATALOG = Path(flightsw.__file__).parent / "catalog"
FILES = sorted(CATALOG.glob("*/*.toml"))
REFERENCES = CATALOG.parent.parent / "docs" / "reference"
SOURCE_KEYS = re.compile(r"\[(\d+)\]")


def read(file: Path) -> Document:
    document = read_document(file, str(file))
    assert isinstance(document, Document)
    return document


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_it_has_no_errors(file) -> None:
    assert check([str(file)]) == ()


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_its_id_is_its_name(file) -> None:
    assert read(file).id == file.stem


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_every_number_has_a_source_or_is_assumed(file) -> None:
    bare = [c.key for c in constants(read(file)) if c.kind is None]

    assert bare == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_what_is_assumed_has_a_range(file) -> None:
    found = constants(read(file))

    without = {
        c.reason for c in found if c.kind == "assumed" and not re.search(r"\d|factor", c.reason)
    }
    assert without == set()


@pytest.mark.parametrize("kind", ["missions", "scenarios"])
def test_it_can_be_flown(kind) -> None:
    names = [file.stem for file in FILES if file.parent.name == kind]

    assert [load(name).id for name in names] == names


@pytest.mark.skipif(not REFERENCES.is_dir(), reason="the documents are not in a wheel")
def test_cited_sources_are_listed() -> None:
    page = (REFERENCES / "soyuz-progress.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^- (\d+) ", page, flags=re.MULTILINE))

    cited = {key for file in FILES for key in SOURCE_KEYS.findall(file.read_text(encoding="utf-8"))}
    assert cited - listed == set()
    assert set(SOURCE_KEYS.findall(page)) - listed == set()


def test_all_kinds_have_a_folder() -> None:
    assert {file.parent.name for file in FILES} == {
        "missions",
        "scenarios",
        "faults",
        "vehicles",
        "sequences",
        "stations",
    }
