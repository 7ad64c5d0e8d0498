"""Truth tables: every combination of the inputs' few values stands among the rows, with one answer.

Of four rows nothing can be held out, and no learner that answers for the fourth after seeing three
says what can be reached. But all there is to know is there: each row can be right, and whether a
linear map gets that far can be tried.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

import numpy as np

from pellucid.doctor.measures.answers import Array, answers
from pellucid.doctor.measures.columns import columns
from pellucid.doctor.measures.once import once
from pellucid.doctor.seen import Seen

__all__ = ["Truth", "truth"]

_FEWEST, _MOST = 4, 256  # rows: below four any answers are a linear map of two inputs


@dataclass(frozen=True)
class Truth:
    """A table that is complete.

    Attributes:
        rows: how many different ones.
        linear: the share of them that the best linear learner answers right.
    """

    rows: int
    linear: float


@once
def truth(seen: Seen) -> Truth | None:
    """The table that is learned; None where combinations are missing, or rows have two answers."""
    target = answers(seen)
    if target is None or seen.train is None or seen.train.partial:
        return None
    x = seen.train.x.reshape(len(seen.train.x), -1)
    if x.dtype.kind not in "fiub" or not np.isfinite(x).all() or not np.isfinite(target.y).all():
        return None
    values = [len(np.unique(column)) for column in x[: 64 * _MOST].T[:_MOST]]
    count = math.prod(values) if x.shape[1] <= _MOST else _MOST + 1
    if not _FEWEST <= count <= _MOST:
        return None
    kinds, y = np.unique(target.y, axis=0, return_inverse=True)
    if len(kinds) < 2 or len(kinds) > (2 if target.kind == "numbers" else count):
        return None
    different = np.unique(np.column_stack((x, y.reshape(-1))).astype(float), axis=0)
    if len(different) != count or len(np.unique(different[:, :-1], axis=0)) != count:
        return None
    scaled = columns(different[:, :-1])
    return None if scaled is None else Truth(count, _linear(scaled, different[:, -1]))


def _linear(scaled: Array, y: Array) -> float:
    from sklearn.linear_model import LogisticRegression

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(LogisticRegression(C=1e6, max_iter=1000).fit(scaled, y).score(scaled, y))
