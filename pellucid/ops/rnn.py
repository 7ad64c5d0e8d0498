"""The plain recurrence: a layer that reads its own last output.

hₜ = tanh(zₜ + W hₜ₋₁)      or ReLU in place of tanh
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pellucid.errors import SettingError, ShapeError
from pellucid.graph.node import Node
from pellucid.ops.activation import gate, relu, tanh
from pellucid.ops.movement import slice_
from pellucid.ops.op import Mistake, Op, Sample, define
from pellucid.ops.recurrent import (
    check_steps,
    earlier,
    hidden_cost,
    into_weight,
    rows,
    spell_out,
)
from pellucid.ops.spelled import SPELLED, Spelled, apply
from pellucid.shapes import Shape

__all__ = ["BENDS", "rnn", "rnn_back"]

BENDS: dict[str, Op] = {"tanh": tanh, "relu": relu}
SAMPLES = (
    Sample(((3, 2, 2), (2, 2), (2, 2)), {"bend": "tanh"}),
    Sample(((3, 2, 2), (2, 2), (2, 2)), {"bend": "relu"}),
    Sample(((1, 1, 1), (1, 1), (1, 1)), {"bend": "tanh"}),
    Sample(((2, 0, 3), (0, 3), (3, 3)), {"bend": "tanh"}),
)


def _steps(xp: Any, z: Any, h: Any, weight: Any, bend: str) -> Iterator[Any]:
    across = weight.T.copy()  # NumPy multiplies by what lies in order
    for t in range(z.shape[0]):
        h = apply(BENDS[bend], xp, z[t] + h @ across)
        yield h


def _rnn(xp: Any, z: Any, h0: Any, weight: Any, bend: str) -> Any:
    return xp.stack(list(_steps(xp, z, h0, weight, bend)))


def _back(xp: Any, g: Any, y: Any, weight: Any, bend: str) -> Any:
    dh, found = xp.zeros_like(y[0]), []
    for t in reversed(range(g.shape[0])):
        dh = dh + g[t]
        dz = apply(gate, xp, dh, y[t]) if bend == "relu" else dh * (1 - y[t] * y[t])
        found.append(dz)
        dh = dz @ weight
    return xp.stack([*reversed(found), dh])


def _shape(z: Shape, h0: Shape, weight: Shape, bend: str) -> Shape:
    if bend not in BENDS:
        raise SettingError(f"rnn: the nonlinearity is 'tanh' or 'relu', and it is {bend!r}.")
    check_steps(1, z, h0, weight)
    return z


def _blame(g: Node, y: Node, z: Node, h0: Node, weight: Node, bend: str) -> tuple[Node | None, ...]:
    steps, (batch, size) = z.shape[0], h0.shape
    if spell_out():
        w = Spelled(weight)
        states = _rnn(SPELLED, Spelled(z), Spelled(h0), w, bend)
        back = _back(SPELLED, Spelled(g), states, w, bend).node
    else:
        back = rnn_back(g, y, weight, bend=bend)
    dz, first = rows(back, 0, steps), (steps, (0, batch, 1), (0, size, 1))
    return (
        dz,
        slice_(back, spec=first) if h0.requires_grad else None,
        into_weight(dz, earlier(h0, y)) if weight.requires_grad else None,
    )


rnn: Op = define(
    "rnn",
    sentence="Runs a state through all steps: each is a layer that also reads the one before.",
    equation=r"h_t = \tanh(z_t + W h_{t-1})",
    derivative=r"\delta_t = (1 - h_t^2)(g_t + W^\top \delta_{t+1}),\quad "
    r"\partial L/\partial W = \sum_t \delta_t h_{t-1}^\top",
    forward=_rnn,
    gradient=_blame,
    shape=_shape,
    accepts="float",
    kink="with ReLU, 0 at 0, as in PyTorch",
    cost=lambda shapes, out, **_: hidden_cost(shapes, 1, 11),
    terms=("1 − h²", "W·(1 − h²)", "h·(1 − h²)"),
    traits="recurrent",
    samples=SAMPLES,
    mistakes=(
        Mistake(
            ((3, 2, 2), (2, 2), (2, 3)),
            {"bend": "tanh"},
            ShapeError,
            "rnn: the weight needs axes (1·hidden, hidden) and has (2, 3).\n"
            "   z            (3, 2, 2)\n"
            "   h0           (2, 2)\n"
            "   weight       (2, 3)",
        ),
        Mistake(
            ((3, 2, 2), (2, 2), (2, 2)),
            {"bend": "sine"},
            SettingError,
            "rnn: the nonlinearity is 'tanh' or 'relu', and it is 'sine'.",
        ),
    ),
    source="Elman 1990",
)

rnn_back: Op = define(
    "rnn_back",
    sentence="Walks the steps of a recurrence backward and gives each its share of the blame.",
    equation=r"\delta_t = (1 - h_t^2)(g_t + W^\top \delta_{t+1})",
    derivative=r"\text{spelled out in single ops where it is wanted}",
    forward=_back,
    gradient=None,
    shape=lambda g, y, weight, bend: (g[0] + 1, *g[1:]),
    accepts="float",
    cost=lambda shapes, out, **_: hidden_cost((shapes[0], shapes[1][1:]), 1, 5),
    traits="recurrent",
    samples=(
        Sample(((3, 2, 2), (3, 2, 2), (2, 2)), {"bend": "tanh"}, low=-0.9, high=0.9),
        Sample(((3, 2, 2), (3, 2, 2), (2, 2)), {"bend": "relu"}),
    ),
    source="Werbos 1990",
)
