"""What the package offers as functions of Tensors. Written by `python -m tests.signatures`."""

from typing import Any

from pellucid.dtypes import DType
from pellucid.tensor.functions.ordering import Ordered
from pellucid.tensor.tensor import Tensor

def abs(input: Tensor) -> Tensor:
    """The distance from zero."""

def absolute(input: Tensor) -> Tensor:
    """The distance from zero."""

def add(input: Tensor, other: Any, *, alpha: float = ...) -> Tensor:
    """`input + alpha · other`."""

def addmm(
    input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: float = ..., alpha: float = ...
) -> Tensor:
    """`beta · input + alpha · mat1 @ mat2`."""

def all(
    input: Tensor, dim: int | tuple[int, ...] | list[int] | None = ..., keepdim: bool = ...
) -> Tensor:
    """Are all true (not zero)?"""

def allclose(
    input: Tensor, other: Any, rtol: float = ..., atol: float = ..., equal_nan: bool = ...
) -> bool:
    """Whether all numbers are close; see `isclose`."""

def amax(
    input: Tensor, dim: int | tuple[int, ...] | list[int] | None = ..., keepdim: bool = ...
) -> Tensor:
    """The largest along `dim`; equal ones share the blame."""

def amin(
    input: Tensor, dim: int | tuple[int, ...] | list[int] | None = ..., keepdim: bool = ...
) -> Tensor:
    """The smallest along `dim`; equal ones share the blame."""

def any(
    input: Tensor, dim: int | tuple[int, ...] | list[int] | None = ..., keepdim: bool = ...
) -> Tensor:
    """Is at least one true (not zero)?"""

def arctan(input: Tensor) -> Tensor:
    """The angle whose tangent it is."""

def argmax(input: Tensor, dim: int | None = ..., keepdim: bool = ...) -> Tensor:
    """Where the largest is; over the flattened Tensor when `dim` is None."""

def argmin(input: Tensor, dim: int | None = ..., keepdim: bool = ...) -> Tensor:
    """Where the smallest is; over the flattened Tensor when `dim` is None."""

def argsort(input: Tensor, dim: int = ..., descending: bool = ..., *, stable: bool = ...) -> Tensor:
    """The positions that put the numbers in order along `dim`."""

def atan(input: Tensor) -> Tensor:
    """The angle whose tangent it is."""

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

def bmm(input: Tensor, mat2: Tensor) -> Tensor:
    """The products of two batches of matrices."""

def broadcast_tensors(*tensors: Tensor) -> tuple[Tensor, ...]:
    """All stretched to their common shape."""

def broadcast_to(input: Tensor, shape: Any) -> Tensor:
    """Stretch to a shape."""

def bucketize(input: Tensor, boundaries: Tensor, *, right: bool = ...) -> Tensor:
    """The number of the bucket into which each number falls."""

def cat(tensors: Any, dim: int = ...) -> Tensor:
    """Join Tensors end to end along `dim`."""

def ceil(input: Tensor) -> Tensor:
    """The whole number above."""

def chunk(input: Tensor, chunks: int, dim: int = ...) -> tuple[Tensor, ...]:
    """Cut along `dim` into at most so many pieces of equal size."""

def clamp(input: Tensor, min: Any = ..., max: Any = ...) -> Tensor:
    """Cut off what lies below `min` or above `max`."""

def clip(input: Tensor, min: Any = ..., max: Any = ...) -> Tensor:
    """Cut off what lies below `min` or above `max`."""

def clone(input: Tensor) -> Tensor:
    """A copy in memory of its own; blame passes through."""

def concat(tensors: Any, dim: int = ...) -> Tensor:
    """Join Tensors end to end along `dim`."""

def concatenate(tensors: Any, dim: int = ...) -> Tensor:
    """Join Tensors end to end along `dim`."""

def cos(input: Tensor) -> Tensor:
    """The cosine."""

def cosh(input: Tensor) -> Tensor:
    """The hyperbolic cosine: the line of a hanging chain."""

def count_nonzero(input: Tensor, dim: int | tuple[int, ...] | list[int] | None = ...) -> Tensor:
    """How many numbers are not zero."""

def cumsum(input: Tensor, dim: int, *, dtype: DType | None = ...) -> Tensor:
    """Running totals along `dim`."""

def diag(input: Tensor, diagonal: int = ...) -> Tensor:
    """The diagonal of a matrix, or a matrix with this diagonal."""

def diag_embed(input: Tensor, offset: int = ...) -> Tensor:
    """Matrices with the last axis of `input` on their diagonal."""

def diagonal(input: Tensor, offset: int = ..., dim1: int = ..., dim2: int = ...) -> Tensor:
    """The numbers on a diagonal, as a new last axis."""

def div(input: Tensor, other: Any, *, rounding_mode: str | None = ...) -> Tensor:
    """`input / other`; rounded down with `rounding_mode="floor"`, toward zero with `"trunc"`."""

def divide(input: Tensor, other: Any, *, rounding_mode: str | None = ...) -> Tensor:
    """`input / other`; rounded down with `rounding_mode="floor"`, toward zero with `"trunc"`."""

def dot(input: Tensor, tensor: Tensor) -> Tensor:
    """The sum of products of two vectors."""

def einsum(equation: str, *operands: Any) -> Tensor:
    """Einstein's summation: `einsum("ij,jk->ik", a, b)`."""

def eq(input: Tensor, other: Any) -> Tensor:
    """Are the two numbers equal?"""

def equal(input: Tensor, other: Tensor) -> bool:
    """Whether two Tensors have the same shape and the same numbers."""

def erf(input: Tensor) -> Tensor:
    """The error function: how much of a bell curve lies within x of its middle."""

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

def floor(input: Tensor) -> Tensor:
    """The whole number below."""

def floor_divide(input: Any, other: Any) -> Tensor:
    """How many times `other` fits whole into `input`, rounded down."""

def gather(input: Tensor, dim: int, index: Tensor) -> Tensor:
    """Pick one number per position of `index` along `dim`."""

def ge(input: Tensor, other: Any) -> Tensor:
    """Is the first number at least the second?"""

def greater(input: Tensor, other: Any) -> Tensor:
    """Is the first number larger?"""

def greater_equal(input: Tensor, other: Any) -> Tensor:
    """Is the first number at least the second?"""

def gt(input: Tensor, other: Any) -> Tensor:
    """Is the first number larger?"""

def histc(input: Tensor, bins: int = ..., min: float = ..., max: float = ...) -> Tensor:
    """How many numbers fall into each of `bins` equal steps from `min` to `max`."""

def hstack(tensors: Any) -> Tensor:
    """Join side by side: along dim 1, vectors along dim 0."""

def index_add(
    input: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha: float = ...
) -> Tensor:
    """`input` with the slices of `source` added at the positions `index` along `dim`."""

def index_select(input: Tensor, dim: int, index: Tensor) -> Tensor:
    """The slices of `input` at the positions `index` along `dim`."""

def isclose(
    input: Tensor, other: Any, rtol: float = ..., atol: float = ..., equal_nan: bool = ...
) -> Tensor:
    """Where `|input − other| ≤ atol + rtol · |other|`."""

def isfinite(input: Tensor) -> Tensor:
    """Is it an ordinary number?"""

def isinf(input: Tensor) -> Tensor:
    """Is it infinite?"""

def isnan(input: Tensor) -> Tensor:
    """Is it not a number?"""

def kthvalue(input: Tensor, k: int, dim: int = ..., keepdim: bool = ...) -> Ordered:
    """The `k`-th smallest along `dim`, counted from 1, and where it is."""

def le(input: Tensor, other: Any) -> Tensor:
    """Is the first number at most the second?"""

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

def log_softmax(input: Tensor, dim: int, dtype: DType | None = ...) -> Tensor:
    """The logarithm of softmax along `dim`."""

def logical_and(input: Tensor, other: Any) -> Tensor:
    """Are both true (not zero)?"""

def logical_not(input: Tensor) -> Tensor:
    """Is it false (zero)?"""

def logical_or(input: Tensor, other: Any) -> Tensor:
    """Is one of them true (not zero)?"""

def logical_xor(input: Tensor, other: Any) -> Tensor:
    """Is exactly one of them true?"""

def logsumexp(
    input: Tensor, dim: int | tuple[int, ...] | list[int] | None, keepdim: bool = ...
) -> Tensor:
    """The logarithm of the sum of exponentials along `dim`."""

def lt(input: Tensor, other: Any) -> Tensor:
    """Is the first number smaller?"""

def masked_fill(input: Tensor, mask: Tensor, value: Any) -> Tensor:
    """`input` with `value` where the mask holds."""

def masked_select(input: Tensor, mask: Tensor) -> Tensor:
    """The numbers where the mask holds, in a row."""

def matmul(input: Tensor, other: Tensor) -> Tensor:
    """The product of matrices, batches of matrices, or vectors."""

def max(input: Tensor, dim: Any = ..., keepdim: bool = ...) -> Any:
    """The largest of all; along `dim` also where; with a second Tensor the larger of each two."""

def maximum(input: Tensor, other: Any) -> Tensor:
    """Keeps the larger of two numbers; the blame goes to the one that was kept."""

def mean(
    input: Tensor,
    dim: int | tuple[int, ...] | list[int] | None = ...,
    keepdim: bool = ...,
    *,
    dtype: DType | None = ...,
) -> Tensor:
    """The average along `dim`."""

def median(input: Tensor, dim: int | None = ..., keepdim: bool = ...) -> Any:
    """The number in the middle (the lower of two); with `dim` also where it is."""

def meshgrid(*tensors: Any, indexing: str = ...) -> tuple[Tensor, ...]:
    """Coordinates of a grid: one Tensor for each axis."""

def min(input: Tensor, dim: Any = ..., keepdim: bool = ...) -> Any:
    """The smallest of all; along `dim` also where; with a second Tensor the smaller of each two."""

def minimum(input: Tensor, other: Any) -> Tensor:
    """Keeps the smaller of two numbers; the blame goes to the one that was kept."""

def mm(input: Tensor, mat2: Tensor) -> Tensor:
    """The product of two matrices."""

def moveaxis(input: Tensor, source: Any, destination: Any) -> Tensor:
    """Axes `source` at the places `destination`; the others keep their order."""

def movedim(input: Tensor, source: Any, destination: Any) -> Tensor:
    """Axes `source` at the places `destination`; the others keep their order."""

def mul(input: Tensor, other: Any) -> Tensor:
    """Multiplies number by number; each factor's blame is the other factor."""

def multiply(input: Tensor, other: Any) -> Tensor:
    """Multiplies number by number; each factor's blame is the other factor."""

def mv(input: Tensor, vec: Tensor) -> Tensor:
    """A matrix times a vector; offered as `mv`."""

def narrow(input: Tensor, dim: int, start: int, length: int) -> Tensor:
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

def pow(input: Any, exponent: Any) -> Tensor:
    """`input` to the power of `exponent`."""

def prod(
    input: Tensor,
    dim: int | tuple[int, ...] | list[int] | None = ...,
    keepdim: bool = ...,
    *,
    dtype: DType | None = ...,
) -> Tensor:
    """The product along `dim`."""

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

def repeat_interleave(input: Tensor, repeats: Any, dim: int | None = ...) -> Tensor:
    """Each entry along `dim` so many times in a row; with a Tensor, each as often as it says."""

def reshape(input: Tensor, *shape: Any) -> Tensor:
    """The same numbers in other axes; one size may be −1."""

def roll(input: Tensor, shifts: Any, dims: Any = ...) -> Tensor:
    """Move along `dims`, the end coming in at the start; without `dims`, as if flattened."""

def round(input: Tensor, *, decimals: int = ...) -> Tensor:
    """The nearest whole number, or the nearest with so many decimals."""

def row_stack(tensors: Any) -> Tensor:
    """Join one under the other: along dim 0, vectors as rows."""

def rsqrt(input: Tensor) -> Tensor:
    """One over the square root."""

def scatter(input: Tensor, dim: int, index: Tensor, src: Any = ..., *, value: Any = ...) -> Tensor:
    """`input` with the numbers at positions `index` along `dim` replaced by `src`."""

def scatter_add(input: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
    """`input` with the numbers of `src` added at positions `index` along `dim`."""

def searchsorted(sorted_sequence: Tensor, input: Tensor, *, right: bool = ...) -> Tensor:
    """Between which of the sorted edges each number falls."""

def select(input: Tensor, dim: int, index: int) -> Tensor:
    """One entry along `dim`."""

def sigmoid(input: Tensor) -> Tensor:
    """Squashes any number into (0, 1): a probability."""

def sign(input: Tensor) -> Tensor:
    """−1, 0 or 1; flat, so no blame passes."""

def sin(input: Tensor) -> Tensor:
    """The sine."""

def sinh(input: Tensor) -> Tensor:
    """The hyperbolic sine."""

def softmax(input: Tensor, dim: int, dtype: DType | None = ...) -> Tensor:
    """Probabilities along `dim`: positive and summing to 1."""

def sort(input: Tensor, dim: int = ..., descending: bool = ..., *, stable: bool = ...) -> Ordered:
    """Numbers in order along `dim`, and where each came from. Equal numbers keep their order."""

def split(input: Tensor, split_size_or_sections: Any, dim: int = ...) -> tuple[Tensor, ...]:
    """Cut along `dim` into pieces of one size, or of the sizes listed."""

def sqrt(input: Tensor) -> Tensor:
    """The square root."""

def square(input: Tensor) -> Tensor:
    """A number times itself."""

def squeeze(input: Tensor, dim: int | tuple[int, ...] | None = ...) -> Tensor:
    """Drop axes of size 1: all, or only `dim`."""

def stack(tensors: Any, dim: int = ...) -> Tensor:
    """Join Tensors along a new axis."""

def std(
    input: Tensor,
    dim: int | tuple[int, ...] | list[int] | None = ...,
    unbiased: bool = ...,
    keepdim: bool = ...,
    *,
    correction: int | None = ...,
) -> Tensor:
    """The standard deviation along `dim`, the root of `var`."""

def std_mean(
    input: Tensor,
    dim: int | tuple[int, ...] | list[int] | None = ...,
    unbiased: bool = ...,
    keepdim: bool = ...,
    *,
    correction: int | None = ...,
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

def take_along_dim(input: Tensor, indices: Tensor, dim: int | None = ...) -> Tensor:
    """Pick along `dim`; the other axes are broadcast, as `argsort` and `argmax` results need."""

def tan(input: Tensor) -> Tensor:
    """The tangent: sine over cosine."""

def tanh(input: Tensor) -> Tensor:
    """Squashes any number into (−1, 1), with zero in the middle."""

def tile(input: Tensor, *dims: Any) -> Tensor:
    """Like `repeat`; counts that are missing on the left are 1."""

def topk(input: Tensor, k: int, dim: int = ..., largest: bool = ..., sorted: bool = ...) -> Ordered:
    """The `k` largest (or smallest) along `dim`, and where they are; always sorted here."""

def trace(input: Tensor) -> Tensor:
    """The sum of the diagonal of a matrix."""

def transpose(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """Exchange two axes."""

def tril(input: Tensor, diagonal: int = ...) -> Tensor:
    """The lower triangle, zeros above the diagonal."""

def triu(input: Tensor, diagonal: int = ...) -> Tensor:
    """The upper triangle, zeros below the diagonal."""

def true_divide(input: Tensor, other: Any, *, rounding_mode: str | None = ...) -> Tensor:
    """`input / other`; rounded down with `rounding_mode="floor"`, toward zero with `"trunc"`."""

def trunc(input: Tensor) -> Tensor:
    """The whole number toward zero."""

def unbind(input: Tensor, dim: int = ...) -> tuple[Tensor, ...]:
    """The Tensors along `dim`, without that axis."""

def unique(
    input: Tensor, sorted: bool = ..., return_inverse: bool = ..., return_counts: bool = ...
) -> Any:
    """Each number once, in order; on request each input's place, and how often each occurs."""

def unsqueeze(input: Tensor, dim: int) -> Tensor:
    """A new axis of size 1 at `dim`."""

def var(
    input: Tensor,
    dim: int | tuple[int, ...] | list[int] | None = ...,
    unbiased: bool = ...,
    keepdim: bool = ...,
    *,
    correction: int | None = ...,
) -> Tensor:
    """The variance along `dim`, divided by n − 1 (or by n − `correction`)."""

def var_mean(
    input: Tensor,
    dim: int | tuple[int, ...] | list[int] | None = ...,
    unbiased: bool = ...,
    keepdim: bool = ...,
    *,
    correction: int | None = ...,
) -> tuple[Tensor, Tensor]:
    """The variance and the average along `dim`."""

def view(input: Tensor, *shape: Any) -> Tensor:
    """The same numbers in other axes; one size may be −1."""

def vstack(tensors: Any) -> Tensor:
    """Join one under the other: along dim 0, vectors as rows."""

def where(condition: Tensor, input: Any, other: Any) -> Tensor:
    """`input` where the condition holds, `other` elsewhere."""
