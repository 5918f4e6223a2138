"""`flightsw run`: fly a mission or a scenario once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import click

from flightsw.cli import CrashedError
from flightsw.cli.board_options import board_choice, board_options, check_speed
from flightsw.cli.flight_options import check_flight_options, flight_options
from flightsw.cli.speed import pace, read_speed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flightsw.cli.board_flight import BoardInFlight
    from flightsw.cli.output import Line
    from flightsw.flight import Flight
    from flightsw.ground import GroundPicture
    from flightsw.records.downlink import DownlinkFile
    from flightsw.scenario import Scenario


class Watcher(Protocol):
    """Looks on while a flight is flown and recorded."""

    def begin(self, run_dir: Path, words: str | None) -> None:
        """Is told where the records go, and of a board that plays, before it flies."""
        ...

    def take(self, piece: bytes) -> None:
        """Is given the downlink log, piece by piece."""
        ...

    def listened(self, until_s: float) -> None:
        """Is told, after a piece, until when the stations have listened, s after the epoch."""
        ...

    def end(self, picture: GroundPicture) -> None:
        """Is told what the ground made of the whole."""
        ...

    def __enter__(self) -> Watcher: ...

    def __exit__(self, *why: object) -> None: ...


@click.command(name="run")
@click.argument("name", metavar="MISSION|SCENARIO|FILE")
@flight_options
@click.option(
    "--speed",
    callback=read_speed,
    metavar="N|max",
    help="Show it while it flies, N seconds of flight in a second.",
)
@board_options
@click.option(
    "--report", "with_report", is_flag=True, help="Write report.html into the run's folder."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@click.option("-q", "--quiet", is_flag=True, help="Print the outcome without the table.")
@click.option("-v", "--verbose", is_flag=True, help="Say also which files were flown.")
@click.option("--no-color", is_flag=True, help="Print without colour, as a pipe gets it.")
def command(  # noqa: PLR0913  one a flag
    *,
    name: str,
    faults: tuple[str, ...],
    at_s: float | None,
    rate_hz: int | None,
    seed: int | None,
    out: Path | None,
    speed: float | None,
    force: bool,
    with_report: bool,
    as_json: bool,
    quiet: bool,
    verbose: bool,
    no_color: bool,
    **board: Any,
) -> int:
    """Fly once; exit 0 as expected, 1 not, 2 when it cannot be flown, 3 for trouble of a board."""
    check_flight_options(faults=faults, at_s=at_s, out=out, force=force)
    choice = board_choice(**board)
    check_speed(choice, speed)
    from contextlib import ExitStack

    from flightsw.cli.output import show, show_json, tell
    from flightsw.scenario import load
    from flightsw.summary import exit_code

    scenario = load(name, faults=faults, at_s=at_s, rate_hz=rate_hz, seed=seed)
    if verbose:
        for file in scenario.files:
            tell(f"{file.kind:<9} {file.id:<24} {file.sha256[:12]}  {file.path}")
    watch = None
    if speed is not None and not quiet and not as_json:
        from flightsw.briefing import ground_brief
        from flightsw.cli.paced import Watch

        watch = Watch(scenario, ground_brief(scenario), speed=pace(speed), no_color=no_color)
    with ExitStack() as stack:
        playing = None
        if choice is not None:
            from flightsw.cli.board_flight import board_for

            playing = stack.enter_context(board_for(choice, scenario, notice=tell, out=out))
        flight, summary = fly_and_record(
            scenario, out=out, force=force, speed=pace(speed), watch=watch, playing=playing
        )
    if as_json:
        show_json(summary)
    else:
        told = quiet or watch is not None
        show(page(flight, summary, quiet=told), no_color=no_color)
    if with_report:
        from flightsw.cli.report import write_report

        tell(f"report {write_report(summary['run_dir'])}")
    return exit_code(flight, summary)


def fly_and_record(  # noqa: PLR0913  what a run differs in
    scenario: Scenario,
    *,
    out: Path | None = None,
    force: bool = False,
    speed: float | None = None,
    watch: Watcher | None = None,
    playing: BoardInFlight | None = None,
) -> tuple[Flight, dict[str, Any]]:
    """Fly a scenario into its run folder, watched or not; return the flight and its summary."""
    from flightsw.errors import FlightswError
    from flightsw.records import RecordError, RunFolder
    from flightsw.summary import summary
    from hil.errors import BoardError

    board = None if playing is None else playing.asked
    folder = RunFolder.create(scenario, out=out, force=force, board=board)
    try:
        with folder.downlink() as log:
            flight = _flown(scenario, log, speed, watch, playing, folder.path)
        board = None if playing is None else playing.told(flight)
        result = summary(flight, run_dir=folder.path, board=board)
        folder.write(flight, result)
    except RecordError as error:
        folder.stopped(str(error))
        raise
    except KeyboardInterrupt:
        folder.stopped("interrupted")
        raise
    except (FlightswError, BoardError) as error:
        if playing is None or not playing.flying:
            folder.discard()
            raise
        folder.stopped(str(error))
        kept = f"{error}; what was heard is kept in {folder.path}, marked incomplete"
        raise BoardError(kept) from error
    except Exception as error:
        folder.stopped("the program crashed")
        raise CrashedError(folder.path) from error
    return flight, result


def _flown(  # noqa: PLR0913, PLR0917  as above
    scenario: Scenario,
    log: DownlinkFile,
    speed: float | None,
    watch: Watcher | None,
    playing: BoardInFlight | None,
    run_dir: Path,
) -> Flight:
    """Fly, with a board if one plays, shown while it flies if it is watched."""
    if watch is None:
        return _fly(scenario, log.write, speed, playing)

    def sink(piece: bytes) -> None:
        log.write(piece)
        watch.take(piece)

    with watch:
        watch.begin(run_dir, None if playing is None else playing.words)
        flight = _fly(scenario, sink, speed, playing, listened=watch.listened)
        watch.end(flight.ground)
    return flight


def _fly(
    scenario: Scenario,
    sink: Callable[[bytes], object],
    speed: float | None,
    playing: BoardInFlight | None,
    *,
    listened: Callable[[float], object] | None = None,
) -> Flight:
    from flightsw.flight import fly

    if playing is None:
        return fly(scenario, sink=sink, listened=listened, speed=speed)
    return playing.fly(scenario, sink=sink, listened=listened, speed=speed)


def page(flight: Flight, summary: dict[str, Any], *, quiet: bool = False) -> Iterator[Line]:
    """Yield everything that is printed of a flight."""
    from flightsw.cli.board_told import board_words
    from flightsw.cli.output import Line
    from flightsw.cli.timetable import heading, outcome, table

    if not quiet:
        board = summary["board"]
        words = None if board is None else board_words(board)
        yield from heading(flight.scenario, summary["run_dir"], words)
        yield Line.of()
        yield from table(flight.ground)
        yield Line.of()
    yield from outcome(flight, summary)
