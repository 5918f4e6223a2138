"""The checksum of the downlink log is zlib's, whichever way the processor lets it be found."""

from __future__ import annotations

import ctypes
import random
import shutil
import subprocess
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from flightsw._native import lib

if TYPE_CHECKING:
    from collections.abc import Callable

NATIVE = Path(__file__).parents[2] / "native"


@pytest.fixture(scope="module", params=["as built", "tables alone"])
def crc32(request, tmp_path_factory) -> Callable[[int, bytes], int]:
    if request.param == "as built":
        return lambda crc, data: lib.ground_crc32(crc, data, len(data))
    if shutil.which("cc") is None or not NATIVE.exists():
        pytest.skip("needs a C compiler and the sources")
    program = tmp_path_factory.mktemp("crc32") / "crc32.so"
    folders = [f"-I{NATIVE / room}" for room in ("ground", "ccsds")]
    source = str(NATIVE / "ground" / "ground_crc32.c")
    command = ["cc", "-std=c11", "-fPIC", "-shared", "-DCCSDS_FOLD_NONE", *folders, source]
    subprocess.run([*command, "-o", str(program)], check=True)
    function = ctypes.CDLL(str(program)).ground_crc32
    function.argtypes = [ctypes.c_uint32, ctypes.c_char_p, ctypes.c_size_t]
    function.restype = ctypes.c_uint32
    return lambda crc, data: function(crc, data, len(data))


def test_it_is_that_of_zlib_at_every_length(crc32) -> None:
    dice = random.Random(1)
    for size in range(700):
        data = dice.randbytes(size)
        assert crc32(0, data) == zlib.crc32(data)


def test_it_goes_on_from_what_came_before(crc32) -> None:
    data = random.Random(2).randbytes(700)
    for cut in range(700):
        assert crc32(crc32(0, data[:cut]), data[cut:]) == zlib.crc32(data)


def test_it_is_that_of_zlib_for_every_octet_at_every_place(crc32) -> None:
    """A checksum is linear: single octets decide it."""
    for place in range(90):
        for octet in range(256):
            data = bytes(place) + bytes([octet]) + bytes(89 - place)
            assert crc32(0, data) == zlib.crc32(data)
