"""What gradient rules read of the forward pass, and values that wait for them in another form.

A node's rules are functions of the blame, of the node and of its inputs; most read few of these.
Which ones, is seen by writing the rules down once, on Tensors whose numbers are unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.graph.mode import _local, switched
from pellucid.graph.node import Node, leaf
from pellucid.graph.walk import reachable
from pellucid.ops.activation import identity
from pellucid.ops.elementwise import cast
from pellucid.ops.op import REGISTRY

__all__ = ["ITSELF", "Saved", "as_if", "read"]

ITSELF = -1  # the place of a node's own value, after those of its inputs
_known: dict[Any, tuple[int, ...]] = {}


def read(node: Node) -> tuple[int, ...]:
    """The places of the inputs whose numbers the rules of `node` read; `ITSELF` for its own.

    Numbers that stand in the program, as 3 does in x * 3, are left out, and so is all that an
    operation of the user's own reads.
    """
    op = node.op
    if REGISTRY.get(op.name) is not op:
        return ()
    kinds = tuple((x.shape, x.dtype, x.requires_grad, x.kind == "constant") for x in node.inputs)
    key = (op, kinds, tuple(node.params.items()))
    found = _known.get(key)
    if found is None:
        if len(_known) > 4096:
            _known.clear()
        found = _known[key] = _written_down(node)
    return found


def _written_down(node: Node) -> tuple[int, ...]:
    """The rules on unknown numbers; what their results come from is what they read."""
    g, y = leaf(None, node.shape, node.dtype), leaf(None, node.shape, node.dtype)
    inputs = tuple(leaf(None, x.shape, x.dtype, requires_grad=x.requires_grad) for x in node.inputs)
    with switched(
        symbolic=True, keeping=True, recording=False, because=None, part=None, saving=None
    ):
        rules = node.op.gradient
        if type(rules) is tuple:
            wanted = [r for x, r in zip(inputs, rules, strict=False) if x.requires_grad and r]
            parts = [rule(g, y, *inputs, **node.params) for rule in wanted]
        else:
            blames = rules(g, y, *inputs, **node.params)
            parts = [p for x, p in zip(inputs, blames, strict=False) if x.requires_grad]
    behind = set(reachable(p for p in parts if p is not None))
    places = [i for i, x in enumerate(inputs) if x in behind and node.inputs[i].kind != "constant"]
    return (*places, ITSELF) if y in behind else tuple(places)


class Saved:
    """The values that the rules of one node read, each as a function that gives it.

    Attributes:
        held: by place, what gives the value when a backward pass asks.
    """

    __slots__ = ("held",)

    def __init__(self, held: dict[int, Callable[[], Node]]) -> None:
        self.held = held

    def given(self, node: Node, spend: bool) -> tuple[Node, tuple[Node, ...]]:
        """The node and its inputs as the rules are to see them; `spend` lets the values go."""
        y, inputs = node, list(node.inputs)
        for place, value in self.held.items():
            if place == ITSELF:
                y = as_if(node, value())
            else:
                inputs[place] = as_if(inputs[place], value())
        if spend:
            self.held = {}
        return y, tuple(inputs)


def as_if(x: Node, value: Node) -> Node:
    """A node with the numbers of `value` whose blame is the blame of `x`.

    Args:
        x: whose place it takes.
        value: the numbers.
    """
    value = value if value.dtype is x.dtype else cast(value, dtype=x.dtype)
    out = leaf(value.array, value.shape, value.dtype)
    if x.requires_grad and _local.mode.recording:
        out.op, out.inputs, out.kind, out.requires_grad = identity, (x,), "op", True
    return out
