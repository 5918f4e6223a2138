"""`flightsw board`: boards that play a part in a flight, and their line."""

from __future__ import annotations

from pathlib import Path

import click

_LOG = click.Path(path_type=Path)
_JSON = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object and nothing else."
)


@click.group(name="board")
def command() -> None:
    """Find, make, try and compare boards that fly the transmitter or the sequencer."""


_BAUD = click.option(
    "--baud",
    type=click.IntRange(min=300),
    default=115_200,
    metavar="RATE",
    help="Of the line, bit/s.",
)
_LINE_BAUD = click.option(
    "--baud",
    type=click.IntRange(min=300),
    metavar="RATE",
    help="Of the line, bit/s; 115200 unless given, of a virtual board what it was started with.",
)


@command.command(name="list")
@click.option("--port", metavar="PORT", help="Only this one, whatever it is.")
@_BAUD
@_JSON
@click.option("--no-color", is_flag=True, help="Print without colour, as a pipe gets it.")
def list_boards(*, port: str | None, baud: int, as_json: bool, no_color: bool) -> int:
    """Show serial ports and running boards, and who answers on them.

    Exit 3 when nobody answers on the PORT that was asked for.
    """
    from flightsw.cli.board_list import list_lines, list_of
    from flightsw.cli.output import show, show_json
    from hil.finder import boards_here

    found = boards_here(port=port, baud=baud)
    if as_json:
        show_json(list_of(found))
    else:
        show(list_lines(found, baud=baud, asked=port), no_color=no_color)
    return 0 if port is None or any(each.identity for each in found) else 3


@command.command()
@click.argument("kind", type=click.Choice(["virtual", "emulated"]))
@click.option(
    "--baud",
    type=click.IntRange(min=300),
    metavar="RATE",
    help="Of its line; unless given as fast as it goes.",
)
@_JSON
def start(*, kind: str, baud: int | None, as_json: bool) -> int:
    """Start a board that is a process, and print the port to use.

    It stays until it is ended, also when this terminal is closed. `flightsw board list` shows it
    and how it is ended.
    """
    from flightsw.cli.board_ports import check_has_rate, start_board

    if baud is not None:
        check_has_rate(kind)
    return start_board(kind, baud=baud, as_json=as_json)


@command.command(name="build")
@click.argument("target", metavar="[TARGET]", required=False)
@_BAUD
@click.option("-o", "--out", type=_LOG, metavar="DIR", help="Where to; a cache unless given.")
@_JSON
def build_it(*, target: str | None, baud: int, out: Path | None, as_json: bool) -> int:
    """Build a board's firmware; without TARGET list the boards.

    Prints the image, and how large it is. The rate of its line is built in.
    """
    from flightsw.cli.board_ports import build_board, target_lines

    if target is not None:
        return build_board(target, baud=baud, out=out, as_json=as_json)
    if as_json:
        msg = "--json is of one TARGET; which?"
        raise click.UsageError(msg)
    for line in target_lines():
        click.echo(line)
    return 0


@command.command(name="flash")
@click.argument("target", metavar="TARGET")
@click.option(
    "--port",
    metavar="PORT",
    help="Of a board that is flashed through its line; the folder of a drive that is not found.",
)
@_BAUD
@_JSON
def flash_it(*, target: str, port: str | None, baud: int, as_json: bool) -> int:
    """Build a board's firmware and bring it there.

    To the drive that the board shows, or by its vendor's tool.
    """
    from flightsw.cli.board_ports import flash_board

    return flash_board(target, port=port, baud=baud, as_json=as_json)


@command.command(name="test")
@click.argument("board", metavar="PORT")
@_LINE_BAUD
@click.option(
    "--for", "mission", metavar="MISSION", help="Say whether its flight fits the line in real time."
)
@click.option(
    "--seconds",
    type=click.FloatRange(0.1, 600.0),
    default=2.0,
    metavar="S",
    help="How long the line is kept full.",
)
@_JSON
@click.option("-q", "--quiet", is_flag=True, help="Do not say what is tried next.")
@click.option("--no-color", is_flag=True, help="Print without colour, as a pipe gets it.")
def try_it(  # noqa: PLR0913  one a flag
    *,
    board: str,
    baud: int | None,
    mission: str | None,
    seconds: float,
    as_json: bool,
    quiet: bool,
    no_color: bool,
) -> int:
    """Try a board and its line, with a verdict.

    Echoes of every length, round trips, throughput, clock, errors on both sides. PORT is a port,
    `virtual`, or what a running board is called. Exit 1 when an error was counted.
    """
    from flightsw.cli.board_test import test_lines, try_board
    from flightsw.cli.output import show, show_json, tell
    from flightsw.scenario import load

    scenario = None if mission is None else load(mission)

    def notice(text: str) -> None:
        if not quiet and not as_json:
            tell(f"{text} ...")

    result = try_board(board, baud=baud, seconds=seconds, scenario=scenario, notice=notice)
    if as_json:
        show_json(result)
    else:
        show(test_lines(result), no_color=no_color)
    return 0 if result["good"] else 1


@command.command()
@click.argument("log", metavar="LOG", type=_LOG)
@click.option(
    "--replay",
    "board",
    metavar="PORT",
    help="Fly it again on a board, and compare each answer with the one recorded.",
)
@_LINE_BAUD
@_JSON
def wire(*, log: Path, board: str | None, baud: int | None, as_json: bool) -> int:
    """Tell each frame of a wire log, or fly it again.

    `run --wire FILE` records one: every octet with its time and direction. Exit 1 when
    something on the line was no frame, the log is damaged, or an answer differs.
    """
    from flightsw.cli.board_wire import replay_wire, tell_wire

    if board is not None:
        return replay_wire(log, board, baud=baud, as_json=as_json)
    return tell_wire(log, as_json=as_json)


@command.command()
@click.argument("host", metavar="HOST_LOG", type=_LOG)
@click.argument("board", metavar="BOARD_LOG", type=_LOG)
@_JSON
def diff(*, host: Path, board: Path, as_json: bool) -> int:
    """Compare the downlinks of two runs.

    Runs, their folders or logs: frames, packets, values. Exit 0 when both are complete and nothing
    differs, else 1 with what differs first.
    """
    from flightsw.cli.board_diff import diff_lines, diff_of, is_proved
    from flightsw.cli.output import show, show_json

    result = diff_of(host, board)
    if as_json:
        show_json(result)
    else:
        show(diff_lines(result), no_color=False)
    return 0 if is_proved(result) else 1
