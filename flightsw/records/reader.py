"""A run folder read again: whatever is there, and in words what is not."""

from __future__ import annotations

import json
import os
import zipfile
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from flightsw.records.files import RecordError
from flightsw.records.run_folder import DOWNLINK, FORMAT, RUNS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

SUMMARY_FORMAT: Final = "flightsw-run/1"
SHOWN: Final = 5  # runs that an error names


@dataclass(frozen=True)
class RunRecord:
    """A run as its folder tells it.

    Attributes
    ----------
    path : Path
        The folder.
    manifest : mapping or None
        `run.json`; None when it is missing or damaged.
    summary : mapping or None
        `summary.json`, likewise.
    downlink : bytes or None
        What was heard; None when there is no log.
    transmitters, faults : tuple of mapping, or None
        **Truth**: what was sent, and what each act did.
    missing : list of str
        What could not be read and why, a sentence each, for the reader of a report.
    """

    path: Path
    manifest: Mapping[str, Any] | None
    summary: Mapping[str, Any] | None
    downlink: bytes | None
    transmitters: tuple[Mapping[str, Any], ...] | None
    faults: tuple[Mapping[str, Any], ...] | None
    missing: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether the run came to its end and says so."""
        return self.manifest is not None and self.manifest.get("state") == "complete"

    @cached_property
    def truth(self) -> Mapping[str, NDArray[Any]] | None:
        """**Truth**: what the plant did, by name; None when it is missing or damaged."""
        path = self.path / "truth.npz"
        try:
            with np.load(path, allow_pickle=False) as arrays:
                return {name: arrays[name] for name in arrays.files}
        except FileNotFoundError:
            self.missing.append("no truth.npz: nothing is told of what truly happened")
        except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile) as error:
            self.missing.append(f"truth.npz cannot be read: {error}")
        return None


def read_run(name: Path | str) -> RunRecord:
    """Read the folder of a run.

    Parameters
    ----------
    name : Path or str
        A folder, or the name of one in ``./runs``.

    Returns
    -------
    RunRecord
        With what is there. A missing or damaged file is told in its `missing`.

    Raises
    ------
    RecordError
        If there is no such folder, or it is none of a run, or of a version not known here.
    """
    path = run_folder(name)
    missing: list[str] = []
    manifest = _object(path / "run.json", FORMAT, missing)
    downlink = _downlink(path / DOWNLINK, missing)
    if manifest is None and downlink is None:
        msg = f"{path} is no folder of a run: neither run.json nor {DOWNLINK} can be read"
        raise RecordError(msg)
    summary = _object(path / "summary.json", SUMMARY_FORMAT, missing)
    if manifest is not None and manifest.get("state") != "complete":
        missing.append("the run was ended before its time: its record is incomplete")
    return RunRecord(
        path=path,
        manifest=manifest,
        summary=summary,
        downlink=downlink,
        transmitters=read_lines(path / "transmitters.jsonl", missing),
        faults=_ledger(path / "faults.jsonl", manifest, missing),
        missing=missing,
    )


def _ledger(
    path: Path, manifest: Mapping[str, Any] | None, missing: list[str]
) -> tuple[dict[str, Any], ...] | None:
    """Return what the acts did: a row for each component that the manifest names."""
    rows = read_lines(path, missing)
    if rows is None or manifest is None:
        return rows
    wanted = sum(len(act["components"]) for act in manifest["acts"])
    if len(rows) == wanted:
        return rows
    missing.append(f"{path.name} is damaged: it has {len(rows)} acts, run.json {wanted}")
    return None


def run_folder(name: Path | str) -> Path:
    """Return the folder that a run is called by: see `called_run`; RecordError if there is none."""
    found = called_run(name)
    if found is not None:
        return found
    path = Path(name)
    if path.exists():
        msg = f"{path} is a file, and in no folder of a run; give the run's folder"
        raise RecordError(msg)
    msg = f"no run {path}; {runs_here(str(name))}"
    raise RecordError(msg)


def called_run(name: Path | str) -> Path | None:
    """Return the folder of the run that is called so; None if nothing here is.

    A run is called by the path of its folder, by its name in ``./runs``, or by a file in it. A
    TOML file is never one of a run.
    """
    path = Path(name)
    for candidate in (path, RUNS / path):
        if candidate.is_dir():
            return candidate
        parent = candidate.parent
        if candidate.suffix != ".toml" and candidate.is_file() and _is_of_run(parent):
            return parent
    return None


def runs_here(wanted: str) -> str:
    """Return in words which runs there are: the nearest to a name, else the last."""
    here = sorted(each.parent.name for each in RUNS.glob("*/run.json"))
    beside = sorted(each.parent.name for each in Path().glob("*/run.json"))
    near = get_close_matches(wanted, [*here, *beside], n=1)
    if near:
        return f"did you mean `{near[0]}`?"
    known = here or beside
    more = "…, " if len(known) > SHOWN else ""
    return f"runs here: {more}{', '.join(known[-SHOWN:])}" if known else "there is no run in ./runs"


def _is_of_run(folder: Path) -> bool:
    return any((folder / each).is_file() for each in ("run.json", DOWNLINK))


def _downlink(path: Path, missing: list[str]) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        missing.append(f"no {path.name}: nothing is known of what was heard")
    except OSError as error:
        missing.append(f"{path.name} cannot be read: {_reason(error)}")
    return None


def _object(path: Path, version: str, missing: list[str]) -> dict[str, Any] | None:
    """Return the JSON object in a file. Raises RecordError for one of another version."""
    found = _json(path, json.loads, missing)
    if found is None:
        return None
    if isinstance(found, dict) and found.get("format", version) != version:
        msg = f"{path} has the format {found['format']!r}; this version reads {version!r}"
        raise RecordError(msg)
    return found if _is_whole(path.name, found, missing) else None


def read_lines(path: Path, missing: list[str]) -> tuple[dict[str, Any], ...] | None:
    """Return the objects of a `.jsonl`; None, and why in `missing`, where that is not possible."""
    found = _json(path, lambda text: [json.loads(line) for line in text.splitlines()], missing)
    return tuple(found) if found is not None and _is_whole(path.name, found, missing) else None


def _json(path: Path, parse: Callable[[str], Any], missing: list[str]) -> Any:
    try:
        return parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        missing.append(f"no {path.name}")
    except OSError as error:
        missing.append(f"{path.name} cannot be read: {_reason(error)}")
    except (ValueError, RecursionError) as error:
        missing.append(f"{path.name} is damaged: {error}")
    return None


def _is_whole(name: str, content: Any, missing: list[str]) -> bool:
    from flightsw.records.shapes import what_is_wrong

    wrong = what_is_wrong(name, content)
    if wrong is not None:
        missing.append(f"{name} is damaged: {wrong}")
    return wrong is None


def _reason(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else str(error)
