"""`flightsw demo`: Progress MS-04 as it was planned, then as it was lost on 1 December 2016."""

from __future__ import annotations

from typing import Final

import click

FLIGHTS: Final = (
    ("progress-ms-04", "1  As planned: every event beside the plan, and the orbit"),
    (
        "progress-ms-04-lost",
        "2  As it was lost on 1 December 2016: what the ground heard, and no more",
    ),
)


@click.command(name="demo")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@click.option("-q", "--quiet", is_flag=True, help="Print the outcomes without the tables.")
@click.option("--no-color", is_flag=True, help="Print without colour, as a pipe gets it.")
def command(*, as_json: bool, quiet: bool, no_color: bool) -> int:
    """Fly Progress MS-04 as planned, then as it was lost; exit 0 when both came out so."""
    from flightsw.cli.output import Line, show, show_json
    from flightsw.cli.report import write_report
    from flightsw.cli.run import fly_and_record, page
    from flightsw.scenario import load
    from flightsw.summary import exit_code

    codes, summaries = [], []
    for name, title in FLIGHTS:
        flight, summary = fly_and_record(load(name))
        codes.append(exit_code(flight, summary))
        summaries.append(summary)
        if not as_json:
            head = [] if name == FLIGHTS[0][0] else [Line.of()]
            show([*head, Line.of(title), Line.of()], no_color=no_color)
            show(page(flight, summary, quiet=quiet), no_color=no_color)
    report = write_report(summaries[-1]["run_dir"])
    if not as_json:
        show([Line.of(), Line.of(f"How it was lost, as a page: {report}")], no_color=no_color)
    if as_json:
        show_json({"format": "flightsw-demo/1", "as_expected": not any(codes), "runs": summaries})
    return max(codes)
