"""Numbers in another order, or cut to a form: flip, roll, triangles, borders."""

from __future__ import annotations

from pellucid.graph.node import Node
from pellucid.ops.movement import FREE, Spec, slice_
from pellucid.ops.op import Op, Sample, define
from pellucid.shapes import Mismatch, Shape

__all__ = ["flip", "pad", "roll", "tril", "triu"]

flip: Op = define(
    "flip",
    sentence="Turns axes around.",
    equation=r"y_i = x_{n-1-i}",
    derivative=r"\text{blame is turned around too}",
    forward=lambda xp, x, axes: xp.flip(x, axes).copy(),
    gradient=(lambda g, y, x, axes: flip(g, axes=axes),),
    cost=FREE,
    terms=("1",),
    traits="movement linear",
    samples=(Sample(((2, 3),), {"axes": (0,)}), Sample(((2, 3),), {"axes": (0, 1)})),
)

roll: Op = define(
    "roll",
    sentence="Moves numbers along axes; what falls off one end comes in at the other.",
    equation=r"y_i = x_{(i - s) \bmod n}",
    derivative=r"\text{blame is moved back}",
    forward=lambda xp, x, shifts, axes: xp.roll(x, shifts, axes),
    gradient=(lambda g, y, x, shifts, axes: roll(g, shifts=tuple(-s for s in shifts), axes=axes),),
    cost=FREE,
    terms=("1",),
    traits="movement linear",
    samples=(
        Sample(((2, 3),), {"shifts": (1,), "axes": (1,)}),
        Sample(((2, 3),), {"shifts": (1, -2), "axes": (0, 1)}),
        Sample(((0, 3),), {"shifts": (1,), "axes": (0,)}),
    ),
)


def _matrix(own: Shape, diagonal: int = 0) -> Shape:
    """At least two axes; the result has the same."""
    if len(own) < 2:
        raise Mismatch(f"a triangle needs at least two axes, and the Tensor has {len(own)}")
    return own


def _triangle(name: str, sentence: str, equation: str) -> Op:
    def back(g: Node, y: Node, x: Node, diagonal: int = 0) -> Node:
        return op(g, diagonal=diagonal)

    op = define(
        name,
        sentence=sentence,
        equation=equation,
        derivative=r"\text{blame of what was kept; none for the rest}",
        forward=lambda xp, x, diagonal=0: getattr(xp, name)(x, diagonal),
        gradient=(back,),
        shape=_matrix,
        cost=FREE,
        terms=("1 where kept",),
        traits="movement linear",
        samples=(
            Sample(((3, 4),), {"diagonal": 0}),
            Sample(((2, 3, 3),), {"diagonal": -1}),
            Sample(((4, 2),), {"diagonal": 1}),
            Sample(((0, 3),), {"diagonal": 0}),
        ),
    )
    return op


tril = _triangle(
    "tril", "Keeps the lower triangle; zeros above it.", r"y_{ij} = [j \le i + k]\,x_{ij}"
)
triu = _triangle(
    "triu", "Keeps the upper triangle; zeros below it.", r"y_{ij} = [j \ge i + k]\,x_{ij}"
)

pad: Op = define(
    "pad",
    sentence="Adds a border of one constant.",
    equation=r"y = x \text{ inside},\ \mathrm{value} \text{ on the border}",
    derivative=r"\text{blame from the inside}",
    forward=lambda xp, x, widths, value=0.0: xp.pad(x, widths, constant_values=value),
    gradient=(lambda g, y, x, widths, value=0.0: slice_(g, spec=_interior(x.shape, widths)),),
    shape=lambda own, widths, value=0.0: tuple(
        a + n + b for n, (a, b) in zip(own, widths, strict=True)
    ),
    cost=FREE,
    terms=("1",),
    traits="movement linear",
    samples=(Sample(((2, 3),), {"widths": ((1, 0), (2, 1)), "value": 0.5}),),
)


def _interior(shape: Shape, widths: tuple[tuple[int, int], ...]) -> Spec:
    return tuple((a, a + n, 1) for n, (a, _) in zip(shape, widths, strict=True))
