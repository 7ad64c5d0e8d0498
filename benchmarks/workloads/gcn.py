"""Two graph convolutions on a graph of Cora's size: 2,708 nodes, 1,433 features, 7 classes."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

import numpy as np

from benchmarks import draw, jax_words, torch_words
from benchmarks.mlp import cross_entropy
from benchmarks.workload import Array, Contender, Material, Run, Workload

NODES, FEATURES, HIDDEN, CLASSES, EDGES, KNOWN, STEPS = 2708, 1433, 16, 7, 10_556, 140, 12
WORDS = 18
SHAPES: dict[str, tuple[int, ...]] = {
    "first.bias": (HIDDEN,),
    "first.lin.weight": (HIDDEN, FEATURES),
    "second.bias": (CLASSES,),
    "second.lin.weight": (CLASSES, HIDDEN),
}


def material() -> Material:
    """Rows of 18 words out of 1,433, each row summing to one; classes of the first 140 nodes."""
    random = draw.generator()
    weights = draw.weights(random, SHAPES)
    x = np.zeros((1, NODES, FEATURES), np.float32)
    for row in x[0]:
        row[random.choice(FEATURES, WORDS, replace=False)] = 1 / WORDS
    return Material(weights, x, draw.classes(random, CLASSES, 1, KNOWN))


@cache
def edges() -> Array:
    """(2, 10,556): each edge in both directions, none twice, none from a node to itself."""
    random = np.random.default_rng(1)
    found: set[tuple[int, int]] = set()
    while len(found) < EDGES // 2:
        a, b = sorted(random.integers(0, NODES, 2).tolist())
        if a != b:
            found.add((a, b))
    one_way = np.array(sorted(found)).T
    return np.concatenate([one_way, one_way[::-1]], axis=1)


def adjacency() -> tuple[Array, Array, Array]:
    """Rows, columns and values of D^-1/2 (A + I) D^-1/2, sorted by rows."""
    loops = np.tile(np.arange(NODES), (2, 1))
    rows, columns = np.concatenate([edges(), loops], axis=1)
    order = np.lexsort((columns, rows))
    rows, columns = rows[order], columns[order]
    scale = np.bincount(rows, minlength=NODES) ** -0.5
    return rows, columns, (scale[rows] * scale[columns]).astype(np.float32)


def network(library: Any) -> Any:
    """With pellucid's `nn.GCNConv`, its factors computed once, as those of the peers are."""
    nn, relu = library.nn, library.relu
    graph = library.from_numpy(edges())

    class Net(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.first = nn.GCNConv(FEATURES, HIDDEN, cached=True)
            self.second = nn.GCNConv(HIDDEN, CLASSES, cached=True)

        def forward(self, x: Any) -> Any:
            return self.second(relu(self.first(x, graph)), graph)[:KNOWN]

    return Net()


def over_known_nodes(library: Any) -> Any:
    """The same as `fit` takes it: its rows are the numbers of the nodes whose class is known."""
    features = library.tensor(material().x[0])

    class Known(type(network(library))):  # type: ignore[misc]
        def forward(self, nodes: Any) -> Any:
            return super().forward(features)[nodes.long()]

    return Known()


def known_nodes() -> Material:
    """Its rows."""
    given = material()
    return Material(given.weights, np.arange(KNOWN)[None], given.y)


def torch_network(torch: Any) -> Any:
    """PyTorch has no graph layers: a sparse matrix in rows and a Linear layer do the same."""
    nn = torch.nn
    rows, columns, values = (torch.from_numpy(a) for a in adjacency())
    graph = torch.sparse_coo_tensor(torch.stack([rows, columns]), values, (NODES, NODES))
    graph = graph.to_sparse_csr()

    class Conv(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self, inputs: int, outputs: int) -> None:
            super().__init__()
            self.bias = nn.Parameter(torch.zeros(outputs))
            self.lin = nn.Linear(inputs, outputs, bias=False)

        def forward(self, x: Any) -> Any:
            return graph @ self.lin(x) + self.bias

    class Net(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = Conv(FEATURES, HIDDEN), Conv(HIDDEN, CLASSES)

        def forward(self, x: Any) -> Any:
            return self.second(torch.relu(self.first(x)))[:KNOWN]

    return Net()


def _torch() -> Run:
    import torch

    fused = {"fused": True}
    return torch_words.training(torch, torch_network, cross_entropy, material(), STEPS, adam=fused)


def _jax_net() -> Any:
    from benchmarks.jax_peers import gcn

    return gcn.Net(*adjacency())


def flops() -> float:
    """Dense features, no gradient for them; two operations for each edge and column."""
    first, second = 2.0 * NODES * FEATURES * HIDDEN, 2.0 * NODES * HIDDEN * CLASSES
    along_edges = 2 * 2.0 * (EDGES + NODES) * (HIDDEN + CLASSES)
    return 2 * first + 3 * second + along_edges


def _own() -> dict[str, Contender]:
    found = torch_words.contenders(
        network, cross_entropy, material, STEPS, needs=("nn.GCNConv",), fits=False
    )
    return {name: c for name, c in found.items() if name.startswith("pellucid")}


WORKLOAD = Workload(
    "gcn", f"GCN, {NODES:,} nodes x {FEATURES:,} features", STEPS, flops(),
    draw.adam_bytes(SHAPES) + 2 * 4.0 * NODES * FEATURES, 1.0,
    {
        **_own(),
        "torch fused": Contender(partial(_torch)),
        **jax_words.contenders(_jax_net, material, STEPS),
    },
)  # fmt: skip
