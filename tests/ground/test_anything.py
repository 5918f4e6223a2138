"""Whatever a stream has become, everything that reads it comes to its end and adds up."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flightsw import fly, load
from flightsw.ground.contacts import contacts, gaps
from flightsw.ground.decode import DownlinkError, decode
from flightsw.ground.events import told
from flightsw.ground.frames import merge
from flightsw.ground.limits import changes, readings
from flightsw.ground.log import read_log
from flightsw.records.audit import audit_of
from flightsw.records.export import columns
from tests.ground.test_frames import downlink
from tests.ground.test_log import HEADER, block, entry


@pytest.fixture(scope="module")
def log() -> bytes:
    return fly(load("nike-apache-14-210-short")).downlink[:250_000]


@settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    max_examples=60,
    deadline=None,
)
@given(data=st.data())
def test_every_reader_of_a_log_takes_what_comes(log: bytes, data: st.DataObject) -> None:
    octets = bytearray(log)
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(octets) - 1))
        kind = data.draw(st.sampled_from(["flip", "cut", "twice", "garbage", "nan", "ones"]))
        if kind == "flip":
            octets[at] ^= 1 << data.draw(st.integers(0, 7))
        elif kind == "cut":
            del octets[at : at + data.draw(st.integers(1, 5000))]
        elif kind == "twice":
            octets[at:at] = octets[at : at + data.draw(st.integers(1, 20_000))]
        elif kind == "garbage":
            octets[at:at] = data.draw(st.binary(max_size=300))
        else:
            pattern = b"\x7f\xf8\0\0\0\0\0\0" if kind == "nan" else b"\xff" * 8
            octets[at : at + 800] = pattern * 100
        if not octets:
            return

    try:
        packets = decode(bytes(octets))
    except DownlinkError:  # one that says that it is of another version
        return

    told(packets)
    changes(packets)
    readings(packets, ert_s=10.0)
    for name in packets.rows:
        columns(packets, name)
    audit = audit_of(packets, None)
    assert audit["whole"] is False
    for each in audit["channels"]:
        assert each["good"] + each["corrupt"] + each["lost"] == each["sent"]
        assert min(each["good"], each["corrupt"], each["lost"]) >= 0
    if packets.frames is not None:
        lost = sum(gap.frames for gap in gaps(packets.frames))
        assert lost == sum(each["corrupt"] + each["lost"] for each in audit["channels"])
        assert sum(c.bursts for c in contacts(packets.frames.log)) == len(packets.frames.log.heard)


def test_frames_in_any_order_end() -> None:
    """Each may look like a new life of the transmitter."""
    bursts = [burst for burst in downlink(4000) for _ in range(2)]
    random.Random(1).shuffle(bursts)
    entries = [entry(burst, (0, 200_000 * k)) for k, burst in enumerate(bursts)]

    frames = merge(read_log(block(1, 0, HEADER) + block(2, 1, b"".join(entries))))

    assert len(frames.rows) + sum(c.duplicates for c in frames.channels) == len(bursts)
    assert all(c.good + c.corrupt + c.lost == c.sent for c in frames.channels)
