"""One stage of a computation: an op, or a whole call of a composition, seen as one function.

A stage knows its slopes in double precision, at the values that were recorded, in both directions:
`pull` sends blame from its output to its inputs, `push` sends a nudge from an input to its output.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.autograd import gradients
from pellucid.dtypes import FLOAT, float64
from pellucid.graph.mode import engine, switched
from pellucid.graph.node import Node, Part, leaf

__all__ = ["Array", "Stage", "doubled", "said"]

Array = npt.NDArray[Any]


def doubled(node: Node) -> Array:
    """The recorded value in double precision; whole numbers and yes/no stay as they are."""
    array = np.asarray(node.array)
    return array.astype(np.float64) if node.dtype.category == FLOAT else array


def said(name: str) -> str:
    """What a person calls an op: a matrix product is "matmul", whichever op carries it out."""
    return "matmul" if name in ("bmm", "tdot") else name


class Stage:
    """A function from recorded inputs to one output.

    Attributes:
        out: the node it made.
        nodes: the nodes inside, each after what it reads; the last is `out`.
        inputs: what it reads from outside, in the order in which it was given.
        live: those inputs through which the explained entry acts.
        part: the call that its nodes are folded into, if it is more than one op.
    """

    def __init__(
        self, out: Node, nodes: tuple[Node, ...], live: set[Node], part: Part | None
    ) -> None:
        self.out, self.nodes, self.part = out, nodes, part
        inside = set(nodes)
        read = dict.fromkeys(x for n in nodes for x in n.inputs if x not in inside)
        given = [x for x in part.inputs if x in read] if part is not None else []
        self.inputs: tuple[Node, ...] = tuple(dict.fromkeys((*given, *read)))
        self.live: tuple[Node, ...] = tuple(x for x in self.inputs if x in live)

    @property
    def op(self) -> Any:
        """The op, where the stage is a single one; None for a folded call."""
        return self.out.op if len(self.nodes) == 1 else None

    @property
    def record(self) -> Any:
        """The record that says what it computes: of the op or of the composition."""
        return self.part.record if self.part is not None else self.out.op

    @property
    def name(self) -> str:
        """The name of its record."""
        return str(self.record.name)

    @property
    def said(self) -> str:
        """What a person calls it."""
        return said(self.name)

    @property
    def traits(self) -> frozenset[str]:
        """The traits of its record."""
        return frozenset(self.record.traits)

    @cached_property
    def _mirror(self) -> dict[Node, Node]:
        """The stage in double precision, on leaves of its own: nothing recorded is touched."""
        mirror: dict[Node, Node] = {}
        for x in self.inputs:
            dtype = float64 if x.dtype.category == FLOAT else x.dtype
            twin = leaf(doubled(x), x.shape, dtype, requires_grad=x in self.live)
            twin.seq = x.seq
            mirror[x] = twin
        for node in self.nodes:
            mirror[node] = _twin(node, mirror)
        return mirror

    def pull(self, blame: Array) -> dict[Node, Array]:
        """Blame at the output to blame at each live input: the transposed slopes times `blame`."""
        found = self._pulled(leaf(blame, self.out.shape, float64), create_graph=False)
        return {x: np.asarray(g.array) for x, g in found.items()}

    def stretched_pull(self, x: Node, blame: Array) -> Array:
        """`pull` for one input, before places along stretched axes are added up."""
        rules = self.op.gradient if self.op is not None else None
        if type(rules) is not tuple:
            return self.pull(blame).get(x, np.zeros(x.shape))
        mirror = self._mirror
        inputs = tuple(mirror[i] for i in self.out.inputs)
        g = leaf(blame, self.out.shape, float64)
        total: Array | float = 0.0
        with switched(recording=False, symbolic=False, keeping=False, part=None):
            for position, rule in enumerate(rules[: len(inputs)]):
                if rule is not None and self.out.inputs[position] is x:
                    share = rule(g, mirror[self.out], *inputs, **self.out.params)
                    total = total + np.asarray(share.array)
        return np.asarray(total) if np.shape(total) else np.broadcast_to(total, x.shape)

    def push(self, x: Node, nudge: Array) -> Array:
        """A small change of the live input `x` to the change of the output: slopes times `nudge`.

        `pull` is linear in the blame, so its own derivative with respect to the blame is `push`.
        """
        blame = leaf(np.zeros(self.out.shape), self.out.shape, float64, requires_grad=True)
        pulled = self._pulled(blame, create_graph=True).get(x)
        if pulled is None or not pulled.requires_grad:
            return np.zeros(self.out.shape)
        with switched(recording=False, symbolic=False, keeping=False, part=None):
            found = gradients([(pulled, leaf(nudge, x.shape, float64))], wrt=[blame])
        moved = found.get(blame)
        return np.zeros(self.out.shape) if moved is None else np.asarray(moved.array)

    def _pulled(self, blame: Node, create_graph: bool) -> dict[Node, Node]:
        mirror = self._mirror
        wrt = [mirror[x] for x in self.live]
        with switched(recording=True, symbolic=False, keeping=False, part=None):
            found = gradients([(mirror[self.out], blame)], wrt=wrt, create_graph=create_graph)
        return {x: found[mirror[x]] for x in self.live if mirror[x] in found}

    def rerun(self, values: Mapping[Node, Array]) -> Array:
        """The output for other inputs, in double precision; the rest stays as recorded."""
        known: dict[Node, Array] = {}
        for x in self.inputs:
            known[x] = values[x] if x in values else doubled(x)
        for node in self.nodes:
            arrays = [known[x] for x in node.inputs if not _aside(x)]
            known[node] = engine().run(node.op, arrays, widened(node.params))
        return known[self.out]


def _aside(node: Node) -> bool:
    """Whether it was computed of other inputs, beforehand, for the op that reads it."""
    return node.op is not None and "aside" in node.op.traits


def widened(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """The settings of an op with narrow float dtypes made wide, so that a cast rounds nothing."""
    if "dtype" in params and params["dtype"].category == FLOAT:
        return {**params, "dtype": float64}
    return params


def _twin(node: Node, mirror: Mapping[Node, Node]) -> Node:
    twin = Node()
    twin.op, twin.params, twin.shape, twin.seq = node.op, node.params, node.shape, node.seq
    twin.inputs = tuple(mirror[x] for x in node.inputs)
    twin.dtype = float64 if node.dtype.category == FLOAT else node.dtype
    twin.array = doubled(node)
    twin.requires_grad = any(x.requires_grad for x in twin.inputs) and node.op.gradient is not None
    return twin
