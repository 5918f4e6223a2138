"""Twins of the link, hil/link.py and hil/firmware/link.c: the same octets, the same verdicts."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.kinds import Discover, Echo, Poll
from hil.link import CONTENT_MAX, DELIMITER, Decoder, FrameError, content_of, frame
from hil.packing import encode
from tests.hil.bench import Bench, decoded, encoded
from tests.hil.document import Example, Spoilt, examples, spoilt

octet = st.sampled_from([0, 0, 1, 2, 254, 255]) | st.integers(0, 255)
contents = st.lists(octet, min_size=2, max_size=CONTENT_MAX).map(bytes)
noise = st.lists(octet, max_size=600).map(bytes)


def heard_by_python(octets: bytes) -> tuple[list[bytes], dict[str, int]]:
    decoder = Decoder(from_board=False)
    decoder.feed(octets)
    contents = []
    for stuffed in octets.split(DELIMITER)[:-1]:
        try:
            contents.append(content_of(stuffed))
        except FrameError:
            continue
    names = ("received", "frames_good", "frames_bad", "frames_long")
    return contents, {name: getattr(decoder.counters, name) for name in names}


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.title)
def test_the_firmware_says_what_the_document_says(example: Example) -> None:
    assert encoded(example.content) == example.line
    assert decoded(example.line)[0] == [example.content]


@pytest.mark.parametrize("case", spoilt(), ids=lambda case: case.why)
def test_the_firmware_counts_what_the_document_counts(case: Spoilt) -> None:
    _, counters = decoded(case.line)

    if case.counter in counters:
        assert counters[case.counter] == 1


@given(contents)
def test_both_stuff_alike(content: bytes) -> None:
    assert encoded(content) == frame(content)


@given(st.lists(contents.map(frame) | noise, max_size=8).map(b"".join))
def test_both_read_alike_whatever_the_line_carries(octets: bytes) -> None:
    assert decoded(octets) == heard_by_python(octets)


def test_both_read_alike_where_frames_are_cut_flipped_and_joined() -> None:
    chance = random.Random(5)
    line = bytearray()
    for _ in range(5000):
        content = bytes(
            chance.choice((0, 1, 255, chance.randrange(256)))
            for _ in range(chance.randrange(2, CONTENT_MAX + 1))
        )
        octets = bytearray(frame(content))
        fate = chance.randrange(5)
        if fate == 0:
            octets[chance.randrange(len(octets))] ^= 1 << chance.randrange(8)
        elif fate == 1:
            del octets[chance.randrange(len(octets))]
        elif fate == 2:
            octets = octets[: chance.randrange(len(octets))]
        line += octets

    contents, counters = decoded(bytes(line))

    assert (contents, counters) == heard_by_python(bytes(line))
    assert counters["frames_good"] > 1000
    assert counters["frames_bad"] > 1000
    assert counters["frames_long"] > 100


def test_twenty_thousand_frames_are_the_same_octet_for_octet() -> None:
    chance = random.Random(6)
    favoured = bytes([0, 0, 1, 254, 255])

    for _ in range(20_000):
        content = bytearray(chance.randbytes(chance.randint(2, CONTENT_MAX)))
        for _ in range(chance.randrange(20)):
            content[chance.randrange(len(content))] = chance.choice(favoured)
        line = frame(bytes(content))
        assert encoded(bytes(content)) == line
        assert decoded(line)[0] == [content]


def test_a_board_counts_what_the_decoder_counts() -> None:
    """Sequences too, of frames that are lost, late, doubled or of no kind."""
    chance = random.Random(7)
    board, decoder, sequence = Bench(), Decoder(from_board=False), 0
    line = frame(encode(Discover(1), 0))
    for _ in range(2000):
        sequence = (sequence + chance.choice([1, 1, 1, 1, 2, 0, 255, 200])) & 0xFF
        message = Poll(sequence) if chance.randrange(2) else Echo(chance.randbytes(30))
        octets = bytearray(frame(encode(message, sequence)))
        if chance.randrange(4) == 0:
            octets[chance.randrange(len(octets))] ^= 1 << chance.randrange(8)
        if chance.randrange(20) == 0:
            octets = bytearray(frame(bytes([0x7E, sequence])))
        line += octets

    board.feed(line)
    decoder.feed(line)
    question = frame(encode(Poll(1), sequence))
    decoder.feed(question)
    (status,) = board.feed(question)

    counted = decoder.counters
    for name in counted.__slots__:
        assert getattr(status, name) == getattr(counted, name), name
    assert min(counted.sequence_gaps, counted.sequence_repeats, counted.malformed) > 50
