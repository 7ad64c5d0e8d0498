"""PyTorch's answers for what networks of words and of graphs are made of."""

from __future__ import annotations

from typing import Any

from tests.ops.oracle.row import Row

__all__ = ["ROWS"]

COMPOSED = "built of ops that are compared one by one"


def _embedding(t: Any, table: Any, index: Any, padding_idx: Any, by_count: bool) -> Any:
    return t.nn.functional.embedding(index.long(), table, padding_idx, scale_grad_by_freq=by_count)


def _causal(t: Any, x: Any, fill: float) -> Any:
    seen = t.ones(x.shape[-2:], dtype=t.bool).tril()
    return x.masked_fill(~seen, fill)


def _attention(t: Any, query: Any, key: Any, value: Any, mask: Any = None, **settings: Any) -> Any:
    return t.nn.functional.scaled_dot_product_attention(
        query, key, value, attn_mask=mask, **settings
    )


def _groups(index: Any, x: Any) -> Any:
    return index.long().reshape(-1, *[1] * (x.ndim - 1)).expand(x.shape)


def _reduced(how: str) -> Row:
    def call(t: Any, x: Any, index: Any, count: int) -> Any:
        zeros = t.zeros((count, *x.shape[1:]), dtype=x.dtype)
        return zeros.scatter_reduce(0, _groups(index, x), x, how, include_self=False)

    return Row(call, no_jax="" if how == "amax" else COMPOSED)


def _segment_softmax(t: Any, x: Any, index: Any, count: int) -> Any:
    powers = t.exp(x)
    total = t.zeros((count, *x.shape[1:]), dtype=x.dtype).scatter_add(0, _groups(index, x), powers)
    return powers / total.gather(0, _groups(index, x))


ROWS: dict[str, Row] = {
    "embedding": Row(_embedding),
    "causal": Row(_causal),
    "attention": Row(_attention, no_jax=COMPOSED),
    "segment_sum": _reduced("sum"),
    "segment_mean": _reduced("mean"),
    "segment_max": _reduced("amax"),
    "segment_softmax": Row(_segment_softmax, no_jax=COMPOSED),
}
