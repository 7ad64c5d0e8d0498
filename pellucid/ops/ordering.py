"""Where things stand: in which order numbers come, and which of them are not zero."""

from __future__ import annotations

from typing import Any

from pellucid.graph.node import Node
from pellucid.ops.indexing import gather
from pellucid.ops.movement import slice_
from pellucid.ops.op import Op, Sample, define
from pellucid.shapes import Mismatch, Shape, numel

__all__ = ["argsort", "at", "largest", "nonzero", "searchsorted", "sort", "unique"]


def _order(xp: Any, x: Any, axis: int, descending: bool = False, first: int | None = None) -> Any:
    if not x.ndim:
        return xp.zeros((), "int64")
    if first is not None:
        return _first_in_order(xp, x, axis, descending, first)
    if not descending:
        return xp.argsort(x, axis=axis, stable=True).astype("int64")
    # Turned around twice: equal numbers keep their order and NaN comes first, as in PyTorch.
    backward = xp.argsort(xp.flip(x, axis), axis=axis, stable=True)
    return (x.shape[axis] - 1 - xp.flip(backward, axis)).astype("int64")


def _first_in_order(xp: Any, x: Any, axis: int, descending: bool, first: int) -> Any:
    own = getattr(xp, "first_in_order", None)
    found = None if own is None else own(x, axis, first, descending)
    if found is not None:
        return found
    order = _order(xp, x, axis, descending)
    return order[tuple(slice(first) if a == axis % x.ndim else slice(None) for a in range(x.ndim))]


def _ordered_shape(
    own: Shape, axis: int, descending: bool = False, first: int | None = None
) -> Shape:
    if first is None or not own:
        return own
    return tuple(first if a == axis % len(own) else n for a, n in enumerate(own))


def _comparisons(shapes: tuple[Shape, ...], out: Shape, **_: Any) -> int:
    n = numel(shapes[0])
    return n * max(n.bit_length(), 1)


argsort: Op = define(
    "argsort",
    sentence="The positions that put the numbers in order along an axis.",
    equation=r"x_{y_1} \le x_{y_2} \le \dots",
    derivative=r"\text{none: a position is a whole number}",
    forward=_order,
    gradient=None,
    shape=_ordered_shape,
    dtype="int64",
    kink="equal numbers keep their order; NaN counts as the largest",
    cost=_comparisons,
    traits="ordering",
    samples=(
        Sample(((2, 3),), {"axis": 1}),
        Sample(([[1.0, 3.0, 1.0], [2.0, 2.0, 0.0]],), {"axis": 1, "descending": True}),
        Sample(((0, 3),), {"axis": 0}),
        Sample(((),), {"axis": 0}),
        Sample(((4, 3),), {"axis": 0, "descending": True, "first": 2}),
        Sample(((4, 600),), {"axis": 1, "first": 3}),
    ),
)

nonzero: Op = define(
    "nonzero",
    sentence="The positions of all numbers that are not zero, one row for each.",
    equation=r"y = \{\, i : x_i \ne 0 \,\}",
    derivative=r"\text{none: a position is a whole number}",
    forward=lambda xp, x: (
        xp.stack(xp.nonzero(x), axis=-1).astype("int64") if x.ndim else _of_one(xp, x)
    ),
    gradient=None,
    shape=lambda own: None,
    dtype="int64",
    traits="ordering",
    samples=(Sample(([[1.0, 0.0], [2.0, 3.0]],)), Sample(([0.0, 0.0],)), Sample(((2, 0),))),
)


def _of_one(xp: Any, x: Any) -> Any:
    return xp.zeros((int(x != 0), 0), "int64")


unique: Op = define(
    "unique",
    sentence="Each number once, in order; no NaN equals another.",
    equation=r"y = \{\, x_i \,\}",
    derivative=r"\text{none: which numbers occur jumps}",
    forward=lambda xp, x: xp.unique(x, equal_nan=False),
    gradient=None,
    shape=lambda own: None,
    dtype="keep",
    traits="ordering",
    samples=(Sample(([[3.0, 1.0], [1.0, 2.0]],)), Sample(((0,),)), Sample(((),))),
)


def _searched(edges: Shape, values: Shape, right: bool = False) -> Shape:
    if len(edges) != 1:
        raise Mismatch("the sorted sequence needs exactly one axis")
    return values


searchsorted: Op = define(
    "searchsorted",
    sentence="Between which of the sorted edges does each number fall?",
    equation=r"y_i = \#\{\, j : e_j < x_i \,\}",
    derivative=r"\text{none: a position is a whole number}",
    forward=lambda xp, edges, x, right=False: xp.searchsorted(
        edges, x, side="right" if right else "left"
    ).astype("int64"),
    gradient=None,
    shape=_searched,
    dtype="int64",
    cost=_comparisons,
    traits="ordering",
    samples=(
        Sample(([-1.0, 0.0, 1.0], (2, 3))),
        Sample(([-1.0, 0.0, 0.0, 1.0], [0.0, 5.0]), {"right": True}),
    ),
)


def sort(x: Node, axis: int, descending: bool = False) -> tuple[Node, Node]:
    """Numbers in order, and where they came from."""
    order = argsort(x, axis=axis, descending=descending)
    return (gather(x, order, axis=axis) if x.shape else x), order


def largest(x: Node, k: int, axis: int, descending: bool = True) -> tuple[Node, Node]:
    """The first `k` in order along an axis, and where they came from."""
    order = argsort(x, axis=axis, descending=descending, first=k)
    return (gather(x, order, axis=axis) if x.shape else x), order


def at(x: Node, axis: int, position: int, keepdim: bool = False) -> Node:
    """One entry along an axis."""
    if not x.shape:
        return x
    entry: Any = (position, position + 1, 1) if keepdim else position
    return slice_(x, spec=tuple(entry if a == axis else (0, n, 1) for a, n in enumerate(x.shape)))
