"""Downlinks made by hand: space packets packed here with `struct`, not by our own code."""

import binascii
import struct
from collections import Counter
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, settings

from flightsw.dictionary import load_dictionary
from tests.browser import started

# Time never decides a test, nor does chance.
settings.register_profile(
    "flightsw", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("flightsw")

EVENT, STATE, HOUSEKEEPING = 0x100, 0x101, 0x102
HIGH_M = (6_578_137.0, 0.0, 0.0)  # 200 km above the equator
FAST_MPS = (0.0, 7800.0, 0.0)


class Handmade:
    """Packets by the layout that docs/reference states, one method a packet."""

    def __init__(self) -> None:
        self.counts = {EVENT: 0, STATE: 0, HOUSEKEEPING: 0}

    def packet(self, apid: int, met_s: float, fields: bytes) -> bytes:
        count = self.counts[apid]
        self.counts[apid] = (count + 1) % 16384
        body = struct.pack(">q", round(met_s * 1e6)) + fields
        # version 000, type 0, secondary header 1, APID; flags 11, count; octets that follow less 1
        header = struct.pack(">HHH", 0x0800 | apid, 0xC000 | count, len(body) + 2 - 1)
        protected = header + body
        return protected + struct.pack(">H", binascii.crc_hqx(protected, 0xFFFF))

    @staticmethod
    def motion(position_m=HIGH_M, velocity_mps=FAST_MPS, apparent_mps=0.0) -> bytes:
        return struct.pack(
            ">7i",
            *(round(value / 0.01) for value in position_m),
            *(round(value / 0.0001) for value in velocity_mps),
            round(apparent_mps / 0.001),
        )

    def event(self, met_s, event, *, trigger=0, role=0, **motion) -> bytes:
        return self.packet(
            EVENT, met_s, struct.pack(">BBBB", event, trigger, role, 0) + self.motion(**motion)
        )

    def state(self, met_s, *, last_event=255, discretes=0, analog=(0,) * 16, **motion) -> bytes:
        rest = struct.pack(">ii", 0, 0) + struct.pack(">B3x", last_event)
        rest += struct.pack(">Q", discretes) + struct.pack(">16i", *analog)
        return self.packet(STATE, met_s, self.motion(**motion) + rest)

    def housekeeping(self, met_s, *, major=1, sequence_hash=0) -> bytes:
        layout = load_dictionary(1).hash
        fields = struct.pack(">BBHIIIQII", major, 0, 0, layout, sequence_hash, 10_000, 0, 0, 0)
        return self.packet(HOUSEKEEPING, met_s, fields)


@pytest.fixture
def handmade():
    return Handmade()


@pytest.fixture
def briefing():
    """Three events at 0, 100 and 200 s, planned; a monitor; a search and a fall are left out."""
    from flightsw.ground import Briefing, Entry, Pad, PlannedEvent

    return Briefing(
        entries=(
            Entry(event="IGNITION", title="Ignition"),
            Entry(event="LIFTOFF", title="Lift-off"),
            Entry(event="STAGING", title="Staging"),
            Entry(event="CUTOFF", title="Cut-off"),
            Entry(event="PRESSURE_LOW", title="Pressure low", role="monitor"),
        ),
        plan=(
            PlannedEvent(event="LIFTOFF", t_s=0.0, band_s=1.0),
            PlannedEvent(event="STAGING", t_s=100.0, band_s=2.0),
            PlannedEvent(event="CUTOFF", t_s=200.0, band_s=2.0),
        ),
        pad=Pad(latitude_rad=0.8, longitude_rad=1.1, height_m=90.0),
        listen_until_s=210.0,
    )


@pytest.fixture
def fake_flight(handmade, briefing):
    """Make a flight of hand-made packets, as far as what is shown and recorded needs one."""
    import numpy as np

    from flightsw.ground import Echoes, look

    def make(  # noqa: PLR0913
        downlink=None, *, success=True, expect=None, ledger=(), reasons=(), brief=briefing
    ):
        if downlink is None:
            downlink = b"".join(
                [
                    handmade.event(-5.0, 0),
                    *(handmade.state(t * 1.0) for t in range(-4, 0)),
                    handmade.event(0.0, 1),
                    *(handmade.state(t * 1.0) for t in range(1, 100)),
                    handmade.event(100.1, 2),
                    *(handmade.state(t * 1.0) for t in range(101, 205)),
                    handmade.event(205.0, 3, trigger=1),
                    *(handmade.state(t * 1.0) for t in range(206, 211)),
                ]
            )
        target = SimpleNamespace(
            perigee_m=193e3, apogee_m=245e3, inclination_deg=51.66, max_altitude_m=None
        )
        scenario = SimpleNamespace(
            id="made-by-hand",
            scenario_id=None if expect is None else "made-by-hand",
            mission=SimpleNamespace(id="made-by-hand", target=target, radar=None),
            vehicle=SimpleNamespace(id="hand-cart"),
            rate_hz=100,
            seed=1,
            expect=expect,
            acts=(),
            files=(),
        )
        orbit = SimpleNamespace(
            perigee_m=193_400.0, apogee_m=244_100.0, inclination_rad=0.9016370915802707
        )
        return SimpleNamespace(
            scenario=scenario,
            downlink=downlink,
            transmitters=(),
            ledger=ledger,
            echoes=Echoes.none(),
            truth={"t_s": np.arange(3.0)},
            bodies=(),
            verdict=SimpleNamespace(
                success=success,
                orbit=orbit if success else None,
                max_altitude_m=200e3,
                reasons=reasons,
            ),
            ground=look(downlink, Echoes.none(), brief),
            result_hash="0" * 64,
        )

    return make


@pytest.fixture(scope="session")
def browser():
    """Return the system's Chromium, headless."""
    with started() as running:
        yield running


def pytest_terminal_summary(terminalreporter) -> None:
    """Say once what each kind of skipped test lacks."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(
        report.longrepr[2].removeprefix("Skipped: ")
        for report in skipped
        if isinstance(report.longrepr, tuple)
    )
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"{count} skipped: {reason}")
