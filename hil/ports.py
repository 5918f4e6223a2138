"""Serial ports: found, opened for one program alone, read and written without ever blocking.

pyserial opens: it knows the names, the rates and the other systems. On POSIX the octets are then
moved by `os.read` and `os.write` on its descriptor; what has none (``loop://``, ``rfc2217://``,
Windows) is served by a thread each way. What pyserial raises when a cable is pulled depends on the
moment; all of it is `LOST`, and leaves here as one `PortLostError`.
"""

from __future__ import annotations

import contextlib
import os
import queue
import selectors
import socket
import threading
import time
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import urlsplit

import serial

from hil.errors import PortError, PortLostError
from hil.port_errors import why_not
from hil.present import PSEUDO_TERMINALS

if TYPE_CHECKING:
    from collections.abc import Callable

POSIX: Final = os.name == "posix"
if POSIX:
    import fcntl
    import termios

LOST: Final[tuple[type[BaseException], ...]] = (
    serial.SerialException,
    OSError,
    TypeError,  # a port closed while it is read
    AttributeError,
    *((termios.error,) if POSIX else ()),
)
BAUD: Final = 115_200

_CONNECT_S: Final = 5.0
_READ_MAX: Final = 1 << 16
_UNSENT_MAX: Final = 1 << 18  # far above what credits let be on the way
_READ_S: Final = 0.05
_WRITE_S: Final = 0.2
_QUEUE_PIECES: Final = 256


class Port(Protocol):
    """An open line: octets out, octets in, nothing that waits longer than it was told."""

    name: str

    def write(self, octets: bytes) -> None:
        """Send, at once or as soon as the port takes it. Never blocks.

        Raises
        ------
        PortLostError
            When the port is gone, or has taken nothing for very long.
        """
        ...

    def read(self, timeout_s: float) -> bytes:
        """Return what has come; nothing after `timeout_s` without any.

        Raises
        ------
        PortLostError
            When the port is gone.
        """
        ...

    def wake_on(self, descriptor: int | None) -> None:
        """End a `read` also when something can be read from a descriptor; not on every port."""
        ...

    def outlet(self) -> int | None:
        """Return a descriptor that octets may be written to by another hand; None when none may.

        It is so until the next `write`.
        """
        ...

    def set_rate(self, baud: int) -> bool:
        """Go on at another rate, bit/s, without opening it again; False where there is none.

        Raises
        ------
        PortLostError
            When the port is gone.
        """
        ...

    def close(self) -> None:
        """Let the port go. May be called twice, and on a port that is gone."""
        ...


def open_port(url: str, *, baud: int = BAUD, explains: bool = True) -> Port:
    """Open a port for this program alone.

    Parameters
    ----------
    url : str
        A name (``/dev/ttyACM0``, ``COM5``) or a URL that pyserial knows (``socket://host:port``,
        ``rfc2217://host:port``, ``loop://``).
    baud : int
        Rate, bit/s.
    explains : bool
        Whether to find out why not, when it cannot be opened: that takes some milliseconds.

    Raises
    ------
    PortError
        When it is absent, in use, not allowed or no serial port.
    """
    try:
        if POSIX and url.lower().startswith("socket://"):
            return _connected(url)
        # rfc2217:// knows no time-out of writing, and refuses to be told one.
        limit = None if url.lower().startswith("rfc2217://") else _WRITE_S
        handle = serial.serial_for_url(
            url, baudrate=baud, timeout=_READ_S, write_timeout=limit, exclusive=True
        )
    except (ValueError, KeyError) as error:  # a rate or a URL that is none
        msg = f"{url}: {error}"
        raise PortError(msg) from error
    except LOST as error:
        raise PortError(why_not(url, error) if explains else url) from error
    try:
        if POSIX and type(handle) is serial.Serial:
            _make_ready(handle)
            return _DescriptorPort(url, handle.fileno(), handle.close, handle)
        return _ThreadedPort(url, handle)
    except LOST as error:
        with contextlib.suppress(*LOST):
            handle.close()
        raise PortError(why_not(url, error) if explains else url) from error


def _connected(url: str) -> Port:
    """Connect to ``socket://host:port``: pyserial would read it octet by octet."""
    parts = urlsplit(url)
    if parts.hostname is None or parts.port is None or parts.path or parts.query:
        msg = "socket://HOST:PORT is wanted"
        raise ValueError(msg)
    connection = socket.create_connection((parts.hostname, parts.port), timeout=_CONNECT_S)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return _DescriptorPort(url, connection.fileno(), connection.close)


def _make_ready(handle: Any) -> None:
    descriptor = handle.fileno()
    # pyserial's lock keeps out who locks as well; this keeps out everybody but root. The mark of a
    # pseudo-terminal would outlive a killed host, as the board keeps its end open.
    if os.major(os.fstat(descriptor).st_rdev) not in PSEUDO_TERMINALS:
        fcntl.ioctl(descriptor, termios.TIOCEXCL)
    with contextlib.suppress(*LOST, ValueError):
        handle.set_low_latency_mode(True)  # an FTDI adapter waits 16 ms otherwise


# ------------------------------------------------------------------------------------------ POSIX


class _DescriptorPort:
    """A port that the system can watch."""

    def __init__(
        self, name: str, descriptor: int, close: Callable[[], None], serial_port: Any = None
    ) -> None:
        self.name = name
        self._serial = serial_port
        self._descriptor = descriptor
        self._close = close
        os.set_blocking(self._descriptor, False)
        self._unsent = bytearray()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._descriptor, selectors.EVENT_READ)
        self._waking: int | None = None

    def write(self, octets: bytes) -> None:
        if self._unsent:
            self._unsent += octets
            if len(self._unsent) > _UNSENT_MAX:
                msg = f"{self.name} takes nothing any more"
                raise PortLostError(msg)
            self._flush()
            return
        gone = self._guarded(os.write, octets)
        if gone < len(octets):
            self._unsent += octets[gone:]
            self._watch(selectors.EVENT_READ | selectors.EVENT_WRITE)

    def read(self, timeout_s: float) -> bytes:
        until = None
        while True:
            ready, woken = self._guarded_select(timeout_s)
            if ready & selectors.EVENT_READ:
                return self._received()
            if ready & selectors.EVENT_WRITE:
                self._flush()
            if woken or not ready:
                return b""
            now = time.monotonic()
            until = until or now + timeout_s
            timeout_s = max(0.0, until - now)

    def wake_on(self, descriptor: int | None) -> None:
        if self._waking is not None:
            self._selector.unregister(self._waking)
        self._waking = descriptor
        if descriptor is not None:
            self._selector.register(descriptor, selectors.EVENT_READ)

    def outlet(self) -> int | None:
        return None if self._unsent else self._descriptor

    def set_rate(self, baud: int) -> bool:
        return _set_rate(self.name, self._serial, baud)

    def close(self) -> None:
        self._selector.close()
        with contextlib.suppress(*LOST):
            self._close()

    def _guarded_select(self, timeout_s: float) -> tuple[int, bool]:
        """Return what the port is ready for, and whether another descriptor woke us."""
        try:
            ready = self._selector.select(timeout_s)
        except (OSError, ValueError, RuntimeError) as error:  # a closed descriptor or selector
            raise PortLostError(_gone(self.name)) from error
        events = 0
        for key, mask in ready:
            if key.fd == self._descriptor:
                events = mask
        return events, len(ready) > bool(events)

    def _received(self) -> bytes:
        try:
            octets = os.read(self._descriptor, _READ_MAX)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise PortLostError(_gone(self.name)) from error
        if not octets:  # ready, and nothing there: that is how a port says that it is gone
            raise PortLostError(_gone(self.name))
        return octets

    def _flush(self) -> None:
        del self._unsent[: self._guarded(os.write, self._unsent)]
        if not self._unsent:
            self._watch(selectors.EVENT_READ)

    def _guarded(self, write: Callable[[int, Any], int], octets: bytes | bytearray) -> int:
        try:
            return write(self._descriptor, octets)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise PortLostError(_gone(self.name)) from error

    def _watch(self, events: int) -> None:
        self._selector.modify(self._descriptor, events)


def _gone(name: str) -> str:
    return f"{name} is gone"


def _set_rate(name: str, handle: Any, baud: int) -> bool:
    if type(handle) is not serial.Serial:  # a socket, or a URL that pyserial serves itself
        return False
    try:
        handle.baudrate = baud
    except ValueError:  # one that this port does not have
        return False
    except LOST as error:
        raise PortLostError(_gone(name)) from error
    return True


# ------------------------------------------------------------------------------------------ others


class _ThreadedPort:
    """A port that only its own read and write can wait for."""

    def __init__(self, name: str, handle: Any) -> None:
        self.name = name
        self._handle = handle
        self._received: queue.Queue[bytes] = queue.Queue(_QUEUE_PIECES)
        self._unsent: queue.Queue[bytes] = queue.Queue(_QUEUE_PIECES)
        self._closing = threading.Event()
        self._lost = threading.Event()
        self._threads = [
            threading.Thread(target=work, name=f"{work.__name__} {name}", daemon=True)
            for work in (self._reading, self._writing)
        ]
        for thread in self._threads:
            thread.start()

    def write(self, octets: bytes) -> None:
        if self._lost.is_set():
            raise PortLostError(_gone(self.name))
        try:
            self._unsent.put_nowait(octets)
        except queue.Full as error:
            msg = f"{self.name} takes nothing any more"
            raise PortLostError(msg) from error

    def read(self, timeout_s: float) -> bytes:
        until = time.monotonic() + timeout_s
        while True:
            # In slices: a port that is lost while we wait puts nothing.
            left = until - time.monotonic()
            try:
                octets = self._received.get(timeout=max(0.0, min(_READ_S, left)))
            except queue.Empty:
                if self._lost.is_set():
                    raise PortLostError(_gone(self.name)) from None
                if left <= 0.0:
                    return b""
                continue
            with contextlib.suppress(queue.Empty):
                while True:
                    octets += self._received.get_nowait()
            return octets

    def wake_on(self, descriptor: int | None) -> None:
        """Its queue ends a wait on time by itself."""

    def outlet(self) -> None:
        """Its thread alone writes."""

    def set_rate(self, baud: int) -> bool:
        return _set_rate(self.name, self._handle, baud)

    def close(self) -> None:
        self._closing.set()
        self._lost.set()
        for cancel in ("cancel_read", "cancel_write"):  # not everywhere
            with contextlib.suppress(*LOST):
                getattr(self._handle, cancel)()
        # Not waited for: a far end that is gone may hold up a write, or the closing, for seconds.
        threading.Thread(target=self._end, name=f"closing {self.name}", daemon=True).start()

    def _end(self) -> None:
        for thread in self._threads:
            thread.join(1.0)
        # pyserial 3.5 leaves the connection of rfc2217:// open when its far end was first to go.
        connection = getattr(self._handle, "_socket", None)
        with contextlib.suppress(*LOST):
            self._handle.close()
        if connection is not None:
            connection.close()

    def _reading(self) -> None:
        try:
            while not self._closing.is_set():
                octets = self._handle.read(1)
                if octets:
                    octets += self._handle.read(min(self._handle.in_waiting, _READ_MAX))
                    self._keep(octets)
        except LOST:
            self._lost.set()

    def _keep(self, octets: bytes) -> None:
        while not self._closing.is_set():
            with contextlib.suppress(queue.Full):
                self._received.put(octets, timeout=_READ_S)
                return

    def _writing(self) -> None:
        try:
            before = b""
            while not self._closing.is_set():
                try:
                    octets = self._unsent.get(timeout=_READ_S)
                except queue.Empty:
                    continue
                try:
                    self._handle.write(before + octets)
                    before = b""
                except serial.SerialTimeoutException:
                    # Some of it has gone, nobody knows how much: a delimiter ends what did.
                    before = b"\x00"
        except LOST:
            self._lost.set()
