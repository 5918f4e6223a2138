"""The flags that say what is flown and where it is kept, the same wherever something flies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

_F = TypeVar("_F", bound="Callable[..., Any]")


def flight_options(function: _F) -> _F:
    """Give a command `faults`, `at_s`, `rate_hz`, `seed`, `out` and `force`."""
    for option in reversed(
        (
            click.option(
                "--fault",
                "faults",
                metavar="FAULT",
                multiple=True,
                help="A fault file, FILE@T, or one act: KIND:COMPONENT@TRIGGER,key=value. "
                "May be repeated.",
            ),
            click.option(
                "--at",
                "at_s",
                type=float,
                metavar="T",
                help="Reference time of the one --fault, s from T-0.",
            ),
            click.option(
                "--rate", "rate_hz", type=int, metavar="HZ", help="Ticks a second, 10 to 1000."
            ),
            click.option("--seed", type=int, metavar="N", help="Seed of every noise."),
            click.option(
                "--out",
                type=click.Path(path_type=Path),
                metavar="DIR",
                help="Folder of the run, absent or empty; runs/ID-NNNN unless given.",
            ),
            click.option(
                "--force", is_flag=True, help="Replace the run in --out; never another folder."
            ),
        )
    ):
        function = option(function)
    return function


def check_flight_options(
    *, faults: tuple[str, ...], at_s: float | None, out: Path | None, force: bool
) -> None:
    """Raise `click.UsageError` if a flag says nothing without another."""
    if at_s is not None and len(faults) != 1:
        msg = f"--at moves exactly one --fault, not {len(faults)}; write FAULT@T for each"
        raise click.UsageError(msg)
    if force and out is None:
        msg = "--force replaces the run in --out DIR; which one?"
        raise click.UsageError(msg)
