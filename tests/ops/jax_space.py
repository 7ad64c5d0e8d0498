"""The array namespace of JAX, with what ours adds to NumPy's: the forwards run on it unchanged."""

from __future__ import annotations

from typing import Any

from pellucid.ops.random import philox

__all__ = ["JaxSpace"]


class JaxSpace:
    """`jax.numpy`, plus `erf`, `unless`, `written`, `added`, `scatter_add` and the like."""

    def __init__(self) -> None:
        import jax

        self._jax = jax

    def __getattr__(self, name: str) -> Any:
        return getattr(self._jax.numpy, name)

    def erf(self, x: Any) -> Any:
        return self._jax.scipy.special.erf(x)

    def special(self, name: str, *xs: Any) -> Any:
        return getattr(self._jax.scipy.special, name)(*xs)

    def rules_out(self, mask: Any) -> bool:
        return False

    def unless(self, drop: Any, x: Any) -> Any:
        return self._jax.numpy.where(drop, self._jax.numpy.zeros((), x.dtype), x)

    def placed(self, shape: Any, at: Any, values: Any) -> Any:
        return self._jax.numpy.zeros(shape, values.dtype).at[at].set(values)

    def written(self, array: Any, at: Any, values: Any) -> Any:
        return array.at[at].set(values)

    def added(self, array: Any, at: Any, values: Any) -> Any:
        return array.at[at].add(values)

    def multiplied(self, array: Any, at: Any, values: Any) -> Any:
        # One by one: JAX has no derivative for positions that may repeat.
        places = [i.reshape(-1) for i in self._jax.numpy.broadcast_arrays(*at)]
        for k in range(values.size):
            one = tuple(i[k] for i in places)
            array = array.at[one].multiply(values.reshape(-1)[k], unique_indices=True)
        return array

    def scatter_add(self, shape: Any, at: Any, values: Any) -> Any:
        return self._jax.numpy.zeros(shape, values.dtype).at[at].add(values)

    def random_words(self, state: Any, count: int) -> Any:
        return philox(self._jax.numpy, state.astype("uint32"), -(-count // 4))[:count]
