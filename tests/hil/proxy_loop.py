"""The process of a `Proxy`: one loop that moves octets and does to them what it is told.

Its own process, so that neither end's test waits for the other in one interpreter.
"""

from __future__ import annotations

import contextlib
import heapq
import os
import selectors
import sys
import time
import tty
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tests.hil.faults import Fault

READ_MAX = 65536


class End:
    """A descriptor that is read, and written as it takes."""

    def __init__(
        self, descriptor: int, selector: selectors.BaseSelector, heard: Callable[[bytes], None]
    ) -> None:
        os.set_blocking(descriptor, False)
        self._descriptor = descriptor
        self._selector = selector
        self._heard = heard
        self._unsent = bytearray()
        selector.register(descriptor, selectors.EVENT_READ, self.ready)

    def ready(self, events: int) -> None:
        if events & selectors.EVENT_WRITE:
            self._flush()
        if events & selectors.EVENT_READ:
            # A board that has ended leaves its end broken: it is silent, as on a UART.
            with contextlib.suppress(OSError):
                self._heard(os.read(self._descriptor, READ_MAX))

    def write(self, octets: bytes) -> None:
        self._unsent += octets
        self._flush()

    def close(self) -> None:
        self._selector.unregister(self._descriptor)
        os.close(self._descriptor)

    def _flush(self) -> None:
        with contextlib.suppress(OSError):
            del self._unsent[: os.write(self._descriptor, self._unsent)]
        more = selectors.EVENT_WRITE if self._unsent else 0
        self._selector.modify(self._descriptor, selectors.EVENT_READ | more, self.ready)


class Loop:
    """A cable: its two ends, its faults, and what is on the way."""

    def __init__(self, control: Connection, board: str, link: str) -> None:
        self._control = control
        self._selector = selectors.DefaultSelector()
        self._selector.register(control.fileno(), selectors.EVENT_READ, self._obey)
        self._link = Path(link)
        self._faults = {"to": Fault(), "from": Fault()}
        self._passed = {"to": 0, "from": 0}
        self._later: list[tuple[float, int, str, bytes]] = []
        self._pieces = 0
        self._cut_after: int | None = None
        self._replug_s = 0.0
        self._plug_at: float | None = None
        self._slave = -1
        self._host: End | None = None
        self._board: End | None = None
        self._pulled = 0
        self._plugged_at = 0.0
        self._ended = False
        self.board(board)

    def run(self) -> None:
        while not self._ended:
            for key, events in self._selector.select(self._wait_s()):
                # What was closed a moment ago may still be in the list.
                if key.fd in self._selector.get_map():
                    key.data(events)
            self._do_what_is_due()

    # ------------------------------------------------------------------------------ told

    def _obey(self, _: int) -> None:
        try:
            name, *arguments = self._control.recv()
        except EOFError:
            self._ended = True
            return
        self._control.send(getattr(self, name)(*arguments))

    def plug(self, link: str | None = None) -> None:
        self._link = Path(link or self._link)
        master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self._host = End(master, self._selector, lambda octets: self._pass("to", octets))
        fresh = self._link.with_name(self._link.name + ".fresh")
        fresh.symlink_to(os.ttyname(self._slave))
        fresh.replace(self._link)
        self._plugged_at = time.monotonic()

    def unplug(self) -> None:
        self._plug_at = None
        if self._host is None:
            return
        self._link.unlink(missing_ok=True)
        self._host.close()
        os.close(self._slave)
        self._host = None
        self._pulled += 1
        self._later.clear()
        for fault in self._faults.values():
            fault.cut()

    def board(self, path: str | None) -> None:
        """Fasten the other end to another board, or to none."""
        if self._board is not None:
            self._board.close()
            self._board = None
        if path is not None:
            descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY)
            tty.setraw(descriptor)
            self._board = End(descriptor, self._selector, lambda octets: self._pass("from", octets))

    def spoil(self, to_board: Fault, from_board: Fault) -> None:
        self._faults = {"to": to_board, "from": from_board}

    def faults(self) -> tuple[Fault, Fault]:
        return self._faults["to"], self._faults["from"]

    def cut(self, after: int | None, replug_s: float) -> None:
        self._cut_after, self._replug_s = after, replug_s

    def add(self, way: str, octets: bytes) -> None:
        self._deliver(way, octets)

    def seen(self) -> dict[str, Any]:
        return {
            "to_board": self._passed["to"],
            "from_board": self._passed["from"],
            "pulled": self._pulled,
            "plugged_at": self._plugged_at,
            "is_plugged": self._host is not None,
            "cut_after": self._cut_after,
        }

    # ------------------------------------------------------------------------------ moved

    def _pass(self, way: str, octets: bytes) -> None:
        self._passed[way] += len(octets)
        if self._host is None:
            return
        now = time.monotonic()
        pieces = self._faults[way](octets, now)
        if pieces is None:
            self._hang_up()
            return
        for delay_s, piece in pieces:
            self._pieces += 1
            heapq.heappush(self._later, (now + delay_s, self._pieces, way, piece))
        self._do_what_is_due()  # in its order: none overtakes what is due as well

    def _deliver(self, way: str, octets: bytes) -> None:
        end = self._board if way == "to" else self._host
        if self._cut_after is not None:
            octets = octets[: self._cut_after]
            self._cut_after -= len(octets)
        if end is not None and octets:
            end.write(octets)
        if self._cut_after == 0:
            self._cut_after = None
            self._hang_up()

    def _hang_up(self) -> None:
        self.unplug()
        self._plug_at = time.monotonic() + self._replug_s

    def _wait_s(self) -> float | None:
        due = [self._later[0][0]] if self._later else []
        due += [] if self._plug_at is None else [self._plug_at]
        return max(0.0, min(due) - time.monotonic()) if due else None

    def _do_what_is_due(self) -> None:
        now = time.monotonic()
        if self._plug_at is not None and self._plug_at <= now:
            self._plug_at = None
            self.plug()
        while self._later and self._later[0][0] <= now:
            _, _, way, octets = heapq.heappop(self._later)
            self._deliver(way, octets)


if __name__ == "__main__":
    Loop(Connection(int(sys.argv[1])), sys.argv[2], sys.argv[3]).run()
