"""Normalization that remembers: over the batch, or over each row, and with known averages later.

These take Tensors, not nodes, because in training they write what they remember.
"""

from __future__ import annotations

from typing import Any

from pellucid.dtypes import float32
from pellucid.errors import SettingError, ShapeError
from pellucid.graph.emit import stamp
from pellucid.graph.halves import HALVES
from pellucid.graph.mode import current, switched
from pellucid.graph.node import Node
from pellucid.ops import elementwise as ew
from pellucid.ops import groups as gr
from pellucid.ops import normalize as nz
from pellucid.ops.elementwise import cast
from pellucid.ops.movement import reshape
from pellucid.ops.recurrent import rows
from pellucid.ops.reduce import mean, variance
from pellucid.ops.remember import remembered
from pellucid.shapes import numel, show
from pellucid.tensor import Tensor
from pellucid.tensor.memory import replace
from pellucid.tensor.tensor import wrap

__all__ = ["batch_norm", "instance_norm", "write_cell"]


def _nothing(x: Node, gamma: Node | None, beta: Node | None) -> Tensor:
    """A batch without a number, still on the way of blame."""
    along = (1, -1, *(1,) * (len(x.shape) - 2))
    out = ew.mul(x, 1.0) if gamma is None else ew.mul(x, reshape(gamma, shape=_fit(gamma, along)))
    return wrap(out if beta is None else ew.add(out, reshape(beta, shape=_fit(beta, along))))


def _fit(values: Node, along: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(values.size if n < 0 else n for n in along)


def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float | Tensor = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    r"""Each feature over the batch to average 0 and spread 1, then scaled and moved.

    $y = \gamma (x - \mu)/\sqrt{\sigma^2 + \varepsilon} + \beta$

    Args:
        input: `(N, C)` or `(N, C, ...)`; the features are axis 1.
        running_mean: the averages remembered; written in training.
        running_var: the variances remembered; written in training.
        weight: γ, one number per feature.
        bias: β, one number per feature.
        training: whether average and spread come from this batch.
        momentum: share of the batch in what is remembered; a Tensor where it is computed.
        eps: added to the variance.
    """
    x = input._node
    _check(x, {"running_mean": running_mean, "running_var": running_var,
               "weight": weight, "bias": bias})  # fmt: skip
    gamma, beta = _node(weight), _node(bias)
    if not training:
        if running_mean is None or running_var is None:
            raise SettingError(
                "batch_norm: outside training it needs running_mean and running_var.\n"
                " Pass training=True to take average and spread from the batch."
            )
        center, spread = running_mean._node, running_var._node
        return wrap(nz.batch_norm_known(x, center, spread, gamma, beta, eps=float(eps)))
    n = numel(tuple(x.shape[a] for a in nz.batch_axes(x.shape)))
    if not x.size:  # no numbers: nothing is learned or remembered
        return _nothing(x, gamma, beta)
    if n <= 1:
        raise ShapeError(
            f"batch_norm: in training each feature needs more than one value, and the input "
            f"{show(x.shape)} has {n}.\n Give larger batches (drop_last=True leaves out a last "
            "batch of one row), or call model.eval()."
        )
    seen = None
    if running_mean is not None and running_var is not None:
        with switched(recording=False):
            seen = nz.moments(_single(x), axis=1)
            _remember_both(running_mean, running_var, seen, n / (n - 1), momentum)
    return wrap(nz.batch_norm(x, gamma, beta, seen, eps=float(eps)))


def instance_norm(
    input: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float | Tensor = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    r"""Each channel of each row by itself to average 0 and spread 1, then scaled and moved.

    $y = \gamma (x - \mu)/\sqrt{\sigma^2 + \varepsilon} + \beta$

    Args:
        input: `(N, C, ...)`, with three axes or more.
        running_mean: the averages remembered; written where `use_input_stats`.
        running_var: the variances remembered; written where `use_input_stats`.
        weight: γ, one number per channel.
        bias: β, one number per channel.
        use_input_stats: whether average and spread come from this input.
        momentum: share of the input in what is remembered; a Tensor where it is computed.
        eps: added to the variance.
    """
    if not use_input_stats:
        return batch_norm(input, running_mean, running_var, weight, bias, False, momentum, eps)
    x = input._node
    _check(x, {"running_mean": running_mean, "running_var": running_var,
               "weight": weight, "bias": bias}, "instance_norm")  # fmt: skip
    size = tuple(range(2, len(x.shape)))
    if not x.size:
        return _nothing(x, _node(weight), _node(bias))
    if numel(x.shape[2:]) <= 1:
        raise ShapeError(
            f"instance_norm: each channel needs more than one value, and the input "
            f"{show(x.shape)} has {numel(x.shape[2:])}.\n For one value per channel take "
            "batch_norm or layer_norm."
        )
    if running_mean is not None and running_var is not None:
        with switched(recording=False):
            seen = mean(x, axes=size), variance(x, axes=size, correction=1)
            _remember(running_mean, mean(seen[0], axes=(0,)), momentum)
            _remember(running_var, mean(seen[1], axes=(0,)), momentum)
    gamma, beta = _node(weight), _node(bias)
    return wrap(gr.group_norm(x, gamma, beta, groups=x.shape[1], eps=float(eps)))


def _single(x: Node) -> Node:
    """16-bit numbers in float32: averages of them need the digits."""
    return cast(x, dtype=float32) if x.dtype in HALVES else x


def _remember_both(
    mean: Tensor, var: Tensor, seen: Node, unbiased: float, momentum: float | Tensor
) -> None:
    """Average and variance of each feature, from the moments of a batch."""
    if not isinstance(momentum, Tensor) and mean._node.dtype is var._node.dtype is seen.dtype:
        share = float(momentum)
        write_cell(mean, remembered(mean._node, seen, row=0, share=share))
        write_cell(var, remembered(var._node, seen, row=1, share=share, scale=unbiased))
        return
    center, spread = (reshape(rows(seen, i, i + 1), shape=seen.shape[1:]) for i in (0, 1))
    _remember(mean, center, momentum)
    _remember(var, ew.mul(spread, unbiased), momentum)


def _remember(cell: Tensor, seen: Node, momentum: float | Tensor) -> None:
    """Move what is remembered toward what was seen; a variance that is kept divides by n − 1."""
    share: Any = momentum._node if isinstance(momentum, Tensor) else float(momentum)
    rest: Any = ew.sub(1.0, share) if isinstance(momentum, Tensor) else 1.0 - share
    write_cell(cell, ew.add(ew.mul(cell._node, rest), ew.mul(seen, share)))


def write_cell(cell: Tensor, new: Node) -> None:
    """Let a buffer hold `new`: in its memory, or by another node where its value is being traced.

    Where only shapes are known and the buffer has its value, nothing was computed: it stays.
    """
    if current().trace is not None:
        replace(cell, new)
    elif cell._node.array is None:
        cell._node = new
    elif new.array is None:
        return
    elif _plain(cell._node, new):
        cell._node.array[...] = new.array
        stamp(cell._node)
    else:
        cell.copy_(wrap(new))


def _plain(node: Node, new: Node) -> bool:
    """Whether a buffer's memory is its own and takes the new numbers as they are."""
    alike = node.shape == new.shape and node.dtype is new.dtype and not node.requires_grad
    return alike and node.op is None and node.base is None and bool(node.array.flags.writeable)


def _node(value: Tensor | None) -> Node | None:
    return None if value is None else value._node


def _check(x: Node, given: dict[str, Tensor | None], of: str = "batch_norm") -> None:
    if len(x.shape) < 2:
        raise ShapeError(f"{of}: input needs axes (rows, features, ...), not {show(x.shape)}.")
    for name, value in given.items():
        if value is not None and value._node.shape != x.shape[1:2]:
            raise ShapeError(
                f"{of}: the input {show(x.shape)} has {x.shape[1]} features in axis 1, and "
                f"{name} is for {value._node.size}."
            )
