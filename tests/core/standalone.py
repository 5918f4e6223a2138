"""The core compiled without Python, by any compiler at any level: see fly.c."""

from __future__ import annotations

import subprocess
from pathlib import Path
from struct import pack as struct_pack
from typing import TYPE_CHECKING

from flightsw._native import ffi
from flightsw.briefing import downlink_header
from flightsw.scenario.tables import native_tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from flightsw.scenario import Scenario
    from flightsw.scenario.tables import Tables

TOP = Path(__file__).parents[2]
ROOMS = (
    "ccsds", "fsw", "transmitter", "plant", "sensors", "faults", "ground", "link", "loop",
)  # fmt: skip


def compile_core(where: Path, *, compiler: str = "gcc", flags: tuple[str, ...] = ("-O2",)) -> Path:
    """Compile fly.c with the whole core into `where`; return the program."""
    program = where / f"fly-{compiler}{''.join(flags)}"
    sources = [str(path) for room in ROOMS for path in sorted((TOP / "native" / room).glob("*.c"))]
    folders = [f"-I{TOP / 'native' / room}" for room in ROOMS]
    command = [compiler, "-std=c11", "-ffp-contract=off", "-fno-math-errno", *flags, *folders]
    subprocess.run(
        [*command, str(Path(__file__).with_name("fly.c")), *sources, "-o", str(program)],
        check=True,
        capture_output=True,
        text=True,
    )
    return program


def tables_as_bytes(scenario: Scenario, change: Callable[[Tables], None] | None = None) -> bytes:
    """Return what fly.c reads: the tables of one flight, changed, and the header of its log."""
    tables = native_tables(scenario)
    if change is not None:
        change(tables)
    structs = (tables.plant, tables.sensors, tables.fsw, tables.loop)
    header = downlink_header(scenario)
    tables_of_core = b"".join(bytes(ffi.buffer(struct)) for struct in structs)
    return tables_of_core + struct_pack("=I", len(header)) + header
