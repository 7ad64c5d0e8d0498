r"""Multinomial logistic regression with a quadratic penalty, for probes.

$$ \min_{W, b} \; -\sum_i \log \operatorname{softmax}(W h_i + b)_{y_i} + \tfrac12 \| W \|^2 $$

The minimum is the only one, and L-BFGS walks to it: a step along the last gradients' curvature.

Source: Nocedal and Wright (2006), Numerical Optimization, algorithm 7.4.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from pellucid.lenses.picture import Floats

__all__ = ["scores"]

_STEPS, _MEMORY, _NEAR = 200, 10, 1e-4
_HALVINGS, _ENOUGH = 20, 1e-4

Slope = Callable[[Floats], tuple[float, Floats]]


def scores(rows: Floats, which: npt.NDArray[np.intp], kinds: int) -> Floats:
    """Weights and, in the last row, the biases that score each class.

    Args:
        rows: what is known of each, (n, numbers).
        which: the class of each, from 0.
        kinds: how many classes there are.
    """
    seen = np.hstack([rows, np.ones((len(rows), 1))])
    free = 1 if kinds == 2 else kinds  # of two classes the first scores 0
    target = np.eye(kinds)[which]

    def loss(weights: Floats) -> tuple[float, Floats]:
        grid = weights.reshape(-1, free)
        all_ = np.hstack([np.zeros((len(seen), kinds - free)), seen @ grid])
        all_ -= all_.max(axis=1, keepdims=True)
        sizes = np.exp(all_)
        total = sizes.sum(axis=1, keepdims=True)
        lost = float((np.log(total[:, 0]) - (all_ * target).sum(axis=1)).mean())
        held = grid.copy()
        held[-1] = 0.0  # biases are free
        slope = seen.T @ ((sizes / total - target)[:, kinds - free :]) + held
        return lost + float((held**2).sum()) / (2 * len(seen)), slope.reshape(-1) / len(seen)

    found = _lowest(loss, np.zeros(seen.shape[1] * free)).reshape(-1, free)
    return np.hstack([np.zeros((len(found), kinds - free)), found])


def _lowest(loss: Slope, start: Floats) -> Floats:
    """Where a convex function is lowest, near enough."""
    at, (value, slope) = start, loss(start)
    pairs: deque[tuple[Floats, Floats]] = deque(maxlen=_MEMORY)
    for _ in range(_STEPS):
        if np.abs(slope).max() < _NEAR:
            break
        way = -_bent(slope, pairs)
        along = float(way @ slope)
        size = 1.0 if pairs else min(1.0, 1.0 / float(np.abs(slope).sum()))
        for _ in range(_HALVINGS):
            there = at + size * way
            new, next_slope = loss(there)
            if new <= value + _ENOUGH * size * along:
                break
            size /= 2
        else:
            break
        if float((there - at) @ (next_slope - slope)) > 0:
            pairs.append((there - at, next_slope - slope))
        at, value, slope = there, new, next_slope
    return at


def _bent(slope: Floats, pairs: deque[tuple[Floats, Floats]]) -> Floats:
    """The slope divided by the curvature that the last steps met."""
    way, parts = slope.copy(), []
    for step, change in reversed(pairs):
        part = float(step @ way) / float(step @ change)
        way -= part * change
        parts.append(part)
    if pairs:
        step, change = pairs[-1]
        way *= float(step @ change) / float(change @ change)
    for (step, change), part in zip(pairs, reversed(parts), strict=True):
        way += (part - float(change @ way) / float(step @ change)) * step
    return way
