"""Scaled rows on NumPy give what the formula gives, for one piece and for many."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.dtypes import float32
from pellucid.engines import layered
from pellucid.graph.program import trace, unknown
from pellucid.nn import functional as F
from pellucid.ops.layered import layer_norm


def by_formula(x: Any, g: Any, weight: Any, bias: Any, eps: float) -> list[Any]:
    """Value, and blame of rows, scales and shifts, in float64."""
    x, g, weight, bias = (a.astype(np.float64) for a in (x, g, weight, bias))
    centered = x - x.mean(1, keepdims=True)
    scale = 1 / np.sqrt((centered**2).mean(1, keepdims=True) + eps)
    x_hat, share = centered * scale, g * weight
    stretch = (share * x_hat).mean(1, keepdims=True)
    to_x = scale * (share - share.mean(1, keepdims=True) - x_hat * stretch)
    return [x_hat * weight + bias, to_x, (g * x_hat).sum(0), g.sum(0)]


@pytest.mark.parametrize("shape", [(1, 1), (4, 16), (9000, 3), (700, 513), (3, 5000)])
@pytest.mark.parametrize("away", [0.0, 100.0])
def test_rows_of_any_length_and_number_are_scaled_right(
    shape: tuple[int, int], away: float
) -> None:
    rng = np.random.default_rng(0)
    x, g, weight, bias = (
        rng.standard_normal(s).astype(np.float32) for s in (shape, shape, shape[1:], shape[1:])
    )
    x += np.float32(away)
    given = [pellucid.tensor(a, requires_grad=True) for a in (x, weight, bias)]
    y = F.layer_norm(given[0], shape[1:], *given[1:])
    assert y._node.op.name == "affine_rows"
    y.backward(pellucid.tensor(g))
    found = [y.detach().numpy(), *(t.grad.numpy() for t in given)]
    most = 1e-3 if away else 1e-5  # beside 100, float32 keeps little of a small spread
    for ours, theirs in zip(found, by_formula(x, g, weight, bias, 1e-5), strict=True):
        assert np.abs(ours - theirs).max() <= most * max(np.abs(theirs).max(), 1.0)


def test_equal_numbers_are_exactly_average() -> None:
    out = layered.Layered.layered(
        np.full((4, 3), 0.1, np.float32), np.ones(3, np.float32), np.zeros(3, np.float32), 1e-5
    )
    assert not out.any()


def test_steps_are_kept_apart_where_somebody_looks_at_them() -> None:
    x, weight, bias = (unknown(s, float32) for s in ((2, 3), (3,), (3,)))
    program = trace(lambda *given: layer_norm(*given, rank=1, eps=1e-5), [x, weight, bias])
    assert [step.op.name for step in program.steps] == ["standardize", "mul", "add"]
