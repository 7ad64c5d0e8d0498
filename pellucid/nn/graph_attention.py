"""Attention on graphs: a node decides how much it listens to each of its neighbors.

α_ij = softmax over the neighbors j of i:  leaky_relu( a_src·W x_j + a_dst·W x_i + a_edge·W_e e_ij )
"""

from __future__ import annotations

import math
from typing import Any

from pellucid.nn import functional as F
from pellucid.nn import init
from pellucid.nn.graph import MessagePassing, aggregated, check_edges, check_numbers
from pellucid.nn.graph_conv import features, glorot_linear, with_loops, without_loops
from pellucid.nn.linear import Linear
from pellucid.ops.segment import segment_softmax
from pellucid.tensor import Parameter, Tensor
from pellucid.tensor.creation import empty, full, zeros
from pellucid.tensor.lift import FUNCTIONS
from pellucid.tensor.tensor import wrap

__all__ = ["GATConv"]

_cat: Any = FUNCTIONS["cat"]
_where: Any = FUNCTIONS["where"]


class GATConv(MessagePassing):
    r"""Each node takes a weighted sum of its neighbors, and learns the weights.

    $y_i = \sum_j \alpha_{ij} W x_j + b$, with
    $\alpha_{ij} = \operatorname{softmax}_j\, \mathrm{LeakyReLU}(a_s^\top W x_j + a_d^\top W x_i)$

    Args:
        in_channels: features of each node; a pair for nodes where edges start and where they end.
        out_channels: features of each head.
        heads: how many heads look in ways of their own.
        concat: put the heads side by side; otherwise average them.
        negative_slope: of the leaky ReLU.
        dropout: share of the weights left out in training.
        add_self_loops: let each node listen to itself too.
        edge_dim: features of each edge, if any.
        fill_value: features of a node's edge to itself: a number, a Tensor, or the name of an
            aggregate ("mean") over the edges that reach it.
        bias: whether to learn a bias.
        residual: add a linear map of the node itself.
        **kwargs: settings of `MessagePassing`.

    Shape:
        x `(nodes, in)`, edge_index `(2, edges)`, edge_attr `(edges, edge_dim)` →
        `(nodes, heads · out)`, or `(nodes, out)` without `concat`

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> edges = pellucid.tensor([[0, 1, 1, 2], [1, 0, 2, 1]])
        >>> nn.GATConv(4, 2, heads=3)(pellucid.zeros(3, 4), edges).shape
        Size([3, 6])

    Source: Veličković et al. 2018; names and weights as in PyTorch Geometric.
    """

    lin: Linear | None
    lin_src: Linear | None
    lin_dst: Linear | None
    lin_edge: Linear | None
    res: Linear | None
    att_edge: Parameter | None
    bias: Parameter | None

    def __init__(
        self,
        in_channels: int | tuple[int, int],
        out_channels: int,
        heads: int = 1,
        concat: bool = True,
        negative_slope: float = 0.2,
        dropout: float = 0.0,
        add_self_loops: bool = True,
        edge_dim: int | None = None,
        fill_value: float | Tensor | str = "mean",
        bias: bool = True,
        residual: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{"aggr": "sum", "node_dim": 0, **kwargs})
        self.in_channels, self.out_channels, self.heads = in_channels, out_channels, heads
        self.concat, self.negative_slope, self.dropout = concat, negative_slope, dropout
        self.add_self_loops, self.edge_dim, self.fill_value = add_self_loops, edge_dim, fill_value
        self.residual = residual
        wide, out = heads * out_channels, out_channels * (heads if concat else 1)
        one = isinstance(in_channels, int)
        src, dst = (in_channels, in_channels) if isinstance(in_channels, int) else in_channels
        self.lin = glorot_linear(src, wide) if one else None
        self.lin_src = None if one else glorot_linear(src, wide)
        self.lin_dst = None if one else glorot_linear(dst, wide)
        self.lin_edge = None if edge_dim is None else glorot_linear(edge_dim, wide)
        self.res = glorot_linear(dst, out) if residual else None
        shape = (1, heads, out_channels)
        for name, wanted in (
            ("att_src", shape), ("att_dst", shape),
            ("att_edge", None if edge_dim is None else shape), ("bias", (out,) if bias else None),
        ):  # fmt: skip
            self.register_parameter(name, None if wanted is None else Parameter(empty(wanted)))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weights afresh; the bias is 0."""
        for layer in self.children():
            if isinstance(layer, Linear):
                init.xavier_uniform_(layer.weight)
        bound = math.sqrt(6.0 / (self.heads + self.out_channels))
        for name in ("att_src", "att_dst", "att_edge"):
            weight = self._parameters[name]
            if weight is not None:
                init.uniform_(weight, -bound, bound)
        if self.bias is not None:
            init.zeros_(self.bias)

    def forward(
        self,
        x: Any,
        edge_index: Tensor,
        edge_attr: Tensor | None = None,
        size: tuple[int, int] | None = None,
        return_attention_weights: bool | None = None,
    ) -> Any:
        """The nodes after one round.

        Args:
            x: the nodes, or a pair: those where edges start, those where they end (or None).
            edge_index: `(2, edges)`.
            edge_attr: `(edges, edge_dim)`.
            size: how many nodes of each kind there are.
            return_attention_weights: give back `(y, (edge_index, weights))`.
        """
        check_edges(edge_index)
        x_src, x_dst, own = self._transformed(x)
        scores = [
            None if part is None else (part * weight).sum(-1)
            for part, weight in ((x_src, self.att_src), (x_dst, self.att_dst))
        ]
        replaced = None
        if self.add_self_loops:
            ends = [part.shape[0] for part in (x_src, x_dst) if part is not None]
            nodes = min(size if size is not None else ends)
            edge_index, edge_attr, replaced = self._looped(edge_index, edge_attr, nodes)
        count = size[1] if size is not None else (x_src if x_dst is None else x_dst).shape[0]
        alpha = self._weights(edge_index, scores, edge_attr, replaced, count)
        y: Any = self.propagate(edge_index, x=(x_src, x_dst), alpha=alpha, size=size)
        y = y.reshape(-1, self.heads * self.out_channels) if self.concat else y.mean(1)
        if self.res is not None and own is not None:
            y = y + self.res(own)
        if self.bias is not None:
            y = y + self.bias
        return (y, (edge_index, alpha)) if return_attention_weights else y

    def message(  # type: ignore[override]  # it asks for what it needs
        self, x_j: Tensor, alpha: Any
    ) -> Tensor:
        """The neighbor's row, times how much is listened to it."""
        sent: Tensor = alpha.unsqueeze(-1) * x_j
        return sent

    def _transformed(self, x: Any) -> tuple[Any, Any, Any]:
        """The nodes where edges start and end, in heads; and the latter as they came."""
        pair = isinstance(x, tuple | list)
        src, dst = x if pair else (x, x)
        first = self.in_channels if isinstance(self.in_channels, int) else self.in_channels[0]
        features("GATConv", src, first)
        heads = (-1, self.heads, self.out_channels)
        to_src, to_dst = self.lin or self.lin_src, self.lin or self.lin_dst
        assert to_src is not None and to_dst is not None
        x_src: Any = to_src(src).reshape(*heads)
        if dst is src and self.lin is not None:
            return x_src, x_src, dst
        return x_src, None if dst is None else to_dst(dst).reshape(*heads), dst

    def _looped(
        self, edge_index: Tensor, attr: Any, nodes: int
    ) -> tuple[Tensor, Tensor | None, Tensor]:
        """With an edge from each node to itself; which edges of the graph it takes the place of."""
        edge_index, attr, loop = without_loops(edge_index, attr)
        replaced = _cat([loop, zeros(nodes, dtype=loop.dtype)])
        if attr is not None:
            attr = attr.reshape(-1, 1) if attr.ndim == 1 else attr
            attr = _cat([attr, self._own_features(attr, loop, edge_index[1], nodes)])
        return with_loops(edge_index, nodes), attr, replaced

    def _own_features(self, attr: Any, loop: Any, to: Tensor, nodes: int) -> Any:
        """The features of each node's edge to itself."""
        shape = (nodes, attr.shape[1])
        if isinstance(self.fill_value, str):
            group = _where(loop, full((), nodes, dtype=to.dtype), to)  # a group for the replaced
            return aggregated(self.fill_value, attr, group, nodes + 1)[:nodes]
        if isinstance(self.fill_value, Tensor):
            fill: Any = self.fill_value.to(attr.dtype)
            return fill.expand(*shape)
        return full(shape, float(self.fill_value), dtype=attr.dtype)

    def _weights(
        self, edge_index: Tensor, scores: list[Any], attr: Any, replaced: Any, count: int
    ) -> Tensor:
        """How much each edge is listened to: positive, summing to 1 at the node it reaches."""
        j, i = (0, 1) if self.flow == "source_to_target" else (1, 0)
        sources, targets = edge_index[j], edge_index[i]
        check_numbers(targets, count)
        alpha = scores[j][sources] if scores[i] is None else scores[j][sources] + scores[i][targets]
        if attr is not None and self.lin_edge is not None:
            attr = attr.reshape(-1, 1) if attr.ndim == 1 else attr
            edges = self.lin_edge(attr).reshape(-1, self.heads, self.out_channels)
            alpha = alpha + (edges * self.att_edge).sum(-1)
        alpha = F.leaky_relu(alpha, self.negative_slope)
        if replaced is not None:
            alpha = alpha.masked_fill(replaced.reshape(-1, 1), -math.inf)
        shares = wrap(segment_softmax(alpha._node, targets._node, count=count))
        dropped: Tensor = F.dropout(shares, self.dropout, self.training)
        return dropped

    def extra_repr(self) -> str:
        """The settings."""
        return f"{self.in_channels}, {self.out_channels}, heads={self.heads}"
