"""Optimizers find the lowest point: of a bowl, and of Rosenbrock's bent valley."""

from __future__ import annotations

from typing import Any

import pytest

import pellucid as pl

RULES: dict[str, tuple[Any, dict[str, Any]]] = {
    "SGD": (pl.optim.SGD, {"lr": 0.1}),
    "momentum": (pl.optim.SGD, {"lr": 0.05, "momentum": 0.8}),
    "Nesterov": (pl.optim.SGD, {"lr": 0.05, "momentum": 0.8, "nesterov": True}),
    "Adam": (pl.optim.Adam, {"lr": 0.1}),
    "AMSGrad": (pl.optim.Adam, {"lr": 0.1, "amsgrad": True}),
    "AdamW": (pl.optim.AdamW, {"lr": 0.1, "weight_decay": 0.0}),
    "RMSprop": (pl.optim.RMSprop, {"lr": 0.02}),
    "centered": (pl.optim.RMSprop, {"lr": 0.01, "centered": True, "momentum": 0.5}),
}


@pytest.mark.parametrize("name", RULES)
def test_a_bowl(name: str) -> None:
    rule, settings = RULES[name]
    w = pl.tensor([3.0, -2.0], requires_grad=True)
    optimizer = rule([w], **settings)
    for _ in range(500):
        optimizer.zero_grad()
        ((w - pl.tensor([1.0, 2.0])) ** 2).sum().backward()
        optimizer.step()
    assert (w - pl.tensor([1.0, 2.0])).abs().max().item() < 0.02


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rule", "settings", "steps"),
    [
        (pl.optim.SGD, {"lr": 1e-3, "momentum": 0.95, "nesterov": True}, 3000),
        (pl.optim.Adam, {"lr": 0.02}, 3000),
        (pl.optim.RMSprop, {"lr": 1e-3}, 4000),
    ],
)
def test_rosenbrocks_valley(rule: Any, settings: dict[str, Any], steps: int) -> None:
    p = pl.tensor([-1.2, 1.0], dtype=pl.float64, requires_grad=True)
    optimizer = rule([p], **settings)
    for _ in range(steps):
        optimizer.zero_grad()
        x, y = p[0], p[1]
        ((1 - x) ** 2 + 100 * (y - x * x) ** 2).backward()
        optimizer.step()
    assert abs(p[0].item() - 1) < 0.05 and abs(p[1].item() - 1) < 0.1


def test_a_closure_computes_the_loss() -> None:
    w = pl.tensor([1.0], requires_grad=True)
    optimizer = pl.optim.SGD([w], lr=0.25)

    def closure() -> Any:
        optimizer.zero_grad()
        loss = (w * w).sum()
        loss.backward()
        return loss

    with pl.no_grad():
        assert optimizer.step(closure).item() == 1.0
    assert w.item() == 0.5
