"""Two downlinks beside one another, in numbers and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flightsw.cli.logs import decoded, log_file
from flightsw.cli.output import Line, Span
from flightsw.errors import FlightswError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flightsw.ground.packets import Packets

_ROWS: Final = {  # a packet that one log lacks has no values to compare
    "frames": "frames",
    "packets": "packets",
    "values": "values of common packets",
}
_LABEL: Final = 25
_ENDED: Final = {True: "", False: "   NOT COMPLETE", None: "   bare packets: their end is not told"}


def diff_of(host: Path, board: Path) -> dict[str, Any]:
    """Return what differs between two logs, ready for JSON."""
    from flightsw.ground.difference import compare
    from flightsw.records.run_folder import plain

    if log_file(host).exists() and log_file(host).resolve() == log_file(board).resolve():
        msg = f"both are {log_file(host)}: a log does not differ from itself; which other one?"
        raise FlightswError(msg)
    one, other = decoded(log_file(host)), decoded(log_file(board))
    difference = compare(one, other)
    return {
        "format": "flightsw-diff/1",
        "logs": [str(log_file(host)), str(log_file(board))],
        "missions": [_mission(one), _mission(other)],
        "complete": [_is_complete(one), _is_complete(other)],
        "same": difference.same,
        **plain(difference),
    }


def _is_complete(packets: Packets) -> bool | None:
    return packets.frames.log.complete if packets.frames else None


def _mission(packets: Packets) -> str | None:
    header = packets.frames.log.header if packets.frames else None
    return header.mission if header else None


def is_proved(result: dict[str, Any]) -> bool:
    """Return whether two whole logs were compared and nothing differs."""
    return result["same"] and False not in result["complete"]


def _only_cut(result: dict[str, Any]) -> bool:
    """Return whether all that differs is what a log that is not complete lacks."""
    one_is_cut, other_is_cut = (complete is False for complete in result["complete"])
    return all(
        not result[what]["differing"]
        and (other_is_cut or not result[what]["only_one"])
        and (one_is_cut or not result[what]["only_other"])
        for what in _ROWS
    )


def diff_lines(result: dict[str, Any]) -> Iterator[Line]:
    """Yield what is printed of a comparison."""
    for name, log, complete in zip("AB", result["logs"], result["complete"], strict=True):
        yield Line.of(f"{name}  {log}{_ENDED[complete]}")
    missions = result["missions"]
    if None not in missions and missions[0] != missions[1]:
        yield Line.of(Span(f"of two missions: A {missions[0]}, B {missions[1]}", "off"))
    yield Line.of()
    yield Line.of(
        f"{'':<{_LABEL}}{'in A':>11}{'in B':>11}{'differ':>11}{'A only':>11}{'B only':>11}"
    )
    for what, label in _ROWS.items():
        numbers = [
            result[what][key] for key in ("one", "other", "differing", "only_one", "only_other")
        ]
        text = f"{label:<{_LABEL}}" + "".join(
            f"{number:>11,}".replace(",", " ") for number in numbers
        )
        yield Line.of(Span(text, "off" if any(numbers[2:]) else "plain"))
    yield Line.of()
    if is_proved(result):
        yield Line.of(Span("NO DIFFERENCE", "good"))
        return
    if _only_cut(result):
        yield Line.of(Span("NOT ALL COMPARED", "off"), "   no difference in what both have")
        return
    yield Line.of(Span("DIFFERENT", "alarm"))
    for what in _ROWS:
        if result[what]["first"]:
            yield Line.of(f"  first {what[:-1]:<8}{result[what]['first']}")
