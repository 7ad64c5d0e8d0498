"""A loss over all pairs: predictions (N, 1) beside targets (N,) give (N, N) without an error.

The mean of that trains towards the mean target. It is said where it is nearly surely a mistake: a
column computed from weights meets a vector of data, nothing else enters, and it ends in one number
that is differentiated. What somebody stretched on purpose (`x[:, None]`, (N, 1) beside (1, N), a
kernel, a product with another matrix) passes.
"""

from __future__ import annotations

from types import CodeType

from pellucid.graph.node import Node
from pellucid.graph.where import made_at
from pellucid.shapes import show
from pellucid.tensor.caution import caution

__all__ = ["judge_loss"]

_MOST = 12  # nodes from the number to its matrix, and from there to where the two meet
_MEETING = ("sub", "mul")
_OF_A_LOSS = ("abs", "add", "clamp", "div", "mul", "neg", "pow", "relu", "square", "sub")
_ON_PURPOSE = ("reshape", "expand", "permute")
_said: set[tuple[CodeType, int] | None] = set()


def judge_loss(loss: Node) -> None:
    """Warn, once for each line, if a matrix that became a loss holds all pairs by mistake."""
    for square in _squares(loss):
        found = _meetings(square, _MOST)
        if found and _said.isdisjoint(node.where for node in found):
            _said.update(node.where for node in found)
            caution(_text(found[0]), about="pairs")


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


def _meetings(node: Node, left: int) -> list[Node] | None:
    """Where columns meet vectors behind `node`; None where anything else enters."""
    if not left or node.op is None or not node.inputs:
        return None
    if node.op.name in _MEETING and _mistaken(*node.inputs):
        return [node]
    if node.op.name not in _OF_A_LOSS:
        return None
    found: list[Node] = []
    for x in node.inputs:
        if x.shape:
            more = _meetings(x, left - 1)
            if more is None:
                return None
            found += [m for m in more if m not in found]
    return found


def _mistaken(a: Node, b: Node) -> bool:
    """Whether one is a column and the other a vector, one computed from weights, the other data."""
    column, vector = (a, b) if len(a.shape) == 2 else (b, a)
    n = vector.shape[0] if len(vector.shape) == 1 else 0
    if column.shape != (n, 1) or (column.op is not None and column.op.name in _ON_PURPOSE):
        return False
    computed = column if column.requires_grad else vector
    return a.requires_grad != b.requires_grad and computed.op is not None


def _text(node: Node) -> str:
    a, b = node.inputs
    column, vector = (a, b) if len(a.shape) == 2 else (b, a)
    names = ("pred", "y") if column.requires_grad else ("y", "pred")
    n, where = vector.shape[0], made_at(node)
    return (
        f"the loss{f' at {where}' if where else ''} is taken over all {n * n:,} pairs: "
        f"{show(a.shape)} and {show(b.shape)} give {show(node.shape)}, every prediction beside "
        f"every target.\n Give both one shape: {names[1]}.unsqueeze(1), or {names[0]}.squeeze(1)."
    )
