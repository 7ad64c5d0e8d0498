"""What distributions share whose density is an exponential of a sum of products."""

from __future__ import annotations

from typing import Any

from pellucid.distributions.distribution import Distribution
from pellucid.tensor.derivative import grad
from pellucid.tensor.grad_mode import enable_grad

__all__ = ["ExponentialFamily"]


class ExponentialFamily(Distribution):
    r"""Base for distributions of one's own: an entropy out of the normalization alone.

    $$p(x) = e^{\langle t(x), \theta \rangle - F(\theta) + k(x)}, \quad
    H = F(\theta) - \langle \theta, \nabla F(\theta) \rangle - \mathbb{E}\, k(x)$$

    A class of its own gives `_natural_params`, the θ as a tuple of Tensors,
    `_log_normalizer(*params)`, the F of them, and `_mean_carrier_measure`, the mean of k.

    Args:
        batch_shape: axes of independent distributions.
        event_shape: axes of one draw.
        validate_args: whether parameters and values are checked.

    Source: PyTorch, `torch.distributions.ExponentialFamily`
    """

    @property
    def _natural_params(self) -> tuple[Any, ...]:
        raise self._without("natural parameters")

    def _log_normalizer(self, *natural_params: Any) -> Any:
        raise self._without("normalization")

    @property
    def _mean_carrier_measure(self) -> Any:
        raise self._without("mean carrier measure")

    def entropy(self) -> Any:
        """The mean surprise, in nats, from the normalization and its slopes."""
        with enable_grad():
            given = [p.detach().requires_grad_() for p in self._natural_params]
            total = self._log_normalizer(*given)
            slopes = grad(total.sum(), given, create_graph=True)
        found = total - self._mean_carrier_measure
        for value, slope in zip(given, slopes, strict=True):
            found = found - (value * slope).reshape((*self.batch_shape, -1)).sum(-1)
        return found
