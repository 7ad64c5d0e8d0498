"""How far apart vectors are, how alike they point, and vectors brought to length 1."""

from __future__ import annotations

from pellucid.dtypes import FLOAT
from pellucid.errors import DTypeError, SettingError, ShapeError
from pellucid.graph.node import Node
from pellucid.ops import elementwise as ew
from pellucid.ops.compare import lt, where
from pellucid.ops.held import detach
from pellucid.ops.indexing import take
from pellucid.ops.movement import expand
from pellucid.ops.reduce import sum_
from pellucid.shapes import Mismatch, Shape, broadcast, normalize_axis, show
from pellucid.tensor.functions.reduction import norm
from pellucid.tensor.ranges import triu_indices

__all__ = ["cosine_similarity", "normalize", "pairwise_distance", "pdist"]


def normalize(
    input: Node, p: float = 2.0, dim: int = 1, eps: float = 1e-12, out: None = None
) -> Node:
    r"""Every vector along `dim` scaled to length 1: $x / \max(\|x\|_p, \varepsilon)$.

    Args:
        input: any shape.
        p: which length: 2 is Euclid's, 1 the sum of sizes, inf the largest size.
        dim: the axis along which the vectors lie.
        eps: the least length to divide by.
        out: not used; there for PyTorch's sake.
    """
    _floats("normalize", input)
    length = norm(input, p, dim, keepdim=True)
    return ew.div(input, ew.clamp(length, min=eps, max=None))


def cosine_similarity(x1: Node, x2: Node, dim: int = 1, eps: float = 1e-8) -> Node:
    r"""How much two vectors point the same way: $x_1 \cdot x_2 / (\|x_1\| \|x_2\|)$.

    Args:
        x1: vectors along `dim`.
        x2: others; both are stretched to a common shape.
        dim: the axis along which the vectors lie.
        eps: the least length to divide by.
    """
    dtype = ew.mul(x1, x2).dtype
    _floats("cosine_similarity", ew.mul(x1, x2))
    x1, x2 = (x if x.dtype is dtype else ew.cast(x, dtype=dtype) for x in (x1, x2))
    shape = _common("cosine_similarity", x1, x2)
    axis = normalize_axis(dim, len(shape))
    a, b = (_to_one(expand(x, shape=shape), axis, eps) for x in (x1, x2))
    return sum_(ew.mul(a, b), axes=(axis,) if shape else ())


def _to_one(x: Node, axis: int, eps: float) -> Node:
    """The vectors at length 1; the least length holds in value alone, as in PyTorch."""
    length = norm(x, 2, axis, keepdim=True)
    return ew.div(x, at_least(length, eps))


def at_least(x: Node, low: float) -> Node:
    """`x`, and `low` where it is below; the slope is 1 there too."""
    return where(lt(x, low), ew.add(ew.sub(x, detach(x)), low), x)


def pairwise_distance(
    x1: Node, x2: Node, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False
) -> Node:
    r"""How far each vector is from its partner: $\|x_1 - x_2 + \varepsilon\|_p$.

    Args:
        x1: vectors along the last axis.
        x2: their partners.
        p: which length: 2 is Euclid's, 1 the sum of sizes, inf the largest size.
        eps: added to each difference, so that no distance is exactly 0.
        keepdim: whether the last axis stays, as 1.
    """
    shape = _common("pairwise_distance", x1, x2)
    apart = ew.add(ew.sub(x1, x2), float(eps))
    if not shape:
        return norm(apart, p)
    return norm(apart, p, len(shape) - 1, keepdim)


def pdist(input: Node, p: float = 2) -> Node:
    """How far each row is from each row after it, as one row of n(n − 1)/2 distances.

    Args:
        input: `(N, M)`.
        p: which length, at least 0; inf for the largest size.
    """
    if len(input.shape) != 2:
        raise ShapeError(
            f"pdist works on rows, (N, M), and got {show(input.shape)}.\n"
            " For batches take cdist(x, x)."
        )
    _floats("pdist", input)
    if not p >= 0:
        raise SettingError(f"pdist: p must be at least 0 (inf for the largest) and is {p}.")
    n = input.shape[0]
    a, b = (take(input, at._node, axes=(0,)) for at in triu_indices(n, n, 1))
    return norm(ew.sub(a, b), p, 1)


def _common(name: str, x1: Node, x2: Node) -> Shape:
    try:
        return broadcast(x1.shape, x2.shape)
    except Mismatch:
        raise ShapeError(
            f"{name}: x1 and x2 hold vectors of other shapes.\n"
            f"   x1      {show(x1.shape)}\n   x2      {show(x2.shape)}\n"
            " Give each vector its partner, in the same shape."
        ) from None


def _floats(name: str, x: Node) -> None:
    if x.dtype.category != FLOAT:
        raise DTypeError(
            f"{name} divides and needs float; these are {x.dtype.name}.\n"
            " Convert them first: x.float()."
        )
