"""`pellucid.special`: functions that statistics needs, by PyTorch's names."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from pellucid.graph.node import Node
from pellucid.ops import compare as cmp
from pellucid.ops import elementwise as ew
from pellucid.ops import tails as tl
from pellucid.tensor import functions as functions
from pellucid.tensor.elsewhere import refusing
from pellucid.tensor.lift import FUNCTIONS, lifted

__all__ = [
    "digamma", "entr", "erf", "erfc", "erfinv", "exp2", "expit", "expm1", "gammaln", "log1p",
    "log_softmax", "logit", "logsumexp", "multigammaln", "ndtr", "ndtri", "polygamma", "psi",
    "round", "sinc", "softmax", "xlog1py", "xlogy",
]  # fmt: skip


def _entr(input: Node) -> Node:
    """`−x ln x`, which entropies are made of: 0 at 0, −∞ below it."""
    inside = ew.neg(tl.xlogy(input, cmp.where(cmp.lt(input, 0), 1.0, input)))
    return cmp.where(cmp.lt(input, 0), -math.inf, inside)


def _ndtr(input: Node) -> Node:
    """How much of the bell curve lies below x."""
    return ew.mul(tl.erfc(ew.mul(input, -math.sqrt(0.5))), 0.5)


def _ndtri(input: Node) -> Node:
    """Below which x a given part of the bell curve lies."""
    return ew.mul(tl.erfinv(ew.sub(ew.mul(input, 2.0), 1.0)), math.sqrt(2.0))


def _xlog1py(input: Any, other: Any) -> Node:
    """`input · ln(1 + other)`, and 0 where `input` is 0."""
    other = ew.mul(other, 1.0)  # whole numbers without a sign have no −1
    endless = cmp.logical_or(cmp.le(other, -1), cmp.eq(other, math.inf))
    nothing = cmp.logical_and(cmp.eq(input, 0), endless)
    return cmp.where(
        nothing, tl.xlogy(input, 1.0), ew.mul(input, ew.log1p(cmp.where(nothing, 0.0, other)))
    )


for _call in (_entr, _ndtr, _ndtri, _xlog1py):
    _call.__name__ = _call.__qualname__ = _call.__name__.removeprefix("_")
entr, ndtr, ndtri, xlog1py = lifted(_entr), lifted(_ndtr), lifted(_ndtri), lifted(_xlog1py)
erf, erfc, erfinv = FUNCTIONS["erf"], FUNCTIONS["erfc"], FUNCTIONS["erfinv"]
exp2, expm1, log1p = FUNCTIONS["exp2"], FUNCTIONS["expm1"], FUNCTIONS["log1p"]
expit, logit, sinc, round = (FUNCTIONS[n] for n in ("sigmoid", "logit", "sinc", "round"))
gammaln, multigammaln = FUNCTIONS["lgamma"], FUNCTIONS["mvlgamma"]
digamma, psi, polygamma = FUNCTIONS["digamma"], FUNCTIONS["digamma"], FUNCTIONS["polygamma"]
softmax, log_softmax = FUNCTIONS["softmax"], FUNCTIONS["log_softmax"]
logsumexp, xlogy = FUNCTIONS["logsumexp"], FUNCTIONS["xlogy"]

if not TYPE_CHECKING:  # so that a type checker finds misspelled names too
    __getattr__ = refusing("pellucid.special", __all__)
