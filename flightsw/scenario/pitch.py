"""A pitch programme as the flight software flies it: cubics that never overshoot their nodes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

Segment = tuple[float, tuple[float, float, float, float]]


def _end_slope(h0: float, h1: float, slope0: float, slope1: float) -> float:
    """Return the one-sided three-point slope at an end, limited to keep the shape."""
    slope = ((2.0 * h0 + h1) * slope0 - h0 * slope1) / (h0 + h1)
    if slope * slope0 <= 0.0:
        return 0.0
    if slope0 * slope1 < 0.0 and abs(slope) > abs(3.0 * slope0):
        return 3.0 * slope0
    return slope


def node_slopes(x: Sequence[float], y: Sequence[float]) -> list[float]:
    """Return the derivative at each node of the monotone piecewise cubic through the nodes.

    Parameters
    ----------
    x, y : sequences, length n >= 2
        Nodes; ``x`` strictly ascending.

    Returns
    -------
    list, length n
        dy/dx at each node: zero where the data turn, else the weighted harmonic mean of the
        neighbouring slopes.

    Notes
    -----
    F. N. Fritsch and J. Butland, A method for constructing local monotone piecewise cubic
    interpolants, SIAM J. Sci. Stat. Comput. 5 (1984) 300-304; the ends as in the PCHIP package.
    """
    h = [b - a for a, b in pairwise(x)]
    slope = [(b - a) / d for (a, b), d in zip(pairwise(y), h, strict=True)]
    if len(h) == 1:
        return [slope[0], slope[0]]
    inner = []
    for k in range(1, len(h)):
        left, right = slope[k - 1], slope[k]
        if left * right <= 0.0:
            inner.append(0.0)
            continue
        w1 = 2.0 * h[k] + h[k - 1]
        w2 = h[k] + 2.0 * h[k - 1]
        inner.append((w1 + w2) / (w1 / left + w2 / right))
    first = _end_slope(h[0], h[1], slope[0], slope[1])
    last = _end_slope(h[-1], h[-2], slope[-1], slope[-2])
    return [first, *inner, last]


def pitch_segments(t_s: Sequence[float], pitch_deg: Sequence[float]) -> list[Segment]:
    """Return the programme as cubics: start (s) and the coefficients of 1, u, u², u³ in rad.

    Parameters
    ----------
    t_s, pitch_deg : sequences, length n >= 1
        Nodes: mission elapsed time, s, strictly ascending; angle above the launch horizon, deg.

    Returns
    -------
    list of (start_s, (c0, c1, c2, c3))
        One per interval; a single constant for a single node.
    """
    y = [math.radians(value) for value in pitch_deg]
    if len(t_s) == 1:
        return [(t_s[0], (y[0], 0.0, 0.0, 0.0))]
    slopes = node_slopes(t_s, y)
    segments = []
    for k in range(len(t_s) - 1):
        h = t_s[k + 1] - t_s[k]
        secant = (y[k + 1] - y[k]) / h
        c2 = (3.0 * secant - 2.0 * slopes[k] - slopes[k + 1]) / h
        c3 = (slopes[k] + slopes[k + 1] - 2.0 * secant) / (h * h)
        segments.append((t_s[k], (y[k], slopes[k], c2, c3)))
    return segments
