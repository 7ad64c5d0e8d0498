"""The widest zoom: what a module does without a break is one node.

Ops in the order in which they ran, cut where the module changes, are intervals of that order; so
the nodes that they become never form a circle, also where a module is called twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from pellucid.graph.node import Node
from pellucid.lenses.chain.stage import Stage
from pellucid.lenses.graphs.flow import Flow
from pellucid.lenses.graphs.net import Amount, Link, Net, Vertex, amount_of, mean_of
from pellucid.lenses.graphs.ops import leaf_kind, leaf_vertex, link_between, ops_net, within
from pellucid.lenses.graphs.own import Own
from pellucid.lenses.numerals import plural

__all__ = ["modules_net"]

_MOST, _MOST_INSIDE = 36, 60


@dataclass(eq=False)
class Run:
    """Ops of one module that ran without a break.

    Attributes:
        path: the module.
        stages: its ops.
        times: how many runs alike it stands for.
        last: the path of the last of them.
    """

    path: str
    stages: list[Stage] = field(default_factory=list)
    times: int = 1
    last: str = ""

    @property
    def out(self) -> Node:
        """What it gives on."""
        return self.stages[-1].out


def modules_net(
    flow: Flow, inside: str = "", briefs: Mapping[str, str] | None = None, most: int = _MOST
) -> Net:
    """Modules as vertices.

    Args:
        flow: the computation.
        inside: only what this module does, and what the modules in it do.
        briefs: what each module says about itself, by its path.
        most: how many vertices a picture may have; more are folded into the modules around them.
    """
    stages = within(flow, inside)
    deepest = max((_depth(s.out.scope) for s in stages), default=0)
    runs: list[Run] = []
    for depth in range(deepest, -1, -1):
        runs = _runs(stages, depth, flow.root)
        if len(runs) > most:
            runs = _folded(runs)
        if len(runs) <= most or depth <= _depth(inside) + 1:
            break
    return _net(flow, runs, briefs or {})


def _depth(path: str) -> int:
    return path.count(".") + 1 if path else 0


def _runs(stages: list[Stage], depth: int, root: Node) -> list[Run]:
    runs: list[Run] = []
    for stage in stages:
        path = ".".join(stage.out.scope.split(".")[:depth])
        ends = "loss" in stage.traits and not path
        if not runs or runs[-1].path != path or ends or runs[-1].stages[-1].out is root:
            runs.append(Run(path))
        runs[-1].stages.append(stage)
    return runs


def _folded(runs: list[Run]) -> list[Run]:
    """Runs alike that follow each other, each reading the one before it, as one."""
    kept: list[Run] = []
    for run in runs:
        before = kept[-1] if kept else None
        fed = before is not None and any(before.out in s.inputs for s in run.stages)
        if (
            before is not None
            and fed
            and _pattern(run.stages) == _pattern(before.stages[-len(run.stages) :])
        ):
            kept[-1] = Run(before.path, [*before.stages, *run.stages], before.times + 1, run.path)
        else:
            kept.append(run)
    return kept


def _pattern(stages: list[Stage]) -> list[object]:
    """What two runs of the same kind of module share."""
    return [(s.name, s.out.shape, [x.shape for x in s.inputs]) for s in stages]


def _net(flow: Flow, runs: list[Run], briefs: Mapping[str, str]) -> Net:
    owner = {stage.out: run for run in runs for stage in run.stages}
    vertices: dict[object, Vertex] = {}
    own = Own(flow)
    sums: dict[tuple[str, str], list[Link]] = {}
    shown = set(flow.leaves())
    for run in runs:
        mine = _vertex(run, flow, briefs, own)
        for stage in run.stages:
            for x in stage.inputs:
                source = owner.get(x)
                own_leaf = leaf_kind(x) == "parameter" or x.kind == "buffer"  # inside of the box
                if source is run or (source is None and own_leaf):
                    continue
                if source is None and x not in shown and not x.inputs:
                    continue
                key = source if source is not None else x
                if key not in vertices:
                    vertices[key] = leaf_vertex(x, flow)
                link = link_between(stage, x, flow)
                sums.setdefault((vertices[key].key, mine.key), []).append(link)
        vertices[run] = mine
    links = [_joined(source, target, parts) for (source, target), parts in sums.items()]
    name = flow.symbols.of(flow.root)
    inside = {vertices[run].key: _inside(flow, run) for run in runs if run.path}
    return Net(
        "modules", list(vertices.values()), links, flow.root, name, flow.blamed,
        inside={key: net for key, net in inside.items() if len(net.vertices) <= _MOST_INSIDE},
    )  # fmt: skip


def _inside(flow: Flow, run: Run) -> Net:
    """The ops of a run."""
    net = ops_net(flow, run.path if run.times == 1 else "", run.stages)
    return replace(net, name=run.path)


def _vertex(run: Run, flow: Flow, briefs: Mapping[str, str], own: Own) -> Vertex:
    out = run.out
    array = np.asarray(out.array)
    names = list(dict.fromkeys(s.name for s in run.stages))
    name = run.path or flow.symbols.of(out)
    vertex = Vertex(f"m{out.seq}", name, shape=out.shape, source=(out, None))
    if run.times > 1:
        vertex.name = f"{run.path} … {run.last}"
        vertex.note = f"{run.times} modules alike, one after another"
    vertex.op = briefs.get(run.path, "") or " → ".join(names[:3]) + (" …" if names[3:] else "")
    if run.times == 1 and (said := own.said(run.path, run.stages)):
        vertex.name, vertex.op = said[0] or vertex.name, said[1] or vertex.op
    vertex.kind = "loss" if out is flow.root else "module" if run.path else "op"
    vertex.value = float(array.reshape(-1)[0]) if out.size == 1 else None
    vertex.mean = mean_of(array)
    vertex.blame, vertex.asks = amount_of(flow.blame.get(out)), out.requires_grad
    vertex.equation, vertex.scope = " → ".join(names), run.path
    weights = dict.fromkeys(x for s in run.stages for x in s.inputs if leaf_kind(x) == "parameter")
    if weights:
        held = [flow.blame[w] for w in weights if w in flow.blame]
        size = float(np.sqrt(sum(float(np.square(g).sum()) for g in held)))
        learned = f", gradient {size:.4g}" if held else ""
        count = plural(sum(w.size for w in weights), "weight")
        vertex.note = "; ".join(x for x in (vertex.note, count + learned) if x)
    return vertex


def _joined(source: str, target: str, parts: list[Link]) -> Link:
    """Several arrows between the same two as one."""
    passed = [p.passed for p in parts if p.passed is not None]
    if not passed:
        return Link(source, target, None, parts[0].stops)
    if len(passed) == 1:
        return Link(source, target, passed[0])
    if all(p.single for p in passed):
        return Link(source, target, Amount(sum(p.size for p in passed), True))
    return Link(source, target, Amount(float(np.sqrt(sum(p.size**2 for p in passed))), False))
