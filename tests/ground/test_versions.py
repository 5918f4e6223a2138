"""Logs of another dictionary than the reader's: read by what is known, told, or refused."""

import binascii
import json
import struct
from importlib import resources

import pytest

from flightsw import fly, load
from flightsw.cli import main
from flightsw.dictionary import Dictionary, known, load_dictionary
from flightsw.ground import DownlinkError, decode
from flightsw.ground.live import PacketReader
from tests.ground.test_frames import Framer, discretes
from tests.ground.test_log import HEADER, block, entry

APPENDED = '[[packet.field]]\nname = "added"\ntype = "u64"\nabout = "New."\n\n'


def edited(version: str) -> str:
    """Return the dictionary file with a field after the last one of STATE."""
    text = resources.files("flightsw.dictionary").joinpath("telemetry.toml").read_text()
    at = text.index('[[packet]]\nname    = "HOUSEKEEPING"')
    return (text[:at] + APPENDED + text[at:]).replace('version = "2.1"', f'version = "{version}"')


@pytest.fixture
def package(monkeypatch):
    """Replace the dictionary file of the package, as a person does who edits it."""
    read = known._text

    def of(text: str) -> Dictionary:
        monkeypatch.setattr(known, "_text", lambda n: text if n == known.CURRENT else read(n))
        known.load_dictionary.cache_clear()
        return known.load_dictionary()

    yield of
    monkeypatch.undo()
    known.load_dictionary.cache_clear()


@pytest.fixture(scope="module")
def downlink() -> bytes:
    return fly(load("nike-apache-14-210-short")).downlink


def test_a_released_dictionary_stays_as_it_was() -> None:
    hashes = {each.version: f"{each.hash:08x}" for each in known._releases()}

    assert hashes == {"1.0": "4eb6b0fd", "2.0": "3de42109", "2.1": "d2422111"}
    current = load_dictionary()
    assert hashes.get(current.version, f"{current.hash:08x}") == f"{current.hash:08x}", (
        "the layout of a released version has changed: raise the version"
    )


@pytest.mark.parametrize("version", ["2.2", "3.0"])
def test_an_older_log_is_read_whole_by_a_newer_package(package, downlink, version) -> None:
    before = decode(downlink)

    newer = package(edited(version))
    packets = decode(downlink)

    assert newer.packet("STATE").size_bytes == 136
    assert packets.dictionary.version == "2.1"
    assert packets.count == before.count
    assert len(packets.rows["STATE"]) == len(before.rows["STATE"]) > 0
    assert packets.not_read == ()
    assert PacketReader().feed(downlink).count == before.count


def made_by(version: str, layout: str, *, header: bool = True) -> bytes:
    """Return a log of 20 DISCRETES with 8 octets more than are known, and a packet nobody knows."""
    framer = Framer()
    for number in range(20):
        body = discretes(number, number * 10_000)[:-2] + struct.pack(">Q", 7)
        body = body[:4] + struct.pack(">H", len(body) + 2 - 7) + body[6:]
        framer.add(body + struct.pack(">H", binascii.crc_hqx(body, 0xFFFF)))
    body = struct.pack(">HHHqB", 0x09FF, 0xC000, 10, 0, 1)
    framer.add(body + struct.pack(">H", binascii.crc_hqx(body, 0xFFFF)))
    framer.add(housekeeping(version, int(layout, 16)))
    told = json.loads(HEADER) | {"dictionary": {"version": version, "hash": layout}}
    bursts = b"".join(entry(burst, (0, 1000 * k)) for k, burst in enumerate(framer.frames()))
    first = block(1, 0, json.dumps(told).encode()) if header else b""
    return first + block(2, 1, bursts)


def housekeeping(version: str, layout: int) -> bytes:
    size = load_dictionary().packet("HOUSEKEEPING").size_bytes
    numbers = [int(number) for number in version.split(".")]
    body = struct.pack(">HHHqBBHI", 0x0902, 0xC000, size - 7, 0, *numbers, 0, layout)
    body += bytes(size - len(body) - 2)
    return body + struct.pack(">H", binascii.crc_hqx(body, 0xFFFF))


def test_of_a_later_minor_version_the_known_fields_are_read_and_the_rest_is_told() -> None:
    log = made_by("2.2", "12345678")

    packets = decode(log)

    assert packets.rows["DISCRETES"]["discretes"].tolist() == [*range(20)]
    assert packets.damaged_packets == packets.damaged_bytes == 0
    assert (packets.longer, packets.unread) == ({"DISCRETES": 20}, {0x1FF: 1})
    octets = packets.rows["DISCRETES"].tobytes()
    assert len(octets) == 20 * 40
    assert "made with version 2.2" in " ".join(packets.not_read)
    live = PacketReader().feed(log)
    assert live.rows["DISCRETES"]["discretes"].tolist() == [*range(20)]


@pytest.mark.parametrize("command", [["audit"], ["decode", "--csv"]])
def test_what_is_not_read_is_told_with_exit_1(capsys, tmp_path, command) -> None:
    path = tmp_path / "log"
    path.write_bytes(made_by("2.2", "12345678"))

    code = main(["tm", command[0], str(path), *command[1:]])

    told = capsys.readouterr()
    assert code == 1
    assert "20 packets DISCRETES are longer than version 2.1" in told.out + told.err
    assert "1 good packets of APID 0x1ff cannot be read" in told.out + told.err


@pytest.mark.parametrize(
    ("version", "layout"), [("2.1", "12345678"), ("1.7", "12345678"), ("3.0", "0")]
)
def test_a_log_of_a_layout_that_is_not_known_is_refused(version, layout) -> None:
    log = made_by(version, layout)

    with pytest.raises(DownlinkError, match=f"version {version} of the telemetry dictionary"):
        decode(log)
    with pytest.raises(DownlinkError, match=f"version {version} of the telemetry dictionary"):
        PacketReader().feed(log)


def test_without_header_housekeeping_says_which_dictionary_it_is(package, downlink) -> None:
    before = decode(downlink)
    second = downlink.index(b"\xf5LOG", 4)
    headless = downlink[downlink.index(b"\xf5LOG", second + 4) :]
    package(edited("2.2"))

    packets = decode(headless)

    assert packets.frames is not None
    assert packets.frames.log.header is None
    assert packets.dictionary.version == "2.1"
    assert len(packets.rows["STATE"]) == len(before.rows["STATE"])


def test_a_core_that_has_another_dictionary_flies_nothing(
    package, capsys, tmp_path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    package(edited("2.2"))

    code = main(["run", "nike-apache-14-210-short"])

    told = capsys.readouterr().err
    assert code == 2
    assert "the compiled core has the telemetry dictionary 2.1" in told
    assert "python -m flightsw.dictionary.emit_c transmitter" in told
    assert [*tmp_path.glob("runs/*")] == []
