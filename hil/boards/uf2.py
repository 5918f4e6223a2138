"""UF2 files, which a Raspberry Pi Pico takes, and the checksum of its first boot stage."""

from __future__ import annotations

import struct
import sys
from pathlib import Path
from typing import Final

PAYLOAD_BYTES: Final = 256
BLOCK_BYTES: Final = 512
FAMILY_RP2040: Final = 0xE48BFF56  # microsoft/uf2, utils/uf2families.json
FLASH_RP2040: Final = 0x10000000

# microsoft/uf2, README: the fields of a block
_MAGIC_START0: Final = 0x0A324655
_MAGIC_START1: Final = 0x9E5D5157
_MAGIC_END: Final = 0x0AB16F30
_FAMILY_IN_HEADER: Final = 0x00002000

BOOT_STAGE_BYTES: Final = 256  # RP2040 data sheet, 2.8.1.3.1: 252 octets and their checksum


def uf2_from_image(
    image: bytes, *, address: int = FLASH_RP2040, family: int = FAMILY_RP2040
) -> bytes:
    r"""Return a UF2 file that writes an image to flash.

    Parameters
    ----------
    image : bytes
        What the flash shall hold, from `address` on; the last block is filled with zeros.
    address : int
        A multiple of 256.
    family : int
        The chip that takes it, of the list of UF2 families.

    Raises
    ------
    ValueError
        If the image is empty or `address` is no multiple of 256.

    Examples
    --------
    >>> file = uf2_from_image(bytes(300))
    >>> len(file), file[:4]
    (1024, b'UF2\n')

    """
    if not image:
        msg = "an empty image"
        raise ValueError(msg)
    if address % PAYLOAD_BYTES:
        msg = f"a UF2 block begins at a multiple of {PAYLOAD_BYTES}, not at {address:#x}"
        raise ValueError(msg)
    count = -(-len(image) // PAYLOAD_BYTES)
    blocks = bytearray()
    for number in range(count):
        start = number * PAYLOAD_BYTES
        header = struct.pack(
            "<8I",
            _MAGIC_START0,
            _MAGIC_START1,
            _FAMILY_IN_HEADER,
            address + start,
            PAYLOAD_BYTES,
            number,
            count,
            family,
        )
        payload = image[start : start + PAYLOAD_BYTES]
        blocks += (header + payload).ljust(BLOCK_BYTES - 4, b"\0") + struct.pack("<I", _MAGIC_END)
    return bytes(blocks)


def with_boot_checksum(image: bytes) -> bytes:
    """Return an image of an RP2040's flash with the checksum of its boot stage filled in.

    The boot ROM runs the first 256 octets only if their last four are the CRC-32/MPEG-2 of the
    others.

    Raises
    ------
    ValueError
        If the image is shorter than a boot stage.

    """
    if len(image) < BOOT_STAGE_BYTES:
        msg = f"an image of {len(image)} octets has no boot stage"
        raise ValueError(msg)
    stage = image[: BOOT_STAGE_BYTES - 4]
    return stage + struct.pack("<I", crc32_mpeg2(stage)) + image[BOOT_STAGE_BYTES:]


def crc32_mpeg2(data: bytes) -> int:
    """Return the CRC-32/MPEG-2: polynomial 04C11DB7 from all ones, not reflected, not inverted.

    Examples
    --------
    >>> hex(crc32_mpeg2(b"123456789"))
    '0x376e6e7'

    """
    value = 0xFFFFFFFF
    for octet in data:
        value ^= octet << 24
        for _ in range(8):
            value = (value << 1) ^ (0x04C11DB7 if value & 0x80000000 else 0)
            value &= 0xFFFFFFFF
    return value


def main(arguments: list[str]) -> None:
    """Make a UF2 file of an image of the flash of an RP2040: what the firmware's build calls."""
    image, file = map(Path, arguments)
    file.write_bytes(uf2_from_image(with_boot_checksum(image.read_bytes())))


if __name__ == "__main__":
    main(sys.argv[1:])
