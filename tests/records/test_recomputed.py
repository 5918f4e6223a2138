"""What the ground says of a real flight comes from downlink and mission, from no truth."""

import json

import pytest

from flightsw.briefing import ground_brief
from flightsw.cli import main
from flightsw.ground import look
from flightsw.scenario import load


@pytest.fixture(params=["progress-ms-04", "progress-ms-04-lost"])
def run(request, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["run", request.param, "--out", "run", "--json"]) in {0, 1}
    (tmp_path / "run" / "truth.npz").unlink()
    return request.param, tmp_path / "run"


def test_events_telemetry_and_fall_are_recomputed_from_downlink_and_mission_alone(run):
    name, folder = run
    said = json.loads((folder / "summary.json").read_text())

    heard = look((folder / "downlink.ccsds").read_bytes(), None, ground_brief(load(name)))

    assert [(event["name"], event["t_s"], event["trigger"]) for event in said["events"]] == [
        (event.name, pytest.approx(event.t_s), event.trigger) for event in heard.events
    ]
    assert heard.last is not None
    assert said["telemetry"]["frames"] == heard.frames_good
    assert said["telemetry"]["last_frame_t_s"] == pytest.approx(heard.last.t_s)
    assert heard.last.state is not None
    assert said["telemetry"]["altitude_km"] == pytest.approx(
        heard.last.state.altitude_m / 1e3, abs=1e-3
    )
    assert (said["fall"] is None) == (heard.fall is None)
    assert (said["fall"] or {}).get("t_s") == (
        pytest.approx(heard.fall.t_s, abs=1e-3) if heard.fall else None
    )
