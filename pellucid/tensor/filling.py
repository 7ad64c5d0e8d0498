"""Filling a Tensor's own memory with random numbers: `x.uniform_()`, `x.normal_()` and the like."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.dtypes import FLOAT
from pellucid.errors import DTypeError, SettingError
from pellucid.tensor import random as rnd
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
    self: Tensor, from_: int = 0, to: int | None = None, *, generator: rnd.Generator | None = None
) -> Tensor:
    """Whole numbers from `from_` (0 when left out) up to, not including, `to`."""
    if to is None:
        from_, to = (0, from_) if from_ else (0, 2 ** min(self.dtype.bits - 1, 24))
    drawn = rnd.randint(from_, to, tuple(self.shape), generator=generator)
    setitem(self, ..., drawn)
    return self
