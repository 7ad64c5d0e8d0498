"""Losses of predicted distributions: minus the logarithm of how likely they made what happened."""

from __future__ import annotations

import math

from pellucid.errors import SettingError, ShapeError
from pellucid.graph.node import Node
from pellucid.nn.functional.checks import pairs, reduced_by, tensors
from pellucid.nn.functional.distances import at_least
from pellucid.nn.functional.losses import reduced
from pellucid.ops import elementwise as ew
from pellucid.ops.compare import le, where
from pellucid.ops.movement import reshape
from pellucid.shapes import show

__all__ = ["gaussian_nll_loss", "poisson_nll_loss"]


def poisson_nll_loss(
    input: Node,
    target: Node,
    log_input: bool = True,
    full: bool = False,
    size_average: bool | None = None,
    eps: float = 1e-8,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Node:
    r"""The surprise of counts, given the rate expected: $e^x - y x$, where x is its logarithm.

    Args:
        input: the logarithm of the rate, or with `log_input=False` the rate.
        target: counts, in the same shape.
        log_input: whether the input holds logarithms; if not, $x - y \ln(x + \varepsilon)$.
        full: add Stirling's $y \ln y - y + \frac12 \ln(2 \pi y)$ where y > 1.
        size_average: an older spelling of `reduction`.
        eps: keeps the logarithm of a rate of 0 finite.
        reduce: another older spelling of `reduction`.
        reduction: "mean", "sum" or "none".
    """
    tensors("poisson_nll_loss", input=input, target=target)
    reduction = reduced_by(size_average, reduce, reduction)
    pairs("poisson_nll_loss", input, target)
    if log_input:
        each = ew.sub(ew.exp(input), ew.mul(target, input))
    else:
        each = ew.sub(input, ew.mul(target, ew.log(ew.add(input, float(eps)))))
    return reduced(ew.add(each, _stirling(target)) if full else each, reduction)


def _stirling(y: Node) -> Node:
    """The logarithm of y!, nearly; 0 up to 1."""
    small = le(y, 1)
    safe = where(small, 1.0, y)
    spread = ew.mul(ew.log(ew.mul(safe, 2 * math.pi)), 0.5)
    return where(small, 0.0, ew.add(ew.sub(ew.mul(safe, ew.log(safe)), safe), spread))


def gaussian_nll_loss(
    input: Node,
    target: Node,
    var: Node | float,
    full: bool = False,
    eps: float = 1e-6,
    reduction: str = "mean",
) -> Node:
    r"""The surprise of numbers, given mean and variance: $\frac12(\ln v + (\mu - y)^2 / v)$.

    Args:
        input: means μ.
        target: what happened, in the same shape.
        var: variances v: of the input's shape, without its last axis, with one axis of size 1
            in its place, or one number for all.
        full: add $\frac12 \ln 2\pi$.
        eps: the least variance; it does not stop the blame.
        reduction: "mean", "sum" or "none".

    Source: Nix & Weigend 1994.
    """
    name = "gaussian_nll_loss"
    tensors(name, input=input, target=target)
    reduction = reduced_by(None, None, reduction)
    pairs(name, input, target)
    v = _variances(name, input, var)
    off = ew.square(ew.sub(input, target))
    floored = at_least(v, eps) if isinstance(v, Node) else max(v, eps)
    log_v = ew.log(floored) if isinstance(floored, Node) else math.log(floored)
    each = ew.mul(ew.add(log_v, ew.div(off, floored)), 0.5)
    return reduced(ew.add(each, 0.5 * math.log(2 * math.pi)) if full else each, reduction)


def _variances(name: str, input: Node, var: Node | float) -> Node | float:
    """The variances in a shape that meets the input's."""
    least = var.array.min() if isinstance(var, Node) and var.array is not None and var.size else 0
    if least < 0 or (not isinstance(var, Node) and var < 0):
        found = var if not isinstance(var, Node) else f"{float(least):.4g}"
        raise SettingError(
            f"{name}: a variance can't be negative, and var has {found}.\n"
            " Let the network give its logarithm, and take exp; or put a Softplus behind it."
        )
    if not isinstance(var, Node) or var.shape == input.shape:
        return var
    if var.shape == input.shape[:-1]:
        return reshape(var, shape=(*var.shape, 1))
    pairs_of_sizes = list(zip(input.shape, var.shape, strict=False))
    if len(var.shape) == len(input.shape) and sum(v for n, v in pairs_of_sizes if n != v) == 1:
        return var
    raise ShapeError(
        f"{name}: var {show(var.shape)} does not fit input {show(input.shape)}.\n"
        " Give one variance for each number, or one for each row: "
        f"{show((*input.shape[:-1], 1))}."
    )
