"""Matrices taken apart into factors: triangles, right angles, stretches.

Each op gives one array that holds all its factors, one below the other; `parts` cuts them out.
"""

from __future__ import annotations

from typing import Any

from pellucid.errors import GraphError
from pellucid.graph.node import Node
from pellucid.ops.compare import eq, where
from pellucid.ops.elementwise import add, div, mul, sub
from pellucid.ops.linalg import dot_general
from pellucid.ops.movement import cat, slice_
from pellucid.ops.op import Op, Sample, define
from pellucid.ops.rearrange import tril
from pellucid.ops.solving import flipped, solve, square
from pellucid.shapes import Mismatch, Shape, numel, show

__all__ = ["cholesky", "eigh", "matrix_exp", "parts", "qr", "svd"]

_POSITIVE = [[4.0, 1.0, 0.5], [1.0, 3.0, -0.6], [0.5, -0.6, 2.0]]
_TALL = [[1.0, 0.5], [-0.3, 2.0], [0.7, 0.1]]
_WIDE = [[1.0, 0.5, -0.4], [-0.3, 2.0, 0.6]]


def parts(packed: Node, *rows: int) -> list[Node]:
    """The blocks of so many rows that stand one below the other."""
    lead = tuple((0, n, 1) for n in packed.shape[:-2])
    found, start = [], 0
    for n in rows:
        found.append(slice_(packed, spec=(*lead, (start, start + n, 1), (0, packed.shape[-1], 1))))
        start += n
    return found


def _cubic(shapes: tuple[Shape, ...], out: Shape, **_: Any) -> int:
    return 4 * numel(shapes[0]) * max(shapes[0][-1], 1)


def _t(xp: Any, x: Any) -> Any:
    return xp.swapaxes(x, -1, -2)


def _mirrored(xp: Any, a: Any) -> Any:
    """The symmetric matrix whose lower triangle is given."""
    return xp.tril(a) + _t(xp, xp.tril(a, -1))


def _turn(xp: Any, columns: Any) -> Any:
    """Signs that make columns point the same way on every engine: 1/√1, 1/√2, … weigh them."""
    weight = 1 / xp.sqrt(xp.arange(1, columns.shape[-2] + 1).astype(columns.dtype))
    total = xp.sum(columns * weight[:, None], axis=-2, keepdims=True)
    return xp.where(total < 0, -1, 1).astype(columns.dtype)


def _quotient(x: Node, by: Node) -> Node:
    """`x / by`, and 0 where that is 0."""
    nothing = eq(by, 0)
    return where(nothing, 0.0, div(x, where(nothing, 1.0, by)))


def _differences(x: Node) -> Node:
    """`x_j − x_i` of every two numbers in the last row of matrices (…, 1, n)."""
    return sub(x, flipped(x))


# ---- symmetric matrices --------------------------------------------------------------------------


def _cholesky_rule(g: Node, y: Node, a: Node) -> Node:
    inner = tril(dot_general(flipped(y), g))
    both = mul(add(inner, flipped(tril(inner, diagonal=-1))), 0.5)
    left = solve(flipped(y), both)
    return flipped(solve(flipped(y), flipped(left)))


cholesky: Op = define(
    "cholesky",
    sentence="The lower triangle whose product with its mirror image is a given matrix.",
    equation=r"y y^\top = A",
    derivative=r"\partial L/\partial A = y^{-\top} \Phi(y^\top G)\, y^{-1}",
    forward=lambda xp, a: xp.linalg.cholesky(_mirrored(xp, a)),
    gradient=(_cholesky_rule,),
    shape=square,
    dtype="keep",
    accepts="float",
    kink="reads the lower triangle, and blames both as the symmetric matrix they are",
    cost=_cubic,
    terms=("y⁻ᵀΦ(yᵀG)y⁻¹",),
    traits="matrix",
    samples=(Sample((_POSITIVE,), smooth=False), Sample(([[[4.0]], [[9.0]]],))),
)


def _eigh(xp: Any, a: Any) -> Any:
    values, vectors = xp.linalg.eigh(_mirrored(xp, a))
    return xp.concatenate([values[..., None, :], vectors * _turn(xp, vectors)], axis=-2)


def _eigh_rule(g: Node, y: Node, a: Node) -> Node:
    n = a.shape[-1]
    (values, v), (g_values, g_v) = parts(y, 1, n), parts(g, 1, n)
    inner = _quotient(dot_general(flipped(v), g_v), _differences(values))
    stretched = add(dot_general(v, inner), mul(v, g_values))
    found = dot_general(stretched, flipped(v))
    return mul(add(found, flipped(found)), 0.5)


eigh: Op = define(
    "eigh",
    sentence="How a symmetric matrix stretches, from the least on, and below that its directions.",
    equation=r"A = V \operatorname{diag}(\lambda)\, V^\top",
    derivative=r"\partial L/\partial A = V (\operatorname{diag} G_\lambda + V^\top G_V / E)\,"
    r"V^\top,\quad E_{ij} = \lambda_j - \lambda_i, \text{ made symmetric}",
    forward=_eigh,
    gradient=(_eigh_rule,),
    shape=lambda own: (*square(own)[:-2], own[-1] + 1, own[-1]),
    dtype="keep",
    accepts="float",
    kink="directions of equal stretch pass no blame to each other; reads the lower triangle",
    cost=_cubic,
    terms=("V(…)Vᵀ",),
    traits="matrix",
    samples=(Sample((_POSITIVE,), smooth=False),),
)

# ---- any matrices --------------------------------------------------------------------------------


def _matrix(own: Shape) -> tuple[int, int, int]:
    if len(own) < 2:
        raise Mismatch(f"it takes matrices, and {show(own)} is none")
    m, n = own[-2:]
    return m, n, min(m, n)


def _qr(xp: Any, a: Any, complete: bool = False) -> Any:
    q, r = xp.linalg.qr(a, mode="complete" if complete else "reduced")
    return xp.concatenate([q, _t(xp, r)], axis=-2)


def _qr_shape(own: Shape, complete: bool = False) -> Shape:
    m, n, k = _matrix(own)
    return (*own[:-2], m + n, m if complete else k)


def _qr_rule(g: Node, y: Node, a: Node, complete: bool = False) -> Node:
    m, n = a.shape[-2:]
    if complete and m > n:
        raise GraphError(
            "qr: the columns of Q beyond those of the matrix are free, and have no gradient.\n"
            " Use mode='reduced'."
        )
    (q, r), (g_q, g_r) = (_upright(x, m, n) for x in (y, g))
    if m >= n:
        return _qr_square(q, r, g_q, g_r)
    # A wide matrix: the first m columns decide on Q, the others are only seen through it.
    (r, rest), (g_r, g_rest) = (_columns(x, m) for x in (r, g_r))
    other = dot_general(q, rest)
    g_q = add(g_q, dot_general(other, flipped(g_rest)))
    return cat(_qr_square(q, r, g_q, g_r), dot_general(q, g_rest), axis=len(a.shape) - 1)


def _upright(packed: Node, m: int, n: int) -> tuple[Node, Node]:
    q, r = parts(packed, m, n)
    return q, flipped(r)


def _columns(x: Node, n: int) -> tuple[Node, Node]:
    left, right = parts(flipped(x), n, x.shape[-1] - n)
    return flipped(left), flipped(right)


def _qr_square(q: Node, r: Node, g_q: Node, g_r: Node) -> Node:
    m = sub(dot_general(r, flipped(g_r)), dot_general(flipped(g_q), q))
    both = add(tril(m), flipped(tril(m, diagonal=-1)))
    return flipped(solve(r, flipped(add(g_q, dot_general(q, both)))))


qr: Op = define(
    "qr",
    sentence="Columns at right angles, and below them the triangle (mirrored) that mixes them.",
    equation=r"A = Q R",
    derivative=r"\partial L/\partial A = (G_Q + Q \operatorname{copyltu}"
    r"(R G_R^\top - G_Q^\top Q))\, R^{-\top}",
    forward=_qr,
    gradient=(_qr_rule,),
    shape=_qr_shape,
    dtype="keep",
    accepts="float",
    cost=_cubic,
    terms=("(G_Q + Q·…)R⁻ᵀ",),
    traits="matrix",
    samples=(Sample((_TALL,)), Sample((_POSITIVE,)), Sample((_WIDE,))),
    source="Walter, Lehmann & Lamour 2012",
)


def _svd(xp: Any, a: Any) -> Any:
    u, s, vt = xp.linalg.svd(a, full_matrices=False)
    turn = _turn(xp, u)
    return xp.concatenate([u * turn, s[..., None, :], _t(xp, vt) * turn], axis=-2)


def _svd_shape(own: Shape) -> Shape:
    m, n, k = _matrix(own)
    return (*own[:-2], m + 1 + n, k)


def _svd_rule(g: Node, y: Node, a: Node) -> Node:
    m, n = a.shape[-2:]
    (u, s, v), (g_u, g_s, g_v) = parts(y, m, 1, n), parts(g, m, 1, n)
    apart = _differences(mul(s, s))
    left, right = (
        _quotient(_skew(dot_general(flipped(x), b)), apart) for x, b in ((u, g_u), (v, g_v))
    )
    inner = add(mul(left, s), mul(flipped(s), right))
    out = dot_general(add(dot_general(u, inner), mul(u, g_s)), flipped(v))
    if m > n:
        out = add(out, dot_general(_outside(u, _quotient(g_u, s)), flipped(v)))
    if n > m:
        out = add(out, dot_general(u, flipped(_outside(v, _quotient(g_v, s)))))
    return out


def _skew(x: Node) -> Node:
    return sub(x, flipped(x))


def _outside(basis: Node, x: Node) -> Node:
    """What of `x` the basis can't express."""
    return sub(x, dot_general(basis, dot_general(flipped(basis), x)))


svd: Op = define(
    "svd",
    sentence="A turn, a stretch along axes, another turn: U, then the stretches, then V.",
    equation=r"A = U \operatorname{diag}(\sigma)\, V^\top",
    derivative=r"\partial \sigma_i/\partial A = u_i v_i^\top",
    forward=_svd,
    gradient=(_svd_rule,),
    shape=_svd_shape,
    dtype="keep",
    accepts="float",
    kink="directions of equal stretch pass no blame to each other",
    cost=lambda shapes, out: 8 * numel(shapes[0]) * max(min(shapes[0][-2:]), 1),
    terms=("uvᵀ",),
    traits="matrix",
    samples=(Sample((_TALL,)), Sample((_POSITIVE,)), Sample((_WIDE,))),
)

# ---- the exponential -----------------------------------------------------------------------------

_DEGREE, _HALVINGS = 14, 20


def _exp(xp: Any, a: Any) -> Any:
    """A Taylor series of the matrix halved until it is small, and that squared as often."""
    if 0 in a.shape:
        return a
    size = xp.max(xp.sum(xp.abs(a), axis=-1), axis=-1)[..., None, None]
    times = xp.clip(xp.ceil(xp.log2(xp.maximum(size, 1e-30))) + 1, 0, _HALVINGS)
    small, eye = a / 2**times, xp.eye(a.shape[-1], dtype=a.dtype)
    out = eye + small / _DEGREE
    for k in range(_DEGREE - 1, 0, -1):
        out = eye + xp.matmul(small, out) / k
    for k in range(_HALVINGS):
        out = xp.where(k < times, xp.matmul(out, out), out)
    return out.astype(a.dtype)


def _exp_rule(g: Node, y: Node, a: Node) -> Node:
    n, back = a.shape[-1], flipped(a)
    upper = cat(back, g, axis=len(a.shape) - 1)
    lower = cat(mul(back, 0.0), back, axis=len(a.shape) - 1)
    whole = matrix_exp(cat(upper, lower, axis=len(a.shape) - 2))
    return _columns(parts(whole, n, n)[0], n)[1]


matrix_exp: Op = define(
    "matrix_exp",
    sentence="The exponential of a matrix: the series of its powers.",
    equation=r"y = \sum_k A^k / k!",
    derivative=r"\partial L/\partial A = \sum_k \tfrac{1}{k!} \sum_{j<k} (A^\top)^j\, G\, "
    r"(A^\top)^{k-1-j}",
    forward=_exp,
    gradient=(_exp_rule,),
    shape=square,
    dtype="keep",
    accepts="float",
    stable="the matrix is halved until the series converges at once, and the result squared back",
    cost=lambda shapes, out: 2 * (_DEGREE + _HALVINGS) * numel(shapes[0]) * shapes[0][-1],
    terms=("exp of [[Aᵀ, G], [0, Aᵀ]]",),
    traits="matrix",
    samples=(
        Sample(((3, 3),)),
        Sample(((2, 2, 2),), low=-8.0, high=1.0),
        Sample(((0, 0),)),
    ),
    source="Moler & Van Loan 2003",
)
