"""Chance over matrices: covariances, and the roots of correlations."""

from __future__ import annotations

import math
from typing import Any

from pellucid.distributions import constraints
from pellucid.distributions.distribution import Distribution
from pellucid.distributions.draws import broadcast_all, standard_normal, tiny
from pellucid.distributions.gamma_draws import gamma_draw
from pellucid.distributions.multivariate import Rooted, root_of, the_given
from pellucid.distributions.shares import Beta
from pellucid.errors import SettingError, ShapeError
from pellucid.shapes import broadcast, show
from pellucid.tensor import linalg
from pellucid.tensor.creation import arange, tensor
from pellucid.tensor.lift import FUNCTIONS
from pellucid.tensor.tensor import Tensor

__all__ = ["LKJCholesky", "Wishart", "mvdigamma"]

_where: Any = FUNCTIONS["where"]
_LOG_2 = math.log(2)


def mvdigamma(a: Any, p: int) -> Any:
    """The slope of the logarithm of the gamma function of p dimensions."""
    return sum((a - 0.5 * i).digamma() for i in range(p))


class Wishart(Rooted):
    r"""Covariances: what ν vectors from a bell curve add up to, each times itself.

    $$p(X) \propto |X|^{(\nu - k - 1)/2} e^{-\operatorname{tr}(V^{-1} X) / 2}$$

    Args:
        df: how many vectors, ν; it need not be whole, but above k − 1.
        covariance_matrix: the covariance V of one vector; or
        precision_matrix: its inverse; or
        scale_tril: its lower triangular root, which costs least.
        validate_args: whether parameters and values are checked.

    Shape:
        df `*`, matrices `(*, k, k)` → batch `*`, event `(k, k)`

    Example:
        >>> import pellucid
        >>> from pellucid.distributions import Wishart
        >>> Wishart(3.0, pellucid.eye(2)).mean
        tensor([[3., 0.],
                [0., 3.]])

    Source: PyTorch, `torch.distributions.Wishart`
    """

    support = constraints.positive_definite
    has_rsample = True

    def __init__(
        self, df: Any, covariance_matrix: Any = None, precision_matrix: Any = None,
        scale_tril: Any = None, validate_args: bool | None = None,
    ) -> None:  # fmt: skip
        name, matrix = the_given(
            "Wishart", covariance_matrix=covariance_matrix, precision_matrix=precision_matrix,
            scale_tril=scale_tril,
        )  # fmt: skip
        if matrix.ndim < 2:
            raise ShapeError(
                f"Wishart: {name} needs two axes at least, and its shape is"
                f" {show(tuple(matrix.shape))}."
            )
        count = df if isinstance(df, Tensor) else tensor(float(df), dtype=matrix.dtype)
        batch = broadcast(tuple(matrix.shape[:-2]), tuple(count.shape))
        size = matrix.shape[-1]
        self.df = count.expand(batch)
        self.__dict__[name] = matrix.expand((*batch, size, size))
        super().__init__(batch, (size, size), validate_args=validate_args)
        self._root = root_of(name, matrix).expand((*batch, size, size))

    @property
    def arg_constraints(self) -> Any:  # type: ignore[override]
        """By parameter, where it may lie: df above k − 1."""
        return {
            "covariance_matrix": constraints.positive_definite,
            "precision_matrix": constraints.positive_definite,
            "scale_tril": constraints.lower_cholesky,
            "df": constraints.greater_than(self.event_shape[-1] - 1),
        }

    def _beside(self, x: Any) -> Any:
        return x.unsqueeze(-1).unsqueeze(-1)

    @property
    def mean(self) -> Any:
        return self._beside(self.df) * self.covariance_matrix

    @property
    def mode(self) -> Any:
        less = self.df - self.event_shape[-1] - 1
        return self._beside(_where(less > 0, less, math.nan)) * self.covariance_matrix

    @property
    def variance(self) -> Any:
        v = self.covariance_matrix
        own = v.diagonal(dim1=-2, dim2=-1)
        return self._beside(self.df) * (v**2 + own.unsqueeze(-1) * own.unsqueeze(-2))

    def rsample(self, sample_shape: Any = ()) -> Any:
        """Draws by Bartlett's decomposition: a triangle whose product with its mirror is one.

        Args:
            sample_shape: axes of draws, in front of those of the batch.
        """
        shape, k = tuple(self._extended_shape(sample_shape)), self.event_shape[-1]
        degrees = self.df.unsqueeze(-1) - arange(k, dtype=self.df.dtype)
        drawn = 2 * gamma_draw((degrees / 2).expand(shape[:-1]))
        below = standard_normal(shape, self._root.dtype).tril(-1)
        triangle = below + drawn.clamp(min=tiny(drawn.dtype)).sqrt().diag_embed()
        root = self._root @ triangle
        return root @ root.mT

    def _log_total(self) -> Any:
        """What the normalization has for each of the ν vectors: k ln 2 / 2 + ln |L|."""
        k = self.event_shape[-1]
        return k * _LOG_2 / 2 + self._root.diagonal(dim1=-2, dim2=-1).log().sum(-1)

    def _weighed(self, x: Any) -> Any:
        """The trace of V⁻¹ X."""
        half = linalg.solve_triangular(self._root, x, upper=False)
        both = linalg.solve_triangular(self._root, half.mT, upper=False)
        return both.diagonal(dim1=-2, dim2=-1).sum(-1)

    def log_prob(self, value: Any) -> Any:
        x, nu, k = self._taken(value), self.df, self.event_shape[-1]
        size = linalg.slogdet(x).logabsdet
        return (
            (nu - k - 1) / 2 * size - self._weighed(x) / 2 - nu * self._log_total()
            - (nu / 2).mvlgamma(k)
        )  # fmt: skip

    def entropy(self) -> Any:
        nu, k = self.df, self.event_shape[-1]
        slopes = (nu - k - 1) / 2 * mvdigamma(nu / 2, k)
        return (k + 1) * self._log_total() + (nu / 2).mvlgamma(k) - slopes + nu * k / 2


class LKJCholesky(Distribution):
    r"""Lower triangular roots of correlation matrices.

    $$p(L) \propto \prod_{i=2}^{k} L_{ii}^{2 (\eta - 1) + k - i}$$

    Args:
        dim: how many rows, k, from 2 on.
        concentration: η: 1 makes all correlations equally likely, above it small ones likelier.
        validate_args: whether parameters and values are checked.

    Shape:
        concentration `*` → batch `*`, event `(k, k)`

    Example:
        >>> import pellucid
        >>> from pellucid.distributions import LKJCholesky
        >>> LKJCholesky(3, 0.5).sample((5,)).shape
        Size([5, 3, 3])

    Source: Lewandowski, Kurowicka & Joe 2009, "Generating random correlation matrices based on
    vines and extended onion method"; PyTorch, `torch.distributions.LKJCholesky`
    """

    arg_constraints = {"concentration": constraints.positive}
    support = constraints.corr_cholesky

    def __init__(
        self, dim: int, concentration: Any = 1.0, validate_args: bool | None = None
    ) -> None:
        if dim < 2:
            raise SettingError(f"LKJCholesky: dim is a whole number from 2 on, and it is {dim}.")
        self.dim = dim
        (self.concentration,) = broadcast_all(concentration)
        super().__init__(self.concentration.shape, (dim, dim), validate_args=validate_args)

    def sample(self, sample_shape: Any = ()) -> Any:
        """Draws row by row: how long what stands left of the diagonal is, and where it points.

        Args:
            sample_shape: axes of draws, in front of those of the batch.
        """
        eta, shape = self.concentration.detach(), tuple(self._extended_shape(sample_shape))
        before = arange(1, self.dim, dtype=eta.dtype)
        rest = eta.unsqueeze(-1) + 0.5 * (self.dim - 1) - 0.5 * before
        lengths = Beta(0.5 * before, rest, validate_args=False).sample(sample_shape)
        around = standard_normal(shape, eta.dtype).tril(-1)[..., 1:, :]
        around = around / around.norm(dim=-1, keepdim=True)
        rows = lengths.sqrt().unsqueeze(-1) * around
        rows = FUNCTIONS["cat"]([rows[..., :1, :] * 0, rows], -2)
        left = (1 - (rows**2).sum(-1)).clamp(min=tiny(eta.dtype))
        return rows + left.sqrt().diag_embed()

    def log_prob(self, value: Any) -> Any:
        own = self._taken(value).diagonal(dim1=-2, dim2=-1)[..., 1:]
        eta, less = self.concentration, self.dim - 1
        falling = self.dim - arange(2, self.dim + 1, dtype=eta.dtype)
        power = 2 * (eta - 1).unsqueeze(-1) + falling
        alpha = eta + 0.5 * less
        total = (alpha - 0.5).mvlgamma(less) - less * alpha.lgamma()
        return (power * own.log()).sum(-1) - total - 0.5 * less * math.log(math.pi)
