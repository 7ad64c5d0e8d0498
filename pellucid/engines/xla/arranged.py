"""Values that lie in memory in another order than they are thought of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax.numpy as jnp

__all__ = ["Arranged", "Order", "arrange", "arranged_single", "plain"]

Order = tuple[int, ...]


class Arranged(NamedTuple):
    """A value whose axes lie in another order.

    Attributes:
        array: the numbers as they lie.
        order: `order[i]` is the axis of the value that lies at position i.
    """

    array: Any
    order: Order

    @property
    def ndim(self) -> int:
        """How many axes."""
        return len(self.order)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the value."""
        sizes: list[int] = [0] * len(self.order)
        for size, axis in zip(self.array.shape, self.order, strict=True):
            sizes[axis] = size
        return tuple(sizes)


def plain(value: Any) -> Any:
    """The value with its axes in their own order."""
    if type(value) is Arranged:
        return jnp.transpose(value.array, [value.order.index(a) for a in range(len(value.order))])
    return value


def arrange(value: Any, order: Order) -> Any:
    """The numbers of a value in an order; a value with fewer axes is broadcast as usual."""
    if type(value) is Arranged:
        if value.order == order:
            return value.array
        value = plain(value)
    if value.ndim == 0:
        return value
    if value.ndim < len(order):
        value = value.reshape((1,) * (len(order) - value.ndim) + value.shape)
    return jnp.transpose(value, order)


def arranged_single(call: Callable[..., Any], dtype: str) -> Callable[..., Any]:
    """A function of values that may be arranged, computed in float32 and rounded to `dtype`."""

    def run(*inputs: Any, **params: Any) -> Any:
        y = call(*(_cast(x, "float32") if _is_half(x) else x for x in inputs), **params)
        return y if y is NotImplemented or "float" not in dtype else _cast(y, dtype)

    return run


def _is_half(x: Any) -> bool:
    array = x.array if type(x) is Arranged else x
    return array.dtype.name in ("float16", "bfloat16")


def _cast(x: Any, dtype: str) -> Any:
    return Arranged(x.array.astype(dtype), x.order) if type(x) is Arranged else x.astype(dtype)
