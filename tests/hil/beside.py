"""A board in a flight beside the core's own C: tick by tick, octet by octet, the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.hil.double import SequencerDouble, TransmitterDouble

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flightsw.closed_loop import SequencerBoard
    from hil.bridge import Bridge


class EnoughError(Exception):
    """All that was to be compared has been."""


class TransmitterBeside:
    """The core's transmitter flies; a board flies stretches of it beside a second one.

    Both begin a stretch anew, as ones that have been on for long. A stretch is a pair of ticks
    since the flight's first.
    """

    def __init__(self, board: Bridge, stretches: Iterable[tuple[int, int]]) -> None:
        self.board = board
        self.stretches = [*stretches]
        self.compared = 0
        self.octets = 0
        self._flown = TransmitterDouble()
        self._beside = TransmitterDouble()
        self._tick = 0

    def start_transmitter(self, config: bytes, *, tick_us: int, supply_mv: int, warm: bool) -> None:
        self._flown.start_transmitter(config, tick_us=tick_us, supply_mv=supply_mv, warm=warm)
        self._config, self._tick_us = config, tick_us

    def _begin(self, supply_mv: int) -> None:
        for each in (self._beside, self.board):
            each.start_transmitter(
                self._config, tick_us=self._tick_us, supply_mv=supply_mv, warm=True
            )

    def step_transmitter(self, packets: bytes, *, supply_mv: int, reset: bool) -> bytes:
        flown = self._flown.step_transmitter(packets, supply_mv=supply_mv, reset=reset)
        if not self.stretches:
            raise EnoughError
        first, last = self.stretches[0]
        if self._tick == first:
            self._begin(supply_mv)
        if self._tick >= first:
            expected = self._beside.step_transmitter(packets, supply_mv=supply_mv, reset=reset)
            sent = self.board.step_transmitter(packets, supply_mv=supply_mv, reset=reset)
            assert sent == expected, f"tick {self._tick}"
            self.compared += 1
            self.octets += len(sent)
        self._tick += 1
        if self._tick == last:
            self.board.stop()
            del self.stretches[0]
        return flown


class SequencerBeside:
    """A board flies as the computer from the first tick on, beside the core's."""

    def __init__(self, board: SequencerBoard, ticks: int) -> None:
        self.board = board
        self.ticks = ticks
        self._beside = SequencerDouble()

    def start_sequencer(self, config: bytes, *, tick_us: int) -> None:
        for each in (self._beside, self.board):
            each.start_sequencer(config, tick_us=tick_us)

    def step_sequencer(self, measured: bytes) -> bytes:
        if self.ticks == 0:
            raise EnoughError
        self.ticks -= 1
        answer = self.board.step_sequencer(measured)
        assert answer == self._beside.step_sequencer(measured)
        return answer
