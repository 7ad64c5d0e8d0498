r"""Multinomial logistic regression with a quadratic penalty, for probes.

$$ \min_{W, b} \; -\sum_i \log \operatorname{softmax}(W h_i + b)_{y_i} + \tfrac12 \| W \|^2 $$

The minimum is the only one, and SciPy's L-BFGS walks to it. scikit-learn's own would do the same,
and takes a second to load.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.lenses.picture import Floats

__all__ = ["scores"]

_STEPS, _NEAR = 200, 1e-4


def scores(rows: Floats, which: npt.NDArray[np.intp], kinds: int) -> Floats:
    """Weights and, in the last row, the biases that score each class.

    Args:
        rows: what is known of each, (n, numbers).
        which: the class of each, from 0.
        kinds: how many classes there are.
    """
    seen = np.hstack([rows, np.ones((len(rows), 1))])
    free = 1 if kinds == 2 else kinds  # of two classes the first scores 0
    target = np.eye(kinds)[which]

    def loss(flat: Floats) -> tuple[float, Floats]:
        grid = flat.reshape(-1, free)
        all_ = np.hstack([np.zeros((len(seen), kinds - free)), seen @ grid])
        all_ -= all_.max(axis=1, keepdims=True)
        sizes = np.exp(all_)
        total = sizes.sum(axis=1, keepdims=True)
        lost = float((np.log(total[:, 0]) - (all_ * target).sum(axis=1)).mean())
        held = grid.copy()
        held[-1] = 0.0  # biases are free
        slope = seen.T @ ((sizes / total - target)[:, kinds - free :]) + held
        return lost + float((held**2).sum()) / (2 * len(seen)), slope.reshape(-1) / len(seen)

    optimize: Any = importlib.import_module("scipy.optimize")
    start, how = np.zeros(seen.shape[1] * free), {"maxiter": _STEPS, "gtol": _NEAR}
    found = optimize.minimize(loss, start, jac=True, method="L-BFGS-B", options=how)
    weights = found.x.reshape(-1, free)
    return np.hstack([np.zeros((len(weights), kinds - free)), weights])
