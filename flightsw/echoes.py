"""What radars measure of the bodies that truly fly: of the truth, the ground gets these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from flightsw._native import lib
from flightsw.ground.earth import ecef_from_eci, geodetic_from_ecef
from flightsw.ground.radar import Echoes
from flightsw.ground.stations import Sighting, Station, in_view, sighting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

RATE_HZ: Final = 1.0  # assumed: one look a second at each body; 0.1 to 10
RANGE_NOISE_M: Final = 30.0  # assumed, 1 sigma of a long-range radar; 5 to 100
ANGLE_NOISE_RAD: Final = float(np.radians(0.02))  # assumed, 1 sigma; 0.005 to 0.1 deg
_STREAM: Final = 0x5244_0000  # components of the noise generator that belong to radars
_QUANTITIES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Trajectory:
    """The true way of one body: `t_s` from T-0, shape (n,); `ecef`, m, (n, 3); heights, m, (n,).

    `is_judged` marks the body that the mission is about.
    """

    name: str
    is_judged: bool
    t_s: NDArray[np.float64]
    position_ecef_m: NDArray[np.float64]
    height_m: NDArray[np.float64]
    reached_ground: bool

    @classmethod
    def from_inertial(
        cls,
        *,
        name: str,
        is_judged: bool,
        rows: NDArray[np.float64],
        earth_angle_s: float,
        reached_ground: bool,
    ) -> Trajectory:
        """Return the trajectory of inertial states.

        Parameters
        ----------
        rows : array, shape (n, 7)
            s from T-0, position in m, velocity in m/s, in axes of the Earth frozen at some instant.
        earth_angle_s : float
            T-0 less that instant, s.
        """
        position = ecef_from_eci(rows[:, 1:4], rows[:, 0] + earth_angle_s)
        return cls(
            name=name,
            is_judged=is_judged,
            t_s=rows[:, 0],
            position_ecef_m=position,
            height_m=geodetic_from_ecef(position).height_m,
            reached_ground=reached_ground,
        )

    @property
    def max_height_m(self) -> float:
        """Greatest height among its points."""
        return float(self.height_m.max())

    def at(self, t_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the places at instants within the trajectory, (n, 3), by cubics between points."""
        known, points = self.t_s, self.position_ecef_m
        slopes = np.gradient(points, known, axis=0)
        left = np.clip(np.searchsorted(known, t_s, side="right") - 1, 0, len(known) - 2)
        step = (known[left + 1] - known[left])[:, np.newaxis]
        u = (t_s - known[left])[:, np.newaxis] / step
        return np.asarray(
            (1.0 + 2.0 * u) * (1.0 - u) ** 2 * points[left]
            + u * (1.0 - u) ** 2 * step * slopes[left]
            + u**2 * (3.0 - 2.0 * u) * points[left + 1]
            + u**2 * (u - 1.0) * step * slopes[left + 1]
        )


def radar_echoes(
    bodies: Sequence[Trajectory],
    radars: Sequence[Station],
    *,
    from_s: float,
    to_s: float,
    seed: int,
) -> Echoes:
    """Return what radars measure, once a second, of every body that is in view.

    Parameters
    ----------
    bodies : sequence of Trajectory
        Everything that flies.
    radars : sequence of Station
        In the order of the search.
    from_s, to_s : float
        Time of the search, s from T-0.
    seed : int
        Of the noise; one radar or body more changes no other echo.

    Returns
    -------
    Echoes
        Ordered by time, then radar, then range: nothing tells from which body an echo came.

    """
    instants = from_s + np.arange(int(np.floor((to_s - from_s) * RATE_HZ)) + 1) / RATE_HZ
    columns: list[NDArray[np.float64]] = []
    for body_index, body in enumerate(bodies):
        if len(body.t_s) < 2:  # noqa: PLR2004  a single point is no way
            continue
        flies = (instants >= body.t_s[0]) & (instants <= body.t_s[-1])
        (looks,) = np.nonzero(flies)
        if not len(looks):
            continue
        there = body.at(instants[looks])
        for station_index, station in enumerate(radars):
            seen = sighting(station, there)
            visible = in_view(station, seen)
            if not np.any(visible):
                continue
            component = _STREAM + (station_index << 8 | body_index) * _QUANTITIES
            noise = _normal(seed, component, looks[visible])
            columns.append(
                np.stack(
                    [
                        instants[looks[visible]],
                        np.full(int(visible.sum()), float(station_index)),
                        *_measured(seen, visible, noise),
                    ]
                )
            )
    if not columns:
        return Echoes.none()
    t_s, station_column, range_m, azimuth_rad, elevation_rad = np.concatenate(columns, axis=1)
    order = np.lexsort((range_m, station_column, t_s))
    return Echoes(
        t_s[order],
        station_column[order].astype(np.int64),
        range_m[order],
        azimuth_rad[order],
        elevation_rad[order],
    )


def _measured(
    seen: Sighting, visible: NDArray[np.bool_], noise: NDArray[np.float64]
) -> tuple[NDArray[np.float64], ...]:
    return (
        seen.range_m[visible] + RANGE_NOISE_M * noise[0],
        (seen.azimuth_rad[visible] + ANGLE_NOISE_RAD * noise[1]) % (2.0 * np.pi),
        seen.elevation_rad[visible] + ANGLE_NOISE_RAD * noise[2],
    )


def _normal(seed: int, component: int, counters: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return normal deviates of three quantities, shape (3, n)."""
    deviate = lib.sensors_normal
    return np.array(
        [
            [deviate(seed, component + quantity, counter) for counter in counters.tolist()]
            for quantity in range(_QUANTITIES)
        ]
    )
