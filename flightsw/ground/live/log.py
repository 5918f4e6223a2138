"""A downlink log that grows: pieces of any length in, what whole blocks hold out."""

from dataclasses import replace
from typing import Final

from flightsw.ground.log import Log, LogHeader, read_log

# Head, longest payload and CRC of a block: nothing that can still become good is longer.
LONGEST_BYTES: Final = 16_777_216 + 24
_NOTHING: Final = read_log(b"")


class LogReader:
    """Reads a log in pieces, cut anywhere, to the blocks that `read_log` finds in the whole.

    Attributes
    ----------
    header : LogHeader or None
        None until a copy of it was whole.
    ended : bool
        Whether the last block said that nothing was to follow.
    listened_us : int or None
        Until when the stations have listened, us after the epoch, once the log has ended.
    damaged_bytes : int
        Octets so far that belong to no good block.
    """

    def __init__(self) -> None:
        self.header: LogHeader | None = None
        self.ended = False
        self.listened_us: int | None = None
        self.damaged_bytes = 0
        self._rest = b""

    def read(self, piece: bytes) -> Log:
        """Return what became whole with this piece; its offsets count from its own `data`."""
        data = self._rest + piece
        if not data:
            return replace(_NOTHING, header=self.header)
        log = read_log(data)
        self._rest = b""
        for offset, size in log.damage.tolist():
            if offset + size == len(data) and size <= LONGEST_BYTES:
                self._rest = data[offset:]  # a block that is not yet whole, or damage: soon known
            else:
                self.damaged_bytes += size
        self.header = self.header or log.header
        self.ended = bool(log.ended) or (self.ended and not log.blocks)
        self.listened_us = log.listened_us if log.blocks else self.listened_us
        return replace(log, header=self.header)
