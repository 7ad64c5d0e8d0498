"""The two ways to train in JAX: a jitted step, and a scan over a whole round of steps."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.jax_peers import adam
from benchmarks.workload import Material, Run


def step_of(net: Any) -> Callable[[Any, Any], tuple[Any, Any]]:
    """One step: `(carry, (x, y))` to `(carry, loss)`."""
    if hasattr(net, "statistics"):
        return partial(_with_statistics, net)
    return partial(_plain, net)


def _plain(net: Any, carry: Any, batch: Any) -> tuple[Any, Any]:
    weights, state = carry
    loss, gradients = jax.value_and_grad(net.loss)(weights, *batch)
    return adam.update(weights, gradients, state), loss


def _with_statistics(net: Any, carry: Any, batch: Any) -> tuple[Any, Any]:
    (weights, state), statistics = carry
    call = jax.value_and_grad(net.loss, has_aux=True)
    (loss, statistics), gradients = call(weights, statistics, *batch)
    return (adam.update(weights, gradients, state), statistics), loss


def first_carry(net: Any, material: Material) -> Any:
    """Weights, the optimizer's state and, where the net has some, running statistics."""
    weights = {name: jnp.array(w) for name, w in net.start(material.weights).items()}
    carry = (weights, adam.start(weights))
    if hasattr(net, "statistics"):
        return carry, net.statistics(weights)
    return carry


def _batches(net: Any, material: Material) -> tuple[Any, Any]:
    lay_out = getattr(net, "lay_out", lambda x: x)
    y = material.y
    return lay_out(material.x), y.astype(np.int32) if y.dtype == np.int64 else y


def jitted(net: Any, material: Material, steps_a_round: int) -> Run:
    """A step for each call; its state is donated."""
    carry = first_carry(net, material)
    xs, ys = _batches(net, material)
    batches = [(jnp.array(x), jnp.array(y)) for x, y in zip(xs, ys, strict=True)]
    batches *= steps_a_round // len(batches)
    step = jax.jit(step_of(net), donate_argnums=0)

    def run(steps: int) -> list[float]:
        nonlocal carry
        losses = []
        for _ in range(steps // steps_a_round):
            for batch in batches:
                carry, loss = step(carry, batch)
                losses.append(loss)
        return [float(loss) for loss in losses]

    return run


def scanned(net: Any, material: Material, steps_a_round: int) -> Run:
    """A round of steps for each call, in one `lax.scan`."""
    carry = first_carry(net, material)
    x, y = (jnp.array(a) for a in _batches(net, material))
    step = step_of(net)

    def fixed(carry: Any, x: Any, y: Any) -> Any:
        return jax.lax.scan(lambda c, _: step(c, (x[0], y[0])), carry, None, length=steps_a_round)

    def in_turn(carry: Any, x: Any, y: Any) -> Any:
        return jax.lax.scan(step, carry, (x, y))

    many = jax.jit(fixed if len(x) == 1 else in_turn, donate_argnums=0)

    def run(steps: int) -> list[float]:
        nonlocal carry
        losses: list[float] = []
        for _ in range(steps // steps_a_round):
            carry, some = many(carry, x, y)
            losses += np.asarray(some).tolist()
        return losses

    return run
