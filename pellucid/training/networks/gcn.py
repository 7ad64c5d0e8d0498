"""A network on a graph: each node takes the average of itself and its neighbors, layer by layer.

    H' = f(Â H W + b),    Â = D^{−1/2} (A + I) D^{−1/2}

It is asked for nodes by their positions, so that those held out take part as neighbors while only
the others are learned from.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid import nn
from pellucid.errors import StateError
from pellucid.tensor.creation import from_numpy
from pellucid.training.tabular import ACTIVATIONS

__all__ = ["GraphNetwork", "build_gcn", "normalized"]


class GraphNetwork(nn.Module):
    """Graph convolutions over one graph, which is given by `on` and is no part of the weights."""

    x: Any
    ends: Any
    weight: Any

    def __init__(
        self, n_in: int, n_out: int, hidden: Sequence[int], activation: str, dropout: float
    ) -> None:
        super().__init__()
        sizes = (n_in, *hidden, n_out)
        self.layers = nn.ModuleList(
            nn.GCNConv(a, b, add_self_loops=False, normalize=False) for a, b in pairwise(sizes)
        )
        self.activation, self.dropout = ACTIVATIONS[activation](), nn.Dropout(dropout)
        for name in ("x", "ends", "weight"):
            self.register_buffer(name, None, persistent=False)

    def on(self, features: NDArray[np.float32], edges: NDArray[np.int64]) -> None:
        """Stand on a graph.

        Shape:
            features: (nodes, n_in); edges: (2, edges)
        """
        ends, weight = normalized(edges, len(features))
        self.x, self.ends, self.weight = map(from_numpy, (features, ends, weight))

    def forward(self, nodes: Any) -> Any:
        """The scores of some nodes, by their positions."""
        if self.x is None:
            raise StateError(
                "this network stands on no graph yet.\n Give it one: network.on(x, edges)"
            )
        y = self.x
        for number, layer in enumerate(self.layers):
            if number:
                y = self.dropout(self.activation(y))
            y = layer(y, self.ends, self.weight)
        return y[nodes.long()]  # `fit` hands over real numbers


def normalized(
    edges: NDArray[np.int64], nodes: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return both directions of every edge, each node joined to itself, and the factors of Â.

    Shape:
        (2, edges) → (2, both), (both,)

    Example:
        >>> ends, weight = normalized(np.array([[0], [1]]), 2)
        >>> ends.tolist(), weight.tolist()
        ([[0, 0, 1, 1], [0, 1, 0, 1]], [0.5, 0.5, 0.5, 0.5])
    """
    loops = np.tile(np.arange(nodes), (2, 1))
    ends = np.unique(np.concatenate([edges, edges[::-1], loops], axis=1), axis=1)
    degree = np.bincount(ends[0], minlength=nodes)
    return ends, (1 / np.sqrt(degree[ends[0]] * degree[ends[1]])).astype(np.float32)


def build_gcn(
    n_in: int,
    n_out: int,
    hidden: Sequence[int] = (16,),
    activation: str = "relu",
    dropout: float = 0.0,
) -> GraphNetwork:
    """Graph convolutions with an activation after each but the last.

    Args:
        n_in: features of each node.
        n_out: numbers that go out for a node: one per class, or one.
        hidden: sizes of the layers between.
        activation: name of the function between layers.
        dropout: share of activations that training silences.

    Shape:
        positions of nodes `(n,) → (n, n_out)`

    Example:
        >>> import pellucid
        >>> network = build_gcn(3, 2)
        >>> network.on(np.eye(3, dtype=np.float32), np.array([[0, 1], [1, 2]]))
        >>> network(pellucid.tensor([0, 2])).shape
        Size([2, 2])

    Source: Kipf & Welling 2017.
    """
    return GraphNetwork(n_in, n_out, hidden, activation, dropout)
