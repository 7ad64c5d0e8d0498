"""The step as a picture: the sample goes forward, blame comes back, the weights move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pellucid.lenses.graphs.flow import Flow
from pellucid.lenses.graphs.modules import modules_net
from pellucid.lenses.graphs.net import Net
from pellucid.lenses.graphs.numbers import how_many
from pellucid.lenses.graphs.ops import ops_net
from pellucid.lenses.graphs.picture import diagram_of, value_text
from pellucid.lenses.graphs.scalars import scalars_net
from pellucid.lenses.numerals import number
from pellucid.lenses.picture import Diagram, Dot, Film

__all__ = ["BLANK", "blank", "net_of", "way"]

BLANK = "_______"

_MOST_NUMBERS, _MOST_OPS = 40, 60
_WAYS = ("forward: values", "backward: blame", "update: new weights")


def net_of(flow: Flow) -> Net:
    """The closest zoom at which the step can be drawn."""
    if how_many(flow)[1] <= _MOST_NUMBERS:
        return scalars_net(flow)
    net = ops_net(flow)
    return net if len(net.vertices) <= _MOST_OPS else modules_net(flow)


def way(net: Net, moves: Mapping[str, float], single: bool) -> Film:
    """Three pictures of one step, on the same places.

    Args:
        net: what was computed.
        moves: for each weight its new value; where weights are Tensors, how far they move.
        single: whether weights are single numbers.
    """
    blamed = diagram_of(net, "", "Values on the way forward, blame on the way back.")
    told = {v.key: value_text(v) for v in net.vertices}
    names = {v.key: v.name for v in net.vertices}

    def forward(dot: Dot) -> Dot:
        return replace(dot, lines=tuple(x for x in dot.lines if "blame" not in x))

    def updated(dot: Dot) -> Dot:
        if names[dot.key] not in moves:
            return replace(forward(dot), role="muted")
        new = moves[names[dot.key]]
        line = f"{told[dot.key]} → {number(new)}" if single else f"moves by {number(new)}"
        return replace(dot, lines=(dot.lines[0], line), role="now")

    plain = tuple(replace(e, role="plain", strength=0.25, name="") for e in blamed.edges)
    frames = (
        replace(blamed, dots=tuple(map(forward, blamed.dots)), edges=plain),
        blamed,
        replace(blamed, dots=tuple(map(updated, blamed.dots)), edges=plain),
    )
    title = "The sample goes forward, blame comes back, weights move"
    return Film(frames, _WAYS, 1, title, "way", opens=0)


def blank(net: Net) -> Diagram:
    """The network with what is known: the sample and the weights; the rest is to be filled in.

    Args:
        net: what was computed, number by number.
    """
    whole = diagram_of(net, "To fill in: values from left to right, blame from right to left", "")
    found = {v.key: v for v in net.vertices}

    def emptied(dot: Dot) -> Dot:
        vertex = found[dot.key]
        lines = [dot.lines[0], BLANK if vertex.op else value_text(vertex)]
        if vertex.asks:
            lines.append(f"blame {BLANK}" if vertex.kind != "loss" else "blame +1.0")
        return replace(dot, lines=tuple(lines), hint="")

    plain = (replace(e, role="plain", strength=0.25, name="", hint="") for e in whole.edges)
    return replace(whole, dots=tuple(map(emptied, whole.dots)), edges=tuple(plain))
