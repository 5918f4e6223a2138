"""`flightsw tm find`: the packets of a stretch of time, and what they say."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import click

from flightsw.cli.logs import LOG, decoded, log_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np

    from flightsw.dictionary import Packet
    from flightsw.ground.packets import Packets


@click.command()
@LOG
@click.option("--met", metavar="A..B", help="Mission elapsed time, s after T-0 as flown.")
@click.option("--ert", metavar="A..B", help="Earth-received time, s after planned T-0.")
def find(*, log: Path, met: str | None, ert: str | None) -> int:
    """List the packets of a stretch of time; exit 1 when there is none.

    The first line says where the two clocks have their zero: nothing is received before it is sent.
    """
    from flightsw.cli.output import tell

    if (met is None) == (ert is None):
        msg = "of when? --met A..B or --ert A..B"
        raise click.UsageError(msg)
    first, last = _stretch(met or ert or "", "--met" if met else "--ert")
    packets = decoded(log_file(log))
    lines = [*_listed(packets, first, last, by_met=met is not None)]
    if not lines:
        tell(f"no packet there; {_span(packets, by_met=met is not None)}")
        return 1
    click.echo(f"# {_zeros(packets)}")
    for line in lines:
        click.echo(line)
    return 0


def _stretch(text: str, flag: str) -> tuple[float, float]:
    first, dots, last = text.partition("..")
    try:
        if not dots:
            raise ValueError(text)
        bounds = float(first or "-inf"), float(last or "inf")
        if any(math.isnan(bound) for bound in bounds):
            raise ValueError(text)
    except ValueError:
        msg = f"{flag} is A..B in seconds, for example 380..385, not {text}"
        raise click.UsageError(msg) from None
    if bounds[0] > bounds[1]:
        msg = f"{flag} {text} ends before it begins"
        raise click.UsageError(msg)
    return bounds


def _zeros(packets: Packets) -> str:
    """Say what the clocks count from, and how far apart their zeros are, as far as it was heard."""
    from flightsw.ground.packets import t_zero_ert_s

    told = "met: s after T-0 as flown; ert: s after planned T-0"
    header = packets.frames.log.header if packets.frames else None
    if header is not None and header.epoch_utc:
        told += f", {header.epoch_utc}"
    zero_s = t_zero_ert_s(packets)
    if zero_s is not None:
        told += f"; met 0 is ert {zero_s:.6f}, or a little earlier"
    return told


def _span(packets: Packets, *, by_met: bool) -> str:
    """Say from when to when there are packets."""
    import numpy as np

    from flightsw.ground.packets import NOT_TIMED

    if by_met:
        names = [each.name for each in packets.dictionary.packets if each.clock == "met"]
        times = np.concatenate([packets.rows[name]["met_us"] for name in names])
    else:
        times = np.concatenate([*packets.ert_us.values()])
    times = times[times != NOT_TIMED]
    clock = "MET" if by_met else "ERT"
    if not len(times):
        return f"the log has no packet with {clock}"
    return f"the log has {clock} {times.min() / 1e6:.2f} to {times.max() / 1e6:.2f} s"


def _listed(packets: Packets, first: float, last: float, *, by_met: bool) -> Iterator[str]:
    import numpy as np

    from flightsw.ground.events import sentences
    from flightsw.ground.packets import NOT_TIMED

    says = sentences(packets)
    found: list[tuple[int, str]] = []
    for packet in packets.dictionary.packets:
        name = packet.name
        if by_met and packet.clock != "met":
            continue
        rows = packets.rows[name]
        clock = rows[packet.clock_field] / 1e6
        ert_us = packets.ert_us[name]
        ert = np.where(ert_us == NOT_TIMED, np.nan, ert_us / 1e6)
        when = clock if by_met else ert
        for index in ((when >= first) & (when <= last)).nonzero()[0].tolist():
            sequence = int(rows["sequence"][index]) & 0x3FFF
            words = says[index] if name == "EVENT" else _values(packets, packet, rows[index])
            found.append(
                (
                    int(packets.order[name][index]),
                    f"{packet.clock} {clock[index]:12.6f}  ert {ert[index]:12.6f}  "
                    f"{name:<13} count {sequence}  {words}",
                )
            )
    return (line for _, line in sorted(found))


def _values(packets: Packets, packet: Packet, row: np.void) -> str:
    """Return what a packet says, short: what a person reads first, and the bits that are set."""
    from flightsw.ground.bits import set_bits

    header = packets.frames.log.header if packets.frames else None
    found = []
    for field in packet.fields:
        if field.is_spare:
            continue
        count: Any = row[field.name]
        bits = set_bits(field, int(count), header)
        if bits is not None:
            found.append(f"{field.name} {bits}")
        elif field.values:
            label = field.values[count] if count < len(field.values) else int(count)
            found.append(f"{field.name} {label}")
        elif field.digits is not None and not field.array:
            shown = float(count) * field.scale * field.display_scale
            found.append(f"{field.name} {shown:.{field.digits}f} {field.display_unit}")
        elif not field.unit and not field.array:
            found.append(f"{field.name} {int(count)}")
    return ", ".join(found)
