"""What each act of the faults did and what each transmitter sent: the ledgers of a flight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from flightsw._native import lib
from flightsw.dictionary import load_dictionary
from flightsw.ground.frames import IDLE_CHANNEL, merge
from flightsw.ground.log import DAMAGE, ENTRY, HEARD, Log, LogHeader, Transmitting
from flightsw.ground.packets import extract

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from flightsw.closed_loop import ClosedLoop
    from flightsw.scenario.tables import Tables

MARKER_BYTES: Final = lib.CCSDS_MARKER_bytes
_TOLD_ALONE: Final = ("packets_accepted", "packets_malformed", "resets", "brown_outs")
_DROPPED: Final = [f"packets_dropped_{each:02d}" for each in range(lib.TRANSMITTER_CHANNELS)]


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """What became of one act of a fault, from truth."""

    kind: str
    component: str
    at_s: float | None  # s from T-0, before it the countdown clock; None: its time never came
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

    Of a transmitter that a board plays there is no truth but what it sent: `frames_sent` are the
    whole frames that it sent, by their headers; the other counters are its own, as in the last
    status packet that it sent, and None where it told none.
    """

    id: str
    spacecraft_id: int
    frames_sent: tuple[int, ...]
    packets_accepted: int | None
    packets_malformed: int | None
    packets_dropped: tuple[int, ...] | None
    packets_lost: tuple[int, ...] | None
    resets: int | None
    brown_outs: int | None
    bursts: int
    heard: int
    damaged: int
    on_board: bool


def act_rows(loop: Any, tables: Tables) -> tuple[LedgerRow, ...]:
    """Return what became of each act of a flight that has ended."""
    rows = []
    for i, act in enumerate(tables.acts):
        row = loop.faults.ledger[i]
        at_s = _clock_ticks(loop, tables, row.at_ticks) * loop.tick_s if row.due else None
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


def _clock_ticks(loop: Any, tables: Tables, tick: int) -> int:
    """Return a tick of the loop as people count: from T-0; before it, or without it, countdown."""
    since: int = tick - loop.t_zero_tick
    return since if since >= 0 else tick + int(tables.fsw.countdown_ticks)


def transmitter_rows(closed: ClosedLoop) -> tuple[TransmitterRow, ...]:
    """Return what each transmitter sent in a closed loop that has ended."""
    rows = []
    vehicle = closed.scenario.vehicle
    for index, transmitter in enumerate(vehicle.transmitter):
        link = closed.loop.link.count[index]
        spacecraft_id = vehicle.spacecraft_ids[index]
        if index == closed.outside:
            radio = Transmitting(transmitter.id, spacecraft_id, transmitter.frame_bytes)
            counters = _told(closed, radio)
        else:
            counters = _counted(closed.loop.transmitter[index].transmitter.count)
        rows.append(
            TransmitterRow(
                id=transmitter.id,
                spacecraft_id=spacecraft_id,
                **counters,
                bursts=link.bursts,
                heard=link.heard,
                damaged=link.damaged,
                on_board=index == closed.outside,
            )
        )
    return tuple(rows)


def _counted(count: Any) -> dict[str, Any]:
    """Return the counters of a transmitter in the loop."""
    return {
        "frames_sent": tuple(count.frames_sent),
        "packets_accepted": count.packets_accepted,
        "packets_malformed": count.packets_malformed,
        "packets_dropped": tuple(count.packets_dropped),
        "packets_lost": tuple(count.packets_lost),
        "resets": count.resets,
        "brown_outs": count.brown_outs,
    }


def _told(closed: ClosedLoop, radio: Transmitting) -> dict[str, Any]:
    """Return the counters that a transmitter tells in what it sent."""
    sizes = np.array(closed.burst_bytes, dtype=np.int64)
    sent = bytes(closed.sent)
    count = len(sizes)
    entries = np.zeros(count, dtype=ENTRY)
    entries["offset"] = np.cumsum(sizes) - sizes
    entries["size"] = sizes
    entries["first"] = np.arange(count)
    entries["count"] = 1
    heard = np.zeros(count, dtype=HEARD)
    heard["ert_us"] = heard["entry"] = np.arange(count)
    log = Log(
        data=sent,
        header=LogHeader(transmitters=(radio,)),
        entries=entries,
        heard=heard,
        damage=np.empty(0, dtype=DAMAGE),
        blocks=1,
        lost_blocks=0,
        ended=True,
    )
    rows = extract(merge(log), load_dictionary()).rows["TRANSMITTER"]
    last = rows[-1] if len(rows) else None
    return {
        "frames_sent": _frames_by_header(sent, entries, radio.frame_bytes),
        **{name: None if last is None else int(last[name]) for name in _TOLD_ALONE},
        "packets_dropped": None if last is None else tuple(int(last[name]) for name in _DROPPED),
        "packets_lost": None,  # no packet tells it
    }


def _frames_by_header(sent: bytes, bursts: NDArray[np.void], frame_bytes: int) -> tuple[int, ...]:
    """Count whole frames by the channel in their headers, and idle frames last."""
    whole = bursts["offset"][bursts["size"] == frame_bytes + MARKER_BYTES].astype(np.int64)
    channels = (np.frombuffer(sent, dtype=np.uint8)[whole + MARKER_BYTES + 1] >> 1) & 7
    counts = np.bincount(channels, minlength=IDLE_CHANNEL + 1).tolist()
    return (*counts[: lib.TRANSMITTER_CHANNELS], counts[IDLE_CHANNEL])
