"""Chance on a circle: directions around a mean one."""

from __future__ import annotations

import math
from typing import Any

from pellucid.distributions import constraints
from pellucid.distributions.distribution import Distribution
from pellucid.distributions.draws import broadcast_all, uniform
from pellucid.dtypes import float64
from pellucid.tensor import special
from pellucid.tensor.grad_mode import no_grad
from pellucid.tensor.lift import FUNCTIONS

__all__ = ["VonMises"]

_where: Any = FUNCTIONS["where"]
_ROUNDS = 16  # each takes a proposal with a chance above 0.65: all fail once in 10⁷


class VonMises(Distribution):
    r"""Angles around a mean angle: the bell curve on a circle.

    $$p(x) = \frac{e^{\kappa \cos(x - \mu)}}{2 \pi I_0(\kappa)}$$

    Args:
        loc: the mean angle, μ, in radians.
        concentration: how close the angles keep to it, κ, above 0.
        validate_args: whether parameters and values are checked.

    Example:
        >>> import pellucid
        >>> from pellucid.distributions import VonMises
        >>> VonMises(0.0, 1.0).log_prob(pellucid.tensor(0.0))
        tensor(-1.0738)

    Source: PyTorch, `torch.distributions.VonMises`
    """

    arg_constraints = {"loc": constraints.real, "concentration": constraints.positive}
    support = constraints.real

    def __init__(self, loc: Any, concentration: Any, validate_args: bool | None = None) -> None:
        self.loc, self.concentration = broadcast_all(loc, concentration)
        super().__init__(self.loc.shape, validate_args=validate_args)

    @property
    def mean(self) -> Any:
        """The mean direction."""
        return self.loc

    @property
    def mode(self) -> Any:
        return self.loc

    @property
    def variance(self) -> Any:
        """One less the mean cosine of the angle to the mean direction."""
        return 1 - special.i1e(self.concentration) / special.i0e(self.concentration)

    def sample(self, sample_shape: Any = ()) -> Any:
        """Draws, all of whose proposals are made at once.

        Source: Best & Fisher 1979, "Efficient simulation of the von Mises distribution"
        """
        with no_grad():
            shape = tuple(self._extended_shape(sample_shape))
            kappa = self.concentration.detach().to(float64)
            turn = self._proposed(kappa, shape) + self.loc.detach().to(float64) + math.pi
            return ((turn % (2 * math.pi)) - math.pi).to(self.loc.dtype)

    @staticmethod
    def _proposed(kappa: Any, shape: tuple[int, ...]) -> Any:
        tau = 1 + (1 + 4 * kappa**2).sqrt()
        rho = (tau - (2 * tau).sqrt()) / (2 * kappa)
        near = kappa < 1e-5  # there the quotient has lost its digits
        r = _where(near, 1 / kappa + kappa, (1 + rho**2) / (2 * _where(near, 1.0, rho)))
        u1, u2, side = uniform((3, _ROUNDS, *shape), float64).unbind()
        z = (math.pi * u1).cos()
        f = (1 + r * z) / (r + z)
        c = kappa * (r - f)
        taken = (c * (2 - c) - u2 > 0) | ((c / u2).log() + 1 - c >= 0)
        angle = (side - 0.5).sign() * f.clamp(-1.0, 1.0).acos()
        found = angle[0]
        for k in reversed(range(_ROUNDS)):
            found = _where(taken[k], angle[k], found)
        return found

    def log_prob(self, value: Any) -> Any:
        turned = (self._taken(value) - self.loc).cos() - 1
        return self.concentration * turned - (
            math.log(2 * math.pi) + special.i0e(self.concentration).log()
        )
