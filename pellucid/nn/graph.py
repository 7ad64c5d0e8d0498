"""Networks on graphs: each node hears from its neighbors, and answers with something new.

y_i = update( aggregate over edges j → i of  message(x_j, x_i, edge) )

A graph is `edge_index`, whole numbers `(2, edges)`: where each edge starts, and where it ends.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from pellucid.dtypes import INT
from pellucid.errors import DTypeError, IndexRangeError, SettingError, ShapeError
from pellucid.graph.node import Node
from pellucid.nn.module import Module
from pellucid.ops import segment
from pellucid.ops.elementwise import neg
from pellucid.shapes import normalize_axis, show
from pellucid.tensor import Tensor
from pellucid.tensor.lift import FUNCTIONS
from pellucid.tensor.tensor import wrap

__all__ = [
    "MessagePassing", "global_add_pool", "global_max_pool", "global_mean_pool",
]  # fmt: skip

_AGGREGATES = ("sum", "add", "mean", "max", "min")
Pair = tuple[Any, Any]


class MessagePassing(Module):
    r"""The base of layers on graphs: say what is sent along an edge; the rest is done here.

    $y_i = \mathrm{update}\bigl(\bigoplus_{j \to i} \mathrm{message}(x_j)\bigr)$

    A subclass calls `propagate(edge_index, x=x)` in its `forward`, and overrides `message`. Its
    arguments say what it gets: of whatever is passed to `propagate` as `x`, `x_j` is the row of
    the node where the edge starts, `x_i` that of the node where it ends; other names come whole.

    Args:
        aggr: how messages become one: "sum" ("add"), "mean", "max", "min"; several of them
            side by side; or None where `aggregate` is overridden.
        flow: "source_to_target", or "target_to_source" for edges that are read backward.
        node_dim: the axis that counts the nodes.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> class Degree(nn.MessagePassing):
        ...     def forward(self, x, edge_index):
        ...         return self.propagate(edge_index, x=x)
        >>> x = pellucid.ones(3, 1)
        >>> Degree()(x, pellucid.tensor([[0, 1, 2], [1, 2, 1]])).tolist()
        [[0.0], [2.0], [1.0]]

    Source: Gilmer et al. 2017; names as in PyTorch Geometric.
    """

    def __init__(
        self,
        aggr: str | Sequence[str] | None = "sum",
        *,
        flow: str = "source_to_target",
        node_dim: int = -2,
    ) -> None:
        super().__init__()
        for name in [aggr] if isinstance(aggr, str) else aggr or ():
            if name not in _AGGREGATES:
                known = ", ".join(map(repr, _AGGREGATES))
                raise SettingError(f"aggr is one of {known}, or None; it is {name!r}.")
        if flow not in ("source_to_target", "target_to_source"):
            raise SettingError(
                f"flow is 'source_to_target' or 'target_to_source', and it is {flow!r}."
            )
        self.aggr, self.flow, self.node_dim = aggr, flow, node_dim

    def message(self, x_j: Tensor) -> Tensor:
        """What is sent along each edge: by default the row of the node where it starts."""
        return x_j

    def aggregate(
        self, inputs: Tensor, index: Tensor, ptr: None = None, dim_size: int | None = None
    ) -> Tensor:
        """One row for each node from the messages that reach it."""
        if self.aggr is None:
            raise SettingError(
                f"{type(self).__name__} has aggr=None and no aggregate() of its own.\n"
                " Say how messages become one: aggr='sum', or override aggregate()."
            )
        names = [self.aggr] if isinstance(self.aggr, str) else list(self.aggr)
        axis = normalize_axis(self.node_dim, len(inputs.shape))
        count = _counted("aggregate", index) if dim_size is None else dim_size
        parts = [aggregated(name, inputs, index, count, axis) for name in names]
        return parts[0] if len(parts) == 1 else FUNCTIONS["cat"](parts, -1)

    def update(self, inputs: Tensor) -> Tensor:
        """What becomes of the aggregated messages: by default they stay as they are."""
        return inputs

    def propagate(self, edge_index: Tensor, size: Pair | None = None, **kwargs: Any) -> Any:
        """Send messages along all edges, aggregate them at the nodes, and update.

        Args:
            edge_index: `(2, edges)`.
            size: how many nodes there are where edges start and where they end; found out from
                `kwargs` if left out.
            **kwargs: what messages are made of: a Tensor with a row for each node, a pair of them
                (where edges start, where they end), or anything else.
        """
        check_edges(edge_index)
        j, i = (0, 1) if self.flow == "source_to_target" else (1, 0)
        ends = {"_i": edge_index[i], "_j": edge_index[j]}
        sizes = self._sizes(size, kwargs, {"_i": i, "_j": j})
        for ending, place in (("_j", j), ("_i", i)):
            check_numbers(ends[ending], sizes[place])
        known: dict[str, Any] = {
            **kwargs, "edge_index": edge_index, "index": ends["_i"], "ptr": None,
            "edge_index_i": ends["_i"], "edge_index_j": ends["_j"],
            "size": tuple(sizes), "size_i": sizes[i], "size_j": sizes[j], "dim_size": sizes[i],
        }  # fmt: skip

        def picked(name: str) -> Any:
            base, ending = name[:-2], name[-2:]
            if name in known or ending not in ends or base not in kwargs:
                return known.get(name, _MISSING)
            value, at = kwargs[base], {"_i": i, "_j": j}[ending]
            value = value[at] if isinstance(value, tuple | list) else value
            return self._rows(value, ends[ending]) if isinstance(value, Tensor) else value

        messages = _called(self.message, picked)
        merged = _called(self.aggregate, picked, messages)
        return _called(self.update, picked, merged)

    def _rows(self, x: Tensor, index: Tensor) -> Tensor:
        rows: Tensor = FUNCTIONS["index_select"](x, normalize_axis(self.node_dim, x.ndim), index)
        return rows

    def _sizes(self, size: Pair | None, given: dict[str, Any], places: dict[str, int]) -> list[Any]:
        """How many nodes there are where edges start, and where they end."""
        sizes: list[Any] = [None, None] if size is None else list(size)
        wanted = inspect.signature(self.message).parameters
        for name, value in given.items():
            for ending, place in places.items():
                if name + ending not in wanted and not isinstance(value, tuple | list):
                    continue
                part = value[place] if isinstance(value, tuple | list) else value
                if isinstance(part, Tensor):
                    rows = part.shape[normalize_axis(self.node_dim, part.ndim)]
                    self._agree(name, sizes, place, rows)
        sizes[0] = sizes[1] if sizes[0] is None else sizes[0]
        sizes[1] = sizes[0] if sizes[1] is None else sizes[1]
        return sizes

    def _agree(self, name: str, sizes: list[Any], place: int, rows: int) -> None:
        if sizes[place] is None:
            sizes[place] = rows
        elif sizes[place] != rows:
            raise ShapeError(
                f"{name} has rows for {rows} nodes where edges {('start', 'end')[place]}, and "
                f"there are {sizes[place]}."
            )


_MISSING = object()


def _called(call: Callable[..., Any], picked: Callable[[str], Any], *first: Any) -> Any:
    """Call with what its arguments ask for by name."""
    parameters = list(inspect.signature(call).parameters.values())[len(first) :]
    found = {p.name: (p, picked(p.name)) for p in parameters if p.kind is not p.VAR_KEYWORD}
    for name, (p, value) in found.items():
        if value is _MISSING and p.default is p.empty:
            raise SettingError(
                f"{call.__name__}() asks for {name!r}, and propagate() was not given it.\n"
                f" Pass it on: self.propagate(edge_index, {name.removesuffix('_j')}=…)."
            )
    return call(*first, **{k: v for k, (_, v) in found.items() if v is not _MISSING})


def aggregated(name: str, x: Tensor, index: Tensor, count: int, axis: int = 0) -> Tensor:
    """Rows along `axis` that share a number, as one row for each number below `count`."""
    if axis:
        moved: Any = FUNCTIONS["movedim"]
        back: Tensor = moved(aggregated(name, moved(x, axis, 0), index, count), 0, axis)
        return back
    node, at = x._node, index._node
    if name == "min":
        return wrap(neg(segment.segment_max(neg(node), at, count=count)))
    reduce: Callable[..., Node] = getattr(segment, f"segment_{'sum' if name == 'add' else name}")
    return wrap(reduce(node, at, count=count))


def check_edges(edge_index: Any) -> None:
    """Edges are two rows of whole numbers."""
    if not isinstance(edge_index, Tensor) or edge_index.dtype.category != INT:
        kind = (
            edge_index.dtype.name if isinstance(edge_index, Tensor) else type(edge_index).__name__
        )
        raise DTypeError(
            f"edge_index must be a Tensor of whole numbers and is {kind}.\n"
            " Convert it: edge_index.long(), or pellucid.tensor(edges)."
        )
    shape = tuple(edge_index.shape)
    if len(shape) != 2 or shape[0] != 2:
        turned = len(shape) == 2 and shape[1] == 2
        raise ShapeError(
            f"edge_index must have shape (2, edges) and has {show(shape)}."
            + ("\n One edge in each row? Turn it around: edge_index.T." if turned else "")
        )


def check_numbers(index: Tensor, count: int | None) -> None:
    """The numbers of nodes that exist, where they are known."""
    array = index._node.array
    if array is None or not array.size or count is None:
        return
    low, high = int(array.min()), int(array.max())
    if low < 0 or high >= count:
        raise IndexRangeError(
            f"edge_index names node {low if low < 0 else high}, and there are {count} nodes, "
            f"numbered 0 to {count - 1}."
        )


def _counted(name: str, index: Tensor) -> int:
    array = index._node.array
    if array is None:
        raise SettingError(f"{name}: pass how many groups there are; only shapes are known here.")
    return int(array.max()) + 1 if array.size else 0


def global_add_pool(x: Tensor, batch: Tensor | None, size: int | None = None) -> Tensor:
    """One row for each graph: the sum of the rows of its nodes.

    Args:
        x: `(nodes, features)`.
        batch: for each node the number of its graph; None where there is one graph.
        size: how many graphs there are; found out from `batch` if left out.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> x = pellucid.tensor([[1.0], [2.0], [5.0]])
        >>> nn.global_add_pool(x, pellucid.tensor([0, 0, 1])).tolist()
        [[3.0], [5.0]]
    """
    return _pooled("sum", x, batch, size)


def global_mean_pool(x: Tensor, batch: Tensor | None, size: int | None = None) -> Tensor:
    """One row for each graph: the average of the rows of its nodes; see `global_add_pool`."""
    return _pooled("mean", x, batch, size)


def global_max_pool(x: Tensor, batch: Tensor | None, size: int | None = None) -> Tensor:
    """One row for each graph: the maximum of each feature; see `global_add_pool`."""
    return _pooled("max", x, batch, size)


def _pooled(name: str, x: Tensor, batch: Tensor | None, size: int | None) -> Tensor:
    axis = 0 if x.ndim == 1 else x.ndim - 2
    if batch is None:
        whole: Tensor = FUNCTIONS["amax" if name == "max" else name](x, axis, x.ndim <= 2)
        return whole
    if tuple(batch.shape) != (x.shape[axis],):
        raise ShapeError(
            f"global_{'add' if name == 'sum' else name}_pool: batch names one graph for each of "
            f"{x.shape[axis]} nodes, and has shape {show(tuple(batch.shape))}."
        )
    count = _counted("global pooling", batch) if size is None else size
    return aggregated(name, x, batch, count, axis)
