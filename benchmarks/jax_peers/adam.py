"""Adam for trees of arrays: optax's, or by hand where optax is not installed."""

from __future__ import annotations

import importlib.util
from typing import Any

import jax
import jax.numpy as jnp

from benchmarks.workload import LEARNING_RATE

HAS_OPTAX = importlib.util.find_spec("optax") is not None
DECAY, DECAY_OF_SQUARES, EPSILON = 0.9, 0.999, 1e-8


def start(weights: Any) -> Any:
    """The state before the first step."""
    if HAS_OPTAX:
        return _optax().init(weights)
    zeros = jax.tree.map(jnp.zeros_like, weights)
    return jnp.zeros((), jnp.int32), zeros, jax.tree.map(jnp.zeros_like, weights)


def update(weights: Any, gradients: Any, state: Any) -> tuple[Any, Any]:
    """New weights and new state."""
    if HAS_OPTAX:
        import optax

        changes, state = _optax().update(gradients, state, weights)
        return optax.apply_updates(weights, changes), state
    return _by_hand(weights, gradients, state)


def _optax() -> Any:
    import optax

    return optax.adam(LEARNING_RATE)


def _by_hand(weights: Any, gradients: Any, state: Any) -> tuple[Any, Any]:
    count, first, second = state
    count = count + 1
    first = jax.tree.map(lambda m, g: DECAY * m + (1 - DECAY) * g, first, gradients)
    second = jax.tree.map(
        lambda v, g: DECAY_OF_SQUARES * v + (1 - DECAY_OF_SQUARES) * g * g, second, gradients
    )
    rate = LEARNING_RATE / (1 - DECAY**count)
    scale = 1 / (1 - DECAY_OF_SQUARES**count)

    def moved(w: Any, m: Any, v: Any) -> Any:
        return w - rate * m / (jnp.sqrt(v * scale) + EPSILON)

    return jax.tree.map(moved, weights, first, second), (count, first, second)
