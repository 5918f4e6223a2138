"""QEMU as a board: controlled by QMP over an inherited socket, and gone with its parent."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Self

from hil.errors import BoardError

if TYPE_CHECKING:
    from types import TracebackType

PROGRAM: Final = "qemu-system-arm"
PACKAGE: Final = "qemu-system-arm"  # Debian's name
PATIENCE_S: Final = 10.0  # for an answer: QEMU says so within 0.2 s on a busy machine

Line = Literal["pty", "socket"]


class Qemu:
    """One emulated machine with one serial line.

    It holds its first instruction until its line is connected: what a host sends before would be
    lost without a word.

    Attributes
    ----------
    port : str
        The pseudo-terminal of the line, empty when the line is a socket.
    line : socket.socket or None
        This end of the line when it is a socket: no name, and nobody else can open it.
    pid : int
        Of QEMU.
    """

    def __init__(
        self, machine: str, image: Path, *, line: Line = "pty", stays: bool = False
    ) -> None:
        """Start it and let it run.

        Parameters
        ----------
        machine : str
            QEMU's name of it, see ``qemu-system-arm -machine help``.
        image : Path
            Firmware as an ELF file.
        line : {"pty", "socket"}
            What its UART is connected to.
        stays : bool
            Whether it goes on when this process ends.

        Raises
        ------
        BoardError
            When QEMU does not start.

        """
        ours, theirs = socket.socketpair()
        command = [
            *(PROGRAM, "-M", machine, "-nographic", "-nodefaults", "-S", "-kernel", str(image)),
            *("-serial", "chardev:line"),
            *("-chardev", f"socket,id=control,fd={theirs.fileno()}"),
            *("-mon", "chardev=control,mode=control"),
        ]
        inherited = [theirs]
        self.line: socket.socket | None = None
        if line == "socket":
            self.line, far = socket.socketpair()
            inherited.append(far)
            command += ["-chardev", f"socket,id=line,fd={far.fileno()}"]
        else:
            command += ["-chardev", "pty,id=line"]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL if stays else subprocess.PIPE,
            pass_fds=[each.fileno() for each in inherited],
            start_new_session=stays,
            preexec_fn=None if stays else _dies_with(os.getpid()),  # noqa: PLW1509 - one call, before exec
        )
        for each in inherited:
            each.close()
        ours.settimeout(PATIENCE_S)
        self._control = ours
        self._answers = ours.makefile("r", encoding="utf-8")
        self.pid = self._process.pid
        try:
            self._read()  # the greeting
            self.ask("qmp_capabilities")
            self.port = self._port() if line == "pty" else ""
            self.ask("cont")
        except BaseException:
            self.close()
            raise

    def ask(self, command: str, **arguments: object) -> Any:
        """Return QEMU's answer to a QMP command.

        Raises
        ------
        BoardError
            When QEMU refuses it, does not answer, or is gone.

        """
        request: dict[str, object] = {"execute": command}
        if arguments:
            request["arguments"] = arguments
        try:
            self._control.sendall(json.dumps(request).encode() + b"\n")
        except OSError as error:
            raise BoardError(self._gone()) from error
        while True:
            answer = self._read()
            if "event" in answer:  # replies and events share the stream
                continue
            if "error" in answer:
                msg = f"QEMU refuses {command}: {answer['error']['desc']}"
                raise BoardError(msg)
            return answer["return"]

    def reset(self) -> None:
        """Reset it, as its reset pin would."""
        self.ask("system_reset")

    def stall(self) -> None:
        """Let it stand still: it takes and says nothing, and loses nothing, until `resume`."""
        self.ask("stop")

    def resume(self) -> None:
        """Let it go on."""
        self.ask("cont")

    def close(self) -> None:
        """End it. May be called twice."""
        if self._process.poll() is None:
            with contextlib.suppress(OSError, BoardError):
                self.ask("quit")
            try:
                self._process.wait(timeout=2.0)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()
        self._answers.close()
        self._control.close()
        if self.line is not None:
            self.line.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _read(self) -> dict[str, Any]:
        try:
            text = self._answers.readline()
        except OSError as error:
            msg = f"QEMU does not answer within {PATIENCE_S:g} s"
            raise BoardError(msg) from error
        if not text:
            raise BoardError(self._gone())
        answer: dict[str, Any] = json.loads(text)
        return answer

    def _port(self) -> str:
        """Return the pseudo-terminal that QEMU made: no parsing of what it prints."""
        for chardev in self.ask("query-chardev"):
            name: str = chardev["filename"]
            if chardev["label"] == "line" and name.startswith("pty:"):
                return name.removeprefix("pty:")
        msg = "QEMU made no pseudo-terminal"
        raise BoardError(msg)

    def _gone(self) -> str:
        self._process.kill()
        self._process.wait()
        said = b"" if self._process.stderr is None else self._process.stderr.read()
        reason = said.decode(errors="replace").strip().splitlines()
        return f"QEMU ended: {reason[-1] if reason else f'status {self._process.returncode}'}"


def missing_emulator() -> list[str]:
    """Return the Debian package that emulated boards still need; none where it is installed."""
    return [] if shutil.which(PROGRAM) else [PACKAGE]


def _dies_with(parent: int) -> Any:
    """Return what the child does before exec; otherwise QEMU outlives a parent that is killed."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    pr_set_pdeathsig = 1  # linux/prctl.h

    def ask_for_it() -> None:
        libc.prctl(pr_set_pdeathsig, signal.SIGKILL)
        if os.getppid() != parent:  # it died before
            os._exit(1)

    return ask_for_it
