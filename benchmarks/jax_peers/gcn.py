"""The graph convolutions in JAX: rows gathered along the edges and summed by their targets."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from benchmarks.jax_peers.mlp import cross_entropy
from benchmarks.jax_peers.mlp import transposed as start


class Net:
    """Two layers over one graph, whose entries are sorted by rows."""

    start = staticmethod(start)

    def __init__(self, rows: Any, columns: Any, values: Any) -> None:
        self.rows = jnp.array(rows, jnp.int32)
        self.columns = jnp.array(columns, jnp.int32)
        self.values = jnp.array(values)

    def loss(self, weights: Any, x: Any, y: Any) -> Any:
        """Cross-entropy of the nodes whose class is known."""
        hidden = jax.nn.relu(self._conv(weights, "first", x))
        return cross_entropy(self._conv(weights, "second", hidden)[: len(y)], y)

    def _conv(self, weights: Any, name: str, x: Any) -> Any:
        sent = (x @ weights[f"{name}.lin.weight"])[self.columns] * self.values[:, None]
        sums = jax.ops.segment_sum(sent, self.rows, num_segments=len(x), indices_are_sorted=True)
        return sums + weights[f"{name}.bias"]
