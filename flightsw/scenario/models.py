"""What every file's model is made of: strict, frozen tables of SI numbers in range and finite."""

from __future__ import annotations

from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

T = TypeVar("T")


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


# A strict tuple is no list, which is what TOML has.
Items = Annotated[tuple[T, ...], BeforeValidator(_as_tuple)]
Pair = Annotated[tuple[T, T], BeforeValidator(_as_tuple)]
Four = Annotated[tuple[T, T, T, T], BeforeValidator(_as_tuple)]

NAME_PATTERN: Final = r"^[a-z0-9]+(-[a-z0-9]+)*$"
EVENT_PATTERN: Final = r"^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$"

Name = Annotated[str, Field(pattern=NAME_PATTERN, max_length=64)]
EventName = Annotated[str, Field(pattern=EVENT_PATTERN, max_length=40)]
Reference = Annotated[str, Field(min_length=1, max_length=300)]  # an id, or a path
Text = Annotated[str, Field(min_length=1, max_length=1000)]
Title = Annotated[str, Field(min_length=1, max_length=60)]

# Ranges are wide enough for any launch vehicle and narrow enough to catch a wrong unit.
Latitude = Annotated[float, Field(ge=-90.0, le=90.0)]
Longitude = Annotated[float, Field(ge=-180.0, le=180.0)]
Azimuth = Annotated[float, Field(ge=0.0, lt=360.0)]
Elevation = Annotated[float, Field(ge=-90.0, le=90.0)]
Height = Annotated[float, Field(ge=-500.0, le=9000.0)]
Altitude = Annotated[float, Field(gt=0.0, le=1.0e8)]
Band = Annotated[float, Field(gt=0.0, le=1.0e7)]
Mass = Annotated[float, Field(gt=0.0, le=1.0e7)]
Propellant = Annotated[float, Field(ge=0.0, le=1.0e7)]
Area = Annotated[float, Field(ge=0.0, le=1.0e4)]
Beta = Annotated[float, Field(gt=0.0, le=1.0e6)]
Clock = Annotated[float, Field(ge=-3600.0, le=86_400.0)]
Delay = Annotated[float, Field(ge=0.0, le=86_400.0)]
Transient = Annotated[float, Field(ge=0.0, le=60.0)]
Pressure = Annotated[float, Field(gt=0.0, le=1.0e8)]
Rate = Annotated[int, Field(ge=10, le=1000)]
SensorRate = Annotated[int, Field(ge=1, le=100_000)]
PacketRate = Annotated[int, Field(ge=1, le=1000)]
Seed = Annotated[int, Field(ge=0, le=2**63 - 1)]


class Table(BaseModel):
    """A table of a file. Its numbers have a `source` or are `assumed`, here or further out."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)

    source: Text | None = None
    assumed: Text | None = None


class File(Table):
    """What the head of every file has."""

    format: str
    id: Name
    title: Title | None = None

    @property
    def name(self) -> str:
        """The title, or the id of a file without one."""
        return self.title or self.id
