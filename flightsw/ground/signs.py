"""What a room would have noticed: the signs in the telemetry that something is not as planned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from flightsw.ground.picture import GroundPicture
    from flightsw.ground.timeline import Row


@dataclass(frozen=True, slots=True, order=True)
class Sign:
    """A sign and when it could be seen, s after T-0.

    `kind` is an alarm (a monitor, an emergency shutdown, an abort, telemetry lost), or a deviation
    from the plan.
    """

    t_s: float
    kind: Literal["alarm", "deviation"]
    text: str


def signs(picture: GroundPicture) -> tuple[Sign, ...]:
    """Return the signs of a flight in the order of time.

    A planned event deviates when it comes before its band, and when it has not come by the end of
    its band: then, not when it comes.

    Nothing is waited for after the ground stopped listening, or the vehicle had set.
    """
    listened_s = min(
        [picture.briefing.listen_until_s, *(one.from_s for one in picture.silences if one.has_set)]
    )
    found = [
        Sign(row.heard.t_s, "alarm", row.title)
        for row in picture.timeline
        if row.heard and row.mark == "alarm"
    ]
    found += [
        sign
        for row in picture.timeline
        if (sign := _deviation(row)) is not None and sign.t_s <= listened_s
    ]
    lost = "telemetry lost, last good frame"
    found += [
        Sign(one.noticed_s, "alarm", f"{lost} T{one.from_s:+.2f}")
        for one in picture.silences
        if not one.has_set
    ]
    return tuple(sorted(found))


def _deviation(row: Row) -> Sign | None:
    if row.planned is None or row.mark not in ("out_of_band", "not_seen"):
        return None
    if row.heard is not None and row.heard.t_s < row.planned.t_s:
        early_s = row.planned.t_s - row.heard.t_s
        return Sign(row.heard.t_s, "deviation", f"{row.title} {early_s:.2f} s early")
    latest_s = row.planned.t_s + row.planned.band_s
    if row.heard is None:
        return Sign(latest_s, "deviation", f"{row.title} not heard by then, and never")
    late_s = row.heard.t_s - row.planned.t_s
    return Sign(
        latest_s, "deviation", f"{row.title} not heard by then; it came {late_s:.2f} s late"
    )
