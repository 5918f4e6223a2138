"""The link: the document's examples, frames in any pieces, and what a spoilt line may never do."""

from __future__ import annotations

import random
import re
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightsw._native import ffi
from hil import kinds
from hil.kinds import COUNTERS, Credit, Discover, Echo, Poll
from hil.link import CONTENT_MAX, OVERHEAD, QUESTION, Credits, Decoder, content_of, frame
from hil.packing import LAYOUTS, Received, decode, encode
from tests.hil.document import DOCUMENT, Example, Spoilt, examples, spoilt

contents = st.binary(min_size=2, max_size=CONTENT_MAX) | st.lists(
    st.sampled_from([0, 1, 254, 255]), min_size=2, max_size=CONTENT_MAX
).map(bytes)
messages = st.binary(max_size=40).map(Echo)


def stuffed_by_the_book(octets: bytes) -> bytes:
    """COBS octet by octet, as in table 1 of Cheshire and Baker (1999)."""
    out, block = b"", b""
    for octet in octets:
        if octet == 0:
            out, block = out + bytes([len(block) + 1]) + block, b""
        else:
            block += bytes([octet])
            if len(block) == 254:
                out, block = out + b"\xff" + block, b""
    return out + bytes([len(block) + 1]) + block


def sent(message: kinds.Message, sequence: int = 0) -> bytes:
    return frame(encode(message, sequence))


def heard(octets: bytes, pieces: int = 1 << 16) -> list[kinds.Message]:
    decoder = Decoder(from_board=False)
    parts = [octets[k : k + pieces] for k in range(0, len(octets), pieces)]
    return [received.message for part in parts for received in decoder.feed(part)]


def made(example: Example) -> Received:
    fields = dict(example.fields)
    sequence, taken = fields.pop("sequence"), fields.pop("taken", 0)
    if LAYOUTS[example.content[0]].has_tail:
        fields.setdefault("octets", b"")
    return Received(getattr(kinds, example.name.title())(**fields), sequence, taken)


# ---------------------------------------------------------------------- the document


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.title)
def test_a_message_is_what_the_document_says(example: Example) -> None:
    message, sequence, taken = made(example)

    assert encode(message, sequence, taken) == example.content
    assert frame(example.content) == example.line


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.title)
def test_what_the_document_says_is_read(example: Example) -> None:
    decoder = Decoder(from_board=example.content[0] >= 0x80)

    assert decoder.feed(example.line) == [made(example)]


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.title)
def test_the_examples_are_right_by_the_book(example: Example) -> None:
    checked = example.content + zlib.crc32(example.content).to_bytes(4, "little")

    assert example.line == stuffed_by_the_book(checked) + b"\0"


def test_every_kind_has_an_example() -> None:
    assert {example.content[0] for example in examples()} == set(LAYOUTS)


@pytest.mark.parametrize("case", spoilt(), ids=lambda case: case.why)
def test_what_is_no_message_is_counted_and_the_next_one_is_read(case: Spoilt) -> None:
    decoder = Decoder(from_board=False)

    received = decoder.feed(case.line + sent(Poll(5)))

    assert [each.message for each in received] == [Poll(5)]
    assert getattr(decoder.counters, case.counter) == 1
    bad = (decoder.counters.frames_bad, decoder.counters.frames_long, decoder.counters.malformed)
    assert sum(bad) == 1


def test_the_memory_of_a_sequencers_configuration_is_laid_out_as_the_document_says() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(fsw_\w+)` \| (\d+) \| (.*) \|$", text, re.MULTILINE)
    words = {"_Bool": "u8", "double": "binary64"} | {
        f"{sign}int{bits}_t": f"{sign or 'i'}{bits}"
        for sign in ("", "u")
        for bits in (8, 16, 32, 64)
    }

    assert rows[0][0] == "fsw_config_t"
    for name, size, told in rows:
        assert int(size) == ffi.sizeof(name)
        fields = [
            (field.offset, *field.type.cname.partition("[")[:2], key, field.type.cname)
            for key, field in ffi.typeof(name).fields
        ]
        assert told.split(", ") == [
            f"{offset} {words.get(kind, kind)} {key}{cname[len(kind) :]}"
            for offset, kind, _, key, cname in fields
        ]


def test_the_tables_of_the_document_are_the_kinds() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([0-9A-F]{2}) \| ([A-Z]+) \|(.*)\|$", text, re.MULTILINE)
    sizes = {"u8": 1, "u16": 2, "u32": 4, "u64": 8}

    assert {int(code, 16): name.title() for code, name, _ in rows} == {
        code: layout.made.__name__ for code, layout in LAYOUTS.items()
    }
    for code, _, body in rows:
        fixed = sum(sizes[word] for word in re.findall(r"\bu(?:8|16|32|64)\b", body))
        fixed += 8 * ("octets id" in body) + 4 * len(COUNTERS) * ("counters" in body)
        head = 4 if int(code, 16) >= 0x80 else 2
        assert LAYOUTS[int(code, 16)].head.size == head + fixed, code
    listed = text.split("Counters, u32 each", 1)[1]
    assert tuple(re.findall(r"`([a-z_]+)`", listed)[: len(COUNTERS)]) == COUNTERS


# ---------------------------------------------------------------------- frames


@given(contents)
def test_a_frame_is_six_octets_longer_than_its_content_and_has_one_zero(content: bytes) -> None:
    line = frame(content)

    assert len(line) == len(content) + OVERHEAD
    assert line.index(0) == len(line) - 1
    assert line[:-1] == stuffed_by_the_book(content + zlib.crc32(content).to_bytes(4, "little"))
    assert content_of(line[:-1]) == content


def test_a_content_that_is_too_long_is_refused() -> None:
    assert len(frame(bytes(CONTENT_MAX))) == CONTENT_MAX + OVERHEAD
    with pytest.raises(ValueError, match="at most 249 octets of content, not 250"):
        frame(bytes(CONTENT_MAX + 1))


@given(st.lists(messages, max_size=6), st.integers(1, 40))
def test_messages_come_out_as_they_went_in_whatever_the_pieces(
    said: list[Echo], pieces: int
) -> None:
    line = b"".join(sent(message, k) for k, message in enumerate(said))

    assert heard(line, pieces) == said


@given(messages, st.data())
def test_a_truncated_frame_is_not_one(message: Echo, data: st.DataObject) -> None:
    line = sent(message)
    kept = data.draw(st.integers(0, len(line) - 2))

    assert heard(line[:kept]) == []
    assert heard(line[:kept] + b"\0" + sent(Poll(1))) == [Poll(1)]


def test_every_flipped_bit_is_noticed() -> None:
    line = sent(Echo(bytes(range(20)) + bytes(8)))

    for bit in range(8 * (len(line) - 1)):
        flipped = bytearray(line)
        flipped[bit // 8] ^= 1 << bit % 8
        assert heard(bytes(flipped) + b"\0" + sent(Poll(2))) == [Poll(2)], bit


def test_every_inserted_or_missing_octet_is_noticed() -> None:
    line = sent(Echo(b"\0\1\2\0\0\3"))

    for place in range(1, len(line) - 1):
        assert heard(line[:place] + line[place + 1 :] + sent(Poll(3))) == [Poll(3)]
        for octet in (1, 2, 7, 255):
            assert heard(line[:place] + bytes([octet]) + line[place:] + sent(Poll(3))) == [Poll(3)]


@given(st.binary(max_size=600), st.lists(messages, max_size=4), st.integers(1, 700))
def test_garbage_costs_no_frame_after_the_next_delimiter(
    garbage: bytes, said: list[Echo], pieces: int
) -> None:
    line = garbage + b"\0" + b"".join(sent(message) for message in said)

    assert heard(line, pieces) == said


@given(messages, messages, st.binary(max_size=300))
def test_garbage_without_a_delimiter_costs_the_frame_that_it_touches(
    lost: Echo, kept: Echo, garbage: bytes
) -> None:
    said = heard(garbage.replace(b"\0", b"\1") + b"\2" + sent(lost) + sent(kept))

    assert said == [kept]


def test_zeros_mean_nothing() -> None:
    assert heard(bytes(10_000) + sent(Poll(4)) + bytes(10_000), pieces=1000) == [Poll(4)]


def test_random_octets_are_no_frame() -> None:
    noise = random.Random(1).randbytes(1_000_000)
    decoder = Decoder(from_board=False)

    received = [
        each for k in range(0, len(noise), 997) for each in decoder.feed(noise[k : k + 997])
    ]

    assert received == []
    assert decoder.counters.frames_good == 0
    assert decoder.feed(b"\0" + sent(Poll(6)))[0].message == Poll(6)


def test_a_decoder_keeps_no_more_than_a_frame() -> None:
    decoder = Decoder(from_board=False)

    for _ in range(100):
        assert decoder.feed(b"\1" * 10_000) == []
    decoder.feed(b"\0")

    assert decoder.counters.frames_long == 1
    assert decoder.counters.received == 1_000_001


# ---------------------------------------------------------------------- contents


@given(contents)
def test_any_content_is_read_or_malformed(content: bytes) -> None:
    for from_board in (False, True):
        received = decode(content, from_board=from_board)
        if received is not None:
            again = encode(*received)
            assert content[: len(again)] == again


def test_a_host_is_not_heard_as_a_board() -> None:
    decoder = Decoder(from_board=True)

    assert decoder.feed(sent(Poll(1))) == []
    assert decoder.counters.malformed == 1


def test_what_follows_a_kind_is_passed_over() -> None:
    assert decode(encode(Poll(9), 0) + b"later", from_board=False) == (Poll(9), 0, 0)


def test_sequences_tell_what_is_missing_and_what_came_twice() -> None:
    decoder = Decoder(from_board=True)

    for sequence in (254, 255, 0, 0, 3, 2, 4):
        decoder.feed(frame(encode(Credit(), sequence)))

    assert decoder.counters.sequence_repeats == 2
    assert decoder.counters.sequence_gaps == 2


def test_a_host_that_begins_anew_counts_anew() -> None:
    decoder = Decoder(from_board=False)

    decoder.feed(sent(Poll(1), sequence=77) + sent(Discover(1), sequence=0) + sent(Poll(2), 1))

    assert decoder.counters.sequence_gaps == decoder.counters.sequence_repeats == 0


# ---------------------------------------------------------------------- credits


@given(
    st.integers(32, 0x7FFF),
    st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 5000)), max_size=50),
)
def test_never_more_than_a_window_is_on_the_way(window: int, steps: list[tuple[int, int]]) -> None:
    account = Credits(window)
    sent_octets = taken = 0

    for wanted, served in steps:
        now = min(wanted, account.room)
        account.spend(now)
        sent_octets += now
        taken = min(sent_octets, taken + served)
        account.heard(taken & 0xFFFF)
        assert sent_octets - taken == account.on_the_way <= window


def test_an_older_count_is_passed_over() -> None:
    account = Credits(100, taken=65_530)
    account.spend(20)
    account.heard(14)

    account.heard(65_535)

    assert account.on_the_way == 0


def test_a_line_that_adds_octets_leaves_no_debt() -> None:
    account = Credits(100)
    account.spend(20)

    account.heard(25)

    assert (account.on_the_way, account.room) == (0, 100)


def test_after_a_time_out_the_answer_to_the_question_says_what_is_on_the_way() -> None:
    account = Credits(200, kept=QUESTION)
    account.spend(150)
    account.spend(QUESTION)
    account.mark()
    assert (account.room, account.coming) == (28, 0)
    account.spend(20)

    # 40 of the 150 had been lost; the question is in the count, the 20 are not
    account.answered(taken=110 + QUESTION)
    assert (account.on_the_way, account.coming, account.room) == (20, 20, 169)


def test_a_question_finds_room_when_nothing_else_does() -> None:
    account = Credits(64, kept=QUESTION)
    account.spend(account.room)
    assert account.room == 0
    assert account.can_ask

    account.spend(len(b"\0" + sent(Poll(1))))

    assert account.on_the_way == 64
    assert not account.can_ask
