"""From an identity to a session that runs; docs/reference/board-link.md, section 5."""

from __future__ import annotations

import secrets
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hil.errors import BoardRefusedError
from hil.kinds import (
    Configure,
    Configured,
    Identity,
    Mode,
    Role,
    Start,
    Started,
    StartFlag,
    State,
    Status,
    Stop,
)
from hil.refusals import check_role, explain_start
from hil.tasks import Question

if TYPE_CHECKING:
    from hil.line import Line

_PIECE_HEAD: Final = 10  # of the frame that brings a piece of the configuration
_ROUNDS: Final = 8  # that a configuration may take, before the board is said not to keep it


@dataclass(frozen=True, slots=True)
class Part:
    """What a board is to play.

    Attributes
    ----------
    role, mode
        The part, and who decides when a tick begins.
    config : bytes
        Its configuration.
    dictionary : int
        Hash of the telemetry dictionary.
    tick_us : int
        Length of a tick, us.
    """

    role: Role
    mode: Mode
    config: bytes
    dictionary: int
    tick_us: int


def begin(line: Line, identity: Identity, part: Part, *, supply_mv: int, warm: bool) -> None:
    """Configure a board and start a new session, which `line` then knows.

    Raises
    ------
    BoardMismatchError, BoardRefusedError
        When it cannot play the part, or will not.
    BoardSilentError, PortLostError
        When it does not answer, or is gone.
    """
    name = line.port.name
    check_role(name, identity, part.role, part.config)
    line.session = 0
    line.forget()
    if identity.state == State.RUNNING:
        end(line, identity.session)  # that of a host that is no more: the port is ours alone
    _configure(line, part.config)
    start = Start(
        session=1 + secrets.randbits(31),
        role=part.role,
        mode=part.mode,
        flags=StartFlag.WARM if warm else 0,
        supply_mv=supply_mv,
        dictionary=part.dictionary,
        tick_us=part.tick_us,
        config_bytes=len(part.config),
        config_crc=zlib.crc32(part.config),
    )
    explain = explain_start(name, identity, part.role, part.mode, part.tick_us)
    started = Question(start, Started, lambda answer: answer.session == start.session, explain)
    line.session = started.asked(line).session


def end(line: Line, session: int) -> None:
    """End a session; errors as above."""
    line.session = 0
    idle = int(State.IDLE)  # what a board says of itself in real time has the same nonce
    Question(Stop(session), Status, lambda said: said.nonce == 0 and said.state == idle).asked(line)


def _configure(line: Line, config: bytes) -> None:
    room = line.frame_max - _PIECE_HEAD
    at = 0
    for _ in range(_ROUNDS * (len(config) // room + 1)):
        if at == len(config):
            return
        at = Question(Configure(at, config[at : at + room]), Configured).asked(line).offset
    msg = f"{line.port.name}: the board does not keep its configuration"
    raise BoardRefusedError(msg)
