"""The loop that both libraries' watching is tested with, as people write it."""

from __future__ import annotations

from typing import Any

__all__ = ["trained"]


def trained(
    lib: Any, model: Any, optimizer: Any, x: Any, y: Any, steps: int = 12, after: Any = None
) -> list[float]:
    """The loss of every step; `after(step)` is called when one is done."""
    losses = []
    for step in range(steps):
        optimizer.zero_grad()
        loss = lib.nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if after is not None:
            after(step)
    return losses
