"""Figures that people judge a model by, gathered batch by batch: accuracy, R², errors, your own.

A metric is never minimized; it is what one looks at beside the loss.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.errors import SettingError
from pellucid.tensor.creation import of_array

__all__ = ["METRICS", "Gathered", "make_metrics"]

Measure = Callable[[Any, Any], float]
# Batches are kept and measured together, which costs less than measuring each.
TOGETHER = 64


def accuracy(outputs: Any, targets: Any) -> float:
    r"""The share of rows whose highest score is the true class: $\frac1n \sum_i [\hat y_i = y_i]$.

    Shape:
        outputs `(n, classes, …)` or, for two classes, `(n,)` or `(n, 1)`; targets as the loss takes
        them.
    """
    hits = _classes(outputs, targets) == _true_classes(outputs, targets)
    return float(hits.mean()) if hits.size else 0.0


def r2(outputs: Any, targets: Any) -> float:
    r"""The share of the spread that is explained: $1 - \sum (y - \hat y)^2 / \sum (y - \bar y)^2$.

    With several numbers per row it is the mean over them; one that never varies counts 0, or 1 if
    met.
    """
    y, p = _pairs(outputs, targets)
    missed, spread = ((y - p) ** 2).sum(axis=0), ((y - y.mean(axis=0)) ** 2).sum(axis=0)
    flat = spread == 0
    shares = 1 - missed / np.where(flat, 1, spread)
    return float(np.where(flat, missed == 0, shares).mean())


def mse(outputs: Any, targets: Any) -> float:
    """The mean squared error."""
    y, p = _pairs(outputs, targets)
    return float(((y - p) ** 2).mean())


def rmse(outputs: Any, targets: Any) -> float:
    """The root of the mean squared error, in the unit of the target."""
    return float(np.sqrt(mse(outputs, targets)))


def mae(outputs: Any, targets: Any) -> float:
    """The mean absolute error, in the unit of the target."""
    y, p = _pairs(outputs, targets)
    return float(np.abs(y - p).mean())


METRICS: dict[str, Measure] = {"accuracy": accuracy, "r2": r2, "mse": mse, "rmse": rmse, "mae": mae}


class Gathered:
    """Outputs and targets of an epoch, and the figures over all of them.

    Args:
        metrics: by name, functions of all outputs and targets; one marked `on_tensors` gets
            Tensors.

    Example:
        >>> held = Gathered({"mae": mae})
        >>> held.add(np.array([1.0, 2.0]), np.array([1.0, 4.0]))
        >>> held.values()
        {'mae': 1.0}
    """

    def __init__(self, metrics: Mapping[str, Measure]) -> None:
        self.metrics = dict(metrics)
        self.outputs: list[Any] = []
        self.targets: list[Any] = []

    def add(self, outputs: Any, targets: Any) -> None:
        """Keep a batch."""
        if self.metrics:
            self.outputs.append(outputs)
            self.targets.append(targets)
            if len(self.outputs) >= TOGETHER:
                self._join()

    def values(self) -> dict[str, float]:
        """The figures, and forget the rows."""
        if not self.outputs:
            return {}
        self._join()
        found = {name: m(self.outputs[0], self.targets[0]) for name, m in self.metrics.items()}
        self.outputs, self.targets = [], []
        return found

    def state(self) -> list[Any]:
        """What was gathered so far."""
        if not self.outputs:
            return []
        self._join()
        return [self.outputs[0], self.targets[0]]

    def restore(self, state: Sequence[Any]) -> None:
        """Go on from a state."""
        self.outputs = [t._node.array for t in state[:1]]
        self.targets = [t._node.array for t in state[1:]]

    def _join(self) -> None:
        self.outputs = [np.concatenate(self.outputs)]
        self.targets = [np.concatenate(self.targets)]


def make_metrics(given: Any, usual: Sequence[str]) -> dict[str, Measure]:
    """Functions of arrays, by name.

    Args:
        given: None for the usual ones; a name or a function, several of them, or a dict of them.
            A function of your own gets all outputs and all targets as Tensors.
        usual: the names that fit the loss.

    Raises:
        SettingError: a name that is not known.
    """
    if given is None:
        given = list(usual)
    elif isinstance(given, str) or callable(given):
        given = [given]
    if isinstance(given, Mapping):
        return {name: _measure(m) for name, m in given.items()}
    found: dict[str, Measure] = {}
    for m in given:
        found[_new_name(m, found)] = _measure(m)
    return found


def _new_name(given: Any, taken: Mapping[str, Any]) -> str:
    """What a metric is called; those without a name are numbered."""
    if isinstance(given, str):
        return given
    name = getattr(given, "__name__", "<lambda>").replace("<lambda>", "metric")
    names = (name, *(f"{name} {i}" for i in range(2, len(taken) + 3)))
    return next(n for n in names if n not in taken)


def _measure(given: Any) -> Measure:
    if callable(given):
        return lambda outputs, targets: float(given(of_array(outputs), of_array(targets)))
    if given not in METRICS:
        raise SettingError(f"there is no metric {given!r}. Known: {', '.join(METRICS)}.")
    return METRICS[given]


def _classes(outputs: Any, targets: Any) -> Any:
    if outputs.ndim > 1 and outputs.shape[1] > 1:
        return outputs.argmax(axis=1)
    return outputs.reshape(len(outputs), -1)[:, 0] > 0  # the score of the second of two classes


def _true_classes(outputs: Any, targets: Any) -> Any:
    many = outputs.ndim > 1 and outputs.shape[1] > 1
    if many and targets.shape == outputs.shape:
        return targets.argmax(axis=1)
    return targets if many else targets.reshape(len(targets), -1)[:, 0] > 0.5


def _pairs(outputs: Any, targets: Any) -> tuple[Any, Any]:
    """Targets and outputs in the same shape, in float64: sums over many rows lose digits."""
    p = outputs.astype(np.float64)
    return targets.astype(np.float64).reshape(p.shape), p
