"""Scores into probabilities: softmax, and its logarithm, which is what losses want."""

from __future__ import annotations

from typing import Any

from pellucid.graph.node import Node
from pellucid.ops.elementwise import exp, mul, sub
from pellucid.ops.op import Op, Sample, define
from pellucid.ops.reduce import sum_
from pellucid.shapes import numel

__all__ = ["log_softmax", "softmax"]

SAMPLES = (
    Sample(((2, 3),), {"axis": 1}),
    Sample(((2, 3, 4),), {"axis": 1}),
    Sample(((2, 3),), {"axis": -1}, low=-300.0, high=300.0),
    Sample(((0, 3),), {"axis": 1}),
)


def _shifted(xp: Any, x: Any, axis: int | None) -> Any:
    return x - xp.max(x, axis=axis, keepdims=True) if x.size else x


def _own(xp: Any, name: str, x: Any, axis: int) -> Any:
    """What the engine has a way of its own for; None where it has none."""
    way = getattr(xp, name, None)
    return None if way is None or not x.shape else way(x, axis)


def _softmax(xp: Any, x: Any, axis: int) -> Any:
    found = _own(xp, "softmax", x, axis)
    if found is not None:
        return found
    along = axis if x.shape else None
    e = xp.exp(_shifted(xp, x, along))
    return e / xp.sum(e, axis=along, keepdims=True)


def _log_softmax(xp: Any, x: Any, axis: int) -> Any:
    found = _own(xp, "log_softmax", x, axis)
    if found is not None:
        return found
    along = axis if x.shape else None
    shifted = _shifted(xp, x, along)
    return shifted - xp.log(xp.sum(xp.exp(shifted), axis=along, keepdims=True))


def _total(x: Node, axis: int) -> Node:
    return sum_(x, axes=(axis % len(x.shape),), keepdim=True) if x.shape else x


softmax: Op = define(
    "softmax",
    sentence="Turns scores into probabilities: positive, summing to 1.",
    equation=r"p_i = \frac{e^{x_i}}{\sum_j e^{x_j}}",
    derivative=r"\partial L/\partial x_i = p_i (g_i - \sum_j g_j p_j)",
    forward=_softmax,
    gradient=(lambda g, p, x, axis: mul(p, sub(g, _total(mul(g, p), axis))),),
    dtype="float",
    shape=lambda own, axis: own,
    stable="the largest score is taken out first, so that exp can't overflow",
    cost=lambda shapes, out, **_: 12 * numel(out),
    terms=("y·(δ − p)",),
    traits="normalizes",
    samples=SAMPLES,
)

log_softmax: Op = define(
    "log_softmax",
    sentence="The logarithm of the probabilities that softmax gives, without computing them first.",
    equation=r"y_i = x_i - \ln \sum_j e^{x_j}",
    derivative=r"\partial L/\partial x_i = g_i - p_i \sum_j g_j,\quad p = e^y",
    forward=_log_softmax,
    gradient=(lambda g, y, x, axis: sub(g, mul(exp(y), _total(g, axis))),),
    dtype="float",
    shape=lambda own, axis: own,
    stable="the largest score is taken out first; no logarithm of a probability that is 0",
    cost=lambda shapes, out, **_: 12 * numel(out),
    terms=("δ − p",),
    traits="normalizes",
    samples=SAMPLES,
)
