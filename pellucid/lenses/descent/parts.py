r"""The next step of an optimizer, taken apart: gradient, momentum, scaling and pull toward zero.

$$ \Delta\theta = \underbrace{-c\, g}_{\text{gradient}}
   + \underbrace{-c\,(\bar g - g)}_{\text{momentum}}
   + \underbrace{\Delta\theta + c\,\bar g}_{\text{scaling}} $$

$\bar g$ is the averaged gradient that the rule steps along before it gives each weight a step size
of its own, and $c$ the single step size that comes closest to those: for SGD the learning rate, and
then nothing is left to scaling. A pull toward zero stands apart. The parts add up to the step that
the optimizer takes; the step itself is the optimizer's, not a formula's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.lenses.descent.twin import Twin, flattened
from pellucid.lenses.picture import Floats
from pellucid.optim.optimizer import Optimizer

__all__ = ["Step", "step_of"]


@dataclass(frozen=True, eq=False)
class Step:
    """A step and its parts, as lists of all weights' numbers.

    Attributes:
        gradient: the gradient of the loss.
        total: what the step adds to the weights.
        parts: what it is made of, by name; they add up to `total`.
        rate: the single step size that comes closest to those of all weights.
        before: the loss before the step.
        after: the loss behind it.
        weights: the weights before it.
    """

    gradient: Floats
    total: Floats
    parts: dict[str, Floats]
    rate: float
    before: float
    after: float
    weights: Floats


def step_of(twin: Twin, optimizer: Optimizer) -> Step:
    """Take the next step on a twin, look at it, and come back.

    Args:
        twin: the network's copy.
        optimizer: an optimizer over its weights; its memory moves on.
    """
    start = twin.flat()
    before, gradient = twin.blame()
    old = _remembered(optimizer, twin, "momentum_buffer")
    optimizer.step()
    total, after = twin.flat() - start, twin.loss()
    parts, rate = _parts(twin, optimizer, gradient, start, old, total)
    twin.put(start)
    order = ("gradient", "momentum", "scaling", "the rule's own", "decay")
    least = 1e-6 * float(np.linalg.norm(total))  # below it lies what rounding left
    kept = {n: parts[n] for n in order if n in parts and np.linalg.norm(parts[n]) > least}
    return Step(gradient, total, kept, rate, before, after, start)


def _parts(
    twin: Twin, optimizer: Optimizer, g: Floats, start: Floats, old: Floats, total: Floats
) -> tuple[dict[str, Floats], float]:
    """The parts, and the single step size that comes closest to those of all weights."""
    lr = _setting(optimizer, twin, "lr")
    g = g * np.where(_setting(optimizer, twin, "maximize") > 0, -1, 1)
    pull = _setting(optimizer, twin, "weight_decay") * start
    apart = _pulls_apart(optimizer, twin)
    beside = np.where(apart, -lr * pull, 0.0)  # the pull that is no part of the gradient
    inside = np.where(apart, 0.0, pull)
    name = type(optimizer).__name__
    if name == "SGD":
        found = {"gradient": -lr * g, "decay": -lr * pull}
        return {**found, "momentum": total - found["gradient"] - found["decay"]}, float(lr.mean())
    carried = -lr * _setting(optimizer, twin, "momentum") * old if name == "RMSprop" else 0.0 * g
    along = _averaged(optimizer, twin) if name in ("Adam", "AdamW") else g + inside
    rest = total - carried - beside
    c = -float(rest @ along) / max(float(along @ along), 1e-300)
    return {
        "gradient": -c * g,
        "momentum": carried - c * (along - g - inside),
        "scaling" if name in _SCALED else "the rule's own": rest + c * along,
        "decay": beside - c * inside,
    }, c


_SCALED = ("Adam", "AdamW", "RMSprop")


def _averaged(optimizer: Optimizer, twin: Twin) -> Floats:
    """Adam's mean of gradients, freed of the zeros that it began with."""
    beta = _setting(optimizer, twin, "betas", 0)
    count = np.concatenate(
        [np.full(p._node.size, _number(optimizer.state[p].get("step", 1))) for p in twin.weights]
    )
    return np.asarray(_remembered(optimizer, twin, "exp_avg") / (1 - beta**count))


def _pulls_apart(optimizer: Optimizer, twin: Twin) -> Floats:
    """Where the pull toward zero is no part of the gradient."""
    said = _setting(optimizer, twin, "decoupled_weight_decay") > 0
    return np.asarray(said | (type(optimizer).__name__ == "AdamW"))


def _remembered(optimizer: Optimizer, twin: Twin, slot: str) -> Floats:
    """What an optimizer remembers of each weight; zeros for what it does not."""
    held = [optimizer.state[p].get(slot) if p in optimizer.state else None for p in twin.weights]
    return flattened(
        np.zeros(p._node.shape) if kept is None else kept._node.array.copy()
        for kept, p in zip(held, twin.weights, strict=True)
    )


def _setting(optimizer: Optimizer, twin: Twin, name: str, place: int | None = None) -> Floats:
    """A setting for every number of every weight, from the weight's group."""
    values = {}
    for group in optimizer.param_groups:
        given = group.get(name, 0.0)
        given = given if place is None else given[place]
        values.update({id(p): _number(given) for p in group["params"]})
    return np.concatenate([np.full(p._node.size, values.get(id(p), 0.0)) for p in twin.weights])


def _number(value: Any) -> float:
    return float(value.item() if hasattr(value, "item") else value)
