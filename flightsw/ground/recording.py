"""Recordings of release 0.1.0: space packets one after the other, without frames or stations."""

import re
import struct
from binascii import crc_hqx
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from flightsw.dictionary import (
    PRIMARY_HEADER_BYTES,
    Dictionary,
    load_dictionary,
    numpy_dtype,
)
from flightsw.ground.packets import NOT_TIMED, Packets, missing_counts

MAJOR: Final = 1  # of the dictionary that such a recording was made with
_TELEMETRY: Final = (
    0x0800  # version 0, telemetry, secondary header: CCSDS 133.0-B, 4.1.3.2, 4.1.3.3
)
_UNSEGMENTED: Final = 0xC000  # sequence flags: CCSDS 133.0-B, 4.1.3.4.2
_LENGTH_OFFSET: Final = PRIMARY_HEADER_BYTES + 1  # packet size less the length field's value
_CRC_START: Final = 0xFFFF  # CRC-16/CCITT-FALSE
_HEADER: Final = struct.Struct(">HHH")


def decode_raw(downlink: bytes, dictionary: Dictionary | None = None) -> Packets:
    """Return the packets of a downlink.

    Parameters
    ----------
    downlink : bytes
        Space packets (CCSDS 133.0-B) one after the other, with anything between them.
    dictionary : Dictionary, optional
        What the packets mean; version 1 unless another is given.

    Returns
    -------
    Packets
        Every packet whose header is one of the dictionary's and whose CRC holds.

    Notes
    -----
    After a packet that is not good the search goes on from its second octet, so that a damaged
    length costs no packet but its own.

    """
    dictionary = dictionary or load_dictionary(MAJOR)
    layout = _layout(dictionary)
    offsets, damaged_packets, damaged_bytes = _split(downlink, layout)
    rows = {}
    offset_bytes = {}
    missing = 0
    for identifier, (name, dtype) in layout.kinds.items():
        at = np.array(offsets[identifier], dtype=np.int64)
        rows[name] = _gather(downlink, at, dtype)
        offset_bytes[name] = at
        missing += missing_counts(rows[name]["sequence"])
    return Packets(
        dictionary=dictionary,
        rows=rows,
        order=offset_bytes,
        ert_us={name: np.full(len(at), NOT_TIMED) for name, at in offset_bytes.items()},
        spacecraft_id={name: np.zeros(len(at), np.uint16) for name, at in offset_bytes.items()},
        damaged_packets=damaged_packets,
        damaged_bytes=damaged_bytes,
        missing_packets=missing,
    )


@dataclass(frozen=True, slots=True)
class _Layout:
    """What a header may look like: first word -> packet, and the same as a pattern of octets."""

    kinds: dict[int, tuple[str, np.dtype[np.void]]]
    sizes: dict[int, int]
    header: re.Pattern[bytes]


@cache
def _layout(dictionary: Dictionary) -> _Layout:
    kinds = {
        _TELEMETRY | packet.apid: (packet.name, numpy_dtype(packet))
        for packet in dictionary.packets
    }
    sizes = {identifier: dtype.itemsize for identifier, (_, dtype) in kinds.items()}
    headers = [
        re.escape(identifier.to_bytes(2, "big"))
        + rb"[\xc0-\xff]."
        + re.escape((size - _LENGTH_OFFSET).to_bytes(2, "big"))
        for identifier, size in sizes.items()
    ]
    return _Layout(kinds, sizes, re.compile(b"|".join(headers), re.DOTALL))


def _split(downlink: bytes, layout: _Layout) -> tuple[dict[int, list[int]], int, int]:
    """Return the offsets of good packets by first word, damaged packets and damaged bytes."""
    sizes, unpack, total = layout.sizes, _HEADER.unpack_from, len(downlink)
    offsets: dict[int, list[int]] = {identifier: [] for identifier in sizes}
    position = good_bytes = damaged_packets = damage_ends = 0
    while position + PRIMARY_HEADER_BYTES <= total:
        identifier, sequence, length = unpack(downlink, position)
        size = sizes.get(identifier, 0)
        is_header = length + _LENGTH_OFFSET == size and sequence >= _UNSEGMENTED
        end = position + size
        if is_header and end <= total and crc_hqx(downlink[position:end], _CRC_START) == 0:
            offsets[identifier].append(position)
            good_bytes += size
            position = damage_ends = end
            continue
        if position >= damage_ends:
            damaged_packets += 1
            damage_ends = end if is_header else position + 1
        found = layout.header.search(downlink, position + 1)
        if found is None:
            position = total
            break
        position = found.start()
    damaged_bytes = total - good_bytes
    if damaged_bytes and position < total and position >= damage_ends:
        damaged_packets += 1  # less than a header at the very end
    return offsets, damaged_packets, damaged_bytes


def _gather(
    downlink: bytes, offsets: NDArray[np.int64], dtype: np.dtype[np.void]
) -> NDArray[np.void]:
    """Return the packets that begin at `offsets` as one array."""
    if not len(offsets):
        return np.empty(0, dtype=dtype)
    octets = np.dtype((np.void, dtype.itemsize))  # copied whole: three times as fast as by field
    anywhere: NDArray[np.void] = np.ndarray(
        (len(downlink) - dtype.itemsize + 1,), dtype=octets, buffer=downlink, strides=(1,)
    )
    return anywhere[offsets].view(dtype)
