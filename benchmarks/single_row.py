"""One row through 784-512-512-10: what a model costs that answers one question at a time."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

SIZES = (784, 512, 512, 10)


def _ask(library: Any) -> Callable[[], float]:
    nn = library.nn
    random = np.random.default_rng(0)
    layers: list[Any] = []
    for inputs, outputs in itertools.pairwise(SIZES):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    model = nn.Sequential(*layers[:-1])
    with library.no_grad():
        for own in model.parameters():
            own[:] = library.from_numpy(
                (random.standard_normal(tuple(own.shape)) * 0.05).astype(np.float32)
            )
    model.eval()
    row = library.from_numpy(random.standard_normal((1, SIZES[0])).astype(np.float32))

    def ask() -> float:
        with library.no_grad():
            return float(model(row)[0, 0])

    return ask


def pellucid() -> Callable[[], float]:
    import pellucid

    return _ask(pellucid)


def torch() -> Callable[[], float]:
    import torch

    return _ask(torch)


CONTENDERS = {"pellucid": pellucid, "torch": torch}
