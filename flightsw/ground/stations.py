"""Stations on the ground, and where they see something: range, azimuth, elevation."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from flightsw.ground.earth import ecef_from_geodetic, local_axes


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A place that looks at the sky. No refraction: below the mask it sees nothing."""

    id: str
    latitude_rad: float
    longitude_rad: float
    height_m: float
    mask_rad: float
    range_max_m: float = np.inf

    @property
    def position_ecef_m(self) -> NDArray[np.float64]:
        """Where it stands, shape (3,), m."""
        return ecef_from_geodetic(
            latitude_rad=self.latitude_rad,
            longitude_rad=self.longitude_rad,
            height_m=self.height_m,
        )


@dataclass(frozen=True, slots=True)
class Sighting:
    """Where a station sees something: arrays of one shape. Azimuth from north, clockwise."""

    range_m: NDArray[np.float64]
    azimuth_rad: NDArray[np.float64]
    elevation_rad: NDArray[np.float64]


def sighting(station: Station, position_ecef_m: ArrayLike) -> Sighting:
    """Return where a station sees points of shape (n, 3) or (3,); azimuth in [0, 2 pi)."""
    line = np.asarray(position_ecef_m, dtype=np.float64) - station.position_ecef_m
    east, north, up = np.moveaxis(line @ _axes(station).T, -1, 0)
    level = np.hypot(east, north)
    return Sighting(
        range_m=np.asarray(np.hypot(level, up)),
        azimuth_rad=np.asarray(np.arctan2(east, north) % (2.0 * np.pi)),
        elevation_rad=np.asarray(np.arctan2(up, level)),
    )


def place(station: Station, seen: Sighting) -> NDArray[np.float64]:
    """Return the points, in `ecef`, m, that a station sees there: the opposite of `sighting`."""
    level = seen.range_m * np.cos(seen.elevation_rad)
    local = np.stack(
        [
            level * np.sin(seen.azimuth_rad),
            level * np.cos(seen.azimuth_rad),
            seen.range_m * np.sin(seen.elevation_rad),
        ],
        axis=-1,
    )
    return np.asarray(station.position_ecef_m + local @ _axes(station))


def in_view(station: Station, seen: Sighting) -> NDArray[np.bool_]:
    """Return whether each point is above the mask and near enough."""
    return np.asarray(
        (seen.elevation_rad >= station.mask_rad) & (seen.range_m <= station.range_max_m)
    )


def _axes(station: Station) -> NDArray[np.float64]:
    return local_axes(latitude_rad=station.latitude_rad, longitude_rad=station.longitude_rad)
