"""Losses that ask for a distance: right ahead of wrong by a margin, and no blame beyond it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.errors import SettingError, ShapeError
from pellucid.graph.node import Node
from pellucid.nn.functional.checks import pairs, reduced_by, tensors
from pellucid.nn.functional.distances import pairwise_distance
from pellucid.nn.functional.losses import reduced
from pellucid.ops import elementwise as ew
from pellucid.ops.activation import softplus
from pellucid.ops.compare import eq, ne, where
from pellucid.ops.reduce import sum_
from pellucid.shapes import Mismatch, broadcast, show
from pellucid.tensor import Tensor
from pellucid.tensor.lift import lifted
from pellucid.tensor.tensor import wrap

__all__ = [
    "cosine_embedding_loss", "hinge_embedding_loss", "margin_ranking_loss", "soft_margin_loss",
    "triplet_margin_loss",
]  # fmt: skip


def hinge_embedding_loss(
    input: Node,
    target: Node,
    margin: float = 1.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Node:
    r"""Distances made small for pairs that belong together, and at least `margin` for the others.

    $\ell = x$ where $y = 1$ and $\max(0, \mathrm{margin} - x)$ where $y = -1$

    Args:
        input: distances.
        target: 1 or −1, in the same shape.
        margin: the distance asked for.
        size_average: an older spelling of `reduction`.
        reduce: another.
        reduction: "mean", "sum" or "none".
    """
    tensors("hinge_embedding_loss", input=input, target=target)
    reduction = reduced_by(size_average, reduce, reduction)
    pairs("hinge_embedding_loss", input, target)
    apart = where(ne(target, 1), _cut(ew.sub(float(margin), input)), 0.0)
    return reduced(ew.add(apart, where(ne(target, -1), input, 0.0)), reduction)


def margin_ranking_loss(
    input1: Node,
    input2: Node,
    target: Node,
    margin: float = 0.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Node:
    r"""Two scores in the right order: $\max(0, -y\,(x_1 - x_2) + \mathrm{margin})$.

    Args:
        input1: scores.
        input2: other scores.
        target: 1 where the first should be larger, −1 where the second.
        margin: by how much.
        size_average: an older spelling of `reduction`.
        reduce: another.
        reduction: "mean", "sum" or "none".
    """
    name = "margin_ranking_loss"
    tensors(name, input1=input1, input2=input2, target=target)
    reduction = reduced_by(size_average, reduce, reduction)
    _together(name, "Give one target for each two scores.", input1, input2, target)
    ahead = ew.mul(ew.neg(target), ew.sub(input1, input2))
    return reduced(_cut(ew.add(ahead, float(margin))), reduction)


def cosine_embedding_loss(
    input1: Node,
    input2: Node,
    target: Node,
    margin: float = 0.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Node:
    r"""Vectors that belong together made to point the same way, others at least not that way.

    $\ell = 1 - \cos(x_1, x_2)$ where $y = 1$ and $\max(0, \cos(x_1, x_2) - \mathrm{margin})$
    where $y = -1$

    Args:
        input1: vectors, `(N, D)` or `(D)`.
        input2: their partners.
        target: 1 or −1 for each two, `(N)` or `()`.
        margin: how alike the others may point.
        size_average: an older spelling of `reduction`.
        reduce: another.
        reduction: "mean", "sum" or "none".
    """
    name = "cosine_embedding_loss"
    tensors(name, input1=input1, input2=input2, target=target)
    reduction = reduced_by(size_average, reduce, reduction)
    rank = len(target.shape) + 1
    if rank > 2 or len(input1.shape) != rank or len(input2.shape) != rank:
        raise ShapeError(
            f"{name}: vectors (N, D) need targets (N), and one vector (D) a target ().\n"
            f"   input1  {show(input1.shape)}\n   input2  {show(input2.shape)}\n"
            f"   target  {show(target.shape)}\n Give one target for each two vectors."
        )
    alike = _cosine(name, input1, input2)
    together = where(eq(target, 1), ew.sub(1.0, alike), 0.0)
    apart = where(eq(target, -1), _cut(ew.sub(alike, float(margin))), 0.0)
    return reduced(ew.add(together, apart), reduction)


def _cosine(name: str, a: Node, b: Node) -> Node:
    """The cosine, with 10⁻¹² under the root, as PyTorch has it in this loss."""
    _together(name, "Give each vector its partner, in the same shape.", a, b)

    def along(x: Node) -> Node:
        return sum_(x, axes=(len(x.shape) - 1,))

    squares = ew.mul(*(ew.add(along(ew.square(x)), 1e-12) for x in (a, b)))
    return ew.div(along(ew.mul(a, b)), ew.sqrt(squares))


def triplet_margin_loss(
    anchor: Node,
    positive: Node,
    negative: Node,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Node:
    r"""An anchor nearer to what belongs to it than to what does not, by a margin.

    $\ell = \max(0, \|a - p\| - \|a - n\| + \mathrm{margin})$

    Args:
        anchor: vectors along the last axis.
        positive: those that belong to them.
        negative: those that do not.
        margin: by how much.
        p: which length: 2 is Euclid's.
        eps: added to each difference.
        swap: take the distance from positive to negative where that is smaller.
        size_average: an older spelling of `reduction`.
        reduce: another.
        reduction: "mean", "sum" or "none".

    Source: Balntas, Riba, Ponsa & Mikolajczyk 2016.
    """
    name = "triplet_margin_loss"

    def distance(a: Node, b: Node) -> Node:
        return pairwise_distance(a, b, p, eps)

    reduction = reduced_by(size_average, reduce, reduction)
    return _triplet(name, anchor, positive, negative, distance, margin, swap, reduction)


def triplet_margin_with_distance_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Any:
    """`triplet_margin_loss` with a distance of one's own.

    Args:
        anchor: a batch.
        positive: what belongs to it.
        negative: what does not.
        distance_function: takes two Tensors and gives a distance for each row;
            `pairwise_distance` if None.
        margin: by how much the negatives should be farther.
        swap: take the distance from positive to negative where that is smaller.
        reduction: "mean", "sum" or "none".
    """
    measure = distance_function or lifted(pairwise_distance)
    name = "triplet_margin_with_distance_loss"

    def loss(anchor: Node, positive: Node, negative: Node) -> Node:
        def distance(a: Node, b: Node) -> Node:
            return measure(wrap(a), wrap(b))._node

        how = reduced_by(None, None, reduction)
        return _triplet(name, anchor, positive, negative, distance, margin, swap, how)

    return lifted(loss)(anchor, positive, negative)


def _triplet(
    name: str,
    anchor: Node,
    positive: Node,
    negative: Node,
    distance: Callable[[Node, Node], Node],
    margin: float,
    swap: bool,
    reduction: str,
) -> Node:
    tensors(name, anchor=anchor, positive=positive, negative=negative)
    if margin <= 0:
        raise SettingError(f"{name}: margin must be positive, and it is {margin}.")
    remedy = "Give each anchor one positive and one negative, in the same shape."
    _together(name, remedy, anchor, positive, negative, names=("anchor", "positive", "negative"))
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = ew.minimum(far, distance(positive, negative))
    return reduced(_cut(ew.sub(ew.add(near, float(margin)), far)), reduction)


def soft_margin_loss(
    input: Node,
    target: Node,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Node:
    r"""Scores on the right side of zero, the farther the better: $\ln(1 + e^{-y x})$.

    Args:
        input: scores.
        target: 1 or −1, in the same shape.
        size_average: an older spelling of `reduction`.
        reduce: another.
        reduction: "mean", "sum" or "none".
    """
    tensors("soft_margin_loss", input=input, target=target)
    reduction = reduced_by(size_average, reduce, reduction)
    pairs("soft_margin_loss", input, target)
    return reduced(softplus(ew.mul(ew.neg(target), input), threshold=1e9), reduction)


def _cut(x: Node) -> Node:
    return ew.clamp(x, min=0.0, max=None)


def _together(
    name: str, remedy: str, *given: Node, names: tuple[str, ...] = ("input1", "input2", "target")
) -> None:
    """Refuse shapes of other ranks, or that do not stretch to one."""
    shapes = [x.shape for x in given]
    try:
        broadcast(*shapes)
    except Mismatch:
        fits = False
    else:
        fits = len({len(s) for s in shapes}) == 1
    if not fits:
        lines = [f"   {n:<9} {show(s)}" for n, s in zip(names, shapes, strict=False)]
        said = " and ".join([", ".join(names[: len(shapes) - 1]), names[len(shapes) - 1]])
        raise ShapeError("\n".join([f"{name}: {said} do not fit.", *lines, f" {remedy}"]))
