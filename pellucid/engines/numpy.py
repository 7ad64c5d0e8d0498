"""The engine that computes each node at once and keeps every value, to be looked at.

An op's own `forward(numpy, …)` is what runs; the few functions that NumPy lacks are added here.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from pellucid.dtypes import DType
from pellucid.engines.reductions import largest, total
from pellucid.engines.words import random_words
from pellucid.errors import DTypeError
from pellucid.graph import mode
from pellucid.shapes import Shape

__all__ = ["NumpyEngine", "namespace", "quiet"]


class _Namespace:
    """NumPy, plus what both engines are given: `erf`, `written`, `scatter_add`, `random_words`."""

    random_words = staticmethod(random_words)
    sum = staticmethod(total)
    max = staticmethod(largest)

    def __getattr__(self, name: str) -> Any:
        value = getattr(np, name)
        setattr(self, name, value)  # the next look-up finds it directly
        return value

    @staticmethod
    def erf(x: Any) -> Any:
        return importlib.import_module("scipy.special").erf(x)

    @staticmethod
    def written(array: Any, at: Any, values: Any) -> Any:
        """A copy of `array` with the part at the index `at` replaced."""
        out = array.copy()
        out[at] = values
        return out

    @staticmethod
    def scatter_add(shape: Shape, at: tuple[Any, ...], values: Any) -> Any:
        """Add `values` into zeros of `shape` at the index `at`; repeated positions add up."""
        out = np.zeros(shape, values.dtype)
        np.add.at(out, at, values)
        return out


namespace = _Namespace()


def quiet() -> Any:
    """Infinity and NaN are legitimate results; NumPy's warnings about them are not wanted."""
    return np.errstate(all="ignore")


class NumpyEngine:
    """Runs one op on NumPy arrays."""

    name = "numpy"

    def run(self, op: Any, arrays: list[Any], params: Mapping[str, Any]) -> Any:
        """The value of one op."""
        forward: Callable[..., Any] = op.forward
        if "loud" in op.traits:
            with np.errstate(all="ignore"):
                out = forward(namespace, *arrays, **params)
        else:
            out = forward(namespace, *arrays, **params)
        return out if type(out) is np.ndarray else np.asarray(out)

    def write(self, array: Any, at: Any, value: Any) -> None:
        """Change part of an array in place."""
        with np.errstate(all="ignore"):
            array[at] = value

    def add_into(self, array: Any, more: Any) -> None:
        """Add to an array in place."""
        np.add(array, more, out=array)

    def zeros(self, shape: Shape, dtype: DType) -> Any:
        """An array of zeros."""
        return np.zeros(shape, dtype.name)

    def constant(self, value: bool | int | float, dtype: DType) -> Any:
        """One number, as an array without axes."""
        try:
            return np.asarray(value, dtype.name)
        except OverflowError:
            raise DTypeError(
                f"{value} does not fit into {dtype.name}.\n"
                " Convert the Tensor to a wider dtype first."
            ) from None


mode.install(NumpyEngine())
