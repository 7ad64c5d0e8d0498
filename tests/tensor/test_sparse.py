"""Sparse matrices are PyTorch's: products, blame, and the table that they stand for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid as pl

AT = [[0, 2, 2, 1, 2], [1, 0, 3, 1, 0]]
NUMBERS = [1.0, -2.0, 3.0, 4.0, 0.5]


def everything(lib: Any) -> list[Any]:
    numbers = lib.tensor(NUMBERS, dtype=lib.float64, requires_grad=True)
    x = (lib.arange(8, dtype=lib.float64).reshape(4, 2) / 3).requires_grad_()
    a = lib.sparse_coo_tensor(lib.tensor(AT), numbers, (3, 4))
    products = [
        lib.sparse.mm(a, x), lib.mm(a, x), lib.spmm(a, x), a @ x, lib.matmul(a, x), a.mm(x),
        lib.mm(a.t(), lib.ones(3, 2, dtype=lib.float64)), a @ x[:, 0], lib.sparse.mm(a * 2, x),
    ]  # fmt: skip
    once = a.coalesce()
    table = lib.tensor([[0.0, 2.0], [3.0, 0.0]], requires_grad=True)
    kept = table.to_sparse()
    found = [*products, a.to_dense(), once.indices(), once.values(), kept.indices(), kept.values()]
    total = sum((p * p).sum() for p in products) + (a.to_dense() ** 3).sum() + once.values()[0]
    blames = lib.autograd.grad(total, (numbers, x))
    (back,) = lib.autograd.grad((kept.to_dense() ** 2).sum(), table)
    shapes = [lib.tensor([*a.shape, *a.t().size(), a._nnz(), once._nnz(), a.size(1)])]
    return [t.detach().numpy() for t in [*found, *blames, back, *shapes]]


@pytest.mark.filterwarnings("ignore")
def test_all_of_it_is_pytorchs() -> None:
    torch = pytest.importorskip("torch")
    for ours, theirs in zip(everything(pl), everything(torch), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)
        assert ours.dtype == theirs.dtype


@pytest.mark.parametrize("engine", ["numpy", "xla"])
def test_a_compiled_step_reads_it(engine: str) -> None:
    a = pl.sparse_coo_tensor(AT, NUMBERS, (3, 4))
    layer = pl.nn.Linear(2, 3, bias=False)
    x = pl.arange(8.0).reshape(4, 2)

    def loss() -> Any:
        return (a @ layer(x)).square().mean()

    loss().backward()
    eager, layer.weight.grad = layer.weight.grad, None

    @pl.compile(engine=engine)
    def step() -> Any:
        value = loss()
        value.backward()
        return value

    assert pl.allclose(step(), loss())
    assert pl.allclose(layer.weight.grad, eager)


def test_what_was_not_summed_yet_says_so() -> None:
    a = pl.sparse_coo_tensor(AT, NUMBERS)
    assert a.shape == (3, 4)
    assert not a.is_coalesced()
    assert repr(a.float()).startswith("sparse_coo_tensor(indices=tensor([[0, 2, 2, 1, 2]")
    assert not a.detach().requires_grad
    with pytest.raises(pl.errors.GraphError) as error:
        a.values()
    assert str(error.value) == (
        "a place may be there twice, so the numbers are not yet those of the table.\n"
        " Call coalesce() first."
    )


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (
            lambda: pl.sparse_coo_tensor([[0.5]], [1.0]),
            "sparse_coo_tensor: places are whole numbers, not float32.",
        ),
        (
            lambda: pl.sparse_coo_tensor([[0, 1]], [1.0]),
            "sparse_coo_tensor: indices of shape (axes, kept) go with values of shape (kept,), and"
            " have (1, 2) and (1,).",
        ),
        (
            lambda: pl.sparse_coo_tensor([[0], [1]], [1.0], (2,)),
            "sparse_coo_tensor: 2 rows of places need as many sizes, not 1.",
        ),
        (
            lambda: pl.sparse_coo_tensor([[0], [2]], [1.0], (2, 2)),
            "sparse_coo_tensor: a place lies outside of a table of shape (2, 2).",
        ),
        (
            lambda: pl.sparse.mm(pl.ones(2, 2), pl.ones(2, 2).to_sparse()),
            "sparse.mm takes a sparse matrix and a dense one, in this order.",
        ),
        (
            lambda: pl.ones(2, 3).to_sparse() @ pl.ones(2, 2),
            "sparse.mm: shapes (2, 3) and (2, 2) don't fit.",
        ),
        (lambda: pl.ones(3).to_sparse().t(), "sparse.t is for matrices, and this has 1 axes."),
    ],
)
def test_mistakes_are_named(call: Any, text: str) -> None:
    with pytest.raises(pl.errors.PellucidError) as error:
        call()
    assert str(error.value) == text


def test_two_dense_matrices_are_multiplied_as_well() -> None:
    a, b = pl.tensor([[1.0, 2.0]]), pl.tensor([[3.0], [4.0]])
    for product in (pl.spmm, pl.sparse.mm):
        assert product(a, b).tolist() == [[11.0]]
