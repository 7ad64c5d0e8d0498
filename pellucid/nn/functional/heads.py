"""The heads of an attention on nodes: what they learn comes in as arguments.

head_h = softmax(Q_h K_hᵀ / √d) V_h
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from pellucid.dtypes import bool_
from pellucid.errors import SettingError, ShapeError
from pellucid.graph.emit import constant
from pellucid.graph.node import Node
from pellucid.nn import masks
from pellucid.nn.functional.layers import dropout, linear
from pellucid.ops.attention import attention, attention_weights
from pellucid.ops.compare import where
from pellucid.ops.elementwise import mul
from pellucid.ops.linalg import dot_general
from pellucid.ops.movement import cat, expand, permute, reshape, slice_
from pellucid.ops.rearrange import pad
from pellucid.ops.reduce import mean
from pellucid.shapes import show
from pellucid.tensor.creation import zeros

__all__ = ["Heads", "multi_head_attention_forward"]

_LAYOUTS = {True: "(batch, positions, features)", False: "(positions, batch, features)"}


def multi_head_attention_forward(
    query: Node,
    key: Node,
    value: Node,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Node | None,
    in_proj_bias: Node | None,
    bias_k: Node | None,
    bias_v: Node | None,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Node,
    out_proj_bias: Node | None,
    training: bool = True,
    key_padding_mask: Node | None = None,
    need_weights: bool = True,
    attn_mask: Node | None = None,
    use_separate_proj_weight: bool = False,
    q_proj_weight: Node | None = None,
    k_proj_weight: Node | None = None,
    v_proj_weight: Node | None = None,
    static_k: Node | None = None,
    static_v: Node | None = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> tuple[Node, Node | None]:
    """Attention in several heads, with all that `nn.MultiheadAttention` learns as arguments.

    Args:
        query: what asks, `(L, N, E)` or `(L, E)`.
        key: what the questions are compared with, `(S, N, Ek)`.
        value: what is taken, `(S, N, Ev)`.
        embed_dim_to_check: E.
        num_heads: how many heads share the features.
        in_proj_weight: `(3E, E)`, for queries, keys and values.
        in_proj_bias: `(3E,)`, or None.
        bias_k: one more key that every query may look at, `(1, 1, E)`, or None.
        bias_v: its value.
        add_zero_attn: add a key and a value of zeros.
        dropout_p: share of the weights left out in training.
        out_proj_weight: `(E, E)`, for the result.
        out_proj_bias: `(E,)`, or None.
        training: whether to leave any out.
        key_padding_mask: `(N, S)`: True at keys that count for nothing, or numbers added.
        need_weights: whether to give back the weights. A query that may look nowhere then has NaN
            for weights and result, as in PyTorch; without them it gets 0.
        attn_mask: `(L, S)` or `(N · heads, L, S)`: True where a query must not look, or numbers.
        use_separate_proj_weight: take the three weights below, not `in_proj_weight`.
        q_proj_weight: `(E, E)`.
        k_proj_weight: `(E, Ek)`.
        v_proj_weight: `(E, Ev)`.
        static_k: keys of all heads that are ready, `(N · heads, S, E / heads)`.
        static_v: values of all heads that are ready.
        average_attn_weights: average the weights over the heads.
        is_causal: position i looks at positions 0 to i only.

    Returns:
        The result, `(L, N, E)`, and the weights, `(N, L, S)`.
    """
    if query.shape[-1] != embed_dim_to_check:
        raise ShapeError(
            f"multi_head_attention_forward: the queries have {query.shape[-1]} features, and "
            f"embed_dim_to_check is {embed_dim_to_check}."
        )
    apart = (q_proj_weight, k_proj_weight, v_proj_weight)
    packed = None if use_separate_proj_weight else in_proj_weight
    heads = Heads(
        num_heads, packed, *(apart if use_separate_proj_weight else (None,) * 3), in_proj_bias,
        bias_k, bias_v, zero=add_zero_attn, drop=dropout_p if training else 0.0,
        static_k=static_k, static_v=static_v,
    )  # fmt: skip
    y, weights = heads.attend(
        query, key, value, key_padding_mask, need_weights, attn_mask, average_attn_weights,
        is_causal,
    )  # fmt: skip
    return linear(y, out_proj_weight, out_proj_bias), weights


class Heads(NamedTuple):
    """What the heads learn, and how they work.

    Attributes:
        number: how many.
        packed: one weight for queries, keys and values of all heads.
        q, k, v: or three of them.
        bias: for all three.
        bias_k, bias_v: one more key and value.
        zero: whether to add a key and a value of zeros.
        batch_first: whether the batch is axis 0.
        drop: share of the weights left out.
        static_k, static_v: keys and values that are ready.
    """

    number: int
    packed: Node | None
    q: Node | None
    k: Node | None
    v: Node | None
    bias: Node | None
    bias_k: Node | None
    bias_v: Node | None
    zero: bool = False
    batch_first: bool = False
    drop: float = 0.0
    static_k: Node | None = None
    static_v: Node | None = None

    def attend(
        self,
        query: Node,
        key: Node,
        value: Node,
        key_padding_mask: Any,
        need_weights: bool,
        attn_mask: Any,
        average: bool,
        is_causal: bool,
    ) -> tuple[Node, Node | None]:
        """What all heads take, side by side, and how much each query took of each value."""
        batched = self._check_inputs(query, key, value)
        same = key is query, value is key
        nodes = [self._with_batch(x, batched) for x in (query, key, value)]
        q, k, v = self._split(self._projected(nodes, *same))
        k, v = self._ready(k, self.static_k), self._ready(v, self.static_v)
        rows, columns = q.shape[-2], k.shape[-2]
        if is_causal and (self.bias_k is not None or self.zero):
            is_causal = False  # every query may look at the keys added below
            attn_mask = attn_mask if attn_mask is not None else masks.future(rows, columns)
        mask = masks.joined(
            masks.of_pairs(None if is_causal else attn_mask, (*q.shape[:3], columns)),
            masks.of_keys(key_padding_mask, q.shape[0], columns),
            q.dtype,
        )
        k, v, mask = self._extended(k, v, mask)
        y, weights = self._attend(q, k, v, mask, is_causal, need_weights)
        y = permute(y, axes=(0, 2, 1, 3) if self.batch_first else (2, 0, 1, 3))
        width = y.shape[2] * y.shape[3]
        y = reshape(y, shape=(*y.shape[:2], width) if batched else (rows, width))
        if weights is not None and average:
            weights = mean(weights, axes=(1,))
        if weights is not None and not batched:
            weights = reshape(weights, shape=weights.shape[1:])
        return y, weights

    def _projected(self, inputs: list[Node], key_is_query: bool, value_is_key: bool) -> list[Node]:
        """Queries, keys and values of all heads side by side, in as few products as possible."""
        bias, e = self.bias, inputs[0].shape[-1]
        if self.packed is None:
            return [
                linear(x, w, None if bias is None else _rows(bias, i * e, (i + 1) * e))
                for i, (x, w) in enumerate(zip(inputs, self._apart(), strict=True))
            ]
        out: list[Node] = []
        for x, start, stop in _runs(inputs, key_is_query, value_is_key):
            part = linear(
                x,
                _rows(self.packed, start * e, stop * e),
                None if bias is None else _rows(bias, start * e, stop * e),
            )
            out.extend(_last(part, i * e, (i + 1) * e) for i in range(stop - start))
        return out

    def _apart(self) -> tuple[Node, Node, Node]:
        if self.q is None or self.k is None or self.v is None:
            raise SettingError(
                "multi_head_attention_forward: it needs in_proj_weight, or with "
                "use_separate_proj_weight q_proj_weight, k_proj_weight and v_proj_weight."
            )
        return self.q, self.k, self.v

    def _split(self, projected: list[Node]) -> list[Node]:
        """Each as `(batch, heads, positions, features of one head)`."""
        order = (0, 2, 1, 3) if self.batch_first else (1, 2, 0, 3)
        return [
            permute(
                reshape(x, shape=(*x.shape[:2], self.number, x.shape[2] // self.number)), axes=order
            )
            for x in projected
        ]

    def _ready(self, x: Node, static: Node | None) -> Node:
        """What was given for all heads, in place of what the inputs make."""
        if static is None:
            return x
        n, heads, _, width = x.shape
        if len(static.shape) != 3 or (static.shape[0], static.shape[2]) != (n * heads, width):
            raise ShapeError(
                f"static_k and static_v have axes (batch · heads, positions, features of a head), "
                f"here ({n * heads}, positions, {width}), and one is {show(static.shape)}."
            )
        return reshape(static, shape=(n, heads, static.shape[1], width))

    def _extended(self, k: Node, v: Node, mask: Node | None) -> tuple[Node, Node, Node | None]:
        """With the keys and values that every query may look at."""
        n, heads, _, width = k.shape
        for more_k, more_v in self._extra(k):
            k = cat(k, expand(more_k, shape=(n, heads, 1, width)), axis=2)
            v = cat(v, expand(more_v, shape=(n, heads, 1, width)), axis=2)
            if mask is not None:
                free = 1.0 if mask.dtype is bool_ else 0.0
                widths = (*[(0, 0)] * (len(mask.shape) - 1), (0, 1))
                mask = pad(mask, widths=widths, value=free)
        return k, v, mask

    def _extra(self, k: Node) -> list[tuple[Node, Node]]:
        shape = (1, self.number, 1, k.shape[-1])
        found = []
        if self.bias_k is not None and self.bias_v is not None:
            found.append((reshape(self.bias_k, shape=shape), reshape(self.bias_v, shape=shape)))
        if self.zero:
            nothing = zeros(shape, dtype=k.dtype)._node
            found.append((nothing, nothing))
        return found

    def _attend(
        self, q: Node, k: Node, v: Node, mask: Node | None, is_causal: bool, need_weights: bool
    ) -> tuple[Node, Node | None]:
        drop = self._drop if self.drop else None
        if not need_weights:
            return attention(q, k, v, mask, is_causal=is_causal, drop=drop), None
        if mask is not None and mask.dtype is bool_:
            mask = where(mask, constant(0.0, q.dtype), -math.inf)
        weights, alive = attention_weights(q, k, mask, is_causal=is_causal)
        if alive is not None:  # a share of nothing: NaN, and so is what is blamed for it
            weights = mul(weights, where(alive, constant(1.0, weights.dtype), math.nan))
        weights = weights if drop is None else drop(weights)
        return dot_general(weights, v), weights

    def _drop(self, weights: Node) -> Node:
        return dropout(weights, self.drop)

    # ---- what comes in ------------------------------------------------------------------------

    def _with_batch(self, x: Node, batched: bool) -> Node:
        if batched:
            return x
        rows, width = x.shape
        return reshape(x, shape=(1, rows, width) if self.batch_first else (rows, 1, width))

    def _check_inputs(self, query: Node, key: Node, value: Node) -> bool:
        """Whether there is an axis for the batch; shapes that don't fit are refused."""
        given = {"query": query, "key": key, "value": value}
        ranks = {len(x.shape) for x in given.values()}
        if ranks not in ({2}, {3}):
            raise ShapeError(
                f"query, key and value need axes {_LAYOUTS[self.batch_first]}, or "
                f"(positions, features).{_listed(given)}"
            )
        weights = [self.packed] * 3 if self.packed is not None else self._apart()
        for (name, x), weight in zip(given.items(), weights, strict=True):
            width = weight.shape[-1]
            if x.shape[-1] != width:
                raise ShapeError(f"{name} needs {width} features in its last axis.{_listed(given)}")
        batch = -3 if self.batch_first else -2
        if ranks == {3} and len({x.shape[batch] for x in given.values()}) > 1:
            raise ShapeError(
                f"query, key and value are of batches of different sizes; axes are "
                f"{_LAYOUTS[self.batch_first]}.{_listed(given)}"
            )
        at = -2 if self.batch_first or ranks == {2} else -3
        if key.shape[at] != value.shape[at]:
            raise ShapeError(f"each key needs its value.{_listed(given)}")
        return ranks == {3}


def _runs(
    inputs: list[Node], key_is_query: bool, value_is_key: bool
) -> list[tuple[Node, int, int]]:
    """Inputs that are the same one after another share a product: (input, first, behind last)."""
    query, key, value = inputs
    if key_is_query and value_is_key:
        return [(query, 0, 3)]
    if value_is_key:
        return [(query, 0, 1), (key, 1, 3)]
    if key_is_query:
        return [(query, 0, 2), (value, 2, 3)]
    return [(query, 0, 1), (key, 1, 2), (value, 2, 3)]


def _rows(x: Node, start: int, stop: int) -> Node:
    if stop - start == x.shape[0]:
        return x
    return slice_(x, spec=((start, stop, 1), *((0, n, 1) for n in x.shape[1:])))


def _last(x: Node, start: int, stop: int) -> Node:
    if stop - start == x.shape[-1]:
        return x
    return slice_(x, spec=(*((0, n, 1) for n in x.shape[:-1]), (start, stop, 1)))


def _listed(given: dict[str, Node]) -> str:
    return "".join(f"\n   {name:<12} {show(x.shape)}" for name, x in given.items())
