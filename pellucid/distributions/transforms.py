"""The usual transforms: exponential, affine, sigmoid, tanh and their kin.

ln |det ∂y/∂x|    for y = f(x), in closed form for each
"""

from __future__ import annotations

import math
from typing import Any

from pellucid.distributions import constraints
from pellucid.distributions.draws import softplus, tiny
from pellucid.distributions.piecewise import (
    CatTransform,
    CorrCholeskyTransform,
    CumulativeDistributionTransform,
    PositiveDefiniteTransform,
    StackTransform,
)
from pellucid.distributions.transform import (
    ComposeTransform,
    IndependentTransform,
    Transform,
    identity_transform,
)
from pellucid.errors import SettingError
from pellucid.shapes import broadcast, numel
from pellucid.tensor.lift import FUNCTIONS
from pellucid.tensor.limits import finfo
from pellucid.tensor.tensor import Tensor

__all__ = [
    "AbsTransform", "AffineTransform", "CatTransform", "ComposeTransform", "CorrCholeskyTransform",
    "CumulativeDistributionTransform", "ExpTransform", "IndependentTransform",
    "LowerCholeskyTransform", "PositiveDefiniteTransform", "PowerTransform", "ReshapeTransform",
    "SigmoidTransform", "SoftmaxTransform", "SoftplusTransform", "StackTransform",
    "StickBreakingTransform", "TanhTransform", "Transform", "identity_transform",
]  # fmt: skip

_cat: Any = FUNCTIONS["cat"]
_where: Any = FUNCTIONS["where"]


class ExpTransform(Transform):
    """y = eˣ."""

    codomain = constraints.positive
    bijective = True
    sign = 1

    def _call(self, x: Any) -> Any:
        return x.exp()

    def _inverse(self, y: Any) -> Any:
        return y.log()

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return x


class PowerTransform(Transform):
    """y = x to a power, for x above 0.

    Args:
        exponent: the power.
        cache_size: as for every transform.
    """

    domain = constraints.positive
    codomain = constraints.positive
    bijective = True

    def __init__(self, exponent: Any, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self.exponent = exponent
        self.sign = _sign_of(exponent)

    def _call(self, x: Any) -> Any:
        return x**self.exponent

    def _inverse(self, y: Any) -> Any:
        return y ** (1 / self.exponent)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return (self.exponent * y / x).abs().log()

    def forward_shape(self, shape: Any) -> Any:
        return broadcast(tuple(shape), _shape_of(self.exponent))

    inverse_shape = forward_shape


class SigmoidTransform(Transform):
    """y = 1 / (1 + e⁻ˣ)."""

    codomain = constraints.unit_interval
    bijective = True
    sign = 1

    def _call(self, x: Any) -> Any:
        return x.sigmoid().clamp(tiny(x.dtype), 1 - finfo(x.dtype).eps)

    def _inverse(self, y: Any) -> Any:
        y = y.clamp(tiny(y.dtype), 1 - finfo(y.dtype).eps)
        return y.log() - (-y).log1p()

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return -softplus(-x) - softplus(x)


class SoftplusTransform(Transform):
    """y = ln(1 + eˣ)."""

    codomain = constraints.positive
    bijective = True
    sign = 1

    def _call(self, x: Any) -> Any:
        return softplus(x)

    def _inverse(self, y: Any) -> Any:
        return (-(-y).expm1()).log() + y

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return -softplus(-x)


class TanhTransform(Transform):
    """y = tanh x; the stretch is taken from x, which stays exact where y is 1 to rounding.

    Args:
        cache_size: 1 is wise where log_prob follows a sample: x is then not read back from y.
    """

    codomain = constraints.interval(-1.0, 1.0)
    bijective = True
    sign = 1

    def _call(self, x: Any) -> Any:
        return x.tanh()

    def _inverse(self, y: Any) -> Any:
        return y.atanh()

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return 2 * (math.log(2) - x - softplus(-2 * x))


class AbsTransform(Transform):
    """y = |x|; the way back takes the positive one."""

    codomain = constraints.positive

    def _call(self, x: Any) -> Any:
        return x.abs()

    def _inverse(self, y: Any) -> Any:
        return y


class AffineTransform(Transform):
    r"""y = loc + scale · x.

    Args:
        loc: what is added.
        scale: what is multiplied by.
        event_dim: how many axes one x has: 0 for numbers, 1 for vectors.
        cache_size: as for every transform.

    Example:
        >>> import pellucid
        >>> from pellucid.distributions import AffineTransform
        >>> AffineTransform(1.0, 2.0)(pellucid.tensor(3.0))
        tensor(7.)
    """

    bijective = True

    def __init__(self, loc: Any, scale: Any, event_dim: int = 0, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self.loc, self.scale, self._event_dim = loc, scale, event_dim
        if event_dim:
            self.domain = self.codomain = constraints.independent(constraints.real, event_dim)

    @property
    def sign(self) -> Any:
        """Whether y grows with x."""
        return _sign_of(self.scale)

    def _call(self, x: Any) -> Any:
        return self.loc + self.scale * x

    def _inverse(self, y: Any) -> Any:
        return (y - self.loc) / self.scale

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        scale = self.scale
        slope = scale.abs().log() if isinstance(scale, Tensor) else math.log(abs(scale))
        each = x * 0 + slope
        return each.sum(tuple(range(-self._event_dim, 0))) if self._event_dim else each

    def forward_shape(self, shape: Any) -> Any:
        return broadcast(tuple(shape), _shape_of(self.loc), _shape_of(self.scale))

    inverse_shape = forward_shape


class SoftmaxTransform(Transform):
    """Scores into shares by softmax; the way back is the logarithm, up to a constant."""

    domain = constraints.real_vector
    codomain = constraints.simplex

    def _call(self, x: Any) -> Any:
        return x.softmax(-1)

    def _inverse(self, y: Any) -> Any:
        return y.log()


class StickBreakingTransform(Transform):
    """n numbers into n + 1 shares: each takes its part of what the ones before it left."""

    domain = constraints.real_vector
    codomain = constraints.simplex
    bijective = True

    def _call(self, x: Any) -> Any:
        z = (x - _places(x)).sigmoid()
        left = (1 - z).cumprod(-1)
        return _cat([z, _one(x)], -1) * _cat([_one(x), left], -1)

    def _inverse(self, y: Any) -> Any:
        kept = y[..., :-1]
        left = (1 - kept.cumsum(-1)).clamp(min=tiny(y.dtype))
        return kept.log() - left.log() + _places(kept)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return (y[..., :-1].log() - softplus(x - _places(x))).sum(-1)

    def forward_shape(self, shape: Any) -> Any:
        return (*shape[:-1], shape[-1] + 1)

    def inverse_shape(self, shape: Any) -> Any:
        return (*shape[:-1], shape[-1] - 1)


class LowerCholeskyTransform(Transform):
    """Any square matrix into a lower triangular one, with eˣ on its diagonal."""

    domain = constraints.independent(constraints.real, 2)
    codomain = constraints.lower_cholesky

    def _call(self, x: Any) -> Any:
        return x.tril(-1) + x.diagonal(dim1=-2, dim2=-1).exp().diag_embed()

    def _inverse(self, y: Any) -> Any:
        return y.tril(-1) + y.diagonal(dim1=-2, dim2=-1).log().diag_embed()


class ReshapeTransform(Transform):
    """The same numbers in another shape.

    Args:
        in_shape: the axes of one x.
        out_shape: the axes of one y.
        cache_size: as for every transform.
    """

    bijective = True

    def __init__(self, in_shape: Any, out_shape: Any, cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self.in_shape, self.out_shape = tuple(in_shape), tuple(out_shape)
        if numel(self.in_shape) != numel(self.out_shape):
            raise SettingError(
                f"ReshapeTransform: {self.in_shape} and {self.out_shape} hold different numbers"
                " of values."
            )
        self.domain = constraints.independent(constraints.real, len(self.in_shape))
        self.codomain = constraints.independent(constraints.real, len(self.out_shape))

    def _call(self, x: Any) -> Any:
        return x.reshape(self.forward_shape(x.shape))

    def _inverse(self, y: Any) -> Any:
        return y.reshape(self.inverse_shape(y.shape))

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        kept = x.ndim - len(self.in_shape)
        return x.reshape((*x.shape[:kept], -1)).sum(-1) * 0

    def forward_shape(self, shape: Any) -> Any:
        return (*shape[: len(shape) - len(self.in_shape)], *self.out_shape)

    def inverse_shape(self, shape: Any) -> Any:
        return (*shape[: len(shape) - len(self.out_shape)], *self.in_shape)


def _one(x: Any) -> Any:
    return x[..., :1] * 0 + 1


def _places(x: Any) -> Any:
    """ln(n), …, ln(1): they let 0 stand for equal shares."""
    return x.new_ones(x.shape[-1]).flip(0).cumsum(0).flip(0).log()


def _sign_of(scale: Any) -> Any:
    return scale.sign() if isinstance(scale, Tensor) else math.copysign(1, scale)


def _shape_of(value: Any) -> Any:
    return tuple(value.shape) if isinstance(value, Tensor) else ()
