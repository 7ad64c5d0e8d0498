"""Layers on graphs: four ways in which a node learns from its neighbors.

GCN    y_i = Σ_j  w_ij / √(d_i d_j) · W x_j + b
SAGE   y_i = W_l mean_j x_j + b + W_r x_i
GIN    y_i = f( (1 + ε) x_i + Σ_j x_j )
GAT    y_i = Σ_j  α_ij W x_j + b         (in graph_attention.py)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.errors import SettingError, ShapeError
from pellucid.graph.mode import current, switched
from pellucid.nn import functional as F
from pellucid.nn import init
from pellucid.nn.graph import MessagePassing, aggregated, check_edges, check_numbers
from pellucid.nn.linear import Linear
from pellucid.nn.module import Module
from pellucid.ops import compare as cmp
from pellucid.ops import elementwise as ew
from pellucid.shapes import show
from pellucid.spelling import a_kind
from pellucid.tensor import Parameter, Tensor
from pellucid.tensor.creation import arange, empty, full, ones, zeros
from pellucid.tensor.lift import FUNCTIONS
from pellucid.tensor.tensor import wrap

__all__ = [
    "GCNConv",
    "GINConv",
    "SAGEConv",
    "features",
    "glorot_linear",
    "with_loops",
    "without_loops",
]

_cat: Any = FUNCTIONS["cat"]
_where: Any = FUNCTIONS["where"]


class GCNConv(MessagePassing):
    r"""Each node takes the average of itself and its neighbors, weighed by how many each has.

    $y_i = \sum_j \frac{w_{ij}}{\sqrt{d_i d_j}}\, W x_j + b$, where $d_i = \sum_j w_{ij}$ and each
    node counts among its own neighbors.

    Args:
        in_channels: features of each node.
        out_channels: features of each node after it.
        improved: let a node count twice among its neighbors.
        cached: compute the factors of the edges once, in the first call that knows their numbers,
            and keep them; for a graph that stays.
        add_self_loops: let nodes count among their own neighbors; by default if `normalize`.
        normalize: divide by √(d_i d_j); otherwise the edge weights are used as they are.
        bias: whether to learn a bias.
        **kwargs: settings of `MessagePassing`.

    Shape:
        x `(nodes, in)`, edge_index `(2, edges)`, edge_weight `(edges)` → `(nodes, out)`

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> edges = pellucid.tensor([[0, 1, 1, 2], [1, 0, 2, 1]])
        >>> nn.GCNConv(4, 2)(pellucid.zeros(3, 4), edges).shape
        Size([3, 2])

    Source: Kipf & Welling 2017; names and weights as in PyTorch Geometric.
    """

    bias: Parameter | None

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        improved: bool = False,
        cached: bool = False,
        add_self_loops: bool | None = None,
        normalize: bool = True,
        bias: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{"aggr": "sum", **kwargs})
        if add_self_loops and not normalize:
            raise SettingError("GCNConv: add_self_loops needs normalize, which is off.")
        self.in_channels, self.out_channels = in_channels, out_channels
        self.improved, self.cached, self.normalize = improved, cached, normalize
        self.add_self_loops = normalize if add_self_loops is None else add_self_loops
        self._kept = _Kept()
        self.lin = Linear(in_channels, out_channels, bias=False)
        self.register_parameter("bias", Parameter(empty(out_channels)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weights afresh; the bias is 0, and nothing is cached."""
        init.xavier_uniform_(self.lin.weight)
        if self.bias is not None:
            init.zeros_(self.bias)
        self._kept = _Kept()

    def forward(self, x: Tensor, edge_index: Tensor, edge_weight: Tensor | None = None) -> Tensor:
        """The nodes after one round of averaging."""
        features("GCNConv", x, self.in_channels)
        if self.normalize:
            edge_index, edge_weight = self._edges(x, edge_index, edge_weight)
        y: Tensor = self.propagate(edge_index, x=self.lin(x), edge_weight=edge_weight)
        return y if self.bias is None else y + self.bias

    def message(  # type: ignore[override]  # it asks for what it needs
        self, x_j: Tensor, edge_weight: Any
    ) -> Tensor:
        """The neighbor's row, times the weight of the edge."""
        return x_j if edge_weight is None else x_j * edge_weight.reshape(-1, 1)

    def _edges(
        self, x: Tensor, edge_index: Tensor, weight: Tensor | None
    ) -> tuple[Tensor, Tensor | None]:
        given = [edge_index] if weight is None else [edge_index, weight]
        if not self.cached or any(t.requires_grad for t in given):
            return self._normalized(x, edge_index, weight)
        if not self._kept.edges and any(t._node.array is None for t in given):
            return self._normalized(x, edge_index, weight)
        if not self._kept.edges:  # for good, also while a step is traced
            with switched(symbolic=False, trace=None, recording=False, keeping=False, part=None):
                found = self._normalized(x, edge_index, weight)
                self._kept.edges = tuple(t.detach().clone() for t in found)
        trace = current().trace
        if trace is not None:
            for part in self._kept.edges:
                trace.prepared(part._node)
        edges: tuple[Tensor, Tensor] = self._kept.edges
        return edges

    def _normalized(
        self, x: Tensor, edge_index: Tensor, weight: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Edges with weights w_ij / √(d_i d_j)."""
        check_edges(edge_index)
        nodes = x.shape[-2]
        check_numbers(edge_index, nodes)
        w = ones(edge_index.shape[1], dtype=x.dtype) if weight is None else weight
        if self.add_self_loops:
            edge_index, w = _with_own_weight(edge_index, w, 2.0 if self.improved else 1.0, nodes)
        to = edge_index[1 if self.flow == "source_to_target" else 0]
        degree = aggregated("sum", w, to, nodes)._node
        there = cmp.gt(degree, 0.0)
        scale = wrap(cmp.where(there, ew.rsqrt(cmp.where(there, degree, 1.0)), 0.0))
        return edge_index, scale[edge_index[0]] * w * scale[edge_index[1]]

    def extra_repr(self) -> str:
        """The settings."""
        return f"{self.in_channels}, {self.out_channels}"


class _Kept:
    """Edges with their factors, once they are known: nothing that a forward pass depends on."""

    def __init__(self) -> None:
        self.edges: Any = ()


class SAGEConv(MessagePassing):
    r"""Each node adds up two views: one of the average of its neighbors, one of itself.

    $y_i = W_l\, \mathrm{mean}_j\, x_j + b + W_r x_i$

    Args:
        in_channels: features of each node; a pair for nodes where edges start and where they end.
        out_channels: features of each node after it.
        aggr: how the neighbors become one; see `MessagePassing`.
        normalize: scale each result to length 1.
        root_weight: whether the node itself takes part.
        project: pass neighbors through a linear layer and ReLU first.
        bias: whether to learn a bias.
        **kwargs: settings of `MessagePassing`.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> edges = pellucid.tensor([[0, 1, 1, 2], [1, 0, 2, 1]])
        >>> nn.SAGEConv(4, 2)(pellucid.zeros(3, 4), edges).shape
        Size([3, 2])

    Source: Hamilton, Ying & Leskovec 2017; names and weights as in PyTorch Geometric.
    """

    def __init__(
        self,
        in_channels: int | tuple[int, int],
        out_channels: int,
        aggr: str | Sequence[str] | None = "mean",
        normalize: bool = False,
        root_weight: bool = True,
        project: bool = False,
        bias: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(aggr, **kwargs)
        self.in_channels, self.out_channels = in_channels, out_channels
        self.normalize, self.root_weight, self.project = normalize, root_weight, project
        near, own = (in_channels, in_channels) if isinstance(in_channels, int) else in_channels
        if project:
            self.lin = Linear(near, near)
        several = 1 if aggr is None or isinstance(aggr, str) else len(aggr)
        self.lin_l = Linear(near * several, out_channels, bias=bias)
        if root_weight:
            self.lin_r = Linear(own, out_channels, bias=False)

    def reset_parameters(self) -> None:
        """Draw the weights afresh."""
        for layer in self.children():
            if isinstance(layer, Linear):
                layer.reset_parameters()

    def forward(self, x: Any, edge_index: Tensor, size: tuple[int, int] | None = None) -> Tensor:
        """The nodes after one round."""
        near, own = x if isinstance(x, tuple | list) else (x, x)
        first = self.in_channels if isinstance(self.in_channels, int) else self.in_channels[0]
        features("SAGEConv", near, first)
        near = F.relu(self.lin(near)) if self.project else near
        y: Tensor = self.lin_l(self.propagate(edge_index, x=(near, own), size=size))
        if self.root_weight and own is not None:
            y = y + self.lin_r(own)
        return F.normalize(y, p=2.0, dim=-1) if self.normalize else y

    def extra_repr(self) -> str:
        """The settings."""
        return f"{self.in_channels}, {self.out_channels}, aggr={self.aggr}"


class GINConv(MessagePassing):
    r"""A network of one's own, applied to the sum of a node and its neighbors.

    $y_i = f\bigl((1 + \varepsilon)\, x_i + \sum_j x_j\bigr)$

    Args:
        nn: the network f.
        eps: ε, or where it starts.
        train_eps: whether ε is learned.
        **kwargs: settings of `MessagePassing`.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> edges = pellucid.tensor([[0, 1, 1, 2], [1, 0, 2, 1]])
        >>> nn.GINConv(nn.Linear(4, 2))(pellucid.zeros(3, 4), edges).shape
        Size([3, 2])

    Source: Xu, Hu, Leskovec & Jegelka 2019; names as in PyTorch Geometric.
    """

    eps: Any

    def __init__(
        self, nn: Module, eps: float = 0.0, train_eps: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(**{"aggr": "sum", **kwargs})
        self.nn, self.initial_eps = nn, eps
        if train_eps:
            self.eps = Parameter(full((1,), float(eps)))
        else:
            self.register_buffer("eps", full((1,), float(eps)))

    def forward(self, x: Any, edge_index: Tensor, size: tuple[int, int] | None = None) -> Any:
        """The nodes after one round."""
        near, own = x if isinstance(x, tuple | list) else (x, x)
        y = self.propagate(edge_index, x=(near, own), size=size)
        return self.nn(y if own is None else y + (1 + self.eps) * own)


def glorot_linear(rows: int, columns: int) -> Linear:
    """A linear layer without bias, started evenly over ±√(6 / (in + out))."""
    layer = Linear(rows, columns, bias=False)
    init.xavier_uniform_(layer.weight)
    return layer


def features(name: str, x: Any, width: int) -> None:
    """The rows of nodes fit the layer."""
    if not isinstance(x, Tensor) or x.ndim < 2 or x.shape[-1] != width:
        what = show(tuple(x.shape)) if isinstance(x, Tensor) else a_kind(x)
        raise ShapeError(f"{name} takes x of shape (nodes, {width}) and got {what}.")


def with_loops(edge_index: Tensor, nodes: int) -> Tensor:
    """The edges, and behind them one from each node to itself."""
    own: Any = arange(nodes, dtype=edge_index.dtype)
    edges: Tensor = _cat([edge_index, _cat([own.reshape(1, -1)] * 2)], 1)
    return edges


def without_loops(edge_index: Tensor, given: Tensor | None) -> tuple[Tensor, Any, Any]:
    """Edges without those from a node to itself, what belongs to them, and which still are such.

    While only shapes are known, all edges stay: their number must not depend on values.
    """
    loop: Any = edge_index[0] == edge_index[1]
    if loop._node.array is None or current().symbolic:
        return edge_index, given, loop
    keep = (~loop).nonzero().reshape(-1)
    return edge_index[:, keep], None if given is None else given[keep], loop[keep]


def _with_own_weight(
    edge_index: Tensor, weight: Tensor, fill: float, nodes: int
) -> tuple[Tensor, Tensor]:
    """Every node with an edge to itself; one that has such an edge already keeps its weight."""
    loop: Any = edge_index[0] == edge_index[1]
    zero = zeros((), dtype=weight.dtype)
    held = aggregated("sum", _where(loop, weight, zero), edge_index[0], nodes)
    has = aggregated("sum", loop.to(weight.dtype), edge_index[0], nodes) > 0
    own = _where(has, held, zero + fill)
    edge_index, weight, loop = without_loops(edge_index, weight)
    return with_loops(edge_index, nodes), _cat([_where(loop, zero, weight), own])
