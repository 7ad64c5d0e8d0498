"""A race of optimizers: the same network, start and rows, and each rule at a rate of its own.

That rate is the best of a few short trials below where a range test found the loss lowest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.lenses.descent.rates import batches, range_test, stepped
from pellucid.lenses.descent.twin import Twin
from pellucid.optim.names import named

__all__ = ["RACERS", "Runner", "race"]

RACERS: dict[str, tuple[str, dict[str, Any]]] = {
    "sgd": ("sgd", {}),
    "momentum": ("sgd", {"momentum": 0.9}),
    "rmsprop": ("rmsprop", {}),
    "adam": ("adam", {}),
}


_TRIED, _TRIAL = (3, 10, 30, 100), 20  # parts of the range test's best rate, and steps


@dataclass(frozen=True, eq=False)
class Runner:
    """One optimizer's run.

    Attributes:
        name: its name.
        rate: its step size, from trials of its own.
        steps: where the loss was measured.
        losses: the loss over all rows there; infinite from where it left all bounds.
    """

    name: str
    rate: float
    steps: list[int]
    losses: list[float]


def race(twin: Twin, names: tuple[str, ...], steps: int, seed: int) -> list[Runner]:
    """Let each optimizer train a twin from where it is; it comes back in between.

    Args:
        twin: the start.
        names: who runs: "sgd", "momentum" (SGD with momentum 0.9), "rmsprop", "adam".
        steps: how many each takes.
        seed: of the order of the rows, the same for all.
    """
    start = twin.flat()
    found = []
    for name in names:
        kind, settings = RACERS[name]
        lowest = range_test(twin, kind, 60, seed, **settings).best
        tried = {}
        for rate in (lowest / k for k in _TRIED):
            mover = named(kind, twin.weights, rate, 0.0, **settings)
            tried[rate] = _run(twin, name, rate, mover, _TRIAL, seed).losses[-1]
            twin.put(start)
        best = min(tried, key=lambda r: tried[r] if np.isfinite(tried[r]) else np.inf)
        mover = named(kind, twin.weights, best, 0.0, **settings)
        found.append(_run(twin, name, best, mover, steps, seed))
        twin.put(start)
    return found


def _run(twin: Twin, name: str, rate: float, mover: Any, steps: int, seed: int) -> Runner:
    every = max(steps // 25, 1)
    at, losses = [0], [twin.loss()]
    for i, rows in zip(range(1, steps + 1), batches(twin, seed), strict=False):
        stepped(twin, mover, rows)
        if i % every == 0 or i == steps:
            at.append(i)
            with np.errstate(all="ignore"):
                losses.append(twin.loss())
            if not np.isfinite(losses[-1]):
                break
    return Runner(name, rate, at, losses)
