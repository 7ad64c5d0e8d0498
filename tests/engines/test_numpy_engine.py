"""The NumPy engine: its namespace computes what NumPy would, in the dtypes that were foretold."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import pellucid
from pellucid.engines.numpy import NumpyEngine, namespace
from pellucid.engines.words import random_words
from pellucid.ops import REGISTRY

FLOATS = st.floats(-1e3, 1e3, width=32)
TABLES = hnp.arrays(
    st.sampled_from([np.float32, np.float64]),
    hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=20),
    elements=FLOATS,
)


@given(TABLES, st.data())
def test_sums_and_maxima_are_numpys(x: Any, data: st.DataObject) -> None:
    axes = data.draw(st.sampled_from([None, 0, -1, (0,), tuple(range(x.ndim)), (x.ndim - 1,)]))
    keep = data.draw(st.booleans())
    exact = np.sum(x.astype(np.float64), axis=axes, keepdims=keep)
    ours = namespace.sum(x, axis=axes, keepdims=keep)
    assert ours.dtype == x.dtype and np.shape(ours) == exact.shape
    np.testing.assert_allclose(ours, exact, rtol=1e-4, atol=1e-2)
    np.testing.assert_array_equal(
        namespace.max(x, axis=axes, keepdims=keep), np.max(x, axis=axes, keepdims=keep)
    )


@pytest.mark.parametrize("shape", [(5, 3), (3, 30), (1, 1), (0, 3), (2, 3, 4)])
def test_reductions_do_not_hide_what_is_not_a_number(shape: Any) -> None:
    x = np.ones(shape, np.float32)
    if x.size:
        x.reshape(-1)[0] = np.nan
        x.reshape(-1)[-1] = np.inf
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for axis in (0, 1):
            np.testing.assert_array_equal(
                np.isnan(namespace.sum(x, axis=axis)), np.isnan(np.sum(x, axis=axis))
            )
    if x.size:
        np.testing.assert_array_equal(namespace.max(x, axis=1), np.max(x, axis=1))


def test_large_sums_in_single_precision_stay_exact_enough() -> None:
    x = np.full((100_000, 2), 0.1, np.float32)
    np.testing.assert_allclose(namespace.sum(x, axis=0), 10_000, rtol=1e-5)
    np.testing.assert_allclose(namespace.sum(x.T.copy(), axis=1), 10_000, rtol=1e-5)


def test_written_is_a_copy() -> None:
    x = np.zeros(3)
    y = namespace.written(x, (slice(1),), 5.0)
    assert y.tolist() == [5.0, 0.0, 0.0] and x.tolist() == [0.0, 0.0, 0.0]


def test_scatter_add_adds_repeated_positions() -> None:
    y = namespace.scatter_add((3,), (np.array([0, 0, 2]),), np.array([1.0, 2.0, 3.0]))
    assert y.tolist() == [3.0, 0.0, 3.0]


def test_infinities_are_answers_not_warnings() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert (pellucid.tensor([1.0]) / 0).item() == float("inf")
        assert pellucid.tensor([-1.0]).log().isnan().item()
        assert pellucid.tensor([1000.0]).exp().isinf().item()
        assert pellucid.zeros(0).mean().isnan().item()
        assert pellucid.tensor([1e30]).square().isinf().item()
        assert (pellucid.tensor([3e38]) + 3e38).isinf().item()
        assert (pellucid.tensor([3e38]) * 10).isinf().item()
        assert pellucid.tensor([float("nan")]).relu().isnan().item()


FREE = sorted(  # of positions and masks, which can't be wild
    n for n, op in REGISTRY.items() if all(isinstance(i, tuple) for i in op.samples[0].inputs)
)


@pytest.mark.parametrize("name", FREE)
def test_no_op_warns_on_wild_numbers(name: str) -> None:
    """Whatever comes in, NumPy's warnings stay inside."""
    op = REGISTRY[name]
    wild = np.array([np.inf, -np.inf, np.nan, 0.0, -0.0, 1e38, -1e38, 1e-40], np.float32)
    sample = op.samples[0]
    arrays = [np.resize(wild, shape).astype(np.float32) for shape in sample.inputs]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        NumpyEngine().run(op, arrays, sample.params)


def test_numbers_that_do_not_fit() -> None:
    with pytest.raises(pellucid.errors.DTypeError) as caught:
        NumpyEngine().constant(300, pellucid.uint8)
    assert str(caught.value) == (
        "300 does not fit into uint8.\n Convert the Tensor to a wider dtype first."
    )


def test_many_seeds_at_once() -> None:
    """The buffer holds a few streams; the words do not depend on which."""
    states = [np.array([seed, 0, 3, 0], np.uint32) for seed in range(40)]
    first = [random_words(s, 8).tolist() for s in states]
    assert [random_words(s, 8).tolist() for s in reversed(states)] == first[::-1]
