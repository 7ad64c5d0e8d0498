"""Copies that NumPy makes slowly take another way, and hold the same numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.engines.copies import ordered
from pellucid.engines.numpy import NumpyEngine, namespace

DRAWN = np.random.default_rng(0).normal(size=(500, 401)).astype(np.float32)


@pytest.mark.parametrize(
    "array",
    [
        DRAWN.T, DRAWN[::-1].T, DRAWN[::2].T, DRAWN[:, ::3], DRAWN[:3, :3].T, DRAWN[:0].T,
        np.broadcast_to(DRAWN[:, :, None], (500, 401, 2)),
        np.broadcast_to(DRAWN[:, :1], (500, 401)),
        DRAWN.reshape(20, 25, 401).transpose(2, 0, 1), np.float32(3.0) * np.ones(()),
    ],
)  # fmt: skip
def test_a_copy_in_order(array: Any) -> None:
    found = ordered(array)
    assert found.flags.c_contiguous and not np.may_share_memory(found, array)
    np.testing.assert_array_equal(found, array)
    np.testing.assert_array_equal(namespace.reshape(array, (-1,)), array.reshape(-1))


def test_reshaping_shares_memory_where_it_can() -> None:
    turned = DRAWN.reshape(20, 25, 401).transpose(1, 0, 2)
    assert np.may_share_memory(namespace.reshape(turned, (25, 20, 401, 1)), DRAWN)
    assert not np.may_share_memory(namespace.reshape(turned, (500, 401)), DRAWN)


def test_a_border() -> None:
    x = np.arange(6).reshape(2, 3)
    found = namespace.pad(x, ((1, 0), (0, 2)), constant_values=7.0)
    assert found.dtype == x.dtype
    np.testing.assert_array_equal(found, np.pad(x, ((1, 0), (0, 2)), constant_values=7))


def test_who_sees_the_memory() -> None:
    engine, whole = NumpyEngine(), np.zeros((2, 3))
    cut = np.zeros(6).reshape(2, 3)
    assert engine.alone(whole) and engine.alone(cut)
    assert not engine.alone(whole[:1]) and not engine.alone(whole.reshape(3, 2))
    assert not engine.alone(np.zeros((2, 3)).T) and not engine.alone(np.zeros(6)[::2])


def test_blame_never_shares_memory_with_another() -> None:
    a, b = pellucid.ones(2, 3, requires_grad=True), pellucid.ones(6, requires_grad=True)
    (a.reshape(6) + b).backward(pellucid.ones(6))
    assert a.grad is not None and b.grad is not None
    a.grad.zero_()
    assert b.grad.tolist() == [1.0] * 6


@pytest.mark.parametrize(
    ("own", "shape"),
    [((), (2, 3)), ((3,), (2, 3)), ((2, 1), (4, 2, 3)), ((2, 3), (2, 3)), ((1, 0), (5, 0))],
)
def test_stretching(own: tuple[int, ...], shape: tuple[int, ...]) -> None:
    x = np.random.default_rng(0).normal(size=own)
    found = namespace.broadcast_to(x, shape)
    np.testing.assert_array_equal(found, np.broadcast_to(x, shape))
    assert np.may_share_memory(found, x) or not x.size
    with pytest.raises(ValueError, match="read-only"):
        found[...] = 1
    assert x.flags.writeable
    with pytest.raises(ValueError, match="broadcast"):
        namespace.broadcast_to(np.ones(2), (3,))
