"""Directions that travel with numbers agree with finite differences and with PyTorch."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.autograd import forward_ad


def moved(lib: Any, ad: Any) -> list[Any]:
    x = lib.tensor([[0.5, -1.0], [2.0, 0.3]], dtype=lib.float64)
    w = lib.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=lib.float64, requires_grad=True)
    found = []
    with ad.dual_level():
        a = ad.make_dual(x, lib.ones_like(x) * 0.5)
        b = ad.make_dual(w, lib.full_like(w, 2.0))
        for y in (a.sin() * a, a @ w, a @ b, (a @ b).tanh().sum(), x @ w, a.relu()[0]):
            value, direction = ad.unpack_dual(y)
            found += [value, lib.zeros_like(value) if direction is None else direction]
    (blame,) = lib.autograd.grad(found[3].sum(), w)
    return [t.detach().numpy() for t in [*found, blame]]


def test_it_is_what_pytorch_finds() -> None:
    torch = pytest.importorskip("torch")
    with warnings.catch_warnings():  # its first use loads parts of PyTorch that are going away
        warnings.simplefilter("ignore")
        theirs = moved(torch, torch.autograd.forward_ad)
    for ours, other in zip(moved(pl, forward_ad), theirs, strict=True):
        np.testing.assert_allclose(ours, other, rtol=1e-12, atol=1e-12)


def test_a_direction_is_a_difference() -> None:
    x, t = pl.tensor([0.3, 0.7], dtype=pl.float64), pl.tensor([1.0, -2.0], dtype=pl.float64)
    with forward_ad.dual_level():
        y = forward_ad.make_dual(x, t).exp().cumsum(0)
        _, direction = forward_ad.unpack_dual(y)
    h = 1e-6
    near = ((x + h * t).exp().cumsum(0) - (x - h * t).exp().cumsum(0)) / (2 * h)
    assert pl.allclose(direction, near, atol=1e-8)


def test_the_level_records_by_itself_and_leaves_nothing_behind() -> None:
    x = pl.ones(2)
    with pl.no_grad(), forward_ad.dual_level():
        value, direction = forward_ad.unpack_dual(forward_ad.make_dual(x, x * 3) * 2)
    assert direction.tolist() == [6.0, 6.0]
    assert not value.requires_grad
    assert not direction.requires_grad
    assert not x.requires_grad
    assert forward_ad.unpack_dual(x) == (x, None)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (
            lambda: forward_ad.make_dual(pl.ones(2), pl.ones(2)),
            "forward_ad.make_dual needs an open level: write it below `with dual_level():`.",
        ),
        (forward_ad.exit_dual_level, "forward_ad: no level is open that could be closed."),
    ],
)
def test_it_needs_a_level(call: Any, text: str) -> None:
    with pytest.raises(pl.errors.GraphError) as error:
        call()
    assert str(error.value) == text


def test_what_moves_and_its_direction_are_alike() -> None:
    with forward_ad.dual_level():
        with pytest.raises(pl.errors.ShapeError) as shapes:
            forward_ad.make_dual(pl.ones(2), pl.ones(3))
        with pytest.raises(pl.errors.DTypeError) as kinds:
            forward_ad.make_dual(pl.arange(2), pl.ones(2))
        with pytest.raises(pl.errors.GraphError) as levels, forward_ad.dual_level():
            pass
    assert str(shapes.value) == (
        "forward_ad.make_dual: the direction has shape (3,), and the Tensor (2,)."
    )
    assert str(kinds.value) == (
        "forward_ad.make_dual: both must be float and of one dtype, and are int64 and float32."
    )
    assert str(levels.value) == (
        "forward_ad: one level at a time.\n For second derivatives take pellucid.func.jvp of a jvp."
    )
