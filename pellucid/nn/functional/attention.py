"""Attention as a function of nodes: queries, keys and values come in as arguments."""

from __future__ import annotations

from pellucid.dtypes import FLOAT, bool_
from pellucid.errors import DTypeError, ShapeError
from pellucid.graph.node import Node
from pellucid.nn.functional.layers import check_chance, dropout
from pellucid.ops.attention import attention
from pellucid.ops.movement import expand, reshape
from pellucid.shapes import Shape, broadcast, show

__all__ = ["scaled_dot_product_attention"]


def scaled_dot_product_attention(
    query: Node,
    key: Node,
    value: Node,
    attn_mask: Node | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Node:
    r"""Each query takes the values whose keys fit it.

    $y = \operatorname{softmax}(Q K^\top \cdot \mathrm{scale} + M)\, V$

    Args:
        query: `(..., heads, L, E)`.
        key: `(..., heads, S, E)`.
        value: `(..., heads, S, Ev)`.
        attn_mask: stretches to `(..., heads, L, S)`: bool, True where a query may look; or numbers
            added to the scores. A query that may look nowhere gets 0.
        dropout_p: share of the weights left out by chance; it has no training switch of its own.
        is_causal: position i looks at positions 0 to i only.
        scale: factor for the scores; 1/√E by default.
        enable_gqa: let several heads of queries share one head of keys and values.

    Shape:
        → `(..., heads, L, Ev)`
    """
    check_chance("scaled_dot_product_attention", dropout_p)
    if attn_mask is not None:
        _check_mask(attn_mask, (*query.shape[:-1], *key.shape[-2:-1]))
    if enable_gqa:
        key, value = _shared(query, key, "key"), _shared(query, value, "value")
    drop = (lambda weights: dropout(weights, dropout_p)) if dropout_p else None
    return attention(query, key, value, attn_mask, is_causal=is_causal, scale=scale, drop=drop)


def _check_mask(mask: Node, wanted: Shape) -> None:
    if mask.dtype is not bool_ and mask.dtype.category != FLOAT:
        raise DTypeError(
            "scaled_dot_product_attention: attn_mask is bool (True: look) or float (added to the "
            f"scores), and this is {mask.dtype.name}.\n Make it from a question, such as mask == 1."
        )
    try:
        fits = broadcast(mask.shape, wanted) == wanted
    except ValueError:
        fits = False
    if not fits:
        raise ShapeError(
            f"scaled_dot_product_attention: attn_mask has shape {show(mask.shape)} and must "
            f"stretch to {show(wanted)}: (..., queries, keys)."
        )


def _shared(query: Node, x: Node, name: str) -> Node:
    """Each head repeated for all the heads of queries that share it."""
    if len(query.shape) < 3 or len(x.shape) < 3 or query.shape[-3] % x.shape[-3]:
        raise ShapeError(
            "scaled_dot_product_attention: with enable_gqa the heads (axis -3) of the queries "
            f"divide evenly among those of the {name}s.\n"
            f"   query        {show(query.shape)}\n   {name:<12} {show(x.shape)}"
        )
    *lead, heads, rows, width = x.shape
    times = query.shape[-3] // heads
    several = expand(
        reshape(x, shape=(*lead, heads, 1, rows, width)), shape=(*lead, heads, times, rows, width)
    )
    return reshape(several, shape=(*lead, heads * times, rows, width))
