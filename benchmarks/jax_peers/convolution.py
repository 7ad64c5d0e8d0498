"""Convolutions in the layout that XLA likes on a CPU: NHWC pictures, HWIO kernels."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np


def channels_last(x: Any) -> Any:
    """Batches of pictures, N C H W to N H W C."""
    return np.ascontiguousarray(np.moveaxis(x, -3, -1))


def kernel(weight: Any) -> Any:
    """PyTorch's O I H W to H W I O."""
    return np.ascontiguousarray(weight.transpose(2, 3, 1, 0))


def convolved(x: Any, weight: Any, stride: int = 1) -> Any:
    """Padded by one for 3x3, by nothing for 1x1."""
    border = (weight.shape[0] - 1) // 2
    return jax.lax.conv_general_dilated(
        x, weight, (stride, stride), [(border, border)] * 2,
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
    )  # fmt: skip
