"""What is decoded is what sensors and flight computer put in: whole missions, tick by tick.

The mission is flown a second time, a tick at a time, and what the computer then holds is noted.
Events are found from that, by the entries that fire: nothing of the code that packs them is asked.
"""

import zlib
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import pytest

from flightsw import fly, load
from flightsw._native import ffi, lib
from flightsw.dictionary import load_dictionary
from flightsw.scenario.tables import native_tables

DICTIONARY = load_dictionary()
KIND = {event.name: event.id for event in DICTIONARY.events}
KIND_OF_ROLE = {
    "sequence": KIND["SEQUENCE_STEP"],
    "avd": KIND["EMERGENCY_SHUTDOWN"],
    "abort": KIND["ABORT_STEP"],
    "monitor": KIND["MONITOR_TRIPPED"],
}
ROLES = DICTIONARY.packet("EVENT").field("role").values
NO_ENTRY = 255
SLOTS = 16
REPEATED = ("kind", "entry", "trigger", "role", "ticks")
METRES, METRES_PER_S = 0.0051, 0.000051  # half of what one count is worth, and what rounding needs


@dataclass
class Held:
    """What the computer read and held after each tick, by mission elapsed time in microseconds.

    `events` has a row for each that it was to tell, in order.
    """

    ticks: dict[int, dict[str, Any]] = field(default_factory=dict)
    events: list[dict[str, int]] = field(default_factory=list)


def flown_by_ticks(scenario) -> Held:
    tables = native_tables(scenario)
    loop: Any = ffi.new("loop_t *")
    assert lib.loop_init(loop, tables.loop) == lib.LOOP_OK
    record = ffi.new("loop_record_t *")
    computer, config = loop.fsw, tables.fsw
    held = Held()
    started = {"kind": KIND["COMPUTER_STARTED"], "entry": NO_ENTRY, "argument": config.tick_us}
    news: list[dict[str, int]] = [started | {"trigger": 0, "role": 0}]
    latched = 0
    while not loop.finished and loop.tick < tables.longest_ticks:
        lib.loop_run(loop, 1, record)
        met_ticks = lib.fsw_met_ticks(ffi.addressof(computer))
        for entry in range(config.entry_count):
            if (computer.latched & ~latched) >> entry & 1:
                role = config.entry[entry].role
                step = {"kind": KIND_OF_ROLE[ROLES[role]], "role": role, "argument": 0}
                news.append(step | {"entry": entry, "trigger": computer.event_by[entry]})
        latched = computer.latched
        held.events += [event | {"ticks": met_ticks} for event in news]
        news = []
        assert met_ticks * config.tick_us not in held.ticks
        held.ticks[met_ticks * config.tick_us] = {
            "discretes": loop.input.discretes,
            "analog": list(loop.input.analog_counts),
            "position": [computer.estimated_position_eci_m[k] for k in range(3)],
            "velocity": [computer.estimated_velocity_eci_mps[k] for k in range(3)],
            "apparent_velocity": computer.apparent_velocity_um_per_s * 1e-6,
            "axial_accel": computer.axial_accel_mmps2,
            "pitch": computer.pitch_rad,
            "last_event": computer.last_event,
            "latched": latched,
            "actions": loop.output.actions,
            "disagreements": computer.err.accelerometer_disagreements,
            "outbox_full": computer.err.outbox_full,
            "event_count": len(held.events),
        }
    return held


@pytest.fixture(scope="module", params=["progress-ms-04", "progress-ms-04-lost"])
def scenario(request):
    return load(request.param)


@pytest.fixture(scope="module")
def held(scenario):
    return flown_by_ticks(scenario)


@pytest.fixture(scope="module")
def rows(scenario):
    return fly(scenario).ground.packets.rows


def assert_motion(row, tick) -> None:
    position = [row[f"position_{axis}"] * 0.01 for axis in "xyz"]
    velocity = [row[f"velocity_{axis}"] * 0.0001 for axis in "xyz"]
    assert position == pytest.approx(tick["position"], abs=METRES)
    assert velocity == pytest.approx(tick["velocity"], abs=METRES_PER_S)
    assert row["apparent_velocity"] * 0.001 == pytest.approx(tick["apparent_velocity"], abs=0.001)


def test_states(held, rows):
    assert len(rows["STATE"]) > 15_000
    for row in rows["STATE"]:
        tick = held.ticks[int(row["met_us"])]
        assert_motion(row, tick)
        assert int(row["axial_accel"]) == tick["axial_accel"]
        assert row["pitch"] * 1e-6 == pytest.approx(tick["pitch"], abs=0.51e-6)
        assert [int(row[f"analog_{k:02d}"]) for k in range(16)] == tick["analog"]
        for name in ("discretes", "last_event"):
            assert int(row[name]) == tick[name]


def test_discretes(held, rows):
    times = [*held.ticks]
    told = 0  # ticks whose commands a packet has told: none of these packets is lost
    assert len(rows["DISCRETES"]) > 700
    for row in rows["DISCRETES"]:
        tick = held.ticks[int(row["met_us"])]
        end = times.index(int(row["met_us"]), told) + 1
        commands = 0
        for met_us in times[told:end]:
            commands |= held.ticks[met_us]["actions"]
        told = end
        assert int(row["commands"]) == commands
        assert int(row["discretes"]) == tick["discretes"]
        assert int(row["latched"]) == tick["latched"]


def test_events(held, rows):
    last_us = max(int(row["met_us"]) for row in rows["STATE"])
    until_then = held.ticks[last_us]["event_count"]
    assert [int(row["number"]) for row in rows["EVENT"]] == [*range(until_then)]
    for row, event in zip(rows["EVENT"], held.events[:until_then], strict=True):
        names = ("kind", "entry", "trigger", "role", "argument")
        assert [int(row[name]) for name in names] == [event[name] for name in names]
        assert int(row["met_us"]) == event["ticks"] * 10_000
        assert_motion(row, held.ticks[int(row["met_us"])])


def test_housekeeping(scenario, held, rows):
    sequence = files("flightsw") / "catalog" / "sequences" / f"{scenario.sequence.id}.toml"
    sequence_hash = zlib.crc32(sequence.read_bytes())
    major, minor = map(int, DICTIONARY.version.split("."))

    assert len(rows["HOUSEKEEPING"]) > 350
    for row in rows["HOUSEKEEPING"]:
        tick = held.ticks[int(row["met_us"])]
        assert (int(row["dictionary_major"]), int(row["dictionary_minor"])) == (major, minor)
        assert int(row["dictionary_hash"]) == DICTIONARY.hash
        assert int(row["sequence_hash"]) == sequence_hash
        assert int(row["tick_us"]) == 10_000
        assert int(row["accelerometer_disagreements"]) == tick["disagreements"] == 0
        for name in ("latched", "outbox_full", "event_count"):
            assert int(row[name]) == tick[name]
        for slot in range(SLOTS):
            happened = held.events[slot : tick["event_count"] : SLOTS]
            recent = happened[-1] if happened else dict.fromkeys(REPEATED, 0)
            assert [int(row[f"recent_{name}_{slot:02d}"]) for name in REPEATED] == [
                recent[name] for name in REPEATED
            ]
