"""Curves as a page carries them: thinned without losing a peak, gaps kept, base64 of float32."""

from __future__ import annotations

import base64
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

BUCKETS: Final = 400  # about two pixels each: the least and the greatest value of every bucket stay
GAP_SAMPLES: Final = 2.5  # a step of time longer than so many usual ones is a gap

Values = NDArray[np.float64]


class Arrays:
    """The arrays of a page, each once: `add` returns the number that stands for it."""

    def __init__(self) -> None:
        self.encoded: list[str] = []
        self._known: dict[bytes, int] = {}

    def add(self, values: Values) -> int:
        """Keep an array, NaN where a sample is missing."""
        octets = np.asarray(values, dtype="<f4").tobytes()
        if octets not in self._known:
            self._known[octets] = len(self.encoded)
            self.encoded.append(base64.b64encode(octets).decode())
        return self._known[octets]

    def curve(self, t_s: Values, values: Values, *, buckets: int | None = BUCKETS) -> Any:
        """Keep a curve: `{"t": number, "y": number}`; every sample of it when `buckets` is None."""
        t_s, values = broken(t_s, values)
        if buckets is not None:
            t_s, values = thinned(t_s, values, buckets)
        return {"t": self.add(t_s), "y": self.add(values)}


def broken(t_s: Values, values: Values) -> tuple[Values, Values]:
    """Return a curve with a missing sample put into every gap, so that nobody draws across it."""
    if len(t_s) < 3:  # noqa: PLR2004  no step is unusual
        return t_s, values
    steps = np.diff(t_s)
    (gaps,) = np.nonzero(steps > GAP_SAMPLES * np.median(steps))
    between = t_s[gaps] + steps[gaps] / 2.0
    return np.insert(t_s, gaps + 1, between), np.insert(values, gaps + 1, np.nan)


def thinned(t_s: Values, values: Values, buckets: int) -> tuple[Values, Values]:
    """Return the least and the greatest sample of each stretch, the ends and the gaps."""
    count = len(t_s)
    if count <= 2 * buckets:
        return t_s, values
    edges = np.linspace(0, count, buckets + 1).astype(int)
    low, high = (np.where(np.isnan(values), fill, values) for fill in (np.inf, -np.inf))
    keep = np.zeros(count, dtype=bool)
    keep[[0, -1]] = True
    missing = np.flatnonzero(np.isnan(values))
    keep[missing] = keep[missing - 1] = True  # so that a gap is not drawn wider than it is
    keep[np.minimum(missing + 1, count - 1)] = True
    for begin, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        keep[begin + int(np.argmin(low[begin:end]))] = True
        keep[begin + int(np.argmax(high[begin:end]))] = True
    return t_s[keep], values[keep]
