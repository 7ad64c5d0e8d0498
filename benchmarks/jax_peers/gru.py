"""The GRU in JAX: the inputs' product before the scan over time."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from benchmarks.jax_peers.mlp import cross_entropy
from benchmarks.jax_peers.mlp import transposed as start

__all__ = ["loss", "start"]


def loss(weights: Any, x: Any, y: Any) -> Any:
    """Cross-entropy of what the last hidden state says."""
    inputs = jnp.swapaxes(x, 0, 1) @ weights["cell.weight_ih_l0"] + weights["cell.bias_ih_l0"]

    def step(h: Any, z: Any) -> tuple[Any, None]:
        inside = h @ weights["cell.weight_hh_l0"] + weights["cell.bias_hh_l0"]
        (zr, zu, zn), (hr, hu, hn) = jnp.split(z, 3, axis=-1), jnp.split(inside, 3, axis=-1)
        update = jax.nn.sigmoid(zu + hu)
        new = jnp.tanh(zn + jax.nn.sigmoid(zr + hr) * hn)
        return (1 - update) * new + update * h, None

    zeros = jnp.zeros((len(x), weights["cell.weight_hh_l0"].shape[0]), x.dtype)
    h, _ = jax.lax.scan(step, zeros, inputs)
    return cross_entropy(h @ weights["head.weight"] + weights["head.bias"], y)
