"""Products with weights: which of several equal ones XLA computes fastest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
from jax import lax

from pellucid.engines.cores import cores
from pellucid.engines.xla.arranged import Arranged, Order, plain

__all__ = ["HALVED", "PRODUCTS", "WORTH"]

_barrier: Any = lax.optimization_barrier
SWAPPED: Order = (1, 0)
WORTH = 4096  # numbers in a weight below which its order does not matter
SHARED = 1 << 24  # multiplications above which several cores gain more than a quick product does


def _times(a: Any, b: Any) -> Any:
    """A product of matrices; of bfloat16 in float32, which the caller rounds.

    Asked for a bfloat16 result, XLA converts everything to float32 first; asked for float32 it
    multiplies as it is, twice as fast. The barrier keeps it from turning the result in the same
    breath, which it can't.
    """
    if a.dtype == jnp.bfloat16:
        return _barrier(jnp.matmul(a, b, preferred_element_type=jnp.float32))
    return _in_single(a) @ _in_single(b)


def _times_turned(a: Any, b: Any) -> Any:
    """`a @ b.T`, of bfloat16 in float32 too; said in one word, for the same reason."""
    if a.dtype != jnp.bfloat16:
        return _times(a, b.T)
    along = (((a.ndim - 1,), (1,)), ((), ()))
    return _barrier(lax.dot_general(a, b, along, preferred_element_type=jnp.float32))


def _turned_times(a: Any, b: Any) -> Any:
    """`a.T @ b`; columns of bfloat16 are picked one by one.

    XLA would fold a transpose into the product, and has no quick one for what comes out.
    """
    if a.dtype != jnp.bfloat16:
        return _times(a.T, b)
    every = jnp.arange(a.shape[1])
    return _times(a.T.at[every].get(mode="promise_in_bounds", unique_indices=True), b)


def _in_single(x: Any) -> Any:
    return x.astype(jnp.float32) if x.dtype == jnp.float16 else x


def _linear(x: Any, weight: Any, bias: Any = None) -> Any:
    if type(weight) is not Arranged or weight.order != SWAPPED:
        return NotImplemented
    x = plain(x)
    y = _times(x.reshape(-1, x.shape[-1]), weight.array)
    if bias is not None:
        y = y + plain(bias)
    return y.reshape(*x.shape[:-1], weight.array.shape[1]).astype(x.dtype)


def _to_input(g: Any, weight: Any) -> Any:
    if type(weight) is not Arranged or weight.order != SWAPPED:
        return NotImplemented
    g = plain(g)
    return _times_turned(g, weight.array).astype(g.dtype)


def _to_weight(g: Any, x: Any) -> Any:
    """The product with fewer columns on the left runs at the speed of light, the other at half.

    Where XLA is to turn the left one itself it leaves its quick product, which costs most where
    both have about as many columns, and where they are few: those are turned beforehand. But what
    it takes then is shared out evenly among the cores, which its quick product is not.
    """
    g, x = plain(g), plain(x)
    if g.ndim != 2 or x.ndim != 2:
        return NotImplemented
    wide, narrow = g.shape[1], x.shape[1]
    if wide > narrow and wide * narrow >= WORTH:
        return Arranged(_turned_times(x, g).astype(g.dtype), SWAPPED)
    if g.dtype != jnp.float32:
        return NotImplemented
    if wide > narrow:
        return _barrier(_barrier(x.T) @ g).T
    if cores() > 1 and g.size * narrow >= SHARED:
        return NotImplemented
    if narrow < 2 * wide or g.size <= WORTH:
        return _barrier(g.T) @ x
    return NotImplemented


PRODUCTS: dict[str, Callable[..., Any]] = {
    "linear": _linear, "bmm": _to_input, "tdot": _to_weight,
}  # fmt: skip


def _half_linear(xp: Any, x: Any, weight: Any, bias: Any = None) -> Any:
    y = _times_turned(x.reshape(-1, x.shape[-1]), weight).reshape(*x.shape[:-1], weight.shape[0])
    return (y if bias is None else y + bias).astype(x.dtype)


# Products of 16-bit numbers: everything else is computed in float32 and rounded.
HALVED: dict[str, Callable[..., Any]] = {
    "linear": _half_linear,
    "bmm": lambda xp, a, b: _times(a, b).astype(a.dtype),
    "tdot": lambda xp, a, b: _turned_times(a, b).astype(a.dtype),
}
