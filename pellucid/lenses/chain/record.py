"""What a run left behind: the nodes between one Tensor and a result, cut into stages.

A graph that `backward()` has used up can still be read, as long as nothing in it was overwritten.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from pellucid.errors import GraphError
from pellucid.graph.node import Node, Part
from pellucid.graph.walk import reachable
from pellucid.lenses.chain.bilinear import bilinear_routes
from pellucid.lenses.chain.fold import BILINEAR, calls_around, stages_between
from pellucid.lenses.chain.intact import refuse_overwritten
from pellucid.lenses.chain.linked import slid
from pellucid.lenses.chain.route import Pushed, Route, probed
from pellucid.lenses.chain.sparse import picked, small
from pellucid.lenses.chain.stage import Array, Stage

__all__ = ["Record"]


class Record:
    """The stages from `source` to `root`, with every slope that the chain rule needs.

    Attributes:
        root: where the chain ends, a single number such as the loss.
        source: where it starts.
        stages: each after the stages that it reads from.
    """

    def __init__(self, root: Node, source: Node) -> None:
        self.root, self.source = root, source
        order = _between(root, source)
        refuse_overwritten(order)
        self._routes: dict[tuple[Stage, Node], list[Route]] = {}
        self._live = {source, *order}
        self.stages = self._cut(order, root, frozenset())
        self._readers: dict[Node, list[Stage]] = {}
        for stage in self.stages:
            for x in stage.live:
                self._readers.setdefault(x, []).append(stage)

    @cached_property
    def suffix(self) -> dict[Node, Array]:
        """For every node on the way, the slope of the root with respect to it."""
        suffix: dict[Node, Array] = {self.root: np.ones(self.root.shape)}
        for stage in reversed(self.stages):
            if stage.out not in suffix:  # read only by rules that send it no blame: a tape
                continue
            for x, share in stage.pull(suffix[stage.out]).items():
                suffix[x] = suffix[x] + share if x in suffix else share
        for stage in self.stages:  # where no blame arrives at all
            for x in stage.live:
                suffix.setdefault(x, np.zeros(x.shape))
        return suffix

    @property
    def gradient(self) -> Array:
        """The slope of the root with respect to every number of the source."""
        return self.suffix[self.source]

    def routes_from(self, node: Node) -> list[Route]:
        """How the numbers of a node act on what reads them."""
        return [r for stage in self._readers.get(node, ()) for r in self._routes[stage, node]]

    def rerun(self, value: Array) -> float:
        """What the root would be if the source were `value`, in double precision."""
        values: dict[Node, Array] = {self.source: value}
        for stage in self.stages:
            values[stage.out] = stage.rerun(values)
        return float(np.asarray(values[self.root]).reshape(()))

    def _cut(self, order: list[Node], root: Node, open_calls: frozenset[Part]) -> list[Stage]:
        """Stages whose slopes are known number by number; calls that are too tangled are opened."""
        stages: list[Stage] = []
        for stage in stages_between(order, root, self.source, self._live, open_calls):
            routes = {x: self._between(stage, x) for x in stage.live}
            tangled = any(not r.exact for x in routes for r in routes[x] if x is not self.source)
            if tangled and len(stage.nodes) > 1:
                opened = open_calls.union(calls_around(stage.out))
                stages += self._cut(list(stage.nodes), stage.out, opened)
                continue
            self._routes.update({(stage, x): found for x, found in routes.items()})
            stages.append(stage)
        return stages

    def _between(self, stage: Stage, node: Node) -> list[Route]:
        if stage.op is not None and stage.op.name in BILINEAR:
            return [*(r for r in bilinear_routes(stage) if r.source is node)]
        if node is self.source:  # only one number of it is ever asked about
            return [Pushed(stage, node)]
        found = probed(stage, node)
        if not found.exact:
            found = slid(stage, node) or picked(stage, node) or small(stage, node) or found
        return [found]


def _between(root: Node, source: Node) -> list[Node]:
    """The nodes that lead from `source` to `root`, each after its inputs, without `source`."""
    useful = {source}
    for node in reachable([root]):
        derived = node.op is not None and node.op.gradient is not None
        if node is not source and derived and any(x in useful for x in node.inputs):
            useful.add(node)
    if root not in useful or root is source:
        raise GraphError(_apart(root, source))
    behind_root = reachable([root], follow=useful.__contains__)
    return [n for n in behind_root if n is not source]


def _apart(root: Node, source: Node) -> str:
    name = source.name or "wrt"
    if root is source:
        return f"{name} is the Tensor itself, and its slope with respect to itself is 1."
    if not source.requires_grad and source.op is None:
        return (
            f"{name} takes no part in this Tensor, as far as was recorded.\n"
            " What is computed from data alone is not recorded; set requires_grad=True on it "
            "before the forward pass."
        )
    if any(n.spent and not n.inputs for n in reachable([root])):
        return (
            f"the graph that led from {name} to this Tensor was released by a later backward(), as "
            "only the latest is kept.\n Explain a loss before the next backward()."
        )
    return (
        f"{name} takes no part in this Tensor: no recorded path leads from one to the other.\n"
        " Was it replaced, detached, or left out of the forward pass?"
    )
