"""How large, small and exact the numbers of a dtype are: `finfo` and `iinfo`."""

from __future__ import annotations

import numpy as np

from pellucid.dtypes import FLOAT, INT, DType, bfloat16, float32
from pellucid.errors import DTypeError

__all__ = ["finfo", "iinfo"]


class finfo:
    """The limits of a kind of real number.

    Attributes:
        bits: width of one number.
        eps: the step from 1 to the next larger number.
        max, min: the largest and the most negative.
        smallest_normal, tiny: the smallest positive number with all its digits.
        resolution: the decimals that can be relied on.

    Example:
        >>> import pellucid
        >>> pellucid.finfo(pellucid.float16).max
        65504.0
    """

    def __init__(self, dtype: DType = float32) -> None:
        if dtype.category != FLOAT:
            raise DTypeError(f"finfo is for float kinds; for {dtype.name} use pellucid.iinfo.")
        self.dtype, self.bits = dtype.name, dtype.bits
        if dtype is bfloat16:  # the exponents of float32 with 7 digits behind the point
            self.eps, self.max = 2.0**-7, (2 - 2.0**-7) * 2.0**127
            self.tiny, self.resolution = 2.0**-126, 0.01
        else:
            of = np.finfo(dtype.name)
            self.eps, self.max = float(of.eps), float(of.max)
            self.tiny, self.resolution = float(of.tiny), float(str(of.resolution))
        self.min, self.smallest_normal = -self.max, self.tiny

    def __repr__(self) -> str:
        values = f"resolution={self.resolution:g}, min={self.min:g}, max={self.max:g}"
        small = f"eps={self.eps:g}, smallest_normal={self.tiny:g}, tiny={self.tiny:g}"
        return f"finfo({values}, {small}, dtype={self.dtype})"


class iinfo:
    """The limits of a kind of whole number.

    Attributes:
        bits: width of one number.
        max, min: the largest and the smallest.

    Example:
        >>> import pellucid
        >>> pellucid.iinfo(pellucid.int8)
        iinfo(min=-128, max=127, dtype=int8)
    """

    def __init__(self, dtype: DType) -> None:
        if dtype.category != INT:
            other = "; use pellucid.finfo" if dtype.category == FLOAT else ""
            raise DTypeError(f"iinfo is for kinds of whole numbers, not {dtype.name}{other}.")
        self.dtype, self.bits = dtype.name, dtype.bits
        of = np.iinfo(dtype.name)
        self.min, self.max = int(of.min), int(of.max)

    def __repr__(self) -> str:
        return f"iinfo(min={self.min}, max={self.max}, dtype={self.dtype})"
