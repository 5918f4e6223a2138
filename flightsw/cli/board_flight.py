"""A board in a flight of `flightsw run`: opened, fitted, flown with, told of."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from flightsw.board_octets import capped
from flightsw.errors import FlightswError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flightsw.cli.board_options import BoardChoice
    from flightsw.closed_loop import SequencerBoard, TransmitterBoard
    from flightsw.flight import Flight
    from flightsw.scenario import Scenario
    from hil.bridge import Bridge
    from hil.kinds import Identity

USUAL_BAUD: Final = 115_200
_MARKER_BYTES: Final = 4


class BoardCannotError(FlightswError):
    """Something that the chosen board cannot do: nothing was flown."""


class BoardInFlight:
    """A board that plays a part; stands for it in the closed loop.

    Attributes
    ----------
    choice : BoardChoice
        As asked for.
    clock : callable
        Returns mission elapsed time, s: what the board's troubles are told with.
    cap_bps : int or None
        Most that its transmitter may send, bit/s, where the line carries less than its own cap.
    """

    def __init__(self, choice: BoardChoice, bridge: Bridge) -> None:
        self.choice = choice
        self.bridge = bridge
        self.clock: Callable[[], float] = lambda: 0.0
        self.cap_bps: int | None = None
        self.flying = False
        self._silent = False

    @property
    def mode(self) -> str:
        """Who decides when a tick begins, in words."""
        return "lockstep"

    @property
    def asked(self) -> dict[str, Any]:
        """What was asked for, for `run.json`."""
        identity = self.bridge.identity
        return {
            "board": self.choice.board,
            "role": self.choice.role,
            "mode": self.mode,
            "id": identity.board_id.hex(),
            "firmware": f"{identity.firmware:08x}",
        }

    @property
    def words(self) -> str:
        """What stands in the head of a page."""
        return f"{self.choice.board}, {self.choice.role}, {self.mode}"

    def fly(
        self,
        scenario: Scenario,
        *,
        sink: Callable[[bytes], object],
        listened: Callable[[float], object] | None = None,
        speed: float | None = None,
    ) -> Flight:
        """Fly a scenario with the board in it; as `flightsw.fly`."""
        from flightsw.closed_loop import ClosedLoop
        from flightsw.flight import flown

        closed = ClosedLoop(
            scenario,
            sink=sink,
            listened=listened,
            transmitter=self.transmitter,
            computer=self.computer,
        )
        self.clock = lambda: closed.met_s
        closed.run(speed=speed)
        self._silent = closed.outside is not None and not closed.sent
        return flown(closed)

    def told(self, flight: Flight) -> dict[str, Any]:
        """Return what the board and its line did in a flight that has ended."""
        from flightsw.cli.board_told import told_of
        from hil.errors import BoardError

        with suppress(BoardError):  # one that is gone has counted for itself alone
            self.bridge.status()
        return told_of(self, tick_s=1.0 / flight.scenario.rate_hz, silent=self._silent)

    @property
    def transmitter(self) -> TransmitterBoard | None:
        """What stands for the transmitter, if that is its part."""
        return self if self.choice.role == "transmitter" else None

    @property
    def computer(self) -> SequencerBoard | None:
        """What stands for the flight software, if that is its part."""
        return self if self.choice.role == "sequencer" else None

    def start_transmitter(self, config: bytes, *, tick_us: int, supply_mv: int, warm: bool) -> None:
        """As the interface says."""
        if self.cap_bps is not None:
            config = capped(config, self.cap_bps)
        self.bridge.start_transmitter(config, tick_us=tick_us, supply_mv=supply_mv, warm=warm)

    def step_transmitter(self, packets: bytes, *, supply_mv: int, reset: bool) -> bytes:
        """As the interface says."""
        self._tell_time()
        return self.bridge.step_transmitter(packets, supply_mv=supply_mv, reset=reset)

    def start_sequencer(self, config: bytes, *, tick_us: int) -> None:
        """As the interface says."""
        self.bridge.start_sequencer(config, tick_us=tick_us)

    def step_sequencer(self, measured: bytes) -> bytes:
        """As the interface says."""
        self._tell_time()
        return self.bridge.step_sequencer(measured)

    def _tell_time(self) -> None:
        self.flying = True
        self.bridge.now_s = self.clock()


@contextmanager
def board_for(
    choice: BoardChoice, scenario: Scenario, *, notice: Callable[[str], object]
) -> Iterator[BoardInFlight]:
    """Start the board if it is a process, and open its line, for the block.

    Raises
    ------
    BoardCannotError
        If it can not play its part in this scenario.
    hil.errors.BoardError
        If it does not start or answer, or is built from something else.
    """
    from flightsw.cli.board_ports import port_for
    from flightsw.dictionary import load_dictionary
    from hil.boards.firmware import firmware_hash
    from hil.bridge import Bridge
    from hil.refusals import Expected
    from hil.wire import Recorder, WireLogError

    with ExitStack() as stack:
        baud = choice.baud or USUAL_BAUD
        url = stack.enter_context(port_for(choice.board, baud=baud, line_baud=choice.baud))
        recorder = None
        if choice.wire is not None:
            about = {"port": url, "baud": choice.baud, "scenario": scenario.id, "role": choice.role}
            try:
                recorder = stack.enter_context(Recorder(choice.wire, about, notice=notice))
            except WireLogError as error:
                msg = f"--wire {error}"
                raise FlightswError(msg) from error
        bridge = stack.enter_context(
            Bridge.open(
                url,
                expected=Expected(load_dictionary().hash, firmware_hash()),
                baud=baud,
                policy=choice.on_loss,
                recorder=recorder,
                notice=notice,
            )
        )
        must_fit(bridge.identity, choice, scenario)
        yield BoardInFlight(choice, bridge)


def must_fit(identity: Identity, choice: BoardChoice, scenario: Scenario) -> None:
    """Raise unless a board has the part, and room for what the scenario gives it.

    Raises
    ------
    BoardCannotError
        With what it has and what it would need.
    """
    from flightsw.cli.board_list import roles_of

    who = f"the board {identity.name!r}"
    roles = roles_of(identity)
    if choice.role not in roles:
        msg = f"{who} cannot be the {choice.role}; it can be: {', '.join(roles) or 'nothing'}"
        raise BoardCannotError(msg)
    if choice.role == "sequencer":
        return
    radio = next((each for each in scenario.vehicle.transmitter if each.computer), None)
    if radio is None:
        return  # the closed loop says so
    queues = sum(radio.queue_bytes)
    if queues > identity.storage_bytes:
        msg = (
            f"{who} has {identity.storage_bytes} octets for the queues of its transmitter; "
            f"`queue_bytes` of {scenario.vehicle.id}'s {radio.id} are {queues}"
        )
        raise BoardCannotError(msg)
    if radio.frame_bytes + _MARKER_BYTES > identity.reply_max:
        msg = (
            f"{who} sends frames of at most {identity.reply_max - _MARKER_BYTES} octets; "
            f"`frame_bytes` of {scenario.vehicle.id}'s {radio.id} is {radio.frame_bytes}"
        )
        raise BoardCannotError(msg)
