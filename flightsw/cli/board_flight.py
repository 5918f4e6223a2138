"""A board in a flight of `flightsw run`: opened, fitted, flown with, told of."""

from __future__ import annotations

from collections import deque
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Any, Final

from flightsw.board_octets import capped, joined, measured_bytes
from flightsw.cli.board_options import USUAL_BAUD
from flightsw.cli.board_told import board_words, told_of
from flightsw.errors import FlightswError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flightsw.cli.board_options import BoardChoice, Role
    from flightsw.closed_loop import ClosedLoop, SequencerBoard, TransmitterBoard
    from flightsw.flight import Flight
    from flightsw.scenario import Scenario
    from hil.bridge import Bridge
    from hil.kinds import Identity

_MARKER_BYTES: Final = 4
_ROUNDED_S: Final = 1e-6  # of a time that is counted in ticks


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
    rate : int or None
        Of its line, bit/s; None where it has none.
    cap_bps : int or None
        Most that its transmitter may send, bit/s, where the line carries less than its own cap.
    """

    def __init__(
        self, choice: BoardChoice, bridge: Bridge, *, begins: Callable[[], object] | None = None
    ) -> None:
        self.choice = choice
        self.bridge = bridge
        self._begins = begins
        self.clock: Callable[[], float] = lambda: 0.0
        self.rate: int | None = None
        self.cap_bps: int | None = None
        self.flying = False
        self._silent = False
        self._answers: deque[bytes] = deque()
        self._go_by_clock: Callable[[], object] | None = None

    @property
    def asked(self) -> dict[str, Any]:
        """What was asked for, for `run.json`."""
        identity = self.bridge.identity
        return {
            "board": self.choice.board,
            "role": self.choice.role,
            "mode": self.choice.mode,
            "real_time_from_s": self.choice.lockstep_until_s,
            "id": identity.board_id.hex(),
            "firmware": f"{identity.firmware:08x}",
        }

    @property
    def words(self) -> str:
        """What stands in the head of a page."""
        return board_words(self.asked)

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
        if self.choice.real_time_from_s is not None:
            self._go_by_clock = partial(self._begin_real_time, closed)
        closed.run(speed=speed)
        if self.choice.real_time_from_s is not None:
            self.bridge.leave_clock()  # what follows has no deadline
        self._silent = closed.outside is not None and not closed.sent
        return flown(closed)

    def told(self, flight: Flight) -> dict[str, Any]:
        """Return what the board and its line did in a flight that has ended."""
        from hil.errors import BoardError

        with suppress(BoardError):  # one that is gone has counted for itself alone
            self.bridge.status()
        return told_of(
            self.choice,
            self.bridge,
            rate=self.rate,
            cap_bps=self.cap_bps,
            tick_s=1.0 / flight.scenario.rate_hz,
            silent=self._silent,
        )

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
        """As the interface says; an answer that was late stands in that of the tick it came in."""
        self._tell_time()
        answer = self.bridge.step_sequencer(measured)
        self._answers += [each for each in (*self.bridge.earlier, answer) if each]
        return joined(self._answers)

    def _tell_time(self) -> None:
        if not self.flying and self._begins is not None:
            self._begins()
        self.flying = True
        now_s = self.bridge.now_s = self.clock()
        from_s = self.choice.real_time_from_s
        if self._go_by_clock is not None and from_s is not None and now_s > from_s - _ROUNDED_S:
            self._go_by_clock()
            self._go_by_clock = None

    def _begin_real_time(self, closed: ClosedLoop) -> None:
        closed.by_its_clock = True
        self.bridge.go_by_clock()


@contextmanager
def board_for(
    choice: BoardChoice,
    scenario: Scenario,
    *,
    notice: Callable[[str], object],
    out: Path | None = None,
) -> Iterator[BoardInFlight]:
    """Start the board if it is a process, and open its line, for the block.

    `out`: the run's folder, where it was given; a wire log may stand in it, and is made when the
    flight begins.

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
    from hil.present import rate_of
    from hil.refusals import Expected
    from hil.wire import Recorder

    with ExitStack() as stack:
        _check_wire(choice.wire, out)
        url = stack.enter_context(port_for(choice.board, baud=choice.baud))
        rate = rate_of(url, choice.baud, usual=USUAL_BAUD)
        recorder = None
        if choice.wire is not None:
            about = {"port": url, "baud": choice.baud, "scenario": scenario.id, "role": choice.role}
            with _wire_refused():
                recorder = Recorder(choice.wire, about, waits=True, notice=notice)
            stack.enter_context(recorder)
        bridge = stack.enter_context(
            Bridge.open(
                url,
                expected=Expected(load_dictionary().hash, firmware_hash()),
                baud=rate or USUAL_BAUD,
                policy=choice.on_loss,
                recorder=recorder,
                notice=notice,
            )
        )
        _must_begin(choice.real_time_from_s, scenario)
        must_fit(bridge.identity, choice.role, scenario)
        begins = None if recorder is None else _wire_refused()(recorder.begin)
        playing = BoardInFlight(choice, bridge, begins=begins)
        playing.rate = rate
        if choice.real_time_from_s is not None and rate is not None:
            playing.cap_bps = rate_cap(choice.role, scenario, rate, notice=notice)
        yield playing


def _check_wire(wire: Path | None, out: Path | None) -> None:
    """Raise, before a board is looked for, if a wire log cannot stand where it is to."""
    from flightsw.records.run_folder import FILES
    from hil.wire import must_be_free

    if wire is None:
        return
    with _wire_refused():
        must_be_free(wire)
    if wire.name in FILES:
        msg = f"--wire {wire}: {wire.name} is the name of a run's own file; give another"
        raise FlightswError(msg)
    folder = wire.parent
    if not folder.is_dir() and (out is None or folder.resolve() != out.resolve()):
        msg = f"--wire {wire}: No such file or directory"
        raise FlightswError(msg)


@contextmanager
def _wire_refused() -> Iterator[None]:
    """Make what is wrong with a wire log's file an error of use."""
    from hil.wire import WireLogError

    try:
        yield
    except WireLogError as error:
        msg = f"--wire {error}"
        raise FlightswError(msg) from error


def rate_cap(
    role: Role, scenario: Scenario, baud: int, *, notice: Callable[[str], object]
) -> int | None:
    """Return the rate cap that a line needs in real time; None when it carries all, as it is told.

    A sequencer has none: what does not fit there comes late, and is counted.
    """
    from flightsw.line_load import fit, line_load
    from hil.rates import RATES

    fitted = fit(line_load(scenario, role), baud, RATES)
    if fitted.fits:
        return None
    enough = f"; {fitted.enough_baud} baud would do" if fitted.enough_baud else ""
    text = (
        f"{scenario.id} needs {fitted.needs_per_s:.0f} octets/s as the {role}, "
        f"{baud} baud carry {fitted.carries_per_s:.0f}"
    )
    if fitted.cap_bps is None:
        notice(f"{text}: deadlines will be missed{enough}")
        return None
    thinned = ", ".join(fitted.thinned) or "none"
    notice(f"{text}: telemetry is capped at {fitted.cap_bps} bit/s; thinned: {thinned}{enough}")
    return fitted.cap_bps


def must_fit(identity: Identity, role: Role, scenario: Scenario) -> None:
    """Raise unless a board has the part, and room for what the scenario gives it.

    Raises
    ------
    BoardCannotError
        With what it has and what it would need.
    """
    from flightsw.cli.board_list import roles_of

    who = f"the board {identity.name!r}"
    roles = roles_of(identity)
    if role not in roles:
        msg = f"{who} cannot be the {role}; it can be: {', '.join(roles) or 'nothing'}"
        raise BoardCannotError(msg)
    most, what = _input_of(scenario, role)
    if most > identity.input_max:
        msg = f"{who} takes at most {identity.input_max} octets as the {role}; {what} {most}"
        raise BoardCannotError(msg)
    if role == "sequencer":
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


def _must_begin(from_s: float | None, scenario: Scenario) -> None:
    """Raise unless real time begins within the flight; -inf is all of it."""
    if from_s is None or from_s == -inf:
        return
    start_s, end_s = scenario.sequence.start_s, scenario.mission.run.end_s
    never = f"real time from T{from_s:+.2f} never begins"
    if from_s >= end_s:
        msg = f"{never}: {scenario.id} ends at T{end_s:+.2f}"
        raise BoardCannotError(msg)
    if from_s < start_s:
        msg = f"{never}: {scenario.id} begins at T{start_s:+.2f}; all of it: --realtime"
        raise BoardCannotError(msg)


def _input_of(scenario: Scenario, role: Role) -> tuple[int, str]:
    """Return the most octets that a board must hold to take a tick's input, and what they are.

    A transmitter takes packets one by one; a flight computer all that is measured in a tick.
    """
    from flightsw.dictionary import load_dictionary

    if role == "sequencer":
        most = measured_bytes(len(scenario.vehicle.analogs))
        return most, f"what {scenario.vehicle.id} measures in a tick has"
    longest = max(load_dictionary().packets, key=lambda packet: packet.size_bytes)
    return longest.size_bytes, f"the longest packet, {longest.name}, has"
