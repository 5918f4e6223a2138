"""Files that are whole or not there."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from flightsw.errors import FlightswError


class RecordError(FlightswError):
    """A run folder that may not be used, or a file that could not be written."""


def write_whole(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file beside its place and then put it there, so that no reader meets half of it.

    Raises
    ------
    RecordError
        If the system refuses; what stood at `path` is untouched and no part of the new file stays.

    """
    beside = path.with_name(f".{path.name}.part")
    try:
        with beside.open("wb") as file:
            write(file)
        beside.replace(path)
    except BaseException as error:
        with suppress(OSError):
            beside.unlink()
        if isinstance(error, OSError):
            raise refused(path, error) from error
        raise


def refused(path: Path, error: OSError, more: str = "") -> RecordError:
    """Return what the system refused as an error that names the file."""
    reason = os.strerror(error.errno) if error.errno else str(error)
    return RecordError(f"cannot write {path}: {reason}{more}")
