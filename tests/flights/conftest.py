"""Flights that several tests look at are flown once; catalogue files are changed in a copy."""

from __future__ import annotations

from importlib.resources import files

import pytest

import flightsw

CATALOG = files("flightsw") / "catalog"


@pytest.fixture(scope="session")
def nominal():
    return flightsw.fly(flightsw.load("progress-ms-04"))


@pytest.fixture(scope="session")
def lost():
    return flightsw.fly(flightsw.load("progress-ms-04-lost"))


@pytest.fixture
def edit(tmp_path, monkeypatch):
    """Copy a catalogue file into the working folder, one text replaced: it goes first."""
    monkeypatch.chdir(tmp_path)

    def _edit(name: str, old: str, new: str) -> None:
        text = (CATALOG / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.replace(old, new), encoding="utf-8")

    return _edit


@pytest.fixture
def fly():
    def _fly(name: str, *faults: str, **options):
        return flightsw.fly(flightsw.load(name, faults=faults, **options))

    return _fly
