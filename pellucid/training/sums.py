"""Figures of an epoch from a few sums of each batch, which a compiled step can give out itself.

Keeping every output of an epoch, as `metrics.Gathered` does, would move more memory than the step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.training.metrics import METRICS, Gathered

__all__ = ["Sums", "partial"]


def _hits(outputs: Any, targets: Any) -> Any:
    if outputs.ndim > 1 and outputs.shape[1] > 1:
        found = outputs.argmax(1)
        true = targets.argmax(1) if tuple(targets.shape) == tuple(outputs.shape) else targets
    else:
        found = outputs.reshape(outputs.shape[0], -1)[:, 0] > 0
        true = targets.reshape(targets.shape[0], -1)[:, 0] > 0.5
    return (found == true).sum()


def _missed(outputs: Any, targets: Any) -> Any:
    return ((targets.reshape(outputs.shape) - outputs) ** 2).sum(0)


def _distance(outputs: Any, targets: Any) -> Any:
    return abs(targets.reshape(outputs.shape) - outputs).sum()


# What is added up for each figure, written so that arrays and Tensors both understand it.
PARTS: dict[str, Callable[[Any, Any], Any]] = {
    "accuracy": _hits, "r2": _missed, "mse": _missed, "rmse": _missed, "mae": _distance,
}  # fmt: skip


def partial(metrics: Mapping[str, Any]) -> list[Callable[[Any, Any], Any]] | None:
    """The sums that these figures need; None where one of them needs all outputs."""
    names = [name for name, m in metrics.items() if METRICS.get(name) is m and name in PARTS]
    return [PARTS[name] for name in names] if len(names) == len(metrics) else None


class Sums(Gathered):
    """What `Gathered` is, from sums.

    Args:
        metrics: by name, all of them known to `partial`.
        targets: of all rows of an epoch, for the spread that R² compares with.
    """

    def __init__(self, metrics: Mapping[str, Any], targets: Any) -> None:
        super().__init__(metrics)
        self._targets = targets
        self._spread: Any = None
        self._sums: list[Any] = []
        self._hits = self._numbers = 0

    def add(self, outputs: Any, targets: Any) -> None:
        """A batch that was not compiled."""
        self.add_sums([PARTS[name](outputs, targets) for name in self.metrics], outputs.shape, 1)

    def add_sums(self, sums: Sequence[Any], shape: Sequence[int], steps: int) -> None:
        """The sums of one or several batches whose outputs have this shape."""
        if not self.metrics:
            return
        held = self._sums or [0.0] * len(sums)
        self._sums = [h + np.asarray(s, np.float64) for h, s in zip(held, sums, strict=True)]
        hits = int(np.prod([shape[0], *shape[2:]])) if len(shape) > 1 else int(shape[0])
        self._hits += hits * steps
        self._numbers += int(np.prod(shape)) * steps

    def values(self) -> dict[str, float]:
        """The figures, and forget the sums."""
        found = {
            name: self._figure(name, total)
            for name, total in zip(self.metrics, self._sums, strict=bool(self._sums))
        }
        self._sums, self._hits, self._numbers = [], 0, 0
        return found

    def _figure(self, name: str, total: Any) -> float:
        if name == "accuracy":
            return float(total / max(self._hits, 1))
        if name == "r2":
            spread = self._spread_of(np.shape(total))
            flat = spread == 0
            shares = 1 - total / np.where(flat, 1, spread)
            return float(np.where(flat, total == 0, shares).mean())
        value = float(np.sum(total) / max(self._numbers, 1))
        return float(np.sqrt(value)) if name == "rmse" else value

    def _spread_of(self, shape: tuple[int, ...]) -> Any:
        if self._spread is None:
            y = np.asarray(self._targets, np.float64)
            y = y.reshape(len(y), *shape)
            self._spread = ((y - y.mean(axis=0)) ** 2).sum(axis=0)
        return self._spread

    def state(self) -> list[Any]:
        """The sums so far."""
        counts = np.array([self._hits, self._numbers], np.int64)
        return [counts, *map(np.asarray, self._sums)] if self._sums else []

    def restore(self, state: Sequence[Any]) -> None:
        """Go on from a state."""
        if state:
            counts, *sums = [t._node.array for t in state]
            self._hits, self._numbers, self._sums = int(counts[0]), int(counts[1]), sums
