"""Are these numbers the same, up to rounding? With an answer that says where they are not."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.tensor.creation import as_tensor
from pellucid.tensor.tensor import Tensor

__all__ = ["assert_close"]

# PyTorch's tolerances: relative, absolute.
_TOLERANCES = {
    "float16": (1e-3, 1e-5),
    "bfloat16": (1.6e-2, 1e-5),
    "float32": (1.3e-6, 1e-5),
    "float64": (1e-7, 1e-7),
}


def assert_close(
    actual: Any,
    expected: Any,
    *,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = False,
    check_dtype: bool = True,
    msg: str | None = None,
) -> None:
    """Raise AssertionError unless `|actual − expected| ≤ atol + rtol · |expected|` everywhere.

    Args:
        actual: a Tensor, an array, a number or nested lists.
        expected: the same.
        rtol: relative tolerance; by default PyTorch's for the dtype.
        atol: absolute tolerance; likewise.
        equal_nan: whether NaN equals NaN.
        check_dtype: whether the dtypes must be equal too.
        msg: text to say in place of the one that shows the largest difference.

    Example:
        >>> import pellucid
        >>> pellucid.testing.assert_close(pellucid.tensor([0.1 + 0.2]), pellucid.tensor([0.3]))
    """
    a, b = _plain(actual), _plain(expected)
    if a.shape != b.shape:
        raise AssertionError(msg or f"shapes differ: {a.shape} and {b.shape}.")
    if check_dtype and a.dtype != b.dtype:
        raise AssertionError(msg or f"dtypes differ: {a.dtype} and {b.dtype}.")
    defaults = _TOLERANCES.get(a.dtype.name, (0.0, 0.0))
    relative = defaults[0] if rtol is None else rtol
    absolute = defaults[1] if atol is None else atol
    wide = a.astype(np.float64), b.astype(np.float64)
    far = ~np.isclose(*wide, rtol=relative, atol=absolute, equal_nan=equal_nan)
    if far.any():
        raise AssertionError(msg or _worst(a, b, far, relative, absolute))


def _plain(value: Any) -> Any:
    return np.asarray((value if isinstance(value, Tensor) else as_tensor(value)).detach().numpy())


def _worst(a: Any, b: Any, far: Any, rtol: float, atol: float) -> str:
    distance = np.where(far, np.abs(a.astype(np.float64) - b.astype(np.float64)), -1.0)
    distance = np.where(np.isnan(distance), np.inf, distance)
    at = np.unravel_index(int(np.argmax(distance)), a.shape) if a.shape else ()
    where = f" at {[int(i) for i in at]}" if at else ""
    return (
        f"{int(far.sum())} of {a.size} numbers differ, most{where}: "
        f"got {a[at]}, expected {b[at]}.\n"
        f" Allowed: {atol:g} + {rtol:g} · |expected|."
    )
