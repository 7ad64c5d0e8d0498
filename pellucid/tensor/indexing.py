"""Square brackets: `x[1]`, `x[:, ::2]`, `x[mask]`, `x[[2, 0]]`, reading and writing.

An index is taken apart once into a block (integers and ranges), new axes, and lookups (arrays).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.dtypes import by_name
from pellucid.errors import DTypeError, IndexRangeError
from pellucid.graph.emit import constant
from pellucid.graph.node import Node, leaf
from pellucid.ops.elementwise import cast
from pellucid.ops.indexing import take
from pellucid.ops.movement import reshape, slice_
from pellucid.shapes import Shape, show
from pellucid.tensor.lift import node_of
from pellucid.tensor.tensor import Tensor

__all__ = ["getitem", "setitem"]


def getitem(x: Node, index: Any) -> Node:
    """The part of `x` that an index names."""
    items = _complete(index, x.shape)
    spec, shape, lookups = _taken_apart(items, x.shape)
    if any(s != (0, n, 1) for s, n in zip(spec, x.shape, strict=True)):
        x = slice_(x, spec=tuple(spec))
    if x.shape != shape:
        x = reshape(x, shape=shape)
    if not lookups:
        return x
    axes = tuple(axis for axis, _ in lookups)
    return take(x, *[array for _, array in lookups], axes=axes)


def setitem(x: Tensor, index: Any, value: Any) -> None:
    """Write into the part of `x` that an index names, in place."""
    node = node_of(value)
    if not isinstance(node, Node):
        node = (
            constant(node, x.dtype) if isinstance(node, bool | int | float) else _array_leaf(node)
        )
    if node.dtype is not x.dtype:
        node = cast(node, dtype=x.dtype)
    x._write(node, _plain(index))


def _array_leaf(value: Any) -> Node:
    array = np.asarray(value)
    return leaf(array, array.shape, by_name(array.dtype.name))


def _plain(index: Any) -> Any:
    """An index with arrays in place of Tensors."""
    if isinstance(index, tuple):
        return tuple(_plain(i) for i in index)
    return index._value() if isinstance(index, Tensor) else index


def _complete(index: Any, shape: Shape) -> list[Any]:
    """One entry per axis, the ellipsis filled in, boolean masks turned into positions."""
    items = list(index) if isinstance(index, tuple) else [index]
    items = [_as_lookup(i) for i in items]
    used = sum(i.ndim if _is_mask(i) else 1 for i in items if i is not None and i is not ...)
    missing = len(shape) - used
    if missing < 0:
        raise IndexRangeError(
            f"the index has {used} entries for a Tensor with {len(shape)} axes, shape {show(shape)}."
        )
    filler = [slice(None)] * missing
    at = next((k for k, i in enumerate(items) if i is ...), None)
    items = items + filler if at is None else items[:at] + filler + items[at + 1 :]
    out: list[Any] = []
    for item in items:
        if _is_mask(item):
            _check_mask(item, shape, len([i for i in out if i is not None]))
            out.extend(np.nonzero(item))
        else:
            out.append(item)
    return out


def _as_lookup(item: Any) -> Any:
    if isinstance(item, Tensor):
        item = item._value()
        if item.ndim == 0 and item.dtype.kind in "iu":
            return int(item)
    if isinstance(item, list):
        item = np.asarray(item, dtype=None if item else np.int64)
    if isinstance(item, bool | np.bool_):
        item = np.asarray(item)
    if isinstance(item, np.ndarray) and item.dtype.kind not in "biu":
        raise DTypeError(
            f"an index must be whole numbers or a mask of booleans, not {item.dtype}.\n"
            " Convert it first: x[index.long()]."
        )
    return int(item) if isinstance(item, np.integer) else item


def _is_mask(item: Any) -> bool:
    return isinstance(item, np.ndarray) and item.dtype.kind == "b"


def _check_mask(mask: Any, shape: Shape, axis: int) -> None:
    covered = shape[axis : axis + mask.ndim]
    if mask.shape != covered:
        raise IndexRangeError(
            f"the mask has shape {show(mask.shape)} and covers axes of shape {show(covered)}; they must agree."
        )


def _taken_apart(items: list[Any], shape: Shape) -> tuple[list[Any], Shape, list[tuple[int, Node]]]:
    """Ranges per axis, the shape after them (new axes included), and lookups on that shape's axes."""
    spec: list[Any] = []
    out: list[int] = []
    lookups: list[tuple[int, Node]] = []
    for item in items:
        if item is None:
            out.append(1)
            continue
        n = shape[len(spec)]
        if isinstance(item, slice):
            start, stop, step = item.indices(n)
            spec.append((start, stop, step))
            out.append(len(range(start, stop, step)))
        elif isinstance(item, np.ndarray):
            lookups.append((len(out), _positions(item, n, len(spec))))
            spec.append((0, n, 1))
            out.append(n)
        elif isinstance(item, int):
            spec.append(_position(item, n, len(spec)))
        else:
            raise DTypeError(f"an index can't hold a {type(item).__name__}: {item!r}.")
    return spec, tuple(out), lookups


def _position(item: int, n: int, axis: int) -> int:
    if not -n <= item < n:
        raise IndexRangeError(f"index {item} is outside axis {axis}, which has {n} entries.")
    return item % n


def _positions(item: Any, n: int, axis: int) -> Node:
    if item.size and not (-n <= item.min() and item.max() < n):
        worst = item.max() if item.max() >= n else item.min()
        raise IndexRangeError(f"index {worst} is outside axis {axis}, which has {n} entries.")
    array = np.where(item < 0, item + n, item).astype(np.int64)
    return leaf(array, array.shape, by_name("int64"), kind="constant")
