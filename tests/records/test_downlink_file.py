"""The downlink log of a run: killed, cut or full, what was recorded is read."""

import json
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from flightsw import fly, load
from flightsw.cli import main
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


def test_whenever_it_is_killed_a_tenth_of_a_second_is_lost_at_most() -> None:
    """After each slice that is flown: what was received up to a slice before stands in the file."""
    scenario = load("nike-apache-14-210")
    pieces: list[bytes] = []
    fly(scenario, sink=pieces.append, speed=2000.0)
    log = read_log(b"".join(pieces))
    received = np.sort(log.ert_us)
    begin_us = int(received[0])

    written = 0
    for flown, piece in enumerate(pieces[:-1]):
        written += len(piece)
        kept = int(np.sum(log.entries["offset"] + log.entries["size"] <= written))
        missed = received[kept:]
        flown_us = begin_us + flown * 50_000
        assert not np.any(missed <= flown_us - 50_000)  # and the slice being flown is 50 ms


@pytest.mark.parametrize("moment", range(4))
def test_a_killed_process_leaves_whole_blocks(tmp_path: Path, moment: int) -> None:
    path = tmp_path / "downlink.ccsds"
    process = subprocess.Popen([sys.executable, "-c", PACED, str(path)])
    while not path.exists() or path.stat().st_size < 20_000:
        assert process.poll() is None
        time.sleep(0.01)
    time.sleep(random.Random(moment).uniform(0.0, 0.5))
    process.send_signal(signal.SIGKILL)
    process.wait()

    cut = path.read_bytes()

    log = read_log(cut)
    assert fly(load("nike-apache-14-210")).downlink.startswith(cut)
    assert not log.ended
    assert len(log.damage) == 0


def test_a_killed_run_is_marked_incomplete(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    process = subprocess.Popen(
        [sys.executable, "-m", "flightsw", "run", "progress-ms-04", "-q", "--out", str(folder)],
        stdout=subprocess.DEVNULL,
    )
    while not (folder / "downlink.ccsds").exists():
        assert process.poll() is None
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.wait()

    assert json.loads((folder / "run.json").read_text())["state"] == "incomplete"
    assert main(["tm", "audit", str(folder)]) in {1, 2}  # 2: before the first block was written


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
