"""A run folder read again: whatever is there, and in words what is not."""

from __future__ import annotations

import json
import os
import zipfile
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from flightsw.records.files import RecordError
from flightsw.records.run_folder import DOWNLINK, FORMAT, RUNS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

SUMMARY_FORMAT: Final = "flightsw-run/1"


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
    path = _folder(Path(name))
    missing: list[str] = []
    manifest = _object(path / "run.json", missing)
    if manifest is not None and manifest.get("format") != FORMAT:
        said = manifest.get("format")
        msg = f"{path}/run.json has the format {said!r}; this version reads {FORMAT!r}"
        raise RecordError(msg)
    downlink = _downlink(path / DOWNLINK, missing)
    if manifest is None and downlink is None:
        msg = f"{path} is no folder of a run: neither run.json nor {DOWNLINK} can be read"
        raise RecordError(msg)
    summary = _object(path / "summary.json", missing)
    if summary is not None and summary.get("format") != SUMMARY_FORMAT:
        missing.append(f"summary.json has a format not known here: {summary.get('format')!r}")
        summary = None
    if manifest is not None and manifest.get("state") != "complete":
        missing.append("the run was ended before its time: its record is incomplete")
    return RunRecord(
        path=path,
        manifest=manifest,
        summary=summary,
        downlink=downlink,
        transmitters=read_lines(path / "transmitters.jsonl", missing),
        faults=read_lines(path / "faults.jsonl", missing),
        missing=missing,
    )


def _folder(path: Path) -> Path:
    for candidate in (path, RUNS / path):
        if candidate.is_dir():
            return candidate
    if path.exists():
        msg = f"{path} is a file; a run is a folder"
        raise RecordError(msg)
    here = sorted(each.parent.name for each in RUNS.glob("*/run.json"))
    known = f"runs here: {', '.join(here[-5:])}" if here else "there is no run in ./runs"
    msg = f"no run {path}; {known}"
    raise RecordError(msg)


def _downlink(path: Path, missing: list[str]) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        missing.append(f"no {path.name}: nothing is known of what was heard")
    except OSError as error:
        missing.append(f"{path.name} cannot be read: {_reason(error)}")
    return None


def _object(path: Path, missing: list[str]) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_bytes())
        if isinstance(found, dict):
            return found
        missing.append(f"{path.name} is damaged: no JSON object")
    except FileNotFoundError:
        missing.append(f"no {path.name}")
    except OSError as error:
        missing.append(f"{path.name} cannot be read: {_reason(error)}")
    except (ValueError, RecursionError) as error:
        missing.append(f"{path.name} is damaged: {error}")
    return None


def read_lines(path: Path, missing: list[str]) -> tuple[dict[str, Any], ...] | None:
    """Return the objects of a `.jsonl`; None, and why in `missing`, where that is not possible."""
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        if all(isinstance(row, dict) for row in rows):
            return tuple(rows)
        missing.append(f"{path.name} is damaged: a line is no JSON object")
    except FileNotFoundError:
        missing.append(f"no {path.name}")
    except OSError as error:
        missing.append(f"{path.name} cannot be read: {_reason(error)}")
    except (ValueError, RecursionError) as error:
        missing.append(f"{path.name} is damaged: {error}")
    return None


def _reason(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else str(error)
