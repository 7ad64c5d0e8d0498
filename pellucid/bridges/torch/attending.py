"""Attention step by step in PyTorch, for when it draws random numbers that only its inside shows.

softmax(QKᵀ/√d + M) V, with dropout on the weights; the numbers drawn are those PyTorch draws.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import torch
from torch.nn import functional

__all__ = ["step_by_step"]

_RARE = ("bias_k", "bias_v", "add_zero_attn", "static_k", "static_v")


def step_by_step(name: str, args: Any, kwargs: Any) -> Callable[[], Any] | None:
    """The call spelled out; None where it needs no spelling out, or has settings this lacks.

    Args:
        name: of PyTorch's function.
        args: what it is given.
        kwargs: what it is given by name.
    """
    spelled: Callable[..., Any] | None = _SPELLED.get(name)
    if spelled is None:
        return None
    given = inspect.signature(spelled).bind(*args, **kwargs).arguments
    if not given.get("dropout_p") or not given.get("training", True):
        return None
    if any(given.get(name) not in (None, False) for name in _RARE):
        return None
    return lambda: spelled(**given)


def _attention(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, attn_mask: Any = None,
    dropout_p: float = 0.0, is_causal: bool = False, scale: float | None = None,
    enable_gqa: bool = False,
) -> torch.Tensor:  # fmt: skip
    if enable_gqa:
        key, value = (t.repeat_interleave(query.size(-3) // t.size(-3), -3) for t in (key, value))
    return _weights(query, key, attn_mask, dropout_p, is_causal, scale) @ value


def _weights(
    query: torch.Tensor, key: torch.Tensor, mask: Any, dropout_p: float, is_causal: bool,
    scale: float | None = None,
) -> torch.Tensor:  # fmt: skip
    scores = (query * (query.size(-1) ** -0.5 if scale is None else scale)) @ key.transpose(-2, -1)
    if is_causal and mask is None:
        mask = torch.ones(scores.shape[-2:], dtype=torch.bool).tril()
    if mask is not None:
        scores = scores + (_added(~mask) if mask.dtype == torch.bool else mask)
    return torch.dropout(torch.softmax(scores, -1), dropout_p, True)


def _added(barred: torch.Tensor) -> torch.Tensor:
    return torch.zeros(barred.shape).masked_fill(barred, -torch.inf)


def _heads(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor,
    embed_dim_to_check: int, num_heads: int, in_proj_weight: Any, in_proj_bias: Any,
    bias_k: Any, bias_v: Any, add_zero_attn: bool, dropout_p: float,
    out_proj_weight: Any, out_proj_bias: Any, training: bool = True,
    key_padding_mask: Any = None, need_weights: bool = True, attn_mask: Any = None,
    use_separate_proj_weight: bool = False, q_proj_weight: Any = None, k_proj_weight: Any = None,
    v_proj_weight: Any = None, static_k: Any = None, static_v: Any = None,
    average_attn_weights: bool = True, is_causal: bool = False,
) -> tuple[torch.Tensor, Any]:  # fmt: skip
    batched = query.dim() == 3
    if not batched:
        query, key, value = (t.unsqueeze(1) for t in (query, key, value))
    own = (q_proj_weight, k_proj_weight, v_proj_weight)
    weights = own if use_separate_proj_weight else in_proj_weight.chunk(3)
    biases = (None, None, None) if in_proj_bias is None else in_proj_bias.chunk(3)
    q, k, v = (
        functional.linear(t, w, b).unflatten(-1, (num_heads, -1)).permute(1, 2, 0, 3)
        for t, w, b in zip((query, key, value), weights, biases, strict=True)
    )  # (batch, heads, places, d)
    shares = _weights(q, k, _mask(attn_mask, key_padding_mask, num_heads), dropout_p, is_causal)
    out = (shares @ v).permute(2, 0, 1, 3).flatten(2)
    out = functional.linear(out, out_proj_weight, out_proj_bias)
    told = (shares.mean(1) if average_attn_weights else shares) if need_weights else None
    if not batched:
        return out.squeeze(1), None if told is None else told.squeeze(0)
    return out, told


def _mask(attn_mask: Any, key_padding_mask: Any, heads: int) -> Any:
    """Both masks as one that is added: (batch or 1, heads or 1, places, places)."""
    both = []
    if attn_mask is not None:
        added = _added(attn_mask) if attn_mask.dtype == torch.bool else attn_mask
        both.append(added.unflatten(0, (-1, heads)) if added.dim() == 3 else added)
    if key_padding_mask is not None:
        pad = key_padding_mask
        added = _added(pad) if pad.dtype == torch.bool else pad
        both.append(added.reshape(-1, 1, 1, added.size(-1)))
    return sum(both[1:], both[0]) if both else None


_SPELLED: dict[str, Callable[..., Any]] = {
    "multi_head_attention_forward": _heads,
    "scaled_dot_product_attention": _attention,
}
