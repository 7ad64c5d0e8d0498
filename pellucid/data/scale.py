"""One column of numbers made fit for a network: holes filled, centered, and of spread one.

    z = (g(x) − μ) / σ,    g(x) = x,  or  asinh((x − median) / IQR) for a heavy tail

limited to −8 … 8, with the median, the quartiles, μ and σ of the training rows alone. A heavy tail
is one that reaches 30 interquartile ranges from the median: there a plain z would press all common
values into one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pellucid.data.fields import Fields

__all__ = ["LIMIT", "Scale"]

LIMIT = 8.0  # standard deviations; a value farther out, seen or not, counts as this far
_HEAVY = 30.0

_Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Scale:
    """How one feature is filled and scaled.

    Args:
        feature: the feature's name.
        median: what fills a hole.
        spread: the interquartile range of a heavy-tailed column, 0 for any other.
        mean: μ of the training rows, after filling and bending.
        std: σ of the training rows.

    Example:
        >>> scale = Scale.fit("age", np.array([10.0, 20.0, 30.0, np.nan]))
        >>> scale.apply(np.array([20.0, np.nan, 30.0])).round(3)
        array([0.   , 0.   , 1.414])
    """

    feature: str
    median: float
    spread: float
    mean: float
    std: float

    @classmethod
    def fit(cls, feature: str, values: _Floats) -> Scale | None:
        """Return the scale of training values, None when they are all alike.

        Shape:
            values: (n,), NaN where missing
        """
        known = values[~np.isnan(values)]
        if len(known) == 0 or known.min() == known.max():
            return None
        low, median, high = (float(q) for q in np.quantile(known, (0.25, 0.5, 0.75)))
        spread = min(high / 2 - low / 2, 1e300) * 2
        reach = float(np.abs(known / 2 - median / 2).max()) * 2
        heavy = 0 < _HEAVY * spread < reach < np.inf and reach / spread < np.inf
        bare = cls(feature, median, spread if heavy else 0.0, 0.0, 1.0)
        mean, std = _moments(bare._bend(bare._fill(values)))
        return None if std == 0 else cls(feature, median, bare.spread, mean, std)

    def _fill(self, values: _Floats) -> _Floats:
        return np.where(np.isnan(values), self.median, values)

    def _bend(self, values: _Floats) -> _Floats:
        return np.arcsinh((values - self.median) / self.spread) if self.spread else values

    def apply(self, values: _Floats) -> _Floats:
        """Return values as z, NaN as the median's z.

        Shape:
            values: (n,) → (n,)
        """
        return np.clip(self._standard(values), -LIMIT, LIMIT)

    def _standard(self, values: _Floats) -> _Floats:
        bent = self._bend(self._fill(values))
        return (bent / 2 - self.mean / 2) / (self.std / 2)  # halves: 1e308 - -1e308 would overflow

    def beyond(self, values: _Floats) -> NDArray[np.bool_]:
        """Return which values lie so far out that they are limited.

        Shape:
            values: (n,) → (n,)

        Example:
            >>> scale = Scale.fit("age", np.array([10.0, 20.0, 30.0]))
            >>> scale.beyond(np.array([20.0, 90.0, np.nan]))
            array([False,  True, False])
        """
        far: NDArray[np.bool_] = np.abs(self._standard(values)) > LIMIT
        return far

    def describe(self) -> str:
        """Return the step in words."""
        heavy = f"asinh around the median {self.median:.4g}, then " if self.spread else ""
        return f"{heavy}minus {self.mean:.4g}, divided by {self.std:.4g}, limited to ±{LIMIT:g}"

    def to_json(self) -> dict[str, object]:
        """Return the scale as plain data."""
        return {key: getattr(self, key) for key in _KEYS}

    @classmethod
    def from_json(cls, data: object, where: str) -> Scale:
        """Return the scale that ``to_json`` wrote; refuse damage."""
        fields = Fields(data, where, _KEYS)
        number: Callable[[str], float] = fields.number
        spread = fields.number("spread") if fields.data["spread"] == 0 else None
        return cls(
            fields.text("feature"),
            number("median"),
            fields.number("spread", above=0) if spread is None else spread,
            number("mean"),
            fields.number("std", above=0),
        )


_KEYS = ("feature", "median", "spread", "mean", "std")


def _moments(values: _Floats) -> tuple[float, float]:
    """Return mean and standard deviation, also where the squares of the values overflow."""
    unit = float(np.abs(values).max()) or 1.0
    small = values / unit
    return float(small.mean()) * unit, float(small.std()) * unit
