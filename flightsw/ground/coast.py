"""Where a body goes that only coasts: pure functions of the core, called with arrays."""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from flightsw._native import ffi, lib

if TYPE_CHECKING:
    from _cffi_backend import _CDataBase

ROW_WIDTH: Final = 7


@dataclass(frozen=True, slots=True)
class Coasted:
    """States passed on the way, first and last included, in `eci`.

    `t_s` has shape (n,), s after T-0; positions and velocities (n, 3). `on_ground` says whether
    the last of them is the point of impact.
    """

    t_s: NDArray[np.float64]
    position_eci_m: NDArray[np.float64]
    velocity_eci_mps: NDArray[np.float64]
    on_ground: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Orbit:
    """An osculating orbit: heights of its perigee and apogee points above the ellipsoid."""

    perigee_m: float
    apogee_m: float
    inclination_rad: float


def coast(  # noqa: PLR0913  a start, an end and how to get there
    *,
    t_s: float,
    position_eci_m: ArrayLike,
    velocity_eci_mps: ArrayLike,
    beta_kgpm2: float,
    until_s: float,
    step_s: float,
    row_every: int = 1,
) -> Coasted:
    """Return the way of a body of constant ballistic coefficient, in gravity with J2 and in air.

    Parameters
    ----------
    t_s, until_s : float
        Start and end, s after T-0; it ends earlier on the ellipsoid.
    position_eci_m, velocity_eci_mps : array, shape (3,)
        State at the start, in `eci`.
    beta_kgpm2 : float
        Mass over drag area times drag coefficient; infinite for none.
    step_s : float
        Step of the integration (fourth order), s.
    row_every : int
        Steps between the states that come back.

    Returns
    -------
    Coasted
        The way from `t_s` to `until_s` or the ground.

    """
    x, y, z = (float(value) for value in np.asarray(position_eci_m))
    vx, vy, vz = (float(value) for value in np.asarray(velocity_eci_mps))
    body = ffi.new(
        "plant_coast_t *",
        {
            "t_s": t_s,
            "position_eci_m": {"x": x, "y": y, "z": z},
            "velocity_eci_mps": {"x": vx, "y": vy, "z": vz},
            "beta_kgpm2": beta_kgpm2,
        },
    )
    steps = int(np.ceil(max(0.0, until_s - t_s) / step_s))
    rows = np.zeros((steps // row_every + 3, ROW_WIDTH))
    used = ffi.new("size_t *")
    on_ground = lib.plant_coast(
        body,
        _air(),
        until_s,
        step_s,
        0.0,
        row_every,
        ffi.cast("double *", rows.ctypes.data),
        len(rows),
        used,
    )
    rows = rows[: used[0]]
    return Coasted(rows[:, 0], rows[:, 1:4], rows[:, 4:7], bool(on_ground))


def osculating_orbit(*, position_eci_m: ArrayLike, velocity_eci_mps: ArrayLike) -> Orbit | None:
    """Return the orbit that a state in `eci` is part of; None when it is no ellipse."""
    x, y, z = (float(value) for value in np.asarray(position_eci_m))
    vx, vy, vz = (float(value) for value in np.asarray(velocity_eci_mps))
    position = ffi.new("plant_vec3_t *", (x, y, z))
    velocity = ffi.new("plant_vec3_t *", (vx, vy, vz))
    orbit = lib.plant_orbit_from_state(position[0], velocity[0])
    if not orbit.elliptic:
        return None
    return Orbit(
        perigee_m=orbit.perigee_height_m,
        apogee_m=orbit.apogee_height_m,
        inclination_rad=orbit.inclination_rad,
    )


@cache
def _air() -> "_CDataBase":
    """Return the table of the air, which is never written again."""
    table = ffi.new("plant_air_table_t *")
    lib.plant_air_table_init(table)
    return table
