"""Long short-term memory: a cell that keeps its content unless a gate says otherwise.

(i, f, g, o) = (σ, σ, tanh, σ)(zₜ + W hₜ₋₁)      cₜ = f cₜ₋₁ + i g      hₜ = o tanh cₜ

`z` holds the products with the inputs of all steps: they need no loop.
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
    spell_out,
    taped,
)
from pellucid.ops.spelled import SPELLED, Spelled, apply
from pellucid.shapes import Shape

__all__ = ["lstm", "lstm_back", "lstm_tape"]

SIZES = ((3, 2, 8), (2, 2), (2, 2), (8, 2))
SAMPLES = (
    Sample(SIZES),
    Sample(((1, 1, 4), (1, 1), (1, 1), (4, 1))),
    Sample(((2, 0, 8), (0, 2), (0, 2), (8, 2))),
)


def _steps(xp: Any, z: Any, h: Any, c: Any, weight: Any) -> Iterator[tuple[Any, ...]]:
    """Gates, cell and state of each step."""
    size, across = weight.shape[1], weight.T.copy()  # NumPy multiplies by what lies in order
    for t in range(z.shape[0]):
        a = z[t] + h @ across
        both, o = apply(sigmoid, xp, a[:, : 2 * size]), apply(sigmoid, xp, a[:, 3 * size :])
        i, f = both[:, :size], both[:, size:]
        g = apply(tanh, xp, a[:, 2 * size : 3 * size])
        c = f * c + i * g
        h = o * apply(tanh, xp, c)
        yield i, f, g, o, c, h


def _tape(xp: Any, z: Any, h0: Any, c0: Any, weight: Any) -> Any:
    own = getattr(xp, "lstm_steps", None)
    if own is not None:
        return own(z, h0, c0, weight)
    return taped(xp, _steps(xp, z, h0, c0, weight), h0)


def _back(xp: Any, g: Any, tape: Any, c0: Any, weight: Any, more: Any = None) -> Any:
    """Blame of the sums inside the gates, step by step, from blame `g` of states and last cell.

    `more` is blame of the gates and cells themselves, where somebody looked at the tape.
    """
    steps = g.shape[0] - 1
    dh, dc, found = xp.zeros_like(c0), g[steps], []
    for t in reversed(range(steps)):
        i, f, n, o, c = (tape[k, t] for k in range(5))
        bent = apply(tanh, xp, c)
        dh = dh + g[t]
        do = dh * o
        dc = dc + do * (1 - bent * bent)
        if more is not None:
            dc = dc + more[4, t]
        di, df = dc * i, dc * f
        parts = [di * n * (1 - i), df * (tape[4, t - 1] if t else c0) * (1 - f),
                 di * (1 - n * n), do * bent * (1 - o)]  # fmt: skip
        if more is not None:
            slopes = i * (1 - i), f * (1 - f), 1 - n * n, o * (1 - o)
            parts = [d + more[k, t] * slopes[k] for k, d in enumerate(parts)]
        found.append(xp.concatenate(parts, axis=1))
        dh, dc = found[-1] @ weight, df
    first = xp.concatenate([dh, dc, xp.zeros_like(dh), xp.zeros_like(dh)], axis=1)
    return xp.stack([*reversed(found), first])


def _back_at_once(xp: Any, g: Any, tape: Any, c0: Any, weight: Any) -> Any:
    """The same with the slopes of all steps worked out before the walk, which is then short."""
    own = getattr(xp, "lstm_steps_back", None)
    if own is not None:
        return own(g, tape, c0, weight)
    i, f, n, o, c, _ = tape
    bent, before = xp.tanh(c), xp.concatenate([c0[None], c[:-1]])
    into_cell = o * (1 - bent * bent)
    slopes = xp.concatenate(
        [n * i * (1 - i), before * f * (1 - f), i * (1 - n * n), bent * o * (1 - o)], axis=2
    )
    steps = g.shape[0] - 1
    dh, dc, found = xp.zeros_like(c0), g[steps], []
    for t in reversed(range(steps)):
        dh = dh + g[t]
        dc = dc + dh * into_cell[t]
        found.append(xp.concatenate([dc, dc, dc, dh], axis=1) * slopes[t])
        dh, dc = found[-1] @ weight, dc * f[t]
    first = xp.concatenate([dh, dc, xp.zeros_like(dh), xp.zeros_like(dh)], axis=1)
    return xp.stack([*reversed(found), first])


def _lstm(xp: Any, z: Any, h0: Any, c0: Any, weight: Any, tape: Any = None) -> Any:
    if tape is not None:
        return xp.concatenate([tape[5], tape[4][-1:]])
    if hasattr(xp, "lstm_steps"):
        return _lstm(xp, z, h0, c0, weight, _tape(xp, z, h0, c0, weight))
    states, last = [], c0
    for *_, c, h in _steps(xp, z, h0, c0, weight):
        last = c
        states.append(h)
    return xp.stack([*states, last])


def _check(z: Shape, h0: Shape, c0: Shape, weight: Shape) -> None:
    check_steps(4, z, h0, weight, ("c0", c0))


def _tape_shape(z: Shape, h0: Shape, c0: Shape, weight: Shape) -> Shape:
    _check(z, h0, c0, weight)
    return (6, z[0], *h0)


def _shape(z: Shape, h0: Shape, c0: Shape, weight: Shape, tape: Shape | None = None) -> Shape:
    _check(z, h0, c0, weight)
    return (z[0] + 1, *h0)


def _shares(
    back: Node, y: Node, z: Node, h0: Node, c0: Node, weight: Node
) -> tuple[Node | None, ...]:
    """What each input gets of the blame of all gates, `y` being the states of all steps."""
    steps, (batch, size) = z.shape[0], h0.shape
    dz = rows(back, 0, steps)
    to_h, to_c = (
        slice_(back, spec=(steps, (0, batch, 1), (k * size, (k + 1) * size, 1)))
        if x.requires_grad
        else None
        for k, x in enumerate((h0, c0))
    )
    return dz, to_h, to_c, into_weight(dz, earlier(h0, y)) if weight.requires_grad else None


def _blame(
    g: Node, y: Node, z: Node, h0: Node, c0: Node, weight: Node, tape: Node | None = None
) -> tuple[Node | None, ...]:
    if spell_out():
        x = [Spelled(n) for n in (z, h0, c0, weight)]
        back = _back(SPELLED, Spelled(g), _tape(SPELLED, *x), x[2], x[3]).node
    else:
        back = lstm_back(g, lstm_tape(z, h0, c0, weight) if tape is None else tape, c0, weight)
    return (*_shares(back, rows(y, 0, z.shape[0]), z, h0, c0, weight), None)


def _blame_of_tape(
    g: Node, y: Node, z: Node, h0: Node, c0: Node, weight: Node
) -> tuple[Node | None, ...]:
    x = [Spelled(n) for n in (z, h0, c0, weight)]
    tape = _tape(SPELLED, *x) if spell_out() else Spelled(y)
    more = Spelled(g)
    states = SPELLED.concatenate([more[5], SPELLED.zeros_like(more[4][:1])])
    back = _back(SPELLED, states, tape, x[2], x[3], more).node
    return _shares(back, tape[5].node, z, h0, c0, weight)


lstm: Op = define(
    "lstm",
    sentence="Runs a cell with an input, a forget and an output gate through all steps.",
    equation=r"(i, f, g, o) = (\sigma, \sigma, \tanh, \sigma)(z_t + W h_{t-1}),\quad "
    r"c_t = f c_{t-1} + i g,\quad h_t = o \tanh c_t",
    derivative=r"\partial c_t/\partial c_{t-1} = f,\quad "
    r"\partial L/\partial W = \sum_t \delta_t h_{t-1}^\top",
    forward=_lstm,
    gradient=_blame,
    shape=_shape,
    accepts="float",
    # With a tape there is nothing left to compute.
    cost=lambda shapes, out, **_: 0 if len(shapes) == 5 else hidden_cost(shapes, 4, 50),
    terms=("∂h/∂z", "W·∂h/∂z", "f", "h·∂h/∂z", ""),
    traits="recurrent",
    samples=SAMPLES,
    mistakes=(
        Mistake(
            ((3, 2, 8), (2, 3), (2, 2), (8, 2)),
            {},
            ShapeError,
            "lstm: h0 needs shape (2, 2) and has (2, 3).\n"
            "   z            (3, 2, 8)\n"
            "   h0           (2, 3)\n"
            "   c0           (2, 2)\n"
            "   weight       (8, 2)",
        ),
        Mistake(
            ((0, 2, 8), (2, 2), (2, 2), (8, 2)),
            {},
            ShapeError,
            "lstm: there must be at least one step.\n"
            "   z            (0, 2, 8)\n"
            "   h0           (2, 2)\n"
            "   c0           (2, 2)\n"
            "   weight       (8, 2)",
        ),
    ),
    source="Hochreiter & Schmidhuber 1997; Gers, Schmidhuber & Cummins 2000",
)

lstm_tape: Op = define(
    "lstm_tape",
    sentence="Gates, cells and states of every step, kept so that blame need not redo them.",
    equation=r"y = (i, f, g, o, c, h)_{t = 1 \ldots T}",
    derivative=r"\partial c_t/\partial c_{t-1} = f",
    forward=_tape,
    gradient=_blame_of_tape,
    shape=_tape_shape,
    accepts="float",
    cost=lambda shapes, out, **_: hidden_cost(shapes, 4, 50),
    terms=("∂h/∂z", "W·∂h/∂z", "f", "h·∂h/∂z"),
    traits="recurrent",
    samples=SAMPLES,
)

lstm_back: Op = define(
    "lstm_back",
    sentence="Walks the steps of an LSTM backward and hands each gate its share of the blame.",
    equation=r"\delta c_t = f_{t+1} \delta c_{t+1} + o_t (1 - \tanh^2 c_t) \delta h_t,\quad "
    r"\delta h_{t-1} = g_{t-1} + W^\top \delta z_t",
    derivative=r"\text{spelled out in single ops where it is wanted}",
    forward=_back_at_once,
    gradient=None,
    shape=lambda g, tape, c0, weight: (*g[:2], weight[0]),
    accepts="float",
    cost=lambda shapes, out, **_: hidden_cost(shapes, 4, 30),
    traits="recurrent",
    samples=(
        Sample(((4, 2, 2), (6, 3, 2, 2), (2, 2), (8, 2)), low=0.1, high=0.9),
        Sample(((2, 1, 1), (6, 1, 1, 1), (1, 1), (4, 1)), low=0.1, high=0.9),
    ),
    source="Werbos 1990",
)
