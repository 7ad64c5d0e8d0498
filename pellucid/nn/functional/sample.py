"""Pictures and volumes read at places that may be learned.

A place has one number from −1 to 1 for each axis, the last axis (x, across) first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.dtypes import DType, int64
from pellucid.errors import SettingError, ShapeError
from pellucid.graph.node import Node
from pellucid.ops.activation import step as step_
from pellucid.ops.agree import must_agree
from pellucid.ops.compare import ge, gt, le, logical_and, lt, where
from pellucid.ops.elementwise import abs as abs_
from pellucid.ops.elementwise import add, cast, div, mul, sub
from pellucid.ops.indexing import take
from pellucid.ops.linalg import dot_general
from pellucid.ops.movement import cat, expand, permute, reshape, slice_
from pellucid.ops.reduce import sum_
from pellucid.ops.whole import floor, remainder
from pellucid.ops.whole import round as round_
from pellucid.shapes import numel, show
from pellucid.tensor.creation import arange, linspace, ones, zeros

__all__ = ["affine_grid", "grid_sample"]

_MODES, _BORDERS = ("bilinear", "nearest", "bicubic"), ("zeros", "border", "reflection")


def affine_grid(theta: Node, size: Any, align_corners: bool | None = None) -> Node:
    r"""The places that a picture is read at to be turned, stretched and moved: $\theta (x, y, 1)$.

    Args:
        theta: `(N, 2, 3)` for pictures, `(N, 3, 4)` for volumes.
        size: `(N, C, H, W)` or `(N, C, D, H, W)` of the result.
        align_corners: whether −1 and 1 are the centers of the outermost numbers; else their edges.

    Shape:
        → `(N, H, W, 2)` or `(N, D, H, W, 3)`

    Source: Jaderberg, Simonyan, Zisserman & Kavukcuoglu 2015.
    """
    if not all(isinstance(m, int) and m > 0 for m in tuple(size)):
        raise SettingError(f"affine_grid: all sizes are from 1 on, and size is {tuple(size)}.")
    n, _, *plane = tuple(size)
    rank = len(plane)
    if rank not in (2, 3) or theta.shape != (n, rank, rank + 1):
        raise ShapeError(
            f"affine_grid: theta is (N, 2, 3) for a size (N, C, H, W), or (N, 3, 4) for "
            f"(N, C, D, H, W); it is {show(theta.shape)}, and the size {show(tuple(size))}."
        )
    ticks = [_ticks(m, bool(align_corners), theta.dtype) for m in plane]
    columns = [
        expand(reshape(t, shape=tuple(m if a == k else 1 for k in range(rank))), shape=tuple(plane))
        for a, (t, m) in enumerate(zip(ticks, plane, strict=True))
    ]
    columns = [reshape(c, shape=(numel(c.shape), 1)) for c in reversed(columns)]
    base = cat(*columns, ones(numel(tuple(plane)), 1, dtype=theta.dtype)._node, axis=1)
    return reshape(dot_general(base, permute(theta, axes=(0, 2, 1))), shape=(n, *plane, rank))


def _ticks(n: int, corners: bool, dtype: DType) -> Node:
    if n <= 1:
        return zeros(n, dtype=dtype)._node
    ticks = linspace(-1.0, 1.0, n, dtype=dtype)._node
    return ticks if corners else div(mul(ticks, n - 1.0), float(n))


def grid_sample(
    input: Node,
    grid: Node,
    mode: str = "bilinear",
    padding_mode: str = "zeros",
    align_corners: bool | None = None,
) -> Node:
    """A picture read at the places of a grid.

    Args:
        input: `(N, C, H, W)` or `(N, C, D, H, W)`.
        grid: `(N, *new, 2)` or `(N, *new, 3)`: for each new number the place that it is read at.
        mode: "bilinear" between the nearest numbers (of a volume too), the "nearest", or "bicubic"
            (of a picture).
        padding_mode: what lies outside: "zeros", the "border" going on, or its "reflection".
        align_corners: whether −1 and 1 are the centers of the outermost numbers; else their edges.

    Shape:
        → `(N, C, *new)`

    Source: Jaderberg, Simonyan, Zisserman & Kavukcuoglu 2015.
    """
    rank = len(input.shape) - 2
    _check(input, grid, rank, mode, padding_mode)
    corners = bool(align_corners)
    size, new = input.shape[2:], grid.shape[1:-1]
    index: Node | None = None
    inside: Node | None = None
    shares: Node | None = None
    share: Node | None
    step = 1
    for a, n in reversed(list(enumerate(size))):
        x = _unscaled(_column(grid, rank - 1 - a), n, corners)  # the last axis stands first there
        if mode == "bicubic":
            places, share = _cubic_taps(x)
            places = _held(places, n, padding_mode, corners)
        else:
            places, share = _taps(_held(x, n, padding_mode, corners), mode)
        here = logical_and(ge(places, 0.0), le(places, float(n - 1)))
        whole = mul(cast(where(here, places, 0.0), dtype=int64), step)  # NaN is nowhere
        index = _joined(add, index, _spread(whole, a, rank))
        inside = _joined(logical_and, inside, _spread(here, a, rank))
        shares = _joined(mul, shares, None if share is None else _spread(share, a, rank))
        step *= n
    assert index is not None and inside is not None
    read: Node = where(_behind(inside), _read(input, index), 0.0)
    read = read if shares is None else mul(read, _behind(shares))
    y = sum_(read, axes=tuple(range(1, rank + 1)))
    shaped = reshape(y, shape=(input.shape[0], *new, input.shape[1]))
    return permute(shaped, axes=(0, rank + 1, *range(1, rank + 1)))


def _joined(op: Callable[..., Node], a: Node | None, b: Node | None) -> Node | None:
    if a is None or b is None:
        return a if b is None else b
    return op(a, b)


def _spread(x: Node, axis: int, rank: int) -> Node:
    """What the taps of one axis say, `(N, taps, count)`, with axes for the taps of the others."""
    n, taps, count = x.shape
    return reshape(x, shape=(n, *[1] * axis, taps, *[1] * (rank - axis - 1), count))


def _behind(x: Node) -> Node:
    return reshape(x, shape=(*x.shape, 1))


def _read(input: Node, index: Node) -> Node:
    """All channels of the places `index`, counted through each picture: `(*index, C)`."""
    n, channels, *size = input.shape
    count = numel(tuple(size))
    last = permute(input, axes=(0, *range(2, len(input.shape)), 1))
    first = arange(n).reshape(n, *[1] * (len(index.shape) - 1))._node
    rows = reshape(last, shape=(n * count, channels))
    return take(rows, add(index, mul(first, count)), axes=(0,))


def _column(grid: Node, k: int) -> Node:
    n, *new, _ = grid.shape
    x = slice_(grid, spec=(*((0, m, 1) for m in (n, *new)), k))
    return reshape(x, shape=(n, numel(tuple(new))))


def _unscaled(x: Node, n: int, corners: bool) -> Node:
    """From −1 to 1 to positions from 0 to n − 1.

    In PyTorch's order: where a picture is read as it stands, the last digit of a position says
    between which two numbers it lies, and so which slope it has.
    """
    moved = add(x, 1.0)
    return mul(moved, (n - 1) / 2) if corners else sub(mul(moved, n / 2), 0.5)


def _held(x: Node, n: int, border: str, corners: bool) -> Node:
    """Positions within the picture, where its border goes on or is mirrored."""
    if border == "zeros":
        return x
    if border == "reflection":
        low, span = (0.0, n - 1.0) if corners else (-0.5, float(n))
        x = _mirrored(x, low, span) if span else mul(x, 0.0)
    top = float(n - 1)  # blame ends on the border, and NaN counts as 0, as in PyTorch
    return where(gt(x, 0.0), where(ge(x, top), top, x), 0.0)


def _mirrored(x: Node, low: float, span: float) -> Node:
    far = abs_(sub(x, low))
    turns = floor(mul(far, 1.0 / span))
    rest = sub(far, mul(turns, span))
    forward = lt(remainder(turns, 2.0), 0.5)
    return add(where(forward, rest, sub(span, rest)), low)


def _taps(x: Node, mode: str) -> tuple[Node, Node | None]:
    """The whole places near `x` on one axis, `(N, taps, count)`, and the share of each."""
    x = reshape(x, shape=(x.shape[0], 1, x.shape[1]))
    if mode == "nearest":
        one = add(mul(step_(x), 0.0), 1.0) if x.requires_grad else None  # places have blame: 0
        return round_(x), one
    first = floor(x)
    d = sub(x, first)
    return cat(first, add(first, 1.0), axis=1), cat(sub(1.0, d), d, axis=1)


def _cubic_taps(x: Node) -> tuple[Node, Node]:
    x = reshape(x, shape=(x.shape[0], 1, x.shape[1]))
    first = floor(x)
    d = sub(x, first)
    far = [add(d, 1.0), d, sub(1.0, d), sub(2.0, d)]
    shares = [_cubic(t, near=k in (1, 2)) for k, t in enumerate(far)]
    return cat(*(add(first, k - 1.0) for k in range(4)), axis=1), cat(*shares, axis=1)


def _cubic(d: Node, near: bool) -> Node:
    """Keys's weight of a number at the distance `d`, with a = −3/4."""
    a = -0.75
    if near:
        return add(mul(mul(sub(mul(d, a + 2), a + 3), d), d), 1.0)
    return sub(mul(add(mul(sub(mul(d, a), 5 * a), d), 8 * a), d), 4 * a)


def _check(input: Node, grid: Node, rank: int, mode: str, border: str) -> None:
    if mode not in _MODES:
        raise SettingError(f"grid_sample: mode is one of {', '.join(_MODES)}, not {mode!r}.")
    if border not in _BORDERS:
        raise SettingError(
            f"grid_sample: padding_mode is one of {', '.join(_BORDERS)}, not {border!r}."
        )
    fits = rank in (2, 3) and len(grid.shape) == rank + 2
    if not fits or grid.shape[0] != input.shape[0] or grid.shape[-1] != rank:
        raise ShapeError(
            "grid_sample: input (N, C, H, W) goes with a grid (N, new height, new width, 2), and "
            "(N, C, D, H, W) with (N, new depth, height, width, 3).\n"
            f"   input        {show(input.shape)}\n   grid         {show(grid.shape)}"
        )
    must_agree("grid_sample", "input", input.dtype, "grid", grid.dtype)
    if 0 in input.shape[2:]:
        raise ShapeError(f"grid_sample: there is nothing to read in an input {show(input.shape)}.")
    if mode == "bicubic" and rank == 3:
        raise SettingError("grid_sample: bicubic is for pictures; take bilinear for volumes.")
