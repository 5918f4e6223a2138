"""A flight as a figure for a paper: matplotlib, an extra."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from flightsw.dictionary.parameters import parameter
from flightsw.errors import FlightswError
from flightsw.report import plots
from flightsw.report.curves import broken

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from flightsw.dictionary.parameters import Parameter
    from flightsw.report.flown import Flown

# Okabe-Ito, as on the light page; each with a line style of its own.
_COLOURS: Final = ("#0072b2", "#009e73", "#cc79a7")
_STYLES: Final[tuple[Any, ...]] = ("-", "--", ":", "-.", (0, (5, 1)), (0, (3, 1, 1, 1)))
_INCHES: Final = (7.0, 1.7)  # wide, and high for each plot


def figure(flown: Flown) -> Figure:
    """Return the plots of a flight below one another; see `Flight.plot`."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        msg = "plots for papers need matplotlib: pip install 'flightsw[plot]'"
        raise FlightswError(msg) from error

    drawn = []
    for names in plots.wanted(flown):
        shown = [p for p in map(parameter, names) if p is not None]
        shown = [p for p in shown if flown.values(p.name) is not None]
        if shown:
            drawn.append(shown)
    width, height = _INCHES
    made = Figure(figsize=(width, height * max(1, len(drawn))), layout="constrained")
    axes = made.subplots(max(1, len(drawn)), sharex=True, squeeze=False)[:, 0]
    for ax, shown in zip(axes, drawn, strict=False):
        _draw(ax, flown, shown)
    axes[-1].set_xlabel("time after T-0, s")
    axes[0].set_xlim(*plots.span(flown))
    return made


def _draw(ax: Any, flown: Flown, shown: list[Parameter]) -> None:
    for index, one in enumerate(shown):
        values = flown.values(one.name)
        assert values is not None
        t_s, values = broken(flown.t_s, values * one.scale)
        label = one.title.rpartition(", ")[2] if len(shown) > 1 else "flown"
        colour, style = _COLOURS[index % len(_COLOURS)], _STYLES[index % len(_STYLES)]
        ax.plot(t_s, values, label=label, color=colour, linestyle=style, linewidth=1.0)
    curve = plots.references(flown).get(shown[0].name) if len(shown) == 1 else None
    if curve is not None:
        style = "--" if curve.joined else "none"
        planned = np.array(curve.value) * shown[0].scale
        ax.plot(curve.t_s, planned, label="plan", color="0.4", marker=".", linestyle=style)
    for mark in plots.marks(flown):
        colour = "#a84300" if mark["state"] == "alarm" else "0.7"
        style = ":" if mark["state"] == "planned" else "-"
        ax.axvline(mark["t"], color=colour, linewidth=0.6, linestyle=style)
    for gap in plots.gaps(flown):
        end = plots.span(flown)[1] if gap["to"] is None else gap["to"]
        ax.axvspan(gap["from"], end, facecolor="none", edgecolor="0.8", hatch="///", linewidth=0)
    title = shown[0].title.partition(", ")[0] if len(shown) > 1 else shown[0].title
    ax.set_ylabel(f"{title}\n{shown[0].unit}", fontsize="small")
    if len(shown) > 1 or curve is not None:
        ax.legend(fontsize="x-small", loc="best")
