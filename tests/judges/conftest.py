"""What the judges are given: packets of whole missions, taken from frames by the standards."""

import pytest

from flightsw import fly, load
from flightsw.dictionary import load_dictionary
from flightsw.dictionary.emit_xtce import emit_xtce
from flightsw.ground.log import read_log
from tests.deframer import MARKER, Frame, packets, parse


def frames_heard(downlink: bytes) -> dict[int, list[Frame]]:
    """Return the frames of each spacecraft, in order, each once; read without our decoders."""
    log = read_log(downlink)
    found: dict[int, dict[tuple[int, int], Frame]] = {}
    for offset, size in zip(
        log.entries["offset"].tolist(), log.entries["size"].tolist(), strict=True
    ):
        octets = downlink[offset : offset + size]
        try:
            assert octets.startswith(MARKER)
            frame = parse(octets[len(MARKER) :])
        except (AssertionError, IndexError):
            continue
        own = found.setdefault(frame.spacecraft_id, {})
        own.setdefault((frame.channel, frame.number), frame)
    return {spacecraft: [*own.values()] for spacecraft, own in found.items()}


def packets_heard(downlink: bytes) -> list[bytes]:
    heard = frames_heard(downlink)
    return [
        packet
        for frames in heard.values()
        for channel in range(4)
        for packet in packets(frames, channel)
    ]


@pytest.fixture(scope="session", params=["progress-ms-04", "progress-ms-04-lost"])
def flight(request):
    return fly(load(request.param))


@pytest.fixture(scope="session")
def heard(flight):
    return packets_heard(flight.downlink)


@pytest.fixture(scope="session")
def xtce_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("xtce") / "flightsw.xml"
    path.write_text(emit_xtce(load_dictionary()), encoding="utf-8")
    return path
