"""Where the flight went: the ground track, who heard it, and where things came down."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from math import cos, degrees, radians
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from flightsw.briefing import station_of
from flightsw.ground.earth import ecef_from_eci, geodetic_from_ecef
from flightsw.ground.stations import in_view, sighting

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from flightsw.report.flown import Flown

TRACK_POINTS: Final = 400
FULL_TURN_DEG: Final = 360.0
LINE_POINTS_MAX: Final = 20_000  # 100 kB; a greater piece of the world is drawn more coarsely
COARSE_STEPS: Final = 10  # 0.1 deg
NEAR_DEG: Final = 15.0  # how far outside the track a station is still drawn
SMALL_DEG: Final = 0.5  # places about a smaller track have two more digits

Box = tuple[float, float, float, float]


def track(flown: Flown, other: Flown | None) -> dict[str, Any] | None:
    """Return the map's tracks and places, and its piece of the world; None without a state."""
    if flown.ground is None or not len(flown.t_s):
        return None
    tracks = [_track(flown, "flown" if other is None else flown.name, "flown", 0)]
    if other is not None and other.ground is not None and len(other.t_s):
        tracks.append(_track(other, other.name, "third", 1))
    planned = _planned(flown)
    if planned is not None:
        tracks.append(planned)
    places = list(_places(flown))
    box = _box([p for t in tracks for p in t["points"] if p], places)
    places += list(_station_places(flown, box))
    return {
        "tracks": tracks,
        "places": places,
        "place_digits": 4 if max(box[2] - box[0], box[3] - box[1]) < SMALL_DEG else 2,
        "world": piece_of_world(_wide(box)),
        "stations": list(_stations(flown)),
        "bodies": list(_bodies(flown)),
    }


def _track(flown: Flown, label: str, look: str, dash: int) -> dict[str, Any]:
    longitude, latitude = flown.values("longitude_deg"), flown.values("latitude_deg")
    assert longitude is not None
    assert latitude is not None
    assert flown.ground is not None
    every = max(1, len(longitude) // TRACK_POINTS)
    rows = np.append(np.arange(0, len(longitude) - 1, every), len(longitude) - 1)
    points: list[list[float] | None] = []
    silences = [s.from_s for s in flown.ground.silences if s.to_s is not None]
    for row, after in zip(rows.tolist(), [*rows[1:].tolist(), rows[-1]], strict=True):
        points.append([round(float(longitude[row]), 5), round(float(latitude[row]), 5)])
        if any(flown.t_s[row] <= at < flown.t_s[after] for at in silences):
            points.append(None)
    return {"label": label, "look": look, "dash": dash, "points": points}


def _planned(flown: Flown) -> dict[str, Any] | None:
    mission = flown.scenario.mission if flown.scenario else None
    curves = {curve.parameter: curve for curve in (mission.reference if mission else ())}
    latitude, longitude = curves.get("latitude_deg"), curves.get("longitude_deg")
    if latitude is None or longitude is None or latitude.t_s != longitude.t_s:
        return None
    points = [list(pair) for pair in zip(longitude.value, latitude.value, strict=True)]
    return {"label": "plan", "look": "plan", "points": points}


def _places(flown: Flown) -> Iterator[dict[str, Any]]:
    ground = flown.ground
    assert ground is not None
    pad = ground.briefing.pad
    if flown.scenario is not None:
        yield _place("launch", "●", degrees(pad.latitude_rad), degrees(pad.longitude_rad), "dim")
    if ground.last is not None and ground.last.state is not None:
        state = ground.last.state
        where = degrees(state.latitude_rad), degrees(state.longitude_rad)
        is_lost = ground.lost is not None and not ground.lost.has_set
        mark, look = ("▲", "alarm") if is_lost else ("◆", "flown")
        yield _place("last telemetry", mark, *where, look)
    if ground.fall is not None:
        where = degrees(ground.fall.latitude_rad), degrees(ground.fall.longitude_rad)
        yield _place("computed fall", "✕", *where, "text")
        fall = ground.briefing.fall
        if fall and fall.reported_latitude_rad is not None:
            assert fall.reported_longitude_rad is not None
            where = degrees(fall.reported_latitude_rad), degrees(fall.reported_longitude_rad)
            yield _place("reported place", "◇", *where, "text")


def _place(label: str, mark: str, latitude: float, longitude: float, look: str) -> dict[str, Any]:
    return {
        "label": label,
        "mark": mark,
        "look": look,
        "latitude": round(latitude, 5),
        "longitude": round(longitude, 5),
    }


def _station_places(flown: Flown, box: Box) -> Iterator[dict[str, Any]]:
    west, south, east, north = box
    for file in flown.scenario.stations if flown.scenario else ():
        inside = south - NEAR_DEG < file.latitude_deg < north + NEAR_DEG
        if inside and west - NEAR_DEG < _near(file.longitude_deg, west, east) < east + NEAR_DEG:
            mark = "△" if "telemetry" in file.kinds else "◌"
            yield _place(file.id, mark, file.latitude_deg, file.longitude_deg, "dim") | {
                "quiet": True
            }


def _stations(flown: Flown) -> Iterator[dict[str, Any]]:
    """Yield what each receiving station heard, and when the decoded track was in its view."""
    assert flown.ground is not None
    frames = flown.ground.packets.frames
    if frames is None or flown.header is None:
        return
    files = {file.id: file for file in (flown.scenario.receivers if flown.scenario else ())}
    states = flown.ground.telemetry.states
    position = ecef_from_eci(states.position_eci_m, np.where(states.on_pad, 0.0, states.t_s))
    for index, name in enumerate(flown.header.stations):
        heard = frames.rows["ert_us"][(frames.station_bits >> index) & 1 == 1]
        file = files.get(name)
        row: dict[str, Any] = {
            "station": name,
            "frames": len(heard),
            "first_ert_s": float(heard.min() / 1e6) if len(heard) else None,
            "last_ert_s": float(heard.max() / 1e6) if len(heard) else None,
            "in_view_s": None,
            "best_elevation_deg": None,
            "cable": file is not None and file.umbilical,
        }
        if file is not None:
            station = station_of(file)
            seen = sighting(station, position)
            view = in_view(station, seen)
            if view.any():
                row["in_view_s"] = [float(flown.t_s[view][0]), float(flown.t_s[view][-1])]
                row["best_elevation_deg"] = float(np.degrees(seen.elevation_rad[view].max()))
        yield row


def _bodies(flown: Flown) -> Iterator[dict[str, Any]]:
    """Yield where each body came down. **Truth**."""
    truth: Mapping[str, NDArray[Any]] = flown.record.truth or {}
    for key in truth:
        _, _, rest = key.partition("body/")
        name, slash, what = rest.rpartition("/")
        if not slash or what != "reached_ground" or not bool(truth[key]):
            continue
        way, times = truth.get(f"body/{name}/position_ecef_m"), truth.get(f"body/{name}/t_s")
        if way is None or times is None or not len(way):
            continue
        spot = geodetic_from_ecef(way[-1])
        yield {
            "parts": name.split("+"),
            "t_s": float(times[-1]),
            "latitude_deg": degrees(float(spot.latitude_rad)),
            "longitude_deg": degrees(float(spot.longitude_rad)),
        }


# ------------------------------------------------------------------------------------ the world


@cache
def _world() -> dict[str, Any]:
    file = resources.files("flightsw.report").joinpath("static", "world.json")
    world: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return world


def piece_of_world(box: Box) -> dict[str, Any]:
    """Return the lines within west, south, east, north, degrees: the format of world.json."""
    world = _world()
    for coarse in (1, COARSE_STEPS):
        steps = world["steps_per_deg"]
        limits = tuple(edge * steps for edge in box)
        piece: dict[str, Any] = {"steps_per_deg": steps // coarse}
        count = 0
        for kind in ("coasts", "borders"):
            piece[kind] = [
                _differences(line // coarse)
                for whole in world[kind]
                for line in _inside(whole, limits, FULL_TURN_DEG * steps)
            ]
            count += sum(len(line) // 2 for line in piece[kind])
        if count <= LINE_POINTS_MAX:
            break
    return piece


def _inside(
    differences: list[int], limits: tuple[float, ...], turn: float
) -> Iterator[NDArray[np.int64]]:
    """Yield the stretches of a line that are inside, with one point beyond on either side."""
    line = np.cumsum(np.array(differences, dtype=np.int64).reshape(-1, 2), axis=0)
    west, south, east, north = limits
    middle = (west + east) / 2.0
    x = middle + (line[:, 0] - middle + turn / 2.0) % turn - turn / 2.0
    inside = (x >= west) & (x <= east) & (line[:, 1] >= south) & (line[:, 1] <= north)
    if not inside.any():
        return
    keep = inside.copy()
    keep[1:] |= inside[:-1]
    keep[:-1] |= inside[1:]
    for run in np.split(np.arange(len(line)), np.flatnonzero(np.diff(keep.astype(int))) + 1):
        if keep[run[0]] and len(run) > 1:
            yield line[run]


def _differences(line: NDArray[np.int64]) -> list[int]:
    moved = np.append(True, np.any(np.diff(line, axis=0) != 0, axis=1))
    line = line[moved]
    flat: list[int] = np.diff(line, axis=0, prepend=0).ravel().tolist()
    return flat


def _box(points: list[list[float]], places: list[dict[str, Any]]) -> Box:
    points = [*points, *([place["longitude"], place["latitude"]] for place in places)]
    first = points[0][0]
    east_of = [first + (p[0] - first + 180.0) % FULL_TURN_DEG - 180.0 for p in points]
    north_of = [p[1] for p in points]
    return min(east_of), min(north_of), max(east_of), max(north_of)


def _wide(box: Box) -> Box:
    """Return the box that a canvas about it may show, four times as wide as it is high or less."""
    west, south, east, north = box
    shrink = max(0.05, cos(radians((south + north) / 2.0)))
    up = max(north - south, (east - west) * shrink / 1.2, 1.5) * 0.75
    across = max(east - west, (north - south) * 4.0 / shrink, 6.0 / shrink) * 0.75
    middle, centre = (south + north) / 2.0, (west + east) / 2.0
    return centre - across, middle - up, centre + across, middle + up


def _near(longitude: float, west: float, east: float) -> float:
    middle = (west + east) / 2.0
    return middle + (longitude - middle + 180.0) % FULL_TURN_DEG - 180.0
