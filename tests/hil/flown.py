"""What a board is given in a flight, and what it answers: the core's own C, without a line."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol

import flightsw
from tests.hil.double import SequencerDouble, TransmitterDouble


@dataclass
class Transmitting(TransmitterDouble):
    """What the transmitter was given, tick by tick."""

    how: dict[str, Any] = field(default_factory=dict)
    given: list[tuple[bytes, int, bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def start_transmitter(self, config: bytes, **how: Any) -> None:
        super().start_transmitter(config, **how)
        self.how = {"config": config, **how}

    def step_transmitter(self, packets: bytes, *, supply_mv: int, reset: bool) -> bytes:
        self.given.append((packets, supply_mv, reset))
        return super().step_transmitter(packets, supply_mv=supply_mv, reset=reset)


@dataclass
class Computing(SequencerDouble):
    """What the flight computer was given, and what it answered."""

    how: dict[str, Any] = field(default_factory=dict)
    given: list[bytes] = field(default_factory=list)
    answered: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def start_sequencer(self, config: bytes, *, tick_us: int) -> None:
        super().start_sequencer(config, tick_us=tick_us)
        self.how = {"config": config, "tick_us": tick_us}

    def step_sequencer(self, measured: bytes) -> bytes:
        self.given.append(measured)
        self.answered.append(super().step_sequencer(measured))
        return self.answered[-1]


@cache
def flown(mission: str) -> tuple[Transmitting, Computing]:
    """Return what both parts of a flight were given, from its first tick to its last."""
    transmitter, computer = Transmitting(), Computing()
    flightsw.fly(flightsw.load(mission), transmitter=transmitter, computer=computer)
    return transmitter, computer


class Window(Protocol):
    """A piece of a flight that a board flies, and the pure simulation has flown."""

    should: list[bytes]

    def start(self, board: Any) -> None:
        """Begin it."""
        ...

    def step(self, board: Any, tick: int) -> bytes:
        """Fly one tick of it, counted from its beginning."""
        ...


class TransmitterWindow:
    """Ticks of a flight as the transmitter sees them, from one that has been on for long."""

    def __init__(self, mission: str, ticks: range) -> None:
        flight, _ = flown(mission)
        self._given = [flight.given[tick] for tick in ticks]
        self._how = {**flight.how, "supply_mv": self._given[0][1], "warm": True}
        self.should = self.of(TransmitterDouble())

    @property
    def packets(self) -> bytes:
        """All that the transmitter is given to send."""
        return b"".join(packets for packets, _, _ in self._given)

    def of(self, board: Any, *, warm: bool = True, since: int = 0) -> list[bytes]:
        """Return what a board answers that is started in a tick of it."""
        board.start_transmitter(**self._how | {"warm": warm})
        return [self.step(board, tick) for tick in range(since, len(self._given))]

    def start(self, board: Any) -> None:
        board.start_transmitter(**self._how)

    def step(self, board: Any, tick: int) -> bytes:
        packets, supply_mv, reset = self._given[tick]
        sent: bytes = board.step_transmitter(packets, supply_mv=supply_mv, reset=reset)
        return sent


class ComputerWindow:
    """The first ticks of a flight, as the computer sees them."""

    def __init__(self, mission: str, ticks: int) -> None:
        _, flight = flown(mission)
        self._how = flight.how
        self._given = flight.given[:ticks]
        self.should = flight.answered[:ticks]

    def start(self, board: Any) -> None:
        board.start_sequencer(**self._how)

    def step(self, board: Any, tick: int) -> bytes:
        answer: bytes = board.step_sequencer(self._given[tick])
        return answer


def commands(answers: list[bytes]) -> list[tuple[int, int]]:
    """Return which actions were commanded, and in which tick."""
    words = [int.from_bytes(answer[:8], "little") for answer in answers]
    return [(tick, word) for tick, word in enumerate(words) if word]
