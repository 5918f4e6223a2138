"""Decoded states: where the flight software said it was, and the last good frame."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from flightsw.ground.briefing import Pad
from flightsw.ground.earth import (
    ROTATION_RADPS,
    ecef_from_eci,
    ecef_from_geodetic,
    geodetic_from_ecef,
)
from flightsw.ground.packets import Packets

STALE_S: Final = 2.0  # a number older than this without a frame is gone: docs/reference/cli.md
_ON_PAD_M: Final = 1.0  # the Earth carries the pad 3 m in 10 ms: a state this near has not left it


@dataclass(frozen=True, slots=True)
class States:
    """States as decoded, time along axis 0; `eci` has the axes of the Earth frozen at T-0.

    Speeds are inertial, those called relative are over the turning Earth.

    Before T-0 `t_s` is the countdown clock and the state is that of the pad.
    """

    t_s: NDArray[np.float64]
    position_eci_m: NDArray[np.float64]
    velocity_eci_mps: NDArray[np.float64]
    on_pad: NDArray[np.bool_]
    latitude_rad: NDArray[np.float64]
    longitude_rad: NDArray[np.float64]
    altitude_m: NDArray[np.float64]
    speed_mps: NDArray[np.float64]
    speed_relative_mps: NDArray[np.float64]
    apparent_velocity_mps: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Telemetry:
    """The stream of states with what else they carry, in the order heard."""

    states: States
    axial_accel_mps2: NDArray[np.float64]
    pitch_rad: NDArray[np.float64]
    discretes: NDArray[np.uint64]
    analog_counts: NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class LastFrame:
    """The last good frame; the state in it, `eci` as in `States`.

    `state` is None when no state was heard within `STALE_S` before it.
    """

    t_s: float
    state: "State | None"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One decoded state."""

    t_s: float
    position_eci_m: tuple[float, float, float]
    velocity_eci_mps: tuple[float, float, float]
    on_pad: bool
    latitude_rad: float
    longitude_rad: float
    altitude_m: float
    speed_mps: float
    speed_relative_mps: float


def states(packets: Packets, name: str, *, pad: Pad) -> States:
    """Return the states that the packets of a name carry.

    Parameters
    ----------
    packets : Packets
        Of a downlink.
    name : str
        A packet with position, velocity and apparent velocity: ``EVENT`` or ``STATE``.
    pad : Pad
        Where the flight began.

    Returns
    -------
    States
        One row a packet, in the order heard.

    """
    t_s = packets.met_s(name)
    position = packets.vectors(name, "position")
    velocity = packets.vectors(name, "velocity")
    pad_ecef_m = ecef_from_geodetic(
        latitude_rad=pad.latitude_rad, longitude_rad=pad.longitude_rad, height_m=pad.height_m
    )
    on_pad = np.linalg.norm(position - pad_ecef_m, axis=1) < _ON_PAD_M
    turned_s = np.where(on_pad, 0.0, t_s)
    place = geodetic_from_ecef(ecef_from_eci(position, turned_s))
    return States(
        t_s=t_s,
        position_eci_m=position,
        velocity_eci_mps=velocity,
        on_pad=np.asarray(on_pad),
        latitude_rad=place.latitude_rad,
        longitude_rad=place.longitude_rad,
        altitude_m=place.height_m,
        speed_mps=np.asarray(np.linalg.norm(velocity, axis=1)),
        speed_relative_mps=_relative_speed(position, velocity),
        apparent_velocity_mps=packets.values(name, "apparent_velocity"),
    )


def _relative_speed(
    position_eci_m: NDArray[np.float64], velocity_eci_mps: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the speed in the turning frame: v - omega x r."""
    x, y = position_eci_m[:, 0], position_eci_m[:, 1]
    turning = np.stack([-y, x, np.zeros(len(x))], axis=1)
    return np.asarray(np.linalg.norm(velocity_eci_mps - ROTATION_RADPS * turning, axis=1))


def telemetry(packets: Packets, *, pad: Pad) -> Telemetry:
    """Return the stream of states of a downlink, all of it as arrays."""
    rows = packets.rows["STATE"]
    analog = [field.name for field in packets.dictionary.packet("STATE").fields]
    columns = [rows[name].astype(np.int32) for name in analog if name.startswith("analog_")]
    return Telemetry(
        states=states(packets, "STATE", pad=pad),
        axial_accel_mps2=packets.values("STATE", "axial_accel"),
        pitch_rad=packets.values("STATE", "pitch"),
        discretes=rows["discretes"].astype(np.uint64),
        analog_counts=np.stack(columns, axis=1),
    )


def last_frame(packets: Packets, *, heard_s: NDArray[np.float64], pad: Pad) -> LastFrame | None:
    """Return the last good frame, or None when nothing was heard.

    `heard_s` are the times of all good packets in the order heard.
    """
    if not len(heard_s):
        return None
    t_s = float(heard_s[-1])
    state = last_state(packets, pad=pad)
    if state is not None and t_s - state.t_s > STALE_S:
        state = None
    return LastFrame(t_s=t_s, state=state)


def last_state(packets: Packets, *, pad: Pad) -> State | None:
    """Return the state told last, however long ago; None when none was."""
    last = {
        name: int(packets.order[name][-1])
        for name in ("STATE", "EVENT")
        if len(packets.order[name])
    }
    if not last:
        return None
    name = max(last, key=lambda name: last[name])
    only_last = replace(packets, rows={name: packets.rows[name][-1:]})
    decoded = states(only_last, name, pad=pad)
    x, y, z = decoded.position_eci_m[0].tolist()
    vx, vy, vz = decoded.velocity_eci_mps[0].tolist()
    return State(
        t_s=float(decoded.t_s[0]),
        position_eci_m=(x, y, z),
        velocity_eci_mps=(vx, vy, vz),
        on_pad=bool(decoded.on_pad[0]),
        latitude_rad=float(decoded.latitude_rad[0]),
        longitude_rad=float(decoded.longitude_rad[0]),
        altitude_m=float(decoded.altitude_m[0]),
        speed_mps=float(decoded.speed_mps[0]),
        speed_relative_mps=float(decoded.speed_relative_mps[0]),
    )
