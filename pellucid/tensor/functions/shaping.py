"""Other axes for the same numbers, with PyTorch's names and arguments."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import Any

import numpy as np

from pellucid.dtypes import INT, DType, promote
from pellucid.errors import DTypeError, IndexRangeError, SettingError, ShapeError, TraceError
from pellucid.graph.halves import at_hand
from pellucid.graph.mode import engine
from pellucid.graph.node import Node, leaf
from pellucid.ops import movement as mv
from pellucid.ops.elementwise import cast, clone
from pellucid.shapes import Shape, broadcast, normalize_axis, numel, show, whole
from pellucid.spelling import a_kind
from pellucid.tensor.functions.picking import known_range
from pellucid.tensor.lift import FUNCTIONS, function

__all__ = ["flat_sizes", "offset_of", "some_axis"]


def some_axis(name: str, input: Node, dim: int) -> int:
    """The axis that `dim` names, counted from the start; a single number has none to cut."""
    axis = normalize_axis(dim, len(input.shape))
    if not input.shape:
        raise ShapeError(
            f"{name} needs at least one axis, and the Tensor has none.\n Give it one: x.reshape(1)."
        )
    return axis


def flat_sizes(sizes: tuple[Any, ...]) -> tuple[int, ...]:
    """`x.view(2, 3)` and `x.view((2, 3))` mean the same."""
    if len(sizes) == 1 and isinstance(sizes[0], tuple | list):
        sizes = tuple(sizes[0])
    return tuple(n if type(n) is int else whole(n, "a size") for n in sizes)


@function()
def reshape(input: Node, *shape: Any) -> Node:
    """The same numbers in other axes; one size may be −1."""
    return mv.reshape(input, shape=flat_sizes(shape))


@function()
def view(input: Node, *size: Any, dtype: DType | None = None) -> Node:
    """The same numbers in other axes, of which one may be −1; or the same bits as another dtype."""
    if dtype is not None or (len(size) == 1 and isinstance(size[0], DType)):
        return _bits_as(input, dtype or size[0])
    try:
        return mv.reshape(input, shape=flat_sizes(size))
    except ShapeError as error:  # the name that was called
        error.args = (str(error).replace("reshape", "view", 1),)
        raise


def _bits_as(input: Node, dtype: DType) -> Node:
    """The same memory, read as another kind of number; blame doesn't pass."""
    if input.array is None:
        raise TraceError("view: bits can be read only where the numbers are known.")
    array = input.array
    at_hand(dtype)
    if array.dtype.itemsize != dtype.itemsize and not array.ndim:
        raise ShapeError(f"view: one {input.dtype.name} has not the bytes of a {dtype.name}.")
    if array.size and dtype.itemsize > array.itemsize:
        start = offset_of(array)
        if start * array.itemsize % dtype.itemsize:
            raise ShapeError(
                f"view: the numbers start {start} {input.dtype.name} after the start of the memory"
                f" that they share, inside of a {dtype.name}.\n Try x.clone() first."
            )
        if any(apart % dtype.itemsize for apart in array.strides[:-1]):
            raise ShapeError(
                f"view: neighbors along the first axes of {show(input.shape)} do not lie a number"
                f" of {dtype.name} apart.\n Try x.contiguous() first."
            )
    try:
        seen = array.view(dtype.name)
    except ValueError:
        raise ShapeError(
            f"view: the last axis of {show(input.shape)} can't be cut into numbers of"
            f" {dtype.itemsize} bytes, or does not lie in order.\n Try x.contiguous() first."
        ) from None
    return leaf(seen, seen.shape, dtype)


def offset_of(array: Any) -> int:
    """How many numbers lie before the first of an array in the memory that it shares."""
    root = array
    while isinstance(getattr(root, "base", None), np.ndarray):
        root = root.base
    return 0 if root is array else int((array.ctypes.data - root.ctypes.data) // array.itemsize)


@function()
def flatten(input: Node, start_dim: int = 0, end_dim: int = -1) -> Node:
    """Axes `start_dim` to `end_dim` as one."""
    rank = len(input.shape)
    if rank == 0:
        return mv.reshape(input, shape=(1,))
    a, b = normalize_axis(start_dim, rank), normalize_axis(end_dim, rank)
    if a > b:
        raise ShapeError(f"flatten: start_dim {start_dim} comes after end_dim {end_dim}.")
    merged = numel(input.shape[a : b + 1])
    return mv.reshape(input, shape=(*input.shape[:a], merged, *input.shape[b + 1 :]))


@function()
def ravel(input: Node) -> Node:
    """All numbers in a row that lies in order in memory: a view where they do, else a copy."""
    array = input.array
    if array is not None and engine().in_order(array) is not array:
        input = clone(input)
        input.array = engine().in_order(input.array)
    return mv.reshape(input, shape=(input.size,))


@function()
def squeeze(input: Node, dim: int | tuple[int, ...] | None = None) -> Node:
    """Drop axes of size 1: all, or only `dim`."""
    rank = len(input.shape)
    dims = range(rank) if dim is None else [dim] if isinstance(dim, int) else dim
    drop = {normalize_axis(d, rank) for d in dims}
    kept = tuple(n for i, n in enumerate(input.shape) if not (i in drop and n == 1))
    return mv.reshape(input, shape=kept)


@function()
def unsqueeze(input: Node, dim: int) -> Node:
    """A new axis of size 1 at `dim`."""
    at = normalize_axis(dim, len(input.shape) + 1)
    return mv.reshape(input, shape=(*input.shape[:at], 1, *input.shape[at:]))


@function()
def permute(input: Node, *dims: Any) -> Node:
    """The axes in another order."""
    axes = tuple(normalize_axis(d, len(input.shape)) for d in flat_sizes(dims))
    return mv.permute(input, axes=axes)


@function()
def transpose(input: Node, dim0: int, dim1: int) -> Node:
    """Exchange two axes."""
    return mv.swap(input, dim0, dim1) if input.shape else input


@function()
def t(input: Node) -> Node:
    """A matrix mirrored at its diagonal."""
    if len(input.shape) > 2:
        raise ShapeError(
            f"t() is for at most two axes; this has {len(input.shape)}. Use transpose()."
        )
    return mv.swap(input, 0, 1) if len(input.shape) == 2 else input


@function()
def expand(input: Node, *size: Any) -> Node:
    """Stretch axes of size 1 without copying; −1 keeps a size."""
    return _stretched(input, flat_sizes(size))


@function()
def broadcast_to(input: Node, shape: Any = None, *, size: Any = None) -> Node:
    """Stretch to a shape; `size` is another name for it."""
    return _stretched(input, flat_sizes((size if shape is None else shape,)))


@function()
def expand_as(input: Node, other: Node) -> Node:
    """Stretch to the shape of another Tensor."""
    return _stretched(input, other.shape)


def _stretched(input: Node, shape: Shape) -> Node:
    """What stretches no axis can still be written, as an equal shape with more axes of size 1."""
    lead = len(shape) - len(input.shape)
    pairs = zip(shape[max(lead, 0) :], input.shape, strict=False)
    if lead >= 0 and set(shape[:lead]) <= {1} and all(n in (-1, m) for n, m in pairs):
        return mv.reshape(input, shape=shape[:lead] + input.shape)
    return mv.expand(input, shape=shape)


def listed(name: str, tensors: Any) -> list[Any]:
    """The Tensors of a list; a lone number is none."""
    if isinstance(tensors, Node):
        raise TypeError  # who called says what is missing
    if not isinstance(tensors, Iterable):
        kind = a_kind(tensors)
        raise DTypeError(f"{name} takes a list of Tensors and got {kind}.\n Write {name}([a, b]).")
    return list(tensors)


@function()
def cat(tensors: Any, dim: int = 0) -> Node:
    """Join Tensors end to end along `dim`."""
    parts = listed("cat", tensors)
    if not parts:
        raise SettingError("cat needs at least one Tensor and got an empty list.")
    if any(isinstance(p, Node) and not p.shape for p in parts):
        raise ShapeError(
            "cat joins along an axis, and a Tensor without axes is among them.\n"
            " stack makes a row of single numbers."
        )
    kept = [p for p in parts if p.shape != (0,)]  # PyTorch skips empty 1-axis Tensors
    if not kept:
        return mv.cat(*parts, axis=0)
    if len(kept) < len(parts):  # whose kind of number counts all the same
        kind = reduce(promote, (p.dtype for p in parts))
        kept[0] = kept[0] if kept[0].dtype is kind else cast(kept[0], dtype=kind)
    return mv.cat(*kept, axis=normalize_axis(dim, len(kept[0].shape)))


FUNCTIONS["concat"] = FUNCTIONS["concatenate"] = FUNCTIONS["cat"]


@function()
def stack(tensors: Any, dim: int = 0) -> Node:
    """Join Tensors along a new axis."""
    parts = listed("stack", tensors)
    if not parts:
        raise SettingError("stack needs at least one Tensor and got an empty list.")
    if len({p.shape for p in parts}) > 1:
        raise ShapeError(_unequal([p.shape for p in parts], dim))
    first = parts[0].shape
    axis = normalize_axis(dim, len(first) + 1)
    if axis == len(first):
        return mv.cat(*[unsqueeze(p, axis) for p in parts], axis=axis)
    # End to end along the axis before which the new one comes, they lie as they are to lie.
    joined = mv.cat(*parts, axis=axis)
    return mv.reshape(joined, shape=(*first[:axis], len(parts), *first[axis:]))


def _unequal(shapes: list[Shape], dim: int) -> str:
    """Why these can't be stacked, and what can be done with them."""
    first = shapes[0]
    i, other = next((i, s) for i, s in enumerate(shapes) if s != first)
    text = f"stack needs equal shapes: Tensor 0 is {show(first)} and Tensor {i} is {show(other)}."
    if len({numel(s) for s in shapes}) == 1:
        return f"{text}\n All hold {numel(first)} numbers: x.reshape{show(first)} makes them equal."
    uneven = [a for a in range(len(first)) if len({s[a : a + 1] for s in shapes}) > 1]
    if len({len(s) for s in shapes}) > 1 or len(uneven) > 1:
        return f"{text}\n Cut, pad or reshape them to one shape first, such as {show(first)}."
    joined = f"cat(…, dim={uneven[0]}) joins them end to end"
    if uneven == [0] and dim == 0:
        longest = max(s[0] for s in shapes)
        pad = "nn.utils.rnn.pad_sequence(…, batch_first=True)"
        return f"{text}\n {pad} fills all up to {longest} with zeros;\n {joined}."
    return f"{text}\n They differ along dim {uneven[0]} alone: {joined}."


@function()
def split(input: Node, split_size_or_sections: Any, dim: int = 0) -> tuple[Node, ...]:
    """Cut along `dim` into pieces of one size, or of the sizes listed."""
    axis = some_axis("split", input, dim)
    total = input.shape[axis]
    if isinstance(split_size_or_sections, int):
        step = split_size_or_sections
        if step < 0 or (total and not step):
            raise SettingError(f"split: the size of a piece must be positive and is {step}.")
        sizes = [min(step, total - i) for i in range(0, total, step or 1)] or [0]
    else:
        sizes = list(split_size_or_sections)
        if sum(sizes) != total:
            raise ShapeError(
                f"split: the pieces {sizes} sum to {sum(sizes)}; dim {dim} has {total}."
            )
    return tuple(_pieces(input, axis, sizes))


@function()
def chunk(input: Node, chunks: int, dim: int = 0) -> tuple[Node, ...]:
    """Cut along `dim` into at most so many pieces of equal size."""
    if chunks <= 0:
        raise SettingError(f"chunk: the number of chunks must be positive and is {chunks}.")
    axis = some_axis("chunk", input, dim)
    total = input.shape[axis]
    return split(input, -(-total // chunks) if total else [0] * chunks, dim)


@function()
def unbind(input: Node, dim: int = 0) -> tuple[Node, ...]:
    """The Tensors along `dim`, without that axis."""
    axis = some_axis("unbind", input, dim)
    shape = (*input.shape[:axis], *input.shape[axis + 1 :])
    return tuple(mv.reshape(p, shape=shape) for p in _pieces(input, axis, [1] * input.shape[axis]))


def _pieces(input: Node, axis: int, sizes: list[int]) -> list[Node]:
    out, start = [], 0
    for size in sizes:
        spec: list[Any] = [(0, n, 1) for n in input.shape]
        spec[axis] = (start, start + size, 1)
        out.append(mv.slice_(input, spec=tuple(spec)))
        start += size
    return out


@function()
def broadcast_tensors(*tensors: Node) -> tuple[Node, ...]:
    """All stretched to their common shape."""
    shape = broadcast(*(t.shape for t in tensors))
    return tuple(mv.expand(t, shape=shape) for t in tensors)


@function()
def movedim(input: Node, source: Any, destination: Any) -> Node:
    """Axes `source` at the places `destination`; the others keep their order."""
    rank = len(input.shape)
    a = [normalize_axis(d, rank) for d in ((source,) if isinstance(source, int) else source)]
    b = [
        normalize_axis(d, rank)
        for d in ((destination,) if isinstance(destination, int) else destination)
    ]
    if len(a) != len(b) or len({*a}) != len(a) or len({*b}) != len(b):
        raise ShapeError(
            f"movedim needs one destination for each source, none twice: {source} to {destination}."
        )
    order = [i for i in range(rank) if i not in a]
    for place, axis in sorted(zip(b, a, strict=True)):
        order.insert(place, axis)
    return mv.permute(input, axes=tuple(order))


@function()
def narrow(input: Node, dim: int, start: Any, length: Any) -> Node:
    """`length` entries along `dim`, from `start` on."""
    axis = some_axis("narrow", input, dim)
    n = input.shape[axis]
    if isinstance(start, Node):
        if start.shape or start.dtype.category != INT:
            raise ShapeError(f"narrow: start must be one whole number, not {show(start.shape)}.")
        start = known_range("narrow", start)[0]
    if isinstance(length, Node):
        length = known_range("narrow", length)[0]
    first = start + n if start < 0 else start
    if length < 0 or not 0 <= first <= first + length <= n:
        raise IndexRangeError(
            f"narrow: {length} entries from {start} on don't lie inside dim {dim}, which has {n}."
        )
    spec = tuple(
        (first, first + length, 1) if a == axis else (0, m, 1) for a, m in enumerate(input.shape)
    )
    return mv.slice_(input, spec=spec)


@function()
def select(input: Node, dim: int, index: int) -> Node:
    """One entry along `dim`."""
    axis = normalize_axis(dim, len(input.shape))
    n = input.shape[axis] if input.shape else 0
    if not -n <= index < n:
        raise IndexRangeError(f"select: index {index} is outside dim {dim}, which has {n} entries.")
    spec = tuple(index % n if a == axis else (0, m, 1) for a, m in enumerate(input.shape))
    return mv.slice_(input, spec=spec)


def _stacked(tensors: Any, dim: int, rank: int) -> Node:
    name = "vstack" if rank == 2 else "hstack"
    parts = [atleast(rank, p) for p in listed(name, tensors)]
    if not parts:
        raise SettingError(f"{name} needs at least one Tensor and got an empty list.")
    return cat(parts, dim if len(parts[0].shape) > dim else 0)


def atleast(rank: int, x: Node) -> Node:
    """A row where there is no axis, a matrix of one row where there is one."""
    return mv.reshape(x, shape=(1,) * (rank - len(x.shape)) + x.shape) if len(x.shape) < rank else x


@function()
def hstack(tensors: Any) -> Node:
    """Join side by side: along dim 1, vectors along dim 0."""
    return _stacked(tensors, 1, 1)


@function()
def vstack(tensors: Any) -> Node:
    """Join one under the other: along dim 0, vectors as rows."""
    return _stacked(tensors, 0, 2)


@function()
def meshgrid(*tensors: Any, indexing: str = "ij") -> tuple[Node, ...]:
    """Coordinates of a grid: one Tensor for each axis."""
    vectors = (
        list(tensors[0])
        if len(tensors) == 1 and isinstance(tensors[0], tuple | list)
        else list(tensors)
    )
    if not vectors:
        raise SettingError("meshgrid needs at least one Tensor and got none.")
    for vector in vectors:
        if len(vector.shape) > 1:
            raise ShapeError(f"meshgrid takes rows of numbers, not shape {show(vector.shape)}.")
        if vector.dtype is not vectors[0].dtype:
            raise DTypeError(
                f"meshgrid: the Tensors are {vectors[0].dtype.name} and {vector.dtype.name};"
                " they must be of one dtype."
            )
    if indexing not in ("ij", "xy"):
        raise SettingError(f"meshgrid: indexing must be 'ij' or 'xy' and is {indexing!r}.")
    shape = tuple(v.size for v in vectors)
    grids = []
    for axis, vector in enumerate(vectors):
        column = tuple(n if a == axis else 1 for a, n in enumerate(shape))
        grids.append(mv.expand(mv.reshape(vector, shape=column), shape=shape))
    if indexing == "xy" and len(grids) > 1:
        grids = [mv.swap(g, 0, 1) for g in grids]
    return tuple(grids)


FUNCTIONS["swapaxes"] = FUNCTIONS["swapdims"] = FUNCTIONS["transpose"]
FUNCTIONS["moveaxis"] = FUNCTIONS["movedim"]
FUNCTIONS["row_stack"] = FUNCTIONS["vstack"]
