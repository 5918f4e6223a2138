"""`flightsw report`: a run as one HTML page."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

NAME: Final = "report.html"


@click.command(name="report")
@click.argument("run", metavar="RUN")
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where to; report.html in the run's folder unless given.",
)
@click.option("--against", metavar="RUN", help="Another run, shown beside it.")
@click.option("--open", "open_it", is_flag=True, help="Open it in the browser.")
@click.option("--json", "as_json", is_flag=True, help="Print what the page tells, and write none.")
def command(
    *, run: str, out: Path | None, against: str | None, open_it: bool, as_json: bool
) -> int:
    """Show a flight as one HTML file; RUN is a folder, or the name of one in runs/."""
    if as_json and (out or open_it):
        msg = f"--json writes no report, so {'--out' if out else '--open'} has nothing to act on"
        raise click.UsageError(msg)
    _check_flown(run, against)
    if as_json:
        from flightsw.cli.output import show_json
        from flightsw.report.page import told_of

        show_json(told_of(run, against=against))
        return 0
    path = write_report(run, out=out, against=against)
    click.echo(str(path))
    if open_it:
        click.launch(path.resolve().as_uri())
    return 0


def _check_flown(*names: str | None) -> None:
    """Say of a mission or scenario that it is to be flown first."""
    from flightsw.records.files import RecordError
    from flightsw.records.reader import called_run, runs_here
    from flightsw.scenario.catalogue import find

    for name in names:
        if name is None or called_run(name) is not None:
            continue
        known = find(name, ("mission", "scenario"))
        if known is not None and known.kind:
            msg = f"{name} is a {known.kind}; a report is of a run: {runs_here(name)}"
            raise RecordError(f"{msg}\n  --> fly it: flightsw run {name} --report")


def write_report(run: Path | str, *, out: Path | None = None, against: str | None = None) -> Path:
    """Write the report of a run; return where it stands."""
    from flightsw.records.files import refused, write_whole
    from flightsw.records.reader import run_folder
    from flightsw.report import report

    html = report(run, against=against)
    path = out or run_folder(run) / NAME
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise refused(path, error) from error
    write_whole(path, lambda file: file.write(html.encode()))
    return path
