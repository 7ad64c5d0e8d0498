"""Shapes as plain tuples: broadcasting, axis numbers, and the axis grammar of the ops.

The grammar is einops' and jaxtyping's: `"... n k, ... k m -> ... n m"` says that `k` must agree on
both sides, that `n` and `m` survive, and that whatever stands before them is broadcast.
"""

from __future__ import annotations

import math
import operator
from functools import cache
from typing import Any, NamedTuple

from pellucid.errors import (
    DTypeError,
    IndexRangeError,
    IndexShapeError,
    PellucidError,
    ShapeError,
)

__all__ = [
    "EmptyAxis",
    "Mismatch",
    "NoSuchAxis",
    "NotWhole",
    "Shape",
    "Signature",
    "broadcast",
    "normalize_axis",
    "numel",
    "parse",
    "reduced_axes",
    "resolve",
    "show",
    "steps_in_order",
    "whole",
]

Shape = tuple[int, ...]


class Mismatch(ValueError):
    """Two shapes that do not fit; the op that was asked adds its name and the remedy.

    Attributes:
        error: the class that people catch.
        remedy: what to do, where that is known; the last line of the message.
    """

    error: type[PellucidError] = ShapeError

    def __init__(self, text: str, remedy: str = "") -> None:
        super().__init__(text)
        self.remedy = remedy


class EmptyAxis(Mismatch):
    """Nothing lies along an axis where something is looked for: an IndexError in PyTorch."""

    error = IndexShapeError


class NoSuchAxis(Mismatch):
    """An axis number that the Tensor does not have; PyTorch's users catch IndexError for it."""

    error = IndexRangeError


class NotWhole(Mismatch):
    """An axis or a size that is no whole number."""

    error = DTypeError


class Signature(NamedTuple):
    """An axis spec taken apart: the letters of each input and of the output."""

    inputs: tuple[tuple[str, ...], ...]
    output: tuple[str, ...]


def show(shape: Shape) -> str:
    """A shape as people write it.

    >>> show((32, 4)), show((3,)), show(())
    ('(32, 4)', '(3,)', '()')
    """
    return str(tuple(int(n) for n in shape))


def numel(shape: Shape) -> int:
    """How many numbers an array of this shape holds."""
    return math.prod(shape)


def steps_in_order(shape: Shape) -> tuple[int, ...]:
    """How far neighbors along each axis lie apart where all numbers lie in order in memory.

    >>> steps_in_order((2, 3, 4))
    (12, 4, 1)
    """
    steps, step = [], 1
    for n in reversed(shape):
        steps.append(step)
        step *= max(n, 1)
    return tuple(reversed(steps))


def broadcast(*shapes: Shape) -> Shape:
    """The common shape under NumPy's rule: align at the right; 1 stretches.

    >>> broadcast((32, 1), (16,))
    (32, 16)
    """
    rank = max((len(s) for s in shapes), default=0)
    out = [1] * rank
    for shape in shapes:
        offset = rank - len(shape)
        for i, n in enumerate(shape):
            have = out[offset + i]
            if have == 1:
                out[offset + i] = n
            elif n not in (1, have):
                raise Mismatch(
                    f"axis {offset + i - rank} is {have} on one side and {n} on the other; "
                    "sizes must be equal, or one of them 1",
                    _stretchable(shapes),
                )
    return tuple(out)


def _stretchable(shapes: tuple[Shape, ...]) -> str:
    """What would let two shapes meet that don't."""
    a, b = shapes if len(shapes) == 2 else ((), ())
    if len(a) == 2 and a == b[::-1]:
        return "Perhaps one of them should be turned around: x.T."
    for short, long, which in ((a, b, "first"), (b, a, "second")):
        if 0 < len(short) < len(long) and long[: len(short)] == short:
            column = short + (1,) * (len(long) - len(short))
            return f"Perhaps the {which} should be a column: reshape{show(column)}."
    return "Shapes are compared from the right; cut, reshape or unsqueeze one of them to fit."


def normalize_axis(axis: int, rank: int) -> int:
    """A possibly negative axis number as one in `0..rank-1`."""
    if type(axis) is not int:
        axis = whole(axis, "dim")
    limit = max(rank, 1)  # a 0-axis Tensor accepts dim 0 and -1, as in PyTorch
    if not -limit <= axis < limit:
        axes = f"{rank} axes" if rank > 1 else "one axis" if rank else "no axes"
        raise NoSuchAxis(
            f"dim {axis} does not exist: the Tensor has {axes}, "
            f"so dims go from {-limit} to {limit - 1}"
        )
    return axis % limit


def whole(value: Any, what: str) -> int:
    """A number of any integer type as an int."""
    try:
        return operator.index(value)
    except TypeError:
        raise NotWhole(f"{what} must be a whole number and is {value!r}") from None


def reduced_axes(axis: int | tuple[int, ...] | None, rank: int) -> tuple[int, ...]:
    """The axes that a reduction runs over, sorted; None or () means all."""
    if axis is None or axis == ():
        return tuple(range(rank))
    axes = axis if isinstance(axis, tuple) else (axis,)
    found = sorted({normalize_axis(a, rank) for a in axes})
    if len(found) != len(axes):
        raise Mismatch(f"dim {axes} names an axis twice")
    return tuple(a for a in found if a < rank)


@cache
def parse(spec: str) -> Signature:
    """Take an axis spec apart.

    >>> parse("... n k, ... k m -> ... n m").inputs
    (('...', 'n', 'k'), ('...', 'k', 'm'))
    """
    left, _, right = spec.partition("->")
    inputs = tuple(tuple(part.split()) for part in left.split(","))
    return Signature(inputs, tuple(right.split()))


def resolve(spec: str, shapes: tuple[Shape, ...]) -> Shape:
    """The output shape by a spec; raises `Mismatch` in the letters of the spec."""
    signature = parse(spec)
    sizes: dict[str, int] = {}
    seen: dict[str, int] = {}
    leading: list[Shape] = []
    for position, (letters, shape) in enumerate(zip(signature.inputs, shapes, strict=True)):
        named = _bind(letters, shape, leading, position)
        for letter, size in named:
            if sizes.setdefault(letter, size) != size:
                raise Mismatch(
                    f"{letter} is {sizes[letter]} in {ordinal(seen[letter])} input "
                    f"and {size} in {ordinal(position)}"
                )
            seen.setdefault(letter, position)
    lead = broadcast(*leading)
    out: list[int] = []
    for letter in signature.output:
        out.extend(lead if letter == "..." else (sizes[letter],))
    return tuple(out)


def ordinal(position: int) -> str:
    """Positions in words, for messages: "the first", "the second", and so on."""
    words = ("the first", "the second", "the third", "the fourth", "the fifth")
    return words[position] if position < len(words) else f"number {position + 1}"


def _bind(
    letters: tuple[str, ...], shape: Shape, leading: list[Shape], position: int
) -> list[tuple[str, int]]:
    names = [x for x in letters if x != "..."]
    split = len(shape) - len(names)
    if split < 0 or (split > 0 and "..." not in letters):
        wanted = " ".join(letters) or "no axes"
        raise Mismatch(
            f"{ordinal(position)} input needs axes ({wanted}) and has shape {show(shape)}"
        )
    if "..." in letters:
        leading.append(shape[:split])
    return list(zip(names, shape[split:], strict=True))
