"""A folder of a user's own, with files of the catalogue changed in one place."""

from pathlib import Path

import pytest

import flightsw

CATALOG = Path(flightsw.__file__).parent / "catalog"
FOLDERS = {
    "mission": "missions",
    "scenario": "scenarios",
    "fault": "faults",
    "vehicle": "vehicles",
    "sequence": "sequences",
    "station": "stations",
}


class Workspace:
    """The current folder. A `‸` in a text written here marks a place and is taken out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, path: str, text: str) -> tuple[int, int] | None:
        """Write a file; return line and column of the mark in it."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text.replace("‸", ""), encoding="utf-8")
        before, mark, _ = text.partition("‸")
        return (before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1) if mark else None

    def change(self, kind: str, name: str, old: str, new: str) -> tuple[int, int] | None:
        """Write a file of the catalogue into this folder with one text replaced."""
        text = (CATALOG / FOLDERS[kind] / f"{name}.toml").read_text(encoding="utf-8")
        assert text.count(old) >= 1, f"{old!r} is not in {name}"
        return self.write(f"{FOLDERS[kind]}/{name}.toml", text.replace(old, new, 1))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.chdir(tmp_path)
    return Workspace(tmp_path)
