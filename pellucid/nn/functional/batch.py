"""Batch normalization: average and spread over the batch in training, remembered ones afterwards.

It takes Tensors, not nodes, because in training it writes what it remembers.
"""

from __future__ import annotations

from typing import Any

from pellucid.errors import SettingError, ShapeError
from pellucid.graph.mode import current, switched
from pellucid.graph.node import Node
from pellucid.ops import elementwise as ew
from pellucid.ops import normalize as nz
from pellucid.ops.reduce import mean, variance
from pellucid.shapes import numel, show
from pellucid.tensor import Tensor
from pellucid.tensor.memory import replace
from pellucid.tensor.tensor import wrap

__all__ = ["batch_norm", "write_cell"]


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
    if n <= 1:
        raise ShapeError(
            f"batch_norm: in training each feature needs more than one value, and the input "
            f"{show(x.shape)} has {n}.\n Give larger batches (drop_last=True leaves out a last "
            "batch of one row), or call model.eval()."
        )
    if running_mean is not None and running_var is not None:
        _remember(x, running_mean, running_var, momentum)
    return wrap(nz.batch_norm(x, gamma, beta, eps=float(eps)))


def _remember(x: Node, center: Tensor, spread: Tensor, momentum: float | Tensor) -> None:
    """Move what is remembered toward this batch; the variance that is kept divides by n − 1."""
    axes = nz.batch_axes(x.shape)
    with switched(recording=False):
        share: Any = momentum._node if isinstance(momentum, Tensor) else float(momentum)
        rest: Any = ew.sub(1.0, share) if isinstance(momentum, Tensor) else 1.0 - share
        for cell, seen in (
            (center, mean(x, axes=axes)),
            (spread, variance(x, axes=axes, correction=1)),
        ):
            write_cell(cell, ew.add(ew.mul(cell._node, rest), ew.mul(seen, share)))


def write_cell(cell: Tensor, new: Node) -> None:
    """Let a buffer hold `new`: in its memory, or by another node where its value is being traced.

    Where only shapes are known and the buffer has its value, nothing was computed: it stays.
    """
    if current().trace is not None:
        replace(cell, new)
    elif cell._node.array is None:
        cell._node = new
    elif new.array is not None:
        cell.copy_(wrap(new))


def _node(value: Tensor | None) -> Node | None:
    return None if value is None else value._node


def _check(x: Node, given: dict[str, Tensor | None]) -> None:
    if len(x.shape) < 2:
        raise ShapeError(
            f"batch_norm: input needs axes (rows, features, ...), not {show(x.shape)}."
        )
    for name, value in given.items():
        if value is not None and value._node.shape != x.shape[1:2]:
            raise ShapeError(
                f"batch_norm: the input {show(x.shape)} has {x.shape[1]} features in axis 1, and "
                f"{name} is for {value._node.size}."
            )
