"""Transmitters and stations as the tables of the transmitter and of the link."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from flightsw._native import ffi, lib
from flightsw.dictionary import load_dictionary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flightsw.scenario.assemble import Scenario
    from flightsw.scenario.mission import Station
    from flightsw.scenario.vehicle import Transmitter, Vehicle

LOCK_DB: Final = 6.0  # assumed: a bit synchroniser holds to 1 in 15 bits wrong; 3 to 9 dB
SLOW_CHANNEL: Final = "slow"


def transmitter_rows(vehicle: Vehicle) -> Iterator[dict[str, Any]]:
    """Yield the row of each transmitter of a vehicle."""
    for transmitter, spacecraft_id in zip(vehicle.transmitter, vehicle.spacecraft_ids, strict=True):
        yield {
            "config": _config(transmitter, spacecraft_id),
            "supply_mv": round(transmitter.supply_v * 1e3),
            "part": vehicle.part_index[transmitter.on],
            "takes_packets": transmitter.computer,
            "wakes_on_separation": transmitter.wakes_on_separation,
        }


def _config(transmitter: Transmitter, spacecraft_id: int) -> dict[str, Any]:
    dictionary = load_dictionary()
    slow = next(channel.id for channel in dictionary.channels if channel.name == SLOW_CHANNEL)
    routes = [
        {"apid": packet.apid, "channel": packet.channel}
        for packet in dictionary.packets
        if packet.source == "fsw"
    ]
    return {
        "spacecraft_id": spacecraft_id,
        "frame_bytes": transmitter.frame_bytes,
        "rate_bps": transmitter.rate_bps,
        "warm_up_us": _us(transmitter.warm_up_s),
        "reset_us": _us(transmitter.reset_s),
        "hold_up_us": _us(transmitter.hold_up_s),
        "damage_us": _us(transmitter.damage_s),
        "heartbeat_us": _us(transmitter.heartbeat_s),
        "idle_us": _us(transmitter.idle_s),
        "on_mv": round(transmitter.on_v * 1e3),
        "brown_out_mv": round(transmitter.brown_out_v * 1e3),
        "gone_mv": round(transmitter.gone_v * 1e3),
        "status_channel": slow,
        "route_count": len(routes),
        "route": routes,
        "channel": [
            {"queue_bytes": queue, "flush_us": _us(flush_s)}
            for queue, flush_s in zip(transmitter.queue_bytes, transmitter.flush_s, strict=True)
        ],
    }


def link_row(scenario: Scenario) -> dict[str, Any]:
    """Return the row of the link: every station of the mission that receives telemetry."""
    stations = [_station(station) for station in scenario.receivers]
    transmitters = scenario.vehicle.transmitter
    return {
        "seed": scenario.seed,
        "lock_db": LOCK_DB,
        "station_count": len(stations),
        "emitter_count": len(transmitters),
        "station": stations,
        "emitter": [
            {
                "eirp_dbw": transmitter.eirp_dbw,
                "frequency_hz": transmitter.frequency_hz,
                "loss_db": transmitter.loss_db,
                "rate_bps": transmitter.rate_bps,
            }
            for transmitter in transmitters
        ],
    }


def _station(station: Station) -> dict[str, Any]:
    latitude_rad = math.radians(station.latitude_deg)
    longitude_rad = math.radians(station.longitude_deg)
    geodetic: Any = ffi.new(
        "plant_geodetic_t *",
        {
            "latitude_rad": latitude_rad,
            "longitude_rad": longitude_rad,
            "height_m": station.height_m,
        },
    )
    axes = lib.plant_local_axes(latitude_rad, longitude_rad)  # `axes.z` alone would outlive it
    return {
        "position_ecef_m": lib.plant_ecef_from_geodetic(geodetic[0]),
        "up_ecef": (axes.z.x, axes.z.y, axes.z.z),
        "sin_mask": lib.plant_sin(math.radians(station.mask_deg)),
        "range_max_m": math.inf if station.range_max_m is None else station.range_max_m,
        "g_over_t_dbpk": station.g_over_t_dbpk,
        "umbilical": station.umbilical,
    }


def _us(seconds: float) -> int:
    return round(seconds * 1e6)
