"""Weights that a compiled function only reads: copied once, and again when somebody wrote them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid import Tensor, nn


@pytest.fixture
def brought(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A number for each array that was brought to XLA's side."""
    readonly = pytest.importorskip("pellucid.engines.xla.readonly")
    real, seen = readonly.ReadOnly._bring, list[int]()

    def noting(self: Any, i: int) -> None:
        seen.append(i)
        real(self, i)

    monkeypatch.setattr(readonly.ReadOnly, "_bring", noting)
    return seen


def _trained(model: nn.Module, how: str) -> None:
    optimizer = pellucid.optim.Adam(model.parameters())

    def step(x: Tensor) -> None:
        optimizer.zero_grad()
        model(x).square().mean().backward()
        optimizer.step()

    run = pellucid.compile(step) if how == "compiled" else step
    for _ in range(2 if how != "new" else 0):
        run(pellucid.randn(4, 80))


@pytest.mark.parametrize("how", ["new", "eager", "compiled"])
def test_what_nobody_wrote_is_brought_once(how: str, brought: list[int]) -> None:
    model = nn.Sequential(nn.Linear(80, 60), nn.ReLU(), nn.Linear(60, 90)).eval()
    _trained(model, how)
    ask, x = pellucid.compile(model), pellucid.randn(1, 80)
    with pellucid.inference_mode():
        first = ask(x)
        del brought[:]
        assert pellucid.equal(ask(x), first) and not brought
        assert pellucid.allclose(first, model(x), atol=1e-5)


def test_what_was_written_through_numpy_is_seen() -> None:
    layer = nn.Linear(80, 60, bias=False)
    ask, x = pellucid.compile(lambda x: layer(x).sum()), pellucid.ones(1, 80)
    with pellucid.inference_mode():
        ask(x)
        memory = layer.weight.detach().numpy()
        for number in (1.0, 2.0):  # held all the while
            memory[:] = number
            assert ask(x).item() == number * 80 * 60
        del memory
        layer.weight.detach().numpy()[:] = 3.0  # held for a moment
        assert ask(x).item() == 3.0 * 80 * 60
        layer.weight.copy_(pellucid.full((60, 80), 4.0))
        assert ask(x).item() == 4.0 * 80 * 60


def test_somebody_elses_memory_is_read_every_time() -> None:
    flat = bytearray(np.ones(8).tobytes())
    for memory in (np.ones(8), np.ones((2, 8))[1], np.frombuffer(flat)):
        shared = pellucid.from_numpy(memory)
        ask, x = pellucid.compile(lambda x, w=shared: (x * w).sum()), pellucid.ones(8).double()
        assert ask(x).item() == 8.0
        memory[:] = 2.0
        assert ask(x).item() == 16.0


def test_weights_lie_as_the_product_wants_them() -> None:
    from pellucid.engines.xla.readonly import swapped_weights

    narrow, wide = nn.Linear(80, 60), nn.Linear(80, 60)
    tied = pellucid.randn(80, 80)

    def forward(x: Tensor) -> Tensor:
        out: Tensor = narrow(x) + wide(x) + (x @ tied) @ wide.weight.T
        return out

    ask = pellucid.compile(forward)
    with pellucid.inference_mode():
        ask(pellucid.randn(2, 80))
    assert ask._latest is not None
    step = ask._latest.traced.step
    chosen = [step.read[i] for i in swapped_weights(step.program, step.read)]
    assert chosen == [narrow.weight._node]
