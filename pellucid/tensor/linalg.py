"""`pellucid.linalg`: matrices turned around, taken apart and measured, by PyTorch's names."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from pellucid.dtypes import FLOAT, DType
from pellucid.errors import DTypeError, MatrixError, SettingError, ShapeError
from pellucid.graph.node import Node
from pellucid.ops import elementwise as ew
from pellucid.ops import extremes as ex
from pellucid.ops import reduce as rd
from pellucid.ops.linalg import matmul as _matmul
from pellucid.ops.movement import reshape
from pellucid.shapes import normalize_axis, show
from pellucid.tensor.elsewhere import refusing
from pellucid.tensor.functions import chains as ch
from pellucid.tensor.functions import matrices as mt
from pellucid.tensor.functions import triangles as tr
from pellucid.tensor.functions.distances import cross as crossed
from pellucid.tensor.functions.matrices import stretches
from pellucid.tensor.functions.reduction import norm as _length
from pellucid.tensor.functions.tiling import diagonal as diagonal_of
from pellucid.tensor.functions.windows import powers
from pellucid.tensor.lift import lifted

__all__ = [
    "LinAlgError", "cholesky", "cholesky_ex", "cond", "cross", "det", "diagonal", "eigh",
    "eigvalsh", "householder_product", "inv", "inv_ex", "lstsq", "lu", "lu_factor", "lu_factor_ex",
    "lu_solve", "matmul", "matrix_exp", "matrix_norm", "matrix_power", "matrix_rank", "multi_dot",
    "norm", "pinv", "qr", "slogdet", "solve", "solve_ex", "solve_triangular", "svd", "svdvals",
    "tensorinv", "tensorsolve", "vander", "vecdot", "vector_norm",
]  # fmt: skip


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
    """The size of matrices: "fro" (root of all squares), 1 (largest column), inf (largest row).

    2 is the largest singular value and "nuc" the sum of all; negative orders take the smallest.
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
    if ord in ("nuc", 2, -2):
        return _of_stretches(stretches(A, rows, columns), ord, keepdim, (rows, columns), A)
    if ord not in (1, -1, math.inf, -math.inf):
        raise SettingError(
            f"matrix_norm: ord {ord!r} is not offered.\n"
            " Use 'fro', 'nuc', 1, -1, 2, -2, inf or -inf."
        )
    if not A.size:
        return rd.sum_(A, axes=tuple(sorted((rows, columns))), keepdim=keepdim)
    summed, kept = (rows, columns) if abs(ord) == 1 else (columns, rows)
    totals = rd.sum_(ew.abs(A), axes=(summed,), keepdim=True)
    out = (ex.amax if ord > 0 else ex.amin)(totals, axes=(kept,), keepdim=True)
    if keepdim:
        return out
    return reshape(out, shape=rd.reduced(A.shape, (rows, columns)))


def _of_stretches(values: Node, ord: Any, keepdim: bool, dims: tuple[int, int], A: Node) -> Node:
    last = (len(values.shape) - 1,)
    if ord == 2 and not values.size:  # nothing stretches by nothing
        ord = "nuc"
    pick = {"nuc": rd.sum_, 2: ex.amax, -2: ex.amin}[ord]
    out = pick(values, axes=last, keepdim=False)
    return reshape(out, shape=rd.reduced(A.shape, dims, True)) if keepdim else out


def _cond(A: Node, p: Any = None) -> Node:
    """How much a matrix can enlarge an error: its size times that of its inverse."""
    if p not in (None, 2, -2):
        return ew.mul(_matrix_norm(A, p), _matrix_norm(mt.inv(A), p))
    values = mt.svdvals(A)
    most, least = (pick(values, axes=(len(values.shape) - 1,)) for pick in (ex.amax, ex.amin))
    return ew.div(least, most) if p == -2 else ew.div(most, least)


def _vander(x: Node, *, N: int | None = None) -> Node:
    """The powers of each number in a row, from 1 on: `N` of them."""
    x = x if x.shape else reshape(x, shape=(1,))
    return powers(x, range(x.shape[-1] if N is None else N))


def _cross(input: Node, other: Node, *, dim: int = -1) -> Node:
    """The vector that stands upright on two others; `dim` holds x, y and z."""
    if len(input.shape) != len(other.shape):
        raise ShapeError(
            f"cross needs as many axes on both sides: {show(input.shape)}, {show(other.shape)}."
        )
    for x in (input, other):
        if not x.shape or x.shape[normalize_axis(dim, len(x.shape))] != 3:
            raise ShapeError(f"cross: dim {dim} must have size 3, and a Tensor is {show(x.shape)}.")
    return crossed(input, other, dim)


def _diagonal(A: Node, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Node:
    """The numbers on the diagonals of matrices, as a new last axis."""
    return diagonal_of(A, offset, dim1, dim2)


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


for _call in (_norm, _vector_norm, _matrix_norm, _cond, _vander, _cross, _diagonal):
    _call.__name__ = _call.__qualname__ = _call.__name__.removeprefix("_")
norm, vector_norm, matrix_norm = lifted(_norm), lifted(_vector_norm), lifted(_matrix_norm)
cond, cross, diagonal, vander = (lifted(c) for c in (_cond, _cross, _diagonal, _vander))
inv, solve, solve_triangular = (lifted(c) for c in (mt.inv, mt.solve, mt.solve_triangular))
pinv, lstsq = lifted(mt.pinv), lifted(mt.lstsq)
tensorinv, tensorsolve = lifted(mt.tensorinv), lifted(mt.tensorsolve)
det, slogdet = lifted(mt.det), lifted(mt.slogdet)
cholesky, qr, svd, svdvals = (lifted(c) for c in (mt.cholesky, mt.qr, mt.svd, mt.svdvals))
eigh, eigvalsh = lifted(mt.eigh), lifted(mt.eigvalsh)
matrix_power, matrix_exp = lifted(ch.matrix_power), lifted(ch.matrix_exp)
matrix_rank, multi_dot, vecdot = (lifted(c) for c in (ch.matrix_rank, ch.multi_dot, ch.vecdot))
matmul = lifted(_matmul)
lu, lu_factor, lu_factor_ex = (lifted(c) for c in (tr.lu, tr.lu_factor, tr.lu_factor_ex))
lu_solve, householder_product = lifted(tr.lu_solve), lifted(tr.householder_product)
inv_ex, solve_ex, cholesky_ex = (lifted(c) for c in (tr.inv_ex, tr.solve_ex, tr.cholesky_ex))
LinAlgError = MatrixError

if not TYPE_CHECKING:  # so that a type checker finds misspelled names too
    __getattr__ = refusing("pellucid.linalg", __all__)
