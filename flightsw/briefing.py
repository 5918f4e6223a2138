"""What of a scenario the ground is told: the sequence's names, the plan, places and settings."""

from __future__ import annotations

import json
from math import inf, radians
from typing import TYPE_CHECKING, Any

from flightsw.dictionary import load_dictionary
from flightsw.ground.briefing import (
    Briefing,
    Entry,
    FallSettings,
    Insertion,
    Pad,
    PlannedEvent,
    Search,
)
from flightsw.ground.log import LOG_FORMAT
from flightsw.ground.stations import Station
from flightsw.scenario.tables_computer import sequence_hash

if TYPE_CHECKING:
    from flightsw.scenario import Mission, Scenario
    from flightsw.scenario.mission import Station as StationFile
    from flightsw.scenario.vehicle import Vehicle


def ground_brief(scenario: Scenario) -> Briefing:
    """Return what the ground knows of a scenario before it is flown: nothing of its faults."""
    mission = scenario.mission
    launch = mission.launch
    return Briefing(
        entries=tuple(
            Entry(event=entry.event, title=entry.title, role=entry.role)
            for entry in scenario.sequence.entry
        ),
        plan=tuple(
            PlannedEvent(event=planned.event, t_s=planned.t_s, band_s=planned.band_s)
            for planned in mission.plan
        ),
        pad=Pad(
            latitude_rad=radians(launch.latitude_deg),
            longitude_rad=radians(launch.longitude_deg),
            height_m=launch.height_m,
        ),
        listen_until_s=mission.run.end_s,
        receivers=tuple(station_of(station) for station in scenario.receivers),
        sequence_hash=sequence_hash(scenario),
        search=_search(scenario),
        fall=_fall(mission),
        suborbital=mission.target.suborbital,
    )


def downlink_header(scenario: Scenario) -> bytes:
    """Return the header of a downlink log: all that is needed to read it, as one line of JSON."""
    dictionary = load_dictionary()
    vehicle = scenario.vehicle
    header = {
        "format": LOG_FORMAT,
        "mission": scenario.mission.id,
        "epoch_utc": scenario.mission.launch.time_utc.isoformat(),
        "stations": [station.id for station in scenario.receivers],
        "transmitters": [
            {"id": each.id, "spacecraft_id": number, "frame_bytes": each.frame_bytes}
            for each, number in zip(vehicle.transmitter, vehicle.spacecraft_ids, strict=True)
        ],
        "dictionary": {"version": dictionary.version, "hash": f"{dictionary.hash:08x}"},
        "sequence_hash": f"{sequence_hash(scenario):08x}",
        "entries": [[entry.event, entry.title, entry.role] for entry in scenario.sequence.entry],
        "analogs": _channels(vehicle),
        "discretes": [discrete.name for discrete in vehicle.discretes],
        "limits": _limits(vehicle),
    }
    return json.dumps(header, sort_keys=True, separators=(",", ":")).encode()


def _channels(vehicle: Vehicle) -> list[list[Any]]:
    """Return name and value of one count of each analogue channel."""
    sensors = vehicle.sensors
    return [
        [
            analog.name,
            sensors.chamber_pressure.quantum_pa
            if sensors.static_pressure is None or analog.kind == "chamber-pressure"
            else sensors.static_pressure.quantum_pa,
        ]
        for analog in vehicle.analogs
    ]


def _limits(vehicle: Vehicle) -> dict[str, dict[str, float]]:
    """Return the limits of the analogue channels that have some."""
    limits = {
        part.id: part.engine.chamber_limits_pa.model_dump(exclude_none=True)
        for part in vehicle.parts
        if part.engine is not None and part.engine.chamber_limits_pa is not None
    }
    return {
        analog.name: limits[analog.part]
        for analog in vehicle.analogs
        if analog.kind == "chamber-pressure" and analog.part in limits
    }


def radar_stations(scenario: Scenario) -> tuple[Station, ...]:
    """Return the radars of the search in the order of the mission; none without a search."""
    return tuple(station_of(station) for station in scenario.radars)


def station_of(file: StationFile) -> Station:
    """Return a station file as the ground uses it."""
    return Station(
        id=file.id,
        latitude_rad=radians(file.latitude_deg),
        longitude_rad=radians(file.longitude_deg),
        height_m=file.height_m,
        mask_rad=radians(file.mask_deg),
        range_max_m=inf if file.range_max_m is None else file.range_max_m,
    )


def _search(scenario: Scenario) -> Search | None:
    radar, target = scenario.mission.radar, scenario.mission.target
    insertion = target.insertion
    if radar is None or insertion is None or target.inclination_deg is None:
        return None
    return Search(
        radars=radar_stations(scenario),
        insertion=Insertion(
            t_s=insertion.t_s,
            latitude_rad=radians(insertion.latitude_deg),
            longitude_rad=radians(insertion.longitude_deg),
            height_m=insertion.height_m,
            speed_mps=insertion.speed_inertial_mps,
            flight_path_angle_rad=radians(insertion.flight_path_angle_deg),
            inclination_rad=radians(target.inclination_deg),
        ),
        from_s=radar.search_from_s,
        to_s=radar.search_to_s,
        gate_m=radar.gate_km * 1e3,
    )


def _fall(mission: Mission) -> FallSettings | None:
    fall = mission.fall
    if fall is None:
        return None
    if fall.reported_deg is None:
        return FallSettings(beta_kgpm2=fall.beta_kgpm2)
    latitude_deg, longitude_deg = fall.reported_deg
    return FallSettings(
        beta_kgpm2=fall.beta_kgpm2,
        reported_latitude_rad=radians(latitude_deg),
        reported_longitude_rad=radians(longitude_deg),
    )
