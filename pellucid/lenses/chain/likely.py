"""How a cross-entropy came about: the shares that the network gave to what was right.

L = −(1/n) Σᵢ ln softmax(zᵢ)[yᵢ]
"""

from __future__ import annotations

import math

import numpy as np

from pellucid.dtypes import FLOAT
from pellucid.lenses.chain.stage import Stage, doubled
from pellucid.lenses.numerals import number

__all__ = ["likely"]

_SHOWN = 4


def likely(stage: Stage) -> str:
    """The loss with the shares plugged in, largest misses first; "" where they don't give it.

    Args:
        stage: what made the loss.
    """
    if stage.name != "cross_entropy" or stage.out.size != 1 or len(stage.inputs) < 2:
        return ""
    given, target = stage.inputs[:2]
    axis = 0 if len(given.shape) == 1 else 1
    rows = np.moveaxis(doubled(given), axis, -1)
    if target.dtype.category == FLOAT or target.shape != rows.shape[:-1] or not target.size:
        return ""
    named = np.asarray(target.array)
    if named.min() < 0 or named.max() >= rows.shape[-1]:  # such as rows that are left out
        return ""
    rows = rows - rows.max(-1, keepdims=True)
    logs = rows - np.log(np.exp(rows).sum(-1, keepdims=True))
    right = np.take_along_axis(logs, named[..., None], -1).reshape(-1)
    made = float(np.asarray(stage.out.array).reshape(()))
    if not math.isclose(-float(right.mean()), made, rel_tol=1e-3, abs_tol=1e-6):
        return ""
    parts = [f"ln {number(share)}" for share in np.exp(np.sort(right)[:_SHOWN]).tolist()]
    if len(right) == 1:
        return f"−{parts[0]}"
    left = len(right) - len(parts)
    more = f" + … ({left} more)" if left else ""
    return f"−(1/{len(right)}) ({' + '.join(parts)}{more})"
