"""A cable between a host and a board, which a test can pull, cut at an octet, or spoil."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import dataclass
from multiprocessing import Pipe
from pathlib import Path
from typing import Any, Self

from tests.hil.faults import Fault

TOP = Path(__file__).parents[2]
PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What a cable went through: octets that came to it each way, and how often it was pulled.

    `plugged_at` is when it was plugged last, s by the monotonic clock; `cut_after`, how many
    octets it has to go before it is cut, None where it is not to be.
    """

    to_board: int
    from_board: int
    pulled: int
    plugged_at: float
    is_plugged: bool
    cut_after: int | None


class Proxy:
    """A port under a link of its own, and a process that moves octets between it and a board's.

    Parameters
    ----------
    board : str
        The board's port.
    link : Path
        Where the host finds the cable.
    plugged : bool
        Whether it is there from the beginning.
    """

    def __init__(self, board: str, link: Path, *, plugged: bool = True) -> None:
        self.link = link
        self._alone = threading.Lock()
        self._control, theirs = Pipe()
        command = [sys.executable, "-m", "tests.hil.proxy_loop", str(theirs.fileno())]
        self._process = subprocess.Popen(
            [*command, board, str(link)], pass_fds=[theirs.fileno()], cwd=TOP
        )
        theirs.close()
        if plugged:
            self.plug()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._alone:
            self._control.close()  # that is how it is told to end
        self._process.wait(PATIENCE_S)
        self.link.unlink(missing_ok=True)

    @property
    def port(self) -> str:
        """What the host opens."""
        return str(self.link)

    def plug(self, link: Path | None = None) -> None:
        """Connect, perhaps under another name."""
        self.link = link or self.link
        self._tell("plug", str(self.link))

    def unplug(self) -> None:
        """Pull the cable: what is on the way is gone, and the port too."""
        self._tell("unplug")

    def board(self, port: str | None) -> None:
        """Fasten the other end to another board, or to none."""
        self._tell("board", port)

    def spoil(self, *, to_board: Fault | None = None, from_board: Fault | None = None) -> None:
        """Do this to what passes from now on; nothing to a way that is not given."""
        self._tell("spoil", to_board or Fault(), from_board or Fault())

    def faults(self) -> tuple[Fault, Fault]:
        """Return the faults as they are now, with what they have counted: to and from the board."""
        found: tuple[Fault, Fault] = self._tell("faults")
        return found

    def cut(self, after: int | None, *, replug_s: float = 0.0) -> None:
        """Pull the cable by itself once so many octets more have passed, either way.

        None: it is not to be pulled any more.
        """
        self._tell("cut", after, replug_s)

    def add_to_board(self, octets: bytes) -> None:
        """Let the board hear what no host has said."""
        self._tell("add", "to", octets)

    def add_from_board(self, octets: bytes) -> None:
        """Let the host hear what no board has said."""
        self._tell("add", "from", octets)

    @property
    def seen(self) -> Seen:
        """What it went through so far."""
        return Seen(**self._tell("seen"))

    def _tell(self, what: str, *arguments: Any) -> Any:
        with self._alone:
            self._control.send((what, *arguments))
            assert self._control.poll(PATIENCE_S), "the proxy does not answer"
            return self._control.recv()
