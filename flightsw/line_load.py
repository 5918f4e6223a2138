"""What a board's part of a flight asks of its line, and what of it a rate carries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from flightsw._native import lib
from flightsw.board_octets import ANSWER_HEAD_BYTES, measured_octets
from flightsw.closed_loop import ClosedLoop
from flightsw.dictionary import load_dictionary

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from flightsw.scenario import Scenario

Role = Literal["transmitter", "sequencer"]

BITS_OF_OCTET: Final = 10  # on the line: start, eight, stop
# docs/reference/board-link.md, sections 2 and 4: octets that a frame costs besides what it carries.
FRAME: Final = 6
GRANT: Final = FRAME + 2 + 7
DATA: Final = FRAME + 2 + 4
FRAMES: Final = FRAME + 4 + 8
REPLY: Final = FRAME + 4 + 5
CREDIT: Final = FRAME + 4
CONTENT_MAX: Final = 249


@dataclass(frozen=True, slots=True)
class LineLoad:
    """What goes over a board's line in a flight, tick by tick.

    Attributes
    ----------
    to_board, from_board : array of int, shape (n,)
        Octets in each tick, the link's own among them.
    channels : array of int, shape (n, 5)
        Of `from_board`, those of each virtual channel and of idle frames; zero for a sequencer.
    tick_s : float
        Length of a tick, s.
    frame_bytes : int
        Of the transmitter, with the marker; 0 for a sequencer.
    """

    to_board: NDArray[np.int64]
    from_board: NDArray[np.int64]
    channels: NDArray[np.int64]
    tick_s: float
    frame_bytes: int

    def peak_per_s(self, octets: NDArray[np.int64]) -> float:
        """Return the most octets in any second."""
        ticks = max(1, round(1.0 / self.tick_s))
        total = np.concatenate(([0], np.cumsum(octets)))
        most = int((total[ticks:] - total[:-ticks]).max()) if len(total) > ticks else int(total[-1])
        return most / (ticks * self.tick_s)


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether a line carries a load in real time.

    Attributes
    ----------
    baud : int
        Its rate, bit/s.
    carries_per_s : float
        Octets that it carries in a second, each way.
    needs_per_s : float
        Octets of the fullest second, of the fuller direction; both together for a sequencer, which
        answers only when it has heard.
    cap_bps : int or None
        Telemetry that fits, bit/s: a rate cap for the transmitter; None for a sequencer.
    thinned : tuple of str
        Channels that lose packets at that cap, by name.
    enough_baud : int or None
        Least usual rate that carries all of it; None where none does.
    """

    baud: int
    carries_per_s: float
    needs_per_s: float
    cap_bps: int | None
    thinned: tuple[str, ...]
    enough_baud: int | None

    @property
    def fits(self) -> bool:
        """Whether the line carries the fullest second."""
        return self.needs_per_s <= self.carries_per_s


def line_load(scenario: Scenario, role: Role) -> LineLoad:
    """Return what a board's part asks of its line when nothing goes wrong on it.

    Notes
    -----
    Counted in the simulated flight, which is flown for it: half a second.
    """
    closed = ClosedLoop(scenario)
    loop = closed.loop
    carried = closed.tables.loop.transmitter[0 : closed.tables.loop.transmitter_count]
    playing = next((i for i, each in enumerate(carried) if each.takes_packets), 0)
    count = loop.transmitter[playing].transmitter.count
    analogs = closed.tables.fsw.analog_count
    packets: list[int] = []
    sent: list[list[int]] = []
    while not closed.finished:
        closed.step()
        packets.append(loop.output.packet_bytes)
        sent.append(list(count.frames_sent))
    told = np.array(packets, dtype=np.int64)
    totals = np.array([[0] * len(sent[0]), *sent], dtype=np.int64)
    frames = totals[1:] - totals[:-1]
    tick_s = float(loop.tick_s)
    if role == "sequencer":
        measured = len(measured_octets(loop.input, analogs))
        to_board = np.full(len(told), _pieces(measured, GRANT, DATA))
        from_board = _pieces_of(told + ANSWER_HEAD_BYTES, REPLY, REPLY)
        return LineLoad(to_board, from_board, np.zeros_like(frames), tick_s, 0)
    whole = int(carried[playing].config.frame_bytes) + lib.CCSDS_MARKER_bytes
    channels = frames * _pieces(whole, FRAMES, FRAMES)
    return LineLoad(_pieces_of(told, GRANT, DATA), channels.sum(axis=1), channels, tick_s, whole)


def telemetry_bps(octets_per_s: float, frame_bytes: int) -> int:
    """Return how many bits of transfer frames, markers included, go in octets of the line."""
    return int(octets_per_s * 8 * frame_bytes / _pieces(frame_bytes, FRAMES, FRAMES))


def fit(load: LineLoad, baud: int, rates: Iterable[int]) -> Fit:
    """Return whether a line of `baud` bit/s carries a load in real time; else which of `rates`."""
    carries = baud / BITS_OF_OCTET
    cap: int | None = None
    thinned: tuple[str, ...] = ()
    needs = load.peak_per_s(load.to_board + load.from_board)
    if load.frame_bytes:
        needs = max(load.peak_per_s(load.to_board), load.peak_per_s(load.from_board))
        cap = telemetry_bps(carries, load.frame_bytes)
        thinned = _thinned(load, carries)
    enough = min((rate for rate in rates if rate / BITS_OF_OCTET >= needs), default=None)
    return Fit(baud, carries, needs, cap, thinned, enough)


def _thinned(load: LineLoad, carries: float) -> tuple[str, ...]:
    """Return the channels that find no room: the first goes first."""
    names = {channel.id: channel.name for channel in load_dictionary().channels}
    return tuple(
        names[channel]
        for channel in sorted(names)
        if load.channels[:, channel].any()
        and load.peak_per_s(load.channels[:, : channel + 1].sum(axis=1)) > carries
    )


def _pieces(size: int, first: int, more: int) -> int:
    return int(_pieces_of(np.array([size]), first, more)[0])


def _pieces_of(sizes: NDArray[np.int64], first: int, more: int) -> NDArray[np.int64]:
    """Return what payloads cost on the line, cut into pieces that fit a frame."""
    room, room_more = CONTENT_MAX + FRAME - first, CONTENT_MAX + FRAME - more
    rest = np.maximum(sizes - room, 0)
    return np.asarray(sizes + first + -(-rest // room_more) * more)
