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
    int8,
    int16,
    int32,
    int64,
    uint8,
)  # fmt: skip
from pellucid.errors import DTypeError, ShapeError
from pellucid.graph.emit import emit
from pellucid.graph.mode import _local
from pellucid.ops import elementwise as ew
from pellucid.ops.op import REGISTRY
from pellucid.shapes import show
from pellucid.tensor import alike as alike
from pellucid.tensor import familiar as familiar
from pellucid.tensor import filling as filling
from pellucid.tensor import functions as functions
from pellucid.tensor import layout as layout
from pellucid.tensor import manners as manners
from pellucid.tensor import single as single
from pellucid.tensor import storage as storage
from pellucid.tensor import turning as turning
from pellucid.tensor.creation import as_tensor
from pellucid.tensor.device import on_cpu
from pellucid.tensor.functions.arithmetic import QUESTIONS, asked
from pellucid.tensor.indexing import getitem, setitem
from pellucid.tensor.lift import FUNCTIONS, node_of
from pellucid.tensor.memory import adopt, assign
from pellucid.tensor.reading import held
from pellucid.tensor.tensor import Tensor, wrap

__all__: list[str] = []

_new = object.__new__
_NUMBERS = (Tensor, int, float, np.generic, np.ndarray)

# Every function that is also a method in PyTorch.
_METHODS = """
abs absolute acos acosh add addbmm addcdiv addcmul addmm addmv addr adjoint all allclose amax amin
aminmax angle any arccos arccosh arcsin arcsinh arctan arctan2 arctanh argmax argmin argsort
argwhere as_strided asin asinh atan atan2 atanh baddbmm bincount bitwise_and bitwise_left_shift
bitwise_not bitwise_or bitwise_right_shift bitwise_xor bmm broadcast_to ceil cholesky
cholesky_inverse cholesky_solve chunk clamp clamp_max clamp_min clip clone copysign corrcoef cos
cosh count_nonzero cov cross cummax cummin cumprod cumsum deg2rad det diag diag_embed diagflat
diagonal diagonal_scatter diff digamma dist div divide dot dsplit eq equal erf erfc erfinv exp exp2
expand expand_as expm1 fix flatten flip fliplr flipud float_power floor floor_divide fmax fmin fmod
frac frexp gather gcd ge ger greater greater_equal gt hardshrink heaviside histc histogram hsplit
hypot i0 igamma igammac index_add index_copy index_fill index_put index_reduce index_select inner
inverse isclose isfinite isinf isnan isneginf isposinf isreal kron kthvalue lcm ldexp le lerp less
less_equal lgamma log log10 log1p log2 log_softmax logaddexp logaddexp2 logcumsumexp logdet
logical_and logical_not logical_or logical_xor logit logsumexp lt lu lu_solve masked_fill
masked_scatter masked_select matmul matrix_exp matrix_power max maximum mean median min minimum mm
mode moveaxis movedim msort mul multiply mv mvlgamma nan_to_num nanmean nanmedian nanquantile nansum
narrow ne neg negative nextafter nonzero norm not_equal orgqr outer permute pinverse polygamma
positive pow prelu prod put qr quantile rad2deg ravel reciprocal relu remainder renorm repeat
repeat_interleave reshape roll rot90 round rsqrt scatter scatter_add scatter_reduce select
select_scatter sgn sigmoid sign signbit sin sinc sinh slice_scatter slogdet softmax sort split
split_with_sizes sqrt square squeeze std sub subtract sum svd swapaxes swapdims t take
take_along_dim tan tanh tensor_split tile topk trace transpose tril triu true_divide trunc unbind
unflatten unfold unique unique_consecutive unsafe_chunk unsafe_split unsafe_split_with_sizes
unsqueeze var vdot view vsplit xlogy
"""
_IN_PLACE = """
abs absolute acos acosh add addbmm addcdiv addcmul addmm addmv addr arccos arccosh arcsin arcsinh
arctan arctan2 arctanh asin asinh atan atan2 atanh baddbmm bitwise_and bitwise_left_shift
bitwise_not bitwise_or bitwise_right_shift bitwise_xor ceil clamp clamp_max clamp_min clip copysign
cos cosh cumprod cumsum deg2rad digamma div divide eq erf erfc erfinv exp exp2 expm1 fix float_power
floor floor_divide fmod frac gcd ge greater greater_equal gt heaviside hypot i0 igamma igammac
index_add index_copy index_fill index_put index_reduce lcm ldexp le lerp less less_equal lgamma log
log10 log1p log2 logical_and logical_not logical_or logical_xor logit lt masked_fill masked_scatter
mul multiply mvlgamma nan_to_num ne neg negative nextafter not_equal polygamma pow put rad2deg
reciprocal relu remainder renorm round rsqrt scatter scatter_add scatter_reduce sgn sigmoid sign sin
sinc sinh sqrt square sub subtract tan tanh tril triu true_divide trunc xlogy
"""

# In PyTorch these are functions too: pellucid.relu_(x).
_WRITING = """
abs acos acosh addmv arccos arccosh arcsin arcsinh arctan arctanh asin asinh atan atanh ceil clamp
clamp_max clamp_min clip cos cosh deg2rad erf erfc exp exp2 expm1 fix floor frac gcd i0 index_put
lcm ldexp log log10 log1p log2 logit nan_to_num neg negative rad2deg reciprocal relu round rsqrt
sigmoid sin sinc sinh sqrt square tan tanh trunc xlogy
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


def _question(name: str) -> Callable[[Tensor, Any], Any]:
    op = REGISTRY[name]

    def operator(self: Tensor, other: Any) -> Any:
        if isinstance(other, Tensor):
            right: Any = other._node
        elif isinstance(other, _NUMBERS):
            right = node_of(other)
        else:
            return NotImplemented
        out = _new(Tensor)
        try:
            out._node = emit(op, (self._node, right))
        except DTypeError:  # perhaps a number that the dtype can't hold
            out._node = asked(op, self._node, right)
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
        if name == "float_power" and self._node.dtype is not float64:
            raise DTypeError(
                f"float_power_: the result is float64, and this Tensor {self._node.dtype.name}."
            )
        return assign(self, call(self, *args, **kwargs)._node, f"{name}_")

    method.__name__ = method.__qualname__ = f"{name}_"
    method.__doc__ = f"`{name}`, written into this Tensor's own memory."
    return method


def _augmented(name: str) -> Callable[[Tensor, Any], Any]:
    method = _in_place(name)

    def operator(self: Tensor, other: Any) -> Any:
        return method(self, other) if isinstance(other, _NUMBERS) else NotImplemented

    return operator


for _dunder, _op in {
    "add": "add", "sub": "sub", "mul": "mul", "truediv": "div",
}.items():  # fmt: skip
    setattr(Tensor, f"__{_dunder}__", _binary(_op))
for _op in QUESTIONS:
    setattr(Tensor, f"__{_op}__", _question(_op))
for _dunder, _op in {"add": "add", "sub": "sub", "mul": "mul", "truediv": "div"}.items():
    setattr(Tensor, f"__r{_dunder}__", _reflected(_op))
    setattr(Tensor, f"__i{_dunder}__", _augmented(_op))
for _dunder, _op in {
    "pow": "pow", "matmul": "matmul", "floordiv": "floor_divide", "mod": "remainder",
    "and": "bitwise_and", "or": "bitwise_or", "xor": "bitwise_xor",
    "lshift": "bitwise_left_shift", "rshift": "bitwise_right_shift",
}.items():  # fmt: skip
    setattr(Tensor, f"__{_dunder}__", _by_function(_op))
    setattr(Tensor, f"__r{_dunder}__", _by_function(_op, swapped=True))
for _dunder, _op in {
    "pow": "pow", "floordiv": "floor_divide", "mod": "remainder", "and": "bitwise_and",
    "or": "bitwise_or", "xor": "bitwise_xor",
    "lshift": "bitwise_left_shift", "rshift": "bitwise_right_shift",
}.items():  # fmt: skip
    setattr(Tensor, f"__i{_dunder}__", _augmented(_op))
for _bound in _METHODS.split():
    setattr(Tensor, _bound, FUNCTIONS[_bound])
for _bound in _IN_PLACE.split():
    setattr(Tensor, f"{_bound}_", _in_place(_bound))
for _bound in _WRITING.split():
    FUNCTIONS[f"{_bound}_"] = getattr(Tensor, f"{_bound}_")


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
def __delitem__(self: Tensor, index: Any) -> None:
    raise TypeError("parts of a Tensor can't be deleted; cat what is to stay")


@_method
def __setitem__(self: Tensor, index: Any, value: Any) -> None:
    setitem(self, index, value)


_PYTHON: dict[Any, DType] = {float: float64, int: int64, bool: bool_}


@_method
def to(
    self: Tensor, *args: Any, dtype: Any = None, device: Any = None, copy: bool = False,
    non_blocking: bool = False, memory_format: Any = None,
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
    def method(self: Tensor, memory_format: Any = None) -> Tensor:
        return self.to(dtype)

    method.__name__, method.__doc__ = name, f"The same numbers as {dtype.name}."
    setattr(Tensor, name, method)


for _name, _dtype in {
    "float": float32, "double": float64, "half": float16, "bfloat16": bfloat16,
    "int": int32, "long": int64, "bool": bool_, "byte": uint8, "char": int8, "short": int16,
}.items():  # fmt: skip
    _caster(_name, _dtype)


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
def copy_(self: Tensor, src: Any) -> Tensor:
    """Write another Tensor's numbers into this one's memory."""
    source = src if isinstance(src, Tensor) else as_tensor(src)
    setitem(self, ..., source)
    return self


@_method
def fill_(self: Tensor, value: Any) -> Tensor:
    """Write one number everywhere."""
    if isinstance(value, Tensor) and value._node.shape:
        raise ShapeError(
            f"fill_: the value is one number, and has shape {show(value._node.shape)}."
        )
    setitem(self, ..., value)
    return self


@_method
def zero_(self: Tensor) -> Tensor:
    """Write zeros everywhere."""
    setitem(self, ..., 0)
    return self
