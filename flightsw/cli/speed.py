"""`--speed N|max`: how fast a flight is shown."""

from __future__ import annotations

import math

import click

MAX = math.inf


def read_speed(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> float | None:
    """Return seconds of flight in a second, infinite for `max`; None when nothing was asked for."""
    if value is None or context.resilient_parsing:
        return None
    try:
        speed = MAX if value == "max" else float(value)
    except ValueError:
        speed = math.nan
    if value != "max" and not 0.01 <= speed <= 10_000.0:  # noqa: PLR2004  NaN is none of them either
        msg = f"{value!r} is no speed: 0.01 to 10000 seconds of flight in a second, or max"
        raise click.BadParameter(msg, ctx=context, param=parameter)
    return speed


def pace(speed: float | None) -> float | None:
    """Return what `flightsw.fly` takes: None for as fast as it goes."""
    return None if speed is None or speed == MAX else speed
