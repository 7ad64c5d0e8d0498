"""The same call in pellucid and in PyTorch, and what must agree: values, gradients, dtypes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import pellucid

TOLERANCE = {"float64": (1e-10, 1e-11), "float32": (2e-5, 2e-6)}


def array(shape: tuple[int, ...], seed: int = 0, low: float = -2.0, high: float = 2.0) -> Any:
    """Random numbers between two bounds, float64."""
    return np.random.default_rng(seed).uniform(low, high, shape)


def ours(value: Any, grad: bool = False) -> Any:
    """An array as our Tensor."""
    return pellucid.tensor(value, requires_grad=grad)


def theirs(torch: Any, value: Any, grad: bool = False) -> Any:
    """An array as PyTorch's Tensor."""
    return torch.tensor(value, requires_grad=grad)


def close(mine: Any, yours: Any) -> None:
    """Values, shapes and dtypes agree."""
    a, b = mine.detach().numpy(), yours.detach().numpy()
    assert a.shape == b.shape
    assert a.dtype == b.dtype, (a.dtype, b.dtype)
    relative, absolute = TOLERANCE.get(str(a.dtype), (0, 0))
    np.testing.assert_allclose(a, b, rtol=relative, atol=absolute)


def compare(
    torch: Any,
    mine: Callable[..., Any],
    yours: Callable[..., Any],
    inputs: list[Any],
    *,
    second: bool = False,
) -> None:
    """Compare a function of float arrays: its value, its gradients, and with `second` theirs."""
    a = [ours(x, True) for x in inputs]
    b = [theirs(torch, x, True) for x in inputs]
    out, expected = mine(*a), yours(*b)
    close(out, expected)
    weights = np.asarray(array(tuple(out.shape), 9)).astype(out.detach().numpy().dtype)
    got = pellucid.autograd.grad((out * ours(weights)).sum(), a, create_graph=second)
    wanted = torch.autograd.grad(
        (expected * torch.tensor(weights)).sum(), b, create_graph=second, materialize_grads=True
    )
    for x, y in zip(got, wanted, strict=True):
        close(x, y)
    if second:
        _compare_second(torch, a, b, got, wanted)


def _compare_second(torch: Any, a: list[Any], b: list[Any], got: Any, wanted: Any) -> None:
    mine = sum((g * g * (i + 1)).sum() for i, g in enumerate(got))
    yours = sum((g * g * (i + 1)).sum() for i, g in enumerate(wanted))
    nothing = [None] * len(a)
    flat, expected_flat = not mine.requires_grad, not yours.requires_grad
    twice = nothing if flat else pellucid.autograd.grad(mine, a, allow_unused=True)
    expected = nothing if expected_flat else torch.autograd.grad(yours, b, allow_unused=True)
    for x, y in zip(twice, expected, strict=True):
        if y is None or not y.any():
            assert x is None or not np.asarray(x.detach().numpy()).any()
        else:
            close(x, y)
