"""One of several kinds: as its number, as a 1 among 0s, or many draws counted."""

from __future__ import annotations

from typing import Any

from pellucid.distributions import constraints
from pellucid.distributions.chances import Shared
from pellucid.dtypes import int64
from pellucid.errors import SettingError
from pellucid.tensor.creation import arange, eye
from pellucid.tensor.lift import FUNCTIONS
from pellucid.tensor.limits import finfo
from pellucid.tensor.random import rand

__all__ = ["Categorical", "Multinomial", "OneHotCategorical", "OneHotCategoricalStraightThrough"]

_CHECKS = {"probs": constraints.simplex, "logits": constraints.real_vector}


def drawn_kinds(probs: Any, shape: Any) -> Any:
    """The numbers of kinds, drawn by their chances: how many running sums a draw reaches past."""
    steps = probs.detach().cumsum(-1)
    steps = steps / steps[..., -1:]  # the last is 1 whatever the rounding, and no draw reaches it
    u: Any = rand((*shape, 1), dtype=probs.dtype)
    return (u >= steps).to(int64).sum(-1)


class Categorical(Shared):
    r"""The number of a kind, drawn by the chance of each.

    $$P(k) = p_k$$

    Args:
        probs: the chance of each kind, or weights in proportion to it.
        logits: in their place, scores: softmax makes chances of them.
        validate_args: whether parameters and values are checked.

    Shape:
        probs `(*, K)` → batch `*`; samples are whole numbers from 0 to K − 1

    Example:
        >>> import pellucid
        >>> from pellucid.distributions import Categorical
        >>> kinds = Categorical(pellucid.tensor([1.0, 1.0, 2.0]))
        >>> kinds.probs, kinds.log_prob(pellucid.tensor(2))
        (tensor([0.2500, 0.2500, 0.5000]), tensor(-0.6931))

    Source: PyTorch, `torch.distributions.Categorical`
    """

    arg_constraints = _CHECKS
    has_enumerate_support = True

    def __init__(
        self, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        shape = self._set(probs, logits, validate_args)
        self._num_events = shape[-1]
        super().__init__(shape[:-1], validate_args=validate_args)

    @constraints.dependent_property(is_discrete=True)
    def support(self) -> Any:
        """Whole numbers from 0 on, one for each kind."""
        return constraints.integer_interval(0, self._num_events - 1)

    @property
    def mean(self) -> Any:
        return self.probs[..., 0] * float("nan")  # kinds are no amounts

    @property
    def mode(self) -> Any:
        return self.probs.argmax(-1)

    @property
    def variance(self) -> Any:
        return self.probs[..., 0] * float("nan")

    def sample(self, sample_shape: Any = ()) -> Any:
        return drawn_kinds(self.probs, self._extended_shape(sample_shape))

    def log_prob(self, value: Any) -> Any:
        at = self._taken(value).to(int64).unsqueeze(-1)
        at, scores = FUNCTIONS["broadcast_tensors"](at, self.logits)
        return scores.gather(-1, at[..., :1]).squeeze(-1)

    def entropy(self) -> Any:
        least = finfo(self.logits.dtype).min
        return -(self.logits.clamp(min=least) * self.probs).sum(-1)

    def enumerate_support(self, expand: bool = True) -> Any:
        n, batch = self._num_events, self.batch_shape
        values: Any = arange(n).reshape((n, *(1,) * len(batch)))
        return values.expand((n, *batch)) if expand else values


class OneHotCategorical(Shared):
    r"""A kind as a 1 among 0s.

    $$P(x) = p_k \text{ where } x_k = 1$$

    Args:
        probs: the chance of each kind, or weights in proportion to it.
        logits: in their place, scores.
        validate_args: whether parameters and values are checked.

    Shape:
        probs `(*, K)` → batch `*`, event `(K,)`

    Example:
        >>> import pellucid
        >>> from pellucid.distributions import OneHotCategorical
        >>> OneHotCategorical(pellucid.tensor([0.0, 1.0])).sample()
        tensor([0., 1.])

    Source: PyTorch, `torch.distributions.OneHotCategorical`
    """

    arg_constraints = _CHECKS
    support = constraints.one_hot
    has_enumerate_support = True

    def __init__(
        self, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        shape = self._set(probs, logits, validate_args)
        super().__init__(shape[:-1], shape[-1:], validate_args=validate_args)

    @property
    def mean(self) -> Any:
        return self.probs

    @property
    def mode(self) -> Any:
        return self._as_rows(self.probs.argmax(-1))

    @property
    def variance(self) -> Any:
        return self.probs * (1 - self.probs)

    def _as_rows(self, kinds: Any) -> Any:
        places = arange(self.event_shape[0])
        return (kinds.unsqueeze(-1) == places).to(self._param.dtype)

    def sample(self, sample_shape: Any = ()) -> Any:
        return self._as_rows(drawn_kinds(self.probs, (*sample_shape, *self.batch_shape)))

    def log_prob(self, value: Any) -> Any:
        least = finfo(self.logits.dtype).min
        return (self._taken(value) * self.logits.clamp(min=least)).sum(-1)

    def entropy(self) -> Any:
        least = finfo(self.logits.dtype).min
        return -(self.logits.clamp(min=least) * self.probs).sum(-1)

    def enumerate_support(self, expand: bool = True) -> Any:
        n, batch = self.event_shape[0], self.batch_shape
        values: Any = eye(n, dtype=self._param.dtype).reshape((n, *(1,) * len(batch), n))
        return values.expand((n, *batch, n)) if expand else values


class OneHotCategoricalStraightThrough(OneHotCategorical):
    """A kind as a 1 among 0s, whose blame goes to the chances as if it were they.

    Source: Bengio, Léonard & Courville 2013
    """

    has_rsample = True

    def rsample(self, sample_shape: Any = ()) -> Any:
        return self.sample(sample_shape) + (self.probs - self.probs.detach())


class Multinomial(Shared):
    r"""How often each kind came up in n draws.

    $$P(x) = \frac{n!}{\prod_k x_k!} \prod_k p_k^{x_k}$$

    Args:
        total_count: how many draws, n.
        probs: the chance of each kind, or weights in proportion to it.
        logits: in their place, scores.
        validate_args: whether parameters and values are checked.

    Shape:
        probs `(*, K)` → batch `*`, event `(K,)`

    Example:
        >>> import pellucid
        >>> from pellucid.distributions import Multinomial
        >>> Multinomial(8, pellucid.tensor([1.0, 3.0])).mean
        tensor([2., 6.])

    Source: PyTorch, `torch.distributions.Multinomial`
    """

    arg_constraints = _CHECKS

    def __init__(
        self, total_count: int = 1, probs: Any = None, logits: Any = None,
        validate_args: bool | None = None,
    ) -> None:  # fmt: skip
        if not isinstance(total_count, int) or total_count < 0:
            raise SettingError(
                f"Multinomial: total_count is one whole number of 0 or more, not {total_count!r}."
            )
        self.total_count = total_count
        shape = self._set(probs, logits, validate_args)
        super().__init__(shape[:-1], shape[-1:], validate_args=validate_args)

    @constraints.dependent_property(is_discrete=True, event_dim=1)
    def support(self) -> Any:
        """Counts that add up to n."""
        return constraints.multinomial(self.total_count)

    @property
    def mean(self) -> Any:
        return self.probs * self.total_count

    @property
    def variance(self) -> Any:
        return self.total_count * self.probs * (1 - self.probs)

    def sample(self, sample_shape: Any = ()) -> Any:
        kinds = drawn_kinds(self.probs, (self.total_count, *sample_shape, *self.batch_shape))
        found = kinds.unsqueeze(-1) == arange(self.event_shape[0])
        return found.to(self._param.dtype).sum(0)

    def log_prob(self, value: Any) -> Any:
        x = self._taken(value)
        scores = self.logits.masked_fill((x == 0) & (self.logits == -float("inf")), 0.0)
        return (x.sum(-1) + 1).lgamma() - (x + 1).lgamma().sum(-1) + (x * scores).sum(-1)

    def entropy(self) -> Any:
        """The mean surprise, from how often each kind alone comes up."""
        n, p = self.total_count, self.probs
        counts: Any = arange(1, n + 1, dtype=p.dtype).reshape((n, *(1,) * p.ndim))
        ways = FUNCTIONS["lgamma"](n - counts + 1) + (counts + 1).lgamma()
        total = (p.new_ones(()) * (n + 1)).lgamma()
        log_chance = total - ways + FUNCTIONS["xlogy"](counts, p)
        log_chance = log_chance + FUNCTIONS["xlogy"](n - counts, 1 - p)
        shared = (log_chance.exp() * (counts + 1).lgamma()).sum((0, -1))
        single = -FUNCTIONS["xlogy"](p, p).sum(-1)
        return n * single - total + shared
