"""Chances and scores: whichever was given, the other is worked out when somebody asks."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from pellucid.distributions import constraints
from pellucid.distributions.distribution import Distribution
from pellucid.distributions.draws import broadcast_all, logits_of, probs_of
from pellucid.errors import SettingError, ShapeError

__all__ = ["Binary", "Shared"]

_WEIGHTS = constraints.independent(constraints.nonnegative, 1)


class _Either(Distribution):
    """What was given, whichever it was."""

    logits: Any

    @property
    def _param(self) -> Any:
        return self.__dict__["probs"] if "probs" in self.__dict__ else self.logits  # noqa: SIM401

    @property
    def param_shape(self) -> Any:
        """The shape of probs or logits."""
        return self._param.shape


class Binary(_Either):
    """Distributions over the outcomes of something that happens or does not.

    Attributes:
        probs: the chance that it happens.
        logits: its score, ln(p / (1 − p)).
    """

    def _set(self, probs: Any, logits: Any, *more: Any) -> tuple[Any, ...]:
        """Keep the one that was given; the others broadcast with it."""
        name = _given(self, probs, logits)
        value, *others = broadcast_all(probs if name == "probs" else logits, *more)
        self.__dict__[name] = value
        return tuple(others)

    @cached_property
    def probs(self) -> Any:
        """The chance that it happens."""
        return probs_of(self.logits, binary=True)

    @cached_property
    def logits(self) -> Any:
        """The score of that chance: ln(p / (1 − p))."""
        return logits_of(self.probs, binary=True)


class Shared(_Either):
    """Distributions over kinds that share all chances among them: the last axis.

    Attributes:
        probs: the chance of each kind.
        logits: ln p of each kind, so that eˡ adds up to 1.
    """

    def _set(self, probs: Any, logits: Any, checked: bool | None = None) -> Any:
        """Keep the one that was given, normalized."""
        name = _given(self, probs, logits)
        (value,) = broadcast_all(probs if name == "probs" else logits)
        if value.ndim < 1:
            raise ShapeError(
                f"{type(self).__name__}: {name} needs an axis with one number for each kind."
            )
        if name == "probs":
            if checked if checked is not None else self._validate_args:
                self._check_value("probs", _WEIGHTS, value)
            value = value / value.sum(-1, keepdim=True)
        else:
            value = value - value.logsumexp(-1, keepdim=True)
        self.__dict__[name] = value
        return value.shape

    @cached_property
    def probs(self) -> Any:
        """The chance of each kind."""
        return probs_of(self.logits)

    @cached_property
    def logits(self) -> Any:
        """Ln p of each kind."""
        return logits_of(self.probs)


def _given(owner: Any, probs: Any, logits: Any) -> str:
    if (probs is None) == (logits is None):
        raise SettingError(
            f"{type(owner).__name__} takes either probs or logits: give one of them."
        )
    return "logits" if probs is None else "probs"
