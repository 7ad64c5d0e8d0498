"""Lengths of vectors and matrices, by PyTorch's names: `pellucid.linalg.norm` and its two halves.

What needs singular values (the nuclear and the spectral norm) is not offered.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from pellucid.dtypes import FLOAT, DType
from pellucid.errors import DTypeError, SettingError, ShapeError
from pellucid.graph.node import Node
from pellucid.ops import elementwise as ew
from pellucid.ops import extremes as ex
from pellucid.ops import reduce as rd
from pellucid.ops.movement import reshape
from pellucid.shapes import normalize_axis, show
from pellucid.tensor.elsewhere import refusing
from pellucid.tensor.functions.reduction import norm as _length
from pellucid.tensor.lift import lifted

__all__ = ["matrix_norm", "norm", "vector_norm"]


def _vector_norm(
    x: Node, ord: Any = 2, dim: Any = None, keepdim: bool = False, *, dtype: DType | None = None
) -> Node:
    """The length of vectors: the `ord`-th root of the sum of `ord`-th powers along `dim`."""
    _real("vector_norm", x)
    return _length(x, ord, dim, keepdim, dtype)


def _matrix_norm(
    A: Node, ord: Any = "fro", dim: Any = (-2, -1), keepdim: bool = False, *,
    dtype: DType | None = None,
) -> Node:  # fmt: skip
    """The size of matrices: "fro" (root of all squares), 1 (largest column) or inf (largest row).

    Negative orders take the smallest column or row.
    """
    _real("matrix_norm", A)
    A = A if dtype is None else ew.cast(A, dtype=dtype)
    rank = len(A.shape)
    if rank < 2 or len(dim) != 2:
        raise ShapeError(f"matrix_norm needs two dims of a matrix: {dim} of {show(A.shape)}.")
    rows, columns = (normalize_axis(d, rank) for d in dim)
    if rows == columns:
        raise SettingError(f"matrix_norm: the two dims must differ and are {tuple(dim)}.")
    if ord == "fro":
        return _length(A, 2.0, (rows, columns), keepdim)
    if ord not in (1, -1, math.inf, -math.inf):
        raise SettingError(
            f"matrix_norm: ord {ord!r} is not offered.\n"
            " Use 'fro', 1, -1, inf or -inf; the others need singular values."
        )
    summed, kept = (rows, columns) if abs(ord) == 1 else (columns, rows)
    totals = rd.sum_(ew.abs(A), axes=(summed,), keepdim=True)
    out = (ex.amax if ord > 0 else ex.amin)(totals, axes=(kept,), keepdim=True)
    if keepdim:
        return out
    return reshape(out, shape=rd.reduced(A.shape, (rows, columns)))


def _norm(
    A: Node, ord: Any = None, dim: Any = None, keepdim: bool = False, *, dtype: DType | None = None
) -> Node:
    """The length of a vector or the size of a matrix; of all numbers where nothing is said."""
    if isinstance(dim, int):
        dim = (dim,)
    if ord is None:
        return _vector_norm(A, 2, dim, keepdim, dtype=dtype)
    if (len(dim) if dim is not None else len(A.shape)) == 1:
        return _vector_norm(A, ord, dim, keepdim, dtype=dtype)
    if dim is None and len(A.shape) != 2:
        raise ShapeError(
            f"norm: with ord, the Tensor must be a vector or a matrix and has shape "
            f"{show(A.shape)}.\n Say which dims are meant: dim=(-2, -1)."
        )
    return _matrix_norm(A, ord, (0, 1) if dim is None else dim, keepdim, dtype=dtype)


def _real(name: str, x: Node) -> None:
    if x.dtype.category != FLOAT:
        raise DTypeError(
            f"{name} works on float numbers and got {x.dtype.name}.\n Convert first: x.float()."
        )


for _call in (_norm, _vector_norm, _matrix_norm):
    _call.__name__ = _call.__qualname__ = _call.__name__.removeprefix("_")
norm, vector_norm, matrix_norm = lifted(_norm), lifted(_vector_norm), lifted(_matrix_norm)

if not TYPE_CHECKING:  # so that a type checker finds misspelled names too
    __getattr__ = refusing("pellucid.linalg", __all__)
