"""A run folder as the console plays it."""

from pathlib import Path

import pytest

from flightsw.cli import main
from flightsw.console.replay import recorded
from flightsw.console.session import Session


@pytest.mark.parametrize("octets", [2_500_000, None])
def test_a_log_that_was_cut_is_no_loss_of_telemetry(tmp_path, monkeypatch, capsys, octets):
    monkeypatch.chdir(tmp_path)
    main(["run", "progress-ms-04-lost", "-q", "--out", "run"])
    capsys.readouterr()
    log = Path("run/downlink.ccsds")
    log.write_bytes(log.read_bytes()[:octets])

    run = recorded("run", speed=None)
    session = Session(run.feed, run.briefing)
    session.look()

    assert run.plan["end_s"] == 540.0  # the ruler has all that is planned, heard of or not
    state = session.state()
    if octets is None:
        assert state["lost"] is not None
        assert (run.missing, state["feed"]["note"]) == ((), None)
        return
    assert state["lost"] is None
    assert state["feed"]["note"] == "the record ends here: its end is missing"
    assert state["now"] == pytest.approx(session.ground.last_s, abs=1.0)
    assert any("the end of the log is missing" in words for words in run.missing)
