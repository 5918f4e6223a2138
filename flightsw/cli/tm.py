"""`flightsw tm`: the downlink and nothing else."""

from __future__ import annotations

from pathlib import Path

import click

from flightsw.cli.logs import LOG, decoded, log_file, tell_wants
from flightsw.cli.tm_find import find
from flightsw.cli.tm_limits import limits
from flightsw.cli.tm_tail import tail


@click.group(name="tm", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """Read a downlink log: a run, by its folder or its name in runs/, or a downlink.ccsds."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


command.add_command(find)
command.add_command(limits)
command.add_command(tail)


@command.command()
@LOG
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
    return 1 if tell_wants(packets) else 0


@command.command()
@click.option("--xtce", is_flag=True, help="XTCE 1.2, for mission-control systems.")
@click.option("--icd", is_flag=True, help="The interface-control document, Markdown.")
@click.argument("log", metavar="[LOG]", type=click.Path(path_type=Path), required=False)
def export(*, xtce: bool, icd: bool, log: Path | None) -> int:
    """Print the telemetry dictionary in a form that others read.

    With a LOG the dictionary that it was made with; in the interface-control document then also the
    names of the bits of its discretes and latched entries, and its analogue channels.
    """
    from flightsw.dictionary import load_dictionary
    from flightsw.dictionary.emit_icd import emit_icd
    from flightsw.dictionary.emit_xtce import emit_xtce

    if xtce == icd:
        msg = "as what? --xtce or --icd"
        raise click.UsageError(msg)
    packets = decoded(log_file(log)) if log is not None else None
    dictionary = packets.dictionary if packets else load_dictionary()
    header = packets.frames.log.header if packets and packets.frames else None
    if xtce:
        click.echo(emit_xtce(dictionary), nl=False)
    elif header is None:
        click.echo(emit_icd(dictionary), nl=False)
    else:
        entries = [event for event, _, _ in header.entries]
        bits = {"discretes": header.discretes, "latched": entries}
        click.echo(emit_icd(dictionary, bits=bits, analogs=header.analogs), nl=False)
    return 0


@command.command()
@LOG
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def audit(*, log: Path, as_json: bool) -> int:
    """Say what became of every frame.

    Good + corrupt + lost = sent, by the frame counts. Beside a run's log stands what its
    transmitters truly sent; what was sent and never heard is then told too. Exit 1 when a frame or
    a packet is missing, when a kind of packet that is sent again and again was never heard, when
    something cannot be read, or when the log is not complete.
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
@LOG
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
