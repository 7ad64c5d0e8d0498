"""The training loop of a first tutorial: 4-16-16-3, ReLU, cross-entropy, Adam, 200 rows, eager.

Contenders are the same dozen lines in each library, from the same weights, on the same rows.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

SIZES = (4, 16, 16, 3)
ROWS = 200


def material() -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
    """Weights and biases in turn, inputs (200, 4), class numbers (200,)."""
    random = np.random.default_rng(0)
    parameters = []
    for inputs, outputs in itertools.pairwise(SIZES):
        bound = inputs**-0.5
        parameters.append(random.uniform(-bound, bound, (outputs, inputs)).astype(np.float32))
        parameters.append(random.uniform(-bound, bound, outputs).astype(np.float32))
    x = random.standard_normal((ROWS, SIZES[0])).astype(np.float32)
    return parameters, x, random.integers(0, SIZES[-1], ROWS)


def pellucid() -> Callable[[], float]:
    import pellucid

    return _loop(pellucid, pellucid.optim.Adam, {})


def torch() -> Callable[[], float]:
    import torch

    return _loop(torch, torch.optim.Adam, {})


def torch_fused() -> Callable[[], float]:
    import torch

    return _loop(torch, torch.optim.Adam, {"fused": True})


def _loop(library: Any, adam: Any, options: dict[str, Any]) -> Callable[[], float]:
    """The loop itself: one text for every library that speaks PyTorch's names."""
    nn = library.nn
    layers = [nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 3)]
    model = nn.Sequential(*layers)
    parameters, x, y = material()
    with library.no_grad():
        for own, given in zip(model.parameters(), parameters, strict=True):
            own[:] = library.from_numpy(given)
    inputs, targets = library.from_numpy(x), library.from_numpy(y)
    loss_fn = nn.CrossEntropyLoss()
    optimizer = adam(model.parameters(), lr=1e-3, **options)

    def step() -> float:
        optimizer.zero_grad()
        loss = loss_fn(model(inputs), targets)
        loss.backward()
        optimizer.step()
        return float(loss)

    return step


CONTENDERS = {"pellucid": pellucid, "torch": torch, "torch fused": torch_fused}
