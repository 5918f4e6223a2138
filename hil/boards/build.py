"""Firmware for chips, built by a cross compiler from the sources in the package."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hil.boards.firmware import folder_of, sources
from hil.boards.target import Target, check_rate, target_of, targets
from hil.errors import BoardError, BoardUseError

if TYPE_CHECKING:
    from collections.abc import Iterable

BAUD: Final = 115_200
ELF: Final = "firmware.elf"
_IMAGES: Final = ("firmware.uf2", "firmware.hex", "firmware.bin", ELF)  # the first is flashed
_ENGLISH: Final = {"LC_ALL": "C.UTF-8"}  # what the linker says is read
_FULL_BYTES: Final = 1 << 20  # less is left: what cannot be built there has no room
_PORT_FILES: Final = {".c", ".h", ".S", ".ld", ".cmake", ".txt"}


@dataclass(frozen=True, slots=True)
class Built:
    """Firmware for a board.

    Attributes
    ----------
    target : Target
        The board.
    elf : Path
        As linked.
    image : Path
        What is flashed: UF2, hex, binary or the ELF file, as the board takes it.
    flash_bytes : int
        Code, constants and what variables begin with.
    ram_bytes : int
        Variables; the stack comes on top.
    """

    target: Target
    elf: Path
    image: Path
    flash_bytes: int
    ram_bytes: int


def build(name: str, *, baud: int = BAUD, folder: Path | None = None) -> Built:
    """Build a board's firmware; what has been built from these sources before is only looked up.

    Parameters
    ----------
    name : str
        Id of the board.
    baud : int
        Rate of its line, bit/s.
    folder : Path, optional
        Where to; otherwise this user's cache.

    Raises
    ------
    BoardUseError
        If there is no such board, its line cannot have that rate, or the folder cannot be written
        to or holds another build.
    BoardError
        If its compiler or CMake is not installed (the message names the
        packages), the compiler refuses, the disk is full, or the board has no room for what it
        made.
    """
    target = target_of(name)
    check_rate(target, baud)
    check_packages(f"firmware for {target.id}", missing_packages(target.id))
    if folder is not None:
        _check_folder(target, folder)
        try:
            _run_cmake(target, baud, folder)
        except OSError as error:
            msg = f"cannot build in {folder}: {os.strerror(error.errno or 0)}"
            raise BoardError(msg) from error
        return _built(target, folder)
    cached = _cache() / f"{name}-{baud}-{_fingerprint()}"
    try:
        if not (cached / ELF).is_file():
            cached.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=cached.parent, prefix=f"{name}-") as fresh:
                _run_cmake(target, baud, Path(fresh))
                _keep(Path(fresh), cached)
    except OSError as error:
        why = os.strerror(error.errno or 0)
        msg = f"cannot build in {cached.parent}: {why}; XDG_CACHE_HOME names another place"
        raise BoardError(msg) from error
    return _built(target, cached)


def missing_packages(*names: str) -> list[str]:
    """Return the Debian packages that building for these boards still needs."""
    known = targets()
    wanted = [] if shutil.which("cmake") else ["cmake"]
    for name in names:
        wanted += known[name].toolchain.missing
    return sorted(set(wanted))


def check_packages(what: str, missing: Iterable[str]) -> None:
    """Raise BoardError with all that has to be installed for something, if there is any."""
    install = " ".join(sorted(set(missing)))
    if install:
        msg = f"{what} needs more than is installed here. On Debian: apt-get install {install}"
        raise BoardError(msg)


def _check_folder(target: Target, folder: Path) -> None:
    """Raise unless a folder can be built in; what another board left there would be flashed."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        msg = f"cannot build in {folder}: {os.strerror(error.errno or 0)}"
        raise BoardUseError(msg) from error
    cache = folder / "CMakeCache.txt"
    if cache.is_file() and f"\nBOARD:STRING={target.id}\n" not in cache.read_text(errors="replace"):
        msg = f"cannot build in {folder}: what is built there is not {target.id}; take another one"
        raise BoardUseError(msg)


def _run_cmake(target: Target, baud: int, folder: Path) -> None:
    configure = ["cmake", "-S", str(folder_of("hil/firmware")), "-B", str(folder)]
    configure += [f"-DBOARD={target.id}", f"-DBOARD_BAUD={baud}"]
    configure += [f"-DPython3_EXECUTABLE={sys.executable}"]
    for command in (configure, ["cmake", "--build", str(folder)]):
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env={**os.environ, **_ENGLISH}
        )
        if done.returncode:
            said = (done.stdout + done.stderr).strip()
            if os.strerror(errno.ENOSPC) in said or _is_full(folder):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            reason = "\n".join(said.splitlines()[-12:])
            msg = f"the firmware for {target.id} cannot be built:\n{reason}"
            raise BoardError(_too_large(target, said) or msg)


def _is_full(folder: Path) -> bool:
    """Return whether that is why: CMake itself says only that it cannot write a file."""
    return shutil.disk_usage(folder).free < _FULL_BYTES


def _too_large(target: Target, said: str) -> str:
    """Return what a board has no room for: as fits.cmake says, or the linker's script before it."""
    who = f"{target.id} has no room for its firmware: "
    found = re.search(rf"^{re.escape(who)}.*$", said, re.MULTILINE)
    if found:
        return found[0]
    found = re.search(r"region `?(\w+)'? overflowed by (\d+) bytes", said)
    if found:
        return f"{who}it takes {found[2]} octets more than {found[1]} of its linker script has"
    if "no room for the stack" in said:  # sections.ld
        return f"{who}it leaves less RAM than cortexm_stack_bytes of its linker script"
    return ""


def _keep(fresh: Path, cached: Path) -> None:
    """Move what was made into the cache; another process may have been quicker."""
    kept = fresh / "kept"
    kept.mkdir()
    for name in (*_IMAGES, "firmware.map"):
        if (fresh / name).is_file():
            (fresh / name).rename(kept / name)
    try:
        kept.rename(cached)
    except OSError:
        if not (cached / ELF).is_file():
            raise


def _built(target: Target, folder: Path) -> Built:
    elf = folder / ELF
    size = [target.toolchain.size, str(elf)]
    lines = subprocess.run(size, capture_output=True, text=True, check=True).stdout.splitlines()
    text, data, bss = map(int, lines[1].split()[:3])
    return Built(
        target=target,
        elf=elf,
        image=next(folder / name for name in _IMAGES if (folder / name).is_file()),
        flash_bytes=text + data,
        ram_bytes=data + bss,
    )


def _cache() -> Path:
    root = os.environ.get("XDG_CACHE_HOME", "")
    return (
        Path(root) if Path(root).is_absolute() else Path.home() / ".cache"
    ) / "flightsw-firmware"


def _fingerprint() -> str:
    """Return what changes when any file does that firmware is made of, a port's among them."""
    ports = folder_of("hil/firmware")
    files = [path for path in ports.rglob("*") if path.suffix in _PORT_FILES]
    digest = hashlib.sha256()
    for path in sorted({*sources().values(), *files}):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
