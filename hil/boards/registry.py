"""Where boards that are processes are found: no list of serial ports shows theirs.

A folder of the user holds for each a symbolic link to its port, and a JSON file beside it.
"""

from __future__ import annotations

import json
import os
import stat
import tempfile
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
    """

    name: str
    kind: str
    port: str
    pid: int


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
        msg = f"{folder}: cannot keep the list of boards: {error.strerror}"
        raise BoardError(msg) from error
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        msg = f"{folder}: belongs to somebody else; set XDG_RUNTIME_DIR to a folder of your own"
        raise BoardError(msg)
    return folder


def link_of(name: str) -> Path:
    """Return where the link to a board's port stands."""
    return registry_folder() / name


def claim(kind: str) -> str:
    """Return a name that no board has, ``KIND-1`` and so on; it is taken until `forget`."""
    registered()
    for number in count(1):
        name = f"{kind}-{number}"
        try:
            with _file_of(name).open("x") as file:
                json.dump(asdict(Registered(name, kind, "", os.getpid())), file)
        except FileExistsError:
            continue
        return name
    raise AssertionError


def register(board: Registered) -> None:
    """Tell of a board that runs, under a name that was claimed."""
    fresh = link_of(f"{board.name}.new")
    fresh.write_text(json.dumps(asdict(board)) + "\n")
    fresh.replace(_file_of(board.name))


def forget(name: str) -> None:
    """Take a board off the registry. One that is not there is no error."""
    link_of(name).unlink(missing_ok=True)
    _file_of(name).unlink(missing_ok=True)


def registered() -> list[Registered]:
    """Return the boards that run, by name. Those that have ended are forgotten."""
    found: list[Registered] = []
    for file in sorted(registry_folder().glob("*.json")):
        try:
            board = Registered(**json.loads(file.read_text()))
        except (OSError, ValueError, TypeError):
            continue  # being written this moment, or not ours
        if not _runs(board.pid):
            forget(board.name)
        elif board.port:
            found.append(board)
    return found


def _file_of(name: str) -> Path:
    return registry_folder() / f"{name}.json"


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
