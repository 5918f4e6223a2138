"""The boards that firmware can be built for: what each one's file in ports/ says of it."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hil.boards.firmware import folder_of
from hil.errors import BoardError

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN: Final = re.compile(r'#[^\n]*|"(?:\\.|[^"\\])*"|[()]|[^\s()"#]+', re.DOTALL)
_HERE: Final = "${CMAKE_CURRENT_LIST_DIR}"


@dataclass(frozen=True, slots=True)
class Toolchain:
    """A cross compiler: its program, and the Debian packages that bring it."""

    compiler: str
    size: str
    packages: tuple[str, ...]

    @property
    def here(self) -> bool:
        """Whether it is installed."""
        return shutil.which(self.compiler) is not None


TOOLCHAINS: Final = {
    "arm-none-eabi": Toolchain(
        "arm-none-eabi-gcc",
        "arm-none-eabi-size",
        ("gcc-arm-none-eabi", "libnewlib-arm-none-eabi"),
    ),
    "avr": Toolchain("avr-gcc", "avr-size", ("gcc-avr", "avr-libc")),
}


@dataclass(frozen=True, slots=True)
class Target:
    """A board that firmware can be built for.

    Attributes
    ----------
    id : str
        Its name, such as ``pico``.
    title : str
        What it is, for people.
    toolchain : Toolchain
        What builds for it.
    roles : tuple of str
        ``transmitter``, ``sequencer``.
    flash_max_bytes, ram_max_bytes : int
        What its firmware may take; the stack comes on top of what is RAM.
    flash_commands : tuple of str
        Programs that bring an image to it, the first that is installed; empty where none does.
    machine : str
        QEMU's name of it; empty where QEMU has none.
    """

    id: str
    title: str
    toolchain: Toolchain
    roles: tuple[str, ...]
    flash_max_bytes: int
    ram_max_bytes: int
    flash_commands: tuple[str, ...] = ()
    machine: str = ""


def targets() -> dict[str, Target]:
    """Return the boards that firmware can be built for, by id: one a file of ports/.

    Raises
    ------
    BoardError
        If a file lacks something or sets it to nonsense; the message names both.
    """
    files = sorted((folder_of("hil/firmware") / "ports").glob("*/*.cmake"))
    return {file.stem: _target_of(file) for file in files}


def target_of(name: str) -> Target:
    """Return a board by its id.

    Raises
    ------
    BoardError
        If there is none; the message lists those that there are.
    """
    known = targets()
    if name not in known:
        msg = f"no board `{name}` to build for. There are: {', '.join(known)}"
        raise BoardError(msg)
    return known[name]


def _target_of(file: Path) -> Target:
    settings = _settings(file)
    first = file.read_text(encoding="utf-8").partition("\n")[0]
    (toolchain,) = _required(file, settings, "BOARD_TOOLCHAIN", 1)
    if toolchain not in TOOLCHAINS:
        msg = f"{file}: BOARD_TOOLCHAIN is {toolchain}, not one of {', '.join(TOOLCHAINS)}"
        raise BoardError(msg)
    return Target(
        id=file.stem,
        title=re.split(r"[:,.] ", first.removeprefix("# "))[0],
        toolchain=TOOLCHAINS[toolchain],
        roles=tuple(_required(file, settings, "BOARD_ROLES")),
        flash_max_bytes=_numbers(file, settings, "BOARD_FLASH_MAX", 1)[0],
        ram_max_bytes=_numbers(file, settings, "BOARD_RAM_MAX", 1)[0],
        flash_commands=tuple(settings.get("BOARD_FLASH", ())),
        machine="".join(settings.get("BOARD_QEMU", ())),
    )


def _required(file: Path, settings: dict[str, list[str]], name: str, count: int = 0) -> list[str]:
    values = settings.get(name, [])
    if not values:
        msg = f"{file}: sets no {name}"
        raise BoardError(msg)
    if count and len(values) != count:
        msg = f"{file}: {name} has {len(values)} values, not {count}: {' '.join(values)}"
        raise BoardError(msg)
    return values


def _numbers(file: Path, settings: dict[str, list[str]], name: str, count: int) -> list[int]:
    values = _required(file, settings, name, count)
    if not all(value.isdecimal() for value in values):
        msg = f"{file}: {name} is {' '.join(values)}; whole numbers are wanted"
        raise BoardError(msg)
    return [int(value) for value in values]


# ---------------------------------------------------------------------- what is read of CMake


def _settings(file: Path) -> dict[str, list[str]]:
    """Return what a file sets, as CMake would: `set`, `list(APPEND)` and `include` beside it.

    Anything else is CMake's alone.
    """
    settings: dict[str, list[str]] = {}
    for command, arguments in _commands(file.read_text(encoding="utf-8")):
        match command, arguments:
            case "set", [name, *values]:
                settings[name] = [value for value in values if value]
            case "list", ["APPEND", name, *values]:
                settings[name] = [*settings.get(name, ()), *values]
            case "include", [other]:
                settings |= _settings(Path(other.replace(_HERE, str(file.parent))))
    return settings


def _commands(text: str) -> Iterator[tuple[str, list[str]]]:
    command, before, arguments = "", "", list[str]()
    for token in (found[0] for found in _TOKEN.finditer(text)):
        if token.startswith("#"):
            continue
        if token == "(":
            command, arguments = before, []
        elif token == ")":
            yield command, arguments
        elif token.startswith('"'):
            arguments.append(re.sub(r"\\(.)", r"\1", token[1:-1]))
        else:
            arguments.append(token)
        before = token
