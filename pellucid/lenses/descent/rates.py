"""The learning-rate range test: a short training whose step size grows until the loss explodes.

Source: Smith (2017), Cyclical Learning Rates for Training Neural Networks.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.lenses.descent.twin import Twin, same_draws
from pellucid.lenses.picture import Floats
from pellucid.optim.names import named

__all__ = ["Rates", "batches", "range_test", "stepped"]

_SMOOTH, _BLOWN = 0.8, 4.0


@dataclass(frozen=True, eq=False)
class Rates:
    """What a range test found.

    Attributes:
        rates: the step sizes, growing evenly by factors.
        losses: the loss of each step, as it was.
        smooth: the same, each averaged with those before.
        suggested: a tenth of the rate at which the loss is lowest, or the rate at which it falls
            fastest, whichever is less.
        steepest: the rate at which the loss falls fastest.
        best: the rate at which the loss is lowest.
    """

    rates: Floats
    losses: Floats
    smooth: Floats
    suggested: float
    steepest: float
    best: float


def range_test(
    twin: Twin, optimizer: Any, steps: int, seed: int, low: float = 1e-5, high: float = 10.0,
    **settings: Any,
) -> Rates:  # fmt: skip
    """Train a twin with growing rates, and come back.

    Args:
        twin: where the training begins.
        optimizer: a name.
        steps: how many at most; it ends where the loss is four times its least.
        seed: of the order of the rows.
        low: the first rate.
        high: the last rate.
        settings: of the optimizer.
    """
    here = twin.flat()
    rates = low * (high / low) ** (np.arange(steps) / max(steps - 1, 1))
    mover = named(optimizer, twin.weights, low, 0.0, **settings)
    losses, smooth, mean = [], [], 0.0
    for i, rows in zip(range(steps), batches(twin, seed), strict=False):
        mover.param_groups[0]["lr"] = float(rates[i])
        losses.append(stepped(twin, mover, rows))
        mean = _SMOOTH * mean + (1 - _SMOOTH) * losses[-1]
        smooth.append(mean / (1 - _SMOOTH ** (i + 1)))
        if not math.isfinite(losses[-1]) or smooth[-1] > _BLOWN * min(smooth):
            break
    twin.put(here)
    finite = np.isfinite(smooth)
    kept = rates[: len(losses)][finite]
    return _judged(kept, np.array(losses)[finite], np.array(smooth)[finite])


def stepped(twin: Twin, mover: Any, rows: npt.NDArray[Any]) -> float:
    """One step on some rows: the loss before it."""
    subject = twin.subject
    assert subject.y is not None
    subject.model.train()
    with same_draws(), np.errstate(all="ignore"):
        mover.zero_grad()
        loss = subject.loss(subject.x[rows], subject.y[rows])
        loss.backward()
        mover.step()
    subject.model.eval()
    return float(loss.item())


def batches(twin: Twin, seed: int, size: int = 32) -> Iterator[npt.NDArray[Any]]:
    """Rows in a random order, over and over."""
    n = len(twin.subject)
    size = min(size, n)
    rng = np.random.default_rng(seed)
    while True:
        order = rng.permutation(n)
        for at in range(0, n - size + 1, size):
            yield order[at : at + size]


def _judged(rates: Floats, losses: Floats, smooth: Floats) -> Rates:
    lowest = int(smooth.argmin())
    tens = np.log10(rates)
    slope = np.gradient(smooth, tens) if len(rates) > 1 else np.zeros(len(rates))
    start = min(5, lowest)  # the first few are averages of next to nothing
    steepest = start + int(slope[start : lowest + 1].argmin())
    fastest, best = float(rates[steepest]), float(rates[lowest])
    return Rates(rates, losses, smooth, min(fastest, best / 10), fastest, best)
