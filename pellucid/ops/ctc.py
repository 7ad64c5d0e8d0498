"""All the ways in which a sequence of labels can lie along a longer sequence of frames, summed.

A path stands in one state in each frame: it stays, moves on by one, or hops over a blank between
two different labels. With a_t(s) the log-probability of all paths that stand in s at frame t,

    a_t(s) = e_t(s) + ln(exp a_{t-1}(s) + exp a_{t-1}(s-1) + exp(a_{t-1}(s-2) + hop(s)))
"""

from __future__ import annotations

from typing import Any

from pellucid.dtypes import DType
from pellucid.errors import ShapeError
from pellucid.graph.node import Node
from pellucid.ops.compare import eq, where
from pellucid.ops.elementwise import exp, mul, neg
from pellucid.ops.extremes import logsumexp
from pellucid.ops.movement import reshape
from pellucid.ops.op import Mistake, Op, Sample, define
from pellucid.ops.recurrent import spell_out
from pellucid.ops.spelled import SPELLED, Spelled, apply
from pellucid.ops.tails import logaddexp
from pellucid.shapes import Mismatch, Shape, numel, show

__all__ = ["CLOSED", "IMPOSSIBLE", "ctc", "ctc_states"]

# The logarithm of no chance at all; finite, so that its slopes are numbers too.
CLOSED, IMPOSSIBLE = -1e30, 1e29

_C = CLOSED
_HOP = [[_C, _C, _C, 0.0, _C], [_C, _C, _C, _C, _C]]  # labels a b, and labels a a
_START = [[0.0, _C, _C, _C, _C]] * 2
_FINISH = [[_C, _C, _C, 0.0, 0.0], [_C, 0.0, 0.0, _C, _C]]  # two labels, and one
_ALIVE = [[[True], [True]]] * 2 + [[[True], [False]]] * 2  # four frames, and two
SAMPLES = (
    Sample(((4, 2, 5), _HOP, _START, _FINISH, _ALIVE), low=-3.0, high=-0.1),
    Sample(((2, 1, 1), [[_C]], [[0.0]], [[0.0]], [[[True]], [[True]]]), low=-3.0, high=-0.1),
)


def _late(xp: Any, a: Any, hop: Any, by: int) -> Any:
    """The states `by` places before; nothing stands before the first (no hop leads there)."""
    return xp.concatenate([hop[:, :by], a[:, : max(a.shape[1] - by, 0)]], axis=1)


def _early(xp: Any, a: Any, hop: Any, by: int) -> Any:
    """The states `by` places after."""
    return xp.concatenate([a[:, by:], hop[:, :by]], axis=1)


def arrived(xp: Any, a: Any, hop: Any) -> Any:
    """Log-probability of coming into each state from the frame before."""
    near = apply(logaddexp, xp, a, _late(xp, a, hop, 1))
    return apply(logaddexp, xp, near, _late(xp, a, hop, 2) + hop)


def left(xp: Any, b: Any, hop: Any) -> Any:
    """Log-probability of all ways on from each state, given those from the frame after."""
    near = apply(logaddexp, xp, b, _early(xp, b, hop, 1))
    return apply(logaddexp, xp, near, _early(xp, b + hop, hop, 2))


def _forward(xp: Any, e: Any, hop: Any, start: Any, alive: Any) -> Any:
    """The log-probability of standing in each state, at the start and after each frame."""
    own = getattr(xp, "ctc_before", None)
    if own is not None:
        return own(e, hop, start, alive)
    found = [start]
    for t in range(e.shape[0]):
        on = e[t] + arrived(xp, found[-1], hop)
        found.append(apply(where, xp, alive[t], on, found[-1]))
    return found


def _backward(xp: Any, e: Any, hop: Any, finish: Any, alive: Any) -> Any:
    """The log-probability of all ways to the finish from each state, after each frame."""
    own = getattr(xp, "ctc_after", None)
    if own is not None:
        return own(e, hop, finish, alive)
    found = [finish]
    for t in reversed(range(1, e.shape[0])):
        on = left(xp, e[t] + found[-1], hop)
        found.append(apply(where, xp, alive[t], on, found[-1]))
    return found[::-1]


def total(xp: Any, last: Any, finish: Any) -> Any:
    """Minus the log-probability of all paths that end where they should."""
    loss = -logsumexp.forward(xp, last + finish, axes=(1,))
    return xp.where(loss > IMPOSSIBLE, xp.asarray(xp.inf, loss.dtype), loss)


def _ctc(xp: Any, emissions: Any, hop: Any, start: Any, finish: Any, alive: Any) -> Any:
    return total(xp, _forward(xp, emissions, hop, start, alive)[-1], finish)


def _states(
    xp: Any, loss: Any, emissions: Any, hop: Any, start: Any, finish: Any, alive: Any
) -> Any:
    before = _forward(xp, emissions, hop, start, alive)[1:]
    after = _backward(xp, emissions, hop, finish, alive)
    if isinstance(before, list):
        paths = xp.stack([a + b for a, b in zip(before, after, strict=True)])
    else:
        paths = before + after
    return chances(xp, paths, loss, alive)


def chances(xp: Any, paths: Any, loss: Any, alive: Any) -> Any:
    """Log-probabilities as shares of all paths; none in frames that don't count, NaN of nothing."""
    share = loss + loss * 0.0  # where there is no path at all, ∞ · 0 is NaN
    states = apply(exp, xp, paths + share.reshape(1, loss.shape[0], 1))
    return apply(where, xp, alive, states, xp.zeros_like(states))


def _blame(g: Node, y: Node, e: Node, *masks: Node) -> Node:
    if e.shape[0] == 0:
        return e
    if spell_out():
        spelled = [Spelled(x) for x in (y, e, *masks)]
        states = _states(SPELLED, *spelled).node
    else:
        states = ctc_states(y, e, *masks)
    share = reshape(g, shape=(1, g.shape[0], 1))
    # Where nobody is to blame, what cannot be at all (∞ − ∞) is nobody's fault either.
    return where(eq(share, 0.0), 0.0, mul(neg(states), share))


def _shape(e: Shape, hop: Shape, start: Shape, finish: Shape, alive: Shape) -> Shape:
    if len(e) != 3:
        raise Mismatch(f"emissions need axes (frames, rows, states) and have {show(e)}")
    for name, shape in (("hop", hop), ("start", start), ("finish", finish)):
        if shape != e[1:]:
            raise Mismatch(f"{name} needs shape {show(e[1:])}, one number for each row and state")
    if alive != (*e[:2], 1):
        raise Mismatch(f"alive needs shape {show((*e[:2], 1))}, one answer for each frame and row")
    return e[1:2]


def _first(*dtypes: DType) -> DType:
    return dtypes[0]


ctc: Op = define(
    "ctc",
    sentence="The surprise of a sequence of labels, over all ways to lay it along the frames.",
    equation=r"L = -\ln \sum_{\pi} \exp \sum_t e_t(\pi_t)",
    derivative=r"\partial L/\partial e_t(s) = -P(\pi_t = s)",
    forward=_ctc,
    gradient=(_blame, None, None, None, None),
    shape=_shape,
    dtype=_first,
    accepts="bool float",
    stable="everything is kept as logarithms; products of hundreds of chances would be 0",
    cost=lambda shapes, out, **_: 45 * numel(shapes[0]),
    terms=("−P(π = s)",),
    traits="loss",
    samples=SAMPLES,
    mistakes=(
        Mistake(
            ((2, 1, 3), [[0.0]], [[0.0]], [[0.0]], [[[True]], [[True]]]),
            {},
            ShapeError,
            "ctc: hop needs shape (1, 3), one number for each row and state.\n"
            "   emissions    (2, 1, 3)\n"
            "   hop          (1, 1)\n"
            "   start        (1, 1)\n"
            "   finish       (1, 1)\n"
            "   alive        (2, 1, 1)",
        ),
    ),
    source="Graves, Fernández, Gomez & Schmidhuber 2006",
)

ctc_states: Op = define(
    "ctc_states",
    sentence="How likely a path stands in each state at each frame, given where it ends.",
    equation=r"P(\pi_t = s) = \exp(a_t(s) + b_t(s) + L)",
    derivative=r"\text{spelled out in single ops where it is wanted}",
    forward=_states,
    gradient=None,
    shape=lambda loss, e, *masks: e,
    dtype=lambda *dtypes: dtypes[1],
    accepts="bool float",
    cost=lambda shapes, out, **_: 95 * numel(out),
    samples=tuple(s._replace(inputs=((s.inputs[0][1],), *s.inputs)) for s in SAMPLES),
    source="Graves, Fernández, Gomez & Schmidhuber 2006",
)
