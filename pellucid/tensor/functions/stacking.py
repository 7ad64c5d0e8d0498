"""Joining and cutting along axes that the name says, and laying out combinations."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.dtypes import float32, int64
from pellucid.errors import SettingError, ShapeError
from pellucid.graph.node import Node, leaf
from pellucid.ops import indexing as ix
from pellucid.ops import movement as mv
from pellucid.ops import rearrange as ra
from pellucid.shapes import normalize_axis, numel, show
from pellucid.tensor.functions.picking import known_range
from pellucid.tensor.functions.shaping import (
    atleast,
    cat,
    flat_sizes,
    listed,
    meshgrid,
    narrow,
    some_axis,
    split,
    stack,
)
from pellucid.tensor.lift import function

__all__: list[str] = []


@function()
def unflatten(input: Node, dim: int, sizes: Any) -> Node:
    """One axis as several; one size may be −1. The reverse of `flatten`."""
    axis = some_axis("unflatten", input, dim)
    inner = list(flat_sizes((sizes,)))
    if not inner:
        raise ShapeError("unflatten: sizes is empty; an axis becomes one or more.")
    known = numel(tuple(n for n in inner if n != -1))
    if inner.count(-1) == 1 and known and input.shape[axis] % known == 0:
        inner[inner.index(-1)] = input.shape[axis] // known
    if numel(tuple(inner)) != input.shape[axis] or -1 in inner:
        raise ShapeError(
            f"unflatten: the sizes {tuple(inner)} don't multiply to the {input.shape[axis]} "
            f"of dim {dim}."
        )
    return mv.reshape(input, shape=(*input.shape[:axis], *inner, *input.shape[axis + 1 :]))


@function()
def rot90(input: Node, k: int = 1, dims: Sequence[int] = (0, 1)) -> Node:
    """A quarter turn in the plane of two axes, `k` times."""
    if len(dims) != 2 or len(input.shape) < 2:
        raise ShapeError(f"rot90 needs two dims of a matrix: {tuple(dims)}, {show(input.shape)}.")
    first, second = (normalize_axis(d, len(input.shape)) for d in dims)
    if first == second:
        raise SettingError(f"rot90: the two dims must differ and are {tuple(dims)}.")
    turns = k % 4
    if turns == 2:
        return ra.flip(input, axes=(first, second))
    if turns == 1:
        return mv.swap(ra.flip(input, axes=(second,)), first, second)
    if turns == 3:
        return ra.flip(mv.swap(input, first, second), axes=(second,))
    return mv.reshape(input, shape=input.shape)


def _each(rank: int, tensors: tuple[Any, ...]) -> Any:
    given = tensors[0] if len(tensors) == 1 else tensors
    if isinstance(given, Node):
        return _raised(rank, given)
    return tuple(_raised(rank, x) for x in given)


def _raised(rank: int, x: Node) -> Node:
    if rank == 3 and len(x.shape) == 2:  # PyTorch puts the third axis last
        return mv.reshape(x, shape=(*x.shape, 1))
    if rank == 3 and len(x.shape) == 1:
        return mv.reshape(x, shape=(1, *x.shape, 1))
    return atleast(rank, x)


@function()
def atleast_1d(*tensors: Any) -> Any:
    """With one axis at least."""
    return _each(1, tensors)


@function()
def atleast_2d(*tensors: Any) -> Any:
    """With two axes at least: vectors become rows."""
    return _each(2, tensors)


@function()
def atleast_3d(*tensors: Any) -> Any:
    """With three axes at least."""
    return _each(3, tensors)


@function()
def dstack(tensors: Any) -> Node:
    """Join one behind the other, along the third axis."""
    return cat([_raised(3, x) for x in listed("dstack", tensors)], 2)


@function()
def column_stack(tensors: Any) -> Node:
    """Join as columns: vectors become columns of a matrix."""
    parts = listed("column_stack", tensors)
    return cat([mv.reshape(x, shape=(x.size, 1)) if len(x.shape) < 2 else x for x in parts], 1)


@function()
def tensor_split(input: Node, indices_or_sections: Any, dim: int = 0) -> tuple[Node, ...]:
    """Cut along `dim` into so many parts, as equal as can be, or at the places listed."""
    axis = some_axis("tensor_split", input, dim)
    n = input.shape[axis]
    if isinstance(indices_or_sections, Node):
        known_range("tensor_split", indices_or_sections)
        indices_or_sections = indices_or_sections.array.tolist()
    if isinstance(indices_or_sections, int):
        parts = indices_or_sections
        if parts <= 0:
            raise SettingError(f"tensor_split: there must be at least one part, not {parts}.")
        return split(input, [n // parts + (k < n % parts) for k in range(parts)], dim)
    ends = [min(max(i + n if i < 0 else i, 0), n) for i in flat_sizes((indices_or_sections,))]
    starts = [0, *ends]
    lengths = [max(e - s, 0) for s, e in zip(starts, [*ends, n], strict=True)]
    return tuple(narrow(input, dim, s, m) for s, m in zip(starts, lengths, strict=True))


def _split_evenly(name: str, input: Node, sections: Any, dim: int) -> tuple[Node, ...]:
    n = input.shape[dim]
    if isinstance(sections, int) and (sections <= 0 or n % sections):
        raise ShapeError(f"{name}: {n} entries can't be cut into {sections} equal parts.")
    return tensor_split(input, sections, dim)


@function()
def hsplit(input: Node, indices_or_sections: Any) -> tuple[Node, ...]:
    """Cut into columns; a vector into pieces."""
    some_axis("hsplit", input, 0)
    return _split_evenly("hsplit", input, indices_or_sections, min(1, len(input.shape) - 1))


@function()
def vsplit(input: Node, indices_or_sections: Any) -> tuple[Node, ...]:
    """Cut into rows."""
    if len(input.shape) < 2:
        raise ShapeError(f"vsplit needs two axes and got shape {show(input.shape)}.")
    return _split_evenly("vsplit", input, indices_or_sections, 0)


@function()
def dsplit(input: Node, indices_or_sections: Any) -> tuple[Node, ...]:
    """Cut along the third axis."""
    if len(input.shape) < 3:
        raise ShapeError(f"dsplit needs three axes and got shape {show(input.shape)}.")
    return _split_evenly("dsplit", input, indices_or_sections, 2)


@function()
def block_diag(*tensors: Node) -> Node:
    """Matrices along the diagonal of a large one, zeros elsewhere."""
    if any(len(x.shape) > 2 for x in tensors):
        raise ShapeError("block_diag takes matrices, rows and single numbers.")
    blocks = [atleast(2, x) for x in tensors] or [
        leaf(np.zeros((1, 0), np.float32), (1, 0), float32)
    ]
    width = sum(b.shape[1] for b in blocks)
    rows, left = [], 0
    for block in blocks:
        border = ((0, 0), (left, width - left - block.shape[1]))
        rows.append(ra.pad(block, widths=border, value=0.0))
        left += block.shape[1]
    return mv.cat(*rows, axis=0)


@function()
def cartesian_prod(*tensors: Node) -> Node:
    """Every choice of one number from each row, one choice per row."""
    for x in tensors:
        if len(x.shape) != 1:
            raise ShapeError(f"cartesian_prod takes rows and got shape {show(x.shape)}.")
    if len(tensors) == 1:
        return tensors[0]
    return stack([mv.reshape(g, shape=(g.size,)) for g in meshgrid(*tensors)], 1)


@function()
def combinations(input: Node, r: int = 2, with_replacement: bool = False) -> Node:
    """Every choice of `r` numbers of a row, one choice per row."""
    if len(input.shape) != 1:
        raise ShapeError(f"combinations takes a row and got shape {show(input.shape)}.")
    if r < 0:
        raise SettingError(f"combinations: r can't be negative and is {r}.")
    if r == 0:
        return mv.slice_(input, spec=((0, 0, 1),))
    chosen = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    places = np.array(list(chosen(range(input.size), r)), np.int64).reshape(-1, r)
    return ix.take(input, leaf(places, places.shape, int64, kind="constant"), axes=(0,))
