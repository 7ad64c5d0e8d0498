"""Masks as PyTorch's attention layers take them, in the one form that attention works with.

There True means "do not look", here True means "may look"; numbers are added to scores in both.
"""

from __future__ import annotations

import math
from typing import Any

from pellucid.dtypes import FLOAT, DType, bool_
from pellucid.errors import DTypeError, ShapeError
from pellucid.graph.emit import constant
from pellucid.graph.node import Node
from pellucid.ops.compare import logical_not, logical_or, where
from pellucid.ops.elementwise import add
from pellucid.ops.movement import reshape
from pellucid.shapes import Shape, show
from pellucid.tensor import Tensor
from pellucid.tensor.creation import ones
from pellucid.tensor.lift import node_of

__all__ = ["future", "joined", "of_keys", "of_pairs"]


def of_pairs(mask: Tensor | None, wanted: Shape) -> Node | None:
    """A mask of queries and keys, stretching to `(batch, heads, queries, keys)`."""
    if mask is None:
        return None
    node = _checked("attn_mask", mask)
    n, heads, rows, columns = wanted
    if node.shape == (rows, columns):
        return node
    if node.shape == (n * heads, rows, columns):
        return reshape(node, shape=wanted)
    raise ShapeError(
        f"attn_mask must have shape {show((rows, columns))} or {show((n * heads, rows, columns))} "
        f"(batch · heads, queries, keys), and has {show(node.shape)}."
    )


def of_keys(mask: Tensor | None, n: int, columns: int) -> Node | None:
    """A mask of keys, one row for each sample, stretching over heads and queries."""
    if mask is None:
        return None
    node = _checked("key_padding_mask", mask)
    if node.shape == (n, columns) or (n == 1 and node.shape == (columns,)):
        return reshape(node, shape=(n, 1, 1, columns))
    raise ShapeError(
        f"key_padding_mask must have shape {show((n, columns))} (batch, keys), and has "
        f"{show(node.shape)}."
    )


def joined(mask: Node | None, padding: Node | None, dtype: DType) -> Node | None:
    """Both masks as one: bool, True where a query may look; or numbers added to the scores."""
    given = [m for m in (mask, padding) if m is not None]
    if not given:
        return None
    if all(m.dtype is bool_ for m in given):
        return logical_not(given[0] if len(given) == 1 else logical_or(*given))
    added = [_added(m, dtype) for m in given]
    return added[0] if len(added) == 1 else add(*added)


def future(rows: int, columns: int) -> Tensor:
    """True above the diagonal: what position i must not see."""
    every: Any = ones(rows, columns, dtype=bool_)
    above: Tensor = every.triu(1)
    return above


def _added(mask: Node, dtype: DType) -> Node:
    return where(mask, constant(-math.inf, dtype), 0.0) if mask.dtype is bool_ else mask


def _checked(name: str, mask: Any) -> Node:
    node: Node = node_of(mask)
    if node.dtype is not bool_ and node.dtype.category != FLOAT:
        raise DTypeError(
            f"{name} is bool (True: don't look) or float (added to the scores), and this is "
            f"{node.dtype.name}.\n Make it from a question, such as tokens == 0."
        )
    return node
