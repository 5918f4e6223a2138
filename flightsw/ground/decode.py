"""A downlink of any release to packets."""

import numpy as np

from flightsw.dictionary import Dictionary, DictionaryError, load_dictionary
from flightsw.errors import FlightswError
from flightsw.ground.frames import merge
from flightsw.ground.log import Log, read_log
from flightsw.ground.packets import Packets, extract
from flightsw.ground.recording import decode_raw


class DownlinkError(FlightswError):
    """A downlink that another dictionary or sequence made: its numbers would mean other things."""


def decode(downlink: bytes, dictionary: Dictionary | None = None) -> Packets:
    """Return the packets of a downlink.

    Parameters
    ----------
    downlink : bytes
        A downlink log; or, of release 0.1.0, space packets one after the other.
    dictionary : Dictionary, optional
        What the packets mean; that of the recording's major version unless another is given.

    Returns
    -------
    Packets
        Every packet whose header is one of the dictionary's and whose CRC holds, once.

    Raises
    ------
    DownlinkError
        If the log, or a good packet in it, says that it was made with a major version that is not
        known here.
    """
    log = read_log(downlink)
    if log.blocks:
        packets = extract(merge(log), dictionary or dictionary_of(log))
    else:
        packets = decode_raw(downlink, dictionary)
    refuse_other_versions(packets)
    return packets


def refuse_other_versions(packets: Packets) -> None:
    """Raise DownlinkError if a packet says that it was made with another major version."""
    for major in np.unique(packets.rows["HOUSEKEEPING"]["dictionary_major"]).tolist():
        if major != packets.dictionary.major:
            msg = (
                f"the downlink was made with version {major} of the telemetry dictionary; "
                f"this ground reads version {packets.dictionary.version}"
            )
            raise DownlinkError(msg)


def dictionary_of(log: Log) -> Dictionary:
    """Return the dictionary that a log says it was made with; this package's if it does not say."""
    if log.header is None:
        return load_dictionary()
    version = log.header.dictionary_version
    try:
        return load_dictionary(int(version.partition(".")[0]))
    except DictionaryError as error:
        msg = f"the downlink was made with version {version} of the telemetry dictionary: {error}"
        raise DownlinkError(msg) from error
