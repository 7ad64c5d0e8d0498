"""What distributions share that are one shape, moved and stretched, x = μ + σ·z, or half of it."""

from __future__ import annotations

from typing import Any

from pellucid.distributions import constraints
from pellucid.distributions.distribution import Distribution
from pellucid.distributions.draws import broadcast_all

__all__ = ["Halved", "Located"]


class Located(Distribution):
    """A shape on the whole line, symmetric unless a class says otherwise.

    Args:
        loc: where it is, μ.
        scale: how wide, above 0.
        validate_args: whether parameters and values are checked.
    """

    arg_constraints = {"loc": constraints.real, "scale": constraints.positive}
    support = constraints.real
    has_rsample = True

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        self.loc, self.scale = broadcast_all(loc, scale)
        super().__init__(self.loc.shape, validate_args=validate_args)

    @property
    def mean(self) -> Any:
        return self.loc

    @property
    def mode(self) -> Any:
        return self.loc


class Halved(Distribution):
    """The right half of a shape whose middle is 0, twice as high.

    Args:
        scale: how wide the whole shape is, above 0.
        validate_args: whether parameters and values are checked.
    """

    arg_constraints = {"scale": constraints.positive}
    support = constraints.nonnegative
    has_rsample = True

    def __init__(self, scale: Any, validate_args: bool | None = None) -> None:
        (self.scale,) = broadcast_all(scale)
        super().__init__(self.scale.shape, validate_args=validate_args)

    @property
    def mode(self) -> Any:
        return self.scale * 0
