"""Tensors to be filled whose numbers lie in memory as strides say."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.dtypes import DType, default_float
from pellucid.errors import SettingError, ShapeError
from pellucid.graph.node import leaf
from pellucid.shapes import show
from pellucid.tensor.creation import sizes
from pellucid.tensor.device import on_cpu
from pellucid.tensor.reading import held
from pellucid.tensor.tensor import Tensor, wrap

__all__ = ["empty_permuted", "empty_strided"]


def empty_strided(
    size: Any, stride: Any, *, dtype: DType | None = None, layout: Any = None, device: Any = None,
    requires_grad: bool = False, pin_memory: bool = False,
) -> Tensor:  # fmt: skip
    """A Tensor to be filled, with so many numbers between neighbors; it starts as zeros.

    Args:
        size: the axes.
        stride: for each axis, how far its neighbors lie from each other.
        dtype: kind of number.
        layout: accepted as in PyTorch.
        device: only "cpu" exists.
        requires_grad: whether blame is kept.
        pin_memory: accepted as in PyTorch.
    """
    on_cpu(device)
    shape, steps, kind = sizes((size,)), tuple(stride), dtype or default_float()
    if len(shape) != len(steps):
        raise ShapeError(
            f"empty_strided needs a stride for each size: {show(shape)} and {show(steps)}."
        )
    if any(s < 0 for s in steps):
        raise SettingError(f"empty_strided: strides can't be negative: {show(steps)}.")
    reach = sum((n - 1) * s for n, s in zip(shape, steps, strict=True)) + 1
    memory = np.zeros(0 if 0 in shape else reach, held(kind))
    apart = tuple(s * memory.itemsize for s in steps)
    seen: Any = np.ndarray(shape, memory.dtype, memory, strides=apart)
    return wrap(leaf(seen, shape, kind, requires_grad=requires_grad))


def empty_permuted(
    size: Any, physical_layout: Any, *, dtype: DType | None = None, layout: Any = None,
    device: Any = None, requires_grad: bool = False, pin_memory: bool = False,
) -> Tensor:  # fmt: skip
    """A Tensor to be filled, whose axes lie in memory in the order named, the outermost first.

    Args:
        size: the axes.
        physical_layout: each axis once.
        dtype: kind of number.
        layout: accepted as in PyTorch.
        device: only "cpu" exists.
        requires_grad: whether blame is kept.
        pin_memory: accepted as in PyTorch.
    """
    shape, order = sizes((size,)), tuple(physical_layout)
    if sorted(order) != list(range(len(shape))):
        raise SettingError(
            f"empty_permuted: physical_layout names each of {len(shape)} axes once, and is"
            f" {show(order)}."
        )
    stride, step = [0] * len(shape), 1
    for axis in reversed(order):
        stride[axis], step = step, step * max(shape[axis], 1)
    return empty_strided(shape, stride, dtype=dtype, device=device, requires_grad=requires_grad)


def _new_empty_strided(
    self: Tensor, size: Any, stride: Any, dtype: DType | None = None, *, layout: Any = None,
    device: Any = None, requires_grad: bool = False, pin_memory: bool = False,
) -> Tensor:  # fmt: skip
    """A Tensor of this one's dtype, to be filled, with so many numbers between neighbors."""
    kind = dtype or self.dtype
    return empty_strided(size, stride, dtype=kind, device=device, requires_grad=requires_grad)


_new_empty_strided.__name__ = _new_empty_strided.__qualname__ = "new_empty_strided"
setattr(Tensor, "new_empty_strided", _new_empty_strided)  # noqa: B010
