"""A port opened beside the flight: the far end of a URL may take seconds to answer."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from hil.errors import PortError
from hil.ports import open_port

if TYPE_CHECKING:
    from hil.ports import Port


class Opening:
    """One attempt, by a thread of its own.

    Parameters
    ----------
    url : str
        What to open.
    baud : int
        Rate, bit/s.
    """

    def __init__(self, url: str, *, baud: int) -> None:
        self._url, self._baud = url, baud
        self._alone = threading.Lock()
        self._given_up = False
        self._port: Port | None = None
        self._error: PortError | None = None
        threading.Thread(target=self._open, name=f"opening {url}", daemon=True).start()

    def take(self) -> Port | None:
        """Return the port, once, when it is open; None until then.

        Raises
        ------
        PortError
            When it cannot be opened.
        """
        with self._alone:
            if self._error is not None:
                raise self._error
            port, self._port = self._port, None
            return port

    def give_up(self) -> None:
        """Let the port go, also one that is opened later. Never waits."""
        with self._alone:
            self._given_up = True
            if self._port is not None:
                self._port.close()

    def _open(self) -> None:
        try:
            port = open_port(self._url, baud=self._baud, explains=False)
        except PortError as error:
            with self._alone:
                self._error = error
            return
        with self._alone:
            self._port = port
            if self._given_up:
                port.close()
