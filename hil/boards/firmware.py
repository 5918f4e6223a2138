"""The firmware's sources, and the hash by which a board tells what it runs."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

import hil
from hil.errors import BoardError

FOLDERS: Final = ("hil/firmware", "native/ccsds", "native/fsw", "native/transmitter")


def folder_of(name: str) -> Path:
    """Return a folder of the sources, by its name in a checkout (``native/fsw``).

    Raises
    ------
    BoardError
        If it is neither there nor in the installed package, where native/ stands below hil/.
    """
    packages = [Path(folder) for folder in hil.__path__]
    for root in [package.parent for package in packages] + packages:
        if (root / name).is_dir():
            return root / name
    msg = f"the firmware's sources, {name}, are not installed; install flightsw again"
    raise BoardError(msg)


def sources() -> dict[str, Path]:
    """Return what every board's firmware is built from, by its name in a checkout, sorted.

    The files of a port are not among them: nothing that a flight sees stands there.
    """
    found = {
        f"{folder}/{path.name}": path
        for folder in FOLDERS
        for path in folder_of(folder).iterdir()
        if path.suffix in {".c", ".h"}
    }
    return dict(sorted(found.items()))


@cache
def firmware_hash() -> int:
    """Return the first four octets of SHA-256 over the SHA-256 of each source, in hexadecimal.

    CMakeLists.txt computes the same, and compiles it in as FIRMWARE_HASH.
    """
    each = "".join(hashlib.sha256(path.read_bytes()).hexdigest() for path in sources().values())
    return int(hashlib.sha256(each.encode()).hexdigest()[:8], 16)
