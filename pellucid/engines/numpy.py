"""The engine that computes each node at once and keeps every value, to be looked at.

An op's own `forward(numpy, …)` is what runs; the few functions that NumPy lacks are added here.
"""

from __future__ import annotations

import contextvars
import functools
import importlib
import math
import sys
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.dtypes import DType
from pellucid.engines.bends import Bends
from pellucid.engines.copies import Copies, ordered
from pellucid.engines.ctc import Ctc
from pellucid.engines.depthwise import Depthwise
from pellucid.engines.erf import erf
from pellucid.engines.grouped import Grouped
from pellucid.engines.layered import Layered
from pellucid.engines.lstm import Lstm
from pellucid.engines.norms import Norms
from pellucid.engines.order import Order
from pellucid.engines.pages import keep_pages
from pellucid.engines.pieces import in_pieces
from pellucid.engines.power import power
from pellucid.engines.products import Products
from pellucid.engines.rows import (
    add_numbers,
    add_rows,
    largest_of_groups,
    picked,
    running_sums,
    worthwhile,
)
from pellucid.engines.softmax import Softmax
from pellucid.engines.windows import Windows
from pellucid.engines.words import random_words
from pellucid.errors import DTypeError
from pellucid.graph import mode
from pellucid.shapes import Shape

__all__ = ["NumpyEngine", "namespace", "quietly"]


# Along a short axis NumPy's reductions spend their time on starting and stopping; a product with
# ones, or a few comparisons of whole columns, is several times faster (on 200 × 3 and 200 × 16).
_SHORT, _TALL = 12, 64  # columns of so many rows are cheaper to compare one by one
_BLOCK = 256  # rows added up together where there are more than that
_EXACT = 4096  # numbers per sum up to which a plain running sum in float32 is as good as NumPy's


def total(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """`numpy.sum`."""
    if x.ndim == 2 and x.dtype.kind == "f" and x.dtype.itemsize >= 4 and x.size:
        only = axis[0] if type(axis) is tuple and len(axis) == 1 else axis
        if only == 0:
            out = _ones(x.shape[0], x.dtype) @ x if x.shape[0] <= _EXACT else _in_blocks(x)
            return out[None, :] if keepdims else out
        if only in (1, -1) and x.shape[1] <= _EXACT:
            out = x @ _ones(x.shape[1], x.dtype)
            return out[:, None] if keepdims else out
    elif x.ndim > 2 and x.dtype.kind == "f" and x.dtype.itemsize >= 4 and x.flags.c_contiguous:
        found = _over_an_end(x, axis, keepdims) if type(axis) is tuple and x.size else None
        if found is not None:
            return found
    add: Any = np.add.reduce
    return add(x, axis=axis, keepdims=keepdims)


def _over_an_end(x: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    """The sum over the first axes, or over the last ones; None where it is neither."""
    k, own = len(axes), x.shape
    if not 0 < k < x.ndim:
        return None
    if axes == tuple(range(k)):
        kept = (*(1,) * (k * keepdims), *own[k:])
        return total(x.reshape(-1, math.prod(own[k:])), 0).reshape(kept)
    if axes == tuple(range(x.ndim - k, x.ndim)):
        kept = (*own[:-k], *(1,) * (k * keepdims))
        return total(x.reshape(-1, math.prod(own[-k:])), 1).reshape(kept)
    return None


def _in_blocks(x: Any) -> Any:
    """The sum of many rows, block by block: one running sum of all would lose digits."""
    while len(x) > _EXACT:
        blocks = len(x) // _BLOCK
        whole = x[: blocks * _BLOCK].reshape(blocks, _BLOCK, -1)
        x = np.concatenate([_ones(_BLOCK, x.dtype) @ whole, x[blocks * _BLOCK :]])
    return _ones(len(x), x.dtype) @ x


def largest(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """`numpy.max`."""
    only = axis[0] if type(axis) is tuple and len(axis) == 1 else axis
    if x.ndim == 2 and only in (1, -1) and 1 < x.shape[1] <= _SHORT and len(x) >= _TALL:
        out = functools.reduce(np.maximum, x.T)
        return out[:, None] if keepdims else out
    maximum: Any = np.maximum.reduce
    return maximum(x, axis=axis, keepdims=keepdims)


_BITS = {np.dtype(np.float32): np.int32, np.dtype(np.float64): np.int64}


@functools.lru_cache(maxsize=64)
def _ones(n: int, dtype: Any) -> Any:
    return np.ones(n, dtype)


class _Namespace(
    Bends, Copies, Ctc, Depthwise, Grouped, Layered, Lstm, Norms, Order, Products, Softmax, Windows
):
    """NumPy, plus what both engines have: `erf`, `unless`, `written`, `scatter_add` and others."""

    erf = staticmethod(erf)
    random_words = staticmethod(random_words)
    in_pieces = staticmethod(in_pieces)
    running_sums = staticmethod(running_sums)
    picked = staticmethod(picked)
    largest_of_groups = staticmethod(largest_of_groups)
    power = staticmethod(power)
    sum = staticmethod(total)
    max = staticmethod(largest)

    def __init__(self) -> None:
        # A method that finds what is missing would make every look-up four times as long.
        own = dir(type(self))
        self.__dict__.update({k: value for k, value in vars(np).items() if k not in own})

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    @staticmethod
    def matmul(a: Any, b: Any) -> Any:
        """`numpy.matmul`; over a single number it is an outer product, for which BLAS is slow."""
        if a.ndim > 1 and b.ndim > 1 and a.shape[-1] == 1 == b.shape[-2]:
            return np.multiply(a, b)
        return np.dot(a, b) if a.ndim == 2 == b.ndim else np.matmul(a, b)  # it starts sooner

    @staticmethod
    def rules_out(mask: Any) -> bool:
        """Whether `mask` holds nowhere, where that can be known."""
        return not mask.any()

    @staticmethod
    def special(name: str, *xs: Any) -> Any:
        """A function that both SciPy and JAX call so in their `special`."""
        found = getattr(importlib.import_module("scipy.special"), name)(*xs)
        return found.astype(xs[-1].dtype, copy=False)

    @staticmethod
    def unless(drop: Any, x: Any) -> Any:
        """`x` with zeros where `drop` holds, infinities and NaN too.

        The bits of a number, or none of them: up to eight times as fast as `where`.
        """
        bits = _BITS.get(x.dtype)
        if bits is None or drop.shape != x.shape or not x.ndim:
            return np.where(drop, np.zeros((), x.dtype), x)
        keep = np.subtract(drop.view(np.int8), 1, dtype=bits)
        return np.bitwise_and(x.view(bits), keep, out=keep).view(x.dtype)

    @staticmethod
    def written(array: Any, at: Any, values: Any) -> Any:
        """A copy of `array` with the part at the index `at` replaced."""
        out = array.copy()
        out[at] = values
        return out

    @staticmethod
    def placed(shape: Shape, at: Any, values: Any) -> Any:
        """Zeros of `shape` with a part replaced."""
        out = np.zeros(shape, values.dtype)
        out[at] = values
        return out

    @staticmethod
    def added(array: Any, at: Any, values: Any) -> Any:
        """`array` plus `values` at slices; the array is used up: nobody else may hold it."""
        array[at] += values
        return array

    @staticmethod
    def multiplied(array: Any, at: tuple[Any, ...], values: Any) -> Any:
        """A copy of `array` with numbers at the index `at` multiplied; repeated positions too."""
        out = array.copy()
        np.multiply.at(out, at, values)
        return out

    @staticmethod
    def scatter_add(shape: Shape, at: tuple[Any, ...], values: Any) -> Any:
        """Add `values` into zeros of `shape` at the index `at`; repeated positions add up."""
        if worthwhile(at, values):
            return add_rows(shape[0], at[0], values)
        found = add_numbers(shape, at, values)
        if found is not None:
            return found
        out = np.zeros(shape, values.dtype)
        np.add.at(out, at, values)
        return out


namespace = _Namespace()


def _references(view: Any) -> int:
    owner = view.base
    return sys.getrefcount(owner)


_HELD_ONCE = _references(np.zeros(4)[:2])


class _Quiet(threading.local):
    """Infinity and NaN are legitimate results; NumPy's warnings about them are not wanted.

    NumPy keeps its warning settings in the context. A context of our own, in which they are off,
    costs a tenth of switching them off and on around each op.
    """

    def __init__(self) -> None:
        context = contextvars.copy_context()
        context.run(np.seterr, all="ignore")
        self.run = context.run


_quiet = _Quiet()


def quietly(call: Any, *args: Any) -> Any:
    """`call(*args)` without NumPy's warnings."""
    return _quiet.run(call, *args)


class NumpyEngine:
    """Runs one op on NumPy arrays."""

    name = "numpy"

    def run(self, op: Any, arrays: list[Any], params: Mapping[str, Any]) -> Any:
        """The value of one op."""
        if params:
            out = _quiet.run(op.forward, namespace, *arrays, **params)
        else:  # an empty ** costs a fifth of a microsecond
            out = _quiet.run(op.forward, namespace, *arrays)
        return out if type(out) is np.ndarray else np.asarray(out)

    def shares(self, a: Any, b: Any) -> bool:
        """Whether two arrays lie in the same memory."""
        return a is b or np.may_share_memory(a, b)

    def alone(self, array: Any) -> bool:
        """Whether an array that lies in order is all that anybody sees of its memory."""
        owner = array.base
        if owner is None:
            return True
        whole = type(owner) is np.ndarray and owner.nbytes == array.nbytes and owner.base is None
        return whole and array.flags.c_contiguous and sys.getrefcount(owner) <= _HELD_ONCE

    def in_order(self, array: Any) -> Any:
        """The array, or a copy whose numbers lie in the order of its axes."""
        return array if array.flags.c_contiguous else ordered(array)

    def write(self, array: Any, at: Any, value: Any) -> None:
        """Change part of an array in place."""
        _quiet.run(array.__setitem__, at, value)

    def add_into(self, array: Any, more: Any) -> None:
        """Add to an array in place."""
        _quiet.run(np.add, array, more, array)

    def zeros(self, shape: Shape, dtype: DType) -> Any:
        """An array of zeros."""
        return np.zeros(shape, dtype.name)

    def constant(self, value: bool | int | float, dtype: DType) -> Any:
        """One number, as an array without axes."""
        try:
            return np.asarray(value, dtype.name)
        except (OverflowError, ValueError):
            raise DTypeError(
                f"{value} does not fit into {dtype.name}.\n"
                " Convert the Tensor to a wider dtype first."
            ) from None


keep_pages()
mode.install(NumpyEngine())
