"""The first few in order are those that sorting gives, whatever the numbers are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid.engines.numpy import namespace

DRAWN = np.random.default_rng(0)
PLAIN = DRAWN.normal(size=(8, 40, 9)).astype(np.float32)
HOLES = np.where(DRAWN.random(PLAIN.shape) < 0.2, np.nan, PLAIN)
WILD = np.where(DRAWN.random(PLAIN.shape) < 0.98, -np.inf, PLAIN)


@pytest.mark.parametrize(
    "x", [PLAIN, np.round(PLAIN), HOLES, WILD, -WILD, np.round(PLAIN).astype(np.int8), 0 * PLAIN]
)
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("axis", [1, -2, 0])
def test_the_first_few(x: Any, axis: int, descending: bool) -> None:
    found = namespace.first_in_order(x, axis, 4 if axis else 1, descending)
    forward = np.argsort(x, axis=axis, stable=True)
    backward = (
        x.shape[axis] - 1 - np.flip(np.argsort(np.flip(x, axis), axis=axis, stable=True), axis)
    )
    wanted = np.take(backward if descending else forward, range(4 if axis else 1), axis=axis)
    if found is not None:
        np.testing.assert_array_equal(found, wanted)
    assert (found is None) == _needs_sorting(x, wanted, axis, descending)


def _needs_sorting(x: Any, wanted: Any, axis: int, descending: bool) -> bool:
    picked = np.take_along_axis(x, wanted, axis)
    last = -np.inf if descending else np.inf
    return bool((picked == last).any() or (not descending and np.isnan(x).any()))


def test_where_sorting_is_the_way() -> None:
    assert namespace.first_in_order(PLAIN, 1, 30, False) is None
    assert namespace.first_in_order(PLAIN[:1], 1, 2, False) is None
    assert namespace.first_in_order(PLAIN > 0, 1, 2, False) is None
