"""A downlink of any release to packets, by the dictionary that it was made with."""

import re
from typing import Final

import numpy as np

from flightsw.dictionary import Dictionary, known_dictionary, load_dictionary
from flightsw.errors import FlightswError
from flightsw.ground.frames import merge
from flightsw.ground.log import Log, read_log
from flightsw.ground.packets import Packets, extract
from flightsw.ground.recording import decode_raw

_HASH: Final = re.compile(r"[0-9a-f]{8}")


class DownlinkError(FlightswError):
    """A downlink that another dictionary or sequence made: its numbers would mean other things."""


def decode(downlink: bytes, dictionary: Dictionary | None = None) -> Packets:
    """Return the packets of a downlink.

    Parameters
    ----------
    downlink : bytes
        A downlink log; or, of release 0.1.0, space packets one after the other.
    dictionary : Dictionary, optional
        What the packets mean; the one that the recording was made with unless another is given.

    Returns
    -------
    Packets
        Every packet whose header is one of the dictionary's and whose CRC holds, once. What a
        later minor version added is counted in `unread` and `longer`.

    Raises
    ------
    DownlinkError
        If the log, or a good packet in it, says that it was made with a dictionary that is not
        known here and cannot be read by the one that is.
    """
    log = read_log(downlink)
    if not log.blocks:
        packets = decode_raw(downlink, dictionary)
        refuse_other_versions(packets)
        return packets
    frames = merge(log)
    packets = extract(frames, dictionary or dictionary_of(log))
    if log.header is None and dictionary is None:
        told = _telemetered(packets)
        if told is not None and told.hash != packets.dictionary.hash:
            packets = extract(frames, told)
    refuse_other_versions(packets)
    return packets


def refuse_other_versions(packets: Packets) -> None:
    """Raise DownlinkError if a packet says that it was made with another dictionary.

    A later minor version of the same major is none: what it added is not read, and counted.
    """
    mine = packets.dictionary
    for major, minor, layout in _versions(packets):
        newer = major == mine.major and minor > mine.minor
        if (major, layout) != (mine.major, mine.hash) and not newer:
            msg = (
                f"the downlink was made with version {major}.{minor} of the telemetry dictionary, "
                f"layout {layout:08x}; it was to be read by version {mine.version}, "
                f"layout {mine.hash:08x}"
            )
            raise DownlinkError(msg)


def dictionary_of(log: Log) -> Dictionary:
    """Return the dictionary to read a log by, as its header says; this package's without one.

    That is the one it was made with; of a later minor version than is known here, this package's.

    Raises
    ------
    DownlinkError
        If the dictionary it was made with is neither.
    """
    current = load_dictionary()
    if log.header is None:
        return current
    version, layout = log.header.dictionary_version, log.header.dictionary_hash
    known = known_dictionary(int(layout, 16)) if _HASH.fullmatch(layout) else None
    major, minor = (int(number) for number in version.split("."))
    if known is not None and (known.major, known.minor) == (major, minor):
        return known
    if major == current.major and minor > current.minor:
        return current
    msg = (
        f"the downlink was made with version {version} of the telemetry dictionary, layout "
        f"{layout}, which is not known here: this package has version {current.version}, layout "
        f"{current.hash:08x}"
    )
    raise DownlinkError(msg)


def _telemetered(packets: Packets) -> Dictionary | None:
    """Return the known dictionary that housekeeping says it was made with, if there is one."""
    for _, _, layout in _versions(packets):
        known = known_dictionary(layout)
        if known is not None:
            return known
    return None


def _versions(packets: Packets) -> list[tuple[int, int, int]]:
    """Return each major, minor and hash that housekeeping tells."""
    rows = packets.rows["HOUSEKEEPING"]
    if not len(rows):
        return []
    names = ("dictionary_major", "dictionary_minor", "dictionary_hash")
    table = np.stack([rows[name].astype(np.int64) for name in names], axis=1)
    first = table[0]
    if np.all(table == first):
        return [(int(first[0]), int(first[1]), int(first[2]))]
    return [(major, minor, layout) for major, minor, layout in np.unique(table, axis=0).tolist()]
