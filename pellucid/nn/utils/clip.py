"""Gradients cut to size before the optimizer takes its step, so that one wild batch does no harm.

g ← g · min(1, c / ‖g‖)
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from pellucid.dtypes import bfloat16, float16
from pellucid.errors import KindError, SettingError, TrainingError
from pellucid.graph.mode import switched
from pellucid.tensor import Tensor
from pellucid.tensor.creation import tensor

__all__ = ["clip_grad_norm_", "clip_grad_value_", "clip_grads_with_norm_", "get_total_norm"]


def get_total_norm(
    tensors: Iterable[Tensor] | Tensor,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """The length of all Tensors together, as if they were one long vector.

    Args:
        tensors: one or several.
        norm_type: 2 for Euclid's length, `inf` for the largest number.
        error_if_nonfinite: whether infinity and NaN are errors.
        foreach: accepted for PyTorch's sake.
    """
    given = [tensors] if isinstance(tensors, Tensor) else list(tensors)
    p = float(norm_type)
    with switched(recording=False):
        if not given:
            return tensor(0.0)
        dtype = given[0].dtype
        low = dtype in (float16, bfloat16)  # whose squares reach past the largest number
        sizes = [(t.detach().float() if low else t.detach()).abs() for t in given]
        if p == 0.0:  # how many are not all zero, as PyTorch counts
            counts: Tensor = sum(((s != 0).any() for s in sizes), tensor(0))
            return counts.to(dtype)
        if p == math.inf:
            total: Tensor = _largest([s.max() for s in sizes])
        else:
            powers = [(s * s if p == 2.0 else s**p).sum() for s in sizes]
            total = sum(powers[1:], powers[0]) ** (1.0 / p)
        total = total.to(dtype) if low else total
    if error_if_nonfinite and not math.isfinite(total.item()):
        raise TrainingError(
            f"the total norm of the gradients is {total.item()}, so they can't be cut to size.\n"
            " Look for the first layer whose gradient is not finite; lower the learning rate."
        )
    return total


def clip_grad_norm_(
    parameters: Iterable[Tensor] | Tensor,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Scale all gradients down together where their common length is above `max_norm`.

    Args:
        parameters: whose `.grad` is changed in place.
        max_norm: the largest length allowed.
        norm_type: 2 for Euclid's length, `inf` for the largest number.
        error_if_nonfinite: whether infinity and NaN are errors.
        foreach: accepted for PyTorch's sake.

    Returns:
        The length before.

    Source: Pascanu, Mikolov & Bengio 2013.
    """
    given = _listed(parameters)
    total = get_total_norm(_grads(given), norm_type, error_if_nonfinite)
    clip_grads_with_norm_(given, max_norm, total)
    return total


def clip_grads_with_norm_(
    parameters: Iterable[Tensor] | Tensor,
    max_norm: float,
    total_norm: Tensor,
    foreach: bool | None = None,
) -> None:
    """Scale all gradients down together by a length that is known already.

    Args:
        parameters: whose `.grad` is changed in place.
        max_norm: the largest length allowed.
        total_norm: the length, as `get_total_norm` gives it.
        foreach: accepted for PyTorch's sake.
    """
    with switched(recording=False):
        factor = (float(max_norm) / (total_norm + 1e-6)).clamp(max=1.0)
        for g in _grads(parameters):
            g.mul_(factor.to(g.dtype))


def clip_grad_value_(
    parameters: Iterable[Tensor] | Tensor, clip_value: float, foreach: bool | None = None
) -> None:
    """Cut every number of every gradient to ±`clip_value`, in place."""
    if clip_value < 0:
        raise SettingError(
            f"clip_grad_value_: clip_value can't be negative, and it is {clip_value}."
        )
    with switched(recording=False):
        for g in _grads(parameters):
            g.clamp_(-float(clip_value), float(clip_value))


def _grads(parameters: Iterable[Tensor] | Tensor) -> list[Tensor]:
    given = _listed(parameters)
    return [p.grad for p in given if p.grad is not None]


def _largest(numbers: list[Tensor]) -> Tensor:
    out = numbers[0]
    for n in numbers[1:]:
        out = out.maximum(n)
    return out


def _listed(parameters: Iterable[Tensor] | Tensor) -> list[Tensor]:
    if isinstance(parameters, Tensor):
        return [parameters]
    if hasattr(parameters, "parameters"):
        raise KindError(
            f"gradients are clipped of weights, and this is a whole model "
            f"({type(parameters).__name__}).\n Pass its weights: model.parameters()."
        )
    return list(parameters)
