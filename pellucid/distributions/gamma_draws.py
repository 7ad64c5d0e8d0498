r"""Draws from the gamma distribution that can be differentiated in its shape.

A draw z of shape α moves with α so that its share of the distribution F stays the same:

    ∂z/∂α = −(∂F/∂α) / p(z) = −(1/p(z)) ∫₀ᶻ p(t) (ln t − ψ(α)) dt
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

from pellucid.distributions.draws import standard_normal, tiny, uniform
from pellucid.dtypes import float32, float64
from pellucid.tensor.creation import tensor
from pellucid.tensor.grad_mode import is_grad_enabled, no_grad
from pellucid.tensor.lift import FUNCTIONS

__all__ = ["gamma_draw", "gamma_share", "gamma_slope"]

_where: Any = FUNCTIONS["where"]
_ROUNDS = 8  # each takes a proposal with a chance above 0.95: all fail once in 10¹⁰
_POINTS = 32
_DEEP = 40.0  # e⁻⁴⁰ is nothing


def gamma_draw(alpha: Any) -> Any:
    """A draw for each shape α, of rate 1, which passes blame on to α.

    All proposals are drawn at once, so that the same program does for every outcome.

    Source: Marsaglia & Tsang 2000, "A simple method for generating gamma variables"; Figurnov,
    Mohamed & Mnih 2018, "Implicit reparameterization gradients"
    """
    with no_grad():
        wide = alpha.detach()
        wide = wide if wide.dtype is float64 else wide.to(float32)
        z = _proposed(wide).clamp(min=tiny(wide.dtype))
    if not (alpha.requires_grad and is_grad_enabled()):
        return z.to(alpha.dtype)
    with no_grad():
        slope = gamma_slope(z, wide).to(alpha.dtype)
    # The second term is 0, and its slope in α is the one wanted.
    return z.to(alpha.dtype) + (alpha - alpha.detach()) * slope


def _proposed(alpha: Any) -> Any:
    small = alpha < 1
    d = _where(small, alpha + 1, alpha) - 1 / 3
    x = standard_normal((_ROUNDS, *alpha.shape), alpha.dtype)
    u = uniform((_ROUNDS, *alpha.shape), alpha.dtype)
    v = (1 + x / (9 * d).sqrt()) ** 3
    safe = v.clamp(min=tiny(v.dtype))
    taken = (v > 0) & (u.log() < 0.5 * x**2 + d * (1 - safe + safe.log()))
    found = d * 0 + 1
    for k in reversed(range(_ROUNDS)):
        found = _where(taken[k], v[k], found)
    lift = uniform(alpha.shape, alpha.dtype).log() / alpha
    return d * found * _where(small, lift, lift * 0).exp()


def gamma_slope(z: Any, alpha: Any) -> Any:
    r"""How a draw moves with the shape: ∂z/∂α.

    With $t = z e^{\mp s}$ the integral runs over the tail on the far side of z, where what stands
    under it falls from s = 0 on; Gauss's rule takes it to where nothing is left.

    Args:
        z: draws, above 0.
        alpha: their shapes.
    """
    above = z > alpha  # then the upper tail, else the lower one
    level = z.log() - alpha.digamma()
    return z * _over_tail(z, alpha, above, lambda s: _where(above, level + s, s - level))


def gamma_share(z: Any, alpha: Any) -> Any:
    """The chance that a draw of shape α and rate 1 stays below z: the incomplete gamma function.

    Args:
        z: numbers of 0 or more.
        alpha: shapes.
    """
    above, safe = z > alpha, z.clamp(min=tiny(z.dtype))
    tail = _over_tail(safe, alpha, above, lambda s: 1.0)
    part = (alpha * safe.log() - safe - alpha.lgamma()).exp() * tail
    return _where(above, 1 - part, part)


def _over_tail(z: Any, alpha: Any, above: Any, weighed: Any) -> Any:
    """The integral over s of the density at t, over that at z, times what `weighed` gives."""
    with no_grad():
        far, near = z.detach(), alpha.detach()
        end = _where(above, _upper_end(far, near), _lower_end(far, near))
    places, weights = _rule()
    beside = (_POINTS, *(1,) * z.ndim)
    s = end * tensor(places, dtype=z.dtype).reshape(beside)
    below = z * -(-s).expm1() - alpha * s
    beyond = alpha * s - z * s.clamp(max=_DEEP).expm1()
    inside = _where(above, beyond, below).exp() * weighed(s)
    return end * (inside * tensor(weights, dtype=z.dtype).reshape(beside)).sum(0)


def _lower_end(z: Any, alpha: Any) -> Any:
    """Where αs − z(1 − e⁻ˢ) reaches 40, from above."""
    s = (_DEEP + z) / alpha
    for _ in range(6):
        s = (_DEEP + z * -(-s).expm1()) / alpha
    return s


def _upper_end(z: Any, alpha: Any) -> Any:
    """Where z(eˢ − 1) − αs reaches 40, from above."""
    gap = z - alpha
    s = (2 * _DEEP / (gap + (gap**2 + 2 * _DEEP * z).sqrt())).clamp(0, 2 * _DEEP)
    for _ in range(4):
        s = ((_DEEP + alpha * s) / z).log1p()
    return s


@cache
def _rule() -> tuple[list[float], list[float]]:
    """Gauss and Legendre's places in [0, 1], drawn toward 0 by u³, and their weights."""
    n = _POINTS
    places, weights = [], []
    for k in range(n):
        x = math.cos(math.pi * (k + 0.75) / (n + 0.5))
        for _ in range(8):
            value, slope = _legendre(n, x)
            x -= value / slope
        slope = _legendre(n, x)[1]
        at = (1 + x) / 2
        places.append(at**3)
        weights.append(3 * at**2 / ((1 - x * x) * slope * slope))
    return places, weights


def _legendre(n: int, x: float) -> tuple[float, float]:
    """The n-th polynomial of Legendre at x, and its slope."""
    before, now = 1.0, x
    for k in range(2, n + 1):
        before, now = now, ((2 * k - 1) * x * now - (k - 1) * before) / k
    return now, n * (x * now - before) / (x * x - 1)
