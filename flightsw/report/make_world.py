"""Makes static/world.json, the coasts and borders of the maps, from the npm package world-atlas.

    npm pack world-atlas@2.0.2 && tar -xzf world-atlas-2.0.2.tgz
    python -m flightsw.report.make_world package/countries-50m.json >world.json  # to static/

The data are Natural Earth's at 1:50 000 000, in the public domain; the package is under the ISC
licence. A line of the result is [longitude, latitude, then differences], in hundredths of a degree.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FORMAT: Final = "flightsw-world/1"
SOURCE: Final = "Natural Earth 1:50m (public domain), from npm world-atlas 2.0.2"
STEPS_PER_DEG: Final = 100
SEAM_DEG: Final = 179.99  # what runs along the antimeridian is a cut through a country, no line

Line = list[tuple[int, int]]


def world(topology: dict[str, Any]) -> dict[str, Any]:
    """Return coasts and borders of a topology of countries: a border is an arc that two share."""
    shared = Counter(_arcs(topology["objects"]["countries"]["geometries"]))
    lines: dict[str, list[list[int]]] = {"coasts": [], "borders": []}
    for number, arc in enumerate(topology["arcs"]):
        kind = "borders" if shared[number] > 1 else "coasts"
        lines[kind] += [_differences(line) for line in _rounded(arc, topology["transform"])]
    return {"format": FORMAT, "source": SOURCE, "steps_per_deg": STEPS_PER_DEG, **lines}


def _arcs(geometries: Iterable[dict[str, Any]]) -> Iterator[int]:
    """Yield the number of each arc as often as it is used; backwards is the complement."""
    stack: list[Any] = [geometry["arcs"] for geometry in geometries if "arcs" in geometry]
    while stack:
        item = stack.pop()
        if isinstance(item, int):
            yield item if item >= 0 else ~item
        else:
            stack += item


def _rounded(arc: list[list[int]], transform: dict[str, Any]) -> Iterator[Line]:
    """Yield an arc in whole steps without repeated places, cut where it runs along the seam."""
    (scale_x, scale_y), (from_x, from_y) = transform["scale"], transform["translate"]
    line: Line = []
    column = row = 0
    for across, up in arc:
        column, row = column + across, row + up
        longitude, latitude = column * scale_x + from_x, row * scale_y + from_y
        place = round(longitude * STEPS_PER_DEG), round(latitude * STEPS_PER_DEG)
        if abs(longitude) > SEAM_DEG and line and abs(line[-1][0]) > SEAM_DEG * STEPS_PER_DEG:
            if len(line) > 1:
                yield line
            line = []
        if not line or place != line[-1]:
            line.append(place)
    if len(line) > 1:
        yield line


def _differences(line: Line) -> list[int]:
    flat = [*line[0]]
    for (x0, y0), (x1, y1) in pairwise(line):
        flat += [x1 - x0, y1 - y0]
    return flat


if __name__ == "__main__":
    read = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    print(json.dumps(world(read), separators=(",", ":")))
