"""scikit-learn's networks: `partial_fit` on a batch is one step of its Adam."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.workload import LEARNING_RATE, Array, Material, Run


def network(kind: str, hidden: tuple[int, ...], batch: int) -> Any:
    """A network of the same layers, without the penalty on weights that is its default."""
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    made = MLPClassifier if kind == "classes" else MLPRegressor
    return made(
        hidden_layer_sizes=hidden,
        alpha=0.0,
        batch_size=batch,
        shuffle=False,
        learning_rate_init=LEARNING_RATE,
    )


def partial_fits(kind: str, sizes: tuple[int, ...], material: Callable[[], Material]) -> Run:
    """Steps one by one."""
    given = material()
    model = network(kind, sizes[1:-1], given.x.shape[1])
    batches = [(x, y[:, 0] if kind == "values" else y) for x, y in given.batches()]
    _start(model, kind, sizes[-1], given, batches[0])
    # Its regression minimizes half of the squared error, summed over the outputs.
    factor = {"classes": 1.0, "values": 2.0, "itself": 2.0}[kind]

    def run(steps: int) -> list[float]:
        losses = []
        for number in range(steps):
            model.partial_fit(*batches[number % len(batches)])
            losses.append(factor * model.loss_)
        return losses

    return run


def _start(model: Any, kind: str, outputs: int, given: Material, batch: Any) -> None:
    """The given weights, and an optimizer that has seen nothing."""
    every = {"classes": np.arange(outputs)} if kind == "classes" else {}
    model.partial_fit(*batch, **every)
    values: list[Array] = list(given.weights.values())
    model.coefs_ = [np.ascontiguousarray(w.T) for w in values[::2]]
    model.intercepts_ = [b.copy() for b in values[1::2]]
    del model._optimizer  # made anew on the next call, over these weights
    model.t_ = 0


def answering(sizes: tuple[int, ...], given: Material) -> tuple[Callable[[Any], Any], list[Any]]:
    """What answers one row, and the rows; by a regressor, whose outputs are the last layer's."""
    model = network("itself", sizes[1:-1], 1)
    _start(model, "itself", sizes[-1], given, (given.x[0], np.zeros((1, sizes[-1]), np.float32)))
    return model.predict, list(given.x)
