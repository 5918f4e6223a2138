"""Why a port cannot be opened, and what would help."""

from __future__ import annotations

import errno
import os
import re
from typing import Final

from hil.present import ports_here

if os.name == "posix":
    import grp

_ABSENT: Final = (errno.ENOENT, errno.ENXIO, errno.ENODEV, errno.EIO)
_TAKEN: Final = (errno.EAGAIN, errno.EBUSY)


def why_not(url: str, error: BaseException) -> str:
    """Say why a port cannot be opened, and what would help."""
    code = getattr(error, "errno", None) or (error.args[0] if error.args else None)
    # Windows tells its reason in the text alone.
    text = str(error)
    if (code in _ABSENT and not os.path.exists(url)) or "FileNotFoundError" in text:
        here = ", ".join(f"{port.name} ({port.title})" for port in ports_here())
        return f"no {url}. Ports here: {here or 'none'}"
    if code in _TAKEN or "PermissionError" in text:
        return f"{url} is in use by another program"
    if code in (errno.EACCES, errno.EPERM):
        return _not_allowed(url)
    told = re.search(r"\((\d+), '", text)  # of termios, in the text of pyserial's
    if not isinstance(code, int) and told:
        code = int(told[1])
    if isinstance(code, int) and code > 0:
        return f"{url} cannot be opened as a serial port: {os.strerror(code)}"
    reason = re.sub(r"^.*\[Errno -?\d+\] |^Could not .*?: ", "", text)
    return f"{url} cannot be opened as a serial port: {reason}"


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
