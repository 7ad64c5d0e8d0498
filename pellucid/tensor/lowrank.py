"""Large matrices by their few strongest directions, found with random probes.

For A of shape (m, n) and a random R of shape (n, q):
Q = an orthonormal base of (A Aᵀ)ʲ A R,   QᵀA = W S Vᵀ,   A ≈ (Q W) S Vᵀ
"""

from __future__ import annotations

from typing import Any

from pellucid.errors import SettingError, ShapeError
from pellucid.shapes import show
from pellucid.tensor import linalg
from pellucid.tensor.random import randn
from pellucid.tensor.returned import returning
from pellucid.tensor.tensor import Tensor

__all__ = ["pca_lowrank", "svd_lowrank"]

_Three = tuple[Tensor, Tensor, Tensor]


@returning
def svd_lowrank(A: Tensor, q: int | None = 6, niter: int | None = 2, M: Any = None) -> _Three:
    """The `q` strongest directions of matrices: A ≈ U diag(S) Vᵀ.

    Args:
        A: matrices `(*, m, n)`.
        q: how many directions; a few more than are wanted make those better.
        niter: how often the probes pass through A and back, which tells near directions apart.
        M: what is taken from A first, of its shape.

    Shape:
        U `(*, m, q)`, S `(*, q)`, V `(*, n, q)`

    Example:
        >>> import pellucid
        >>> a = pellucid.ones(4, 2) @ pellucid.tensor([[3.0, 0.0], [0.0, 4.0]])
        >>> U, S, V = pellucid.svd_lowrank(a, q=1)
        >>> S
        tensor([10.])

    Source: Halko, Martinsson & Tropp 2011, "Finding structure with randomness"
    """
    x: Any = A if M is None else A - M
    if x.ndim < 2:
        raise ShapeError(f"svd_lowrank takes matrices, and A has shape {show(A.shape)}.")
    (m, n), q = x.shape[-2:], 6 if q is None else q
    _check("svd_lowrank", q, 2 if niter is None else niter, min(m, n))
    upright = x.mT if m < n else x  # the shorter side is probed
    U, S, V = _strongest(upright, q, 2 if niter is None else niter)
    return (V, S, U) if m < n else (U, S, V)


@returning
def pca_lowrank(A: Tensor, q: int | None = None, center: bool = True, niter: int = 2) -> _Three:
    """The `q` directions in which the rows of a table differ most: U, S and V.

    `A @ V[:, :k]` are the first k principal components, and S² / (m − 1) is the variance along
    each.

    Args:
        A: tables `(*, m, n)`: m rows of n numbers.
        q: how many directions; 6 when None, or fewer where A is smaller.
        center: whether the mean row is taken out first.
        niter: as in `svd_lowrank`.

    Shape:
        U `(*, m, q)`, S `(*, q)`, V `(*, n, q)`

    Example:
        >>> import pellucid
        >>> rows = pellucid.tensor([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]])
        >>> U, S, V = pellucid.pca_lowrank(rows, q=1)
        >>> V.abs().T  # along (1, 2)
        tensor([[0.4472, 0.8944]])

    Source: Halko, Martinsson & Tropp 2011, "Finding structure with randomness"
    """
    x: Any = A
    if x.ndim < 2:
        raise ShapeError(f"pca_lowrank takes tables, and A has shape {show(A.shape)}.")
    smaller = min(x.shape[-2:])
    q = min(6, smaller) if q is None else q
    _check("pca_lowrank", q, niter, smaller)
    return svd_lowrank(x - x.mean(dim=-2, keepdim=True) if center else x, q, niter)


def _check(name: str, q: int, niter: int, most: int) -> None:
    if not 0 <= q <= most:
        raise SettingError(f"{name}: q is from 0 to the shorter side, {most}, and it is {q}.")
    if niter < 0:
        raise SettingError(f"{name}: niter can't be negative and is {niter}.")


def _strongest(A: Any, q: int, niter: int) -> _Three:
    base = _base(A @ randn(A.shape[-1], q, dtype=A.dtype))
    for _ in range(niter):
        base = _base(A @ _base(A.mT @ base))
    W, S, Vh = linalg.svd(base.mT @ A, full_matrices=False)
    return base @ W, S, Vh.mT


def _base(x: Any) -> Any:
    return linalg.qr(x).Q
