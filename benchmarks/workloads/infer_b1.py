"""One row through 784-512-512-10: a model that answers one question at a time."""

from __future__ import annotations

import importlib
import itertools
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from benchmarks import draw, mlp, sklearn_mlp, torch_words
from benchmarks.workload import Contender, Material, Run, Workload

SIZES, ROWS = (784, 512, 512, 10), 16


def material() -> Material:
    """Sixteen questions."""
    return mlp.material(SIZES, 1, ROWS, "classes")


def _asking(ask: Callable[[Any], Any], rows: list[Any]) -> Run:
    """One question after the other; the answers stand where losses do."""

    def run(steps: int) -> list[float]:
        return [float(ask(row)[0, 0]) for row, _ in zip(itertools.cycle(rows), range(steps))]

    return run


def _module(library: str, wrap: str | None = None) -> Run:
    found = importlib.import_module(library)
    given = material()
    model = torch_words.ready(found, partial(mlp.layers, SIZES), given.weights)
    model.eval()

    def ask(row: Any) -> Any:
        with found.inference_mode():
            return model(row)

    rows = [found.from_numpy(x) for x in given.x]
    return _asking(getattr(found, wrap)(ask) if wrap else ask, rows)


def _torch_functional() -> Run:
    import torch

    given = material()
    weights = [torch.from_numpy(w) for w in given.weights.values()]
    linear, relu = torch.nn.functional.linear, torch.relu

    def ask(row: Any) -> Any:
        with torch.inference_mode():
            hidden = relu(linear(row, weights[0], weights[1]))
            hidden = relu(linear(hidden, weights[2], weights[3]))
            return linear(hidden, weights[4], weights[5])

    return _asking(ask, [torch.from_numpy(x) for x in given.x])


def _jax() -> Run:
    import jax

    from benchmarks.jax_peers.mlp import forward, transposed

    given = material()
    weights = jax.tree.map(jax.numpy.array, transposed(given.weights))
    ask = jax.jit(forward)
    return _asking(lambda row: np.asarray(ask(weights, row)), list(given.x))


def _sklearn() -> Run:
    return _asking(*sklearn_mlp.answering(SIZES, material()))


WORKLOAD = Workload(
    "infer_b1", "One row through MLP 784-512-512-10", ROWS,
    sum(2.0 * a * b for a, b in itertools.pairwise(SIZES)),
    draw.adam_bytes(mlp.shapes(SIZES)) / 6, 0.7,
    {
        "pellucid eager": Contender(partial(_module, "pellucid")),
        "pellucid compile": Contender(partial(_module, "pellucid", "compile"), ("compile",)),
        "torch functional": Contender(_torch_functional),
        "torch module": Contender(partial(_module, "torch"), quick=False),
        "jax jit": Contender(_jax, quick=False),
        "sklearn": Contender(_sklearn, quick=False),
    },
)  # fmt: skip
