"""Figures that people judge a model by, gathered batch by batch: accuracy, R², errors, your own.

A metric is never minimized; it is what one looks at beside the loss.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.errors import SettingError
from pellucid.spelling import did_you_mean
from pellucid.tensor.creation import of_array
from pellucid.training.class_metrics import auc, balanced_accuracy, f1, precision, recall

__all__ = ["METRICS", "PARTS", "Gathered", "figure", "make_metrics", "spread_of"]

Measure = Callable[[Any, Any], float]
# Batches are kept and measured together, which costs less than measuring each.
TOGETHER = 64


def _hits(outputs: Any, targets: Any) -> Any:
    if _many(outputs.shape):
        given = tuple(targets.shape) == tuple(outputs.shape)
        return (outputs.argmax(1) == (targets.argmax(1) if given else targets)).sum()
    score = outputs.reshape(outputs.shape[0], -1)[:, 0]  # of the second of two classes
    return ((score > 0) == (targets.reshape(targets.shape[0], -1)[:, 0] > 0.5)).sum()


def _missed(outputs: Any, targets: Any) -> Any:
    return ((targets.reshape(outputs.shape) - outputs) ** 2).sum(0)


def _distance(outputs: Any, targets: Any) -> Any:
    return abs(targets.reshape(outputs.shape) - outputs).sum()


# What is added up for each figure, written so that arrays and Tensors both understand it.
PARTS: dict[str, Callable[[Any, Any], Any]] = {
    "accuracy": _hits, "r2": _missed, "mse": _missed, "rmse": _missed, "mae": _distance,
}  # fmt: skip


def figure(name: str, total: Any, shape: Sequence[int], spread: Callable[[], Any]) -> float:
    """A figure from what `PARTS` gives, added up over all rows.

    Args:
        name: of the figure.
        total: the sum.
        shape: of all outputs.
        spread: gives the sum of squares around the mean of each target.
    """
    if name == "accuracy":
        return float(total / max(math.prod((shape[0], *(shape[2:] if _many(shape) else ()))), 1))
    if name == "r2":
        around = spread()
        flat = around == 0
        shares = 1 - total / np.where(flat, 1, around)
        return float(np.where(flat, total == 0, shares).mean())
    mean = float(np.sum(total) / max(math.prod(shape), 1))
    return math.sqrt(mean) if name == "rmse" else mean


def spread_of(targets: Any, shape: Sequence[int]) -> Any:
    """The sum of squares around the mean of each target, for targets of this shape."""
    y = np.asarray(targets, np.float64).reshape(len(targets), *shape)
    return ((y - y.mean(axis=0)) ** 2).sum(axis=0)


def accuracy(outputs: Any, targets: Any) -> float:
    r"""The share of rows whose highest score is the true class: $\frac1n \sum_i [\hat y_i = y_i]$.

    Shape:
        outputs `(n, classes, …)` or, for two classes, `(n,)` or `(n, 1)`; targets as the loss takes
        them.
    """
    return _whole("accuracy", outputs, targets)


def r2(outputs: Any, targets: Any) -> float:
    r"""The share of the spread that is explained: $1 - \sum (y - \hat y)^2 / \sum (y - \bar y)^2$.

    With several numbers per row it is the mean over them; one that never varies counts 0, or 1 if
    met.
    """
    return _whole("r2", outputs, targets)


def mse(outputs: Any, targets: Any) -> float:
    """The mean squared error."""
    return _whole("mse", outputs, targets)


def rmse(outputs: Any, targets: Any) -> float:
    """The root of the mean squared error, in the unit of the target."""
    return _whole("rmse", outputs, targets)


def mae(outputs: Any, targets: Any) -> float:
    """The mean absolute error, in the unit of the target."""
    return _whole("mae", outputs, targets)


def _many(shape: Sequence[int]) -> bool:
    """Whether outputs of this shape are scores of several classes."""
    return len(shape) > 1 and shape[1] > 1


def _whole(name: str, outputs: Any, targets: Any) -> float:
    """A figure of all rows at once, in float64: sums over many rows lose digits."""
    p, y = outputs.astype(np.float64, copy=False), targets.astype(np.float64, copy=False)
    return figure(name, PARTS[name](p, y), p.shape, lambda: spread_of(y, p.shape[1:]))


METRICS: dict[str, Measure] = {
    "accuracy": accuracy, "r2": r2, "mse": mse, "rmse": rmse, "mae": mae,
    "balanced_accuracy": balanced_accuracy, "f1": f1, "precision": precision, "recall": recall,
    "auc": auc,
}  # fmt: skip
# What others call them.
_ALIASES = {
    "acc": "accuracy", "roc_auc": "auc", "f1_score": "f1", "R2": "r2",
    "mean_squared_error": "mse", "mean_absolute_error": "mae",
}  # fmt: skip


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
    name = _ALIASES.get(given, given)
    if name not in METRICS:
        hint = did_you_mean(str(given), METRICS, repr)
        raise SettingError(
            f"there is no metric {given!r}.{hint}\n Known: {', '.join(METRICS)}; or give a function"
            " of all outputs and targets."
        )
    return METRICS[name]
