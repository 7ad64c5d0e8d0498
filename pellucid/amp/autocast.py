"""The switch for mixed precision: in a `with` block or a function, products are taken in 16 bits.

Weights, their gradients and losses stay float32; only what goes into a product is rounded. Which
functions are products and which keep their digits is PyTorch's list for the CPU.
"""

from __future__ import annotations

import functools
import threading
import warnings
from collections.abc import Callable
from typing import Any, TypeVar

from pellucid.dtypes import FLOAT, DType, bfloat16, float64
from pellucid.errors import PellucidWarning
from pellucid.graph.halves import HALVES, at_hand
from pellucid.graph.mode import current, switched
from pellucid.tensor import Tensor
from pellucid.tensor.device import on_cpu

__all__ = [
    "autocast", "custom_bwd", "custom_fwd", "get_autocast_dtype", "is_autocast_available",
    "is_autocast_enabled", "set_autocast_dtype", "set_autocast_enabled",
]  # fmt: skip

F = TypeVar("F", bound=Callable[..., Any])


class _Usual(threading.local):
    dtype = bfloat16


_usual = _Usual()


class autocast:
    """Take products of matrices in 16 bits for the length of a `with` block, or in a function.

    Args:
        device_type: "cpu". "cuda" warns and switches off, as PyTorch does where there is none.
        dtype: bfloat16 by default, or float16; any other kind warns and switches off.
        enabled: False switches off what an outer block has switched on.
        cache_enabled: not used; there for PyTorch's sake.

    Example:
        >>> import pellucid
        >>> x, w = pellucid.ones(2, 3), pellucid.ones(4, 3)
        >>> with pellucid.autocast("cpu"):
        ...     y = pellucid.nn.functional.linear(x, w)
        >>> y.dtype
        pellucid.bfloat16

    Source: PyTorch, "Automatic Mixed Precision", the lists of ops for the CPU.
    """

    def __init__(
        self,
        device_type: str,
        dtype: DType | None = None,
        enabled: bool = True,
        cache_enabled: bool | None = None,
    ) -> None:
        self.device = device_type
        self.fast_dtype = _usual.dtype if dtype is None else dtype
        self._enabled = enabled and _exists(device_type) and _narrow(self.fast_dtype)
        self._before: list[DType | None] = []

    def __enter__(self) -> None:
        mode = current()
        self._before.append(mode.lower)
        if self._enabled:
            at_hand(self.fast_dtype)
        mode.lower = self.fast_dtype if self._enabled else None

    def __exit__(self, *_: object) -> None:
        current().lower = self._before.pop()

    def __call__(self, func: F) -> F:
        """The function, run with the switch set."""

        @functools.wraps(func)
        def run(*args: Any, **kwargs: Any) -> Any:
            with self:
                return func(*args, **kwargs)

        return run  # type: ignore[return-value]


def _exists(device_type: str) -> bool:
    if str(device_type).partition(":")[0] != "cuda":
        on_cpu(device_type)
        return True
    warnings.warn(
        "autocast('cuda') changes nothing: Tensors live on 'cpu'.\n Write autocast('cpu').",
        PellucidWarning,
        stacklevel=3,
    )
    return False


def _narrow(dtype: DType) -> bool:
    if dtype in HALVES:
        return True
    warnings.warn(
        f"autocast to {dtype.name} changes nothing: it is there for bfloat16 and float16.",
        PellucidWarning,
        stacklevel=3,
    )
    return False


def is_autocast_available(device_type: str) -> bool:
    """Whether autocast works for this device: for "cpu"."""
    return device_type == "cpu"


def is_autocast_enabled(device_type: str = "cpu") -> bool:
    """Whether products are taken in 16 bits just now."""
    return device_type == "cpu" and current().lower is not None


def get_autocast_dtype(device_type: str) -> DType:
    """The kind of number that autocast uses, or would use."""
    on_cpu(device_type)
    return current().lower or _usual.dtype


def set_autocast_dtype(device_type: str, dtype: DType) -> None:
    """The kind of number for every autocast of this thread that names none."""
    on_cpu(device_type)
    _usual.dtype = dtype


def set_autocast_enabled(device_type: str, enabled: bool) -> None:
    """Switch autocast on or off from now on, outside of any block."""
    on_cpu(device_type)
    at_hand(_usual.dtype)
    current().lower = _usual.dtype if enabled else None


def custom_fwd(fwd: Any = None, *, device_type: str, cast_inputs: DType | None = None) -> Any:
    """For the `forward` of an `autograd.Function`: how it behaves under autocast.

    Args:
        fwd: the method.
        device_type: "cpu".
        cast_inputs: under autocast, float Tensors among the arguments come in as this kind, and
            the method runs with autocast off. Without it, the method runs as it is called.
    """
    if fwd is None:
        return functools.partial(custom_fwd, device_type=device_type, cast_inputs=cast_inputs)
    on_cpu(device_type)

    @functools.wraps(fwd)
    def run(ctx: Any, *args: Any, **kwargs: Any) -> Any:
        lower = current().lower
        ctx._lower = lower if cast_inputs is None else None
        if lower is None or cast_inputs is None:
            return fwd(ctx, *args, **kwargs)
        with switched(lower=None):
            kwargs = {k: _brought(v, cast_inputs) for k, v in kwargs.items()}
            return fwd(ctx, *(_brought(a, cast_inputs) for a in args), **kwargs)

    return run


def custom_bwd(bwd: Any = None, *, device_type: str) -> Any:
    """For the `backward` of an `autograd.Function`: autocast is what it was in `forward`."""
    if bwd is None:
        return functools.partial(custom_bwd, device_type=device_type)
    on_cpu(device_type)

    @functools.wraps(bwd)
    def run(ctx: Any, *args: Any, **kwargs: Any) -> Any:
        with switched(lower=getattr(ctx, "_lower", None)):
            return bwd(ctx, *args, **kwargs)

    return run


def _brought(value: Any, dtype: DType) -> Any:
    if isinstance(value, Tensor):
        fits = value.dtype.category == FLOAT and value.dtype is not float64
        return value.to(dtype) if fits else value
    if isinstance(value, list | tuple):
        return type(value)(_brought(v, dtype) for v in value)
    if isinstance(value, dict):
        return {k: _brought(v, dtype) for k, v in value.items()}
    return value
