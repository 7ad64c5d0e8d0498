"""Where parameters and samples may lie: each constraint checks a Tensor and says itself in words.

The words become the message of a distribution that was given something else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.tensor import linalg
from pellucid.tensor.lift import FUNCTIONS
from pellucid.tensor.limits import finfo
from pellucid.tensor.tensor import Tensor

__all__ = [
    "Constraint", "MixtureSameFamilyConstraint", "boolean", "cat", "corr_cholesky", "dependent",
    "dependent_property", "greater_than", "greater_than_eq", "half_open_interval", "independent",
    "integer_interval", "interval", "is_dependent", "less_than", "lower_cholesky",
    "lower_triangular", "multinomial", "nonnegative", "nonnegative_integer", "one_hot", "positive",
    "positive_definite", "positive_integer", "positive_semidefinite", "real", "real_vector",
    "simplex", "square", "stack", "symmetric", "unit_interval",
]  # fmt: skip

_close: Any = FUNCTIONS["isclose"]


class Constraint:
    """A region that Tensors may lie in.

    Attributes:
        is_discrete: whether it holds whole numbers.
        event_dim: how many of the last axes belong together in one answer.
        words: the region as it stands in a sentence: "greater than 0".
        of_arrays: whether `check` can ask an array as well, which is quicker than a Tensor.

    Example:
        >>> import pellucid
        >>> from pellucid.distributions import constraints
        >>> constraints.positive.check(pellucid.tensor([1.0, -1.0]))
        tensor([ True, False])
    """

    is_discrete = False
    event_dim = 0
    words = "a number"
    of_arrays = False

    def check(self, value: Any) -> Any:
        """For each event, whether it lies in the region."""
        raise NotImplementedError(f"{type(self).__name__} needs a method check(value)")

    def __repr__(self) -> str:
        return f"{type(self).__name__.strip('_')}()"


def _ours(constraint: Constraint) -> bool:
    """Whether a constraint is one of these here: a class derived from one may ask for more."""
    return type(constraint).__module__ == __name__


class _Dependent(Constraint):
    """What is known only once the parameters are."""

    def __init__(self, *, is_discrete: bool = False, event_dim: int = 0) -> None:
        self.is_discrete, self.event_dim = is_discrete, event_dim

    def check(self, value: Any) -> Any:
        raise ValueError("this constraint depends on a distribution's parameters: ask an instance.")


class dependent_property(property, _Dependent):
    """A support that is computed from the parameters, as a property of a distribution.

    Args:
        fn: the method that gives the constraint.
        is_discrete: whether it holds whole numbers.
        event_dim: how many of the last axes belong together.
    """

    def __init__(self, fn: Any = None, *, is_discrete: bool = False, event_dim: int = 0) -> None:
        property.__init__(self, fn)
        _Dependent.__init__(self, is_discrete=is_discrete, event_dim=event_dim)

    def __call__(self, fn: Any) -> dependent_property:
        return dependent_property(fn, is_discrete=self.is_discrete, event_dim=self.event_dim)


class _Told(Constraint):
    """A region that one function of the numbers describes."""

    def __init__(
        self, name: str, words: str, inside: Callable[[Any], Any], *, is_discrete: bool = False,
        event_dim: int = 0,
    ) -> None:  # fmt: skip
        self.of_arrays = event_dim < 2
        self._name, self.words, self._inside = name, words, inside
        self.is_discrete, self.event_dim = is_discrete, event_dim

    def check(self, value: Any) -> Any:
        return self._inside(value)

    def __repr__(self) -> str:
        return self._name


class _Bounded(Constraint):
    """Numbers between bounds, which may be Tensors."""

    def __init__(self, lower_bound: Any = None, upper_bound: Any = None) -> None:
        self.lower_bound, self.upper_bound = lower_bound, upper_bound
        bounds = isinstance(lower_bound, Tensor) or isinstance(upper_bound, Tensor)
        self.of_arrays = _ours(self) and not bounds

    def __repr__(self) -> str:
        bounds = (("lower_bound", self.lower_bound), ("upper_bound", self.upper_bound))
        given = ", ".join(f"{name}={_told(b)}" for name, b in bounds if b is not None)
        return f"{type(self).__name__}({given})"


class greater_than(_Bounded):
    """Numbers above a bound."""

    def __init__(self, lower_bound: Any) -> None:
        super().__init__(lower_bound)
        self.words = f"greater than {_told(lower_bound)}"

    def check(self, value: Any) -> Any:
        return value > self.lower_bound


class greater_than_eq(_Bounded):
    """Numbers at a bound or above."""

    def __init__(self, lower_bound: Any) -> None:
        super().__init__(lower_bound)
        self.words = f"at least {_told(lower_bound)}"

    def check(self, value: Any) -> Any:
        return value >= self.lower_bound


class less_than(_Bounded):
    """Numbers below a bound."""

    def __init__(self, upper_bound: Any) -> None:
        super().__init__(None, upper_bound)
        self.words = f"less than {_told(upper_bound)}"

    def check(self, value: Any) -> Any:
        return value < self.upper_bound


class interval(_Bounded):
    """Numbers between two bounds, those included."""

    def __init__(self, lower_bound: Any, upper_bound: Any) -> None:
        super().__init__(lower_bound, upper_bound)
        self.words = f"between {_told(lower_bound)} and {_told(upper_bound)}"

    def check(self, value: Any) -> Any:
        return (value >= self.lower_bound) & (value <= self.upper_bound)


class half_open_interval(_Bounded):
    """Numbers between two bounds, the upper one excluded."""

    def __init__(self, lower_bound: Any, upper_bound: Any) -> None:
        super().__init__(lower_bound, upper_bound)
        self.words = f"at least {_told(lower_bound)} and less than {_told(upper_bound)}"

    def check(self, value: Any) -> Any:
        return (value >= self.lower_bound) & (value < self.upper_bound)


class integer_interval(_Bounded):
    """Whole numbers between two bounds, those included."""

    is_discrete = True

    def __init__(self, lower_bound: Any, upper_bound: Any) -> None:
        super().__init__(lower_bound, upper_bound)
        self.words = f"a whole number between {_told(lower_bound)} and {_told(upper_bound)}"

    def check(self, value: Any) -> Any:
        within = (value >= self.lower_bound) & (value <= self.upper_bound)
        return (value % 1 == 0) & within


class multinomial(Constraint):
    """Counts of several kinds that add up to at most a number.

    Args:
        upper_bound: the number.
    """

    is_discrete = True
    event_dim = 1

    def __init__(self, upper_bound: Any) -> None:
        self.upper_bound = upper_bound
        self.words = f"counts that add up to {_told(upper_bound)}"

    def check(self, value: Any) -> Any:
        return (value >= 0).all(-1) & (value.sum(-1) <= self.upper_bound)


class independent(Constraint):
    """A constraint whose last axes are taken together: all of their numbers must lie in it.

    Args:
        base_constraint: what each of them must fulfil.
        reinterpreted_batch_ndims: how many axes more belong together.
    """

    def __init__(self, base_constraint: Constraint, reinterpreted_batch_ndims: int) -> None:
        self.base_constraint = base_constraint
        self.reinterpreted_batch_ndims = reinterpreted_batch_ndims
        self.is_discrete = base_constraint.is_discrete
        self.event_dim = base_constraint.event_dim + reinterpreted_batch_ndims
        self.words = base_constraint.words
        self.of_arrays = _ours(self) and base_constraint.of_arrays

    def check(self, value: Any) -> Any:
        fine = self.base_constraint.check(value)
        kept = fine.ndim - self.reinterpreted_batch_ndims
        return fine.reshape((*fine.shape[:kept], -1)).all(-1)

    def __repr__(self) -> str:
        return f"independent({self.base_constraint!r}, {self.reinterpreted_batch_ndims})"


class _Parts(Constraint):
    """Constraints of the pieces of one axis."""

    def __init__(self, cseq: Any, dim: int = 0, lengths: Any = None) -> None:
        self.cseq, self.dim = list(cseq), dim
        self.lengths = list(lengths) if lengths is not None else [1] * len(self.cseq)
        self.is_discrete = any(c.is_discrete for c in self.cseq)
        self.event_dim = max(c.event_dim for c in self.cseq)
        self.words = " and ".join(c.words for c in self.cseq)


class cat(_Parts):
    """Pieces of an axis, laid end to end, each with a constraint of its own.

    Args:
        cseq: the constraints.
        dim: the axis.
        lengths: how long each piece is.
    """

    def check(self, value: Any) -> Any:
        pieces = value.split(self.lengths, self.dim)
        found = [c.check(v) for c, v in zip(self.cseq, pieces, strict=True)]
        return FUNCTIONS["cat"](found, self.dim)


class stack(_Parts):
    """Places of an axis, each with a constraint of its own.

    Args:
        cseq: the constraints.
        dim: the axis.
    """

    def __init__(self, cseq: Any, dim: int = 0) -> None:
        super().__init__(cseq, dim)

    def check(self, value: Any) -> Any:
        found = [c.check(v) for c, v in zip(self.cseq, value.unbind(self.dim), strict=True)]
        return FUNCTIONS["stack"](found, self.dim)


class MixtureSameFamilyConstraint(Constraint):
    """A value that may have come from each of several parts of a mixture.

    Args:
        base_constraint: where the parts' draws lie, the parts in an axis before the event's.
    """

    def __init__(self, base_constraint: Constraint) -> None:
        self.base_constraint = base_constraint
        self.is_discrete, self.event_dim = base_constraint.is_discrete, base_constraint.event_dim
        self.words = base_constraint.words

    def check(self, value: Any) -> Any:
        fine = self.base_constraint.check(value.unsqueeze(-1 - self.event_dim))
        kept = value.ndim - self.event_dim
        return fine.reshape((*fine.shape[:kept], -1)).all(-1)

    def __repr__(self) -> str:
        return f"MixtureSameFamilyConstraint({self.base_constraint!r})"


def is_dependent(constraint: Any) -> bool:
    """Whether a constraint is known only once the parameters are."""
    return isinstance(constraint, _Dependent)


def _told(bound: Any) -> str:
    if isinstance(bound, Tensor):
        one = bound.ndim == 0 and bound._node.array is not None
        return f"{bound.item():g}" if one else "a bound of its own"
    return f"{bound:g}"


def _one_each(value: Any) -> Any:
    return ((value == 0) | (value == 1)).all(-1) & (value.sum(-1) == 1)


def _shares(value: Any) -> Any:
    return (value >= 0).all(-1) & (abs(value.sum(-1) - 1) < 1e-6 * max(1, value.shape[-1] ** 0.5))


def _all(fine: Any) -> Any:
    return fine.all(-1).all(-1)


def _lower(value: Any) -> Any:
    return _all(value.tril() == value)


def _same_both_ways(value: Any) -> Any:
    return _all(_close(value, value.mT, atol=1e-6))


def _definite(value: Any) -> Any:
    lowest = FUNCTIONS["amin"](linalg.eigvalsh(value), -1)
    return _same_both_ways(value) & (lowest > 0)


def _semidefinite(value: Any) -> Any:
    lowest = FUNCTIONS["amin"](linalg.eigvalsh(value), -1)
    return _same_both_ways(value) & (lowest >= 0)


def _lower_root(value: Any) -> Any:
    return _lower(value) & (value.diagonal(dim1=-2, dim2=-1) > 0).all(-1)


def _correlating(value: Any) -> Any:
    slack = finfo(value.dtype).eps * value.shape[-1] * 10
    one_long = ((value**2).sum(-1).sqrt() - 1).abs() <= slack
    return _lower_root(value) & one_long.all(-1)


dependent = _Dependent()
boolean = _Told("boolean", "0 or 1", lambda v: (v == 0) | (v == 1), is_discrete=True)
real = _Told("real", "a number", lambda v: v == v)
real_vector = independent(real, 1)
positive = greater_than(0.0)
nonnegative = greater_than_eq(0.0)
unit_interval = interval(0.0, 1.0)
nonnegative_integer = _Told(
    "nonnegative_integer", "a whole number of 0 or more", lambda v: (v % 1 == 0) & (v >= 0),
    is_discrete=True,
)  # fmt: skip
positive_integer = _Told(
    "positive_integer", "a whole number of 1 or more", lambda v: (v % 1 == 0) & (v >= 1),
    is_discrete=True,
)  # fmt: skip
one_hot = _Told(
    "one_hot", "a 1 among 0s in the last axis", _one_each, is_discrete=True, event_dim=1
)
simplex = _Told("simplex", "shares of 0 or more that add up to 1", _shares, event_dim=1)
square = _Told(
    "square", "a square matrix", lambda v: _all(v == v) & (v.shape[-1] == v.shape[-2]), event_dim=2
)
symmetric = _Told("symmetric", "a symmetric matrix", _same_both_ways, event_dim=2)
lower_triangular = _Told("lower_triangular", "a lower triangular matrix", _lower, event_dim=2)
lower_cholesky = _Told(
    "lower_cholesky", "a lower triangular matrix with numbers above 0 on its diagonal",
    _lower_root, event_dim=2,
)  # fmt: skip
positive_definite = _Told("positive_definite", "a positive definite matrix", _definite, event_dim=2)
positive_semidefinite = _Told(
    "positive_semidefinite", "a positive semidefinite matrix", _semidefinite, event_dim=2
)
corr_cholesky = _Told(
    "corr_cholesky", "a lower triangular matrix with rows of length 1", _correlating, event_dim=2
)
