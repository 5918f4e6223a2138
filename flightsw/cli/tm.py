"""`flightsw tm`: the downlink and nothing else."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from flightsw.cli.logs import decoded, log_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flightsw.ground.limits import Reading
    from flightsw.ground.packets import Packets

_LOG = click.argument("log", metavar="LOG", type=click.Path(path_type=Path))
_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
_POLL_S: Final = 0.1


@click.group(name="tm")
def command() -> None:
    """Read a downlink log: a run, by its folder or its name in runs/, or a downlink.ccsds."""


@command.command()
@_LOG
@click.option("--csv", "as_csv", is_flag=True, help="NAME.csv for each kind of packet.")
@click.option("--parquet", is_flag=True, help="NAME.parquet for each kind of packet.")
@click.option("--mcap", is_flag=True, help="One telemetry.mcap.")
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where to; telemetry/ beside the log unless given.",
)
def decode(*, log: Path, as_csv: bool, parquet: bool, mcap: bool, out: Path | None) -> int:
    """Write what was heard as tables."""
    from flightsw.cli.output import tell
    from flightsw.records.export import write_csv, write_mcap, write_parquet
    from flightsw.records.run_folder import TABLES

    if not (as_csv or parquet or mcap):
        msg = "as what? --csv, --parquet or --mcap"
        raise click.UsageError(msg)
    path = log_file(log)
    packets = decoded(path)
    folder = out or path.parent / TABLES
    written: list[Path] = []
    if as_csv:
        written += write_csv(packets, folder)
    if parquet:
        written += write_parquet(packets, folder)
    if mcap:
        written += write_mcap(packets, folder / "telemetry.mcap")
    for each in written:
        click.echo(str(each))
    tell(f"{packets.count} packets")
    for words in packets.not_read:
        tell(f"note: {words}")
    return 1 if packets.not_read else 0


@command.command()
@click.option("--xtce", is_flag=True, help="XTCE 1.2, for mission-control systems.")
@click.option("--icd", is_flag=True, help="The interface-control document, Markdown.")
def export(*, xtce: bool, icd: bool) -> int:
    """Print the telemetry dictionary in a form that others read."""
    from flightsw.dictionary import load_dictionary
    from flightsw.dictionary.emit_icd import emit_icd
    from flightsw.dictionary.emit_xtce import emit_xtce

    if xtce == icd:
        msg = "as what? --xtce or --icd"
        raise click.UsageError(msg)
    click.echo((emit_xtce if xtce else emit_icd)(load_dictionary()), nl=False)
    return 0


@command.command()
@_LOG
@_JSON
def audit(*, log: Path, as_json: bool) -> int:
    """Say what became of every frame: good + corrupt + lost = sent, by the frame counts.

    Beside a run's log stands what its transmitters truly sent; what was sent and never heard is
    then told too. Exit 1 when a frame is missing or the log is not complete.
    """
    from flightsw.cli.audit import audit_lines
    from flightsw.cli.output import show_json
    from flightsw.records.audit import audit_of
    from flightsw.records.reader import read_lines

    path = log_file(log)
    packets = decoded(path)
    result = audit_of(packets, read_lines(path.parent / "transmitters.jsonl", []))
    if as_json:
        show_json(result)
    else:
        for line in audit_lines(result):
            click.echo(line)
    return 0 if result["whole"] else 1


@command.command()
@_LOG
@click.option("--met", metavar="A..B", help="Mission elapsed time, s.")
@click.option("--ert", metavar="A..B", help="Earth-received time, s after the epoch of the log.")
def find(*, log: Path, met: str | None, ert: str | None) -> int:
    """List the packets of a stretch of time; exit 1 when there is none."""
    if (met is None) == (ert is None):
        msg = "of when? --met A..B or --ert A..B"
        raise click.UsageError(msg)
    first, last = _stretch(met or ert or "", "--met" if met else "--ert")
    count = 0
    for line in _listed(decoded(log_file(log)), first, last, by_met=met is not None):
        click.echo(line)
        count += 1
    return 0 if count else 1


@command.command()
@_LOG
def junk(*, log: Path) -> int:
    """Show what was heard and is in no good frame."""
    from flightsw.ground.frames import REASONS

    packets = decoded(log_file(log))
    if packets.frames is None:
        click.echo(f"{packets.damaged_bytes} octets in no good packet")
        return 0
    frames = packets.frames
    header = frames.log.header
    for row in frames.junk:
        begin, size, entry = int(row["offset"]), int(row["size"]), int(row["entry"])
        received = frames.log.heard[int(frames.log.entries["first"][entry])]
        station = int(received["station"])
        name = header.stations[station] if header and station < len(header.stations) else "?"
        shown = frames.log.data[begin : begin + min(size, 16)].hex(" ", 2)
        more = " ..." if size > 16 else ""  # noqa: PLR2004  a line's worth
        click.echo(
            f"{received['ert_us'] / 1e6:12.6f}  {name:<14} {size:5} octets  "
            f"{REASONS[int(row['reason'])]:<14}  {shown}{more}"
        )
    for damage in frames.log.damage.tolist():
        click.echo(f"log: {damage[1]} octets at {damage[0]} belong to no good block")
    return 0


@command.command()
@_LOG
@click.option("--once", is_flag=True, help="Print what is there and end.")
def tail(*, log: Path, once: bool) -> int:
    """Follow a log that is being written: one line an event, until it ends.

    Exit 1 when it has no end and the flight that wrote it is gone.
    """
    from flightsw.cli.logs import opened
    from flightsw.cli.output import tell
    from flightsw.ground.events import EventTeller
    from flightsw.ground.live import PacketReader
    from flightsw.records.downlink import is_abandoned

    path = log_file(log)
    reader, teller = PacketReader(), EventTeller()
    with opened(path) as file:
        while True:
            abandoned = is_abandoned(path)  # asked first: what was written until then is read next
            piece = file.read()
            packets = reader.feed(piece)
            if piece and not reader.is_log:  # a recording of release 0.1.0, or nothing of ours
                packets = decoded(path)
            for each in teller.told(packets, reader.header):
                again = "  (heard when it was repeated)" if each.repeated else ""
                click.echo(f"{each.met_s:9.2f}  {each.severity:<8} {each.sentence}{again}")
            if once or reader.ended or (piece and not reader.is_log):
                return 0
            if abandoned and not piece:
                tell(f"nobody writes {path} any more, and it has no end: its flight was ended")
                return 1
            time.sleep(_POLL_S)


@command.command()
@_LOG
@click.option(
    "--ert", "ert_s", type=float, metavar="T", help="Then, s after the epoch; else at the end."
)
@_JSON
def limits(*, log: Path, ert_s: float | None, as_json: bool) -> int:
    """Tell which values left their limits; exit 1 when one did, or is stale.

    First each change in the order received, then every limited value as it stood at T.
    """
    from dataclasses import asdict

    from flightsw.cli.output import show_json
    from flightsw.errors import FlightswError
    from flightsw.ground.limits import changes, readings

    path = log_file(log)
    packets = decoded(path)
    if packets.frames is None:
        msg = f"{path} was recorded without receive times: what is stale cannot be told"
        raise FlightswError(msg)
    then_s = _last_ert_s(packets) if ert_s is None else ert_s
    left = [each for each in changes(packets) if each.at_s is None or each.at_s <= then_s]
    now = readings(packets, ert_s=then_s)
    if as_json:
        show_json(
            {
                "format": "flightsw-limits/1",
                "ert_s": then_s,
                "changes": [asdict(each) for each in left],
                "readings": [asdict(each) for each in now],
            }
        )
    else:
        for each in left:
            click.echo(f"{each.at_s:12.3f}  {_reading(each)}")
        click.echo(f"at {then_s:.3f}:")
        for each in now:
            click.echo(f"  {_reading(each)}")
    return 1 if left or any(each.condition != "ok" for each in now) else 0


def _reading(reading: Reading) -> str:
    value = "-" if reading.value is None else reading.label or f"{reading.value:g}"
    unit = f" {reading.unit}" if reading.unit else ""
    source = "" if reading.spacecraft_id is None else f" of {reading.spacecraft_id}"
    return f"{reading.condition:<12} {value + unit:>12}  {reading.packet}{source} {reading.name}"


def _last_ert_s(packets: Packets) -> float:
    times = [ert_us.max() for ert_us in packets.ert_us.values() if len(ert_us)]
    return max(times, default=0) / 1e6


def _stretch(text: str, flag: str) -> tuple[float, float]:
    first, dots, last = text.partition("..")
    try:
        if not dots:
            raise ValueError(text)
        bounds = float(first or "-inf"), float(last or "inf")
    except ValueError:
        msg = f"{flag} is A..B in seconds, for example 380..385, not {text}"
        raise click.UsageError(msg) from None
    if bounds[0] > bounds[1]:
        msg = f"{flag} {text} ends before it begins"
        raise click.UsageError(msg)
    return bounds


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
        clock = packets.rows[name][packet.clock_field] / 1e6
        ert_us = packets.ert_us[name]
        ert = np.where(ert_us == NOT_TIMED, np.nan, ert_us / 1e6)
        when = clock if by_met else ert
        for index in ((when >= first) & (when <= last)).nonzero()[0].tolist():
            sequence = int(packets.rows[name]["sequence"][index]) & 0x3FFF
            words = f"  {says[index]}" if name == "EVENT" else ""
            found.append(
                (
                    int(packets.order[name][index]),
                    f"{packet.clock} {clock[index]:12.6f}  ert {ert[index]:12.6f}  "
                    f"{name:<13} count {sequence}{words}",
                )
            )
    return (line for _, line in sorted(found))
