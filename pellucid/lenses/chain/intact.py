"""Refuses to explain numbers that are no longer there: overwritten since, or never computed."""

from __future__ import annotations

from collections.abc import Iterable

from pellucid.errors import GraphError, TraceError
from pellucid.graph.node import Node
from pellucid.graph.where import made_at

__all__ = ["refuse_overwritten"]


def refuse_overwritten(nodes: Iterable[Node]) -> None:
    """Complain if a value that these nodes read is no longer what it was when they read it."""
    for node in nodes:
        for x in (*node.inputs, node):
            if x.array is None:
                raise TraceError(
                    "explain needs numbers, and here only shapes are known.\n"
                    " Run the model on real data first, outside of tracing."
                )
            if max(x.written, x.root.written) > node.seq:
                raise GraphError(_overwritten(x, node))


def _overwritten(x: Node, reader: Node) -> str:
    name = x.name or f"a Tensor of shape {x.shape}"
    place = made_at(reader)
    where = f" ({reader.op.name} read it at {place})" if place else ""
    return (
        f"{name} has been changed in place since it was used{where}, so the numbers of that "
        "moment are gone.\n optimizer.step() does that. Explain before optimizer.step(), or run "
        "the forward pass again."
    )
