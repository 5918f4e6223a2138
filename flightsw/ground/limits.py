"""Which decoded values are out of their limits, and which are too old to be believed."""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from flightsw.dictionary import Limits
from flightsw.ground.packets import Packets

Condition = Literal["ok", "yellow-low", "yellow-high", "red-low", "red-high", "stale"]

CONDITIONS: Final[tuple[Condition, ...]] = (
    "ok",
    "yellow-low",
    "yellow-high",
    "red-low",
    "red-high",
    "stale",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A limited value as it stands at an instant; `value` is None when none was heard by then."""

    packet: str
    field: str
    value: float | None
    unit: str
    at_s: float | None
    condition: Condition


def conditions(values: NDArray[np.float64], limits: Limits) -> NDArray[np.uint8]:
    """Return the index into `CONDITIONS` of each value; red goes before yellow.

    A value on its limit is within it.
    """
    found = np.zeros(len(values), dtype=np.uint8)
    for name, bound, below in (
        ("yellow-low", limits.yellow_low, True),
        ("yellow-high", limits.yellow_high, False),
        ("red-low", limits.red_low, True),
        ("red-high", limits.red_high, False),
    ):
        if bound is not None:
            found[values < bound if below else values > bound] = CONDITIONS.index(name)
    return found


def readings(packets: Packets, *, ert_s: float) -> tuple[Reading, ...]:
    """Return every limited value of the dictionary as it stands at an Earth-received time.

    Parameters
    ----------
    packets : Packets
        Of a log.
    ert_s : float
        Instant, s after the epoch of the log; what was received later is not known then.

    Returns
    -------
    tuple of Reading
        A value older than its packet's `stale_s`, or never heard, is stale whatever it says.

    """
    found = []
    for packet in packets.dictionary.packets:
        heard_s = packets.ert_us[packet.name] / 1e6
        (known,) = np.nonzero(heard_s <= ert_s)
        for field in packet.fields:
            if field.limits is None:
                continue
            value = at_s = None
            condition: Condition = "stale"
            if len(known):
                last = int(known[-1])
                at_s = float(heard_s[last])
                value = float(packets.values(packet.name, field.name)[last])
                if packet.stale_s is None or ert_s - at_s <= packet.stale_s:
                    condition = CONDITIONS[int(conditions(np.array([value]), field.limits)[0])]
            found.append(
                Reading(
                    packet=packet.name,
                    field=field.name,
                    value=value,
                    unit=field.unit,
                    at_s=at_s,
                    condition=condition,
                )
            )
    return tuple(found)
