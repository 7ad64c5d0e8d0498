"""Transforms that treat the pieces of an axis each in its own way, and those of triangles.

ln |det ∂y/∂x|    is what the pieces have, laid side by side
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from pellucid.distributions import constraints
from pellucid.distributions.draws import softplus
from pellucid.distributions.independent import added_up
from pellucid.distributions.transform import Transform
from pellucid.dtypes import int64
from pellucid.errors import KindError, SettingError, ShapeError
from pellucid.tensor import linalg
from pellucid.tensor.creation import eye, tensor
from pellucid.tensor.lift import FUNCTIONS
from pellucid.tensor.limits import finfo

__all__ = [
    "CatTransform", "CorrCholeskyTransform", "CumulativeDistributionTransform",
    "PositiveDefiniteTransform", "StackTransform",
]  # fmt: skip

_cat: Any = FUNCTIONS["cat"]
_stack: Any = FUNCTIONS["stack"]


class _Pieces(Transform):
    """What `cat` and `stack` have in common: a transform for each piece."""

    def __init__(self, tseq: Sequence[Transform], dim: int, cache_size: int) -> None:
        if not all(isinstance(t, Transform) for t in tseq):
            raise KindError(f"{type(self).__name__}: tseq holds transforms, one for each piece.")
        super().__init__(cache_size)
        self.transforms = [t.with_cache(cache_size) for t in tseq] if cache_size else list(tseq)
        self.dim = dim

    def _cut(self, x: Any) -> list[Any]:
        raise NotImplementedError

    def _joined(self, parts: list[Any]) -> Any:
        raise NotImplementedError

    def _call(self, x: Any) -> Any:
        return self._joined(
            [t(part) for t, part in zip(self.transforms, self._cut(x), strict=True)]
        )

    def _inverse(self, y: Any) -> Any:
        return self._joined(
            [t.inv(part) for t, part in zip(self.transforms, self._cut(y), strict=True)]
        )

    @property
    def bijective(self) -> bool:  # type: ignore[override]
        """Whether there is one x for each y: so it must be for every piece."""
        return all(t.bijective for t in self.transforms)


class CatTransform(_Pieces):
    """Pieces of an axis, laid end to end, each with a transform of its own.

    Args:
        tseq: the transforms.
        dim: the axis.
        lengths: how long each piece is; 1 where nothing is said.
        cache_size: as for every transform.

    Example:
        >>> import pellucid
        >>> from pellucid.distributions import CatTransform, ExpTransform, identity_transform
        >>> CatTransform([ExpTransform(), identity_transform])(pellucid.tensor([0.0, 0.0]))
        tensor([1., 0.])
    """

    def __init__(
        self, tseq: Sequence[Transform], dim: int = 0, lengths: Sequence[int] | None = None,
        cache_size: int = 0,
    ) -> None:  # fmt: skip
        super().__init__(tseq, dim, cache_size)
        self.lengths = [1] * len(self.transforms) if lengths is None else list(lengths)
        if len(self.lengths) != len(self.transforms):
            raise SettingError(
                f"CatTransform: there are {len(self.transforms)} transforms and"
                f" {len(self.lengths)} lengths; each needs one."
            )

    @property
    def event_dim(self) -> int:
        """How many axes one x has: as many as that of the piece that has most."""
        return max(t.event_dim for t in self.transforms)

    @property
    def length(self) -> int:
        """How long the axis is."""
        return sum(self.lengths)

    def _cut(self, x: Any) -> list[Any]:
        if not -x.ndim <= self.dim < x.ndim or x.shape[self.dim] != self.length:
            raise ShapeError(
                f"CatTransform: axis {self.dim} must have {self.length} entries, and the shape is"
                f" {tuple(x.shape)}."
            )
        return list(x.split(self.lengths, self.dim))

    def _joined(self, parts: list[Any]) -> Any:
        return _cat(parts, self.dim)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        found = []
        for t, a, b in zip(self.transforms, self._cut(x), self._cut(y), strict=True):
            found.append(added_up(t.log_abs_det_jacobian(a, b), self.event_dim - t.event_dim))
        dim = (self.dim - x.ndim if self.dim >= 0 else self.dim) + self.event_dim
        return _cat(found, dim) if dim < 0 else sum(found)

    @property
    def domain(self) -> Any:
        """Where x lies, piece by piece."""
        return constraints.cat([t.domain for t in self.transforms], self.dim, self.lengths)

    @property
    def codomain(self) -> Any:
        """Where y lies, piece by piece."""
        return constraints.cat([t.codomain for t in self.transforms], self.dim, self.lengths)


class StackTransform(_Pieces):
    """Places of an axis, each with a transform of its own.

    Args:
        tseq: the transforms.
        dim: the axis.
        cache_size: as for every transform.
    """

    def __init__(self, tseq: Sequence[Transform], dim: int = 0, cache_size: int = 0) -> None:
        super().__init__(tseq, dim, cache_size)

    def _cut(self, x: Any) -> list[Any]:
        if not -x.ndim <= self.dim < x.ndim or x.shape[self.dim] != len(self.transforms):
            raise ShapeError(
                f"StackTransform: axis {self.dim} must have {len(self.transforms)} entries, and"
                f" the shape is {tuple(x.shape)}."
            )
        return list(x.unbind(self.dim))

    def _joined(self, parts: list[Any]) -> Any:
        return _stack(parts, self.dim)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        pairs = zip(self.transforms, self._cut(x), self._cut(y), strict=True)
        return self._joined([t.log_abs_det_jacobian(a, b) for t, a, b in pairs])

    @property
    def domain(self) -> Any:
        """Where x lies, place by place."""
        return constraints.stack([t.domain for t in self.transforms], self.dim)

    @property
    def codomain(self) -> Any:
        """Where y lies, place by place."""
        return constraints.stack([t.codomain for t in self.transforms], self.dim)


class CumulativeDistributionTransform(Transform):
    """A value into the chance of a draw at or below it.

    Args:
        distribution: whose chance.
        cache_size: as for every transform.
    """

    bijective = True
    codomain = constraints.unit_interval
    sign = 1

    def __init__(self, distribution: Any, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self.distribution = distribution

    @property
    def domain(self) -> Any:
        """Where draws lie."""
        return self.distribution.support

    def _call(self, x: Any) -> Any:
        return self.distribution.cdf(x)

    def _inverse(self, y: Any) -> Any:
        return self.distribution.icdf(y)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return self.distribution.log_prob(x)


class PositiveDefiniteTransform(Transform):
    """Any square matrix into a positive definite one: a lower triangle times its mirror image."""

    domain = constraints.independent(constraints.real, 2)
    codomain = constraints.positive_definite

    def _call(self, x: Any) -> Any:
        root = x.tril(-1) + x.diagonal(dim1=-2, dim2=-1).exp().diag_embed()
        return root @ root.mT

    def _inverse(self, y: Any) -> Any:
        root = linalg.cholesky(y)
        return root.tril(-1) + root.diagonal(dim1=-2, dim2=-1).log().diag_embed()


class CorrCholeskyTransform(Transform):
    """k(k − 1)/2 numbers into the root of a correlation matrix: rows of length 1, a stick broken.

    Source: Stan's reference manual, "Cholesky factors of correlation matrices"
    """

    domain = constraints.real_vector
    codomain = constraints.corr_cholesky
    bijective = True

    def _call(self, x: Any) -> Any:
        eps = finfo(x.dtype).eps
        part = _triangle(x.tanh().clamp(-1 + eps, 1 - eps))
        left = (1 - part**2).sqrt().cumprod(-1)
        one = eye(part.shape[-1], dtype=x.dtype)
        return (part + one) * _cat([left[..., :1] * 0 + 1, left[..., :-1]], -1)

    def _inverse(self, y: Any) -> Any:
        left = 1 - (y * y).cumsum(-1)
        before = _cat([left[..., :1] * 0 + 1, left[..., :-1]], -1)
        return (_below(y) / _below(before).sqrt()).atanh()

    def log_abs_det_jacobian(self, x: Any, y: Any, intermediates: Any = None) -> Any:
        left = _below(1 - (y * y).cumsum(-1), 2)
        bent = 2 * (math.log(2.0) - x - softplus(-2 * x)).sum(-1)
        return 0.5 * left.log().sum(-1) + bent

    def forward_shape(self, shape: Any) -> Any:
        return (*shape[:-1], *[_rows(shape[-1])] * 2)

    def inverse_shape(self, shape: Any) -> Any:
        if len(shape) < 2 or shape[-1] != shape[-2]:
            raise ShapeError(f"CorrCholeskyTransform: square matrices are needed, not {shape}.")
        return (*shape[:-2], shape[-1] * (shape[-1] - 1) // 2)


def _rows(numbers: int) -> int:
    """How many rows the triangle has that so many numbers stand below the diagonal of."""
    rows = round(math.sqrt(0.25 + 2 * numbers) + 0.5)
    if rows * (rows - 1) // 2 != numbers:
        raise ShapeError(
            f"CorrCholeskyTransform: {numbers} numbers don't fill a triangle: take k(k − 1)/2."
        )
    return rows


def _triangle(x: Any) -> Any:
    """The square matrices with these numbers below the diagonal, row by row."""
    rows = _rows(x.shape[-1])
    at = [i * (i - 1) // 2 + j if j < i else x.shape[-1] for i in range(rows) for j in range(rows)]
    filled = _cat([x, x[..., :1] * 0], -1)
    return filled[..., tensor(at)].reshape((*x.shape[:-1], rows, rows))


def _below(y: Any, by: int = 1) -> Any:
    """The numbers below the diagonal of matrices, row by row; `by` diagonals are left out."""
    rows = y.shape[-1]
    at = [i * rows + j for i in range(rows) for j in range(i - by + 1)]
    return y.reshape((*y.shape[:-2], rows * rows))[..., tensor(at, dtype=int64)]
