"""`flightsw tm limits`: which values left their limits, and which nobody hears any more."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import click

from flightsw.cli.logs import LOG, decoded, log_file, tell_wants

if TYPE_CHECKING:
    from pathlib import Path

    from flightsw.ground.limits import Reading
    from flightsw.ground.log import Log


@click.command()
@LOG
@click.option(
    "--ert", "ert_s", type=float, metavar="T", help="Then, s after the epoch; else at the end."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def limits(*, log: Path, ert_s: float | None, as_json: bool) -> int:
    """Tell which values left their limits.

    First each change in the order received, then every limited value as it stood at T: at the end
    of the recording, when the stations have ceased to listen, unless given. Exit 1 when one left
    them or is stale, also when the log is not complete.
    """
    from dataclasses import asdict

    from flightsw.cli.output import show_json
    from flightsw.errors import FlightswError
    from flightsw.ground.limits import changes, readings

    if ert_s is not None and not math.isfinite(ert_s):
        msg = f"--ert is a time in seconds, not {ert_s}"
        raise click.UsageError(msg)
    path = log_file(log)
    packets = decoded(path)
    if packets.frames is None:
        msg = f"{path} was recorded without receive times: what is stale cannot be told"
        raise FlightswError(msg)
    end_s, why = _end_s(packets.frames.log)
    then_s = end_s if ert_s is None else ert_s
    left = [each for each in changes(packets) if each.at_s is None or each.at_s <= then_s]
    now = readings(packets, ert_s=then_s)
    if as_json:
        show_json(
            {
                "format": "flightsw-limits/1",
                "ert_s": then_s,
                "end_s": end_s,
                "wants": list(packets.frames.log.wants),
                "changes": [asdict(each) for each in left],
                "readings": [asdict(each) for each in now],
            }
        )
    else:
        for each in left:
            click.echo(f"{each.at_s:12.3f}  {_reading(each)}")
        click.echo(f"at {then_s:.3f}{f', {why}' if ert_s is None else ''}:")
        for each in now:
            stale = each.condition == "stale" and each.at_s is not None
            click.echo(f"  {_reading(each)}{f', last {each.at_s:.3f}' if stale else ''}")
    wants = tell_wants(packets)
    return 1 if wants or left or any(each.condition != "ok" for each in now) else 0


def _end_s(log: Log) -> tuple[float, str]:
    """Return when the recording ends, s after the epoch, and what it is that ends there."""
    if log.listened_us is not None:
        return log.listened_us / 1e6, "when the stations ceased to listen"
    last_s = float(log.ert_us.max()) / 1e6 if len(log.entries) else 0.0
    return last_s, "the last that is in the log"


def _reading(reading: Reading) -> str:
    value = "-" if reading.value is None else reading.label or f"{reading.value:g}"
    unit = f" {reading.unit}" if reading.unit else ""
    source = "" if reading.spacecraft_id is None else f" of {reading.spacecraft_id}"
    return f"{reading.condition:<12} {value + unit:>12}  {reading.packet}{source} {reading.name}"
