"""A board's part of a flight in octets: configurations, measurements, answers.

docs/reference/board-link.md, sections 6 and 8. Little-endian; nothing of the line stands here.
"""

from __future__ import annotations

import struct
import sys
from dataclasses import dataclass
from functools import cache
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from flightsw._native import ffi, lib
from flightsw.dictionary import Packet, load_dictionary, numpy_dtype
from flightsw.errors import FlightswError

if TYPE_CHECKING:
    from collections import deque

_TRANSMITTER: Final = struct.Struct("<2H7I3H2B")
_RATE: Final = slice(4, 8)  # rate_bps in it
_ROUTE: Final = struct.Struct("<HB")
_CHANNEL: Final = struct.Struct("<HI")
_MEASURED: Final = struct.Struct("<3i3iQ")
_ANSWER: Final = struct.Struct("<Q3dH")
ANSWER_HEAD_BYTES: Final = _ANSWER.size  # before the packets
_PACKET_HEADER_BYTES: Final = 6
_NO_ENTRY: Final = 0xFF


class BoardAnswerError(FlightswError):
    """What a board answered is no answer of a flight computer."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the board's answer is none of a flight computer: {reason}")


def transmitter_octets(config: Any) -> bytes:
    """Return a `transmitter_config_t` as a board is told it, 88 octets."""
    c = config
    head = _TRANSMITTER.pack(
        *(c.spacecraft_id, c.frame_bytes),
        *(c.rate_bps, c.warm_up_us, c.reset_us, c.hold_up_us, c.damage_us),
        *(c.heartbeat_us, c.idle_us),
        *(c.on_mv, c.brown_out_mv, c.gone_mv),
        *(c.status_channel, c.route_count),
    )
    routes = b"".join(_ROUTE.pack(route.apid, route.channel) for route in c.route)
    channels = b"".join(_CHANNEL.pack(each.queue_bytes, each.flush_us) for each in c.channel)
    return head + routes + channels


def capped(octets: bytes, rate_bps: int) -> bytes:
    """Return a transmitter's octets with a rate cap of at most `rate_bps`."""
    own = int.from_bytes(octets[_RATE], "little")
    return octets[: _RATE.start] + min(own, rate_bps).to_bytes(4, "little") + octets[_RATE.stop :]


def computer_octets(config: Any) -> bytes:
    """Return a `fsw_config_t` as a board is told it: its memory on a little-endian machine."""
    if sys.byteorder != "little":
        msg = "a board is told the sequence as a little-endian machine holds it; this one does not"
        raise FlightswError(msg)
    return bytes(ffi.buffer(config))


def measured_octets(measured: Any, analog_count: int) -> bytes:
    """Return a `fsw_input_t` as a board is told it in a tick."""
    return _MEASURED.pack(
        *measured.axial_counts, *measured.imu_counts, measured.discretes
    ) + struct.pack(f"<{analog_count}i", *measured.analog_counts[0:analog_count])


def measured_bytes(analog_count: int) -> int:
    """Return how many octets `measured_octets` has."""
    return _MEASURED.size + 4 * analog_count


@dataclass(frozen=True, slots=True)
class Answer:
    """What a flight computer says in a tick; `latched` has a bit for each entry that fired."""

    actions: int
    axis_platform: tuple[float, float, float]
    packet_count: int
    packets: bytes
    latched: int


def answer_of(octets: bytes) -> Answer:
    """Return what a board answered in a tick.

    Parameters
    ----------
    octets : bytes
        One whole answer.

    Returns
    -------
    Answer
        Entries that fired are those of its EVENT packets: whatever fires is told in its tick.

    Raises
    ------
    BoardAnswerError
        If it is too short or too long, its axis is not finite, or its packets are not as many as
        it says.
    """
    if not _ANSWER.size <= len(octets) <= _ANSWER.size + lib.FSW_OUTBOX_bytes:
        msg = f"{len(octets)} octets, not {_ANSWER.size} to {_ANSWER.size + lib.FSW_OUTBOX_bytes}"
        raise BoardAnswerError(msg)
    actions, x, y, z, packet_count = _ANSWER.unpack_from(octets)
    if not (isfinite(x) and isfinite(y) and isfinite(z)):
        msg = f"it points the vehicle to ({x}, {y}, {z})"
        raise BoardAnswerError(msg)
    packets = octets[_ANSWER.size :]
    latched = found = at = 0
    while at < len(packets):
        size = _packet_bytes(packets[at : at + _PACKET_HEADER_BYTES])
        latched |= _latched(packets[at : at + size])
        at += size
        found += 1
    if at != len(packets) or found != packet_count:
        msg = f"{len(packets)} octets of packets are not {packet_count} packets"
        raise BoardAnswerError(msg)
    return Answer(actions, (x, y, z), packet_count, packets, latched)


def joined(answers: deque[bytes]) -> bytes:
    """Take the answers of several ticks as one, as many as the core has room for; nothing of none.

    Parameters
    ----------
    answers : deque of bytes
        In their order; those that were taken are gone from it.

    Returns
    -------
    bytes
        One answer: all that they command, the axis of the last, all their packets.

    Raises
    ------
    BoardAnswerError
        If one of several is none.
    """
    if len(answers) <= 1:
        return answers.popleft() if answers else b""
    actions = count = 0
    axis = (0.0, 1.0, 0.0)
    packets = b""
    while answers:
        answer = answer_of(answers[0])
        if len(packets) + len(answer.packets) > lib.FSW_OUTBOX_bytes:
            break
        answers.popleft()
        actions |= answer.actions
        axis = answer.axis_platform
        count += answer.packet_count
        packets += answer.packets
    return _ANSWER.pack(actions, *axis, count) + packets


def _packet_bytes(header: bytes) -> int:
    """Return the length of a space packet; one that is cut short ends nowhere."""
    if len(header) < _PACKET_HEADER_BYTES:
        return lib.FSW_OUTBOX_bytes + 1
    return int.from_bytes(header[4:6]) + 1 + _PACKET_HEADER_BYTES


def _latched(packet: bytes) -> int:
    """Return the bit of the entry that a packet tells of, if it is an EVENT that tells of one."""
    event, offset = _event()
    if len(packet) != event.size_bytes or int.from_bytes(packet[:2]) & 0x7FF != event.apid:
        return 0
    entry = packet[offset]
    return 0 if entry == _NO_ENTRY else 1 << (entry % lib.FSW_ENTRIES_MAX)


@cache
def _event() -> tuple[Packet, int]:
    """Return EVENT of the dictionary, and where its entry stands."""
    event = load_dictionary().packet("EVENT")
    fields = numpy_dtype(event).fields
    assert fields is not None
    return event, int(fields["entry"][1])
