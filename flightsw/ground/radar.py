"""Looking for the payload by radar, at the place that the calculated orbit gives.

To see something is no verdict: what falls is in view too. Found is what a radar holds within the
gate of the place where the calculated orbit has the payload, over a pass and not for a moment: what
stopped a little short of its orbit is near the calculated place at first, and then falls away.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from flightsw.ground.briefing import Insertion, Search
from flightsw.ground.coast import coast
from flightsw.ground.earth import ecef_from_eci, ecef_from_geodetic, eci_from_ecef
from flightsw.ground.stations import Sighting, Station, in_view, place, sighting

Verdict = Literal["detected", "not detected"]
PassStatus = Literal["seen", "missed", "not usable"]

USABLE_LOOKS: Final = 20  # assumed, of a radar that looks once a second: 10 to 60
HELD: Final = 0.8  # assumed: share of the last looks of a pass that must be in the gate; 0.5 to 1
_BREAK_S: Final = 5.0
_STEP_S: Final = 1.0  # assumed: linear between two places errs by 1 m, a gate is tens of km


@dataclass(frozen=True, slots=True)
class Echoes:
    """What radars measured, one row an echo: time, which radar of the search, where.

    An echo does not say what it came from.
    """

    t_s: NDArray[np.float64]
    station: NDArray[np.int64]
    range_m: NDArray[np.float64]
    azimuth_rad: NDArray[np.float64]
    elevation_rad: NDArray[np.float64]

    @classmethod
    def none(cls) -> "Echoes":
        """Return no echo at all."""
        empty = np.empty(0)
        return cls(empty, np.empty(0, dtype=np.int64), empty, empty, empty)

    def of(self, station: int) -> "Echoes":
        """Return the echoes of one radar."""
        own = self.station == station
        return Echoes(
            self.t_s[own],
            self.station[own],
            self.range_m[own],
            self.azimuth_rad[own],
            self.elevation_rad[own],
        )


@dataclass(frozen=True, slots=True)
class Track:
    """Where the calculated orbit has the payload: s after T-0, shape (n,); `ecef`, m, (n, 3)."""

    t_s: NDArray[np.float64]
    position_ecef_m: NDArray[np.float64]

    def at(self, t_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the place at each instant, (n, 3), NaN outside the track."""
        columns = [
            np.interp(t_s, self.t_s, column, left=np.nan, right=np.nan)
            for column in self.position_ecef_m.T
        ]
        return np.stack(columns, axis=-1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """A radar's view of the calculated orbit, from the horizon to the horizon or the search's ends.

    Attributes
    ----------
    status : {"seen", "missed", "not usable"}
        Seen when the radar held something in the gate to the end of the pass; not usable when the
        pass is shorter than `USABLE_LOOKS`.
    looks : int
        Seconds that the calculated place was in view.
    in_gate : int
        Of them, those with an echo in the gate.
    """

    station: str
    first_s: float
    last_s: float
    best_elevation_rad: float
    least_range_m: float
    status: PassStatus = "missed"
    looks: int = 0
    in_gate: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherObject:
    """What a radar saw and the gate did not hold: times, and how far from the calculated place.

    `falling` says that it came lower by more than the calculated orbit did.
    """

    station: str
    first_s: float
    last_s: float
    first_miss_m: float
    last_miss_m: float
    falling: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RadarReport:
    """What the search came to.

    Attributes
    ----------
    verdict : {"detected", "not detected"}
        Of the payload on its calculated orbit.
    passes : tuple of Pass
        When radars should have seen it, in the order of time.
    detected_by, detected_s
        Radar and time of the first echo of the first pass that was seen; None when there is none.
    other_objects : int
        Most things that one radar saw at once outside the gate.
    others : tuple of OtherObject
        What each radar saw outside the gate.
    """

    verdict: Verdict
    passes: tuple[Pass, ...]
    detected_by: str | None
    detected_s: float | None
    other_objects: int
    others: tuple[OtherObject, ...] = ()

    @property
    def window_s(self) -> tuple[float, float] | None:
        """From when until when the calculated orbit was in view of any radar, s after T-0."""
        if not self.passes:
            return None
        return min(seen.first_s for seen in self.passes), max(seen.last_s for seen in self.passes)


def insertion_state(insertion: Insertion) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return position and velocity in `eci`, m and m/s, of an insertion that ascends.

    Notes
    -----
    The heading follows from the inclination at the geocentric latitude: sin(heading) =
    cos(inclination) / cos(latitude); where the inclination is below the latitude it is due east.

    """
    position_eci_m = eci_from_ecef(
        ecef_from_geodetic(
            latitude_rad=insertion.latitude_rad,
            longitude_rad=insertion.longitude_rad,
            height_m=insertion.height_m,
        ),
        insertion.t_s,
    )
    up = position_eci_m / np.linalg.norm(position_eci_m)
    east = np.cross([0.0, 0.0, 1.0], up)
    cos_latitude = float(np.linalg.norm(east))
    east /= cos_latitude
    sin_heading = np.clip(np.cos(insertion.inclination_rad) / cos_latitude, -1.0, 1.0)
    level = sin_heading * east + np.sqrt(1.0 - sin_heading**2) * np.cross(up, east)
    angle = insertion.flight_path_angle_rad
    velocity = insertion.speed_mps * (np.cos(angle) * level + np.sin(angle) * up)
    return position_eci_m, np.asarray(velocity)


def calculated_orbit(search: Search) -> Track:
    """Return where the calculated orbit has the payload during the search, once a second."""
    position, velocity = insertion_state(search.insertion)
    t_s = search.insertion.t_s
    if search.from_s > t_s:
        whole = search.from_s - t_s
        start = coast(
            t_s=t_s,
            position_eci_m=position,
            velocity_eci_mps=velocity,
            beta_kgpm2=np.inf,
            until_s=search.from_s,
            step_s=_STEP_S,
            row_every=max(1, int(whole / _STEP_S)),
        )
        t_s = search.from_s
        position, velocity = start.position_eci_m[-1], start.velocity_eci_mps[-1]
    way = coast(
        t_s=t_s,
        position_eci_m=position,
        velocity_eci_mps=velocity,
        beta_kgpm2=np.inf,
        until_s=search.to_s,
        step_s=_STEP_S,
    )
    return Track(way.t_s, ecef_from_eci(way.position_eci_m, way.t_s))


def passes(track: Track, radars: Sequence[Station]) -> tuple[Pass, ...]:
    """Return each pass of the track over each radar, in the order of time."""
    found = []
    for station in radars:
        seen = sighting(station, track.position_ecef_m)
        (visible,) = np.nonzero(in_view(station, seen))
        if not len(visible):
            continue
        for run in np.split(visible, np.flatnonzero(np.diff(visible) > 1) + 1):
            looks = len(run)
            found.append(
                Pass(
                    station=station.id,
                    first_s=float(track.t_s[run[0]]),
                    last_s=float(track.t_s[run[-1]]),
                    best_elevation_rad=float(np.max(seen.elevation_rad[run])),
                    least_range_m=float(np.min(seen.range_m[run])),
                    status="missed" if looks >= USABLE_LOOKS else "not usable",
                    looks=looks,
                )
            )
    return tuple(sorted(found, key=lambda one: (one.first_s, one.station)))


def search_report(search: Search, echoes: Echoes) -> RadarReport:
    """Return the verdict of a search.

    Parameters
    ----------
    search : Search
        Radars, calculated orbit, times and gate.
    echoes : Echoes
        What the radars measured; only what falls into the time of the search counts.

    Returns
    -------
    RadarReport
        Detected when at least one usable pass was seen.

    """
    track = calculated_orbit(search)
    looked = []
    others: list[OtherObject] = []
    other_objects = 0
    detected: tuple[float, str] | None = None
    judged = {
        station.id: _Measured.by(index, station, track, search, echoes)
        for index, station in enumerate(search.radars)
    }
    for one in passes(track, search.radars):
        measured = judged[one.station]
        own = measured.inside & (measured.t_s >= one.first_s) & (measured.t_s <= one.last_s)
        held = np.unique(measured.t_s[own])
        late = held[held > (one.first_s + one.last_s) / 2.0]
        seen = one.status == "missed" and len(late) >= HELD * one.looks / 2.0
        looked.append(replace(one, status="seen" if seen else one.status, in_gate=len(held)))
        if seen and detected is None:
            detected = (float(held[0]), one.station)
    for station in search.radars:
        measured = judged[station.id]
        outside = measured.during & ~measured.inside
        if np.any(outside):
            at_once = np.unique(measured.t_s[outside], return_counts=True)[1]
            other_objects = max(other_objects, int(at_once.max()))
            others += _others(station.id, measured, outside)
    return RadarReport(
        verdict="detected" if detected else "not detected",
        passes=tuple(looked),
        detected_by=detected[1] if detected else None,
        detected_s=detected[0] if detected else None,
        other_objects=other_objects,
        others=tuple(others),
    )


@dataclass(frozen=True, slots=True)
class _Measured:
    """Echoes of one radar beside the calculated orbit."""

    t_s: NDArray[np.float64]
    miss_m: NDArray[np.float64]
    above_m: NDArray[np.float64]  # the distance from the centre of the Earth, less the calculated
    during: NDArray[np.bool_]
    inside: NDArray[np.bool_]

    @classmethod
    def by(
        cls, index: int, station: Station, track: Track, search: Search, echoes: Echoes
    ) -> "_Measured":
        own = echoes.of(index)
        there = place(station, Sighting(own.range_m, own.azimuth_rad, own.elevation_rad))
        calculated = track.at(own.t_s)
        miss_m = np.linalg.norm(there - calculated, axis=-1)
        during = (own.t_s >= search.from_s) & (own.t_s <= search.to_s)
        return cls(
            t_s=own.t_s,
            miss_m=miss_m,
            above_m=np.linalg.norm(there, axis=-1) - np.linalg.norm(calculated, axis=-1),
            during=during,
            inside=during & (miss_m <= search.gate_m),
        )


def _others(station: str, measured: _Measured, outside: NDArray[np.bool_]) -> Sequence[OtherObject]:
    """Return what was in view outside the gate, one for each stretch of time without a break."""
    (rows,) = np.nonzero(outside)
    rows = rows[np.argsort(measured.t_s[rows], kind="stable")]
    times = measured.t_s[rows]
    found = []
    for run in np.split(rows, np.flatnonzero(np.diff(times) > _BREAK_S) + 1):
        # Where several are in view, the one that is nearest to the calculated place speaks.
        first, last = measured.t_s[run[0]], measured.t_s[run[-1]]
        begin = run[measured.t_s[run] == first]
        end = run[measured.t_s[run] == last]
        begin_row = begin[np.argmin(measured.miss_m[begin])]
        end_row = end[np.argmin(measured.miss_m[end])]
        found.append(
            OtherObject(
                station=station,
                first_s=float(first),
                last_s=float(last),
                first_miss_m=float(measured.miss_m[begin_row]),
                last_miss_m=float(measured.miss_m[end_row]),
                falling=bool(measured.above_m[end_row] < measured.above_m[begin_row]),
            )
        )
    return found
