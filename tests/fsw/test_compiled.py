"""The flight software as object code: what it needs, and that optimisation changes no octet."""

from __future__ import annotations

import ctypes
import hashlib
import random
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from flightsw._native import ffi, lib

if TYPE_CHECKING:
    from .conftest import Computer, Table

NATIVE = Path(__file__).parents[2] / "native"
FLAGS = ["-std=c11", "-ffp-contract=off", "-fno-math-errno", "-fPIC"]
# Freestanding gcc and clang may call these four (GCC manual, "Standards"), and their own helpers.
ALLOWED = {"memcpy", "memmove", "memset", "memcmp"}

pytestmark = pytest.mark.skipif(
    shutil.which("cc") is None or not NATIVE.exists(), reason="needs a C compiler and the sources"
)


def compiled(folder: Path, rooms: list[str], *flags: str) -> Path:
    out = folder / "core.so"
    sources = [str(path) for room in rooms for path in sorted((NATIVE / room).glob("*.c"))]
    includes = [f"-I{NATIVE / room}" for room in rooms]
    subprocess.run(["cc", *FLAGS, *flags, *includes, "-o", str(out), *sources], check=True)
    return out


@pytest.mark.skipif(shutil.which("nm") is None, reason="needs nm")
@pytest.mark.parametrize("optimisation", ["-O0", "-O2"])
@pytest.mark.parametrize("room", ["fsw", "transmitter"])
def test_needs_nothing_but_mem_functions(tmp_path: Path, room: str, optimisation: str) -> None:
    program = compiled(tmp_path, [room, "ccsds"], optimisation, "-nostdlib", "-r")

    listed = subprocess.run(
        ["nm", "-u", str(program)], capture_output=True, text=True, check=True
    ).stdout

    needed = {line.split()[-1] for line in listed.splitlines()}
    helpers = {name for name in needed if name.startswith(("__", "_GLOBAL_OFFSET_TABLE_"))}
    assert needed - helpers <= ALLOWED


@pytest.mark.skipif(shutil.which("nm") is None, reason="needs nm")
@pytest.mark.parametrize("room", ["fsw", "transmitter"])
def test_holds_no_variable_of_its_own(tmp_path: Path, room: str) -> None:
    """No data and no bss: two computers can fly in one process."""
    program = compiled(tmp_path, [room, "ccsds"], "-O2", "-nostdlib", "-r")

    listed = subprocess.run(["nm", str(program)], capture_output=True, text=True, check=True).stdout

    kinds = {line.split()[-2] for line in listed.splitlines()}
    assert not kinds & set("BbCDdGgSs")


def random_trigger(table: Table, dice: random.Random, event: str) -> dict[str, Any]:
    depth = dice.random()
    if depth < 0.3:
        word = dice.choice(["all", "any"])
        return {word: [random_trigger(table, dice, event) for _ in range(dice.randint(1, 3))]}
    held = {"persistence": dice.randint(1, 20)}
    return dice.choice(
        [
            {"event": event, "after": dice.randint(0, 12_000)},
            {"countdown": dice.randint(-100, 20_000)},
            {"contacts": dice.sample(range(20), 3), "votes": dice.randint(1, 3), **held},
            {"quantity": "altitude", "at_least": dice.randint(0, 10**8), **held},
            {"quantity": "climb", "at_most": dice.randint(-(10**6), 10**6), **held},
            {"quantity": "speed", "at_least": dice.randint(465_000, 10**6), **held},
            {
                "quantity": f"analog.{dice.randrange(16)}",
                "at_most": dice.randint(-400, -200),
                **held,
            },
            {
                "quantity": "apparent_velocity",
                "at_least": dice.randint(0, 3 * 10**6),
                "lead_us": dice.randint(0, 10**6),
                **held,
            },
        ]
    )


def random_table(table: Table, dice: random.Random) -> Computer:
    config = table.config
    config.state_rate_hz, config.housekeeping_rate_hz = 70, 3
    config.discretes_rate_hz = 7
    config.pad_position_m = (2.77e6, 3.76e6, 4.33e6)
    config.eci_from_platform = (0.36, 0.48, -0.8, -0.8, 0.6, 0.0, 0.48, 0.64, 0.6)
    config.pitch_count, config.pitch_end_s = 20, 180.0
    for k in range(20):
        config.pitch[k].start_s = 9.0 * k
        config.pitch[k].c = (1.5 - 0.1 * k, *(dice.uniform(-1e-3, 1e-3) for _ in range(3)))
    table.lift_off()
    for number in range(1, 40):
        name, earlier = f"E{number}", dice.choice(table.names)
        keys: dict[str, Any] = {"requires": [earlier]} if dice.random() < 0.3 else {}
        table.add(
            name,
            role=dice.choice(["sequence", "sequence", "avd", "abort", "monitor"]),
            primary=random_trigger(table, dice, earlier),
            backup=random_trigger(table, dice, earlier),
            not_after=dice.choice([15_000, lib.FSW_TICK_NEVER]),
            **keys,
        )
    return table.start(countdown=-100)


def flown(library: Path, computer: Computer, dice: random.Random) -> tuple[str, int]:
    """Return the hash of all outputs of 20 000 random ticks, and the entries that fired."""

    def address(data: Any) -> ctypes.c_void_p:
        return ctypes.c_void_p(int(ffi.cast("uintptr_t", data)))

    core = ctypes.CDLL(str(library))
    self: Any = ffi.new("fsw_t *")
    inputs: Any = ffi.new("fsw_input_t *")
    output: Any = ffi.new("fsw_output_t *")
    where = [address(data) for data in (self, inputs, output)]
    assert core.fsw_init(where[0], address(computer.config)) == 0
    digest = hashlib.sha256()
    for _ in range(20_000):
        for i in range(3):
            inputs.axial_counts[i] += dice.randint(140, 160)
            inputs.imu_counts[i] += dice.randint(-50, 1500)
        inputs.analog_counts[dice.randrange(16)] = dice.randint(-400, 400)
        inputs.discretes = dice.getrandbits(64) & dice.getrandbits(64) & dice.getrandbits(64)
        core.fsw_step(*where)
        digest.update(ffi.buffer(output)[: ffi.offsetof("fsw_output_t", "packets")])
        digest.update(ffi.buffer(output.packets)[: output.packet_bytes])
    return digest.hexdigest(), self.latched.bit_count()


@pytest.mark.parametrize("seed", [1, 2])
def test_every_optimisation_gives_the_same_octets(tmp_path: Path, table: Table, seed: int) -> None:
    computer = random_table(table, random.Random(seed))
    results = []
    for optimisation in ("-O0", "-O2"):
        folder = tmp_path / optimisation
        folder.mkdir()
        library = compiled(folder, ["fsw", "ccsds"], optimisation, "-shared")
        results.append(flown(library, computer, random.Random(seed)))

    assert results[0] == results[1]
    assert results[0][1] > 20  # most of the table was flown
