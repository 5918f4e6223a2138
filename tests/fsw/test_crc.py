"""CRC-16/CCITT-FALSE: the check value of the catalogue of CRCs, and Python's own implementation."""

import binascii
import ctypes
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightsw._native import lib

CCSDS = Path(__file__).parents[2] / "native" / "ccsds"

CHECK = b"123456789"
CHECK_CRC = 0x29B1  # CRC-16/IBM-3740 in Greg Cook's catalogue of parametrised CRC algorithms


def test_gives_the_published_check_value() -> None:
    assert lib.ccsds_crc16(CHECK, len(CHECK)) == CHECK_CRC


def test_of_nothing_is_the_initial_register() -> None:
    assert lib.ccsds_crc16(b"", 0) == 0xFFFF


@given(st.binary(max_size=300))
def test_agrees_with_the_standard_library(data: bytes) -> None:
    assert lib.ccsds_crc16(data, len(data)) == binascii.crc_hqx(data, 0xFFFF)


@pytest.mark.parametrize("size", [1, 2, 255, 256, 1115])
def test_of_data_and_its_checksum_is_zero(size: int) -> None:
    data = bytes(i % 251 for i in range(size))

    protected = data + lib.ccsds_crc16(data, size).to_bytes(2, "big")

    assert lib.ccsds_crc16(protected, size + 2) == 0


def test_looks_at_no_byte_beyond_its_size() -> None:
    assert lib.ccsds_crc16(CHECK + b"x", len(CHECK)) == CHECK_CRC


def test_agrees_with_the_standard_library_for_every_octet_at_every_place() -> None:
    """A checksum is linear: single octets, at every place of a stride and beyond, decide it."""
    for place in range(300):
        for octet in range(256):
            data = bytes(place) + bytes([octet]) + bytes(299 - place)
            assert lib.ccsds_crc16(data, 300) == binascii.crc_hqx(data, 0xFFFF)


def test_agrees_with_the_standard_library_at_every_length() -> None:
    for size in range(1100):
        data = bytes(i * i % 251 for i in range(size))
        assert lib.ccsds_crc16(data, size) == binascii.crc_hqx(data, 0xFFFF)


@pytest.mark.skipif(
    shutil.which("cc") is None or not CCSDS.exists(), reason="needs a C compiler and the sources"
)
@pytest.mark.parametrize("form", ["CCSDS_CRC_SMALL", "CCSDS_FOLD_NONE"])
def test_the_forms_for_boards_agree_at_every_length_and_for_every_octet(tmp_path, form) -> None:
    out = tmp_path / "crc.so"
    command = ["cc", "-std=c11", "-fPIC", "-shared", f"-D{form}", "-o", str(out)]
    subprocess.run([*command, str(CCSDS / "ccsds_crc.c")], check=True)
    crc16 = ctypes.CDLL(str(out)).ccsds_crc16
    crc16.argtypes, crc16.restype = [ctypes.c_char_p, ctypes.c_size_t], ctypes.c_uint16

    for size in range(600):
        data = bytes(i * i % 251 for i in range(size)) + bytes([size % 256])
        assert crc16(data, size + 1) == binascii.crc_hqx(data, 0xFFFF)
