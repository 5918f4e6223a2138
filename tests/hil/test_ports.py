"""Ports: what opening one says, who else may have it, and what pulling the cable does."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import grp
import os
import select
import socket
import stat
import struct
import subprocess
import sys
import termios
import threading
import time
import tty
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import serial
from serial import rfc2217

from hil import port_errors, ports
from hil.errors import PortError, PortLostError
from hil.ports import open_port
from hil.present import Present

RFC2217 = pytest.mark.filterwarnings(r"ignore:set(Daemon|Name)\(\)")  # pyserial 3.5
ABSENT = "/dev/ttyACM9"


class Far:
    """The other end of a pseudo-terminal."""

    def __init__(self) -> None:
        self.master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.name = os.ttyname(self._slave)

    def say(self, octets: bytes) -> None:
        os.write(self.master, octets)

    def heard(self, size: int) -> bytes:
        octets = b""
        while len(octets) < size:
            ready, _, _ = select.select([self.master], [], [], 5.0)
            assert ready, octets
            octets += os.read(self.master, 4096)
        return octets

    def unplug(self) -> None:
        for descriptor in (self.master, self._slave):
            with contextlib.suppress(OSError):
                os.close(descriptor)
        self.master = self._slave = -1


@pytest.fixture
def far():
    end = Far()
    yield end
    end.unplug()


@pytest.fixture
def here(monkeypatch):
    found = [Present("/dev/ttyACM0", "Nucleo-F4"), Present("/dev/ttyUSB0", "FT232R")]
    monkeypatch.setattr(port_errors, "ports_here", lambda: found)


def all_of(port: ports.Port, size: int) -> bytes:
    octets, until = b"", time.monotonic() + 5.0
    while len(octets) < size and time.monotonic() < until:
        octets += port.read(0.1)
    return octets


def fill(port: ports.Port, pieces: int) -> None:
    for _ in range(pieces):
        port.write(bytes(250))


# ---------------------------------------------------------------------- what opening says


@pytest.mark.usefixtures("here")
def test_an_absent_port_is_told_with_those_that_are_here() -> None:
    with pytest.raises(PortError) as error:
        open_port(ABSENT)

    assert str(error.value) == (
        f"no {ABSENT}. Ports here: /dev/ttyACM0 (Nucleo-F4), /dev/ttyUSB0 (FT232R)"
    )


def test_where_there_is_no_port_at_all_it_says_so(monkeypatch) -> None:
    monkeypatch.setattr(port_errors, "ports_here", list)

    with pytest.raises(PortError, match=rf"^no {ABSENT}\. Ports here: none$"):
        open_port(ABSENT)


@pytest.mark.parametrize(
    "url", ["nothing://x", "socket://nowhere", "socket://x:99999", "loop://?bad=1"]
)
def test_a_url_that_is_none_is_told(url: str) -> None:
    with pytest.raises(PortError, match="^" + url.split("?", maxsplit=1)[0]):
        open_port(url)


def test_what_is_no_serial_port_is_told(tmp_path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"")

    for path, why in (
        (file, "Inappropriate ioctl for device"),
        ("/dev/null", "Inappropriate ioctl for device"),
        (tmp_path, "Is a directory"),
    ):
        with pytest.raises(PortError) as error:
            open_port(str(path))
        assert str(error.value) == f"{path} cannot be opened as a serial port: {why}"


def test_a_rate_that_is_none_is_told(far: Far) -> None:
    with pytest.raises(PortError, match="Not a valid baudrate"):
        open_port(far.name, baud=-1)


def test_who_listens_to_no_connection_is_told() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"socket://127.0.0.1:{unused.getsockname()[1]}"

        with pytest.raises(PortError, match=f"^{url} cannot be opened.*: Connection refused$"):
            open_port(url)


def test_a_port_of_a_group_that_one_is_not_in_is_told_with_the_cure(monkeypatch) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise serial.SerialException(errno.EACCES, "could not open port: Permission denied")

    dialout = os.stat_result((stat.S_IFCHR | 0o660, 0, 0, 1, 0, 4242, 0, 0, 0, 0))
    monkeypatch.setattr(serial, "serial_for_url", forbidden)
    monkeypatch.setattr(os, "stat", lambda _: dialout)
    monkeypatch.setattr(grp, "getgrgid", lambda _: SimpleNamespace(gr_name="dialout"))

    with pytest.raises(PortError) as error:
        open_port("/dev/ttyACM0")

    assert str(error.value) == (
        "/dev/ttyACM0 belongs to group dialout and you are not in it: "
        "sudo usermod -aG dialout $USER, then log in again"
    )


def test_a_port_that_vanishes_while_it_is_opened_is_told(monkeypatch) -> None:
    def gone(*_: object, **__: object) -> None:
        raise termios.error(errno.EIO, "Input/output error")

    monkeypatch.setattr(serial, "serial_for_url", gone)

    with pytest.raises(PortError, match=r"^no /dev/ttyACM0\."):
        open_port("/dev/ttyACM0")


# ---------------------------------------------------------------------- for one program alone


def test_a_second_one_is_told_that_it_is_in_use(far: Far) -> None:
    port = open_port(far.name)

    with pytest.raises(PortError, match=f"^{far.name} is in use by another program$"):
        open_port(far.name)

    port.close()
    open_port(far.name).close()


def opened_plainly(name: str) -> str:
    """Open a port as a program that knows no locks, and nobody in particular; return the error."""
    os.chmod(name, 0o666)
    code = f"import os; os.getuid() or os.setuid(65534); open({name!r}, 'rb')"
    program = [sys.executable, "-c", code]
    return subprocess.run(program, check=False, capture_output=True, text=True).stderr


def test_a_program_that_takes_no_lock_is_kept_out_too(far: Far, monkeypatch) -> None:
    """TIOCEXCL: the system itself refuses, to everybody but root. Here of a pseudo-terminal."""
    monkeypatch.setattr(ports, "PSEUDO_TERMINALS", ())
    port = open_port(far.name)

    assert "Device or resource busy" in opened_plainly(far.name)

    port.close()


def test_a_killed_host_leaves_a_virtual_board_free(far: Far) -> None:
    held = f"from hil.ports import open_port; p = open_port({far.name!r}); print(1, flush=True)"
    program = [sys.executable, "-c", held + "; input()"]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as host:
        assert host.stdout is not None
        assert host.stdout.readline() == b"1\n"
        host.kill()

    open_port(far.name).close()
    assert opened_plainly(far.name) == ""


def test_the_lock_of_another_program_is_respected(far: Far) -> None:
    with serial.Serial(far.name, exclusive=True), pytest.raises(PortError, match="in use"):
        open_port(far.name)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who: proc(5)")
@pytest.mark.parametrize("lock", ["fcntl.flock(p, fcntl.LOCK_EX)", "None"])
def test_who_has_a_port_is_told(far: Far, tmp_path: Path, lock: str) -> None:
    """By its lock, or, where it has none, by the descriptor that it holds."""
    busy = OSError(errno.EBUSY, "Device or resource busy")
    script = tmp_path / "terminal-program"
    script.write_text(
        f"import fcntl, os; p = os.open({far.name!r}, os.O_RDWR | os.O_NOCTTY); {lock}; "
        "print(1, flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, script, "--speed", "9600", "x" * 80],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"1\n"
        said = port_errors.why_not(far.name, busy)
        holder.kill()

    assert said == (
        f"{far.name} is in use by another program: terminal-program --speed 9600 ... "
        f"(process {holder.pid})"
    )


# ---------------------------------------------------------------------- octets


LINES = ["pty", "socket", "loop", pytest.param("rfc2217", marks=RFC2217)]


@pytest.fixture(params=LINES)
def line(request):
    """Return an open port of each kind, and what sends and hears at its other end."""
    with contextlib.ExitStack() as stack:
        yield globals()[f"line_{request.param}"](stack)


def line_pty(stack):
    end = Far()
    stack.callback(end.unplug)
    port = open_port(end.name)
    stack.callback(port.close)
    return port, end.say, end.heard


def line_loop(stack):
    port = open_port("loop://")
    stack.callback(port.close)
    return port, port.write, lambda size: all_of(port, size)


def line_socket(stack):
    server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
    port = open_port(f"socket://127.0.0.1:{server.getsockname()[1]}")
    stack.callback(port.close)
    end = stack.enter_context(server.accept()[0])
    return port, end.sendall, lambda size: end.recv(size, socket.MSG_WAITALL)


class Rfc2217Server:
    """A device server by pyserial's own PortManager, in a thread."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self._heard = bytearray()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        self.url = f"rfc2217://127.0.0.1:{self._server.getsockname()[1]}"

    def _serve(self) -> None:
        device: Any = serial.serial_for_url("loop://", timeout=0)
        with contextlib.suppress(OSError):
            self._end, _ = self._server.accept()
            sender: Any = SimpleNamespace(write=self._end.sendall)
            self._manager = rfc2217.PortManager(device, sender)
            while octets := self._end.recv(4096):
                self._heard.extend(b"".join(self._manager.filter(octets)))

    def say(self, octets: bytes) -> None:
        self._end.sendall(b"".join(self._manager.escape(octets)))

    def heard(self, size: int) -> bytes:
        until = time.monotonic() + 5.0
        while len(self._heard) < size and time.monotonic() < until:
            time.sleep(0.005)
        taken = bytes(self._heard)
        self._heard.clear()
        return taken

    def reset(self) -> None:
        """End the connection at once, as one whose machine is gone."""
        self._end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._end.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._end.close()
        self._server.close()


def line_rfc2217(stack):
    server = Rfc2217Server()
    port = open_port(server.url)
    stack.callback(server.close)
    stack.callback(port.close)
    return port, server.say, server.heard


def test_every_octet_passes_both_ways(line) -> None:
    port, say, hear = line
    octets = bytes(range(256)) * 2

    port.write(octets)
    assert hear(len(octets)) == octets
    say(octets)
    assert all_of(port, len(octets)) == octets


def test_nothing_comes_where_nothing_was_said(line) -> None:
    port, _, _ = line

    began = time.monotonic()
    assert port.read(0.05) == b""
    assert port.read(0.0) == b""

    assert time.monotonic() - began >= 0.05


def test_closing_twice_is_allowed(line) -> None:
    port, _, _ = line

    port.close()
    port.close()


def test_a_closed_port_is_gone(line) -> None:
    port, _, _ = line
    port.close()

    with pytest.raises(PortLostError):
        port.write(b"x")
    with pytest.raises(PortLostError):
        port.read(0.01)


def test_a_full_port_does_not_block_and_loses_nothing(far: Far) -> None:
    port = open_port(far.name)
    octets = bytes(range(256)) * 400  # a pseudo-terminal holds a fifth of it

    for k in range(0, len(octets), 250):
        port.write(octets[k : k + 250])
    heard = b""
    while len(heard) < len(octets):
        port.read(0.0)
        heard += far.heard(1)

    assert heard == octets
    port.close()


def test_a_port_that_never_takes_anything_is_lost(far: Far) -> None:
    port = open_port(far.name)

    with pytest.raises(PortLostError, match="takes nothing any more"):
        fill(port, 10_000)

    port.close()


# ---------------------------------------------------------------------- the cable is pulled


@pytest.mark.parametrize("moment", ["read", "write", "waiting", "full"])
def test_a_pulled_cable_is_one_exception_whenever_it_is_pulled(far: Far, moment: str) -> None:
    port = open_port(far.name)
    if moment == "full":
        fill(port, 200)
    if moment == "waiting":
        threading.Timer(0.05, far.unplug).start()
    else:
        far.unplug()

    with pytest.raises(PortLostError, match=f"^{far.name} is gone$"):
        port.write(b"x") if moment == "write" else port.read(1.0)

    port.close()


def test_a_connection_that_ends_is_lost() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = open_port(f"socket://127.0.0.1:{server.getsockname()[1]}")
        server.accept()[0].close()

        with pytest.raises(PortLostError):
            port.read(1.0)
        port.close()


@RFC2217
def test_a_server_that_ends_is_lost() -> None:
    server = Rfc2217Server()
    port = open_port(server.url)
    server.close()

    with pytest.raises(PortLostError):
        port.read(2.0)
    with pytest.raises(PortLostError):
        port.write(b"x")

    port.close()


@RFC2217
@pytest.mark.filterwarnings("error::ResourceWarning")
def test_a_connection_whose_far_end_went_first_is_let_go_too() -> None:
    server = Rfc2217Server()
    before = len(os.listdir("/proc/self/fd"))
    port = open_port(server.url)
    server.reset()
    with pytest.raises(PortLostError):
        port.read(5.0)

    port.close()
    for thread in threading.enumerate():
        if thread.name == f"closing {server.url}":
            thread.join()
    server.close()

    assert len(os.listdir("/proc/self/fd")) <= before


def test_opening_leaves_no_descriptor_behind(far: Far, tmp_path) -> None:
    before = len(os.listdir("/proc/self/fd"))

    open_port(far.name).close()
    for bad in (str(tmp_path), ABSENT, "nothing://"):
        with pytest.raises(PortError):
            open_port(bad)

    assert len(os.listdir("/proc/self/fd")) == before


def test_the_exclusive_lock_is_on_the_descriptor(far: Far) -> None:
    port = open_port(far.name)

    with open(far.name, "rb") as other, pytest.raises(BlockingIOError):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)

    port.close()
