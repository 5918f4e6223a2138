"""When each station heard the vehicle, and when nobody did: from the log alone."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from flightsw.ground.frames import Frames
from flightsw.ground.log import Log

PAUSE_S: Final = 2.0  # without a burst for longer, it is lost and may be acquired again


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """From acquisition (AOS) to loss of signal (LOS) at a station.

    Earth-received time, s after the epoch of the log.
    """

    station: str
    first_s: float
    last_s: float
    bursts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Frames of a virtual channel, one after the other, of which no station heard one whole.

    `first_number` is the number of the first. They were sent between `from_s` and `to_s`, when the
    frames around them were received.
    """

    spacecraft_id: int
    channel: int
    first_number: int
    frames: int
    from_s: float
    to_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """A time longer than `PAUSE_S` in which no station received a good frame.

    Earth-received time, s after the epoch of the log; `ended` is false for one that lasted until
    the stations ceased to listen.
    """

    from_s: float
    to_s: float
    ended: bool


def contacts(log: Log) -> tuple[Contact, ...]:
    """Return the contacts of all stations in the order of time, whole bursts and damaged ones."""
    names = log.header.stations if log.header else ()
    found = []
    for station in np.unique(log.heard["station"]).tolist():
        times = np.sort(log.heard["ert_us"][log.heard["station"] == station]) / 1e6
        breaks = np.flatnonzero(np.diff(times) > PAUSE_S)
        name = names[station] if station < len(names) else f"station {station}"
        for first, last in zip([0, *(breaks + 1)], [*breaks, len(times) - 1], strict=True):
            found.append(
                Contact(
                    station=name,
                    first_s=float(times[first]),
                    last_s=float(times[last]),
                    bursts=int(last - first + 1),
                )
            )
    return tuple(sorted(found, key=lambda each: (each.first_s, each.station)))


def quiet(frames: Frames) -> tuple[Quiet, ...]:
    """Return the times without a good frame, in order, up to where the log says that it ends."""
    times = np.sort(frames.rows["ert_us"])
    if not len(times):
        return ()
    until_us = frames.log.listened_us
    ends = times if until_us is None else np.append(times, max(until_us, int(times[-1])))
    return tuple(
        Quiet(
            from_s=float(ends[at]) / 1e6,
            to_s=float(ends[at + 1]) / 1e6,
            ended=bool(at + 1 < len(times)),
        )
        for at in np.flatnonzero(np.diff(ends) > PAUSE_S * 1e6).tolist()
    )


def gaps(frames: Frames) -> tuple[Gap, ...]:
    """Return the gaps of all channels in the order of time."""
    rows = frames.rows
    same = np.ones(max(0, len(rows) - 1), dtype=bool)
    for name in ("spacecraft_id", "session", "channel"):
        same &= rows[name][1:] == rows[name][:-1]
    numbers = rows["number"].astype(np.int64)
    found = [
        Gap(
            spacecraft_id=int(rows["spacecraft_id"][at]),
            channel=int(rows["channel"][at]),
            first_number=int(numbers[at]) + 1,
            frames=int(numbers[at + 1] - numbers[at]) - 1,
            from_s=float(rows["ert_us"][at]) / 1e6,
            to_s=float(rows["ert_us"][at + 1]) / 1e6,
        )
        for at in np.flatnonzero(same & (np.diff(numbers) > 1)).tolist()
    ]
    return tuple(sorted(found, key=lambda each: (each.from_s, each.channel)))
