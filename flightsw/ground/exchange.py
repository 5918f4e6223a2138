"""Briefing and echoes as files, so that a ground in a process of its own is given nothing else."""

import json
import math
from collections.abc import Iterator
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from flightsw.errors import FlightswError
from flightsw.ground.briefing import Briefing
from flightsw.ground.picture import GroundPicture
from flightsw.ground.radar import Echoes

BRIEFING_FORMAT = "flightsw-briefing/1"
ECHOES_FORMAT = "flightsw-echoes/1"
PICTURE_FORMAT = "flightsw-picture/1"
_NO_LIMIT = "inf"  # JSON has no word for it
_QUANTITIES = ("t_s", "range_m", "azimuth_rad", "elevation_rad")


class ExchangeError(FlightswError):
    """A file that the ground was given and cannot use."""


def briefing_text(briefing: Briefing) -> str:
    """Return a briefing as JSON; the same from the same briefing."""
    return _text({"format": BRIEFING_FORMAT} | _plain(asdict(briefing)))


def read_briefing(path: Path) -> Briefing:
    """Return the briefing that a file holds.

    Raises
    ------
    ExchangeError
        If it cannot be read or is none.
    """
    table = _read(path, BRIEFING_FORMAT)
    try:
        briefing = TypeAdapter(Briefing).validate_python(table)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(each) for each in first["loc"])
        msg = f"{path}: no briefing of this version: {key}: {first['msg']}"
        raise ExchangeError(msg) from error
    for key, value in _numbers(asdict(briefing)):
        if not math.isfinite(value) and not (key.endswith("range_max_m") and value > 0.0):
            msg = f"{path}: {key} is {value}, not a finite number"
            raise ExchangeError(msg)
    return briefing


def _numbers(value: Any, key: str = "") -> Iterator[tuple[str, float]]:
    """Yield the numbers in a value and their places."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _numbers(each, f"{key}.{name}" if key else name)
    elif isinstance(value, (list, tuple)):
        for index, each in enumerate(value):
            yield from _numbers(each, f"{key}.{index}")
    elif isinstance(value, float):
        yield key, value


def echoes_text(echoes: Echoes) -> str:
    """Return echoes as JSON, one list a quantity."""
    columns = {field.name: getattr(echoes, field.name).tolist() for field in fields(Echoes)}
    return _text({"format": ECHOES_FORMAT} | columns)


def read_echoes(path: Path) -> Echoes:
    """Return the echoes that a file holds.

    Raises
    ------
    ExchangeError
        If it cannot be read or holds none.
    """
    table = _read(path, ECHOES_FORMAT)
    try:
        t_s, range_m, azimuth_rad, elevation_rad = (
            np.array(table[name], dtype=np.float64) for name in _QUANTITIES
        )
        station = np.array(table["station"], dtype=np.int64)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        msg = f"{path}: no echoes of this version: {error}"
        raise ExchangeError(msg) from error
    columns = (t_s, station, range_m, azimuth_rad, elevation_rad)
    if len({column.shape for column in columns}) != 1 or t_s.ndim != 1:
        msg = f"{path}: every quantity of an echo has one value each"
        raise ExchangeError(msg)
    for name, column in zip(_QUANTITIES, (t_s, range_m, azimuth_rad, elevation_rad), strict=True):
        (wrong,) = np.nonzero(~np.isfinite(column))
        if len(wrong):
            at = int(wrong[0])
            msg = f"{path}: {name}.{at} is {column[at]}, not a finite number"
            raise ExchangeError(msg)
    return Echoes(t_s, station, range_m, azimuth_rad, elevation_rad)


def check_stations(echoes: Echoes, briefing: Briefing, path: Path) -> None:
    """Refuse echoes of a radar that the search of the briefing does not have.

    Raises
    ------
    ExchangeError
        If there is one.
    """
    count = len(briefing.search.radars) if briefing.search else 0
    (wrong,) = np.nonzero((echoes.station < 0) | (echoes.station >= count))
    if len(wrong):
        at = int(wrong[0])
        msg = f"{path}: station.{at} is {echoes.station[at]}; the briefing has {count} radars"
        raise ExchangeError(msg)


def picture_text(picture: GroundPicture) -> str:
    """Return what the ground made of a flight as JSON; the same from the same files."""
    frames = picture.packets.frames
    return _text(
        {
            "format": PICTURE_FORMAT,
            "frames": picture.frames_good,
            "damaged": picture.frames_damaged,
            "missing": picture.frames_missing,
            "packets": picture.packets.count,
            "channels": [asdict(each) for each in frames.channels] if frames else [],
            "events": [asdict(each) for each in picture.events],
            "not_seen": [row.name for row in picture.not_seen],
            "silences": [[each.from_s, each.to_s] for each in picture.silences],
            "last": None if picture.last is None else _plain(asdict(picture.last)),
            "radar": None if picture.radar is None else _plain(asdict(picture.radar)),
            "fall": None if picture.fall is None else asdict(picture.fall),
        }
    )


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return _NO_LIMIT if value == np.inf else value


def _text(table: dict[str, Any]) -> str:
    return json.dumps(table, sort_keys=True, allow_nan=False) + "\n"


def _read(path: Path, form: str) -> dict[str, Any]:
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        msg = f"cannot read {path}: {error.strerror}"
        raise ExchangeError(msg) from error
    except (ValueError, RecursionError) as error:
        msg = f"{path} is not JSON: {error}"
        raise ExchangeError(msg) from error
    if not isinstance(table, dict) or table.pop("format", None) != form:
        msg = f'{path} has not the format "{form}"'
        raise ExchangeError(msg)
    return table
