"""The target as the network learns it: class numbers 0, 1, 2, …, or a number of spread one.

regression:  t = (y − μ) / σ   and back   y = σ t + μ,   μ and σ of the training rows

For losses that bear outliers, μ is the median and σ the interquartile range / 1.349, which for
normal numbers are mean and standard deviation, and which a few numbers far off do not move.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.cells import labels, to_numbers
from pellucid.data.fields import Fields
from pellucid.data.target import Task, ordered
from pellucid.data.unfit import not_a_number, place
from pellucid.data.wording import listing, quoted
from pellucid.errors import DataError, IndexRangeError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Outcome"]


_NORMAL = 1.349  # the interquartile range of normal numbers, in standard deviations


@dataclass(frozen=True)
class Outcome:
    """How the target is encoded.

    Args:
        column: the target's name.
        task: ``"classification"`` or ``"regression"``.
        classes: the class labels; the position is the class number. Empty for regression.
        mean: μ of the training rows; 0 for classification.
        std: σ of the training rows; 1 for classification.
        robust: whether μ and σ are those that outliers do not move.

    Example:
        >>> outcome = Outcome("side", "classification", ("left", "right"))
        >>> outcome.decode(np.array([1, 0])).tolist()
        ['right', 'left']
    """

    column: str
    task: Task
    classes: tuple[str, ...] = ()
    mean: float = 0.0
    std: float = 1.0
    robust: bool = False

    @classmethod
    def fit(
        cls,
        series: pd.Series[Any],
        task: Task,
        rows: NDArray[np.int64],
        name: str,
        robust: bool = False,
    ) -> Outcome:
        """Return the encoding of a target: all its classes, or the scale of its training rows.

        Args:
            series: the target.
            task: what is learned.
            rows: positions of the training rows.
            name: what messages call the table.
            robust: whether a few numbers far off shall not move the scale.

        Raises:
            DataError: when the training rows hold one class or one value only.
        """
        column, part = str(series.name), series.iloc[rows]
        if part.nunique() < 2:
            what = "class" if task == "classification" else "value"
            raise DataError(
                f"{name}: only one {what} of the target {quoted(column)} in the training rows,"
                f" {quoted(part.iloc[0])}. Use more rows, or another --seed."
            )
        if task == "classification":
            return cls(column, task, ordered(str(label) for label in series))
        values = part.to_numpy(np.float64)
        unit = float(np.abs(values).max())
        small = values / unit
        low, middle, high = (float(q) for q in np.quantile(small, (0.25, 0.5, 0.75)))
        if robust and high > low:
            return cls(column, task, (), middle * unit, (high - low) / _NORMAL * unit, True)
        return cls(column, task, (), float(small.mean()) * unit, float(small.std()) * unit)

    def encode(self, series: pd.Series[Any], name: str) -> NDArray[Any]:
        """Return targets as int64 class numbers or scaled float32.

        Shape:
            series: (n,) → (n,)

        Raises:
            DataError: for a class that training did not have, or a cell without a value.
        """
        if self.task == "regression":
            values, bad = to_numbers(series)
            if bad.any():
                raise not_a_number(name, series, bad)
            self._refuse_hole(series, name)
            scaled: NDArray[np.float64] = (values - self.mean) / self.std
            return scaled.astype(np.float32)
        self._refuse_hole(series, name)
        numbers = {label: number for number, label in enumerate(self.classes)}
        coded = np.array([numbers.get(word, -1) for word in labels(series)], dtype=np.int64)
        if (coded < 0).any():
            first = int(np.argmax(coded < 0))
            raise DataError(
                f"{place(name, series, first)}: {quoted(series.iloc[first])} is not a class of this"
                f" model. Its classes: {listing(self.classes)}."
            )
        return coded

    def _refuse_hole(self, series: pd.Series[Any], name: str) -> None:
        holes = series.isna().to_numpy()
        if holes.any():
            raise DataError(
                f"{place(name, series, int(np.argmax(holes)))}: the target has no value here."
                " Leave such rows out."
            )

    def decode(self, values: Any) -> NDArray[Any]:
        """Return class labels of class numbers, or numbers in the target's own unit.

        Shape:
            values: (...) → (...)
        """
        found = np.asarray(values)
        if self.task == "regression":
            numbers: NDArray[np.float64] = found.astype(np.float64) * self.std + self.mean
            return numbers
        wrong = found[(found < 0) | (found >= len(self.classes))]
        if wrong.size:
            raise IndexRangeError(
                f"class number {wrong.flat[0]} is outside 0 to {len(self.classes) - 1}."
            )
        words: NDArray[Any] = np.array(self.classes, dtype=object)[found]
        return words

    def describe(self) -> str:
        """Return how the network's output ŷ becomes the answer, in words.

        Example:
            >>> Outcome("price", "regression", (), 200.0, 50.0).describe()
            'price = 200 + 50 · ŷ: the mean and standard deviation of the training rows'
        """
        if self.task == "regression":
            sign = "−" if self.mean < 0 else ""
            what = "mean and standard deviation"
            if self.robust:
                what = "median and interquartile range / 1.349"
            return (
                f"{self.column} = {sign}{abs(self.mean):.6g} + {self.std:.6g} · ŷ: the {what} of"
                " the training rows"
            )
        return (
            "the class with the largest of the scores ŷ; softmax, e^ŷ / Σ e^ŷ, makes them"
            " probabilities"
        )

    def to_json(self) -> dict[str, object]:
        """Return the encoding as plain data."""
        return {
            "column": self.column,
            "task": self.task,
            "classes": list(self.classes),
            "mean": self.mean,
            "std": self.std,
            **({"robust": True} if self.robust else {}),
        }

    @classmethod
    def from_json(cls, data: object, where: str) -> Outcome:
        """Return the encoding that ``to_json`` wrote; refuse damage."""
        keys = ["column", "task", "classes", "mean", "std"]
        keys += ["robust"] if isinstance(data, dict) and "robust" in data else []
        fields = Fields(data, where, keys)
        classification = fields.text("task", ("classification", "regression")) == "classification"
        return cls(
            fields.text("column"),
            "classification" if classification else "regression",
            fields.texts("classes", least=2 if classification else 0),
            fields.number("mean"),
            fields.number("std", above=0),
            fields.flag("robust") if "robust" in keys else False,
        )
