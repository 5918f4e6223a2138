"""What was heard so far, in rows: thinned for a screen, never across a gap."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from flightsw.ground.state import STALE_S

ROWS_MAX: Final = 100_000  # half an hour of 50 Hz; then the older half is kept half as dense
_GROWTH: Final = 4096


class History:
    """Times and values of all parameters, as they came.

    Parameters
    ----------
    width : int
        How many parameters there are.
    """

    def __init__(self, width: int, *, rows_max: int = ROWS_MAX) -> None:
        self._t_s = np.empty(0)
        self._values = np.empty((0, width), dtype=np.float64)
        self._rows_max = rows_max
        self._used = 0

    def __len__(self) -> int:
        return self._used

    @property
    def t_s(self) -> NDArray[np.float64]:
        """Times, s after T-0, ascending."""
        return self._t_s[: self._used]

    @property
    def values(self) -> NDArray[np.float64]:
        """Values, one row a time, NaN where none was told."""
        return self._values[: self._used]

    def add(self, t_s: NDArray[np.float64], values: NDArray[np.float64]) -> None:
        """Keep rows, each list of times ascending; what comes late is put in its place."""
        if not len(t_s):
            return
        if self._used + len(t_s) > self._rows_max:
            self._thin_out()
        self._make_room(len(t_s))
        late = self._used and t_s[0] <= self._t_s[self._used - 1]
        self._t_s[self._used : self._used + len(t_s)] = t_s
        self._values[self._used : self._used + len(t_s)] = values
        self._used += len(t_s)
        if late:
            order = np.argsort(self.t_s, kind="stable")
            self._t_s[: self._used] = self.t_s[order]
            self._values[: self._used] = self.values[order]

    def last(self, *, at_s: float = np.inf) -> list[tuple[float, float] | None]:
        """Return the last value of each parameter by a time; None where none was told."""
        rows = int(np.searchsorted(self.t_s, at_s, side="right"))
        found: list[tuple[float, float] | None] = []
        for column in self.values[:rows].T:
            near = max(0, rows - _GROWTH)
            (told,) = np.nonzero(~np.isnan(column[near:]))
            row = near + int(told[-1]) if len(told) else None
            if row is None:
                (told,) = np.nonzero(~np.isnan(column))
                row = int(told[-1]) if len(told) else None
            found.append(None if row is None else (float(self._t_s[row]), float(column[row])))
        return found

    def beside(self, at_s: float, *, rows: int, column: int) -> float:
        """Return the time so many rows on (or back) in which a parameter was told, or the last."""
        told_s = self.t_s[~np.isnan(self.values[:, column])]
        if not len(told_s):
            return at_s
        first = int(np.searchsorted(told_s, at_s, side="right" if rows > 0 else "left"))
        row = first + rows - (rows > 0)
        return float(told_s[min(max(row, 0), len(told_s) - 1)])

    def thinned(
        self, columns: list[int], *, from_s: float, to_s: float, points: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return at most about `points` rows of some parameters, each as it was told.

        The least and the greatest value of every parameter and stretch are among them, at their
        own times. Between rows more than `STALE_S` apart stands a row of NaN.
        """
        begin, end = np.searchsorted(self.t_s, [from_s, to_s], side="left")
        end = max(begin, end)
        t_s, values = self.t_s[begin:end], self.values[begin:end][:, columns]
        told = ~np.isnan(values).all(axis=1)
        t_s, values = with_gaps(t_s[told], values[told])
        return thinned(t_s, values, points)

    def _make_room(self, count: int) -> None:
        needed = self._used + count
        if needed <= len(self._t_s):
            return
        size = max(needed, len(self._t_s) * 3 // 2, _GROWTH)
        self._t_s = np.concatenate([self._t_s, np.empty(size - len(self._t_s))])
        more = np.empty((size - len(self._values), self._values.shape[1]), dtype=np.float64)
        self._values = np.concatenate([self._values, more])

    def _thin_out(self) -> None:
        """Keep every second row of the older half."""
        half = self._used // 2
        keep = np.concatenate([np.arange(0, half, 2), np.arange(half, self._used)])
        self._t_s, self._values = self._t_s[keep], self._values[keep]
        self._used = len(keep)


def thinned(
    t_s: NDArray[np.float64], values: NDArray[np.float64], points: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return about `points` rows at most, each as it was told.

    They are the ends, the gaps (rows of NaN) with the rows beside them, and of each stretch those
    that hold the least and the greatest value of a column.
    """
    count, columns = values.shape
    if count <= points:
        return t_s, values
    missing = np.isnan(values)
    gap: NDArray[np.bool_] = np.asarray(missing.all(axis=1))
    keep = gap.copy()
    keep[1:] |= gap[:-1]
    keep[:-1] |= gap[1:]
    keep[[0, -1]] = True
    low, high = np.where(missing, np.inf, values), np.where(missing, -np.inf, values)
    edges = np.linspace(0, count, max(1, points // (2 * columns)) + 1).astype(int).tolist()
    for begin, end in pairwise(edges):
        keep[begin + np.argmin(low[begin:end], axis=0)] = True
        keep[begin + np.argmax(high[begin:end], axis=0)] = True
    return t_s[keep], values[keep]


def with_gaps(
    t_s: NDArray[np.float64], values: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return rows with one of NaN in every stretch of time longer than `STALE_S` without one."""
    (gaps,) = np.nonzero(np.diff(t_s) > STALE_S)
    if not len(gaps):
        return t_s, values
    between = (t_s[gaps] + t_s[gaps + 1]) / 2.0
    return np.insert(t_s, gaps + 1, between), np.insert(values, gaps + 1, np.nan, axis=0)
