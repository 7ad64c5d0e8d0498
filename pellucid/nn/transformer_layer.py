"""Layers of transformers: positions look at each other, then each is worked on by itself.

x ← x + attention(x),        x ← x + W₂ f(W₁ x + b₁) + b₂        with a layer norm at each sum
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.dtypes import DType
from pellucid.errors import SettingError
from pellucid.nn import functional as F
from pellucid.nn.attention import MultiheadAttention
from pellucid.nn.dropout import Dropout
from pellucid.nn.linear import Linear
from pellucid.nn.module import Module
from pellucid.nn.norm import LayerNorm
from pellucid.tensor import Tensor

__all__ = ["Bend", "TransformerDecoderLayer", "TransformerEncoderLayer"]

Bend = Callable[[Tensor], Tensor]


class _Layer(Module):
    """What encoder and decoder layers share: self-attention, and two linear layers at the end."""

    _norms: int
    norm_first: bool
    self_attn: MultiheadAttention

    def _build(
        self, d_model: int, nhead: int, dim_feedforward: int, dropout: float,
        activation: str | Bend, layer_norm_eps: float, batch_first: bool, norm_first: bool,
        bias: bool, device: Any, dtype: DType | None,
    ) -> None:  # fmt: skip
        made: dict[str, Any] = {"bias": bias, "device": device, "dtype": dtype}
        for name in ("self_attn", "multihead_attn")[: self._norms - 1]:
            attend = MultiheadAttention(
                d_model, nhead, dropout=dropout, batch_first=batch_first, **made
            )
            self.add_module(name, attend)
        self.linear1 = Linear(d_model, dim_feedforward, **made)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, **made)
        self.norm_first = norm_first
        for i in range(self._norms):
            self.add_module(f"norm{i + 1}", LayerNorm(d_model, eps=layer_norm_eps, **made))
        for i in range(self._norms):
            self.add_module(f"dropout{i + 1}", Dropout(dropout))
        self.activation = _bend(activation)

    def _summed(self, i: int, x: Tensor, part: Callable[[Tensor], Tensor]) -> Tensor:
        """`x` plus what a part makes of it, with norm and dropout number `i`."""
        norm, drop = getattr(self, f"norm{i}"), getattr(self, f"dropout{i}")
        summed: Tensor = x + drop(part(norm(x))) if self.norm_first else norm(x + drop(part(x)))
        return summed

    def _thought(self, x: Tensor) -> Any:
        return self.linear2(self.dropout(self.activation(self.linear1(x))))

    def _brief(self) -> str:
        """`TransformerEncoderLayer(128, 4)`."""
        attend = self.self_attn
        return f"{type(self).__name__}({attend.embed_dim}, {attend.num_heads})"


class TransformerEncoderLayer(_Layer):
    """Positions look at each other, then each is worked on by two linear layers of its own.

    Args:
        d_model: features of each position.
        nhead: heads of the attention.
        dim_feedforward: width between the two linear layers.
        dropout: share of numbers left out in training.
        activation: "relu", "gelu", or a function.
        layer_norm_eps: added to the variance in layer norms.
        batch_first: axes are (batch, positions, features); else (positions, batch, features).
        norm_first: normalize what goes into each part; else what comes out of each sum.
        bias: whether linear layers and layer norms have biases.
        device: accepted for PyTorch's sake; only "cpu" exists.
        dtype: kind of number of the weights.

    Shape:
        `(S, N, E)`, `(N, S, E)` with `batch_first`, or `(S, E)` → the same.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
        >>> layer(pellucid.zeros(4, 5, 8)).shape
        Size([4, 5, 8])

    Source: Vaswani et al. 2017; norm_first: Xiong et al. 2020.
    """

    _norms = 2

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str | Bend = F.relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__()
        self._build(
            d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, batch_first,
            norm_first, bias, device, dtype,
        )  # fmt: skip

    def forward(
        self,
        src: Tensor,
        src_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool = False,
    ) -> Tensor:
        """The positions after one layer.

        Args:
            src: the positions.
            src_mask: `(S, S)`: True where a position must not look, or numbers added.
            src_key_padding_mask: `(N, S)`: True at positions that count for nothing.
            is_causal: each position looks at itself and those before it only.
        """
        attend = _attending(self.self_attn, None, src_mask, src_key_padding_mask, is_causal)
        return self._summed(2, self._summed(1, src, attend), self._thought)


class TransformerDecoderLayer(_Layer):
    """Positions look at each other, then at a memory, then each is worked on by itself.

    The settings are those of `TransformerEncoderLayer`.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> layer = nn.TransformerDecoderLayer(8, 2, 16, batch_first=True)
        >>> layer(pellucid.zeros(4, 5, 8), pellucid.zeros(4, 7, 8)).shape
        Size([4, 5, 8])

    Source: Vaswani et al. 2017; norm_first: Xiong et al. 2020.
    """

    _norms = 3
    multihead_attn: MultiheadAttention

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str | Bend = F.relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__()
        self._build(
            d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, batch_first,
            norm_first, bias, device, dtype,
        )  # fmt: skip

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """The positions after one layer.

        Args:
            tgt: the positions.
            memory: what they look at besides each other, such as the encoder's result.
            tgt_mask: `(T, T)`: True where a position must not look, or numbers added.
            memory_mask: `(T, S)`: the same for the memory.
            tgt_key_padding_mask: `(N, T)`: True at positions that count for nothing.
            memory_key_padding_mask: `(N, S)`: the same for the memory.
            tgt_is_causal: each position looks at itself and those before it only.
            memory_is_causal: the same for the memory.
        """
        attend = _attending(self.self_attn, None, tgt_mask, tgt_key_padding_mask, tgt_is_causal)
        recall = _attending(
            self.multihead_attn, memory, memory_mask, memory_key_padding_mask, memory_is_causal
        )
        x = self._summed(2, self._summed(1, tgt, attend), recall)
        return self._summed(3, x, self._thought)


def _attending(
    attend: MultiheadAttention, memory: Tensor | None, mask: Tensor | None,
    padding: Tensor | None, is_causal: bool,
) -> Callable[[Tensor], Tensor]:  # fmt: skip
    """Attention as a function of the positions alone: to the memory, or to themselves."""

    def part(x: Tensor) -> Tensor:
        seen = x if memory is None else memory
        found: Tensor = attend(
            x, seen, seen, key_padding_mask=padding, need_weights=False, attn_mask=mask,
            is_causal=is_causal,
        )[0]  # fmt: skip
        return found

    return part


def _bend(activation: str | Bend) -> Bend:
    if not isinstance(activation, str):
        return activation
    if activation not in ("relu", "gelu"):
        raise SettingError(f"activation is 'relu', 'gelu' or a function, not {activation!r}.")
    named: Bend = getattr(F, activation)
    return named
