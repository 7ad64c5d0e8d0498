"""A copy of a network that may be moved about on its loss, while the network stays where it is."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from pellucid.errors import DataError, SettingError
from pellucid.graph.emit import stamp
from pellucid.lenses.picture import Floats
from pellucid.lenses.sampling import some
from pellucid.lenses.subject import Subject
from pellucid.tensor.random import default_generator
from pellucid.tensor.tensor import Tensor

__all__ = ["Twin", "same_draws"]


class Twin:
    """A copy of a network with some of the rows.

    Args:
        subject: the network and its rows.
        rows: at most so many, evenly spread.

    Attributes:
        subject: the copy, in evaluation mode, with those rows.
        names: what the weights that may move are called.
        weights: they themselves.
        originals: the weights of the network itself, in the same order.

    Raises:
        DataError: there are no targets.
        SettingError: there is nothing to train.
    """

    def __init__(self, subject: Subject, rows: int) -> None:
        if subject.objective is None:
            raise DataError("optimize needs to know what should come out: give the data as (X, y).")
        part = subject.only(some(len(subject), rows))
        self.subject = replace(part, model=copy.deepcopy(subject.model))
        model = self.subject.model
        model.eval()
        named = [(n, p) for n, p in model.named_parameters() if p.requires_grad]
        if not named:
            raise SettingError("this network has no weights to train: none, or all are frozen.")
        self.names = [name for name, _ in named]
        self.weights: list[Tensor] = [p for _, p in named]
        self.originals: list[Tensor] = [p for p in subject.model.parameters() if p.requires_grad]

    def flat(self) -> Floats:
        """All weights as one list of numbers."""
        return flattened(p._node.array for p in self.weights)

    def put(self, flat: Floats) -> None:
        """Move to other weights."""
        at = 0
        for p in self.weights:
            node = p._node
            node.array[...] = flat[at : at + node.size].reshape(node.shape)
            stamp(node)
            at += node.size

    def take(self, flat: Floats) -> dict[str, Floats]:
        """A list of numbers like `flat`, by the name of the weight."""
        found, at = {}, 0
        for name, p in zip(self.names, self.weights, strict=True):
            found[name] = flat[at : at + p._node.size].reshape(p._node.shape)
            at += p._node.size
        return found

    def loss(self) -> float:
        """The loss over the rows."""
        return self.subject.loss_value()

    def blame(self) -> tuple[float, Floats]:
        """The loss and its gradient, which the weights hold too."""
        for p in self.weights:
            p._node.grad = None
        with same_draws():
            loss = self.subject.loss()
            loss.backward()
        held = [(p._node.grad, p._node.shape) for p in self.weights]
        grads = [np.zeros(shape) if g is None else g._node.array for g, shape in held]
        return float(loss.item()), flattened(grads)

    def layers(self) -> dict[str, list[str]]:
        """The weights of each layer, by the layer's name."""
        found: dict[str, list[str]] = {}
        for name in self.names:
            found.setdefault(name.rpartition(".")[0] or name, []).append(name)
        return found


@contextmanager
def same_draws() -> Iterator[None]:
    """Whatever is drawn at random inside, the stream goes on as if it had not been."""
    stream = default_generator.get_state()
    try:
        yield
    finally:
        default_generator.set_state(stream)


def flattened(arrays: Any) -> Floats:
    return np.concatenate([np.asarray(a, np.float64).reshape(-1) for a in arrays])
