"""One flight as a report sees it: its record, the ground's picture of it, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from flightsw.briefing import ground_brief
from flightsw.dictionary import DictionaryError
from flightsw.errors import ScenarioError
from flightsw.ground import Briefing, DownlinkError, Entry, GroundPicture, Pad, decode, look
from flightsw.ground.earth import geodetic_from_ecef
from flightsw.ground.exchange import ExchangeError, check_stations, read_briefing, read_echoes
from flightsw.ground.parameters import parameter_values
from flightsw.records.reader import RunRecord, read_run
from flightsw.scenario.recorded import recorded_scenario
from flightsw.summary import radar_told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from flightsw.ground.log import LogHeader
    from flightsw.ground.packets import Packets
    from flightsw.ground.radar import Echoes
    from flightsw.scenario import Scenario


@dataclass(frozen=True)
class Flown:
    """A flight, as far as it can be told.

    `scenario` is None when the record's files are gone or of another version, `ground` when
    there is no downlink that can be decoded.
    """

    record: RunRecord
    scenario: Scenario | None
    ground: GroundPicture | None

    @classmethod
    def from_memory(
        cls, scenario: Scenario, ground: GroundPicture, summary: Mapping[str, Any]
    ) -> Flown:
        """Return a flight that was never written: named by its scenario, without truth."""
        record = RunRecord(
            path=Path(scenario.id),
            manifest=None,
            summary=summary,
            downlink=None,
            transmitters=None,
            faults=None,
        )
        return cls(record, scenario, ground)

    @property
    def name(self) -> str:
        """The run's folder, as people call it."""
        return self.record.path.resolve().name

    @property
    def header(self) -> LogHeader | None:
        """What the log says of itself."""
        frames = self.ground.packets.frames if self.ground else None
        return frames.log.header if frames else None

    @property
    def t_s(self) -> NDArray[np.float64]:
        """When each decoded state was made, s after T-0."""
        return self.ground.telemetry.states.t_s if self.ground else np.empty(0)

    @cached_property
    def analogs(self) -> tuple[tuple[str, float], ...]:
        """Name and value of one count of each analogue channel."""
        return self.header.analogs if self.header else ()

    @cached_property
    def radar(self) -> Mapping[str, Any] | None:
        """What the ground makes of its radars' echoes; of a run without them, what it then made."""
        if self.ground is not None and self.ground.radar is not None:
            return radar_told(self.ground.radar)
        told: Mapping[str, Any] | None = (self.record.summary or {}).get("radar")
        return told

    def values(self, name: str) -> NDArray[np.float64] | None:
        """Return a parameter, one value a decoded state; None when the downlink has none."""
        if self.ground is None or not len(self.t_s):
            return None
        return parameter_values(self.ground.telemetry, self.analogs, name)


def read_flown(name: Path | str) -> Flown:
    """Return the flight of a run folder.

    Raises
    ------
    RecordError
        If there is nothing that can be told: see `read_run`.
    """
    record = read_run(name)
    scenario = _scenario(record)
    return Flown(record, scenario, _ground(record, scenario))


def _scenario(record: RunRecord) -> Scenario | None:
    if record.manifest is None:
        return None
    try:
        return recorded_scenario(record.manifest)
    except ScenarioError as error:
        what = error.problems[0]
        record.missing.append(f"the files in run.json cannot be read: {what.message} ({what.path})")
        return None


def _ground(record: RunRecord, scenario: Scenario | None) -> GroundPicture | None:
    if record.downlink is None:
        return None
    try:
        packets = decode(record.downlink)
        log = packets.frames.log if packets.frames else None
        record.missing.extend(packets.not_read)
        record.missing.extend(log.wants if log else ())
        if not packets.count and not (log and log.complete):
            octets = f"the {len(record.downlink):,} octets of the downlink".replace(",", "\u202f")
            record.missing.append(f"{octets} hold no good packet: what was heard is not known")
            return None
        briefing = ground_brief(scenario) if scenario else _briefing(record, packets)
        echoes = _echoes(record, briefing)
        picture = look(record.downlink, echoes, briefing)
        return picture if echoes is not None else replace(picture, radar=None)
    except (DownlinkError, DictionaryError) as error:
        record.missing.append(str(error))
        return None


def _echoes(record: RunRecord, briefing: Briefing) -> Echoes | None:
    """Return what the radars of a search measured; None without a search or without its record."""
    if briefing.search is None:
        return None
    path = record.path / "echoes.json"
    try:
        echoes = read_echoes(path)
        check_stations(echoes, briefing, path)
    except ExchangeError as error:
        record.missing.append(f"there are no radar echoes: {error}")
        return None
    return echoes


def _briefing(record: RunRecord, packets: Packets) -> Briefing:
    """Return what the ground was told before the flight; of a folder without it, what was heard."""
    try:
        return read_briefing(record.path / "briefing.json")
    except ExchangeError as error:
        record.missing.append(f"there is no plan: {error}")
        return _brief(packets)


def _brief(packets: Packets) -> Briefing:
    """Return what the downlink itself tells: names of the events, and no plan."""
    header = packets.frames.log.header if packets.frames else None
    heard_s = packets.heard_s()
    position = packets.vectors("STATE", "position")
    pad = Pad(latitude_rad=0.0, longitude_rad=0.0, height_m=0.0)
    if len(position) and packets.met_s("STATE")[0] <= 0.0:
        place = geodetic_from_ecef(position[0])
        pad = Pad(
            latitude_rad=float(place.latitude_rad),
            longitude_rad=float(place.longitude_rad),
            height_m=float(place.height_m),
        )
    return Briefing(
        entries=tuple(
            Entry(event=event, title=title, role=role)
            for event, title, role in (header.entries if header else ())
        ),
        plan=(),
        pad=pad,
        listen_until_s=float(heard_s[-1]) if len(heard_s) else 0.0,
    )
