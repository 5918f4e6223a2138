"""A wire log, told."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from flightsw.cli.board_options import USUAL_BAUD
from flightsw.errors import FlightswError

if TYPE_CHECKING:
    from pathlib import Path

    from hil.wire import Piece, WireLog


def tell_wire(path: Path, *, as_json: bool) -> int:
    """Print a wire log; return 1 when something in it is no frame, or it is damaged, else 0."""
    from hil.describe import describe
    from hil.wire import Piece

    log = _read(path)
    directions = {
        "to_board": _sums(log, Piece.TO_BOARD),
        "from_board": _sums(log, Piece.FROM_BOARD),
    }
    if as_json:
        from flightsw.cli.output import show_json

        about = {"format": "flightsw-wire-log/1", "about": log.about}
        show_json({**about, **directions, "damaged_octets": log.damaged_bytes})
    else:
        for line in describe(log):
            click.echo(line)
    spoilt = sum(
        each["frames_bad"] + each["frames_long"] + each["malformed"] for each in directions.values()
    )
    return 1 if spoilt or log.damaged_bytes else 0


def replay_wire(path: Path, board: str, *, baud: int | None, as_json: bool) -> int:
    """Fly a wire log again on a board; return 1 when an answer is another one, else 0."""
    from flightsw.cli.board_ports import port_for
    from hil.present import rate_of
    from hil.replay import replay
    from hil.wire import WireLogError

    log = _read(path)
    with port_for(board, baud=baud) as port:
        try:
            rate = rate_of(port, baud, usual=USUAL_BAUD) or USUAL_BAUD
            again = replay(log, port, baud=rate)
        except WireLogError as error:
            raise FlightswError(str(error)) from error
    first = again.first
    if as_json:
        from flightsw.cli.output import show_json

        show_json(
            {
                "format": "flightsw-wire-replay/1",
                "sessions": again.sessions,
                "ticks": again.ticks,
                "differing": again.differing,
                "first": None
                if first is None
                else {
                    "session": first.session,
                    "tick": first.tick,
                    "recorded": first.recorded.hex(),
                    "now": first.now.hex(),
                },
                "real_time_sessions": again.real_time,
            }
        )
    else:
        click.echo(f"{again.ticks} ticks flown again, {again.differing} answers differ")
        if again.real_time:
            sessions = "session" if again.real_time == 1 else "sessions"
            click.echo(f"left out: what {again.real_time} {sessions} flew in real time")
        if first is not None:
            click.echo(f"first in tick {first.tick} of session {first.session}:")
            click.echo(f"  recorded  {first.recorded.hex() or 'nothing'}")
            click.echo(f"  now       {first.now.hex() or 'nothing'}")
    return 1 if again.differing else 0


def _read(path: Path) -> WireLog:
    """Return a wire log; a wrong file is an error of use, no trouble of a board."""
    from hil.wire import WireLogError, read_wire

    try:
        return read_wire(path)
    except WireLogError as error:
        raise FlightswError(str(error)) from error


def _sums(log: WireLog, direction: Piece) -> dict[str, Any]:
    """Return how many frames of each kind went one way, and what was none."""
    from hil.link import Decoder
    from hil.wire import Piece

    decoder = Decoder(from_board=direction == Piece.FROM_BOARD)
    kinds: Counter[str] = Counter()
    for record in log.records:
        if record.kind == direction:
            kinds.update(
                type(received.message).__name__.upper() for received in decoder.feed(record.octets)
            )
    counters = asdict(decoder.counters)
    return {"octets": counters.pop("received"), "kinds": dict(sorted(kinds.items())), **counters}
