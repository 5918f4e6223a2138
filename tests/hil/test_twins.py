"""hil/link.py and hil/firmware/link.c: the same frames, octet for octet, and the same counters."""

from __future__ import annotations

import ctypes
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from hil.kinds import Echo, Poll, encode
from hil.link import CONTENT_MAX, Decoder, content_of, frame
from tests.hil.document import examples, spoilt

FIRMWARE = Path(__file__).parents[2] / "hil" / "firmware"
FRAMES = 20_000
FAVOURED = (0, 0, 1, 254, 255)

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")


class Counters(ctypes.Structure):
    """`link_counters_t`."""

    _fields_ = tuple(
        (name, ctypes.c_uint32)
        for name in (
            "received",
            "sent",
            "frames_good",
            "frames_bad",
            "frames_long",
            "malformed",
            "sequence_gaps",
            "sequence_repeats",
        )
    )


class Link(ctypes.Structure):
    """`link_t`."""

    _fields_ = (
        ("content", ctypes.POINTER(ctypes.c_uint8)),
        ("capacity", ctypes.c_uint16),
        ("used", ctypes.c_uint16),
        ("code", ctypes.c_uint8),
        ("left", ctypes.c_uint8),
        ("skip", ctypes.c_bool),
        ("expected", ctypes.c_uint8),
        ("sequence", ctypes.c_uint8),
        ("taken", ctypes.c_uint16),
        ("count", Counters),
    )


class Content(ctypes.Structure):
    """`link_content_t`."""

    _fields_ = (
        ("head", ctypes.c_char_p),
        ("body", ctypes.c_char_p),
        ("head_bytes", ctypes.c_uint16),
        ("body_bytes", ctypes.c_uint16),
    )


PUT = ctypes.CFUNCTYPE(None, ctypes.c_uint8)


class Twin:
    """The C side: a receiver and a sender."""

    def __init__(self, library: Any) -> None:
        self.library = library
        self.memory = (ctypes.c_uint8 * (CONTENT_MAX + 4))()
        self.link = Link()
        library.link_init(ctypes.byref(self.link), self.memory, CONTENT_MAX + 4)

    def take(self, octets: bytes) -> list[bytes]:
        """Return the contents of the good frames that end in these octets."""
        contents = []
        for octet in octets:
            size = self.library.link_take(ctypes.byref(self.link), octet)
            if size:
                contents.append(bytes(self.memory[:size]))
        return contents

    def frame(self, content: bytes, cut: int) -> bytes:
        """Return the frame of a content that is given as head and body, parted at `cut`."""
        line = bytearray()
        put = PUT(line.append)
        parts = Content(content[:cut], content[cut:], cut, len(content) - cut)
        self.library.link_send(ctypes.byref(self.link), ctypes.byref(parts), put)
        return bytes(line)


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    path = tmp_path_factory.mktemp("twin") / "link.so"
    command = ["cc", "-std=c11", "-O2", "-shared", "-fPIC", "-o", str(path)]
    subprocess.run([*command, str(FIRMWARE / "link.c")], check=True)
    library = ctypes.CDLL(str(path))
    library.link_take.restype = ctypes.c_uint16
    library.link_take.argtypes = [ctypes.POINTER(Link), ctypes.c_uint8]
    return library


@pytest.fixture
def twin(library) -> Twin:
    return Twin(library)


def contents(seed: int, count: int) -> list[bytes]:
    """Return contents of all lengths, rich in what COBS treats in its own way."""
    made, lengths = [], random.Random(seed)
    for _ in range(count):
        octets = bytearray(lengths.randbytes(lengths.randint(2, CONTENT_MAX)))
        for _ in range(lengths.randint(0, len(octets))):
            octets[lengths.randrange(len(octets))] = lengths.choice(FAVOURED)
        made.append(bytes(octets))
    return made


def test_twenty_thousand_frames_are_the_same_octet_for_octet(twin: Twin) -> None:
    cuts = random.Random(1)

    for content in contents(2, FRAMES):
        line = frame(content)
        assert twin.frame(content, cuts.randint(1, len(content))) == line
        assert twin.take(line) == [content]
        assert content_of(line[:-1]) == content


def test_the_examples_of_the_document_are_those_of_both(twin: Twin) -> None:
    for example in examples():
        assert twin.frame(example.content, 2) == example.line
        assert twin.take(example.line) == [example.content]


def test_what_is_no_frame_is_counted_alike(twin: Twin) -> None:
    for case in spoilt():
        decoder = Decoder(from_board=False)
        before = Counters.from_buffer_copy(twin.link.count)
        decoder.feed(case.line)
        twin.take(case.line)
        for name in ("frames_good", "frames_bad", "frames_long"):
            counted = getattr(twin.link.count, name) - getattr(before, name)
            assert counted == getattr(decoder.counters, name), (case.why, name)


@pytest.mark.parametrize("seed", range(4))
def test_a_spoilt_line_is_read_and_counted_alike(twin: Twin, seed: int) -> None:
    chance = random.Random(seed)
    decoder = Decoder(from_board=False)
    sequence = 0
    line = frame(encode(Poll(1), 0))  # where both begin to count
    for content in contents(seed, 1000):
        sequence = (sequence + chance.choice([1, 1, 1, 1, 2, 0, 255])) & 0xFF
        message = Poll(sequence) if chance.randrange(2) else Echo(content[:200])
        line += spoil(frame(encode(message, sequence)), chance)

    read, read_by_twin = [], []
    for k in range(0, len(line), 61):
        read += decoder.feed(line[k : k + 61])
        for content in twin.take(line[k : k + 61]):
            twin.library.link_follow(ctypes.byref(twin.link), ctypes.c_uint8(content[1]))
            read_by_twin.append(content)
        assert state_of(decoder) == {
            name: getattr(twin.link.count, name) for name in state_of(decoder)
        }

    assert [encode(message, sequence) for message, sequence, _ in read] == read_by_twin
    assert decoder.counters.frames_good > 500
    assert decoder.counters.frames_bad > 100


def state_of(decoder: Decoder) -> dict[str, int]:
    names = ["received", "frames_good", "frames_bad", "frames_long"]
    names += ["sequence_gaps", "sequence_repeats"]
    return {name: getattr(decoder.counters, name) for name in names}


def spoil(octets: bytes, chance: random.Random) -> bytes:
    """Return a frame as a bad line may bring it."""
    place = chance.randrange(len(octets))
    flipped = octets[place] ^ 1 << chance.randrange(8)
    ways = [
        octets[:place],
        octets[:place] + chance.randbytes(3) + octets[place:],
        octets[:place] + bytes([flipped]) + octets[place + 1 :],
        octets + octets,
        bytes(chance.randrange(40)) + octets,
        chance.randbytes(chance.randrange(600)) + octets,
    ]
    return chance.choice(ways) if chance.randrange(2) else octets
