"""Octets of a transmitter as a line brings them, in pieces that end anywhere, cut into bursts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flightsw._native import lib

if TYPE_CHECKING:
    from collections.abc import Iterator

MARKER: Final = int(lib.CCSDS_MARKER).to_bytes(lib.CCSDS_MARKER_bytes)


class Bursts:
    """Joins pieces, and finds the frames again after octets that a line has lost.

    Parameters
    ----------
    frame_bytes : int
        Length of a transfer frame, octets, without its marker.
    patience : int
        Empty pieces after which what has begun is taken as all that there is of it.
    """

    def __init__(self, frame_bytes: int, *, patience: int) -> None:
        self._frame_bytes = frame_bytes
        self._whole = len(MARKER) + frame_bytes
        self._patience = patience
        self._waited = 0
        self._rest = b""

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Take a piece; yield the bursts that it ends: whole frames, and what is none."""
        self._waited = 0 if piece else self._waited + 1
        self._rest += piece
        while len(self._rest) >= self._whole:
            size = self._next()
            yield self._rest[:size]
            self._rest = self._rest[size:]
        if self._rest and self._waited >= self._patience:
            yield self._rest
            self._rest = b""

    def _next(self) -> int:
        """Return how long the next burst is: a good frame, or all before the next marker."""
        begun = self._rest.startswith(MARKER)
        frame = self._rest[len(MARKER) : self._whole]
        if begun and lib.ccsds_crc16(frame, len(frame)) == 0:
            return self._whole
        other = self._rest.find(MARKER, 1, self._whole + len(MARKER) - 1)
        return other if other > 0 else self._whole
