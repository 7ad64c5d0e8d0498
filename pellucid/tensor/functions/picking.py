"""Taking numbers by position, and putting numbers at positions, with PyTorch's arguments."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

from pellucid.dtypes import FLOAT, INT, bool_, int64
from pellucid.errors import DTypeError, IndexRangeError, SettingError, ShapeError, TraceError
from pellucid.graph.emit import constant
from pellucid.graph.node import Node
from pellucid.ops import elementwise as ew
from pellucid.ops import indexing as ix
from pellucid.ops import movement as mv
from pellucid.ops import writing as wr
from pellucid.ops.agree import must_agree
from pellucid.ops.compare import lt, where
from pellucid.ops.ordering import nonzero as find
from pellucid.shapes import broadcast, normalize_axis, show
from pellucid.tensor.bounds import look_at
from pellucid.tensor.functions.scalars import as_row, row_of_one
from pellucid.tensor.lift import FUNCTIONS, function

__all__ = ["known_range", "positions", "wrapped"]


def positions(name: str, index: Node, n: int, dim: int) -> Node:
    """Check that whole numbers lie in `0..n-1`, where they are known; negative ones are refused."""
    if index.dtype.category != INT:
        raise DTypeError(
            f"{name}: index must hold whole numbers and is {index.dtype.name}.\n"
            " Convert it first: index.long()."
        )
    look_at(index, partial(_check_positions, name, n, dim))
    return index


def _check_positions(name: str, n: int, dim: int, numbers: Any) -> None:
    if not numbers.size:
        return
    low, high = int(numbers.min()), int(numbers.max())
    if low < 0 or high >= n:
        worst = low if low < 0 else high
        raise IndexRangeError(
            f"{name}: index {worst} is out of range: dim {dim} has {n} entries.\n"
            f" Valid positions are 0 to {n - 1}." if n else
            f"{name}: index {worst} is out of range: dim {dim} is empty."
        )  # fmt: skip


def known_range(name: str, x: Node) -> tuple[int, int]:
    """The smallest and the largest of whole numbers that must be known; (0, -1) for none."""
    if x.array is None:
        raise TraceError(
            f"{name} needs the values, and only shapes are known here.\n Compute it before tracing."
        )
    return (int(x.array.min()), int(x.array.max())) if x.size else (0, -1)


def wrapped(name: str, index: Node, n: int) -> Node:
    """Positions counted from the start; negative ones count from the end."""
    if index.array is not None and index.size:
        low, high = known_range(name, index)
        if low < -n or high >= n:
            worst = low if low < -n else high
            raise IndexRangeError(f"{name}: index {worst} is out of range: there are {n} entries.")
        if low >= 0:
            return index
    return where(lt(index, 0), ew.add(index, n), index)


@function()
@row_of_one
def gather(input: Node, dim: int, index: Node, *, sparse_grad: bool = False) -> Node:
    """Pick one number per position of `index` along `dim`. Gradients are never sparse here."""
    axis = normalize_axis(dim, len(input.shape))
    if not index.size and len(index.shape) != len(input.shape):  # none is picked, in any shape
        none = mv.reshape(index, shape=(0,) * len(input.shape))
        return mv.reshape(ix.gather(input, none, axis=axis), shape=index.shape)
    return ix.gather(input, positions("gather", index, input.shape[axis], dim), axis=axis)


@function()
def take_along_dim(input: Node, indices: Node, dim: int | None = None) -> Node:
    """Pick along `dim`; the other axes are broadcast, as `argsort` and `argmax` results need."""
    if indices.dtype is not int64:
        raise DTypeError(f"take_along_dim: positions are int64, not {indices.dtype.name}.")
    if dim is None:
        input, dim = mv.reshape(input, shape=(input.size,)), 0
        indices = mv.reshape(indices, shape=(indices.size,))
    axis = normalize_axis(dim, len(input.shape))
    if len(input.shape) != len(indices.shape):
        raise ShapeError(
            f"take_along_dim: indices need as many axes as the Tensor: "
            f"{show(indices.shape)} and {show(input.shape)}."
        )
    lead = broadcast(_but(input, axis), _but(indices, axis))
    input = mv.expand(input, shape=(*lead[:axis], input.shape[axis], *lead[axis + 1 :]))
    indices = mv.expand(indices, shape=(*lead[:axis], indices.shape[axis], *lead[axis + 1 :]))
    n = input.shape[axis]
    return ix.gather(input, wrapped("take_along_dim", indices, n), axis=axis)


def _but(x: Node, axis: int) -> tuple[int, ...]:
    return tuple(1 if a == axis else n for a, n in enumerate(x.shape))


@function()
def index_select(input: Node, dim: int, index: Node) -> Node:
    """The slices of `input` at the positions `index` along `dim`."""
    axis = normalize_axis(dim, len(input.shape))
    if len(index.shape) > 1:
        raise ShapeError(f"index_select: index needs one axis and has shape {show(index.shape)}.")
    index = positions("index_select", index, input.shape[axis] if input.shape else 1, dim)
    if not input.shape:
        return input
    return ix.take(input, mv.reshape(index, shape=(index.size,)), axes=(axis,))


@function()
def take(input: Node, index: Node) -> Node:
    """Pick from the flattened Tensor."""
    flat = mv.reshape(input, shape=(input.size,))
    return ix.take(flat, wrapped("take", index, input.size), axes=(0,))


def _cast_like(value: Any, input: Node) -> Any:
    if isinstance(value, Node) and value.dtype is not input.dtype:
        return ew.cast(value, dtype=input.dtype)
    return value


@function()
@row_of_one
def scatter(
    input: Node,
    dim: int,
    index: Node,
    src: Any = None,
    *,
    value: Any = None,
    reduce: str | None = None,
) -> Node:
    """`input` with the numbers at positions `index` along `dim` replaced by `src`.

    With `reduce` "add" or "multiply" they are added or multiplied instead.
    """
    source = value if src is None else src
    if source is None:
        raise SettingError("scatter needs src (a Tensor) or value (a number).")
    axis = normalize_axis(dim, len(input.shape))
    index = positions("scatter", index, input.shape[axis], dim)
    if isinstance(source, Node) and source.shape:
        must_agree("scatter", "src", source.dtype, "input", input.dtype)
    source = _cast_like(source, input)
    if reduce is None:
        return wr.scatter(input, index, source, axis=axis)
    if reduce not in ("add", "multiply"):
        raise SettingError(f"scatter: reduce must be 'add' or 'multiply' and is {reduce!r}.")
    if not isinstance(source, Node):
        source = mv.expand(constant(source, input.dtype), shape=index.shape)
    if reduce == "multiply":
        return wr.scatter_mul(input, index, source, axis=axis)
    return ew.add(input, ix.scatter_add(source, index, axis=axis, shape=input.shape))


@function()
@row_of_one
def scatter_add(input: Node, dim: int, index: Node, src: Node) -> Node:
    """`input` with the numbers of `src` added at positions `index` along `dim`."""
    axis = normalize_axis(dim, len(input.shape))
    index = positions("scatter_add", index, input.shape[axis], dim)
    ix.gathered(input.shape, index.shape, axis)
    if len(index.shape) != len(src.shape) or any(
        n > m for n, m in zip(index.shape, src.shape, strict=True)
    ):
        raise ShapeError(
            f"scatter_add: index {show(index.shape)} names more than the numbers of "
            f"src {show(src.shape)}."
        )
    must_agree("scatter_add", "src", src.dtype, "input", input.dtype)
    return ew.add(input, ix.scatter_add(src, index, axis=axis, shape=input.shape))


@function()
@row_of_one
def index_add(input: Node, dim: int, index: Node, source: Node, *, alpha: float = 1) -> Node:
    """`input` with the slices of `source` added at the positions `index` along `dim`."""
    axis = normalize_axis(dim, len(input.shape))
    index = positions("index_add", index, input.shape[axis], dim)
    expected = (*input.shape[:axis], index.size, *input.shape[axis + 1 :])
    if source.shape != expected:
        raise ShapeError(
            f"index_add: source needs shape {show(expected)} and has {show(source.shape)}."
        )
    must_agree("index_add", "source", source.dtype, "input", input.dtype)
    more = source if alpha == 1 else ew.mul(source, alpha)
    return ew.add(input, ix.index_add(more, index, axes=(axis,), shape=input.shape))


def _mask(name: str, mask: Node) -> Node:
    if mask.dtype is not bool_:
        raise DTypeError(
            f"{name}: the mask must be bool and is {mask.dtype.name}.\n"
            " Make it from a question, such as x > 0."
        )
    return mask


@function()
def masked_fill(input: Node, mask: Node, value: Any) -> Node:
    """`input` with `value` where the mask holds; the dtype stays that of `input`."""
    broadcast(input.shape, _mask("masked_fill", mask).shape)
    if isinstance(value, Node) and value.shape:
        raise ShapeError(f"masked_fill: value must be one number, not {show(value.shape)}.")
    return where(mask, _of_its_kind(value, input), input)


def _of_its_kind(value: Any, input: Node) -> Any:
    """One number as `input` can hold it: 1.5 among whole numbers is 1, as PyTorch has it."""
    if isinstance(value, Node) or input.dtype.category == FLOAT:
        return _cast_like(value, input)
    if value != value or value in (math.inf, -math.inf):
        raise DTypeError(
            f"masked_fill: {value} can't be written among {input.dtype.name} numbers.\n"
            " Convert first: x.float()."
        )
    return bool(value) if input.dtype is bool_ else int(value)


@function()
def masked_select(input: Node, mask: Node) -> Node:
    """The numbers where the mask holds, in a row."""
    shape = broadcast(input.shape, _mask("masked_select", mask).shape)
    at = find(mv.reshape(mv.expand(mask, shape=shape), shape=(-1,)))
    flat = mv.reshape(mv.expand(input, shape=shape), shape=(-1,))
    return ix.take(flat, mv.reshape(at, shape=(at.shape[0],)), axes=(0,))


@function()
def nonzero(input: Node, *, as_tuple: bool = False) -> Any:
    """The positions of all numbers that are not zero: one row each, or one Tensor per axis."""
    if not as_tuple:
        return find(input)
    found = find(as_row(input))
    return tuple(
        mv.slice_(found, spec=((0, found.shape[0], 1), axis)) for axis in range(found.shape[1])
    )


@function()
def one_hot(tensor: Node, num_classes: int = -1) -> Node:
    """A row with a single 1 for each class number; offered as `nn.functional.one_hot`."""
    if tensor.dtype.category != INT:
        raise DTypeError(
            f"one_hot: class numbers must be whole and are {tensor.dtype.name}.\n"
            " Convert them first: labels.long()."
        )
    return ix.one_hot(tensor, classes=_classes(tensor, num_classes), dtype=int64)


def _classes(tensor: Node, wanted: int) -> int:
    if tensor.array is None:
        if wanted < 1:
            raise SettingError("one_hot: pass num_classes; the numbers are not known here.")
        return wanted
    if not tensor.size and wanted < 1:
        raise SettingError("one_hot: pass num_classes; there are no class numbers to count.")
    if wanted == 0 or wanted < -1:
        raise SettingError(f"one_hot: num_classes is from 1 on, or -1 to count; it is {wanted}.")
    low, high = known_range("one_hot", tensor)
    if low < 0:
        raise IndexRangeError(f"one_hot: class {low} is negative; classes start at 0.")
    if 0 < wanted <= high:
        raise IndexRangeError(
            f"one_hot: class {high} does not exist: the {wanted} classes are 0 to {wanted - 1}.\n"
            f" Make num_classes at least {high + 1}."
        )
    return wanted if wanted > 0 else high + 1


FUNCTIONS["argwhere"] = FUNCTIONS["nonzero"]
