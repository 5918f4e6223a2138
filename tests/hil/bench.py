"""The firmware's session in this process, by tests/hil/bench.c: no line, a clock that is told."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import cffi
import pytest

from hil.boards.firmware import FOLDERS, folder_of, sources
from hil.kinds import COUNTERS, Configure, Configured, Poll, Started, Status
from hil.link import Decoder, frame
from hil.packing import encode
from tests.hil.conftest import start_of

HERE = Path(__file__).parent
COMPILE = ["-std=c11", "-O2", "-ffp-contract=off", "-fno-math-errno"]
TRAP = ["-fsanitize=undefined", "-fsanitize-undefined-trap-on-error"]


def compiler() -> str:
    """Return the C compiler, or leave the test where there is none."""
    found = shutil.which(os.environ.get("CC", "cc")) or shutil.which("gcc")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("needs a C compiler")
        pytest.skip("needs a C compiler; on Debian: apt-get install gcc")
    return found


def compile_firmware(out: Path, *more: str | Path) -> None:
    """Compile the firmware without its main loop, and what is given, into one file."""
    files = [
        path for name, path in sources().items() if name.endswith(".c") and "main.c" not in name
    ]
    folders = [f"-I{folder_of(name)}" for name in FOLDERS]
    command = [compiler(), *COMPILE, *folders, f"-I{HERE}", *more, *files, HERE / "bench.c"]
    subprocess.run([*command, "-o", out], check=True)


@cache
def library() -> tuple[Any, Any]:
    """Return ffi and the firmware as a library; undefined behaviour ends the process."""
    ffi = cffi.FFI()
    header = (HERE / "bench.h").read_text().splitlines()
    ffi.cdef("\n".join(row for row in header if not row.startswith("#")))
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "bench.so"
        compile_firmware(out, "-shared", "-fPIC", *TRAP)
        return ffi, ffi.dlopen(str(out))


class Bench:
    """A board on a bench. There is one at a time: its state is the library's."""

    def __init__(self, **limits: int) -> None:
        self.ffi, self.lib = library()
        settings = {
            "window": 4096,
            "content_max": 249,
            "config_max": 16384,
            "input_bytes": 4352,
            "storage_bytes": 16384,
            "reply_max": 8192,
            "roles": 3,
        } | limits
        self.lib.bench_start(self.ffi.new("bench_limits_t *", settings))
        self.decoder = Decoder(from_board=True)
        self.sequence = 0
        self.clock_us = 0
        self.buffer = self.ffi.new("uint8_t[]", 1 << 20)

    def raw(self, octets: bytes) -> bytes:
        """Let octets come; return the line, with what the board has said before."""
        self.lib.bench_feed(octets, len(octets))
        return bytes(self.ffi.buffer(self.buffer, self.lib.bench_said(self.buffer, 1 << 20)))

    def feed(self, octets: bytes) -> list[Any]:
        """Let octets come; return what the board says."""
        self.lib.bench_feed(octets, len(octets))
        return self._said()

    def framed(self, message: Any) -> bytes:
        """Return the octets of a message with the next sequence."""
        self.sequence += 1
        return frame(encode(message, (self.sequence - 1) & 0xFF))

    def send(self, *messages: Any) -> list[Any]:
        return self.feed(b"".join(self.framed(message) for message in messages))

    def run_at(self, clock_us: int) -> list[Any]:
        """Let the clock say so; return what the board says."""
        self.clock_us = clock_us
        self.wait_us = self.lib.bench_run(clock_us)
        return self._said()

    def start(self, config: bytes, **changes: int) -> list[Any]:
        """Configure it and ask it to start; return what it says to that."""
        for at in range(0, len(config), 200):
            [configured] = self.send(Configure(at, config[at : at + 200]))
            assert isinstance(configured, Configured)
        return self.send(start_of(config, **changes))

    def started(self, config: bytes, **changes: int) -> Bench:
        [answer] = self.start(config, **changes)
        assert isinstance(answer, Started), answer
        return self

    def counters(self) -> dict[str, int]:
        [status] = self.send(Poll(1))
        assert isinstance(status, Status)
        return {name: getattr(status, name) for name in COUNTERS}

    def _said(self) -> list[Any]:
        size = self.lib.bench_said(self.buffer, len(self.buffer))
        heard = self.decoder.feed(bytes(self.ffi.buffer(self.buffer, size)))
        assert self.decoder.counters.frames_bad == 0
        return [received.message for received in heard]


def encoded(content: bytes) -> bytes:
    """Return a content as the firmware puts it on the line."""
    ffi, lib = library()
    out = ffi.new("uint8_t[]", 512)
    return bytes(ffi.buffer(out, lib.bench_encode(content, len(content), out)))


def decoded(octets: bytes) -> tuple[list[bytes], dict[str, int]]:
    """Return the contents that the firmware reads from a line, and its counters."""
    ffi, lib = library()
    out = ffi.new("uint8_t[]", 2 * len(octets) + 512)
    counters = ffi.new("uint32_t[4]")
    used = lib.bench_decode(octets, len(octets), out, len(out), counters)
    contents, rest = [], bytes(ffi.buffer(out, used))
    while rest:
        contents.append(rest[1 : rest[0] + 1])
        rest = rest[rest[0] + 1 :]
    return contents, dict(zip(("received", *COUNTERS[2:5]), counters, strict=True))
