"""A thousand networks 2-8-1 on XOR at once, each from a start of its own."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks import draw, jax_words, torch_words
from benchmarks.workload import Material, Workload

NETS, HIDDEN, STEPS = 1000, 8, 200
SHAPES: dict[str, tuple[int, ...]] = {
    "w1": (NETS, HIDDEN, 2),
    "b1": (NETS, 1, HIDDEN),
    "w2": (NETS, 1, HIDDEN),
    "b2": (NETS, 1, 1),
}


def material() -> Material:
    """The four rows of XOR, seen whole at every step."""
    random = draw.generator()
    weights = {
        name: random.uniform(-1, 1, shape).astype(np.float32) * (0.7 if "1" in name else 0.35)
        for name, shape in SHAPES.items()
    }
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
    y = np.array([[0], [1], [1], [0]], np.float32)
    return Material(weights, x[None], y[None])


def network(library: Any) -> Any:
    """In torch's words: the nets along the first axis of every weight."""
    nn = library.nn

    class Nets(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            for name, shape in SHAPES.items():
                setattr(self, name, nn.Parameter(library.zeros(shape)))

        def forward(self, x: Any) -> Any:
            hidden = library.tanh(x @ self.w1.transpose(1, 2) + self.b1)
            return hidden @ self.w2.transpose(1, 2) + self.b2

    return Nets()


def loss_of(library: Any) -> Any:
    """Squared error of each net, summed over the nets, so that each learns as if alone."""

    def loss(outputs: Any, y: Any) -> Any:
        return ((outputs - y) ** 2).sum() / len(y)

    return loss


WORKLOAD = Workload(
    "restarts", f"{NETS:,} restarts of 2-{HIDDEN}-1 on XOR", STEPS,
    NETS * 4 * 2.0 * (2 * 2 * HIDDEN + 3 * HIDDEN), draw.adam_bytes(SHAPES), 0.55,
    {
        **torch_words.contenders(network, loss_of, material, STEPS, fits=False),
        **jax_words.contenders("restarts", material, STEPS),
    },
)  # fmt: skip
