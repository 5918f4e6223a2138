"""How the messages of kinds.py are packed: docs/reference/board-link.md, section 4.

The content of a frame is the number of its kind, its sequence, from a board what it has taken, then
the fields of the kind, little-endian, and `octets` where the kind ends with them.
"""

from __future__ import annotations

import struct
from dataclasses import fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hil import kinds

if TYPE_CHECKING:
    from collections.abc import Callable

    from hil.kinds import Message

FROM_BOARD: Final = 0x80  # set in the kinds that a board sends
_TAIL: Final = "octets"

# The number of each kind, and its fields as `struct` writes them.
_BODIES: Final[dict[type[Any], tuple[int, str]]] = {
    kinds.Discover: (0x01, "IB"),
    kinds.Configure: (0x02, "H"),
    kinds.Start: (0x03, "IBBBHIIHI"),
    kinds.Grant: (0x04, "HBHH"),
    kinds.Data: (0x05, "HH"),
    kinds.Stop: (0x06, "I"),
    kinds.Poll: (0x07, "H"),
    kinds.Echo: (0x08, ""),
    kinds.Time: (0x09, "Q"),
    kinds.Restart: (0x0A, "I"),
    # from a board: FROM_BOARD is set
    kinds.Identity: (0x81, "IBBBBIHHHHHHHII8s"),
    kinds.Configured: (0x82, "H"),
    kinds.Started: (0x83, "I"),
    kinds.Reply: (0x84, "HHB"),
    kinds.Waiting: (0x85, "HH"),
    kinds.Status: (0x86, "HBBBBIHQ13I"),
    kinds.Echoed: (0x87, ""),
    kinds.Timed: (0x88, "QQQ"),
    kinds.Credit: (0x89, ""),
    kinds.Refused: (0x8A, "BBI"),
    kinds.Frames: (0x8B, "II"),
}


class Layout(NamedTuple):
    """How a kind is packed: its number, what stands before its tail, its fields, its tail."""

    code: int
    made: Callable[..., Any]
    head: struct.Struct
    values: Callable[[Any], tuple[Any, ...]]
    has_tail: bool


def _layout(made: type[Any], code: int, body: str) -> Layout:
    names = [field.name for field in fields(made)]
    has_tail = names[-1:] == [_TAIL]
    packed = names[:-1] if has_tail else names
    values = attrgetter(*packed) if len(packed) > 1 else _few(packed)
    head = struct.Struct(("<BBH" if code & FROM_BOARD else "<BB") + body)
    return Layout(code, made, head, values, has_tail)


def _few(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    return lambda message: tuple(getattr(message, name) for name in names)


_LAYOUT_OF: Final = {made: _layout(made, *body) for made, body in _BODIES.items()}
LAYOUTS: Final = {layout.code: layout for layout in _LAYOUT_OF.values()}


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
