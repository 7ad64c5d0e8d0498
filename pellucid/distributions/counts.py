"""How often something happens that may happen any number of times."""

from __future__ import annotations

from typing import Any

from pellucid.distributions import constraints
from pellucid.distributions.chances import Binary
from pellucid.distributions.distribution import Distribution, numbers_are_known
from pellucid.distributions.draws import broadcast_all, softplus, tiny, uniform
from pellucid.distributions.gamma_draws import gamma_draw
from pellucid.dtypes import FLOAT
from pellucid.errors import DTypeError, SettingError
from pellucid.tensor.grad_mode import no_grad
from pellucid.tensor.lift import FUNCTIONS
from pellucid.tensor.random import Generator
from pellucid.tensor.returned import returning
from pellucid.tensor.tensor import Tensor

__all__ = ["NegativeBinomial", "Poisson", "poisson"]

_where: Any = FUNCTIONS["where"]
_xlogy: Any = FUNCTIONS["xlogy"]
_FEW = 10.0  # mean counts below this are counted event by event
_EVENTS = 48  # more of them come with chance 10⁻¹⁷ there
_ROUNDS = 16  # each takes a proposal with a chance above 0.75


@returning
def poisson(input: Tensor, generator: Generator | None = None) -> Tensor:
    """A count for each mean count, of its dtype: how often happens what happens at that rate.

    Args:
        input: mean counts from 0 on, of any shape.
        generator: draws; the one of `manual_seed` when None.

    Raises:
        DTypeError: whole numbers.
        SettingError: one that is negative or no number.

    Example:
        >>> import pellucid
        >>> pellucid.poisson(pellucid.tensor([0.0, 4.0, 100.0])).shape
        Size([3])
    """
    if input.dtype.category != FLOAT:
        raise DTypeError(
            f"poisson: mean counts are float, not {input.dtype.name}.\n Convert first: x.float()."
        )
    known = input._node.array
    if known is not None and not (known >= 0).all():
        worst = known[~(known >= 0)].flat[0]
        raise SettingError(f"poisson: a mean count is 0 or more, and {worst} is not.")
    return poisson_draw(input, generator)  # type: ignore[no-any-return]


def poisson_draw(rate: Any, generator: Generator | None = None) -> Any:
    """A count for each rate; the same program whatever is drawn.

    Source: Hörmann 1993, "The transformed rejection method for generating Poisson random variables"
    """
    with no_grad():
        rate = rate.detach()
        few = rate < _FEW
        low, high = _where(few, rate, 1.0), _where(few, 2 * _FEW, rate)
        waits = uniform((_EVENTS, *rate.shape), rate.dtype, generator)
        pairs = uniform((2, _ROUNDS, *rate.shape), rate.dtype, generator)
        if numbers_are_known():  # all is drawn on every way, so that the stream moves on alike
            if bool(few.all()):
                return _few(low, waits)
            if not bool(few.any()):
                return _many(high, *pairs.unbind(0))
        return _where(few, _few(low, waits), _many(high, *pairs.unbind(0)))


def _few(rate: Any, u: Any) -> Any:
    """Waiting times are laid end to end until they pass 1."""
    return ((-u.log()).cumsum(0) <= rate).to(rate.dtype).sum(0)


def _many(rate: Any, u: Any, v: Any) -> Any:
    """A bell-like draw, rounded down and kept with the chance that makes it exact."""
    b = 0.931 + 2.53 * rate.sqrt()
    a = -0.059 + 0.02483 * b
    u = u - 0.5
    middle = 0.5 - u.abs()
    count = ((2 * a / middle.clamp(min=tiny(rate.dtype)) + b) * u + rate + 0.43).floor()
    k = count.clamp(min=0)
    sure = (middle >= 0.07) & (v <= 0.9277 - 3.6224 / (b - 2))
    beyond = (count < 0) | ((middle < 0.013) & (v > middle))
    height = v.log() + (1.1239 + 1.1328 / (b - 3.4)).log() - (a / middle**2 + b).log()
    taken = sure | (~beyond & (height <= _xlogy(k, rate) - rate - (k + 1).lgamma()))
    found = rate.floor()
    for i in reversed(range(_ROUNDS)):
        found = _where(taken[i], k[i], found)
    return found


class Poisson(Distribution):
    r"""How often something happens that happens at a constant rate.

    $$P(k) = \frac{\lambda^k e^{-\lambda}}{k!}$$

    Args:
        rate: the mean count, λ.
        validate_args: whether parameters and values are checked.

    Example:
        >>> import pellucid
        >>> from pellucid.distributions import Poisson
        >>> Poisson(2.0).log_prob(pellucid.tensor(0.0))
        tensor(-2.)

    Source: PyTorch, `torch.distributions.Poisson`
    """

    arg_constraints = {"rate": constraints.nonnegative}
    support = constraints.nonnegative_integer

    def __init__(self, rate: Any, validate_args: bool | None = None) -> None:
        (self.rate,) = broadcast_all(rate)
        super().__init__(self.rate.shape, validate_args=validate_args)

    @property
    def mean(self) -> Any:
        return self.rate

    @property
    def mode(self) -> Any:
        return self.rate.floor()

    @property
    def variance(self) -> Any:
        return self.rate

    def sample(self, sample_shape: Any = ()) -> Any:
        return poisson_draw(self.rate.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value: Any) -> Any:
        k = self._taken(value)
        return _xlogy(k, self.rate) - self.rate - (k + 1).lgamma()


class NegativeBinomial(Binary):
    r"""How often something happens before it has failed r times.

    $$P(k) = \frac{\Gamma(k + r)}{k!\, \Gamma(r)} p^k (1 - p)^r$$

    Args:
        total_count: how many failures end it, r; not necessarily whole.
        probs: the chance p of each try to succeed.
        logits: in its place, ln(p / (1 − p)).
        validate_args: whether parameters and values are checked.

    Source: PyTorch, `torch.distributions.NegativeBinomial`
    """

    arg_constraints = {
        "total_count": constraints.nonnegative, "probs": constraints.half_open_interval(0.0, 1.0),
        "logits": constraints.real,
    }  # fmt: skip
    support = constraints.nonnegative_integer

    def __init__(
        self, total_count: Any, probs: Any = None, logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:  # fmt: skip
        (count,) = self._set(probs, logits, total_count)
        self.total_count = count.to(self._param.dtype)
        super().__init__(self._param.shape, validate_args=validate_args)

    @property
    def mean(self) -> Any:
        return self.total_count * self.logits.exp()

    @property
    def mode(self) -> Any:
        return ((self.total_count - 1) * self.logits.exp()).floor().clamp(min=0)

    @property
    def variance(self) -> Any:
        return self.mean / (-self.logits).sigmoid()

    def sample(self, sample_shape: Any = ()) -> Any:
        """A Poisson count whose rate is a gamma number."""
        with no_grad():
            shape = self._extended_shape(sample_shape)
            rate = gamma_draw(self.total_count.detach().expand(shape)) * self.logits.exp()
            return poisson_draw(rate)

    def log_prob(self, value: Any) -> Any:
        k, r, s = self._taken(value), self.total_count, self.logits
        ways = (k + r).lgamma() - (k + 1).lgamma() - r.lgamma()
        chance = -r * softplus(s) - k * softplus(-s)
        return chance + _where(k + r == 0, 0.0, ways)
