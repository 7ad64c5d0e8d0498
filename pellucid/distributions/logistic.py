"""Shares whose scores come from a bell curve."""

from __future__ import annotations

from typing import Any

from pellucid.distributions import constraints
from pellucid.distributions.normal import Normal
from pellucid.distributions.transformed import TransformedDistribution
from pellucid.distributions.transforms import StickBreakingTransform

__all__ = ["LogisticNormal"]


class LogisticNormal(TransformedDistribution):
    """Shares that add up to 1, whose scores come from bell curves: one share more than scores.

    Args:
        loc: the means of the scores.
        scale: their spreads, above 0.
        validate_args: whether parameters and values are checked.

    Shape:
        loc, scale `(*, k)` → batch `*`, event `(k + 1,)`

    Example:
        >>> import pellucid
        >>> from pellucid.distributions import LogisticNormal
        >>> LogisticNormal(pellucid.zeros(2), pellucid.ones(2)).event_shape
        Size([3])

    Source: PyTorch, `torch.distributions.LogisticNormal`
    """

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.simplex

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        base = Normal(loc, scale, validate_args=validate_args)
        base = base if base.batch_shape else base.expand((1,))
        super().__init__(base, StickBreakingTransform(), validate_args=validate_args)

    @property
    def loc(self) -> Any:
        """The means of the scores."""
        return self.base_dist.base_dist.loc

    @property
    def scale(self) -> Any:
        """The spreads of the scores."""
        return self.base_dist.base_dist.scale
