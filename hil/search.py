"""The search for a board that was lost: by what it is, at its old name or under another."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Final, NamedTuple

from hil.errors import BoardError, PortError
from hil.inquiry import Inquiry
from hil.kinds import Identity
from hil.line import Line
from hil.opening import Opening
from hil.ports import open_port
from hil.present import Present, ports_here

if TYPE_CHECKING:
    from collections.abc import Callable

    from hil.ports import Port

_OPEN_AGAIN_S: Final = 0.01
_LIST_AGAIN_S: Final = 0.25
_SLICE_S: Final = 0.005


class Found(NamedTuple):
    """A board that was found: its port, the line to it, what it answered.

    `after_s`: how long after that port was opened again it did, s; None: it had stayed open.
    """

    url: str
    line: Line
    identity: Identity
    after_s: float | None


class Search:
    """Looks for one board.

    Parameters
    ----------
    url : str
        Where it was.
    board_id : bytes
        What it answers with.
    line : Line or None
        The line where it was, when its port is still there.
    connect : callable
        Makes a line of a port that was opened.
    baud : int
        Rate, bit/s.
    like : Present or None
        Its port, when that was one of this machine's; it comes back on one that is like it.
    before : set of str
        Names of the ports that were there with it: on one that stays there all the time it is not.
    """

    def __init__(  # noqa: PLR0913  all of them say what is looked for
        self,
        url: str,
        board_id: bytes,
        *,
        line: Line | None,
        connect: Callable[[Port], Line],
        baud: int,
        like: Present | None,
        before: set[str],
    ) -> None:
        self._url = url
        self._board_id = board_id
        self._connect = connect
        self._baud = baud
        self._strangers: set[str] = set()  # that came later, and are another board
        self._before = before - {url}
        self._like = like
        self._opening: dict[str, Opening] = {}
        self._open: dict[str, tuple[Line, Inquiry]] = {}
        self._opened_s: dict[str, float] = {}
        self._names = [url]
        self._next_open_s = self._next_list_s = 0.0
        if line is not None:
            self._open[url] = (line, Inquiry(line))

    def look(self, timeout_s: float) -> Found | None:
        """Look for at most about `timeout_s`, s; return the board's port, line and answer."""
        until = time.monotonic() + timeout_s
        while True:
            self._open_some()
            for name in list(self._open):
                identity = self._hear(name, min(timeout_s, _SLICE_S))
                if identity is not None:
                    line = self._open.pop(name)[0]
                    self.close()
                    opened_s = self._opened_s.get(name)
                    after_s = None if opened_s is None else time.monotonic() - opened_s
                    return Found(name, line, identity, after_s)
            if time.monotonic() >= until:
                return None
            if not self._open:
                time.sleep(_SLICE_S)

    def close(self) -> None:
        """Let all ports go."""
        for line, _ in self._open.values():
            line.close()
        self._open.clear()
        for opening in self._opening.values():
            opening.give_up()
        self._opening.clear()

    def _open_some(self) -> None:
        now = time.monotonic()
        if now < self._next_open_s:
            return
        self._next_open_s = now + _OPEN_AGAIN_S
        if now >= self._next_list_s:
            self._next_list_s = now + _LIST_AGAIN_S
            self._names = [self._url, *self._elsewhere()]
        for name in self._names:
            if name not in self._open and name not in self._strangers:
                with contextlib.suppress(PortError):
                    self._open_one(name)

    def _open_one(self, name: str) -> None:
        port = (
            self._opened_beside(name)
            if "://" in name
            else open_port(name, baud=self._baud, explains=False)
        )
        if port is not None:
            line = self._connect(port)
            self._open[name] = (line, Inquiry(line))
            self._opened_s[name] = time.monotonic()

    def _opened_beside(self, url: str) -> Port | None:
        """Return a port that a flight must not wait for, when it is open."""
        if url not in self._opening:
            self._opening[url] = Opening(url, baud=self._baud)
        try:
            port = self._opening[url].take()
        except PortError:
            del self._opening[url]
            raise
        if port is not None:
            del self._opening[url]
        return port

    def _elsewhere(self) -> list[str]:
        """Return other ports where it may be: nobody else's board is spoken to."""
        here = ports_here()
        self._strangers &= {port.name for port in here}
        self._before &= {port.name for port in here}  # what is away for a while may come back as it
        like = self._like
        return [
            port.name
            for port in here
            if like is not None
            and port.name not in {self._url, *self._strangers}
            and port.is_like(like)
            and (port.name not in self._before or port.serial_number)
        ]

    def _hear(self, name: str, slice_s: float) -> Identity | None:
        """Ask a port when it is time, and return what the board says, if it is the one."""
        line, inquiry = self._open[name]
        try:
            identity = inquiry.go_on(slice_s)
        except BoardError:
            line.close()
            del self._open[name]
            return None
        if identity is None or identity.board_id == self._board_id:
            return identity
        if name != self._url:  # let go at once: others may want it
            line.close()
            del self._open[name]
            self._strangers.add(name)
        return None
