"""Exhaustive search: every network whose weights are values of a grid, tried one after the other.

It finds the best there is on the grid for sure, at a price that grows as values to the power of
weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.errors import SettingError
from pellucid.experiments.settings import activation
from pellucid.lenses.picture import Floats
from pellucid.tensor.creation import from_numpy
from pellucid.tensor.grad_mode import no_grad

__all__ = ["MOST", "grid_values", "search"]

MOST = 4_000_000
_AT_ONCE = 1 << 16


def grid_values(grid: Any) -> tuple[float, ...]:
    """The values that a weight may have, in order and each once.

    Raises:
        SettingError: no list of finite numbers.
    """
    try:
        found = sorted({float(np.float32(value)) for value in grid})
    except (TypeError, ValueError):
        found = []
    if not found or not np.isfinite(found).all():
        shown = list(grid) if isinstance(grid, (tuple, list)) else grid
        raise SettingError(f"grid must be a list of numbers, not {shown!r}.")
    return tuple(found)


def search(
    hidden: int, act: str, grid: Sequence[float], x: Floats, y: Floats, solved: float
) -> dict[str, Any] | None:
    """Try every network of one hidden layer and one output; None where they are too many.

    Args:
        hidden: its hidden neurons.
        act: their activation.
        grid: the values that a weight may have.
        x: the rows.
        y: their targets.
        solved: the mean squared error below which a network counts as a solution.

    Raises:
        SettingError: a grid without values.
    """
    values = np.array(grid_values(grid), np.float32)
    inputs = x.shape[1]
    weights = hidden * (inputs + 2) + 1
    total = len(values) ** weights
    if total > MOST:
        return None
    bend, lowest, best, good = activation(act), np.inf, np.zeros(0), 0
    for start in range(0, total, _AT_ONCE):
        theta = values[
            _digits(np.arange(start, min(start + _AT_ONCE, total)), weights, len(values))
        ]
        losses = _losses(theta, hidden, bend, x, y)
        good += int((losses < solved).sum())
        if losses.min() < lowest:
            lowest, best = float(losses.min()), theta[losses.argmin()]
    return {"networks": total, "solved": good, "lowest": lowest, "weights": best.tolist()}


def _digits(numbers: Any, places: int, base: int) -> Any:
    """Each number's digits, one column for each place."""
    return np.stack([numbers // base**k % base for k in range(places)], axis=1)


def _losses(theta: Floats, hidden: int, bend: Any, x: Floats, y: Floats) -> Floats:
    """Of networks side by side: (networks, weights) in, (networks,) out."""
    n, inputs = len(theta), x.shape[1]
    ends = np.cumsum([hidden * inputs, hidden, hidden])
    first, shift, second, last = (from_numpy(a) for a in np.split(theta, ends, axis=1))
    with no_grad():
        inside = from_numpy(x) @ first.reshape(n, inputs, hidden) + shift.reshape(n, 1, hidden)
        out = bend(inside) @ second.reshape(n, hidden, 1) + last.reshape(n, 1, 1)
        found: Floats = ((out - from_numpy(y)) ** 2).mean((1, 2)).numpy()
    return found
