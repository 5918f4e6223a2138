"""`flightsw board`: boards that play a part in a flight, and their line."""

from __future__ import annotations

from pathlib import Path

import click

_LOG = click.Path(path_type=Path)


@click.group(name="board")
def command() -> None:
    """Find, make, try and compare boards that fly the transmitter or the sequencer."""


@command.command()
@click.argument("host", metavar="HOST_LOG", type=_LOG)
@click.argument("board", metavar="BOARD_LOG", type=_LOG)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def diff(*, host: Path, board: Path, as_json: bool) -> int:
    """Compare the downlinks of two runs, folders or logs: frames, packets, values.

    Exit 0 when nothing differs, else 1 with what differs first.
    """
    from flightsw.cli.board_diff import diff_lines, diff_of
    from flightsw.cli.output import show, show_json

    result = diff_of(host, board)
    if as_json:
        show_json(result)
    else:
        show(diff_lines(result), no_color=False)
    return 0 if result["same"] else 1
