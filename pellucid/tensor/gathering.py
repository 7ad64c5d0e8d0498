"""What a backward pass leaves behind: blame added up in `.grad`, in memory of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.graph.mode import _local, engine
from pellucid.graph.node import Node, leaf, stamp

__all__ = ["accumulate"]


def accumulate(
    node: Node, g: Node, keep_graph: bool, seen: set[int], wrap: Callable[[Node], Any]
) -> None:
    """Add blame to `.grad`.

    Args:
        node: the leaf.
        g: the blame that a backward pass found.
        keep_graph: whether the blame is to be differentiated again.
        seen: ids of the arrays that this pass has handed out already.
        wrap: makes a Tensor of a node.
    """
    trace = _local.mode.trace
    if trace is not None:
        trace.blamed(node, read=True)
    held = node.grad
    if held is not None and (keep_graph or g.array is None):
        node.grad = held + wrap(g)
    elif held is not None:
        engine().add_into(held._node.array, g.array)
        stamp(held._node)
    elif keep_graph or g.array is None:
        node.grad = wrap(g)
    else:
        array = g.array
        # The same array may be the blame of two leaves, or a view of a third: each needs its own.
        if g.op is None or id(array) in seen or array.base is not None:
            array = array.copy()
        seen.add(id(array))
        node.grad = wrap(leaf(array, node.shape, node.dtype, name=_grad_name(node)))


def _grad_name(node: Node) -> str:
    return f"{node.name}.grad" if node.name else ""
