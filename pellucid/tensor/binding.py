"""Binds functions to Tensor: operators, methods, in-place twins, and conversions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.dtypes import (
    DType,
    bfloat16,
    bool_,
    float16,
    float32,
    float64,
    int32,
    int64,
)  # fmt: skip
from pellucid.graph.emit import emit
from pellucid.graph.mode import _local, engine
from pellucid.ops import elementwise as ew
from pellucid.ops.op import REGISTRY
from pellucid.tensor import alike as alike
from pellucid.tensor import familiar as familiar
from pellucid.tensor import filling as filling
from pellucid.tensor import functions as functions
from pellucid.tensor.creation import as_tensor, held
from pellucid.tensor.device import on_cpu
from pellucid.tensor.indexing import getitem, setitem
from pellucid.tensor.lift import FUNCTIONS, node_of
from pellucid.tensor.memory import adopt, assign
from pellucid.tensor.tensor import Tensor, wrap

__all__: list[str] = []

_new = object.__new__
_NUMBERS = (Tensor, int, float, np.generic, np.ndarray)

# Every function that is also a method in PyTorch.
_METHODS = """
abs absolute add addmm all allclose amax amin any arctan argmax argmin argsort atan bincount
bitwise_and bitwise_not bitwise_or bitwise_xor bmm broadcast_to ceil chunk clamp clip clone cos
cosh count_nonzero cumsum diag diag_embed diagonal div divide dot eq equal erf exp exp2 expand
expand_as expm1 fix flatten flip fliplr flipud floor floor_divide gather ge greater greater_equal
gt histc index_add index_select isclose isfinite isinf isnan kthvalue le less less_equal log log10
log1p
log2 log_softmax logical_and logical_not logical_or logical_xor logsumexp lt masked_fill
masked_select matmul max maximum mean median min minimum mm moveaxis movedim mul multiply mv
narrow ne neg negative nonzero norm not_equal outer permute pow prod ravel reciprocal relu
remainder repeat repeat_interleave reshape roll round rsqrt scatter scatter_add select sigmoid
sign sin sinh softmax sort split sqrt square squeeze std sub subtract sum swapaxes swapdims t take
take_along_dim tan tanh tile topk trace transpose tril triu true_divide trunc unbind unique
unsqueeze var view where
"""
_IN_PLACE = """
abs add ceil clamp clip cos div divide exp floor floor_divide index_add log log1p logical_not
masked_fill mul multiply neg negative pow reciprocal relu remainder round rsqrt scatter
scatter_add sigmoid sign sin sqrt square sub subtract tanh tril triu trunc
"""


def _binary(name: str) -> Callable[[Tensor, Any], Any]:
    op = REGISTRY[name]

    def operator(self: Tensor, other: Any) -> Any:
        if isinstance(other, Tensor):
            right: Any = other._node
        elif isinstance(other, _NUMBERS):
            right = node_of(other)
        else:
            return NotImplemented
        out = _new(Tensor)
        out._node = emit(op, (self._node, right))
        return out

    return operator


def _reflected(name: str) -> Callable[[Tensor, Any], Any]:
    op = REGISTRY[name]

    def operator(self: Tensor, other: Any) -> Any:
        if not isinstance(other, _NUMBERS):
            return NotImplemented
        return wrap(emit(op, (node_of(other), self._node)))

    return operator


def _by_function(name: str, swapped: bool = False) -> Callable[[Tensor, Any], Any]:
    call = FUNCTIONS[name]

    def operator(self: Tensor, other: Any) -> Any:
        if not isinstance(other, _NUMBERS):
            return NotImplemented
        return call(other, self) if swapped else call(self, other)

    return operator


def _in_place(name: str) -> Callable[..., Tensor]:
    call = FUNCTIONS[name]

    def method(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        return assign(self, call(self, *args, **kwargs)._node, f"{name}_")

    method.__name__ = f"{name}_"
    method.__doc__ = f"`{name}`, written into this Tensor's own memory."
    return method


def _augmented(name: str) -> Callable[[Tensor, Any], Any]:
    method = _in_place(name)

    def operator(self: Tensor, other: Any) -> Any:
        return method(self, other) if isinstance(other, _NUMBERS) else NotImplemented

    return operator


for _dunder, _op in {
    "add": "add", "sub": "sub", "mul": "mul", "truediv": "div", "eq": "eq", "ne": "ne",
    "lt": "lt", "le": "le", "gt": "gt", "ge": "ge",
}.items():  # fmt: skip
    setattr(Tensor, f"__{_dunder}__", _binary(_op))
for _dunder, _op in {"add": "add", "sub": "sub", "mul": "mul", "truediv": "div"}.items():
    setattr(Tensor, f"__r{_dunder}__", _reflected(_op))
    setattr(Tensor, f"__i{_dunder}__", _augmented(_op))
for _dunder, _op in {
    "pow": "pow", "matmul": "matmul", "floordiv": "floor_divide", "mod": "remainder",
    "and": "bitwise_and", "or": "bitwise_or", "xor": "bitwise_xor",
}.items():  # fmt: skip
    setattr(Tensor, f"__{_dunder}__", _by_function(_op))
    setattr(Tensor, f"__r{_dunder}__", _by_function(_op, swapped=True))
for _dunder, _op in {
    "pow": "pow", "floordiv": "floor_divide", "mod": "remainder", "and": "bitwise_and",
    "or": "bitwise_or", "xor": "bitwise_xor",
}.items():  # fmt: skip
    setattr(Tensor, f"__i{_dunder}__", _augmented(_op))
for _bound in _METHODS.split():
    setattr(Tensor, _bound, FUNCTIONS[_bound])
for _bound in _IN_PLACE.split():
    setattr(Tensor, f"{_bound}_", _in_place(_bound))


def _method(call: Callable[..., Any]) -> Callable[..., Any]:
    setattr(Tensor, call.__name__, call)
    return call


@_method
def __neg__(self: Tensor) -> Tensor:
    return wrap(ew.neg(self._node))


@_method
def __pos__(self: Tensor) -> Tensor:
    return self


@_method
def __abs__(self: Tensor) -> Tensor:
    return wrap(ew.abs(self._node))


@_method
def __invert__(self: Tensor) -> Tensor:
    return FUNCTIONS["bitwise_not"](self)  # type: ignore[no-any-return]


@_method
def __getitem__(self: Tensor, index: Any) -> Tensor:
    out = wrap(getitem(self._node, index))
    if out._node.base is not None and (_local.mode.recording or _local.mode.symbolic):
        adopt(out, self)
    return out


@_method
def __setitem__(self: Tensor, index: Any, value: Any) -> None:
    setitem(self, index, value)


_PYTHON: dict[Any, DType] = {float: float64, int: int64, bool: bool_}


@_method
def to(
    self: Tensor, *args: Any, dtype: Any = None, device: Any = None, copy: bool = False,
    non_blocking: bool = False,
) -> Tensor:  # fmt: skip
    """Another dtype: `x.to(pellucid.float64)`, or that of another Tensor; the device is "cpu"."""
    for a in args:
        if isinstance(a, DType) or a in _PYTHON:
            dtype = a
        elif isinstance(a, Tensor):
            dtype = a.dtype
        elif not isinstance(a, bool):  # PyTorch's non_blocking and copy
            on_cpu(a)
    on_cpu(device)
    dtype = _PYTHON.get(dtype, dtype)
    if dtype is None or dtype is self._node.dtype:
        return wrap(ew.clone(self._node)) if copy else self
    held(dtype)
    return wrap(ew.cast(self._node, dtype=dtype))


@_method
def type_as(self: Tensor, other: Tensor) -> Tensor:
    """The dtype of another Tensor."""
    return self.to(other.dtype)


def _caster(name: str, dtype: DType) -> None:
    def method(self: Tensor) -> Tensor:
        return self.to(dtype)

    method.__name__, method.__doc__ = name, f"The same numbers as {dtype.name}."
    setattr(Tensor, name, method)


for _name, _dtype in {
    "float": float32, "double": float64, "half": float16, "bfloat16": bfloat16,
    "int": int32, "long": int64, "bool": bool_,
}.items():  # fmt: skip
    _caster(_name, _dtype)


@_method
def contiguous(self: Tensor) -> Tensor:
    """The Tensor itself where its numbers lie in order in memory, else a copy in order."""
    array = self._node.array
    if array is None or engine().in_order(array) is array:
        return self
    copy = ew.clone(self._node)
    copy.array = engine().in_order(copy.array)
    return wrap(copy)


@_method
def cpu(self: Tensor) -> Tensor:
    """The Tensor itself: everything lives on the CPU."""
    return self


@_method
def cuda(self: Tensor, device: Any = None, non_blocking: bool = False) -> Tensor:
    """Refused: there is no such device."""
    on_cpu("cuda" if device is None else f"cuda:{device}" if type(device) is int else device)
    return self


@_method
def view_as(self: Tensor, other: Tensor) -> Tensor:
    """The shape of another Tensor."""
    return FUNCTIONS["view"](self, other._node.shape)  # type: ignore[no-any-return]


@_method
def copy_(self: Tensor, src: Any) -> Tensor:
    """Write another Tensor's numbers into this one's memory."""
    source = src if isinstance(src, Tensor) else as_tensor(src)
    setitem(self, ..., source)
    return self


@_method
def fill_(self: Tensor, value: Any) -> Tensor:
    """Write one number everywhere."""
    setitem(self, ..., value)
    return self


@_method
def zero_(self: Tensor) -> Tensor:
    """Write zeros everywhere."""
    setitem(self, ..., 0)
    return self
