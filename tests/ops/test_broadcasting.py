"""Shapes drawn at random: broadcasting, reductions and products give PyTorch's values and blame."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import pellucid
from pellucid.errors import ShapeError
from pellucid.shapes import broadcast, resolve

torch = pytest.importorskip("torch", reason="PyTorch is not installed: nothing to compare with")

PAIRS = hnp.mutually_broadcastable_shapes(
    num_shapes=2, min_dims=0, max_dims=4, min_side=0, max_side=4
)
SHAPES = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
BINARY = ("add", "sub", "mul", "div", "maximum", "minimum", "pow", "where", "remainder")
REDUCTIONS = ("sum", "mean", "amax", "var", "std", "logsumexp", "norm", "prod")


def drawn(shape: Any, seed: int) -> Any:
    return np.random.default_rng(seed).uniform(0.5, 2.0, shape)


def compare(call: Any, arrays: list[Any]) -> None:
    """Values and gradients of one call on both."""
    results = []
    for m in (pellucid, torch):
        xs = [m.tensor(a, requires_grad=True) for a in arrays]
        y = call(m, *xs)
        (y * y).sum().backward()
        results.append((y.detach().tolist(), [x.grad.tolist() for x in xs], tuple(y.shape)))
    (a, ga, sa), (b, gb, sb) = results
    assert sa == sb
    np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-9)
    for g, h in zip(ga, gb, strict=True):
        np.testing.assert_allclose(g, h, rtol=1e-9, atol=1e-9)


@given(st.sampled_from(BINARY), PAIRS)
def test_two_shapes_that_fit(name: str, pair: Any) -> None:
    a, b = (drawn(s, k) for k, s in enumerate(pair.input_shapes))
    if name == "where":
        compare(lambda m, x, y: m.where(x > 1, x, y), [a, b])
    else:
        compare(lambda m, x, y: getattr(m, name)(x, y), [a, b])


@given(SHAPES, SHAPES)
def test_two_shapes_that_may_not_fit(a: Any, b: Any) -> None:
    try:
        expected = np.broadcast_shapes(a, b)
    except ValueError:
        with pytest.raises(ShapeError, match="sizes must be equal, or one of them 1"):
            pellucid.zeros(a) + pellucid.zeros(b)
    else:
        assert broadcast(a, b) == expected
        assert tuple((pellucid.zeros(a) + pellucid.zeros(b)).shape) == expected


@given(st.sampled_from(REDUCTIONS), SHAPES, st.data())
def test_any_axes(name: str, shape: Any, data: st.DataObject) -> None:
    rank = len(shape)
    axes = (
        data.draw(st.lists(st.integers(-rank, rank - 1), min_size=1, max_size=rank))
        if rank
        else [0]
    )
    axes = list({a % max(rank, 1): a for a in axes}.values())
    keep = data.draw(st.booleans())
    counted = int(np.prod([shape[a] for a in axes])) if rank else 1
    spread = name in ("var", "std")
    if (name == "amax" and counted == 0) or (spread and (counted < 2 or 0 in shape)):
        return  # refused, or NaN with a warning
    dim: Any = axes[0] if name == "prod" else tuple(axes)
    compare(lambda m, x: getattr(m, name)(x, dim=dim, keepdim=keep), [drawn(shape, 0)])


@given(st.data())
def test_products_of_any_matrices(data: st.DataObject) -> None:
    lead = data.draw(hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=2, max_side=3))
    n, k, m = (data.draw(st.integers(0, 3)) for _ in range(3))
    a = data.draw(st.sampled_from([(*lead.input_shapes[0], n, k), (k,)]))
    b = data.draw(st.sampled_from([(*lead.input_shapes[1], k, m), (k,)]))
    compare(lambda mod, x, y: mod.matmul(x, y), [drawn(a, 0), drawn(b, 1)])


@given(SHAPES, st.data())
def test_moving_numbers(shape: Any, data: st.DataObject) -> None:
    rank = len(shape)
    order = data.draw(st.permutations(range(rank)))
    compare(lambda m, x: x.permute(*order) if rank else x * 1, [drawn(shape, 0)])
    compare(lambda m, x: x.reshape(-1) if 0 not in shape else x.reshape(0), [drawn(shape, 0)])
    if rank:
        axis = data.draw(st.integers(-rank, rank - 1))
        compare(
            lambda m, x: m.cat([x, x * 2, x[:0] if axis % rank == 0 else x], axis),
            [drawn(shape, 0)],
        )
        compare(lambda m, x: m.stack([x, x * 2], axis).flip(axis), [drawn(shape, 0)])
        compare(lambda m, x: x.cumsum(axis).roll(1, axis), [drawn(shape, 0)])


def test_the_grammar_of_axes() -> None:
    spec = "... n k, ... k m -> ... n m"
    assert resolve(spec, ((5, 1, 2, 3), (4, 3, 6))) == (5, 4, 2, 6)
    with pytest.raises(ValueError, match="k is 3 in the first input and 4 in the second"):
        resolve(spec, ((2, 3), (4, 6)))
    with pytest.raises(
        ValueError, match=r"the first input needs axes \(n k\) and has shape \(3,\)"
    ):
        resolve("n k -> n", ((3,),))
