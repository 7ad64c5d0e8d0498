"""Filling memory with random numbers, as initial weights are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.errors import DTypeError, GraphError, SettingError


def test_what_is_drawn() -> None:
    x = pellucid.zeros(20_000)
    assert x.uniform_(-2, 3) is x
    a = np.asarray(x)
    assert a.min() >= -2 and a.max() < 3 and abs(a.mean() - 0.5) < 0.05
    b = np.asarray(x.normal_(1.0, 2.0))
    assert abs(b.mean() - 1) < 0.05 and abs(b.std() - 2) < 0.05
    c = np.asarray(x.bernoulli_(0.25))
    assert set(np.unique(c)) == {0.0, 1.0} and abs(c.mean() - 0.25) < 0.02
    d = np.asarray(pellucid.zeros(1000, dtype=pellucid.int64).random_(2, 5))
    assert set(d.tolist()) == {2, 3, 4}
    e = np.asarray(pellucid.zeros(1000).random_(3))
    assert set(e.tolist()) == {0.0, 1.0, 2.0}
    f = np.asarray(pellucid.zeros(100, dtype=pellucid.int64).random_())
    assert f.min() >= 0 and f.max() > 2**60


def test_kind_and_memory_stay() -> None:
    x = pellucid.zeros(4, dtype=pellucid.float64)
    memory = x.numpy()
    x.normal_()
    assert x.dtype is pellucid.float64 and np.shares_memory(x.numpy(), memory) and memory.any()
    x[1:3].uniform_(5, 6)
    assert (memory[1:3] >= 5).all()


def test_the_seed_decides() -> None:
    g = pellucid.Generator().manual_seed(1)
    a = pellucid.zeros(3).normal_(generator=g).tolist()
    assert pellucid.zeros(3).normal_(generator=g.manual_seed(1)).tolist() == a


def test_weights_are_filled_under_no_grad() -> None:
    w = pellucid.zeros(3, requires_grad=True)
    with pytest.raises(GraphError, match="a leaf that requires grad is being changed in place"):
        w.uniform_()
    with pellucid.no_grad():
        w.uniform_(1, 2)
    assert w.requires_grad and w.is_leaf and float(w.min()) >= 1


MISTAKES = [
    (
        lambda: pellucid.zeros(2, dtype=pellucid.int64).normal_(),
        DTypeError,
        "normal_ fills with float numbers, and this Tensor is int64.\n"
        " Use random_() for whole numbers.",
    ),
    (
        lambda: pellucid.zeros(2).uniform_(2, 1),
        SettingError,
        "uniform_: the bounds 2 and 1 are the wrong way round.",
    ),
    (
        lambda: pellucid.zeros(2).normal_(0, -1),
        SettingError,
        "normal_: std can't be negative and is -1.",
    ),
    (
        lambda: pellucid.zeros(2).bernoulli_(1.5),
        SettingError,
        "bernoulli_: chances lie between 0 and 1, and 1.5 does not.",
    ),
]


@pytest.mark.parametrize(("call", "error", "text"), MISTAKES)
def test_mistakes(call: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == text
