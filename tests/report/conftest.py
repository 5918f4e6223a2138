"""Runs as the command line leaves them, and their reports opened from disk."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from flightsw import load
from flightsw.cli.run import fly_and_record
from flightsw.report import report
from flightsw.report.page import told_of
from tests.browser import Opened
from tests.scenario.conftest import Workspace

FLOWN = {
    "nominal": ("progress-ms-04", ()),
    "lost": ("progress-ms-04-lost", ()),
    "sounding": ("nike-apache-14-210", ()),
    "short": ("nike-apache-14-210-short", ()),
    "late": ("progress-ms-04", ("third-stage-shutdown@450",)),
}


class Runs:
    """Run folders by a short name; each is flown when it is first asked for."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def __getitem__(self, name: str) -> Path:
        folder = self.root / name
        if not folder.exists():
            mission, faults = FLOWN[name]
            fly_and_record(load(mission, faults=faults), out=folder)
        return folder


@pytest.fixture(scope="session")
def runs(tmp_path_factory):
    return Runs(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def told(runs):
    known = {}

    def tell(name):
        if name not in known:
            known[name] = told_of(runs[name])
        return known[name]

    return tell


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Workspace(tmp_path)


@pytest.fixture
def copied(runs, tmp_path):
    """Return a copy of a run that may be spoilt."""

    def copy(name: str) -> Path:
        return Path(shutil.copytree(runs[name], tmp_path / name))

    return copy


@pytest.fixture
def opened(browser, runs, tmp_path):
    """Return a function that opens the report of a run with the network off."""
    contexts: list[Any] = []

    def open_report(run, *, against=None, width=1280, height=720, scheme="dark"):
        run = runs[run] if isinstance(run, str) else run
        against = runs[against] if isinstance(against, str) else against
        file = tmp_path / f"report-{len(contexts)}.html"
        file.write_text(report(run, against=against), encoding="utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, offline=True
        )
        contexts.append(context)
        shown = Opened(context.new_page())
        shown.page.goto(file.as_uri())
        shown.page.wait_for_function("document.querySelectorAll('.fsw-plot canvas').length > 0")
        return shown

    yield open_report
    for context in contexts:
        context.close()
