"""Piece by piece gives what one go gives, whatever the size and order in memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid.engines.pieces import PIECE, in_pieces


@pytest.mark.parametrize("size", [0, 1, PIECE, 2 * PIECE, 2 * PIECE + 1, 3 * PIECE, 5 * PIECE - 7])
def test_pieces_make_the_whole(size: int) -> None:
    x = np.linspace(-3, 3, size, dtype=np.float32)
    found = in_pieces(np.tanh, x)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, np.tanh(x))


@pytest.mark.parametrize("turn", [False, True])
def test_axes_stay(turn: bool) -> None:
    seen: list[int] = []

    def call(x: Any) -> Any:
        seen.append(x.size)
        return x * 2

    x: Any = np.random.default_rng(0).normal(size=(70, 50, 30))
    x = x.T if turn else x
    np.testing.assert_array_equal(in_pieces(call, x), x * 2)
    assert (max(seen) > PIECE) is turn  # another order in memory is left alone
