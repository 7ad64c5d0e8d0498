"""Square matrices turned around: inverses, systems of equations, determinants.

Every rule here is the inverse applied once more to the blame. A matrix that has none is refused by
NumPy; under XLA it gives infinities and NaN.
"""

from __future__ import annotations

from typing import Any

from pellucid.errors import ShapeError
from pellucid.graph.node import Node
from pellucid.ops.elementwise import mul, neg, sub
from pellucid.ops.linalg import dot_general
from pellucid.ops.movement import reshape, swap
from pellucid.ops.op import Mistake, Op, Sample, define
from pellucid.ops.reduce import sum_
from pellucid.shapes import Mismatch, Shape, broadcast, numel, show

__all__ = [
    "cofactors", "det", "det_sign", "flipped", "inv", "logabsdet", "pinv", "solve", "square",
]  # fmt: skip

_A = [[2.0, 0.5, -1.0], [0.3, 1.5, 0.2], [-0.7, 0.1, 1.2]]
_B = [[[1.0, 0.4], [-0.6, 0.8]], [[0.5, -1.0], [2.0, 0.3]]]
_SQUARE = (Sample((_A,)), Sample((_B,)), Sample(((0, 0),)))


def flipped(x: Node) -> Node:
    """Matrices mirrored at their diagonal."""
    return swap(x, -1, -2)


def square(own: Shape) -> Shape:
    """The shape of square matrices; anything else is refused."""
    if len(own) < 2 or own[-1] != own[-2]:
        raise Mismatch(f"it takes square matrices, and {show(own)} is none")
    return own


def _cubic(shapes: tuple[Shape, ...], out: Shape, **_: Any) -> int:
    return 2 * numel(shapes[0]) * max(shapes[0][-1], 1)


def _one_each(g: Node) -> Node:
    return reshape(g, shape=(*g.shape, 1, 1))


inv: Op = define(
    "inv",
    sentence="The matrix that undoes another.",
    equation=r"y = A^{-1}",
    derivative=r"\partial L/\partial A = -y^\top G\, y^\top",
    forward=lambda xp, a: xp.linalg.inv(a),
    gradient=(lambda g, y, a: neg(dot_general(dot_general(flipped(y), g), flipped(y))),),
    shape=square,
    dtype="keep",
    accepts="float",
    cost=_cubic,
    terms=("−yᵀGyᵀ",),
    traits="matrix",
    samples=_SQUARE,
    mistakes=(
        Mistake(
            ((2, 3),),
            {},
            ShapeError,
            "inv: it takes square matrices, and (2, 3) is none.\n   a            (2, 3)",
        ),
    ),
)


def _solved(a: Shape, b: Shape) -> Shape:
    square(a)
    if len(b) < 2 or b[-2] != a[-1]:
        raise Mismatch(f"{a[-1]} equations need {a[-1]} rows on the right, not {show(b)}")
    return (*broadcast(a[:-2], b[:-2]), *b[-2:])


solve: Op = define(
    "solve",
    sentence="What a matrix must be multiplied with to give another.",
    equation=r"A y = b",
    derivative=r"\partial L/\partial b = A^{-\top} G,\quad "
    r"\partial L/\partial A = -(A^{-\top} G)\, y^\top",
    forward=lambda xp, a, b: xp.linalg.solve(a, b),
    gradient=lambda g, y, a, b: _solve_rule(g, y, a),
    shape=_solved,
    accepts="float",
    cost=_cubic,
    terms=("−A⁻ᵀG·yᵀ", "A⁻ᵀG"),
    traits="matrix",
    samples=(
        Sample((_A, (3, 2))),
        Sample((_B, (2, 3))),
        Sample((_B, (4, 1, 2, 3))),
    ),
    mistakes=(
        Mistake(
            (_A, (2, 3)),
            {},
            ShapeError,
            "solve: 3 equations need 3 rows on the right, not (2, 3).\n"
            "   a            (3, 3)\n"
            "   b            (2, 3)",
        ),
    ),
)


def _solve_rule(g: Node, y: Node, a: Node) -> tuple[Node, Node]:
    back = solve(flipped(a), g)
    return neg(dot_general(back, flipped(y))), back


det: Op = define(
    "det",
    sentence="The volume that a matrix makes of a unit cube, with its sign.",
    equation=r"y = \det A",
    derivative=r"\partial y/\partial A = \det(A)\, A^{-\top}",
    forward=lambda xp, a: xp.linalg.det(a),
    gradient=(lambda g, y, a: mul(_one_each(g), cofactors(a)),),
    shape=lambda own: square(own)[:-2],
    dtype="keep",
    accepts="float",
    stable="the slope comes from singular values: it exists where the determinant is 0 too",
    cost=_cubic,
    terms=("det(A)·A⁻ᵀ",),
    traits="matrix",
    samples=_SQUARE[:2],
)


def _cofactors(xp: Any, a: Any) -> Any:
    u, s, vt = xp.linalg.svd(a)
    one = xp.ones_like(s[..., :1])
    before = xp.cumprod(xp.concatenate([one, s[..., :-1]], axis=-1), axis=-1)
    after = xp.cumprod(xp.concatenate([one, xp.flip(s, -1)[..., :-1]], axis=-1), axis=-1)
    others = before * xp.flip(after, -1)
    turn = xp.linalg.det(u) * xp.linalg.det(vt)
    return turn[..., None, None] * xp.matmul(u * others[..., None, :], vt)


cofactors: Op = define(
    "cofactors",
    sentence="For each number of a matrix the determinant of the rest, without its row and column.",
    equation=r"y = \det(A)\, A^{-\top}",
    derivative=r"\partial L/\partial A = \det(A) "
    r"(\langle G, A^{-\top}\rangle A^{-\top} - A^{-\top} G^\top A^{-\top})",
    forward=_cofactors,
    gradient=(lambda g, y, a: _cofactors_rule(g, y, a),),
    shape=square,
    dtype="keep",
    accepts="float",
    cost=_cubic,
    terms=("det(A)·(⟨G, A⁻ᵀ⟩A⁻ᵀ − A⁻ᵀGᵀA⁻ᵀ)",),
    traits="matrix",
    samples=_SQUARE[:2],
)


def _cofactors_rule(g: Node, y: Node, a: Node) -> Node:
    w = flipped(inv(a))
    inner = sum_(mul(g, w), axes=(len(a.shape) - 2, len(a.shape) - 1), keepdim=True)
    return sub(mul(inner, y), dot_general(dot_general(w, flipped(g)), y))


logabsdet: Op = define(
    "logabsdet",
    sentence="The logarithm of the size of the determinant, which itself may be too large to hold.",
    equation=r"y = \ln |\det A|",
    derivative=r"\partial y/\partial A = A^{-\top}",
    forward=lambda xp, a: xp.linalg.slogdet(a)[1],
    gradient=(lambda g, y, a: mul(_one_each(g), flipped(inv(a))),),
    shape=lambda own: square(own)[:-2],
    dtype="keep",
    accepts="float",
    cost=_cubic,
    terms=("A⁻ᵀ",),
    traits="matrix",
    samples=_SQUARE[:2],
)

det_sign: Op = define(
    "det_sign",
    sentence="The sign of the determinant.",
    equation=r"y = \operatorname{sign} \det A",
    derivative=r"\text{none: the sign is flat}",
    forward=lambda xp, a: xp.linalg.slogdet(a)[0],
    gradient=None,
    shape=lambda own: square(own)[:-2],
    dtype="keep",
    accepts="float",
    cost=_cubic,
    traits="matrix",
    samples=_SQUARE[:2],
)


def _pinv(xp: Any, a: Any, rtol: float, atol: float = 0.0) -> Any:
    if 0 in a.shape:
        return xp.zeros((*a.shape[:-2], a.shape[-1], a.shape[-2]), a.dtype)
    u, s, vt = xp.linalg.svd(a, full_matrices=False)
    kept = s > xp.maximum(rtol * s[..., :1], atol)
    shrunk = xp.where(kept, 1 / xp.where(kept, s, 1), xp.zeros((), s.dtype))
    back = xp.swapaxes(vt, -1, -2) * shrunk[..., None, :]
    return xp.matmul(back, xp.swapaxes(u, -1, -2))


def _pinv_rule(g: Node, y: Node, a: Node, rtol: float, atol: float = 0.0) -> Node:
    """The blame through the row space, and through what the columns and the rows leave out."""
    yt, gt = flipped(y), flipped(g)
    if a.shape[-2] <= a.shape[-1]:
        k = dot_general(gt, y)
        ky = dot_general(k, yt)
        rest = sub(ky, dot_general(dot_general(a, y), ky))
        side = dot_general(dot_general(yt, y), sub(gt, dot_general(k, a)))
        return _sum(neg(flipped(dot_general(y, k))), rest, side)
    k = dot_general(y, gt)
    yk = dot_general(yt, k)
    rest = sub(yk, dot_general(dot_general(yk, y), a))
    side = dot_general(dot_general(sub(gt, dot_general(a, k)), y), yt)
    return _sum(neg(flipped(dot_general(k, y))), rest, side)


def _sum(a: Node, b: Node, c: Node) -> Node:
    return sub(sub(a, neg(b)), neg(c))


def _turned(own: Shape, rtol: float, atol: float = 0.0) -> Shape:
    if len(own) < 2:
        raise Mismatch(f"it takes matrices, and {show(own)} is none")
    return (*own[:-2], own[-1], own[-2])


pinv: Op = define(
    "pinv",
    sentence="The inverse as far as there is one, of any matrix: Moore and Penrose's.",
    equation=r"y = A^+",
    derivative=r"-y^\top G\, y^\top \text{ and what leaves the row and the column space}",
    forward=_pinv,
    gradient=(_pinv_rule,),
    shape=_turned,
    dtype="keep",
    accepts="float",
    cost=lambda shapes, out, **_: 8 * numel(shapes[0]) * max(min(shapes[0][-2:]), 1),
    terms=("−y·dA·y + …",),
    traits="matrix",
    samples=(
        Sample((_A,), {"rtol": 1e-12}),
        Sample(([[1.0, 0.5], [-0.3, 2.0], [0.7, 0.1]],), {"rtol": 1e-12}),
        Sample(([[1.0, 0.5, -0.4], [-0.3, 2.0, 0.6]],), {"rtol": 1e-12}),
    ),
)
