"""Fly a scenario: the one module that knows both ends, the truth and the ground."""

from __future__ import annotations

import hashlib
import json
import math
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from flightsw._native import ffi, lib
from flightsw.briefing import downlink_header, ground_brief, radar_stations
from flightsw.echoes import Trajectory, radar_echoes
from flightsw.errors import FlightswError
from flightsw.ground import Echoes, GroundPicture, Heard, Orbit, look
from flightsw.judge import ORBIT_FLOOR_M, PayloadState, Verdict, early_stop, judge
from flightsw.scenario.tables import TRUTH_RATE_HZ, Tables, native_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

    from flightsw.scenario import Scenario

COAST_STEP_S = 0.1  # 1 m at impact against 0.01 s
ORBIT_STEP_S = 1.0  # of what stays up: 1 m after two revolutions against 0.1 s
COAST_ROW_S = 1.0
CHUNK_S = 10.0  # of flight in one call of the core: its buffers stay in the processor's cache
PACED_CHUNK_S = 0.05  # the slice of the log
MARGIN_BYTES = 1 << 16
ALL_OF_IT = 2**63 - 1  # a time after every slice of the log
LOG_OVERHEAD = 1.5  # more than entries, receptions and blocks add to the octets of frames


class CoreRefusedError(FlightswError):
    """The compiled core refused what it was given; nothing was started."""

    def __init__(self, status: int) -> None:
        rooms = "?", "plant", "flight software", "faults", "actions", "transmitter", "link"
        room = rooms[min(-status // 100, 6)]
        super().__init__(f"the core refused the scenario: {room}, status {status}")
        self.status = status


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """What became of one act of a fault, from truth."""

    kind: str
    component: str
    at_s: float | None  # mission elapsed time; None: its time never came
    acted: bool
    before: float
    after: float
    effect_none: bool  # the file says that this act changes nothing

    @property
    def idle(self) -> bool:
        """Whether the act should have changed something and did not."""
        return not self.acted and not self.effect_none


@dataclass(frozen=True, slots=True)
class TransmitterRow:
    """What a transmitter sent, from truth; of it, what the stations heard.

    `frames_sent` counts each virtual channel and, last, idle frames. `bursts` left the antenna, a
    frame cut short among them; of these `heard` came whole to a station and `damaged` did not.
    """

    id: str
    spacecraft_id: int
    frames_sent: tuple[int, ...]
    packets_accepted: int
    packets_malformed: int
    packets_dropped: tuple[int, ...]
    packets_lost: tuple[int, ...]
    resets: int
    brown_outs: int
    bursts: int
    heard: int
    damaged: int


@dataclass(frozen=True)
class Flight:
    """One flight: what came down, and, apart from it, what truly happened.

    Attributes
    ----------
    downlink : bytes
        What the ground received: a downlink log, see docs/reference/formats.md.
    transmitters : tuple of TransmitterRow
        What each transmitter sent, and what of it was heard.
    ledger : tuple of LedgerRow
        What each act of the faults did.
    truth : mapping of str to array, shape (n,) or (n, 3)
        The plant at 10 Hz, units and frames in the names; ``t_s`` counts from T-0.
    bodies : tuple of Trajectory
        What separated, and the launcher after the closed loop, each to the ground or to the end
        of the radar search.
    verdict : Verdict
        Success and orbit, from truth.
    """

    scenario: Scenario
    downlink: bytes
    transmitters: tuple[TransmitterRow, ...]
    ledger: tuple[LedgerRow, ...]
    truth: Mapping[str, NDArray[np.float64]]
    bodies: tuple[Trajectory, ...]
    verdict: Verdict
    t_zero_s: float  # plant clock at T-0; NaN when the vehicle never left its pad
    echoes: Echoes = field(repr=False)

    @cached_property
    def ground(self) -> GroundPicture:
        """What the ground makes of the downlink and the echoes, and of nothing else."""
        return look(self.downlink, self.echoes, ground_brief(self.scenario))

    @property
    def events(self) -> tuple[Heard, ...]:
        """The events that the ground heard, in order."""
        return self.ground.events

    @property
    def success(self) -> bool:
        """Whether the mission reached its target."""
        return self.verdict.success

    @property
    def orbit(self) -> Orbit | None:
        """The payload's osculating orbit at separation, or None."""
        return self.verdict.orbit

    @cached_property
    def result_hash(self) -> str:
        """SHA-256 of the downlink and of the events heard in it."""
        digest = hashlib.sha256(self.downlink)
        events = [[e.name, e.t_s, e.trigger] for e in self.events]
        digest.update(json.dumps(events, separators=(",", ":")).encode())
        return digest.hexdigest()


def fly(
    scenario: Scenario,
    *,
    sink: Callable[[bytes], object] | None = None,
    speed: float | None = None,
) -> Flight:
    """Fly a scenario to its end.

    Parameters
    ----------
    scenario : Scenario
        From `flightsw.load`.
    sink : callable, optional
        Is given the downlink log as it grows, in pieces.
    speed : float, optional
        Seconds of flight in a second; as fast as it goes unless given. The bytes are the same.

    Returns
    -------
    Flight
        The same scenario gives the same bytes on every machine.

    Raises
    ------
    CoreRefusedError
        If the compiled core refuses the tables: a fault of ours, since `load` checks them.

    Notes
    -----
    The closed loop runs in long calls of the core with the GIL released.
    """
    tables = native_tables(scenario)
    loop: Any = ffi.new("loop_t *")
    status = lib.loop_init(loop, tables.loop)
    if status != lib.LOOP_OK:
        raise CoreRefusedError(status)
    downlink, truth = _run(loop, tables, downlink_header(scenario), sink, speed)

    t_zero_s = loop.t_zero_s
    bodies = _coast(loop, tables)
    payload = _payload(loop, tables)
    ledger = _ledger(loop, tables)
    greatest_m = max([loop.plant.max_height_m, *(b.max_height_m for b in bodies if b.is_judged)])
    verdict = judge(
        scenario.mission,
        payload=payload,
        max_altitude_m=greatest_m,
        stopped=early_stop(scenario, truth, _latched(loop, scenario)),
        acts_idle=sum(row.idle for row in ledger),
    )
    return Flight(
        scenario=scenario,
        downlink=downlink,
        transmitters=_transmitters(loop, scenario),
        ledger=ledger,
        truth=truth,
        bodies=bodies,
        verdict=verdict,
        t_zero_s=t_zero_s,
        echoes=_echoes(scenario, bodies),
    )


def _echoes(scenario: Scenario, bodies: tuple[Trajectory, ...]) -> Echoes:
    radar = scenario.mission.radar
    if radar is None:
        return Echoes.none()
    return radar_echoes(
        bodies,
        radar_stations(scenario),
        from_s=radar.search_from_s,
        to_s=radar.search_to_s,
        seed=scenario.seed,
    )


def _run(
    loop: Any,
    tables: Tables,
    header: bytes,
    sink: Callable[[bytes], object] | None,
    speed: float | None,
) -> tuple[bytes, dict[str, NDArray[np.float64]]]:
    """Fly the closed loop; return the downlink and the truth."""
    stations = 1 + tables.loop.link.station_count  # each may hear its own errors in the same frame
    room = tables.downlink_bytes_per_s * CHUNK_S * LOG_OVERHEAD * stations
    received = np.empty(int(room) + 2 * len(header) + MARGIN_BYTES, dtype=np.uint8)
    rows = np.empty((int(tables.longest_s * TRUTH_RATE_HZ) + 16, lib.LOOP_TRUTH_COLUMNS))
    record: Any = ffi.new("loop_record_t *")
    log = record.downlink
    log.octets = ffi.from_buffer("uint8_t[]", received.data)
    log.capacity = received.size
    record.truth = ffi.from_buffer("double[]", rows.data)
    record.truth_capacity = len(rows)
    pieces: list[bytes] = []

    def keep() -> None:
        pieces.append(_drain(log))
        if sink is not None:
            sink(pieces[-1])

    for _ in range(2):  # one may be damaged
        lib.ground_log_header(ffi.addressof(log), header, len(header))
    keep()
    for ticks in _chunks(loop, tables, speed):
        lib.loop_run(loop, ticks, record)
        keep()
    lib.link_close(ffi.addressof(loop.link), ffi.addressof(log), ALL_OF_IT)
    lib.ground_log_finish(ffi.addressof(log))
    keep()
    if log.lost or record.truth_lost:
        msg = "the buffers of the flight were too small"  # sized above: never, whatever the input
        raise AssertionError(msg)
    return b"".join(pieces), _truth(rows[: record.truth_used], loop)


def _chunks(loop: Any, tables: Tables, speed: float | None) -> Iterator[int]:
    """Yield how many ticks to fly at once, each when its time has come."""
    chunk_s = CHUNK_S if speed is None else PACED_CHUNK_S
    ticks = max(1, round(chunk_s / loop.tick_s))
    begin = time.monotonic()
    while not loop.finished and loop.tick < tables.longest_ticks:
        if speed is not None:
            wait_s = loop.tick * loop.tick_s / speed - (time.monotonic() - begin)
            if wait_s > 0.0:
                time.sleep(wait_s)
        yield ticks


def _drain(log: Any) -> bytes:
    """Take the closed blocks out of the writer's memory; an open one moves to its start."""
    ready = log.begun if log.open else log.used
    taken = bytes(ffi.buffer(log.octets, ready))
    ffi.memmove(log.octets, log.octets + ready, log.used - ready)
    log.used -= ready
    log.begun = 0
    return taken


def _transmitters(loop: Any, scenario: Scenario) -> tuple[TransmitterRow, ...]:
    rows = []
    for index, transmitter in enumerate(scenario.vehicle.transmitter):
        count, link = loop.transmitter[index].transmitter.count, loop.link.count[index]
        rows.append(
            TransmitterRow(
                id=transmitter.id,
                spacecraft_id=scenario.vehicle.spacecraft_ids[index],
                frames_sent=tuple(count.frames_sent),
                packets_accepted=count.packets_accepted,
                packets_malformed=count.packets_malformed,
                packets_dropped=tuple(count.packets_dropped),
                packets_lost=tuple(count.packets_lost),
                resets=count.resets,
                brown_outs=count.brown_outs,
                bursts=link.bursts,
                heard=link.heard,
                damaged=link.damaged,
            )
        )
    return tuple(rows)


def _text(chars: Any) -> str:
    read = ffi.string(chars)
    return read.decode() if isinstance(read, bytes) else read


def _truth(rows: NDArray[np.float64], loop: Any) -> dict[str, NDArray[np.float64]]:
    """Return the rows as named arrays, vectors joined: shape (n,) or (n, 3), time from T-0."""
    names = _text(lib.LOOP_TRUTH_NAMES).split(",")
    columns = dict(zip(names, rows.T, strict=True))
    joined: dict[str, NDArray[np.float64]] = {}
    for name, column in columns.items():
        if "_x_" in name:
            axes = [columns[name.replace("_x_", f"_{axis}_")] for axis in "xyz"]
            joined[name.replace("_x_", "_")] = np.stack(axes, axis=1)
        elif "_y_" not in name and "_z_" not in name:
            joined[name] = column.copy()
    if not math.isnan(loop.t_zero_s):
        joined["t_s"] -= loop.t_zero_s
    return joined


def _coast(loop: Any, tables: Tables) -> tuple[Trajectory, ...]:
    """Follow what separated, and the launcher after the loop, to the ground or the horizon."""
    if math.isnan(loop.t_zero_s):
        return ()
    plant = loop.plant
    until_s = loop.t_zero_s + tables.coast_until_s
    bodies = [
        _trajectory(
            tables,
            loop.t_zero_s,
            until_s,
            parts=plant.body[i].parts,
            start=(plant.body[i].t_s, plant.body[i].position_eci_m, plant.body[i].velocity_eci_mps),
            beta_kgpm2=plant.body[i].beta_kgpm2,
        )
        for i in range(plant.body_count)
    ]
    if not plant.on_ground:
        root = sum(1 << i for i in range(tables.part_count) if plant.part[i].attached)
        bodies.append(
            _trajectory(
                tables,
                loop.t_zero_s,
                until_s,
                parts=root,
                start=(plant.t_s, plant.position_eci_m, plant.velocity_eci_mps),
                beta_kgpm2=tables.root_beta_kgpm2,
            )
        )
    return tuple(bodies)


def _trajectory(  # noqa: PLR0913  a body, its start and its horizon
    tables: Tables,
    t_zero_s: float,
    until_s: float,
    *,
    parts: int,
    start: tuple[float, Any, Any],
    beta_kgpm2: float,
) -> Trajectory:
    t_s, position, velocity = start
    coast = ffi.new(
        "plant_coast_t *",
        {
            "t_s": t_s,
            "position_eci_m": position,
            "velocity_eci_mps": velocity,
            "beta_kgpm2": beta_kgpm2,
        },
    )
    step_s = ORBIT_STEP_S if _stays_up(position, velocity) else COAST_STEP_S
    row_every = round(COAST_ROW_S / step_s)
    capacity = int(max(until_s - t_s, 0.0) / COAST_ROW_S) + 4
    rows = np.empty((capacity, 7))
    count = ffi.new("size_t *")
    grounded = lib.plant_coast(
        coast,
        ffi.addressof(tables.plant.air),
        until_s,
        step_s,
        0.0,
        row_every,
        ffi.from_buffer("double[]", rows.data),
        capacity,
        count,
    )
    rows = rows[: count[0]].copy()
    rows[:, 0] -= t_zero_s
    payload = tables.payload_part
    return Trajectory.from_inertial(
        name="+".join(tables.part_names(parts)),
        is_judged=payload is None or bool(parts & (1 << payload)),
        rows=rows,
        earth_angle_s=t_zero_s,
        reached_ground=bool(grounded),
    )


def _stays_up(position: Any, velocity: Any) -> bool:
    orbit = lib.plant_orbit_from_state(position, velocity)
    return bool(orbit.elliptic) and orbit.perigee_height_m > ORBIT_FLOOR_M


def _payload(loop: Any, tables: Tables) -> PayloadState | None:
    if tables.payload_part is None or math.isnan(loop.t_zero_s):
        return None
    for i in range(loop.plant.body_count):
        body = loop.plant.body[i]
        if body.parts & (1 << tables.payload_part):
            r, v = body.position_eci_m, body.velocity_eci_mps
            return PayloadState(body.t_s - loop.t_zero_s, (r.x, r.y, r.z), (v.x, v.y, v.z))
    return None


def _latched(loop: Any, scenario: Scenario) -> set[str]:
    """Return the events that the flight software truly latched."""
    return {
        event for bit, event in enumerate(scenario.sequence.events) if loop.fsw.latched & (1 << bit)
    }


def _ledger(loop: Any, tables: Tables) -> tuple[LedgerRow, ...]:
    rows = []
    for i, act in enumerate(tables.acts):
        row = loop.faults.ledger[i]
        at_s = (row.at_ticks - loop.t_zero_tick) * loop.tick_s if row.due else None
        rows.append(
            LedgerRow(
                kind=act.kind,
                component=act.component,
                at_s=None if at_s is None else round(at_s, 6),
                acted=bool(row.acted),
                before=row.before,
                after=row.after,
                effect_none=act.effect_none,
            )
        )
    return tuple(rows)
