"""A downlink log by the name that a person gives it: a run, its folder, or the file itself."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from flightsw.errors import FlightswError

if TYPE_CHECKING:
    from flightsw.ground.packets import Packets

LOG = click.argument("log", metavar="LOG", type=click.Path(path_type=Path))


def log_file(given: Path) -> Path:
    """Return the log that is meant: a file, or that of a folder, here or in ``./runs``."""
    from flightsw.records.run_folder import DOWNLINK, RUNS

    folders = (given, RUNS / given) if not given.exists() else (given,)
    return next((folder / DOWNLINK for folder in folders if folder.is_dir()), given)


def decoded(path: Path) -> Packets:
    """Return the packets of a log; a file that cannot be read, or is no log, is an error of use."""
    from flightsw.ground import decode
    from flightsw.ground.packets import holds_nothing

    try:
        octets = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error
    packets = decode(octets)
    if not octets:
        msg = f"{path} is empty: nothing was recorded"
        raise FlightswError(msg)
    if holds_nothing(packets):
        msg = f"{path} is no downlink log: in {len(octets)} octets there is no block and no packet"
        raise FlightswError(msg)
    return packets


def tell_wants(packets: Packets) -> bool:
    """Say on stderr what the log wants and what of it cannot be read; return whether it does."""
    from flightsw.cli.output import tell

    log = packets.frames.log if packets.frames else None
    wants = [*packets.not_read, *(log.wants if log else ())]
    for words in wants:
        tell(f"note: {words}")
    return bool(wants)


def opened(path: Path) -> BinaryIO:
    """Return a log to be read as it grows; one that cannot be read is an error of use."""
    try:
        return path.open("rb")
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> FlightswError:
    from flightsw.records.run_folder import DOWNLINK

    if isinstance(error, FileNotFoundError) and path.parent.is_dir() and path.name == DOWNLINK:
        return FlightswError(f"{path.parent} is no run: there is no {path.name} in it")
    reason = os.strerror(error.errno) if error.errno else str(error)
    return FlightswError(f"cannot read {path}: {reason}")
