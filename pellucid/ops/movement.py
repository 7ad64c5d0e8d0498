"""Ops that move numbers and change none: reshape, permute, expand, slice, join.

The derivative of moving numbers there is moving the blame back.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pellucid.errors import ShapeError
from pellucid.graph.node import Node
from pellucid.ops.op import Mistake, Op, Sample, define
from pellucid.shapes import Mismatch, Shape, normalize_axis, numel, show

__all__ = [
    "FREE", "Spec", "as_index", "cat", "expand", "inverse", "permute", "place", "reshape",
    "slice_", "sliced", "swap",
]  # fmt: skip


def FREE(shapes: Any, out: Any, **_: Any) -> int:
    """The cost of moving numbers: no arithmetic."""
    return 0


def _reshaped(own: Shape, shape: Shape) -> Shape:
    known = 1
    for n in shape:
        known *= n if n != -1 else 1
    if shape.count(-1) > 1:
        raise Mismatch(
            f"only one size can be left open with -1, and {show(shape)} has more",
            "Write all sizes out but one.",
        )
    if -1 in shape:
        if known == 0 or numel(own) % known:
            raise Mismatch(
                f"{numel(own)} numbers don't fill {show(shape)} evenly",
                _dividing(own, shape, known),
            )
        shape = tuple(numel(own) // known if n == -1 else n for n in shape)
    elif known != numel(own):
        raise Mismatch(
            f"{numel(own)} numbers don't fit into {show(shape)}, which holds {known}",
            _left_open(numel(own), shape),
        )
    return shape


def _dividing(own: Shape, shape: Shape, known: int) -> str:
    """What would go into the numbers evenly."""
    rows = own[0] if own else 0
    if len(shape) == 2 and len(own) > 1 and shape[0] == -1 and rows and numel(own):
        each = numel(own) // rows
        product = f": {' · '.join(map(str, own[1:]))} = {each}" if len(own) > 2 else ""
        return f"(-1, {each}) keeps the {rows} rows{product}."
    return f"The sizes that are given must divide {numel(own)}, and they multiply to {known}."


def _left_open(count: int, shape: Shape) -> str:
    """Which size may follow from the others, so that all numbers find a place."""
    for at in range(len(shape)):
        others = numel((*shape[:at], *shape[at + 1 :]))
        if others and count and count % others == 0:
            opened = (*shape[:at], -1, *shape[at + 1 :])
            filled = (*shape[:at], count // others, *shape[at + 1 :])
            return f"Leave one size open: {show(opened)} makes it {show(filled)}."
    return f"Give sizes that multiply to {count}."


reshape: Op = define(
    "reshape",
    sentence="The same numbers in the same order, cut into other axes.",
    equation=r"y = \operatorname{reshape}(x)",
    derivative=r"\text{blame is cut back into the axes of } x",
    forward=lambda xp, x, shape: xp.reshape(x, shape),
    gradient=(lambda g, y, x, shape: reshape(g, shape=x.shape),),
    shape=lambda own, shape: _reshaped(own, shape),
    cost=FREE,
    terms=("1",),
    traits="movement linear view",
    samples=(
        Sample(((2, 3),), {"shape": (3, 2)}),
        Sample(((2, 3),), {"shape": (-1,)}),
        Sample(((),), {"shape": (1, 1)}),
        Sample(((0, 3),), {"shape": (3, 0)}),
    ),
    mistakes=(
        Mistake(
            ((2, 3),),
            {"shape": (4, 2)},
            ShapeError,
            "reshape: 6 numbers don't fit into (4, 2), which holds 8.\n   x            (2, 3)\n"
            " Leave one size open: (-1, 2) makes it (3, 2).",
        ),
    ),
)


def _permuted(own: Shape, axes: tuple[int, ...]) -> Shape:
    if sorted(axes) != list(range(len(own))):
        raise Mismatch(f"dims {axes} must name each of the {len(own)} axes once")
    return tuple(own[a] for a in axes)


def inverse(axes: tuple[int, ...]) -> tuple[int, ...]:
    """The order of axes that undoes another."""
    return tuple(axes.index(i) for i in range(len(axes)))


permute: Op = define(
    "permute",
    sentence="The same numbers with the axes in another order.",
    equation=r"y_{\pi(i)} = x_i",
    derivative=r"\text{blame takes the axes back}",
    forward=lambda xp, x, axes: x.transpose(axes),
    gradient=(lambda g, y, x, axes: permute(g, axes=inverse(axes)),),
    shape=lambda own, axes: _permuted(own, axes),
    cost=FREE,
    terms=("1",),
    traits="movement linear view",
    samples=(Sample(((2, 3, 4),), {"axes": (2, 0, 1)}), Sample(((),), {"axes": ()})),
)


def _expanded(own: Shape, shape: Shape) -> Shape:
    extra = len(shape) - len(own)
    if any(n < 0 and (n < -1 or i < extra) for i, n in enumerate(shape)):
        raise Mismatch(f"a size in {show(shape)} is negative; -1 keeps an axis that is there")
    if extra < 0:
        whole = (-1,) * -extra + shape
        raise Mismatch(
            f"{show(own)} has more axes than {show(shape)}",
            f"Give a size for each of its {len(own)} axes; -1 keeps one: x.expand{show(whole)}.",
        )
    out = []
    for i, n in enumerate(shape):
        have = own[i - extra] if i >= extra else 1
        want = have if n == -1 and i >= extra else n
        if have not in (1, want):
            raise Mismatch(
                f"axis {i} is {have} and can't be stretched to {n}; only 1 can",
                _repeatable(own, shape),
            )
        out.append(want)
    return tuple(out)


def _repeatable(own: Shape, shape: Shape) -> str:
    """What would give the shape that expand can't."""
    extra = len(shape) - len(own)
    column = (*own, *[1] * extra)
    if extra and own and all(have in (1, n) for have, n in zip(column, shape, strict=True)):
        return f"Make it a column first: x.reshape{show(column)}.expand{show(shape)}."
    lined = (*[1] * extra, *own)
    wanted = tuple(h if n == -1 else n for h, n in zip(lined, shape, strict=True))
    if all(h and n % h == 0 for h, n in zip(lined, wanted, strict=True)):
        times = tuple(n // h for h, n in zip(lined, wanted, strict=True))
        return f"To repeat the numbers: x.repeat{show(times)} is {show(wanted)}."
    kept = tuple(n if h in (1, n) else -1 for h, n in zip(lined, shape, strict=True))
    return f"-1 keeps an axis as it is: x.expand{show(kept)}."


expand: Op = define(
    "expand",
    sentence="Repeats along axes of size 1 without copying.",
    equation=r"y_{ij} = x_{i}",
    derivative=r"\partial L/\partial x_i = \sum_j \partial L/\partial y_{ij}",
    forward=lambda xp, x, shape: xp.broadcast_to(x, _expanded(x.shape, shape)),
    gradient=(lambda g, y, x, shape: g,),  # the chain rule sums over stretched axes
    shape=lambda own, shape: _expanded(own, shape),
    cost=FREE,
    terms=("1",),
    traits="movement linear view",
    samples=(
        Sample(((2, 1),), {"shape": (2, 3)}),
        Sample(((3,),), {"shape": (2, -1)}),
        Sample(((),), {"shape": (2, 2)}),
    ),
    mistakes=(
        Mistake(
            ((2, 3),),
            {"shape": (4, 3)},
            ShapeError,
            "expand: axis 0 is 2 and can't be stretched to 4; only 1 can.\n"
            "   x            (2, 3)\n"
            " To repeat the numbers: x.repeat(2, 1) is (4, 3).",
        ),
    ),
)

# A slice spec is a tuple with one entry per axis: an int, or (start, stop, step) resolved to
# non-negative numbers; -1 as stop of a negative step means "past the first".
Spec = tuple[Any, ...]


@lru_cache(maxsize=4096)
def as_index(spec: Spec) -> tuple[Any, ...]:
    """What goes into the square brackets."""
    return tuple(
        [s if type(s) is int else slice(s[0], None if s[1] < 0 else s[1], s[2]) for s in spec]
    )


@lru_cache(maxsize=4096)
def _ranges(spec: Spec) -> tuple[Any, ...]:
    """The block without its single positions: its shape is the same wherever they are."""
    return tuple([None if type(s) is int else s for s in spec])


def sliced(own: Shape, spec: Spec) -> Shape:
    """The shape of the block that `spec` names."""
    return tuple(len(range(*s)) for s in spec if not isinstance(s, int))


slice_: Op = define(
    "slice",
    sentence="Cuts out a block: single positions, ranges, steps.",
    equation=r"y = x[\mathrm{index}]",
    derivative=r"\text{blame goes to where the numbers came from, zero elsewhere}",
    # The ellipsis makes NumPy give a view even where only single positions are named.
    forward=lambda xp, x, spec: x[(*as_index(spec), ...)],
    gradient=(lambda g, y, x, spec: place(g, spec=spec, shape=x.shape),),
    shape=lambda own, spec: sliced(own, spec),
    matters=_ranges,
    cost=FREE,
    terms=("1 where taken",),
    traits="movement linear view",
    samples=(
        Sample(((4, 5),), {"spec": ((1, 3, 1), (0, 5, 2))}),
        Sample(((4, 5),), {"spec": (2, (4, -1, -1))}),
        Sample(((3,),), {"spec": ((0, 0, 1),)}),
    ),
)


place: Op = define(
    "place",
    sentence="Puts a block into a field of zeros; the reverse of slice.",
    equation=r"y[\mathrm{index}] = x,\ 0 \text{ elsewhere}",
    derivative=r"\partial L/\partial x = (\partial L/\partial y)[\mathrm{index}]",
    forward=lambda xp, x, spec, shape: xp.placed(shape, as_index(spec), x),
    gradient=(lambda g, y, x, spec, shape: slice_(g, spec=spec),),
    shape=lambda own, spec, shape: shape,
    matters=lambda spec, shape: (_ranges(spec), shape),
    cost=FREE,
    terms=("1",),
    traits="movement linear",
    samples=(Sample(((2, 3),), {"spec": ((1, 3, 1), (0, 5, 2)), "shape": (4, 5)}),),
)


def _joined(*shapes: Shape, axis: int) -> Shape:
    first = shapes[0]
    for i, other in enumerate(shapes[1:], 1):
        for a, (m, n) in enumerate(zip(first, other, strict=False)):
            if len(first) != len(other) or (a != axis and m != n):
                raise Mismatch(
                    f"all must agree outside dim {axis}: Tensor 0 is {show(first)} "
                    f"and Tensor {i} is {show(other)}",
                    _joinable(shapes, axis),
                )
    total = sum(s[axis] for s in shapes)
    return (*first[:axis], total, *first[axis + 1 :])


def _joinable(shapes: tuple[Shape, ...], axis: int) -> str:
    """What would let Tensors be joined that don't fit."""
    first, rank = shapes[0], len(shapes[0])
    if any(len(s) != rank for s in shapes):
        return _one_axis_more(shapes, axis)
    for other in range(rank):
        if all(s[:other] + s[other + 1 :] == first[:other] + first[other + 1 :] for s in shapes):
            return f"They fit along dim {other}: cat(…, dim={other})."
    uneven = next(a for a in range(rank) if a != axis and len({s[a] for s in shapes}) > 1)
    least = min(s[uneven] for s in shapes)
    one = f"one size along dim {uneven}, such as {least}"
    return f"Cut or pad all to {one}; only dim {axis} may differ."


def _one_axis_more(shapes: tuple[Shape, ...], axis: int) -> str:
    """Which new axis lets a Tensor with one axis less be joined to the others."""
    rank = max(map(len, shapes))
    i, short = next((i, s) for i, s in enumerate(shapes) if len(s) < rank)
    model = next(s for s in shapes if len(s) == rank)
    for at in range(rank) if len(short) == rank - 1 else ():
        longer = (*short[:at], 1, *short[at:])
        if all(a == axis or m == n for a, (m, n) in enumerate(zip(longer, model, strict=True))):
            return f"Tensor {i} fits as {show(longer)}: x.unsqueeze({at})."
    return f"Give all {rank} axes: x.unsqueeze(0) puts one of size 1 in front."


def _cut_back(g: Node, y: Node, *xs: Node, axis: int) -> tuple[Node, ...]:
    parts, start = [], 0
    for x in xs:
        stop = start + x.shape[axis]
        spec = [(0, n, 1) for n in y.shape]
        spec[axis] = (start, stop, 1)
        parts.append(slice_(g, spec=tuple(spec)))
        start = stop
    return tuple(parts)


cat: Op = define(
    "cat",
    sentence="Joins Tensors end to end along an axis.",
    equation=r"y = [x_1; x_2; \dots]",
    derivative=r"\text{each piece gets its own stretch of the blame}",
    forward=lambda xp, *xs, axis: xp.concatenate(xs, axis=axis),
    gradient=_cut_back,
    shape=lambda *shapes, axis: _joined(*shapes, axis=axis),
    cost=FREE,
    terms=("1",),
    traits="movement linear variadic",
    samples=(
        Sample(((2, 3), (1, 3)), {"axis": 0}),
        Sample(((2, 3), (2, 0), (2, 1)), {"axis": 1}),
    ),
    mistakes=(
        Mistake(
            ((2, 3), (2, 4)),
            {"axis": 0},
            ShapeError,
            "cat: all must agree outside dim 0: Tensor 0 is (2, 3) and Tensor 1 is (2, 4).\n"
            "   xs[0]        (2, 3)\n"
            "   xs[1]        (2, 4)\n"
            " They fit along dim 1: cat(…, dim=1).",
        ),
    ),
)


def swap(x: Node, first: int, second: int) -> Node:
    """Exchange two axes."""
    axes = list(range(len(x.shape)))
    a, b = normalize_axis(first, len(axes)), normalize_axis(second, len(axes))
    axes[a], axes[b] = axes[b], axes[a]
    return permute(x, axes=tuple(axes))
