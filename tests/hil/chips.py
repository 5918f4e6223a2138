"""Chips that are emulated by test tools: AVR by simavr, Raspberry Pi Pico by rp2040js.

Each is a process with a pseudo-terminal, as a board at a USB port is.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
import tty
from pathlib import Path
from typing import Any, NoReturn, Self

import pytest

from hil.boards.build import build, missing_packages
from hil.boards.qemu import missing_emulator
from hil.boards.target import targets

TOP = Path(__file__).parents[2]
RUNNER = Path(__file__).with_name("simavr") / "avr_board.c"
PICO = Path(__file__).with_name("rp2040js") / "pico.mjs"
RP2040JS = "rp2040js@1.4.1"
NODE_FOLDER = TOP / "build" / "rp2040js"
_CHIP = {"uno": "atmega328p", "mega2560": "atmega2560"}


def require(*boards: str, qemu: bool = False, simavr: bool = False, rp2040js: bool = False) -> None:
    """Skip, or in CI fail, when what builds and runs firmware for these boards is not here."""
    packages = missing_packages(*boards)
    if qemu:
        packages += missing_emulator()
    if simavr and not Path("/usr/include/simavr/sim_avr.h").exists():
        packages.append("libsimavr-dev")
    if rp2040js and shutil.which("npm") is None:
        packages += ["nodejs", "npm"]
    if not packages:
        return
    _not_here(f"needs: apt-get install {' '.join(sorted(set(packages)))}")


def _not_here(said: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(said)
    pytest.skip(said)


def built_for(name: str, *, baud: int = 115_200) -> Any:
    require(name)
    return build(name, baud=baud)


class AvrBoard:
    """An AVR board under simavr, to the cycle; `seen` after its end says what the line saw."""

    def __init__(self, name: str = "uno", *, baud: int = 115_200, loader: str = "") -> None:
        require(name, simavr=True)
        elf = build(name, baud=baud).elf
        behind = ["--loader", loader] if loader else []
        self._process = subprocess.Popen(
            [_runner(), "--mcu", _CHIP[name], *behind, str(elf)], stdout=subprocess.PIPE, text=True
        )
        self.seen: dict[str, int] = {}
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("PORT "):
                self.port = line.split()[1]
                return
        raise AssertionError("the runner has not started")

    def reset(self) -> None:
        self._process.send_signal(signal.SIGUSR1)

    def hang(self) -> None:
        """Let its main loop never come round again; interrupts are still served."""
        self._process.send_signal(signal.SIGUSR2)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        said = self._process.communicate(timeout=5.0)[0]
        seen = [line for line in said.splitlines() if line.startswith("SEEN ")]
        self.seen = json.loads(seen[0].removeprefix("SEEN ")) if seen else {}


def _runner() -> str:
    """Compile the runner, once for each version of it."""
    folder = TOP / "build" / "simavr"
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / f"avr_board-{RUNNER.stat().st_mtime_ns}"
    if not program.exists():
        with tempfile.TemporaryDirectory(dir=folder) as fresh:
            made = Path(fresh) / "avr_board"
            flags = ["-std=gnu11", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-Werror"]
            command = ["gcc", *flags, str(RUNNER), "-lsimavr", "-o", str(made)]
            subprocess.run(command, check=True)
            made.rename(program)
    return str(program)


class PicoBoard:
    """A Raspberry Pi Pico under rp2040js, from its UF2 file."""

    def __init__(self) -> None:
        require("pico", rp2040js=True)
        image = build("pico").image
        _install_rp2040js()
        ours, self._slave = os.openpty()  # held: else the board's end fails when nobody listens
        tty.setraw(self._slave)
        self.port = os.ttyname(self._slave)
        self._process = subprocess.Popen(
            ["node", str(PICO), str(NODE_FOLDER), str(image)], stdin=ours, stdout=ours
        )
        os.close(ours)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._slave)


def _install_rp2040js() -> None:
    if (NODE_FOLDER / "node_modules" / "rp2040js").is_dir():
        return
    NODE_FOLDER.mkdir(parents=True, exist_ok=True)
    command = ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--prefix"]
    done = subprocess.run([*command, str(NODE_FOLDER), RP2040JS], check=False, capture_output=True)
    if done.returncode:
        _not_here(f"needs {RP2040JS}, which npm cannot fetch: {done.stderr.decode()[-300:]}")


def target_names() -> list[str]:
    return sorted(targets())
