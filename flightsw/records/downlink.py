"""The downlink log of a run as a file that grows: what was heard is there at once, and stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from flightsw.records.files import refused

if TYPE_CHECKING:
    from io import FileIO
    from pathlib import Path
    from types import TracebackType


class DownlinkFile:
    """A file that blocks are appended to, each given to the system before the next is made.

    A killed process loses what it had not yet written, never what it had: readers find whole
    blocks, and that there is no end. A full disk ends the record; what is there stays. While it is
    open it is locked, so that who follows it can tell whether it still grows.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file = path.open("wb", buffering=0)
        except OSError as error:
            raise refused(path, error) from error
        _lock(self._file, alone=True)

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


def is_abandoned(path: Path) -> bool:
    """Return whether a log is one of a run that no process writes any more.

    A log by itself may be copied here as it grows, by whatever means: of that nobody can tell.
    """
    try:
        with path.open("rb") as file:
            return (path.parent / "run.json").exists() and _lock(file, alone=False)
    except OSError:
        return False


def _lock(file: BinaryIO | FileIO, *, alone: bool) -> bool:
    """Lock a file until it is closed, and return whether that was possible at once."""
    try:
        import fcntl

        fcntl.flock(file, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except (ImportError, OSError):  # not a Unix, a file system without locks, or another has it
        return False
    return True
