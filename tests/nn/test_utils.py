"""Gradients cut to size and parameters as one vector, as PyTorch does it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid import nn
from pellucid.errors import SettingError, ShapeError, TrainingError
from tests.nn.oracle import array, close, ours


def with_gradients(library: Any, make: Any) -> list[Any]:
    out = []
    for i, shape in enumerate([(3, 2), (4,), ()]):
        p = library.nn.Parameter(make(array(shape, i)))
        p.grad = make(array(shape, i + 10, -3, 3))
        out.append(p)
    out.append(library.nn.Parameter(make(array((2,)))))  # one without a gradient
    return out


@pytest.mark.parametrize("norm_type", [2.0, 1.0, 3.0, math.inf])
@pytest.mark.parametrize("max_norm", [0.5, 1e6])
def test_clipping_by_norm(torch: Any, max_norm: float, norm_type: float) -> None:
    mine = with_gradients(pellucid, ours)
    yours = with_gradients(torch, torch.tensor)
    memory = mine[0].grad
    close(
        nn.utils.clip_grad_norm_(mine, max_norm, norm_type),
        torch.nn.utils.clip_grad_norm_(yours, max_norm, norm_type),
    )
    assert mine[0].grad is memory
    for a, b in zip(mine[:3], yours[:3], strict=True):
        close(a.grad, b.grad)


def test_clipping_by_value(torch: Any) -> None:
    mine, yours = with_gradients(pellucid, ours), with_gradients(torch, torch.tensor)
    nn.utils.clip_grad_value_(mine, 0.7)
    torch.nn.utils.clip_grad_value_(yours, 0.7)
    for a, b in zip(mine[:3], yours[:3], strict=True):
        close(a.grad, b.grad)


def test_a_single_parameter_and_none_at_all() -> None:
    p = nn.Parameter(pellucid.zeros(2))
    assert nn.utils.clip_grad_norm_(p, 1.0).item() == 0.0
    p.grad = pellucid.tensor([3.0, 4.0])
    assert nn.utils.clip_grad_norm_(p, 1.0).item() == 5.0
    assert nn.utils.get_total_norm(p.grad).item() == pytest.approx(1.0, rel=1e-5)


def test_as_one_vector_and_back(torch: Any) -> None:
    layer = nn.Linear(3, 2)
    vector = nn.utils.parameters_to_vector(layer.parameters())
    assert vector.shape == (8,) and vector.requires_grad
    weight = layer.weight
    nn.utils.vector_to_parameters(pellucid.arange(8).float(), layer.parameters())
    assert layer.weight is weight and weight.tolist() == [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]
    assert layer.bias.tolist() == [6.0, 7.0] and layer.bias.requires_grad


def test_what_can_go_wrong() -> None:
    p = nn.Parameter(pellucid.zeros(2))
    p.grad = pellucid.tensor([np.inf, 0.0])
    with pytest.raises(TrainingError) as endless:
        nn.utils.clip_grad_norm_(p, 1.0, error_if_nonfinite=True)
    assert str(endless.value) == (
        "the total norm of the gradients is inf, so they can't be cut to size.\n"
        " Look for the first layer whose gradient is not finite; lower the learning rate."
    )
    with pytest.raises(SettingError) as negative:
        nn.utils.clip_grad_value_(p, -1.0)
    assert str(negative.value) == "clip_grad_value_: clip_value can't be negative, and it is -1.0."
    with pytest.raises(ShapeError) as length:
        nn.utils.vector_to_parameters(pellucid.zeros(3), [p])
    assert str(length.value) == (
        "vector_to_parameters: the parameters hold 2 numbers, the vector 3."
    )
