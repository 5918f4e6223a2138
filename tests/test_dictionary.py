"""The telemetry dictionary: layout, C header, NumPy type, and what is refused."""

import re
import struct
import subprocess
import sys
from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from flightsw._native import lib
from flightsw.dictionary import (
    DictionaryError,
    Packet,
    Source,
    load_dictionary,
    numpy_dtype,
    parse_dictionary,
)
from flightsw.dictionary.emit_c import emit_c
from flightsw.dictionary.emit_icd import emit_icd
from flightsw.dictionary.emit_xtce import emit_xtce

NATIVE = Path(__file__).parents[1] / "native"
HEADERS = {source: NATIVE / source / f"{source}_dictionary.h" for source in ("fsw", "transmitter")}
DICTIONARY = load_dictionary()
PACKETS = [pytest.param(packet, id=packet.name) for packet in DICTIONARY.packets]

SMALLEST = """
format = "flightsw-dictionary/1"
version = "3.7"
secondary_header = {name = "met_us", type = "i64", about = "time"}
[[packet]]
name = "P"
apid = 5
about = "a packet"
field = [
  {name = "a", type = "u8", about = "first"},
  {name = "b", type = "u16", count = 2, about = "pair"},
]
"""


@pytest.mark.parametrize("source", ["fsw", "transmitter"])
def test_the_committed_header_is_the_generated_one(source: Source) -> None:
    assert HEADERS[source].read_text(encoding="utf-8") == emit_c(DICTIONARY, source)


def test_the_compiled_core_has_this_dictionary() -> None:
    compiled = (lib.FSW_DICTIONARY_MAJOR, lib.FSW_DICTIONARY_MINOR, lib.FSW_DICTIONARY_HASH)

    assert compiled == (DICTIONARY.major, DICTIONARY.minor, DICTIONARY.hash)


@pytest.mark.parametrize(
    ("name", "apid", "size"),
    [
        ("EVENT", 0x100, 56),
        ("STATE", 0x101, 128),
        ("HOUSEKEEPING", 0x102, 180),
        ("DISCRETES", 0x103, 40),
        ("TRANSMITTER", 0x140, 76),
    ],
)
def test_packets_have_the_agreed_apid_and_size(name: str, apid: int, size: int) -> None:
    packet = DICTIONARY.packet(name)

    assert (packet.apid, packet.size_bytes) == (apid, size)


@pytest.mark.parametrize("packet", PACKETS)
def test_fields_follow_the_secondary_header_without_gap(packet: Packet) -> None:
    ends = [field.offset + field.size_bytes for field in packet.fields]

    assert [field.offset for field in packet.fields] == [14, *ends[:-1]]
    assert packet.size_bytes == ends[-1] + 2


@pytest.mark.parametrize("packet", PACKETS)
def test_the_c_writer_and_the_layout_put_fields_at_the_same_place(packet: Packet) -> None:
    text = HEADERS[packet.source].read_text(encoding="utf-8")
    body = text.split(f"{packet.source}_pack_{packet.name.lower()}(")[1].split("\n}\n")[0]
    places = {
        (member, int(place))
        for place, member in re.findall(r"&out\[(\d+)\], (?:\(\w+\))?packet->(\w+)\)", body)
    }

    single = {
        (field.name, field.offset)
        for field in packet.fields
        if not field.is_spare and not field.array
    }
    assert places == single


def test_repeated_fields_are_unrolled() -> None:
    analog = [field for field in DICTIONARY.packet("STATE").fields if field.array == "analog"]

    assert [field.name for field in analog] == [f"analog_{k:02d}" for k in range(16)]
    assert [field.offset for field in analog] == list(range(62, 126, 4))


@pytest.mark.parametrize("packet", PACKETS)
def test_numpy_reads_a_packet_as_struct_does(packet: Packet) -> None:
    octets = bytes(range(1, packet.size_bytes + 1))

    (row,) = np.frombuffer(octets, numpy_dtype(packet))

    header = struct.unpack(">HHHq", octets[:14])
    named = ("packet_id", "sequence", "length", packet.clock_field)
    assert tuple(int(row[name]) for name in named) == header
    assert int(row["crc"]) == int.from_bytes(octets[-2:], "big")
    for field in packet.fields:
        if not field.is_spare:
            raw = octets[field.offset : field.offset + field.size_bytes]
            assert int(row[field.name]) == int.from_bytes(
                raw, "big", signed=field.type.startswith("i")
            )


@pytest.mark.parametrize(
    ("field", "prefix", "twins"),
    [
        ("trigger", "FSW_BY_", ["PRIMARY", "BACKUP", "DEPLETION", "AVD", "ABORT", "MONITOR"]),
        ("role", "FSW_ROLE_", ["SEQUENCE", "AVD", "ABORT", "MONITOR"]),
    ],
)
def test_named_values_are_those_of_the_core(field: str, prefix: str, twins: list[str]) -> None:
    values = DICTIONARY.packet("EVENT").field(field).values

    assert list(values) == [twin.lower() for twin in twins]
    assert [getattr(lib, prefix + twin) for twin in twins] == list(range(len(values)))


def test_reads_a_dictionary_of_its_own() -> None:
    dictionary = parse_dictionary(SMALLEST)

    (packet,) = dictionary.packets
    assert dictionary.version == "3.7"
    assert [(field.name, field.offset) for field in packet.fields] == [
        ("a", 14),
        ("b_00", 15),
        ("b_01", 17),
    ]
    assert packet.size_bytes == 21


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        pytest.param('about = "first"', 'about = "other words"', True, id="words"),
        pytest.param("apid = 5", "apid = 6", False, id="apid"),
        pytest.param('type = "u8"', 'type = "i8"', False, id="type"),
        pytest.param('name = "a"', 'name = "c"', False, id="name"),
        pytest.param('version = "3.7"', 'version = "3.8"', False, id="version"),
    ],
)
def test_the_hash_is_that_of_the_layout(old: str, new: str, same: bool) -> None:
    changed = parse_dictionary(SMALLEST.replace(old, new))

    assert (changed.hash == parse_dictionary(SMALLEST).hash) == same


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        pytest.param("apid = 5", "apid = 2047", "0x7fe", id="the APID of idle packets"),
        pytest.param('type = "u8"', 'type = "u7"', "'u7'", id="unknown type"),
        pytest.param("apid = 5", "", "packet P lacks the key 'apid'", id="missing key"),
        pytest.param("apid = 5", "apid = true", "`apid` is a whole number, not True", id="a truth"),
        pytest.param("apid = 5", 'apid = "5"', "packet P: `apid` is a whole number", id="a text"),
        pytest.param('"3.7"', '"3"', "`version` is MAJOR.MINOR", id="version"),
        pytest.param("count = 2", "cuont = 2", "packet P, field b: unknown key `cuont`; name,",
                     id="unknown key"),
        pytest.param("count = 2", "count = 0", "field b: `count` is 1 or more", id="count"),
        pytest.param("count = 2", "limits = {yellow_high = 100, red_high = 50}",
                     "field b, limits: `yellow_high` = 100 is over `red_high` = 50", id="limits"),
        pytest.param("count = 2", "limits = {high = 1}",
                     "field b, limits: unknown key `high`; red_low, yellow_low,", id="limits key"),
        pytest.param("count = 2", "limits = {red_low = nan}", "finite number", id="limit nan"),
        pytest.param("count = 2", "limits = 3", "`limits` is a table", id="limits no table"),
        pytest.param("apid = 5", "apid = = 5", "TOML", id="not TOML"),
        pytest.param("flightsw-dictionary/1", "flightsw-dictionary/3", "/3", id="other format"),
pytest.param('"b", type = "u16", count = 2', '"a", type = "u16"', "twice: a", id="a field twice"),
    ],
)  # fmt: skip
def test_refuses_what_it_cannot_read(old: str, new: str, says: str) -> None:
    changed = SMALLEST.replace(old, new)

    with pytest.raises(DictionaryError, match=re.escape(says)):
        parse_dictionary(changed)
    with pytest.raises(DictionaryError, match=r"^mine\.toml of the telemetry dictionary"):
        parse_dictionary(changed, name="mine.toml")


def test_an_event_with_an_unknown_key_is_refused_by_the_name_of_its_file() -> None:
    events = resources.files("flightsw.dictionary").joinpath("events.toml").read_text()

    with pytest.raises(
        DictionaryError, match=r"^events\.toml .*event SEQUENCE_STEP: unknown key `levle`"
    ):
        parse_dictionary(SMALLEST, events.replace("severity", "levle", 1))


def test_a_missing_name_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        DICTIONARY.packet("NONE")
    with pytest.raises(KeyError):
        DICTIONARY.packet("EVENT").field("none")


def test_values_are_frozen() -> None:
    packet = DICTIONARY.packet("EVENT")

    assert replace(packet, apid=1) != packet
    with pytest.raises(AttributeError):
        packet.apid = 1  # type: ignore[misc]


def test_reading_it_needs_neither_core_nor_numpy() -> None:
    code = (
        "import sys\n"
        "from flightsw.dictionary import load_dictionary\n"
        "import flightsw.dictionary.emit_c\n"
        "load_dictionary()\n"
        "print(sorted({'numpy', 'flightsw._native'} & set(sys.modules)))\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_a_field_added_in_the_file_alone_is_everywhere() -> None:
    text = Path(str(resources.files("flightsw.dictionary").joinpath("telemetry.toml"))).read_text()
    field = (
        '[[packet.field]]\nname = "cabin_smell"\ntype = "i16"\nscale = 0.5\nunit = "K"\n'
        'about = "New."\n'
    )
    changed = parse_dictionary(text + "\n" + field)

    packet = changed.packet("TRANSMITTER")
    assert numpy_dtype(packet)["cabin_smell"].str == ">i2"
    assert "int16_t  cabin_smell;" in emit_c(changed, "transmitter")
    assert 'name="TRANSMITTER_cabin_smell"' in emit_xtce(changed)
    assert "| `cabin_smell` | i16 | 0.5 K |" in emit_icd(changed)
    assert changed.hash != DICTIONARY.hash


def test_the_dictionary_of_an_earlier_release_is_still_known() -> None:
    first = load_dictionary(1)

    assert first.version == "1.0"
    assert first.packet("EVENT").size_bytes == 48
    with pytest.raises(DictionaryError, match=r"version 9 .* not known here; 1, 2 are"):
        load_dictionary(9)


def test_every_event_has_a_name_that_fits_and_arguments_that_exist() -> None:
    fields = {field.name for field in DICTIONARY.packet("EVENT").fields}

    for event in DICTIONARY.events:
        assert len(event.name) <= 22
        assert set(event.arguments) <= fields
        assert set(re.findall(r"{(\w+)}", event.sentence)) <= set(event.arguments)
        assert getattr(lib, f"FSW_EVENT_{event.name}", event.id) == event.id
