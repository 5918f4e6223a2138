"""The boards that firmware can be built for: what each one's file in ports/ says of it."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hil.boards.firmware import folder_of
from hil.errors import BoardError, BoardUseError
from hil.rates import RATES

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN: Final = re.compile(r'#[^\n]*|"(?:\\.|[^"\\])*"|[()]|[^\s()"#]+', re.DOTALL)
_PROCESSES: Final = ("virtual", "emulated")
_HERE: Final = "${CMAKE_CURRENT_LIST_DIR}"


@dataclass(frozen=True, slots=True)
class Toolchain:
    """A cross compiler and its C library: programs, a file of the library, Debian's package each.

    Debian's compilers come without their libraries.
    """

    compiler: str
    size: str
    library: str
    packages: tuple[str, str]

    @property
    def missing(self) -> list[str]:
        """The packages that are not installed."""
        if shutil.which(self.compiler) is None:
            return [*self.packages]
        asked = [self.compiler, f"-print-file-name={self.library}"]
        told = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
        return [self.packages[1]] if told == self.library else []


TOOLCHAINS: Final = {
    "arm-none-eabi": Toolchain(
        "arm-none-eabi-gcc",
        "arm-none-eabi-size",
        "nano.specs",
        ("gcc-arm-none-eabi", "libnewlib-arm-none-eabi"),
    ),
    "avr": Toolchain("avr-gcc", "avr-size", "libc.a", ("gcc-avr", "avr-libc")),
}


@dataclass(frozen=True, slots=True)
class Rates:
    """What a line can be: `hz`, bit/s, divided by a whole number from `least` to `greatest`."""

    hz: int
    least: int
    greatest: int

    def has(self, baud: int) -> bool:
        """Return whether a rate, bit/s, is made within 2.5 %, as divisor.h of the firmware asks."""
        divisor = (self.hz + baud // 2) // baud
        return (
            self.least <= divisor <= self.greatest
            and 39 * baud * divisor <= 40 * self.hz <= 41 * baud * divisor
        )

    def nearest(self, baud: int) -> list[int]:
        """Return the rates, bit/s, that come next to one: below, above, or both."""
        divisors = {
            min(max(divisor, self.least), self.greatest)
            for divisor in (self.hz // baud, self.hz // baud + 1)
        }
        return sorted(round(self.hz / divisor) for divisor in divisors)


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
    rates : Rates
        That its line can have.
    flash_max_bytes, ram_max_bytes : int
        What its firmware may take; the stack comes on top of what is RAM.
    flash_commands : tuple of str
        Programs that bring an image to it, the first that is installed; empty where none does.
    images : tuple of str
        What is made of the linked program: ``hex``, ``bin``, ``uf2``.
    machine : str
        QEMU's name of it; empty where QEMU has none.
    """

    id: str
    title: str
    toolchain: Toolchain
    roles: tuple[str, ...]
    rates: Rates
    flash_max_bytes: int
    ram_max_bytes: int
    flash_commands: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
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
    BoardUseError
        If there is none; the message lists those that there are.
    """
    if name in _PROCESSES:
        msg = f"a board that is {name} is started, not built: flightsw board start {name}"
        raise BoardUseError(msg)
    known = targets()
    if name not in known:
        near = get_close_matches(name, known, n=1)
        hint = f"; did you mean `{near[0]}`?" if near else "."
        msg = f"no board `{name}` to build for{hint} There are: {', '.join(known)}"
        raise BoardUseError(msg)
    return known[name]


def check_rate(target: Target, baud: int) -> None:
    """Raise unless a board's line can have a rate, bit/s.

    Raises
    ------
    BoardUseError
        With the rates that come next to it, and the usual ones that it can have.
    """
    if target.rates.has(baud):
        return
    nearest = target.rates.nearest(baud)
    next_to = f"{'nearest is' if len(nearest) == 1 else 'nearest are'} {_listed(nearest)}"
    usual = [rate for rate in sorted(RATES) if target.rates.has(rate)]
    too = f"; usual ones are {_listed(usual)}" if usual else ""
    msg = f"{target.id} cannot make {baud} baud within 2.5 %: {next_to}{too}"
    raise BoardUseError(msg)


def _listed(rates: list[int]) -> str:
    *first, last = map(str, rates)
    return f"{', '.join(first)} and {last}" if first else last


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
        rates=_rates(file, settings),
        flash_max_bytes=_numbers(file, settings, "BOARD_FLASH_MAX", 1)[0],
        ram_max_bytes=_numbers(file, settings, "BOARD_RAM_MAX", 1)[0],
        flash_commands=tuple(settings.get("BOARD_FLASH", ())),
        images=tuple(settings.get("BOARD_IMAGES", ())),
        machine="".join(settings.get("BOARD_QEMU", ())),
    )


def _rates(file: Path, settings: dict[str, list[str]]) -> Rates:
    hz, least, greatest = _numbers(file, settings, "BOARD_RATES", 3)
    if not 0 < least <= greatest <= hz:
        msg = f"{file}: BOARD_RATES is a rate, the least and the greatest divisor"
        raise BoardError(msg)
    return Rates(hz, least, greatest)


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
