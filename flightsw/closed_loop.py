"""The closed loop of a flight: in long calls of the core, or tick by tick with boards in it."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from flightsw._native import ffi, lib
from flightsw.board_octets import answer_of, computer_octets, measured_octets, transmitter_octets
from flightsw.briefing import downlink_header
from flightsw.bursts import MARKER, Bursts
from flightsw.dictionary import load_dictionary
from flightsw.errors import FlightswError
from flightsw.scenario.tables import TRUTH_RATE_HZ, native_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from flightsw.dictionary import Dictionary
    from flightsw.scenario import Scenario

CHUNK_S = 10.0  # of flight in one call of the core: its buffers stay in the processor's cache
PACED_CHUNK_S = 0.05  # the slice of the log
MARGIN_BYTES = 1 << 16
ALL_OF_IT = 2**63 - 1  # a time after every slice of the log
PATIENCE_S = 0.25  # for the rest of a frame that a board sends by its own clock
BLOCK_BYTES = 1 << 24  # of memory for the log: large, so that the system gives it in large pages
LOG_OVERHEAD = 1.5  # more than entries, receptions and blocks add to the octets of frames


class CoreRefusedError(FlightswError):
    """The compiled core refused what it was given; nothing was started."""

    def __init__(self, status: int) -> None:
        rooms = "?", "plant", "flight software", "faults", "actions", "transmitter", "link"
        room = rooms[min(-status // 100, 6)]
        super().__init__(f"the core refused the scenario: {room}, status {status}")
        self.status = status


class NoTransmitterError(FlightswError):
    """No transmitter of the vehicle can be played by a board."""

    def __init__(self, vehicle: str) -> None:
        super().__init__(
            f"{vehicle} has no transmitter that takes the packets of its flight software, "
            "so a board has none to play"
        )


class OtherDictionaryError(FlightswError):
    """The core was compiled with another telemetry dictionary than the files of the package say."""

    def __init__(self, compiled: str, dictionary: Dictionary) -> None:
        super().__init__(
            f"the compiled core has the telemetry dictionary {compiled}, "
            f"flightsw/dictionary/telemetry.toml is {dictionary.version}, layout "
            f"{dictionary.hash:08x}: nothing that it sends could be read. Make the headers again "
            "and build:\n"
            "  python -m flightsw.dictionary.emit_c fsw > native/fsw/fsw_dictionary.h\n"
            "  python -m flightsw.dictionary.emit_c transmitter"
            " > native/transmitter/transmitter_dictionary.h\n"
            "  make build"
        )


class TransmitterBoard(Protocol):
    """Stands in place of the transmitter that takes the flight software's packets."""

    def start_transmitter(self, config: bytes, *, tick_us: int, supply_mv: int, warm: bool) -> None:
        """Make an unpowered transmitter of `config`; `warm`: one that has been on for long."""
        ...

    def step_transmitter(self, packets: bytes, *, supply_mv: int, reset: bool) -> bytes:
        """Let a tick pass: reset, supply, packets, in this order; return the octets that left."""
        ...


class SequencerBoard(Protocol):
    """Stands in place of the flight software."""

    def start_sequencer(self, config: bytes, *, tick_us: int) -> None:
        """Start a flight computer that flies the table `config`."""
        ...

    def step_sequencer(self, measured: bytes) -> bytes:
        """Give a tick's measurements; return the answer, or nothing if there is none."""
        ...


class ClosedLoop:
    """The vehicle with its computer and transmitters, from the pad to the end of its flight.

    Attributes
    ----------
    loop, tables
        The core's memory of the flight, and what it flies.
    outside : int or None
        Which transmitter a board plays.
    by_its_clock : bool
        Whether that board goes by its own clock: its octets come in pieces that end anywhere.
    sent, burst_bytes : bytearray, list of int
        What that board sent, and the lengths of its bursts.
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        sink: Callable[[bytes], object] | None = None,
        listened: Callable[[float], object] | None = None,
        transmitter: TransmitterBoard | None = None,
        computer: SequencerBoard | None = None,
    ) -> None:
        check_core(load_dictionary())
        self.scenario = scenario
        self.tables = native_tables(scenario)
        loop: Any = ffi.new("loop_t *")
        self.loop = loop
        status = lib.loop_init(loop, self.tables.loop)
        if status != lib.LOOP_OK:
            raise CoreRefusedError(status)
        self.outside: int | None = None
        self.sent = bytearray()
        self.burst_bytes: list[int] = []
        self.by_its_clock = False
        self._sink, self._listened = sink, listened
        self._pieces: list[memoryview] = []
        self._transmitter, self._computer = transmitter, computer
        self._make_room()
        header = downlink_header(scenario)
        for _ in range(2):  # one may be damaged
            lib.ground_log_header(ffi.addressof(self._log), header, len(header))
        if transmitter is not None:
            self._start_transmitter(transmitter, scenario.vehicle.id)
        if computer is not None:
            config = self.tables.fsw
            computer.start_sequencer(computer_octets(config), tick_us=config.tick_us)
            loop.output.axis_platform = [0.0, 1.0, 0.0]  # until it says otherwise: up
        self._keep()

    def _make_room(self) -> None:
        tables = self.tables
        stations = 1 + tables.loop.link.station_count  # each may hear its own errors in a frame
        room = tables.downlink_bytes_per_s * CHUNK_S * LOG_OVERHEAD * stations
        self._chunk_bytes = int(room) + 2 * MARGIN_BYTES
        rows = int(tables.longest_s * TRUTH_RATE_HZ) + 16
        self._rows = np.empty((rows, lib.LOOP_TRUTH_COLUMNS))
        record: Any = ffi.new("loop_record_t *")
        self._record, self._log = record, record.downlink
        self._make_block()
        record.truth = ffi.from_buffer("double[]", self._rows.data)
        record.truth_capacity = len(self._rows)

    def _make_block(self) -> None:
        """Give the writer fresh memory; what it has not closed goes with it."""
        block = np.empty(max(BLOCK_BYTES, 2 * self._chunk_bytes), dtype=np.uint8)
        log = self._log
        if log.used:
            ffi.memmove(block.data, log.octets, log.used)
        self._block = block.data
        log.octets = ffi.from_buffer("uint8_t[]", self._block)
        log.capacity = block.size

    def _start_transmitter(self, board: TransmitterBoard, vehicle: str) -> None:
        carried = self.tables.loop
        taking = [
            i for i in range(carried.transmitter_count) if carried.transmitter[i].takes_packets
        ]
        if not taking:
            raise NoTransmitterError(vehicle)
        self.outside = taking[0]
        own = carried.transmitter[self.outside]
        self._whole = own.config.frame_bytes + len(MARKER)
        frame_s = self._whole * 8 / own.config.rate_bps
        patience = math.ceil((PATIENCE_S + frame_s) / self.loop.tick_s)
        self._bursts = Bursts(own.config.frame_bytes, patience=patience)
        board.start_transmitter(
            transmitter_octets(own.config),
            tick_us=self.tables.fsw.tick_us,
            supply_mv=0 if own.wakes_on_separation else own.supply_mv,
            warm=not own.wakes_on_separation,
        )

    @property
    def finished(self) -> bool:
        """Whether the closed loop has ended."""
        return bool(self.loop.finished) or self.loop.tick >= self.tables.longest_ticks

    @property
    def met_s(self) -> float:
        """Mission elapsed time, s; before T-0 the countdown clock."""
        ticks = self.loop.tick + self.tables.fsw.countdown_ticks
        if not math.isnan(self.loop.t_zero_s):
            ticks = self.loop.tick - self.loop.t_zero_tick
        return float(ticks * self.loop.tick_s)

    @property
    def downlink(self) -> bytes:
        """The downlink log so far."""
        return b"".join(self._pieces)

    @property
    def truth_rows(self) -> NDArray[np.float64]:
        """Rows of the truth so far; columns as in ``LOOP_TRUTH_NAMES``."""
        return self._rows[: self._record.truth_used]

    def run(self, *, speed: float | None = None) -> None:
        """Fly to the end, `speed` seconds of flight in a second; as fast as it goes unless given.

        What was heard before a board or its line failed has gone to the sink by then.
        """
        step_by_step = self._transmitter is not None or self._computer is not None
        for ticks in self._chunks(speed):
            if step_by_step:
                for _ in range(ticks):
                    self.step()
            else:
                lib.loop_run(self.loop, ticks, self._record)
            self._keep()
        self._close()
        lib.ground_log_finish(ffi.addressof(self._log), lib.loop_clock_us(self.loop))
        self._keep()

    def step(self) -> None:
        """Fly one tick, with the same bytes."""
        if self.finished:
            return
        lib.loop_sense(self.loop)
        try:
            self._compute()
            self._transmit()
        except BaseException:
            self._close()
            raise
        lib.loop_settle(self.loop, self._record)
        if self._log.used and not self._log.open:
            self._keep()

    def _compute(self) -> None:
        if self._computer is None:
            lib.loop_compute(self.loop)
            return
        output = self.loop.output
        measured = measured_octets(self.loop.input, self.tables.fsw.analog_count)
        octets = self._computer.step_sequencer(measured)
        output.actions = output.packet_count = output.packet_bytes = 0
        if octets:
            answer = answer_of(octets)
            output.actions = answer.actions
            output.axis_platform = answer.axis_platform
            output.packet_count = answer.packet_count
            output.packet_bytes = len(answer.packets)
            ffi.memmove(output.packets, answer.packets, len(answer.packets))
            self.loop.fsw.latched |= answer.latched

    def _transmit(self) -> None:
        for index in range(self.tables.loop.transmitter_count):
            if index != self.outside or self._transmitter is None:
                lib.loop_transmit(self.loop, index, self._record)
                continue
            supply: Any = lib.loop_supply(self.loop, index)
            output = self.loop.output
            octets = self._transmitter.step_transmitter(
                ffi.buffer(output.packets, output.packet_bytes)[:],
                supply_mv=supply.supply_mv,
                reset=supply.reset,
            )
            for piece in self._bursts.feed(octets) if self.by_its_clock else (octets,):
                self._radiate(index, piece)

    def _radiate(self, index: int, octets: bytes) -> None:
        """Let what a board sent leave its antenna."""
        lib.loop_radiate(self.loop, index, octets, len(octets), self._record)
        self.sent += octets
        self.burst_bytes += [
            min(self._whole, len(octets) - at) for at in range(0, len(octets), self._whole)
        ]

    def _chunks(self, speed: float | None) -> Iterator[int]:
        """Yield how many ticks to fly at once, each when its time has come."""
        chunk_s = CHUNK_S if speed is None else PACED_CHUNK_S
        ticks = max(1, round(chunk_s / self.loop.tick_s))
        begin = time.monotonic()
        while not self.finished:
            if speed is not None:
                wait_s = self.loop.tick * self.loop.tick_s / speed - (time.monotonic() - begin)
                if wait_s > 0.0:
                    time.sleep(wait_s)
            yield ticks

    def _close(self) -> None:
        """End the slice that is open, and keep it."""
        lib.link_close(ffi.addressof(self.loop.link), ffi.addressof(self._log), ALL_OF_IT)
        self._keep()

    def _keep(self) -> None:
        """Take the closed blocks of the log; the writer goes on behind them."""
        log = self._log
        if log.lost or self._record.truth_lost:
            msg = "the buffers of the flight were too small"  # never, whatever the input
            raise AssertionError(msg)
        ready = log.begun if log.open else log.used
        piece, self._block = self._block[:ready], self._block[ready:]
        self._pieces.append(piece)
        log.octets += ready
        log.capacity -= ready
        log.used -= ready
        log.begun = 0
        if log.capacity < self._chunk_bytes:
            self._make_block()
        if self._sink is not None:
            self._sink(bytes(piece))
        if self._listened is not None:
            self._listened(lib.loop_clock_us(self.loop) * 1e-6)


def check_core(dictionary: Dictionary) -> None:
    """Raise OtherDictionaryError unless the compiled core sends what a dictionary says."""
    for source in ("FSW", "TRANSMITTER"):
        major, minor, layout = (
            getattr(lib, f"{source}_DICTIONARY_{name}") for name in ("MAJOR", "MINOR", "HASH")
        )
        if layout != dictionary.hash:
            raise OtherDictionaryError(f"{major}.{minor}, layout {layout:08x}", dictionary)
