"""The residual net in JAX: channels last, running statistics as a second carry."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from benchmarks.jax_peers.convolution import channels_last, convolved, kernel
from benchmarks.jax_peers.mlp import cross_entropy

lay_out = channels_last
MOMENTUM, EPSILON = 0.1, 1e-5


def start(weights: dict[str, Any]) -> dict[str, Any]:
    """Kernels as HWIO, the head as (inputs, outputs)."""
    laid = {name: kernel(w) if w.ndim == 4 else w for name, w in weights.items()}
    return {**laid, "head.weight": laid["head.weight"].T}


def statistics(weights: dict[str, Any]) -> dict[str, Any]:
    """Running mean 0 and variance 1 for every norm."""
    norms = [n.removesuffix(".bias") for n in weights if n.endswith(".bias") and n != "head.bias"]
    return {
        norm: (jnp.zeros_like(weights[f"{norm}.bias"]), jnp.ones_like(weights[f"{norm}.bias"]))
        for norm in norms
    }


def loss(weights: Any, statistics: Any, x: Any, y: Any) -> tuple[Any, Any]:
    """Cross-entropy and the new statistics."""
    seen: dict[str, Any] = {}

    def normal(name: str, x: Any) -> Any:
        mean, variance = x.mean((0, 1, 2)), x.var((0, 1, 2))
        count = x.size // x.shape[-1]
        old_mean, old_variance = statistics[name]
        seen[name] = (
            old_mean + MOMENTUM * (mean - old_mean),
            old_variance + MOMENTUM * (variance * count / (count - 1) - old_variance),
        )
        scale = weights[f"{name}.weight"] * jax.lax.rsqrt(variance + EPSILON)
        return (x - mean) * scale + weights[f"{name}.bias"]

    def block(name: str, x: Any) -> Any:
        narrow = weights.get(f"{name}.shortcut.0.weight")
        stride = 1 if narrow is None else 2
        inside = convolved(x, weights[f"{name}.conv1.weight"], stride)
        inside = jax.nn.relu(normal(f"{name}.norm1", inside))
        inside = normal(f"{name}.norm2", convolved(inside, weights[f"{name}.conv2.weight"]))
        if narrow is not None:
            x = normal(f"{name}.shortcut.1", convolved(x, narrow, stride))
        return jax.nn.relu(inside + x)

    x = jax.nn.relu(normal("norm", convolved(x, weights["stem.weight"])))
    for stage in range(3):
        x = block(f"blocks.{stage}", x)
    logits = x.mean((1, 2)) @ weights["head.weight"] + weights["head.bias"]
    return cross_entropy(logits, y), seen
