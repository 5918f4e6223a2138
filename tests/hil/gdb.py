"""As much of GDB's remote protocol as it takes to hang a core that QEMU runs.

A packet is `$text#sum`, each is acknowledged with `+`; numbers are hexadecimal, and what stands in
memory or in a register comes octet by octet: GDB's manual, appendix E.
"""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Self

from hil.boards.qemu import PATIENCE_S, Qemu

STATUS, PC = 0x19, 0xF  # QEMU's numbers for the xPSR and the program counter of a Cortex-M
THUMB = 1 << 24  # of the xPSR; its bits of an IF-THEN block are zero
BRANCH_TO_ITSELF = b"\xfe\xe7"
NO_INTERRUPTS = b"\x72\xb6"  # cpsid i


class Gdb:
    """A debugger at an emulated core, which stands still until the block is left."""

    def __init__(self, qemu: Qemu, path: Path) -> None:
        qemu.stall()  # else it stands still only at the first packet, and says so in between
        server = f"gdbserver unix:{path},server=on,wait=off"
        qemu.ask("human-monitor-command", **{"command-line": server})
        self._line = socket.socket(socket.AF_UNIX)
        self._line.settimeout(PATIENCE_S)
        self._line.connect(str(path))
        assert self.ask("qXfer:features:read:target.xml:0,8")  # before that it shows no register

    def hang(self, at: int, *, interrupts: bool) -> None:
        """Let it go on with a branch to itself, written to memory, with or without interrupts."""
        octets = BRANCH_TO_ITSELF if interrupts else NO_INTERRUPTS + BRANCH_TO_ITSELF
        self._must(f"M{at:x},{len(octets):x}:{octets.hex()}")
        self._must(f"P{STATUS:x}={THUMB.to_bytes(4, 'little').hex()}")
        self._must(f"P{PC:x}={at.to_bytes(4, 'little').hex()}")

    def ask(self, text: str) -> str:
        """Return the answer to a packet."""
        self._line.sendall(f"${text}#{sum(text.encode()) & 0xFF:02x}".encode())
        heard = b""
        while heard[-3:-2] != b"#":
            octets = self._line.recv(4096)
            assert octets, "QEMU is gone"
            heard += octets
        self._line.sendall(b"+")
        return heard[heard.index(b"$") + 1 : -3].decode()

    def _must(self, text: str) -> None:
        assert (answer := self.ask(text)) == "OK", f"{text}: {answer}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._must("D")  # lets it go on
        self._line.close()
