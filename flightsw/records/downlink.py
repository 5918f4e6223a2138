"""The downlink log of a run as a file that grows: what was heard is there at once, and stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flightsw.records.files import refused

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType


class DownlinkFile:
    """A file that blocks are appended to, each given to the system before the next is made.

    A killed process loses what it had not yet written, never what it had: readers find whole
    blocks, and that there is no end. A full disk ends the record; what is there stays.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file = path.open("wb", buffering=0)
        except OSError as error:
            raise refused(path, error) from error

    def write(self, piece: bytes) -> None:
        """Append octets.

        Raises
        ------
        RecordError
            If the system refuses: the record ends here, and what was written before is kept.
        """
        rest = memoryview(piece)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            raise refused(self._path, error, "; what was recorded before is kept") from error

    def __enter__(self) -> DownlinkFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
