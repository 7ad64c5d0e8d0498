"""Steps with `differentiable=True` have the derivatives of finite differences and of PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid as pl

START = [[0.5, -1.0, 2.0], [0.1, 0.7, -0.3]]
CASES: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {}), ("SGD", {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    ("Adam", {"amsgrad": True}), ("AdamW", {}), ("Adagrad", {}), ("Adadelta", {}), ("Adamax", {}),
    ("RMSprop", {"centered": True, "momentum": 0.5}), ("NAdam", {}), ("RAdam", {}), ("ASGD", {}),
    ("Lion", {}), ("Rprop", {}),
]  # fmt: skip


def walked(lib: Any, name: str, options: dict[str, Any], start: Any, lr: Any) -> Any:
    """Where four steps lead."""
    p = start.clone()
    optimizer = getattr(lib.optim, name)([p], lr=lr, differentiable=True, **options)
    for _ in range(4):
        q = p.clone()
        (slope,) = lib.autograd.grad((q**4 * 0.1 + q.sin()).sum(), q, create_graph=True)
        p.grad = slope.clone()
        optimizer.step()
    return p


@pytest.mark.parametrize(("name", "options"), CASES)
def test_the_start_is_blamed_for_where_the_steps_lead(name: str, options: dict[str, Any]) -> None:
    start = pl.tensor(START, dtype=pl.float64, requires_grad=True)
    pl.autograd.gradcheck(lambda w: walked(pl, name, options, w, 0.05), (start,))


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW", "RMSprop", "NAdam", "RAdam", "Adamax"])
def test_a_rate_can_be_learned(name: str) -> None:
    start = pl.tensor(START, dtype=pl.float64)
    start.requires_grad_()
    lr = pl.tensor(0.05, dtype=pl.float64, requires_grad=True)
    pl.autograd.gradcheck(lambda r: walked(pl, name, {}, start, r), (lr,))


@pytest.mark.parametrize("name", ["SGD", "AdamW", "Adagrad", "Adadelta", "NAdam", "RAdam", "ASGD"])
def test_it_is_what_pytorch_finds(name: str) -> None:
    torch = pytest.importorskip("torch")
    found = []
    for lib in (pl, torch):
        start = lib.tensor(START, dtype=lib.float64, requires_grad=True)
        end = walked(lib, name, {}, start, 0.05)
        (blame,) = lib.autograd.grad((end**2).sum(), start)
        found.append((end.detach().numpy(), blame.numpy()))
    for ours, theirs in zip(*found, strict=True):  # PyTorch counts Adam's steps in float32
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-4)


def test_plain_steps_walk_the_same_path() -> None:
    for name, options in CASES:
        plain = pl.tensor(START, dtype=pl.float64, requires_grad=True)
        optimizer = getattr(pl.optim, name)([plain], lr=0.05, **options)
        for _ in range(4):
            plain.grad = None
            (plain**4 * 0.1 + plain.sin()).sum().backward()
            optimizer.step()
        start = pl.tensor(START, dtype=pl.float64, requires_grad=True)
        end = walked(pl, name, options, start, 0.05)
        np.testing.assert_allclose(end.detach().numpy(), plain.detach().numpy(), rtol=1e-12)


def test_a_leaf_has_nowhere_for_the_graph_to_begin() -> None:
    w = pl.ones(3, requires_grad=True)
    optimizer = pl.optim.SGD([w], lr=0.1, differentiable=True)
    w.grad = pl.ones(3)
    with pytest.raises(pl.errors.GraphError, match="a leaf that requires grad is being changed"):
        optimizer.step()


def test_a_compiled_step_says_that_it_does_not_record() -> None:
    start = pl.ones(3, requires_grad=True)
    p = start.clone()
    optimizer = pl.optim.SGD([p], lr=0.1, differentiable=True)

    @pl.compile(engine="numpy")
    def step(g: Any) -> Any:
        p.grad = g
        optimizer.step()
        return p.sum()

    with pytest.raises(pl.errors.TraceError, match="differentiable=True can't be part of"):
        step(pl.ones(3))
