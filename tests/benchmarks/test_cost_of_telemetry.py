"""What telemetry and its recording add to a flight, in time and in instructions.

Without: no transmitter, so no frame, no link and no log; the flight software makes its packets all
the same, as one that flies does. Silent: it makes none either, but for events.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

import flightsw
from flightsw._native import lib
from flightsw.closed_loop import ClosedLoop
from tests.core.standalone import compile_core, tables_as_bytes

if TYPE_CHECKING:
    from flightsw.scenario.tables import Tables


@pytest.fixture(scope="module")
def nominal():
    return flightsw.load("progress-ms-04")


def whole(_: Tables) -> None:
    """Leave it as it is."""


def without(tables: Tables) -> None:
    tables.loop.transmitter_count = 0


def silent(tables: Tables) -> None:
    without(tables)
    tables.fsw.state_rate_hz = tables.fsw.housekeeping_rate_hz = 0
    tables.fsw.discretes_rate_hz = 0


def test_a_flight_recorded_to_a_file_beside_one_without_telemetry(benchmark, nominal, tmp_path):
    """Flown in turn, so that a busy machine slows both; the ratio of each pair, and its median."""
    bare_s, recorded_s = [], []

    def bare():
        closed = ClosedLoop(nominal)
        without(closed.tables)
        assert lib.loop_init(closed.loop, closed.tables.loop) == lib.LOOP_OK
        begin = time.perf_counter()
        closed.run()
        bare_s.append(time.perf_counter() - begin)
        assert closed.loop.link.count[0].bursts == 0
        return (), {}

    def recorded():
        with (tmp_path / "downlink.ccsds").open("wb", buffering=0) as file:
            closed = ClosedLoop(nominal, sink=file.write)
            begin = time.perf_counter()
            closed.run()
            recorded_s.append(time.perf_counter() - begin)
        return closed

    closed = benchmark.pedantic(recorded, setup=bare, rounds=15)

    assert (tmp_path / "downlink.ccsds").read_bytes() == closed.downlink
    assert closed.met_s > nominal.mission.run.end_s - 0.1
    ratios = [mine / other for mine, other in zip(recorded_s, bare_s, strict=True)]
    benchmark.extra_info["ms_without"] = 1e3 * statistics.median(bare_s)
    benchmark.extra_info["ms_recorded"] = 1e3 * statistics.median(recorded_s)
    benchmark.extra_info["recorded_to_without"] = statistics.median(ratios)
    benchmark.extra_info["octets"] = len(closed.downlink)


def test_instructions_of_the_nominal_flight(benchmark, nominal, tmp_path):
    """callgrind's count, which repeats where times do not; the log stays in memory."""
    if shutil.which("valgrind") is None:
        if os.environ.get("CI"):
            pytest.fail("valgrind is missing")
        pytest.skip("valgrind is not installed: apt-get install valgrind")
    program = compile_core(tmp_path, flags=("-O2", "-g"))
    out = tmp_path / "callgrind.out"
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", str(program)]

    def counted(change):
        """Return the ticks of a flight and what each function took, callees included."""
        tables = tables_as_bytes(nominal, change)
        done = subprocess.run(command, input=tables, capture_output=True, check=True)
        flown = re.search(rb"^(\d+)$", done.stderr, re.MULTILINE)
        assert flown is not None
        listing = subprocess.run(
            ["callgrind_annotate", "--inclusive=yes", "--threshold=100", str(out)],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        found = re.findall(
            r"^\s*([\d,]+) .*:(loop_run|fsw_step|plant_advance|sensors_sample)\b",
            listing,
            re.MULTILINE,
        )
        return int(flown.group(1)), {name: int(total.replace(",", "")) for total, name in found}

    ticks, counts = benchmark.pedantic(counted, args=(whole,), rounds=1)

    assert ticks > nominal.mission.run.end_s * nominal.rate_hz
    benchmark.extra_info["instructions_per_flight"] = counts["loop_run"]
    for name, total in counts.items():
        benchmark.extra_info[f"instructions_per_tick_{name}"] = round(total / ticks)
    for change in (without, silent):
        _, other = counted(change)
        name = change.__name__
        benchmark.extra_info[f"instructions_per_tick_{name}"] = round(other["loop_run"] / ticks)
        benchmark.extra_info[f"instructions_to_{name}"] = counts["loop_run"] / other["loop_run"]
