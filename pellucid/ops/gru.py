"""Gated recurrent units: one state, mixed from its past and a proposal.

r, u = σ(zₜ + W hₜ₋₁ + b)      n = tanh(zₜ + r (W hₜ₋₁ + b))      hₜ = (1 − u) n + u hₜ₋₁

The reset gate r works on the hidden product, bias included, as in PyTorch and cuDNN.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pellucid.errors import ShapeError
from pellucid.graph.node import Node
from pellucid.ops.activation import sigmoid, tanh
from pellucid.ops.movement import slice_
from pellucid.ops.op import Mistake, Op, Sample, define
from pellucid.ops.recurrent import (
    check_steps,
    earlier,
    hidden_cost,
    into_weight,
    rows,
    shifted,
    spell_out,
    taped,
)
from pellucid.ops.reduce import sum_
from pellucid.ops.spelled import SPELLED, Spelled, apply
from pellucid.shapes import Mismatch, Shape, show

__all__ = ["gru", "gru_back", "gru_tape"]

SAMPLES = (
    Sample(((3, 2, 6), (2, 2), (6, 2), (6,))),
    Sample(((1, 1, 3), (1, 1), (3, 1), (3,))),
    Sample(((2, 0, 6), (0, 2), (6, 2), (6,))),
)


def _steps(xp: Any, z: Any, h: Any, weight: Any, bias: Any) -> Iterator[tuple[Any, ...]]:
    """Gates, proposal, its hidden part, and state of each step."""
    size, across = weight.shape[1], weight.T.copy()  # NumPy multiplies by what lies in order
    for t in range(z.shape[0]):
        x, a = z[t], h @ across + bias
        gates = apply(sigmoid, xp, x[:, : 2 * size] + a[:, : 2 * size])
        r, u, q = gates[:, :size], gates[:, size:], a[:, 2 * size :]
        n = apply(tanh, xp, x[:, 2 * size :] + r * q)
        h = n + u * (h - n)
        yield r, u, n, q, h


def _tape(xp: Any, z: Any, h0: Any, weight: Any, bias: Any) -> Any:
    return taped(xp, _steps(xp, z, h0, weight, bias), h0)


def _back(xp: Any, g: Any, tape: Any, h0: Any, weight: Any, more: Any = None) -> Any:
    """Blame of the sums inside the gates, step by step, from blame `g` of the states.

    `more` is blame of the gates themselves, where somebody looked at the tape.
    """
    r, u, n, q, h = (tape[k] for k in range(5))
    slopes = r * (1 - r), u * (1 - u), 1 - n * n
    # What one unit of blame for h, or for the sum inside tanh, is for the sums inside the gates.
    to_n, to_u = (1 - u) * slopes[2], (shifted(xp, h0, h) - n) * slopes[1]
    to_r = q * slopes[0]
    extra = None if more is None else [*(more[k] * slopes[k] for k in range(3)), more[3]]
    dh, inputs, hidden = xp.zeros_like(h0), [], []
    for t in reversed(range(g.shape[0])):
        dh = dh + g[t]
        dn = _plus(dh * to_n[t], extra, 2, t)
        dr, du = _plus(dn * to_r[t], extra, 0, t), _plus(dh * to_u[t], extra, 1, t)
        both = xp.concatenate([dr, du], axis=1)
        inputs.append(xp.concatenate([both, dn], axis=1))
        hidden.append(xp.concatenate([both, _plus(dn * r[t], extra, 3, t)], axis=1))
        dh = dh * u[t] + hidden[-1] @ weight
    first = xp.concatenate([dh, xp.zeros_like(both)], axis=1)
    return xp.stack([*reversed(inputs), *reversed(hidden), first])


def _plus(x: Any, extra: Any, k: int, t: int) -> Any:
    return x if extra is None else x + extra[k][t]


def _gru(xp: Any, z: Any, h0: Any, weight: Any, bias: Any, tape: Any = None) -> Any:
    if tape is not None:
        return tape[4].copy()
    return xp.stack([h for *_, h in _steps(xp, z, h0, weight, bias)])


def _check(z: Shape, h0: Shape, weight: Shape, bias: Shape) -> None:
    check_steps(3, z, h0, weight)
    if bias != weight[:1]:
        raise Mismatch(f"bias needs shape {show(weight[:1])} and has {show(bias)}")


def _tape_shape(z: Shape, h0: Shape, weight: Shape, bias: Shape) -> Shape:
    _check(z, h0, weight, bias)
    return (5, z[0], *h0)


def _shape(z: Shape, h0: Shape, weight: Shape, bias: Shape, tape: Shape | None = None) -> Shape:
    _check(z, h0, weight, bias)
    return (z[0], *h0)


def _shares(
    back: Node, y: Node, z: Node, h0: Node, weight: Node, bias: Node
) -> tuple[Node | None, ...]:
    """What each input gets of the blame of all gates, `y` being the states of all steps."""
    steps, (batch, size) = z.shape[0], h0.shape
    hidden = rows(back, steps, 2 * steps)
    first = (2 * steps, (0, batch, 1), (0, size, 1))
    return (
        rows(back, 0, steps),
        slice_(back, spec=first) if h0.requires_grad else None,
        into_weight(hidden, earlier(h0, y)) if weight.requires_grad else None,
        sum_(hidden, axes=(0, 1)) if bias.requires_grad else None,
    )


def _blame(
    g: Node, y: Node, z: Node, h0: Node, weight: Node, bias: Node, tape: Node | None = None
) -> tuple[Node | None, ...]:
    if spell_out():
        x = [Spelled(n) for n in (z, h0, weight, bias)]
        back = _back(SPELLED, Spelled(g), _tape(SPELLED, *x), x[1], x[2]).node
    else:
        back = gru_back(g, gru_tape(z, h0, weight, bias) if tape is None else tape, h0, weight)
    return (*_shares(back, y, z, h0, weight, bias), None)


def _blame_of_tape(
    g: Node, y: Node, z: Node, h0: Node, weight: Node, bias: Node
) -> tuple[Node | None, ...]:
    x = [Spelled(n) for n in (z, h0, weight, bias)]
    tape = _tape(SPELLED, *x) if spell_out() else Spelled(y)
    more = Spelled(g)
    back = _back(SPELLED, more[4], tape, x[1], x[2], more).node
    return _shares(back, tape[4].node, z, h0, weight, bias)


gru: Op = define(
    "gru",
    sentence="Runs a state through all steps, mixing its past with a proposal at each.",
    equation=r"r, u = \sigma(z_t + W h_{t-1} + b),\quad n = \tanh(z_t + r (W h_{t-1} + b)),\quad "
    r"h_t = (1 - u) n + u h_{t-1}",
    derivative=r"\partial L/\partial W = \sum_t \delta_t h_{t-1}^\top",
    forward=_gru,
    gradient=_blame,
    shape=_shape,
    accepts="float",
    # With a tape there is nothing left to compute.
    cost=lambda shapes, out, **_: 0 if len(shapes) == 5 else hidden_cost(shapes, 3, 40),
    terms=("∂h/∂z", "u + W·∂h/∂z", "h·∂h/∂z", "∂h/∂z", ""),
    traits="recurrent",
    samples=SAMPLES,
    mistakes=(
        Mistake(
            ((3, 2, 8), (2, 2), (6, 2), (6,)),
            {},
            ShapeError,
            "gru: z needs 6 numbers for each row, 3 gates of 2.\n"
            "   z            (3, 2, 8)\n"
            "   h0           (2, 2)\n"
            "   weight       (6, 2)\n"
            "   bias         (6,)",
        ),
        Mistake(
            ((3, 2, 6), (2, 2), (6, 2), (4,)),
            {},
            ShapeError,
            "gru: bias needs shape (6,) and has (4,).\n"
            "   z            (3, 2, 6)\n"
            "   h0           (2, 2)\n"
            "   weight       (6, 2)\n"
            "   bias         (4,)",
        ),
    ),
    source="Cho et al. 2014",
)

gru_tape: Op = define(
    "gru_tape",
    sentence="Gates, proposals and states of every step, kept so that blame need not redo them.",
    equation=r"y = (r, u, n, W_n h + b_n, h)_{t = 1 \ldots T}",
    derivative=r"\partial h_t/\partial n_t = 1 - u_t",
    forward=_tape,
    gradient=_blame_of_tape,
    shape=_tape_shape,
    accepts="float",
    cost=lambda shapes, out, **_: hidden_cost(shapes, 3, 40),
    terms=("∂h/∂z", "u + W·∂h/∂z", "h·∂h/∂z", "∂h/∂z"),
    traits="recurrent",
    samples=SAMPLES,
)

gru_back: Op = define(
    "gru_back",
    sentence="Walks the steps of a GRU backward and hands each gate its share of the blame.",
    equation=r"\delta h_{t-1} = g_{t-1} + u_t \delta h_t + W^\top \delta_t",
    derivative=r"\text{spelled out in single ops where it is wanted}",
    forward=_back,
    gradient=None,
    shape=lambda g, tape, h0, weight: (2 * g[0] + 1, g[1], weight[0]),
    accepts="float",
    cost=lambda shapes, out, **_: hidden_cost(shapes, 3, 25),
    traits="recurrent",
    samples=(
        Sample(((3, 2, 2), (5, 3, 2, 2), (2, 2), (6, 2)), low=0.1, high=0.9),
        Sample(((1, 1, 1), (5, 1, 1, 1), (1, 1), (3, 1)), low=0.1, high=0.9),
    ),
    source="Werbos 1990",
)
