"""How long things take. Each benchmark asserts the value it times; the times decide nothing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import Any

import pytest

import flightsw
from flightsw._native import ffi, lib
from flightsw.scenario.tables import native_tables
from tests.core.standalone import compile_core, tables_as_bytes

MISSION = "progress-ms-04"
TICKS = 1000


@pytest.fixture(scope="module")
def nominal():
    return flightsw.load(MISSION)


def test_nominal_flight_at_100_hz(benchmark, nominal):
    """The closed loop alone: plant, sensors, flight software, faults, transmitter."""
    tables = native_tables(nominal)
    loop: Any = ffi.new("loop_t *")
    downlink = ffi.new("uint8_t[]", 16_000_000)
    record: Any = ffi.new("loop_record_t *")

    def fly():
        record.downlink, record.downlink_capacity, record.downlink_used = downlink, 16_000_000, 0
        assert lib.loop_init(loop, tables.loop) == lib.LOOP_OK
        return lib.loop_run(loop, tables.longest_ticks, record)

    flown = benchmark(fly)

    assert flown * loop.tick_s > nominal.mission.run.end_s
    assert record.downlink_lost == 0
    benchmark.extra_info["ns_per_tick"] = 1e9 * benchmark.stats.stats.median / flown


def test_nominal_flight_with_records_and_ground(benchmark, nominal):
    """`flightsw.fly` whole: truth, falling bodies, echoes, judgement, the ground's picture."""

    def fly():
        flight = flightsw.fly(nominal)
        assert flight.ground.events
        return flight

    flight = benchmark(fly)

    assert flight.success


def test_tick_of_the_flight_software(benchmark, nominal):
    """One step at T+450, the crossing from Python included; divided by 1000 ticks."""
    tables = native_tables(nominal)
    loop: Any = ffi.new("loop_t *")
    record: Any = ffi.new("loop_record_t *")
    assert lib.loop_init(loop, tables.loop) == lib.LOOP_OK
    lib.loop_run(loop, int(470.0 * nominal.rate_hz), record)
    self, inputs, output = (
        ffi.addressof(loop, "fsw"),
        ffi.addressof(loop, "input"),
        ffi.new("fsw_output_t *"),
    )
    step = lib.fsw_step

    def thousand():
        for _ in range(TICKS):
            step(self, inputs, output)
        return lib.fsw_met_ticks(self)

    met = benchmark.pedantic(thousand, rounds=5)

    assert met > 0
    benchmark.extra_info["ns_per_tick"] = 1e9 * benchmark.stats.stats.median / TICKS


def test_load_of_a_scenario(benchmark):
    scenario = benchmark(flightsw.load, "progress-ms-04-lost")

    assert scenario.acts


@pytest.mark.parametrize(
    "what", ["import flightsw", "from flightsw.cli import main; main(['--help'])"]
)
def test_import(benchmark, what):
    """A process that only does this; the bare interpreter beside it in extra_info."""

    def run(code):
        return subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)

    done = benchmark(run, what)

    assert done.returncode == 0
    heavy = (
        "import sys; import flightsw; "
        "print([m for m in ('numpy', 'pydantic', 'rich') if m in sys.modules])"
    )
    assert run(heavy).stdout.strip() == b"[]"


def test_instructions_of_the_nominal_flight(benchmark, nominal, tmp_path):
    """callgrind's count, which repeats where times do not."""
    if shutil.which("valgrind") is None:
        if os.environ.get("CI"):
            pytest.fail("valgrind is missing")
        pytest.skip("valgrind is not installed: apt-get install valgrind")
    program = compile_core(tmp_path, flags=("-O2", "-g"))
    out = tmp_path / "callgrind.out"
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", str(program)]

    done = benchmark.pedantic(
        lambda: subprocess.run(
            command, input=tables_as_bytes(nominal), capture_output=True, check=True
        ),
        rounds=1,
    )

    flown = re.search(rb"^(\d+)$", done.stderr, re.MULTILINE)
    assert flown is not None
    ticks = int(flown.group(1))
    listing = subprocess.run(
        ["callgrind_annotate", "--inclusive=yes", "--threshold=100", str(out)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    counts = {
        name: int(total.replace(",", ""))
        for total, name in re.findall(
            r"^\s*([\d,]+) .*:(loop_run|fsw_step|plant_advance|sensors_sample)\b",
            listing,
            re.MULTILINE,
        )
    }
    benchmark.extra_info["instructions_per_flight"] = counts["loop_run"]
    for name, total in counts.items():
        benchmark.extra_info[f"instructions_per_tick_{name}"] = round(total / ticks)
    assert ticks > nominal.mission.run.end_s * nominal.rate_hz
