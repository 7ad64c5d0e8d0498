r"""How alike two layers hold the same rows: linear centered kernel alignment.

$$ \text{CKA}(X, Y) = \frac{\|Y^\top X\|_F^2}{\|X^\top X\|_F\, \|Y^\top Y\|_F},
   \quad X, Y \text{ centered} $$

Source: Kornblith, Norouzi, Lee and Hinton (2019), Similarity of Neural Network Representations
Revisited.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pellucid.lenses.picture import Floats

__all__ = ["alignments"]


def alignments(layers: Sequence[Floats]) -> Floats:
    """Linear CKA of each layer with each: 1 where one is the other turned and scaled, 0 to 1.

    Args:
        layers: what each holds, (n, numbers), the same n rows in all.

    Returns:
        (layers, layers); a layer that holds the same for all rows is like none: 0, and 1 to itself.

    Example:
        >>> x = np.array([[0.0, 1.0], [2.0, 0.0], [1.0, 3.0]])
        >>> alignments([x, 2 * x[:, ::-1] + 1]).round(6).tolist()
        [[1.0, 1.0], [1.0, 1.0]]
    """
    # By products of rows with rows, so that a wide layer costs no more than a narrow one.
    kernels = [_kernel(rows) for rows in layers]
    sizes = np.array([np.linalg.norm(k) for k in kernels])
    flat = np.stack([k.reshape(-1) for k in kernels])
    over = np.outer(sizes, sizes)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(over > 0, (flat @ flat.T) / over, 0.0)
    np.fill_diagonal(found, 1.0)
    return np.clip(found, 0.0, 1.0)


def _kernel(rows: Floats) -> Floats:
    centered = np.asarray(rows, np.float64) - rows.mean(axis=0, dtype=np.float64)
    return np.asarray(centered @ centered.T)
