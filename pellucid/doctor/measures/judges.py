"""Known learners that say what can be read from rows: linear, by neighbors, by kernel, by trees.

Each answers for rows that it did not learn from: the rows are dealt into folds, and each fold is
answered by a learner of the others.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.doctor.measures.answers import Array

__all__ = ["FOLDS", "dealt", "of_classes", "of_numbers"]

FOLDS = 3


def dealt(y: Array, classes: bool) -> npt.NDArray[np.int64]:
    """The fold of every row; classes are spread evenly.

    Args:
        y: the target of every row.
        classes: whether they are classes.
    """
    order = np.random.default_rng(0).permutation(len(y))
    if classes:
        order = order[np.argsort(y[order], kind="stable")]
    fold = np.empty(len(y), np.int64)
    fold[order] = np.arange(len(y)) % FOLDS
    return fold


def of_classes(x: Array, y: Array, classes: int) -> Iterator[tuple[str, Array]]:
    """The name of each judge and the shares it gives to the classes, (rows, classes).

    Args:
        x: standardized columns.
        y: class numbers, (rows,).
        classes: how many there are.
    """
    from sklearn.ensemble import ExtraTreesClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.svm import SVC

    yield "linear", _shares(LogisticRegression(C=0.5, max_iter=50), x, y, classes)
    yield "neighbors", _shares(KNeighborsClassifier(9, weights="distance"), x, y, classes)
    trees = ExtraTreesClassifier(30, min_samples_leaf=2, random_state=0, n_jobs=1)
    yield "trees", _shares(trees, x, y, classes)
    yield "kernel", _shares(SVC(C=3.0), x, y, classes)


def of_numbers(x: Array, y: Array) -> Iterator[tuple[str, Array]]:
    """The name of each judge and the values it gives, (rows, columns).

    Args:
        x: standardized columns.
        y: standardized targets, (rows, columns).
    """
    from sklearn.ensemble import ExtraTreesRegressor
    from sklearn.kernel_ridge import KernelRidge
    from sklearn.linear_model import Ridge
    from sklearn.neighbors import KNeighborsRegressor

    yield "linear", _values(Ridge(1.0), x, y)
    yield "neighbors", _values(KNeighborsRegressor(9, weights="distance"), x, y)
    # The width of the kernel: half the mean squared distance of standardized columns.
    kernel = KernelRidge(alpha=0.1, kernel="rbf", gamma=1 / max(x.shape[1], 1))
    yield "kernel", _values(kernel, x, y)
    trees = ExtraTreesRegressor(30, min_samples_leaf=3, random_state=0, n_jobs=1)
    yield "trees", _values(trees, x, y)


def _shares(judge: Any, x: Array, y: Array, classes: int) -> Array:
    found = np.zeros((len(y), classes))
    fold = dealt(y, True)
    for turn in range(FOLDS):
        rest, asked = fold != turn, fold == turn
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a fit that stopped early still says enough
            judge.fit(x[rest], y[rest])
        if hasattr(judge, "predict_proba"):
            found[np.ix_(asked, judge.classes_)] = judge.predict_proba(x[asked])
        else:
            found[np.flatnonzero(asked), judge.predict(x[asked])] = 1.0
    return found


def _values(judge: Any, x: Array, y: Array) -> Array:
    found = np.zeros_like(y)
    fold = dealt(y, False)
    for turn in range(FOLDS):
        rest, asked = fold != turn, fold == turn
        judge.fit(x[rest], y[rest, 0] if y.shape[1] == 1 else y[rest])
        found[asked] = np.asarray(judge.predict(x[asked])).reshape(-1, y.shape[1])
    return found
