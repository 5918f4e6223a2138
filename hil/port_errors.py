"""Why a port cannot be opened, and what would help."""

from __future__ import annotations

import errno
import os
import re
from contextlib import suppress
from itertools import chain
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Final

from hil.boards.registry import registered
from hil.errors import BoardError
from hil.present import ports_here

if TYPE_CHECKING:
    from collections.abc import Iterator

if os.name == "posix":
    import grp

_ABSENT: Final = (errno.ENOENT, errno.ENXIO, errno.ENODEV, errno.EIO)
_TAKEN: Final = (errno.EAGAIN, errno.EBUSY)
_COMMAND_MAX: Final = 60


def why_not(url: str, error: BaseException) -> str:
    """Say why a port cannot be opened, and what would help."""
    code = getattr(error, "errno", None) or (error.args[0] if error.args else None)
    # Windows tells its reason in the text alone.
    text = str(error)
    if (code in _ABSENT and not os.path.exists(url)) or "FileNotFoundError" in text:
        here = ", ".join(f"{port.name} ({port.title})" for port in ports_here())
        return f"no {url}. Ports here: {here or 'none'}"
    if code in _TAKEN or "PermissionError" in text:
        return f"{url} is in use by another program{_holder(url)}"
    if code in (errno.EACCES, errno.EPERM):
        return _not_allowed(url)
    told = re.search(r"\((\d+), '", text)  # of termios, in the text of pyserial's
    if not isinstance(code, int) and told:
        code = int(told[1])
    if isinstance(code, int) and code > 0:
        return f"{url} cannot be opened as a serial port: {os.strerror(code)}"
    reason = re.sub(r"^.*\[Errno -?\d+\] |^Could not .*?: ", "", text)
    return f"{url} cannot be opened as a serial port: {reason}"


def _holder(url: str) -> str:
    """Return which program that is, as far as this system and its rights let see."""
    try:
        found = os.stat(url)
    except OSError:
        return ""
    others = (pid for pid in chain(_locking(found), _holding(found)) if pid != os.getpid())
    pid = next(others, None)
    if pid is None:
        return ""
    command = _command(pid)
    return f": {command} (process {pid})" if command else f": process {pid}"


def _locking(port: os.stat_result) -> Iterator[int]:
    """Yield who has locked a file: /proc/locks tells it of everybody's processes (proc(5))."""
    place = f"{os.major(port.st_dev):02x}:{os.minor(port.st_dev):02x}:{port.st_ino}"
    with suppress(OSError):
        for line in Path("/proc/locks").read_text("ascii").splitlines():
            words = line.split()
            if words[1] == "FLOCK" and place in words and int(words[4]) > 0:
                yield int(words[4])


def _holding(port: os.stat_result) -> Iterator[int]:
    """Yield who has a device open without a lock: of one's own processes, root of all.

    A board that is a process keeps its own end open, and is not meant.
    """
    with suppress(BoardError):
        boards = {board.pid for board in registered()}
        for entry in Path("/proc").glob("[0-9]*/fd/*"):
            with suppress(OSError):
                if entry.stat().st_rdev == port.st_rdev and port.st_rdev:
                    pid = int(entry.parts[2])
                    if pid not in boards:
                        yield pid


def _command(pid: int) -> str:
    """Return the command line of a process, without the interpreter and folders before it."""
    try:
        octets = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return ""
    words = octets.decode(errors="replace").rstrip("\0").split("\0")
    name = Path(words[0]).name
    if name.startswith("python") and len(words) > 1 and not words[1].startswith("-"):
        words = words[1:]
        name = Path(words[0]).name
    return shorten(" ".join([name, *words[1:]]), _COMMAND_MAX, placeholder=" ...")


def _not_allowed(url: str) -> str:
    try:
        status = os.stat(url)
        group = grp.getgrgid(status.st_gid).gr_name
    except (OSError, KeyError):
        return f"you are not allowed to open {url}"
    if status.st_gid in {os.getegid(), *os.getgroups()} or status.st_gid == 0:
        return f"you are not allowed to open {url}: its mode is {status.st_mode & 0o777:o}"
    return (
        f"{url} belongs to group {group} and you are not in it: "
        f"sudo usermod -aG {group} $USER, then log in again"
    )
