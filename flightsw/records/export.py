"""Decoded telemetry as tables for other programs: CSV, Parquet, MCAP."""

from __future__ import annotations

import csv
import json
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from io import TextIOWrapper
from math import isnan
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import numpy as np

from flightsw.ground.bits import bit_names
from flightsw.ground.events import sentences
from flightsw.ground.packets import NOT_TIMED, scaled
from flightsw.ground.timeline import NO_ENTRY
from flightsw.records.files import RecordError, refused, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from flightsw.dictionary import Field
    from flightsw.ground.log import LogHeader
    from flightsw.ground.packets import Packets

MISSING: Final = "pip install 'flightsw[{extra}]'"
BITS: Final = "DISCRETES"  # whose words are told bit by bit
_NANOSECONDS: Final = 1000


def columns(packets: Packets, name: str) -> dict[str, NDArray[Any]]:
    """Return the packets of a name as columns, in the order of their clock.

    The first column is `met_s` (`uptime_s` for a packet that counts so), the second `ert_s`,
    Earth-received time after the epoch of the log. A field that has a unit is scaled and its name
    ends in it; the others are counts; an analogue channel has the name and quantum of the log, and
    one that the vehicle does not have is left out. A choice has a column more with its word, an
    event its names and its sentence, and the words of DISCRETES a column of 0 and 1 for each bit
    that the log names.
    """
    packet = packets.dictionary.packet(name)
    rows, ert_us = packets.rows[name], packets.ert_us[name]
    order = np.argsort(rows[packet.clock_field], kind="stable")
    rows, ert_us = rows[order], ert_us[order]
    ert_s = np.where(ert_us == NOT_TIMED, np.nan, ert_us / 1e6)
    found: dict[str, NDArray[Any]] = {f"{packet.clock}_s": rows[packet.clock_field] / 1e6}
    found["ert_s"] = ert_s
    header = packets.frames.log.header if packets.frames else None
    for field in packet.fields:
        if field.is_spare:
            continue
        named = _named(field, header)
        if named is None:
            continue
        column, scale = named
        values = rows[field.name]
        native = values.astype(values.dtype.newbyteorder("="))
        found[column] = native if scale is None else scaled(native, scale)
        if field.values:
            found[f"{column}_name"] = _words(native, field.values)
        if name == BITS:
            for bit, label in enumerate(bit_names(field, header)):
                mask = native >> np.uint64(bit) & np.uint64(1)
                found[_unique(f"{field.name}_{_ascii(label)}", found)] = mask.astype(np.uint8)
    if name == "EVENT":
        found |= _event_words(packets, order)
        if "entry" in (rows.dtype.names or ()):
            for column in ("trigger_name", "role_name"):  # 0 is no word where there is no entry
                found[column][rows["entry"] == NO_ENTRY] = ""
    return found


def _event_words(packets: Packets, order: NDArray[np.intp]) -> dict[str, NDArray[Any]]:
    """Return what numbers of EVENT packets mean: kind, severity, entry, and the sentence."""
    header = packets.frames.log.header if packets.frames else None
    rows = packets.rows["EVENT"][order]
    names = rows.dtype.names or ()
    kinds = rows["kind"].tolist() if "kind" in names else [0] * len(rows)
    entries = rows["entry" if "entry" in names else "event"].tolist()
    events = [packets.dictionary.event(kind) for kind in kinds]
    known = header.entries if header else ()
    says = sentences(packets)
    return {
        "kind_name": _text([event.name if event else "" for event in events]),
        "severity": _text([event.severity if event else "" for event in events]),
        "entry_name": _text([known[k][0] if k < len(known) else "" for k in entries]),
        "sentence": _text([says[k] for k in order.tolist()]),
    }


def _words(counts: NDArray[Any], values: tuple[str, ...]) -> NDArray[Any]:
    return _text([values[k] if 0 <= k < len(values) else "" for k in counts.tolist()])


def _text(words: list[str]) -> NDArray[Any]:
    return np.array(words, dtype=object)


def _unique(column: str, found: dict[str, NDArray[Any]]) -> str:
    """Return a name that no column has yet: names that ASCII makes alike stay apart."""
    while column in found:
        column += "_"
    return column


def _named(field: Field, header: LogHeader | None) -> tuple[str, float | None] | None:
    """Return the name of a column and its scale, None for counts; None for an unused channel."""
    if field.array == "analog" and header is not None:
        index = int(field.name.rpartition("_")[2])
        if index < len(header.analogs):
            name, quantum = header.analogs[index]
            return _ascii(name), quantum
        return None
    if field.array == "analog":
        return f"{field.name}_counts", None
    if not field.unit or f"_{field.unit}s" in field.name:  # queued_bytes_00 says it itself
        return field.name, None if field.scale == 1.0 else field.scale
    name = field.name.removesuffix("_us").removesuffix("_mv")
    return f"{name}_{field.unit.replace('/', 'p').lower()}", field.scale


def _ascii(name: str) -> str:
    """Return a name as a column: what is no letter, digit or `_` of ASCII becomes `_`."""
    return re.sub(r"[^0-9A-Za-z_]", "_", name)


def write_csv(packets: Packets, folder: Path) -> list[Path]:
    """Write NAME.csv for each kind of packet that was heard; return the files."""
    written = []
    for name in _heard(packets):
        table = columns(packets, name)
        path = folder / f"{name.lower()}.csv"
        _made(folder)
        write_whole(path, partial(_write_csv, table))
        written.append(path)
    return written


def _write_csv(table: dict[str, NDArray[Any]], file: BinaryIO) -> None:
    text = TextIOWrapper(file, encoding="utf-8", newline="")
    out = csv.writer(text, lineterminator="\n")
    out.writerow(table)
    out.writerows(zip(*(column.tolist() for column in table.values()), strict=True))
    text.flush()
    text.detach()


def _made(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise refused(folder, error) from error


def write_parquet(packets: Packets, folder: Path) -> list[Path]:
    """Write NAME.parquet for each kind of packet that was heard; return the files."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        msg = f"Parquet needs pyarrow: {MISSING.format(extra='data')}"
        raise RecordError(msg) from error
    written = []
    for name in _heard(packets):
        path = folder / f"{name.lower()}.parquet"
        table = pa.table(columns(packets, name))
        _made(folder)
        write_whole(path, partial(pq.write_table, table))
        written.append(path)
    return written


def write_mcap(packets: Packets, path: Path) -> list[Path]:
    """Write one MCAP file: a channel a kind of packet, JSON messages in the order received.

    Times are Earth-received, in UTC: the epoch of the log and `ert_s`. A log whose header is lost,
    and a recording without receive times, have no UTC: the earliest time is then 0, in the latter
    by the clock of each packet. The metadata `flightsw` says which zero it is.
    """
    try:
        from mcap.writer import Writer
    except ImportError as error:
        msg = f"MCAP needs mcap: {MISSING.format(extra='mcap')}"
        raise RecordError(msg) from error

    def write(file: Any) -> None:
        writer = Writer(file)
        writer.start(profile="", library="flightsw")
        zero_us, zero = _zero(packets)
        writer.add_metadata("flightsw", {"time_zero": zero, "log_time": "Earth-received time"})
        messages: list[tuple[int, int, bytes]] = []
        for name in _heard(packets):
            table = columns(packets, name)
            schema = {
                "type": "object",
                "properties": {
                    column: {"type": "string" if values.dtype == object else ["number", "null"]}
                    for column, values in table.items()
                },
            }
            schema_id = writer.register_schema(
                name=name, encoding="jsonschema", data=json.dumps(schema).encode()
            )
            channel = writer.register_channel(
                topic=f"/{name.lower()}", message_encoding="json", schema_id=schema_id
            )
            lists = [column.tolist() for column in table.values()]
            for row in zip(*lists, strict=True):
                message = dict(zip(table, row, strict=True))
                time_s = message["ert_s"]
                if isnan(time_s):
                    message["ert_s"] = None  # JSON has no word for it
                    time_s = next(iter(message.values()))
                time_ns = max(0, round(time_s * 1e6) + zero_us) * _NANOSECONDS
                data = json.dumps(message, allow_nan=False).encode()
                messages.append((time_ns, channel, data))
        for time_ns, channel, data in sorted(messages, key=lambda message: message[0]):
            writer.add_message(
                channel_id=channel, log_time=time_ns, publish_time=time_ns, data=data
            )
        writer.finish()  # type: ignore[no-untyped-call]  # not typed there

    _made(path.parent)
    write_whole(path, write)
    return [path]


def _zero(packets: Packets) -> tuple[int, str]:
    """Return what is added to times to make them UTC, us, and what that zero is."""
    header = packets.frames.log.header if packets.frames else None
    if header is not None:
        with suppress(ValueError):
            epoch = datetime.fromisoformat(header.epoch_utc)
            epoch = epoch if epoch.tzinfo else epoch.replace(tzinfo=UTC)
            since = epoch - datetime(1970, 1, 1, tzinfo=UTC)
            return since // timedelta(microseconds=1), "1970-01-01T00:00:00Z, UTC"
    times = [ert_us[ert_us != NOT_TIMED] for ert_us in packets.ert_us.values()]
    clocks = [
        packets.rows[packet.name][packet.clock_field] for packet in packets.dictionary.packets
    ]
    timed = [each for each in (times if packets.frames else clocks) if len(each)]
    first_us = min((int(each.min()) for each in timed), default=0)
    return -first_us, "the first packet: the log says no date"


def _heard(packets: Packets) -> Iterator[str]:
    return (name for name, rows in packets.rows.items() if len(rows))
