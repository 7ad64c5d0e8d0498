r"""Blame as it flows: what arrives at each value, and what each op passes on to each input.

    ∂L/∂x = Σ over uses  ∂L/∂use · ∂use/∂x

Each summand belongs to an arrow of the graph; the sums are the gradients that `backward` gives.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from pellucid.graph.node import Node
from pellucid.lenses.chain.intact import refuse_overwritten
from pellucid.lenses.chain.stage import Array, Stage
from pellucid.lenses.chain.symbols import Symbols
from pellucid.lenses.origin import stages_behind

__all__ = ["Flow"]


class Flow:
    """Everything that was recorded behind a result, with the blame on it.

    Attributes:
        root: the result.
        stages: what was computed, in order; calls of compositions are folded.
        symbols: what things are called.
        blamed: whether blame is known: the result is one number, and asks for it.
        blame: for each node the gradient of the result.
        passed: for each stage and input the share that goes back there.
    """

    def __init__(self, root: Node, blame: bool = True) -> None:
        self.root = root
        self.stages = stages_behind(root)
        refuse_overwritten(s.out for s in self.stages)
        self.symbols = Symbols(self.stages, root)
        self.blamed = blame and root.size == 1 and root.requires_grad
        self.blame: dict[Node, Array] = {}
        self.passed: dict[tuple[Stage, Node], Array] = {}
        if self.blamed:
            self._back()

    def _back(self) -> None:
        self.blame[self.root] = np.ones(self.root.shape)
        for stage in reversed(self.stages):
            arriving = self.blame.get(stage.out)
            if arriving is None or not stage.out.requires_grad:
                continue
            for x, share in stage.pull(arriving).items():
                if x.requires_grad:
                    self.passed[stage, x] = share
                    self.blame[x] = self.blame[x] + share if x in self.blame else share

    def rerun(self, node: Node, value: Array) -> float:
        """What the result would be if a node were `value`, in double precision."""
        values = {node: value}
        for stage in self.stages:
            if any(x in values for x in stage.inputs):
                values[stage.out] = stage.rerun(values)
        return float(np.asarray(values[self.root]).reshape(()))

    def leaves(self) -> Iterable[Node]:
        """What the computation starts from: data, weights; not the constants written in code."""
        made = {s.out for s in self.stages}
        read = dict.fromkeys(x for s in self.stages for x in s.inputs)
        return [
            x for x in read
            if x not in made and not (x.kind == "constant" and x.size == 1) and x.kind != "state"
        ]  # fmt: skip
