"""The Earth as the ground uses it: WGS 84, in arrays, time along axis 0.

Frames: `ecef` turns with the Earth; `eci` has the axes of `ecef` frozen at T-0.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

RADIUS_M: Final = 6378137.0  # NIMA TR8350.2 (2000), table 3.1: semi-major axis, exact
FLATTENING: Final = 1.0 / 298.257223563  # NIMA TR8350.2 (2000), table 3.1: exact
ROTATION_RADPS: Final = 7.292115e-5  # NIMA TR8350.2 (2000), table 3.1: exact
MEAN_RADIUS_M: Final = 6371008.8  # IUGG mean radius R1 of the ellipsoid, (2 a + b) / 3
_ECCENTRICITY2: Final = FLATTENING * (2.0 - FLATTENING)
_POLAR_RADIUS_M: Final = RADIUS_M * (1.0 - FLATTENING)
_SECOND_ECCENTRICITY2: Final = _ECCENTRICITY2 / (1.0 - _ECCENTRICITY2)
_BOWRING_PASSES: Final = 3  # the error is below 1e-12 rad after two for heights below 2000 km


@dataclass(frozen=True, slots=True)
class Geodetic:
    """Ellipsoidal coordinates, numbers or arrays of one shape: longitude positive east."""

    latitude_rad: NDArray[np.float64]
    longitude_rad: NDArray[np.float64]
    height_m: NDArray[np.float64]


def geodetic_from_ecef(position_ecef_m: ArrayLike) -> Geodetic:
    """Return the ellipsoidal coordinates of points.

    Parameters
    ----------
    position_ecef_m : array, shape (3,) or (n, 3)
        Points in `ecef`, m; not the centre of the Earth.

    Returns
    -------
    Geodetic
        Arrays of shape () or (n,).

    Notes
    -----
    Bowring, Survey Review 23 (1976) 323-327, passed three times.

    """
    x, y, z = np.moveaxis(np.asarray(position_ecef_m, dtype=np.float64), -1, 0)
    across = np.hypot(x, y)
    reduced = np.arctan2(z, across * (1.0 - FLATTENING))
    latitude = reduced
    for _ in range(_BOWRING_PASSES):
        latitude = np.arctan2(
            z + _SECOND_ECCENTRICITY2 * _POLAR_RADIUS_M * np.sin(reduced) ** 3,
            across - _ECCENTRICITY2 * RADIUS_M * np.cos(reduced) ** 3,
        )
        reduced = np.arctan2((1.0 - FLATTENING) * np.sin(latitude), np.cos(latitude))
    sine = np.sin(latitude)
    height = (
        across * np.cos(latitude) + z * sine - RADIUS_M * np.sqrt(1.0 - _ECCENTRICITY2 * sine**2)
    )
    return Geodetic(np.asarray(latitude), np.asarray(np.arctan2(y, x)), np.asarray(height))


def ecef_from_geodetic(
    *, latitude_rad: ArrayLike, longitude_rad: ArrayLike, height_m: ArrayLike
) -> NDArray[np.float64]:
    """Return points in `ecef`, m, shape (3,) or (n, 3), from ellipsoidal coordinates."""
    latitude, longitude, height = np.broadcast_arrays(latitude_rad, longitude_rad, height_m)
    sine = np.sin(latitude)
    normal = RADIUS_M / np.sqrt(1.0 - _ECCENTRICITY2 * sine**2)
    across = (normal + height) * np.cos(latitude)
    return np.stack(
        [
            across * np.cos(longitude),
            across * np.sin(longitude),
            (normal * (1.0 - _ECCENTRICITY2) + height) * sine,
        ],
        axis=-1,
    )


def ecef_from_eci(vector_eci: ArrayLike, t_s: ArrayLike) -> NDArray[np.float64]:
    """Return vectors, shape (3,) or (n, 3), along the axes of `ecef` at `t_s` after T-0."""
    return _turned(vector_eci, -ROTATION_RADPS * np.asarray(t_s, dtype=np.float64))


def eci_from_ecef(vector_ecef: ArrayLike, t_s: ArrayLike) -> NDArray[np.float64]:
    """Return the opposite of `ecef_from_eci`."""
    return _turned(vector_ecef, ROTATION_RADPS * np.asarray(t_s, dtype=np.float64))


def local_axes(*, latitude_rad: float, longitude_rad: float) -> NDArray[np.float64]:
    """Return east, north and up at a place as the rows of a (3, 3) array, in `ecef`."""
    sin_lat, cos_lat = np.sin(latitude_rad), np.cos(latitude_rad)
    sin_lon, cos_lon = np.sin(longitude_rad), np.cos(longitude_rad)
    return np.array(
        [
            [-sin_lon, cos_lon, 0.0],
            [-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat],
            [cos_lat * cos_lon, cos_lat * sin_lon, sin_lat],
        ]
    )


def great_circle_m(
    *, latitude_rad: float, longitude_rad: float, to_latitude_rad: float, to_longitude_rad: float
) -> float:
    """Return the distance between two places along a sphere of the Earth's mean radius, m."""
    half = np.sin((to_latitude_rad - latitude_rad) / 2.0) ** 2 + (
        np.cos(latitude_rad)
        * np.cos(to_latitude_rad)
        * np.sin((to_longitude_rad - longitude_rad) / 2.0) ** 2
    )
    return float(2.0 * MEAN_RADIUS_M * np.arcsin(np.sqrt(min(1.0, float(half)))))


def _turned(vector: ArrayLike, angle_rad: NDArray[np.float64]) -> NDArray[np.float64]:
    x, y, z = np.moveaxis(np.asarray(vector, dtype=np.float64), -1, 0)
    cosine, sine = np.cos(angle_rad), np.sin(angle_rad)
    return np.stack(np.broadcast_arrays(cosine * x - sine * y, sine * x + cosine * y, z), axis=-1)
