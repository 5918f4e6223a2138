"""A port is a folder of ports/: listed, built, flashed, held to its size. Nothing else changes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import hil
from flightsw.cli import main
from hil.boards.build import build
from hil.boards.firmware import folder_of
from hil.boards.target import targets
from hil.errors import BoardError
from tests.hil.chips import require

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "port-a-board.md"


@pytest.fixture
def port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A board of one's own, in a copy of the firmware that everything is built from."""
    copy = tmp_path / "hil" / "firmware"
    shutil.copytree(folder_of("hil/firmware"), copy)
    (tmp_path / "native").symlink_to(folder_of("native"))
    monkeypatch.setattr(hil, "__path__", [str(tmp_path / "hil"), *hil.__path__])
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = copy / "ports" / "bench"
    shutil.copytree(copy / "ports" / "stm32f1", folder)
    file = (folder / "stm32vldiscovery.cmake").rename(folder / "bench-board.cmake")
    text = file.read_text("utf-8")
    change(file, text.partition("\n")[0], "# Bench board: what a laboratory made of an STM32F100.")
    change(file, re.findall(r"set\(BOARD_FLASH [^)]*\)", text)[0], FLASH)
    return file


FLASH = 'set(BOARD_FLASH "bench-flash --at 0x08000000 {image}")'


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


@pytest.mark.usefixtures("port")
def test_it_is_listed_built_and_flashed(tmp_path, monkeypatch, capsys) -> None:
    require("bench-board")
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "bench-flash").write_text(f'#!/bin/sh\necho "$*" > {tmp_path}/called\n')
    (tools / "bench-flash").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")

    assert main(["board", "build"]) == 0
    assert "bench-board       Bench board: transmitter\n" in capsys.readouterr().out
    assert main(["board", "build", "bench-board"]) == 0
    image = capsys.readouterr().out.strip()
    assert main(["board", "flash", "bench-board"]) == 0

    assert (tmp_path / "called").read_text() == f"--at 0x08000000 {image}\n"


@pytest.mark.parametrize(("memory", "most"), [("FLASH", 8000), ("RAM", 4000)])
def test_what_it_has_no_room_for_is_refused_with_both_figures(port, tmp_path, memory, most) -> None:
    require("bench-board")
    text = port.read_text("utf-8")
    change(port, re.findall(rf"BOARD_{memory}_MAX \d+", text)[0], f"BOARD_{memory}_MAX {most}")

    for _ in range(2):  # what was refused is not taken for built
        with pytest.raises(BoardError) as error:
            build("bench-board", folder=tmp_path / "out")
        found = re.fullmatch(
            rf"bench-board has no room for its firmware: it takes (\d+) octets of {memory}, "
            rf"BOARD_{memory}_MAX of bench-board.cmake is {most}",
            str(error.value),
        )
        assert found
        assert most < int(found[1]) < 2 * most
    assert [each.name for each in (tmp_path / "out").glob("firmware.*")] == ["firmware.map"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "LENGTH = 128K",
            "LENGTH = 8K",
            r"takes \d+ octets more than FLASH of its linker script has",
        ),
        ("LENGTH = 8K", "LENGTH = 4K", r"takes \d+ octets more than RAM of its linker script has"),
        ("stack_bytes = 2K", "stack_bytes = 4K", "leaves less RAM than cortexm_stack_bytes of .*"),
    ],
)
def test_what_its_linker_script_has_no_room_for_is_told_in_a_line(port, old, new, said) -> None:
    require("bench-board")
    change(port.with_name("memory.ld"), old, new)

    with pytest.raises(BoardError) as error:
        build("bench-board")

    told = f"bench-board has no room for its firmware: it {said}"
    assert re.fullmatch(told, str(error.value)), str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("BOARD_RAM_MAX 6144", "BOARD_RAM 6144", "sets no BOARD_RAM_MAX"),
        ("BOARD_RAM_MAX 6144", "BOARD_RAM_MAX 6K", "BOARD_RAM_MAX is 6K; whole numbers are wanted"),
        ("24000000 16", "16 24000000", "BOARD_RATES is a rate, the least and the greatest divisor"),
        ("BOARD_RAM_MAX 6144", "BOARD_RAM_MAX 6 K", "BOARD_RAM_MAX has 2 values, not 1: 6 K"),
        ("arm-none-eabi", "riscv", "BOARD_TOOLCHAIN is riscv, not one of arm-none-eabi, avr"),
    ],
)
def test_what_its_file_lacks_is_told(port: Path, old: str, new: str, said: str) -> None:
    change(port, old, new)

    with pytest.raises(BoardError) as error:
        targets()

    assert str(error.value) == f"{port}: {said}"


def test_a_board_that_differs_in_little_includes_the_other(port: Path) -> None:
    (port.parent / "bench-large.cmake").write_text(
        "# The same, larger: of 1 MiB.\n"
        "include(${CMAKE_CURRENT_LIST_DIR}/bench-board.cmake)  # all of it\n"
        'set(BOARD_FLASH_MAX\n  1048576)\nlist(APPEND BOARD_FLASH "other-tool \\"{elf}\\"")\n'
    )

    first, large = targets()["bench-board"], targets()["bench-large"]

    assert (large.title, large.flash_max_bytes) == ("The same", 1 << 20)
    assert large.flash_commands == (*first.flash_commands, 'other-tool "{elf}"')
    assert (large.ram_max_bytes, large.machine) == (first.ram_max_bytes, first.machine)


def cmake(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["cmake", *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_preset_takes_the_board_from_the_environment(port: Path, tmp_path: Path) -> None:
    require("bench-board")
    folder = port.parents[2]

    for step in (("--preset", "board"), ("--build", "--preset", "board")):
        done = cmake(folder, *step, BOARD="bench-board")
        assert done.returncode == 0, done.stderr

    assert (tmp_path / "build" / "firmware" / "bench-board" / "firmware.bin").is_file()


def test_the_preset_without_a_board_says_which_there_are(port: Path) -> None:
    require("bench-board")

    done = cmake(port.parents[2], "--preset", "board", BOARD="")

    assert done.returncode != 0
    assert "bench-board" in done.stderr


def test_a_preset_of_ones_own_for_a_board_is_that_of_the_how_to(port: Path, tmp_path: Path) -> None:
    require("bench-board")
    folder = port.parents[2]
    text = re.findall(r"```json\n(.*?)```", HOW_TO.read_text("utf-8"), re.DOTALL)[0]
    (folder / "CMakeUserPresets.json").write_text(text.replace("stm32vldiscovery", "bench-board"))

    for step in (("--preset", "bench-board"), ("--build", "--preset", "bench-board")):
        done = cmake(folder, *step)
        assert done.returncode == 0, done.stderr

    assert (tmp_path / "build" / "firmware" / "bench-board" / "firmware.bin").is_file()
