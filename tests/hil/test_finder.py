"""A board is found by what it says of itself: its id, its firmware, its dictionary."""

from __future__ import annotations

import pytest

from hil.boards.firmware import firmware_hash
from hil.boards.virtual import VirtualBoard
from hil.errors import BoardMismatchError, BoardSilentError
from hil.finder import boards_here, find
from hil.line import Line
from hil.ports import BAUD, Port, open_port
from hil.present import Present
from hil.refusals import Expected
from hil.search import Search
from hil.statistics import Statistics
from tests.hil.conftest import dictionary_hash

ONE, OTHER = b"\x01" * 8, b"\x02" * 8
THIS = Expected(dictionary_hash(), firmware_hash())


@pytest.fixture(autouse=True)
def _nothing_else_here(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr("serial.tools.list_ports.comports", lambda **_: [])


def test_of_two_boards_the_one_with_the_id_is_found():
    with VirtualBoard(board_id=ONE) as one, VirtualBoard(board_id=OTHER) as other:
        assert find(board_id=ONE).port == one.port
        assert find(board_id=OTHER, expected=THIS).port == other.port


def test_the_only_board_that_is_built_from_what_is_expected_is_found():
    with VirtualBoard() as board:
        assert find(expected=THIS).port == board.port


def test_none_is_told():
    assert boards_here() == []
    with pytest.raises(BoardSilentError, match="no board here answers"):
        find(expected=THIS)


def test_the_id_of_none_is_told():
    with VirtualBoard(board_id=ONE), pytest.raises(BoardSilentError, match=f"id {OTHER.hex()}"):
        find(board_id=OTHER)


@pytest.mark.parametrize(
    ("expected", "words"),
    [
        (Expected(THIS.dictionary ^ 1, THIS.firmware), "has the dictionary"),
        (Expected(THIS.dictionary, firmware_hash() ^ 1), "runs the firmware"),
    ],
)
def test_another_dictionary_or_build_is_named(expected: Expected, words: str):
    with VirtualBoard(board_id=ONE), pytest.raises(BoardMismatchError, match=words):
        find(board_id=ONE, expected=expected)


def test_two_that_fit_are_named_and_none_is_taken():
    words = f"{ONE.hex()} on .*{OTHER.hex()} on "
    with (
        VirtualBoard(board_id=ONE),
        VirtualBoard(board_id=OTHER),
        pytest.raises(BoardMismatchError, match=words),
    ):
        find(expected=THIS)


def test_who_looks_for_a_lost_board_lets_others_go_at_once():
    """One that came since is asked who it is, and is free again while the search goes on."""
    gone = Present("/dev/lost", "virtual board", kind="virtual")

    def connect(port: Port) -> Line:
        return Line(port, baud=BAUD, statistics=Statistics(), recorder=None)

    search = Search(
        gone.name, ONE, line=None, connect=connect, baud=BAUD, like=gone, before={gone.name}
    )
    with VirtualBoard(board_id=OTHER) as other:
        assert search.look(1.0) is None
        open_port(other.port).close()
        assert search.look(0.5) is None
        open_port(other.port).close()

        with VirtualBoard(board_id=ONE) as one:
            found = search.look(5.0)

            assert found is not None
            assert found.url == one.port
            found.line.close()
    search.close()
