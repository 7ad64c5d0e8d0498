"""What all distributions have in common: shapes, checks of what they are given, and samples.

A distribution is a batch of independent ones, each over events of one shape:

    samples have the axes    sample_shape + batch_shape + event_shape
    log_prob has the axes    sample_shape + batch_shape
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from pellucid.distributions.constraints import Constraint, independent, is_dependent
from pellucid.errors import KindError, SettingError, ShapeError
from pellucid.graph.halves import HALVES
from pellucid.graph.mode import current, engine
from pellucid.shapes import Mismatch, broadcast, show
from pellucid.spelling import a_kind
from pellucid.tensor.creation import as_tensor
from pellucid.tensor.grad_mode import no_grad
from pellucid.tensor.tensor import Size, Tensor

__all__ = ["Distribution", "numbers_are_known"]


class Distribution:
    """Base of all distributions.

    Args:
        batch_shape: axes of independent distributions.
        event_shape: axes of one draw.
        validate_args: whether parameters and values are checked; None for what
            `set_default_validate_args` says. Nothing is checked inside of a compiled function,
            where no numbers are known.

    Attributes:
        arg_constraints: by parameter, where it may lie.
        support: where samples lie.
        has_rsample: whether samples can be differentiated in the parameters.
        has_enumerate_support: whether all values can be listed.
    """

    arg_constraints: Mapping[str, Constraint] = {}
    support: Any = None
    has_rsample = False
    has_enumerate_support = False
    _validate_args = True

    @staticmethod
    def set_default_validate_args(value: bool) -> None:
        """Whether distributions check what they are given, unless told otherwise."""
        if value not in (True, False):
            raise SettingError(f"validate_args is True or False, not {value!r}.")
        Distribution._validate_args = value

    def __init__(
        self, batch_shape: Any = (), event_shape: Any = (), validate_args: bool | None = None
    ) -> None:
        self._batch_shape, self._event_shape = Size(batch_shape), Size(event_shape)
        if validate_args is not None:
            self._validate_args = validate_args
        if self._validate_args:
            self._check_parameters()

    @property
    def batch_shape(self) -> Any:
        """Axes of independent distributions."""
        return self._batch_shape

    @property
    def event_shape(self) -> Any:
        """Axes of one draw."""
        return self._event_shape

    @property
    def mean(self) -> Any:
        """The mean of the samples."""
        raise self._without("mean")

    @property
    def mode(self) -> Any:
        """The likeliest value."""
        raise self._without("mode")

    @property
    def variance(self) -> Any:
        """The mean squared distance from the mean."""
        raise self._without("variance")

    @property
    def stddev(self) -> Any:
        """The square root of the variance."""
        return self.variance.sqrt()

    def sample(self, sample_shape: Any = ()) -> Any:
        """Draws that no gradient flows through.

        Args:
            sample_shape: axes of draws, in front of those of the batch.
        """
        with no_grad():
            return self.rsample(sample_shape).detach()

    def rsample(self, sample_shape: Any = ()) -> Any:
        """Draws as a function of the parameters, which can be differentiated in them.

        Args:
            sample_shape: axes of draws, in front of those of the batch.
        """
        raise NotImplementedError(
            f"{type(self).__name__} has no rsample: its draws don't move smoothly with its"
            " parameters.\n Take sample(), and log_prob(sample) times what it earned for a loss"
            " (the score-function estimate)."
        )

    def sample_n(self, n: int) -> Any:
        """`sample((n,))`, in PyTorch's older spelling."""
        return self.sample((n,))

    def rsample_n(self, n: int) -> Any:
        """`rsample((n,))`, in PyTorch's older spelling."""
        return self.rsample((n,))

    def log_prob(self, value: Any) -> Any:
        """The logarithm of the density, or of the chance, at a value."""
        raise self._without("log_prob")

    def cdf(self, value: Any) -> Any:
        """The chance of a draw at or below a value."""
        raise self._without("cdf")

    def icdf(self, value: Any) -> Any:
        """The value that so large a share of the draws lies below."""
        raise self._without("icdf")

    def entropy(self) -> Any:
        """The mean surprise, in nats."""
        raise self._without("entropy")

    def perplexity(self) -> Any:
        """E to the entropy: as surprising as so many values that are equally likely."""
        return self.entropy().exp()

    def enumerate_support(self, expand: bool = True) -> Any:
        """All values, along a first axis; for distributions over few of them."""
        raise self._without("enumerate_support")

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same distribution over a larger batch, which shares its parameters.

        Args:
            batch_shape: the axes of the batch, which those now broadcast to.
        """
        new = object.__new__(type(self)) if _instance is None else _instance
        before, shape = len(self._batch_shape), Size(batch_shape)
        for name, value in vars(self).items():
            wide = isinstance(value, Tensor) and not name.startswith("_fixed")
            grown = value.expand((*shape, *value.shape[before:])) if wide else value
            new.__dict__[name] = grown.expand(shape) if isinstance(value, Distribution) else grown
        new._batch_shape = shape
        return new

    def __repr__(self) -> str:
        given = {n: v for n in self.arg_constraints if (v := self._parameter(n)) is not None}
        told = (f"{n}: {v if v.ndim == 0 else tuple(v.shape)}" for n, v in given.items())
        return f"{type(self).__name__}({', '.join(told)})"

    def _extended_shape(self, sample_shape: Any = ()) -> Any:
        return Size((*sample_shape, *self._batch_shape, *self._event_shape))

    def _validate_sample(self, value: Any) -> None:
        """Refuse a value whose shape or numbers are none that could have been drawn."""
        if not isinstance(value, Tensor):
            raise KindError(
                f"{type(self).__name__}: the value must be a Tensor, not {a_kind(value)}."
            )
        _meet(type(self).__name__, value, self._batch_shape, self._event_shape)
        try:
            region = self.support
        except NotImplementedError:
            return
        if region is not None and not is_dependent(region) and numbers_are_known():
            _check(f"{type(self).__name__}: the value", region, value)

    def _taken(self, value: Any) -> Any:
        """A value as a Tensor, checked if this distribution checks."""
        given = value if isinstance(value, Tensor) else as_tensor(value)
        if self._validate_args:
            self._validate_sample(given)
        return given

    def _check_parameters(self) -> None:
        for name, region in self.arg_constraints.items():
            value = self._parameter(name)
            if value is not None and not is_dependent(region):
                self._check_value(name, region, value)

    def _check_value(self, name: str, region: Constraint, value: Tensor) -> None:
        if numbers_are_known():
            _check(f"{type(self).__name__}: {name}", region, value)

    def _parameter(self, name: str) -> Any:
        """A parameter that was given; None for one that would have to be worked out."""
        computed = type(vars(type(self)).get(name)) is property
        return getattr(self, name) if computed else vars(self).get(name)

    def _without(self, what: str) -> NotImplementedError:
        return NotImplementedError(f"{type(self).__name__} has no {what} in closed form.")


def numbers_are_known() -> bool:
    """Whether values can be looked at: not while a program is traced."""
    mode = current()
    return mode.trace is None and not mode.symbolic


def _meet(name: str, value: Tensor, batch: Any, event: Any) -> None:
    own = tuple(value.shape)
    held = own[len(own) - len(event) :]
    if len(own) < len(event) or any(a != b and b != 1 for a, b in zip(held, event, strict=True)):
        raise ShapeError(
            f"{name}: the value has shape {show(own)}, and each event has {show(tuple(event))}."
        )
    try:
        broadcast(own, (*batch, *event))
    except Mismatch:
        raise ShapeError(
            f"{name}: the value has shape {show(own)}, which doesn't broadcast with"
            f" {show((*batch, *event))}, the shape of a sample."
        ) from None


class _Inside(NamedTuple):
    """The question whether all numbers of an array lie in a region, as an engine runs an op."""

    region: Constraint

    def forward(self, xp: Any, array: Any) -> Any:
        return self.region.check(array).all()


def _check(what: str, region: Constraint, value: Tensor) -> None:
    node = value._node
    asks = region.of_arrays and node.array is not None and node.dtype not in HALVES
    if asks and engine().run(_Inside(region), [node.array], {}):
        return
    with no_grad():
        fine = region.check(value.detach())
        if bool(fine.all()):
            return
        text = f"{what} must be {region.words}"
        if region.event_dim == 0 or isinstance(region, independent):
            inner = region
            while isinstance(inner, independent):
                inner = inner.base_constraint
            if inner.event_dim == 0:
                wrong = value.detach()[~inner.check(value.detach())]
                text += f", and {wrong.reshape(-1)[0].item():g} is not"
    raise SettingError(f"{text}.\n validate_args=False leaves out this check.")
