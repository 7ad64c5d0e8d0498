"""Look-ups in a table of vectors, one row for each number, or one average for each bag of numbers.

They take Tensors, not nodes, because with `max_norm` they write into the table.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from pellucid.errors import DTypeError, IndexRangeError, SettingError, ShapeError
from pellucid.graph.mode import switched
from pellucid.graph.node import Node
from pellucid.nn.functional.batch import write_cell
from pellucid.ops import elementwise as ew
from pellucid.ops import segment
from pellucid.ops.compare import gt, logical_and, ne, where
from pellucid.ops.lookup import embedding as look_up
from pellucid.ops.movement import reshape, slice_
from pellucid.ops.ordering import searchsorted
from pellucid.ops.product import norm
from pellucid.shapes import numel, show
from pellucid.spelling import a_kind
from pellucid.tensor import Tensor
from pellucid.tensor.bounds import look_at
from pellucid.tensor.creation import arange
from pellucid.tensor.lift import node_of
from pellucid.tensor.tensor import wrap

__all__ = ["embedding", "embedding_bag", "padding_row"]


def embedding(
    input: Tensor,
    weight: Tensor,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:
    r"""The row of `weight` for each number: $y_i = W_{\mathrm{input}_i}$.

    Args:
        input: whole numbers of any shape.
        weight: the table `(rows, features)`.
        padding_idx: a row that gets no gradient.
        max_norm: longer rows among those looked up are shortened to it, in the table itself.
        norm_type: which length: 2 is Euclid's.
        scale_grad_by_freq: divide the gradient of a row by how often it was looked up.
        sparse: accepted for PyTorch's sake. Gradients are whole tables here, zero where no vector
            was looked up: SGD and Adagrad move what they move there.

    Shape:
        `(...)` → `(..., features)`
    """
    index = _checked("embedding", node_of(input), weight, padding_idx)
    row = padding_row("embedding", padding_idx, weight._node.shape[0])
    if max_norm is not None:
        _shorten(weight, index, float(max_norm), float(norm_type))
    return wrap(look_up(weight._node, index, padding_idx=row, by_count=bool(scale_grad_by_freq)))


def padding_row(name: str, padding_idx: int | None, rows: int) -> int | None:
    """The row that stands for padding, counted from 0."""
    if padding_idx is None:
        return None
    if not -rows <= padding_idx < rows:
        raise SettingError(
            f"{name}: padding_idx {padding_idx} is out of range: the table has {rows} rows."
        )
    return padding_idx % rows


def _checked(name: str, index: Any, weight: Tensor, padding_idx: int | None) -> Node:
    """The numbers, if each of them has its row; otherwise an error that names the worst."""
    if not isinstance(index, Node):
        raise DTypeError(
            f"{name}: input must be a Tensor and is {a_kind(index)}.\n"
            " Make one: pellucid.tensor(value)."
        )
    rows = weight._node.shape[0] if weight._node.shape else 0
    look_at(index, partial(_check_rows, name, rows))
    return index


def _check_rows(name: str, rows: int, numbers: Any) -> None:
    if not numbers.size or numbers.dtype.kind not in "iu":
        return
    low, high = int(numbers.min()), int(numbers.max())
    if low < 0 or high >= rows:
        worst = low if low < 0 else high
        raise IndexRangeError(
            f"{name}: number {worst} has no row: the table has {rows}, numbered 0 to {rows - 1}.\n"
            + (
                f" Make num_embeddings at least {high + 1}, or look for what made this number."
                if high >= rows
                else " Negative numbers stand for nothing here."
            )
        )


def _shorten(weight: Tensor, index: Node, longest: float, kind: float) -> None:
    with switched(recording=False):
        table = weight._node
        flat = reshape(index, shape=(index.size,))
        used = gt(segment.segment_count(flat, table.shape[0], table.dtype), 0.0)
        length = norm(table, p=kind, axes=(1,))
        factor = ew.div(longest, ew.add(length, 1e-7))
        factor = where(logical_and(used, gt(length, longest)), factor, 1.0)
        write_cell(weight, ew.mul(table, reshape(factor, shape=(table.shape[0], 1))))


def embedding_bag(
    input: Tensor,
    weight: Tensor,
    offsets: Tensor | None = None,
    max_norm: float | None = None,
    norm_type: float = 2,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    per_sample_weights: Tensor | None = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Tensor:
    r"""One vector for each bag of numbers: the sum, mean or maximum of their rows.

    Args:
        input: `(bags, numbers)`, or all numbers in a row with `offsets`.
        weight: the table `(rows, features)`.
        offsets: where each bag starts in a row of numbers.
        max_norm: longer rows among those looked up are shortened to it, in the table itself.
        norm_type: which length: 2 is Euclid's.
        scale_grad_by_freq: divide the gradient of a row by how often it was looked up.
        mode: "sum", "mean" or "max".
        sparse: accepted for PyTorch's sake. Gradients are whole tables here, zero where no vector
            was looked up: SGD and Adagrad move what they move there.
        per_sample_weights: a factor for each number; for "sum" only.
        include_last_offset: the last of `offsets` is the end of the last bag, not a start.
        padding_idx: numbers that count for nothing.

    Shape:
        → `(bags, features)`
    """
    if mode not in ("sum", "mean", "max"):
        raise SettingError(f"embedding_bag: mode is 'sum', 'mean' or 'max', and it is {mode!r}.")
    numbers = node_of(input)
    bag, count = _bags(numbers, offsets, include_last_offset)
    flat = wrap(reshape(numbers, shape=(numbers.size,)))
    factors = _factors(per_sample_weights, numbers, mode)
    if factors is not None and factors.dtype is not weight._node.dtype:
        raise DTypeError(
            f"embedding_bag: per_sample_weights are {factors.dtype.name}, and the table is "
            f"{weight._node.dtype.name}.\n Convert one: per_sample_weights.to(weight.dtype)."
        )
    rows = embedding(flat, weight, padding_idx, max_norm, norm_type, scale_grad_by_freq)._node
    row = padding_row("embedding_bag", padding_idx, weight._node.shape[0])
    if factors is not None:
        rows = ew.mul(rows, reshape(factors, shape=(factors.size, 1)))
    if row is not None:  # a bag of their own for the numbers that count for nothing
        bag, count = where(ne(flat._node, row), bag, count), count + 1
    reduced = getattr(segment, f"segment_{mode}")(rows, bag, count=count)
    if row is not None:
        reduced = slice_(reduced, spec=((0, count - 1, 1), (0, reduced.shape[1], 1)))
    return wrap(reduced)


def _bags(numbers: Node, offsets: Tensor | None, last: bool) -> tuple[Node, int]:
    """For each number its bag, and how many bags there are."""
    if len(numbers.shape) == 2 and offsets is None:
        bags, size = numbers.shape
        return arange(bags).repeat_interleave(size)._node, bags
    if len(numbers.shape) != 1 or offsets is None:
        raise ShapeError(
            "embedding_bag takes numbers (bags, numbers), or a row of numbers with offsets; "
            f"it got {show(numbers.shape)}{'' if offsets is None else ' with offsets'}."
        )
    starts = offsets._node
    if starts.array is not None and starts.size and starts.array[0] != 0:
        raise SettingError(
            f"embedding_bag: the first bag starts at 0, and offsets[0] is {starts.array[0]}."
        )
    if starts.array is not None and starts.size and starts.array[-1] > numbers.size:
        raise SettingError(
            f"embedding_bag: there are {numbers.size} numbers, and the last bag would start at "
            f"offsets[-1] = {starts.array[-1]}."
        )
    count = numel(starts.shape) - last
    starts = slice_(starts, spec=((0, count, 1),))
    place = searchsorted(starts, arange(numbers.size, dtype=starts.dtype)._node, right=True)
    return ew.sub(place, 1), count


class _Unweighted(SettingError, NotImplementedError):
    """Weights for a way to join rows that has none."""


def _factors(weights: Tensor | None, numbers: Node, mode: str) -> Node | None:
    if weights is None:
        return None
    if mode != "sum":
        raise _Unweighted(f"embedding_bag: per_sample_weights go with mode='sum', not {mode!r}.")
    if weights._node.shape != numbers.shape:
        raise ShapeError(
            f"embedding_bag: per_sample_weights {show(weights._node.shape)} must have the shape "
            f"of input, {show(numbers.shape)}."
        )
    return weights._node
