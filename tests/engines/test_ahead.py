"""Where there are several cores, convolutions are shared out; a choice of somebody else stays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from jax import lax

import pellucid as pl
from pellucid import nn
from pellucid.engines.xla import ahead


def text(count: int, monkeypatch: pytest.MonkeyPatch) -> str:
    def conv(x, w):
        return lax.conv_general_dilated(
            x, w, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
        )

    monkeypatch.setattr(ahead, "cores", lambda: count)
    x, w = np.ones((32, 32, 16, 32), np.float32), np.ones((3, 3, 32, 32), np.float32)
    return ahead.compiled_ahead(conv, (x, w)).as_text()


def test_convolutions_on_several_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XLA_FLAGS", raising=False)
    assert "ynn_fusion" not in text(2, monkeypatch)
    assert "ynn_fusion" in text(1, monkeypatch)
    monkeypatch.setenv("XLA_FLAGS", "--xla_cpu_experimental_ynn_fusion_type=dot")
    assert "ynn_fusion" in text(2, monkeypatch)


def test_a_version_without_the_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XLA_FLAGS", raising=False)
    monkeypatch.setattr(ahead, "_SHARED_OUT", {"xla_cpu_no_such_choice": "1"})
    assert "ynn_fusion" in text(2, monkeypatch)


def options(forward: Any, x: Any, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What XLA is told when a forward pass is compiled."""
    told: list[Any] = []
    chosen = ahead._chosen
    monkeypatch.setattr(ahead, "_chosen", lambda p: (told.append(chosen(p)), told[-1])[1])
    pl.compile(forward, engine="xla")(x)
    return told


def learning(layer: Any) -> Any:
    """A step whose backward pass has products of its own."""

    def step(x: Any) -> Any:
        x = x.clone().requires_grad_()
        layer(x).relu().sum().backward()
        return x.grad

    return step


def test_how_loops_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XLA_FLAGS", raising=False)
    older = {"xla_cpu_use_fusion_emitters": False}
    conv, linear = nn.Conv2d(3, 4, 3), nn.Linear(8, 4)
    attention = nn.MultiheadAttention(8, 2, batch_first=True)
    image, rows = pl.ones(2, 3, 8, 8), pl.ones(2, 5, 8)
    (told,) = options(lambda x: conv(x).relu(), image, monkeypatch)
    assert told.items() >= older.items()
    (told,) = options(lambda x: attention(x, x, x)[0], rows, monkeypatch)
    assert told.items() >= older.items()
    (told,) = options(learning(linear), rows, monkeypatch)
    assert not told.items() & older.items()
    monkeypatch.setenv("XLA_FLAGS", "--xla_cpu_use_fusion_emitters=true")
    (told,) = options(lambda x: conv(x).tanh(), image, monkeypatch)
    assert not told.items() & older.items()
