"""How long things take. Each benchmark asserts the value it times; the times decide nothing."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

import flightsw
from flightsw._native import ffi, lib
from flightsw.ground import decode
from flightsw.scenario.tables import native_tables

MISSION = "progress-ms-04"
TICKS = 1000


@pytest.fixture(scope="module")
def nominal():
    return flightsw.load(MISSION)


def test_nominal_flight_at_100_hz(benchmark, nominal):
    """The closed loop: plant, sensors, flight software, faults, transmitters, link, log."""
    tables = native_tables(nominal)
    loop: Any = ffi.new("loop_t *")
    downlink = ffi.new("uint8_t[]", 16_000_000)
    record: Any = ffi.new("loop_record_t *")

    def fly():
        log = {"octets": downlink, "capacity": 16_000_000}
        record.downlink = ffi.new("ground_log_t *", log)[0]
        assert lib.loop_init(loop, tables.loop) == lib.LOOP_OK
        return lib.loop_run(loop, tables.longest_ticks, record)

    flown = benchmark(fly)

    assert flown * loop.tick_s > nominal.mission.run.end_s
    assert record.downlink.lost == 0
    benchmark.extra_info["ns_per_tick"] = 1e9 * benchmark.stats.stats.median / flown


def test_decoding_of_a_mission(benchmark, nominal):
    """A whole downlink log to arrays: checks, merging of stations, gaps, packets."""
    downlink = flightsw.fly(nominal).downlink

    packets = benchmark(decode, downlink)

    assert packets.count > 30_000
    benchmark.extra_info["octets"] = len(downlink)


def test_framing(benchmark):
    """Packets to transfer frames in the transmitter, 64 KiB a round."""
    config: Any = ffi.new(
        "transmitter_config_t *",
        {
            "frame_bytes": 1024,
            "rate_bps": lib.TRANSMITTER_RATE_MAX_bps,
            "on_mv": 24_000,
            "brown_out_mv": 20_000,
            "gone_mv": 12_000,
            "route_count": 1,
            "route": [{"apid": 0x100, "channel": 0}],
            "channel": [{"queue_bytes": 32_768}, *[{"queue_bytes": 1024}] * 3],
        },
    )
    storage: Any = ffi.new("uint8_t[]", 40_000)
    transmitter: Any = ffi.new("transmitter_t *")
    assert lib.transmitter_init(transmitter, config, storage, 40_000) == lib.TRANSMITTER_OK
    out: Any = ffi.new("uint8_t[]", 1 << 17)
    lib.transmitter_set_supply(transmitter, 27_000)
    for _ in range(3):
        lib.transmitter_step(transmitter, 1000, out, 1 << 17)
    packet = bytes.fromhex("0900c000 03f9") + bytes(1018)
    offered: Any = ffi.new("uint8_t[]", packet * 16)

    def frame():
        size = 0
        for _ in range(4):
            lib.transmitter_accept(transmitter, offered, 16 * len(packet))
            size += lib.transmitter_step(transmitter, 10_000, out, 1 << 17)
        return size

    size = benchmark(frame)

    assert size > 60_000
    benchmark.extra_info["mb_per_s"] = size / benchmark.stats.stats.median / 1e6


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


def test_report_of_a_run(benchmark, tmp_path_factory):
    """Run folder to page, decoding among it; what is read once a process is read before."""
    from flightsw.cli.run import fly_and_record
    from flightsw.report import report

    run = tmp_path_factory.mktemp("report") / "run"
    fly_and_record(flightsw.load("progress-ms-04-lost"), out=run)
    report(run)

    html = benchmark(lambda: report(run))

    assert "Mission lost" in html
    benchmark.extra_info["bytes"] = len(html.encode())
