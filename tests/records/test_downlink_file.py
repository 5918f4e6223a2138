"""The downlink log of a run: killed, cut or full, what was recorded is read."""

import resource
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from flightsw import fly, load
from flightsw.ground.decode import decode
from flightsw.ground.log import read_log
from flightsw.records.downlink import DownlinkFile
from flightsw.records.files import RecordError

PACED = """
import sys, time
from pathlib import Path
from flightsw import fly, load
from flightsw.records.downlink import DownlinkFile
with DownlinkFile(Path(sys.argv[1])) as log:
    fly(load("nike-apache-14-210"), sink=log.write, speed=1.0)
"""


def test_a_paced_flight_has_the_bytes_of_a_fast_one() -> None:
    scenario = load("nike-apache-14-210")
    pieces: list[bytes] = []

    paced = fly(scenario, sink=pieces.append, speed=2000.0)

    assert paced.downlink == fly(scenario).downlink == b"".join(pieces)
    assert len(pieces) > 100


def test_a_killed_process_loses_a_tenth_of_a_second_at_most(tmp_path: Path) -> None:
    path = tmp_path / "downlink.ccsds"
    process = subprocess.Popen([sys.executable, "-c", PACED, str(path)])
    while not path.exists() or path.stat().st_size < 20_000:
        assert process.poll() is None
        time.sleep(0.01)
    size = path.stat().st_size
    while path.stat().st_size == size:  # the end of the last slice that was written
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.wait()

    cut = path.read_bytes()

    whole = fly(load("nike-apache-14-210")).downlink
    log = read_log(cut)
    assert whole.startswith(cut)
    assert not log.ended
    assert len(log.damage) == 0
    times = sorted(log.ert_us.tolist())
    assert max(b - a for a, b in pairwise(times)) <= 100_000


def test_a_log_that_lost_its_end_is_read_up_to_there() -> None:
    whole = fly(load("nike-apache-14-210")).downlink

    cut = decode(whole[: len(whole) // 2])

    assert cut.frames is not None
    assert not cut.frames.log.complete
    assert cut.count > 1000


def test_a_full_disk_stops_the_record_and_keeps_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "downlink.ccsds"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    previous = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with (
            DownlinkFile(path) as log,
            pytest.raises(RecordError, match="File too large; what was recorded before is kept"),
        ):
            fly(load("nike-apache-14-210"), sink=log.write)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, previous)

    kept = read_log(path.read_bytes())
    assert path.stat().st_size == 100_000
    assert kept.blocks > 10
    assert not kept.complete
