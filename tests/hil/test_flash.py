"""Firmware brought to boards: by a drive, or by a tool that writes down how it was called."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hil.boards import flash as flashing
from hil.boards.build import Built
from hil.boards.flash import PACKAGES, flash, tools_of
from hil.boards.target import target_of, targets
from hil.boards.virtual import VirtualBoard
from hil.errors import BoardError, BoardUseError, PortError
from tests.hil.chips import target_names


def firmware(folder: Path, name: str, suffix: str) -> Built:
    image, elf = folder / f"firmware.{suffix}", folder / "firmware.elf"
    image.write_bytes(bytes(1024))
    elf.touch()
    return Built(target_of(name), elf=elf, image=image, flash_bytes=1024, ram_bytes=0)


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Make a folder of tools the only one on the path; return how to put one there."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def make(name: str, *, status: int = 0) -> Path:
        called = tmp_path / f"{name}.called"
        script = folder / name
        said = f'echo "{name} "$* > {called}; echo no board >&2; exit {status}'
        script.write_text(f"#!/bin/sh\n{said}\n")
        script.chmod(0o755)
        return called

    return make


AVRDUDE = "-P {port} -b 115200 -D -U flash:w:{image}:i"


@pytest.mark.parametrize(
    ("name", "suffix", "call"),
    [
        ("uno", "hex", f"avrdude -p atmega328p -c arduino {AVRDUDE}"),
        ("mega2560", "hex", f"avrdude -p atmega2560 -c wiring {AVRDUDE}"),
        ("nucleo-f4", "bin", "st-flash --reset write {image} 0x08000000"),
        (
            "nucleo-f4",
            "bin",
            "openocd -f board/st_nucleo_f4.cfg -c program {elf} verify reset exit",
        ),
    ],
)
def test_calls_the_vendors_tool(tmp_path, tools, name, suffix, call) -> None:
    called = tools(call.split()[0])
    built = firmware(tmp_path, name, suffix)
    port = "/dev/null" if "{port}" in call else None

    flash(built, port=port)

    assert called.read_text() == call.format(image=built.image, elf=built.elf, port=port) + "\n"


@pytest.mark.parametrize("program", sorted(PACKAGES))
def test_a_missing_tool_is_named_with_its_package(tmp_path, tools, program) -> None:
    built = flashed_by(f"{program} {{image}}", firmware(tmp_path, "uno", "hex"))

    with pytest.raises(
        BoardError, match=f"^flashing uno needs {program}. On .*install {PACKAGES[program]}$"
    ):
        flash(built)


def flashed_by(command: str, built: Built) -> Built:
    return replace(built, target=replace(built.target, flash_commands=(command,)))


def test_a_tool_that_nothing_is_known_of_is_run_all_the_same(tmp_path, tools) -> None:
    called = tools("someones-flasher")
    built = flashed_by("someones-flasher --to 0 {image}", firmware(tmp_path, "uno", "hex"))

    flash(built)

    assert called.read_text() == f"someones-flasher --to 0 {built.image}\n"


def test_such_a_tool_is_named_when_it_is_not_here(tmp_path, tools) -> None:
    built = flashed_by("someones-flasher {image}", firmware(tmp_path, "uno", "hex"))

    with pytest.raises(BoardError, match=r"flashing uno needs someones-flasher$"):
        flash(built)


@pytest.mark.parametrize("command", ["", "tool {imge}", "tool {}", "tool 'unfinished", "tool {"])
def test_what_is_no_command_is_told_with_where_it_stands(tmp_path, tools, command) -> None:
    built = flashed_by(command, firmware(tmp_path, "uno", "hex"))

    with pytest.raises(BoardError, match=r"^uno.cmake: BOARD_FLASH `.*` is no command with "):
        flash(built)


def test_a_board_that_nothing_flashes_is_told(tmp_path) -> None:
    built = firmware(tmp_path, "uno", "hex")
    built = replace(built, target=replace(built.target, flash_commands=()))

    with pytest.raises(BoardError, match=r"^uno.cmake names no program .* board build`, then "):
        flash(built)


def test_a_boot_loader_on_a_serial_port_needs_its_name(tmp_path, tools) -> None:
    tools("avrdude")

    with pytest.raises(BoardUseError, match="give it with --port"):
        flash(firmware(tmp_path, "uno", "hex"))


def test_a_port_that_is_not_here_is_told_before_the_tool_is_run(tmp_path, tools) -> None:
    called = tools("avrdude")

    with pytest.raises(PortError, match=r"^no /dev/ttyACM9\. Ports here: "):
        flash(firmware(tmp_path, "uno", "hex"), port="/dev/ttyACM9")

    assert not called.exists()


def test_a_board_that_is_a_process_is_not_flashed(tmp_path, tools) -> None:
    tools("avrdude")

    with VirtualBoard() as board, pytest.raises(BoardUseError, match="is a process, not to be "):
        flash(firmware(tmp_path, "uno", "hex"), port=board.port)


def test_a_port_that_no_tool_would_be_told_is_refused(tmp_path, tools) -> None:
    """Else somebody with two boards would think that it says which one."""
    tools("st-flash")

    with pytest.raises(BoardUseError, match="st-flash, which is told no port: leave --port away"):
        flash(firmware(tmp_path, "nucleo-f4", "bin"), port="/dev/null")


def test_a_program_that_cannot_be_run_is_told(tmp_path, tools) -> None:
    called = tools("avrdude")
    (called.parent / "bin" / "avrdude").write_bytes(b"\x7fELF of nothing")

    with pytest.raises(BoardError, match=r"^avrdude cannot be run: Exec format error$"):
        flash(firmware(tmp_path, "uno", "hex"), port="/dev/null")


def test_what_a_tool_says_when_it_fails_is_told(tmp_path, tools) -> None:
    tools("avrdude", status=1)

    with pytest.raises(BoardError, match=r"(?s)failed, status 1:\nno board"):
        flash(firmware(tmp_path, "uno", "hex"), port="/dev/null")


def test_a_uf2_file_is_copied_to_the_drive_that_takes_it(tmp_path, monkeypatch) -> None:
    drive = tmp_path / "media" / "user" / "RPI-RP2"
    drive.mkdir(parents=True)
    (drive / "INFO_UF2.TXT").write_text("UF2 Bootloader v3.0\n")
    monkeypatch.setattr(flashing, "drives", lambda: {drive})
    built = firmware(tmp_path, "pico", "uf2")

    said = flash(built)

    assert (drive / "firmware.uf2").read_bytes() == built.image.read_bytes()
    assert said == f"copied firmware.uf2 to {drive}"


def test_drives_are_known_by_the_file_that_each_has(tmp_path) -> None:
    for name in ("RPI-RP2", "HOLIDAYS"):
        (tmp_path / name).mkdir()
    (tmp_path / "RPI-RP2" / "INFO_UF2.TXT").touch()

    assert flashing.drives((f"{tmp_path}/*",)) == {tmp_path / "RPI-RP2"}


def test_without_a_drive_it_says_how_to_get_one(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(flashing, "drives", set)

    with pytest.raises(BoardError, match="hold BOOTSEL while plugging it in"):
        flash(firmware(tmp_path, "pico", "uf2"))


def test_several_drives_are_listed(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(flashing, "drives", lambda: {tmp_path / "A", tmp_path / "B"})

    with pytest.raises(BoardError, match=f"several boards wait .*: {tmp_path}/A, {tmp_path}/B"):
        flash(firmware(tmp_path, "pico", "uf2"))


def test_a_folder_that_is_no_such_drive_is_refused(tmp_path) -> None:
    with pytest.raises(BoardError, match=f"{tmp_path} is no drive that takes UF2 files"):
        flash(firmware(tmp_path, "pico", "uf2"), port=str(tmp_path))


@pytest.mark.parametrize("name", target_names())
def test_every_board_can_be_flashed(name: str) -> None:
    board = targets()[name]

    assert tools_of(board) or "uf2" in board.images
