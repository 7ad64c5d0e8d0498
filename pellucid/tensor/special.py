"""`pellucid.special`: functions that statistics needs, by PyTorch's names."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from pellucid.dtypes import result_type
from pellucid.graph.emit import emit
from pellucid.graph.node import Node
from pellucid.ops import REGISTRY
from pellucid.ops import compare as cmp
from pellucid.ops import elementwise as ew
from pellucid.ops import tails as tl
from pellucid.tensor import functions as functions
from pellucid.tensor.elsewhere import refusing
from pellucid.tensor.lift import FUNCTIONS, lifted
from pellucid.tensor.polynomials import POLYNOMIALS

__all__ = [
    "chebyshev_polynomial_t", "chebyshev_polynomial_u", "chebyshev_polynomial_v",
    "chebyshev_polynomial_w", "digamma", "entr", "erf", "erfc", "erfcx", "erfinv", "exp2", "expit",
    "expm1", "gammainc", "gammaincc", "gammaln", "hermite_polynomial_h", "hermite_polynomial_he",
    "i0", "i0e", "i1", "i1e", "laguerre_polynomial_l", "legendre_polynomial_p", "log1p", "log_ndtr",
    "log_softmax", "logit", "logsumexp", "modified_bessel_i0", "modified_bessel_i1", "multigammaln",
    "ndtr", "ndtri", "polygamma", "psi", "round", "shifted_chebyshev_polynomial_t",
    "shifted_chebyshev_polynomial_u", "shifted_chebyshev_polynomial_v",
    "shifted_chebyshev_polynomial_w", "sinc", "softmax", "spherical_bessel_j0", "xlog1py", "xlogy",
    "zeta",
]  # fmt: skip


def _entr(input: Node) -> Node:
    """`−x ln x`, which entropies are made of: 0 at 0, −∞ below it."""
    inside = ew.neg(tl.xlogy(input, cmp.where(cmp.lt(input, 0), 1.0, input)))
    return cmp.where(cmp.lt(input, 0), -math.inf, inside)


def _ndtr(input: Node) -> Node:
    """How much of the bell curve lies below x."""
    return ew.mul(tl.erfc(ew.mul(input, -math.sqrt(0.5))), 0.5)


def _log_ndtr(input: Node) -> Node:
    """The logarithm of `ndtr`, with all its digits where that is next to 0."""
    input = ew.mul(input, 1.0)
    far = cmp.lt(input, -1)
    z = ew.mul(cmp.where(far, input, -1.0), -math.sqrt(0.5))
    below = ew.sub(ew.log(ew.mul(tl.erfcx(z), 0.5)), ew.square(z))
    near = ew.log1p(ew.mul(tl.erfc(ew.mul(cmp.where(far, 0.0, input), math.sqrt(0.5))), -0.5))
    return cmp.where(far, below, near)


def _spherical_bessel_j0(input: Node) -> Node:
    """`sin x / x`, and 1 at 0."""
    return cmp.where(
        cmp.eq(input, 0), 1.0, ew.div(ew.sin(input), cmp.where(cmp.eq(input, 0), 1.0, input))
    )


def _ndtri(input: Node) -> Node:
    """Below which x a given part of the bell curve lies."""
    return ew.mul(tl.erfinv(ew.sub(ew.mul(input, 2.0), 1.0)), math.sqrt(2.0))


def _xlog1py(input: Any, other: Any) -> Node:
    """`input · ln(1 + other)`, and 0 where `input` is 0."""
    if all(isinstance(x, Node) for x in (input, other)):  # rounded once, where both meet
        kind = result_type((x.dtype, 2 if x.shape else 1) for x in (input, other))
        input, other = (ew.cast(x, dtype=kind) for x in (input, other))
    other = ew.mul(other, 1.0)  # whole numbers without a sign have no −1
    endless = cmp.logical_or(cmp.le(other, -1), cmp.eq(other, math.inf))
    nothing = cmp.logical_and(cmp.eq(input, 0), endless)
    return cmp.where(
        nothing, tl.xlogy(input, 1.0), ew.mul(input, ew.log1p(cmp.where(nothing, 0.0, other)))
    )


def _named(name: str) -> Any:
    """An op that the top of the package does not offer."""
    op = REGISTRY[name]

    def call(input: Any, *other: Any) -> Node:
        return emit(op, (input, *other))

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"{op.sentence}\n\nEquation: ${op.equation}$. Derivative: ${op.derivative}$."
    return lifted(call)


for _call in (_entr, _ndtr, _ndtri, _xlog1py, _log_ndtr, _spherical_bessel_j0):
    _call.__name__ = _call.__qualname__ = _call.__name__.removeprefix("_")
entr, ndtr, ndtri, xlog1py = lifted(_entr), lifted(_ndtr), lifted(_ndtri), lifted(_xlog1py)
log_ndtr, spherical_bessel_j0 = lifted(_log_ndtr), lifted(_spherical_bessel_j0)
erfcx, i0e, i1, i1e, zeta = (_named(n) for n in ("erfcx", "i0e", "i1", "i1e", "zeta"))
i0, gammainc, gammaincc = (FUNCTIONS[n] for n in ("i0", "igamma", "igammac"))
modified_bessel_i0, modified_bessel_i1 = i0, i1
chebyshev_polynomial_t = POLYNOMIALS["chebyshev_polynomial_t"]
chebyshev_polynomial_u = POLYNOMIALS["chebyshev_polynomial_u"]
chebyshev_polynomial_v = POLYNOMIALS["chebyshev_polynomial_v"]
chebyshev_polynomial_w = POLYNOMIALS["chebyshev_polynomial_w"]
shifted_chebyshev_polynomial_t = POLYNOMIALS["shifted_chebyshev_polynomial_t"]
shifted_chebyshev_polynomial_u = POLYNOMIALS["shifted_chebyshev_polynomial_u"]
shifted_chebyshev_polynomial_v = POLYNOMIALS["shifted_chebyshev_polynomial_v"]
shifted_chebyshev_polynomial_w = POLYNOMIALS["shifted_chebyshev_polynomial_w"]
hermite_polynomial_h = POLYNOMIALS["hermite_polynomial_h"]
hermite_polynomial_he = POLYNOMIALS["hermite_polynomial_he"]
laguerre_polynomial_l = POLYNOMIALS["laguerre_polynomial_l"]
legendre_polynomial_p = POLYNOMIALS["legendre_polynomial_p"]
erf, erfc, erfinv = FUNCTIONS["erf"], FUNCTIONS["erfc"], FUNCTIONS["erfinv"]
exp2, expm1, log1p = FUNCTIONS["exp2"], FUNCTIONS["expm1"], FUNCTIONS["log1p"]
expit, logit, sinc, round = (FUNCTIONS[n] for n in ("sigmoid", "logit", "sinc", "round"))
gammaln, multigammaln = FUNCTIONS["lgamma"], FUNCTIONS["mvlgamma"]
digamma, psi, polygamma = FUNCTIONS["digamma"], FUNCTIONS["digamma"], FUNCTIONS["polygamma"]
softmax, log_softmax = FUNCTIONS["softmax"], FUNCTIONS["log_softmax"]
logsumexp, xlogy = FUNCTIONS["logsumexp"], FUNCTIONS["xlogy"]

if not TYPE_CHECKING:  # so that a type checker finds misspelled names too
    __getattr__ = refusing("pellucid.special", __all__)
