"""The closest zoom: every number is a node, weights too, for one sample of a small network."""

from __future__ import annotations

from pellucid.graph.where import made_at
from pellucid.lenses.chain.fold import BILINEAR
from pellucid.lenses.graphs.flow import Flow
from pellucid.lenses.graphs.net import Amount, Link, Net, Vertex
from pellucid.lenses.graphs.numbers import Number, Use, numbers_of
from pellucid.lenses.graphs.stops import called, unasked

__all__ = ["scalars_net"]


def scalars_net(flow: Flow) -> Net:
    """Numbers as vertices."""
    numbers = numbers_of(flow)
    vertices = [_vertex(n, flow) for n in numbers]
    links = [_link(use, flow) for n in numbers for use in n.into]
    name = flow.symbols.of(flow.root)
    return Net("scalars", vertices, links, flow.root, name, flow.blamed)


def _vertex(n: Number, flow: Flow) -> Vertex:
    kind = "loss" if n.node is flow.root else n.kind
    op = n.stage.name if n.stage is not None else ""
    vertex = Vertex(n.key, n.name, op, kind, (), n.value, source=(n.node, n.at))
    vertex.blame = None if n.blame is None else Amount(n.blame, True)
    vertex.equation, vertex.numbers = n.symbols, n.plugged
    vertex.steps = n.blame_sentence() if flow.blamed and n.blame is not None else ""
    vertex.scope, vertex.line, vertex.asks = n.node.scope, made_at(n.node), n.node.requires_grad
    return vertex


def _link(use: Use, flow: Flow) -> Link:
    link = Link(use.source.key, use.target.key, slope=use.slope)
    if not flow.blamed:
        return link
    arriving = use.target.blame
    if use.source.blame is None:
        link.stops = unasked(use.source.node)
    elif not arriving:
        link.stops = "no blame arrives"
    elif not use.slope:
        link.stops = _why(use)
    else:
        link.passed = Amount(arriving * use.slope, True)
    return link


def _why(use: Use) -> str:
    stage = use.target.stage
    if stage is not None and "activation" in stage.traits:
        return f"{called(stage.name)} was off here: slope 0"
    product = stage is not None and stage.op is not None and stage.op.name in BILINEAR
    return "multiplied by 0" if product else "slope 0"
