"""What is bound to Tensor at run time. Written by `python -m tests.signatures`."""
# ruff: noqa: E501

import builtins
from collections.abc import Sequence
from typing import Any, overload

from pellucid.dtypes import DType
from pellucid.tensor.functions.counting import Histogram
from pellucid.tensor.functions.matrices import SVD, Orthogonal, SignedLog
from pellucid.tensor.functions.ordering import Ordered
from pellucid.tensor.functions.pointwise import Parts
from pellucid.tensor.functions.reduction import Extremes
from pellucid.tensor.functions.statistics import Range
from pellucid.tensor.random import Generator
from pellucid.tensor.storage import Storage
from pellucid.tensor.tensor import Tensor

class Methods:
    def __new__(cls, *data: Any, device: Any = ...) -> Tensor:
        """`Tensor(2, 3)` is zeros of these sizes, `Tensor([1, 2])` float32 numbers."""

    def _is_view(self) -> builtins.bool:
        """Whether it looks at numbers of another Tensor."""

    def abs(self) -> Tensor:
        """The distance from zero."""

    def abs_(self) -> Tensor:
        """`abs`, written into this Tensor's own memory."""

    def absolute(self) -> Tensor:
        """The distance from zero."""

    def absolute_(self) -> Tensor:
        """`absolute`, written into this Tensor's own memory."""

    def acos(self) -> Tensor:
        """The angle whose cosine it is; NaN outside −1 to 1."""

    def acos_(self) -> Tensor:
        """`acos`, written into this Tensor's own memory."""

    def acosh(self) -> Tensor:
        """The number whose hyperbolic cosine it is; NaN below 1."""

    def acosh_(self) -> Tensor:
        """`acosh`, written into this Tensor's own memory."""

    def add(self, other: Any, *, alpha: builtins.float = ...) -> Tensor:
        """`input + alpha · other`."""

    def add_(self, other: Any, *, alpha: builtins.float = ...) -> Tensor:
        """`add`, written into this Tensor's own memory."""

    def addbmm(
        self,
        batch1: Tensor,
        batch2: Tensor,
        *,
        beta: builtins.float = ...,
        alpha: builtins.float = ...,
    ) -> Tensor:
        """`beta · input + alpha · Σ batch1 @ batch2`, summed over the batch."""

    def addbmm_(
        self,
        batch1: Tensor,
        batch2: Tensor,
        *,
        beta: builtins.float = ...,
        alpha: builtins.float = ...,
    ) -> Tensor:
        """`addbmm`, written into this Tensor's own memory."""

    def addcdiv(self, tensor1: Tensor, tensor2: Tensor, *, value: builtins.float = ...) -> Tensor:
        """`input + value · tensor1 / tensor2`."""

    def addcdiv_(self, tensor1: Tensor, tensor2: Tensor, *, value: builtins.float = ...) -> Tensor:
        """`addcdiv`, written into this Tensor's own memory."""

    def addcmul(self, tensor1: Tensor, tensor2: Tensor, *, value: builtins.float = ...) -> Tensor:
        """`input + value · tensor1 · tensor2`."""

    def addcmul_(self, tensor1: Tensor, tensor2: Tensor, *, value: builtins.float = ...) -> Tensor:
        """`addcmul`, written into this Tensor's own memory."""

    def addmm(
        self, mat1: Tensor, mat2: Tensor, *, beta: builtins.float = ..., alpha: builtins.float = ...
    ) -> Tensor:
        """`beta · input + alpha · mat1 @ mat2`."""

    def addmm_(
        self, mat1: Tensor, mat2: Tensor, *, beta: builtins.float = ..., alpha: builtins.float = ...
    ) -> Tensor:
        """`addmm`, written into this Tensor's own memory."""

    def addmv(
        self, mat: Tensor, vec: Tensor, *, beta: builtins.float = ..., alpha: builtins.float = ...
    ) -> Tensor:
        """`beta · input + alpha · mat @ vec`."""

    def addmv_(
        self, mat: Tensor, vec: Tensor, *, beta: builtins.float = ..., alpha: builtins.float = ...
    ) -> Tensor:
        """`addmv`, written into this Tensor's own memory."""

    def addr(
        self, vec1: Tensor, vec2: Tensor, *, beta: builtins.float = ..., alpha: builtins.float = ...
    ) -> Tensor:
        """`beta · input + alpha · vec1 ⊗ vec2`."""

    def addr_(
        self, vec1: Tensor, vec2: Tensor, *, beta: builtins.float = ..., alpha: builtins.float = ...
    ) -> Tensor:
        """`addr`, written into this Tensor's own memory."""

    def adjoint(self) -> Tensor:
        """The last two axes exchanged."""

    def all(
        self,
        dim: builtins.int | tuple[builtins.int, ...] | list[builtins.int] | None = ...,
        keepdim: builtins.bool = ...,
        *,
        keepdims: builtins.bool = ...,
        axis: builtins.int | tuple[builtins.int, ...] | list[builtins.int] | None = ...,
    ) -> Tensor:
        """Are all true (not zero)?"""

    def allclose(
        self,
        other: Any,
        rtol: builtins.float = ...,
        atol: builtins.float = ...,
        equal_nan: builtins.bool = ...,
    ) -> builtins.bool:
        """Whether all numbers are close; see `isclose`."""

    def amax(
        self,
        dim: builtins.int | tuple[builtins.int, ...] | list[builtins.int] | None = ...,
        keepdim: builtins.bool = ...,
        *,
        keepdims: builtins.bool = ...,
        axis: builtins.int | tuple[builtins.int, ...] | list[builtins.int] | None = ...,
    ) -> Tensor:
        """The largest along `dim`; equal ones share the blame."""

    def amin(
        self,
        dim: builtins.int | tuple[builtins.int, ...] | list[builtins.int] | None = ...,
        keepdim: builtins.bool = ...,
        *,
        keepdims: builtins.bool = ...,
        axis: builtins.int | tuple[builtins.int, ...] | list[builtins.int] | None = ...,
    ) -> Tensor:
        """The smallest along `dim`; equal ones share the blame."""

    def aminmax(
        self,
        *,
        dim: builtins.int | None = ...,
        keepdim: builtins.bool = ...,
        keepdims: builtins.bool = ...,
        axis: builtins.int | None = ...,
    ) -> Range:
        """The smallest and the largest along `dim`."""

    def angle(self) -> Tensor:
        """The angle of a number on the complex plane: 0, and π where it is negative."""

    def any(
        self,
        dim: builtins.int | tuple[builtins.int, ...] | list[builtins.int] | None = ...,
        keepdim: builtins.bool = ...,
        *,
        keepdims: builtins.bool = ...,
        axis: builtins.int | tuple[builtins.int, ...] | list[builtins.int] | None = ...,
    ) -> Tensor:
        """Is at least one true (not zero)?"""

    def apply_(self, callable: Any) -> Tensor:
        """Call a function with each number, and put what it returns in its place. It is slow."""

    def arccos(self) -> Tensor:
        """The angle whose cosine it is; NaN outside −1 to 1."""

    def arccos_(self) -> Tensor:
        """`arccos`, written into this Tensor's own memory."""

    def arccosh(self) -> Tensor:
        """The number whose hyperbolic cosine it is; NaN below 1."""

    def arccosh_(self) -> Tensor:
        """`arccosh`, written into this Tensor's own memory."""

    def arcsin(self) -> Tensor:
        """The angle whose sine it is; NaN outside −1 to 1."""

    def arcsin_(self) -> Tensor:
        """`arcsin`, written into this Tensor's own memory."""

    def arcsinh(self) -> Tensor:
        """The number whose hyperbolic sine it is: a logarithm that takes both signs."""

    def arcsinh_(self) -> Tensor:
        """`arcsinh`, written into this Tensor's own memory."""

    def arctan(self) -> Tensor:
        """The angle whose tangent it is."""

    def arctan2(self, other: Any) -> Tensor:
        """The angle of the point (b, a), all the way around from −π to π."""

    def arctan2_(self, other: Any) -> Tensor:
        """`arctan2`, written into this Tensor's own memory."""

    def arctan_(self) -> Tensor:
        """`arctan`, written into this Tensor's own memory."""

    def arctanh(self) -> Tensor:
        """The number whose hyperbolic tangent it is; infinite at −1 and 1."""

    def arctanh_(self) -> Tensor:
        """`arctanh`, written into this Tensor's own memory."""

    def argmax(
        self,
        dim: builtins.int | None = ...,
        keepdim: builtins.bool = ...,
        *,
        keepdims: builtins.bool = ...,
        axis: builtins.int | None = ...,
    ) -> Tensor:
        """Where the largest is; over the flattened Tensor when `dim` is None."""

    def argmin(
        self,
        dim: builtins.int | None = ...,
        keepdim: builtins.bool = ...,
        *,
        keepdims: builtins.bool = ...,
        axis: builtins.int | None = ...,
    ) -> Tensor:
        """Where the smallest is; over the flattened Tensor when `dim` is None."""

    def argsort(
        self,
        dim: builtins.int = ...,
        descending: builtins.bool = ...,
        *,
        stable: builtins.bool = ...,
        axis: builtins.int = ...,
    ) -> Tensor:
        """The positions that put the numbers in order along `dim`."""

    def argwhere(self, *, as_tuple: builtins.bool = ...) -> Any:
        """The positions of all numbers that are not zero: one row each, or one Tensor per axis."""

    def as_strided(
        self, size: Any, stride: Any, storage_offset: builtins.int | None = ...
    ) -> Tensor:
        """Numbers of a Tensor at places in memory that strides name, from its first number on."""

    def asin(self) -> Tensor:
        """The angle whose sine it is; NaN outside −1 to 1."""

    def asin_(self) -> Tensor:
        """`asin`, written into this Tensor's own memory."""

    def asinh(self) -> Tensor:
        """The number whose hyperbolic sine it is: a logarithm that takes both signs."""

    def asinh_(self) -> Tensor:
        """`asinh`, written into this Tensor's own memory."""

    def atan(self) -> Tensor:
        """The angle whose tangent it is."""

    def atan2(self, other: Any) -> Tensor:
        """The angle of the point (b, a), all the way around from −π to π."""

    def atan2_(self, other: Any) -> Tensor:
        """`atan2`, written into this Tensor's own memory."""

    def atan_(self) -> Tensor:
        """`atan`, written into this Tensor's own memory."""

    def atanh(self) -> Tensor:
        """The number whose hyperbolic tangent it is; infinite at −1 and 1."""

    def atanh_(self) -> Tensor:
        """`atanh`, written into this Tensor's own memory."""

    def baddbmm(
        self,
        batch1: Tensor,
        batch2: Tensor,
        *,
        beta: builtins.float = ...,
        alpha: builtins.float = ...,
    ) -> Tensor:
        """`beta · input + alpha · batch1 @ batch2`, for batches of matrices."""

    def baddbmm_(
        self,
        batch1: Tensor,
        batch2: Tensor,
        *,
        beta: builtins.float = ...,
        alpha: builtins.float = ...,
    ) -> Tensor:
        """`baddbmm`, written into this Tensor's own memory."""

    def bernoulli(
        self, p: builtins.float | None = ..., *, generator: Generator | None = ...
    ) -> Tensor:
        """1 with the probability that the Tensor holds, or with probability `p`; else 0."""

    def bernoulli_(self, p: Any = ..., *, generator: Generator | None = ...) -> Tensor:
        """1 with probability `p`, else 0."""

    def bfloat16(self, memory_format: Any = ...) -> Tensor:
        """The same numbers as bfloat16."""

    def bincount(self, weights: Tensor | None = ..., minlength: builtins.int = ...) -> Tensor:
        """How often each of the numbers 0, 1, 2, … occurs, or the total of its weights."""

    def bitwise_and(self, other: Any) -> Tensor:
        """The bits that both have; for bool: are both true?"""

    def bitwise_and_(self, other: Any) -> Tensor:
        """`bitwise_and`, written into this Tensor's own memory."""

    def bitwise_left_shift(self, other: Any) -> Tensor:
        """The bits moved up so many places; past the width nothing is left."""

    def bitwise_left_shift_(self, other: Any) -> Tensor:
        """`bitwise_left_shift`, written into this Tensor's own memory."""

    def bitwise_not(self) -> Tensor:
        """Every bit turned around; for bool: is it false?"""

    def bitwise_not_(self) -> Tensor:
        """`bitwise_not`, written into this Tensor's own memory."""

    def bitwise_or(self, other: Any) -> Tensor:
        """The bits that one of them has; for bool: is one true?"""

    def bitwise_or_(self, other: Any) -> Tensor:
        """`bitwise_or`, written into this Tensor's own memory."""

    def bitwise_right_shift(self, other: Any) -> Tensor:
        """The bits moved down so many places; the sign stays."""

    def bitwise_right_shift_(self, other: Any) -> Tensor:
        """`bitwise_right_shift`, written into this Tensor's own memory."""

    def bitwise_xor(self, other: Any) -> Tensor:
        """The bits in which they differ; for bool: is exactly one true?"""

    def bitwise_xor_(self, other: Any) -> Tensor:
        """`bitwise_xor`, written into this Tensor's own memory."""

    def bmm(self, mat2: Tensor) -> Tensor:
        """The products of two batches of matrices."""

    def bool(self, memory_format: Any = ...) -> Tensor:
        """The same numbers as bool."""

    def broadcast_to(self, shape: Any = ..., *, size: Any = ...) -> Tensor:
        """Stretch to a shape; `size` is another name for it."""

    def byte(self, memory_format: Any = ...) -> Tensor:
        """The same numbers as uint8."""

    def cauchy_(
        self,
        median: builtins.float = ...,
        sigma: builtins.float = ...,
        *,
        generator: Generator | None = ...,
    ) -> Tensor:
        """Draws from Cauchy's curve, whose tails are so wide that it has no average."""

    def ceil(self) -> Tensor:
        """The whole number above."""

    def ceil_(self) -> Tensor:
        """`ceil`, written into this Tensor's own memory."""

    def char(self, memory_format: Any = ...) -> Tensor:
        """The same numbers as int8."""

    def cholesky(self, upper: builtins.bool = ...) -> Tensor:
        """The triangle whose product with its mirror image is `input`: `linalg.cholesky`."""

    def cholesky_inverse(self, upper: builtins.bool = ...) -> Tensor:
        """The inverse of A, from the triangle that `cholesky(A)` gave."""

    def cholesky_solve(self, L: Tensor, upper: builtins.bool = ...) -> Tensor:
        """The X with `A @ X = B`, from the triangle that `cholesky(A)` gave."""

    def chunk(
        self, chunks: builtins.int, dim: builtins.int = ..., *, axis: builtins.int = ...
    ) -> tuple[Tensor, ...]:
        """Cut along `dim` into at most so many pieces of equal size."""

    def clamp(self, min: Any = ..., max: Any = ...) -> Tensor:
        """Cut off what lies below `min` or above `max`."""

    def clamp_(self, min: Any = ..., max: Any = ...) -> Tensor:
        """`clamp`, written into this Tensor's own memory."""

    def clamp_max(self, max: Any) -> Tensor:
        """What lies above `max` cut to it."""

    def clamp_max_(self, max: Any) -> Tensor:
        """`clamp_max`, written into this Tensor's own memory."""

    def clamp_min(self, min: Any) -> Tensor:
        """What lies below `min` raised to it."""

    def clamp_min_(self, min: Any) -> Tensor:
        """`clamp_min`, written into this Tensor's own memory."""

    def clip(self, min: Any = ..., max: Any = ...) -> Tensor:
        """Cut off what lies below `min` or above `max`."""

    def clip_(self, min: Any = ..., max: Any = ...) -> Tensor:
        """`clip`, written into this Tensor's own memory."""

    def clone(self, *, memory_format: Any = ...) -> Tensor:
        """A copy with the same history; a `memory_format` is accepted as in PyTorch."""

    def conj(self) -> Tensor:
        """The Tensor itself: its numbers are real."""

    def conj_physical(self) -> Tensor:
        """The Tensor itself: its numbers are real."""

    def conj_physical_(self) -> Tensor:
        """The Tensor itself: its numbers are real."""

    def contiguous(self, memory_format: Any = ...) -> Tensor:
        """The Tensor itself where its numbers lie in order in memory, else a copy in order."""

    def copy_(self, src: Any) -> Tensor:
        """Write another Tensor's numbers into this one's memory."""

    def copysign(self, other: Any) -> Tensor:
        """The size of the first number with the sign of the second; −0 is negative."""

    def copysign_(self, other: Any) -> Tensor:
        """`copysign`, written into this Tensor's own memory."""

    def corrcoef(self) -> Tensor:
        """How closely the rows follow each other, from −1 to 1."""

    def cos(self) -> Tensor:
        """The cosine."""

    def cos_(self) -> Tensor:
        """`cos`, written into this Tensor's own memory."""

    def cosh(self) -> Tensor:
        """The hyperbolic cosine: the line of a hanging chain."""

    def cosh_(self) -> Tensor:
        """`cosh`, written into this Tensor's own memory."""

    def count_nonzero(
        self,
        dim: builtins.int | tuple[builtins.int, ...] | list[builtins.int] | None = ...,
        *,
        axis: builtins.int | tuple[builtins.int, ...] | list[builtins.int] | None = ...,
    ) -> Tensor:
        """How many numbers are not zero."""

    def cov(
        self,
        *,
        correction: builtins.int = ...,
        fweights: Tensor | None = ...,
        aweights: Tensor | None = ...,
    ) -> Tensor:
        """How the rows vary together: a row for each variable, a column for each observation."""

    def cpu(self) -> Tensor:
        """The Tensor itself: everything lives on the CPU."""

    def cross(
        self, other: Tensor, dim: builtins.int | None = ..., *, axis: builtins.int | None = ...
    ) -> Tensor:
        """The vector that stands upright on two others; `dim` (the first of size 3) holds x, y, z."""

    def cuda(self, device: Any = ..., non_blocking: builtins.bool = ...) -> Tensor:
        """Refused: there is no such device."""

    @overload
    def cummax(self, dim: builtins.int) -> Extremes:
        """The largest so far along `dim`, and where it was; of equal ones the last."""
    @overload
    def cummax(self, *, axis: builtins.int) -> Extremes:
        """The largest so far along `dim`, and where it was; of equal ones the last."""

    @overload
    def cummin(self, dim: builtins.int) -> Extremes:
        """The smallest so far along `dim`, and where it was; of equal ones the last."""
    @overload
    def cummin(self, *, axis: builtins.int) -> Extremes:
        """The smallest so far along `dim`, and where it was; of equal ones the last."""

    @overload
    def cumprod(self, dim: builtins.int, *, dtype: DType | None = ...) -> Tensor:
        """Running products along `dim`."""
    @overload
    def cumprod(self, *, axis: builtins.int, dtype: DType | None = ...) -> Tensor:
        """Running products along `dim`."""

    @overload
    def cumprod_(self, dim: builtins.int, *, dtype: DType | None = ...) -> Tensor:
        """`cumprod`, written into this Tensor's own memory."""
    @overload
    def cumprod_(self, *, axis: builtins.int, dtype: DType | None = ...) -> Tensor:
        """`cumprod`, written into this Tensor's own memory."""

    @overload
    def cumsum(self, dim: builtins.int, *, dtype: DType | None = ...) -> Tensor:
        """Running totals along `dim`."""
    @overload
    def cumsum(self, *, axis: builtins.int, dtype: DType | None = ...) -> Tensor:
        """Running totals along `dim`."""

    @overload
    def cumsum_(self, dim: builtins.int, *, dtype: DType | None = ...) -> Tensor:
        """`cumsum`, written into this Tensor's own memory."""
    @overload
    def cumsum_(self, *, axis: builtins.int, dtype: DType | None = ...) -> Tensor:
        """`cumsum`, written into this Tensor's own memory."""

    def data_ptr(self) -> builtins.int:
        """The address of its first number; Tensors that share it share memory."""

    def deg2rad(self) -> Tensor:
        """Degrees as radians."""

    def deg2rad_(self) -> Tensor:
        """`deg2rad`, written into this Tensor's own memory."""

    def det(self) -> Tensor:
        """The volume that a matrix makes of a unit cube, with its sign."""

    def detach_(self) -> Tensor:
        """Forget the history: from now on a leaf that nobody computed."""

    def diag(self, diagonal: builtins.int = ...) -> Tensor:
        """The diagonal of a matrix, or a matrix with this diagonal."""

    def diag_embed(
        self, offset: builtins.int = ..., dim1: builtins.int = ..., dim2: builtins.int = ...
    ) -> Tensor:
        """Matrices with the last axis of `input` on their diagonal, in the axes `dim1` and `dim2`."""

    def diagflat(self, offset: builtins.int = ...) -> Tensor:
        """A matrix with all numbers of `input` on its diagonal."""

    def diagonal(
        self, offset: builtins.int = ..., dim1: builtins.int = ..., dim2: builtins.int = ...
    ) -> Tensor:
        """The numbers on a diagonal, as a new last axis."""

    def diagonal_scatter(
        self,
        src: Tensor,
        offset: builtins.int = ...,
        dim1: builtins.int = ...,
        dim2: builtins.int = ...,
    ) -> Tensor:
        """`input` with a diagonal replaced by `src`."""

    def diff(
        self,
        n: builtins.int = ...,
        dim: builtins.int = ...,
        prepend: Tensor | None = ...,
        append: Tensor | None = ...,
        *,
        axis: builtins.int = ...,
    ) -> Tensor:
        """From each entry along `dim` to the next; `n` times over."""

    def digamma(self) -> Tensor:
        """The slope of the logarithm of the gamma function."""

    def digamma_(self) -> Tensor:
        """`digamma`, written into this Tensor's own memory."""

    def dist(self, other: Tensor, p: builtins.float = ...) -> Tensor:
        """The length of the difference, by the `p`-norm."""

    def div(self, other: Any, *, rounding_mode: str | None = ...) -> Tensor:
        """`input / other`; rounded down with `rounding_mode="floor"`, toward zero with `"trunc"`."""

    def div_(self, other: Any, *, rounding_mode: str | None = ...) -> Tensor:
        """`div`, written into this Tensor's own memory."""

    def divide(self, other: Any, *, rounding_mode: str | None = ...) -> Tensor:
        """`input / other`; rounded down with `rounding_mode="floor"`, toward zero with `"trunc"`."""

    def divide_(self, other: Any, *, rounding_mode: str | None = ...) -> Tensor:
        """`divide`, written into this Tensor's own memory."""

    def dot(self, tensor: Tensor) -> Tensor:
        """The sum of products of two vectors."""

    def double(self, memory_format: Any = ...) -> Tensor:
        """The same numbers as float64."""

    def dsplit(self, indices_or_sections: Any) -> tuple[Tensor, ...]:
        """Cut along the third axis."""

    def eq(self, other: Any) -> Tensor:
        """Are the two numbers equal?"""

    def eq_(self, other: Any) -> Tensor:
        """`eq`, written into this Tensor's own memory."""

    def equal(self, other: Tensor) -> builtins.bool:
        """Whether two Tensors have the same shape and the same numbers."""

    def erf(self) -> Tensor:
        """The error function: how much of a bell curve lies within x of its middle."""

    def erf_(self) -> Tensor:
        """`erf`, written into this Tensor's own memory."""

    def erfc(self) -> Tensor:
        """What the error function leaves: how much of a bell curve lies beyond x."""

    def erfc_(self) -> Tensor:
        """`erfc`, written into this Tensor's own memory."""

    def erfinv(self) -> Tensor:
        """Where the error function has a given value: its reverse."""

    def erfinv_(self) -> Tensor:
        """`erfinv`, written into this Tensor's own memory."""

    def exp(self) -> Tensor:
        """The exponential; its own derivative."""

    def exp2(self) -> Tensor:
        """Two to the power of the number."""

    def exp2_(self) -> Tensor:
        """`exp2`, written into this Tensor's own memory."""

    def exp_(self) -> Tensor:
        """`exp`, written into this Tensor's own memory."""

    def expand(self, *size: Any) -> Tensor:
        """Stretch axes of size 1 without copying; −1 keeps a size."""

    def expand_as(self, other: Tensor) -> Tensor:
        """Stretch to the shape of another Tensor."""

    def expm1(self) -> Tensor:
        """The exponential less 1, exact for small x."""

    def expm1_(self) -> Tensor:
        """`expm1`, written into this Tensor's own memory."""

    def exponential_(
        self, lambd: builtins.float = ..., *, generator: Generator | None = ...
    ) -> Tensor:
        """Waiting times for what happens `lambd` times per unit of time."""

    def fill_(self, value: Any) -> Tensor:
        """Write one number everywhere."""

    def fill_diagonal_(self, fill_value: builtins.float, wrap: builtins.bool = ...) -> Tensor:
        """Write one number along the main diagonal; `wrap` starts anew below a tall matrix."""

    def fix(self) -> Tensor:
        """The whole number toward zero."""

    def fix_(self) -> Tensor:
        """`fix`, written into this Tensor's own memory."""

    def flatten(self, start_dim: builtins.int = ..., end_dim: builtins.int = ...) -> Tensor:
        """Axes `start_dim` to `end_dim` as one."""

    def flip(self, *dims: Any) -> Tensor:
        """Turn axes around."""

    def fliplr(self) -> Tensor:
        """Turn the columns around."""

    def flipud(self) -> Tensor:
        """Turn the rows around."""

    def float(self, memory_format: Any = ...) -> Tensor:
        """The same numbers as float32."""

    def float_power(self, exponent: Any) -> Tensor:
        """`input` to the power of `exponent`, in float64."""

    def float_power_(self, exponent: Any) -> Tensor:
        """`float_power`, written into this Tensor's own memory."""

    def floor(self) -> Tensor:
        """The whole number below."""

    def floor_(self) -> Tensor:
        """`floor`, written into this Tensor's own memory."""

    def floor_divide(self, other: Any) -> Tensor:
        """How many times `other` fits whole into `input`, rounded down."""

    def floor_divide_(self, other: Any) -> Tensor:
        """`floor_divide`, written into this Tensor's own memory."""

    def fmax(self, other: Tensor) -> Tensor:
        """The larger of two numbers; of a number and a NaN the number."""

    def fmin(self, other: Tensor) -> Tensor:
        """The smaller of two numbers; of a number and a NaN the number."""

    def fmod(self, other: Any) -> Tensor:
        """What is left after division, rounded toward zero; has the sign of `input`."""

    def fmod_(self, other: Any) -> Tensor:
        """`fmod`, written into this Tensor's own memory."""

    def frac(self) -> Tensor:
        """What stands behind the point: `x − trunc(x)`."""

    def frac_(self) -> Tensor:
        """`frac`, written into this Tensor's own memory."""

    def frexp(self) -> Parts:
        """A number between ½ and 1 and the power of two that it is to be multiplied by."""

    @overload
    def gather(
        self, dim: builtins.int, index: Tensor, *, sparse_grad: builtins.bool = ...
    ) -> Tensor:
        """Pick one number per position of `index` along `dim`. Gradients are never sparse here."""
    @overload
    def gather(
        self, *, axis: builtins.int, index: Tensor, sparse_grad: builtins.bool = ...
    ) -> Tensor:
        """Pick one number per position of `index` along `dim`. Gradients are never sparse here."""

    def gcd(self, other: Any) -> Tensor:
        """The largest whole number that divides both."""

    def gcd_(self, other: Any) -> Tensor:
        """`gcd`, written into this Tensor's own memory."""

    def ge(self, other: Any) -> Tensor:
        """Is the first number at least the second?"""

    def ge_(self, other: Any) -> Tensor:
        """`ge`, written into this Tensor's own memory."""

    def geometric_(self, p: builtins.float, *, generator: Generator | None = ...) -> Tensor:
        """How many tries it takes until one succeeds, each with probability `p`."""

    def ger(self, vec2: Tensor) -> Tensor:
        """Every number of one vector times every number of another."""

    def get_device(self) -> builtins.int:
        """The number of its device: −1, the CPU."""

    def greater(self, other: Any) -> Tensor:
        """Is the first number larger?"""

    def greater_(self, other: Any) -> Tensor:
        """`greater`, written into this Tensor's own memory."""

    def greater_equal(self, other: Any) -> Tensor:
        """Is the first number at least the second?"""

    def greater_equal_(self, other: Any) -> Tensor:
        """`greater_equal`, written into this Tensor's own memory."""

    def gt(self, other: Any) -> Tensor:
        """Is the first number larger?"""

    def gt_(self, other: Any) -> Tensor:
        """`gt`, written into this Tensor's own memory."""

    def half(self, memory_format: Any = ...) -> Tensor:
        """The same numbers as float16."""

    def hardshrink(self, lambd: builtins.float = ...) -> Tensor:
        """Set what lies between ±`lambd` to zero and leave the rest as it is."""

    def heaviside(self, values: Tensor) -> Tensor:
        """0 for negative numbers, 1 for positive ones, and `values` at 0."""

    def heaviside_(self, values: Tensor) -> Tensor:
        """`heaviside`, written into this Tensor's own memory."""

    def histc(
        self, bins: builtins.int = ..., min: builtins.float = ..., max: builtins.float = ...
    ) -> Tensor:
        """How many numbers fall into each of `bins` equal steps from `min` to `max`."""

    def histogram(
        self,
        bins: Any,
        *,
        range: tuple[builtins.float, builtins.float] | None = ...,
        weight: Tensor | None = ...,
        density: builtins.bool = ...,
    ) -> Histogram:
        """How many numbers fall between each two edges, and the edges."""

    def hsplit(self, indices_or_sections: Any) -> tuple[Tensor, ...]:
        """Cut into columns; a vector into pieces."""

    def hypot(self, other: Any) -> Tensor:
        """How far the point (a, b) is from the origin."""

    def hypot_(self, other: Any) -> Tensor:
        """`hypot`, written into this Tensor's own memory."""

    def i0(self) -> Tensor:
        """The modified Bessel function of order 0: how a cosine weighs in an exponential."""

    def i0_(self) -> Tensor:
        """`i0`, written into this Tensor's own memory."""

    def igamma(self, other: Any) -> Tensor:
        """How much of the integral that is the gamma function lies below a limit."""

    def igamma_(self, other: Any) -> Tensor:
        """`igamma`, written into this Tensor's own memory."""

    def igammac(self, other: Any) -> Tensor:
        """How much of the integral that is the gamma function lies above a limit."""

    def igammac_(self, other: Any) -> Tensor:
        """`igammac`, written into this Tensor's own memory."""

    @overload
    def index_add(
        self, dim: builtins.int, index: Tensor, source: Tensor, *, alpha: builtins.float = ...
    ) -> Tensor:
        """`input` with the slices of `source` added at the positions `index` along `dim`."""
    @overload
    def index_add(
        self, *, axis: builtins.int, index: Tensor, source: Tensor, alpha: builtins.float = ...
    ) -> Tensor:
        """`input` with the slices of `source` added at the positions `index` along `dim`."""

    @overload
    def index_add_(
        self, dim: builtins.int, index: Tensor, source: Tensor, *, alpha: builtins.float = ...
    ) -> Tensor:
        """`index_add`, written into this Tensor's own memory."""
    @overload
    def index_add_(
        self, *, axis: builtins.int, index: Tensor, source: Tensor, alpha: builtins.float = ...
    ) -> Tensor:
        """`index_add`, written into this Tensor's own memory."""

    @overload
    def index_copy(self, dim: builtins.int, index: Tensor, source: Tensor) -> Tensor:
        """`input` with the slices of `source` at the positions `index` along `dim`."""
    @overload
    def index_copy(self, *, axis: builtins.int, index: Tensor, source: Tensor) -> Tensor:
        """`input` with the slices of `source` at the positions `index` along `dim`."""

    @overload
    def index_copy_(self, dim: builtins.int, index: Tensor, source: Tensor) -> Tensor:
        """`index_copy`, written into this Tensor's own memory."""
    @overload
    def index_copy_(self, *, axis: builtins.int, index: Tensor, source: Tensor) -> Tensor:
        """`index_copy`, written into this Tensor's own memory."""

    @overload
    def index_fill(self, dim: builtins.int, index: Tensor, value: Any) -> Tensor:
        """`input` with one number in all slices at the positions `index` along `dim`."""
    @overload
    def index_fill(self, *, axis: builtins.int, index: Tensor, value: Any) -> Tensor:
        """`input` with one number in all slices at the positions `index` along `dim`."""

    @overload
    def index_fill_(self, dim: builtins.int, index: Tensor, value: Any) -> Tensor:
        """`index_fill`, written into this Tensor's own memory."""
    @overload
    def index_fill_(self, *, axis: builtins.int, index: Tensor, value: Any) -> Tensor:
        """`index_fill`, written into this Tensor's own memory."""

    def index_put(self, indices: Any, values: Any, accumulate: builtins.bool = ...) -> Tensor:
        """`input[indices] = values`, as a new Tensor; with `accumulate`, `+=` at every position."""

    def index_put_(self, indices: Any, values: Any, accumulate: builtins.bool = ...) -> Tensor:
        """`index_put`, written into this Tensor's own memory."""

    @overload
    def index_reduce(
        self,
        dim: builtins.int,
        index: Tensor,
        source: Tensor,
        reduce: str,
        *,
        include_self: builtins.bool = ...,
    ) -> Tensor:
        """Combine the slices of `source` that fall on one position along `dim`, as `scatter_reduce`."""
    @overload
    def index_reduce(
        self,
        *,
        axis: builtins.int,
        index: Tensor,
        source: Tensor,
        reduce: str,
        include_self: builtins.bool = ...,
    ) -> Tensor:
        """Combine the slices of `source` that fall on one position along `dim`, as `scatter_reduce`."""

    @overload
    def index_reduce_(
        self,
        dim: builtins.int,
        index: Tensor,
        source: Tensor,
        reduce: str,
        *,
        include_self: builtins.bool = ...,
    ) -> Tensor:
        """`index_reduce`, written into this Tensor's own memory."""
    @overload
    def index_reduce_(
        self,
        *,
        axis: builtins.int,
        index: Tensor,
        source: Tensor,
        reduce: str,
        include_self: builtins.bool = ...,
    ) -> Tensor:
        """`index_reduce`, written into this Tensor's own memory."""

    @overload
    def index_select(self, dim: builtins.int, index: Tensor) -> Tensor:
        """The slices of `input` at the positions `index` along `dim`."""
    @overload
    def index_select(self, *, axis: builtins.int, index: Tensor) -> Tensor:
        """The slices of `input` at the positions `index` along `dim`."""

    def inner(self, other: Tensor) -> Tensor:
        """Products summed over the last axis of both."""

    def int(self, memory_format: Any = ...) -> Tensor:
        """The same numbers as int32."""

    def inverse(self) -> Tensor:
        """The matrix that undoes another: `linalg.inv`."""

    def is_complex(self) -> builtins.bool:
        """Whether it holds complex numbers: never."""

    def is_conj(self) -> builtins.bool:
        """Never: numbers here are real."""

    def is_contiguous(self, memory_format: Any = ...) -> builtins.bool:
        """Whether the numbers lie in memory in the order of the axes; that is the only format here."""

    def is_neg(self) -> builtins.bool:
        """Never: numbers here are real."""

    def is_nonzero(self) -> builtins.bool:
        """Whether its one number is not 0."""

    def is_pinned(self) -> builtins.bool:
        """Whether its memory is locked for a GPU: never."""

    def is_same_size(self, other: Tensor) -> builtins.bool:
        """Whether two Tensors have the same shape."""

    def is_set_to(self, tensor: Tensor) -> builtins.bool:
        """Whether both show the same memory in the same way."""

    def is_signed(self) -> builtins.bool:
        """Whether its kind of number can be negative."""

    def isclose(
        self,
        other: Any,
        rtol: builtins.float = ...,
        atol: builtins.float = ...,
        equal_nan: builtins.bool = ...,
    ) -> Tensor:
        """Where `|input − other| ≤ atol + rtol · |other|`."""

    def isfinite(self) -> Tensor:
        """Is it an ordinary number?"""

    def isinf(self) -> Tensor:
        """Is it infinite?"""

    def isnan(self) -> Tensor:
        """Is it not a number?"""

    def isneginf(self) -> Tensor:
        """Is it −∞?"""

    def isposinf(self) -> Tensor:
        """Is it ∞?"""

    def isreal(self) -> Tensor:
        """Is it real? Every number here is."""

    def kron(self, other: Tensor) -> Tensor:
        """Every number of `input` times all of `other`, laid out as blocks."""

    def kthvalue(
        self,
        k: builtins.int,
        dim: builtins.int = ...,
        keepdim: builtins.bool = ...,
        *,
        keepdims: builtins.bool = ...,
        axis: builtins.int = ...,
    ) -> Ordered:
        """The `k`-th smallest along `dim`, counted from 1, and where it is."""

    def lcm(self, other: Any) -> Tensor:
        """The smallest whole number that both divide."""

    def lcm_(self, other: Any) -> Tensor:
        """`lcm`, written into this Tensor's own memory."""

    def ldexp(self, other: Tensor) -> Tensor:
        """`input · 2^other`."""

    def ldexp_(self, other: Tensor) -> Tensor:
        """`ldexp`, written into this Tensor's own memory."""

    def le(self, other: Any) -> Tensor:
        """Is the first number at most the second?"""

    def le_(self, other: Any) -> Tensor:
        """`le`, written into this Tensor's own memory."""

    def lerp(self, end: Tensor, weight: Any) -> Tensor:
        """`input + weight · (end − input)`: a place on the way from one to the other."""

    def lerp_(self, end: Tensor, weight: Any) -> Tensor:
        """`lerp`, written into this Tensor's own memory."""

    def less(self, other: Any) -> Tensor:
        """Is the first number smaller?"""

    def less_(self, other: Any) -> Tensor:
        """`less`, written into this Tensor's own memory."""

    def less_equal(self, other: Any) -> Tensor:
        """Is the first number at most the second?"""

    def less_equal_(self, other: Any) -> Tensor:
        """`less_equal`, written into this Tensor's own memory."""

    def lgamma(self) -> Tensor:
        """The logarithm of the gamma function, which is (n − 1)! at whole numbers."""

    def lgamma_(self) -> Tensor:
        """`lgamma`, written into this Tensor's own memory."""

    def log(self) -> Tensor:
        """The natural logarithm."""

    def log10(self) -> Tensor:
        """The logarithm to base 10."""

    def log10_(self) -> Tensor:
        """`log10`, written into this Tensor's own memory."""

    def log1p(self) -> Tensor:
        """The logarithm of 1 + x, exact for small x."""

    def log1p_(self) -> Tensor:
        """`log1p`, written into this Tensor's own memory."""

    def log2(self) -> Tensor:
        """The logarithm to base 2."""

    def log2_(self) -> Tensor:
        """`log2`, written into this Tensor's own memory."""

    def log_(self) -> Tensor:
        """`log`, written into this Tensor's own memory."""

    def log_normal_(
        self,
        mean: builtins.float = ...,
        std: builtins.float = ...,
        *,
        generator: Generator | None = ...,
    ) -> Tensor:
        """Numbers whose logarithms are draws from the bell curve."""

    @overload
    def log_softmax(self, dim: builtins.int, dtype: DType | None = ...) -> Tensor:
        """The logarithm of softmax along `dim`."""
    @overload
    def log_softmax(self, *, axis: builtins.int, dtype: DType | None = ...) -> Tensor:
        """The logarithm of softmax along `dim`."""

    def logaddexp(self, other: Any) -> Tensor:
        """The logarithm of the sum of two exponentials: adds what is held as logarithms."""

    def logaddexp2(self, other: Tensor) -> Tensor:
        """`log2(2^input + 2^other)`, without leaving the logarithms."""

    @overload
    def logcumsumexp(self, dim: builtins.int) -> Tensor:
        """Running sums along `dim` of what is held as logarithms."""
    @overload
    def logcumsumexp(self, *, axis: builtins.int) -> Tensor:
        """Running sums along `dim` of what is held as logarithms."""

    def logdet(self) -> Tensor:
        """The logarithm of the determinant; NaN where that is negative."""

    def logical_and(self, other: Any) -> Tensor:
        """Are both true (not zero)?"""

    def logical_and_(self, other: Any) -> Tensor:
        """`logical_and`, written into this Tensor's own memory."""

    def logical_not(self) -> Tensor:
        """Is it false (zero)?"""

    def logical_not_(self) -> Tensor:
        """`logical_not`, written into this Tensor's own memory."""

    def logical_or(self, other: Any) -> Tensor:
        """Is one of them true (not zero)?"""

    def logical_or_(self, other: Any) -> Tensor:
        """`logical_or`, written into this Tensor's own memory."""

    def logical_xor(self, other: Any) -> Tensor:
        """Is exactly one of them true?"""

    def logical_xor_(self, other: Any) -> Tensor:
        """`logical_xor`, written into this Tensor's own memory."""

    def logit(self, eps: builtins.float | None = ...) -> Tensor:
        """The number whose sigmoid it is: `ln(p / (1 − p))`; `eps` keeps `p` off 0 and 1."""

    def logit_(self, eps: builtins.float | None = ...) -> Tensor:
        """`logit`, written into this Tensor's own memory."""

    @overload
    def logsumexp(
        self,
        dim: builtins.int | tuple[builtins.int, ...] | list[builtins.int] | None,
        keepdim: builtins.bool = ...,
    ) -> Tensor:
        """The logarithm of the sum of exponentials along `dim`."""
    @overload
    def logsumexp(
        self,
        *,
        axis: builtins.int | tuple[builtins.int, ...] | list[builtins.int] | None,
        keepdims: builtins.bool = ...,
    ) -> Tensor:
        """The logarithm of the sum of exponentials along `dim`."""

    def long(self, memory_format: Any = ...) -> Tensor:
        """The same numbers as int64."""

    def lt(self, other: Any) -> Tensor:
        """Is the first number smaller?"""

    def lt_(self, other: Any) -> Tensor:
        """`lt`, written into this Tensor's own memory."""

    def lu(self, pivot: builtins.bool = ..., get_infos: builtins.bool = ...) -> Any:
        """PyTorch's older `linalg.lu_factor`: both triangles in one matrix, and the rows taken."""

    def lu_solve(self, LU_data: Tensor, LU_pivots: Tensor) -> Tensor:
        """The X with `A @ X = B`, from what `linalg.lu_factor(A)` gave."""

    def map_(self, tensor: Tensor, callable: Any) -> Tensor:
        """Call a function with each number here and that of another Tensor, and keep the results."""

    def masked_fill(self, mask: Tensor, value: Any) -> Tensor:
        """`input` with `value` where the mask holds; the dtype stays that of `input`."""

    def masked_fill_(self, mask: Tensor, value: Any) -> Tensor:
        """`masked_fill`, written into this Tensor's own memory."""

    def masked_scatter(self, mask: Tensor, source: Tensor) -> Tensor:
        """`input` with the numbers of `source`, in order, where the mask holds."""

    def masked_scatter_(self, mask: Tensor, source: Tensor) -> Tensor:
        """`masked_scatter`, written into this Tensor's own memory."""

    def masked_select(self, mask: Tensor) -> Tensor:
        """The numbers where the mask holds, in a row."""

    def matmul(self, other: Tensor) -> Tensor:
        """The product of matrices, batches of matrices, or vectors."""

    def matrix_exp(self) -> Tensor:
        """The exponential of a matrix: the series of its powers."""

    def matrix_power(self, n: builtins.int) -> Tensor:
        """The product of `n` times the same matrix; of its inverse where `n` is negative."""

    def max(
        self,
        dim: Any = ...,
        keepdim: builtins.bool = ...,
        *,
        other: Any = ...,
        keepdims: builtins.bool = ...,
        axis: Any = ...,
    ) -> Any:
        """The largest of all; along `dim` also where; with a second Tensor the larger of each two."""

    def maximum(self, other: Any) -> Tensor:
        """Keeps the larger of two numbers; the blame goes to the one that was kept."""

    def mean(
        self,
        dim: builtins.int | tuple[builtins.int, ...] | list[builtins.int] | None = ...,
        keepdim: builtins.bool = ...,
        *,
        dtype: DType | None = ...,
        keepdims: builtins.bool = ...,
        axis: builtins.int | tuple[builtins.int, ...] | list[builtins.int] | None = ...,
    ) -> Tensor:
        """The average along `dim`."""

    def median(
        self,
        dim: builtins.int | None = ...,
        keepdim: builtins.bool = ...,
        *,
        keepdims: builtins.bool = ...,
        axis: builtins.int | None = ...,
    ) -> Any:
        """The number in the middle (the lower of two); with `dim` also where it is."""

    def min(
        self,
        dim: Any = ...,
        keepdim: builtins.bool = ...,
        *,
        other: Any = ...,
        keepdims: builtins.bool = ...,
        axis: Any = ...,
    ) -> Any:
        """The smallest of all; along `dim` also where; with a second Tensor the smaller of each two."""

    def minimum(self, other: Any) -> Tensor:
        """Keeps the smaller of two numbers; the blame goes to the one that was kept."""

    def mm(self, mat2: Tensor) -> Tensor:
        """The product of two matrices."""

    def mode(
        self,
        dim: builtins.int = ...,
        keepdim: builtins.bool = ...,
        *,
        keepdims: builtins.bool = ...,
        axis: builtins.int = ...,
    ) -> Ordered:
        """The number that occurs most often along `dim` (the smallest of several), and where it is."""

    def moveaxis(self, source: Any, destination: Any) -> Tensor:
        """Axes `source` at the places `destination`; the others keep their order."""

    def movedim(self, source: Any, destination: Any) -> Tensor:
        """Axes `source` at the places `destination`; the others keep their order."""

    def msort(self) -> Tensor:
        """Numbers in order along the first axis."""

    def mul(self, other: Any) -> Tensor:
        """Multiplies number by number; each factor's blame is the other factor."""

    def mul_(self, other: Any) -> Tensor:
        """`mul`, written into this Tensor's own memory."""

    def multinomial(
        self,
        num_samples: builtins.int,
        replacement: builtins.bool = ...,
        *,
        generator: Generator | None = ...,
    ) -> Tensor:
        """Positions drawn in proportion to the weights in the last axis."""

    def multiply(self, other: Any) -> Tensor:
        """Multiplies number by number; each factor's blame is the other factor."""

    def multiply_(self, other: Any) -> Tensor:
        """`multiply`, written into this Tensor's own memory."""

    def mv(self, vec: Tensor) -> Tensor:
        """A matrix times a vector; offered as `mv`."""

    def mvlgamma(self, p: builtins.int) -> Tensor:
        """The logarithm of the gamma function of `p` dimensions."""

    def mvlgamma_(self, p: builtins.int) -> Tensor:
        """`mvlgamma`, written into this Tensor's own memory."""

    def nan_to_num(
        self,
        nan: builtins.float | None = ...,
        posinf: builtins.float | None = ...,
        neginf: builtins.float | None = ...,
    ) -> Tensor:
        """NaN as `nan` (0), infinities as the largest and most negative number, or as told."""

    def nan_to_num_(
        self,
        nan: builtins.float | None = ...,
        posinf: builtins.float | None = ...,
        neginf: builtins.float | None = ...,
    ) -> Tensor:
        """`nan_to_num`, written into this Tensor's own memory."""

    def nanmean(
        self,
        dim: builtins.int | tuple[builtins.int, ...] | list[builtins.int] | None = ...,
        keepdim: builtins.bool = ...,
        *,
        dtype: DType | None = ...,
        keepdims: builtins.bool = ...,
        axis: builtins.int | tuple[builtins.int, ...] | list[builtins.int] | None = ...,
    ) -> Tensor:
        """The average along `dim` of what is not NaN."""

    def nanmedian(
        self,
        dim: builtins.int | None = ...,
        keepdim: builtins.bool = ...,
        *,
        keepdims: builtins.bool = ...,
        axis: builtins.int | None = ...,
    ) -> Any:
        """The number in the middle of those that are not NaN (the lower of two)."""

    def nanquantile(
        self,
        q: Any,
        dim: builtins.int | None = ...,
        keepdim: builtins.bool = ...,
        *,
        interpolation: str = ...,
        keepdims: builtins.bool = ...,
        axis: builtins.int | None = ...,
    ) -> Tensor:
        """`quantile` of what is not NaN; NaN where nothing else is."""

    def nansum(
        self,
        dim: builtins.int | tuple[builtins.int, ...] | list[builtins.int] | None = ...,
        keepdim: builtins.bool = ...,
        *,
        dtype: DType | None = ...,
        keepdims: builtins.bool = ...,
        axis: builtins.int | tuple[builtins.int, ...] | list[builtins.int] | None = ...,
    ) -> Tensor:
        """The sum along `dim` of what is not NaN."""

    @overload
    def narrow(self, dim: builtins.int, start: Any, length: Any) -> Tensor:
        """`length` entries along `dim`, from `start` on."""
    @overload
    def narrow(self, *, axis: builtins.int, start: Any, length: Any) -> Tensor:
        """`length` entries along `dim`, from `start` on."""

    @overload
    def narrow_copy(self, dim: builtins.int, start: builtins.int, length: builtins.int) -> Tensor:
        """`narrow`, in memory of its own."""
    @overload
    def narrow_copy(
        self, *, axis: builtins.int, start: builtins.int, length: builtins.int
    ) -> Tensor:
        """`narrow`, in memory of its own."""

    def ndimension(self) -> builtins.int:
        """How many axes it has."""

    def ne(self, other: Any) -> Tensor:
        """Do the two numbers differ?"""

    def ne_(self, other: Any) -> Tensor:
        """`ne`, written into this Tensor's own memory."""

    def neg(self) -> Tensor:
        """Turns the sign around."""

    def neg_(self) -> Tensor:
        """`neg`, written into this Tensor's own memory."""

    def negative(self) -> Tensor:
        """Turns the sign around."""

    def negative_(self) -> Tensor:
        """`negative`, written into this Tensor's own memory."""

    def new(self, *data: Any, device: Any = ..., size: Any = ...) -> Tensor:
        """PyTorch's oldest way to a Tensor of the same dtype: of sizes, or of numbers."""

    def new_empty(
        self,
        *size: Any,
        dtype: DType | None = ...,
        device: Any = ...,
        requires_grad: builtins.bool = ...,
    ) -> Tensor:
        """A Tensor of this one's dtype, to be filled; it starts as zeros."""

    def new_empty_strided(
        self,
        size: Any,
        stride: Any,
        dtype: DType | None = ...,
        *,
        layout: Any = ...,
        device: Any = ...,
        requires_grad: builtins.bool = ...,
        pin_memory: builtins.bool = ...,
    ) -> Tensor:
        """A Tensor of this one's dtype, to be filled, with so many numbers between neighbors."""

    def new_full(
        self,
        size: Any,
        fill_value: Any,
        *,
        dtype: DType | None = ...,
        device: Any = ...,
        requires_grad: builtins.bool = ...,
    ) -> Tensor:
        """One number everywhere, in this Tensor's dtype."""

    def new_ones(
        self,
        *size: Any,
        dtype: DType | None = ...,
        device: Any = ...,
        requires_grad: builtins.bool = ...,
    ) -> Tensor:
        """Ones of this Tensor's dtype."""

    def new_tensor(
        self,
        data: Any,
        *,
        dtype: DType | None = ...,
        device: Any = ...,
        requires_grad: builtins.bool = ...,
    ) -> Tensor:
        """A copy of `data` in this Tensor's dtype."""

    def new_zeros(
        self,
        *size: Any,
        dtype: DType | None = ...,
        device: Any = ...,
        requires_grad: builtins.bool = ...,
    ) -> Tensor:
        """Zeros of this Tensor's dtype."""

    def nextafter(self, other: Any) -> Tensor:
        """The number next to the first that can be held, on the way to the second."""

    def nextafter_(self, other: Any) -> Tensor:
        """`nextafter`, written into this Tensor's own memory."""

    def nonzero(self, *, as_tuple: builtins.bool = ...) -> Any:
        """The positions of all numbers that are not zero: one row each, or one Tensor per axis."""

    def norm(
        self,
        p: Any = ...,
        dim: builtins.int | tuple[builtins.int, ...] | list[builtins.int] | None = ...,
        keepdim: builtins.bool = ...,
        dtype: DType | None = ...,
        *,
        keepdims: builtins.bool = ...,
        axis: builtins.int | tuple[builtins.int, ...] | list[builtins.int] | None = ...,
    ) -> Tensor:
        """The length along `dim`: the root of the sum of squares, or of `p`-th powers."""

    def normal_(
        self,
        mean: builtins.float = ...,
        std: builtins.float = ...,
        *,
        generator: Generator | None = ...,
    ) -> Tensor:
        """Draws from the bell curve with a given mean and spread."""

    def not_equal(self, other: Any) -> Tensor:
        """Do the two numbers differ?"""

    def not_equal_(self, other: Any) -> Tensor:
        """`not_equal`, written into this Tensor's own memory."""

    def orgqr(self, tau: Tensor) -> Tensor:
        """The first columns of a product of mirrors: those below the diagonal of `input`."""

    def outer(self, vec2: Tensor) -> Tensor:
        """Every number of one vector times every number of another."""

    def permute(self, *dims: Any) -> Tensor:
        """The axes in another order."""

    def pin_memory(self) -> Tensor:
        """The Tensor itself: there is no GPU to lock its memory for."""

    def pinverse(self, rcond: builtins.float = ...) -> Tensor:
        """The inverse as far as there is one: `linalg.pinv`."""

    def polygamma(self, input: Tensor) -> Tensor:
        """The `n`-th derivative of digamma."""

    def polygamma_(self, input: Tensor) -> Tensor:
        """`polygamma`, written into this Tensor's own memory."""

    def positive(self) -> Tensor:
        """The numbers themselves, as `+x`."""

    def pow(self, exponent: Any) -> Tensor:
        """`input` to the power of `exponent`."""

    def pow_(self, exponent: Any) -> Tensor:
        """`pow`, written into this Tensor's own memory."""

    def prelu(self, weight: Tensor) -> Tensor:
        """Leaky ReLU whose slope is learned."""

    def prod(
        self,
        dim: builtins.int | tuple[builtins.int, ...] | list[builtins.int] | None = ...,
        keepdim: builtins.bool = ...,
        *,
        dtype: DType | None = ...,
        keepdims: builtins.bool = ...,
        axis: builtins.int | tuple[builtins.int, ...] | list[builtins.int] | None = ...,
    ) -> Tensor:
        """The product along `dim`."""

    def put(self, index: Tensor, source: Tensor, accumulate: builtins.bool = ...) -> Tensor:
        """`input` with the numbers of `source` at positions of the flattened Tensor."""

    def put_(self, index: Tensor, source: Tensor, accumulate: builtins.bool = ...) -> Tensor:
        """`put`, written into this Tensor's own memory."""

    def qr(self, some: builtins.bool = ...) -> Orthogonal:
        """Columns at right angles, and the triangle that mixes them: `linalg.qr`."""

    def quantile(
        self,
        q: Any,
        dim: builtins.int | None = ...,
        keepdim: builtins.bool = ...,
        *,
        interpolation: str = ...,
        keepdims: builtins.bool = ...,
        axis: builtins.int | None = ...,
    ) -> Tensor:
        """The number below which the part `q` of all numbers along `dim` lies."""

    def rad2deg(self) -> Tensor:
        """Radians as degrees."""

    def rad2deg_(self) -> Tensor:
        """`rad2deg`, written into this Tensor's own memory."""

    def random_(
        self, *bounds: builtins.int | None, generator: Generator | None = ..., **named: Any
    ) -> Tensor:
        """Whole numbers below a bound: `random_(to)`, `random_(from, to)`."""

    def ravel(self) -> Tensor:
        """All numbers in a row that lies in order in memory: a view where they do, else a copy."""

    def reciprocal(self) -> Tensor:
        """One over the number."""

    def reciprocal_(self) -> Tensor:
        """`reciprocal`, written into this Tensor's own memory."""

    def relu(self) -> Tensor:
        """Keeps what is positive and cuts the rest to zero."""

    def relu_(self) -> Tensor:
        """`relu`, written into this Tensor's own memory."""

    def remainder(self, other: Any) -> Tensor:
        """What is left after floor division; has the sign of `other`."""

    def remainder_(self, other: Any) -> Tensor:
        """`remainder`, written into this Tensor's own memory."""

    @overload
    def renorm(self, p: builtins.float, dim: builtins.int, maxnorm: builtins.float) -> Tensor:
        """Slices along `dim` whose `p`-norm is above `maxnorm`, shrunk to it."""
    @overload
    def renorm(self, p: builtins.float, *, axis: builtins.int, maxnorm: builtins.float) -> Tensor:
        """Slices along `dim` whose `p`-norm is above `maxnorm`, shrunk to it."""

    @overload
    def renorm_(self, p: builtins.float, dim: builtins.int, maxnorm: builtins.float) -> Tensor:
        """`renorm`, written into this Tensor's own memory."""
    @overload
    def renorm_(self, p: builtins.float, *, axis: builtins.int, maxnorm: builtins.float) -> Tensor:
        """`renorm`, written into this Tensor's own memory."""

    def repeat(self, *repeats: Any) -> Tensor:
        """The whole Tensor, so many times along each axis."""

    def repeat_interleave(
        self,
        repeats: Any = ...,
        dim: builtins.int | None = ...,
        *,
        output_size: builtins.int | None = ...,
        axis: builtins.int | None = ...,
    ) -> Tensor:
        """Each entry along `dim` so many times in a row; with a Tensor, each as often as it says."""

    def reshape(self, *shape: Any) -> Tensor:
        """The same numbers in other axes; one size may be −1."""

    def reshape_as(self, other: Tensor) -> Tensor:
        """The numbers in the shape of another Tensor."""

    def resize_(self, *size: Any, memory_format: Any = ...) -> Tensor:
        """Take another shape: the numbers in their order, as many as fit, and zeros where more do."""

    def resize_as_(self, the_template: Tensor, *, memory_format: Any = ...) -> Tensor:
        """`resize_` to the shape of another Tensor."""

    def resolve_conj(self) -> Tensor:
        """The Tensor itself: its numbers are real."""

    def resolve_neg(self) -> Tensor:
        """The Tensor itself: its numbers are real."""

    def roll(self, shifts: Any, dims: Any = ...) -> Tensor:
        """Move along `dims`, the end coming in at the start; without `dims`, as if flattened."""

    def rot90(self, k: builtins.int = ..., dims: Sequence[builtins.int] = ...) -> Tensor:
        """A quarter turn in the plane of two axes, `k` times."""

    def round(self, *, decimals: builtins.int = ...) -> Tensor:
        """The nearest whole number, or the nearest with so many decimals."""

    def round_(self, *, decimals: builtins.int = ...) -> Tensor:
        """`round`, written into this Tensor's own memory."""

    def rsqrt(self) -> Tensor:
        """One over the square root."""

    def rsqrt_(self) -> Tensor:
        """`rsqrt`, written into this Tensor's own memory."""

    @overload
    def scatter(
        self,
        dim: builtins.int,
        index: Tensor,
        src: Any = ...,
        *,
        value: Any = ...,
        reduce: str | None = ...,
    ) -> Tensor:
        """`input` with the numbers at positions `index` along `dim` replaced by `src`."""
    @overload
    def scatter(
        self,
        *,
        axis: builtins.int,
        index: Tensor,
        src: Any = ...,
        value: Any = ...,
        reduce: str | None = ...,
    ) -> Tensor:
        """`input` with the numbers at positions `index` along `dim` replaced by `src`."""

    @overload
    def scatter_(
        self,
        dim: builtins.int,
        index: Tensor,
        src: Any = ...,
        *,
        value: Any = ...,
        reduce: str | None = ...,
    ) -> Tensor:
        """`scatter`, written into this Tensor's own memory."""
    @overload
    def scatter_(
        self,
        *,
        axis: builtins.int,
        index: Tensor,
        src: Any = ...,
        value: Any = ...,
        reduce: str | None = ...,
    ) -> Tensor:
        """`scatter`, written into this Tensor's own memory."""

    @overload
    def scatter_add(self, dim: builtins.int, index: Tensor, src: Tensor) -> Tensor:
        """`input` with the numbers of `src` added at positions `index` along `dim`."""
    @overload
    def scatter_add(self, *, axis: builtins.int, index: Tensor, src: Tensor) -> Tensor:
        """`input` with the numbers of `src` added at positions `index` along `dim`."""

    @overload
    def scatter_add_(self, dim: builtins.int, index: Tensor, src: Tensor) -> Tensor:
        """`scatter_add`, written into this Tensor's own memory."""
    @overload
    def scatter_add_(self, *, axis: builtins.int, index: Tensor, src: Tensor) -> Tensor:
        """`scatter_add`, written into this Tensor's own memory."""

    @overload
    def scatter_reduce(
        self,
        dim: builtins.int,
        index: Tensor,
        src: Tensor,
        reduce: str,
        *,
        include_self: builtins.bool = ...,
    ) -> Tensor:
        """Combine the numbers of `src` that fall on one position along `dim`, and those of `input`."""
    @overload
    def scatter_reduce(
        self,
        *,
        axis: builtins.int,
        index: Tensor,
        src: Tensor,
        reduce: str,
        include_self: builtins.bool = ...,
    ) -> Tensor:
        """Combine the numbers of `src` that fall on one position along `dim`, and those of `input`."""

    @overload
    def scatter_reduce_(
        self,
        dim: builtins.int,
        index: Tensor,
        src: Tensor,
        reduce: str,
        *,
        include_self: builtins.bool = ...,
    ) -> Tensor:
        """`scatter_reduce`, written into this Tensor's own memory."""
    @overload
    def scatter_reduce_(
        self,
        *,
        axis: builtins.int,
        index: Tensor,
        src: Tensor,
        reduce: str,
        include_self: builtins.bool = ...,
    ) -> Tensor:
        """`scatter_reduce`, written into this Tensor's own memory."""

    @overload
    def select(self, dim: builtins.int, index: builtins.int) -> Tensor:
        """One entry along `dim`."""
    @overload
    def select(self, *, axis: builtins.int, index: builtins.int) -> Tensor:
        """One entry along `dim`."""

    @overload
    def select_scatter(self, src: Tensor, dim: builtins.int, index: builtins.int) -> Tensor:
        """`input` with one entry along `dim` replaced by `src`."""
    @overload
    def select_scatter(self, src: Tensor, *, axis: builtins.int, index: builtins.int) -> Tensor:
        """`input` with one entry along `dim` replaced by `src`."""

    def set_(
        self,
        source: Tensor | Storage | None = ...,
        storage_offset: builtins.int = ...,
        size: Any = ...,
        stride: Any = ...,
    ) -> Tensor:
        """Stand for the memory of another Tensor from now on, or for what its `storage()` gave."""

    def sgn(self) -> Tensor:
        """−1, 0 or 1 (0 for NaN too); flat, so no blame passes."""

    def sgn_(self) -> Tensor:
        """`sgn`, written into this Tensor's own memory."""

    def short(self, memory_format: Any = ...) -> Tensor:
        """The same numbers as int16."""

    def sigmoid(self) -> Tensor:
        """Squashes any number into (0, 1): a probability."""

    def sigmoid_(self) -> Tensor:
        """`sigmoid`, written into this Tensor's own memory."""

    def sign(self) -> Tensor:
        """−1, 0 or 1 (0 for NaN too); flat, so no blame passes."""

    def sign_(self) -> Tensor:
        """`sign`, written into this Tensor's own memory."""

    def signbit(self) -> Tensor:
        """Is it negative? −0 is."""

    def sin(self) -> Tensor:
        """The sine."""

    def sin_(self) -> Tensor:
        """`sin`, written into this Tensor's own memory."""

    def sinc(self) -> Tensor:
        """`sin(πx) / (πx)`, and 1 at 0."""

    def sinc_(self) -> Tensor:
        """`sinc`, written into this Tensor's own memory."""

    def sinh(self) -> Tensor:
        """The hyperbolic sine."""

    def sinh_(self) -> Tensor:
        """`sinh`, written into this Tensor's own memory."""

    def slice_scatter(
        self,
        src: Tensor,
        dim: builtins.int = ...,
        start: builtins.int | None = ...,
        end: builtins.int | None = ...,
        step: builtins.int = ...,
        *,
        axis: builtins.int = ...,
    ) -> Tensor:
        """`input` with the entries from `start` to `end` along `dim` replaced by `src`."""

    def slogdet(self) -> SignedLog:
        """The sign of the determinant, and the logarithm of its size."""

    @overload
    def softmax(self, dim: builtins.int, dtype: DType | None = ...) -> Tensor:
        """Probabilities along `dim`: positive and summing to 1."""
    @overload
    def softmax(self, *, axis: builtins.int, dtype: DType | None = ...) -> Tensor:
        """Probabilities along `dim`: positive and summing to 1."""

    def sort(
        self,
        dim: builtins.int = ...,
        descending: builtins.bool = ...,
        *,
        stable: builtins.bool = ...,
        axis: builtins.int = ...,
    ) -> Ordered:
        """Numbers in order along `dim`, and where each came from. Equal numbers keep their order."""

    def split(
        self, split_size_or_sections: Any, dim: builtins.int = ..., *, axis: builtins.int = ...
    ) -> tuple[Tensor, ...]:
        """Cut along `dim` into pieces of one size, or of the sizes listed."""

    def split_with_sizes(
        self, split_sizes: Any, dim: builtins.int = ..., *, axis: builtins.int = ...
    ) -> tuple[Tensor, ...]:
        """Cut along `dim` into pieces of the sizes listed."""

    def sqrt(self) -> Tensor:
        """The square root."""

    def sqrt_(self) -> Tensor:
        """`sqrt`, written into this Tensor's own memory."""

    def square(self) -> Tensor:
        """A number times itself."""

    def square_(self) -> Tensor:
        """`square`, written into this Tensor's own memory."""

    def squeeze(
        self,
        dim: builtins.int | tuple[builtins.int, ...] | None = ...,
        *,
        axis: builtins.int | tuple[builtins.int, ...] | None = ...,
    ) -> Tensor:
        """Drop axes of size 1: all, or only `dim`."""

    def squeeze_(
        self,
        dim: builtins.int | tuple[builtins.int, ...] | None = ...,
        *,
        axis: builtins.int | tuple[builtins.int, ...] | None = ...,
    ) -> Tensor:
        """`squeeze`, of this Tensor itself."""

    def std(
        self,
        dim: builtins.int | tuple[builtins.int, ...] | list[builtins.int] | None = ...,
        unbiased: builtins.bool = ...,
        keepdim: builtins.bool = ...,
        *,
        correction: builtins.int | None = ...,
        keepdims: builtins.bool = ...,
        axis: builtins.int | tuple[builtins.int, ...] | list[builtins.int] | None = ...,
    ) -> Tensor:
        """The standard deviation along `dim`, the root of `var`."""

    def storage(self) -> Storage:
        """The memory it lies in, which other Tensors may share."""

    def storage_offset(self) -> builtins.int:
        """How many numbers lie before its first in the memory that it shares."""

    def stride(self, dim: builtins.int | None = ..., *, axis: builtins.int | None = ...) -> Any:
        """How many numbers lie between neighbors along each axis, or along one."""

    def sub(self, other: Any, *, alpha: builtins.float = ...) -> Tensor:
        """`input − alpha · other`."""

    def sub_(self, other: Any, *, alpha: builtins.float = ...) -> Tensor:
        """`sub`, written into this Tensor's own memory."""

    def subtract(self, other: Any, *, alpha: builtins.float = ...) -> Tensor:
        """`input − alpha · other`."""

    def subtract_(self, other: Any, *, alpha: builtins.float = ...) -> Tensor:
        """`subtract`, written into this Tensor's own memory."""

    def sum(
        self,
        dim: builtins.int | tuple[builtins.int, ...] | list[builtins.int] | None = ...,
        keepdim: builtins.bool = ...,
        *,
        dtype: DType | None = ...,
        keepdims: builtins.bool = ...,
        axis: builtins.int | tuple[builtins.int, ...] | list[builtins.int] | None = ...,
    ) -> Tensor:
        """Add up along `dim`; over all axes when None."""

    def sum_to_size(self, *size: Any) -> Tensor:
        """Summed over the axes along which a Tensor of this shape would be stretched."""

    def svd(self, some: builtins.bool = ..., compute_uv: builtins.bool = ...) -> SVD:
        """A turn, a stretch, another turn: `linalg.svd`, with V in place of its mirror image."""

    def swapaxes(self, dim0: builtins.int, dim1: builtins.int) -> Tensor:
        """Exchange two axes."""

    def swapaxes_(self, dim0: builtins.int, dim1: builtins.int) -> Tensor:
        """`swapaxes`, of this Tensor itself."""

    def swapdims(self, dim0: builtins.int, dim1: builtins.int) -> Tensor:
        """Exchange two axes."""

    def swapdims_(self, dim0: builtins.int, dim1: builtins.int) -> Tensor:
        """`swapdims`, of this Tensor itself."""

    def t(self) -> Tensor:
        """A matrix mirrored at its diagonal."""

    def t_(self) -> Tensor:
        """`t`, of this Tensor itself."""

    def take(self, index: Tensor) -> Tensor:
        """Pick from the flattened Tensor."""

    def take_along_dim(
        self, indices: Tensor, dim: builtins.int | None = ..., *, axis: builtins.int | None = ...
    ) -> Tensor:
        """Pick along `dim`; the other axes are broadcast, as `argsort` and `argmax` results need."""

    def tan(self) -> Tensor:
        """The tangent: sine over cosine."""

    def tan_(self) -> Tensor:
        """`tan`, written into this Tensor's own memory."""

    def tanh(self) -> Tensor:
        """Squashes any number into (−1, 1), with zero in the middle."""

    def tanh_(self) -> Tensor:
        """`tanh`, written into this Tensor's own memory."""

    def tensor_split(
        self, indices_or_sections: Any, dim: builtins.int = ..., *, axis: builtins.int = ...
    ) -> tuple[Tensor, ...]:
        """Cut along `dim` into so many parts, as equal as can be, or at the places listed."""

    def tile(self, *dims: Any) -> Tensor:
        """Like `repeat`; counts that are missing on the left are 1."""

    def to(
        self,
        *args: Any,
        dtype: Any = ...,
        device: Any = ...,
        copy: builtins.bool = ...,
        non_blocking: builtins.bool = ...,
        memory_format: Any = ...,
    ) -> Tensor:
        """Another dtype: `x.to(pellucid.float64)`, or that of another Tensor; the device is "cpu"."""

    def to_dense(self, dtype: Any = ..., *, masked_grad: builtins.bool | None = ...) -> Tensor:
        """The Tensor itself, or in another kind of number: all Tensors hold their zeros too."""

    def to_sparse(self) -> Any:
        """The numbers of a Tensor that are not 0, with their places."""

    def topk(
        self,
        k: builtins.int,
        dim: builtins.int = ...,
        largest: builtins.bool = ...,
        sorted: builtins.bool = ...,
        *,
        axis: builtins.int = ...,
    ) -> Ordered:
        """The `k` largest (or smallest) along `dim`, and where they are; always sorted here."""

    def trace(self) -> Tensor:
        """The sum of the diagonal of a matrix."""

    def transpose(self, dim0: builtins.int, dim1: builtins.int) -> Tensor:
        """Exchange two axes."""

    def transpose_(self, dim0: builtins.int, dim1: builtins.int) -> Tensor:
        """`transpose`, of this Tensor itself."""

    def tril(self, diagonal: builtins.int = ...) -> Tensor:
        """The lower triangle, zeros above the diagonal."""

    def tril_(self, diagonal: builtins.int = ...) -> Tensor:
        """`tril`, written into this Tensor's own memory."""

    def triu(self, diagonal: builtins.int = ...) -> Tensor:
        """The upper triangle, zeros below the diagonal."""

    def triu_(self, diagonal: builtins.int = ...) -> Tensor:
        """`triu`, written into this Tensor's own memory."""

    def true_divide(self, other: Any, *, rounding_mode: str | None = ...) -> Tensor:
        """`input / other`; rounded down with `rounding_mode="floor"`, toward zero with `"trunc"`."""

    def true_divide_(self, other: Any, *, rounding_mode: str | None = ...) -> Tensor:
        """`true_divide`, written into this Tensor's own memory."""

    def trunc(self) -> Tensor:
        """The whole number toward zero."""

    def trunc_(self) -> Tensor:
        """`trunc`, written into this Tensor's own memory."""

    def type(self, dtype: Any = ...) -> Any:
        """The name of the kind of Tensor; with an argument, the Tensor converted."""

    def type_as(self, other: Tensor) -> Tensor:
        """The dtype of another Tensor."""

    def unbind(self, dim: builtins.int = ..., *, axis: builtins.int = ...) -> tuple[Tensor, ...]:
        """The Tensors along `dim`, without that axis."""

    @overload
    def unflatten(self, dim: builtins.int, sizes: Any) -> Tensor:
        """One axis as several; one size may be −1. The reverse of `flatten`."""
    @overload
    def unflatten(self, *, axis: builtins.int, sizes: Any) -> Tensor:
        """One axis as several; one size may be −1. The reverse of `flatten`."""

    def unfold(self, dimension: builtins.int, size: builtins.int, step: builtins.int) -> Tensor:
        """Windows of `size` entries along an axis, every `step`; their inside is a new last axis."""

    def uniform_(
        self,
        from_: builtins.float = ...,
        to: builtins.float = ...,
        *,
        generator: Generator | None = ...,
    ) -> Tensor:
        """Numbers spread evenly between two bounds."""

    def unique(
        self,
        sorted: builtins.bool = ...,
        return_inverse: builtins.bool = ...,
        return_counts: builtins.bool = ...,
        dim: builtins.int | None = ...,
        *,
        axis: builtins.int | None = ...,
    ) -> Any:
        """Each number (or slice along `dim`) once, in order; on request their places and counts."""

    def unique_consecutive(
        self,
        return_inverse: builtins.bool = ...,
        return_counts: builtins.bool = ...,
        dim: builtins.int | None = ...,
        *,
        axis: builtins.int | None = ...,
    ) -> Any:
        """One of each run of equal numbers, or of equal slices along `dim`."""

    def unsafe_chunk(
        self, chunks: builtins.int, dim: builtins.int = ..., *, axis: builtins.int = ...
    ) -> tuple[Tensor, ...]:
        """`chunk`; PyTorch's version for graphs that change the pieces in place, which may be here."""

    def unsafe_split(
        self, split_size: Any, dim: builtins.int = ..., *, axis: builtins.int = ...
    ) -> tuple[Tensor, ...]:
        """`split`; PyTorch's version for graphs that change the pieces in place, which may be here."""

    def unsafe_split_with_sizes(
        self, split_sizes: Any, dim: builtins.int = ..., *, axis: builtins.int = ...
    ) -> tuple[Tensor, ...]:
        """`split` with the sizes listed; see `unsafe_split`."""

    @overload
    def unsqueeze(self, dim: builtins.int) -> Tensor:
        """A new axis of size 1 at `dim`."""
    @overload
    def unsqueeze(self, *, axis: builtins.int) -> Tensor:
        """A new axis of size 1 at `dim`."""

    @overload
    def unsqueeze_(self, dim: builtins.int) -> Tensor:
        """`unsqueeze`, of this Tensor itself."""
    @overload
    def unsqueeze_(self, *, axis: builtins.int) -> Tensor:
        """`unsqueeze`, of this Tensor itself."""

    def untyped_storage(self) -> Storage:
        """The memory it lies in, counted in bytes."""

    def var(
        self,
        dim: builtins.int | tuple[builtins.int, ...] | list[builtins.int] | None = ...,
        unbiased: builtins.bool = ...,
        keepdim: builtins.bool = ...,
        *,
        correction: builtins.int | None = ...,
        keepdims: builtins.bool = ...,
        axis: builtins.int | tuple[builtins.int, ...] | list[builtins.int] | None = ...,
    ) -> Tensor:
        """The variance along `dim`, divided by n − 1 (or by n − `correction`)."""

    def vdot(self, other: Tensor) -> Tensor:
        """The sum of products of two vectors, as `dot`."""

    def view(self, *size: Any, dtype: DType | None = ...) -> Tensor:
        """The same numbers in other axes, of which one may be −1; or the same bits as another dtype."""

    def view_as(self, other: Tensor) -> Tensor:
        """The shape of another Tensor."""

    def vsplit(self, indices_or_sections: Any) -> tuple[Tensor, ...]:
        """Cut into rows."""

    def where(self, condition: Tensor, other: Any) -> Tensor:
        """These numbers where the condition holds, `other` elsewhere."""

    def xlogy(self, other: Any) -> Tensor:
        """A number times the logarithm of another, and 0 where it is 0, as entropies need it."""

    def xlogy_(self, other: Any) -> Tensor:
        """`xlogy`, written into this Tensor's own memory."""

    def zero_(self) -> Tensor:
        """Write zeros everywhere."""
