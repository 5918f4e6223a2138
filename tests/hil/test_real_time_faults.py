"""By the wall clock on a line that spoils for good: nothing false is heard or commanded, nothing
twice, and what is missing is counted. Whether anything is late decides no test.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from hil.boards.virtual import VirtualBoard
from hil.kinds import Frames, Grant, GrantFlag
from hil.real_time import RealTime
from tests.deframer import apid, split, whole_frames, whole_packets
from tests.hil.by_clock import (
    SINCE,
    check_each_answer,
    computing,
    fly,
    granted,
    heard_at,
    messages,
    recorded,
    transmitting,
)
from tests.hil.faults import Fault, Overheard
from tests.hil.flown import TransmitterWindow
from tests.hil.line_cases import CASES, Case, ids
from tests.hil.proxy import Proxy

FRAME_BYTES = 256


def named(*names: str) -> list[Case]:
    """Return some of the cases: real time cannot be hurried."""
    found = {case.name: case for case in CASES}
    return [found[name] for name in names]


HEARD = named(
    "bits flipped from the board",
    "octets lost to the board",
    "frames lost to the board",
    "frames lost from the board",
    "frames twice from the board",
    "frames late to the board",
    "frames late from the board",
    "frames late again to the board",
    "frames halved to the board",
    "stalls",
    "everything at once",
)
COMMANDED = named(
    "octets lost from the board",
    "frames lost to the board",
    "frames twice from the board",
    "frames late from the board",
    "frames late again to the board",
    "everything at once",
)


@pytest.fixture(autouse=True)
def own_registry(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "wire.log"


@pytest.fixture
def proxy(virtual: VirtualBoard, tmp_path: Path) -> Iterator[Proxy]:
    with Proxy(virtual.port, tmp_path / "port") as proxy:
        yield proxy


def spoils(proxy: Proxy, case: Case) -> Callable[[], object]:
    """Return what begins a fault that is overheard."""
    to_board, from_board = (Overheard(each or Fault()) for each in (case.to_board, case.from_board))
    return lambda: proxy.spoil(to_board=to_board, from_board=from_board)


def overheard(proxy: Proxy) -> tuple[Overheard, Overheard]:
    to_board, from_board = proxy.faults()
    assert isinstance(to_board, Overheard)
    assert isinstance(from_board, Overheard)
    assert to_board.hits + from_board.hits > 0
    return to_board, from_board


def comes_in(some: Iterable[bytes], of_all: Iterable[bytes]) -> bool:
    """Tell whether these are among those, each once and in their order."""
    rest = iter(of_all)
    return all(each in rest for each in some)


# ---------------------------------------------------------------------- the transmitter


def pieces_taken(log: Path) -> list[Frames]:
    """Return the telemetry that a host has heard and not yet had, by its position."""
    taken, position = [], 0
    for _, piece in heard_at(log, Frames):
        if piece.position >= position:
            taken.append(piece)
            position = piece.position + len(piece.octets)
    return taken


def check_pieces(taken: list[Frames], sent: list[Frames], told: RealTime) -> None:
    """Each is what the board has sent at its position; each octet between them is counted."""
    stream = b"".join(piece.octets for piece in sent)
    ends = [piece.position + len(piece.octets) for piece in taken]
    assert taken
    assert [piece.octets for piece in taken] == [
        stream[piece.position : end] for piece, end in zip(taken, ends, strict=True)
    ]
    assert told.octets == sum(len(piece.octets) for piece in taken)
    assert told.octets_lost == ends[-1] - told.octets


def check_packets(heard: bytes, window: TransmitterWindow, told: RealTime) -> None:
    """They are those that the simulation gives, each once, in their order, or are counted."""
    given, came = defaultdict(list), defaultdict(list)
    for packet in split(window.packets):
        given[apid(packet)].append(packet)
    for packet in whole_packets(whole_frames(heard, FRAME_BYTES)):
        came[apid(packet)].append(packet)
    assert any(came[each] for each in given)
    for each in given:
        assert comes_in(came[each], given[each])
        missed = came[each] and given[each].index(came[each][-1]) + 1 > len(came[each])
        assert told.is_degraded or not missed


def numbered_twice(grants: Iterable[Grant]) -> set[int]:
    """Return the numbers that were given to two different ticks."""
    inputs = defaultdict(set)
    for grant in grants:
        inputs[grant.number].add((grant.flags, grant.supply_mv, grant.length))
    return {number for number, of_it in inputs.items() if len(of_it) > 1}


@pytest.mark.parametrize("case", HEARD, ids=ids)
def test_of_a_spoilt_line_the_ground_hears_nothing_false_or_twice_and_what_is_missing_is_counted(
    proxy: Proxy, log: Path, case: Case
) -> None:
    window = transmitting(before=SINCE[TransmitterWindow] + 100, after=0)
    with recorded(proxy.port, log) as bridge:
        came = fly(window, bridge, {0: spoils(proxy, case)})
        number = bridge.status().number
        taken = pieces_taken(log)
    to_board, from_board = overheard(proxy)

    told = bridge.statistics.real_time
    assert told is not None
    in_lockstep = b"".join(window.should[: SINCE[TransmitterWindow]])
    heard = b"".join(came)
    assert (in_lockstep + b"".join(piece.octets for piece in taken)).startswith(heard)
    check_pieces(taken, messages(from_board.went_in, Frames, from_board=True), told)
    check_packets(heard, window, told)

    by_clock = [grant for grant in granted(log) if grant.flags & GrantFlag.CLOCK]
    arrived = messages(to_board.came_out, Grant, from_board=False)
    lost = {grant.number for grant in by_clock} - {grant.number for grant in arrived}
    assert told.grants_missed >= len([each for each in lost if each < number])
    assert not numbered_twice(by_clock)


# ---------------------------------------------------------------------- the flight computer


@pytest.mark.parametrize("case", COMMANDED, ids=ids)
def test_of_a_spoilt_line_each_answer_is_that_of_the_simulation_and_no_command_is_given_twice(
    proxy: Proxy, log: Path, case: Case
) -> None:
    since = 2488  # commands in ticks 2492 and 2594
    window = computing(2600)
    with recorded(proxy.port, log) as bridge:
        came = fly(window, bridge, {0: spoils(proxy, case)}, since=since)
        overheard(proxy)

    check_each_answer(came, window, log)
    told = bridge.statistics.real_time
    assert told is not None
    assert len(came) == since + told.ticks - (told.missed - told.answers_late)
