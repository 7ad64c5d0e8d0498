"""From any numbers to those that a constraint allows: `biject_to` and `transform_to`.

A parameter that must be positive, say, is learned as an unconstrained number and passed through
`transform_to(constraints.positive)`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.distributions import constraints
from pellucid.distributions.transforms import (
    AffineTransform,
    CatTransform,
    ComposeTransform,
    CorrCholeskyTransform,
    ExpTransform,
    IndependentTransform,
    LowerCholeskyTransform,
    PositiveDefiniteTransform,
    SigmoidTransform,
    SoftmaxTransform,
    StackTransform,
    StickBreakingTransform,
    Transform,
    identity_transform,
)

__all__ = ["ConstraintRegistry", "biject_to", "transform_to"]

_Maker = Callable[[Any], Transform]


class ConstraintRegistry:
    """By constraint, what makes a transform whose results lie in it.

    Example:
        >>> import pellucid
        >>> from pellucid.distributions import constraints, transform_to
        >>> transform_to(constraints.interval(-1.0, 1.0))(pellucid.tensor(0.0))
        tensor(0.)
    """

    def __init__(self) -> None:
        self._makers: dict[Any, _Maker] = {}

    def register(self, constraint: Any, factory: _Maker | None = None) -> Any:
        """Offer what makes the transform for a constraint, or for a class of them; a decorator.

        Args:
            constraint: one of `constraints`, or a class of them.
            factory: takes the constraint, gives a transform.
        """
        if factory is None:
            return lambda given: self.register(constraint, given)
        self._makers[constraint] = factory
        return factory

    def __call__(self, constraint: Any) -> Transform:
        maker = self._makers.get(constraint) or self._makers.get(type(constraint))
        if maker is None:
            raise NotImplementedError(
                f"no transform onto {constraint!r} is known.\n Offer one with register."
            )
        return maker(constraint)


biject_to = ConstraintRegistry()
transform_to = ConstraintRegistry()


def _between(c: Any) -> Transform:
    if isinstance(c.lower_bound, int | float) and (c.lower_bound, c.upper_bound) == (0, 1):
        return SigmoidTransform()
    wide = c.upper_bound - c.lower_bound
    return ComposeTransform([SigmoidTransform(), AffineTransform(c.lower_bound, wide)])


def _above(c: Any) -> Transform:
    if isinstance(c.lower_bound, int | float) and c.lower_bound == 0:
        return ExpTransform()
    return ComposeTransform([ExpTransform(), AffineTransform(c.lower_bound, 1)])


def _below(c: Any) -> Transform:
    return ComposeTransform([ExpTransform(), AffineTransform(c.upper_bound, -1)])


def _unchanged(c: Any) -> Transform:
    return identity_transform


def _offer(registry: ConstraintRegistry) -> None:
    registry.register(constraints.real, _unchanged)
    registry.register(constraints.greater_than, _above)
    registry.register(constraints.greater_than_eq, _above)
    registry.register(constraints.interval, _between)
    registry.register(constraints.half_open_interval, _between)
    registry.register(constraints.less_than, _below)
    registry.register(constraints.lower_cholesky, lambda c: LowerCholeskyTransform())
    registry.register(constraints.corr_cholesky, lambda c: CorrCholeskyTransform())
    registry.register(constraints.positive_definite, lambda c: PositiveDefiniteTransform())
    registry.register(constraints.positive_semidefinite, lambda c: PositiveDefiniteTransform())
    registry.register(
        constraints.cat, lambda c: CatTransform([registry(p) for p in c.cseq], c.dim, c.lengths)
    )
    registry.register(
        constraints.stack, lambda c: StackTransform([registry(p) for p in c.cseq], c.dim)
    )
    registry.register(
        constraints.independent,
        lambda c: IndependentTransform(registry(c.base_constraint), c.reinterpreted_batch_ndims),
    )


_offer(biject_to)
_offer(transform_to)
biject_to.register(constraints.simplex, lambda c: StickBreakingTransform())
transform_to.register(constraints.simplex, lambda c: SoftmaxTransform())
