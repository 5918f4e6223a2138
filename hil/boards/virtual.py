"""The virtual board: the firmware of a real one as a process, its port a pseudo-terminal."""

from __future__ import annotations

import select
import signal
import subprocess
from pathlib import Path
from typing import IO, Final

import hil.boards
from hil.boards import registry
from hil.boards.running import RunningBoard
from hil.errors import BoardError

PROGRAM: Final = "flightsw-board-virtual"
_PATIENCE_S: Final = 5.0


def program() -> Path:
    """Return the virtual board's program, which is part of the package.

    Raises
    ------
    BoardError
        If it is not there.
    """
    for folder in hil.boards.__path__:
        path = Path(folder) / PROGRAM
        if path.is_file():
            return path
    msg = f"{PROGRAM} is not installed; install flightsw again"
    raise BoardError(msg)


class VirtualBoard(RunningBoard):
    """A virtual board that runs.

    Parameters
    ----------
    window : int
        Octets of its receive ring, a power of two from 32 to 32768.
    baud : int
        Rate of its line, in simulated time; 0: as fast as it goes.
    work_ns : int
        With `baud`: what an octet costs the firmware, ns.
    board_id : bytes or None
        Eight octets; None: of its process.
    name : str
        That it tells, ASCII, at most 40 characters.
    stays : bool
        Whether it goes on when this process ends.

    Raises
    ------
    BoardError
        If it does not start.
    """

    def __init__(  # noqa: PLR0913  what a board differs in
        self,
        *,
        window: int = 4096,
        baud: int = 0,
        work_ns: int = 1000,
        board_id: bytes | None = None,
        name: str = "virtual",
        stays: bool = False,
    ) -> None:
        self._registered = registry.claim("virtual")
        link = registry.link_of(self._registered)
        command = [str(program()), "--link", str(link), "--window", str(window)]
        command += ["--baud", str(baud), "--work-ns", str(work_ns), "--name", name]
        if board_id is not None:
            command += ["--id", board_id.hex()]
        if not stays:
            command += ["--with-parent"]
        try:
            self._process = _started(command, new_session=stays)
        except BaseException:
            registry.forget(self._registered)
            raise
        self.port = str(link)
        self.pid = self._process.pid
        registry.register(
            registry.Registered(self._registered, "virtual", self.port, self.pid, baud)
        )

    def stop(self) -> None:
        """End it, as if its cable were pulled; nothing happens when it has ended already."""
        if self._process.poll() is None:
            self._process.terminate()
            self.resume()
            try:
                self._process.wait(_PATIENCE_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        registry.forget(self._registered)

    def reset(self) -> None:
        """Press its reset button."""
        self._process.send_signal(signal.SIGUSR1)

    def brown_out(self) -> None:
        """Let its supply sag until it resets."""
        self._process.send_signal(signal.SIGUSR2)

    def bite(self) -> None:
        """Let its watchdog bite."""
        self._process.send_signal(signal.SIGALRM)

    def stall(self) -> None:
        """Hold it: it answers nothing until `resume`, and what comes meanwhile waits."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._process.send_signal(signal.SIGCONT)


def _started(command: list[str], *, new_session: bool) -> subprocess.Popen[bytes]:
    """Return the process once it has announced its port."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=new_session,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    with process.stdout as out, process.stderr as errors:
        if _line(out).startswith(b"PORT "):
            return process
        process.kill()
        process.wait()
        said = errors.read().decode(errors="replace").strip()
    msg = said or "the virtual board does not start"
    raise BoardError(msg)


def _line(stream: IO[bytes]) -> bytes:
    ready, _, _ = select.select([stream], [], [], _PATIENCE_S)
    return stream.readline() if ready else b""
