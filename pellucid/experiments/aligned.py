r"""Networks of several widths and activations in one shape, so that one program trains them all.

$$ h = m \odot \sum_k s_k\, g_k(W x + b), \qquad m_i, s_k \in \{0, 1\} $$

Neurons beyond a network's width are multiplied by 0, and of the activations one is chosen by a 1.
What is 0 gets no blame and never moves: the numbers are those of the plain network.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

import pellucid.nn as nn
from pellucid.experiments.drawn import seeded
from pellucid.experiments.settings import activation, perceptron
from pellucid.experiments.starts import begin
from pellucid.lenses.picture import Floats
from pellucid.tensor.creation import from_numpy
from pellucid.tensor.tensor import Tensor

__all__ = ["Aligned"]


class Aligned(nn.Module):
    """A perceptron inside of one with more room.

    Args:
        sizes: how many numbers go in, the width of each hidden layer, how many come out.
        act: the activation after each hidden layer.
        seed: of the first weights; they are those of the plain perceptron.
        room: the width that each hidden layer has room for; its own when None.
        acts: all activations that take part; only `act` when empty.
        dropout: the share of hidden neurons that are muted at a time; no such layer when None.
        start: how the first weights are drawn, as `starts.STARTS` names it.

    Example:
        >>> net = Aligned([2, 3, 1], "tanh", seed=0, room=[8], acts=["relu", "tanh"])
        >>> net(from_numpy(np.zeros((5, 2), np.float32))).shape == (5, 1)
        True
    """

    def __init__(
        self, sizes: Sequence[int], act: str, seed: int, room: Sequence[int] | None = None,
        acts: Sequence[str] = (), dropout: float | None = None, start: str = "pytorch",
    ) -> None:  # fmt: skip
        super().__init__()
        inputs, *hidden, outputs = sizes
        room, acts = list(room or hidden), list(acts or [act])
        wide = pairwise([inputs, *room, outputs])
        drawn = _drawn(tuple(sizes), seed, start)
        self.weights = nn.ParameterList()
        self.biases = nn.ParameterList()
        for (fan, width), (weight, bias) in zip(wide, drawn, strict=True):
            self.weights.append(_within(weight, (width, fan)))
            self.biases.append(_within(bias, (width,)))
        self.acts = nn.ModuleList([activation(name) for name in acts])
        self.mute = None if dropout is None else nn.Dropout(dropout)
        if len(acts) > 1:
            self.register_buffer("chosen", _ones(np.array(acts) == act))
        self._masks = [f"kept{i}" for i in range(len(room))]
        for name, width, most in zip(self._masks, hidden, room, strict=True):
            self.register_buffer(name, _ones(np.arange(most) < width))

    def forward(self, x: Tensor) -> Tensor:
        """What the plain perceptron gives."""
        for i, mask in enumerate(self._masks):
            z = nn.functional.linear(x, self.weights[i], self.biases[i])
            x = self._bent(z) * getattr(self, mask)
            x = x if self.mute is None else self.mute(x)
        out: Tensor = nn.functional.linear(x, self.weights[-1], self.biases[-1])
        return out

    def _bent(self, z: Tensor) -> Tensor:
        if len(self.acts) == 1:
            bent: Tensor = self.acts[0](z)
            return bent
        total: Tensor = self.chosen[0] * self.acts[0](z)
        for k in range(1, len(self.acts)):
            total = total + self.chosen[k] * self.acts[k](z)
        return total


@lru_cache(maxsize=4096)
def _drawn(sizes: tuple[int, ...], seed: int, start: str) -> tuple[tuple[Floats, Floats], ...]:
    """The first weights and biases of the plain perceptron, layer by layer."""
    inputs, *hidden, outputs = sizes
    with seeded(seed):
        plain = perceptron(inputs, hidden, "identity", outputs)
        layers = [layer for layer in plain if isinstance(layer, nn.Linear)]
        begin(layers, start)
    cells = [[cell.detach().numpy() for cell in one.parameters()] for one in layers]
    return tuple((weight, bias) for weight, bias in cells)


def _within(values: Floats, shape: tuple[int, ...]) -> nn.Parameter:
    """The values in the corner of an array of zeros."""
    found = np.zeros(shape, np.float32)
    found[tuple(slice(n) for n in values.shape)] = values
    return nn.Parameter(from_numpy(found))


def _ones(where: npt.NDArray[np.bool_]) -> Tensor:
    return from_numpy(where.astype(np.float32))
