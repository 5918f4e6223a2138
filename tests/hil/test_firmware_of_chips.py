"""Firmware for each chip: it builds from the package's sources, and fits."""

from __future__ import annotations

import os
import re
import zlib
from pathlib import Path

import pytest

from hil.boards.build import build
from hil.boards.target import TOOLCHAINS, target_of, targets
from hil.boards.uf2 import crc32_mpeg2, uf2_from_image, with_boot_checksum
from hil.errors import BoardError
from tests.hil.chips import built_for, target_names

KIB = 1024


def told_sizes() -> dict[str, str]:
    """Return what the how-to says of the boards that it names."""
    page = Path(__file__).parents[2] / "docs" / "how-to" / "boards.md"
    row = r"^\|[^|]*\| `([^`]+)` \|[^|]*\| ([^|]*) \|"
    return dict(re.findall(row, page.read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize("name", target_names())
def test_builds_and_fits(name: str) -> None:
    firmware = built_for(name)

    assert 0 < firmware.flash_bytes <= firmware.target.flash_max_bytes
    assert 0 < firmware.ram_bytes <= firmware.target.ram_max_bytes


@pytest.mark.parametrize(
    ("name", "flash_kib", "ram_kib"), [("uno", 16, 2), ("mega2560", 16, 2), ("pico-small", 32, 8)]
)
def test_a_transmitter_is_held_to_what_the_smallest_chips_have(
    name: str, flash_kib: int, ram_kib: int
) -> None:
    """16 KiB of flash and 2 of RAM on any AVR, 32 and 8 on any Cortex-M0+, with the stack."""
    board = targets()[name]

    assert board.flash_max_bytes <= flash_kib * KIB
    assert board.ram_max_bytes < ram_kib * KIB


@pytest.mark.parametrize(("name", "told"), sorted(told_sizes().items()))
def test_a_size_in_the_how_to_is_that_of_the_build(name: str, told: str) -> None:
    firmware = built_for(name)

    flash_kib, ram_kib = told.removesuffix(" KiB").split("/")
    # another release of the compiler makes another size, but not by much
    assert float(flash_kib) * KIB == pytest.approx(firmware.flash_bytes, rel=0.1)
    assert float(ram_kib) * KIB == pytest.approx(firmware.ram_bytes, rel=0.1)


def test_what_was_built_is_not_built_again() -> None:
    first = built_for("uno")
    changed_ns = first.elf.stat().st_mtime_ns

    assert build("uno").elf.stat().st_mtime_ns == changed_ns


def test_an_unknown_board_is_told_the_known_ones() -> None:
    with pytest.raises(BoardError, match=r"no board `esp32` to build for. There are: .*pico, "):
        target_of("esp32")


@pytest.mark.parametrize("name", target_names())
def test_a_missing_compiler_is_named_with_its_packages(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cmake = tmp_path / "cmake"
    cmake.symlink_to("/bin/true")
    monkeypatch.setenv("PATH", str(tmp_path))
    toolchain = targets()[name].toolchain

    with pytest.raises(BoardError) as error:
        build(name)

    packages = " ".join(sorted(toolchain.packages))
    assert str(error.value) == (
        f"firmware for {name} needs more than is installed here. "
        f"On Debian: apt-get install {packages}"
    )


def test_every_toolchain_is_that_of_a_board() -> None:
    assert {target.toolchain for target in targets().values()} == set(TOOLCHAINS.values())


# --------------------------------------------------------------------------------------- UF2


def test_the_checksum_of_the_boot_stage_is_that_of_the_catalogue() -> None:
    assert crc32_mpeg2(b"123456789") == 0x0376E6E7  # Greg Cook's catalogue, CRC-32/MPEG-2


def test_the_checksum_stands_at_the_end_of_the_boot_stage() -> None:
    image = with_boot_checksum(bytes(range(256)) + b"more")

    assert image[252:256] == crc32_mpeg2(bytes(range(252))).to_bytes(4, "little")
    assert (image[:252], image[256:]) == (bytes(range(252)), b"more")


@pytest.mark.parametrize(("size", "blocks"), [(1, 1), (256, 1), (257, 2), (10_000, 40)])
def test_a_uf2_file_holds_the_image_in_blocks(size: int, blocks: int) -> None:
    image = os.urandom(size)

    file = uf2_from_image(image)

    assert len(file) == 512 * blocks
    taken = b"".join(file[512 * k + 32 : 512 * k + 288] for k in range(blocks))
    assert zlib.crc32(taken[:size]) == zlib.crc32(image)
    for k in range(blocks):
        block = file[512 * k : 512 * (k + 1)]
        words = [int.from_bytes(block[at : at + 4], "little") for at in range(0, 32, 4)]
        # microsoft/uf2, README: magic, magic, family given, address, size, number, of, family
        assert words == [
            *(0x0A324655, 0x9E5D5157, 0x2000),
            *(0x10000000 + 256 * k, 256, k, blocks, 0xE48BFF56),
        ]
        assert block[-4:] == bytes.fromhex("306fb10a")
