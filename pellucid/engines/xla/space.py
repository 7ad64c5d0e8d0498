"""JAX's array namespace, with what ours adds to NumPy's: the ops' own forwards run on it unchanged.

Whole numbers and float64 are as wide here as everywhere in pellucid, so every use of JAX happens
`with wide():`.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import jax.scipy.special as special

from pellucid.engines.xla.cache import keep_programs
from pellucid.ops.random import philox
from pellucid.shapes import Shape

__all__ = ["space", "wide"]

keep_programs()


def wide() -> Any:
    """64-bit numbers where a program asks for them, for this thread and this block only."""
    return jax.enable_x64(True)


class _Space:
    """`jax.numpy`, plus `erf`, `special`, `rules_out`, `written`, `scatter_add` and others."""

    def __getattr__(self, name: str) -> Any:
        value = getattr(jnp, name)
        setattr(self, name, value)
        return value

    @staticmethod
    def erf(x: Any) -> Any:
        return special.erf(x)

    @staticmethod
    def rules_out(mask: Any) -> bool:
        """Whether `mask` holds nowhere, where that can be known: not while a program is made."""
        return False

    @staticmethod
    def special(name: str, *xs: Any) -> Any:
        """A function that both SciPy and JAX call so in their `special`."""
        return getattr(special, name)(*xs)

    @staticmethod
    def unless(drop: Any, x: Any) -> Any:
        """`x` with zeros where `drop` holds."""
        return jnp.where(drop, jnp.zeros((), x.dtype), x)

    @staticmethod
    def written(array: Any, at: Any, values: Any) -> Any:
        """A copy of `array` with the part at the index `at` replaced."""
        return array.at[at].set(values)

    @staticmethod
    def placed(shape: Shape, at: Any, values: Any) -> Any:
        """Zeros of `shape` with a part replaced."""
        return jnp.zeros(shape, values.dtype).at[at].set(values)

    @staticmethod
    def added(array: Any, at: Any, values: Any) -> Any:
        """`array` plus `values` at slices."""
        return array.at[at].add(values)

    @staticmethod
    def multiplied(array: Any, at: tuple[Any, ...], values: Any) -> Any:
        """A copy of `array` with numbers at the index `at` multiplied; repeated positions too."""
        return array.at[at].multiply(values)

    @staticmethod
    def scatter_add(shape: Shape, at: tuple[Any, ...], values: Any) -> Any:
        """Add `values` into zeros of `shape` at the index `at`; repeated positions add up."""
        return jnp.zeros(shape, values.dtype).at[at].add(values)

    @staticmethod
    def random_words(state: Any, count: int) -> Any:
        """`count` words of the stream that stands at `state`."""
        return philox(jnp, state.astype("uint32"), -(-count // 4))[:count]


space = _Space()
