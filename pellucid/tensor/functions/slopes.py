"""Slopes and areas of numbers that stand for a curve, with PyTorch's names and arguments."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.dtypes import FLOAT, float32
from pellucid.errors import SettingError, ShapeError
from pellucid.graph.node import Node, leaf
from pellucid.ops import elementwise as ew
from pellucid.ops import movement as mv
from pellucid.ops.reduce import cumsum
from pellucid.shapes import normalize_axis, show
from pellucid.tensor.functions.running import areas
from pellucid.tensor.functions.shaping import narrow, some_axis
from pellucid.tensor.lift import function

__all__: list[str] = []


@function()
def cumulative_trapezoid(y: Node, x: Node | None = None, *, dx: float = 1, dim: int = -1) -> Node:
    """The area under a curve so far, in trapezoids; see `trapezoid`."""
    axis = some_axis("cumulative_trapezoid", y, dim)
    return cumsum(areas(y, x, dx, axis), axis=axis)


@function()
def gradient(
    input: Node, *, spacing: Any = 1, dim: Any = None, edge_order: int = 1
) -> tuple[Node, ...]:
    """The slope along each axis of `dim`, from the neighbors on both sides.

    `spacing` is the distance of two neighbors, one for each axis, or the places themselves. At the
    ends the slope is that of a line (`edge_order` 1) or of a parabola (2).
    """
    if edge_order not in (1, 2):
        raise SettingError(f"gradient: edge_order must be 1 or 2 and is {edge_order}.")
    every = range(len(input.shape)) if dim is None else [dim] if isinstance(dim, int) else dim
    axes = [normalize_axis(d, len(input.shape)) for d in every]
    if len({*axes}) != len(axes):
        raise SettingError(f"gradient: a dim is named twice in {tuple(every)}.")
    spacing = 1 if spacing is None else spacing
    known = spacing if isinstance(spacing, list | tuple) else [spacing] * len(axes)
    if len(known) != len(axes):
        raise SettingError(f"gradient: {len(known)} spacings for {len(axes)} dims; give one each.")
    x = input if input.dtype.category == FLOAT else ew.cast(input, dtype=float32)
    return tuple(_slope(x, s, a, edge_order) for s, a in zip(known, axes, strict=True))


def _where(spacing: Any, x: Node, axis: int) -> Node:
    """The places along an axis, shaped to be broadcast."""
    n = x.shape[axis]
    if not isinstance(spacing, Node):
        at = (np.arange(n) * float(spacing)).astype(x.dtype.name)
        spacing = leaf(at, at.shape, x.dtype, kind="constant")
    if spacing.shape != (n,):
        raise ShapeError(f"gradient: {n} entries need {n} places, not {show(spacing.shape)}.")
    return mv.reshape(spacing, shape=tuple(n if a == axis else 1 for a in range(len(x.shape))))


def _slope(x: Node, step: Any, axis: int, order: int) -> Node:
    n, at = x.shape[axis], _where(step, x, axis)
    if n <= order:
        raise ShapeError(f"gradient: dim {axis} has {n} entries, and needs {order + 1}.")
    steps = ew.sub(narrow(at, axis, 1, n - 1), narrow(at, axis, 0, n - 1))
    chords = ew.div(ew.sub(narrow(x, axis, 1, n - 1), narrow(x, axis, 0, n - 1)), steps)
    first, last = narrow(chords, axis, 0, 1), narrow(chords, axis, n - 2, 1)
    if n == 2:
        return mv.cat(first, last, axis=axis)
    before, after = narrow(steps, axis, 0, n - 2), narrow(steps, axis, 1, n - 2)
    left, right = narrow(chords, axis, 0, n - 2), narrow(chords, axis, 1, n - 2)
    both = ew.add(before, after)
    if isinstance(step, int | float):  # the number in between does not count
        inner = ew.div(ew.sub(narrow(x, axis, 2, n - 2), narrow(x, axis, 0, n - 2)), 2 * step)
    else:
        inner = ew.div(ew.add(ew.mul(left, after), ew.mul(right, before)), both)
    if order == 2:  # a parabola through three points: the chord, bent by half of what it turns
        turn = ew.div(ew.sub(right, left), both)
        m = n - 3
        first = ew.sub(first, ew.mul(narrow(turn, axis, 0, 1), narrow(before, axis, 0, 1)))
        last = ew.add(last, ew.mul(narrow(turn, axis, m, 1), narrow(after, axis, m, 1)))
    return mv.cat(first, inner, last, axis=axis)
