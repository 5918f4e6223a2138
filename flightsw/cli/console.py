"""`flightsw console`: watch a flight in a browser, live or again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flightsw.cli.board_options import board_choice, board_options, check_speed
from flightsw.cli.flight_options import check_flight_options, flight_options
from flightsw.cli.speed import pace, read_speed

if TYPE_CHECKING:
    from collections.abc import Callable

    from flightsw.cli.board_flight import BoardInFlight
    from flightsw.console.serve import Address
    from flightsw.console.session import Session
    from flightsw.ground import GroundPicture
    from flightsw.scenario import Scenario

NEEDED = ("starlette", "uvicorn", "websockets")


@click.command(name="console")
@click.argument("name", metavar="SCENARIO|RUN")
@click.option(
    "--speed",
    callback=read_speed,
    default="1",
    metavar="N|max",
    help="Seconds of flight in a second; 1 unless given.",
)
@click.option("--host", default="127.0.0.1", metavar="ADDRESS", help="Listen on another address.")
@click.option("--port", type=click.IntRange(0, 65535), metavar="PORT", help="8765 unless given.")
@click.option("--no-browser", is_flag=True, help="Print the address and open nothing.")
@flight_options
@board_options
@click.option("--no-color", is_flag=True, help="Print without colour, as a pipe gets it.")
def command(  # noqa: PLR0913  one a flag
    *,
    name: str,
    speed: float,
    host: str,
    port: int | None,
    no_browser: bool,
    faults: tuple[str, ...],
    at_s: float | None,
    rate_hz: int | None,
    seed: int | None,
    out: Path | None,
    force: bool,
    no_color: bool,
    **board: Any,
) -> int:
    """Watch a flight in a browser: a scenario while it flies, or a run again.

    The flight begins when the first page is open; Ctrl-C ends the console, and a flight that is
    not over.
    """
    _need_extra()
    door = _Door(host, port, no_browser)
    asked = {"--fault": faults, "--at": at_s, "--rate": rate_hz, "--seed": seed, "--out": out}
    choice = board_choice(**board)
    check_speed(choice, speed)
    asked["--board"] = board["board"]
    given = [flag for flag, value in asked.items() if value not in (None, ())]
    given += ["--force"] if force else []
    if _is_to_be_played(name, given):
        return _replay(name, speed, door)
    check_flight_options(faults=faults, at_s=at_s, out=out, force=force)
    scenario = _loaded(name, faults=faults, at_s=at_s, rate_hz=rate_hz, seed=seed)
    watched = _Watched(scenario, speed=speed, out=out, force=force, no_color=no_color)
    if choice is None:
        return watched.serve(door)
    from flightsw.cli.board_flight import board_for

    with board_for(choice, scenario, notice=watched.note, out=out) as playing:
        watched.play(playing)
        return watched.serve(door)


def _is_to_be_played(name: str, given: list[str]) -> bool:
    """Return whether a run is meant; a scenario of its name is flown with any flag of a flight."""
    from flightsw.cli.output import tell
    from flightsw.records.reader import called_run
    from flightsw.scenario.catalogue import find

    run = called_run(name)
    if run is None:
        return False
    found = find(name, ("mission", "scenario"))
    if found is None or not found.by_name:
        if given:
            msg = f"{given[0]} is for a flight; {name} is a run that was flown before"
            raise click.UsageError(msg)
        return True
    if not given:
        also = f"{name} is a {found.kind} too, which any flag of a flight flies, as --out FOLDER"
        tell(f"note: the run in {run} is played; {also}")
    return not given


def _need_extra() -> None:
    from importlib.util import find_spec

    missing = [module for module in NEEDED if find_spec(module) is None]
    if missing:
        msg = f"the console needs {', '.join(missing)}: pip install 'flightsw[console]'"
        raise click.ClickException(msg)


def _loaded(name: str, **asked: Any) -> Scenario:
    """Load a scenario; where nothing is called so, say also which runs there are."""
    from flightsw.errors import FlightswError, ScenarioError
    from flightsw.records.reader import runs_here
    from flightsw.scenario import load
    from flightsw.scenario.catalogue import find

    path = Path(name)
    if path.is_file() and path.suffix != ".toml":
        msg = f"{name} is no file of a mission or scenario (.toml), and in no folder of a run"
        raise FlightswError(msg)
    try:
        return load(name, **asked)
    except ScenarioError as error:
        if find(name, ("mission", "scenario")) is not None:
            raise
        msg = f"{error}\nnor is there a run of that name: {runs_here(name)}"
        raise FlightswError(msg) from error


@dataclass(frozen=True, slots=True)
class _Door:
    """Where a console is to listen, and whether its page is opened."""

    host: str
    port: int | None
    no_browser: bool


def _replay(name: str, speed: float, door: _Door) -> int:
    from flightsw.cli.output import tell
    from flightsw.console.replay import recorded
    from flightsw.console.session import Session

    run = recorded(name, speed=pace(speed))
    for sentence in run.missing:
        tell(f"note: {sentence}")
    session = Session(run.feed, run.briefing)
    _serve(session, run.run, run.plan, door)
    return 0


class _Watched:
    """A flight in a thread, its records, and what it came to."""

    def __init__(
        self,
        scenario: Scenario,
        *,
        speed: float,
        out: Path | None,
        force: bool,
        no_color: bool,
    ) -> None:
        from flightsw.briefing import ground_brief
        from flightsw.console.facts import mission_facts, plan_facts
        from flightsw.console.feed import FlightFeed
        from flightsw.console.session import Session

        self._scenario = scenario
        self._playing: BoardInFlight | None = None
        self._speed = speed
        self._out, self._force, self._no_color = out, force, no_color
        self._sink: Callable[[bytes], None] | None = None
        self.code: int | None = None
        briefing = ground_brief(scenario)
        self.feed = FlightFeed(self._fly, speed=pace(speed))
        self.session = Session(self.feed, briefing)
        self.run = mission_facts(scenario, scenario.mission.id) | {"run": None}
        self.plan = plan_facts(scenario, briefing)

    def play(self, board: BoardInFlight) -> None:
        """Let a board play its part in the flight."""
        self._playing = board
        self.feed.mode = "BOARD"
        self.run["board"] = board.words

    def note(self, text: str) -> None:
        """Tell what becomes of a board and its line, here and on the page."""
        from flightsw.cli.output import tell

        tell(text)
        self.feed.note(text)

    def serve(self, door: _Door) -> int:
        """Serve until interrupted; return the exit code of the flight."""
        from flightsw.cli import INTERRUPTED
        from flightsw.cli.output import tell

        try:
            _serve(self.session, self.run, self.plan, door)
        finally:
            self.feed.stop()
        if self.feed.error is not None:
            raise self.feed.error
        if self.code is None:
            tell("ended before the flight did" if self.feed.began else "nothing was flown")
            return INTERRUPTED
        return self.code

    def _fly(self, sink: Callable[[bytes], None]) -> dict[str, Any]:
        """Fly into a run folder; print what came of it, and return what the ground concluded."""
        from flightsw.cli.output import show
        from flightsw.cli.run import fly_and_record, page
        from flightsw.console.replay import conclusion
        from flightsw.summary import exit_code

        self._sink = sink
        flight, summary = fly_and_record(
            self._scenario,
            out=self._out,
            force=self._force,
            speed=pace(self._speed),
            watch=self,
            playing=self._playing,
        )
        show(page(flight, summary), no_color=self._no_color)
        self.code = exit_code(flight, summary)
        return conclusion(summary["radar"])

    # What fly_and_record tells whoever watches.

    def begin(self, run_dir: Path, words: str | None) -> None:
        """Note where the records go."""
        self.run["run"] = run_dir.name

    def take(self, piece: bytes) -> None:
        """Give a piece of the log to the console."""
        assert self._sink is not None
        self._sink(piece)

    def listened(self, until_s: float) -> None:
        """Tell the console the ground's time."""
        self.feed.listened(until_s)

    def end(self, picture: GroundPicture) -> None:
        """Do nothing: the console's ground has come to the same."""

    def __enter__(self) -> _Watched:
        return self

    def __exit__(self, *_: object) -> None:
        pass


def _serve(session: Session, run: dict[str, Any], plan: dict[str, Any], door: _Door) -> None:
    """Serve a session until interrupted."""
    from flightsw.cli.output import tell
    from flightsw.console.guard import Guard
    from flightsw.console.serve import PORT, Server, listen
    from flightsw.console.server import application

    address = listen(door.host, PORT if door.port is None else door.port)
    server = Server(address)
    pages = application(session, run=run, plan=plan, failed=server.fail)
    app = Guard(pages, hosts=address.hosts, token=address.token)

    def began() -> None:
        where = "on every address of this machine; " if address.everywhere else ""
        tell(f"console  {address.url}   ({where}Ctrl-C ends it)")
        if not door.no_browser:
            _open(address)

    try:
        server.serve(app, began=began)
    except KeyboardInterrupt:
        tell("")


def _open(address: Address) -> None:
    """Open the page in the browser of this desktop, if there is one."""
    import threading
    import webbrowser

    threading.Thread(target=webbrowser.open, args=(address.url,), daemon=True).start()
