"""What boards that are processes have in common."""

from __future__ import annotations

from types import TracebackType
from typing import Self


class RunningBoard:
    """A board that is a process; as a context manager it ends with the block.

    Attributes
    ----------
    port : str
        What to open: a link, which the registry keeps.
    pid : int
        Of its process.
    """

    port: str
    pid: int

    def stop(self) -> None:
        """End it."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
