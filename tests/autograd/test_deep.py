"""Very deep graphs: no recursion on the way there, on the way back, or when they are freed."""

from __future__ import annotations

import gc
import weakref

import pytest

import pellucid
from pellucid.graph.walk import reachable

DEEP = 100_000


@pytest.mark.slow
def test_a_chain_of_a_hundred_thousand() -> None:
    x = pellucid.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(DEEP):
        y = y * 1.0
    assert len(reachable([y._node])) > DEEP
    y.backward()
    assert x.grad is not None and x.grad.item() == 1.0
    del y  # frees one node after the other, each inside the last
    gc.collect()


def test_a_long_chain_of_in_place_writes() -> None:
    x = pellucid.tensor([1.0, 2.0], requires_grad=True)
    total = pellucid.zeros(2)
    for _ in range(5_000):
        total += x
    total.sum().backward()
    assert x.grad is not None and x.grad.tolist() == [5000.0, 5000.0]


def test_a_recorded_pass_through_a_deep_chain() -> None:
    x = pellucid.tensor(0.5, dtype=pellucid.float64, requires_grad=True)
    y = x
    for _ in range(2_000):
        y = y * 1.0001
    (g,) = pellucid.autograd.grad(y * y, x, create_graph=True)
    (h,) = pellucid.autograd.grad(g, x)
    assert abs(h.item() / (2 * 1.0001**4000) - 1) < 1e-9


def test_without_a_record_nothing_is_held() -> None:
    x = pellucid.tensor([1.0], requires_grad=True)
    with pellucid.no_grad():
        y = x * 2
        earlier = weakref.ref(y._node)
        for _ in range(10):
            y = y * 2
    assert earlier() is None
    assert y._node.inputs == ()


def test_backward_frees_what_the_loop_lets_go() -> None:
    x = pellucid.tensor([1.0], requires_grad=True)
    gc.disable()
    try:
        y = x.exp()
        middle = weakref.ref(y._node)
        loss = (y * y).sum()
        loss.backward()
        del y, loss
        assert middle() is None  # no cycle: nothing waits for the collector
    finally:
        gc.enable()


def test_writes_through_views_leave_no_cycle() -> None:
    x = pellucid.tensor([1.0, 2.0], requires_grad=True)
    gc.disable()
    try:
        y = x * 2
        v = y[0]
        v *= 3
        node = weakref.ref(y._node)
        y.sum().backward()
        del y, v
        assert node() is None
    finally:
        gc.enable()
