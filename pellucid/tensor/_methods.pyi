"""What is bound to Tensor at run time. Written by `python -m tests.signatures`."""
# ruff: noqa: E501

import builtins
from typing import Any

from pellucid.dtypes import DType
from pellucid.tensor.functions.ordering import Ordered
from pellucid.tensor.random import Generator
from pellucid.tensor.tensor import Tensor

class Methods:
    def abs(self) -> Tensor:
        """The distance from zero."""

    def abs_(self) -> Tensor:
        """`abs`, written into this Tensor's own memory."""

    def absolute(self) -> Tensor:
        """The distance from zero."""

    def add(self, other: Any, *, alpha: builtins.float = ...) -> Tensor:
        """`input + alpha · other`."""

    def add_(self, other: Any, *, alpha: builtins.float = ...) -> Tensor:
        """`add`, written into this Tensor's own memory."""

    def addmm(
        self, mat1: Tensor, mat2: Tensor, *, beta: builtins.float = ..., alpha: builtins.float = ...
    ) -> Tensor:
        """`beta · input + alpha · mat1 @ mat2`."""

    def all(
        self,
        dim: builtins.int | tuple[builtins.int, ...] | list[builtins.int] | None = ...,
        keepdim: builtins.bool = ...,
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
    ) -> Tensor:
        """The largest along `dim`; equal ones share the blame."""

    def amin(
        self,
        dim: builtins.int | tuple[builtins.int, ...] | list[builtins.int] | None = ...,
        keepdim: builtins.bool = ...,
    ) -> Tensor:
        """The smallest along `dim`; equal ones share the blame."""

    def any(
        self,
        dim: builtins.int | tuple[builtins.int, ...] | list[builtins.int] | None = ...,
        keepdim: builtins.bool = ...,
    ) -> Tensor:
        """Is at least one true (not zero)?"""

    def arctan(self) -> Tensor:
        """The angle whose tangent it is."""

    def argmax(self, dim: builtins.int | None = ..., keepdim: builtins.bool = ...) -> Tensor:
        """Where the largest is; over the flattened Tensor when `dim` is None."""

    def argmin(self, dim: builtins.int | None = ..., keepdim: builtins.bool = ...) -> Tensor:
        """Where the smallest is; over the flattened Tensor when `dim` is None."""

    def argsort(
        self,
        dim: builtins.int = ...,
        descending: builtins.bool = ...,
        *,
        stable: builtins.bool = ...,
    ) -> Tensor:
        """The positions that put the numbers in order along `dim`."""

    def atan(self) -> Tensor:
        """The angle whose tangent it is."""

    def bernoulli_(self, p: Any = ..., *, generator: Generator | None = ...) -> Tensor:
        """1 with probability `p`, else 0."""

    def bfloat16(self) -> Tensor:
        """The same numbers as bfloat16."""

    def bincount(self, weights: Tensor | None = ..., minlength: builtins.int = ...) -> Tensor:
        """How often each of the numbers 0, 1, 2, … occurs, or the total of its weights."""

    def bitwise_and(self, other: Any) -> Tensor:
        """The bits that both have; for bool: are both true?"""

    def bitwise_not(self) -> Tensor:
        """Every bit turned around; for bool: is it false?"""

    def bitwise_or(self, other: Any) -> Tensor:
        """The bits that one of them has; for bool: is one true?"""

    def bitwise_xor(self, other: Any) -> Tensor:
        """The bits in which they differ; for bool: is exactly one true?"""

    def bmm(self, mat2: Tensor) -> Tensor:
        """The products of two batches of matrices."""

    def bool(self) -> Tensor:
        """The same numbers as bool."""

    def broadcast_to(self, shape: Any) -> Tensor:
        """Stretch to a shape."""

    def ceil(self) -> Tensor:
        """The whole number above."""

    def ceil_(self) -> Tensor:
        """`ceil`, written into this Tensor's own memory."""

    def chunk(self, chunks: builtins.int, dim: builtins.int = ...) -> tuple[Tensor, ...]:
        """Cut along `dim` into at most so many pieces of equal size."""

    def clamp(self, min: Any = ..., max: Any = ...) -> Tensor:
        """Cut off what lies below `min` or above `max`."""

    def clamp_(self, min: Any = ..., max: Any = ...) -> Tensor:
        """`clamp`, written into this Tensor's own memory."""

    def clip(self, min: Any = ..., max: Any = ...) -> Tensor:
        """Cut off what lies below `min` or above `max`."""

    def clip_(self, min: Any = ..., max: Any = ...) -> Tensor:
        """`clip`, written into this Tensor's own memory."""

    def clone(self) -> Tensor:
        """A copy in memory of its own; blame passes through."""

    def contiguous(self) -> Tensor:
        """The Tensor itself where its numbers lie in order in memory, else a copy in order."""

    def copy_(self, src: Any) -> Tensor:
        """Write another Tensor's numbers into this one's memory."""

    def cos(self) -> Tensor:
        """The cosine."""

    def cos_(self) -> Tensor:
        """`cos`, written into this Tensor's own memory."""

    def cosh(self) -> Tensor:
        """The hyperbolic cosine: the line of a hanging chain."""

    def count_nonzero(
        self, dim: builtins.int | tuple[builtins.int, ...] | list[builtins.int] | None = ...
    ) -> Tensor:
        """How many numbers are not zero."""

    def cpu(self) -> Tensor:
        """The Tensor itself: everything lives on the CPU."""

    def cuda(self, device: Any = ..., non_blocking: builtins.bool = ...) -> Tensor:
        """Refused: there is no such device."""

    def cumsum(self, dim: builtins.int, *, dtype: DType | None = ...) -> Tensor:
        """Running totals along `dim`."""

    def diag(self, diagonal: builtins.int = ...) -> Tensor:
        """The diagonal of a matrix, or a matrix with this diagonal."""

    def diag_embed(self, offset: builtins.int = ...) -> Tensor:
        """Matrices with the last axis of `input` on their diagonal."""

    def diagonal(
        self, offset: builtins.int = ..., dim1: builtins.int = ..., dim2: builtins.int = ...
    ) -> Tensor:
        """The numbers on a diagonal, as a new last axis."""

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

    def double(self) -> Tensor:
        """The same numbers as float64."""

    def eq(self, other: Any) -> Tensor:
        """Are the two numbers equal?"""

    def equal(self, other: Tensor) -> builtins.bool:
        """Whether two Tensors have the same shape and the same numbers."""

    def erf(self) -> Tensor:
        """The error function: how much of a bell curve lies within x of its middle."""

    def exp(self) -> Tensor:
        """The exponential; its own derivative."""

    def exp2(self) -> Tensor:
        """Two to the power of the number."""

    def exp_(self) -> Tensor:
        """`exp`, written into this Tensor's own memory."""

    def expand(self, *sizes: Any) -> Tensor:
        """Stretch axes of size 1 without copying; −1 keeps a size."""

    def expand_as(self, other: Tensor) -> Tensor:
        """Stretch to the shape of another Tensor."""

    def expm1(self) -> Tensor:
        """The exponential less 1, exact for small x."""

    def fill_(self, value: Any) -> Tensor:
        """Write one number everywhere."""

    def fix(self) -> Tensor:
        """The whole number toward zero."""

    def flatten(self, start_dim: builtins.int = ..., end_dim: builtins.int = ...) -> Tensor:
        """Axes `start_dim` to `end_dim` as one."""

    def flip(self, *dims: Any) -> Tensor:
        """Turn axes around."""

    def fliplr(self) -> Tensor:
        """Turn the columns around."""

    def flipud(self) -> Tensor:
        """Turn the rows around."""

    def float(self) -> Tensor:
        """The same numbers as float32."""

    def floor(self) -> Tensor:
        """The whole number below."""

    def floor_(self) -> Tensor:
        """`floor`, written into this Tensor's own memory."""

    def floor_divide(self, other: Any) -> Tensor:
        """How many times `other` fits whole into `input`, rounded down."""

    def floor_divide_(self, other: Any) -> Tensor:
        """`floor_divide`, written into this Tensor's own memory."""

    def gather(self, dim: builtins.int, index: Tensor) -> Tensor:
        """Pick one number per position of `index` along `dim`."""

    def ge(self, other: Any) -> Tensor:
        """Is the first number at least the second?"""

    def greater(self, other: Any) -> Tensor:
        """Is the first number larger?"""

    def greater_equal(self, other: Any) -> Tensor:
        """Is the first number at least the second?"""

    def gt(self, other: Any) -> Tensor:
        """Is the first number larger?"""

    def half(self) -> Tensor:
        """The same numbers as float16."""

    def histc(
        self, bins: builtins.int = ..., min: builtins.float = ..., max: builtins.float = ...
    ) -> Tensor:
        """How many numbers fall into each of `bins` equal steps from `min` to `max`."""

    def index_add(
        self, dim: builtins.int, index: Tensor, source: Tensor, *, alpha: builtins.float = ...
    ) -> Tensor:
        """`input` with the slices of `source` added at the positions `index` along `dim`."""

    def index_add_(
        self, dim: builtins.int, index: Tensor, source: Tensor, *, alpha: builtins.float = ...
    ) -> Tensor:
        """`index_add`, written into this Tensor's own memory."""

    def index_select(self, dim: builtins.int, index: Tensor) -> Tensor:
        """The slices of `input` at the positions `index` along `dim`."""

    def int(self) -> Tensor:
        """The same numbers as int32."""

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

    def kthvalue(
        self, k: builtins.int, dim: builtins.int = ..., keepdim: builtins.bool = ...
    ) -> Ordered:
        """The `k`-th smallest along `dim`, counted from 1, and where it is."""

    def le(self, other: Any) -> Tensor:
        """Is the first number at most the second?"""

    def less(self, other: Any) -> Tensor:
        """Is the first number smaller?"""

    def less_equal(self, other: Any) -> Tensor:
        """Is the first number at most the second?"""

    def log(self) -> Tensor:
        """The natural logarithm."""

    def log10(self) -> Tensor:
        """The logarithm to base 10."""

    def log1p(self) -> Tensor:
        """The logarithm of 1 + x, exact for small x."""

    def log1p_(self) -> Tensor:
        """`log1p`, written into this Tensor's own memory."""

    def log2(self) -> Tensor:
        """The logarithm to base 2."""

    def log_(self) -> Tensor:
        """`log`, written into this Tensor's own memory."""

    def log_softmax(self, dim: builtins.int, dtype: DType | None = ...) -> Tensor:
        """The logarithm of softmax along `dim`."""

    def logical_and(self, other: Any) -> Tensor:
        """Are both true (not zero)?"""

    def logical_not(self) -> Tensor:
        """Is it false (zero)?"""

    def logical_not_(self) -> Tensor:
        """`logical_not`, written into this Tensor's own memory."""

    def logical_or(self, other: Any) -> Tensor:
        """Is one of them true (not zero)?"""

    def logical_xor(self, other: Any) -> Tensor:
        """Is exactly one of them true?"""

    def logsumexp(
        self,
        dim: builtins.int | tuple[builtins.int, ...] | list[builtins.int] | None,
        keepdim: builtins.bool = ...,
    ) -> Tensor:
        """The logarithm of the sum of exponentials along `dim`."""

    def long(self) -> Tensor:
        """The same numbers as int64."""

    def lt(self, other: Any) -> Tensor:
        """Is the first number smaller?"""

    def masked_fill(self, mask: Tensor, value: Any) -> Tensor:
        """`input` with `value` where the mask holds."""

    def masked_fill_(self, mask: Tensor, value: Any) -> Tensor:
        """`masked_fill`, written into this Tensor's own memory."""

    def masked_select(self, mask: Tensor) -> Tensor:
        """The numbers where the mask holds, in a row."""

    def matmul(self, other: Tensor) -> Tensor:
        """The product of matrices, batches of matrices, or vectors."""

    def max(self, dim: Any = ..., keepdim: builtins.bool = ...) -> Any:
        """The largest of all; along `dim` also where; with a second Tensor the larger of each two."""

    def maximum(self, other: Any) -> Tensor:
        """Keeps the larger of two numbers; the blame goes to the one that was kept."""

    def mean(
        self,
        dim: builtins.int | tuple[builtins.int, ...] | list[builtins.int] | None = ...,
        keepdim: builtins.bool = ...,
        *,
        dtype: DType | None = ...,
    ) -> Tensor:
        """The average along `dim`."""

    def median(self, dim: builtins.int | None = ..., keepdim: builtins.bool = ...) -> Any:
        """The number in the middle (the lower of two); with `dim` also where it is."""

    def min(self, dim: Any = ..., keepdim: builtins.bool = ...) -> Any:
        """The smallest of all; along `dim` also where; with a second Tensor the smaller of each two."""

    def minimum(self, other: Any) -> Tensor:
        """Keeps the smaller of two numbers; the blame goes to the one that was kept."""

    def mm(self, mat2: Tensor) -> Tensor:
        """The product of two matrices."""

    def moveaxis(self, source: Any, destination: Any) -> Tensor:
        """Axes `source` at the places `destination`; the others keep their order."""

    def movedim(self, source: Any, destination: Any) -> Tensor:
        """Axes `source` at the places `destination`; the others keep their order."""

    def mul(self, other: Any) -> Tensor:
        """Multiplies number by number; each factor's blame is the other factor."""

    def mul_(self, other: Any) -> Tensor:
        """`mul`, written into this Tensor's own memory."""

    def multiply(self, other: Any) -> Tensor:
        """Multiplies number by number; each factor's blame is the other factor."""

    def multiply_(self, other: Any) -> Tensor:
        """`multiply`, written into this Tensor's own memory."""

    def mv(self, vec: Tensor) -> Tensor:
        """A matrix times a vector; offered as `mv`."""

    def narrow(self, dim: builtins.int, start: builtins.int, length: builtins.int) -> Tensor:
        """`length` entries along `dim`, from `start` on."""

    def ne(self, other: Any) -> Tensor:
        """Do the two numbers differ?"""

    def neg(self) -> Tensor:
        """Turns the sign around."""

    def neg_(self) -> Tensor:
        """`neg`, written into this Tensor's own memory."""

    def negative(self) -> Tensor:
        """Turns the sign around."""

    def negative_(self) -> Tensor:
        """`negative`, written into this Tensor's own memory."""

    def new_empty(
        self,
        *size: Any,
        dtype: DType | None = ...,
        device: Any = ...,
        requires_grad: builtins.bool = ...,
    ) -> Tensor:
        """A Tensor of this one's dtype, to be filled; it starts as zeros."""

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

    def nonzero(self, *, as_tuple: builtins.bool = ...) -> Any:
        """The positions of all numbers that are not zero: one row each, or one Tensor per axis."""

    def norm(
        self,
        p: Any = ...,
        dim: builtins.int | tuple[builtins.int, ...] | list[builtins.int] | None = ...,
        keepdim: builtins.bool = ...,
        dtype: DType | None = ...,
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

    def outer(self, vec2: Tensor) -> Tensor:
        """Every number of one vector times every number of another."""

    def permute(self, *dims: Any) -> Tensor:
        """The axes in another order."""

    def pow(self, exponent: Any) -> Tensor:
        """`input` to the power of `exponent`."""

    def pow_(self, exponent: Any) -> Tensor:
        """`pow`, written into this Tensor's own memory."""

    def prod(
        self,
        dim: builtins.int | tuple[builtins.int, ...] | list[builtins.int] | None = ...,
        keepdim: builtins.bool = ...,
        *,
        dtype: DType | None = ...,
    ) -> Tensor:
        """The product along `dim`."""

    def random_(
        self,
        from_: builtins.int = ...,
        to: builtins.int | None = ...,
        *,
        generator: Generator | None = ...,
    ) -> Tensor:
        """Whole numbers from `from_` (0 when left out) up to, not including, `to`."""

    def ravel(self, start_dim: builtins.int = ..., end_dim: builtins.int = ...) -> Tensor:
        """Axes `start_dim` to `end_dim` as one."""

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

    def repeat(self, *repeats: Any) -> Tensor:
        """The whole Tensor, so many times along each axis."""

    def repeat_interleave(self, repeats: Any, dim: builtins.int | None = ...) -> Tensor:
        """Each entry along `dim` so many times in a row; with a Tensor, each as often as it says."""

    def reshape(self, *shape: Any) -> Tensor:
        """The same numbers in other axes; one size may be −1."""

    def roll(self, shifts: Any, dims: Any = ...) -> Tensor:
        """Move along `dims`, the end coming in at the start; without `dims`, as if flattened."""

    def round(self, *, decimals: builtins.int = ...) -> Tensor:
        """The nearest whole number, or the nearest with so many decimals."""

    def round_(self, *, decimals: builtins.int = ...) -> Tensor:
        """`round`, written into this Tensor's own memory."""

    def rsqrt(self) -> Tensor:
        """One over the square root."""

    def rsqrt_(self) -> Tensor:
        """`rsqrt`, written into this Tensor's own memory."""

    def scatter(
        self, dim: builtins.int, index: Tensor, src: Any = ..., *, value: Any = ...
    ) -> Tensor:
        """`input` with the numbers at positions `index` along `dim` replaced by `src`."""

    def scatter_(
        self, dim: builtins.int, index: Tensor, src: Any = ..., *, value: Any = ...
    ) -> Tensor:
        """`scatter`, written into this Tensor's own memory."""

    def scatter_add(self, dim: builtins.int, index: Tensor, src: Tensor) -> Tensor:
        """`input` with the numbers of `src` added at positions `index` along `dim`."""

    def scatter_add_(self, dim: builtins.int, index: Tensor, src: Tensor) -> Tensor:
        """`scatter_add`, written into this Tensor's own memory."""

    def select(self, dim: builtins.int, index: builtins.int) -> Tensor:
        """One entry along `dim`."""

    def sigmoid(self) -> Tensor:
        """Squashes any number into (0, 1): a probability."""

    def sigmoid_(self) -> Tensor:
        """`sigmoid`, written into this Tensor's own memory."""

    def sign(self) -> Tensor:
        """−1, 0 or 1; flat, so no blame passes."""

    def sign_(self) -> Tensor:
        """`sign`, written into this Tensor's own memory."""

    def sin(self) -> Tensor:
        """The sine."""

    def sin_(self) -> Tensor:
        """`sin`, written into this Tensor's own memory."""

    def sinh(self) -> Tensor:
        """The hyperbolic sine."""

    def softmax(self, dim: builtins.int, dtype: DType | None = ...) -> Tensor:
        """Probabilities along `dim`: positive and summing to 1."""

    def sort(
        self,
        dim: builtins.int = ...,
        descending: builtins.bool = ...,
        *,
        stable: builtins.bool = ...,
    ) -> Ordered:
        """Numbers in order along `dim`, and where each came from. Equal numbers keep their order."""

    def split(self, split_size_or_sections: Any, dim: builtins.int = ...) -> tuple[Tensor, ...]:
        """Cut along `dim` into pieces of one size, or of the sizes listed."""

    def sqrt(self) -> Tensor:
        """The square root."""

    def sqrt_(self) -> Tensor:
        """`sqrt`, written into this Tensor's own memory."""

    def square(self) -> Tensor:
        """A number times itself."""

    def square_(self) -> Tensor:
        """`square`, written into this Tensor's own memory."""

    def squeeze(self, dim: builtins.int | tuple[builtins.int, ...] | None = ...) -> Tensor:
        """Drop axes of size 1: all, or only `dim`."""

    def std(
        self,
        dim: builtins.int | tuple[builtins.int, ...] | list[builtins.int] | None = ...,
        unbiased: builtins.bool = ...,
        keepdim: builtins.bool = ...,
        *,
        correction: builtins.int | None = ...,
    ) -> Tensor:
        """The standard deviation along `dim`, the root of `var`."""

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
    ) -> Tensor:
        """Add up along `dim`; over all axes when None."""

    def swapaxes(self, dim0: builtins.int, dim1: builtins.int) -> Tensor:
        """Exchange two axes."""

    def swapdims(self, dim0: builtins.int, dim1: builtins.int) -> Tensor:
        """Exchange two axes."""

    def t(self) -> Tensor:
        """A matrix mirrored at its diagonal."""

    def take(self, index: Tensor) -> Tensor:
        """Pick from the flattened Tensor."""

    def take_along_dim(self, indices: Tensor, dim: builtins.int | None = ...) -> Tensor:
        """Pick along `dim`; the other axes are broadcast, as `argsort` and `argmax` results need."""

    def tan(self) -> Tensor:
        """The tangent: sine over cosine."""

    def tanh(self) -> Tensor:
        """Squashes any number into (−1, 1), with zero in the middle."""

    def tanh_(self) -> Tensor:
        """`tanh`, written into this Tensor's own memory."""

    def tile(self, *dims: Any) -> Tensor:
        """Like `repeat`; counts that are missing on the left are 1."""

    def to(
        self,
        *args: Any,
        dtype: Any = ...,
        device: Any = ...,
        copy: builtins.bool = ...,
        non_blocking: builtins.bool = ...,
    ) -> Tensor:
        """Another dtype: `x.to(pellucid.float64)`, or that of another Tensor; the device is "cpu"."""

    def topk(
        self,
        k: builtins.int,
        dim: builtins.int = ...,
        largest: builtins.bool = ...,
        sorted: builtins.bool = ...,
    ) -> Ordered:
        """The `k` largest (or smallest) along `dim`, and where they are; always sorted here."""

    def trace(self) -> Tensor:
        """The sum of the diagonal of a matrix."""

    def transpose(self, dim0: builtins.int, dim1: builtins.int) -> Tensor:
        """Exchange two axes."""

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

    def trunc(self) -> Tensor:
        """The whole number toward zero."""

    def trunc_(self) -> Tensor:
        """`trunc`, written into this Tensor's own memory."""

    def type(self, dtype: Any = ...) -> Any:
        """The name of the kind of Tensor; with an argument, the Tensor converted."""

    def type_as(self, other: Tensor) -> Tensor:
        """The dtype of another Tensor."""

    def unbind(self, dim: builtins.int = ...) -> tuple[Tensor, ...]:
        """The Tensors along `dim`, without that axis."""

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
    ) -> Any:
        """Each number once, in order; on request each input's place, and how often each occurs."""

    def unsqueeze(self, dim: builtins.int) -> Tensor:
        """A new axis of size 1 at `dim`."""

    def var(
        self,
        dim: builtins.int | tuple[builtins.int, ...] | list[builtins.int] | None = ...,
        unbiased: builtins.bool = ...,
        keepdim: builtins.bool = ...,
        *,
        correction: builtins.int | None = ...,
    ) -> Tensor:
        """The variance along `dim`, divided by n − 1 (or by n − `correction`)."""

    def view(self, *shape: Any) -> Tensor:
        """The same numbers in other axes; one size may be −1."""

    def view_as(self, other: Tensor) -> Tensor:
        """The shape of another Tensor."""

    def where(self, input: Any, other: Any) -> Tensor:
        """`input` where the condition holds, `other` elsewhere."""

    def zero_(self) -> Tensor:
        """Write zeros everywhere."""
