"""The walks of CTC on NumPy against the op's own formula, frame by frame."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid.engines.ctc import Ctc
from pellucid.engines.numpy import quietly
from pellucid.ops.ctc import CLOSED, _backward, _forward

WIDTHS = [(7, 3, 9), (1, 2, 5), (4, 1, 1), (5, 2, 2), (6, 33, 61)]


def _problem(frames: int, rows: int, states: int, impossible: bool) -> tuple[Any, ...]:
    draw = np.random.default_rng(frames + states)
    e = draw.normal(-2, 3, (frames, rows, states)).astype("float32")
    if impossible:
        e[draw.random(e.shape) < 0.2] = -np.inf
    hop = np.where(draw.random((rows, states)) < 0.4, 0.0, CLOSED).astype("float32")
    hop[:, :2] = CLOSED
    start, finish = np.full((2, rows, states), CLOSED, "float32")
    start[:, 0], finish[:, -2:] = 0, 0
    alive = np.arange(frames)[:, None, None] < draw.integers(1, frames + 1, rows)[None, :, None]
    return e, hop, start, finish, alive


@pytest.mark.parametrize("sizes", WIDTHS)
@pytest.mark.parametrize("impossible", [False, True])
def test_the_walks_are_those_of_the_formula(sizes: tuple[int, ...], impossible: bool) -> None:
    e, hop, start, finish, alive = _problem(*sizes, impossible)
    before = quietly(Ctc.ctc_before, e, hop, start, alive)
    after = quietly(Ctc.ctc_after, e, hop, finish, alive)
    wanted = [quietly(_forward, np, e, hop, start, alive)]
    wanted.append(quietly(_backward, np, e, hop, finish, alive))
    for found, by_formula in zip((before, after), wanted, strict=True):
        by_formula = np.stack(by_formula)
        assert found.shape == by_formula.shape
        open_ = by_formula > -1e29  # what is closed has no number that means anything
        assert ((found > -1e29) == open_).all()
        np.testing.assert_allclose(found[open_], by_formula[open_], rtol=3e-6, atol=1e-5)
