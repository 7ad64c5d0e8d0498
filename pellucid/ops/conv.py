"""Convolution: one small filter slides over the input; the same weights at every position.

y[n, o, t] = b[o] + Σ_c Σ_k w[o, c, k] · x[n, c, s·t − p + d·k]

Three ops, each the derivative of the others: `conv` looks, `conv_transpose` spreads back what was
seen, `conv_weight_grad` compares inputs with blame. Each is linear in both of its inputs.
"""

from __future__ import annotations

from typing import Any

from pellucid.errors import ShapeError
from pellucid.graph.node import Node
from pellucid.ops.agree import agreed
from pellucid.ops.elementwise import mul
from pellucid.ops.filters import compared, filtered, spread_back
from pellucid.ops.op import Mistake, Op, Sample, define
from pellucid.ops.reduce import sum_
from pellucid.ops.window import Pairs, places
from pellucid.shapes import Mismatch, Shape, numel, show

__all__ = ["conv", "conv_transpose", "conv_weight_grad"]

# ---- shapes --------------------------------------------------------------------------------------


def _check_axes(x: Shape, weight: Shape) -> None:
    if len(x) not in (3, 4, 5):
        raise Mismatch(f"the input needs axes (rows, channels, ...), and its shape is {show(x)}")
    if len(weight) != len(x):
        raise Mismatch(
            f"the weight needs {len(x)} axes, (out, in{', window' * (len(x) - 2)}), "
            f"and its shape is {show(weight)}"
        )


def _check_groups(channels: int, groups: int, what: str) -> None:
    if groups < 1 or channels % groups:
        raise Mismatch(f"{channels} {what} channels can't be split into groups={groups}")


def _check_channels(x: Shape, weight: Shape, groups: int) -> None:
    _check_groups(x[1], groups, "input")
    _check_groups(weight[0], groups, "output")
    if weight[0] == 0:
        raise Mismatch(f"the weight gives no channels, and its shape is {show(weight)}")
    taken = weight[1] * groups
    if x[1] != taken:
        split = f" in {groups} groups" if groups > 1 else ""
        raise Mismatch(
            f"the weight takes {taken} channels{split}, and the input has {x[1]} in axis 1"
        )


def _check_bias(weight: Shape, bias: Shape | None) -> None:
    if bias is not None and bias != weight[:1]:
        raise Mismatch(f"bias needs shape {show(weight[:1])} and has {show(bias)}")


def _shape(
    x: Shape,
    weight: Shape,
    bias: Shape | None = None,
    *,
    stride: Shape,
    padding: Pairs,
    dilation: Shape,
    groups: int,
) -> Shape:
    _check_axes(x, weight)
    _check_channels(x, weight, groups)
    _check_bias(weight, bias)
    return (x[0], weight[0], *places(x[2:], weight[2:], stride, padding, dilation))


def _transposed_shape(
    x: Shape,
    weight: Shape,
    size: Shape,
    stride: Shape,
    padding: Pairs,
    dilation: Shape,
    groups: int,
) -> Shape:
    _check_axes(x, weight)
    _check_groups(x[1], groups, "input")
    if x[1] != weight[0]:
        raise Mismatch(f"the weight takes {weight[0]} channels, and the input has {x[1]} in axis 1")
    out = places(size, weight[2:], stride, padding, dilation)
    if out != x[2:]:
        raise Mismatch(
            f"a convolution of a {show(size)} picture has {show(out)} positions, not {show(x[2:])}"
        )
    return (x[0], weight[1] * groups, *size)


def _weight_shape(
    x: Shape,
    g: Shape,
    kernel: Shape,
    stride: Shape,
    padding: Pairs,
    dilation: Shape,
    groups: int,
) -> Shape:
    _check_axes(x, g)
    _check_groups(x[1], groups, "input")
    _check_groups(g[1], groups, "output")
    out = places(x[2:], kernel, stride, padding, dilation)
    if (x[0], *out) != (g[0], *g[2:]):
        raise Mismatch(
            f"{x[0]} rows with {show(out)} positions of the window do not fit blame for {g[0]} "
            f"rows with {show(g[2:])}"
        )
    return (g[1], x[1] // groups, *kernel)


# ---- gradients -----------------------------------------------------------------------------------


def _to_input(g: Node, y: Node, x: Node, weight: Node, bias: Node | None = None, **p: Any) -> Node:
    if x.shape[1] == 0:
        return mul(x, 0.0)  # as empty as what is to be blamed
    return conv_transpose(g, weight, size=x.shape[2:], **p)


def _to_weight(g: Node, y: Node, x: Node, weight: Node, bias: Node | None = None, **p: Any) -> Node:
    return conv_weight_grad(x, g, kernel=weight.shape[2:], **p)


def _to_bias(g: Node, y: Node, x: Node, weight: Node, bias: Node, **p: Any) -> Node:
    return sum_(g, axes=(0, *range(2, len(g.shape))))


def _back_to_seen(g: Node, y: Node, x: Node, weight: Node, size: Shape, **p: Any) -> Node:
    return conv(g, weight, **p)


def _back_to_weight(g: Node, y: Node, x: Node, weight: Node, size: Shape, **p: Any) -> Node:
    return conv_weight_grad(g, x, kernel=weight.shape[2:], **p)


def _compared_to_input(g: Node, y: Node, x: Node, blame: Node, kernel: Shape, **p: Any) -> Node:
    return conv_transpose(blame, g, size=x.shape[2:], **p)


def _compared_to_blame(g: Node, y: Node, x: Node, blame: Node, kernel: Shape, **p: Any) -> Node:
    return conv(x, g, **p)


# ---- records -------------------------------------------------------------------------------------


def _settings(rank: int = 2, **other: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "stride": (1,) * rank, "padding": ((0, 0),) * rank, "dilation": (1,) * rank, "groups": 1,
    }  # fmt: skip
    return {**plain, **other}


_WIDE: dict[str, Any] = {"stride": (2, 1), "padding": ((1, 2), (0, 1)), "dilation": (1, 2)}

conv: Op = define(
    "conv",
    sentence="Slides a small filter over the input: a weighted sum of what it covers, everywhere.",
    equation=r"y_{n,o,t} = b_o + \sum_{c,k} w_{o,c,k}\, x_{n,c,\,s t - p + d k}",
    derivative=r"\partial L/\partial x = \text{the filter spreads } G \text{ back},\quad "
    r"\partial L/\partial w_{o,c,k} = \sum_{n,t} G_{n,o,t}\, x_{n,c,\,s t - p + d k}",
    forward=filtered,
    gradient=(_to_input, _to_weight, _to_bias),
    shape=_shape,
    dtype=agreed("conv", "x", "weight", "bias"),
    cost=lambda shapes, out, **_: numel(out) * (2 * numel(shapes[1][1:]) + (len(shapes) > 2)),
    terms=("w", "x", "1"),
    traits="window linear-in-each",
    samples=(
        Sample(((2, 2, 4, 5), (3, 2, 3, 2), (3,)), _settings()),
        Sample(((1, 2, 5, 4), (2, 2, 2, 2)), _settings(**_WIDE)),
        Sample(((2, 4, 3, 3), (2, 2, 2, 2)), _settings(groups=2)),
        Sample(((2, 3, 4), (2, 3, 2), (2,)), _settings(1, stride=(2,))),
        Sample(((1, 2, 3, 2, 3), (2, 2, 2, 1, 2)), _settings(3)),
        Sample(((2, 2, 3, 3), (3, 2, 1, 1)), _settings()),
        Sample(((0, 2, 3, 3), (3, 2, 2, 2), (3,)), _settings()),
    ),
    mistakes=(
        Mistake(
            ((2, 1, 8, 8), (4, 3, 3, 3)),
            _settings(),
            ShapeError,
            "conv: the weight takes 3 channels, and the input has 1 in axis 1.\n"
            "   x            (2, 1, 8, 8)\n"
            "   weight       (4, 3, 3, 3)",
        ),
        Mistake(
            ((2, 3, 2, 8), (4, 3, 3, 3)),
            _settings(),
            ShapeError,
            "conv: the window is 3 in height and the input is only 2.\n"
            "   x            (2, 3, 2, 8)\n"
            "   weight       (4, 3, 3, 3)\n"
            " Make the window smaller, or add a border: padding=1.",
        ),
        Mistake(
            ((2, 3, 8, 8), (4, 3, 3, 3), (3,)),
            _settings(),
            ShapeError,
            "conv: bias needs shape (4,) and has (3,).\n"
            "   x            (2, 3, 8, 8)\n"
            "   weight       (4, 3, 3, 3)\n"
            "   bias         (3,)",
        ),
        Mistake(
            ((2, 3, 8, 8), (4, 3, 3)),
            _settings(),
            ShapeError,
            "conv: the weight needs 4 axes, (out, in, window, window), and its shape is "
            "(4, 3, 3).\n"
            "   x            (2, 3, 8, 8)\n"
            "   weight       (4, 3, 3)",
        ),
        Mistake(
            ((2, 3, 8, 8), (4, 1, 3, 3)),
            _settings(groups=2),
            ShapeError,
            "conv: 3 input channels can't be split into groups=2.\n"
            "   x            (2, 3, 8, 8)\n"
            "   weight       (4, 1, 3, 3)",
        ),
    ),
    source="LeCun et al. 1989",
)

conv_transpose: Op = define(
    "conv_transpose",
    sentence="Spreads every number back over the window it came from: the reverse of conv.",
    equation=r"y_{n,c,i} = \sum_{o} \sum_{s t - p + d k = i} w_{o,c,k}\, x_{n,o,t}",
    derivative=r"\partial L/\partial x = \operatorname{conv}(G, w),\quad "
    r"\partial L/\partial w_{o,c,k} = \sum_{n,t} x_{n,o,t}\, G_{n,c,\,s t - p + d k}",
    forward=spread_back,
    gradient=(_back_to_seen, _back_to_weight),
    shape=_transposed_shape,
    dtype=agreed("conv_transpose", "x", "weight"),
    cost=lambda shapes, out, **_: 2 * numel(shapes[0]) * numel(shapes[1][1:]),
    terms=("w", "x"),
    traits="window linear-in-each",
    samples=(
        Sample(((2, 3, 2, 4), (3, 2, 3, 2)), _settings(size=(4, 5))),
        Sample(((1, 2, 4, 3), (2, 2, 2, 2)), _settings(size=(5, 4), **_WIDE)),
        Sample(((2, 2, 2, 2), (2, 2, 2, 2)), _settings(size=(3, 3), groups=2)),
        Sample(((2, 2, 2), (2, 3, 2)), _settings(1, size=(5,), stride=(2,))),
        Sample(((1, 2, 2, 2, 2), (2, 2, 2, 1, 2)), _settings(3, size=(3, 2, 3))),
        Sample(((0, 3, 2, 2), (3, 2, 2, 2)), _settings(size=(3, 3))),
    ),
    mistakes=(
        Mistake(
            ((2, 3, 2, 2), (4, 2, 3, 3)),
            _settings(size=(4, 4)),
            ShapeError,
            "conv_transpose: the weight takes 4 channels, and the input has 3 in axis 1.\n"
            "   x            (2, 3, 2, 2)\n"
            "   weight       (4, 2, 3, 3)",
        ),
    ),
    source="Zeiler, Krishnan, Taylor & Fergus 2010",
)

conv_weight_grad: Op = define(
    "conv_weight_grad",
    sentence="The blame of a filter: what each weight saw times the blame there, all added up.",
    equation=r"y_{o,c,k} = \sum_{n,t} G_{n,o,t}\, x_{n,c,\,s t - p + d k}",
    derivative=r"\partial L/\partial x = \text{the blame of } y \text{ spreads } G \text{ back},"
    r"\quad \partial L/\partial G = \operatorname{conv}(x, \partial L/\partial y)",
    forward=compared,
    gradient=(_compared_to_input, _compared_to_blame),
    shape=_weight_shape,
    dtype=agreed("conv_weight_grad", "x", "g"),
    cost=lambda shapes, out, **_: 2 * numel(shapes[1]) * numel(out[1:]),
    terms=("g", "x"),
    traits="window linear-in-each",
    samples=(
        Sample(((2, 2, 4, 5), (2, 3, 2, 4)), _settings(kernel=(3, 2))),
        Sample(((1, 2, 5, 4), (1, 2, 4, 3)), _settings(kernel=(2, 2), **_WIDE)),
        Sample(((2, 4, 3, 3), (2, 2, 2, 2)), _settings(kernel=(2, 2), groups=2)),
        Sample(((2, 3, 4), (2, 2, 2)), _settings(1, kernel=(2,), stride=(2,))),
        Sample(((0, 2, 3, 3), (0, 3, 2, 2)), _settings(kernel=(2, 2))),
    ),
    mistakes=(
        Mistake(
            ((2, 2, 4, 4), (2, 3, 3, 3)),
            _settings(kernel=(3, 3)),
            ShapeError,
            "conv_weight_grad: 2 rows with (2, 2) positions of the window do not fit blame for 2 "
            "rows with (3, 3).\n"
            "   x            (2, 2, 4, 4)\n"
            "   g            (2, 3, 3, 3)",
        ),
    ),
    source="LeCun et al. 1989",
)
