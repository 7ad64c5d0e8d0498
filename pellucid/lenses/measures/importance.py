"""Measures what each input is worth by shuffling it and watching the score drop."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.lenses.measures.records import Floats, Importance

__all__ = ["grouped_importance", "permutation_importance"]


def permutation_importance(
    score: Callable[[Floats], float],
    inputs: npt.ArrayLike,
    names: Sequence[str],
    *,
    repeats: int = 5,
    seed: int = 0,
    metric_name: str = "accuracy",
    metric_percent: bool = True,
) -> Importance:
    """Shuffles one column at a time among the rows and records how much the score falls.

    drop_j = score(X) − mean over repeats of score(X with column j shuffled)

    Args:
        score: the model's score on these rows; larger is better.
        inputs: rows to score, before the shuffle.
        names: of the columns.
        repeats: shuffles of each column.
        seed: of the shuffles.
        metric_name: what `score` returns.
        metric_percent: whether it is a fraction shown as percent.

    Shape:
        inputs: (n, columns).

    Returns:
        the drops, the most important column first.

    Example:
        >>> x = np.arange(20.0).reshape(10, 2)
        >>> result = permutation_importance(lambda a: -abs(a[:, 0] - x[:, 0]).sum(), x, ["a", "b"])
        >>> result.names, float(result.drop[1])
        (('a', 'b'), 0.0)
    """
    table = np.array(inputs, dtype=np.float64)
    draw, whole = np.random.default_rng(seed), score(table)
    drops = np.zeros((table.shape[1], repeats))
    for column, repeat in np.ndindex(*drops.shape):
        kept = table[:, column].copy()
        table[:, column] = draw.permutation(kept)
        drops[column, repeat] = whole - score(table)
        table[:, column] = kept
    order = np.argsort(-drops.mean(axis=1), kind="stable")
    return Importance(
        names=tuple(names[i] for i in order),
        drop=drops.mean(axis=1)[order],
        deviation=drops.std(axis=1)[order],
        metric_name=metric_name,
        metric_percent=metric_percent,
    )


def grouped_importance(
    score: Callable[[npt.NDArray[Any]], float],
    inputs: npt.NDArray[Any],
    groups: Mapping[str, Sequence[int]],
    **settings: Any,
) -> Importance:
    """The same for numbers that belong together: those of one group are shuffled together.

    Args:
        score: the model's score on rows; larger is better.
        inputs: rows to score, before the shuffle, of any shape and kind.
        groups: name to places in a row, laid out flat.
        settings: as `permutation_importance` takes them.

    Shape:
        inputs: (n, ...).

    Example:
        >>> x = np.arange(6.0).reshape(3, 2)
        >>> grouped_importance(lambda a: -abs(a - x).sum(), x, {"both": [0, 1]}).names
        ('both',)
    """
    flat, places = inputs.reshape(len(inputs), -1), list(groups.values())
    orders = np.repeat(np.arange(len(inputs))[:, None], len(groups), axis=1)

    def of_order(order: Floats) -> float:
        """The score when row i takes the numbers of group j from row `order[i, j]`."""
        taken, mixed = order.astype(np.int64), flat.copy()
        for j in np.flatnonzero((taken != orders).any(axis=0)):
            mixed[:, places[j]] = flat[taken[:, j]][:, places[j]]
        return score(mixed.reshape(inputs.shape))

    return permutation_importance(of_order, orders, list(groups), **settings)
