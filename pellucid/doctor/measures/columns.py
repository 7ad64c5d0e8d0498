"""Inputs of any shape as columns of numbers, for judges that know nothing of networks.

Images and sequences of numbers are laid flat; where that makes too many columns, their main
directions stay. Token numbers become counts, and marks of what stands where if there is room.
"""

from __future__ import annotations

import numpy as np

from pellucid.doctor.measures.answers import Array
from pellucid.doctor.seen import Seen

__all__ = ["WIDEST", "columns", "tokens"]

WIDEST = 200
_MAIN = 60
_TOKENS, _MARKS = 500, 1000


def tokens(seen: Seen) -> bool:
    """Whether the inputs are numbers of tokens: whole, and what an embedding takes."""
    whole = seen.train is not None and np.issubdtype(seen.train.x.dtype, np.integer)
    return whole and any(call.name == "embedding" for call in seen.calls)


def columns(x: Array, whole: bool = False) -> Array | None:
    """Standardized columns, (rows, columns); None where the inputs aren't numbers.

    Args:
        x: inputs, (rows, …).
        whole: whether they are numbers of tokens.
    """
    if x.dtype == object or not x.size:
        return None
    flat = x.reshape(len(x), -1)
    wide = _counted(flat) if whole else np.nan_to_num(flat, posinf=0, neginf=0).astype(np.float64)
    std = wide.std(0)
    kept = wide[:, std > 1e-12 * (1 + np.abs(wide).max())]
    if not kept.shape[1]:
        return None
    even = np.clip((kept - kept.mean(0)) / kept.std(0), -10, 10)
    return even if even.shape[1] <= WIDEST else _main(even)


def _counted(flat: Array) -> Array:
    """How often each of the frequent tokens comes up, and where, if there is room to say so."""
    names, often = np.unique(flat, return_counts=True)
    names = names[np.argsort(-often, kind="stable")[:_TOKENS]]
    marks = (flat[:, :, None] == names).astype(np.float32)
    counts = marks.sum(1)
    places = marks.reshape(len(flat), -1)
    room = flat.shape[1] > 1 and places.shape[1] <= _MARKS
    return np.concatenate((counts, places), 1) if room else counts


def _main(even: Array) -> Array:
    from sklearn.decomposition import PCA

    count = min(_MAIN, *even.shape)
    main = PCA(count, svd_solver="randomized", iterated_power=1, random_state=0)
    found: Array = main.fit_transform(even.astype(np.float32)).astype(np.float64)
    return found / max(float(found[:, 0].std()), 1e-12)
