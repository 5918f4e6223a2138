"""What a board and its line did in a flight: the object of `--json`, and its lines."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from flightsw.cli.board_real_time import (
    counted,
    real_time_alarms,
    real_time_lines,
    real_time_of,
    spread_ms,
)
from flightsw.line_load import BITS_OF_OCTET

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flightsw.cli.board_options import BoardChoice
    from hil.bridge import Bridge

_MS: Final = 4


def told_of(  # noqa: PLR0913  one a fact
    choice: BoardChoice,
    bridge: Bridge,
    *,
    rate: int | None,
    cap_bps: int | None,
    tick_s: float,
    silent: bool,
) -> dict[str, Any]:
    """Return what a board did, when its flight has ended.

    Parameters
    ----------
    choice : BoardChoice
        As asked for.
    bridge : Bridge
        To it, its line still open.
    rate : int or None
        Of its line, bit/s; None where it has none.
    cap_bps : int or None
        The rate cap that its line needed, bit/s.
    tick_s : float
        Length of a tick, s.
    silent : bool
        Whether it was to be heard, and sent nothing.
    """
    statistics, identity = bridge.statistics, bridge.identity
    ticks = max(1, statistics.ticks)
    to_board = statistics.octets_to_board / ticks
    from_board = statistics.octets_from_board / ticks
    resets = [loss for loss in statistics.losses if loss.reset_cause]
    clocked = statistics.real_time
    by_clock = choice.real_time_from_s is not None
    missed = by_clock and (clocked is None or clocked.is_degraded)
    return {
        "board": choice.board,
        "port": bridge.url,
        "name": identity.name,
        "id": identity.board_id.hex(),
        "firmware": f"{identity.firmware:08x}",
        "role": choice.role,
        "mode": choice.mode,
        "real_time_from_s": choice.lockstep_until_s,
        "ticks": statistics.ticks,
        "ticks_lost": statistics.ticks_lost,
        "repeats": statistics.repeats,
        "timeouts": statistics.timeouts,
        "losses": [asdict(loss) for loss in statistics.losses],
        "resets": len(resets),
        "round_trip_ms": spread_ms(statistics.round_trips_s),
        "tick_ms": round(tick_s * 1e3, _MS),
        "baud": rate,
        "octets_to_board": statistics.octets_to_board,
        "octets_from_board": statistics.octets_from_board,
        "load": None
        if rate is None
        else round((to_board + from_board) * BITS_OF_OCTET / rate / tick_s, 4),
        "line": asdict(statistics.line),
        "on_board": statistics.on_board,
        "real_time": None if clocked is None else real_time_of(clocked, cap_bps),
        "silent": silent,
        "degraded": bool(statistics.ticks_lost or resets or missed),
    }


def board_words(board: dict[str, Any]) -> str:
    """Return what stands in the head of a page."""
    from_s = board["real_time_from_s"]
    when = "" if from_s is None else f" from T{from_s:+.2f}"
    return f"{board['board']}, {board['role']}, {board['mode']}{when}"


def board_lines(board: dict[str, Any]) -> Iterator[str]:
    """Yield what a page says of a board, without its label."""
    yield f"{board_words(board)}: {_ticks(board['ticks'])}"
    if board["ticks_lost"]:
        yield f"{_ticks(board['ticks_lost'])} flown without it"
    times = board["round_trip_ms"]
    if times is not None:
        yield (
            f"round trip {times['p50']:.2f} ms, 99 in 100 under {times['p99']:.2f}, "
            f"longest {times['max']:.2f}"
        )
    yield from real_time_lines(board)
    yield ", ".join(
        (
            counted(board["repeats"], "repeat", "repeats"),
            counted(len(board["losses"]), "loss", "losses"),
            counted(board["resets"], "reset", "resets"),
            counted(_bad_frames(board), "bad frame", "bad frames"),
        )
    )
    ticks_flown = max(1, board["ticks"])
    octets = [board[f"octets_{way}_board"] / ticks_flown for way in ("to", "from")]
    tick_ms = board["tick_ms"]
    asks = "its line has no rate"
    if board["load"] is not None:
        asks = f"{board['load'] * tick_ms:.1f} of {tick_ms:g} ms at {board['baud']} baud"
    yield f"{octets[0]:.0f} + {octets[1]:.0f} octets a tick: {asks}"


def _ticks(number: int) -> str:
    return f"{number:,} {'tick' if number == 1 else 'ticks'}".replace(",", " ")


def _bad_frames(board: dict[str, Any]) -> int:
    """Both ways."""
    return sum(
        counters.get(name, 0)
        for counters in (board["line"], board.get("on_board", {}))
        for name in ("frames_bad", "frames_long")
    )


def board_alarms(board: dict[str, Any]) -> Iterator[str]:
    """Yield what went wrong with a board."""
    for loss in board["losses"]:
        when = "" if loss["at_s"] is None else f"T{loss['at_s']:+.2f}  "
        after = loss["recovered_after_s"]
        back = "never back" if after is None else f"back after {after:.2f} s"
        reset = f"reset ({loss['reset_cause']}), " if loss["reset_cause"] else ""
        yield f"{when}{loss['why']}: {reset}{back}"
    dropped = sum(
        board.get("on_board", {}).get(name, 0)
        for name in ("overruns", "ring_dropped", "line_dropped")
    )
    if dropped:
        yield f"it had no room for {counted(dropped, 'octet', 'octets')} of its line"
    yield from real_time_alarms(board)
    if board["silent"]:
        yield "it sent nothing: the ground heard nothing of its transmitter"
