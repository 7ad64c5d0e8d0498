"""The LSTM in JAX: the inputs' product before the scan over time."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from benchmarks.jax_peers.mlp import cross_entropy
from benchmarks.jax_peers.mlp import transposed as start

__all__ = ["loss", "start"]


def loss(weights: Any, x: Any, y: Any) -> Any:
    """Cross-entropy of what the last hidden state says."""
    bias = weights["cell.bias_ih_l0"] + weights["cell.bias_hh_l0"]
    inputs = jnp.swapaxes(x, 0, 1) @ weights["cell.weight_ih_l0"] + bias

    def step(state: Any, z: Any) -> tuple[Any, None]:
        h, c = state
        i, f, g, o = jnp.split(z + h @ weights["cell.weight_hh_l0"], 4, axis=-1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        return (jax.nn.sigmoid(o) * jnp.tanh(c), c), None

    zeros = jnp.zeros((len(x), weights["cell.weight_hh_l0"].shape[0]), x.dtype)
    (h, _), _ = jax.lax.scan(step, (zeros, zeros), inputs)
    return cross_entropy(h @ weights["head.weight"] + weights["head.bias"], y)
