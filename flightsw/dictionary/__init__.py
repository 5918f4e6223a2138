"""The telemetry dictionary: what every bit of the downlink means, for air and ground alike.

telemetry.toml is the source; `python -m flightsw.dictionary.emit_c` prints the C header from it.
"""

from flightsw.dictionary.model import (
    CRC_BYTES,
    PRIMARY_HEADER_BYTES,
    Dictionary,
    DictionaryError,
    Field,
    Packet,
    load_dictionary,
    numpy_dtype,
    parse_dictionary,
)

__all__ = [
    "CRC_BYTES",
    "PRIMARY_HEADER_BYTES",
    "Dictionary",
    "DictionaryError",
    "Field",
    "Packet",
    "load_dictionary",
    "numpy_dtype",
    "parse_dictionary",
]
