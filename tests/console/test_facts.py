"""What a page is told before a flight."""

from dataclasses import replace
from math import degrees
from typing import Any

import numpy as np

from flightsw import fly, load
from flightsw.briefing import ground_brief
from flightsw.console.facts import plan_facts


def edges(world):
    """Return west, south, east, north of the lines of a piece of the world, degrees."""
    points = np.concatenate(
        [
            np.cumsum(np.array(line).reshape(-1, 2), axis=0) / world["steps_per_deg"]
            for kind in ("coasts", "borders")
            for line in world[kind]
        ]
    )
    return (*points.min(axis=0), *points.max(axis=0))


def test_the_map_of_a_mission_without_a_reference_reaches_to_where_it_is_heard():
    known = load("progress-ms-04-lost")
    scenario = replace(known, mission=known.mission.model_copy(update={"reference": ()}))
    west, south, east, north = edges(plan_facts(scenario, ground_brief(scenario))["world"])

    heard = fly(known).ground.last
    assert heard is not None
    last: Any = heard.state
    assert west < known.stations[0].longitude_deg - 10.0
    assert east > degrees(last.longitude_rad) + 10.0
    assert south < degrees(last.latitude_rad) - 10.0 < north - 20.0
