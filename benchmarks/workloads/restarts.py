"""A thousand networks 2-8-1 on XOR at once, each from a start of its own."""

from __future__ import annotations

import importlib
import statistics
import time
from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks import draw, jax_words, torch_words
from benchmarks.workload import LEARNING_RATE, Contender, Material, Workload

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


class Together:
    """`pellucid.population` with the given starts: each net is a network of its own there."""

    def __init__(self) -> None:
        self.package = importlib.import_module("pellucid")
        self.given = material()

    def __call__(self, steps: int) -> list[float]:
        found = self.train(steps, progress=False)
        return list(found.step_loss.sum(axis=0).tolist())

    def seconds_a_step(self, seconds: float) -> float:
        """The median between two looks at the progress, in one training of about so long."""
        looks = self._looks(10 * STEPS)
        found = self._looks(max(10 * STEPS, round(seconds / statistics.median(looks))))
        return statistics.median(found)

    def _looks(self, steps: int) -> list[float]:
        clock = Clock()
        self.train(steps, progress=clock)
        return clock.seconds_a_step()

    def train(self, steps: int, progress: Any, **more: Any) -> Any:
        """The population after so many steps, with further settings."""
        given = self.given
        return self.package.population(
            self._one, (given.x[0], given.y[0]), seeds=NETS, lr=LEARNING_RATE, weight_decay=0.0,
            epochs=steps, batch_size=len(given.x[0]), validation=0, patience=0, loss="mse",
            metrics=(), shuffle=False, restore_best=False, progress=progress, **more,
        )  # fmt: skip

    def _one(self, seed: int) -> Any:
        """A net alone, with the weights that it has among the others."""
        nn, weights = self.package.nn, self.given.weights
        with self.package.no_grad():
            model = nn.Sequential(nn.Linear(2, HIDDEN), nn.Tanh(), nn.Linear(HIDDEN, 1))
            for parameter, name in zip(model.parameters(), ("w1", "b1", "w2", "b2"), strict=True):
                start = weights[name][seed].reshape(tuple(parameter.shape))
                parameter[...] = self.package.from_numpy(start.copy())
        return model


class Clock:
    """A progress that notes when it was told what."""

    def __init__(self) -> None:
        self._told: list[tuple[float, int]] = []

    def start(self, total_epochs: int) -> None:
        """A training begins."""

    def update(self, epoch: int, *figures: Any, **named: Any) -> None:
        """So many epochs are done."""
        self._told.append((time.perf_counter(), epoch))

    def finish(self) -> None:
        """It is over."""

    def seconds_a_step(self) -> list[float]:
        """The pace of each stretch of the full length."""
        pairs = list(pairwise(self._told))
        longest = max(after[1] - before[1] for before, after in pairs)
        return [
            (after[0] - before[0]) / (after[1] - before[1])
            for before, after in pairs
            if after[1] - before[1] > longest / 2
        ]


WORKLOAD = Workload(
    "restarts", f"{NETS:,} restarts of 2-{HIDDEN}-1 on XOR", STEPS,
    NETS * 4 * 2.0 * (2 * 2 * HIDDEN + 3 * HIDDEN), draw.adam_bytes(SHAPES), 0.55,
    {
        "pellucid population": Contender(Together, ("population",)),
        **torch_words.contenders(network, loss_of, material, STEPS, fits=False),
        **jax_words.contenders("restarts", material, STEPS),
    },
)  # fmt: skip
