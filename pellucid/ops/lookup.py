"""Looking rows up in a table of weights: how words, users and other names become vectors.

y_i = W[index_i]        and back:  ∂L/∂W[k] = Σ over all i with index_i = k:  g_i
"""

from __future__ import annotations

from pellucid.dtypes import INT, DType
from pellucid.errors import DTypeError, ShapeError
from pellucid.graph.node import Node
from pellucid.ops.compare import ne, where
from pellucid.ops.elementwise import div
from pellucid.ops.indexing import index_add, take
from pellucid.ops.movement import FREE, reshape
from pellucid.ops.op import Mistake, Op, Sample, define
from pellucid.ops.segment import segment_count
from pellucid.shapes import Mismatch, Shape, show

__all__ = ["embedding"]


def _shape(table: Shape, index: Shape, padding_idx: int | None, by_count: bool) -> Shape:
    if len(table) != 2:
        raise Mismatch(f"the table needs axes (rows, features) and has shape {show(table)}")
    return (*index, table[1])


def _dtype(table: DType, index: DType, padding_idx: int | None, by_count: bool) -> DType:
    if index.category != INT:
        raise DTypeError(
            f"embedding: index must hold whole numbers and is {index.name}.\n"
            " Convert it first: index.long()."
        )
    return table


def _to_table(
    g: Node, y: Node, table: Node, index: Node, padding_idx: int | None, by_count: bool
) -> Node:
    column = reshape(index, shape=(*index.shape, 1))
    if by_count:
        flat = reshape(index, shape=(index.size,))
        uses = segment_count(flat, table.shape[0], g.dtype)
        g = div(g, take(uses, column, axes=(0,)))
    if padding_idx is not None:
        g = where(ne(column, padding_idx), g, 0.0)
    return index_add(g, index, axes=(0,), shape=table.shape)


embedding: Op = define(
    "embedding",
    sentence="Looks up the row of a table for each number: a word's number becomes its vector.",
    equation=r"y_i = W_{\,\mathrm{index}_i}",
    derivative=r"\partial L/\partial W_k = \sum_{i:\ \mathrm{index}_i = k} g_i",
    forward=lambda xp, table, index, padding_idx=None, by_count=False: table[index],
    gradient=(_to_table, None),
    shape=_shape,
    dtype=_dtype,
    cost=FREE,
    terms=("1 where looked up", ""),
    traits="indexing",
    samples=(
        Sample(((4, 3), [2, 0, 2]), {"padding_idx": None, "by_count": False}),
        Sample(((4, 3), [[2, 0], [1, 1]]), {"padding_idx": None, "by_count": False}),
    ),
    mistakes=(
        Mistake(
            ((4,), [2, 0, 2]),
            {"padding_idx": None, "by_count": False},
            ShapeError,
            "embedding: the table needs axes (rows, features) and has shape (4,).\n"
            "   table        (4,)\n"
            "   index        (3,)",
        ),
        Mistake(
            ((4, 3), [0.5, 1.0]),
            {"padding_idx": None, "by_count": False},
            DTypeError,
            "embedding: index must hold whole numbers and is float64.\n"
            " Convert it first: index.long().",
        ),
    ),
    source="Bengio, Ducharme, Vincent & Jauvin 2003",
)
