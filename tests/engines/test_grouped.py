"""Groups of channels on NumPy give what the formula gives, for one piece and for many."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.nn import functional as F


def by_formula(x: Any, g: Any, weight: Any, bias: Any, groups: int, eps: float) -> list[Any]:
    """Value, and blame of x, scales and shifts, in float64."""
    n = len(x)
    x, g, weight, bias = (a.astype(np.float64) for a in (x, g, weight[:, None], bias[:, None]))
    rows = x.reshape(n, groups, -1)
    centered = rows - rows.mean(2, keepdims=True)
    scale = 1 / np.sqrt((centered**2).mean(2, keepdims=True) + eps)
    x_hat, share = centered * scale, (g * weight).reshape(rows.shape)
    stretch = (share * x_hat).mean(2, keepdims=True)
    to_x = scale * (share - share.mean(2, keepdims=True) - x_hat * stretch)
    x_hat, to_x = x_hat.reshape(x.shape), to_x.reshape(x.shape)
    return [x_hat * weight + bias, to_x, (g * x_hat).sum((0, 2)), g.sum((0, 2))]


@pytest.mark.parametrize(
    ("shape", "groups"), [((1, 4, 3), 2), ((5, 6, 1), 3), ((3, 8, 20_000), 2), ((300, 8, 200), 8)]
)
@pytest.mark.parametrize("away", [0.0, 100.0])
def test_groups_of_any_size_and_number_are_scaled_right(
    shape: tuple[int, int, int], groups: int, away: float
) -> None:
    rng = np.random.default_rng(0)
    sizes = (shape, shape, shape[1:2], shape[1:2])
    x, g, weight, bias = (rng.standard_normal(s).astype(np.float32) for s in sizes)
    x += np.float32(away)
    given = [pellucid.tensor(a, requires_grad=True) for a in (x, weight, bias)]
    y = F.group_norm(given[0], groups, *given[1:])
    y.backward(pellucid.tensor(g))
    found = [y.detach().numpy(), *(t.grad.numpy() for t in given)]
    most = 1e-3 if away else 1e-5  # beside 100, float32 keeps little of a small spread
    for ours, theirs in zip(found, by_formula(x, g, weight, bias, groups, 1e-5), strict=True):
        assert np.abs(ours - theirs).max() <= most * max(np.abs(theirs).max(), 1.0)
