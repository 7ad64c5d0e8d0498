"""Powers and products of many matrices, and how many directions one keeps apart."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.dtypes import int64
from pellucid.errors import SettingError, ShapeError
from pellucid.graph.node import Node, leaf
from pellucid.ops import elementwise as ew
from pellucid.ops import factors as fc
from pellucid.ops import movement as mv
from pellucid.ops.linalg import dot_general, matmul
from pellucid.ops.reduce import sum_
from pellucid.shapes import normalize_axis, show
from pellucid.tensor.functions.matrices import (
    eye,
    inv,
    least_share,
    matrix,
    mirrored,
    rank_of,
    svdvals,
)  # fmt: skip
from pellucid.tensor.lift import function

__all__ = ["matrix_exp", "matrix_power", "matrix_rank", "multi_dot", "vecdot"]


@function()
def matrix_power(A: Node, n: int) -> Node:
    """The product of `n` times the same matrix; of its inverse where `n` is negative."""
    matrix("matrix_power", A, square=True)
    if n < 0:
        return matrix_power(inv(A), -n)
    if n == 0:
        return mv.expand(eye(A.shape[-1], A), shape=A.shape)
    out: Node | None = None
    while n:
        if n & 1:
            out = A if out is None else dot_general(out, A)
        n >>= 1
        A = dot_general(A, A) if n else A
    assert out is not None
    return out


@function()
def matrix_exp(A: Node) -> Node:
    """The exponential of a matrix: the series of its powers."""
    return fc.matrix_exp(matrix("matrix_exp", A, square=True))


def multi_dot(tensors: Any) -> Node:
    """The product of several matrices, in the order that takes the fewest steps.

    The first and the last may be vectors.
    """
    given = list(tensors)
    if len(given) < 2:
        raise SettingError(f"multi_dot needs two matrices at least, and got {len(given)}.")
    first, last = len(given[0].shape) == 1, len(given[-1].shape) == 1
    chain = list(given)
    if first:
        chain[0] = mv.reshape(given[0], shape=(1, given[0].size))
    if last:
        chain[-1] = mv.reshape(given[-1], shape=(given[-1].size, 1))
    if any(len(x.shape) != 2 for x in chain):
        raise ShapeError(f"multi_dot takes matrices and got {[show(x.shape) for x in given]}.")
    out = _chained(chain, _best_cuts([*(x.shape[0] for x in chain), chain[-1].shape[1]]))
    shape = (*(() if first else out.shape[:1]), *(() if last else out.shape[1:]))
    return mv.reshape(out, shape=shape) if first or last else out


def _best_cuts(sizes: list[int]) -> dict[tuple[int, int], int]:
    """Where to cut the product of matrices i to j, so that the fewest numbers are multiplied."""
    n = len(sizes) - 1
    cost, cuts = {(i, i): 0 for i in range(n)}, {}
    for length in range(1, n):
        for i in range(n - length):
            j = i + length
            cost[i, j], cuts[i, j] = min(
                (cost[i, k] + cost[k + 1, j] + sizes[i] * sizes[k + 1] * sizes[j + 1], k)
                for k in range(i, j)
            )
    return cuts


def _chained(chain: list[Node], cuts: dict[tuple[int, int], int]) -> Node:
    def product(i: int, j: int) -> Node:
        if i == j:
            return chain[i]
        k = cuts[i, j]
        return matmul(product(i, k), product(k + 1, j))

    return product(0, len(chain) - 1)


def vecdot(x: Node, y: Node, *, dim: int = -1) -> Node:
    """The sums of products of vectors along `dim`."""
    products = ew.mul(x, y)
    return sum_(products, axes=(normalize_axis(dim, len(products.shape)),))


def matrix_rank(
    A: Node,
    tol: Any = None,
    *,
    atol: Any = None,
    rtol: Any = None,
    hermitian: bool = False,
) -> Node:
    """How many directions a matrix keeps apart: its singular values above a limit."""
    matrix("matrix_rank", A, square=hermitian)
    if not A.size:
        return leaf(np.zeros(A.shape[:-2], np.int64), A.shape[:-2], int64)
    atol = tol if tol is not None else atol
    share = (0.0 if tol is not None else least_share(A, atol)) if rtol is None else rtol
    floor = 0.0 if atol is None else atol
    return rank_of(svdvals(mirrored(A) if hermitian else A), share, floor)


@function()
def chain_matmul(*matrices: Node) -> Node:
    """The product of several matrices: `linalg.multi_dot`."""
    return multi_dot(matrices) if len(matrices) > 1 else matrices[0]
