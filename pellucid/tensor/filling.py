"""Filling a Tensor's own memory with random numbers: `x.uniform_()`, `x.normal_()` and the like."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.dtypes import FLOAT, DType, bool_
from pellucid.errors import DTypeError, SettingError
from pellucid.tensor import random as rnd
from pellucid.tensor.caution import caution
from pellucid.tensor.indexing import setitem
from pellucid.tensor.tensor import Tensor

__all__: list[str] = []


def _method(call: Callable[..., Any]) -> Callable[..., Any]:
    setattr(Tensor, call.__name__, call)
    return call


def _real(self: Tensor, name: str) -> None:
    if self.dtype.category != FLOAT:
        raise DTypeError(
            f"{name} fills with float numbers, and this Tensor is {self.dtype.name}.\n"
            " Use random_() for whole numbers."
        )


@_method
def uniform_(
    self: Tensor, from_: float = 0.0, to: float = 1.0, *, generator: rnd.Generator | None = None
) -> Tensor:
    """Numbers spread evenly between two bounds."""
    _real(self, "uniform_")
    if not from_ <= to:
        raise SettingError(f"uniform_: the bounds {from_} and {to} are the wrong way round.")
    draw: Any = rnd.rand(tuple(self.shape), dtype=self.dtype, generator=generator)
    setitem(self, ..., draw * (to - from_) + from_)
    return self


@_method
def normal_(
    self: Tensor, mean: float = 0.0, std: float = 1.0, *, generator: rnd.Generator | None = None
) -> Tensor:
    """Draws from the bell curve with a given mean and spread."""
    _real(self, "normal_")
    if std < 0:
        raise SettingError(f"normal_: std can't be negative and is {std}.")
    draw: Any = rnd.randn(tuple(self.shape), dtype=self.dtype, generator=generator)
    setitem(self, ..., draw * std + mean)
    return self


@_method
def bernoulli_(self: Tensor, p: Any = 0.5, *, generator: rnd.Generator | None = None) -> Tensor:
    """1 with probability `p`, else 0."""
    if not isinstance(p, Tensor) and not 0 <= p <= 1:
        raise SettingError(f"bernoulli_: chances lie between 0 and 1, and {p} does not.")
    draw: Any = rnd.rand(tuple(self.shape), generator=generator)
    setitem(self, ..., draw < p)
    return self


@_method
def random_(
    self: Tensor, *bounds: int | None, generator: rnd.Generator | None = None, **named: Any
) -> Tensor:
    """Whole numbers below a bound: `random_(to)`, `random_(from, to)`.

    Without bounds, or with `random_(from, None)`, all that the dtype holds in a row.
    """
    least, most = _whole_range(self.dtype)
    given = [*bounds, *(named[w] for w in ("from", "from_", "to") if w in named)]
    low, high = (0, most + 1) if not given else (0, *given) if len(given) == 1 else given
    low, high = int(low), most + 1 if high is None else int(high)
    inside = least <= low and high - 1 <= most
    if not inside and self.dtype.category == FLOAT and low < high:
        caution(f"random_: {self.dtype.name} holds no more than every whole number up to {most}.")
    elif not inside or high <= low:
        raise SettingError(
            f"random_: {self.dtype.name} takes bounds from {least} to {most + 1}, the first below"
            f" the second, and got {low} and {high}."
        )
    drawn = rnd.randint(low, high, tuple(self.shape), generator=generator)
    setitem(self, ..., drawn)
    return self


def _whole_range(dtype: DType) -> tuple[int, int]:
    """The whole numbers that a dtype holds without a gap."""
    if dtype is bool_:
        return 0, 1
    if dtype.category == FLOAT:
        most = 2 ** {"float16": 11, "bfloat16": 8, "float32": 24}.get(dtype.name, 53)
        return -most, most
    held = np.iinfo(dtype.name)
    return int(held.min), int(held.max)


@_method
def exponential_(
    self: Tensor, lambd: float = 1.0, *, generator: rnd.Generator | None = None
) -> Tensor:
    """Waiting times for what happens `lambd` times per unit of time."""
    _real(self, "exponential_")
    if not lambd > 0:
        raise SettingError(f"exponential_: lambd must be above 0 and is {lambd}.")
    setitem(self, ..., _even(self, generator).neg().log1p() / -lambd)
    return self


@_method
def geometric_(self: Tensor, p: float, *, generator: rnd.Generator | None = None) -> Tensor:
    """How many tries it takes until one succeeds, each with probability `p`."""
    if not 0 < p < 1:
        raise SettingError(f"geometric_: p must lie between 0 and 1 and is {p}.")
    tries: Any = rnd.rand(tuple(self.shape), generator=generator).neg().log1p() / math.log1p(-p)
    setitem(self, ..., tries.ceil().clamp(min=1))
    return self


@_method
def cauchy_(
    self: Tensor, median: float = 0, sigma: float = 1, *, generator: rnd.Generator | None = None
) -> Tensor:
    """Draws from Cauchy's curve, whose tails are so wide that it has no average."""
    _real(self, "cauchy_")
    if not sigma > 0:
        raise SettingError(f"cauchy_: sigma must be above 0 and is {sigma}.")
    setitem(self, ..., ((_even(self, generator) - 0.5) * math.pi).tan() * sigma + median)
    return self


@_method
def log_normal_(
    self: Tensor, mean: float = 1, std: float = 2, *, generator: rnd.Generator | None = None
) -> Tensor:
    """Numbers whose logarithms are draws from the bell curve."""
    _real(self, "log_normal_")
    if not std > 0:
        raise SettingError(f"log_normal_: std must be above 0 and is {std}.")
    draw: Any = rnd.randn(tuple(self.shape), dtype=self.dtype, generator=generator)
    setitem(self, ..., (draw * std + mean).exp())
    return self


def _even(self: Tensor, generator: rnd.Generator | None) -> Any:
    return rnd.rand(tuple(self.shape), dtype=self.dtype, generator=generator)


for _draw in (rnd.bernoulli, rnd.multinomial):
    setattr(Tensor, _draw.__name__, _draw)
