"""GradScaler goes through the same scales, steps and refusals as PyTorch's."""

from __future__ import annotations

import math
from typing import Any

import pytest

import pellucid
from pellucid import amp
from pellucid.errors import DTypeError, GraphError, PellucidWarning, SettingError, StateError


def walk(m: Any, gradients: list[float]) -> list[Any]:
    """Scale and weight after each of these gradients."""
    w = m.nn.Parameter(m.ones(2))
    optimizer = m.optim.SGD([w], lr=0.1)
    scaler = m.amp.GradScaler("cpu", init_scale=8.0, growth_interval=2, backoff_factor=0.25)
    found: list[Any] = []
    for k, slope in enumerate(gradients):
        optimizer.zero_grad()
        scaler.scale((w * slope).sum()).backward()
        if k % 2:
            scaler.unscale_(optimizer)
            found.append(w.grad.tolist())
        scaler.step(optimizer)
        scaler.update()
        found.append((scaler.get_scale(), [round(v, 5) for v in w.tolist()]))
    return [*found, scaler.state_dict()]


@pytest.mark.slow
def test_scales_and_steps_are_pytorchs() -> None:
    torch = pytest.importorskip("torch")
    slopes = [1.0, 2.0, math.inf, 1.0, 1.0, -math.inf, math.nan, 3.0, 3.0, 1.0]
    assert repr(walk(pellucid, slopes)) == repr(walk(torch, slopes))


def made() -> tuple[Any, Any, Any]:
    w = pellucid.nn.Parameter(pellucid.ones(2))
    return w, pellucid.optim.SGD([w], lr=0.1), amp.GradScaler("cpu", init_scale=4.0)


def test_the_order_of_calls() -> None:
    w, optimizer, scaler = made()
    with pytest.raises(GraphError, match="nothing was seen yet"):
        scaler.update()
    scaler.scale(w.sum()).backward()
    scaler.unscale_(optimizer)
    with pytest.raises(GraphError, match=r"was called for this .*\n Call it once per step"):
        scaler.unscale_(optimizer)
    scaler.step(optimizer)
    with pytest.raises(GraphError, match=r"unscale_\(\) comes before step\(\).*\n Call it"):
        scaler.unscale_(optimizer)
    with pytest.raises(GraphError, match=r"^step\(\) was called .*\n Call update\(\) once after"):
        scaler.step(optimizer)
    scaler.update()
    with pytest.raises(SettingError, match=r"a closure would .*\n Call backward\(\) before"):
        scaler.step(optimizer, closure=lambda: None)


def test_several_losses_and_settings() -> None:
    w, _, scaler = made()
    first, second = scaler.scale([w.sum(), w.sum() * 2])
    assert (first.item(), second.item()) == (8.0, 16.0)
    with pytest.raises(SettingError, match="scale\\(\\) takes a Tensor, or a list of them"):
        scaler.scale(3.0)
    scaler.set_growth_factor(3.0)
    scaler.set_backoff_factor(0.1)
    scaler.set_growth_interval(7)
    other = amp.GradScaler("cpu")
    other.load_state_dict(scaler.state_dict())
    assert other.state_dict() == scaler.state_dict()
    assert other.get_growth_factor() == 3.0 and other.get_backoff_factor() == 0.1
    assert other.get_growth_interval() == 7 and other.is_enabled()
    other.update(2.0)
    assert other.get_scale() == 2.0
    with pytest.raises(SettingError, match="growth_factor must be above 1"):
        amp.GradScaler("cpu", growth_factor=1.0)
    with pytest.raises(SettingError, match="backoff_factor must be below 1"):
        amp.GradScaler("cpu", backoff_factor=1.0)
    with pytest.raises(StateError, match="this state is empty"):
        other.load_state_dict({})


def test_float16_gradients_are_refused() -> None:
    w = pellucid.nn.Parameter(pellucid.ones(2, dtype=pellucid.float16))
    optimizer, scaler = pellucid.optim.SGD([w], lr=0.1), amp.GradScaler("cpu", init_scale=4.0)
    scaler.scale(w.sum()).backward()
    with pytest.raises(DTypeError, match="can't divide float16 gradients"):
        scaler.step(optimizer)


def test_switched_off_it_does_nothing() -> None:
    w, optimizer, _ = made()
    with pytest.warns(PellucidWarning, match="Write GradScaler\\('cpu'\\)"):
        scaler = amp.GradScaler()
    loss = w.sum()
    assert scaler.scale(loss) is loss and scaler.get_scale() == 1.0 and scaler.state_dict() == {}
    loss.backward()
    scaler.unscale_(optimizer)
    scaler.step(optimizer)
    scaler.update()
    scaler.load_state_dict({})
    assert w.tolist() == pytest.approx([0.9, 0.9]) and not scaler.is_enabled()


def test_float16_products_with_a_scale_train() -> None:
    pellucid.manual_seed(0)
    model = pellucid.nn.Linear(4, 1)
    x = pellucid.randn(64, 4)
    y = x.sum(1, keepdim=True)
    optimizer, scaler = pellucid.optim.SGD(model.parameters(), lr=0.1), amp.GradScaler("cpu")
    for _ in range(60):
        optimizer.zero_grad()
        with pellucid.autocast("cpu", dtype=pellucid.float16):
            loss = pellucid.nn.functional.mse_loss(model(x), y)
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
    assert loss.item() < 1e-3 and scaler.get_scale() < 2.0**17
