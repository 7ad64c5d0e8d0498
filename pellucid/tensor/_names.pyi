"""What the package offers as functions of Tensors. Written by `python -m tests.signatures`."""

from collections.abc import Sequence
from typing import Any, overload

from pellucid.dtypes import DType
from pellucid.tensor.functions.ordering import Ordered
from pellucid.tensor.functions.reduction import Extremes
from pellucid.tensor.functions.statistics import Range
from pellucid.tensor.tensor import Tensor

def abs(input: Tensor) -> Tensor:
    """The distance from zero."""

def absolute(input: Tensor) -> Tensor:
    """The distance from zero."""

def acos(input: Tensor) -> Tensor:
    """The angle whose cosine it is; NaN outside −1 to 1."""

def acosh(input: Tensor) -> Tensor:
    """The number whose hyperbolic cosine it is; NaN below 1."""

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

def addr(
    input: Tensor, vec1: Tensor, vec2: Tensor, *, beta: float = ..., alpha: float = ...
) -> Tensor:
    """`beta · input + alpha · vec1 ⊗ vec2`."""

def all(
    input: Tensor,
    dim: int | tuple[int, ...] | list[int] | None = ...,
    keepdim: bool = ...,
    *,
    axis: int | tuple[int, ...] | list[int] | None = ...,
    keepdims: bool = ...,
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
    axis: int | tuple[int, ...] | list[int] | None = ...,
    keepdims: bool = ...,
) -> Tensor:
    """The largest along `dim`; equal ones share the blame."""

def amin(
    input: Tensor,
    dim: int | tuple[int, ...] | list[int] | None = ...,
    keepdim: bool = ...,
    *,
    axis: int | tuple[int, ...] | list[int] | None = ...,
    keepdims: bool = ...,
) -> Tensor:
    """The smallest along `dim`; equal ones share the blame."""

def aminmax(
    input: Tensor,
    *,
    dim: int | None = ...,
    keepdim: bool = ...,
    axis: int | None = ...,
    keepdims: bool = ...,
) -> Range:
    """The smallest and the largest along `dim`."""

def any(
    input: Tensor,
    dim: int | tuple[int, ...] | list[int] | None = ...,
    keepdim: bool = ...,
    *,
    axis: int | tuple[int, ...] | list[int] | None = ...,
    keepdims: bool = ...,
) -> Tensor:
    """Is at least one true (not zero)?"""

def arccos(input: Tensor) -> Tensor:
    """The angle whose cosine it is; NaN outside −1 to 1."""

def arccosh(input: Tensor) -> Tensor:
    """The number whose hyperbolic cosine it is; NaN below 1."""

def arcsin(input: Tensor) -> Tensor:
    """The angle whose sine it is; NaN outside −1 to 1."""

def arcsinh(input: Tensor) -> Tensor:
    """The number whose hyperbolic sine it is: a logarithm that takes both signs."""

def arctan(input: Tensor) -> Tensor:
    """The angle whose tangent it is."""

def arctan2(input: Tensor, other: Any) -> Tensor:
    """The angle of the point (b, a), all the way around from −π to π."""

def arctanh(input: Tensor) -> Tensor:
    """The number whose hyperbolic tangent it is; infinite at −1 and 1."""

def argmax(
    input: Tensor,
    dim: int | None = ...,
    keepdim: bool = ...,
    *,
    axis: int | None = ...,
    keepdims: bool = ...,
) -> Tensor:
    """Where the largest is; over the flattened Tensor when `dim` is None."""

def argmin(
    input: Tensor,
    dim: int | None = ...,
    keepdim: bool = ...,
    *,
    axis: int | None = ...,
    keepdims: bool = ...,
) -> Tensor:
    """Where the smallest is; over the flattened Tensor when `dim` is None."""

def argsort(
    input: Tensor, dim: int = ..., descending: bool = ..., *, stable: bool = ..., axis: int = ...
) -> Tensor:
    """The positions that put the numbers in order along `dim`."""

def argwhere(input: Tensor, *, as_tuple: bool = ...) -> Any:
    """The positions of all numbers that are not zero: one row each, or one Tensor per axis."""

def asin(input: Tensor) -> Tensor:
    """The angle whose sine it is; NaN outside −1 to 1."""

def asinh(input: Tensor) -> Tensor:
    """The number whose hyperbolic sine it is: a logarithm that takes both signs."""

def atan(input: Tensor) -> Tensor:
    """The angle whose tangent it is."""

def atan2(input: Tensor, other: Any) -> Tensor:
    """The angle of the point (b, a), all the way around from −π to π."""

def atanh(input: Tensor) -> Tensor:
    """The number whose hyperbolic tangent it is; infinite at −1 and 1."""

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

def bitwise_not(input: Tensor) -> Tensor:
    """Every bit turned around; for bool: is it false?"""

def bitwise_or(input: Tensor, other: Any) -> Tensor:
    """The bits that one of them has; for bool: is one true?"""

def bitwise_xor(input: Tensor, other: Any) -> Tensor:
    """The bits in which they differ; for bool: is exactly one true?"""

def block_diag(*tensors: Tensor) -> Tensor:
    """Matrices along the diagonal of a large one, zeros elsewhere."""

def bmm(input: Tensor, mat2: Tensor) -> Tensor:
    """The products of two batches of matrices."""

def broadcast_tensors(*tensors: Tensor) -> tuple[Tensor, ...]:
    """All stretched to their common shape."""

def broadcast_to(input: Tensor, shape: Any) -> Tensor:
    """Stretch to a shape."""

def bucketize(input: Tensor, boundaries: Tensor, *, right: bool = ...) -> Tensor:
    """The number of the bucket into which each number falls."""

def cartesian_prod(*tensors: Tensor) -> Tensor:
    """Every choice of one number from each row, one choice per row."""

def cat(tensors: Any, dim: int = ..., *, axis: int = ...) -> Tensor:
    """Join Tensors end to end along `dim`."""

def cdist(x1: Tensor, x2: Tensor, p: float = ...) -> Tensor:
    """How far each row of `x1` is from each row of `x2`, by the `p`-norm."""

def ceil(input: Tensor) -> Tensor:
    """The whole number above."""

def chunk(input: Tensor, chunks: int, dim: int = ..., *, axis: int = ...) -> tuple[Tensor, ...]:
    """Cut along `dim` into at most so many pieces of equal size."""

def clamp(input: Tensor, min: Any = ..., max: Any = ...) -> Tensor:
    """Cut off what lies below `min` or above `max`."""

def clamp_max(input: Tensor, max: Any) -> Tensor:
    """What lies above `max` cut to it."""

def clamp_min(input: Tensor, min: Any) -> Tensor:
    """What lies below `min` raised to it."""

def clip(input: Tensor, min: Any = ..., max: Any = ...) -> Tensor:
    """Cut off what lies below `min` or above `max`."""

def clone(input: Tensor) -> Tensor:
    """A copy in memory of its own; blame passes through."""

def column_stack(tensors: Any) -> Tensor:
    """Join as columns: vectors become columns of a matrix."""

def combinations(input: Tensor, r: int = ..., with_replacement: bool = ...) -> Tensor:
    """Every choice of `r` numbers of a row, one choice per row."""

def concat(tensors: Any, dim: int = ..., *, axis: int = ...) -> Tensor:
    """Join Tensors end to end along `dim`."""

def concatenate(tensors: Any, dim: int = ..., *, axis: int = ...) -> Tensor:
    """Join Tensors end to end along `dim`."""

def corrcoef(input: Tensor) -> Tensor:
    """How closely the rows follow each other, from −1 to 1."""

def cos(input: Tensor) -> Tensor:
    """The cosine."""

def cosh(input: Tensor) -> Tensor:
    """The hyperbolic cosine: the line of a hanging chain."""

def count_nonzero(
    input: Tensor,
    dim: int | tuple[int, ...] | list[int] | None = ...,
    *,
    axis: int | tuple[int, ...] | list[int] | None = ...,
) -> Tensor:
    """How many numbers are not zero."""

def cov(input: Tensor, *, correction: int = ...) -> Tensor:
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

def deg2rad(input: Tensor) -> Tensor:
    """Degrees as radians."""

def diag(input: Tensor, diagonal: int = ...) -> Tensor:
    """The diagonal of a matrix, or a matrix with this diagonal."""

def diag_embed(input: Tensor, offset: int = ...) -> Tensor:
    """Matrices with the last axis of `input` on their diagonal."""

def diagonal(input: Tensor, offset: int = ..., dim1: int = ..., dim2: int = ...) -> Tensor:
    """The numbers on a diagonal, as a new last axis."""

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

def erfc(input: Tensor) -> Tensor:
    """What the error function leaves: how much of a bell curve lies beyond x."""

def exp(input: Tensor) -> Tensor:
    """The exponential; its own derivative."""

def exp2(input: Tensor) -> Tensor:
    """Two to the power of the number."""

def expand(input: Tensor, *sizes: Any) -> Tensor:
    """Stretch axes of size 1 without copying; −1 keeps a size."""

def expand_as(input: Tensor, other: Tensor) -> Tensor:
    """Stretch to the shape of another Tensor."""

def expm1(input: Tensor) -> Tensor:
    """The exponential less 1, exact for small x."""

def fix(input: Tensor) -> Tensor:
    """The whole number toward zero."""

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

def floor_divide(input: Any, other: Any) -> Tensor:
    """How many times `other` fits whole into `input`, rounded down."""

def fmod(input: Tensor, other: Any) -> Tensor:
    """What is left after division, rounded toward zero; has the sign of `input`."""

def frac(input: Tensor) -> Tensor:
    """What stands behind the point: `x − trunc(x)`."""

@overload
def gather(input: Tensor, dim: int, index: Tensor) -> Tensor:
    """Pick one number per position of `index` along `dim`."""

@overload
def gather(input: Tensor, *, axis: int, index: Tensor) -> Tensor:
    """Pick one number per position of `index` along `dim`."""

def ge(input: Tensor, other: Any) -> Tensor:
    """Is the first number at least the second?"""

def greater(input: Tensor, other: Any) -> Tensor:
    """Is the first number larger?"""

def greater_equal(input: Tensor, other: Any) -> Tensor:
    """Is the first number at least the second?"""

def gt(input: Tensor, other: Any) -> Tensor:
    """Is the first number larger?"""

def heaviside(input: Tensor, values: Tensor) -> Tensor:
    """0 for negative numbers, 1 for positive ones, and `values` at 0."""

def histc(input: Tensor, bins: int = ..., min: float = ..., max: float = ...) -> Tensor:
    """How many numbers fall into each of `bins` equal steps from `min` to `max`."""

def hsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """Cut into columns; a vector into pieces."""

def hstack(tensors: Any) -> Tensor:
    """Join side by side: along dim 1, vectors along dim 0."""

def hypot(input: Tensor, other: Any) -> Tensor:
    """How far the point (a, b) is from the origin."""

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

@overload
def index_select(input: Tensor, dim: int, index: Tensor) -> Tensor:
    """The slices of `input` at the positions `index` along `dim`."""

@overload
def index_select(input: Tensor, *, axis: int, index: Tensor) -> Tensor:
    """The slices of `input` at the positions `index` along `dim`."""

def inner(input: Tensor, other: Tensor) -> Tensor:
    """Products summed over the last axis of both."""

def isclose(
    input: Tensor, other: Any, rtol: float = ..., atol: float = ..., equal_nan: bool = ...
) -> Tensor:
    """Where `|input − other| ≤ atol + rtol · |other|`."""

def isfinite(input: Tensor) -> Tensor:
    """Is it an ordinary number?"""

def isin(elements: Tensor, test_elements: Tensor, *, invert: bool = ...) -> Tensor:
    """Is each number among those of `test_elements`?"""

def isinf(input: Tensor) -> Tensor:
    """Is it infinite?"""

def isnan(input: Tensor) -> Tensor:
    """Is it not a number?"""

def isneginf(input: Tensor) -> Tensor:
    """Is it −∞?"""

def isposinf(input: Tensor) -> Tensor:
    """Is it ∞?"""

def kron(input: Tensor, other: Tensor) -> Tensor:
    """Every number of `input` times all of `other`, laid out as blocks."""

def kthvalue(
    input: Tensor,
    k: int,
    dim: int = ...,
    keepdim: bool = ...,
    *,
    axis: int = ...,
    keepdims: bool = ...,
) -> Ordered:
    """The `k`-th smallest along `dim`, counted from 1, and where it is."""

def le(input: Tensor, other: Any) -> Tensor:
    """Is the first number at most the second?"""

def lerp(input: Tensor, end: Tensor, weight: Any) -> Tensor:
    """`input + weight · (end − input)`: a place on the way from one to the other."""

def less(input: Tensor, other: Any) -> Tensor:
    """Is the first number smaller?"""

def less_equal(input: Tensor, other: Any) -> Tensor:
    """Is the first number at most the second?"""

def log(input: Tensor) -> Tensor:
    """The natural logarithm."""

def log10(input: Tensor) -> Tensor:
    """The logarithm to base 10."""

def log1p(input: Tensor) -> Tensor:
    """The logarithm of 1 + x, exact for small x."""

def log2(input: Tensor) -> Tensor:
    """The logarithm to base 2."""

@overload
def log_softmax(input: Tensor, dim: int, dtype: DType | None = ...) -> Tensor:
    """The logarithm of softmax along `dim`."""

@overload
def log_softmax(input: Tensor, *, axis: int, dtype: DType | None = ...) -> Tensor:
    """The logarithm of softmax along `dim`."""

def logaddexp(input: Tensor, other: Any) -> Tensor:
    """The logarithm of the sum of two exponentials: adds what is held as logarithms."""

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

def masked_fill(input: Tensor, mask: Tensor, value: Any) -> Tensor:
    """`input` with `value` where the mask holds."""

def masked_scatter(input: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    """`input` with the numbers of `source`, in order, where the mask holds."""

def masked_select(input: Tensor, mask: Tensor) -> Tensor:
    """The numbers where the mask holds, in a row."""

def matmul(input: Tensor, other: Tensor) -> Tensor:
    """The product of matrices, batches of matrices, or vectors."""

def max(
    input: Tensor, dim: Any = ..., keepdim: bool = ..., *, axis: Any = ..., keepdims: bool = ...
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
    axis: int | tuple[int, ...] | list[int] | None = ...,
    keepdims: bool = ...,
) -> Tensor:
    """The average along `dim`."""

def median(
    input: Tensor,
    dim: int | None = ...,
    keepdim: bool = ...,
    *,
    axis: int | None = ...,
    keepdims: bool = ...,
) -> Any:
    """The number in the middle (the lower of two); with `dim` also where it is."""

def meshgrid(*tensors: Any, indexing: str = ...) -> tuple[Tensor, ...]:
    """Coordinates of a grid: one Tensor for each axis."""

def min(
    input: Tensor, dim: Any = ..., keepdim: bool = ..., *, axis: Any = ..., keepdims: bool = ...
) -> Any:
    """The smallest of all; along `dim` also where; with a second Tensor the smaller of each two."""

def minimum(input: Tensor, other: Any) -> Tensor:
    """Keeps the smaller of two numbers; the blame goes to the one that was kept."""

def mm(input: Tensor, mat2: Tensor) -> Tensor:
    """The product of two matrices."""

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

def nan_to_num(
    input: Tensor, nan: float | None = ..., posinf: float | None = ..., neginf: float | None = ...
) -> Tensor:
    """NaN as `nan` (0), infinities as the largest and most negative number, or as told."""

def nanmean(
    input: Tensor,
    dim: int | tuple[int, ...] | list[int] | None = ...,
    keepdim: bool = ...,
    *,
    dtype: DType | None = ...,
    axis: int | tuple[int, ...] | list[int] | None = ...,
    keepdims: bool = ...,
) -> Tensor:
    """The average along `dim` of what is not NaN."""

def nanmedian(
    input: Tensor,
    dim: int | None = ...,
    keepdim: bool = ...,
    *,
    axis: int | None = ...,
    keepdims: bool = ...,
) -> Any:
    """The number in the middle of those that are not NaN (the lower of two)."""

def nansum(
    input: Tensor,
    dim: int | tuple[int, ...] | list[int] | None = ...,
    keepdim: bool = ...,
    *,
    dtype: DType | None = ...,
    axis: int | tuple[int, ...] | list[int] | None = ...,
    keepdims: bool = ...,
) -> Tensor:
    """The sum along `dim` of what is not NaN."""

@overload
def narrow(input: Tensor, dim: int, start: int, length: int) -> Tensor:
    """`length` entries along `dim`, from `start` on."""

@overload
def narrow(input: Tensor, *, axis: int, start: int, length: int) -> Tensor:
    """`length` entries along `dim`, from `start` on."""

def ne(input: Tensor, other: Any) -> Tensor:
    """Do the two numbers differ?"""

def neg(input: Tensor) -> Tensor:
    """Turns the sign around."""

def negative(input: Tensor) -> Tensor:
    """Turns the sign around."""

def nonzero(input: Tensor, *, as_tuple: bool = ...) -> Any:
    """The positions of all numbers that are not zero: one row each, or one Tensor per axis."""

def norm(
    input: Tensor,
    p: Any = ...,
    dim: int | tuple[int, ...] | list[int] | None = ...,
    keepdim: bool = ...,
    dtype: DType | None = ...,
    *,
    axis: int | tuple[int, ...] | list[int] | None = ...,
    keepdims: bool = ...,
) -> Tensor:
    """The length along `dim`: the root of the sum of squares, or of `p`-th powers."""

def not_equal(input: Tensor, other: Any) -> Tensor:
    """Do the two numbers differ?"""

def one_hot(tensor: Tensor, num_classes: int = ...) -> Tensor:
    """A row with a single 1 for each class number; offered as `nn.functional.one_hot`."""

def outer(input: Tensor, vec2: Tensor) -> Tensor:
    """Every number of one vector times every number of another."""

def pad(input: Tensor, pad: Any, mode: str = ..., value: float | None = ...) -> Tensor:
    """A border: `pad` counts before and after the last axis, then the one before it, and so on."""

def permute(input: Tensor, *dims: Any) -> Tensor:
    """The axes in another order."""

def positive(input: Tensor) -> Tensor:
    """The numbers themselves, as `+x`."""

def pow(input: Any, exponent: Any) -> Tensor:
    """`input` to the power of `exponent`."""

def prod(
    input: Tensor,
    dim: int | tuple[int, ...] | list[int] | None = ...,
    keepdim: bool = ...,
    *,
    dtype: DType | None = ...,
    axis: int | tuple[int, ...] | list[int] | None = ...,
    keepdims: bool = ...,
) -> Tensor:
    """The product along `dim`."""

def put(input: Tensor, index: Tensor, source: Tensor, accumulate: bool = ...) -> Tensor:
    """`input` with the numbers of `source` at positions of the flattened Tensor."""

def quantile(
    input: Tensor,
    q: Any,
    dim: int | None = ...,
    keepdim: bool = ...,
    *,
    interpolation: str = ...,
    axis: int | None = ...,
    keepdims: bool = ...,
) -> Tensor:
    """The number below which the part `q` of all numbers along `dim` lies."""

def rad2deg(input: Tensor) -> Tensor:
    """Radians as degrees."""

def ravel(input: Tensor, start_dim: int = ..., end_dim: int = ...) -> Tensor:
    """Axes `start_dim` to `end_dim` as one."""

def reciprocal(input: Tensor) -> Tensor:
    """One over the number."""

def relu(input: Tensor) -> Tensor:
    """Keeps what is positive and cuts the rest to zero."""

def remainder(input: Any, other: Any) -> Tensor:
    """What is left after floor division; has the sign of `other`."""

def repeat(input: Tensor, *repeats: Any) -> Tensor:
    """The whole Tensor, so many times along each axis."""

def repeat_interleave(
    input: Tensor, repeats: Any, dim: int | None = ..., *, axis: int | None = ...
) -> Tensor:
    """Each entry along `dim` so many times in a row; with a Tensor, each as often as it says."""

def reshape(input: Tensor, *shape: Any) -> Tensor:
    """The same numbers in other axes; one size may be −1."""

def roll(input: Tensor, shifts: Any, dims: Any = ...) -> Tensor:
    """Move along `dims`, the end coming in at the start; without `dims`, as if flattened."""

def rot90(input: Tensor, k: int = ..., dims: Sequence[int] = ...) -> Tensor:
    """A quarter turn in the plane of two axes, `k` times."""

def round(input: Tensor, *, decimals: int = ...) -> Tensor:
    """The nearest whole number, or the nearest with so many decimals."""

def row_stack(tensors: Any) -> Tensor:
    """Join one under the other: along dim 0, vectors as rows."""

def rsqrt(input: Tensor) -> Tensor:
    """One over the square root."""

@overload
def scatter(input: Tensor, dim: int, index: Tensor, src: Any = ..., *, value: Any = ...) -> Tensor:
    """`input` with the numbers at positions `index` along `dim` replaced by `src`."""

@overload
def scatter(input: Tensor, *, axis: int, index: Tensor, src: Any = ..., value: Any = ...) -> Tensor:
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

def searchsorted(sorted_sequence: Tensor, input: Tensor, *, right: bool = ...) -> Tensor:
    """Between which of the sorted edges each number falls."""

@overload
def select(input: Tensor, dim: int, index: int) -> Tensor:
    """One entry along `dim`."""

@overload
def select(input: Tensor, *, axis: int, index: int) -> Tensor:
    """One entry along `dim`."""

def sgn(input: Tensor) -> Tensor:
    """−1, 0 or 1 (0 for NaN too); flat, so no blame passes."""

def sigmoid(input: Tensor) -> Tensor:
    """Squashes any number into (0, 1): a probability."""

def sign(input: Tensor) -> Tensor:
    """−1, 0 or 1 (0 for NaN too); flat, so no blame passes."""

def sin(input: Tensor) -> Tensor:
    """The sine."""

def sinc(input: Tensor) -> Tensor:
    """`sin(πx) / (πx)`, and 1 at 0."""

def sinh(input: Tensor) -> Tensor:
    """The hyperbolic sine."""

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

def sqrt(input: Tensor) -> Tensor:
    """The square root."""

def square(input: Tensor) -> Tensor:
    """A number times itself."""

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
    axis: int | tuple[int, ...] | list[int] | None = ...,
    keepdims: bool = ...,
) -> Tensor:
    """The standard deviation along `dim`, the root of `var`."""

def std_mean(
    input: Tensor,
    dim: int | tuple[int, ...] | list[int] | None = ...,
    unbiased: bool = ...,
    keepdim: bool = ...,
    *,
    correction: int | None = ...,
    axis: int | tuple[int, ...] | list[int] | None = ...,
    keepdims: bool = ...,
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
    axis: int | tuple[int, ...] | list[int] | None = ...,
    keepdims: bool = ...,
) -> Tensor:
    """Add up along `dim`; over all axes when None."""

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

def tanh(input: Tensor) -> Tensor:
    """Squashes any number into (−1, 1), with zero in the middle."""

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

def unbind(input: Tensor, dim: int = ..., *, axis: int = ...) -> tuple[Tensor, ...]:
    """The Tensors along `dim`, without that axis."""

@overload
def unflatten(input: Tensor, dim: int, sizes: Any) -> Tensor:
    """One axis as several; one size may be −1. The reverse of `flatten`."""

@overload
def unflatten(input: Tensor, *, axis: int, sizes: Any) -> Tensor:
    """One axis as several; one size may be −1. The reverse of `flatten`."""

def unique(
    input: Tensor, sorted: bool = ..., return_inverse: bool = ..., return_counts: bool = ...
) -> Any:
    """Each number once, in order; on request each input's place, and how often each occurs."""

@overload
def unsqueeze(input: Tensor, dim: int) -> Tensor:
    """A new axis of size 1 at `dim`."""

@overload
def unsqueeze(input: Tensor, *, axis: int) -> Tensor:
    """A new axis of size 1 at `dim`."""

def var(
    input: Tensor,
    dim: int | tuple[int, ...] | list[int] | None = ...,
    unbiased: bool = ...,
    keepdim: bool = ...,
    *,
    correction: int | None = ...,
    axis: int | tuple[int, ...] | list[int] | None = ...,
    keepdims: bool = ...,
) -> Tensor:
    """The variance along `dim`, divided by n − 1 (or by n − `correction`)."""

def var_mean(
    input: Tensor,
    dim: int | tuple[int, ...] | list[int] | None = ...,
    unbiased: bool = ...,
    keepdim: bool = ...,
    *,
    correction: int | None = ...,
    axis: int | tuple[int, ...] | list[int] | None = ...,
    keepdims: bool = ...,
) -> tuple[Tensor, Tensor]:
    """The variance and the average along `dim`."""

def vdot(input: Tensor, other: Tensor) -> Tensor:
    """The sum of products of two vectors, as `dot`."""

def view(input: Tensor, *shape: Any) -> Tensor:
    """The same numbers in other axes; one size may be −1."""

def vsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """Cut into rows."""

def vstack(tensors: Any) -> Tensor:
    """Join one under the other: along dim 0, vectors as rows."""

def where(condition: Tensor, input: Any = ..., other: Any = ...) -> Any:
    """`input` where the condition holds, `other` elsewhere; alone, the places where it holds."""

def xlogy(input: Any, other: Any) -> Tensor:
    """`input · ln(other)`, and 0 where `input` is 0, as entropies need it."""
