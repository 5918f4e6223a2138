"""One flight as it is watched: the feed, the ground that reads it, and who looks on."""

from __future__ import annotations

import json
import secrets
import time
from collections import deque
from math import degrees, inf, log10
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from flightsw.console.facts import parameter_facts
from flightsw.console.history import History
from flightsw.errors import FlightswError
from flightsw.ground.fall import fall_from
from flightsw.ground.live import LinkState, LiveGround, Update, outlook
from flightsw.ground.state import STALE_S
from flightsw.ground.timeline import speed_shown_mps

if TYPE_CHECKING:
    from collections.abc import Callable

    from flightsw.console.feed import Feed
    from flightsw.console.outbox import Outbox
    from flightsw.ground import Briefing, Row
    from flightsw.ground.state import State

STATE: Final = "STATE"  # the packet that is told at the full rate
LOOK_S: Final = 0.05  # between two messages: twenty a second, whatever the speed
ROWS_MAX: Final = 250  # of one message; for more a page asks for the history, which is thinned
IDLE_LOOKS: Final = 10  # looks without news between two messages that only tell the time
STANDS_S: Final = 0.3  # without a new time a flight stands: its board is gone
SLICE_S: Final = 0.1  # of flight between two times, at most
_DECIMALS: Final = 6


class Session:
    """What all browsers see of one flight. Everything here happens in one thread.

    Parameters
    ----------
    feed : Feed
        Where the log comes from.
    briefing : Briefing
        What the ground knows beforehand.
    """

    def __init__(
        self,
        feed: Feed,
        briefing: Briefing,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.feed: Final = feed
        self.id: Final = secrets.token_hex(8)  # a page tells by it that another flight is served
        self._briefing = briefing
        self._clock = clock
        self._viewers: set[Outbox] = set()
        self._generation = 0
        self._idle = 0
        self._sent: tuple[Any, ...] = ()
        self.looks: deque[float] = deque(maxlen=1000)  # how long each took, s
        self._begin_anew()

    def _begin_anew(self) -> None:
        self.ground = LiveGround(self._briefing)
        self.history = History(len(self.ground.parameters.all))
        self._now_us: int | None = None
        self._moved_s = self._clock()
        self._fall_at: tuple[float, dict[str, Any] | None] | None = None
        self._known_header = False
        self._refused: str | None = None

    # ------------------------------------------------------------------------------- viewers

    def join(self, outbox: Outbox) -> None:
        """Let somebody look on: from now on the outbox is given every message."""
        self._viewers.add(outbox)
        self.feed.start()

    def leave(self, outbox: Outbox) -> None:
        """Forget somebody."""
        self._viewers.discard(outbox)

    def order(self, order: dict[str, Any]) -> None:
        """Do what a page asks for, if the feed takes orders."""
        self.feed.order(order, at_s=self._clock())

    # ------------------------------------------------------------------------------ messages

    def look(self) -> None:
        """Read what came down, and tell everybody who looks on what is new."""
        begin_s = self._clock()
        piece = self.feed.take(at_s=begin_s)
        if piece.anew:
            self._begin_anew()
            self._generation += 1
        update = self._read(piece.octets)
        if not self._known_header and self.ground.epoch_utc:
            self._known_header = True
            self.history = History(len(self.ground.parameters.all))
            self._generation += 1
        self.history.add(update.t_s, update.values)
        if piece.now_us is not None:  # it goes on when the frames do not
            end_us = round(self._briefing.listen_until_s * 1e6)
            now_us = end_us if self.ground.ended else min(piece.now_us, end_us)
            if now_us != self._now_us:
                self._now_us, self._moved_s = now_us, begin_s
        state = self.state()
        keys = ("events", "lost", "halted", "feed", "generation", "ended", "rate")
        loud = tuple(state[key] for key in keys)
        self._idle += 1
        if not len(update.t_s) and loud == self._sent and self._idle < IDLE_LOOKS:
            return
        if loud == self._sent:
            del state["events"]
        self._idle, self._sent = 0, loud
        state["more"] = len(update.t_s) > ROWS_MAX
        state["f"] = self._rows(update.t_s, update.values)
        message = json.dumps(state, separators=(",", ":"), allow_nan=False)
        for outbox in self._viewers:
            outbox.put(message)
        self.looks.append(self._clock() - begin_s)

    def _read(self, octets: bytes) -> Update:
        """Read a piece; a log that this ground refuses is read no further, and that is told."""
        if self._refused is None:
            try:
                return self.ground.feed(octets)
            except FlightswError as error:
                self._refused = str(error)
        return LiveGround(self._briefing).feed(b"")

    def state(self) -> dict[str, Any]:
        """Return everything but the values: how the flight stands now, as far as it was heard."""
        now_s = None if self._now_us is None else self._now_us / 1e6
        link = self.ground.link(now_us=self._now_us)
        lost = self._lost(now_s)
        state = self.ground.last_state
        view = outlook(
            self.ground.timeline,
            self._briefing,
            now_s=now_s,
            lost=lost is not None,
            last=state,
        )
        return {
            "now": now_s,
            "rate": self._rate(),
            "generation": self._generation,
            "mode": self.feed.mode,
            "speed": self.feed.speed,
            "epoch_utc": self.ground.epoch_utc,
            "link": _link(link, self.ground.last_s),
            "lost": lost,
            "halted": self._halted(),
            "outlook": {"word": view.word, "level": view.level, "why": view.why},
            "events": [
                _event(row, self._briefing) for row in self.ground.timeline if row.heard is not None
            ],
            "gaps": [[each.from_s, each.to_s] for each in self.ground.silences],
            "ended": self.ground.ended,
            "feed": self._feed_state(),
        }

    def _feed_state(self) -> dict[str, Any]:
        state = self.feed.state()
        return state if self._refused is None else state | {"failed": self._refused}

    def values(self, *, at_s: float = inf) -> list[list[float | None] | None]:
        """Return the newest value of each parameter by a time, and when it was told."""
        told = self.history.last(at_s=at_s)
        return [None if one is None else list(one) for one in told]

    def values_beside(self, at_s: float, *, frames: int) -> dict[str, Any]:
        """Return the values so many frames of the state on or back from a time, and that time."""
        packets = [one.packet for one in self.ground.parameters.all]
        if frames and STATE in packets:
            at_s = self.history.beside(at_s, rows=frames, column=packets.index(STATE))
        return {"generation": self._generation, "at": at_s, "values": self.values(at_s=at_s)}

    def parameters(self) -> dict[str, Any]:
        """Return all parameters, and of which generation of the downlink they are."""
        return {
            "format": "flightsw-parameters/1",
            "generation": self._generation,
            "parameters": parameter_facts(self.ground.parameters.all),
        }

    def thinned(
        self, names: list[str], *, from_s: float, to_s: float, points: int
    ) -> dict[str, Any]:
        """Return the history of some parameters for a screen; KeyError for an unknown name."""
        known = {name: index for index, name in enumerate(self.ground.parameters.names)}
        columns = [known[name] for name in names]
        t_s, values = self.history.thinned(columns, from_s=from_s, to_s=to_s, points=points)
        return {
            "generation": self._generation,
            "names": names,
            "t": [round(t, _DECIMALS) for t in t_s.tolist()],
            "values": [[_short(v) for v in column] for column in values.T.tolist()],
        }

    # -------------------------------------------------------------------------------- clocks

    def _rate(self) -> float:
        """Return how many seconds the ground's clock goes on in one: none while a flight waits."""
        speed = self.feed.speed or 0.0
        if self._now_us is None or self.ground.ended or self._at_end() or speed == 0.0:
            return 0.0
        return 0.0 if self._clock() - self._moved_s > STANDS_S + SLICE_S / speed else speed

    def _at_end(self) -> bool:
        return (self._now_us or 0) >= self._briefing.listen_until_s * 1e6

    def _halted(self) -> bool:
        """Return whether the flight itself stands, and its clock: its board is gone, or it ended.

        By its own clock nothing grows old then, and no frame is late.
        """
        feed = self._feed_state()
        if feed.get("failed") is not None:
            return True
        if self._now_us is None or self.ground.ended or not feed.get("flying"):
            return False
        slow = 1.0 if self.feed.speed is None else min(self.feed.speed, 1.0)
        return self._clock() - self._moved_s > STALE_S / slow

    def _lost(self, now_s: float | None) -> dict[str, Any] | None:
        last_s = self.ground.last_s
        if now_s is None or last_s is None:
            return None
        if min(now_s, self._briefing.listen_until_s) - last_s <= STALE_S:
            return None
        state = self.ground.last_state
        return {
            "from_s": last_s,
            "has_set": self.ground.has_set,
            "state": None if state is None else _place(state, self._briefing),
            "fall": self._fall(last_s, state),
        }

    def _fall(self, last_s: float, state: State | None) -> dict[str, Any] | None:
        """Return where it comes down if it only coasts from the last frame; worked out once."""
        settings = self._briefing.fall
        if settings is None or state is None:
            return None
        if self._fall_at is None or self._fall_at[0] != last_s:
            fall = fall_from(state, settings)
            self._fall_at = (
                last_s,
                None
                if fall is None
                else {
                    "latitude_deg": round(degrees(fall.latitude_rad), 4),
                    "longitude_deg": round(degrees(fall.longitude_rad), 4),
                    "t_s": round(fall.t_s, 1),
                    "beta_kgpm2": fall.beta_kgpm2,
                    "distance_km": None
                    if fall.distance_m is None
                    else round(fall.distance_m / 1e3, 1),
                },
            )
        return self._fall_at[1]

    def _rows(
        self, t_s: NDArray[np.float64], values: NDArray[np.float64]
    ) -> list[list[float | None]]:
        if len(t_s) > ROWS_MAX:  # the newest of each stands for all
            t_s, values = t_s[-1:], _newest(values)[None, :]
        decimals = [_decimals(one.display_scale, one.digits) for one in self.ground.parameters.all]
        return [
            [
                round(t, _DECIMALS),
                *(
                    None if v != v else round(v, d)  # noqa: PLR0124  NaN
                    for v, d in zip(row, decimals, strict=True)
                ),
            ]
            for t, row in zip(t_s.tolist(), values.tolist(), strict=True)
        ]


def _newest(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the last value of each column that is one, NaN for none."""
    told = ~np.isnan(values)
    last = len(values) - 1 - np.argmax(told[::-1], axis=0)
    return np.asarray(np.where(told.any(axis=0), values[last, np.arange(values.shape[1])], np.nan))


def _decimals(scale: float, digits: int | None) -> int:
    """Return the decimals that a value needs so that its digits are right when it is shown."""
    if digits is None:
        return _DECIMALS
    return max(0, digits + 1 + round(log10(scale)))


def _short(value: float) -> float | None:
    """Return a value with seven figures, more than a plot shows; None for NaN."""
    return None if value != value else float(f"{value:.7g}")  # noqa: PLR0124


def _link(link: LinkState, last_s: float | None) -> dict[str, Any]:
    return {
        "frames": link.frames,
        "rate_hz": link.rate_hz,
        "gaps": link.gaps,
        "damaged": link.damaged,
        "missing": link.missing,
        "last_s": last_s,
    }


def _event(row: Row, briefing: Briefing) -> dict[str, Any]:
    assert row.heard is not None
    speed_mps = speed_shown_mps(row.heard, briefing)
    return {
        "name": row.name,
        "title": row.title,
        "mark": row.mark,
        "t_s": row.heard.t_s,
        "trigger": row.heard.trigger,
        "role": row.heard.role,
        "planned_s": row.planned_s,
        "altitude_km": None
        if row.heard.altitude_m is None
        else round(row.heard.altitude_m / 1e3, 2),
        "speed_mps": None if speed_mps is None else round(speed_mps, 1),
    }


def _place(state: State, briefing: Briefing) -> dict[str, Any]:
    return {
        "t_s": state.t_s,
        "altitude_km": round(state.altitude_m / 1e3, 2),
        "speed_mps": round(speed_shown_mps(state, briefing) or 0.0, 1),
        "latitude_deg": round(degrees(state.latitude_rad), 4),
        "longitude_deg": round(degrees(state.longitude_rad), 4),
    }
