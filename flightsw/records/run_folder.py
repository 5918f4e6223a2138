"""The folder of one run: `run.json` first, as incomplete, and whole files after it."""

from __future__ import annotations

import json
import platform
from contextlib import suppress
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import flightsw
from flightsw.records.downlink import DownlinkFile
from flightsw.records.files import RecordError, refused, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flightsw.flight import Flight
    from flightsw.scenario import Scenario

__all__ = ["RecordError", "RunFolder"]

FORMAT: Final = "flightsw-run-record/1"
RUNS: Final = Path("runs")
CRASH_PREFIX: Final = "flightsw-crash-"  # what the command line leaves when a run crashed
DOWNLINK: Final = "downlink.ccsds"
TABLES: Final = "telemetry"  # the folder that `tm decode` makes beside a log
_TABLE: Final = (".csv", ".parquet", ".mcap")
_NOTE_HEAD: Final = 16  # octets before the text of a wire log's first note
_WIRE_LOG: Final = b'{"format": "flightsw-wire/'
FILES: Final = (
    "run.json",
    "summary.json",
    DOWNLINK,
    "briefing.json",
    "echoes.json",
    "events.jsonl",
    "transmitters.jsonl",
    "faults.jsonl",
    "truth.npz",
    "report.html",
)


class RunFolder:
    """A folder that belongs to one run; made by `create`, filled by `write`."""

    def __init__(self, path: Path, manifest: dict[str, Any], *, made: bool) -> None:
        self.path: Final = path
        self._manifest = manifest
        self._made = made  # the folder is ours, not one that was given empty

    @classmethod
    def create(
        cls,
        scenario: Scenario,
        *,
        out: Path | None = None,
        force: bool = False,
        board: Mapping[str, Any] | None = None,
    ) -> RunFolder:
        """Take a folder and write its `run.json`, marked incomplete.

        Parameters
        ----------
        scenario : Scenario
            What is about to be flown.
        out : Path, optional
            The folder, absent or empty; ``runs/ID-NNNN`` with the next free number unless given.
        force : bool
            Whether `out` may be a run that is to be replaced; another folder never is.
        board : mapping, optional
            Which board is to play what part.

        Returns
        -------
        RunFolder
            Ready to be written.

        Raises
        ------
        RecordError
            If the folder may not be taken or cannot be written; then nothing was changed.

        """
        made = out is None or not out.exists()
        path = _next_folder(scenario) if out is None else _given_folder(out, force=force)
        folder = cls(path, _manifest(scenario) | {"board": board and dict(board)}, made=made)
        try:
            folder._write_manifest()
            _clear(path)
        except RecordError:
            folder._leave()
            raise
        return folder

    def downlink(self) -> DownlinkFile:
        """Return the run's downlink log, empty, to be filled while it flies."""
        return DownlinkFile(self.path / DOWNLINK)

    def write(self, flight: Flight, summary: Mapping[str, Any]) -> None:
        """Write the other records of a flight, truth last, and mark the run complete."""
        from flightsw.ground.exchange import briefing_text, echoes_text
        from flightsw.records.truth import write_truth

        self._write("briefing.json", briefing_text(flight.ground.briefing).encode())
        self._write("echoes.json", echoes_text(flight.echoes).encode())
        self._write("transmitters.jsonl", _lines(plain(row) for row in flight.transmitters))
        self._write("events.jsonl", _lines(_heard(flight)))
        self._write("faults.jsonl", _lines(plain(row) for row in flight.ledger))
        self._write("summary.json", _text(summary))
        write_truth(flight, self.path / "truth.npz")
        self._manifest |= {"state": "complete", "result_hash": flight.result_hash}
        self._write_manifest()

    def stopped(self, why: str) -> None:
        """Say in `run.json` why the run is incomplete, if it can be written; all else is kept."""
        self._manifest["stopped"] = why
        with suppress(RecordError):
            self._write_manifest()

    def discard(self) -> None:
        """Remove what this run wrote: nothing was flown."""
        for name in FILES:
            with suppress(OSError):
                (self.path / name).unlink()
        self._leave()

    def _leave(self) -> None:
        if self._made:
            with suppress(OSError):
                self.path.rmdir()

    def _write_manifest(self) -> None:
        self._write("run.json", _text(self._manifest))

    def _write(self, name: str, content: bytes) -> None:
        write_whole(self.path / name, lambda file: file.write(content))


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it: dataclasses as objects, tuples as lists."""
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if abs(value) < float("inf") else None
    return str(value)


def _manifest(scenario: Scenario) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "state": "incomplete",
        "mission": scenario.mission.id,
        "scenario": scenario.scenario_id,
        "rate_hz": scenario.rate_hz,
        "seed": scenario.seed,
        "result_hash": None,
        "versions": {"flightsw": flightsw.__version__, "python": platform.python_version()},
        "acts": plain(scenario.acts),
        "files": plain(scenario.files),
    }


def _heard(flight: Flight) -> Iterable[dict[str, Any]]:
    """Yield the events as heard: nothing of the plan stands in a record of what happened."""
    for event in flight.ground.events:
        yield {
            "name": event.name,
            "t_s": round(event.t_s, 6),
            "role": event.role,
            "trigger": event.trigger,
            "altitude_m": None if event.altitude_m is None else round(event.altitude_m, 2),
            "speed_inertial_mps": None if event.speed_mps is None else round(event.speed_mps, 4),
        }


def _text(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _lines(rows: Iterable[Mapping[str, Any]]) -> bytes:
    return "".join(
        json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in rows
    ).encode()


def _next_folder(scenario: Scenario) -> Path:
    """Make and return ``runs/ID-NNNN``, one above the highest number there is."""
    name = scenario.id
    try:
        RUNS.mkdir(exist_ok=True)
        taken = [path.name.removeprefix(f"{name}-") for path in RUNS.glob(f"{name}-*")]
        number = max((int(end) for end in taken if end.isascii() and end.isdigit()), default=0)
        while True:
            number += 1
            path = RUNS / f"{name}-{number:04d}"
            with suppress(FileExistsError):
                path.mkdir()
                return path
    except OSError as error:
        raise refused(RUNS, error) from error


def _given_folder(out: Path, *, force: bool) -> Path:
    try:
        if out.exists() and not out.is_dir():
            msg = f"--out {out}: is a file; give a folder that is absent or empty"
            raise RecordError(msg)
        out.mkdir(parents=True, exist_ok=True)
        inside = sorted(path.name for path in out.iterdir())
    except OSError as error:
        raise refused(out, error) from error
    if not inside:
        return out
    if not _is_run(out):
        msg = f"--out {out}: holds other things than a run and is never replaced; give another"
        raise RecordError(msg)
    if not force:
        msg = f"--out {out}: holds a run; --force replaces it"
        raise RecordError(msg)
    strangers = [
        name
        for name in inside
        if name not in FILES
        and not _is_crash(name)
        and not _holds_tables(out / name)
        and not _is_wire_log(out / name)
    ]
    if strangers:
        msg = f"--out {out}: holds a run and also {', '.join(strangers[:3])}; move that first"
        raise RecordError(msg)
    return out


def _is_run(folder: Path) -> bool:
    try:
        with (folder / "run.json").open(encoding="utf-8") as file:
            found = json.load(file)
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(found, dict) and found.get("format") == FORMAT


def _is_crash(name: str) -> bool:
    return name.startswith(CRASH_PREFIX)


def _holds_tables(path: Path) -> bool:
    """Return whether it is the folder of a run's tables, and nothing else is in it."""
    return (
        path.name == TABLES
        and path.is_dir()
        and not path.is_symlink()
        and all(each.suffix in _TABLE and each.is_file() for each in path.iterdir())
    )


def _is_wire_log(path: Path) -> bool:
    """Return whether it is what `run --wire` records, as section 10 of board-link.md has it."""
    try:
        with path.open("rb") as file:
            return path.is_file() and file.read(64)[_NOTE_HEAD:].startswith(_WIRE_LOG)
    except OSError:
        return False


def _clear(folder: Path) -> None:
    """Remove the files of the run that stood here before; its `run.json` is already ours."""
    others = [path.name for path in folder.iterdir() if _is_crash(path.name)]
    others += [path.name for path in folder.iterdir() if _is_wire_log(path)]
    tables = folder / TABLES
    held = [*tables.iterdir()] if _holds_tables(tables) else []
    for path in (*(folder / name for name in (*FILES[1:], *others)), *held):
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise refused(path, error) from error
    with suppress(OSError):
        tables.rmdir()
