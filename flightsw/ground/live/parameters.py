"""Parameters: the numbers of the downlink that a person watches, in the dictionary's order."""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from flightsw.dictionary import Dictionary, Field, Limits, Packet
from flightsw.dictionary.parameters import parameter
from flightsw.ground.briefing import Pad
from flightsw.ground.log import LogHeader
from flightsw.ground.packets import Packets, scaled
from flightsw.ground.parameters import parameter_values
from flightsw.ground.state import telemetry

Kind = Literal["number", "choice", "bit"]

STATE: Final = "STATE"
_EVENT: Final = "EVENT"  # tells events, no parameters
_RETOLD: Final = "recent_"  # fields of HOUSEKEEPING that repeat events
_BITS: Final = "u64"
_DEGREES: Final = float(np.degrees(1.0))
# Fields of STATE that files and screens know by another name: flightsw/dictionary/parameters.py.
_SHOWN_AS: Final = {
    "apparent_velocity": "apparent_velocity_mps",
    "axial_accel": "axial_accel_mps2",
    "pitch": "pitch_deg",
}
_CALCULATED: Final = {
    "altitude_m": "Height above the WGS 84 ellipsoid of the position told.",
    "speed_inertial_mps": "Length of the velocity told.",
    "speed_relative_mps": "Speed over the turning Earth, of position and velocity told.",
    "latitude_deg": "Geodetic, of the position told; the Earth turns.",
    "longitude_deg": "Of the position told; the Earth turns.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A number of the downlink, or one that the ground calculates from them.

    Its name says the unit of its values, or the dictionary does; a person reads value *
    `display_scale` in `display_unit`, with `digits` decimals (None: as many as it takes). `values`
    names the counts of a choice. A value is stale when it is older than `stale_s`; None: never.
    """

    name: str
    title: str
    packet: str
    kind: Kind
    display_unit: str
    display_scale: float
    digits: int | None
    values: tuple[str, ...]
    limits: Limits | None
    stale_s: float | None
    about: str
    calculated: bool = False


@dataclass(frozen=True, slots=True)
class _Source:
    """Where the counts of a parameter stand; `bit` of a field, or the field."""

    field: str
    scale: float
    bit: int | None = None


class Parameters:
    """All parameters of a downlink, and how packets become their values.

    Attributes
    ----------
    all : tuple of Parameter
        In the order of the dictionary: packet by packet, field by field; after the fields of STATE
        what the ground calculates from them. Bits of a word are parameters where the log names
        them; spares, and words whose bits have no name, are none.
    """

    def __init__(self, dictionary: Dictionary, header: LogHeader | None, pad: Pad) -> None:
        self._pad = pad
        self._sources: dict[str, list[_Source]] = {}
        self._first: dict[str, int] = {}
        found: list[Parameter] = []
        told: set[str] = set()
        for packet in dictionary.packets:
            if packet.name == _EVENT:
                continue
            self._first[packet.name] = len(found)
            own = _of_packet(packet, header or LogHeader(), told)
            found += [parameter for parameter, _ in own]
            self._sources[packet.name] = [source for _, source in own]
            if packet.name == STATE:
                found += [
                    _shown(name, packet, about, calculated=True)
                    for name, about in _CALCULATED.items()
                ]
        self.all: tuple[Parameter, ...] = tuple(found)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all, in order."""
        return tuple(parameter.name for parameter in self.all)

    def rows(self, packets: Packets) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return times, s after T-0 and ascending, and the values told then, NaN where not told.

        Shapes (n,) and (n, parameters). Packets of one time share a row. A packet that tells no
        mission elapsed time stands at its Earth-received time, s after the epoch of the log.
        """
        times, parts = [], []
        for name in self._sources:
            if not len(packets.rows[name]):
                continue
            values = self._values(packets, name)
            clock = packets.dictionary.packet(name).clock
            times.append(packets.met_s(name) if clock == "met" else packets.ert_us[name] / 1e6)
            whole = np.full((len(values), len(self.all)), np.nan)
            begin = self._first[name]
            whole[:, begin : begin + values.shape[1]] = values
            parts.append(whole)
        if not parts:
            return np.empty(0), np.empty((0, len(self.all)))
        t_s, table = np.concatenate(times), np.concatenate(parts)
        distinct, place = np.unique(t_s, return_inverse=True)
        joined = np.full((len(distinct), len(self.all)), np.nan)
        for row, told in zip(place.tolist(), table, strict=True):
            known = ~np.isnan(told)
            joined[row, known] = told[known]
        return distinct, joined

    def _values(self, packets: Packets, name: str) -> NDArray[np.float64]:
        rows = packets.rows[name]
        columns = []
        for source in self._sources[name]:
            counts = rows[source.field]
            if source.bit is not None:
                counts = (counts.astype(np.uint64) >> np.uint64(source.bit)) & np.uint64(1)
            columns.append(scaled(counts, source.scale))
        if name == STATE:
            heard = telemetry(packets, pad=self._pad)
            calculated = (parameter_values(heard, (), calculated) for calculated in _CALCULATED)
            columns += [column for column in calculated if column is not None]
        return np.stack(columns, axis=1) if columns else np.empty((len(rows), 0))


def _of_packet(
    packet: Packet, header: LogHeader, told: set[str]
) -> list[tuple[Parameter, _Source]]:
    found: list[tuple[Parameter, _Source]] = []
    channel = 0
    for field in packet.fields:
        if field.is_spare or field.array.startswith(_RETOLD):
            continue
        if field.array == "analog":
            if channel < len(header.analogs):
                name, scale = header.analogs[channel]
                found.append((_shown(name, packet, field.about), _Source(field.name, scale)))
            channel += 1
        elif field.type == _BITS:
            names = header.discretes if field.name == "discretes" and packet.name != STATE else ()
            found += [
                (_bit(name, field, packet), _Source(field.name, 1.0, bit))
                for bit, name in enumerate(names)
            ]
        elif packet.name == STATE and field.name in _SHOWN_AS:
            name = _SHOWN_AS[field.name]
            scale = field.scale * (_DEGREES if name.endswith("_deg") else 1.0)
            found.append((_shown(name, packet, field.about), _Source(field.name, scale)))
        else:
            name = field.name if field.name not in told else f"{packet.name.lower()}.{field.name}"
            told.add(name)
            found.append((_number(name, field, packet), _Source(field.name, field.scale)))
    return found


def _number(name: str, field: Field, packet: Packet) -> Parameter:
    return Parameter(
        name=name,
        title=name.replace("_", " "),
        packet=packet.name,
        kind="choice" if field.values else "number",
        display_unit=field.display_unit or field.unit,
        display_scale=field.display_scale,
        digits=field.digits,
        values=field.values,
        limits=field.limits,
        stale_s=packet.stale_s,
        about=field.about,
    )


def _shown(name: str, packet: Packet, about: str, *, calculated: bool = False) -> Parameter:
    known = parameter(name)
    return Parameter(
        name=name,
        title=known.title if known else name,
        packet=packet.name,
        kind="number",
        display_unit=known.unit if known else "",
        display_scale=known.scale if known else 1.0,
        digits=known.digits if known else None,
        values=(),
        limits=None,
        stale_s=packet.stale_s,
        about=about,
        calculated=calculated,
    )


def _bit(name: str, field: Field, packet: Packet) -> Parameter:
    return Parameter(
        name=name,
        title=name,
        packet=packet.name,
        kind="bit",
        display_unit="",
        display_scale=1.0,
        digits=0,
        values=(),
        limits=None,
        stale_s=packet.stale_s,
        about=field.about,
    )
