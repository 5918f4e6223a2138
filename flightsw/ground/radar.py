"""Looking for the payload by radar, at the place that the calculated orbit gives.

To see something is no verdict: what falls is in view too. Found is what is in view of a radar and
within the gate of the place where the calculated orbit has the payload at that instant.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from flightsw.ground.briefing import Insertion, Search
from flightsw.ground.coast import coast
from flightsw.ground.earth import ecef_from_eci, ecef_from_geodetic, eci_from_ecef
from flightsw.ground.stations import Sighting, Station, in_view, place, sighting

Verdict = Literal["detected", "not detected"]

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
    """A radar's view of the calculated orbit during the search."""

    station: str
    first_s: float
    last_s: float
    best_elevation_rad: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RadarReport:
    """What the search came to.

    Attributes
    ----------
    verdict : {"detected", "not detected"}
        Of the payload on its calculated orbit.
    passes : tuple of Pass
        The radars that should have seen it, best first, and when.
    detected_by, detected_s
        Radar and time of the first echo inside the gate; None when there is none.
    other_objects : int
        Most things that one radar saw at once outside the gate.
    """

    verdict: Verdict
    passes: tuple[Pass, ...]
    detected_by: str | None
    detected_s: float | None
    other_objects: int

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
    """Return the radars that have the track in view, the highest first."""
    found = []
    for station in radars:
        seen = sighting(station, track.position_ecef_m)
        (visible,) = np.nonzero(in_view(station, seen))
        if len(visible):
            found.append(
                Pass(
                    station=station.id,
                    first_s=float(track.t_s[visible[0]]),
                    last_s=float(track.t_s[visible[-1]]),
                    best_elevation_rad=float(np.max(seen.elevation_rad[visible])),
                )
            )
    return tuple(sorted(found, key=lambda one: -one.best_elevation_rad))


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
        Found is the first echo within the gate of the calculated place of its instant.

    """
    track = calculated_orbit(search)
    detected: tuple[float, str] | None = None
    other_objects = 0
    for index, station in enumerate(search.radars):
        own = echoes.of(index)
        there = place(station, Sighting(own.range_m, own.azimuth_rad, own.elevation_rad))
        miss_m = np.linalg.norm(there - track.at(own.t_s), axis=-1)
        during = (own.t_s >= search.from_s) & (own.t_s <= search.to_s)
        inside = during & (miss_m <= search.gate_m)
        outside = own.t_s[during & ~inside]
        if len(outside):
            at_once = np.unique(outside, return_counts=True)[1]
            other_objects = max(other_objects, int(at_once.max()))
        if np.any(inside):
            first = (float(own.t_s[inside].min()), station.id)
            detected = first if detected is None else min(detected, first)
    return RadarReport(
        verdict="detected" if detected else "not detected",
        passes=passes(track, search.radars),
        detected_by=detected[1] if detected else None,
        detected_s=detected[0] if detected else None,
        other_objects=other_objects,
    )
