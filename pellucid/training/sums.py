"""Figures of an epoch from a few sums of each batch, which a compiled step can give out itself.

Keeping every output of an epoch, as `metrics.Gathered` does, would move more memory than the step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.training.metrics import METRICS, PARTS, Gathered, figure, spread_of

__all__ = ["Sums", "partial"]


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
        self._rows = 0
        self._shape: tuple[int, ...] = ()  # of the outputs for a row

    def add(self, outputs: Any, targets: Any) -> None:
        """A batch that was not compiled."""
        self.add_sums([PARTS[name](outputs, targets) for name in self.metrics], outputs.shape, 1)

    def add_sums(self, sums: Sequence[Any], shape: Sequence[int], steps: int) -> None:
        """The sums of one or several batches whose outputs have this shape."""
        if not self.metrics:
            return
        held = self._sums or [0.0] * len(sums)
        self._sums = [h + np.asarray(s, np.float64) for h, s in zip(held, sums, strict=True)]
        self._rows, self._shape = self._rows + shape[0] * steps, tuple(shape[1:])

    def values(self) -> dict[str, float]:
        """The figures, and forget the sums."""
        shape = (self._rows, *self._shape)
        found = {
            name: figure(name, total, shape, self._targets_spread)
            for name, total in zip(self.metrics, self._sums, strict=bool(self._sums))
        }
        self._sums, self._rows = [], 0
        return found

    def _targets_spread(self) -> Any:
        if self._spread is None:
            self._spread = spread_of(self._targets, self._shape)
        return self._spread

    def state(self) -> list[Any]:
        """The sums so far."""
        shape = np.array([self._rows, *self._shape], np.int64)
        return [shape, *map(np.asarray, self._sums)] if self._sums else []

    def restore(self, state: Sequence[Any]) -> None:
        """Go on from a state."""
        if state:
            shape, *self._sums = [t._node.array for t in state]
            self._rows, self._shape = int(shape[0]), tuple(map(int, shape[1:]))
