"""Putting numbers at positions, and combining those that fall on the same one."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.dtypes import FLOAT, bool_, int64, uint8
from pellucid.errors import DTypeError, IndexRangeError, SettingError, ShapeError
from pellucid.graph.emit import constant
from pellucid.graph.node import Node, leaf
from pellucid.ops import elementwise as ew
from pellucid.ops import indexing as ix
from pellucid.ops import movement as mv
from pellucid.ops import whole as wh
from pellucid.ops import writing as wr
from pellucid.ops.compare import eq, gt, where
from pellucid.ops.ordering import nonzero as find
from pellucid.ops.reduce import cumsum
from pellucid.ops.segment import segment_max
from pellucid.shapes import broadcast, normalize_axis, numel, show
from pellucid.tensor.functions.picking import positions, wrapped
from pellucid.tensor.functions.scalars import row_of_one
from pellucid.tensor.lift import function

__all__: list[str] = []

_REDUCTIONS = ("sum", "prod", "mean", "amax", "amin")


def _same_dtype(name: str, input: Node, source: Node) -> None:
    if source.dtype is not input.dtype:
        raise DTypeError(
            f"{name}: the numbers to put in are {source.dtype.name}, and the Tensor holds "
            f"{input.dtype.name}.\n Convert them first: source.to(input.dtype)."
        )


@function()
def index_fill(input: Node, dim: int, index: Node, value: Any) -> Node:
    """`input` with one number in all slices at the positions `index` along `dim`."""
    axis = normalize_axis(dim, len(input.shape))
    index = positions("index_fill", index, input.shape[axis] if input.shape else 1, dim)
    if not input.shape:
        one = mv.reshape(input, shape=(1,))
        return mv.reshape(index_fill(one, 0, index, value), shape=())
    if isinstance(value, Node):
        if value.shape:
            raise ShapeError(f"index_fill: value must be one number, not {show(value.shape)}.")
        value = value if value.dtype is input.dtype else ew.cast(value, dtype=input.dtype)
    n = input.shape[axis]
    index = mv.reshape(index, shape=(index.size,))
    named = gt(ix.index_add(_ones(index), index, axes=(0,), shape=(n,)), 0)
    column = tuple(n if a == axis else 1 for a in range(len(input.shape)))
    return where(mv.reshape(named, shape=column), value, input)


@function()
@row_of_one
def index_copy(input: Node, dim: int, index: Node, source: Node) -> Node:
    """`input` with the slices of `source` at the positions `index` along `dim`."""
    _same_dtype("index_copy", input, source)
    axis = normalize_axis(dim, len(input.shape))
    index = positions("index_copy", index, input.shape[axis], dim)
    wanted = (*input.shape[:axis], index.size, *input.shape[axis + 1 :])
    if source.shape != wanted:
        raise ShapeError(
            f"index_copy: source needs shape {show(wanted)}, not {show(source.shape)}."
        )
    return wr.index_put(input, source, mv.reshape(index, shape=(index.size,)), axes=(axis,))


@function()
def index_put(input: Node, indices: Any, values: Any, accumulate: bool = False) -> Node:
    """`input[indices] = values`, as a new Tensor; with `accumulate`, `+=` at every position."""
    if isinstance(values, Node):
        _same_dtype("index_put", input, values)
    if not indices:
        raise SettingError(
            "index_put: indices are missing; give one Tensor for each axis, or None."
        )
    axes, lookups = _looked_up(input, list(indices))
    if not accumulate:
        return wr.index_put(input, values, *lookups, axes=axes)
    shape = ix.taken(input.shape, *(x.shape for x in lookups), axes=axes)
    more = values if isinstance(values, Node) else constant(values, input.dtype)
    spread = mv.expand(more, shape=shape)
    return ew.add(input, ix.index_add(spread, *lookups, axes=axes, shape=input.shape))


def _looked_up(input: Node, indices: list[Any]) -> tuple[tuple[int, ...], list[Node]]:
    """The axes that are looked up in, and the positions; masks become positions."""
    axes: list[int] = []
    lookups: list[Node] = []
    axis = 0
    for index in indices:
        if index is None:
            axis += 1
            continue
        if index.dtype is uint8:
            index = ew.cast(index, dtype=bool_)
        if axis + (len(index.shape) if index.dtype is bool_ else 1) > len(input.shape):
            raise IndexRangeError(f"index_put: too many indices for shape {show(input.shape)}.")
        if index.dtype is not bool_:
            axes.append(axis)
            lookups.append(wrapped("index_put", index, input.shape[axis]))
            axis += 1
            continue
        found = find(index)
        for k in range(len(index.shape)):
            axes.append(axis)
            lookups.append(mv.slice_(found, spec=((0, found.shape[0], 1), k)))
            axis += 1
    return tuple(axes), lookups


@function()
def put(input: Node, index: Node, source: Node, accumulate: bool = False) -> Node:
    """`input` with the numbers of `source` at positions of the flattened Tensor."""
    _same_dtype("put", input, source)
    if index.size != source.size:
        raise ShapeError(
            f"put: {index.size} positions for {source.size} numbers; there must be one for each."
        )
    flat = mv.reshape(input, shape=(input.size,))
    at = wrapped("put", mv.reshape(index, shape=(index.size,)), input.size)
    values = mv.reshape(source, shape=(source.size,))
    return mv.reshape(index_put(flat, (at,), values, accumulate), shape=input.shape)


@function()
def masked_scatter(input: Node, mask: Node, source: Node) -> Node:
    """`input` with the numbers of `source`, in order, where the mask holds."""
    _same_dtype("masked_scatter", input, source)
    if mask.dtype is not bool_:
        raise DTypeError(f"masked_scatter: the mask must be bool and is {mask.dtype.name}.")
    shape = broadcast(input.shape, mask.shape)
    held = mv.reshape(mv.expand(mask, shape=shape), shape=(numel(shape),))
    turn = ew.sub(cumsum(held, axis=0), 1)  # which number of the source comes here
    if held.array is not None and held.size and int(turn.array[-1]) >= source.size:
        raise ShapeError(
            f"masked_scatter: the mask holds {int(turn.array[-1]) + 1} times, and source has "
            f"{source.size} numbers."
        )
    if not source.size:
        return mv.expand(input, shape=shape)
    at = ew.clamp(turn, min=0, max=source.size - 1)
    given = ix.take(mv.reshape(source, shape=(source.size,)), at, axes=(0,))
    return where(mv.reshape(held, shape=shape), mv.reshape(given, shape=shape), input)


@function()
@row_of_one
def scatter_reduce(
    input: Node, dim: int, index: Node, src: Node, reduce: str, *, include_self: bool = True
) -> Node:
    """Combine the numbers of `src` that fall on one position along `dim`, and those of `input`.

    `reduce` is "sum", "prod", "mean", "amax" or "amin"; without `include_self` the numbers of
    `input` only stay where none falls.
    """
    if reduce not in _REDUCTIONS:
        raise SettingError(
            f"scatter_reduce: reduce must be one of {', '.join(_REDUCTIONS)} and is {reduce!r}."
        )
    _same_dtype("scatter_reduce", input, src)
    axis = normalize_axis(dim, len(input.shape))
    index = positions("scatter_reduce", index, input.shape[axis], dim)
    ix.gathered(src.shape, index.shape, -1)
    if input.dtype in (bool_, uint8):  # with room for what they add up to, and below 0
        own, given = (ew.cast(x, dtype=int64) for x in (input, src))
        out = scatter_reduce(own, dim, index, given, reduce, include_self=include_self)
        return ew.cast(out, dtype=input.dtype)
    used = mv.slice_(src, spec=tuple((0, n, 1) for n in index.shape))
    hits = ix.scatter_add(_ones(used), index, axis=axis, shape=input.shape)
    if reduce in ("amax", "amin"):
        return _extreme(input, index, used, hits, axis, reduce == "amin", include_self)
    if reduce == "prod":
        kept = input if include_self else where(eq(hits, 0), input, 1)
        return wr.scatter_mul(kept, index, used, axis=axis)
    total = ix.scatter_add(used, index, axis=axis, shape=input.shape)
    kept = input if include_self else where(eq(hits, 0), input, 0)
    total = ew.add(total, kept)
    if reduce == "sum":
        return total
    count = ew.maximum(ew.add(hits, 1) if include_self else hits, 1)
    if total.dtype.category != FLOAT:
        return ew.cast(wh.floor_divide(total, count), dtype=input.dtype)
    return ew.div(total, ew.cast(count, dtype=total.dtype))


@function()
@row_of_one
def index_reduce(
    input: Node, dim: int, index: Node, source: Node, reduce: str, *, include_self: bool = True
) -> Node:
    """Combine the slices of `source` that fall on one position along `dim`, as `scatter_reduce`."""
    axis = normalize_axis(dim, len(input.shape))
    column = tuple(index.size if a == axis else 1 for a in range(len(input.shape)))
    spread = mv.expand(mv.reshape(index, shape=column), shape=source.shape)
    return scatter_reduce(input, dim, spread, source, reduce, include_self=include_self)


def _ones(x: Node) -> Node:
    return mv.expand(constant(1, int64), shape=x.shape)


def _extreme(
    input: Node, index: Node, used: Node, hits: Node, axis: int, smallest: bool, include_self: bool
) -> Node:
    """The largest of each position: all numbers are rows, each position is a group of them."""
    cell = _cells(input.shape, index, axis)
    rows, groups = mv.reshape(used, shape=(used.size,)), mv.reshape(cell, shape=(cell.size,))
    if include_self:
        own = mv.reshape(input, shape=(input.size,))
        rows = mv.cat(rows, own, axis=0)
        groups = mv.cat(groups, _numbered(input.size), axis=0)
    rows = ew.neg(rows) if smallest else rows
    found = segment_max(rows, groups, count=input.size)
    found = mv.reshape(ew.neg(found) if smallest else found, shape=input.shape)
    return found if include_self else where(eq(hits, 0), input, found)


def _cells(shape: tuple[int, ...], index: Node, axis: int) -> Node:
    """The number, in the flattened Tensor, of the place that each position names."""
    place = index if index.dtype is int64 else ew.cast(index, dtype=int64)
    place = ew.mul(place, numel(shape[axis + 1 :]))
    for a, n in enumerate(index.shape):
        if a != axis:
            column = tuple(n if b == a else 1 for b in range(len(index.shape)))
            steps = mv.reshape(_numbered(n), shape=column)
            place = ew.add(place, ew.mul(steps, numel(shape[a + 1 :])))
    return place


def _numbered(n: int) -> Node:
    """The whole numbers from 0 on."""
    return leaf(np.arange(n), (n,), int64, kind="constant")
