"""Inverses, systems of equations, determinants and factors of matrices, by PyTorch's names.

`pellucid.linalg` offers all of them; the names that PyTorch has at the top are there too.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import numpy as np

from pellucid.dtypes import FLOAT, float64, int64
from pellucid.errors import DTypeError, MatrixError, SettingError, ShapeError, TraceError
from pellucid.graph.emit import constant
from pellucid.graph.node import Node, leaf
from pellucid.ops import compare as cmp
from pellucid.ops import elementwise as ew
from pellucid.ops import extremes as ex
from pellucid.ops import factors as fc
from pellucid.ops import movement as mv
from pellucid.ops import solving as so
from pellucid.ops.held import detach
from pellucid.ops.linalg import dot_general
from pellucid.ops.rearrange import tril, triu
from pellucid.ops.reduce import sum_
from pellucid.shapes import normalize_axis, numel, show
from pellucid.tensor.lift import function

__all__ = [
    "SVD",
    "Eigen",
    "LeastSquares",
    "Orthogonal",
    "SignedLog",
    "Singular",
    "cholesky",
    "cholesky_inverse",
    "cholesky_solve",
    "det",
    "eigh",
    "eigvalsh",
    "eye",
    "inv",
    "least_share",
    "logdet",
    "lstsq",
    "matrix",
    "mirrored",
    "pinv",
    "qr",
    "rank_of",
    "slogdet",
    "solve",
    "solve_triangular",
    "stretches",
    "svd",
    "svdvals",
    "tensorinv",
    "tensorsolve",
]  # fmt: skip

F = TypeVar("F", bound=Callable[..., Any])
_ALONE = "the matrix is singular to rounding: it has no inverse.\n pinv and lstsq take any matrix."
_NOT_POSITIVE = (
    "the matrix is not positive definite.\n Is it symmetric? Often a little on the diagonal helps: "
    "A + 1e-6 * pellucid.eye(n)."
)


class SignedLog(NamedTuple):
    """What `slogdet` gives back."""

    sign: Any
    logabsdet: Any


class Orthogonal(NamedTuple):
    """What `qr` gives back."""

    Q: Any
    R: Any


class Singular(NamedTuple):
    """What `linalg.svd` gives back."""

    U: Any
    S: Any
    Vh: Any


class SVD(NamedTuple):
    """What `svd` gives back."""

    U: Any
    S: Any
    V: Any


class Eigen(NamedTuple):
    """What `eigh` gives back."""

    eigenvalues: Any
    eigenvectors: Any


class LeastSquares(NamedTuple):
    """What `lstsq` gives back."""

    solution: Any
    residuals: Any
    rank: Any
    singular_values: Any


def _refused(text: str) -> Callable[[F], F]:
    """Say in our words what NumPy refuses."""

    def around(call: F) -> F:
        @functools.wraps(call)
        def checked(*args: Any, **kwargs: Any) -> Any:
            try:
                return call(*args, **kwargs)
            except np.linalg.LinAlgError:
                raise MatrixError(f"{call.__name__}: {text}") from None

        return checked  # type: ignore[return-value]

    return around


def matrix(name: str, x: Node, square: bool = False) -> Node:
    """Check that these are matrices of real numbers."""
    if x.dtype.category != FLOAT:
        raise DTypeError(
            f"{name} works on float numbers and got {x.dtype.name}.\n Convert first: x.float()."
        )
    if len(x.shape) < 2 or (square and x.shape[-1] != x.shape[-2]):
        kind = "square matrices" if square else "matrices"
        raise ShapeError(f"{name} takes {kind}, one or a batch, and got shape {show(x.shape)}.")
    return x


def eye(n: int, like: Node) -> Node:
    """Ones on the diagonal, in the dtype of another."""
    return leaf(np.eye(n, dtype=like.dtype.name), (n, n), like.dtype, kind="constant")


# ---- inverses and systems ------------------------------------------------------------------------


@_refused(_ALONE)
def inv(A: Node) -> Node:
    """The matrix that undoes another: their product is the identity."""
    return so.inv(matrix("inv", A, square=True))


@_refused(_ALONE)
def solve(A: Node, B: Node, *, left: bool = True) -> Node:
    """The X with `A @ X = B`, or with `X @ A = B`; B may be a vector, or a batch of them."""
    matrix("solve", A, square=True)
    vector = len(B.shape) == 1 or B.shape == A.shape[:-1]
    if vector:
        found = so.solve(A, mv.reshape(B, shape=(*B.shape, 1)))
        return mv.reshape(found, shape=found.shape[:-1])
    if left:
        return so.solve(A, B)
    return so.flipped(so.solve(so.flipped(A), so.flipped(B)))


@_refused(_ALONE)
def solve_triangular(
    A: Node, B: Node, *, upper: bool, left: bool = True, unitriangular: bool = False
) -> Node:
    """The X with `A @ X = B` for a triangle A; the rest of A does not count."""
    matrix("solve_triangular", A, square=True)
    part = triu if upper else tril
    triangle = part(A, diagonal=(1 if upper else -1) if unitriangular else 0)
    if unitriangular:
        triangle = ew.add(triangle, eye(A.shape[-1], A))
    return solve(triangle, B, left=left)


def pinv(A: Node, *, atol: Any = None, rtol: Any = None, hermitian: bool = False) -> Node:
    """The inverse as far as there is one, of any matrix: singular values near 0 count as 0."""
    matrix("pinv", A, square=hermitian)
    share = least_share(A, atol) if rtol is None else _limit("rtol", rtol)
    return so.pinv(mirrored(A) if hermitian else A, rtol=share, atol=_limit("atol", atol or 0.0))


def mirrored(A: Node) -> Node:
    """The symmetric matrix of which only the lower triangle is read."""
    return ew.add(tril(A), so.flipped(tril(A, diagonal=-1)))


def _limit(name: str, value: Any) -> float:
    if not isinstance(value, Node):
        return float(value)
    if value.array is None:
        raise TraceError(f"pinv: {name} must be known, and only shapes are known here.")
    if value.size != 1:
        raise ShapeError(f"pinv: {name} is one number for all matrices, not {show(value.shape)}.")
    return float(value.array.item())


def least_share(A: Node, atol: Any = None) -> float:
    """The part of the largest singular value below which one counts as 0."""
    if isinstance(atol, Node) or atol:
        return 0.0
    digits = 2.0**-52 if A.dtype is float64 else 2.0**-23
    return max(A.shape[-2:]) * digits


def rank_of(values: Node, rtol: Any, atol: Any) -> Node:
    """How many singular values are above the limits."""
    top = ex.amax(values, axes=(len(values.shape) - 1,), keepdim=True)
    share, floor = (_beside(values, limit) for limit in (rtol, atol))
    least = ew.maximum(ew.mul(top, share), floor)
    return sum_(ew.cast(cmp.gt(values, least), dtype=int64), axes=(len(values.shape) - 1,))


def _beside(values: Node, limit: Any) -> Node:
    """One limit for all matrices, or one for each, as a column beside their values."""
    if isinstance(limit, Node):
        return ew.cast(mv.reshape(limit, shape=(*limit.shape, 1)), dtype=values.dtype)
    return constant(float(limit), values.dtype)


def lstsq(
    A: Node, B: Node, rcond: float | None = None, *, driver: str | None = None
) -> LeastSquares:
    """The X that brings `A @ X` nearest to B, the smallest where there are several.

    All `driver`s give the same here, from singular values; as in PyTorch the first, "gelsy", keeps
    the residuals to itself.
    """
    if driver not in (None, "gels", "gelsy", "gelsd", "gelss"):
        raise SettingError(
            f"lstsq: driver must be 'gels', 'gelsy', 'gelsd' or 'gelss' and is {driver!r}."
        )
    m, n = matrix("lstsq", A).shape[-2:]
    right = B if len(B.shape) > 1 else mv.reshape(B, shape=(*B.shape, 1))
    found = dot_general(pinv(A, rtol=rcond), right)
    values = svdvals(A)
    rank = rank_of(values, least_share(A) if rcond is None else rcond, 0.0)
    none = leaf(np.zeros(0, A.dtype.name), (0,), A.dtype)
    left_over = none
    full = rank.array is None or bool((rank.array == n).all())
    if driver not in (None, "gelsy") and m > n and full:
        apart = ew.sub(dot_general(A, found), right)
        left_over = sum_(ew.square(apart), axes=(len(apart.shape) - 2,))
    if driver == "gels":  # the one of LAPACK's that takes the rank for full and says nothing of it
        rank = leaf(np.zeros(0, np.int64), (0,), int64)
    solution = found if right is B else mv.reshape(found, shape=found.shape[:-1])
    return LeastSquares(solution, left_over, rank, values if driver in ("gelsd", "gelss") else none)


@_refused("the tensor, as a square matrix, is singular to rounding: it has no inverse.")
def tensorinv(A: Node, ind: int = 2) -> Node:
    """The inverse under `tensordot`: the first `ind` axes against the others."""
    lead, rest = A.shape[:ind], A.shape[ind:]
    if ind < 1 or numel(lead) != numel(rest):
        raise ShapeError(
            f"tensorinv: the first {ind} axes of {show(A.shape)} must hold as many as the others."
        )
    n = numel(lead)
    return mv.reshape(so.inv(mv.reshape(A, shape=(n, n))), shape=(*rest, *lead))


@_refused("the tensor, as a square matrix, is singular to rounding.")
def tensorsolve(A: Node, B: Node, dims: tuple[int, ...] | None = None) -> Node:
    """The X with `tensordot(A, X, X.ndim) = B`."""
    if dims is not None:
        last = [normalize_axis(d, len(A.shape)) for d in dims]
        A = mv.permute(A, axes=(*(a for a in range(len(A.shape)) if a not in last), *last))
    rest = A.shape[len(B.shape) :]
    if A.size != B.size**2 or numel(rest) != B.size:
        raise ShapeError(f"tensorsolve: {show(A.shape)} does not act on {show(B.shape)}.")
    square = mv.reshape(A, shape=(B.size, B.size))
    return mv.reshape(so.solve(square, mv.reshape(B, shape=(B.size, 1))), shape=rest)


# ---- determinants --------------------------------------------------------------------------------


@function()
def det(A: Node) -> Node:
    """The volume that a matrix makes of a unit cube, with its sign."""
    return so.det(matrix("det", A, square=True))


@function()
@_refused(_ALONE)
def slogdet(A: Node) -> SignedLog:
    """The sign of the determinant, and the logarithm of its size."""
    matrix("slogdet", A, square=True)
    return SignedLog(so.det_sign(A), so.logabsdet(A))


@function()
def logdet(A: Node) -> Node:
    """The logarithm of the determinant; NaN where that is negative."""
    sign, size = slogdet(A)
    return cmp.where(cmp.lt(sign, 0), math.nan, size)


# ---- factors -------------------------------------------------------------------------------------


@_refused(_NOT_POSITIVE)
def cholesky(A: Node, *, upper: bool = False) -> Node:
    """The triangle whose product with its mirror image is A, which must be positive definite."""
    matrix("cholesky", A, square=True)
    if upper:
        return so.flipped(fc.cholesky(so.flipped(A)))
    return fc.cholesky(A)


@function()
def cholesky_solve(B: Node, L: Node, upper: bool = False) -> Node:
    """The X with `A @ X = B`, from the triangle that `cholesky(A)` gave."""
    lower = so.flipped(L) if upper else L
    half = solve_triangular(lower, B, upper=False)
    return solve_triangular(so.flipped(lower), half, upper=True)


@function()
def cholesky_inverse(L: Node, upper: bool = False) -> Node:
    """The inverse of A, from the triangle that `cholesky(A)` gave."""
    return cholesky_solve(eye(L.shape[-1], L), L, upper)


def qr(A: Node, mode: str = "reduced") -> Orthogonal:
    """Columns at right angles, and the upper triangle that mixes A of them."""
    if mode not in ("reduced", "complete", "r"):
        raise SettingError(f"qr: mode must be 'reduced', 'complete' or 'r' and is {mode!r}.")
    m, n = matrix("qr", A).shape[-2:]
    packed = fc.qr(A, complete=mode == "complete")
    q, r = fc.parts(packed, m, n)
    if mode == "r":
        q = leaf(np.zeros(0, A.dtype.name), (0,), A.dtype)
    return Orthogonal(q, so.flipped(r))


def _taken_apart(A: Node) -> tuple[Node, Node, Node]:
    """U, the singular values, and V."""
    m, n = A.shape[-2:]
    u, s, v = fc.parts(fc.svd(A), m, 1, n)
    return u, mv.reshape(s, shape=(*s.shape[:-2], s.shape[-1])), v


@_refused("the singular values did not converge: are there NaN or infinities in the matrix?")
def svd(A: Node, full_matrices: bool = True, *, driver: str | None = None) -> Singular:
    """A turn, a stretch along axes, another turn: `A = U @ diag(S) @ Vh`."""
    u, s, v = _taken_apart(matrix("svd", A))
    if full_matrices:
        u, v = _completed(u), _completed(v)
    return Singular(u, s, so.flipped(v))


def _completed(columns: Node) -> Node:
    """As many more columns at right angles as there is room for; blame does not pass to them."""
    m, k = columns.shape[-2:]
    if m == k:
        return columns
    (q,) = fc.parts(fc.qr(columns, complete=True), m)
    more = mv.slice_(q, spec=(*((0, n, 1) for n in q.shape[:-1]), (k, m, 1)))
    return mv.cat(columns, detach(more), axis=len(columns.shape) - 1)


@_refused("the singular values did not converge: are there NaN or infinities in the matrix?")
def svdvals(A: Node, *, driver: str | None = None) -> Node:
    """How far a matrix stretches along its axes, the largest first."""
    return _taken_apart(matrix("svdvals", A))[1]


@_refused("the eigenvalues did not converge: are there NaN or infinities in the matrix?")
def eigh(A: Node, UPLO: str = "L") -> Eigen:
    """How a symmetric matrix stretches, from the least on, and the directions, as columns.

    Only the lower triangle is read, or the upper with `UPLO="U"`.
    """
    if UPLO not in ("L", "U", "l", "u"):
        raise SettingError(f"eigh: UPLO must be 'L' or 'U' and is {UPLO!r}.")
    n = matrix("eigh", A, square=True).shape[-1]
    values, vectors = fc.parts(fc.eigh(so.flipped(A) if UPLO in "Uu" else A), 1, n)
    return Eigen(mv.reshape(values, shape=(*values.shape[:-2], n)), vectors)


def stretches(A: Node, rows: int, columns: int) -> Node:
    """The singular values of the matrices that two axes of a Tensor form."""
    others = (a for a in range(len(A.shape)) if a not in (rows, columns))
    return svdvals(mv.permute(A, axes=(*others, rows, columns)))


def eigvalsh(A: Node, UPLO: str = "L") -> Node:
    """How a symmetric matrix stretches, from the least on."""
    return eigh(A, UPLO).eigenvalues  # type: ignore[no-any-return]


# ---- the same under PyTorch's older names --------------------------------------------------------


@function()
def inverse(input: Node) -> Node:
    """The matrix that undoes another: `linalg.inv`."""
    return inv(input)


@function()
def pinverse(input: Node, rcond: float = 1e-15) -> Node:
    """The inverse as far as there is one: `linalg.pinv`."""
    return pinv(input, rtol=rcond)


@function("cholesky")
def _cholesky(input: Node, upper: bool = False) -> Node:
    """The triangle whose product with its mirror image is `input`: `linalg.cholesky`."""
    return cholesky(input, upper=upper)


@function("qr")
def _qr(input: Node, some: bool = True) -> Orthogonal:
    """Columns at right angles, and the triangle that mixes them: `linalg.qr`."""
    return qr(input, "reduced" if some else "complete")


@function("svd")
def _svd(input: Node, some: bool = True, compute_uv: bool = True) -> SVD:
    """A turn, a stretch, another turn: `linalg.svd`, with V in place of its mirror image."""
    u, s, vh = svd(input, full_matrices=not some)
    if not compute_uv:
        u, vh = ew.mul(u, 0.0), ew.mul(vh, 0.0)
    return SVD(u, s, so.flipped(vh))
