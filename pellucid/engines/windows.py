"""Small pictures under a sliding window on NumPy: all windows are looked up at once.

A loop over the places within the window costs a handful of calls for each of them, which for a few
hundred numbers is all there is.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from pellucid.shapes import Shape, numel

__all__ = ["Windows"]

_FEW = 4096  # numbers in all windows up to which looking them up pays


class Windows:
    """What an engine's namespace has for pools; None where a loop over the window is the way."""

    @staticmethod
    def window_max(x: Any, out: Shape, *window: Any) -> Any:
        """The largest number in each window."""
        found = _seen(x, out, *window)
        if found is None:
            return None
        largest: Any = np.maximum.reduce
        return largest(found[0], axis=2).reshape(*x.shape[:2], *out)

    @staticmethod
    def window_max_blame(g: Any, y: Any, x: Any, *window: Any) -> Any:
        """The blame of each window, handed to the first of its largest numbers."""
        found = _seen(x, y.shape[2:], *window)
        if found is None or g.dtype != x.dtype or np.isnan(y).any():
            return None
        seen, table = found
        (planes, places, _), size = seen.shape, numel(x.shape[2:])
        at = table[np.arange(places), seen.argmax(axis=2)]
        at += np.arange(0, planes * (size + 1), size + 1)[:, None]
        total = np.zeros(planes * (size + 1), g.dtype)
        np.add.at(total, at.reshape(-1), np.ascontiguousarray(g).reshape(-1))
        return total.reshape(planes, size + 1)[:, :size].reshape(x.shape)


def _seen(x: Any, out: Shape, *window: Any) -> Any:
    """What every window sees, as (planes, windows, places); and which number that is."""
    size, planes = x.shape[2:], x.shape[0] * x.shape[1]
    many = planes * numel(out) * numel(window[0])
    if x.dtype.char not in "fd" or not 0 < many <= _FEW:
        return None
    table, whole = _table(size, out, *window), numel(size)
    room = np.empty((planes, whole + 1), x.dtype)
    room[:, :whole] = x.reshape(planes, whole)
    room[:, whole] = -np.inf  # what the border holds
    return room.take(table, axis=1), table


@functools.lru_cache(maxsize=256)
def _table(
    size: Shape, out: Shape, kernel: Shape, stride: Shape, padding: Any, dilation: Shape
) -> Any:
    """The numbers that each window sees, counted through; of the border, one past the last."""
    flat: Any = 0
    inside: Any = True
    for axis, (n, m) in enumerate(zip(size, out, strict=True)):
        steps = np.arange(m)[:, None] * stride[axis] - padding[axis][0]
        at = steps + np.arange(kernel[axis]) * dilation[axis]
        shape = [1] * (2 * len(size))
        shape[axis], shape[axis + len(size)] = at.shape
        at = at.reshape(shape)
        flat, inside = flat * n + at, inside & (at >= 0) & (at < n)
    table = np.where(inside, flat, numel(size)).reshape(numel(out), numel(kernel))
    table.setflags(write=False)
    return table
