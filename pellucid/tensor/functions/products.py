"""Products of vectors and matrices, with PyTorch's names and arguments."""

from __future__ import annotations

from typing import Any

from pellucid.dtypes import FLOAT
from pellucid.errors import ShapeError
from pellucid.graph.node import Node
from pellucid.ops import contract
from pellucid.ops import elementwise as ew
from pellucid.ops import linalg as la
from pellucid.ops import movement as mv
from pellucid.ops.agree import must_agree
from pellucid.ops.reduce import sum_
from pellucid.shapes import Mismatch, show
from pellucid.tensor.lift import FUNCTIONS, function

__all__ = ["total"]


def _ranks(name: str, wanted: int, **given: Node) -> None:
    for argument, x in given.items():
        if len(x.shape) != wanted:
            axes = "one axis" if wanted == 1 else f"{wanted} axes"
            raise ShapeError(
                f"{name}: {argument} needs {axes} and has shape {show(x.shape)}.\n"
                " matmul takes vectors, matrices and batches alike."
            )


def _meet(a: Node, b: Node) -> None:
    """The rows of one against the columns of the other; said here, by the name that was called."""
    n, m = a.shape[-1], b.shape[-2]
    if n != m:
        fits = "Perhaps the transpose was meant: mat2.mT." if n == b.shape[-1] else ""
        raise Mismatch(f"{n} columns meet {m} rows; they must be equal", fits)


@function()
def matmul(input: Node, other: Node) -> Node:
    """The product of matrices, batches of matrices, or vectors."""
    return la.matmul(input, other)


@function()
def mm(input: Node, mat2: Node) -> Node:
    """The product of two matrices."""
    _ranks("mm", 2, input=input, mat2=mat2)
    must_agree("mm", "input", input.dtype, "mat2", mat2.dtype)
    _meet(input, mat2)
    return la.dot_general(input, mat2)


@function()
def bmm(input: Node, mat2: Node) -> Node:
    """The products of two batches of matrices."""
    _ranks("bmm", 3, input=input, mat2=mat2)
    must_agree("bmm", "input", input.dtype, "mat2", mat2.dtype)
    if input.shape[0] != mat2.shape[0]:
        raise ShapeError(
            f"bmm: the batches differ: input {show(input.shape)} and mat2 {show(mat2.shape)}."
        )
    _meet(input, mat2)
    return la.dot_general(input, mat2)


@function()
def mv_(input: Node, vec: Node) -> Node:
    """A matrix times a vector; offered as `mv`."""
    _ranks("mv", 2, input=input)
    _ranks("mv", 1, vec=vec)
    must_agree("mv", "input", input.dtype, "vec", vec.dtype)
    return la.matmul(input, vec)


@function()
def dot(input: Node, tensor: Node) -> Node:
    """The sum of products of two vectors."""
    _ranks("dot", 1, input=input, tensor=tensor)
    if input.shape != tensor.shape:
        raise ShapeError(
            f"dot: the vectors differ in length: {input.shape[0]} and {tensor.shape[0]}."
        )
    must_agree("dot", "input", input.dtype, "tensor", tensor.dtype)
    return total(ew.mul(input, tensor), (0,))


def total(products: Node, axes: tuple[int, ...], keepdim: bool = False) -> Node:
    """Products added up in their own dtype; `sum` would make int64 of small whole numbers."""
    out = sum_(products, axes=axes, keepdim=keepdim)
    return out if out.dtype is products.dtype else ew.cast(out, dtype=products.dtype)


@function()
def outer(input: Node, vec2: Node) -> Node:
    """Every number of one vector times every number of another."""
    _ranks("outer", 1, input=input, vec2=vec2)
    return ew.mul(mv.reshape(input, shape=(*input.shape, 1)), vec2)


@function()
def addmm(input: Node, mat1: Node, mat2: Node, *, beta: float = 1, alpha: float = 1) -> Node:
    """`beta · input + alpha · mat1 @ mat2`."""
    must_agree("addmm", "input", input.dtype, "mat1", mat1.dtype)
    product = mm(mat1, mat2)
    if input.dtype.category != FLOAT:  # as PyTorch: 0.6 among whole numbers is 0
        alpha, beta = int(alpha), int(beta)
    product = product if alpha == 1 else ew.mul(product, alpha)
    return ew.add(input if beta == 1 else ew.mul(input, beta), product)


@function()
def einsum(equation: str, *operands: Any) -> Node:
    """Einstein's summation: `einsum("ij,jk->ik", a, b)`.

    Example:
        >>> import pellucid
        >>> a = pellucid.tensor([[1.0, 2.0], [3.0, 4.0]])
        >>> pellucid.einsum("ij->j", a)
        tensor([4., 6.])
    """
    given = (
        operands[0] if len(operands) == 1 and isinstance(operands[0], tuple | list) else operands
    )
    return contract.einsum(*given, equation=equation)


FUNCTIONS["ger"] = FUNCTIONS["outer"]
