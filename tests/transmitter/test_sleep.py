"""A transmitter passes over steps in which nothing can happen: what leaves is the same."""

from __future__ import annotations

import ctypes
import random
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from flightsw._native import ffi, lib
from tests.transmitter.test_transmitter import Bench, packet

if TYPE_CHECKING:
    from collections.abc import Iterator

NATIVE = Path(__file__).parents[2] / "native"
SUPPLIES_MV = [27_000] * 12 + [23_000, 19_000, 5_000, 0]


class Awake:
    """The same transmitter, compiled so that it looks at each step."""

    def __init__(self, library: ctypes.CDLL, config: Any) -> None:
        self._lib = library
        self._config = ctypes.create_string_buffer(bytes(ffi.buffer(config)))
        self._storage = ctypes.create_string_buffer(4000)
        self._self = ctypes.create_string_buffer(ffi.sizeof("transmitter_t"))
        self._out = ctypes.create_string_buffer(1 << 16)
        size = ctypes.c_size_t
        library.transmitter_step.restype = size
        library.transmitter_init(self._self, self._config, self._storage, size(4000))

    def supply(self, supply_mv: int) -> None:
        self._lib.transmitter_set_supply(self._self, ctypes.c_uint16(supply_mv))

    def reset(self) -> None:
        self._lib.transmitter_reset(self._self)

    def accept(self, octets: bytes) -> int:
        return int(self._lib.transmitter_accept(self._self, octets, ctypes.c_size_t(len(octets))))

    def step(self, elapsed_us: int, capacity: int) -> bytes:
        used = self._lib.transmitter_step(
            self._self, ctypes.c_uint32(elapsed_us), self._out, ctypes.c_size_t(capacity)
        )
        return self._out.raw[:used]


class Asleep:
    """The transmitter as it is."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def supply(self, supply_mv: int) -> None:
        lib.transmitter_set_supply(self._bench.self, supply_mv)

    def reset(self) -> None:
        lib.transmitter_reset(self._bench.self)

    def accept(self, octets: bytes) -> int:
        return lib.transmitter_accept(self._bench.self, octets, len(octets))

    def step(self, elapsed_us: int, capacity: int) -> bytes:
        used = lib.transmitter_step(self._bench.self, elapsed_us, self._bench.out, capacity)
        return bytes(ffi.buffer(self._bench.out, used))


@pytest.fixture(scope="module")
def library(tmp_path_factory) -> ctypes.CDLL:
    if shutil.which("cc") is None or not NATIVE.exists():
        pytest.skip("needs a C compiler and the sources")
    out = tmp_path_factory.mktemp("transmitter") / "awake.so"
    sources = [
        str(path) for room in ("transmitter", "ccsds") for path in (NATIVE / room).glob("*.c")
    ]
    folders = [f"-I{NATIVE / room}" for room in ("transmitter", "ccsds")]
    command = ["cc", "-std=c11", "-fPIC", "-shared", "-DTRANSMITTER_SLEEPS=0", *folders, *sources]
    subprocess.run([*command, "-o", str(out)], check=True)
    return ctypes.CDLL(str(out))


def life(dice: random.Random) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Yield what befalls a transmitter, step by step: what is done to it, and with what."""
    tick_us = dice.choice([1_000, 10_000, 25_000])
    yield "supply", (27_000,)
    for count in range(600):
        if dice.random() < 0.05:
            yield "supply", (dice.choice(SUPPLIES_MV),)
        if dice.random() < 0.004:
            yield "reset", ()
        while dice.random() < 0.3:
            yield "accept", (packet(dice.randrange(4), dice.randrange(7, 200), count),)
        yield "step", (tick_us, dice.choice([1 << 16, 1 << 16, 132, 100]))
        while dice.random() < 0.1:
            yield "step", (0, 1 << 16)


def test_what_leaves_is_as_if_it_looked_at_each_step(library) -> None:
    sent = 0
    for seed in range(80):
        dice = random.Random(seed)
        bench = Bench(
            rate_bps=dice.choice([2_400, 20_000, 1_000_000]),
            heartbeat_us=dice.choice([0, 50_000, 300_000, 2_000_000]),
            idle_us=dice.choice([0, 40_000, 500_000]),
            channel=[
                {"queue_bytes": 1000, "flush_us": dice.choice([0, 5_000, 60_000, 2_000_000])}
                for _ in range(4)
            ],
        )
        asleep, awake = Asleep(bench), Awake(library, bench.config)
        for what, arguments in life(dice):
            found = getattr(asleep, what)(*arguments)
            assert found == getattr(awake, what)(*arguments), seed
            sent += len(found) if what == "step" else 0
    assert sent > 1_000_000
