"""Decoded telemetry as tables for other programs: CSV, Parquet, MCAP."""

from __future__ import annotations

import csv
import json
import re
from functools import partial
from io import TextIOWrapper
from math import isnan
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import numpy as np

from flightsw.ground.packets import NOT_TIMED, scaled
from flightsw.records.files import RecordError, refused, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from flightsw.dictionary import Field
    from flightsw.ground.log import LogHeader
    from flightsw.ground.packets import Packets

MISSING: Final = "pip install 'flightsw[{extra}]'"
_NANOSECONDS: Final = 1000


def columns(packets: Packets, name: str) -> dict[str, NDArray[Any]]:
    """Return the packets of a name as columns, in the order of their clock.

    The first column is `met_s` (`uptime_s` for a packet that counts so), the second `ert_s`,
    Earth-received time after the epoch of the log. A field that has a unit is scaled and its name
    ends in it; the others are counts; an analogue channel has the name and quantum of the log.
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
        column, scale = _named(field, header)
        values = rows[field.name]
        native = values.astype(values.dtype.newbyteorder("="))
        found[column] = native if scale is None else scaled(native, scale)
    return found


def _named(field: Field, header: LogHeader | None) -> tuple[str, float | None]:
    """Return the name of a column and its scale; None: counts."""
    if field.array == "analog" and header is not None:
        index = int(field.name.rpartition("_")[2])
        if index < len(header.analogs):
            name, quantum = header.analogs[index]
            return _ascii(name), quantum
        return f"{field.name}_counts", None
    if not field.unit:
        return field.name, None
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
    text = TextIOWrapper(file, encoding="ascii", newline="")
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
    """Write one MCAP file: a channel a kind of packet, JSON messages, Earth-received log time."""
    try:
        from mcap.writer import Writer
    except ImportError as error:
        msg = f"MCAP needs mcap: {MISSING.format(extra='mcap')}"
        raise RecordError(msg) from error

    def write(file: Any) -> None:
        writer = Writer(file)
        writer.start(profile="", library="flightsw")
        for name in _heard(packets):
            table = columns(packets, name)
            schema = {
                "type": "object",
                "properties": {column: {"type": ["number", "null"]} for column in table},
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
                ert_s = message["ert_s"]
                time_ns = 0
                if isnan(ert_s):
                    message["ert_s"] = None  # JSON has no word for it
                else:
                    time_ns = max(0, round(ert_s * 1e6)) * _NANOSECONDS
                writer.add_message(
                    channel_id=channel,
                    log_time=time_ns,
                    publish_time=time_ns,
                    data=json.dumps(message, allow_nan=False).encode(),
                )
        writer.finish()  # type: ignore[no-untyped-call]  # not typed there

    _made(path.parent)
    write_whole(path, write)
    return [path]


def _heard(packets: Packets) -> Iterator[str]:
    return (name for name, rows in packets.rows.items() if len(rows))
