"""Finding a file by its name: a path, then the folders here, then the catalogue in the wheel."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

from flightsw.errors import Problem
from flightsw.scenario.document import Document, Readable, read_document

FOLDERS: Final = {
    "mission": "missions",
    "scenario": "scenarios",
    "fault": "faults",
    "vehicle": "vehicles",
    "sequence": "sequences",
    "station": "stations",
}

_CLOSE: Final = 0.6  # of difflib's ratio, as its get_close_matches has it


@dataclass(frozen=True, slots=True)
class Found:
    """A file that goes by a name.

    `path` is how messages name it; a file found `by_name` must have that id.
    """

    kind: str
    id: str
    path: str
    file: Readable | Path
    by_name: bool = True
    in_catalogue: bool = False

    def read(self) -> Document | Problem:
        """Read it."""
        return read_document(self.file, self.path, kind=self.kind)


def as_id(name: str) -> str:
    """Return a name as ids are written: on the command line `_` counts as `-`."""
    return name.replace("_", "-")


def looks_like_path(name: str) -> bool:
    """Say whether a name can only be meant as a path."""
    return name.endswith(".toml") or "/" in name or "\\" in name


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def find(name: str, kinds: Iterable[str]) -> Found | None:
    """Return the file that a name stands for, or None.

    Parameters
    ----------
    name : str
        A path, or an id of one of the kinds.
    kinds : iterable of str
        ``mission``, ``scenario``, ...; of two files of one name the earlier kind is taken.
    """
    kinds = tuple(kinds)
    path = Path(name)
    if looks_like_path(name) or (_is_there(path) and not path.is_dir()):
        return Found(kinds[0] if len(kinds) == 1 else "", path.stem, name, path, by_name=False)
    wanted = as_id(name)
    for kind in kinds:
        local = Path(FOLDERS[kind]) / f"{wanted}.toml"
        if _is_there(local):
            return Found(kind, wanted, str(local), local)
    for kind in kinds:
        for found in catalogue(kind):
            if found.id == wanted:
                return found
    return None


def catalogue(kind: str) -> Iterator[Found]:
    """Yield the files of one kind in the wheel, by id."""
    folder = resources.files("flightsw").joinpath("catalog", FOLDERS[kind])
    if not folder.is_dir():
        return
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            shown = f"catalog/{FOLDERS[kind]}/{file.name}"
            yield Found(kind, file.name.removesuffix(".toml"), shown, file, in_catalogue=True)


def local(kind: str) -> Iterator[Found]:
    """Yield the files of one kind in the folder here, by id."""
    folder = Path(FOLDERS[kind])
    if folder.is_dir():
        for file in sorted(folder.glob("*.toml")):
            yield Found(kind, file.stem, str(file), file)


def listing(kind: str) -> list[Found]:
    """Return every file of one kind that a name can find, the folder here before the catalogue."""
    found = {file.id: file for file in catalogue(kind)}
    found |= {file.id: file for file in local(kind)}
    return [found[name] for name in sorted(found)]


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the one of `names` that `name` was probably meant to be, the first of equals."""
    best, best_ratio = None, _CLOSE
    for known in names:
        ratio = difflib.SequenceMatcher(None, known.lower(), name.lower()).ratio()
        if ratio > best_ratio:
            best, best_ratio = known, ratio
    return best


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """Return the end of a message about an unknown name: the nearest, or all if they are few."""
    names = tuple(dict.fromkeys(names))
    close = nearest(name, names)
    if close is not None:
        return f"; did you mean `{close}`?"
    if not names:
        return ""
    if len(names) <= 8:  # noqa: PLR2004  what a reader takes in at one look
        return "; known: " + ", ".join(f"`{known}`" for known in names)
    return ""


def not_found(name: str, kinds: Iterable[str]) -> str:
    """Return the message about a name that no file goes by."""
    kinds = tuple(kinds)
    what = " or ".join(kinds)
    known = [found.id for kind in kinds for found in listing(kind)]
    return f"no {what} `{name}`{did_you_mean(as_id(name), known)}"
