"""Layers on graphs against their equations with dense matrices, and against PyTorch Geometric."""

from __future__ import annotations

import copy
import inspect
import warnings
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid import nn
from pellucid.engines.evaluate import evaluate
from pellucid.engines.numpy import namespace
from pellucid.graph.mode import switched
from pellucid.graph.program import collect, unknown
from pellucid.tensor.tensor import wrap
from tests.nn.oracle import array, close, ours

NODES, IN, OUT = 5, 3, 4
EDGES = np.array([[0, 1, 1, 2, 3, 0, 2, 2], [1, 0, 2, 1, 2, 3, 2, 0]])  # 2 → 2 is a loop; 4 alone
WEIGHTS = np.array([0.5, 1.0, 2.0, 1.5, 0.7, 0.9, 3.0, 0.3])
X = array((NODES, IN), 1)


@pytest.fixture
def geometric() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("torch_geometric.nn", reason="PyTorch Geometric is missing")


def dense(weights: Any) -> Any:
    """Row i holds the weights of the edges that reach node i."""
    a = np.zeros((NODES, NODES))
    np.add.at(a, (EDGES[1], EDGES[0]), weights)
    return a


def filled(layer: Any) -> Any:
    """A layer in float64 with weights that are not special."""
    layer = layer.double()
    for i, p in enumerate(layer.parameters()):
        p.requires_grad_(False).copy_(ours(array(tuple(p.shape), 10 + i))).requires_grad_(True)
    return layer


# ---- equations -------------------------------------------------------------------------------


@pytest.mark.parametrize("improved", [False, True])
def test_gcn_is_its_equation(improved: bool) -> None:
    layer = filled(nn.GCNConv(IN, OUT, improved=improved))
    y = layer(ours(X), ours(EDGES), ours(WEIGHTS)).detach().numpy()
    a = dense(WEIGHTS)
    loops = np.where(np.diag(a) > 0, np.diag(a), 2.0 if improved else 1.0)
    a = a - np.diag(np.diag(a)) + np.diag(loops)
    d = 1 / np.sqrt(a.sum(1))
    expected = (d[:, None] * a * d) @ X @ layer.lin.weight.detach().numpy().T
    np.testing.assert_allclose(y, expected + layer.bias.detach().numpy(), rtol=1e-12)


def test_gcn_without_normalizing() -> None:
    layer = filled(nn.GCNConv(IN, OUT, normalize=False, bias=False))
    expected = dense(WEIGHTS) @ X @ layer.lin.weight.detach().numpy().T
    found = layer(ours(X), ours(EDGES), ours(WEIGHTS)).detach().numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_a_cached_graph_is_kept() -> None:
    layer = filled(nn.GCNConv(IN, OUT, cached=True))
    first = layer(ours(X), ours(EDGES))
    assert (layer(ours(X), ours(EDGES[:, :2])) == first).all()
    layer.reset_parameters()
    fresh = nn.GCNConv(IN, OUT).double()
    fresh.load_state_dict(layer.state_dict())
    close(layer(ours(X), ours(EDGES[:, :2])), fresh(ours(X), ours(EDGES[:, :2])))


@pytest.mark.parametrize("engine", ["numpy", "xla"])
def test_a_graph_is_cached_in_a_compiled_step_too(engine: str) -> None:
    layer, plain = filled(nn.GCNConv(IN, OUT, cached=True)), filled(nn.GCNConv(IN, OUT))
    x, edges = ours(X), ours(EDGES)
    cached = pellucid.compile(lambda x: layer(x, edges), engine=engine)
    each = pellucid.compile(lambda x: plain(x, edges), engine=engine)
    for _ in range(2):
        close(cached(x), each(x))
    added = [sum(s.op.name == "index_add" for s in c.program.steps) for c in (cached, each)]
    assert added == [1, 4]  # of the factors nothing is left but the messages' sum
    close(layer(x, ours(EDGES[:, :2])), each(x))  # what the trace kept holds outside of it
    layer.reset_parameters()
    layer.load_state_dict(plain.state_dict())
    cached(x)
    assert cached.traces == 2
    close(copy.deepcopy(layer)(x, edges), each(x))
    unknown = nn.GCNConv(IN, OUT, cached=True).double()
    unknown.load_state_dict(plain.state_dict())
    given = pellucid.compile(lambda x, edges: unknown(x, edges), engine=engine)
    close(given(x, edges), each(x))  # edges that change from call to call are not kept
    close(given(x, ours(EDGES[:, ::-1].copy())), each(x))


def test_a_graph_whose_weights_are_learned_is_not_cached() -> None:
    layer = filled(nn.GCNConv(IN, OUT, cached=True))
    weights = ours(np.full(EDGES.shape[1], 1.0)).requires_grad_()
    for _ in range(2):
        weights.grad = None
        layer(ours(X), ours(EDGES), weights).sum().backward()
        assert weights.grad is not None and bool((weights.grad != 0).any())


def test_sage_is_its_equation() -> None:
    layer = filled(nn.SAGEConv(IN, OUT))
    a = dense(1.0)
    mean = a / np.maximum(a.sum(1, keepdims=True), 1) @ X
    left, right = (m.weight.detach().numpy() for m in (layer.lin_l, layer.lin_r))
    expected = mean @ left.T + layer.lin_l.bias.detach().numpy() + X @ right.T
    np.testing.assert_allclose(layer(ours(X), ours(EDGES)).detach().numpy(), expected, rtol=1e-12)


def test_gin_is_its_equation() -> None:
    layer = filled(nn.GINConv(nn.Linear(IN, OUT), eps=0.3, train_eps=True))
    eps = float(layer.eps)
    total = (1 + eps) * X + dense(1.0) @ X
    expected = total @ layer.nn.weight.detach().numpy().T + layer.nn.bias.detach().numpy()
    np.testing.assert_allclose(layer(ours(X), ours(EDGES)).detach().numpy(), expected, rtol=1e-12)


def test_gat_is_its_equation() -> None:
    layer = filled(nn.GATConv(IN, OUT))
    h = X @ layer.lin.weight.detach().numpy().T
    source, target = (h @ w.detach().numpy().reshape(-1) for w in (layer.att_src, layer.att_dst))
    scores = target[:, None] + source
    scores = np.where(scores > 0, scores, 0.2 * scores)
    a = (dense(1.0) + np.eye(NODES)) > 0
    powers = np.where(a, np.exp(scores), 0)
    alpha = powers / powers.sum(1, keepdims=True)
    expected = alpha @ h + layer.bias.detach().numpy()
    np.testing.assert_allclose(layer(ours(X), ours(EDGES)).detach().numpy(), expected, rtol=1e-12)


@pytest.mark.parametrize("make", [
    lambda: nn.GCNConv(IN, OUT),
    lambda: nn.SAGEConv(IN, OUT, aggr=["mean", "max"], project=True),
    lambda: nn.GATConv(IN, OUT, heads=2, edge_dim=1),
    lambda: nn.GINConv(nn.Linear(IN, OUT), train_eps=True),
])  # fmt: skip
def test_gradients_are_finite_differences(make: Any) -> None:
    layer, edges = filled(make()), ours(EDGES)
    if isinstance(layer, nn.GCNConv | nn.GATConv):
        assert pellucid.testing.gradcheck(
            lambda x, w: layer(x, edges, w), (ours(X, True), ours(WEIGHTS, True))
        )
    else:
        assert pellucid.testing.gradcheck(lambda x: layer(x, edges), (ours(X, True),))


# ---- PyTorch Geometric -----------------------------------------------------------------------

LAYERS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("GCNConv", (IN, OUT), {}),
    ("GCNConv", (IN, OUT), {"bias": False, "aggr": "mean"}),
    ("GCNConv", (IN, OUT), {"add_self_loops": False}),
    ("GCNConv", (IN, OUT), {"flow": "target_to_source"}),
    ("SAGEConv", (IN, OUT), {}),
    ("SAGEConv", (IN, OUT), {"aggr": "max", "normalize": True}),
    ("SAGEConv", (IN, OUT), {"aggr": ["mean", "min"], "root_weight": False}),
    ("SAGEConv", (IN, OUT), {"project": True, "bias": False}),
    ("GATConv", (IN, OUT), {}),
    ("GATConv", (IN, OUT), {"heads": 3, "residual": True}),
    ("GATConv", (IN, OUT), {"heads": 2, "concat": False, "negative_slope": 0.1}),
    ("GATConv", (IN, OUT), {"heads": 2, "add_self_loops": False, "bias": False}),
]


def twins(torch: Any, geometric: Any, name: str, args: Any, settings: Any) -> tuple[Any, Any]:
    mine = getattr(nn, name)(*args, **settings).double()
    yours = getattr(geometric, name)(*args, **settings).double()
    state = {
        k: torch.tensor(array(tuple(v.shape), i))
        for i, (k, v) in enumerate(sorted(yours.state_dict().items()))
    }
    assert sorted(mine.state_dict()) == sorted(state)
    mine.load_state_dict(state)
    yours.load_state_dict(state)
    return mine, yours


def agree(torch: Any, mine: Any, yours: Any, *more: Any) -> None:
    x, z = ours(X, True), torch.tensor(X, requires_grad=True)
    got = mine(x, ours(EDGES), *(ours(m) for m in more))
    wanted = yours(z, torch.tensor(EDGES), *(torch.tensor(m) for m in more))
    close(got, wanted)
    (got**2).sum().backward(), (wanted**2).sum().backward()
    close(x.grad, z.grad)
    expected = dict(yours.named_parameters())
    for name, p in mine.named_parameters():
        close(p.grad, expected[name].grad)


@pytest.mark.parametrize(("name", "args", "settings"), LAYERS)
def test_layers(torch: Any, geometric: Any, name: str, args: Any, settings: Any) -> None:
    mine, yours = twins(torch, geometric, name, args, settings)
    agree(torch, mine, yours)
    assert mine.extra_repr() in repr(yours)


@pytest.mark.parametrize("improved", [False, True])
def test_gcn_with_weights(torch: Any, geometric: Any, improved: bool) -> None:
    pair = twins(torch, geometric, "GCNConv", (IN, OUT), {"improved": improved})
    agree(torch, *pair, WEIGHTS)


@pytest.mark.parametrize("fill", ["mean", "max", 0.5])
def test_gat_with_edge_features(torch: Any, geometric: Any, fill: Any) -> None:
    settings = {"heads": 2, "edge_dim": 2, "fill_value": fill}
    pair = twins(torch, geometric, "GATConv", (IN, OUT), settings)
    agree(torch, *pair, array((EDGES.shape[1], 2), 7))


@pytest.mark.parametrize(("name", "settings"), [("SAGEConv", {}), ("GATConv", {"heads": 2})])
def test_nodes_of_two_kinds(torch: Any, geometric: Any, name: str, settings: Any) -> None:
    mine, yours = twins(torch, geometric, name, ((IN, 2), OUT), settings)
    pair, edges = (X, array((4, 2), 2)), EDGES
    got = mine(tuple(map(ours, pair)), ours(edges))
    wanted = yours(tuple(map(torch.tensor, pair)), torch.tensor(edges))
    close(got, wanted)


def test_the_weights_that_gat_learns(torch: Any, geometric: Any) -> None:
    mine, yours = twins(torch, geometric, "GATConv", (IN, OUT), {"heads": 2})
    _, (edges, alpha) = mine(ours(X), ours(EDGES), return_attention_weights=True)
    _, (expected, weights) = yours(
        torch.tensor(X), torch.tensor(EDGES), return_attention_weights=True
    )
    close(edges, expected)
    close(alpha, weights)


@pytest.mark.parametrize("pool", ["global_add_pool", "global_mean_pool", "global_max_pool"])
def test_pools(torch: Any, geometric: Any, pool: str) -> None:
    mine, yours = getattr(nn, pool), getattr(geometric, pool)
    batch = np.array([0, 2, 0, 2, 2])
    for given, size in ((batch, None), (batch, 4), (None, None)):
        a = ours(X, True), None if given is None else ours(given), size
        b = (
            torch.tensor(X, requires_grad=True),
            None if given is None else torch.tensor(given),
            size,
        )
        got, wanted = mine(*a), yours(*b)
        close(got, wanted)
        (got**2).sum().backward(), (wanted**2).sum().backward()
        close(a[0].grad, b[0].grad)


@pytest.mark.parametrize("name", ["GCNConv", "SAGEConv", "GATConv", "GINConv"])
def test_signatures(torch: Any, geometric: Any, name: str) -> None:
    def said(call: Any) -> list[Any]:
        given = inspect.signature(call).parameters.values()
        return [(p.name, p.default) for p in given]

    for method in ("__init__", "forward"):
        assert said(getattr(getattr(nn, name), method)) == said(
            getattr(getattr(geometric, name), method)
        )


# ---- a layer of one's own --------------------------------------------------------------------


class Difference(nn.MessagePassing):
    """How much the neighbors stand out, scaled by the edge."""

    def forward(self, x: Any, edge_index: Any, scale: Any) -> Any:
        return self.propagate(edge_index, x=x, scale=scale)

    def message(self, x_j: Any, x_i: Any, scale: Any) -> Any:
        return (x_j - x_i) * scale.reshape(-1, 1)

    def update(self, inputs: Any, x: Any) -> Any:
        return inputs + x


@pytest.mark.parametrize("aggr", ["sum", "add", "mean", "max", "min"])
@pytest.mark.parametrize("flow", ["source_to_target", "target_to_source"])
def test_messages_of_ones_own(aggr: str, flow: str) -> None:
    found = Difference(aggr, flow=flow)(ours(X), ours(EDGES), ours(WEIGHTS)).numpy()
    start, end = EDGES if flow == "source_to_target" else EDGES[::-1]
    messages = (X[start] - X[end]) * WEIGHTS[:, None]
    reduce = {"add": np.sum, "sum": np.sum, "mean": np.mean, "max": np.max, "min": np.min}[aggr]
    for node in range(NODES):
        mine = messages[end == node]
        expected = X[node] + (reduce(mine, axis=0) if len(mine) else 0)
        np.testing.assert_allclose(found[node], expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("make", [
    lambda: nn.GCNConv(IN, OUT), lambda: nn.SAGEConv(IN, OUT, aggr="max"),
    lambda: nn.GATConv(IN, OUT), lambda: nn.GINConv(nn.Linear(IN, OUT)),
])  # fmt: skip
def test_shapes_are_enough_to_trace(make: Any) -> None:
    layer = make()
    with switched(symbolic=True, keeping=True):
        edges = wrap(unknown((2, 8), pellucid.int64))
        x = wrap(unknown((NODES, IN), pellucid.float32))
        assert layer(x, edges).shape == (NODES, OUT)


@pytest.mark.parametrize(("name", "settings"), [("GCNConv", {}), ("GATConv", {"edge_dim": 1})])
def test_traced_edges_give_the_same(name: str, settings: dict[str, Any]) -> None:
    """While tracing nothing can be left out by value; loops stay in their place, weighing 0."""
    layer = filled(getattr(nn, name)(IN, OUT, **settings))
    given = (X, EDGES, WEIGHTS)
    leaves = [unknown(a.shape, ours(a).dtype) for a in given]
    with switched(symbolic=True, keeping=True):
        y = layer(*map(wrap, leaves))._node
    (found,) = evaluate(collect(leaves, [y]), given, namespace)
    close(ours(found), layer(*map(ours, given)).detach())


def test_a_graph_without_edges() -> None:
    edges = pellucid.zeros(2, 0, dtype=pellucid.int64)
    for layer in (nn.GCNConv(IN, OUT), nn.SAGEConv(IN, OUT, "max"), nn.GATConv(IN, OUT)):
        assert layer(pellucid.zeros(NODES, IN), edges).isfinite().all()


# ---- mistakes --------------------------------------------------------------------------------


def said(call: Any) -> str:
    with pytest.raises(Exception) as caught:
        call()
    assert isinstance(caught.value, pellucid.errors.PellucidError)
    return str(caught.value)


def test_mistakes() -> None:
    layer, x = nn.SAGEConv(3, 4), pellucid.zeros(5, 3)
    assert "edge_index must have shape (2, edges) and has (8, 2)." in said(
        lambda: layer(x, ours(EDGES.T))
    )
    assert "Turn it around: edge_index.T." in said(lambda: layer(x, ours(EDGES.T)))
    assert "edge_index must be a Tensor of whole numbers and is float32." in said(
        lambda: layer(x, pellucid.zeros(2, 3))
    )
    assert "edge_index must be a Tensor of whole numbers and is list." in said(
        lambda: layer(x, [[0], [1]])
    )
    assert said(lambda: layer(x[:3], ours(EDGES))) == (
        "edge_index names node 3, and there are 3 nodes, numbered 0 to 2."
    )
    assert "SAGEConv takes x of shape (nodes, 3) and got (5, 2)." in said(
        lambda: layer(x[:, :2], ours(EDGES))
    )
    assert "x has rows for 5 nodes where edges start, and there are 4." in said(
        lambda: layer(x, ours(EDGES), size=(4, 5))
    )


def test_mistakes_in_settings() -> None:
    assert said(lambda: nn.MessagePassing("median")) == (
        "aggr is one of 'sum', 'add', 'mean', 'max', 'min', or None; it is 'median'."
    )
    assert said(lambda: nn.MessagePassing(flow="up")) == (
        "flow is 'source_to_target' or 'target_to_source', and it is 'up'."
    )
    assert said(lambda: nn.GCNConv(3, 4, add_self_loops=True, normalize=False)) == (
        "GCNConv: add_self_loops needs normalize, which is off."
    )
    layer = nn.MessagePassing(aggr=None)
    assert said(lambda: layer.propagate(ours(EDGES), x=pellucid.zeros(5, 3))) == (
        "MessagePassing has aggr=None and no aggregate() of its own.\n"
        " Say how messages become one: aggr='sum', or override aggregate()."
    )
    assert said(lambda: nn.MessagePassing().propagate(ours(EDGES))) == (
        "message() asks for 'x_j', and propagate() was not given it.\n"
        " Pass it on: self.propagate(edge_index, x=…)."
    )
    assert said(lambda: nn.global_add_pool(pellucid.zeros(5, 3), pellucid.tensor([0, 1]))) == (
        "global_add_pool: batch names one graph for each of 5 nodes, and has shape (2,)."
    )
