"""What host and board say to one another: the kinds of docs/reference/board-link.md, section 4.

A kind is a frozen dataclass whose fields stand in the order of its body; `encode` and `decode` turn
it into the content of a frame and back. What comes from the line is not judged here: a state or a
reason that nobody knows stays the number that it is.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import IntEnum, IntFlag
from operator import attrgetter
from typing import Any, Final, NamedTuple, TypeVar

PROTOCOL: Final = 1
RESTART_KEY: Final = 0x4F4F4231
FROM_BOARD: Final = 0x80  # set in the kinds that a board sends


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


class Layout(NamedTuple):
    """How a kind is packed: kind, sequence (and, from a board, `taken`), its fields, its tail."""

    code: int
    made: Callable[..., Any]
    head: struct.Struct
    values: Callable[[Any], tuple[Any, ...]]
    has_tail: bool


LAYOUTS: Final[dict[int, Layout]] = {}
_LAYOUT_OF: Final[dict[type, Layout]] = {}
_T = TypeVar("_T")
_TAIL: Final = "octets"


def _kind(code: int, body: str = "") -> Callable[[type[_T]], type[_T]]:
    """Tell how a dataclass is packed; a last field `octets` takes what follows."""

    def register(made: type[_T]) -> type[_T]:
        names = [field.name for field in fields(made)]  # type: ignore[arg-type]
        has_tail = names[-1:] == [_TAIL]
        packed = names[:-1] if has_tail else names
        values = attrgetter(*packed) if len(packed) > 1 else _few(packed)
        head = struct.Struct(("<BBH" if code & FROM_BOARD else "<BB") + body)
        LAYOUTS[code] = _LAYOUT_OF[made] = Layout(code, made, head, values, has_tail)
        return made

    return register


def _few(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    return lambda message: tuple(getattr(message, name) for name in names)


# ------------------------------------------------------------------------------------------ host


@_kind(0x01, "IB")
@dataclass(frozen=True, slots=True)
class Discover:
    """Who is there?"""  # noqa: D400

    nonce: int
    protocol: int = PROTOCOL


@_kind(0x02, "H")
@dataclass(frozen=True, slots=True)
class Configure:
    """A piece of the configuration."""

    offset: int
    octets: bytes


@_kind(0x03, "IBBBHIIHI")
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


@_kind(0x04, "HBHH")
@dataclass(frozen=True, slots=True)
class Grant:
    """A tick may pass; `octets` are the first of `length` of its input."""

    number: int
    flags: int
    supply_mv: int
    length: int
    octets: bytes = b""


@_kind(0x05, "HH")
@dataclass(frozen=True, slots=True)
class Data:
    """More of the input of a grant."""

    number: int
    offset: int
    octets: bytes


@_kind(0x06, "I")
@dataclass(frozen=True, slots=True)
class Stop:
    """End a session."""

    session: int


@_kind(0x07, "H")
@dataclass(frozen=True, slots=True)
class Poll:
    """How are you?"""  # noqa: D400

    nonce: int


@_kind(0x08)
@dataclass(frozen=True, slots=True)
class Echo:
    """Send this back."""

    octets: bytes


@_kind(0x09, "Q")
@dataclass(frozen=True, slots=True)
class Time:
    """The host's clock, to be answered at once."""

    host_us: int


@_kind(0x0A, "I")
@dataclass(frozen=True, slots=True)
class Restart:
    """Reset yourself."""

    key: int = RESTART_KEY


# ------------------------------------------------------------------------------------------ board


@_kind(0x81, "IBBBBIHHHHHHHII8s")
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


@_kind(0x82, "H")
@dataclass(frozen=True, slots=True)
class Configured:
    """All octets of the configuration before `offset` are here."""

    offset: int


@_kind(0x83, "I")
@dataclass(frozen=True, slots=True)
class Started:
    """The session runs."""

    session: int


@_kind(0x84, "HHB")
@dataclass(frozen=True, slots=True)
class Reply:
    """A piece of the output of a tick."""

    number: int
    offset: int
    flags: int
    octets: bytes


@_kind(0x85, "HH")
@dataclass(frozen=True, slots=True)
class Waiting:
    """`have` octets of the input are here, and more must come."""

    number: int
    have: int


@_kind(0x86, "HBBBBIHQ13I")
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


@_kind(0x87)
@dataclass(frozen=True, slots=True)
class Echoed:
    """What ECHO brought."""

    octets: bytes


@_kind(0x88, "QQQ")
@dataclass(frozen=True, slots=True)
class Timed:
    """The answer to TIME: when it came and when this left, on the board's clock."""

    host_us: int
    received_us: int
    sent_us: int


@_kind(0x89)
@dataclass(frozen=True, slots=True)
class Credit:
    """Nothing to say but `taken`."""


@_kind(0x8A, "BBI")
@dataclass(frozen=True, slots=True)
class Refused:
    """A board will not do what a frame of `kind` asked."""

    kind: int
    reason: int
    detail: int


@_kind(0x8B, "II")
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


class Received(NamedTuple):
    """A message with what stood before its body; `taken` is 0 where a host sent it."""

    message: Message
    sequence: int
    taken: int


def code_of(message: Message) -> int:
    """Return the number of the kind of a message."""
    return _LAYOUT_OF[type(message)].code


def encode(message: Message, sequence: int, taken: int = 0) -> bytes:
    """Return the content of the frame that carries a message.

    Parameters
    ----------
    message : Message
        Of any kind.
    sequence : int
        Of its sender, modulo 256.
    taken : int
        Octets that a board has taken, modulo 65536; nothing in a host's frames.

    Raises
    ------
    struct.error
        If a field does not fit where it stands.
    """
    layout = _LAYOUT_OF[type(message)]
    if layout.code & FROM_BOARD:
        head = layout.head.pack(layout.code, sequence, taken, *layout.values(message))
    else:
        head = layout.head.pack(layout.code, sequence, *layout.values(message))
    return head + message.octets if layout.has_tail else head  # type: ignore[union-attr]


def decode(content: bytes, *, from_board: bool) -> Received | None:
    """Return what a frame's content says, or None where it is malformed.

    Malformed is a kind that this sender does not have, or a body shorter than its kind. What is
    longer is taken, and what follows passed over: a later version may have added it.
    """
    if not content or (content[0] >= FROM_BOARD) is not from_board:
        return None
    layout = LAYOUTS.get(content[0])
    if layout is None or len(content) < layout.head.size:
        return None
    if from_board:
        _, sequence, taken, *values = layout.head.unpack_from(content)
    else:
        _, sequence, *values = layout.head.unpack_from(content)
        taken = 0
    if layout.has_tail:
        return Received(layout.made(*values, content[layout.head.size :]), sequence, taken)
    return Received(layout.made(*values), sequence, taken)
