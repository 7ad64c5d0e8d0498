"""The halves of a convolution's backward pass are PyTorch's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid as pl


@pytest.mark.parametrize(
    ("rank", "options"),
    [
        (1, {"stride": 2}),
        (2, {"padding": 1, "groups": 2}),
        (2, {"dilation": 2}),
        (3, {"stride": 2}),
    ],
)
def test_both_halves(torch: Any, rank: int, options: dict[str, Any]) -> None:
    draw = np.random.default_rng(0).standard_normal
    x, w = draw((2, 4, *[6] * rank)), draw((4, 4 // options.get("groups", 1), *[3] * rank))
    found = []
    for lib in (pl, torch):
        a, b = lib.tensor(x), lib.tensor(w, requires_grad=True)
        g = lib.ones_like(getattr(lib.nn.functional, f"conv{rank}d")(a, b, **options)).detach() * 3
        back = getattr(lib.nn.grad, f"conv{rank}d_input")(a.shape, b, g, **options)
        filters = getattr(lib.nn.grad, f"conv{rank}d_weight")(a, b.shape, g, **options)
        (bend,) = lib.autograd.grad((back**2).sum(), b)  # the filters take part in it
        found.append([t.detach().numpy() for t in (back, filters, bend)])
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)


def test_without_recording_nothing_is_kept() -> None:
    w, g = pl.ones(1, 1, 2, requires_grad=True), pl.ones(1, 1, 3)
    with pl.no_grad():
        assert not pl.nn.grad.conv1d_input((1, 1, 4), w, g).requires_grad
    assert pl.nn.grad.conv1d_weight(pl.ones(1, 1, 4), (1, 1, 2), g).tolist() == [[[3.0, 3.0]]]


def test_it_is_found_beside_the_functions_too(torch: Any) -> None:
    for lib in (torch, pl):
        assert lib.nn.functional.grad is lib.nn.grad
