"""Axes of a batch read as axes of one event: their logarithms of chances add up."""

from __future__ import annotations

from typing import Any

from pellucid.distributions import constraints
from pellucid.distributions.distribution import Distribution
from pellucid.errors import SettingError
from pellucid.tensor.tensor import Size

__all__ = ["Independent", "added_up"]


def added_up(x: Any, axes: int) -> Any:
    """The sum over the last so many axes."""
    return x.sum(tuple(range(-axes, 0))) if axes > 0 else x


class Independent(Distribution):
    r"""Several independent distributions as one over vectors (or more axes).

    $$\ln p(x_1, \dots, x_n) = \sum_i \ln p_i(x_i)$$

    Args:
        base_distribution: the batch of distributions.
        reinterpreted_batch_ndims: how many of its last batch axes become event axes.
        validate_args: whether values are checked.

    Shape:
        batch `(*, n)` and event `(...)` → batch `*`, event `(n, ...)`

    Example:
        >>> import pellucid
        >>> from pellucid.distributions import Independent, Normal
        >>> both = Independent(Normal(pellucid.zeros(2), pellucid.ones(2)), 1)
        >>> both.event_shape, both.log_prob(pellucid.zeros(2))
        (Size([2]), tensor(-1.8379))

    Source: PyTorch, `torch.distributions.Independent`
    """

    def __init__(
        self,
        base_distribution: Distribution,
        reinterpreted_batch_ndims: int,
        validate_args: bool | None = None,
    ) -> None:
        batch, more = base_distribution.batch_shape, reinterpreted_batch_ndims
        if not 0 <= more <= len(batch):
            raise SettingError(
                f"Independent: reinterpreted_batch_ndims is {more}, and the batch has"
                f" {len(batch)} axes: take 0 to {len(batch)}."
            )
        self.base_dist: Any = base_distribution
        self.reinterpreted_batch_ndims = more
        cut = len(batch) - more
        event = (*batch[cut:], *base_distribution.event_shape)
        super().__init__(batch[:cut], event, validate_args=validate_args)

    @property
    def has_rsample(self) -> bool:  # type: ignore[override]
        """Whether the base distribution has one."""
        return bool(self.base_dist.has_rsample)

    @property
    def has_enumerate_support(self) -> bool:  # type: ignore[override]
        """Whether nothing was joined, and the base distribution lists its values."""
        return self.reinterpreted_batch_ndims == 0 and bool(self.base_dist.has_enumerate_support)

    @constraints.dependent_property
    def support(self) -> Any:
        """Each number where the base distribution has it."""
        region, more = self.base_dist.support, self.reinterpreted_batch_ndims
        return constraints.independent(region, more) if more else region

    @property
    def mean(self) -> Any:
        return self.base_dist.mean

    @property
    def mode(self) -> Any:
        return self.base_dist.mode

    @property
    def variance(self) -> Any:
        return self.base_dist.variance

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new = object.__new__(type(self)) if _instance is None else _instance
        new.__dict__.update(vars(self))
        joined = self.event_shape[: self.reinterpreted_batch_ndims]
        new.base_dist = self.base_dist.expand((*batch_shape, *joined))
        new._batch_shape = Size(batch_shape)
        return new

    def sample(self, sample_shape: Any = ()) -> Any:
        return self.base_dist.sample(sample_shape)

    def rsample(self, sample_shape: Any = ()) -> Any:
        return self.base_dist.rsample(sample_shape)

    def log_prob(self, value: Any) -> Any:
        return added_up(self.base_dist.log_prob(value), self.reinterpreted_batch_ndims)

    def entropy(self) -> Any:
        return added_up(self.base_dist.entropy(), self.reinterpreted_batch_ndims)

    def enumerate_support(self, expand: bool = True) -> Any:
        if self.reinterpreted_batch_ndims > 0:
            raise NotImplementedError("Independent lists its values only where no axis was joined.")
        return self.base_dist.enumerate_support(expand)

    def __repr__(self) -> str:
        return f"Independent({self.base_dist!r}, {self.reinterpreted_batch_ndims})"
