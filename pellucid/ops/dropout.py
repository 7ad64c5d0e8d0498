"""Dropout: numbers left out by chance during training, so that no unit can lean on one other."""

from __future__ import annotations

from typing import Any

from pellucid.graph.node import Node
from pellucid.ops.op import Op, Sample, define, per_element
from pellucid.shapes import Mismatch, Shape

__all__ = ["dropout"]


def _dropped(xp: Any, x: Any, draw: Any, p: float) -> Any:
    scale = 0.0 if p == 1.0 else 1.0 / (1.0 - p)
    return xp.where(draw >= p, x * xp.asarray(scale, x.dtype), xp.asarray(0.0, x.dtype))


def _shape(x: Shape, draw: Shape, p: float) -> Shape:
    if x != draw:
        raise Mismatch(f"there must be one draw for each number: {x} and {draw}")
    return x


def _to_input(g: Node, y: Node, x: Node, draw: Node, p: float) -> Node:
    return dropout(g, draw, p=p)


dropout: Op = define(
    "dropout",
    sentence="Leaves each number out with probability p and scales the rest up in its place.",
    equation=r"y = \frac{[u \ge p]}{1 - p}\, x,\quad u \sim U[0, 1)",
    derivative=r"\partial y/\partial x = \frac{[u \ge p]}{1 - p}",
    forward=_dropped,
    gradient=(_to_input, None),
    shape=_shape,
    dtype="keep",
    cost=per_element(2),
    terms=("[u ≥ p]/(1 − p)", ""),
    traits="elementwise",
    samples=(
        Sample(((3,), [0.1, 0.9, 0.3]), {"p": 0.25}),
        Sample(((3,), [0.1, 0.9, 0.3]), {"p": 1.0}),
    ),
    source="Srivastava, Hinton, Krizhevsky, Sutskever & Salakhutdinov 2014",
)
