"""Random numbers as a function of seed and position, so that both engines draw the same ones.

Word `i` of a stream is one lane of Philox4x32-10 applied to the counter `i // 4` under the seed as
key. Nothing is stored but the position, so a run can be resumed, or replayed, from anywhere.

Source: Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3".
"""

from __future__ import annotations

import math
from typing import Any

from pellucid.dtypes import DType, float32, float64, int64, uint32
from pellucid.ops.op import Op, Sample, define, per_element
from pellucid.shapes import Shape, numel

__all__ = ["bits_to_integers", "bits_to_normal", "bits_to_uniform", "random_bits"]

_M0, _M1 = 0xD2511F53, 0xCD9E8D57
_W0, _W1 = 0x9E3779B9, 0xBB67AE85
ROUNDS = 10


def _high_low(xp: Any, a: int, b: Any) -> tuple[Any, Any]:
    """High and low half of the 64-bit product of two 32-bit words."""
    product = b.astype("uint64") * xp.uint64(a)
    return (product >> xp.uint64(32)).astype("uint32"), product.astype("uint32")


def philox(xp: Any, state: Any, blocks: int) -> Any:
    """`4 · blocks` words from `state = (seed low, seed high, block low, block high)`."""
    offset = xp.arange(blocks, dtype="uint32")
    c0 = offset + state[2]
    c1 = xp.where(c0 < state[2], state[3] + xp.uint32(1), state[3])  # carry into the high word
    c2 = c3 = xp.zeros(blocks, "uint32")
    k0, k1 = state[0], state[1]
    for _ in range(ROUNDS):
        high0, low0 = _high_low(xp, _M0, c0)
        high1, low1 = _high_low(xp, _M1, c2)
        c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
        k0, k1 = k0 + xp.uint32(_W0), k1 + xp.uint32(_W1)
    return xp.stack([c0, c1, c2, c3], axis=1).reshape(-1)


random_bits: Op = define(
    "random_bits",
    sentence="Random 32-bit words, as a function of seed and position alone.",
    equation=r"w_i = \mathrm{Philox}_{10}(\mathrm{seed}, \lfloor i/4 \rfloor)_{i \bmod 4}",
    derivative=r"\text{none: words are whole numbers}",
    forward=lambda xp, state, shape: xp.random_words(state, numel(shape)).reshape(shape),
    gradient=None,
    shape=lambda own, shape: shape,
    dtype=lambda own, shape: uint32,
    cost=per_element(25),
    traits="random",
    samples=(
        Sample(([0, 0, 0, 0],), {"shape": (2, 4)}),
        Sample(([7, 1, 5, 0],), {"shape": (3,)}),
        Sample(([7, 1, 5, 0],), {"shape": (0,)}),
    ),
    source="Salmon et al. 2011",
)


def _halved(own: Shape, dtype: DType) -> Shape:
    return own[1:]


def _uniform(xp: Any, bits: Any, dtype: DType) -> Any:
    if dtype is float64:
        high, low = bits[0] >> xp.uint32(5), bits[1] >> xp.uint32(6)
        return (high.astype("float64") * 67108864.0 + low.astype("float64")) * 2.0**-53
    kept = _DIGITS.get(dtype.name, 24)  # more of them would round up to 1
    whole = (bits[0] >> xp.uint32(32 - kept)).astype("float32")
    return (whole * 2.0**-kept).astype(dtype.name)


_DIGITS = {"float16": 11, "bfloat16": 8}

bits_to_uniform: Op = define(
    "bits_to_uniform",
    sentence="Random words into numbers spread evenly over [0, 1).",
    equation=r"u = \lfloor w / 2^8 \rfloor \cdot 2^{-24}",
    derivative=r"\text{none}",
    forward=lambda xp, bits, dtype: _uniform(xp, bits, dtype),
    gradient=None,
    shape=_halved,
    dtype=lambda own, dtype: dtype,
    cost=per_element(2),
    traits="random",
    samples=(
        Sample(([[0, 256, 4294967295]],), {"dtype": float32}),
        Sample(([[0, 4294967295], [0, 4294967295]],), {"dtype": float64}),
    ),
)


def _normal(xp: Any, bits: Any, dtype: DType) -> Any:
    wide = "float64" if dtype is float64 else "float32"
    # 1 − u lies in (0, 1], so that the logarithm is finite.
    u = (bits[0] >> xp.uint32(8)).astype(wide) * 2.0**-24
    v = (bits[1] >> xp.uint32(8)).astype(wide) * 2.0**-24
    radius = xp.sqrt(-2.0 * xp.log(1.0 - u))
    return (radius * xp.cos((2.0 * math.pi) * v)).astype(dtype.name)


bits_to_normal: Op = define(
    "bits_to_normal",
    sentence="Random words into draws from the bell curve with mean 0 and spread 1.",
    equation=r"z = \sqrt{-2 \ln(1 - u)} \cos(2 \pi v)",
    derivative=r"\text{none}",
    forward=lambda xp, bits, dtype: _normal(xp, bits, dtype),
    gradient=None,
    shape=_halved,
    dtype=lambda own, dtype: dtype,
    cost=per_element(30),
    traits="random",
    samples=(
        Sample(([[0, 1 << 31, 4294967295], [0, 1 << 30, 4294967295]],), {"dtype": float32}),
        Sample(([[0, 1 << 31], [0, 1 << 30]],), {"dtype": float64}),
    ),
    source="Box & Muller 1958",
)


def _below(xp: Any, bits: Any, low: int, high: int, dtype: DType) -> Any:
    wide = bits[0].astype("uint64") << xp.uint64(32) | bits[1].astype("uint64")
    span = high - low  # all 64 bits where even that many numbers are asked for
    drawn = wide if span > 0xFFFFFFFFFFFFFFFF else wide % xp.uint64(span)
    return (drawn.astype("int64") + low).astype(dtype.name)


bits_to_integers: Op = define(
    "bits_to_integers",
    sentence="Random words into whole numbers from low up to, not including, high.",
    equation=r"k = \mathrm{low} + w \bmod (\mathrm{high} - \mathrm{low})",
    derivative=r"\text{none: whole numbers}",
    forward=_below,
    gradient=None,
    shape=lambda own, low, high, dtype: own[1:],
    dtype=lambda own, low, high, dtype: dtype,
    cost=per_element(4),
    traits="random",
    samples=(Sample(([[0, 1, 4294967295], [7, 8, 9]],), {"low": -2, "high": 5, "dtype": int64}),),
)
