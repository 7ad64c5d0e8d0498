"""Groups of rows where ties, gaps and nothing at all meet them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.ops import segment
from pellucid.tensor.lift import lifted

INDEX = [3, 0, 3, 0, 3, 1]
LARGEST, SUM, MEAN, SOFTMAX = (
    lifted(call)
    for call in (
        segment.segment_max,
        segment.segment_sum,
        segment.segment_mean,
        segment.segment_softmax,
    )
)


def tensor(values: Any, grad: bool = True) -> Any:
    return pellucid.tensor(values, dtype=pellucid.float64, requires_grad=grad)


def test_equal_extremes_share_the_blame() -> None:
    x = tensor([5.0, 1.0, 5.0, 2.0, -1.0, 7.0])
    y = LARGEST(x, pellucid.tensor(INDEX), count=5)
    assert y.tolist() == [2.0, 7.0, 0.0, 5.0, 0.0]
    y.backward(pellucid.tensor([1.0, 1.0, 1.0, 3.0, 1.0], dtype=pellucid.float64))
    assert x.grad.tolist() == [1.5, 0.0, 1.5, 1.0, 0.0, 1.0]


@pytest.mark.parametrize("rows", [1, 2, 3, 64, 100])
def test_the_largest_of_groups_of_any_size(rows: int) -> None:
    rng = np.random.default_rng(rows)
    x, index = rng.normal(size=(rows, 3)), rng.integers(0, 7, rows)
    found = LARGEST(tensor(x, False), pellucid.tensor(index), count=7).numpy()
    for k in range(7):
        mine = x[index == k]
        np.testing.assert_array_equal(found[k], mine.max(0) if len(mine) else np.zeros(3))


def test_groups_of_negative_numbers_do_not_become_zero() -> None:
    y = LARGEST(tensor([-3.0, -2.0], False), pellucid.tensor([1, 1]), count=2)
    assert y.tolist() == [0.0, -2.0]


def test_nan_stays_in_its_group() -> None:
    y = LARGEST(tensor([np.nan, 1.0, 2.0], False), pellucid.tensor([0, 0, 1]), count=2).numpy()
    assert np.isnan(y[0]) and y[1] == 2.0


@pytest.mark.parametrize("call", [LARGEST, SUM, MEAN])
def test_no_rows_at_all(call: Any) -> None:
    x = pellucid.zeros(0, 3, requires_grad=True)
    y = call(x, pellucid.zeros(0, dtype=pellucid.int64), count=2)
    assert y.tolist() == [[0.0] * 3] * 2
    y.sum().backward()
    assert x.grad.shape == (0, 3)


def test_large_scores_do_not_overflow() -> None:
    y = SOFTMAX(tensor([1e4, 1e4, -1e4], False), pellucid.tensor([0, 0, 1]), count=2)
    np.testing.assert_allclose(y.numpy(), [0.5, 0.5, 1.0])
