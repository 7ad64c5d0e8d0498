"""Parts of a Tensor seen as another: windows, diagonals and slices put in, powers in rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.dtypes import INT, int64
from pellucid.errors import DTypeError, IndexRangeError, SettingError, ShapeError
from pellucid.graph.emit import constant
from pellucid.graph.mode import engine
from pellucid.graph.node import Node, leaf
from pellucid.ops import compare as cmp
from pellucid.ops import elementwise as ew
from pellucid.ops import indexing as ix
from pellucid.ops import movement as mv
from pellucid.ops import strided as sd
from pellucid.ops import whole as wh
from pellucid.ops import writing as wr
from pellucid.shapes import Mismatch, normalize_axis, numel, show, steps_in_order
from pellucid.tensor.functions.reduction import norm
from pellucid.tensor.functions.shaping import (
    chunk,
    flat_sizes,
    movedim,
    offset_of,
    split,
    transpose,
)
from pellucid.tensor.functions.tiling import diag
from pellucid.tensor.lift import function

__all__ = ["powers"]


def _places(numbers: Any) -> Node:
    numbers = np.asarray(numbers, np.int64)
    return leaf(numbers, numbers.shape, int64, kind="constant")


def _read_only(out: Node, of: Node) -> Node:
    """A view in PyTorch and a copy here: what is written into it would be lost."""
    if out.array is not None and out.size and not engine().shares(out.array, of.array):
        out.array.flags.writeable = False
    return out


@function()
def unfold(input: Node, dimension: int, size: int, step: int) -> Node:
    """Windows of `size` entries along an axis, every `step`; their inside is a new last axis."""
    rank = len(input.shape)
    axis = normalize_axis(dimension, rank)
    n = input.shape[axis] if rank else 1
    if not 0 <= size <= n:
        raise ShapeError(
            f"unfold: windows of {size} don't fit into dim {dimension}, which has {n}."
        )
    if step < 1:
        raise SettingError(f"unfold: step must be at least 1 and is {step}.")
    rows = input if rank else mv.reshape(input, shape=(1,))
    shape, apart = rows.shape, steps_in_order(rows.shape)
    many = (n - size) // step + 1
    if _lying(rows) is None:
        size_, stride = list(shape), list(apart)
        size_[axis], stride[axis] = many, apart[axis] * step
        flat = mv.reshape(rows, shape=(rows.size,))
        found = sd.as_strided(flat, size=(*size_, size), stride=(*stride, apart[axis]), start=0)
        return found if rank else mv.reshape(found, shape=(size,))
    starts = np.arange(many) * step
    found = ix.take(rows, _places(starts[:, None] + np.arange(size)), axes=(axis,))
    return _read_only(movedim(found, axis + 1, -1), input)


def _lying(input: Node) -> Any:
    """Where in memory the numbers of a Tensor lie, counted from its first; None where in order."""
    array = input.array
    if array is None or engine().in_order(array) is array:
        return None
    at = np.zeros(array.shape, np.int64)
    for axis, (n, step) in enumerate(zip(array.shape, array.strides, strict=True)):
        apart = np.arange(n) * (step // array.itemsize)
        at += apart.reshape([n if a == axis else 1 for a in range(array.ndim)])
    return at.reshape(-1)


def _among(lying: Any, wanted: Any) -> Any:
    """Which numbers of a Tensor lie at the wanted places of memory; −1 for none."""
    if lying is None or not lying.size:
        return wanted
    order = np.argsort(lying, kind="stable")
    found = order[np.searchsorted(lying, wanted, sorter=order).clip(max=lying.size - 1)]
    return np.where(lying[found] == wanted, found, -1)


@function()
def as_strided(input: Node, size: Any, stride: Any, storage_offset: int | None = None) -> Node:
    """Numbers of a Tensor at places in memory that strides name, from its first number on.

    `storage_offset` counts from the start of the memory instead, as `x.storage_offset()` does.
    """
    shape, steps = flat_sizes((size,)), flat_sizes((stride,))
    if len(shape) != len(steps):
        raise ShapeError(f"as_strided needs a stride for each size: {shape} and {steps}.")
    if any(step < 0 for step in steps):
        raise SettingError(f"as_strided: strides can't be negative: {show(steps)}.")
    start = 0 if storage_offset is None else storage_offset - offset_of(input.array)
    lying = _lying(input)
    at = _among(lying, sd.places(np, shape, steps, start))
    if at.size and not 0 <= at.min() <= at.max() < input.size:
        raise IndexRangeError(
            f"as_strided: size {shape} with strides {steps} reaches numbers that are not among the "
            f"{input.size} of the Tensor."
        )
    flat = mv.reshape(input, shape=(input.size,))
    if lying is None:
        return sd.as_strided(flat, size=shape, stride=steps, start=start if at.size else 0)
    return _read_only(ix.take(flat, _places(at), axes=(0,)), input)


@function()
def select_scatter(input: Node, src: Node, dim: int, index: int) -> Node:
    """`input` with one entry along `dim` replaced by `src`."""
    axis = normalize_axis(dim, len(input.shape))
    n = input.shape[axis]
    if not -n <= index < n:
        raise IndexRangeError(
            f"select_scatter: index {index} is outside dim {dim}, of {n} entries."
        )
    spec = tuple(index % n if a == axis else (0, m, 1) for a, m in enumerate(input.shape))
    return _put("select_scatter", input, src, spec)


@function()
def slice_scatter(
    input: Node,
    src: Node,
    dim: int = 0,
    start: int | None = None,
    end: int | None = None,
    step: int = 1,
) -> Node:
    """`input` with the entries from `start` to `end` along `dim` replaced by `src`."""
    axis = normalize_axis(dim, len(input.shape))
    if step < 1:
        raise SettingError(f"slice_scatter: step must be at least 1 and is {step}.")
    block = slice(start, end, step).indices(input.shape[axis])
    spec = tuple(block if a == axis else (0, m, 1) for a, m in enumerate(input.shape))
    return _put("slice_scatter", input, src, spec)


def _put(name: str, input: Node, src: Node, spec: Any) -> Node:
    if src.shape != mv.sliced(input.shape, spec):
        raise ShapeError(
            f"{name}: src needs shape {show(mv.sliced(input.shape, spec))} and has "
            f"{show(src.shape)}."
        )
    return wr.put(input, _like(src, input), spec=spec)


def _like(src: Node, input: Node) -> Node:
    return src if src.dtype is input.dtype else ew.cast(src, dtype=input.dtype)


@function()
def diagonal_scatter(input: Node, src: Node, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Node:
    """`input` with a diagonal replaced by `src`."""
    axes = (normalize_axis(d, len(input.shape)) for d in (dim1, dim2))
    at = np.arange(input.size).reshape(input.shape).diagonal(offset, *axes)
    if src.shape != at.shape:
        raise ShapeError(
            f"diagonal_scatter: src needs shape {show(at.shape)} and has {show(src.shape)}."
        )
    flat = mv.reshape(input, shape=(input.size,))
    return mv.reshape(
        wr.index_put(flat, _like(src, input), _places(at), axes=(0,)), shape=input.shape
    )


@function()
def diagflat(input: Node, offset: int = 0) -> Node:
    """A matrix with all numbers of `input` on its diagonal."""
    return diag(mv.reshape(input, shape=(input.size,)), offset)


@function()
def vander(x: Node, N: int | None = None, increasing: bool = False) -> Node:
    """The powers of each number in a row: `N` of them, from the highest or from 1."""
    if len(x.shape) != 1:
        raise ShapeError(f"vander takes a row and got shape {show(x.shape)}.")
    count = x.size if N is None else N
    if count < 0:
        raise SettingError(f"vander: N can't be negative and is {count}.")
    return powers(x, range(count) if increasing else range(count - 1, -1, -1))


def powers(x: Node, exponents: Any) -> Node:
    """Each number to each power, along a new last axis."""
    column = mv.reshape(x, shape=(*x.shape, 1))
    return ew.pow(column, _places(list(exponents)))


@function()
def unravel_index(indices: Node, shape: Any) -> tuple[Node, ...]:
    """Places in a flattened Tensor as one position along each axis of `shape`."""
    sizes = flat_sizes(((shape,) if isinstance(shape, int) else shape,))
    if indices.dtype.category != INT:
        raise DTypeError(f"unravel_index: places are whole numbers, not {indices.dtype.name}.")
    if any(n < 0 for n in sizes):
        raise SettingError(f"unravel_index: sizes can't be negative, and are {sizes}.")
    known = indices.array
    if (
        known is not None
        and known.size
        and not -numel(sizes) <= known.min() <= known.max() < numel(sizes)
    ):
        raise IndexRangeError(f"unravel_index: a place lies outside shape {show(sizes)}.")
    indices = ew.cast(indices, dtype=int64)
    out = []
    for n in reversed(sizes):
        out.append(wh.remainder(indices, n))
        indices = wh.floor_divide(indices, n)
    return tuple(reversed(out))


@function()
def adjoint(input: Node) -> Node:
    """The last two axes exchanged."""
    if len(input.shape) < 2:
        raise Mismatch("a matrix needs two axes")
    return transpose(input, -2, -1)


@function()
def split_with_sizes(input: Node, split_sizes: Any, dim: int = 0) -> tuple[Node, ...]:
    """Cut along `dim` into pieces of the sizes listed."""
    return split(input, list(flat_sizes((split_sizes,))), dim)


@function()
def renorm(input: Node, p: float, dim: int, maxnorm: float) -> Node:
    """Slices along `dim` whose `p`-norm is above `maxnorm`, shrunk to it."""
    if len(input.shape) < 2:
        raise ShapeError(f"renorm needs two axes or more and got shape {show(input.shape)}.")
    axis = normalize_axis(dim, len(input.shape))
    others = tuple(a for a in range(len(input.shape)) if a != axis)
    length = norm(input, p, others, True)
    over = ew.div(constant(maxnorm, input.dtype), ew.add(length, 1e-7))
    return ew.mul(input, cmp.where(cmp.gt(length, maxnorm), over, 1.0))


@function()
def unsafe_chunk(input: Node, chunks: int, dim: int = 0) -> tuple[Node, ...]:
    """`chunk`; PyTorch's version for graphs that change the pieces in place, which may be here."""
    return chunk(input, chunks, dim)


@function()
def unsafe_split(input: Node, split_size: Any, dim: int = 0) -> tuple[Node, ...]:
    """`split`; PyTorch's version for graphs that change the pieces in place, which may be here."""
    return split(input, split_size, dim)


@function()
def unsafe_split_with_sizes(input: Node, split_sizes: Any, dim: int = 0) -> tuple[Node, ...]:
    """`split` with the sizes listed; see `unsafe_split`."""
    return split(input, tuple(split_sizes), dim)
