"""The telemetry dictionary: what every bit of the downlink means, for air and ground alike.

telemetry.toml and events.toml are the source; `python -m flightsw.dictionary.emit_c fsw` prints the
C header from them. releases/ holds every version that recordings were made with, as it was.
"""

from flightsw.dictionary.known import known_dictionary, load_dictionary
from flightsw.dictionary.model import (
    CRC_BYTES,
    PRIMARY_HEADER_BYTES,
    Channel,
    Dictionary,
    DictionaryError,
    Event,
    Field,
    Limits,
    Packet,
    Source,
    numpy_dtype,
)
from flightsw.dictionary.read import parse_dictionary

__all__ = [
    "CRC_BYTES",
    "PRIMARY_HEADER_BYTES",
    "Channel",
    "Dictionary",
    "DictionaryError",
    "Event",
    "Field",
    "Limits",
    "Packet",
    "Source",
    "known_dictionary",
    "load_dictionary",
    "numpy_dtype",
    "parse_dictionary",
]
