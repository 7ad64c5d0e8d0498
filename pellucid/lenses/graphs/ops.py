"""The middle zoom: every op is a node, and every weight and input; calls of compositions are one.

Blame of Tensors is shown by its length, blame of single numbers with its sign.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pellucid.errors import SettingError
from pellucid.graph.node import Node
from pellucid.graph.where import made_at
from pellucid.lenses.chain.stage import Stage
from pellucid.lenses.graphs.flow import Flow
from pellucid.lenses.graphs.net import Link, Net, Vertex, amount_of, mean_of
from pellucid.lenses.graphs.stops import no_slope, partly_off, unasked
from pellucid.lenses.notation import plain

__all__ = ["leaf_kind", "leaf_vertex", "link_between", "off_remarks", "ops_net", "within"]


def ops_net(flow: Flow, inside: str = "", only: Sequence[Stage] | None = None) -> Net:
    """Ops as vertices.

    Args:
        flow: the computation.
        inside: only what this module does.
        only: of that, these alone.
    """
    stages = within(flow, inside) if only is None else only
    vertices: dict[Node, Vertex] = {}
    links: list[Link] = []
    made = {s.out for s in stages}
    shown = set(flow.leaves())
    for stage in stages:
        for x in stage.inputs:
            if x not in vertices and x not in made and (x in shown or x.inputs):
                vertices[x] = leaf_vertex(x, flow)
        vertices[stage.out] = _vertex(stage, flow)
        links += [link_between(stage, x, flow) for x in stage.inputs if x in vertices]
    for vertex in vertices.values():
        vertex.name = vertex.name.removeprefix(f"{inside}.")
    name = flow.symbols.of(flow.root)
    return Net("ops", list(vertices.values()), links, flow.root, name, flow.blamed)


def within(flow: Flow, inside: str) -> list[Stage]:
    """The stages of one module; all for ""."""
    if not inside:
        return flow.stages
    kept = [s for s in flow.stages if f"{s.out.scope}.".startswith(f"{inside}.")]
    if not kept:
        known = list(dict.fromkeys(s.out.scope for s in flow.stages if s.out.scope))
        raise SettingError(
            f"graph: nothing was computed inside={inside!r}.\n Modules that took part: "
            f"{', '.join(known[:12]) or 'none'}{', …' if len(known) > 12 else ''}."
        )
    return kept


def _vertex(stage: Stage, flow: Flow) -> Vertex:
    vertex = _valued(stage.out, flow)
    vertex.op, vertex.kind = stage.name, "loss" if stage.out is flow.root else "op"
    vertex.equation = plain(stage.record.equation).split("   ")[0]
    return vertex


def leaf_vertex(x: Node, flow: Flow) -> Vertex:
    """Something that is read but not made here."""
    vertex = _valued(x, flow)
    vertex.kind = leaf_kind(x)
    vertex.name = x.name if vertex.kind == "parameter" and x.name else vertex.name
    vertex.op = x.op.name if x.op is not None and not x.inputs else ""
    return vertex


def leaf_kind(x: Node) -> str:
    """Whether a leaf learns."""
    return "parameter" if x.kind == "parameter" or (x.op is None and x.requires_grad) else "input"


def _valued(x: Node, flow: Flow) -> Vertex:
    array = np.asarray(x.array)
    vertex = Vertex(f"n{x.seq}", flow.symbols.of(x), shape=x.shape, source=(x, None))
    vertex.value = float(array.reshape(-1)[0]) if x.size == 1 else None
    vertex.mean = mean_of(array)
    vertex.blame = amount_of(flow.blame.get(x))
    vertex.scope, vertex.line, vertex.asks = x.scope, made_at(x), x.requires_grad
    return vertex


def link_between(stage: Stage, x: Node, flow: Flow) -> Link:
    """The arrow from an input of a stage to what it makes."""
    passed = flow.passed.get((stage, x))
    link = Link(f"n{x.seq}", f"n{stage.out.seq}", amount_of(passed))
    if not flow.blamed:
        return link
    arriving = flow.blame.get(stage.out)
    if passed is not None and np.any(passed):
        return link
    link.passed = None
    link.stops = no_slope(stage, arriving) if x.requires_grad else unasked(x)
    return link


def off_remarks(flow: Flow, stages: list[Stage]) -> list[str]:
    """Activations that pass nothing on for some of their numbers."""
    found = []
    for stage in stages:
        for x in stage.inputs:
            passed = flow.passed.get((stage, x))
            if passed is not None:
                words = partly_off(stage, flow.blame.get(stage.out), passed)
                if words:
                    found.append(f"{flow.symbols.of(stage.out)}: {words}.")
    return found
