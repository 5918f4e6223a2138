"""The emulated board: the firmware of a Cortex-M, run by QEMU, its port a pseudo-terminal."""

from __future__ import annotations

import contextlib
from typing import Final

from hil.boards import registry
from hil.boards.build import build, check_packages, missing_packages
from hil.boards.qemu import Qemu, missing_emulator
from hil.boards.running import RunningBoard
from hil.boards.target import target_of
from hil.errors import BoardError

TARGET: Final = "lm3s6965evb"


class EmulatedBoard(RunningBoard):
    """An emulated board that runs.

    Parameters
    ----------
    target : str
        Which one: of those that QEMU has.
    stays : bool
        Whether it goes on when this process ends.

    Raises
    ------
    BoardError
        If QEMU or the cross compiler is not installed (the message names the packages), QEMU has
        no such board, or it does not start.
    """

    def __init__(self, target: str = TARGET, *, stays: bool = False) -> None:
        machine = target_of(target).machine
        if not machine:
            msg = f"QEMU has no {target}; `board start emulated` runs {TARGET}"
            raise BoardError(msg)
        check_packages("an emulated board", [*missing_packages(target), *missing_emulator()])
        elf = build(target).elf
        self._registered = registry.claim("emulated")
        try:
            self._qemu = Qemu(machine, elf, stays=stays)
        except BaseException:
            registry.forget(self._registered)
            raise
        link = registry.link_of(self._registered)
        link.unlink(missing_ok=True)
        link.symlink_to(self._qemu.port)
        self.port = str(link)
        self.pid = self._qemu.pid
        registry.register(registry.Registered(self._registered, "emulated", self.port, self.pid))

    def stop(self) -> None:
        """End it, as if its cable were pulled; nothing happens when it has ended already."""
        self._qemu.close()
        registry.forget(self._registered)

    def reset(self) -> None:
        """Press its reset button."""
        self._qemu.reset()

    def stall(self) -> None:
        """Hold it: it answers nothing until `resume`, and what comes meanwhile waits."""
        self._qemu.stall()

    def resume(self) -> None:
        """Let it go on."""
        with contextlib.suppress(BoardError):
            self._qemu.resume()
