"""`flightsw tm tail`: a log while it is written, one line an event or a silence."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import click

from flightsw.cli.logs import LOG, decoded, log_file, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flightsw.ground.packets import Packets

_POLL_S: Final = 0.1
QUIET_S: Final = 2.0  # without a frame for longer, it is said


@click.command()
@LOG
@click.option("--once", is_flag=True, help="Print what is there and end.")
def tail(*, log: Path, once: bool) -> int:
    """Follow a log that is being written, until it ends.

    One line an event or a silence. Exit 1 when it has no end and the flight that wrote it is gone,
    or with --once when it has none.
    """
    from flightsw.cli.output import tell
    from flightsw.ground.events import EventTeller
    from flightsw.ground.live import PacketReader
    from flightsw.records.downlink import is_abandoned

    path = log_file(log)
    reader, teller, silences = PacketReader(), EventTeller(), _Silences()
    told_quiet, heard_at = False, time.monotonic()
    with opened(path) as file:
        while True:
            abandoned = is_abandoned(path)  # asked first: what was written until then is read next
            piece = file.read()
            packets = reader.feed(piece)
            if piece and not reader.is_log:  # a recording of release 0.1.0, or nothing of ours
                packets = decoded(path)
            lines = [*silences.lines(packets)] if reader.is_log else []
            for each in teller.told(packets, reader.header):
                again = "  (heard when it was repeated)" if each.repeated else ""
                lines.append(
                    (each.ert_s, f"{each.met_s:9.2f}  {each.severity:<8} {each.sentence}{again}")
                )
            for _, line in sorted(lines, key=lambda line: line[0]):
                click.echo(line)
            if piece and not reader.is_log:
                return 0
            if reader.ended:
                for line in silences.at_the_end(reader.listened_us):
                    click.echo(line)
                return 0
            if once:
                tell(f"{path} has no end: it is still written, or cut short")
                return 1
            if abandoned and not piece:
                tell(f"nobody writes {path} any more, and it has no end: its flight was ended")
                return 1
            if packets.count:
                told_quiet, heard_at = False, time.monotonic()
            elif not told_quiet and time.monotonic() - heard_at > QUIET_S:
                told_quiet = True
                last = silences.last_us
                since = "" if last is None else f"; the last was received at ERT {last / 1e6:.2f}"
                click.echo(f"{'':9}  {'link':<8} no packet for {QUIET_S:g} s of our clock{since}")
            time.sleep(_POLL_S)


class _Silences:
    """Tells when nothing was received for a while, by the receive times in a log."""

    def __init__(self) -> None:
        self.last_us: int | None = None

    def lines(self, packets: Packets) -> Iterator[tuple[float, str]]:
        """Yield each silence that packets end, and when it ended, s after the epoch."""
        import numpy as np

        times = np.sort(np.concatenate([*packets.ert_us.values()]))
        for time_us in np.unique(times).tolist():
            if self.last_us is not None and time_us - self.last_us > QUIET_S * 1e6:
                yield time_us / 1e6, _line(self.last_us, f"until ERT {time_us / 1e6:.2f}")
            self.last_us = max(time_us, self.last_us or time_us)

    def at_the_end(self, listened_us: int | None) -> Iterator[str]:
        """Yield the silence that lasted until the stations ceased to listen."""
        if self.last_us is None:
            yield f"{'':9}  {'link':<8} nothing was received"
        elif listened_us is not None and listened_us - self.last_us > QUIET_S * 1e6:
            yield _line(self.last_us, f"to the end of the recording, ERT {listened_us / 1e6:.2f}")


def _line(from_us: int, until: str) -> str:
    return f"{'':9}  {'link':<8} nothing received from ERT {from_us / 1e6:.2f} {until}"
