"""Firmware brought to a real board: to the drive that it shows, or by its vendor's tool."""

from __future__ import annotations

import errno
import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hil.boards.registry import registered
from hil.errors import BoardError, BoardUseError, PortError
from hil.port_errors import why_not

if TYPE_CHECKING:
    from hil.boards.build import Built
    from hil.boards.target import Target

DRIVE_MARK: Final = "INFO_UF2.TXT"  # microsoft/uf2, README: on every drive that takes UF2 files
_MOUNTS: Final = ("/media/*/*", "/run/media/*/*", "/media/*", "/mnt/*", "/Volumes/*")
_BLOCK_BYTES: Final = 512

# Debian's package of a program; one that is not here is run all the same.
PACKAGES: Final = {
    "avrdude": "avrdude",
    "dfu-util": "dfu-util",
    "openocd": "openocd",
    "st-flash": "stlink-tools",
}


@dataclass(frozen=True, slots=True)
class Tool:
    """A program that flashes; ``{image}``, ``{elf}`` and ``{port}`` in its arguments.

    Attributes
    ----------
    program : str
        Its name.
    arguments : tuple of str
        Of one call.
    """

    program: str
    arguments: tuple[str, ...]

    @property
    def needs_port(self) -> bool:
        """Whether the board's serial port has to be told."""
        return any("{port}" in argument for argument in self.arguments)

    @property
    def is_needed(self) -> str:
        """What is said where it is not installed."""
        package = PACKAGES.get(self.program)
        install = "" if package is None else f". On Debian: apt-get install {package}"
        return f"needs {self.program}{install}"


def tools_of(target: Target) -> list[Tool]:
    """Return the programs that flash a board, as its file says.

    Raises
    ------
    BoardError
        If what it says is no command.
    """
    tools = []
    for command in target.flash_commands:
        try:
            program, *arguments = shlex.split(command)
            for each in arguments:
                each.format(image="", elf="", port="")
        except (ValueError, KeyError, IndexError) as error:
            msg = (
                f"{target.id}.cmake: BOARD_FLASH `{command}` is no command with {{image}}, {{elf}} "
                "and {port} for what it is to be told"
            )
            raise BoardError(msg) from error
        tools.append(Tool(program, tuple(arguments)))
    return tools


def way_to(target: Target, *, port: str | None) -> Tool | Path:
    """Return how an image comes to a board: the program to run, or the drive to copy it to.

    Asked before anything is built: whoever waits for that should not learn then what was missing.

    Parameters
    ----------
    target : Target
        The board.
    port : str or None
        Its serial port, for boot loaders that speak there; of a board that shows a drive, the
        folder where that is mounted, when it is not found.

    Raises
    ------
    BoardUseError
        If a port is needed and not given, or given and of no use.
    BoardError
        If the board's drive is not there, or not the only one; its tool is not installed (the
        message names the package); the port is not here.
    """
    if "uf2" in target.images:
        return _drive(port)
    tools = tools_of(target)
    if not tools:
        msg = f"{target.id}.cmake names no program that flashes it: `flightsw board build`, then"
        raise BoardError(f"{msg} bring the image there with your own")
    here = next((tool for tool in tools if shutil.which(tool.program)), None)
    tool = here or tools[0]
    if tool.needs_port and not port:
        msg = f"{target.id} is flashed through its serial port: give it with --port"
        raise BoardUseError(msg)
    if port and not tool.needs_port:
        msg = f"{target.id} is flashed by {tool.program}, which is told no port: leave --port away"
        raise BoardUseError(msg)
    if here is None:
        msg = f"flashing {target.id} {tool.is_needed}"
        raise BoardError(msg)
    if port:
        _check_port(port)
    return tool


def flash(firmware: Built, *, port: str | None = None) -> str:
    """Bring firmware to a board; return in words what was done.

    Parameters
    ----------
    firmware : Built
        What to bring.
    port : str, optional
        As `way_to` takes it.

    Raises
    ------
    BoardError
        As `way_to` does, or if the tool fails, or the drive takes no file.
    """
    way = way_to(firmware.target, port=port)
    if isinstance(way, Path):
        _copy(firmware.image, way)
        return f"copied {firmware.image.name} to {way}"
    values = {"image": firmware.image, "elf": firmware.elf, "port": port}
    command = [way.program, *(argument.format(**values) for argument in way.arguments)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        msg = f"{way.program} cannot be run: {os.strerror(error.errno or 0)}"
        raise BoardError(msg) from error
    if done.returncode:
        said = (done.stdout + done.stderr).strip().splitlines()
        reason = "\n".join(said[-8:])
        msg = f"{' '.join(command)} failed, status {done.returncode}:\n{reason}"
        raise BoardError(msg)
    return " ".join(command)


def _check_port(port: str) -> None:
    """Raise unless a boot loader may listen on a port."""
    if any(port in {board.name, board.port} for board in registered()):
        msg = f"{port} is a process, not to be flashed: it runs the firmware of this version"
        raise BoardUseError(msg)
    named = os.name == "posix" and ":" not in port  # avrdude takes net:HOST:PORT too
    if named and not os.path.exists(port):
        raise PortError(why_not(port, FileNotFoundError(errno.ENOENT, port)))


def _drive(given: str | None) -> Path:
    if given is not None:
        if not (Path(given) / DRIVE_MARK).is_file():
            msg = f"{given} is no drive that takes UF2 files: there is no {DRIVE_MARK} on it"
            raise BoardError(msg)
        return Path(given)
    found = sorted(drives())
    if len(found) == 1:
        return found[0]
    if found:
        several = ", ".join(map(str, found))
        msg = f"several boards wait for a UF2 file: {several}. Say which with --port FOLDER"
        raise BoardError(msg)
    msg = (
        "no board waits for a UF2 file: hold BOOTSEL while plugging it in, and mount its drive "
        "(--port FOLDER says where, if it is not found)"
    )
    raise BoardError(msg)


def drives(mounts: tuple[str, ...] = _MOUNTS) -> set[Path]:
    """Return the mounted drives that take UF2 files."""
    return {
        folder
        for pattern in mounts
        for folder in Path("/").glob(pattern.removeprefix("/"))
        if (folder / DRIVE_MARK).is_file()
    }


def _copy(image: Path, drive: Path) -> None:
    """Copy block by block and see it written: the board goes away as soon as it has it all."""
    try:
        with (drive / image.name).open("wb", buffering=0) as file:
            octets = image.read_bytes()
            for at in range(0, len(octets), 64 * _BLOCK_BYTES):
                file.write(octets[at : at + 64 * _BLOCK_BYTES])
            os.fsync(file.fileno())
    except OSError as error:
        msg = f"{drive}: the file could not be written: {error.strerror}"
        raise BoardError(msg) from error
