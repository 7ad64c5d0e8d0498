"""Attention: every position asks all others, and takes from each as much as its answer fits.

y = softmax(Q Kᵀ · scale + mask) V
"""

from __future__ import annotations

import math
from typing import Any

from pellucid.dtypes import bool_
from pellucid.errors import ShapeError
from pellucid.graph.emit import constant
from pellucid.graph.mode import current
from pellucid.graph.node import Node
from pellucid.ops.compare import gt, where
from pellucid.ops.elementwise import add, mul
from pellucid.ops.extremes import amax, any_
from pellucid.ops.linalg import dot_general
from pellucid.ops.movement import FREE, expand, swap
from pellucid.ops.op import Mistake, Op, Sample, composition, define
from pellucid.ops.softmax import softmax
from pellucid.shapes import Mismatch, Shape, show

__all__ = ["attention", "attention_weights", "causal"]


def _two_axes(own: Shape, fill: float) -> Shape:
    if len(own) < 2:
        raise Mismatch(f"it needs axes (..., queries, keys) and has shape {show(own)}")
    return own


def _causal(xp: Any, x: Any, fill: float) -> Any:
    queries, keys = x.shape[-2:]
    seen = xp.arange(queries)[:, None] >= xp.arange(keys)
    return xp.where(seen, x, xp.asarray(fill, x.dtype))


causal: Op = define(
    "causal",
    sentence="Hides the future: position i sees positions 0 to i, and `fill` in place of the rest.",
    equation=r"y_{ij} = x_{ij} \text{ if } j \le i \text{ else } \mathrm{fill}",
    derivative=r"\partial y_{ij}/\partial x_{ij} = [j \le i]",
    forward=_causal,
    gradient=(lambda g, y, x, fill: causal(g, fill=0.0),),
    shape=_two_axes,
    dtype="keep",
    accepts="float",
    cost=FREE,
    terms=("[j ≤ i]",),
    traits="movement",
    samples=(
        Sample(((3, 3),), {"fill": 0.0}),
        Sample(((2, 3, 4),), {"fill": -5.0}),
        Sample(((4, 2),), {"fill": 1.0}),
        Sample(((0, 0),), {"fill": 0.0}),
    ),
    mistakes=(
        Mistake(
            ((3,),),
            {"fill": 0.0},
            ShapeError,
            "causal: it needs axes (..., queries, keys) and has shape (3,).\n   x            (3,)",
        ),
    ),
)


def _scores(query: Node, key: Node, scale: float | None) -> Node:
    """How well each key fits each query: their products, scaled by 1/√d unless told otherwise."""
    width = query.shape[-1]
    factor = 1.0 / math.sqrt(max(width, 1)) if scale is None else scale
    return dot_general(mul(query, float(factor)), swap(key, -1, -2))


@composition(
    "attention",
    single=True,
    equation=r"y = \operatorname{softmax}\!\Bigl(\frac{Q K^\top}{\sqrt d} + M\Bigr) V",
    derivative=r"\partial L/\partial V = A^\top G,\quad A = \operatorname{softmax}(\dots)",
    terms=("A",),
    traits="attention",
    samples=(
        Sample(((4, 3), (5, 3), (5, 2))),
        Sample(((2, 4, 3), (2, 4, 3), (2, 4, 3)), {"is_causal": True}),
        Sample(((4, 3), (5, 3), (5, 2), (4, 5)), {"scale": 0.7}),
        Sample(
            ((2, 3), (3, 3), (3, 2), [[True, False, True], [False, False, False]]),
            {"is_causal": False},
        ),
    ),
    mistakes=(
        Mistake(
            ((4, 3), (5, 2), (5, 2)),
            {},
            ShapeError,
            "attention: query has 3 features and key 2; they must be equal.\n"
            "   query        (4, 3)\n"
            "   key          (5, 2)\n"
            "   value        (5, 2)",
        ),
        Mistake(
            ((4, 3), (5, 3), (6, 2)),
            {},
            ShapeError,
            "attention: key has 5 positions and value 6; each key needs its value.\n"
            "   query        (4, 3)\n"
            "   key          (5, 3)\n"
            "   value        (6, 2)",
        ),
    ),
    source="Vaswani, Shazeer, Parmar, Uszkoreit, Jones, Gomez, Kaiser & Polosukhin 2017",
)
def attention(
    query: Node,
    key: Node,
    value: Node,
    mask: Node | None = None,
    *,
    is_causal: bool = False,
    scale: float | None = None,
    drop: Any = None,
) -> Node:
    """Each query takes the values whose keys fit it, in proportion to how well they fit.

    Args:
        query: `(..., L, E)`.
        key: `(..., S, E)`.
        value: `(..., S, Ev)`.
        mask: bool, True where a query may look; or numbers added to the scores. A query that may
            look nowhere gets 0.
        is_causal: position i looks at positions 0 to i only.
        scale: factor for the scores; 1/√E by default.
        drop: applied to the weights after softmax; dropout in training.
    """
    _check(query.shape, key.shape, value.shape)
    weights, alive = attention_weights(query, key, mask, is_causal=is_causal, scale=scale)
    y = dot_general(weights if drop is None else drop(weights), value)
    return y if alive is None else where(alive, y, 0.0)


def attention_weights(
    query: Node,
    key: Node,
    mask: Node | None = None,
    *,
    is_causal: bool = False,
    scale: float | None = None,
) -> tuple[Node, Node | None]:
    """How much each query takes of each value, and which queries may look anywhere (None: all)."""
    fit = _scores(query, key, scale)
    if mask is not None and is_causal:  # together they may leave a query nowhere to look
        mask, is_causal = _without_future(mask, fit), False
    fit, alive = _masked(fit, mask)
    return softmax(causal(fit, fill=-math.inf) if is_causal else fit, axis=-1), alive


def _check(query: Shape, key: Shape, value: Shape) -> None:
    for name, shape in (("query", query), ("key", key), ("value", value)):
        if len(shape) < 2:
            raise Mismatch(f"{name} needs axes (..., positions, features), not {show(shape)}")
    if query[-1] != key[-1]:
        raise Mismatch(f"query has {query[-1]} features and key {key[-1]}; they must be equal")
    if key[-2] != value[-2]:
        raise Mismatch(
            f"key has {key[-2]} positions and value {value[-2]}; each key needs its value"
        )


def _without_future(mask: Node, fit: Node) -> Node:
    added = where(mask, constant(0.0, fit.dtype), -math.inf) if mask.dtype is bool_ else mask
    return causal(expand(added, shape=(*added.shape[:-2], *fit.shape[-2:])), fill=-math.inf)


def _masked(fit: Node, mask: Node | None) -> tuple[Node, Node | None]:
    """The scores behind the mask, and which queries may look anywhere (None: all of them)."""
    if mask is None:
        return fit, None
    hidden: Any = -math.inf
    allowed = mask.dtype is bool_
    alive = (
        any_(mask, axes=(len(mask.shape) - 1,), keepdim=True)
        if allowed
        else gt(amax(mask, axes=(len(mask.shape) - 1,), keepdim=True), hidden)
    )
    everyone = alive.array is not None and not current().symbolic and bool(alive.array.all())
    if not everyone:  # softmax of nothing but −∞ has no answer: such rows are computed unmasked
        hidden = where(alive, hidden, 0.0)
    if allowed:
        fit = where(mask, fit, hidden)
    else:
        fit = add(fit, mask if everyone else where(alive, mask, 0.0))
    return fit, None if everyone else alive
