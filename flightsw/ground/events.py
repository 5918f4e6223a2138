"""What was told to happen, as a person reads it: severity and sentence of the dictionary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flightsw.dictionary import Event
    from flightsw.ground.log import LogHeader
    from flightsw.ground.packets import Packets

_UNKNOWN: Final = "?"
_REPEATED: Final = ("kind", "entry", "trigger", "role")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An event: by the clock of the flight computer, and when the ground received it.

    `repeated` says that its own packet was not heard, only a later one that tells it again.
    Severity is empty where the dictionary does not say one.
    """

    met_s: float
    ert_s: float
    severity: str
    sentence: str
    repeated: bool


class EventTeller:
    """Tells the events of a downlink that comes in pieces, each event once.

    Two of one kind may come in one tick, two accelerometers outvoted: each has a packet of its own,
    and only what a later packet repeats is known by kind, entry and time alone.
    """

    def __init__(self) -> None:
        self._known: set[tuple[int, int, int]] = set()
        self._repeated: set[tuple[int, int, int]] = set()

    def told(self, packets: Packets, header: LogHeader | None) -> tuple[Told, ...]:
        """Return the events of a piece that were not told before, in the order received.

        Parameters
        ----------
        packets : Packets
            Of the piece.
        header : LogHeader or None
            What the log says of itself: it has the titles of the entries.
        """
        found: list[Told] = []
        own = zip(_events(packets), packets.ert_us["EVENT"].tolist(), strict=True)
        heard = [(values, values["met_us"], ert_us, False) for values, ert_us in own]
        heard += [(*each, True) for each in _repeated(packets)]
        for values, met_us, ert_us, repeated in heard:
            key = values["kind"], values["entry"], met_us
            if key in self._repeated or (repeated and key in self._known):
                continue
            (self._repeated if repeated else self._known).add(key)
            event = packets.dictionary.event(values["kind"])
            found.append(
                Told(
                    met_s=met_us / 1e6,
                    ert_s=ert_us / 1e6,
                    severity=event.severity if event else "",
                    sentence=_sentence(packets, header, event, values),
                    repeated=repeated,
                )
            )
        return tuple(sorted(found, key=lambda each: (each.ert_s, each.met_s)))


def told(packets: Packets) -> tuple[Told, ...]:
    """Return every event of a downlink, each once, in the order received."""
    return EventTeller().told(packets, _header(packets))


def sentences(packets: Packets) -> list[str]:
    """Return what each EVENT packet says, in their order."""
    header = _header(packets)
    return [
        _sentence(packets, header, packets.dictionary.event(values["kind"]), values)
        for values in _events(packets)
    ]


def _events(packets: Packets) -> Iterator[dict[str, int]]:
    rows = packets.rows["EVENT"]
    for row in rows:
        values = {name: int(row[name]) for name in rows.dtype.names or ()}
        values.setdefault("entry", values.get("event", 0))  # release 0.1.0
        values.setdefault("kind", 0)
        yield values


def _repeated(packets: Packets) -> list[tuple[dict[str, int], int, int]]:
    """Return what housekeeping tells again: values, mission elapsed and receive time, us."""
    rows, ert_us = packets.rows["HOUSEKEEPING"], packets.ert_us["HOUSEKEEPING"]
    if not len(rows) or "event_count" not in (rows.dtype.names or ()):
        return []
    found: dict[tuple[int, ...], int] = {}
    slots = sum(name.startswith("recent_kind_") for name in rows.dtype.names or ())
    for slot in range(slots):
        met_us = rows[f"recent_ticks_{slot:02d}"].astype(np.int64) * rows["tick_us"]
        columns = [rows[f"recent_{name}_{slot:02d}"].astype(np.int64) for name in _REPEATED]
        table = np.stack([*columns, met_us], axis=1)
        changed = np.ones(len(table), dtype=bool)
        changed[1:] = np.any(table[1:] != table[:-1], axis=1)
        for at in np.flatnonzero(changed & (table[:, 0] != 0)).tolist():
            found.setdefault(tuple(table[at].tolist()), int(ert_us[at]))
    return [
        (dict(zip(_REPEATED, key, strict=False)), key[-1], first) for key, first in found.items()
    ]


def _header(packets: Packets) -> LogHeader | None:
    return packets.frames.log.header if packets.frames else None


def _sentence(
    packets: Packets, header: LogHeader | None, event: Event | None, values: dict[str, int]
) -> str:
    entry = values["entry"]
    titled = header is not None and entry < len(header.entries)
    title = header.entries[entry][1] if header is not None and titled else f"entry {entry}"
    if event is None:
        return title if not values["kind"] else f"event of kind {values['kind']}: {title}"
    words = {}
    for name in event.arguments:
        value = values.get(name)
        labels = packets.dictionary.packet("EVENT").field(name).values
        if name == "entry":
            words[name] = title
        elif value is None:
            words[name] = _UNKNOWN
        else:
            words[name] = labels[value] if value < len(labels) else str(value)
    return event.sentence.format(**words)
