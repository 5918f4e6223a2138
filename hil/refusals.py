"""What a user is told when a board is not the one wanted, or says no."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hil.errors import BoardMismatchError
from hil.kinds import PROTOCOL, Identity, Mode, Reason, Refused, ResetCause, Role
from hil.present import process_on

if TYPE_CHECKING:
    from collections.abc import Callable

_BUILD_AGAIN: Final = "build and flash its firmware again (flightsw board build, board flash)"
_START_AGAIN: Final = "it was built from other files: end it, in a checkout `make build`, start it"
_CONFIGURATION: Final[dict[int, str]] = {  # transmitter_status_t
    -1: "a transfer frame that it cannot make: its length, spacecraft id or rate is out of range",
    -2: "supply thresholds that are not in order",
    -3: "more routes than it has room for, or one to a channel that is not there",
    -4: "longer queues than it has memory for",
}


@dataclass(frozen=True, slots=True)
class Expected:
    """What a board must be built from.

    Attributes
    ----------
    dictionary : int
        Hash of the telemetry dictionary.
    firmware : int or None
        Hash of the firmware's sources; None: any build will do.
    """

    dictionary: int
    firmware: int | None


def check_identity(name: str, identity: Identity, expected: Expected) -> None:
    """Raise unless the board on a port is built from what is expected.

    Raises
    ------
    BoardMismatchError
        With what it is, what was expected and what to do.
    """
    other = ""
    if identity.protocol != PROTOCOL:
        other = f"speaks version {identity.protocol} of the link, not {PROTOCOL}"
    elif identity.dictionary != expected.dictionary:
        other = f"has the dictionary {identity.dictionary:08x}, expected {expected.dictionary:08x}"
    elif expected.firmware is not None and identity.firmware != expected.firmware:
        other = f"runs the firmware {identity.firmware:08x}, expected {expected.firmware:08x}"
    if other:
        advice = _BUILD_AGAIN if process_on(name) is None else _START_AGAIN
        msg = f"the board {identity.name!r} on {name} {other}: {advice}"
        raise BoardMismatchError(msg)


def check_role(name: str, identity: Identity, role: Role, config: bytes) -> None:
    """Raise unless the board plays a role and has room for its configuration.

    Raises
    ------
    BoardMismatchError
        With what it can.
    """
    who = f"the board {identity.name!r} on {name}"
    roles = [each.name.lower() for each in Role if identity.roles >> each & 1]
    if role.name.lower() not in roles:
        can = " and ".join(roles) or "nothing"
        msg = f"{who} cannot be the {role.name.lower()}; its roles: {can}"
        raise BoardMismatchError(msg)
    if len(config) > identity.config_max:
        msg = (
            f"{who} takes a configuration of at most {identity.config_max} octets; "
            f"the {role.name.lower()} has {len(config)}"
        )
        raise BoardMismatchError(msg)


def explain_start(
    name: str, identity: Identity, role: Role, mode: Mode, tick_us: int
) -> Callable[[Refused], str]:
    """Return what turns the REFUSED of a START into words."""

    def explain(refused: Refused) -> str:
        who = f"the board {identity.name!r} on {name} refuses"
        detail = refused.detail
        status = detail - (1 << 32) if detail >= 1 << 31 else detail
        what = f"its configuration: status {status}"
        if role is Role.TRANSMITTER and status in _CONFIGURATION:
            what = _CONFIGURATION[status]
            if status == -4:  # noqa: PLR2004  the queues
                what += f", which is {identity.storage_bytes} octets"
        told = {
            Reason.SESSION: f"to start: session {detail:08x} runs",
            Reason.ROLE: f"to be the {role.name.lower()}",
            Reason.MODE: f"to fly in {mode.name.lower().replace('_', ' ')}",
            Reason.DICTIONARY: f"the dictionary; its own is {detail:08x}",
            Reason.CONFIGURATION_LENGTH: f"its configuration's length: it wants {detail} octets",
            Reason.CONFIGURATION_CRC: f"its configuration, of which {detail} octets came",
            Reason.CONFIGURATION_CONTENT: what,
            Reason.TICK: f"a tick of {tick_us / 1e6:g} s",
        }
        known: dict[int, str] = {int(reason): text for reason, text in told.items()}
        return f"{who} {known.get(refused.reason, f'to start: reason {refused.reason}')}"

    return explain


def cause_of(number: int) -> str:
    """Return the name of a reset cause."""
    causes = {int(cause): cause.name.lower().replace("_", "-") for cause in ResetCause}
    return causes.get(number, f"cause {number}")
