"""What the package offers as functions of Tensors. Written by `python -m tests.signatures`."""

from collections.abc import Sequence
from typing import Any, overload

from pellucid.dtypes import DType
from pellucid.tensor.functions.counting import Histogram
from pellucid.tensor.functions.matrices import SVD, Orthogonal, SignedLog
from pellucid.tensor.functions.ordering import Ordered
from pellucid.tensor.functions.pointwise import Parts
from pellucid.tensor.functions.reduction import Extremes
from pellucid.tensor.functions.statistics import Range
from pellucid.tensor.functions.triangles import Triangles
from pellucid.tensor.tensor import Tensor

def abs(input: Tensor) -> Tensor:
    """The distance from zero."""

def abs_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`abs`, written into this Tensor's own memory."""

def absolute(input: Tensor) -> Tensor:
    """The distance from zero."""

def acos(input: Tensor) -> Tensor:
    """The angle whose cosine it is; NaN outside −1 to 1."""

def acos_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`acos`, written into this Tensor's own memory."""

def acosh(input: Tensor) -> Tensor:
    """The number whose hyperbolic cosine it is; NaN below 1."""

def acosh_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`acosh`, written into this Tensor's own memory."""

def add(input: Tensor, other: Any, *, alpha: float = ...) -> Tensor:
    """`input + alpha · other`."""

def addbmm(
    input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: float = ..., alpha: float = ...
) -> Tensor:
    """`beta · input + alpha · Σ batch1 @ batch2`, summed over the batch."""

def addcdiv(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: float = ...) -> Tensor:
    """`input + value · tensor1 / tensor2`."""

def addcmul(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: float = ...) -> Tensor:
    """`input + value · tensor1 · tensor2`."""

def addmm(
    input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: float = ..., alpha: float = ...
) -> Tensor:
    """`beta · input + alpha · mat1 @ mat2`."""

def addmv(
    input: Tensor, mat: Tensor, vec: Tensor, *, beta: float = ..., alpha: float = ...
) -> Tensor:
    """`beta · input + alpha · mat @ vec`."""

def addmv_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`addmv`, written into this Tensor's own memory."""

def addr(
    input: Tensor, vec1: Tensor, vec2: Tensor, *, beta: float = ..., alpha: float = ...
) -> Tensor:
    """`beta · input + alpha · vec1 ⊗ vec2`."""

def adjoint(input: Tensor) -> Tensor:
    """The last two axes exchanged."""

def all(
    input: Tensor,
    dim: int | tuple[int, ...] | list[int] | None = ...,
    keepdim: bool = ...,
    *,
    keepdims: bool = ...,
    axis: int | tuple[int, ...] | list[int] | None = ...,
) -> Tensor:
    """Are all true (not zero)?"""

def allclose(
    input: Tensor, other: Any, rtol: float = ..., atol: float = ..., equal_nan: bool = ...
) -> bool:
    """Whether all numbers are close; see `isclose`."""

def amax(
    input: Tensor,
    dim: int | tuple[int, ...] | list[int] | None = ...,
    keepdim: bool = ...,
    *,
    keepdims: bool = ...,
    axis: int | tuple[int, ...] | list[int] | None = ...,
) -> Tensor:
    """The largest along `dim`; equal ones share the blame."""

def amin(
    input: Tensor,
    dim: int | tuple[int, ...] | list[int] | None = ...,
    keepdim: bool = ...,
    *,
    keepdims: bool = ...,
    axis: int | tuple[int, ...] | list[int] | None = ...,
) -> Tensor:
    """The smallest along `dim`; equal ones share the blame."""

def aminmax(
    input: Tensor,
    *,
    dim: int | None = ...,
    keepdim: bool = ...,
    keepdims: bool = ...,
    axis: int | None = ...,
) -> Range:
    """The smallest and the largest along `dim`."""

def angle(input: Tensor) -> Tensor:
    """The angle of a number on the complex plane: 0, and π where it is negative."""

def any(
    input: Tensor,
    dim: int | tuple[int, ...] | list[int] | None = ...,
    keepdim: bool = ...,
    *,
    keepdims: bool = ...,
    axis: int | tuple[int, ...] | list[int] | None = ...,
) -> Tensor:
    """Is at least one true (not zero)?"""

def arccos(input: Tensor) -> Tensor:
    """The angle whose cosine it is; NaN outside −1 to 1."""

def arccos_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`arccos`, written into this Tensor's own memory."""

def arccosh(input: Tensor) -> Tensor:
    """The number whose hyperbolic cosine it is; NaN below 1."""

def arccosh_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`arccosh`, written into this Tensor's own memory."""

def arcsin(input: Tensor) -> Tensor:
    """The angle whose sine it is; NaN outside −1 to 1."""

def arcsin_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`arcsin`, written into this Tensor's own memory."""

def arcsinh(input: Tensor) -> Tensor:
    """The number whose hyperbolic sine it is: a logarithm that takes both signs."""

def arcsinh_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`arcsinh`, written into this Tensor's own memory."""

def arctan(input: Tensor) -> Tensor:
    """The angle whose tangent it is."""

def arctan2(input: Tensor, other: Any) -> Tensor:
    """The angle of the point (b, a), all the way around from −π to π."""

def arctan_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`arctan`, written into this Tensor's own memory."""

def arctanh(input: Tensor) -> Tensor:
    """The number whose hyperbolic tangent it is; infinite at −1 and 1."""

def arctanh_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`arctanh`, written into this Tensor's own memory."""

def argmax(
    input: Tensor,
    dim: int | None = ...,
    keepdim: bool = ...,
    *,
    keepdims: bool = ...,
    axis: int | None = ...,
) -> Tensor:
    """Where the largest is; over the flattened Tensor when `dim` is None."""

def argmin(
    input: Tensor,
    dim: int | None = ...,
    keepdim: bool = ...,
    *,
    keepdims: bool = ...,
    axis: int | None = ...,
) -> Tensor:
    """Where the smallest is; over the flattened Tensor when `dim` is None."""

def argsort(
    input: Tensor, dim: int = ..., descending: bool = ..., *, stable: bool = ..., axis: int = ...
) -> Tensor:
    """The positions that put the numbers in order along `dim`."""

def argwhere(input: Tensor, *, as_tuple: bool = ...) -> Any:
    """The positions of all numbers that are not zero: one row each, or one Tensor per axis."""

def as_strided(input: Tensor, size: Any, stride: Any, storage_offset: int | None = ...) -> Tensor:
    """Numbers of a Tensor at places in memory that strides name, from its first number on."""

def asin(input: Tensor) -> Tensor:
    """The angle whose sine it is; NaN outside −1 to 1."""

def asin_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`asin`, written into this Tensor's own memory."""

def asinh(input: Tensor) -> Tensor:
    """The number whose hyperbolic sine it is: a logarithm that takes both signs."""

def asinh_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`asinh`, written into this Tensor's own memory."""

def atan(input: Tensor) -> Tensor:
    """The angle whose tangent it is."""

def atan2(input: Tensor, other: Any) -> Tensor:
    """The angle of the point (b, a), all the way around from −π to π."""

def atan_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`atan`, written into this Tensor's own memory."""

def atanh(input: Tensor) -> Tensor:
    """The number whose hyperbolic tangent it is; infinite at −1 and 1."""

def atanh_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`atanh`, written into this Tensor's own memory."""

def atleast_1d(*tensors: Any) -> Any:
    """With one axis at least."""

def atleast_2d(*tensors: Any) -> Any:
    """With two axes at least: vectors become rows."""

def atleast_3d(*tensors: Any) -> Any:
    """With three axes at least."""

def baddbmm(
    input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: float = ..., alpha: float = ...
) -> Tensor:
    """`beta · input + alpha · batch1 @ batch2`, for batches of matrices."""

def bincount(input: Tensor, weights: Tensor | None = ..., minlength: int = ...) -> Tensor:
    """How often each of the numbers 0, 1, 2, … occurs, or the total of its weights."""

def bitwise_and(input: Tensor, other: Any) -> Tensor:
    """The bits that both have; for bool: are both true?"""

def bitwise_left_shift(input: Tensor, other: Any) -> Tensor:
    """The bits moved up so many places; past the width nothing is left."""

def bitwise_not(input: Tensor) -> Tensor:
    """Every bit turned around; for bool: is it false?"""

def bitwise_or(input: Tensor, other: Any) -> Tensor:
    """The bits that one of them has; for bool: is one true?"""

def bitwise_right_shift(input: Tensor, other: Any) -> Tensor:
    """The bits moved down so many places; the sign stays."""

def bitwise_xor(input: Tensor, other: Any) -> Tensor:
    """The bits in which they differ; for bool: is exactly one true?"""

def block_diag(*tensors: Tensor) -> Tensor:
    """Matrices along the diagonal of a large one, zeros elsewhere."""

def bmm(input: Tensor, mat2: Tensor) -> Tensor:
    """The products of two batches of matrices."""

def broadcast_tensors(*tensors: Tensor) -> tuple[Tensor, ...]:
    """All stretched to their common shape."""

def broadcast_to(input: Tensor, shape: Any = ..., *, size: Any = ...) -> Tensor:
    """Stretch to a shape; `size` is another name for it."""

def bucketize(
    input: Any, boundaries: Tensor, *, out_int32: bool = ..., right: bool = ...
) -> Tensor:
    """The number of the bucket into which each number falls."""

def cartesian_prod(*tensors: Tensor) -> Tensor:
    """Every choice of one number from each row, one choice per row."""

def cat(tensors: Any, dim: int = ..., *, axis: int = ...) -> Tensor:
    """Join Tensors end to end along `dim`."""

def cdist(x1: Tensor, x2: Tensor, p: float = ..., compute_mode: str | None = ...) -> Tensor:
    """How far each row of `x1` is from each row of `x2`, by the `p`-norm."""

def ceil(input: Tensor) -> Tensor:
    """The whole number above."""

def ceil_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`ceil`, written into this Tensor's own memory."""

def chain_matmul(*matrices: Tensor) -> Tensor:
    """The product of several matrices: `linalg.multi_dot`."""

def cholesky(input: Tensor, upper: bool = ...) -> Tensor:
    """The triangle whose product with its mirror image is `input`: `linalg.cholesky`."""

def cholesky_inverse(L: Tensor, upper: bool = ...) -> Tensor:
    """The inverse of A, from the triangle that `cholesky(A)` gave."""

def cholesky_solve(B: Tensor, L: Tensor, upper: bool = ...) -> Tensor:
    """The X with `A @ X = B`, from the triangle that `cholesky(A)` gave."""

def chunk(input: Tensor, chunks: int, dim: int = ..., *, axis: int = ...) -> tuple[Tensor, ...]:
    """Cut along `dim` into at most so many pieces of equal size."""

def clamp(input: Tensor, min: Any = ..., max: Any = ...) -> Tensor:
    """Cut off what lies below `min` or above `max`."""

def clamp_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`clamp`, written into this Tensor's own memory."""

def clamp_max(input: Tensor, max: Any) -> Tensor:
    """What lies above `max` cut to it."""

def clamp_max_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`clamp_max`, written into this Tensor's own memory."""

def clamp_min(input: Tensor, min: Any) -> Tensor:
    """What lies below `min` raised to it."""

def clamp_min_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`clamp_min`, written into this Tensor's own memory."""

def clip(input: Tensor, min: Any = ..., max: Any = ...) -> Tensor:
    """Cut off what lies below `min` or above `max`."""

def clip_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`clip`, written into this Tensor's own memory."""

def clone(input: Tensor, *, memory_format: Any = ...) -> Tensor:
    """A copy with the same history; a `memory_format` is accepted as in PyTorch."""

def column_stack(tensors: Any) -> Tensor:
    """Join as columns: vectors become columns of a matrix."""

def combinations(input: Tensor, r: int = ..., with_replacement: bool = ...) -> Tensor:
    """Every choice of `r` numbers of a row, one choice per row."""

def concat(tensors: Any, dim: int = ..., *, axis: int = ...) -> Tensor:
    """Join Tensors end to end along `dim`."""

def concatenate(tensors: Any, dim: int = ..., *, axis: int = ...) -> Tensor:
    """Join Tensors end to end along `dim`."""

def conj(input: Tensor) -> Tensor:
    """The Tensor itself: its numbers are real."""

def conj_physical(input: Tensor) -> Tensor:
    """The Tensor itself: its numbers are real."""

def constant_pad_nd(input: Tensor, pad: Any, value: float = ...) -> Tensor:
    """A border of one number: `pad` in its mode "constant"."""

def copysign(input: Tensor, other: Any) -> Tensor:
    """The size of the first number with the sign of the second; −0 is negative."""

def corrcoef(input: Tensor) -> Tensor:
    """How closely the rows follow each other, from −1 to 1."""

def cos(input: Tensor) -> Tensor:
    """The cosine."""

def cos_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`cos`, written into this Tensor's own memory."""

def cosh(input: Tensor) -> Tensor:
    """The hyperbolic cosine: the line of a hanging chain."""

def cosh_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`cosh`, written into this Tensor's own memory."""

def count_nonzero(
    input: Tensor,
    dim: int | tuple[int, ...] | list[int] | None = ...,
    *,
    axis: int | tuple[int, ...] | list[int] | None = ...,
) -> Tensor:
    """How many numbers are not zero."""

def cov(
    input: Tensor,
    *,
    correction: int = ...,
    fweights: Tensor | None = ...,
    aweights: Tensor | None = ...,
) -> Tensor:
    """How the rows vary together: a row for each variable, a column for each observation."""

def cross(input: Tensor, other: Tensor, dim: int | None = ..., *, axis: int | None = ...) -> Tensor:
    """The vector that stands upright on two others; `dim` (the first of size 3) holds x, y, z."""

@overload
def cummax(input: Tensor, dim: int) -> Extremes:
    """The largest so far along `dim`, and where it was; of equal ones the last."""

@overload
def cummax(input: Tensor, *, axis: int) -> Extremes:
    """The largest so far along `dim`, and where it was; of equal ones the last."""

@overload
def cummin(input: Tensor, dim: int) -> Extremes:
    """The smallest so far along `dim`, and where it was; of equal ones the last."""

@overload
def cummin(input: Tensor, *, axis: int) -> Extremes:
    """The smallest so far along `dim`, and where it was; of equal ones the last."""

@overload
def cumprod(input: Tensor, dim: int, *, dtype: DType | None = ...) -> Tensor:
    """Running products along `dim`."""

@overload
def cumprod(input: Tensor, *, axis: int, dtype: DType | None = ...) -> Tensor:
    """Running products along `dim`."""

@overload
def cumsum(input: Tensor, dim: int, *, dtype: DType | None = ...) -> Tensor:
    """Running totals along `dim`."""

@overload
def cumsum(input: Tensor, *, axis: int, dtype: DType | None = ...) -> Tensor:
    """Running totals along `dim`."""

def cumulative_trapezoid(
    y: Tensor, x: Tensor | None = ..., *, dx: float = ..., dim: int = ..., axis: int = ...
) -> Tensor:
    """The area under a curve so far, in trapezoids; see `trapezoid`."""

def deg2rad(input: Tensor) -> Tensor:
    """Degrees as radians."""

def deg2rad_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`deg2rad`, written into this Tensor's own memory."""

def det(A: Tensor) -> Tensor:
    """The volume that a matrix makes of a unit cube, with its sign."""

def detach(input: Tensor) -> Tensor:
    """The same numbers in the same memory, without history."""

def detach_(input: Tensor) -> Tensor:
    """Forget the history: from now on a leaf that nobody computed."""

def diag(input: Tensor, diagonal: int = ...) -> Tensor:
    """The diagonal of a matrix, or a matrix with this diagonal."""

def diag_embed(input: Tensor, offset: int = ..., dim1: int = ..., dim2: int = ...) -> Tensor:
    """Matrices with the last axis of `input` on their diagonal, in the axes `dim1` and `dim2`."""

def diagflat(input: Tensor, offset: int = ...) -> Tensor:
    """A matrix with all numbers of `input` on its diagonal."""

def diagonal(input: Tensor, offset: int = ..., dim1: int = ..., dim2: int = ...) -> Tensor:
    """The numbers on a diagonal, as a new last axis."""

def diagonal_scatter(
    input: Tensor, src: Tensor, offset: int = ..., dim1: int = ..., dim2: int = ...
) -> Tensor:
    """`input` with a diagonal replaced by `src`."""

def diff(
    input: Tensor,
    n: int = ...,
    dim: int = ...,
    prepend: Tensor | None = ...,
    append: Tensor | None = ...,
    *,
    axis: int = ...,
) -> Tensor:
    """From each entry along `dim` to the next; `n` times over."""

def digamma(input: Tensor) -> Tensor:
    """The slope of the logarithm of the gamma function."""

def dist(input: Tensor, other: Tensor, p: float = ...) -> Tensor:
    """The length of the difference, by the `p`-norm."""

def div(input: Tensor, other: Any, *, rounding_mode: str | None = ...) -> Tensor:
    """`input / other`; rounded down with `rounding_mode="floor"`, toward zero with `"trunc"`."""

def divide(input: Tensor, other: Any, *, rounding_mode: str | None = ...) -> Tensor:
    """`input / other`; rounded down with `rounding_mode="floor"`, toward zero with `"trunc"`."""

def dot(input: Tensor, tensor: Tensor) -> Tensor:
    """The sum of products of two vectors."""

def dsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """Cut along the third axis."""

def dstack(tensors: Any) -> Tensor:
    """Join one behind the other, along the third axis."""

def einsum(equation: str, *operands: Any) -> Tensor:
    """Einstein's summation: `einsum("ij,jk->ik", a, b)`."""

def eq(input: Tensor, other: Any) -> Tensor:
    """Are the two numbers equal?"""

def equal(input: Tensor, other: Tensor) -> bool:
    """Whether two Tensors have the same shape and the same numbers."""

def erf(input: Tensor) -> Tensor:
    """The error function: how much of a bell curve lies within x of its middle."""

def erf_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`erf`, written into this Tensor's own memory."""

def erfc(input: Tensor) -> Tensor:
    """What the error function leaves: how much of a bell curve lies beyond x."""

def erfc_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`erfc`, written into this Tensor's own memory."""

def erfinv(input: Tensor) -> Tensor:
    """Where the error function has a given value: its reverse."""

def exp(input: Tensor) -> Tensor:
    """The exponential; its own derivative."""

def exp2(input: Tensor) -> Tensor:
    """Two to the power of the number."""

def exp2_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`exp2`, written into this Tensor's own memory."""

def exp_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`exp`, written into this Tensor's own memory."""

def expand(input: Tensor, *size: Any) -> Tensor:
    """Stretch axes of size 1 without copying; −1 keeps a size."""

def expand_as(input: Tensor, other: Tensor) -> Tensor:
    """Stretch to the shape of another Tensor."""

def expm1(input: Tensor) -> Tensor:
    """The exponential less 1, exact for small x."""

def expm1_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`expm1`, written into this Tensor's own memory."""

def fill(input: Tensor, value: Any) -> Tensor:
    """One number in the shape and dtype of a Tensor."""

def fill_(input: Tensor, value: Any) -> Tensor:
    """Write one number everywhere."""

def fix(input: Tensor) -> Tensor:
    """The whole number toward zero."""

def fix_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`fix`, written into this Tensor's own memory."""

def flatten(input: Tensor, start_dim: int = ..., end_dim: int = ...) -> Tensor:
    """Axes `start_dim` to `end_dim` as one."""

def flip(input: Tensor, *dims: Any) -> Tensor:
    """Turn axes around."""

def fliplr(input: Tensor) -> Tensor:
    """Turn the columns around."""

def flipud(input: Tensor) -> Tensor:
    """Turn the rows around."""

def float_power(input: Any, exponent: Any) -> Tensor:
    """`input` to the power of `exponent`, in float64."""

def floor(input: Tensor) -> Tensor:
    """The whole number below."""

def floor_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`floor`, written into this Tensor's own memory."""

def floor_divide(input: Any, other: Any) -> Tensor:
    """How many times `other` fits whole into `input`, rounded down."""

def fmax(input: Tensor, other: Tensor) -> Tensor:
    """The larger of two numbers; of a number and a NaN the number."""

def fmin(input: Tensor, other: Tensor) -> Tensor:
    """The smaller of two numbers; of a number and a NaN the number."""

def fmod(input: Tensor, other: Any) -> Tensor:
    """What is left after division, rounded toward zero; has the sign of `input`."""

def frac(input: Tensor) -> Tensor:
    """What stands behind the point: `x − trunc(x)`."""

def frac_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`frac`, written into this Tensor's own memory."""

def frexp(input: Tensor) -> Parts:
    """A number between ½ and 1 and the power of two that it is to be multiplied by."""

@overload
def gather(input: Tensor, dim: int, index: Tensor, *, sparse_grad: bool = ...) -> Tensor:
    """Pick one number per position of `index` along `dim`. Gradients are never sparse here."""

@overload
def gather(input: Tensor, *, axis: int, index: Tensor, sparse_grad: bool = ...) -> Tensor:
    """Pick one number per position of `index` along `dim`. Gradients are never sparse here."""

def gcd(input: Tensor, other: Any) -> Tensor:
    """The largest whole number that divides both."""

def gcd_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`gcd`, written into this Tensor's own memory."""

def ge(input: Tensor, other: Any) -> Tensor:
    """Is the first number at least the second?"""

def ger(input: Tensor, vec2: Tensor) -> Tensor:
    """Every number of one vector times every number of another."""

def gradient(
    input: Tensor, *, spacing: Any = ..., dim: Any = ..., edge_order: int = ..., axis: Any = ...
) -> tuple[Tensor, ...]:
    """The slope along each axis of `dim`, from the neighbors on both sides."""

def greater(input: Tensor, other: Any) -> Tensor:
    """Is the first number larger?"""

def greater_equal(input: Tensor, other: Any) -> Tensor:
    """Is the first number at least the second?"""

def gt(input: Tensor, other: Any) -> Tensor:
    """Is the first number larger?"""

def hardshrink(input: Tensor, lambd: float = ...) -> Tensor:
    """Set what lies between ±`lambd` to zero and leave the rest as it is."""

def heaviside(input: Tensor, values: Tensor) -> Tensor:
    """0 for negative numbers, 1 for positive ones, and `values` at 0."""

def histc(input: Tensor, bins: int = ..., min: float = ..., max: float = ...) -> Tensor:
    """How many numbers fall into each of `bins` equal steps from `min` to `max`."""

def histogram(
    input: Tensor,
    bins: Any,
    *,
    range: tuple[float, float] | None = ...,
    weight: Tensor | None = ...,
    density: bool = ...,
) -> Histogram:
    """How many numbers fall between each two edges, and the edges."""

def hsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """Cut into columns; a vector into pieces."""

def hstack(tensors: Any) -> Tensor:
    """Join side by side: along dim 1, vectors along dim 0."""

def hypot(input: Tensor, other: Any) -> Tensor:
    """How far the point (a, b) is from the origin."""

def i0(input: Tensor) -> Tensor:
    """The modified Bessel function of order 0: how a cosine weighs in an exponential."""

def i0_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`i0`, written into this Tensor's own memory."""

def igamma(input: Tensor, other: Any) -> Tensor:
    """How much of the integral that is the gamma function lies below a limit."""

def igammac(input: Tensor, other: Any) -> Tensor:
    """How much of the integral that is the gamma function lies above a limit."""

def imag(input: Tensor) -> Tensor:
    """Refused, as in PyTorch for real numbers."""

@overload
def index_add(
    input: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha: float = ...
) -> Tensor:
    """`input` with the slices of `source` added at the positions `index` along `dim`."""

@overload
def index_add(
    input: Tensor, *, axis: int, index: Tensor, source: Tensor, alpha: float = ...
) -> Tensor:
    """`input` with the slices of `source` added at the positions `index` along `dim`."""

@overload
def index_copy(input: Tensor, dim: int, index: Tensor, source: Tensor) -> Tensor:
    """`input` with the slices of `source` at the positions `index` along `dim`."""

@overload
def index_copy(input: Tensor, *, axis: int, index: Tensor, source: Tensor) -> Tensor:
    """`input` with the slices of `source` at the positions `index` along `dim`."""

@overload
def index_fill(input: Tensor, dim: int, index: Tensor, value: Any) -> Tensor:
    """`input` with one number in all slices at the positions `index` along `dim`."""

@overload
def index_fill(input: Tensor, *, axis: int, index: Tensor, value: Any) -> Tensor:
    """`input` with one number in all slices at the positions `index` along `dim`."""

def index_put(input: Tensor, indices: Any, values: Any, accumulate: bool = ...) -> Tensor:
    """`input[indices] = values`, as a new Tensor; with `accumulate`, `+=` at every position."""

def index_put_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`index_put`, written into this Tensor's own memory."""

@overload
def index_reduce(
    input: Tensor, dim: int, index: Tensor, source: Tensor, reduce: str, *, include_self: bool = ...
) -> Tensor:
    """Combine the slices of `source` that fall on one position along `dim`, as `scatter_reduce`."""

@overload
def index_reduce(
    input: Tensor,
    *,
    axis: int,
    index: Tensor,
    source: Tensor,
    reduce: str,
    include_self: bool = ...,
) -> Tensor:
    """Combine the slices of `source` that fall on one position along `dim`, as `scatter_reduce`."""

@overload
def index_select(input: Tensor, dim: int, index: Tensor) -> Tensor:
    """The slices of `input` at the positions `index` along `dim`."""

@overload
def index_select(input: Tensor, *, axis: int, index: Tensor) -> Tensor:
    """The slices of `input` at the positions `index` along `dim`."""

def inner(input: Tensor, other: Tensor) -> Tensor:
    """Products summed over the last axis of both."""

def inverse(input: Tensor) -> Tensor:
    """The matrix that undoes another: `linalg.inv`."""

def is_conj(input: Tensor) -> bool:
    """Never: numbers here are real."""

def is_neg(input: Tensor) -> bool:
    """Never: numbers here are real."""

def isclose(
    input: Tensor, other: Any, rtol: float = ..., atol: float = ..., equal_nan: bool = ...
) -> Tensor:
    """Where `|input − other| ≤ atol + rtol · |other|`."""

def isfinite(input: Tensor) -> Tensor:
    """Is it an ordinary number?"""

def isin(
    elements: Any, test_elements: Any, *, assume_unique: bool = ..., invert: bool = ...
) -> Tensor:
    """Is each number among those of `test_elements`? `assume_unique` changes nothing here."""

def isinf(input: Tensor) -> Tensor:
    """Is it infinite?"""

def isnan(input: Tensor) -> Tensor:
    """Is it not a number?"""

def isneginf(input: Tensor) -> Tensor:
    """Is it −∞?"""

def isposinf(input: Tensor) -> Tensor:
    """Is it ∞?"""

def isreal(input: Tensor) -> Tensor:
    """Is it real? Every number here is."""

def kron(input: Tensor, other: Tensor) -> Tensor:
    """Every number of `input` times all of `other`, laid out as blocks."""

def kthvalue(
    input: Tensor,
    k: int,
    dim: int = ...,
    keepdim: bool = ...,
    *,
    keepdims: bool = ...,
    axis: int = ...,
) -> Ordered:
    """The `k`-th smallest along `dim`, counted from 1, and where it is."""

def lcm(input: Tensor, other: Any) -> Tensor:
    """The smallest whole number that both divide."""

def lcm_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`lcm`, written into this Tensor's own memory."""

def ldexp(input: Tensor, other: Tensor) -> Tensor:
    """`input · 2^other`."""

def ldexp_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`ldexp`, written into this Tensor's own memory."""

def le(input: Tensor, other: Any) -> Tensor:
    """Is the first number at most the second?"""

def lerp(input: Tensor, end: Tensor, weight: Any) -> Tensor:
    """`input + weight · (end − input)`: a place on the way from one to the other."""

def less(input: Tensor, other: Any) -> Tensor:
    """Is the first number smaller?"""

def less_equal(input: Tensor, other: Any) -> Tensor:
    """Is the first number at most the second?"""

def lgamma(input: Tensor) -> Tensor:
    """The logarithm of the gamma function, which is (n − 1)! at whole numbers."""

def log(input: Tensor) -> Tensor:
    """The natural logarithm."""

def log10(input: Tensor) -> Tensor:
    """The logarithm to base 10."""

def log10_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`log10`, written into this Tensor's own memory."""

def log1p(input: Tensor) -> Tensor:
    """The logarithm of 1 + x, exact for small x."""

def log1p_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`log1p`, written into this Tensor's own memory."""

def log2(input: Tensor) -> Tensor:
    """The logarithm to base 2."""

def log2_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`log2`, written into this Tensor's own memory."""

def log_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`log`, written into this Tensor's own memory."""

@overload
def log_softmax(input: Tensor, dim: int, dtype: DType | None = ...) -> Tensor:
    """The logarithm of softmax along `dim`."""

@overload
def log_softmax(input: Tensor, *, axis: int, dtype: DType | None = ...) -> Tensor:
    """The logarithm of softmax along `dim`."""

def logaddexp(input: Tensor, other: Any) -> Tensor:
    """The logarithm of the sum of two exponentials: adds what is held as logarithms."""

def logaddexp2(input: Tensor, other: Tensor) -> Tensor:
    """`log2(2^input + 2^other)`, without leaving the logarithms."""

@overload
def logcumsumexp(input: Tensor, dim: int) -> Tensor:
    """Running sums along `dim` of what is held as logarithms."""

@overload
def logcumsumexp(input: Tensor, *, axis: int) -> Tensor:
    """Running sums along `dim` of what is held as logarithms."""

def logdet(A: Tensor) -> Tensor:
    """The logarithm of the determinant; NaN where that is negative."""

def logical_and(input: Tensor, other: Any) -> Tensor:
    """Are both true (not zero)?"""

def logical_not(input: Tensor) -> Tensor:
    """Is it false (zero)?"""

def logical_or(input: Tensor, other: Any) -> Tensor:
    """Is one of them true (not zero)?"""

def logical_xor(input: Tensor, other: Any) -> Tensor:
    """Is exactly one of them true?"""

def logit(input: Tensor, eps: float | None = ...) -> Tensor:
    """The number whose sigmoid it is: `ln(p / (1 − p))`; `eps` keeps `p` off 0 and 1."""

def logit_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`logit`, written into this Tensor's own memory."""

@overload
def logsumexp(
    input: Tensor, dim: int | tuple[int, ...] | list[int] | None, keepdim: bool = ...
) -> Tensor:
    """The logarithm of the sum of exponentials along `dim`."""

@overload
def logsumexp(
    input: Tensor, *, axis: int | tuple[int, ...] | list[int] | None, keepdims: bool = ...
) -> Tensor:
    """The logarithm of the sum of exponentials along `dim`."""

def lt(input: Tensor, other: Any) -> Tensor:
    """Is the first number smaller?"""

def lu(A: Tensor, pivot: bool = ..., get_infos: bool = ...) -> Any:
    """PyTorch's older `linalg.lu_factor`: both triangles in one matrix, and the rows taken."""

def lu_solve(B: Tensor, LU_data: Tensor, LU_pivots: Tensor) -> Tensor:
    """The X with `A @ X = B`, from what `linalg.lu_factor(A)` gave."""

def lu_unpack(
    LU_data: Tensor, LU_pivots: Tensor, unpack_data: bool = ..., unpack_pivots: bool = ...
) -> Triangles:
    """P, L and U out of what `linalg.lu_factor` gave; what is not asked for is empty."""

def masked_fill(input: Tensor, mask: Tensor, value: Any) -> Tensor:
    """`input` with `value` where the mask holds; the dtype stays that of `input`."""

def masked_scatter(input: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    """`input` with the numbers of `source`, in order, where the mask holds."""

def masked_select(input: Tensor, mask: Tensor) -> Tensor:
    """The numbers where the mask holds, in a row."""

def matmul(input: Tensor, other: Tensor) -> Tensor:
    """The product of matrices, batches of matrices, or vectors."""

def matrix_exp(A: Tensor) -> Tensor:
    """The exponential of a matrix: the series of its powers."""

def matrix_power(A: Tensor, n: int) -> Tensor:
    """The product of `n` times the same matrix; of its inverse where `n` is negative."""

def max(
    input: Tensor,
    dim: Any = ...,
    keepdim: bool = ...,
    *,
    other: Any = ...,
    keepdims: bool = ...,
    axis: Any = ...,
) -> Any:
    """The largest of all; along `dim` also where; with a second Tensor the larger of each two."""

def maximum(input: Tensor, other: Any) -> Tensor:
    """Keeps the larger of two numbers; the blame goes to the one that was kept."""

def mean(
    input: Tensor,
    dim: int | tuple[int, ...] | list[int] | None = ...,
    keepdim: bool = ...,
    *,
    dtype: DType | None = ...,
    keepdims: bool = ...,
    axis: int | tuple[int, ...] | list[int] | None = ...,
) -> Tensor:
    """The average along `dim`."""

def median(
    input: Tensor,
    dim: int | None = ...,
    keepdim: bool = ...,
    *,
    keepdims: bool = ...,
    axis: int | None = ...,
) -> Any:
    """The number in the middle (the lower of two); with `dim` also where it is."""

def meshgrid(*tensors: Any, indexing: str = ...) -> tuple[Tensor, ...]:
    """Coordinates of a grid: one Tensor for each axis."""

def min(
    input: Tensor,
    dim: Any = ...,
    keepdim: bool = ...,
    *,
    other: Any = ...,
    keepdims: bool = ...,
    axis: Any = ...,
) -> Any:
    """The smallest of all; along `dim` also where; with a second Tensor the smaller of each two."""

def minimum(input: Tensor, other: Any) -> Tensor:
    """Keeps the smaller of two numbers; the blame goes to the one that was kept."""

def mm(input: Tensor, mat2: Tensor) -> Tensor:
    """The product of two matrices."""

def mode(
    input: Tensor, dim: int = ..., keepdim: bool = ..., *, keepdims: bool = ..., axis: int = ...
) -> Ordered:
    """The number that occurs most often along `dim` (the smallest of several), and where it is."""

def moveaxis(input: Tensor, source: Any, destination: Any) -> Tensor:
    """Axes `source` at the places `destination`; the others keep their order."""

def movedim(input: Tensor, source: Any, destination: Any) -> Tensor:
    """Axes `source` at the places `destination`; the others keep their order."""

def msort(input: Tensor) -> Tensor:
    """Numbers in order along the first axis."""

def mul(input: Tensor, other: Any) -> Tensor:
    """Multiplies number by number; each factor's blame is the other factor."""

def multiply(input: Tensor, other: Any) -> Tensor:
    """Multiplies number by number; each factor's blame is the other factor."""

def mv(input: Tensor, vec: Tensor) -> Tensor:
    """A matrix times a vector; offered as `mv`."""

def mvlgamma(input: Tensor, p: int) -> Tensor:
    """The logarithm of the gamma function of `p` dimensions."""

def nan_to_num(
    input: Tensor, nan: float | None = ..., posinf: float | None = ..., neginf: float | None = ...
) -> Tensor:
    """NaN as `nan` (0), infinities as the largest and most negative number, or as told."""

def nan_to_num_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`nan_to_num`, written into this Tensor's own memory."""

def nanmean(
    input: Tensor,
    dim: int | tuple[int, ...] | list[int] | None = ...,
    keepdim: bool = ...,
    *,
    dtype: DType | None = ...,
    keepdims: bool = ...,
    axis: int | tuple[int, ...] | list[int] | None = ...,
) -> Tensor:
    """The average along `dim` of what is not NaN."""

def nanmedian(
    input: Tensor,
    dim: int | None = ...,
    keepdim: bool = ...,
    *,
    keepdims: bool = ...,
    axis: int | None = ...,
) -> Any:
    """The number in the middle of those that are not NaN (the lower of two)."""

def nanquantile(
    input: Tensor,
    q: Any,
    dim: int | None = ...,
    keepdim: bool = ...,
    *,
    interpolation: str = ...,
    keepdims: bool = ...,
    axis: int | None = ...,
) -> Tensor:
    """`quantile` of what is not NaN; NaN where nothing else is."""

def nansum(
    input: Tensor,
    dim: int | tuple[int, ...] | list[int] | None = ...,
    keepdim: bool = ...,
    *,
    dtype: DType | None = ...,
    keepdims: bool = ...,
    axis: int | tuple[int, ...] | list[int] | None = ...,
) -> Tensor:
    """The sum along `dim` of what is not NaN."""

@overload
def narrow(input: Tensor, dim: int, start: Any, length: Any) -> Tensor:
    """`length` entries along `dim`, from `start` on."""

@overload
def narrow(input: Tensor, *, axis: int, start: Any, length: Any) -> Tensor:
    """`length` entries along `dim`, from `start` on."""

@overload
def narrow_copy(input: Tensor, dim: int, start: int, length: int) -> Tensor:
    """`narrow`, in memory of its own."""

@overload
def narrow_copy(input: Tensor, *, axis: int, start: int, length: int) -> Tensor:
    """`narrow`, in memory of its own."""

def ne(input: Tensor, other: Any) -> Tensor:
    """Do the two numbers differ?"""

def neg(input: Tensor) -> Tensor:
    """Turns the sign around."""

def neg_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`neg`, written into this Tensor's own memory."""

def negative(input: Tensor) -> Tensor:
    """Turns the sign around."""

def negative_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`negative`, written into this Tensor's own memory."""

def nextafter(input: Tensor, other: Any) -> Tensor:
    """The number next to the first that can be held, on the way to the second."""

def nonzero(input: Tensor, *, as_tuple: bool = ...) -> Any:
    """The positions of all numbers that are not zero: one row each, or one Tensor per axis."""

def norm(
    input: Tensor,
    p: Any = ...,
    dim: int | tuple[int, ...] | list[int] | None = ...,
    keepdim: bool = ...,
    dtype: DType | None = ...,
    *,
    keepdims: bool = ...,
    axis: int | tuple[int, ...] | list[int] | None = ...,
) -> Tensor:
    """The length along `dim`: the root of the sum of squares, or of `p`-th powers."""

def not_equal(input: Tensor, other: Any) -> Tensor:
    """Do the two numbers differ?"""

def one_hot(tensor: Tensor, num_classes: int = ...) -> Tensor:
    """A row with a single 1 for each class number; offered as `nn.functional.one_hot`."""

def orgqr(input: Tensor, tau: Tensor) -> Tensor:
    """The first columns of a product of mirrors: those below the diagonal of `input`."""

def outer(input: Tensor, vec2: Tensor) -> Tensor:
    """Every number of one vector times every number of another."""

def pad(input: Tensor, pad: Any, mode: str = ..., value: float | None = ...) -> Tensor:
    """A border: `pad` counts before and after the last axis, then the one before it, and so on."""

def pdist(input: Tensor, p: float = ...) -> Tensor:
    """How far each two rows are from each other, by the `p`-norm: those above the diagonal."""

def permute(input: Tensor, *dims: Any) -> Tensor:
    """The axes in another order."""

def pinverse(input: Tensor, rcond: float = ...) -> Tensor:
    """The inverse as far as there is one: `linalg.pinv`."""

def polygamma(n: int, input: Tensor) -> Tensor:
    """The `n`-th derivative of digamma."""

def positive(input: Tensor) -> Tensor:
    """The numbers themselves, as `+x`."""

def pow(input: Any, exponent: Any) -> Tensor:
    """`input` to the power of `exponent`."""

def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """Leaky ReLU whose slope is learned."""

def prod(
    input: Tensor,
    dim: int | tuple[int, ...] | list[int] | None = ...,
    keepdim: bool = ...,
    *,
    dtype: DType | None = ...,
    keepdims: bool = ...,
    axis: int | tuple[int, ...] | list[int] | None = ...,
) -> Tensor:
    """The product along `dim`."""

def put(input: Tensor, index: Tensor, source: Tensor, accumulate: bool = ...) -> Tensor:
    """`input` with the numbers of `source` at positions of the flattened Tensor."""

def qr(input: Tensor, some: bool = ...) -> Orthogonal:
    """Columns at right angles, and the triangle that mixes them: `linalg.qr`."""

def quantile(
    input: Tensor,
    q: Any,
    dim: int | None = ...,
    keepdim: bool = ...,
    *,
    interpolation: str = ...,
    keepdims: bool = ...,
    axis: int | None = ...,
) -> Tensor:
    """The number below which the part `q` of all numbers along `dim` lies."""

def rad2deg(input: Tensor) -> Tensor:
    """Radians as degrees."""

def rad2deg_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`rad2deg`, written into this Tensor's own memory."""

def ravel(input: Tensor) -> Tensor:
    """All numbers in a row that lies in order in memory: a view where they do, else a copy."""

def real(input: Tensor) -> Tensor:
    """The Tensor itself: its numbers are real."""

def reciprocal(input: Tensor) -> Tensor:
    """One over the number."""

def reciprocal_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`reciprocal`, written into this Tensor's own memory."""

def relu(input: Tensor) -> Tensor:
    """Keeps what is positive and cuts the rest to zero."""

def relu_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`relu`, written into this Tensor's own memory."""

def remainder(input: Any, other: Any) -> Tensor:
    """What is left after floor division; has the sign of `other`."""

@overload
def renorm(input: Tensor, p: float, dim: int, maxnorm: float) -> Tensor:
    """Slices along `dim` whose `p`-norm is above `maxnorm`, shrunk to it."""

@overload
def renorm(input: Tensor, p: float, *, axis: int, maxnorm: float) -> Tensor:
    """Slices along `dim` whose `p`-norm is above `maxnorm`, shrunk to it."""

def repeat(input: Tensor, *repeats: Any) -> Tensor:
    """The whole Tensor, so many times along each axis."""

def repeat_interleave(
    input: Tensor,
    repeats: Any = ...,
    dim: int | None = ...,
    *,
    output_size: int | None = ...,
    axis: int | None = ...,
) -> Tensor:
    """Each entry along `dim` so many times in a row; with a Tensor, each as often as it says."""

def reshape(input: Tensor, *shape: Any) -> Tensor:
    """The same numbers in other axes; one size may be −1."""

def resolve_conj(input: Tensor) -> Tensor:
    """The Tensor itself: its numbers are real."""

def resolve_neg(input: Tensor) -> Tensor:
    """The Tensor itself: its numbers are real."""

def roll(input: Tensor, shifts: Any, dims: Any = ...) -> Tensor:
    """Move along `dims`, the end coming in at the start; without `dims`, as if flattened."""

def rot90(input: Tensor, k: int = ..., dims: Sequence[int] = ...) -> Tensor:
    """A quarter turn in the plane of two axes, `k` times."""

def round(input: Tensor, *, decimals: int = ...) -> Tensor:
    """The nearest whole number, or the nearest with so many decimals."""

def round_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`round`, written into this Tensor's own memory."""

def row_stack(tensors: Any) -> Tensor:
    """Join one under the other: along dim 0, vectors as rows."""

def rsqrt(input: Tensor) -> Tensor:
    """One over the square root."""

def rsqrt_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`rsqrt`, written into this Tensor's own memory."""

def rsub(input: Tensor, other: Any, *, alpha: float = ...) -> Tensor:
    """`other − alpha · input`."""

@overload
def scatter(
    input: Tensor,
    dim: int,
    index: Tensor,
    src: Any = ...,
    *,
    value: Any = ...,
    reduce: str | None = ...,
) -> Tensor:
    """`input` with the numbers at positions `index` along `dim` replaced by `src`."""

@overload
def scatter(
    input: Tensor,
    *,
    axis: int,
    index: Tensor,
    src: Any = ...,
    value: Any = ...,
    reduce: str | None = ...,
) -> Tensor:
    """`input` with the numbers at positions `index` along `dim` replaced by `src`."""

@overload
def scatter_add(input: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
    """`input` with the numbers of `src` added at positions `index` along `dim`."""

@overload
def scatter_add(input: Tensor, *, axis: int, index: Tensor, src: Tensor) -> Tensor:
    """`input` with the numbers of `src` added at positions `index` along `dim`."""

@overload
def scatter_reduce(
    input: Tensor, dim: int, index: Tensor, src: Tensor, reduce: str, *, include_self: bool = ...
) -> Tensor:
    """Combine the numbers of `src` that fall on one position along `dim`, and those of `input`."""

@overload
def scatter_reduce(
    input: Tensor, *, axis: int, index: Tensor, src: Tensor, reduce: str, include_self: bool = ...
) -> Tensor:
    """Combine the numbers of `src` that fall on one position along `dim`, and those of `input`."""

def searchsorted(
    sorted_sequence: Tensor,
    input: Any,
    *,
    out_int32: bool = ...,
    right: bool = ...,
    side: str | None = ...,
    sorter: Tensor | None = ...,
) -> Tensor:
    """Between which of the sorted edges each number falls; rows of edges meet rows of numbers."""

def segment_reduce(
    data: Tensor,
    reduce: str,
    *,
    lengths: Tensor | None = ...,
    indices: Tensor | None = ...,
    offsets: Tensor | None = ...,
    axis: int = ...,
    unsafe: bool = ...,
    initial: float | None = ...,
) -> Tensor:
    """One number for each of the stretches that follow one another along `axis`."""

@overload
def select(input: Tensor, dim: int, index: int) -> Tensor:
    """One entry along `dim`."""

@overload
def select(input: Tensor, *, axis: int, index: int) -> Tensor:
    """One entry along `dim`."""

@overload
def select_scatter(input: Tensor, src: Tensor, dim: int, index: int) -> Tensor:
    """`input` with one entry along `dim` replaced by `src`."""

@overload
def select_scatter(input: Tensor, src: Tensor, *, axis: int, index: int) -> Tensor:
    """`input` with one entry along `dim` replaced by `src`."""

def sgn(input: Tensor) -> Tensor:
    """−1, 0 or 1 (0 for NaN too); flat, so no blame passes."""

def sigmoid(input: Tensor) -> Tensor:
    """Squashes any number into (0, 1): a probability."""

def sigmoid_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`sigmoid`, written into this Tensor's own memory."""

def sign(input: Tensor) -> Tensor:
    """−1, 0 or 1 (0 for NaN too); flat, so no blame passes."""

def signbit(input: Tensor) -> Tensor:
    """Is it negative? −0 is."""

def sin(input: Tensor) -> Tensor:
    """The sine."""

def sin_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`sin`, written into this Tensor's own memory."""

def sinc(input: Tensor) -> Tensor:
    """`sin(πx) / (πx)`, and 1 at 0."""

def sinc_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`sinc`, written into this Tensor's own memory."""

def sinh(input: Tensor) -> Tensor:
    """The hyperbolic sine."""

def sinh_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`sinh`, written into this Tensor's own memory."""

def slice_scatter(
    input: Tensor,
    src: Tensor,
    dim: int = ...,
    start: int | None = ...,
    end: int | None = ...,
    step: int = ...,
    *,
    axis: int = ...,
) -> Tensor:
    """`input` with the entries from `start` to `end` along `dim` replaced by `src`."""

def slogdet(A: Tensor) -> SignedLog:
    """The sign of the determinant, and the logarithm of its size."""

@overload
def softmax(input: Tensor, dim: int, dtype: DType | None = ...) -> Tensor:
    """Probabilities along `dim`: positive and summing to 1."""

@overload
def softmax(input: Tensor, *, axis: int, dtype: DType | None = ...) -> Tensor:
    """Probabilities along `dim`: positive and summing to 1."""

def sort(
    input: Tensor, dim: int = ..., descending: bool = ..., *, stable: bool = ..., axis: int = ...
) -> Ordered:
    """Numbers in order along `dim`, and where each came from. Equal numbers keep their order."""

def split(
    input: Tensor, split_size_or_sections: Any, dim: int = ..., *, axis: int = ...
) -> tuple[Tensor, ...]:
    """Cut along `dim` into pieces of one size, or of the sizes listed."""

def split_with_sizes(
    input: Tensor, split_sizes: Any, dim: int = ..., *, axis: int = ...
) -> tuple[Tensor, ...]:
    """Cut along `dim` into pieces of the sizes listed."""

def sqrt(input: Tensor) -> Tensor:
    """The square root."""

def sqrt_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`sqrt`, written into this Tensor's own memory."""

def square(input: Tensor) -> Tensor:
    """A number times itself."""

def square_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`square`, written into this Tensor's own memory."""

def squeeze(
    input: Tensor,
    dim: int | tuple[int, ...] | None = ...,
    *,
    axis: int | tuple[int, ...] | None = ...,
) -> Tensor:
    """Drop axes of size 1: all, or only `dim`."""

def stack(tensors: Any, dim: int = ..., *, axis: int = ...) -> Tensor:
    """Join Tensors along a new axis."""

def std(
    input: Tensor,
    dim: int | tuple[int, ...] | list[int] | None = ...,
    unbiased: bool = ...,
    keepdim: bool = ...,
    *,
    correction: int | None = ...,
    keepdims: bool = ...,
    axis: int | tuple[int, ...] | list[int] | None = ...,
) -> Tensor:
    """The standard deviation along `dim`, the root of `var`."""

def std_mean(
    input: Tensor,
    dim: int | tuple[int, ...] | list[int] | None = ...,
    unbiased: bool = ...,
    keepdim: bool = ...,
    *,
    correction: int | None = ...,
    keepdims: bool = ...,
    axis: int | tuple[int, ...] | list[int] | None = ...,
) -> tuple[Tensor, Tensor]:
    """The standard deviation and the average along `dim`."""

def sub(input: Tensor, other: Any, *, alpha: float = ...) -> Tensor:
    """`input − alpha · other`."""

def subtract(input: Tensor, other: Any, *, alpha: float = ...) -> Tensor:
    """`input − alpha · other`."""

def sum(
    input: Tensor,
    dim: int | tuple[int, ...] | list[int] | None = ...,
    keepdim: bool = ...,
    *,
    dtype: DType | None = ...,
    keepdims: bool = ...,
    axis: int | tuple[int, ...] | list[int] | None = ...,
) -> Tensor:
    """Add up along `dim`; over all axes when None."""

def svd(input: Tensor, some: bool = ..., compute_uv: bool = ...) -> SVD:
    """A turn, a stretch, another turn: `linalg.svd`, with V in place of its mirror image."""

def swapaxes(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """Exchange two axes."""

def swapdims(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """Exchange two axes."""

def t(input: Tensor) -> Tensor:
    """A matrix mirrored at its diagonal."""

def take(input: Tensor, index: Tensor) -> Tensor:
    """Pick from the flattened Tensor."""

def take_along_dim(
    input: Tensor, indices: Tensor, dim: int | None = ..., *, axis: int | None = ...
) -> Tensor:
    """Pick along `dim`; the other axes are broadcast, as `argsort` and `argmax` results need."""

def tan(input: Tensor) -> Tensor:
    """The tangent: sine over cosine."""

def tan_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`tan`, written into this Tensor's own memory."""

def tanh(input: Tensor) -> Tensor:
    """Squashes any number into (−1, 1), with zero in the middle."""

def tanh_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`tanh`, written into this Tensor's own memory."""

def tensor_split(
    input: Tensor, indices_or_sections: Any, dim: int = ..., *, axis: int = ...
) -> tuple[Tensor, ...]:
    """Cut along `dim` into so many parts, as equal as can be, or at the places listed."""

def tensordot(a: Tensor, b: Tensor, dims: Any = ...) -> Tensor:
    """Products summed over several axes: the last `dims` of `a` with the first of `b`, or lists."""

def tile(input: Tensor, *dims: Any) -> Tensor:
    """Like `repeat`; counts that are missing on the left are 1."""

def topk(
    input: Tensor,
    k: int,
    dim: int = ...,
    largest: bool = ...,
    sorted: bool = ...,
    *,
    axis: int = ...,
) -> Ordered:
    """The `k` largest (or smallest) along `dim`, and where they are; always sorted here."""

def trace(input: Tensor) -> Tensor:
    """The sum of the diagonal of a matrix."""

def transpose(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """Exchange two axes."""

def trapezoid(
    y: Tensor, x: Tensor | None = ..., *, dx: float = ..., dim: int = ..., axis: int = ...
) -> Tensor:
    """The area under a curve, in trapezoids of width `dx`, or between the places `x`."""

def trapz(
    y: Tensor, x: Tensor | None = ..., *, dx: float = ..., dim: int = ..., axis: int = ...
) -> Tensor:
    """The area under a curve, in trapezoids of width `dx`, or between the places `x`."""

def tril(input: Tensor, diagonal: int = ...) -> Tensor:
    """The lower triangle, zeros above the diagonal."""

def triu(input: Tensor, diagonal: int = ...) -> Tensor:
    """The upper triangle, zeros below the diagonal."""

def true_divide(input: Tensor, other: Any, *, rounding_mode: str | None = ...) -> Tensor:
    """`input / other`; rounded down with `rounding_mode="floor"`, toward zero with `"trunc"`."""

def trunc(input: Tensor) -> Tensor:
    """The whole number toward zero."""

def trunc_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`trunc`, written into this Tensor's own memory."""

def unbind(input: Tensor, dim: int = ..., *, axis: int = ...) -> tuple[Tensor, ...]:
    """The Tensors along `dim`, without that axis."""

@overload
def unflatten(input: Tensor, dim: int, sizes: Any) -> Tensor:
    """One axis as several; one size may be −1. The reverse of `flatten`."""

@overload
def unflatten(input: Tensor, *, axis: int, sizes: Any) -> Tensor:
    """One axis as several; one size may be −1. The reverse of `flatten`."""

def unfold(input: Tensor, dimension: int, size: int, step: int) -> Tensor:
    """Windows of `size` entries along an axis, every `step`; their inside is a new last axis."""

def unique(
    input: Tensor,
    sorted: bool = ...,
    return_inverse: bool = ...,
    return_counts: bool = ...,
    dim: int | None = ...,
    *,
    axis: int | None = ...,
) -> Any:
    """Each number (or slice along `dim`) once, in order; on request their places and counts."""

def unique_consecutive(
    input: Tensor,
    return_inverse: bool = ...,
    return_counts: bool = ...,
    dim: int | None = ...,
    *,
    axis: int | None = ...,
) -> Any:
    """One of each run of equal numbers, or of equal slices along `dim`."""

def unravel_index(indices: Tensor, shape: Any) -> tuple[Tensor, ...]:
    """Places in a flattened Tensor as one position along each axis of `shape`."""

def unsafe_chunk(
    input: Tensor, chunks: int, dim: int = ..., *, axis: int = ...
) -> tuple[Tensor, ...]:
    """`chunk`; PyTorch's version for graphs that change the pieces in place, which may be here."""

def unsafe_split(
    input: Tensor, split_size: Any, dim: int = ..., *, axis: int = ...
) -> tuple[Tensor, ...]:
    """`split`; PyTorch's version for graphs that change the pieces in place, which may be here."""

def unsafe_split_with_sizes(
    input: Tensor, split_sizes: Any, dim: int = ..., *, axis: int = ...
) -> tuple[Tensor, ...]:
    """`split` with the sizes listed; see `unsafe_split`."""

@overload
def unsqueeze(input: Tensor, dim: int) -> Tensor:
    """A new axis of size 1 at `dim`."""

@overload
def unsqueeze(input: Tensor, *, axis: int) -> Tensor:
    """A new axis of size 1 at `dim`."""

def vander(x: Tensor, N: int | None = ..., increasing: bool = ...) -> Tensor:
    """The powers of each number in a row: `N` of them, from the highest or from 1."""

def var(
    input: Tensor,
    dim: int | tuple[int, ...] | list[int] | None = ...,
    unbiased: bool = ...,
    keepdim: bool = ...,
    *,
    correction: int | None = ...,
    keepdims: bool = ...,
    axis: int | tuple[int, ...] | list[int] | None = ...,
) -> Tensor:
    """The variance along `dim`, divided by n − 1 (or by n − `correction`)."""

def var_mean(
    input: Tensor,
    dim: int | tuple[int, ...] | list[int] | None = ...,
    unbiased: bool = ...,
    keepdim: bool = ...,
    *,
    correction: int | None = ...,
    keepdims: bool = ...,
    axis: int | tuple[int, ...] | list[int] | None = ...,
) -> tuple[Tensor, Tensor]:
    """The variance and the average along `dim`."""

def vdot(input: Tensor, other: Tensor) -> Tensor:
    """The sum of products of two vectors, as `dot`."""

def view(input: Tensor, *size: Any, dtype: DType | None = ...) -> Tensor:
    """The same numbers in other axes, of which one may be −1; or the same bits as another dtype."""

def vsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """Cut into rows."""

def vstack(tensors: Any) -> Tensor:
    """Join one under the other: along dim 0, vectors as rows."""

def where(condition: Tensor, input: Any = ..., other: Any = ...) -> Any:
    """`input` where the condition holds, `other` elsewhere; alone, the places where it holds."""

def xlogy(input: Tensor, other: Any) -> Tensor:
    """A number times the logarithm of another, and 0 where it is 0, as entropies need it."""

def xlogy_(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """`xlogy`, written into this Tensor's own memory."""

def zero_(input: Tensor) -> Tensor:
    """Write zeros everywhere."""
