"""Where boards that are processes are found: no list of serial ports shows theirs.

A folder of the user holds for each a symbolic link to its port, and a JSON file beside it.
"""

from __future__ import annotations

import fcntl
import json
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path

from hil.errors import BoardError


@dataclass(frozen=True, slots=True)
class Registered:
    """A board that is a process.

    Attributes
    ----------
    name : str
        In the registry, such as ``virtual-1``.
    kind : str
        ``virtual`` or ``emulated``.
    port : str
        What to open: a link, which stays when the port behind it is another one.
    pid : int
        Of its process.
    baud : int
        Rate that its line has in simulated time, bit/s; 0: none, it is as fast as it goes.
    """

    name: str
    kind: str
    port: str
    pid: int
    baud: int = 0

    @property
    def names(self) -> tuple[str, str]:
        """What it may be called by."""
        return self.name, self.port


def registry_folder() -> Path:
    """Return this user's registry, made when it is not there.

    Raises
    ------
    BoardError
        If it cannot be made, or belongs to somebody else.
    """
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if Path(runtime).is_absolute() and Path(runtime).is_dir():
        folder = Path(runtime) / "flightsw-boards"
    else:
        folder = Path(tempfile.gettempdir()) / f"flightsw-boards-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise BoardError(_not_kept(folder, error)) from error
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        msg = f"{folder}: belongs to somebody else; set XDG_RUNTIME_DIR to a folder of your own"
        raise BoardError(msg)
    return folder


def link_of(name: str) -> Path:
    """Return where the link to a board's port stands."""
    return registry_folder() / name


def claim(kind: str) -> str:
    """Return a name that no board has, ``KIND-1`` and so on; it is taken until `forget`."""
    with _alone():
        taken = {board.name for board in _running()}
        name = next(name for n in count(1) if (name := f"{kind}-{n}") not in taken)
        _write(Registered(name, kind, "", os.getpid()))
        return name


def register(board: Registered) -> None:
    """Tell of a board that runs, under a name that was claimed."""
    with _alone():
        _write(board)


def forget(name: str) -> None:
    """Give a name back: one of a board that has ended, or claimed for nothing."""
    with _alone():
        board = _read(_file_of(name))
        if board is None or board.pid == os.getpid() or not _runs(board.pid):
            _remove(name)


def registered() -> list[Registered]:
    """Return the boards that run, by name. Those that have ended are forgotten."""
    with _alone():
        return [board for board in _running() if board.port]


@contextmanager
def _alone() -> Iterator[None]:
    """Keep every other process out: what is read here is still true when it is acted upon."""
    folder = registry_folder()
    try:
        with (folder / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
    except OSError as error:
        raise BoardError(_not_kept(folder, error)) from error


def _not_kept(folder: Path, error: OSError) -> str:
    why = os.strerror(error.errno or 0)
    return f"cannot keep the list of boards in {folder}: {why}; XDG_RUNTIME_DIR names another place"


def _running() -> list[Registered]:
    found = []
    for file in sorted(registry_folder().glob("*.json")):
        board = _read(file)
        if board is not None and _runs(board.pid):
            found.append(board)
        else:
            _remove(file.stem)
    return found


def _read(file: Path) -> Registered | None:
    try:
        return Registered(**json.loads(file.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _write(board: Registered) -> None:
    fresh = link_of(f"{board.name}.new")
    fresh.write_text(json.dumps(asdict(board)) + "\n")
    fresh.replace(_file_of(board.name))


def _remove(name: str) -> None:
    link_of(name).unlink(missing_ok=True)
    _file_of(name).unlink(missing_ok=True)


def _file_of(name: str) -> Path:
    return registry_folder() / f"{name}.json"


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    """Tell whether a process has ended and nobody took note: its terminal may be another's now."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:  # it has ended altogether, or this system has no such file
        return False
    return status.rpartition(")")[2].split()[0] == "Z"  # proc(5): a name may hold parentheses
