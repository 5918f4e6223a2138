"""A flight as a notebook shows it: a small table and four plots as SVG, no script, no request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from flightsw.dictionary.parameters import Parameter, parameter
from flightsw.report import plots, story
from flightsw.report.curves import broken, thinned
from flightsw.report.page import environment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flightsw.report.flown import Flown

PLOTS: Final = 4
WIDTH: Final = 300.0
HEIGHT: Final = 110.0
_BUCKETS: Final = 150
# Mid-tones: a notebook may be dark or light.
_COLOURS: Final = ("#3690c0", "#1b9e77", "#cc79a7")
_DASHES: Final = ("", "8 3", "2 3", "8 3 2 3", "4 2", "12 3 2 3")

Box = tuple[float, float, float, float]
Values = NDArray[np.float64]


def card(flown: Flown) -> str:
    """Return the verdict, the short of it and the first four plots of a flight as HTML."""
    assert flown.scenario is not None
    found = [
        _plot(flown, shown)
        for names in plots.wanted(flown)
        if (shown := [p for p in map(parameter, names) if p and flown.values(p.name) is not None])
    ]
    return (
        environment()
        .get_template("card.html")
        .render(
            title=flown.scenario.mission.name,
            verdict=story.verdict(flown),
            facts=story.in_short(flown),
            plots=found[:PLOTS],
            width=WIDTH,
            height=HEIGHT,
        )
    )


def _plot(flown: Flown, shown: list[Parameter]) -> dict[str, Any]:
    first = shown[0]
    curves: list[Values] = []
    for one in shown:
        values = flown.values(one.name)
        assert values is not None
        curves.append(values * one.scale)
    reference = plots.references(flown).get(first.name) if len(shown) == 1 else None
    planned = np.array(reference.value if reference else ()) * first.scale
    every = np.concatenate([*curves, planned])
    low, high = float(every.min()), float(every.max())
    begin, end = plots.span(flown)
    box = begin, end, low, high if high > low else low + 1.0
    return {
        "title": first.title.partition(", ")[0],
        "unit": first.unit,
        "low": f"{low:.{first.digits}f}",
        "high": f"{high:.{first.digits}f}",
        "silences": list(_silences(flown, box)),
        "from_s": f"{begin:.0f}",
        "to_s": f"{end:.0f}",
        "plan": _points(np.array(reference.t_s), planned, box) if reference else [],
        "joined": reference is not None and reference.joined,
        "lines": [
            {
                "label": one.title.rpartition(", ")[2] if len(shown) > 1 else one.title,
                "colour": _COLOURS[index % len(_COLOURS)],
                "dash": _DASHES[index % len(_DASHES)],
                "path": _path(*thinned(*broken(flown.t_s, values), _BUCKETS), box),
            }
            for index, (one, values) in enumerate(zip(shown, curves, strict=True))
        ],
    }


def _silences(flown: Flown, box: Box) -> Iterator[tuple[float, float]]:
    """Yield where each time without telemetry begins on the time axis, and how wide it is."""
    first, last = box[:2]
    scale = WIDTH / (last - first or 1.0)
    for gap in plots.gaps(flown):
        begin = max(gap["from"], first)
        end = last if gap["to"] is None else min(gap["to"], last)
        if end > begin:
            yield round((begin - first) * scale, 1), round((end - begin) * scale, 1)


def _points(t_s: Values, y: Values, box: Box) -> list[tuple[float, float]]:
    first, last, low, high = box
    across = (t_s - first) / (last - first or 1.0) * WIDTH
    down = HEIGHT - (y - low) / (high - low) * HEIGHT
    return list(zip(across.round(1).tolist(), down.round(1).tolist(), strict=True))


def _path(t_s: Values, y: Values, box: Box) -> str:
    """Return an SVG path; a missing sample lifts the pen."""
    words, pen = [], "M"
    for x, down in _points(t_s, y, box):
        if np.isnan(down):
            pen = "M"
        else:
            words.append(f"{pen}{x:g} {down:g}")
            pen = "L"
    return "".join(words)
