"""A cable between a host and a board, which a test can pull, cut at an octet, or spoil."""

from __future__ import annotations

import contextlib
import os
import selectors
import threading
import time
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Self

Spoil = Callable[[bytes], bytes]


class Relay:
    """A pseudo-terminal under a link of its own, and a thread that moves octets to the board's.

    `spoil_to_board` and `spoil_from_board` change what passes. The cable is pulled by `unplug`, or
    by itself once `cut_after` more octets have passed, either way; `replug_s` later it is back.
    With `each_octet_s` octets come one by one, so far apart.
    """

    def __init__(self, board: str, link: Path) -> None:
        self.link = link
        self.spoil_to_board: Spoil = bytes
        self.spoil_from_board: Spoil = bytes
        self.cut_after: int | None = None
        self.replug_s = 0.0
        self.pulled = 0
        self.each_octet_s = 0.0
        self._board = os.open(board, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(self._board)
        self._host: tuple[int, int] | None = None
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self.plug()
        self._thread = threading.Thread(target=self._move, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join()
        self.unplug()
        os.close(self._board)

    @property
    def port(self) -> str:
        return str(self.link)

    def plug(self, link: Path | None = None) -> None:
        """Connect, perhaps under another name."""
        with self._lock:
            self.link = link or self.link
            master, slave = os.openpty()
            tty.setraw(slave)
            os.set_blocking(master, False)
            fresh = self.link.with_name(self.link.name + ".fresh")
            fresh.symlink_to(os.ttyname(slave))
            fresh.replace(self.link)
            self._host = master, slave

    def unplug(self) -> None:
        """Pull the cable: what is on the way is gone, and the port too."""
        with self._lock:
            if self._host is not None:
                self.link.unlink(missing_ok=True)
                for descriptor in self._host:
                    os.close(descriptor)
                self._host = None
                self.pulled += 1

    def say_to_host(self, octets: bytes) -> None:
        """Say something that is not the board's."""
        with self._lock:
            if self._host is not None:
                os.write(self._host[0], octets)

    def _move(self) -> None:
        while not self._ending.is_set():
            self._move_once()
            if self._host is None and self.cut_after is not None and self.cut_after <= 0:
                self.cut_after = None
                self._ending.wait(self.replug_s)
                self.plug()

    def _move_once(self) -> None:
        with self._lock:
            host = self._host
        with selectors.DefaultSelector() as selector:
            selector.register(self._board, selectors.EVENT_READ)
            if host is not None:
                with contextlib.suppress(OSError):
                    selector.register(host[0], selectors.EVENT_READ)
            for key, _ in selector.select(0.01):
                with contextlib.suppress(OSError):
                    octets = os.read(key.fd, 65536)
                    if key.fd == self._board:
                        self._pass(self.spoil_from_board(octets), None if host is None else host[0])
                    else:
                        self._pass(self.spoil_to_board(octets), self._board)

    def _pass(self, octets: bytes, to: int | None) -> None:
        cut = self.cut_after
        if cut is not None:
            octets = octets[:cut]
            self.cut_after = cut - len(octets)
        if to is not None and self.each_octet_s:
            for octet in octets:
                os.write(to, bytes([octet]))
                time.sleep(self.each_octet_s)
        elif to is not None and octets:
            os.write(to, octets)
        if self.cut_after is not None and self.cut_after <= 0:
            self.unplug()
