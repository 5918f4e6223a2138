"""How a board kept its time in a flight by the wall clock: an object of `--json`, and its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterator

    from hil.real_time import RealTime

_MS: Final = 4  # decimals of a millisecond
_SHARES: Final = {"p50": 50.0, "p99": 99.0, "max": 100.0}
_COUNTS: Final = (
    "ticks",
    "misses",
    "late_ticks",
    "missed",
    "answers_late",
    "grants_dropped",
    "grants_missed",
    "board_late_ticks",
    "pieces_late",
    "octets_lost",
)
_WORDS: Final = {  # of one, of more
    "late_ticks": ("tick", "ticks", "whose input left after the next was due"),
    "missed": ("tick", "ticks", "without an answer when the next was due"),
    "grants_dropped": ("tick", "ticks", "that the line had no room for"),
    "grants_missed": ("tick", "ticks", "that never came to the board"),
    "board_late_ticks": ("tick", "ticks", "that the board, or its process, began too late"),
    "pieces_late": ("piece", "pieces", "of telemetry that came too late"),
    "octets_lost": ("octet", "octets", "of telemetry lost on the line"),
}


def counted(count: int, one: str, more: str) -> str:
    """Return a count with its noun."""
    return f"{count} {one if count == 1 else more}"


def spread_ms(times_s: array[float]) -> dict[str, float] | None:
    """Return the middle of times, what 99 in 100 are under, and the longest, ms; None of none."""
    from hil.statistics import percentile

    if not times_s:
        return None
    return {name: round(percentile(times_s, share) * 1e3, _MS) for name, share in _SHARES.items()}


def real_time_of(clocked: RealTime, cap_bps: int | None) -> dict[str, Any]:
    """Return what became of the ticks that were flown by the clock."""
    offset = clocked.offset
    return {
        "from_s": clocked.from_s,
        **{name: getattr(clocked, name) for name in _COUNTS},
        "woke_late_ms": spread_ms(clocked.woke_late_s),
        "left_late_ms": spread_ms(clocked.left_late_s),
        "way_ms": spread_ms(clocked.ways_s),
        "fifo": clocked.is_fifo,
        "cap_bps": cap_bps,
        "clock": None
        if offset is None
        else {
            "offset_us": round(offset.offset_us, 1),
            "offset_within_us": round(offset.offset_within_us, 1),
            "skew_ppm": _rounded(offset.skew_ppm),
            "skew_within_ppm": _rounded(offset.skew_within_ppm),
            "exchanges": offset.exchanges,
        },
    }


def _rounded(ppm: float | None) -> float | None:
    return None if ppm is None else round(ppm, 2) + 0.0  # never -0.0


def real_time_lines(board: dict[str, Any]) -> Iterator[str]:
    """Yield what a page says of it, without its label; nothing of a flight in lockstep."""
    told = board["real_time"]
    if told is None:
        return
    yield (
        f"by the clock from T{told['from_s']:+.2f}: {counted(told['ticks'], 'tick', 'ticks')}, "
        f"{counted(told['misses'], 'deadline', 'deadlines')} missed"
    )
    for name, what in (("left_late_ms", "left"), ("way_ms", "came")):
        times = told[name]
        if times is not None:
            late = " late" if what == "left" else ""
            yield (
                f"{what} {times['p50']:.2f} ms{late}, 99 in 100 under {times['p99']:.2f}, "
                f"longest {times['max']:.2f}"
            )
    clock = told["clock"]
    if clock is not None:
        skew = clock["skew_ppm"]
        goes = ""
        if skew is not None:
            ppm = f"{skew:+.0f}" if round(skew) else "0"  # neither -0 nor +0
            goes = f", {ppm} ppm within {clock['skew_within_ppm']:.0f}"
        yield f"its clock is known within {clock['offset_within_us'] * 1e-3:.3f} ms{goes}"


def real_time_alarms(board: dict[str, Any]) -> Iterator[str]:
    """Yield which deadlines were missed."""
    told = board.get("real_time")
    if told is None:
        if board.get("mode", "lockstep") != "lockstep":
            yield "real time never began: the flight had ended, or the board was away"
        return
    for name, (one, more, what) in _WORDS.items():
        if told[name]:
            yield f"{counted(told[name], one, more)} {what}"
