"""Rules of activations on 16-bit numbers: computed in float32 and rounded once, as in PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid


@pytest.mark.parametrize("kind", ["bfloat16", "float16"])
@pytest.mark.parametrize(
    "name",
    ["celu", "elu", "gelu", "hardswish", "logsigmoid", "mish", "selu", "sigmoid", "silu", "tanh"],
)
def test_slopes_of_activations_are_rounded_once(torch: Any, kind: str, name: str) -> None:
    def slope(m: Any, dtype: str) -> Any:
        x = m.linspace(-5, 5, 401).to(getattr(m, kind)).to(getattr(m, dtype)).requires_grad_()
        y = getattr(m.nn.functional, name)(x)
        (y * m.linspace(0.1, 3.0, 401).to(getattr(m, kind))).sum().backward()
        assert x.grad.dtype is getattr(m, dtype)
        return np.array(x.grad.double().tolist())

    ours, theirs, exact = slope(pellucid, kind), slope(torch, kind), slope(torch, "float64")
    digit = 2.0 ** (-7 if kind == "bfloat16" else -10)  # and y itself is rounded, where it is read
    assert np.abs(ours - theirs).max() <= 1.01 * digit * np.abs(exact).max()
    off, theirs_off = np.abs(ours - exact), np.abs(theirs - exact)
    assert off.mean() <= 1.05 * theirs_off.mean() and off.max() <= 1.5 * theirs_off.max()


def test_a_gate_of_16_bits_is_rounded_once(torch: Any) -> None:
    x = np.linspace(-4, 4, 202, dtype="float32").reshape(101, 2)
    a = pellucid.tensor(x).bfloat16().requires_grad_()
    y = pellucid.nn.functional.glu(a)
    y.sum().backward()
    b = torch.tensor(a.detach().float().numpy(), requires_grad=True)
    z = torch.nn.functional.glu(b)
    z.sum().backward()
    assert y.tolist() == z.bfloat16().float().tolist()
    assert a.grad.tolist() == b.grad.bfloat16().float().tolist()
