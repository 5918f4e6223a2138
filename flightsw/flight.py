"""Fly a scenario: the one module that knows both ends, the truth and the ground."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from flightsw._native import ffi, lib
from flightsw.briefing import ground_brief, radar_stations
from flightsw.closed_loop import ClosedLoop
from flightsw.echoes import Trajectory, radar_echoes
from flightsw.ground import Echoes, GroundPicture, Heard, Orbit, look
from flightsw.judge import ORBIT_FLOOR_M, PayloadState, Verdict, early_stop, judge
from flightsw.ledger import LedgerRow, TransmitterRow, act_rows, transmitter_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from flightsw.closed_loop import SequencerBoard, TransmitterBoard
    from flightsw.report.flown import Flown
    from flightsw.scenario import Scenario
    from flightsw.scenario.tables import Tables

COAST_STEP_S = 0.1  # 1 m at impact against 0.01 s
ORBIT_STEP_S = 1.0  # of what stays up: 1 m after two revolutions against 0.1 s
COAST_ROW_S = 1.0


@dataclass(frozen=True, repr=False)
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
    echoes: Echoes

    def __repr__(self) -> str:
        """Return what flew and how it ended, in a line."""
        end = "reached" if self.verdict.success else "lost"
        return (
            f"<Flight {self.scenario.id}: mission {end}, "
            f"{self.verdict.max_altitude_m / 1e3:.1f} km at most, "
            f"{len(self.ledger)} acts of faults, {len(self.downlink)} octets heard>"
        )

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

    def plot(self) -> Figure:
        """Draw what was heard against the plan; needs the extra `plot` (matplotlib).

        Returns
        -------
        matplotlib.figure.Figure
            A plot for each entry of the mission's `[screens]`, on one time axis.

        Raises
        ------
        FlightswError
            Without matplotlib.
        """
        from flightsw.report.figure import figure

        return figure(self._flown)

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the verdict, the short of it, four plots; no script."""
        from flightsw.report.notebook import card

        return card(self._flown)

    @property
    def _flown(self) -> Flown:
        from flightsw.report.flown import Flown
        from flightsw.summary import summary

        return Flown.from_memory(self.scenario, self.ground, summary(self))

    @cached_property
    def result_hash(self) -> str:
        """SHA-256 of the downlink and of the events heard in it."""
        digest = hashlib.sha256(self.downlink)
        events = [[e.name, e.t_s, e.trigger] for e in self.events]
        digest.update(json.dumps(events, separators=(",", ":")).encode())
        return digest.hexdigest()


def fly(  # noqa: PLR0913  one a wish
    scenario: Scenario,
    *,
    sink: Callable[[bytes], object] | None = None,
    listened: Callable[[float], object] | None = None,
    speed: float | None = None,
    transmitter: TransmitterBoard | None = None,
    computer: SequencerBoard | None = None,
) -> Flight:
    """Fly a scenario to its end.

    Parameters
    ----------
    scenario : Scenario
        From `flightsw.load`.
    sink : callable, optional
        Is given the downlink log as it grows, in pieces.
    listened : callable, optional
        Is told, after each piece, until when the stations have listened, s after the epoch of the
        log: silence is known by it, and by no clock of the machine that flies.
    speed : float, optional
        Seconds of flight in a second; as fast as it goes unless given. The bytes are the same.
    transmitter : TransmitterBoard, optional
        Plays the transmitter that takes the flight software's packets; what it sends is heard, and
        nothing else of that transmitter.
    computer : SequencerBoard, optional
        Plays the flight software.

    Returns
    -------
    Flight
        The same scenario gives the same bytes on every machine.

    Raises
    ------
    CoreRefusedError
        If the compiled core refuses the tables: a fault of ours, since `load` checks them.
    NoTransmitterError
        If the vehicle has no transmitter for a board to play.
    BoardAnswerError
        If `computer` answers what no flight computer does. What a board itself raises comes
        through; what was heard before has gone to the sink.

    Notes
    -----
    The closed loop runs in long calls of the core with the GIL released; with a board, tick by
    tick. A board that does what the core does gives the same bytes.
    """
    closed = ClosedLoop(
        scenario, sink=sink, listened=listened, transmitter=transmitter, computer=computer
    )
    closed.run(speed=speed)
    return flown(closed)


def flown(closed: ClosedLoop) -> Flight:
    """Return the flight whose closed loop has ended: bodies followed, verdict given."""
    scenario, loop, tables = closed.scenario, closed.loop, closed.tables
    truth = _truth(closed.truth_rows, loop)

    t_zero_s = loop.t_zero_s
    bodies = _coast(loop, tables)
    payload = _payload(loop, tables)
    ledger = act_rows(loop, tables)
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
        downlink=closed.downlink,
        transmitters=transmitter_rows(closed),
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
