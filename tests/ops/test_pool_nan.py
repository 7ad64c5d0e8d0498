"""A NaN in a pool's window counts as its largest number, as in PyTorch: it gets the blame."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid
import pellucid.nn.functional as F

POOLS = {
    1: ((2, 2, 9), F.max_pool1d),
    2: ((2, 2, 9, 10), F.max_pool2d),
    3: ((1, 2, 6, 7, 6), F.max_pool3d),
}
SETTINGS: tuple[dict[str, Any], ...] = (
    {"kernel_size": 2},
    {"kernel_size": 3, "stride": 1, "padding": 1},
    {"kernel_size": 5},
)


def holed(shape: tuple[int, ...], many: bool) -> Any:
    """Small whole numbers, so that many are equal, and some that are none."""
    draw = np.random.default_rng(3)
    x = draw.integers(0, 4, shape).astype("float32")
    x[draw.random(shape) < (0.2 if many else 0.03)] = np.nan
    return x


@pytest.mark.parametrize("rank", POOLS)
@pytest.mark.parametrize("many", [False, True])
def test_the_places_are_pytorchs(rank: int, many: bool, torch: Any) -> None:
    shape, pool = POOLS[rank]
    x = holed(shape, many)
    for given in SETTINGS:
        there = torch.tensor(x, requires_grad=True)
        y, at = getattr(torch.nn.functional, pool.__name__)(there, return_indices=True, **given)
        weights = torch.arange(1.0, y.numel() + 1).reshape(y.shape)
        (g,) = torch.autograd.grad((y * weights).sum(), there)
        here = pellucid.tensor(x, requires_grad=True)
        ours, places = pool(here, return_indices=True, **given)
        (ours * pellucid.tensor(weights.numpy())).sum().backward()
        np.testing.assert_array_equal(places.numpy(), at.numpy())
        np.testing.assert_array_equal(ours.detach().numpy(), y.detach().numpy())
        np.testing.assert_array_equal(here.grad.numpy(), g.numpy())


def test_compiled_programs_agree() -> None:
    shape, pool = POOLS[2]

    def blames(x: Any) -> Any:
        outs = []
        for given in SETTINGS:
            y, at = pool(x, return_indices=True, **given)
            weights = pellucid.arange(1.0, y.numel() + 1).reshape(y.shape)
            outs += [*pellucid.autograd.grad((y * weights).sum(), [x]), at]
        return outs

    for many in (False, True):
        x = pellucid.tensor(holed(shape, many), requires_grad=True)
        if not many:
            compiled = pellucid.compile(blames, engine="xla")
        for a, b in zip(compiled(x), blames(x), strict=True):
            np.testing.assert_array_equal(a.detach().numpy(), b.detach().numpy())
