"""Repeating, rolling, cutting to triangles and padding, with PyTorch's names and arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.dtypes import INT, int64
from pellucid.errors import DTypeError, IndexRangeError, KindError, SettingError, ShapeError
from pellucid.graph.mode import engine
from pellucid.graph.node import Node, leaf
from pellucid.ops import elementwise as ew
from pellucid.ops import indexing as ix
from pellucid.ops import movement as mv
from pellucid.ops import rearrange as ra
from pellucid.ops.contract import diagonal as _diagonal
from pellucid.ops.reduce import sum_
from pellucid.shapes import normalize_axis, show
from pellucid.tensor.functions.picking import known_range
from pellucid.tensor.functions.shaping import flat_sizes, movedim, some_axis
from pellucid.tensor.lift import function

__all__: list[str] = []


@function()
def flip(input: Node, *dims: Any) -> Node:
    """Turn axes around."""
    if not dims:
        raise KindError("flip: dims are missing: say which axes to turn around.")
    axes = _each_once("flip", _axes(input, flat_sizes(dims)))
    return ra.flip(input, axes=axes) if input.shape else input


@function()
def fliplr(input: Node) -> Node:
    """Turn the columns around."""
    return ra.flip(input, axes=(normalize_axis(1, len(input.shape)),))


@function()
def flipud(input: Node) -> Node:
    """Turn the rows around."""
    return ra.flip(input, axes=(some_axis("flipud", input, 0),))


def _axes(input: Node, dims: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(normalize_axis(d, len(input.shape)) for d in dims)


def _each_once(name: str, axes: tuple[int, ...]) -> tuple[int, ...]:
    if len(set(axes)) < len(axes):
        raise SettingError(f"{name}: a dim is named twice, in {axes}.")
    return axes


@function()
def roll(input: Node, shifts: Any, dims: Any = None) -> Node:
    """Move along `dims`, the end coming in at the start; without `dims`, as if flattened."""
    steps = flat_sizes((shifts,) if isinstance(shifts, int) else tuple(shifts))
    if not steps:
        raise SettingError("roll: shifts are missing; give one for each dim.")
    if dims is None:
        flat = ra.roll(mv.reshape(input, shape=(input.size,)), shifts=steps[:1], axes=(0,))
        return mv.reshape(flat, shape=input.shape)
    along = flat_sizes((dims,) if isinstance(dims, int) else tuple(dims))
    if along and not input.shape:
        raise IndexRangeError(f"roll: dim {along[0]} does not exist: the Tensor has no axes.")
    if len(steps) != len(along):
        raise SettingError(f"roll: {len(steps)} shifts for {len(along)} dims; give one each.")
    return ra.roll(input, shifts=steps, axes=_axes(input, along))


@function()
def repeat(input: Node, *repeats: Any) -> Node:
    """The whole Tensor, so many times along each axis."""
    times = flat_sizes(repeats)
    extra = len(times) - len(input.shape)
    if extra < 0:
        raise ShapeError(
            f"repeat needs a count for each of the {len(input.shape)} axes, or more, "
            f"and got {times}."
        )
    if any(n < 0 for n in times):
        raise SettingError(f"repeat: counts can't be negative: {times}.")
    shape = (1,) * extra + input.shape
    return _tiled(input, shape, times)


def _tiled(input: Node, shape: tuple[int, ...], times: tuple[int, ...]) -> Node:
    if all(t == 1 for t in times):
        return ew.clone(mv.reshape(input, shape=shape))
    apart = tuple(m for n in shape for m in (1, n))
    spread = tuple(m for t, n in zip(times, shape, strict=True) for m in (t, n))
    wide = mv.expand(mv.reshape(input, shape=apart), shape=spread)
    return mv.reshape(wide, shape=tuple(t * n for t, n in zip(times, shape, strict=True)))


@function()
def tile(input: Node, *dims: Any) -> Node:
    """Like `repeat`; counts that are missing on the left are 1."""
    times = flat_sizes(dims)
    return repeat(input, (1,) * (len(input.shape) - len(times)) + times)


@function()
def repeat_interleave(
    input: Node, repeats: Any = None, dim: int | None = None, *, output_size: int | None = None
) -> Node:
    """Each entry along `dim` so many times in a row; with a Tensor, each as often as it says.

    Alone, a Tensor of counts gives each position as often as its count says.
    """
    if repeats is None:
        if len(input.shape) != 1:
            raise ShapeError(
                f"repeat_interleave: counts alone must be a row, not of shape {show(input.shape)}."
            )
        input, repeats = _counted(input.size), input
    if dim is None:
        input, dim = mv.reshape(input, shape=(input.size,)), 0
    axis = normalize_axis(dim, len(input.shape))
    if isinstance(repeats, Node):
        return _repeated_by(input, repeats, axis)
    if not isinstance(repeats, int) or repeats < 0:
        raise SettingError(
            f"repeat_interleave: repeats must be a whole number from 0 on and is {repeats!r}."
        )
    before, n, after = input.shape[:axis], input.shape[axis], input.shape[axis + 1 :]
    apart = mv.reshape(input, shape=(*before, n, 1, *after))
    return mv.reshape(
        mv.expand(apart, shape=(*before, n, repeats, *after)), shape=(*before, n * repeats, *after)
    )


def _counted(n: int) -> Node:
    return leaf(np.arange(n), (n,), int64, kind="constant")


def _repeated_by(input: Node, repeats: Node, axis: int) -> Node:
    if repeats.dtype.category != INT:
        raise DTypeError(
            f"repeat_interleave: repeats are whole numbers, not {repeats.dtype.name}.\n"
            " Convert them first: repeats.long()."
        )
    low, _ = known_range("repeat_interleave", repeats)
    n = input.shape[axis]
    if low < 0 or repeats.size not in (1, n):
        raise SettingError(
            f"repeat_interleave: repeats must be one count from 0 on for each of {n} entries, "
            f"and has shape {show(repeats.shape)}" + (f" and a {low}." if low < 0 else ".")
        )
    order = np.repeat(np.arange(n), np.broadcast_to(repeats.array.reshape(-1), n))
    return ix.take(input, leaf(order, order.shape, int64, kind="constant"), axes=(axis,))


@function()
def tril(input: Node, diagonal: int = 0) -> Node:
    """The lower triangle, zeros above the diagonal."""
    return ra.tril(input, diagonal=diagonal)


@function()
def triu(input: Node, diagonal: int = 0) -> Node:
    """The upper triangle, zeros below the diagonal."""
    return ra.triu(input, diagonal=diagonal)


@function()
def diagonal(input: Node, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Node:
    """The numbers on a diagonal, as a new last axis."""
    first, second = _axes(input, (dim1, dim2))
    if first == second or len(input.shape) < 2:
        raise ShapeError(
            f"diagonal needs two different dims, and got {dim1} and {dim2} "
            f"for shape {show(input.shape)}."
        )
    out = _diagonal(input, offset, first, second)
    if out.size and out.array is not None and not engine().shares(out.array, input.array):
        out.array.flags.writeable = False  # a copy: what is written into it would be lost
    return out


@function()
def diag(input: Node, diagonal: int = 0) -> Node:
    """The diagonal of a matrix, or a matrix with this diagonal."""
    if len(input.shape) == 2:
        return _diagonal(input, diagonal, 0, 1)
    if len(input.shape) != 1:
        raise ShapeError(f"diag takes a vector or a matrix and got shape {show(input.shape)}.")
    return _on_diagonal(input, diagonal)


@function()
def diag_embed(input: Node, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Node:
    """Matrices with the last axis of `input` on their diagonal, in the axes `dim1` and `dim2`."""
    if not input.shape:
        raise ShapeError("diag_embed needs at least one axis.")
    rank = len(input.shape) + 1
    first, second = normalize_axis(dim1, rank), normalize_axis(dim2, rank)
    if first == second:
        raise ShapeError(f"diag_embed needs two different dims, and got {dim1} and {dim2}.")
    found = _on_diagonal(input, offset)
    return (
        found
        if second == rank - 1 > first == rank - 2
        else movedim(found, (-2, -1), (first, second))
    )


def _on_diagonal(x: Node, offset: int) -> Node:
    lead, n = x.shape[:-1], x.shape[-1]
    size = n + abs(offset)
    first = offset if offset >= 0 else -offset * size
    stop = first + (n - 1) * (size + 1) + 1 if n else first
    spec = (*((0, m, 1) for m in lead), (first, stop, size + 1))
    flat = mv.place(x, spec=spec, shape=(*lead, size * size))
    return mv.reshape(flat, shape=(*lead, size, size))


@function()
def trace(input: Node) -> Node:
    """The sum of the diagonal of a matrix."""
    if len(input.shape) != 2:
        raise ShapeError(f"trace needs a matrix and got shape {show(input.shape)}.")
    return sum_(_diagonal(input, 0, 0, 1), axes=(0,))


@function()
def pad(input: Node, pad: Any, mode: str = "constant", value: float | None = None) -> Node:
    """A border: `pad` counts before and after the last axis, then the one before it, and so on.

    Negative counts cut off. The modes "reflect", "replicate" and "circular" repeat numbers of the
    inside. Offered as `nn.functional.pad`.
    """
    widths = _widths(input, flat_sizes(tuple(pad)))
    if mode != "constant":
        if value is not None:
            raise SettingError(f"pad: value goes with mode='constant', not {mode!r}.")
        return _mirrored(input, widths, mode)
    kept = tuple(
        (max(-a, 0), n - max(-b, 0), 1) for n, (a, b) in zip(input.shape, widths, strict=True)
    )
    if any(start > stop for start, stop, _ in kept):
        raise ShapeError(f"pad: {tuple(pad)} cuts off more than there is in {show(input.shape)}.")
    if any(spec != (0, n, 1) for spec, n in zip(kept, input.shape, strict=True)):
        input = mv.slice_(input, spec=kept)
    border = tuple((max(a, 0), max(b, 0)) for a, b in widths)
    if not any(a or b for a, b in border):
        return ew.clone(input)  # a result of its own, as with a border
    return ra.pad(input, widths=border, value=0.0 if value is None else value)


_bordered = pad  # its own name is that of an argument too


@function()
def constant_pad_nd(input: Node, pad: Any, value: float = 0) -> Node:
    """A border of one number: `pad` in its mode "constant"."""
    return _bordered(input, pad, value=value)


def _widths(input: Node, pad: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    if len(pad) % 2 or len(pad) > 2 * len(input.shape):
        raise ShapeError(
            f"pad needs two counts per axis, the last axis first, and got {pad} "
            f"for shape {show(input.shape)}."
        )
    pairs = [(pad[i], pad[i + 1]) for i in range(0, len(pad), 2)]
    return ((0, 0),) * (len(input.shape) - len(pairs)) + tuple(reversed(pairs))


def _mirrored(input: Node, widths: tuple[tuple[int, int], ...], mode: str) -> Node:
    if mode not in ("reflect", "replicate", "circular"):
        raise SettingError(
            f"pad: mode must be 'constant', 'reflect', 'replicate' or 'circular' and is {mode!r}."
        )
    first = next((k for k, (a, b) in enumerate(widths) if a or b), 0)
    if mode != "circular" and 0 in input.shape[max(first - 1, 0) :]:
        raise ShapeError(
            f"pad: the input has shape {show(input.shape)}, and only the batch may be empty."
        )
    for axis, (a, b) in enumerate(widths):
        if a or b:
            n = input.shape[axis]
            if mode == "circular" and max(a, b) > n:
                raise ShapeError(
                    f"pad: a border of {max(a, b)} goes around {n} entries more than once; repeat "
                    "the input first."
                )
            inside = _inside if mode != "circular" else _around(max(-a, 0), n - max(-b, 0))
            order = np.array([inside(i, n, mode) for i in range(-a, n + b)], np.int64)
            positions = leaf(order, order.shape, int64, kind="constant")
            input = ix.take(input, positions, axes=(axis,))
    return input if any(a or b for a, b in widths) else ew.clone(input)


def _around(start: int, stop: int) -> Callable[[int, int, str], int]:
    """Round and round through what is not cut off."""
    if stop <= start:
        raise ShapeError("pad: there is nothing left to go around in.")
    return lambda position, n, mode: start + (position - start) % (stop - start)


def _inside(position: int, n: int, mode: str) -> int:
    """Where a number of the border is copied from."""
    if mode == "replicate":
        return min(max(position, 0), n - 1)
    if not -n < position < 2 * n - 1:
        width = max(-position, position - n + 1)
        raise ShapeError(f"pad: a border of {width} can't be reflected from {n} entries.")
    return abs(position) if position < n else 2 * (n - 1) - position
