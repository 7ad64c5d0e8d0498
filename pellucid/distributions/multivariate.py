"""The bell curve over vectors."""

from __future__ import annotations

import math
from functools import cached_property
from typing import Any

from pellucid.distributions import constraints
from pellucid.distributions.distribution import Distribution
from pellucid.distributions.draws import standard_normal
from pellucid.errors import SettingError, ShapeError
from pellucid.shapes import Mismatch, broadcast, show
from pellucid.tensor import linalg
from pellucid.tensor.creation import eye

__all__ = [
    "LowRankMultivariateNormal", "MultivariateNormal", "Rooted", "root_of", "squared_length",
    "the_given",
]  # fmt: skip

_LOG_TURN = math.log(2 * math.pi)


def squared_length(root: Any, x: Any) -> Any:
    """|L⁻¹x|², for vectors x and the lower triangular root L of a covariance."""
    z = linalg.solve_triangular(root, x.unsqueeze(-1), upper=False)
    return (z**2).sum((-2, -1))


def the_given(who: str, **given: Any) -> tuple[str, Any]:
    """Name and value of the only one of these matrices that was given."""
    named = [name for name, value in given.items() if value is not None]
    if len(named) != 1:
        raise SettingError(
            f"{who} takes one of covariance_matrix, precision_matrix and scale_tril, and got"
            f" {' and '.join(named) or 'none'}."
        )
    return named[0], given[named[0]]


def root_of(name: str, matrix: Any) -> Any:
    """The lower triangular root of a covariance, which is given as `name` says."""
    if name == "scale_tril":
        return matrix
    return linalg.cholesky(linalg.inv(matrix) if name == "precision_matrix" else matrix)


class Rooted(Distribution):
    """One that holds the lower triangular root of a covariance, and gives its other forms."""

    _root: Any

    @cached_property
    def scale_tril(self) -> Any:
        """The lower triangular root L of the covariance."""
        return self._root

    @cached_property
    def covariance_matrix(self) -> Any:
        """L Lᵀ."""
        return self._root @ self._root.mT

    @cached_property
    def precision_matrix(self) -> Any:
        """The inverse of the covariance."""
        one = eye(self.event_shape[-1], dtype=self._root.dtype)
        inverse = linalg.solve_triangular(self._root, one, upper=False)
        return inverse.mT @ inverse


class MultivariateNormal(Rooted):
    r"""The bell curve over vectors.

    $$p(x) = \frac{1}{\sqrt{(2 \pi)^k \det \Sigma}}
    \exp\left(-\tfrac12 (x - \mu)^\top \Sigma^{-1} (x - \mu)\right)$$

    Args:
        loc: the mean, μ.
        covariance_matrix: Σ; or
        precision_matrix: its inverse; or
        scale_tril: its lower triangular root, $\Sigma = L L^\top$, which costs least.
        validate_args: whether parameters and values are checked.

    Shape:
        loc `(*, k)`, matrices `(*, k, k)` → batch `*`, event `(k,)`

    Example:
        >>> import pellucid
        >>> from pellucid.distributions import MultivariateNormal
        >>> MultivariateNormal(pellucid.zeros(2), pellucid.eye(2)).log_prob(pellucid.zeros(2))
        tensor(-1.8379)

    Source: PyTorch, `torch.distributions.MultivariateNormal`
    """

    arg_constraints = {
        "loc": constraints.real_vector, "covariance_matrix": constraints.positive_definite,
        "precision_matrix": constraints.positive_definite,
        "scale_tril": constraints.lower_cholesky,
    }  # fmt: skip
    support = constraints.real_vector
    has_rsample = True

    def __init__(
        self, loc: Any, covariance_matrix: Any = None, precision_matrix: Any = None,
        scale_tril: Any = None, validate_args: bool | None = None,
    ) -> None:  # fmt: skip
        name, matrix = the_given(
            "MultivariateNormal", covariance_matrix=covariance_matrix,
            precision_matrix=precision_matrix, scale_tril=scale_tril,
        )  # fmt: skip
        batch, size = _laid_out(loc, name, matrix)
        self.loc = loc.expand((*batch, size))
        self.__dict__[name] = matrix.expand((*batch, size, size))
        super().__init__(batch, (size,), validate_args=validate_args)
        self._root = root_of(name, self.__dict__[name])

    @property
    def mean(self) -> Any:
        return self.loc

    @property
    def mode(self) -> Any:
        return self.loc

    @property
    def variance(self) -> Any:
        return (self._root**2).sum(-1)

    def rsample(self, sample_shape: Any = ()) -> Any:
        drawn = standard_normal(self._extended_shape(sample_shape), self.loc.dtype)
        return self.loc + (self._root @ drawn.unsqueeze(-1)).squeeze(-1)

    def log_prob(self, value: Any) -> Any:
        away = squared_length(self._root, self._taken(value) - self.loc)
        return -0.5 * (self.event_shape[0] * _LOG_TURN + away) - self._half_log_det()

    def _half_log_det(self) -> Any:
        return self._root.diagonal(dim1=-2, dim2=-1).log().sum(-1)

    def entropy(self) -> Any:
        return 0.5 * self.event_shape[0] * (1 + _LOG_TURN) + self._half_log_det()


class LowRankMultivariateNormal(MultivariateNormal):
    r"""The bell curve over vectors, with a covariance of few directions and a diagonal.

    $$\Sigma = W W^\top + \mathrm{diag}(d)$$

    The covariance is put together and its root taken, which costs k³ as for every other.

    Args:
        loc: the mean.
        cov_factor: W: a column for each direction.
        cov_diag: d, above 0.
        validate_args: whether parameters and values are checked.

    Shape:
        loc `(*, k)`, cov_factor `(*, k, r)`, cov_diag `(*, k)` → batch `*`, event `(k,)`

    Source: PyTorch, `torch.distributions.LowRankMultivariateNormal`
    """

    arg_constraints = {
        "loc": constraints.real_vector, "cov_factor": constraints.independent(constraints.real, 2),
        "cov_diag": constraints.independent(constraints.positive, 1),
    }  # fmt: skip

    def __init__(
        self, loc: Any, cov_factor: Any, cov_diag: Any, validate_args: bool | None = None
    ) -> None:
        self.__dict__["cov_factor"] = cov_factor
        self.__dict__["cov_diag"] = cov_diag
        covariance = cov_factor @ cov_factor.mT + cov_diag.diag_embed()
        super().__init__(loc, covariance, validate_args=validate_args)
        batch = tuple(self.batch_shape)
        self.cov_factor = cov_factor.expand((*batch, *cov_factor.shape[-2:]))
        self.cov_diag = cov_diag.expand((*batch, cov_diag.shape[-1]))


def _laid_out(loc: Any, name: str, matrix: Any) -> tuple[tuple[int, ...], int]:
    """The shape of the batch, and the length of a vector."""
    if loc.ndim < 1 or matrix.ndim < 2:
        raise ShapeError(
            f"MultivariateNormal: loc needs an axis and {name} two, and they have shapes"
            f" {show(tuple(loc.shape))} and {show(tuple(matrix.shape))}."
        )
    size = max(loc.shape[-1], matrix.shape[-1])
    try:
        batch = broadcast(tuple(loc.shape[:-1]), tuple(matrix.shape[:-2]))
        broadcast((*batch, size, size), tuple(matrix.shape))
        broadcast((*batch, size), tuple(loc.shape))
    except Mismatch as mismatch:
        raise ShapeError(
            f"MultivariateNormal: loc {show(tuple(loc.shape))} and {name}"
            f" {show(tuple(matrix.shape))} don't fit together: {mismatch}."
        ) from None
    return batch, size
