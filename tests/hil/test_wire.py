"""The wire log: all of it is there after a kill, a full disk and damage, and is told in words."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.describe import describe
from hil.errors import BoardSilentError, BoardUseError
from hil.kinds import Discover, Grant, Identity, Poll, Refused
from hil.link import frame
from hil.packing import encode
from hil.wire import Piece, Recorder, WireLogError, read_wire

pieces = st.lists(
    st.tuples(st.sampled_from([Piece.TO_BOARD, Piece.FROM_BOARD]), st.binary(max_size=300)),
    max_size=20,
)
DISCOVER = frame(encode(Discover(0x12345678), 0))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "line.wire"


def recorded(path, *moved, about=None):
    with Recorder(path, about) as recorder:
        for kind, octets in moved:
            write = recorder.to_board if kind is Piece.TO_BOARD else recorder.from_board
            write(octets)
    return read_wire(path)


def told(path, *moved):
    """Return the lines without their times."""
    return [line[14:] for line in describe(recorded(path, *moved))]


# ---------------------------------------------------------------------- what is kept


@given(moved=pieces)
def test_what_was_moved_is_read_again(tmp_path_factory, moved) -> None:
    path = tmp_path_factory.mktemp("wire") / "log"

    log = recorded(path, *moved, about={"port": "/dev/ttyACM0", "baud": 115200})

    assert [(record.kind, record.octets) for record in log.records] == moved
    assert log.about == {"format": "flightsw-wire/1", "port": "/dev/ttyACM0", "baud": 115200}
    assert log.damaged_bytes == 0


def test_times_never_go_back(path) -> None:
    log = recorded(path, *[(Piece.TO_BOARD, b"x")] * 100)

    times = [record.time_us for record in log.records]
    assert times == sorted(times)


def test_a_killed_process_loses_nothing_that_it_had(path) -> None:
    code = (
        "import os, pathlib, signal; from hil.wire import Recorder; "
        f"r = Recorder(pathlib.Path({str(path)!r})); "
        "[r.to_board(bytes([k])) for k in range(100)]; os.kill(os.getpid(), signal.SIGKILL)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9

    assert [record.octets for record in read_wire(path).records] == [bytes([k]) for k in range(100)]


def test_a_log_cut_anywhere_holds_what_is_whole(path) -> None:
    recorded(path, *[(Piece.TO_BOARD, bytes([k]) * k) for k in range(1, 9)])
    whole = path.read_bytes()
    sizes = [20 + k for k in range(1, 9)]

    for cut in range(len(whole) - sum(sizes), len(whole)):
        path.write_bytes(whole[:cut])
        left = len(whole) - cut
        lost = next(n for n in range(9) if sum(sizes[8 - n :]) >= left)
        log = read_wire(path)
        assert [record.octets for record in log.records] == [
            bytes([k]) * k for k in range(1, 9 - lost)
        ]
        assert log.damaged_bytes == sum(sizes[8 - lost :]) - left


def test_damage_costs_the_records_that_it_touches(path) -> None:
    recorded(path, *[(Piece.TO_BOARD, bytes([k]) * 30) for k in range(10)])
    spoilt = bytearray(path.read_bytes())
    spoilt[-5 * 50 - 25] ^= 1

    path.write_bytes(spoilt)

    log = read_wire(path)
    assert [record.octets[0] for record in log.records] == [0, 1, 2, 3, 5, 6, 7, 8, 9]
    assert log.damaged_bytes == 50


def test_a_full_disk_ends_the_log_and_is_told_once(path, monkeypatch) -> None:
    notices: list[str] = []
    recorder = Recorder(path, notice=notices.append)
    recorder.to_board(b"kept")

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        recorder.to_board(b"lost")
    recorder.to_board(b"too late")
    recorder.close()

    assert notices == [
        f"{path}: No space left on device; the wire log ends here, what it has is kept"
    ]
    assert [record.octets for record in read_wire(path).records] == [b"kept"]


def test_what_is_no_wire_log_is_told(path, tmp_path) -> None:
    with pytest.raises(WireLogError, match="No such file or directory"):
        read_wire(path)
    path.write_bytes(bytes(1000) + b"\xf5\x1a" * 50)
    with pytest.raises(WireLogError, match="is no wire log"):
        read_wire(path)
    with pytest.raises(WireLogError, match="Is a directory"):
        Recorder(tmp_path)


# ---------------------------------------------------------------------- when it is made


def test_what_was_recorded_before_it_begins_stands_first(path) -> None:
    with Recorder(path, waits=True) as recorder:
        recorder.to_board(b"before")
        assert not path.exists()
        recorder.begin()
        assert [record.octets for record in read_wire(path).records] == [b"before"]
        recorder.from_board(b"after")
        recorder.begin()

    assert [record.octets for record in read_wire(path).records] == [b"before", b"after"]


def test_a_log_that_did_not_begin_replaces_none(path) -> None:
    recorded(path, (Piece.TO_BOARD, b"old"))

    with suppress(BoardSilentError), Recorder(path, waits=True) as recorder:
        recorder.to_board(b"new")
        raise BoardSilentError

    assert [record.octets for record in read_wire(path).records] == [b"old"]


@pytest.mark.parametrize(
    ("error", "kept"), [(BoardSilentError, True), (BoardUseError, False), (KeyError, False)]
)
def test_what_a_board_said_is_kept_where_no_file_was(path, error, kept) -> None:
    with suppress(error), Recorder(path, waits=True) as recorder:
        recorder.from_board(b"noise")
        raise error

    assert path.exists() is kept
    if kept:
        assert [record.octets for record in read_wire(path).records] == [b"noise"]


def test_a_log_that_is_being_written_is_not_replaced(path) -> None:
    with Recorder(path) as first:
        first.to_board(b"kept")
        with pytest.raises(WireLogError, match="is being written by another flight"):
            Recorder(path)

    assert [record.octets for record in read_wire(path).records] == [b"kept"]


# ---------------------------------------------------------------------- told in words


def test_frames_are_told_when_they_end(path) -> None:
    refused = frame(encode(Refused(kind=4, reason=9, detail=7), 3, taken=14))

    assert told(
        path,
        (Piece.TO_BOARD, b"\0" + DISCOVER[:5]),
        (Piece.FROM_BOARD, refused),
        (Piece.TO_BOARD, DISCOVER[5:]),
    ) == [
        "<  REFUSED    #3   kind=4 reason=number detail=7 taken=14",
        ">  DISCOVER   #0   nonce=0x12345678 protocol=1",
    ]


def test_long_bodies_are_shortened(path) -> None:
    grant = Grant(number=7, flags=0, supply_mv=27_000, length=200, octets=bytes(200))

    assert told(path, (Piece.TO_BOARD, frame(encode(grant, 1)))) == [
        f">  GRANT      #1   number=7 flags=0 supply_mv=27000 length=200 "
        f"octets={'00' * 24}... (200 octets)"
    ]


def test_what_is_no_frame_is_told_too(path) -> None:
    assert told(
        path,
        (Piece.FROM_BOARD, b"\x09\x01\x02\x03\x04\x05\x06\x00"),
        (Piece.FROM_BOARD, frame(encode(Poll(1), 0))),
        (Piece.FROM_BOARD, b"\x05\x06"),
    ) == [
        "<! no frame (COBS): 09010203040506",
        "<! malformed: 07000100",
        "<! cut off: 0506",
    ]


def test_an_identity_is_told_by_name(path) -> None:
    identity = Identity(
        nonce=1, protocol=1, roles=1, state=1, reset_cause=1, session=2, number=3, window=64,
        content_max=96, config_max=100, input_max=200, storage_bytes=1000, reply_max=300,
        dictionary=0xABC, firmware=0xDEF, board_id=bytes(8), octets=b"nano",
    )  # fmt: skip

    (line,) = told(path, (Piece.FROM_BOARD, frame(encode(identity, 0, 14))))

    assert "state=running reset_cause=watchdog session=0x00000002" in line
    assert "firmware=0x00000def" in line


def test_notes_stand_between(path) -> None:
    with Recorder(path) as recorder:
        recorder.to_board(DISCOVER)
        recorder.note("lost")

    lines = list(describe(read_wire(path)))

    assert lines[0] == "    0.000000  >  DISCOVER   #0   nonce=0x12345678 protocol=1"
    assert lines[1].endswith("  -  lost")


def test_an_empty_log_has_nothing_to_tell(path) -> None:
    assert told(path) == []
