"""How large gradients and updates are, layer by layer, over the time of a training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.lenses.descent.parts import Step
from pellucid.lenses.descent.twin import Twin
from pellucid.lenses.picture import Floats

__all__ = ["FAST", "GOOD", "SLOW", "Pace", "pace_now", "pace_of_moments", "pace_of_probes"]

# Of a weight's length, in one step. A thousandth is the rule of thumb; Adam's first steps, which
# move every weight by the rate, are ten times as long and do no harm.
GOOD = (1e-4, 3e-2)
SLOW, FAST = 1e-5, 1e-1
_MOMENTS = 24


@dataclass(frozen=True, eq=False)
class Pace:
    """Sizes by layer and step.

    Attributes:
        steps: where gradients were looked at.
        gradients: by layer, how long its gradient is.
        update_steps: where updates were looked at.
        updates: by layer, how far its weights move in a step, compared with how long they are.
        source: where the figures come from, in words.
    """

    steps: list[int]
    gradients: dict[str, list[float]]
    update_steps: list[int]
    updates: dict[str, list[float]]
    source: str


def pace_of_probes(twin: Twin, probes: Any) -> Pace | None:
    """What the probes of a training said; None where they did not watch gradients."""
    if probes is None or not probes:
        return None
    gradients, updates = {}, {}
    for layer, names in twin.layers().items():
        grads = [probes[f"{n}.grad_norm"] for n in names if f"{n}.grad_norm" in probes]
        main = max(names, key=lambda n: twin.take(twin.flat())[n].ndim)
        if grads:
            gradients[layer] = np.sqrt(np.sum(np.square(grads), axis=0)).tolist()
        if f"{main}.update_ratio" in probes:
            updates[layer] = probes[f"{main}.update_ratio"].tolist()
    if not gradients:
        return None
    steps = probes["step"].tolist()
    return Pace(steps, gradients, steps, updates, "watched while it was trained")


def pace_of_moments(twin: Twin, steps: tuple[int, ...], path: Floats) -> Pace:
    """The same from weights that were kept: gradients over the rows, and moves between moments."""
    here = twin.flat()
    most = _MOMENTS if twin.subject.light else _MOMENTS // 2
    chosen = np.unique(np.linspace(0, len(steps) - 1, most).round().astype(int)).tolist()
    gradients: dict[str, list[float]] = {layer: [] for layer in twin.layers()}
    updates: dict[str, list[float]] = {layer: [] for layer in twin.layers()}
    for i in chosen:
        twin.put(path[i])
        for layer, size in _sizes(twin, twin.blame()[1]).items():
            gradients[layer].append(size)
    pairs = [i for i in chosen if i]
    for i in pairs:
        away = (path[i] - path[i - 1]) / (steps[i] - steps[i - 1])
        for layer, ratio in _ratios(twin, away, path[i - 1]).items():
            updates[layer].append(ratio)
    twin.put(here)
    return Pace(
        [steps[i] for i in chosen], gradients, [steps[i] for i in pairs], updates,
        "at kept moments: gradients over the rows looked at, and moves from the moment before,"
        " divided by the steps between them",
    )  # fmt: skip


def pace_now(twin: Twin, step: Step) -> Pace:
    """The same for the next step alone."""
    gradients = {k: [v] for k, v in _sizes(twin, step.gradient).items()}
    updates = {k: [v] for k, v in _ratios(twin, step.total, step.weights).items()}
    return Pace([0], gradients, [0], updates, "of the next step")


def _sizes(twin: Twin, flat: Floats) -> dict[str, float]:
    own = twin.take(flat)
    return {
        layer: float(np.sqrt(sum((own[n] ** 2).sum() for n in names)))
        for layer, names in twin.layers().items()
    }


def _ratios(twin: Twin, away: Floats, weights: Floats) -> dict[str, float]:
    """Of each layer's main weight, as probes measure it."""
    moved, own = twin.take(away), twin.take(weights)
    found = {}
    for layer, names in twin.layers().items():
        main = max(names, key=lambda n: own[n].ndim)
        length = max(float(np.linalg.norm(own[main])), 1e-30)
        found[layer] = float(np.linalg.norm(moved[main])) / length
    return found
