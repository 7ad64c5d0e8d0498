"""Both ends of a backward pass: where the blame starts, and the `.grad` in which it adds up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.errors import GraphError, ShapeError
from pellucid.graph.mode import _local, current, engine
from pellucid.graph.node import Node, leaf, stamp
from pellucid.shapes import show
from pellucid.tensor.pairs import judge_pairs

__all__ = ["accumulate", "starting"]

_MOST = 12  # nodes that are looked at for a loss over all pairs


def starting(node: Node, gradient: Node | None) -> Node:
    """The blame that a backward pass starts with: what was given, or 1 for a single number."""
    if not node.requires_grad:
        raise GraphError(
            "backward() has nowhere to go: this Tensor doesn't depend on any Tensor with "
            "requires_grad=True.\n"
            " Was it computed under no_grad(), or detached, or from data only?"
        )
    if gradient is None:
        return _one(node)
    if gradient.shape != node.shape:
        raise ShapeError(
            f"gradient needs the shape of the Tensor, {show(node.shape)}, "
            f"and has {show(gradient.shape)}."
        )
    return gradient


def _one(node: Node) -> Node:
    if node.size != 1:
        raise GraphError(
            f"backward() starts from one number, and this has shape {show(node.shape)}.\n"
            " Reduce it first, as in loss.mean().backward(), or pass backward(gradient=…)."
        )
    for square in _squares(node):
        judge_pairs(square)
    one = leaf(None, node.shape, node.dtype, kind="constant", name="1")
    if not current().symbolic or current().trace is not None:
        one.array = engine().constant(1.0, node.dtype).reshape(node.shape)
    return one


def _squares(loss: Node) -> list[Node]:
    """Square matrices that a single number was summed up from: few, and soon found."""
    found, todo, left = [], [loss], _MOST
    while todo and left:
        left -= 1
        for x in todo.pop().inputs:
            shape = x.shape
            if len(shape) == 2:
                if shape[0] == shape[1] and shape[0] > 1 and x.inputs:
                    found.append(x)
            elif x.inputs and (not shape or "reduces" in x.op.traits):
                todo.append(x)
    return found


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
