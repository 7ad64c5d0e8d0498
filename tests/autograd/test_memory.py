"""What a training loop keeps alive: the latest graph, and nothing older."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest

import pellucid
from pellucid import nn
from pellucid.errors import GraphError


def step(layer: Any) -> tuple[Any, weakref.ref[Any]]:
    hidden = layer(pellucid.ones(3, 4)).tanh()
    loss = hidden.square().mean()
    loss.backward()
    return loss, weakref.ref(hidden._node)


@pytest.fixture(autouse=True)
def _no_garbage_collector() -> Any:
    """Graphs must go by counting references alone: cycles would pile up between collections."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def test_a_graph_goes_with_its_loss() -> None:
    loss, hidden = step(nn.Linear(4, 2))
    assert hidden() is not None
    del loss
    assert hidden() is None


def test_losses_that_are_added_up_keep_only_the_latest_graph() -> None:
    layer, total, kept = nn.Linear(4, 2), pellucid.tensor(0.0), []
    for _ in range(4):
        loss, hidden = step(layer)
        total = total + loss
        kept.append(hidden)
    assert [h() is None for h in kept] == [True, True, True, False]
    assert total.item() > 0


def test_the_latest_graph_can_still_be_asked() -> None:
    layer = nn.Linear(4, 2)
    loss, _ = step(layer)
    assert "∂L" in str(pellucid.explain(loss, wrt=layer.weight, at=(0, 1)))


def test_an_older_graph_says_that_it_was_released() -> None:
    layer = nn.Linear(4, 2)
    first, _ = step(layer)
    step(layer)
    with pytest.raises(GraphError) as refusal:
        pellucid.explain(first, wrt=layer.weight, at=(0, 1))
    assert "released by a later backward()" in str(refusal.value)


def test_two_losses_of_one_graph_stay_together() -> None:
    x = pellucid.tensor(2.0, requires_grad=True)
    y = x * x
    first, second = y * 3, y * 5
    first.backward(retain_graph=True)
    second.backward()
    assert x.grad is not None and x.grad.item() == 32.0


def test_a_running_value_under_no_grad_keeps_no_history() -> None:
    value = pellucid.zeros(3)
    first = weakref.ref(value._node)
    with pellucid.no_grad():
        for _ in range(3):
            value = value * 0.9 + 0.1
    assert first() is None


def test_a_detached_loss_keeps_no_graph() -> None:
    loss, hidden = step(nn.Linear(4, 2))
    kept = loss.detach()
    del loss
    assert hidden() is None and kept.item() > 0
