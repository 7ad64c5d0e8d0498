"""Multi-head attention: several small attentions side by side, each with its own way of looking.

head_h = softmax(Q_h K_hᵀ / √d) V_h,        y = [head_1 … head_H] W_oᵀ + b_o
"""

from __future__ import annotations

from typing import Any

from pellucid.dtypes import DType, bool_
from pellucid.errors import SettingError, ShapeError
from pellucid.graph.node import Node
from pellucid.nn import init, masks
from pellucid.nn.functional.layers import check_chance, dropout, linear
from pellucid.nn.linear import Linear
from pellucid.nn.module import Module
from pellucid.ops.attention import attention, attention_weights
from pellucid.ops.compare import where
from pellucid.ops.linalg import dot_general
from pellucid.ops.movement import cat, expand, permute, reshape, slice_
from pellucid.ops.rearrange import pad
from pellucid.ops.reduce import mean
from pellucid.shapes import Shape, show
from pellucid.tensor import Parameter, Tensor
from pellucid.tensor.creation import empty, zeros
from pellucid.tensor.lift import node_of
from pellucid.tensor.tensor import wrap

__all__ = ["MultiheadAttention"]

_LAYOUTS = {True: "(batch, positions, features)", False: "(positions, batch, features)"}


class MultiheadAttention(Module):
    r"""Attention in several heads: $y = [\mathrm{head}_1 \dots \mathrm{head}_H]\, W_o^\top + b_o$.

    Each head has queries, keys and values of its own, which one product makes from the input:
    $\mathrm{head}_h = \operatorname{softmax}(Q_h K_h^\top / \sqrt d)\, V_h$.

    Args:
        embed_dim: features of the queries and of the result.
        num_heads: how many heads share these features.
        dropout: share of the attention weights left out in training.
        bias: whether to learn biases.
        add_bias_kv: learn one more key and value, which every query may look at.
        add_zero_attn: add a key and a value of zeros, which every query may look at.
        kdim: features of the keys; those of the queries by default.
        vdim: features of the values; those of the queries by default.
        batch_first: the batch is axis 0, the positions axis 1; otherwise the other way around.
        device: accepted for PyTorch's sake; only "cpu" exists.
        dtype: kind of number of the weights.

    Shape:
        query `(L, N, E)`, key `(S, N, kdim)`, value `(S, N, vdim)`; with `batch_first` `(N, L, E)`
        and so on; or without the batch `N` → `(y, weights)`: y like query, weights `(N, L, S)`.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> attend = nn.MultiheadAttention(8, 2, batch_first=True)
        >>> x = pellucid.zeros(4, 5, 8)
        >>> y, weights = attend(x, x, x)
        >>> y.shape, weights.shape
        (Size([4, 5, 8]), Size([4, 5, 5]))

    Source: Vaswani et al. 2017. Weights start as in PyTorch: evenly, by Glorot & Bengio 2010.
    """

    _called_with = "query, key, value"
    in_proj_weight: Parameter | None
    in_proj_bias: Parameter | None
    q_proj_weight: Parameter | None
    k_proj_weight: Parameter | None
    v_proj_weight: Parameter | None
    bias_k: Parameter | None
    bias_v: Parameter | None

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        device: Any = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__()
        _check_sizes(embed_dim, num_heads)
        check_chance("MultiheadAttention", dropout)
        self.embed_dim, self.num_heads, self.dropout = embed_dim, num_heads, dropout
        self.kdim, self.vdim = kdim or embed_dim, vdim or embed_dim
        self.head_dim, self.batch_first = embed_dim // num_heads, batch_first
        self.add_zero_attn = add_zero_attn
        e, alike = embed_dim, self.kdim == embed_dim and self.vdim == embed_dim
        shapes: dict[str, Shape | None] = {
            "in_proj_weight": (3 * e, e) if alike else None,
            "q_proj_weight": None if alike else (e, e),
            "k_proj_weight": None if alike else (e, self.kdim),
            "v_proj_weight": None if alike else (e, self.vdim),
            "in_proj_bias": (3 * e,) if bias else None,
            "bias_k": (1, 1, e) if add_bias_kv else None,
            "bias_v": (1, 1, e) if add_bias_kv else None,
        }
        for name, shape in shapes.items():
            value = None if shape is None else Parameter(empty(shape, device=device, dtype=dtype))
            self.register_parameter(name, value)
        self.out_proj = Linear(embed_dim, embed_dim, bias=bias, device=device, dtype=dtype)
        self._reset_parameters()

    def _reset_parameters(self) -> None:
        """Draw the weights afresh; biases start at 0."""
        for name in ("in_proj_weight", "q_proj_weight", "k_proj_weight", "v_proj_weight"):
            if self._parameters[name] is not None:
                init.xavier_uniform_(self._parameters[name])  # type: ignore[arg-type]
        if self.in_proj_bias is not None:
            init.zeros_(self.in_proj_bias)
        if self.out_proj.bias is not None:
            init.zeros_(self.out_proj.bias)
        for extra in (self.bias_k, self.bias_v):
            if extra is not None:
                init.xavier_normal_(extra)

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """What each query takes from the values, and how much it took of each.

        Args:
            query: what asks.
            key: what the questions are compared with.
            value: what is taken.
            key_padding_mask: `(N, S)`: True at keys that count for nothing, or numbers added.
            need_weights: whether to give back the weights; without them it is faster.
            attn_mask: `(L, S)` or `(N·heads, L, S)`: True where a query must not look, or numbers
                added to the scores. A query that may look nowhere gets 0.
            average_attn_weights: average the weights over the heads; else `(N, heads, L, S)`.
            is_causal: position i looks at positions 0 to i only; `attn_mask` may then be left out.
        """
        batched = self._check_inputs(query, key, value)
        nodes = [self._with_batch(x, batched) for x in (query, key, value)]
        q, k, v = self._split(self._projected(nodes, key is query, value is key))
        rows, columns = q.shape[-2], k.shape[-2]
        if is_causal and (self.bias_k is not None or self.add_zero_attn):
            is_causal = False  # every query may look at the keys added below
            attn_mask = attn_mask if attn_mask is not None else masks.future(rows, columns)
        mask = masks.joined(
            masks.of_pairs(None if is_causal else attn_mask, (*q.shape[:3], columns)),
            masks.of_keys(key_padding_mask, q.shape[0], columns),
            q.dtype,
        )
        k, v, mask = self._extended(k, v, mask)
        y, weights = self._attend(q, k, v, mask, is_causal, need_weights)
        order = (0, 2, 1, 3) if self.batch_first else (2, 0, 1, 3)
        y = permute(y, axes=order)
        y = reshape(y, shape=(*y.shape[:2], self.embed_dim))
        if not batched:
            y = reshape(y, shape=(rows, self.embed_dim))
        if weights is not None and average_attn_weights:
            weights = mean(weights, axes=(1,))
        if weights is not None and not batched:
            weights = reshape(weights, shape=weights.shape[1:])
        return self.out_proj(wrap(y)), None if weights is None else wrap(weights)

    # ---- the heads ----------------------------------------------------------------------------

    def _projected(self, inputs: list[Node], key_is_query: bool, value_is_key: bool) -> list[Node]:
        """Queries, keys and values of all heads side by side, in as few products as possible."""
        bias = None if self.in_proj_bias is None else self.in_proj_bias._node
        e = self.embed_dim
        if self.in_proj_weight is None:
            names = ("q_proj_weight", "k_proj_weight", "v_proj_weight")
            weights = [self._parameters[name]._node for name in names]  # type: ignore[union-attr]
            return [
                linear(x, w, None if bias is None else _rows(bias, i * e, (i + 1) * e))
                for i, (x, w) in enumerate(zip(inputs, weights, strict=True))
            ]
        weight = self.in_proj_weight._node
        out: list[Node] = []
        for x, start, stop in _runs(inputs, key_is_query, value_is_key):
            part = linear(
                x,
                _rows(weight, start * e, stop * e),
                None if bias is None else _rows(bias, start * e, stop * e),
            )
            out.extend(_last(part, i * e, (i + 1) * e) for i in range(stop - start))
        return out

    def _split(self, projected: list[Node]) -> list[Node]:
        """Each as `(batch, heads, positions, features of one head)`."""
        order = (0, 2, 1, 3) if self.batch_first else (1, 2, 0, 3)
        return [
            permute(reshape(x, shape=(*x.shape[:2], self.num_heads, self.head_dim)), axes=order)
            for x in projected
        ]

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
        shape = (1, self.num_heads, 1, self.head_dim)
        found = []
        if self.bias_k is not None and self.bias_v is not None:
            pair = (self.bias_k._node, self.bias_v._node)
            found.append((reshape(pair[0], shape=shape), reshape(pair[1], shape=shape)))
        if self.add_zero_attn:
            nothing = zeros(shape, dtype=k.dtype)._node
            found.append((nothing, nothing))
        return found

    def _attend(
        self, q: Node, k: Node, v: Node, mask: Node | None, is_causal: bool, need_weights: bool
    ) -> tuple[Node, Node | None]:
        drop = self._drop if self.training and self.dropout else None
        if not need_weights:
            return attention(q, k, v, mask, is_causal=is_causal, drop=drop), None
        weights, alive = attention_weights(q, k, mask, is_causal=is_causal)
        weights = weights if alive is None else where(alive, weights, 0.0)
        weights = weights if drop is None else drop(weights)
        return dot_general(weights, v), weights

    def _drop(self, weights: Node) -> Node:
        return dropout(weights, self.dropout)

    # ---- what comes in ------------------------------------------------------------------------

    def _with_batch(self, x: Tensor, batched: bool) -> Node:
        node: Node = node_of(x)
        if batched:
            return node
        rows, width = node.shape
        return reshape(node, shape=(1, rows, width) if self.batch_first else (rows, 1, width))

    def _check_inputs(self, query: Tensor, key: Tensor, value: Tensor) -> bool:
        """Whether there is an axis for the batch; shapes that don't fit are refused."""
        given = {"query": query, "key": key, "value": value}
        ranks = {len(x.shape) for x in given.values()}
        if ranks not in ({2}, {3}):
            raise ShapeError(
                f"query, key and value need axes {_LAYOUTS[self.batch_first]}, or "
                f"(positions, features).{_listed(given)}"
            )
        for (name, x), width in zip(
            given.items(), (self.embed_dim, self.kdim, self.vdim), strict=True
        ):
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

    def _brief(self) -> str:
        """`MultiheadAttention(128, 4)`."""
        return f"{type(self).__name__}({self.embed_dim}, {self.num_heads})"


def _check_sizes(embed_dim: int, num_heads: int) -> None:
    if embed_dim <= 0 or num_heads <= 0 or embed_dim % num_heads:
        raise SettingError(
            f"MultiheadAttention: embed_dim must divide evenly among the heads; {embed_dim} "
            f"features for {num_heads} heads don't."
        )


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


def _listed(given: dict[str, Tensor]) -> str:
    return "".join(f"\n   {name:<12} {show(tuple(x.shape))}" for name, x in given.items())
