"""A draw from one of several distributions of a family, chosen by chance."""

from __future__ import annotations

from typing import Any

from pellucid.distributions import constraints
from pellucid.distributions.categorical import Categorical
from pellucid.distributions.distribution import Distribution
from pellucid.errors import KindError, ShapeError
from pellucid.shapes import show
from pellucid.tensor.grad_mode import no_grad
from pellucid.tensor.tensor import Size

__all__ = ["MixtureSameFamily"]


class MixtureSameFamily(Distribution):
    r"""A draw from one of several distributions of a family, chosen by chance.

    $$p(x) = \sum_k w_k\, p_k(x)$$

    Args:
        mixture_distribution: a `Categorical` with the chance of each part.
        component_distribution: the parts, along the last axis of its batch.
        validate_args: whether values are checked.

    Shape:
        mixture batch `*` over K kinds, components batch `(*, K)` → batch `*`

    Example:
        >>> import pellucid
        >>> from pellucid.distributions import Categorical, MixtureSameFamily, Normal
        >>> two = Normal(pellucid.tensor([-1.0, 1.0]), pellucid.ones(2))
        >>> MixtureSameFamily(Categorical(pellucid.ones(2)), two).mean
        tensor(0.)

    Source: PyTorch, `torch.distributions.MixtureSameFamily`
    """

    def __init__(
        self,
        mixture_distribution: Categorical,
        component_distribution: Distribution,
        validate_args: bool | None = None,
    ) -> None:
        if not isinstance(mixture_distribution, Categorical):
            raise KindError("MixtureSameFamily: mixture_distribution must be a Categorical.")
        if not isinstance(component_distribution, Distribution):
            raise KindError("MixtureSameFamily: component_distribution must be a distribution.")
        held = tuple(component_distribution.batch_shape)
        kinds = mixture_distribution._num_events
        if not held or held[-1] != kinds:
            raise ShapeError(
                f"MixtureSameFamily: there are {kinds} parts to choose from, and the components"
                f" have batch shape {show(held)}; its last axis must be the parts."
            )
        self._mixture_distribution: Any = mixture_distribution.expand(held[:-1])
        self._component_distribution: Any = component_distribution
        event = component_distribution.event_shape
        self._event_ndims = len(event)
        super().__init__(held[:-1], event, validate_args=validate_args)

    @property
    def mixture_distribution(self) -> Any:
        """The chance of each part."""
        return self._mixture_distribution

    @property
    def component_distribution(self) -> Any:
        """The parts."""
        return self._component_distribution

    @constraints.dependent_property
    def support(self) -> Any:
        """Where the parts lie."""
        return self._component_distribution.support

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new = object.__new__(type(self)) if _instance is None else _instance
        new.__dict__.update(vars(self))
        mixing = self._mixture_distribution
        new._mixture_distribution = mixing.expand(batch_shape)
        parts = (*batch_shape, mixing._num_events)
        new._component_distribution = self._component_distribution.expand(parts)
        new._batch_shape = Size(batch_shape)
        return new

    def _beside(self, x: Any) -> Any:
        """A value with an axis for the parts."""
        return x.unsqueeze(-1 - self._event_ndims)

    def _weights(self) -> Any:
        chances = self._mixture_distribution.probs
        return chances.reshape((*chances.shape, *(1,) * self._event_ndims))

    def _averaged(self, each: Any) -> Any:
        return (self._weights() * each).sum(-1 - self._event_ndims)

    @property
    def mean(self) -> Any:
        return self._averaged(self._component_distribution.mean)

    @property
    def variance(self) -> Any:
        parts = self._component_distribution
        away = (parts.mean - self._beside(self.mean)) ** 2
        return self._averaged(parts.variance + away)

    def sample(self, sample_shape: Any = ()) -> Any:
        with no_grad():
            drawn = self._component_distribution.sample(sample_shape)
            at = self._mixture_distribution.sample(sample_shape)
            at = at.reshape((*at.shape, *(1,) * (self._event_ndims + 1)))
            at = at.expand((*at.shape[: -1 - self._event_ndims], 1, *self.event_shape))
            axis = -1 - self._event_ndims
            return drawn.gather(axis, at).squeeze(axis)

    def log_prob(self, value: Any) -> Any:
        x = self._beside(self._taken(value))
        return (
            self._component_distribution.log_prob(x) + self._mixture_distribution.logits
        ).logsumexp(-1)

    def cdf(self, value: Any) -> Any:
        x = self._beside(self._taken(value))
        return (self._component_distribution.cdf(x) * self._mixture_distribution.probs).sum(-1)

    def __repr__(self) -> str:
        return (
            f"MixtureSameFamily({self._mixture_distribution!r}, {self._component_distribution!r})"
        )
