"""Sorting, and the largest few, with PyTorch's names and arguments."""

from __future__ import annotations

from typing import Any, NamedTuple

from pellucid.errors import SettingError
from pellucid.graph.node import Node
from pellucid.ops import ordering as od
from pellucid.shapes import normalize_axis
from pellucid.tensor.lift import function

__all__ = ["Ordered"]


class Ordered(NamedTuple):
    """What `sort` and `topk` give back."""

    values: Any
    indices: Any


@function()
def sort(input: Node, dim: int = -1, descending: bool = False, *, stable: bool = False) -> Ordered:
    """Numbers in order along `dim`, and where each came from. Equal numbers keep their order."""
    return Ordered(*od.sort(input, normalize_axis(dim, len(input.shape)), descending))


@function()
def argsort(input: Node, dim: int = -1, descending: bool = False, *, stable: bool = False) -> Node:
    """The positions that put the numbers in order along `dim`."""
    return od.argsort(input, axis=normalize_axis(dim, len(input.shape)), descending=descending)


@function()
def topk(input: Node, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Ordered:
    """The `k` largest (or smallest) along `dim`, and where they are; always sorted here."""
    axis = normalize_axis(dim, len(input.shape))
    n = input.shape[axis] if input.shape else 1
    if not 0 <= k <= n:
        raise SettingError(
            f"topk: k must lie between 0 and {n}, the size of dim {dim}, and is {k}."
        )
    return Ordered(*od.largest(input, k, axis, largest))


@function()
def kthvalue(input: Node, k: int, dim: int = -1, keepdim: bool = False) -> Ordered:
    """The `k`-th smallest along `dim`, counted from 1, and where it is."""
    axis = normalize_axis(dim, len(input.shape))
    n = input.shape[axis] if input.shape else 1
    if not 1 <= k <= n:
        raise SettingError(f"kthvalue: k must lie between 1 and {n} and is {k}.")
    found = od.sort(input, axis)
    return Ordered(*(od.at(x, axis, k - 1, keepdim) for x in found))


@function()
def searchsorted(sorted_sequence: Node, input: Node, *, right: bool = False) -> Node:
    """Between which of the sorted edges each number falls."""
    return od.searchsorted(sorted_sequence, input, right=right)


@function()
def bucketize(input: Node, boundaries: Node, *, right: bool = False) -> Node:
    """The number of the bucket into which each number falls."""
    return od.searchsorted(boundaries, input, right=right)
