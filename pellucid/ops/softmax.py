"""Scores into probabilities: softmax, and its logarithm, which is what losses want."""

from __future__ import annotations

from typing import Any

from pellucid.graph.mode import current
from pellucid.graph.node import Node
from pellucid.ops.elementwise import exp, mul, sub
from pellucid.ops.op import BY_STEPS, Op, Sample, define
from pellucid.ops.reduce import sum_
from pellucid.shapes import numel

__all__ = ["log_softmax", "log_softmax_grad", "softmax", "softmax_grad"]

_PAIRS = (
    Sample(((2, 3), (2, 3)), {"axis": 1}),
    Sample(((2, 3, 20), (2, 3, 20)), {"axis": -1}),
    Sample(((2, 3, 4), (2, 3, 4)), {"axis": 1}),
    Sample(((0, 3), (0, 3)), {"axis": 1}),
)
SAMPLES = (
    Sample(((2, 3),), {"axis": 1}),
    Sample(((2, 3, 4),), {"axis": 1}),
    Sample(((2, 3),), {"axis": -1}, low=-300.0, high=300.0),
    Sample(((0, 3),), {"axis": 1}),
)


def _shifted(xp: Any, x: Any, axis: int | None) -> Any:
    return x - xp.max(x, axis=axis, keepdims=True) if x.size else x


def _own(xp: Any, name: str, *arrays: Any, axis: int) -> Any:
    """What the engine has a way of its own for; None where it has none."""
    way = getattr(xp, name, None)
    return None if way is None or not arrays[0].shape else way(*arrays, axis)


def _softmax(xp: Any, x: Any, axis: int) -> Any:
    found = _own(xp, "softmax", x, axis=axis)
    if found is not None:
        return found
    along = axis if x.shape else None
    e = xp.exp(_shifted(xp, x, along))
    return e / xp.sum(e, axis=along, keepdims=True)


def _log_softmax(xp: Any, x: Any, axis: int) -> Any:
    found = _own(xp, "log_softmax", x, axis=axis)
    if found is not None:
        return found
    along = axis if x.shape else None
    shifted = _shifted(xp, x, along)
    return shifted - xp.log(xp.sum(xp.exp(shifted), axis=along, keepdims=True))


def _softmax_grad(xp: Any, g: Any, p: Any, axis: int) -> Any:
    found = _own(xp, "softmax_blame", g, p, axis=axis)
    if found is not None:
        return found
    return p * (g - xp.sum(g * p, axis=axis if p.shape else None, keepdims=True))


def _log_softmax_grad(xp: Any, g: Any, y: Any, axis: int) -> Any:
    found = _own(xp, "log_softmax_blame", g, y, axis=axis)
    if found is not None:
        return found
    return g - xp.exp(y) * xp.sum(g, axis=axis if y.shape else None, keepdims=True)


def _back(g: Node, p: Node, x: Node, axis: int) -> Node:
    if current().recording:  # to be differentiated again: step by step
        return mul(p, sub(g, _total(mul(g, p), axis)))
    return softmax_grad(g, p, axis=axis)


def _log_back(g: Node, y: Node, x: Node, axis: int) -> Node:
    if current().recording:
        return sub(g, mul(exp(y), _total(g, axis)))
    return log_softmax_grad(g, y, axis=axis)


def _total(x: Node, axis: int) -> Node:
    return sum_(x, axes=(axis % len(x.shape),), keepdim=True) if x.shape else x


softmax: Op = define(
    "softmax",
    sentence="Turns scores into probabilities: positive, summing to 1.",
    equation=r"p_i = \frac{e^{x_i}}{\sum_j e^{x_j}}",
    derivative=r"\partial L/\partial x_i = p_i (g_i - \sum_j g_j p_j)",
    forward=_softmax,
    gradient=(_back,),
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
    gradient=(_log_back,),
    dtype="float",
    shape=lambda own, axis: own,
    stable="the largest score is taken out first; no logarithm of a probability that is 0",
    cost=lambda shapes, out, **_: 12 * numel(out),
    terms=("δ − p",),
    traits="normalizes",
    samples=SAMPLES,
)

softmax_grad: Op = define(
    "softmax_grad",
    sentence="The blame of scores that softmax turned into probabilities.",
    equation=r"y_i = p_i (g_i - \sum_j g_j p_j)",
    derivative=BY_STEPS,
    forward=_softmax_grad,
    gradient=None,
    dtype="float",
    shape=lambda own, p, axis: own,
    cost=lambda shapes, out, **_: 4 * numel(out),
    traits="normalizes",
    samples=_PAIRS,
)

log_softmax_grad: Op = define(
    "log_softmax_grad",
    sentence="The blame of scores that log-softmax turned into logarithms of probabilities.",
    equation=r"y_i = g_i - e^{y_i} \sum_j g_j",
    derivative=BY_STEPS,
    forward=_log_softmax_grad,
    gradient=None,
    dtype="float",
    shape=lambda own, y, axis: own,
    cost=lambda shapes, out, **_: 8 * numel(out),
    traits="normalizes",
    samples=_PAIRS,
)
