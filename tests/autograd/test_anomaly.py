"""Backward passes that stop at the first NaN, and other things people ask of a backward pass."""

from __future__ import annotations

from typing import Any

import pytest

import pellucid
from pellucid.autograd import anomaly_mode
from pellucid.errors import GraphError, SettingError


def broken() -> Any:
    x = pellucid.tensor([0.0, 1.0], requires_grad=True)
    return x, (x.sqrt() * 0).sum()


def test_the_line_that_made_nan_is_named() -> None:
    x, y = broken()
    with anomaly_mode.detect_anomaly(), pytest.raises(GraphError) as refusal:
        y.backward()
    first, last = str(refusal.value).split("\n")
    assert first.startswith("sqrt, computed at test_anomaly.py:")
    assert first.endswith("gave NaN as the blame of its input 0.")
    assert last == " That input has shape (2,). Look for 0/0, log(0) or sqrt(0)."
    assert x.grad is None


def test_anomaly_is_watched_only_while_asked_for() -> None:
    for quiet in (
        anomaly_mode.detect_anomaly(check_nan=False),
        anomaly_mode.set_detect_anomaly(False),
    ):
        x, y = broken()
        with quiet:
            y.backward()
        assert x.grad.isnan().tolist() == [True, False]
    anomaly_mode.set_detect_anomaly(True)
    try:
        assert anomaly_mode.anomaly.enabled
        with pytest.raises(GraphError, match="gave NaN"):
            broken()[1].backward()
    finally:
        anomaly_mode.set_detect_anomaly(False)
    broken()[1].backward()


def test_blame_that_somebody_gave_is_left_alone() -> None:
    x = pellucid.ones(2, requires_grad=True)
    mine = pellucid.ones(2) * 1
    pellucid.autograd.backward((x.clone(), x * 3), (mine, pellucid.ones(2)))
    assert mine.tolist() == [1.0, 1.0] and x.grad is not None and x.grad.tolist() == [4.0, 4.0]
    x.clone().backward(mine)
    x.clone().backward(mine)
    assert mine.tolist() == [1.0, 1.0]
    del x.grad
    assert x.grad is None


def test_several_heads_are_one_pass() -> None:
    x = pellucid.ones(2, requires_grad=True)
    seen = []
    y = x * 2
    y.register_hook(lambda g: seen.append(g.tolist()))
    pellucid.autograd.backward((y.sum(), (y * y).sum()))
    assert seen == [[5.0, 5.0]]
    with pytest.raises(SettingError, match="2 Tensors need as many gradients, and got 1"):
        pellucid.autograd.backward((x * 1, x * 2), (pellucid.ones(2),))


def test_blame_is_of_the_dtype_of_what_it_is_for() -> None:
    x = pellucid.ones(2, dtype=pellucid.float64, requires_grad=True)
    (g,) = pellucid.autograd.grad(x * 2, x, pellucid.ones(2))
    assert g is not None and g.dtype is pellucid.float64


def test_zeros_in_place_of_none() -> None:
    x, a = pellucid.tensor(0.5, requires_grad=True), pellucid.tensor(1.0, requires_grad=True)
    first = pellucid.autograd.grad(x * a, x, create_graph=True)
    (second,) = pellucid.autograd.grad(first, x, create_graph=True, materialize_grads=True)
    assert second is not None and second.item() == 0 and second.requires_grad
    (third,) = pellucid.autograd.grad(second, x, materialize_grads=True)
    assert third is not None and third.item() == 0
    (none,) = pellucid.autograd.grad(pellucid.ones(()), x, materialize_grads=True)
    assert none is not None and none.item() == 0
    with pytest.raises(SettingError, match="so allow_unused can't be False"):
        pellucid.autograd.grad(x, x, allow_unused=False, materialize_grads=True)
    infinite = pellucid.tensor([float("inf")], requires_grad=True)
    (zero,) = pellucid.autograd.grad(x * 1, infinite, materialize_grads=True)
    assert zero is not None and zero.tolist() == [0.0]


def test_blame_is_kept_of_a_tensor_that_changes_in_place(torch: Any) -> None:
    for room in (pellucid, torch):
        a = room.tensor([1.0], requires_grad=True).clone()
        a.retain_grad()
        a.mul_(2)
        (a * 3).sum().backward()
        assert a.grad.tolist() == [3.0]


def test_a_backward_that_is_differentiable_once() -> None:
    from pellucid.autograd.function import Function, once_differentiable

    class Double(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        @once_differentiable
        def backward(ctx: Any, g: Any) -> Any:
            assert not pellucid.is_grad_enabled()
            (x,) = ctx.saved_tensors
            return 2 * x * g

    x = pellucid.tensor(3.0, requires_grad=True)
    (g,) = pellucid.autograd.grad(Double.apply(x), x)
    assert g is not None and g.item() == 6.0
    (g,) = pellucid.autograd.grad(Double.apply(x) ** 2, x, create_graph=True)
    assert g is not None and g.item() == 108.0
    with pytest.raises(GraphError) as refusal:
        g.backward()
    assert str(refusal.value) == (
        "a backward marked @once_differentiable can't be differentiated again.\n"
        " Write it with operations on Tensors and leave the mark out."
    )


def test_generators_under_a_switch_are_sent_to() -> None:
    heard: list[Any] = []

    @pellucid.no_grad()
    def counted() -> Any:
        assert not pellucid.is_grad_enabled()
        try:
            while True:
                heard.append((yield len(heard)))
                assert not pellucid.is_grad_enabled()
        except KeyError:
            yield "caught"
        return "end"

    running = counted()
    assert next(running) == 0 and running.send("a") == 1 and heard == ["a"]
    assert pellucid.is_grad_enabled() and running.throw(KeyError()) == "caught"
    with pytest.raises(StopIteration) as end:
        next(running)
    assert end.value.value == "end"
    closed = counted()
    next(closed)
    closed.close()
