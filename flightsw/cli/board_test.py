"""A board and its line, tried, and what of a flight they carry."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any, Final

from flightsw.cli.board_flight import BoardCannotError, must_fit
from flightsw.cli.board_list import identity_of, is_this_firmware, roles_of, version_of
from flightsw.cli.board_options import USUAL_BAUD
from flightsw.cli.board_ports import port_for
from flightsw.cli.output import Line, Span
from flightsw.line_load import BITS_OF_OCTET, LineLoad, fit, line_load, telemetry_bps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from flightsw.cli.board_options import Role
    from flightsw.scenario import Scenario
    from hil.kinds import Identity
    from hil.selftest import SelfTest

_LABEL: Final = 12
_FASTER: Final = {  # than its rate: why a port may be that is no real line
    "simulated": "its time is simulated, so echoes went faster",
    "none": "this port does not keep to it",
}
_FRAME_BYTES: Final = 256  # of a transmitter that says nothing else


def try_board(
    board: str,
    *,
    baud: int | None,
    seconds: float,
    scenario: Scenario | None,
    notice: Callable[[str], object],
) -> dict[str, Any]:
    """Try a board; return what it showed, ready for JSON.

    What its line carries is no more than its rate allows, however fast it was measured: `baud`, or
    what it has by itself.
    """
    from hil.present import has_rate, process_on, rate_of
    from hil.selftest import self_test

    with port_for(board, baud=baud) as url:
        rate = rate_of(url, baud, usual=USUAL_BAUD)
        process = process_on(url)
        keeps = "real" if has_rate(url) else "simulated" if process and process.baud else "none"
        found = self_test(url, baud=rate or USUAL_BAUD, stream_s=seconds, notice=notice)
    carries = inf if rate is None else rate / BITS_OF_OCTET
    result: dict[str, Any] = {
        "format": "flightsw-board-test/1",
        "port": url,
        "baud": rate,
        "line_time": keeps,
        "identity": identity_of(found.identity),
        "version": version_of(found.identity, is_process=process is not None),
        "roles": roles_of(found.identity),
        "echoes": found.echoes,
        "echoed": found.echoed,
        "round_trip_ms": {
            name: round(found.round_trip_s(percent) * 1e3, 4)
            for name, percent in (("p50", 50.0), ("p99", 99.0), ("max", 100.0))
        },
        "to_board_per_s": round(found.to_board_per_s),
        "from_board_per_s": round(found.from_board_per_s),
        "telemetry_bps": telemetry_bps(min(found.from_board_per_s, carries), _FRAME_BYTES),
        "clock_error_ms": round(found.clock_error_s * 1e3, 4),
        "repeats": found.repeats,
        "errors": found.errors,
        "of_this_version": is_this_firmware(found.identity),
    }
    parts: list[dict[str, Any]] = []
    if scenario is not None:
        parts += _parts(scenario, found, carries)
        result |= {"scenario": scenario.id, "rate_hz": scenario.rate_hz, "parts": parts}
    can_fly = any(part["why_not"] is None for part in parts) or scenario is None
    result["good"] = result["of_this_version"] and can_fly and not found.errors
    return result


def _parts(scenario: Scenario, found: SelfTest, carries: float) -> Iterator[dict[str, Any]]:
    """Yield whether a board has room for each part that it can play, and its line in real time."""
    from hil.rates import RATES

    slower = min(found.to_board_per_s, found.from_board_per_s, carries)
    for role in ("transmitter", "sequencer"):
        if role not in roles_of(found.identity):
            continue
        load: LineLoad = line_load(scenario, role)
        fitted = fit(load, int(slower * BITS_OF_OCTET), RATES)
        yield {
            "role": role,
            "why_not": _why_not(found.identity, role, scenario),
            "needs_per_s": round(fitted.needs_per_s),
            "fits": fitted.fits,
            "thinned": list(fitted.thinned),
            "enough_baud": fitted.enough_baud,
        }


def _why_not(identity: Identity, role: Role, scenario: Scenario) -> str | None:
    """Return why `run` would refuse a board; None: it has room."""
    try:
        must_fit(identity, role, scenario)
    except BoardCannotError as error:
        return str(error)
    return None


def test_lines(result: dict[str, Any]) -> Iterator[Line]:
    """Yield what is printed of a trial."""
    identity = result["identity"]
    rate = "no rate" if result["baud"] is None else f"{result['baud']} baud"
    yield Line.of(f"{identity['name']} on {result['port']}, {rate}")
    yield _fact("roles", ", ".join(result["roles"]) or "none")
    yield _fact("version", result["version"])
    yield _fact("echoes", f"{result['echoed']} of {result['echoes']} whole, of every length")
    times = result["round_trip_ms"]
    yield _fact(
        "round trip",
        f"{times['p50']:.2f} ms, 99 in 100 under {times['p99']:.2f}, longest {times['max']:.2f}",
    )
    yield _fact(
        "throughput",
        f"{_thousands(result['to_board_per_s'])} octets/s to it, "
        f"{_thousands(result['from_board_per_s'])} from it, at once",
    )
    if result["baud"] is not None and result["line_time"] != "real":
        why = _FASTER[result["line_time"]]
        most = _thousands(result["baud"] / BITS_OF_OCTET)
        yield _fact("line", f"carries {most} octets/s each way; {why}")
    yield _fact("telemetry", f"{_thousands(result['telemetry_bps'])} bit/s in frames")
    yield _fact("clock", f"known to {result['clock_error_ms']:.3f} ms")
    for part in result.get("parts", ()):
        yield _part(part, result)
    refused = [part["role"] for part in result.get("parts", ()) if part["why_not"] is not None]
    if result["good"]:
        but = _but(result, refused)
        yield Line.of(Span("GOOD", "good"), f"   no error on the line, none on the board{but}")
        return
    yield Line.of(Span("NOT GOOD", "alarm"))
    if not result["of_this_version"]:
        yield _fact("", "its firmware is of another version: no flight is given to it")
    elif refused and len(refused) == len(result["parts"]):
        yield _fact("", f"it cannot fly {result['scenario']} in any part")
    for name, count in result["errors"].items():
        yield _fact("", f"{count} {name}")


def _but(result: dict[str, Any], refused: Sequence[str]) -> str:
    """Return what a good board cannot do: be a part that it is refused as, or keep up with any."""
    flown = [part for part in result.get("parts", ()) if part["why_not"] is None]
    if flown and not any(part["fits"] for part in flown):
        return f"; {result['scenario']} in lockstep alone"
    return f"; it cannot be the {refused[0]} of {result['scenario']}" if refused else ""


def _part(part: dict[str, Any], result: dict[str, Any]) -> Line:
    if part["why_not"] is not None:
        return _fact(part["role"], f"{result['scenario']} is refused: {part['why_not']}")
    needs = f"{_thousands(part['needs_per_s'])} octets/s at most"
    if part["fits"]:
        return _fact(part["role"], f"{result['scenario']} needs {needs}: it fits")
    enough = f", {part['enough_baud']} baud would do" if part["enough_baud"] else ""
    thinned = f"; thinned: {', '.join(part['thinned'])}" if part["thinned"] else ""
    return _fact(part["role"], f"{result['scenario']} needs {needs}: too much{thinned}{enough}")


def _fact(label: str, text: str) -> Line:
    return Line.of(f"  {label:<{_LABEL}}{text}")


def _thousands(number: float) -> str:
    return f"{number:,.0f}".replace(",", " ")
