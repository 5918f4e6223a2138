"""A host's end of the link, as plain as can be: a pseudo-terminal, frames out, messages in."""

from __future__ import annotations

import os
import select
import struct
import termios
import tty
import zlib
from collections.abc import Iterator
from typing import Any, Self, TypeVar

import pytest

from flightsw.dictionary import load_dictionary
from hil.boards.virtual import VirtualBoard
from hil.kinds import (
    Configure,
    Configured,
    Discover,
    Grant,
    HostMessage,
    Identity,
    Poll,
    Reply,
    ReplyFlag,
    Start,
    Started,
    Status,
)
from hil.link import CONTENT_MAX, Decoder, frame
from hil.packing import encode

PATIENCE_S = 5.0
ATTEMPTS = 25
_M = TypeVar("_M")


class Host:
    """One end of a line whose other end is a board."""

    def __init__(self, port: str) -> None:
        self.fd = os.open(port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(self.fd)
        termios.tcflush(self.fd, termios.TCIFLUSH)
        self.decoder = Decoder(from_board=True)
        self.heard: list[Any] = []
        self.sequence = 0
        self.taken = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.fd)

    def write(self, octets: bytes) -> None:
        while octets:
            select.select([], [self.fd], [], PATIENCE_S)
            octets = octets[os.write(self.fd, octets) :]

    def send(self, *messages: HostMessage) -> None:
        for message in messages:
            self.write(frame(encode(message, self.sequence & 0xFF)))
            self.sequence += 1

    def next(self, patience_s: float = PATIENCE_S) -> Any:
        """Return the next message, or None when none comes."""
        while not self.heard:
            if not select.select([self.fd], [], [], patience_s)[0]:
                return None
            self.heard += self.decoder.feed(os.read(self.fd, 65536))
        received = self.heard.pop(0)
        self.taken = received.taken
        return received.message

    def drain(self) -> None:
        """Pass over what is there."""
        while select.select([self.fd], [], [], 0.0)[0]:
            self.decoder.feed(os.read(self.fd, 65536))

    def until(self, kind: type[_M]) -> _M:
        """Return the next message of a kind; those before it are passed over."""
        while not isinstance(message := self.next(), kind):
            assert message is not None, f"no {kind.__name__} came"
        return message

    def discover(self, nonce: int = 0x5EED) -> Identity:
        """Ask until it answers, as a host does."""
        for _ in range(ATTEMPTS):
            self.write(b"\0")
            self.send(Discover(nonce))
            while message := self.next(PATIENCE_S / ATTEMPTS):
                if isinstance(message, Identity) and message.nonce == nonce:
                    return message
        raise AssertionError("no board answers")

    def until_status(self) -> Status:
        """Ask how it does until it answers."""
        for nonce in range(1, ATTEMPTS):
            self.write(b"\0")
            self.send(Poll(nonce))
            while message := self.next(PATIENCE_S / ATTEMPTS):
                if isinstance(message, Status) and message.nonce == nonce:
                    return message
        raise AssertionError("no board answers")

    def configure(self, config: bytes) -> None:
        room = CONTENT_MAX - 4
        for at in range(0, len(config), room):
            self.send(Configure(at, config[at : at + room]))
            assert self.until(Configured).offset == min(at + room, len(config))

    def start(self, config: bytes, **changes: int) -> int:
        """Configure and start; return the session."""
        self.configure(config)
        self.send(start_of(config, **changes))
        return self.until(Started).session

    def tick(self, number: int, octets: bytes = b"", *, supply_mv: int = 27_000) -> bytes:
        """Grant a tick with a short input; return the whole output, with what continues it."""
        self.send(Grant(number & 0xFFFF, 0, supply_mv, len(octets), octets))
        output, reply = b"", None
        while reply is None or not reply.flags & ReplyFlag.LAST:
            reply = self.until(Reply)
            output += reply.octets
        assert not reply.flags & ReplyFlag.MORE
        return output


def dictionary_hash() -> int:
    return load_dictionary().hash


def start_of(config: bytes, **changes: int) -> Start:
    """Return a START of a warm transmitter in lockstep at 100 Hz, with changes."""
    settings = {
        "session": 0xF1E1D,
        "role": 0,
        "mode": 0,
        "flags": 1,
        "supply_mv": 27_000,
        "dictionary": dictionary_hash(),
        "tick_us": 10_000,
        "config_bytes": len(config),
        "config_crc": zlib.crc32(config),
    }
    return Start(**settings | changes)


def transmitter_config(**changes: int) -> bytes:
    """Return the 88 octets of a transmitter whose channel k carries APID 0x100 + k."""
    c = {
        "spacecraft_id": 65,
        "frame_bytes": 128,
        "rate_bps": 1_000_000,
        "warm_up_us": 20_000,
        "reset_us": 30_000,
        "hold_up_us": 20_000,
        "damage_us": 20_000,
        "heartbeat_us": 1_000_000,
        "idle_us": 0,
        "on_mv": 24_000,
        "brown_out_mv": 20_000,
        "gone_mv": 12_000,
        "status_channel": 3,
        "route_count": 4,
        "queue_bytes": 2000,
        "flush_us": 0,
    } | changes
    head = struct.pack("<2H7I3H2B", *list(c.values())[:14])
    routes = b"".join(struct.pack("<HB", 0x100 + k, k) for k in range(4)) + bytes(12)
    return head + routes + struct.pack("<HI", c["queue_bytes"], c["flush_us"]) * 4


def packet(channel: int, size: int = 40, count: int = 0) -> bytes:
    """Return a packet of APID 0x100 + channel."""
    body = bytes((count + k) & 0xFF for k in range(size - 6))
    return struct.pack(">HHH", 0x0900 | channel, 0xC000 | count & 0x3FFF, size - 7) + body


@pytest.fixture
def virtual() -> Iterator[VirtualBoard]:
    with VirtualBoard() as board:
        yield board


@pytest.fixture
def host(virtual: VirtualBoard) -> Iterator[Host]:
    with Host(virtual.port) as host:
        yield host
