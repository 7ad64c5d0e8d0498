"""Curves that let a piece of a signal begin and end softly: Hann's window and its kin."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pellucid.dtypes import FLOAT, DType, default_float
from pellucid.errors import DTypeError, SettingError
from pellucid.tensor.creation import of_array
from pellucid.tensor.device import on_cpu
from pellucid.tensor.reading import held
from pellucid.tensor.tensor import Tensor

__all__ = ["bartlett_window", "blackman_window", "hamming_window", "hann_window", "kaiser_window"]


def _turns(name: str, length: int, periodic: bool) -> Any:
    """From 0 to 1 over the window; a periodic one leaves the end to the next."""
    if length < 0:
        raise SettingError(f"{name}: window_length can't be negative and is {length}.")
    return np.arange(length) / max(length if periodic else length - 1, 1)


def _window(values: Any, dtype: DType | None, device: Any, requires_grad: bool) -> Tensor:
    on_cpu(device)
    kind = dtype or default_float()
    if kind.category != FLOAT:
        raise DTypeError(f"a window holds float numbers, not {kind.name}.")
    values = np.ones(1) if len(values) == 1 else values
    return of_array(values.astype(held(kind)), requires_grad)


def _cosines(turns: Any, *shares: float) -> Any:
    return sum(share * np.cos(2 * math.pi * k * turns) for k, share in enumerate(shares))


def hann_window(
    window_length: int, periodic: bool = True, *, dtype: DType | None = None,
    layout: Any = None, device: Any = None, pin_memory: bool = False, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Half a cosine, from 0 to 1 and back."""
    turns = _turns("hann_window", window_length, periodic)
    return _window(_cosines(turns, 0.5, -0.5), dtype, device, requires_grad)


def hamming_window(
    window_length: int, periodic: bool = True, alpha: float = 0.54, beta: float = 0.46, *,
    dtype: DType | None = None,
    layout: Any = None, device: Any = None, pin_memory: bool = False, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Hann's window on a small step: `alpha − beta · cos`."""
    turns = _turns("hamming_window", window_length, periodic)
    return _window(_cosines(turns, alpha, -beta), dtype, device, requires_grad)


def blackman_window(
    window_length: int, periodic: bool = True, *, dtype: DType | None = None,
    layout: Any = None, device: Any = None, pin_memory: bool = False, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Two cosines, flatter at the ends than Hann's."""
    turns = _turns("blackman_window", window_length, periodic)
    return _window(_cosines(turns, 0.42, -0.5, 0.08), dtype, device, requires_grad)


def bartlett_window(
    window_length: int, periodic: bool = True, *, dtype: DType | None = None,
    layout: Any = None, device: Any = None, pin_memory: bool = False, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """A triangle."""
    turns = _turns("bartlett_window", window_length, periodic)
    return _window(1 - np.abs(2 * turns - 1), dtype, device, requires_grad)


def kaiser_window(
    window_length: int, periodic: bool = True, beta: float = 12.0, *, dtype: DType | None = None,
    layout: Any = None, device: Any = None, pin_memory: bool = False, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Kaiser's window: the narrowest for how much it lets through beside, which `beta` says."""
    turns = _turns("kaiser_window", window_length, periodic)
    values = np.i0(beta * np.sqrt(np.maximum(1 - (2 * turns - 1) ** 2, 0))) / np.i0(beta)
    return _window(values, dtype, device, requires_grad)
