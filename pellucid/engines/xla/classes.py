"""Losses over few classes without look-ups: a comparison with every class fuses with its neighbors.

A gather and a scatter are calls of their own; for a few classes they cost more than the network.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jax import lax

from pellucid.ops.classes import class_axis, nll, nll_back
from pellucid.shapes import Shape

__all__ = ["INSTEAD", "hot"]

FEW = 256


def hot(shape: Shape, target: Any, axis: int) -> Any:
    """Whether each place is that of the true class, with the classes along `axis`."""
    places = lax.broadcasted_iota(target.dtype, shape, axis)
    return places == jnp.expand_dims(target, axis)


def _nll(
    xp: Any,
    log_p: Any,
    target: Any,
    weight: Any = None,
    reduction: str = "mean",
    ignore_index: int | None = None,
) -> Any:
    if weight is not None or log_p.shape[class_axis(log_p.shape)] > FEW:
        return nll.forward(xp, log_p, target, weight, reduction, ignore_index)
    axis = class_axis(log_p.shape)
    hit = hot(log_p.shape, target, axis)
    each = -jnp.sum(jnp.where(hit, log_p, jnp.zeros((), log_p.dtype)), axis=axis)
    if ignore_index is not None and not 0 <= ignore_index < log_p.shape[axis]:
        pass  # such a target hits no class, and adds nothing
    elif ignore_index is not None:
        each = jnp.where(target == ignore_index, jnp.zeros((), log_p.dtype), each)
    if reduction == "none":
        return each
    total = jnp.sum(each)
    return total if reduction == "sum" else total / _count(target, ignore_index, log_p.dtype)


def _nll_back(
    xp: Any,
    g: Any,
    target: Any,
    weight: Any = None,
    shape: Shape = (),
    reduction: str = "mean",
    ignore_index: int | None = None,
) -> Any:
    if weight is not None or shape[class_axis(shape)] > FEW:
        return nll_back.forward(xp, g, target, weight, shape, reduction, ignore_index)
    share = -g / _count(target, ignore_index, g.dtype) if reduction == "mean" else -g
    hit = hot(shape, target, class_axis(shape))
    if ignore_index is not None:
        hit = hit & jnp.expand_dims(target != ignore_index, class_axis(shape))
    if share.ndim:
        share = jnp.expand_dims(share, class_axis(shape))
    return jnp.where(hit, share, jnp.zeros((), g.dtype))


def _count(target: Any, ignore_index: int | None, dtype: Any) -> Any:
    if ignore_index is None:
        return jnp.asarray(target.size, dtype)
    return jnp.sum(target != ignore_index).astype(dtype)


INSTEAD = {"nll": _nll, "nll_back": _nll_back}
