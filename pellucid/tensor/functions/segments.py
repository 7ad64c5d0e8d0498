"""Stretches of an axis, one after another, each reduced to one number: `segment_reduce`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pellucid.dtypes import FLOAT, INT, int64
from pellucid.errors import DTypeError, SettingError, ShapeError
from pellucid.graph.emit import constant
from pellucid.graph.node import Node, leaf
from pellucid.ops import elementwise as ew
from pellucid.ops import movement as mv
from pellucid.ops.compare import eq, where
from pellucid.ops.reduce import cumsum
from pellucid.shapes import normalize_axis, show
from pellucid.tensor.bounds import look_at
from pellucid.tensor.functions.ordering import searchsorted
from pellucid.tensor.functions.putting import scatter_reduce
from pellucid.tensor.lift import function

__all__: list[str] = []

# How each reduction is called elsewhere, and the number that changes nothing in it.
_KINDS = {
    "sum": ("sum", 0.0), "mean": ("sum", 0.0), "prod": ("prod", 1.0), "max": ("amax", -math.inf),
    "amax": ("amax", -math.inf), "min": ("amin", math.inf), "amin": ("amin", math.inf),
}  # fmt: skip


@function()
def segment_reduce(
    data: Node,
    reduce: str,
    *,
    lengths: Node | None = None,
    indices: Node | None = None,
    offsets: Node | None = None,
    axis: int = 0,
    unsafe: bool = False,
    initial: float | None = None,
) -> Node:
    """One number for each of the stretches that follow one another along `axis`.

    `reduce` is "sum", "mean", "max", "min" or "prod". `lengths` says how long each stretch is, or
    `offsets` where they begin and the last ends; with more axes, for each row by itself. They fill
    the axis, unless `unsafe`. Each stretch begins with `initial`; an empty one is that, or the
    number that changes nothing, NaN for a mean.
    """
    if reduce not in _KINDS:
        raise SettingError(
            f"segment_reduce: reduce is one of sum, mean, max, min, prod, not {reduce!r}."
        )
    if data.dtype.category != FLOAT:
        raise DTypeError(f"segment_reduce works on float numbers, and got {data.dtype.name}.")
    if indices is not None or (lengths is None) == (offsets is None):
        raise SettingError("segment_reduce: give lengths or offsets, one of the two.")
    axis = normalize_axis(axis, len(data.shape))
    if offsets is not None:
        n = offsets.shape[-1]
        lengths = ew.sub(_cut(offsets, 1, n), _cut(offsets, 0, n - 1))
    assert lengths is not None
    _check(data, lengths, axis, unsafe or offsets is not None)
    kind, neutral = _KINDS[reduce]
    count = lengths.shape[-1]
    shape = (*data.shape[:axis], count + 1, *data.shape[axis + 1 :])  # the rest goes into one more
    start = mv.expand(constant(neutral if initial is None else initial, data.dtype), shape=shape)
    found = scatter_reduce(start, axis, _places(data, lengths, axis), data, kind)
    found = mv.slice_(
        found, spec=tuple((0, count if a == axis else n, 1) for a, n in enumerate(shape))
    )
    if reduce != "mean":
        return found
    sizes = ew.cast(_beside(lengths, data.shape), dtype=data.dtype)
    if initial is None:
        return ew.div(found, sizes)  # 0/0 where a stretch is empty
    return ew.div(found, where(eq(sizes, 0), 1.0, sizes))


def _cut(x: Node, start: int, stop: int) -> Node:
    ahead = tuple((0, n, 1) for n in x.shape[:-1])
    return mv.slice_(x, spec=(*ahead, (start, stop, 1)))


def _check(data: Node, lengths: Node, axis: int, unsafe: bool) -> None:
    if lengths.dtype.category != INT:
        raise DTypeError(f"segment_reduce: lengths are whole numbers, not {lengths.dtype.name}.")
    if len(lengths.shape) != axis + 1 or lengths.shape[:-1] != data.shape[:axis]:
        raise ShapeError(
            f"segment_reduce: along dim {axis} of shape {show(data.shape)}, lengths need axes "
            f"{show(data.shape[:axis])} and one of the stretches, and have {show(lengths.shape)}."
        )
    n = data.shape[axis]

    def looked(numbers: Any) -> bool:
        if (numbers < 0).any():
            raise SettingError(f"segment_reduce: a length is negative: {int(numbers.min())}.")
        totals = numbers.sum(-1)
        if not unsafe and (totals != n).any():
            worst = int(totals[totals != n].flat[0]) if totals.ndim else int(totals)
            raise SettingError(
                f"segment_reduce: the lengths add up to {worst}, and dim {axis} has {n} entries.\n"
                " Pass unsafe=True to leave some out."
            )
        return True

    look_at(lengths, looked)


def _places(data: Node, lengths: Node, axis: int) -> Node:
    """For every number of `data`, which stretch it belongs to."""
    n = data.shape[axis]
    ends = cumsum(ew.cast(lengths, dtype=int64), axis=axis)
    each = mv.expand(
        leaf(np.arange(n), (n,), int64, kind="constant"), shape=(*lengths.shape[:-1], n)
    )
    return mv.expand(_beside(searchsorted(ends, each, right=True), data.shape), shape=data.shape)


def _beside(x: Node, shape: tuple[int, ...]) -> Node:
    """With axes of 1 for those behind."""
    return mv.reshape(x, shape=(*x.shape, *(1,) * (len(shape) - len(x.shape))))
