"""A downlink log by the name that a person gives it: a run, its folder, or the file itself."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, BinaryIO

from flightsw.errors import FlightswError

if TYPE_CHECKING:
    from pathlib import Path

    from flightsw.ground.packets import Packets


def log_file(given: Path) -> Path:
    """Return the log that is meant: a file, or that of a folder, here or in ``./runs``."""
    from flightsw.records.run_folder import DOWNLINK, RUNS

    folders = (given, RUNS / given) if not given.exists() else (given,)
    return next((folder / DOWNLINK for folder in folders if folder.is_dir()), given)


def decoded(path: Path) -> Packets:
    """Return the packets of a log; a file that cannot be read is an error of use."""
    from flightsw.ground import decode

    try:
        octets = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error
    return decode(octets)


def opened(path: Path) -> BinaryIO:
    """Return a log to be read as it grows; one that cannot be read is an error of use."""
    try:
        return path.open("rb")
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> FlightswError:
    reason = os.strerror(error.errno) if error.errno else str(error)
    return FlightswError(f"cannot read {path}: {reason}")
