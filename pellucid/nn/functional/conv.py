"""Convolutions as functions: the weights come in as arguments."""

from __future__ import annotations

from typing import Any

from pellucid.errors import SettingError, ShapeError
from pellucid.graph.node import Node
from pellucid.nn.functional.sizes import batched, same, sizes
from pellucid.ops import conv as cv
from pellucid.ops.elementwise import add
from pellucid.ops.movement import reshape
from pellucid.shapes import Shape, show

__all__ = [
    "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d",
]  # fmt: skip


def conv1d(
    input: Node,
    weight: Node,
    bias: Node | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Node:
    r"""Slide a filter along a series: $y_{o,t} = b_o + \sum_{c,k} w_{o,c,k}\, x_{c,st-p+dk}$.

    The arguments are those of `conv2d`; the input is `(N, C, L)` or `(C, L)`
    and the weight `(out, C/groups, length)`.

    Source: LeCun et al. 1989.
    """
    return _conv("conv1d", 1, input, weight, bias, stride, padding, dilation, groups)


def conv2d(
    input: Node,
    weight: Node,
    bias: Node | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Node:
    r"""Slide a filter over pictures: $y_{o,t} = b_o + \sum_{c,k} w_{o,c,k}\, x_{c,st-p+dk}$.

    Args:
        input: `(N, C, H, W)` or `(C, H, W)`.
        weight: `(out, C/groups, height, width)`.
        bias: one number for each output channel.
        stride: how far the filter moves from one position to the next.
        padding: a border of zeros of this width; or "same", "valid".
        dilation: distance between the numbers that the filter sees.
        groups: channels in so many groups that don't see each other.

    Source: LeCun et al. 1989.
    """
    return _conv("conv2d", 2, input, weight, bias, stride, padding, dilation, groups)


def conv3d(
    input: Node,
    weight: Node,
    bias: Node | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Node:
    r"""Slide a filter through volumes: $y_{o,t} = b_o + \sum_{c,k} w_{o,c,k}\, x_{c,st-p+dk}$.

    The arguments are those of `conv2d`; the input is `(N, C, D, H, W)` or `(C, D, H, W)`
    and the weight `(out, C/groups, depth, height, width)`.

    Source: LeCun et al. 1989.
    """
    return _conv("conv3d", 3, input, weight, bias, stride, padding, dilation, groups)


def _conv(
    name: str,
    rank: int,
    input: Node,
    weight: Node,
    bias: Node | None,
    stride: Any,
    padding: Any,
    dilation: Any,
    groups: int,
) -> Node:
    stride, dilation = sizes(name, "stride", stride, rank), sizes(name, "dilation", dilation, rank)
    kernel = _kernel(name, rank, weight)
    p = {
        "stride": stride,
        "padding": same(name, padding, kernel, stride, dilation),
        "dilation": dilation,
        "groups": groups,
    }
    given = (weight,) if bias is None else (weight, bias)
    out: Node = batched(name, input, rank, lambda x: cv.conv(x, *given, **p))
    return out


def _kernel(name: str, rank: int, weight: Node) -> Shape:
    if len(weight.shape) != rank + 2:
        raise ShapeError(
            f"{name}: the weight needs {rank + 2} axes, (out, in{', window' * rank}), "
            f"and its shape is {show(weight.shape)}."
        )
    return weight.shape[2:]


def conv_transpose1d(
    input: Node,
    weight: Node,
    bias: Node | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Node:
    r"""Spread each number of a series over a window; the reverse of conv1d.

    The arguments are those of `conv_transpose2d`; the input is `(N, C, L)` or `(C, L)`
    and the weight `(C, out/groups, length)`.

    Source: Zeiler, Krishnan, Taylor & Fergus 2010.
    """
    given = (stride, padding, output_padding, groups, dilation)
    return _transposed("conv_transpose1d", 1, input, weight, bias, *given)


def conv_transpose2d(
    input: Node,
    weight: Node,
    bias: Node | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Node:
    r"""Spread each number of a picture over a window; the reverse of conv2d.

    Args:
        input: `(N, C, H, W)` or `(C, H, W)`.
        weight: `(C, out/groups, height, width)`.
        bias: one number for each output channel.
        stride: distance between the windows of neighbors.
        padding: width of the border that is cut off.
        output_padding: rows and columns added at the end; of several sizes that conv2d maps to
            one, which.
        groups: channels in so many groups that don't see each other.
        dilation: distance between the numbers of a window.

    Source: Zeiler, Krishnan, Taylor & Fergus 2010.
    """
    given = (stride, padding, output_padding, groups, dilation)
    return _transposed("conv_transpose2d", 2, input, weight, bias, *given)


def conv_transpose3d(
    input: Node,
    weight: Node,
    bias: Node | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Node:
    r"""Spread each number of a volume over a window; the reverse of conv3d.

    The arguments are those of `conv_transpose2d`; the input is `(N, C, D, H, W)` or `(C, D, H, W)`
    and the weight `(C, out/groups, depth, height, width)`.

    Source: Zeiler, Krishnan, Taylor & Fergus 2010.
    """
    given = (stride, padding, output_padding, groups, dilation)
    return _transposed("conv_transpose3d", 3, input, weight, bias, *given)


def _transposed(
    name: str,
    rank: int,
    input: Node,
    weight: Node,
    bias: Node | None,
    stride: Any,
    padding: Any,
    output_padding: Any,
    groups: int,
    dilation: Any,
) -> Node:
    stride, dilation = sizes(name, "stride", stride, rank), sizes(name, "dilation", dilation, rank)
    border, more = (
        sizes(name, what, value, rank, 0)
        for what, value in (("padding", padding), ("output_padding", output_padding))
    )
    _check_more(name, more, stride, dilation)
    kernel = _kernel(name, rank, weight)
    if 0 in weight.shape[:2]:
        raise ShapeError(f"{name}: a weight of shape {show(weight.shape)} has no channels.")
    pairs = tuple((p, p - m) for p, m in zip(border, more, strict=True))
    p = {"stride": stride, "padding": pairs, "dilation": dilation, "groups": groups}

    def call(x: Node) -> Node:
        size = _grown(name, x.shape[2:], kernel, stride, pairs, dilation)
        y = cv.conv_transpose(x, weight, size=size, **p)
        return y if bias is None else add(y, _per_channel(name, bias, y.shape))

    out: Node = batched(name, input, rank, call)
    return out


def _check_more(name: str, more: Shape, stride: Shape, dilation: Shape) -> None:
    for m, s, d in zip(more, stride, dilation, strict=True):
        if m >= max(s, d):
            raise SettingError(
                f"{name}: output_padding must be smaller than stride or dilation, and {m} is not "
                f"smaller than {max(s, d)}."
            )


def _grown(
    name: str, positions: Shape, kernel: Shape, stride: Shape, pairs: Any, dilation: Shape
) -> Shape:
    """The size that a convolution shrinks to so many positions."""
    size = tuple(
        (n - 1) * s + d * (k - 1) + 1 - lo - hi
        for n, k, s, (lo, hi), d in zip(positions, kernel, stride, pairs, dilation, strict=True)
    )
    if min(size) < 1:
        raise ShapeError(
            f"{name}: padding cuts off everything: {show(positions)} would become {show(size)}.\n"
            " Take a smaller padding."
        )
    return size


def _per_channel(name: str, bias: Node, shape: Shape) -> Node:
    if bias.shape != shape[1:2]:
        raise ShapeError(
            f"{name}: bias needs shape ({shape[1]},), one number for each output channel, and has "
            f"{show(bias.shape)}."
        )
    return reshape(bias, shape=(*bias.shape, *[1] * (len(shape) - 2)))
