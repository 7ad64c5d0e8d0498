"""A distribution whose draws are passed through functions that can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.distributions import constraints
from pellucid.distributions.distribution import Distribution
from pellucid.distributions.independent import Independent, added_up
from pellucid.distributions.transform import ComposeTransform, Transform
from pellucid.errors import KindError
from pellucid.tensor.grad_mode import no_grad
from pellucid.tensor.tensor import Size

__all__ = ["TransformedDistribution"]


class TransformedDistribution(Distribution):
    r"""Draws of a distribution, passed through transforms one after the other.

    $$\ln p(y) = \ln p_0(x) - \ln \left|\det \frac{\partial y}{\partial x}\right|,
    \quad x = f^{-1}(y)$$

    Args:
        base_distribution: where the draws come from.
        transforms: a transform, or several in their order.
        validate_args: whether parameters and values are checked.

    Example:
        >>> import pellucid
        >>> from pellucid.distributions import AffineTransform, Normal, TransformedDistribution
        >>> moved = TransformedDistribution(Normal(0.0, 1.0), AffineTransform(1.0, 2.0))
        >>> moved.log_prob(pellucid.tensor(1.0))
        tensor(-1.6121)

    Source: PyTorch, `torch.distributions.TransformedDistribution`
    """

    def __init__(
        self,
        base_distribution: Distribution,
        transforms: Transform | Sequence[Transform],
        validate_args: bool | None = None,
    ) -> None:
        given = [transforms] if isinstance(transforms, Transform) else transforms
        if not isinstance(given, list | tuple) or not all(isinstance(t, Transform) for t in given):
            raise KindError(f"transforms is a Transform or a list of them, not {transforms!r}.")
        self.transforms = list(given)
        whole = ComposeTransform(self.transforms)
        base_shape = (*base_distribution.batch_shape, *base_distribution.event_shape)
        shape = whole.forward_shape(base_shape)
        base = base_distribution.expand(
            whole.inverse_shape(shape)[: len(shape) - len(base_distribution.event_shape)]
        )
        more = whole.domain.event_dim - len(base.event_shape)
        self.base_dist: Any = Independent(base, more) if more > 0 else base
        drop = whole.codomain.event_dim - whole.domain.event_dim
        event = max(whole.codomain.event_dim, len(self.base_dist.event_shape) + drop)
        cut = len(shape) - event
        super().__init__(shape[:cut], shape[cut:], validate_args=validate_args)

    @property
    def has_rsample(self) -> bool:  # type: ignore[override]
        """Whether the base distribution has one."""
        return bool(self.base_dist.has_rsample)

    @constraints.dependent_property
    def support(self) -> Any:
        """Where the last transform leads to."""
        region: Any = self.transforms[-1].codomain if self.transforms else self.base_dist.support
        more = len(self.event_shape) - region.event_dim
        return constraints.independent(region, more) if more > 0 else region

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new = object.__new__(type(self)) if _instance is None else _instance
        new.__dict__.update(vars(self))
        back = ComposeTransform(self.transforms).inverse_shape((*batch_shape, *self.event_shape))
        new.base_dist = self.base_dist.expand(back[: len(back) - len(self.base_dist.event_shape)])
        new._batch_shape = Size(batch_shape)
        return new

    def sample(self, sample_shape: Any = ()) -> Any:
        with no_grad():
            return self._through(self.base_dist.sample(sample_shape))

    def rsample(self, sample_shape: Any = ()) -> Any:
        return self._through(self.base_dist.rsample(sample_shape))

    def _through(self, x: Any) -> Any:
        for transform in self.transforms:
            x = transform(x)
        return x

    def log_prob(self, value: Any) -> Any:
        y = self._taken(value)
        total: Any = 0.0
        held = len(self.event_shape)
        for transform in reversed(self.transforms):
            x = transform.inv(y)
            held += transform.domain.event_dim - transform.codomain.event_dim
            slope = transform.log_abs_det_jacobian(x, y)
            total = total - added_up(slope, held - transform.domain.event_dim)
            y = x
        return total + added_up(self.base_dist.log_prob(y), held - len(self.base_dist.event_shape))

    def _sign(self) -> Any:
        sign: Any = 1
        for transform in self.transforms:
            if transform.sign is None:
                raise NotImplementedError(
                    f"{type(self).__name__} has no cdf: {transform!r} neither grows nor falls."
                )
            sign = sign * transform.sign
        return sign

    def cdf(self, value: Any) -> Any:
        y = self._taken(value)
        for transform in reversed(self.transforms):
            y = transform.inv(y)
        sign = self._sign()
        return sign * (self.base_dist.cdf(y) - 0.5) + 0.5  # mirrored where the transform falls

    def icdf(self, value: Any) -> Any:
        return self._through(self.base_dist.icdf(self._sign() * (value - 0.5) + 0.5))

    def __repr__(self) -> str:
        if type(self) is not TransformedDistribution:
            return super().__repr__()
        return f"TransformedDistribution({self.base_dist!r}, {self.transforms!r})"
