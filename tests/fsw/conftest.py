"""A table in the words of a sequence file, and a computer that flies it tick by tick."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from flightsw._native import ffi, lib

QUANTITIES = {
    "apparent_velocity": lib.FSW_QUANTITY_APPARENT_VELOCITY_mmps,
    "axial_accel": lib.FSW_QUANTITY_AXIAL_ACCEL_mmps2,
    "altitude": lib.FSW_QUANTITY_ESTIMATED_ALTITUDE_mm,
    "speed": lib.FSW_QUANTITY_ESTIMATED_SPEED_mmps,
    "climb": lib.FSW_QUANTITY_ESTIMATED_CLIMB_mmps,
    **{f"analog.{k}": lib.FSW_QUANTITY_ANALOG_0 + k for k in range(lib.FSW_ANALOGS_MAX)},
}
TRIGGERS = ["primary", "backup", "depletion", "avd", "abort", "monitor"]
ROLES = ["sequence", "avd", "abort", "monitor"]


class Computer:
    """Flight software under test. Inputs keep their value from tick to tick."""

    def __init__(self, config: Any, names: list[str]) -> None:
        self.config = config
        self.names = names
        self.state: Any = ffi.new("fsw_t *")
        self.input: Any = ffi.new("fsw_input_t *")
        self.output: Any = ffi.new("fsw_output_t *")
        self.actions: list[int] = []
        self.status = lib.fsw_init(self.state, config)

    def step(
        self,
        *,
        axial: int | Sequence[int] = 0,
        imu: Sequence[int] = (0, 0, 0),
        contacts: Sequence[int] | None = None,
    ) -> list[str]:
        """Fly one tick in which the counters gained so much; return what fired."""
        gains = [axial] * 3 if isinstance(axial, int) else axial
        for i in range(3):
            self.input.axial_counts[i] = wrapped(self.input.axial_counts[i] + gains[i])
            self.input.imu_counts[i] = wrapped(self.input.imu_counts[i] + imu[i])
        if contacts is not None:
            self.input.discretes = sum(1 << number for number in contacts)
        before = self.state.latched
        lib.fsw_step(self.state, self.input, self.output)
        self.actions.append(self.output.actions)
        fresh = self.state.latched & ~before
        return [name for i, name in enumerate(self.names) if fresh >> i & 1]

    def fly(self, ticks: int, **inputs: Any) -> None:
        for _ in range(ticks):
            self.step(**inputs)

    @property
    def met(self) -> int:
        return lib.fsw_met_ticks(self.state)

    @property
    def packets(self) -> bytes:
        """Octets that the last tick produced."""
        return bytes(ffi.buffer(self.output.packets, self.output.packet_bytes))

    @property
    def timeline(self) -> list[tuple[int, str, str]]:
        """(MET in ticks, event, trigger) of all that fired, in order."""
        state = self.state
        origin = 0 if state.t_zero_ticks == lib.FSW_TICK_NEVER else state.t_zero_ticks
        return sorted(
            (state.event_ticks[i] - origin, name, TRIGGERS[state.event_by[i]])
            for i, name in enumerate(self.names)
            if state.latched >> i & 1
        )

    def has(self, name: str) -> bool:
        return bool(self.state.latched >> self.names.index(name) & 1)


def wrapped(count: int) -> int:
    return (count + 2**31) % 2**32 - 2**31


@dataclass
class Table:
    """A configuration being written; `add` the entries in order, then `start`."""

    config: Any = field(default_factory=lambda: ffi.new("fsw_config_t *"))
    entries: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        config = self.config
        config.tick_us = 10_000
        config.analog_count = 16
        config.axial_quantum_um_per_s = 1000
        config.axial_tolerance_counts = 10
        config.imu_quantum_mps = 1.0e-4
        config.pad_position_m[0] = 6_378_137.0
        config.pad_velocity_mps[1] = 465.1
        for i in range(3):
            config.eci_from_platform[4 * i] = 1.0
        config.pitch_count = 1

    def add(self, name: str, **keys: Any) -> Table:
        self.entries.append({"name": name, **keys})
        return self

    def lift_off(self, *, at: int = 0) -> Table:
        """Add LIFTOFF, which defines T-0 at that countdown."""
        return self.add("LIFTOFF", t_zero=True, primary={"countdown": at})

    def start(self, *, countdown: int = 0) -> Computer:
        """Return a computer that has accepted this table."""
        computer = self.offer(countdown=countdown)
        assert computer.status == lib.FSW_OK
        return computer

    def offer(self, *, countdown: int = 0) -> Computer:
        """Return a computer that was offered this table; `status` is its answer."""
        self.config.countdown_ticks = countdown
        self.write()
        return Computer(self.config, self.names)

    @property
    def names(self) -> list[str]:
        return [entry["name"] for entry in self.entries]

    def write(self) -> None:
        self.config.entry_count = len(self.entries)
        self.config.node_count = 0
        for index, keys in enumerate(self.entries):
            entry = self.config.entry[index]
            entry.role = ROLES.index(keys.get("role", "sequence"))
            entry.is_t_zero = keys.get("t_zero", False)
            entry.actions = keys.get("actions", 1 << index)
            entry.requires_events = self.mask(keys.get("requires", ()))
            entry.inhibited_by = self.mask(keys.get("inhibited_by", ()))
            entry.not_before_ticks = keys.get("not_before", -(2**63))
            entry.not_after_ticks = keys.get("not_after", lib.FSW_TICK_NEVER)
            for trigger, name in enumerate(TRIGGERS[:3]):
                first = self.config.node_count
                if name in keys:
                    self.node(keys[name], first)
                entry.trigger[trigger].first_node = first
                entry.trigger[trigger].node_count = self.config.node_count - first

    def mask(self, names: Sequence[str]) -> int:
        return sum(1 << self.names.index(name) for name in names)

    def node(self, words: dict[str, Any], first: int) -> int:
        """Write a node after its children; return its number in the trigger."""
        children = [self.node(child, first) for child in words.get("all", words.get("any", ()))]
        place: int = self.config.node_count
        self.config.node_count += 1
        node = self.config.node[place]
        node.persistence = words.get("persistence", 1)
        node.lead_us = words.get("lead_us", 0)
        node.mask = sum(1 << child for child in children)
        if "event" in words:
            node.kind = lib.FSW_NODE_AFTER_EVENT
            node.source = self.names.index(words["event"])
            node.ticks = words.get("after", 0)
        elif "countdown" in words:
            node.kind = lib.FSW_NODE_COUNTDOWN
            node.ticks = words["countdown"]
        elif "quantity" in words:
            node.kind = lib.FSW_NODE_QUANTITY
            node.source = QUANTITIES[words["quantity"]]
            node.comparison = lib.FSW_AT_LEAST if "at_least" in words else lib.FSW_AT_MOST
            node.threshold = words.get("at_least", words.get("at_most"))
        elif "contacts" in words:
            node.kind = lib.FSW_NODE_DISCRETES
            node.mask = sum(1 << number for number in words["contacts"])
            node.votes = words["votes"]
        else:
            node.kind = lib.FSW_NODE_ALL if "all" in words else lib.FSW_NODE_ANY
        return place - first


@pytest.fixture
def table() -> Table:
    """Return an empty table: ticks of 10 ms, 1 mm/s a count, a pad on the equator."""
    return Table()
