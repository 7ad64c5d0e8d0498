"""The small GPT in JAX."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from benchmarks.jax_peers.mlp import cross_entropy, transposed

HEADS = 4
LOOKED_UP = ("tokens.weight", "places.weight")


def lay_out(x: Any) -> Any:
    """Token numbers as JAX has them."""
    return x.astype("int32")


def start(weights: dict[str, Any]) -> dict[str, Any]:
    """Matrices as (inputs, outputs), the embeddings as they are."""
    return transposed(weights) | {name: weights[name] for name in LOOKED_UP}


def loss(weights: Any, x: Any, y: Any) -> Any:
    """Cross-entropy over all places."""

    def linear(name: str, x: Any) -> Any:
        return x @ weights[f"{name}.weight"] + weights[f"{name}.bias"]

    def norm(name: str, x: Any) -> Any:
        centered = x - x.mean(-1, keepdims=True)
        scale = jax.lax.rsqrt((centered**2).mean(-1, keepdims=True) + 1e-5)
        return centered * scale * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    def attention(name: str, x: Any) -> Any:
        b, t, d = x.shape
        mixed = linear(f"{name}.mixed", x).reshape(b, t, 3, HEADS, d // HEADS)
        q, k, v = mixed.transpose(2, 0, 3, 1, 4)
        scores = q @ k.swapaxes(-1, -2) * (d // HEADS) ** -0.5
        shares = jax.nn.softmax(jnp.where(jnp.tril(jnp.ones((t, t), bool)), scores, -jnp.inf))
        return linear(f"{name}.joined", (shares @ v).swapaxes(1, 2).reshape(b, t, d))

    def block(name: str, x: Any) -> Any:
        x = x + attention(name, norm(f"{name}.norm1", x))
        inside = jax.nn.gelu(linear(f"{name}.up", norm(f"{name}.norm2", x)))
        return x + linear(f"{name}.down", inside)

    hidden = weights["tokens.weight"][x] + weights["places.weight"]
    for layer in range(sum(name.endswith("up.weight") for name in weights)):
        hidden = block(f"blocks.{layer}", hidden)
    return cross_entropy(norm("norm", hidden) @ weights["head.weight"], y)
