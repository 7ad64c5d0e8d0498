"""Functions of two numbers that are small formulas over the ops, and signs; PyTorch's names."""

from __future__ import annotations

import math
from typing import Any

from pellucid.dtypes import FLOAT, float32, float64
from pellucid.errors import SettingError
from pellucid.graph.emit import constant
from pellucid.graph.node import Node
from pellucid.ops import compare as cmp
from pellucid.ops import elementwise as ew
from pellucid.ops import gamma as gm
from pellucid.ops import tails as tl
from pellucid.tensor.functions.arithmetic import sub
from pellucid.tensor.lift import function

__all__: list[str] = []


@function()
def fmax(input: Node, other: Node) -> Node:
    """The larger of two numbers; of a number and a NaN the number."""
    return cmp.where(cmp.logical_or(cmp.ge(input, other), cmp.isnan(other)), input, other)


@function()
def fmin(input: Node, other: Node) -> Node:
    """The smaller of two numbers; of a number and a NaN the number."""
    return cmp.where(cmp.logical_or(cmp.le(input, other), cmp.isnan(other)), input, other)


@function()
def logaddexp2(input: Node, other: Node) -> Node:
    """`log2(2^input + 2^other)`, without leaving the logarithms."""
    two = math.log(2.0)
    return ew.mul(tl.logaddexp(ew.mul(input, two), ew.mul(other, two)), 1 / two)


@function()
def ldexp(input: Node, other: Node) -> Node:
    """`input · 2^other`."""
    if other.dtype.category == FLOAT:
        return ew.mul(input, ew.pow(2.0, other))
    wide = float64 if input.dtype is float64 else float32
    scaled = ew.mul(input, ew.pow(2.0, ew.cast(other, dtype=wide)))
    return ew.cast(scaled, dtype=input.dtype) if input.dtype.category == FLOAT else scaled


@function()
def rsub(input: Node, other: Any, *, alpha: float = 1) -> Node:
    """`other − alpha · input`."""
    return sub(other, input, alpha=alpha)


@function()
def signbit(input: Node) -> Node:
    """Is it negative? −0 is."""
    if input.dtype.category != FLOAT:
        return cmp.lt(input, 0)
    return cmp.lt(tl.copysign(1.0, input), 0)


@function()
def isreal(input: Node) -> Node:
    """Is it real? Every number here is."""
    return cmp.logical_or(cmp.eq(input, input), cmp.isnan(input))


@function()
def angle(input: Node) -> Node:
    """The angle of a number on the complex plane: 0, and π where it is negative."""
    real = input if input.dtype.category == FLOAT else ew.cast(input, dtype=float32)
    turned = cmp.where(cmp.lt(real, 0), constant(math.pi, real.dtype), 0.0)
    return cmp.where(cmp.isnan(real), real, turned)


@function()
def polygamma(n: int, input: Node) -> Node:
    """The `n`-th derivative of digamma."""
    if isinstance(n, Node):  # x.polygamma(n)
        n, input = input, n  # type: ignore[assignment]
    if not isinstance(n, int) or n < 0:
        raise SettingError(f"polygamma: n must be a whole number from 0 on and is {n!r}.")
    return gm.polygamma(input, n=n) if n else gm.digamma(input)


@function()
def mvlgamma(input: Node, p: int) -> Node:
    """The logarithm of the gamma function of `p` dimensions."""
    if p < 1:
        raise SettingError(f"mvlgamma: p must be at least 1 and is {p}.")
    if input.dtype.category != FLOAT:
        input = ew.cast(input, dtype=float32)
    total = constant(0.25 * p * (p - 1) * math.log(math.pi), input.dtype)
    for k in range(p):
        total = ew.add(total, gm.lgamma(ew.sub(input, 0.5 * k)))
    return total
