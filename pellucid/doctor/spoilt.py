"""Rows that hold NaN or infinity themselves: no training can make numbers of them."""

from __future__ import annotations

import numpy as np

from pellucid.doctor.seen import Seen

__all__ = ["dirty"]


def dirty(seen: Seen) -> float:
    """The share of kept rows whose inputs or targets are not finite.

    Args:
        seen: the training.
    """
    if seen.train is None or not len(seen.train.x):
        return 0.0
    clean = np.ones(len(seen.train.x), bool)
    for rows in (seen.train.x, seen.train.y):
        if rows.dtype.kind == "f":
            clean &= np.isfinite(rows.reshape(len(rows), -1)).all(axis=1)
    return float(1 - clean.mean())
