"""Downlink logs: blocks of what stations heard, each checked; their layout is in ground_log.h."""

import json
import math
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from flightsw._native import ffi, lib
from flightsw.dictionary import Limits

LOG_FORMAT: Final = "flightsw-log/1"
FRAME_BYTES: Final = 256  # of a log whose header is lost and that holds no burst
_FRAME_LIMITS: Final = range(13, 1 << 16)  # more than headers and CRC; a 16-bit length
_VERSION: Final = re.compile(r"[0-9]{1,9}\.[0-9]{1,9}")

_END: Final = struct.Struct("<IQq")

BLOCK: Final = np.dtype(
    [("offset", "u8"), ("number", "u4"), ("payload_bytes", "u4"), ("kind", "u4"), ("", "u4")]
)
ENTRY: Final = np.dtype(
    [("offset", "u8"), ("size", "u4"), ("first", "u4"), ("count", "u4"), ("block", "u4")]
)
HEARD: Final = np.dtype([("ert_us", "i8"), ("entry", "u4"), ("station", "u4")])
DAMAGE: Final = np.dtype([("offset", "u8"), ("size", "u8")])


@dataclass(frozen=True, slots=True)
class Transmitting:
    """A transmitter whose frames a log may hold."""

    id: str
    spacecraft_id: int
    frame_bytes: int


@dataclass(frozen=True, slots=True)
class LogHeader:
    """What a log says of itself; empty where its header is lost."""

    mission: str = ""
    epoch_utc: str = ""
    stations: tuple[str, ...] = ()
    transmitters: tuple[Transmitting, ...] = ()
    dictionary_version: str = ""
    dictionary_hash: str = ""
    sequence_hash: str = ""
    entries: tuple[tuple[str, str, str], ...] = ()
    analogs: tuple[tuple[str, float], ...] = ()
    discretes: tuple[str, ...] = ()
    limits: Mapping[str, Limits] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Log:
    """A downlink log, read.

    Attributes
    ----------
    data : bytes
        As recorded.
    header : LogHeader or None
        None when both copies are lost.
    entries : structured array `ENTRY`
        What was heard, in the order recorded: where its octets stand in `data`, its receptions.
    heard : structured array `HEARD`
        Receptions: station (index into the header's) and Earth-received time, us after the epoch.
    damage : structured array `DAMAGE`
        Stretches of `data` that belong to no good block.
    blocks : int
        Good ones.
    lost_blocks : int
        Blocks whose numbers are missing between those that are there.
    ended : bool
        Whether its last block says that nothing was to follow.
    listened_us : int or None
        Until when the stations have listened, us after the epoch; None where the end is missing.
    """

    data: bytes
    header: LogHeader | None
    entries: NDArray[np.void]
    heard: NDArray[np.void]
    damage: NDArray[np.void]
    blocks: int
    lost_blocks: int
    ended: bool
    listened_us: int | None = None

    @property
    def complete(self) -> bool:
        """Whether everything that was recorded is here: ended, nothing damaged, nothing missing."""
        return self.ended and not len(self.damage) and not self.lost_blocks

    @property
    def wants(self) -> tuple[str, ...]:
        """What the log wants to be complete, a sentence each; empty for a complete one."""
        damaged = int(self.damage["size"].sum())
        found = []
        if not self.ended:
            at = f" at ERT {self.ert_us.max() / 1e6:.2f} s" if len(self.entries) else ""
            found.append(f"the end of the log is missing: the record stops{at}")
        if self.lost_blocks:
            found.append(f"blocks of the log are missing before its end: {self.lost_blocks}")
        if damaged:
            found.append(f"octets of the log are damaged: {damaged}")
        return tuple(found)

    @property
    def ert_us(self) -> NDArray[np.int64]:
        """When each entry was first received, us after the epoch."""
        return _over_receptions(self, np.minimum, self.heard["ert_us"])

    @property
    def station_bits(self) -> NDArray[np.int64]:
        """Which stations received each entry, one bit each."""
        bits = np.left_shift(np.int64(1), self.heard["station"].astype(np.int64) & 63)
        return _over_receptions(self, np.bitwise_or, bits)


def _over_receptions(log: Log, join: np.ufunc, values: NDArray[Any]) -> NDArray[np.int64]:
    if not len(log.entries):
        return np.empty(0, dtype=np.int64)
    return np.asarray(join.reduceat(values, log.entries["first"].astype(np.intp)), dtype=np.int64)


def read_log(data: bytes) -> Log:
    """Return what a log holds; damage is found and told, never raised."""
    scan: Any = ffi.new("ground_log_scan_t *")
    source = ffi.from_buffer("uint8_t[]", data)
    tables = _guess(len(data))
    while True:
        for name, table in tables.items():
            setattr(scan, name, ffi.cast(f"ground_log_{name}_t *", table.ctypes.data))
            setattr(scan, f"{name}_capacity", len(table))
        lib.ground_log_scan(source, len(data), scan)
        counts = {name: getattr(scan, f"{name}_count") for name in tables}
        if all(counts[name] <= len(table) for name, table in tables.items()):
            break
        tables = {name: np.empty(counts[name], dtype=table.dtype) for name, table in tables.items()}
    block, entry, heard, damage = (table[: counts[name]] for name, table in tables.items())
    numbers = np.unique(block["number"])
    ends = block[block["kind"] == lib.GROUND_LOG_END]
    ended = bool(len(ends) == 1 and ends["number"][0] == numbers[-1])
    return Log(
        data=data,
        header=_header(data, block[block["kind"] == lib.GROUND_LOG_HEADER]),
        entries=entry,
        heard=heard,
        damage=damage,
        blocks=len(block),
        lost_blocks=int(numbers[-1]) + 1 - len(numbers) if len(numbers) else 0,
        ended=ended,
        listened_us=_listened_us(data, ends[0]) if ended else None,
    )


def _listened_us(data: bytes, end: np.void) -> int | None:
    if end["payload_bytes"] < _END.size:
        return None
    _, _, listened_us = _END.unpack_from(data, int(end["offset"]) + lib.GROUND_LOG_HEAD_bytes)
    return int(listened_us)


def _guess(size: int) -> dict[str, NDArray[np.void]]:
    """Return tables with room for a usual log of that many octets."""
    return {
        "block": np.empty(size // 256 + 8, dtype=BLOCK),
        "entry": np.empty(size // 128 + 8, dtype=ENTRY),
        "heard": np.empty(size // 48 + 8, dtype=HEARD),
        "damage": np.empty(64, dtype=DAMAGE),
    }


def _header(data: bytes, blocks: NDArray[np.void]) -> LogHeader | None:
    for offset, size in zip(
        blocks["offset"].tolist(), blocks["payload_bytes"].tolist(), strict=True
    ):
        begin = offset + lib.GROUND_LOG_HEAD_bytes
        try:
            return _parsed(json.loads(data[begin : begin + size]))
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
            continue
    return None


def _parsed(table: dict[str, Any]) -> LogHeader:
    """Return a header as values; one that says what cannot be is none."""
    if table["format"] != LOG_FORMAT:
        raise ValueError(table["format"])
    transmitters = tuple(
        Transmitting(str(each["id"]), int(each["spacecraft_id"]), int(each["frame_bytes"]))
        for each in table["transmitters"]
    )
    version = str(table["dictionary"]["version"])
    analogs = tuple((str(name), float(scale)) for name, scale in table["analogs"])
    limits = {
        str(name): Limits(**{key: float(bound) for key, bound in each.items()})
        for name, each in table.get("limits", {}).items()
    }
    if any(each.frame_bytes not in _FRAME_LIMITS for each in transmitters):
        raise ValueError(transmitters)
    if not _VERSION.fullmatch(version):
        raise ValueError(version)
    if not all(math.isfinite(scale) and scale > 0.0 for _, scale in analogs):
        raise ValueError(analogs)
    return LogHeader(
        mission=str(table["mission"]),
        epoch_utc=str(table["epoch_utc"]),
        stations=tuple(str(name) for name in table["stations"]),
        transmitters=transmitters,
        dictionary_version=version,
        dictionary_hash=str(table["dictionary"]["hash"]),
        sequence_hash=str(table["sequence_hash"]),
        entries=tuple((str(a), str(b), str(c)) for a, b, c in table["entries"]),
        analogs=analogs,
        discretes=tuple(str(name) for name in table["discretes"]),
        limits=limits,
    )
