"""Square brackets: `x[1]`, `x[:, ::2]`, `x[mask]`, `x[[2, 0]]`, reading and writing.

An index is taken apart once into a block (integers and ranges), new axes, and look-ups (arrays).
As in PyTorch the block is cut out first, and look-ups happen inside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, partial
from typing import Any, NamedTuple

import numpy as np

from pellucid.dtypes import BOOL, INT, bool_, int64, of_kind, uint8, written
from pellucid.errors import (
    DTypeError,
    IndexKindError,
    IndexRangeError,
    IndexShapeError,
    SettingError,
    ShapeError,
)
from pellucid.graph.emit import constant
from pellucid.graph.node import Node, leaf
from pellucid.ops.agree import must_agree
from pellucid.ops.compare import lt, where
from pellucid.ops.elementwise import add, cast
from pellucid.ops.indexing import at_axes, take, taken
from pellucid.ops.movement import Spec, expand, reshape, slice_
from pellucid.ops.ordering import nonzero
from pellucid.ops.writing import index_put, put
from pellucid.shapes import Mismatch, Shape, broadcast, numel, show
from pellucid.spelling import a_kind
from pellucid.tensor.bounds import look_at
from pellucid.tensor.caution import caution
from pellucid.tensor.lift import node_of
from pellucid.tensor.memory import overwrite, recorded, replace
from pellucid.tensor.tensor import Tensor

__all__ = ["getitem", "setitem"]

_BYTES = (
    "an index of uint8 is read as a mask, as in PyTorch.\n"
    " Write x[index.bool()] for a mask, x[index.long()] for positions."
)


_TUPLE = (
    "a list of lists, Tensors, slices or None as an index is read as a tuple of indices, as in "
    "PyTorch.\n Write x[tuple(index)] for that, x[pellucid.tensor(index)] for positions."
)
_MANY = 32  # from so many entries on a list holds positions, whatever they are


class Parts(NamedTuple):
    """An index taken apart.

    Attributes:
        spec: the block, one entry for each axis of the Tensor.
        shape: of the block, new axes included.
        axes, lookups: axes of that shape in which positions are looked up, and the positions.
    """

    spec: Spec
    shape: Shape
    axes: tuple[int, ...]
    lookups: tuple[Node, ...]


def getitem(x: Node, index: Any) -> Node:
    """The part of `x` that an index names."""
    if type(index) is int and x.shape:
        at = index if 0 <= index < x.shape[0] else _position(index, x.shape[0], 0)
        return slice_(x, spec=(at, *_behind(x.shape)))
    if type(index) is tuple and len(index) == len(x.shape):
        places = [i for i, n in zip(index, x.shape, strict=True) if type(i) is int and 0 <= i < n]
        if len(places) == len(index):
            return slice_(x, spec=index)
    parts = _of_positions(index, x.shape) or _taken_apart(index, x.shape)
    block = _block(x, parts)
    return take(block, *parts.lookups, axes=parts.axes) if parts.axes else block


@lru_cache(maxsize=1024)
def _whole(shape: Shape) -> tuple[tuple[int, int, int], ...]:
    """All of every axis."""
    return tuple([(0, n, 1) for n in shape])


@lru_cache(maxsize=1024)
def _behind(shape: Shape) -> tuple[tuple[int, int, int], ...]:
    """All of every axis but the first."""
    return _whole(shape[1:])


def setitem(x: Tensor, index: Any, value: Any) -> None:
    """Write into the part of `x` that an index names."""
    node = _value(value, x._node)
    mask = _whole_mask(index, x._node)
    if mask is not None and numel(node.shape) == 1:
        _write_masked(x, mask, reshape(node, shape=()))
        return
    parts = _taken_apart(index, x._node.shape)
    if parts.axes and isinstance(value, Tensor):
        must_agree("x[index] = value", "value", value.dtype, "x", x.dtype)
    node = _fitted(node, parts)
    if recorded(x, node):
        replace(x, _with(x._node, parts, node))
    else:
        at = at_axes(parts.axes, len(parts.shape), [x.array for x in parts.lookups])
        overwrite(x, node, parts.spec, parts.shape, at)


# ---- reading and writing a part ------------------------------------------------------------------


def _block(x: Node, parts: Parts) -> Node:
    if parts.spec != _whole(x.shape):
        x = slice_(x, spec=parts.spec)
    elif parts.shape == x.shape and not parts.axes:
        return reshape(x, shape=x.shape)  # a view of its own, as x[:] and x[...] are
    return x if x.shape == parts.shape else reshape(x, shape=parts.shape)


def _with(x: Node, parts: Parts, value: Node) -> Node:
    """`x` with a part replaced, as a new node."""
    if parts.axes:
        value = index_put(_block(x, parts), value, *parts.lookups, axes=parts.axes)
    block = tuple(len(range(*s)) for s in parts.spec if not isinstance(s, int))
    if value.shape != block:
        value = reshape(expand(value, shape=parts.shape), shape=block)
    return put(x, value, spec=parts.spec)


def _write_masked(x: Tensor, mask: Node, value: Node) -> None:
    lead = reshape(mask, shape=mask.shape + (1,) * (len(x._node.shape) - len(mask.shape)))
    changed = where(lead, value, x._node)
    if recorded(x, changed):
        replace(x, changed)
    else:
        overwrite(x, changed)


def _value(value: Any, like: Node) -> Node:
    node = node_of(value)
    if isinstance(node, bool | int | float):
        node = written(node, like.dtype) if type(node) is int else node
        node = constant(node, like.dtype)
    elif not isinstance(node, Node):
        array = np.asarray(node)
        node = leaf(array, array.shape, of_kind(array.dtype))
    return node if node.dtype is like.dtype else cast(node, dtype=like.dtype)


def _fitted(value: Node, parts: Parts) -> Node:
    """The value without leading axes of size 1 that its place does not have."""
    wanted = parts.shape
    if parts.axes:
        wanted = taken(wanted, *(x.shape for x in parts.lookups), axes=parts.axes)
    extra = len(value.shape) - len(wanted)
    if extra > 0 and numel(value.shape[:extra]) == 1:
        value = reshape(value, shape=value.shape[extra:])
    try:
        fits = broadcast(value.shape, wanted) == wanted
    except Mismatch:
        fits = False
    if not fits:
        raise ShapeError(
            f"a value of shape {show(value.shape)} can't be written into a part of shape "
            f"{show(wanted)}.\n Sizes must be equal, or 1 in the value."
        )
    return value


# ---- taking an index apart -----------------------------------------------------------------------


def _whole_mask(index: Any, x: Node) -> Node | None:
    """The mask, where the index is one mask over the first axes and nothing else."""
    if isinstance(index, np.ndarray) and index.dtype.kind == "b":
        index = _array_node(index)
    elif isinstance(index, Tensor):
        index = index._node
    if (
        isinstance(index, Node)
        and index.dtype is bool_
        and index.shape == x.shape[: len(index.shape)]
    ):
        return index if index.shape else None
    return None


def _of_positions(index: Any, shape: Shape) -> Parts | None:
    """The parts of the usual look-up: positions in Tensors, and numbers; None for another index."""
    items = index if type(index) is tuple else (index,)
    if len(items) > len(shape):
        return None
    spec: list[Any] = []
    out: list[int] = []
    axes: list[int] = []
    lookups: list[Node] = []
    for item, n in zip(items, shape, strict=False):
        if type(item) is int:
            spec.append(_position(item, n, len(spec)))
        elif type(item) is Tensor and item._node.dtype is int64 and item._node.shape:
            axes.append(len(out))
            lookups.append(_positions(item._node, n, len(spec)))
            spec.append((0, n, 1))
            out.append(n)
        else:
            return None
    rest = shape[len(items) :]
    if lookups and any(x.shape != lookups[0].shape for x in lookups):
        _together(lookups)
    return Parts((*spec, *_whole(rest)), (*out, *rest), tuple(axes), tuple(lookups))


def _taken_apart(index: Any, shape: Shape) -> Parts:
    """The parts of an index; one of numbers and ranges is taken apart once for each shape."""
    plain: list[Any] = []
    for item in index if type(index) is tuple else (index,):
        if type(item) is slice:
            item = item.start, item.stop, item.step
            if not all(type(n) is int or n is None for n in item):
                return _parts(index, shape)
        elif type(item) is not int and item is not None and item is not ...:
            return _parts(index, shape)
        plain.append(item)
    return _plain_parts(tuple(plain), shape)


@lru_cache(maxsize=4096)
def _plain_parts(items: tuple[Any, ...], shape: Shape) -> Parts:
    return _parts(tuple(slice(*i) if type(i) is tuple else i for i in items), shape)


def _parts(index: Any, shape: Shape) -> Parts:
    items = _completed(index, shape)
    spec: list[Any] = []
    out: list[int] = []
    axes: list[int] = []
    lookups: list[Node] = []
    for item in items:
        if item is None:
            out.append(1)
            continue
        if isinstance(item, Node) and item.dtype is bool_:  # a 0-axis yes or no
            axes.append(len(out))
            lookups.append(reshape(nonzero(reshape(item, shape=(1,))), shape=(-1,)))
            out.append(1)
            continue
        n = shape[len(spec)]
        if isinstance(item, Node):
            axes.append(len(out))
            lookups.append(_positions(item, n, len(spec)))
        entry = (
            (0, n, 1) if isinstance(item, Node)
            else _position(item, n, len(spec)) if isinstance(item, int)
            else _range(item, n)
        )  # fmt: skip
        spec.append(entry)
        if not isinstance(entry, int):
            out.append(len(range(*entry)))
    _together(lookups)
    return Parts(tuple(spec), tuple(out), tuple(axes), tuple(lookups))


def _together(lookups: list[Node]) -> None:
    try:
        broadcast(*(x.shape for x in lookups))
    except Mismatch as mismatch:
        raise IndexShapeError(f"the arrays of an index don't fit together: {mismatch}.") from None


def _completed(index: Any, shape: Shape) -> list[Any]:
    """One entry per axis, the ellipsis filled in, masks turned into positions."""
    if _means_a_tuple(index):
        caution(_TUPLE)
        index = tuple(index)
    items = [_item(i) for i in (index if isinstance(index, tuple) else (index,))]
    used = sum(_covers(i) for i in items)
    missing = len(shape) - used
    if missing < 0:
        raise IndexRangeError(
            f"too many indices: {used} for a Tensor with {_axes(len(shape))}, shape {show(shape)}."
        )
    dots = [k for k, i in enumerate(items) if i is ...]
    if len(dots) > 1:
        raise IndexRangeError("an index can hold '...' only once.")
    at = dots[0] if dots else len(items)
    items = items[:at] + [slice(None)] * missing + items[at + 1 :]
    out: list[Any] = []
    axis = 0
    for item in items:
        if isinstance(item, Node) and item.dtype is bool_ and item.shape:
            out.extend(_places(item, shape, axis))
        else:
            out.append(item)
        axis += _covers(item)
    return out


def _means_a_tuple(index: Any) -> bool:
    """Whether a list, or another sequence, stands for several indices side by side."""
    if isinstance(index, tuple | Tensor | np.ndarray | str) or not isinstance(index, Sequence):
        return False
    several = (Sequence, Tensor, np.ndarray, slice)
    return len(index) < _MANY and any(
        i is None or i is ... or isinstance(i, several) for i in index
    )


def _axes(rank: int) -> str:
    return "one axis" if rank == 1 else f"{rank} axes" if rank else "no axes"


def _covers(item: Any) -> int:
    """How many axes of the Tensor an entry stands for."""
    if item is None or item is ...:
        return 0
    return len(item.shape) if isinstance(item, Node) and item.dtype is bool_ else 1


def _item(item: Any) -> Any:
    """An entry as an int, a range, None, `...`, or the node of an array."""
    if item is None or item is ... or type(item) is int or isinstance(item, slice):
        return item
    if isinstance(item, np.integer):
        return int(item)
    node = item._node if isinstance(item, Tensor) else _array_node(item)
    if node.dtype is uint8:
        caution(_BYTES)
        node = cast(node, dtype=bool_)
    if node.dtype.category not in (BOOL, INT):
        raise IndexKindError(
            f"an index must hold whole numbers or be a mask of bool, and is {node.dtype.name}.\n"
            " Convert it first: x[index.long()] for positions, x[index.bool()] for a mask."
        )
    if not node.shape and node.dtype is not bool_ and node.array is not None:
        return int(node.array)
    return node


def _array_node(item: Any) -> Node:
    if not isinstance(item, bool | np.bool_ | np.ndarray | list | tuple | range):
        raise IndexKindError(
            f"an index can't hold {a_kind(item)}: {item!r}.\n"
            " Use int, slice, None, '...', or an array of positions."
        )
    try:
        array = np.asarray([np.asarray(i) for i in item] if isinstance(item, list) else item)
    except ValueError:
        raise ShapeError(f"the index {item!r} has rows of different lengths.") from None
    if not array.size and not isinstance(item, np.ndarray):
        array = array.astype(np.int64)
    return leaf(array, array.shape, of_kind(array.dtype), kind="constant")


def _places(mask: Node, shape: Shape, axis: int) -> list[Node]:
    covered = shape[axis : axis + len(mask.shape)]
    if mask.shape != covered:
        raise IndexRangeError(
            f"the mask has shape {show(mask.shape)}, and the axes it covers have {show(covered)}.\n"
            " They must be equal."
        )
    found = nonzero(mask)
    count = found.shape[0]
    return [slice_(found, spec=((0, count, 1), k)) for k in range(len(mask.shape))]


def _range(item: Any, n: int) -> tuple[int, int, int]:
    first, last, stride = (_bound(b) for b in (item.start, item.stop, item.step))
    if stride is not None and stride <= 0:
        raise SettingError(
            f"the step of a slice must be positive and is {stride}.\n"
            " Turn the axis around with x.flip(0)."
        )
    start, stop, step = slice(first, last, stride).indices(n)
    return start, max(start, stop), step


def _bound(value: Any) -> int | None:
    if value is None or type(value) is int:
        return value
    try:
        return int(value.__index__())
    except (AttributeError, TypeError):
        raise DTypeError(
            f"the ends and the step of a slice must be whole numbers, not {value!r}."
        ) from None


def _position(item: int, n: int, axis: int) -> int:
    if not -n <= item < n:
        raise IndexRangeError(f"index {item} is out of range: dim {axis} has {n} entries.")
    return item % n


def _positions(index: Node, n: int, axis: int) -> Node:
    """Positions checked where they are known, counted from the start."""
    array = index.array
    counted_back = look_at(index, partial(_check_positions, n, axis))
    if array is None and counted_back is not False:
        return where(lt(index, 0), add(index, n), index)
    if array is not None and counted_back:
        array = np.where(array < 0, array + n, array)
        return leaf(array, index.shape, index.dtype, kind="constant")
    return index if index.dtype is int64 else cast(index, dtype=int64)


def _check_positions(n: int, axis: int, numbers: Any) -> bool:
    """Whether some positions are counted from the end; refuses those outside."""
    if not numbers.size:
        return False
    # Seen as unsigned, a negative number is a huge one: one look at the largest settles most.
    if numbers.dtype.char == "l" and np.maximum.reduce(numbers.view("L"), axis=None) < n:
        return False
    low, high = int(numbers.min()), int(numbers.max())
    if low < -n or high >= n:
        worst = high if high >= n else low
        raise IndexRangeError(f"index {worst} is out of range: dim {axis} has {n} entries.")
    return low < 0
