"""Factors of matrices as triangles, and what says which matrices have an inverse, without errors.

The names that end in `_ex` give an `info` beside the result: 0 where all went well.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from pellucid.dtypes import INT, int32, int64
from pellucid.errors import DTypeError, MatrixError, SettingError, ShapeError
from pellucid.graph.node import Node
from pellucid.ops import compare as cmp
from pellucid.ops import elementwise as ew
from pellucid.ops import extremes as ex
from pellucid.ops import factors as fc
from pellucid.ops import movement as mv
from pellucid.ops import solving as so
from pellucid.ops import triangles as tr
from pellucid.ops.linalg import dot_general
from pellucid.ops.rearrange import tril
from pellucid.ops.reduce import sum_
from pellucid.shapes import show
from pellucid.tensor.functions.matrices import matrix, solve, solve_triangular
from pellucid.tensor.functions.tiling import diagonal
from pellucid.tensor.lift import function

__all__ = [
    "cholesky_ex", "householder_product", "inv_ex", "lu", "lu_factor", "lu_factor_ex", "lu_solve",
    "solve_ex",
]  # fmt: skip


class Triangles(NamedTuple):
    """What `lu` gives back: A = P L U."""

    P: Any
    L: Any
    U: Any


class Packed(NamedTuple):
    """What `lu_factor` gives back: both triangles in one matrix, and the rows that were changed."""

    LU: Any
    pivots: Any


class PackedInfo(NamedTuple):
    """What `lu_factor_ex` gives back."""

    LU: Any
    pivots: Any
    info: Any


class Inverse(NamedTuple):
    """What `inv_ex` gives back."""

    inverse: Any
    info: Any


class Root(NamedTuple):
    """What `cholesky_ex` gives back."""

    L: Any
    info: Any


class Solved(NamedTuple):
    """What `solve_ex` gives back."""

    result: Any
    info: Any


# ---- P A = L U -----------------------------------------------------------------------------------


def _pivoted(name: str, pivot: bool) -> None:
    if not pivot:
        raise SettingError(f"{name}: pivot=False is not offered: without it digits are lost.")


def lu_factor_ex(A: Node, *, pivot: bool = True, check_errors: bool = False) -> PackedInfo:
    """`lu_factor`, and for each matrix the first place where U has a 0 on its diagonal, or 0."""
    _pivoted("lu_factor", pivot)
    m, n = matrix("lu_factor", A).shape[-2:]
    k = min(m, n)
    packed, taken = fc.parts(tr.lu(A), m, 1)
    lead = tuple((0, d, 1) for d in A.shape[:-2])
    places = ew.cast(mv.slice_(taken, spec=(*lead, 0, (0, k, 1))), dtype=int32)
    info = _first_zero(packed) if k else ew.cast(_nothing(A), dtype=int32)
    if check_errors:
        _refuse(
            "lu_factor", info, "U has a 0 on its diagonal, at place {0}, so it can't be solved with"
        )
    return PackedInfo(packed, ew.cast(ew.add(places, 1), dtype=int32), info)


def _nothing(A: Node) -> Node:
    return sum_(ew.mul(A, 0.0), axes=(len(A.shape) - 2, len(A.shape) - 1))


def _first_zero(packed: Node) -> Node:
    zero = cmp.eq(diagonal(packed, 0, -2, -1), 0)
    last = len(zero.shape) - 1
    found = ew.cast(zero, dtype=int32)
    first = ew.add(ex.argmax(found, axis=last), 1)
    return ew.cast(ew.mul(first, ex.amax(found, axes=(last,))), dtype=int32)


def _refuse(name: str, info: Node, why: str) -> None:
    if info.array is not None and info.array.any():
        wrong = int(info.array[info.array != 0].ravel()[0]) if info.shape else int(info.array)
        raise MatrixError(f"{name}: {why.format(wrong)}.")


def lu_factor(A: Node, *, pivot: bool = True) -> Packed:
    """Both triangles of A = P L U in one matrix, and the row taken at each step, from 1 on."""
    found = lu_factor_ex(A, pivot=pivot, check_errors=True)
    return Packed(found.LU, found.pivots)


def lu(A: Node, *, pivot: bool = True) -> Triangles:
    """A as P L U: an order of rows, a lower triangle with ones on its diagonal, an upper one."""
    _pivoted("lu", pivot)
    found = lu_factor_ex(A)
    return _unpacked(found.LU, found.pivots)


def _order(pivots: Node, rows: int) -> Node:
    return tr.row_order(ew.cast(ew.sub(pivots, 1), dtype=int64), rows=rows)


def _unpacked(packed: Node, pivots: Node) -> Triangles:
    order = _order(pivots, packed.shape[-2])
    return Triangles(tr.moved_rows(order, packed.dtype), tr.lower_of(packed), tr.upper_of(packed))


@function()
def lu_unpack(
    LU_data: Node, LU_pivots: Node, unpack_data: bool = True, unpack_pivots: bool = True
) -> Triangles:
    """P, L and U out of what `linalg.lu_factor` gave; what is not asked for is empty."""
    if LU_pivots.dtype is not int32:
        raise DTypeError(f"lu_unpack: pivots are int32, not {LU_pivots.dtype.name}.")
    found = _unpacked(LU_data, LU_pivots)
    none = mv.slice_(mv.reshape(LU_data, shape=(LU_data.size,)), spec=((0, 0, 1),))
    return Triangles(
        found.P if unpack_pivots else none,
        found.L if unpack_data else none,
        found.U if unpack_data else none,
    )


def lu_solve(LU: Node, pivots: Node, B: Node, *, left: bool = True, adjoint: bool = False) -> Node:
    """The X with `A @ X = B`, from what `lu_factor(A)` gave; `Aᵀ @ X = B` with `adjoint`."""
    matrix("lu_solve", LU, square=True)
    if len(B.shape) < 2 or pivots.dtype.category != INT:
        raise ShapeError(
            f"lu_solve: B must be a matrix, not {show(B.shape)}; pivots are whole numbers."
        )
    if not left:
        return so.flipped(lu_solve(LU, pivots, so.flipped(B), adjoint=not adjoint))
    P, L, U = _unpacked(LU, pivots)
    if adjoint:
        half = solve_triangular(so.flipped(U), B, upper=False)
        return dot_general(P, solve_triangular(so.flipped(L), half, upper=True))
    half = solve_triangular(L, dot_general(so.flipped(P), B), upper=False)
    return solve_triangular(U, half, upper=True)


@function("lu_solve")
def _lu_solve(B: Node, LU_data: Node, LU_pivots: Node) -> Node:
    """The X with `A @ X = B`, from what `linalg.lu_factor(A)` gave."""
    return lu_solve(LU_data, LU_pivots, B)


@function("lu")
def _lu(A: Node, pivot: bool = True, get_infos: bool = False) -> Any:
    """PyTorch's older `linalg.lu_factor`: both triangles in one matrix, and the rows taken."""
    found = lu_factor_ex(A, pivot=pivot)
    return found if get_infos else Packed(found.LU, found.pivots)


# ---- with an info in place of an error -----------------------------------------------------------


def _sure(A: Node, fine: Node) -> tuple[Node, Node]:
    """Matrices in whose place the identity stands where they are not fine, and where that is."""
    beside = mv.reshape(fine, shape=(*fine.shape, 1, 1))
    return cmp.where(beside, A, tr.identity(A.shape[-1], A.dtype)), beside


def inv_ex(A: Node, *, check_errors: bool = False) -> Inverse:
    """The inverse, and 0, or for a matrix that has none NaN and where it fails."""
    matrix("inv", A, square=True)
    info = lu_factor_ex(A).info
    if check_errors:
        _refuse("inv", info, "the matrix is singular: pivot {0} is 0")
    safe, fine = _sure(A, cmp.eq(info, 0))
    return Inverse(cmp.where(fine, so.inv(safe), math.nan), info)


def solve_ex(A: Node, B: Node, *, left: bool = True, check_errors: bool = False) -> Solved:
    """The X with `A @ X = B`, and 0, or for a singular A NaN and where it fails."""
    matrix("solve", A, square=True)
    info = lu_factor_ex(A).info
    if check_errors:
        _refuse("solve", info, "the matrix is singular: pivot {0} is 0")
    safe, fine = _sure(A, cmp.eq(info, 0))
    found = solve(safe, B, left=left)
    vector = len(B.shape) == 1 or B.shape == A.shape[:-1]
    fine = mv.reshape(fine, shape=fine.shape[:-1]) if vector else fine
    return Solved(cmp.where(fine, found, math.nan), info)


def cholesky_ex(A: Node, *, upper: bool = False, check_errors: bool = False) -> Root:
    """The triangle of `cholesky`, and 0, or NaN and the first corner not positive definite."""
    matrix("cholesky", A, square=True)
    own = so.flipped(A) if upper else A
    info = tr.indefinite(own)
    if check_errors:
        _refuse("cholesky", info, "the corner of size {0} is not positive definite")
    safe, fine = _sure(own, cmp.eq(info, 0))
    root = cmp.where(fine, fc.cholesky(safe), math.nan)
    return Root(so.flipped(root) if upper else root, info)


# ---- right angles --------------------------------------------------------------------------------


@function("orgqr")
def householder_product(input: Node, tau: Node) -> Node:
    """The first columns of a product of mirrors: those below the diagonal of `input`."""
    m, n = matrix("householder_product", input).shape[-2:]
    if m < n or tau.shape[:-1] != input.shape[:-2] or tau.shape[-1] > n:
        raise ShapeError(
            f"householder_product: input must be at least as high as wide, with a tau for each"
            f" mirror; shapes are {show(input.shape)} and {show(tau.shape)}."
        )
    mirrors = ew.add(tril(input, diagonal=-1), _slanted(m, n, input))
    out = ew.mul(_slanted(m, n, input), 1.0)
    lead = tuple((0, d, 1) for d in input.shape[:-2])
    out = mv.expand(out, shape=input.shape)
    for k in reversed(range(tau.shape[-1])):
        v = mv.slice_(mirrors, spec=(*lead, (0, m, 1), (k, k + 1, 1)))
        weight = mv.reshape(mv.slice_(tau, spec=(*lead, k)), shape=(*tau.shape[:-1], 1, 1))
        seen = dot_general(so.flipped(v), out)
        out = ew.sub(out, ew.mul(weight, ew.mul(v, seen)))
    return out


def _slanted(m: int, n: int, like: Node) -> Node:
    """Ones on the diagonal of a matrix that is higher than wide."""
    return mv.slice_(tr.identity(m, like.dtype), spec=((0, m, 1), (0, n, 1)))
