"""Something that happens or does not; how often of n times; how long until it does."""

from __future__ import annotations

from typing import Any

from pellucid.distributions import constraints
from pellucid.distributions.chances import Binary
from pellucid.distributions.draws import softplus, tiny, uniform
from pellucid.errors import TraceError
from pellucid.tensor.creation import arange
from pellucid.tensor.lift import FUNCTIONS
from pellucid.tensor.random import rand
from pellucid.tensor.tensor import Tensor

__all__ = ["Bernoulli", "Binomial", "Geometric"]

_where: Any = FUNCTIONS["where"]
_NAN = float("nan")


class Bernoulli(Binary):
    r"""1 with chance p, else 0.

    $$P(x) = p^x (1 - p)^{1 - x}$$

    Args:
        probs: the chance p.
        logits: in its place, ln(p / (1 − p)).
        validate_args: whether parameters and values are checked.

    Example:
        >>> import pellucid
        >>> from pellucid.distributions import Bernoulli
        >>> Bernoulli(0.25).log_prob(pellucid.tensor([0.0, 1.0]))
        tensor([-0.2877, -1.3863])

    Source: PyTorch, `torch.distributions.Bernoulli`
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.boolean
    has_enumerate_support = True

    def __init__(
        self, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        self._set(probs, logits)
        super().__init__(self._param.shape, validate_args=validate_args)

    @property
    def mean(self) -> Any:
        return self.probs

    @property
    def mode(self) -> Any:
        top = (self.probs >= 0.5).to(self.probs.dtype)
        return _where(self.probs == 0.5, _NAN, top)

    @property
    def variance(self) -> Any:
        return self.probs * (1 - self.probs)

    def sample(self, sample_shape: Any = ()) -> Any:
        p = self.probs.detach()
        return (_rand(self._extended_shape(sample_shape), p) < p).to(p.dtype)

    def log_prob(self, value: Any) -> Any:
        return self._taken(value) * self.logits - softplus(self.logits)

    def entropy(self) -> Any:
        return softplus(self.logits) - self.probs * self.logits

    def enumerate_support(self, expand: bool = True) -> Any:
        return _listed(2, self._param, self.batch_shape, expand)


class Binomial(Binary):
    r"""How often something happens in n times.

    $$P(k) = \binom{n}{k} p^k (1 - p)^{n - k}$$

    Args:
        total_count: how many times, n.
        probs: the chance each time.
        logits: in its place, ln(p / (1 − p)).
        validate_args: whether parameters and values are checked.

    Example:
        >>> import pellucid
        >>> from pellucid.distributions import Binomial
        >>> Binomial(4, 0.5).log_prob(pellucid.tensor(2.0)).exp()
        tensor(0.3750)

    Source: PyTorch, `torch.distributions.Binomial`
    """

    arg_constraints = {
        "total_count": constraints.nonnegative_integer, "probs": constraints.unit_interval,
        "logits": constraints.real,
    }  # fmt: skip
    has_enumerate_support = True

    def __init__(
        self, total_count: Any = 1, probs: Any = None, logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:  # fmt: skip
        (count,) = self._set(probs, logits, total_count)
        self.total_count = count.to(self._param.dtype)
        self._most = None if isinstance(total_count, Tensor) else int(total_count)
        super().__init__(self._param.shape, validate_args=validate_args)

    @constraints.dependent_property(is_discrete=True)
    def support(self) -> Any:
        """Whole numbers up to n."""
        return constraints.integer_interval(0, self.total_count)

    @property
    def mean(self) -> Any:
        return self.total_count * self.probs

    @property
    def mode(self) -> Any:
        return FUNCTIONS["minimum"](((self.total_count + 1) * self.probs).floor(), self.total_count)

    @property
    def variance(self) -> Any:
        return self.total_count * self.probs * (1 - self.probs)

    def _largest(self) -> int:
        if self._most is not None:
            return self._most
        if self.total_count._node.array is None:
            raise TraceError(
                "Binomial: total_count must be known where a step is compiled.\n"
                " Give it as a number, or make the distribution outside of the compiled function."
            )
        return int(self.total_count.detach().max().item())

    def sample(self, sample_shape: Any = ()) -> Any:
        """Draws: each of n tries for itself."""
        shape, p, n = self._extended_shape(sample_shape), self.probs.detach(), self._largest()
        tried = _range_like(n, p, len(shape)) < self.total_count.detach()
        happened = _rand((n, *shape), p) < p
        return (happened & tried).to(p.dtype).sum(0)

    def log_prob(self, value: Any) -> Any:
        k, n, s = self._taken(value), self.total_count, self.logits
        ways = (n + 1).lgamma() - (k + 1).lgamma() - (n - k + 1).lgamma()
        return ways + k * s - n * softplus(s)

    def entropy(self) -> Any:
        if bool((self.total_count.detach() != self._largest()).any()):
            raise NotImplementedError("Binomial has an entropy only where all counts are the same.")
        found = self.log_prob(self.enumerate_support(expand=False))
        return -(found.exp() * found).sum(0)

    def enumerate_support(self, expand: bool = True) -> Any:
        return _listed(1 + self._largest(), self._param, self.batch_shape, expand)


class Geometric(Binary):
    r"""How often something fails before it happens.

    $$P(k) = (1 - p)^k p, \quad k = 0, 1, 2, \dots$$

    Args:
        probs: the chance p of each try.
        logits: in its place, ln(p / (1 − p)).
        validate_args: whether parameters and values are checked.

    Example:
        >>> import pellucid
        >>> from pellucid.distributions import Geometric
        >>> Geometric(0.25).mean
        tensor(3.)

    Source: PyTorch, `torch.distributions.Geometric`
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.nonnegative_integer

    def __init__(
        self, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        self._set(probs, logits)
        super().__init__(self._param.shape, validate_args=validate_args)

    def _check_parameters(self) -> None:
        super()._check_parameters()
        if "probs" in vars(self):
            self._check_value("probs", constraints.greater_than(0.0), self.probs)

    @property
    def mean(self) -> Any:
        return self.probs.reciprocal() - 1

    @property
    def mode(self) -> Any:
        return self.probs * 0

    @property
    def variance(self) -> Any:
        return (self.probs.reciprocal() - 1) / self.probs

    def sample(self, sample_shape: Any = ()) -> Any:
        p = self.probs.detach()
        u = uniform(self._extended_shape(sample_shape), p.dtype)
        return (u.log() / (-p).log1p().clamp(max=-tiny(p.dtype))).floor()

    def log_prob(self, value: Any) -> Any:
        k, p = self._taken(value), self.probs
        return FUNCTIONS["xlogy"](k, 1 - p) + p.log()

    def entropy(self) -> Any:
        return (softplus(self.logits) - self.probs * self.logits) / self.probs


def _rand(shape: Any, like: Any) -> Any:
    """Numbers in [0, 1): below p with chance p, never below 0 and always below 1."""
    return rand(tuple(shape), dtype=like.dtype)


def _range_like(n: int, like: Any, axes: int) -> Any:
    """0, …, n − 1 along a first axis."""
    return arange(n, dtype=like.dtype).reshape((n, *(1,) * axes))


def _listed(n: int, like: Any, batch: Any, expand: bool) -> Any:
    values = _range_like(n, like, len(batch))
    return values.expand((n, *batch)) if expand else values
