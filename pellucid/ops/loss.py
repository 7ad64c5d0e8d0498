"""How wrong a prediction is, as one number to make small.

Each loss of pairs states its own slope, so that a training step stays a handful of nodes. Inputs
that make no sense are refused where the loss is called, in `nn/functional`, before any computing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.graph.node import Node
from pellucid.ops import elementwise as ew
from pellucid.ops.activation import hardtanh, sigmoid
from pellucid.ops.compare import eq, where
from pellucid.ops.op import Op, Sample, define
from pellucid.shapes import Shape, broadcast, numel

__all__ = [
    "bce", "bce_with_logits", "huber", "kl_div", "kl_div_log", "l1", "mse", "smooth_l1",
]  # fmt: skip

PAIRS = (
    Sample(((4, 3), (4, 3))),
    Sample(((4, 3), (4, 3)), {"reduction": "sum"}),
    Sample(((4, 3), (4, 3)), {"reduction": "none"}),
    Sample(((), ())),
    Sample(((4, 1), (3,)), {"reduction": "none"}),
)
CHANCES = tuple(s._replace(low=0.05, high=0.95) for s in PAIRS)


def _whole(xp: Any, each: Any, reduction: str) -> Any:
    if reduction == "none":
        return each
    total = xp.sum(each)
    return total if reduction == "sum" else total / xp.asarray(each.size, each.dtype)


def _shape(a: Shape, b: Shape, reduction: str = "mean", **_: Any) -> Shape:
    both = broadcast(a, b)
    return both if reduction == "none" else ()


def _share(g: Node, a: Node, b: Node, reduction: str, factor: float = 1.0) -> Node:
    """The blame of one pair, times a constant of the slope."""
    if reduction == "mean":
        factor /= max(numel(a.shape if a.shape == b.shape else broadcast(a.shape, b.shape)), 1)
    return g if factor == 1.0 else ew.mul(g, factor)


def _loss(
    name: str,
    each: Callable[..., Any],
    to_input: Callable[..., Node],
    to_target: Callable[..., Node] | None = None,
    factor: float = 1.0,
    flops: int = 3,
    samples: tuple[Sample, ...] = PAIRS,
    **fields: Any,
) -> Op:
    """Define a loss of pairs from the loss of one pair and its slope.

    Args:
        name: of the op.
        each: `each(xp, input, target, **settings)`, the loss of one pair.
        to_input: its slope in the prediction, divided by `factor`.
        to_target: its slope in the target likewise; minus `to_input` when None.
        factor: a constant of both slopes.
        flops: operations per pair.
        samples: inputs to try it on.
        **fields: the rest of the record.
    """

    def forward(xp: Any, input: Any, target: Any, reduction: str = "mean", **settings: Any) -> Any:
        return _whole(xp, each(xp, input, target, **settings), reduction)

    def blame_input(
        g: Node, y: Node, input: Node, target: Node, reduction: str = "mean", **settings: Any
    ) -> Node:
        share = _share(g, input, target, reduction, factor)
        return ew.mul(to_input(input, target, **settings), share)

    def blame_target(
        g: Node, y: Node, input: Node, target: Node, reduction: str = "mean", **settings: Any
    ) -> Node:
        if to_target is None:
            share = _share(g, input, target, reduction, -factor)
            return ew.mul(to_input(input, target, **settings), share)
        share = _share(g, input, target, reduction, factor)
        return ew.mul(to_target(input, target, **settings), share)

    return define(
        name,
        forward=forward,
        gradient=(blame_input, blame_target),
        shape=_shape,
        dtype="float",
        cost=lambda shapes, out, **_: flops * numel(broadcast(*shapes)),
        samples=samples,
        traits="loss",
        **fields,
    )


mse = _loss(
    "mse",
    lambda xp, x, t: xp.square(x - t),
    lambda x, t: ew.sub(x, t),
    factor=2.0,
    sentence="The average squared distance: large mistakes count far more than small ones.",
    equation=r"L = \frac1n \sum_i (\hat y_i - y_i)^2",
    derivative=r"\partial L/\partial \hat y_i = \frac2n (\hat y_i - y_i)",
    terms=("2(ŷ − y)/n", "−2(ŷ − y)/n"),
    source="Legendre 1805; Gauss 1809",
)

l1 = _loss(
    "l1",
    lambda xp, x, t: xp.abs(x - t),
    lambda x, t: ew.sign(ew.sub(x, t)),
    sentence="The average distance: every unit of mistake counts the same.",
    equation=r"L = \frac1n \sum_i |\hat y_i - y_i|",
    derivative=r"\partial L/\partial \hat y_i = \frac1n \operatorname{sign}(\hat y_i - y_i)",
    kink="0 where prediction and target are equal, as in PyTorch",
    terms=("sign(ŷ − y)/n", "−sign(ŷ − y)/n"),
    source="Boscovich 1757",
)


def _huber(xp: Any, x: Any, t: Any, delta: float = 1.0) -> Any:
    d = xp.abs(x - t)
    return xp.where(d < delta, 0.5 * d * d, delta * (d - 0.5 * delta))


def _smooth_l1(xp: Any, x: Any, t: Any, beta: float = 1.0) -> Any:
    d = xp.abs(x - t)
    return d if beta == 0 else xp.where(d < beta, 0.5 * d * d / beta, d - 0.5 * beta)


huber = _loss(
    "huber",
    _huber,
    lambda x, t, delta=1.0: hardtanh(ew.sub(x, t), min_val=-delta, max_val=delta),
    sentence="Squared for small mistakes, straight for large ones, so that outliers don't rule.",
    equation=r"\ell = \tfrac12 d^2 \text{ if } |d| < \delta \text{ else } "
    r"\delta(|d| - \tfrac12\delta),\quad d = \hat y - y",
    derivative=r"\partial \ell/\partial \hat y = \min(\max(d, -\delta), \delta)",
    terms=("clip(ŷ − y, ±δ)/n", "−clip(ŷ − y, ±δ)/n"),
    flops=6,
    samples=(*PAIRS, Sample(((4, 3), (4, 3)), {"delta": 0.3})),
    source="Huber 1964",
)

smooth_l1 = _loss(
    "smooth_l1",
    _smooth_l1,
    lambda x, t, beta=1.0: (
        ew.sign(ew.sub(x, t))
        if beta == 0
        else ew.div(hardtanh(ew.sub(x, t), min_val=-beta, max_val=beta), beta)
    ),
    sentence="The distance with its corner at zero rounded off: the Huber loss divided by β.",
    equation=r"\ell = \tfrac1{2\beta} d^2 \text{ if } |d| < \beta \text{ else } "
    r"|d| - \tfrac12\beta,\quad d = \hat y - y",
    derivative=r"\partial \ell/\partial \hat y = \min(\max(d/\beta, -1), 1)",
    terms=("clip((ŷ − y)/β, ±1)/n", "−clip((ŷ − y)/β, ±1)/n"),
    flops=6,
    samples=(*PAIRS, Sample(((4, 3), (4, 3)), {"beta": 0.3})),
    source="Girshick 2015",
)

_LEAST = 1e-12


def _bce(xp: Any, x: Any, t: Any) -> Any:
    floor = xp.asarray(-100.0, x.dtype)
    return -(t * xp.maximum(xp.log(x), floor) + (1 - t) * xp.maximum(xp.log1p(-x), floor))


bce = _loss(
    "bce",
    _bce,
    lambda x, t: ew.div(ew.sub(x, t), ew.clamp(ew.mul(x, ew.sub(1.0, x)), min=_LEAST, max=None)),
    lambda x, t: ew.sub(_log_floor(ew.sub(1.0, x)), _log_floor(x)),
    sentence="The surprise of yes-or-no answers, given the probability of a yes.",
    equation=r"\ell = -\bigl(y \ln p + (1 - y) \ln(1 - p)\bigr)",
    derivative=r"\partial \ell/\partial p = \frac{p - y}{p(1 - p)}",
    kink="a logarithm counts as −100 at least, and p(1 − p) as 10⁻¹² at least, as in PyTorch",
    terms=("(p − y)/(p(1 − p))/n", "(ln(1 − p) − ln p)/n"),
    flops=20,
    samples=CHANCES,
)


def _log_floor(x: Node) -> Node:
    return ew.clamp(ew.log(x), min=-100.0, max=None)


bce_with_logits = _loss(
    "bce_with_logits",
    lambda xp, x, t: xp.maximum(x, 0) - x * t + xp.log1p(xp.exp(-xp.abs(x))),
    lambda x, t: ew.sub(sigmoid(x), t),
    lambda x, t: ew.neg(x),
    sentence="The surprise of yes-or-no answers, given raw scores; the sigmoid is inside.",
    equation=r"\ell = \max(z, 0) - z y + \ln(1 + e^{-|z|})",
    derivative=r"\partial \ell/\partial z = \sigma(z) - y",
    stable="no sigmoid is taken and no logarithm of it, so large scores stay finite",
    terms=("(σ(z) − y)/n", "−z/n"),
    flops=20,
)

kl_div = _loss(
    "kl_div",
    lambda xp, x, t: xp.where(t != 0, t * (xp.log(xp.where(t != 0, t, 1)) - x), -t * x),
    lambda x, t: ew.neg(t),
    lambda x, t: where(eq(t, 0.0), ew.neg(x), ew.sub(ew.add(ew.log(t), 1.0), x)),
    sentence="How much a predicted distribution, given as logarithms, misses the true one.",
    equation=r"\ell = y\,(\ln y - x),\quad x = \ln p",
    derivative=r"\partial \ell/\partial x = -y",
    kink="0 · ln 0 is 0, and its slope in y counts as 0 there, where PyTorch gives NaN",
    terms=("−y/n", "(ln y + 1 − x)/n"),
    flops=12,
    samples=CHANCES,
    source="Kullback & Leibler 1951",
)

kl_div_log = _loss(
    "kl_div_log",
    lambda xp, x, t: xp.exp(t) * (t - x),
    lambda x, t: ew.neg(ew.exp(t)),
    lambda x, t: ew.mul(ew.exp(t), ew.sub(ew.add(t, 1.0), x)),
    sentence="The Kullback-Leibler distance where both distributions are given as logarithms.",
    equation=r"\ell = e^{t}\,(t - x)",
    derivative=r"\partial \ell/\partial x = -e^{t}",
    terms=("−eᵗ/n", "eᵗ(t + 1 − x)/n"),
    flops=12,
    source="Kullback & Leibler 1951",
)
