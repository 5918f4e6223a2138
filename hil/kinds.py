"""What host and board say to one another: the kinds of docs/reference/board-link.md, section 4.

A kind is a frozen dataclass whose fields stand in the order of its body; a last one, `octets`, is
all that follows them. How they are packed is in packing.py. What comes from the line is not judged
here: a state or a reason that nobody knows stays the number that it is.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum, IntFlag
from typing import Final

PROTOCOL: Final = 1
RESTART_KEY: Final = 0x4F4F4231


class Role(IntEnum):
    """What a board plays in a flight; bit `1 << role` of `Identity.roles`."""

    TRANSMITTER = 0
    SEQUENCER = 1


class Mode(IntEnum):
    """Who decides when a tick begins."""

    LOCKSTEP = 0
    REAL_TIME = 1


class State(IntEnum):
    """Of a board."""

    IDLE = 0
    RUNNING = 1


class ResetCause(IntEnum):
    """Why a board last began."""

    POWER = 0
    WATCHDOG = 1
    RESTART = 2
    PIN = 3
    BROWN_OUT = 4
    OTHER = 5


class Reason(IntEnum):
    """Why a board refused."""

    NOT_RUNNING = 1
    SESSION = 2
    ROLE = 3
    MODE = 4
    DICTIONARY = 5
    CONFIGURATION_LENGTH = 6
    CONFIGURATION_CRC = 7
    CONFIGURATION_CONTENT = 8
    NUMBER = 9
    INPUT_LENGTH = 10
    TICK = 11


class StartFlag(IntFlag):
    """`Start.flags`."""

    WARM = 1


class GrantFlag(IntFlag):
    """`Grant.flags`."""

    RESET = 1
    CONTINUE = 2
    CLOCK = 4


class ReplyFlag(IntFlag):
    """`Reply.flags`."""

    LAST = 1
    MORE = 2


# ------------------------------------------------------------------------------------------ host


@dataclass(frozen=True, slots=True)
class Discover:
    """Who is there?"""  # noqa: D400

    nonce: int
    protocol: int = PROTOCOL


@dataclass(frozen=True, slots=True)
class Configure:
    """A piece of the configuration."""

    offset: int
    octets: bytes


@dataclass(frozen=True, slots=True)
class Start:
    """Begin a session with the configuration that has been sent."""

    session: int
    role: int
    mode: int
    flags: int
    supply_mv: int
    dictionary: int
    tick_us: int
    config_bytes: int
    config_crc: int


@dataclass(frozen=True, slots=True)
class Grant:
    """A tick may pass; `octets` are the first of `length` of its input."""

    number: int
    flags: int
    supply_mv: int
    length: int
    octets: bytes = b""


@dataclass(frozen=True, slots=True)
class Data:
    """More of the input of a grant."""

    number: int
    offset: int
    octets: bytes


@dataclass(frozen=True, slots=True)
class Stop:
    """End a session."""

    session: int


@dataclass(frozen=True, slots=True)
class Poll:
    """How are you?"""  # noqa: D400

    nonce: int


@dataclass(frozen=True, slots=True)
class Echo:
    """Send this back."""

    octets: bytes


@dataclass(frozen=True, slots=True)
class Time:
    """The host's clock, to be answered at once."""

    host_us: int


@dataclass(frozen=True, slots=True)
class Restart:
    """Reset yourself."""

    key: int = RESTART_KEY


# ------------------------------------------------------------------------------------------ board


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a board is, what it can take, what it is doing; `octets` are its name in ASCII."""

    nonce: int
    protocol: int
    roles: int
    state: int
    reset_cause: int
    session: int
    number: int
    window: int
    content_max: int
    config_max: int
    input_max: int
    storage_bytes: int
    reply_max: int
    dictionary: int
    firmware: int
    board_id: bytes
    octets: bytes

    @property
    def name(self) -> str:
        """Its name, with what is not printable ASCII replaced."""
        return "".join(chr(code) if 0x20 <= code < 0x7F else "?" for code in self.octets)  # noqa: PLR2004


@dataclass(frozen=True, slots=True)
class Configured:
    """All octets of the configuration before `offset` are here."""

    offset: int


@dataclass(frozen=True, slots=True)
class Started:
    """The session runs."""

    session: int


@dataclass(frozen=True, slots=True)
class Reply:
    """A piece of the output of a tick."""

    number: int
    offset: int
    flags: int
    octets: bytes


@dataclass(frozen=True, slots=True)
class Waiting:
    """`have` octets of the input are here, and more must come."""

    number: int
    have: int


@dataclass(frozen=True, slots=True)
class Status:
    """What a board is doing, and its counters since its reset."""

    nonce: int
    state: int
    role: int
    mode: int
    reset_cause: int
    session: int
    number: int
    board_us: int
    received: int
    sent: int
    frames_good: int
    frames_bad: int
    frames_long: int
    malformed: int
    sequence_gaps: int
    sequence_repeats: int
    overruns: int
    ring_dropped: int
    line_dropped: int
    grants_missed: int
    late_ticks: int


COUNTERS: Final = tuple(field.name for field in fields(Status))[8:]  # of Status, in its order


@dataclass(frozen=True, slots=True)
class Echoed:
    """What ECHO brought."""

    octets: bytes


@dataclass(frozen=True, slots=True)
class Timed:
    """The answer to TIME: when it came and when this left, on the board's clock."""

    host_us: int
    received_us: int
    sent_us: int


@dataclass(frozen=True, slots=True)
class Credit:
    """Nothing to say but `taken`."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A board will not do what a frame of `kind` asked."""

    kind: int
    reason: int
    detail: int


@dataclass(frozen=True, slots=True)
class Frames:
    """Telemetry as it leaves, in real time; `position` counts the octets before it."""

    position: int
    board_us: int
    octets: bytes


HostMessage = (
    Discover | Configure | Start | Grant | Data | Stop | Poll | Echo | Time | Restart
)  # fmt: skip
BoardMessage = (
    Identity | Configured | Started | Reply | Waiting | Status | Echoed | Timed | Credit | Refused
    | Frames
)  # fmt: skip
Message = HostMessage | BoardMessage
