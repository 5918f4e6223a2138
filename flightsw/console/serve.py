"""A console on an address: the port, whoever has it already, the token, the server's life."""

from __future__ import annotations

import asyncio
import errno
import os
import secrets
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import uvicorn

from flightsw.errors import FlightswError

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp

PORT: Final = 8765
LOCAL: Final = ("127.0.0.1", "localhost")
EVERY: Final = ("0.0.0.0", "::", "")  # all addresses of this machine, whatever their names
ELSEWHERE: Final = {  # no machine has these, but the way to them is known: RFC 5737, RFC 3849
    socket.AF_INET: "192.0.2.1",
    socket.AF_INET6: "2001:db8::1",
}
WAITING_BYTES: Final = 1 << 18  # in the system for one browser; what is older goes first
GRACE_S: Final = 1
PING_S: Final = 20.0
SILENT_S: Final = 180.0  # a browser that stands still for minutes is not thrown out
_LISTENING: Final = "0A"  # state of a socket in /proc/net/tcp: proc(5)


class PortError(FlightswError):
    """An address that the console cannot listen on."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a console listens, and what its page is called by.

    `hosts` are the `Host` headers that are answered; empty for any, on all addresses at once: then
    only the token tells who may ask. Its `url` then names one of them that others can reach.
    """

    listener: socket.socket
    url: str
    hosts: frozenset[str]
    token: str | None

    @property
    def everywhere(self) -> bool:
        """Whether it listens on all addresses of this machine."""
        return not self.hosts


def listen(host: str, port: int) -> Address:
    """Take an address; port 0 is any that is free.

    Raises
    ------
    PortError
        If somebody has it, or this machine has no such address, or nobody knows the name.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        if host not in EVERY:
            socket.getaddrinfo(
                host, port, family
            )  # tells a name that is none, as the next does not
        listener = socket.create_server((host, port), family=family, reuse_port=False)
    except OSError as error:
        raise PortError(_reason(host, port, error)) from error
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, WAITING_BYTES)
    port = listener.getsockname()[1]
    name = f"[{host}]" if ":" in host else host
    if host in LOCAL:
        hosts = frozenset(f"{each}:{port}" for each in LOCAL)
        return Address(listener, f"http://{name}:{port}/", hosts, None)
    token = secrets.token_urlsafe(16)
    if host in EVERY:
        url = f"http://{_reachable(family)}:{port}/?token={token}"
        return Address(listener, url, frozenset(), token)
    url = f"http://{name}:{port}/?token={token}"
    return Address(listener, url, frozenset({f"{name}:{port}"}), token)


def _reachable(family: socket.AddressFamily) -> str:
    """Return the address that this machine has towards others, or its name; nothing is sent."""
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.connect((ELSEWHERE[family], 9))
        found = str(probe.getsockname()[0])
        return f"[{found}]" if family == socket.AF_INET6 else found
    return socket.gethostname()


class Server:
    """Serves a console on an address, until it is interrupted."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._server: uvicorn.Server | None = None
        self._error: BaseException | None = None

    def fail(self, error: BaseException | None) -> None:
        """End, with an error that `serve` raises."""
        self._error = error
        if self._server is not None:
            self._server.should_exit = True

    def serve(self, app: ASGIApp, *, began: Callable[[], None]) -> None:
        """Serve until interrupted; `began` is called when requests are answered.

        Raises
        ------
        KeyboardInterrupt
            When it was.
        """
        self._server = uvicorn.Server(_config(app))
        asyncio.run(_run(self._server, self._address.listener, began))
        if self._error is not None:
            raise self._error


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="websockets-sansio",
        ws_max_size=4096,
        ws_ping_interval=PING_S,
        ws_ping_timeout=SILENT_S,
        timeout_graceful_shutdown=GRACE_S,
    )


async def _run(server: uvicorn.Server, listener: socket.socket, began: Callable[[], None]) -> None:
    running = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started and not running.done():
        await asyncio.sleep(0.01)
    if server.started:
        began()
    await running


def _reason(host: str, port: int, error: OSError) -> str:
    where = f"port {port}" if host in LOCAL else f"{host} port {port}"
    if error.errno == errno.EADDRINUSE:
        holder = who_has(port)
        by = f" by {holder}" if holder else ""
        return f"{where} is in use{by}; choose another with --port, or any free one: --port 0"
    if error.errno == errno.EACCES:
        return f"{where} needs the rights of an administrator; choose one above 1023 with --port"
    if error.errno == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror):
        return f"this machine has no address {host}; --host takes one of its own, or 0.0.0.0"
    return f"cannot listen on {where}: {os.strerror(error.errno) if error.errno else error}"


def who_has(port: int) -> str | None:
    """Return which program listens on a port, ``python3 (pid 4711)``; None when it cannot be told.

    Linux tells it in /proc, of the programs of other users only to the administrator.
    """
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with suppress(OSError):
            for line in Path(table).read_text(encoding="ascii").splitlines()[1:]:
                field = line.split()
                if field[3] == _LISTENING and int(field[1].rpartition(":")[2], 16) == port:
                    inodes.add(f"socket:[{field[9]}]")
    if not inodes:
        return None
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            for handle in (process / "fd").iterdir():
                with suppress(OSError):
                    if os.readlink(handle) in inodes:
                        name = (process / "comm").read_text(encoding="utf-8").strip()
                        return f"{name} (pid {process.name})"
    return None
