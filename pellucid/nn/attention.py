"""Multi-head attention: several small attentions side by side, each with its own way of looking.

head_h = softmax(Q_h K_hᵀ / √d) V_h,        y = [head_1 … head_H] W_oᵀ + b_o
"""

from __future__ import annotations

from typing import Any

from pellucid.dtypes import DType
from pellucid.errors import SettingError, UnevenError
from pellucid.nn import init
from pellucid.nn.functional.heads import Heads
from pellucid.nn.functional.layers import check_chance
from pellucid.nn.kernels import SDPBackend, sdpa_kernel
from pellucid.nn.linear import Linear
from pellucid.nn.module import Module
from pellucid.shapes import Shape
from pellucid.tensor import Parameter, Tensor
from pellucid.tensor.creation import empty
from pellucid.tensor.lift import node_of
from pellucid.tensor.tensor import wrap

__all__ = ["MultiheadAttention", "SDPBackend", "sdpa_kernel"]

# What it learns, by the names that the heads have for it.
_LEARNED = {
    "packed": "in_proj_weight", "q": "q_proj_weight", "k": "k_proj_weight", "v": "v_proj_weight",
    "bias": "in_proj_bias", "bias_k": "bias_k", "bias_v": "bias_v",
}  # fmt: skip


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
            need_weights: whether to give back the weights; without them it is faster. A query that
                may look nowhere gets NaN with them and 0 without, as in PyTorch's training.
            attn_mask: `(L, S)` or `(N·heads, L, S)`: True where a query must not look, or numbers
                added to the scores.
            average_attn_weights: average the weights over the heads; else `(N, heads, L, S)`.
            is_causal: position i looks at positions 0 to i only; `attn_mask` may then be left out.
        """
        heads = Heads(
            self.num_heads,
            **{field: _node(getattr(self, name)) for field, name in _LEARNED.items()},
            zero=self.add_zero_attn,
            batch_first=self.batch_first,
            drop=self.dropout if self.training else 0.0,
        )
        y, weights = heads.attend(
            node_of(query),
            node_of(key),
            node_of(value),
            key_padding_mask,
            need_weights,
            attn_mask,
            average_attn_weights,
            is_causal,
        )
        return self.out_proj(wrap(y)), None if weights is None else wrap(weights)

    def _brief(self) -> str:
        """`MultiheadAttention(128, 4)`."""
        return f"{type(self).__name__}({self.embed_dim}, {self.num_heads})"


def _check_sizes(embed_dim: int, num_heads: int) -> None:
    if embed_dim <= 0 or num_heads <= 0 or embed_dim % num_heads:
        some = embed_dim > 0 and num_heads > 0
        raise (UnevenError if some else SettingError)(
            f"MultiheadAttention: embed_dim must divide evenly among the heads; {embed_dim} "
            f"features for {num_heads} heads don't."
        )


def _node(value: Tensor | None) -> Any:
    return None if value is None else node_of(value)
